// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Rights, Roles} from "../interfaces/IReceivableLedger.sol";
import {Account, Participant} from "../libraries/Participant.sol";
import {Change, ChangeLib} from "../libraries/Records.sol";
import {Membership} from "./Membership.sol";

/// @title How power to sign may change: the steps REGISTRAR, SUBJECT, GOVERN and ANNOUNCED of IRegistry
abstract contract Governance is Membership {
    uint256 internal constant PUBLIC_DELAY = 3 days;

    /// @dev A governed message: what GOVERN needs of it.
    struct Governed {
        uint256 participant;
        uint24 version;
        address registrar;
        address signer;
        address second;
        uint256 deadline;
        bytes32 change; // hashStruct of the message
    }

    /// @dev The Registrar that takes part.
    struct Witness {
        uint256 participant;
        Account account;
    }

    /// @dev REGISTRAR for a static message.
    function _registrar(
        bytes32 typeHash,
        uint256 place,
        uint256 size,
        uint256 participant,
        address signer,
        uint256 deadline,
        bytes calldata signature
    ) internal view returns (Account account) {
        account = _signed(typeHash, place, size, participant, signer, deadline, Rights.MAKER, signature);
        _inRole(participant, participants[participant].row, Roles.REGISTRAR);
    }

    /// @dev SUBJECT.
    function _subject(uint256 participant, uint24 version) internal view returns (Participant row) {
        row = participants[participant].row;
        if (row.isUnknown()) revert UnknownParticipant(uint32(participant));
        if (row.version() != version) revert StaleParticipant(uint32(participant), row.version(), version);
    }

    /// @dev GOVERN. Says whether the change must first be announced.
    function _govern(Governed memory g, bytes[] calldata signatures)
        internal
        view
        returns (Participant row, bool announce)
    {
        Witness memory witness;
        (row, witness) = _witnessed(g, signatures[0]);
        if (_isRegistrar(row) || row.officers() == 0) {
            _secondRegistrar(witness, g, signatures[1]);
            if (g.second != address(0)) revert UnexpectedSigner(g.second);
            return (row, true);
        }
        Account first = _account(g.signer, g.participant, 0);
        _provenOrCaller(g.signer, g.change, signatures[1]);
        if (row.officers() == 1) {
            if (g.second != address(0)) revert UnexpectedSigner(g.second);
            return (row, row.quorum() > 1);
        }
        _secondOfficer(g.participant, first, g.second, 0, g.change, signatures[2]);
    }

    /// @dev Steps 1 and 2 of GOVERN, but for the number of signatures.
    function _witnessed(Governed memory g, bytes calldata signature)
        internal
        view
        returns (Participant row, Witness memory witness)
    {
        _inTime(g.deadline);
        row = _subject(g.participant, g.version);
        Account account = accounts[uint160(g.registrar)];
        if (account.isUnknown()) revert UnknownAccount(g.registrar);
        if (!account.active()) revert AccountRevoked(g.registrar);
        witness.participant = account.participant();
        witness.account = account;
        if (!_isRegistrar(participants[witness.participant].row)) {
            revert NotInRole(uint32(witness.participant), Roles.REGISTRAR);
        }
        if (account.rights() & Rights.MAKER == 0) revert RightMissing(g.registrar, Rights.MAKER);
        _provenOrCaller(g.registrar, g.change, signature);
    }

    /// @dev Step 3 of GOVERN: another officer of the same Registrar.
    function _secondRegistrar(Witness memory witness, Governed memory g, bytes calldata signature) internal view {
        _secondOfficer(witness.participant, witness.account, g.signer, Rights.MAKER, g.change, signature);
    }

    function _isRegistrar(Participant row) internal pure returns (bool) {
        return row.roles() & Roles.REGISTRAR != 0;
    }

    /// @dev ANNOUNCED. Says whether the change is to be applied now; if so it is marked, and the caller emits ChangeApplied last.
    function _announced(bytes32 change, uint256 participant) internal returns (bool apply_) {
        Change c = changes[change];
        if (c.state() == 0) {
            uint256 ready = block.timestamp + PUBLIC_DELAY;
            changes[change] = ChangeLib.announced(ready, participant);
            emit ChangeAnnounced(uint32(participant), change, uint32(ready), _rulebookVersion());
            return false;
        }
        if (c.state() == ChangeLib.CANCELLED) revert ChangeIsCancelled(change);
        if (block.timestamp < c.ready()) revert ChangeNotDue(change, c.ready());
        changes[change] = c.withState(ChangeLib.APPLIED);
        return true;
    }
}
