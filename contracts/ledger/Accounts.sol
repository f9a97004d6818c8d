// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ILedgerTypes} from "../interfaces/ILedgerTypes.sol";
import {IRegistry} from "../interfaces/IRegistry.sol";
import {Rights, Roles} from "../interfaces/IReceivableLedger.sol";
import {Intents} from "../libraries/Intents.sol";
import {Account, Officer, Participant} from "../libraries/Participant.sol";
import {Change, ChangeLib} from "../libraries/Records.sol";
import {Delegated} from "./Delegated.sol";
import {Governance} from "./Governance.sol";

/// @title Participants, officers, accounts, cash addresses (IRegistry)
abstract contract Accounts is Governance, Delegated, IRegistry {
    /// @inheritdoc IRegistry
    function registerParticipant(
        ILedgerTypes.RegisterParticipant calldata message,
        bytes calldata signature,
        bytes calldata accountSignature
    ) external delegated {
        uint256 place;
        assembly ("memory-safe") {
            place := message
        }
        _registrar(
            Intents.REGISTER_PARTICIPANT, place, 0x160, message.participant, message.signer, message.deadline, signature
        );
        uint32 subject = message.subject;
        if (subject == 0 || !participants[subject].row.isUnknown()) revert ParticipantExists(subject);
        _validRoles(message.roles);
        _cashFor(subject, message.roles, message.cash);
        _cashFree(subject, message.cash);
        if (message.officer == 0) revert BadOfficer(subject, 0);
        _validAccount(message.account, message.rights);
        _provenOrCaller(message.account, Intents.hash(Intents.REGISTER_PARTICIPANT, place, 0x160), accountSignature);

        uint16 rules = _rulebookVersion();
        _enter(subject, message.roles, message.limit, message.cash, message.identity, rules);
        _add(subject, participants[subject].row, message.account, message.officer, message.rights, rules);
    }

    /// @inheritdoc IRegistry
    function addAccount(ILedgerTypes.AddAccount calldata message, bytes[] calldata signatures) external delegated {
        if (signatures.length != 4) revert BadBatch(4, signatures.length);
        uint256 place;
        assembly ("memory-safe") {
            place := message
        }
        Governed memory g = Governed(
            message.participant,
            message.version,
            message.registrar,
            message.signer,
            message.second,
            message.deadline,
            Intents.hash(Intents.ADD_ACCOUNT, place, 0x120)
        );
        uint16 officer = message.officer;
        Participant row = participants[g.participant].row;
        bool announce = false;
        if (!_isRegistrar(row) && officers[_officerKey(g.participant, officer)].accounts() != 0) {
            row = _rotate(g, officer, message.rights, signatures);
        } else {
            (row, announce) = _govern(g, signatures);
        }
        if (officer == 0) revert BadOfficer(uint32(g.participant), 0);
        _validAccount(message.account, message.rights);
        _provenOrCaller(message.account, g.change, signatures[3]);
        _roomForAccount(g.participant, row, officer);
        if (announce && !_announced(g.change, g.participant)) return;
        _add(g.participant, row, message.account, officer, message.rights, _rulebookVersion());
        if (announce) _applied(g);
    }

    /// @inheritdoc IRegistry
    function revokeAccount(ILedgerTypes.RevokeAccount calldata message, bytes[] calldata signatures)
        external
        delegated
    {
        if (signatures.length != 2) revert BadBatch(2, signatures.length);
        uint256 place;
        assembly ("memory-safe") {
            place := message
        }
        Governed memory g = Governed(
            message.participant,
            message.version,
            message.registrar,
            message.signer,
            address(0),
            message.deadline,
            Intents.hash(Intents.REVOKE_ACCOUNT, place, 0xc0)
        );
        (Participant row, Witness memory witness) = _witnessed(g, signatures[0]);
        bool announce = _isRegistrar(row) || accounts[uint160(g.signer)].participant() != g.participant;
        if (announce) {
            _secondRegistrar(witness, g, signatures[1]);
        } else {
            _account(g.signer, g.participant, 0);
            _provenOrCaller(g.signer, g.change, signatures[1]);
        }
        Account ended = _account(message.account, g.participant, 0);
        if (announce && !_announced(g.change, g.participant)) return;
        _end(g.participant, row, message.account, ended);
        if (announce) _applied(g);
    }

    /// @inheritdoc IRegistry
    function setThreshold(ILedgerTypes.SetThreshold calldata message, bytes[] calldata signatures) external delegated {
        if (signatures.length != 3) revert BadBatch(3, signatures.length);
        uint256 place;
        assembly ("memory-safe") {
            place := message
        }
        Governed memory g = Governed(
            message.participant,
            message.version,
            message.registrar,
            message.signer,
            message.second,
            message.deadline,
            Intents.hash(Intents.SET_THRESHOLD, place, 0x100)
        );
        (Participant row, bool announce) = _govern(g, signatures);
        uint256 key = _officerKey(g.participant, message.officer);
        if (officers[key].accounts() == 0) revert BadOfficer(uint32(g.participant), message.officer);
        if (announce && !_announced(g.change, g.participant)) return;
        uint24 version = _write(g.participant, row);
        officers[key] = officers[key].withThreshold(message.threshold);
        emit ThresholdSet(uint32(g.participant), version, message.officer, message.threshold, _rulebookVersion());
        if (announce) _applied(g);
    }

    /// @inheritdoc IRegistry
    function setCash(ILedgerTypes.SetCash calldata message, bytes[] calldata signatures) external delegated {
        if (signatures.length != 3) revert BadBatch(3, signatures.length);
        uint256 place;
        assembly ("memory-safe") {
            place := message
        }
        Governed memory g = Governed(
            message.participant,
            message.version,
            message.registrar,
            message.signer,
            message.second,
            message.deadline,
            Intents.hash(Intents.SET_CASH, place, 0xe0)
        );
        (Participant row, bool announce) = _govern(g, signatures);
        if (message.cash == address(0)) revert CashAddressMissing(uint32(g.participant));
        _cashFree(g.participant, message.cash);
        if (announce && !_announced(g.change, g.participant)) return;
        uint24 version = _write(g.participant, row);
        participants[g.participant].cash = message.cash;
        cashOwners[message.cash] = g.participant;
        emit CashSet(uint32(g.participant), version, message.cash, _rulebookVersion());
        if (announce) _applied(g);
    }

    /// @inheritdoc IRegistry
    function cancelChange(ILedgerTypes.CancelChange calldata message, bytes calldata signature) external delegated {
        uint256 place;
        assembly ("memory-safe") {
            place := message
        }
        _signed(Intents.CANCEL_CHANGE, place, 0x80, message.participant, message.signer, message.deadline, 0, signature);
        bytes32 change = message.change;
        Change c = changes[change];
        if (c.state() != ChangeLib.ANNOUNCED) revert UnknownChange(change);
        if (c.participant() != message.participant) {
            _inRole(message.participant, participants[message.participant].row, Roles.REGISTRAR);
        }
        changes[change] = c.withState(ChangeLib.CANCELLED);
        emit ChangeCancelled(c.participant(), change, _rulebookVersion());
    }

    function _end(uint256 participant, Participant row, address account, Account ended) private {
        uint256 key = _officerKey(participant, ended.officer());
        Officer o = officers[key];
        uint256 left = uint256(o.accounts()) - 1;
        if (left == 0) row = row.withOfficers(uint256(row.officers()) - 1);
        uint24 version = _write(participant, row);
        officers[key] = o.withAccounts(left);
        accounts[uint160(account)] = ended.ended();
        emit AccountEnded(uint32(participant), version, account, _rulebookVersion());
    }

    /// @dev An officer's own further key: that officer and the Registrar, no more rights than it has.
    function _rotate(Governed memory g, uint16 officer, uint8 rights, bytes[] calldata signatures)
        private
        view
        returns (Participant row)
    {
        (row,) = _witnessed(g, signatures[0]);
        Account own = _account(g.signer, g.participant, 0);
        if (own.officer() != officer) revert BadOfficer(uint32(g.participant), officer);
        _provenOrCaller(g.signer, g.change, signatures[1]);
        if (g.second != address(0)) revert UnexpectedSigner(g.second);
        if (rights & ~own.rights() != 0) revert RightMissing(g.signer, rights & ~own.rights());
    }

    function _applied(Governed memory g) private {
        emit ChangeApplied(uint32(g.participant), g.change, _rulebookVersion());
    }

    function _validAccount(address account, uint8 rights) private view {
        if (rights == 0 || rights & ~Rights.ALL != 0) revert BadRights(rights);
        if (account == address(0) || !accounts[uint160(account)].isUnknown()) revert AccountExists(account);
    }

    function _validRoles(uint16 roles) internal pure {
        if (roles == 0 || roles & ~Roles.ALL != 0 || roles & Roles.REGISTRAR != 0) revert BadRoles(roles);
    }

    /// @dev Who touches money must say where.
    function _cashFor(uint256 participant, uint16 roles, address cash) internal pure {
        if (cash == address(0) && roles & ~Roles.WITHOUT_CASH != 0) revert CashAddressMissing(uint32(participant));
    }
}
