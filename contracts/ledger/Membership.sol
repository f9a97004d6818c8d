// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ParticipantStatus} from "../interfaces/IReceivableLedger.sol";
import {AccountLib, Officer, Participant, ParticipantLib} from "../libraries/Participant.sol";
import {Authority} from "./Authority.sol";

/// @title How participants, officers and accounts are written: by the core at its birth, by the module ever after
abstract contract Membership is Authority {
    uint256 private constant VERSION_MAX = 0xffffff;

    /// @dev A new participant, at version 1 and with no account yet.
    function _enter(uint256 id, uint16 roles, uint64 limit, address cash, bytes32 identity, uint16 rules) internal {
        ParticipantRecord storage record = participants[id];
        record.row = ParticipantLib.registered(roles, limit, ParticipantStatus.ACTIVE);
        record.cash = cash;
        if (cash != address(0)) cashOwners[cash] = id;
        record.identity = identity;
        emit ParticipantRegistered(uint32(id), 1, roles, limit, cash, identity, rules);
    }

    function _add(uint256 participant, Participant row, address account, uint16 officer, uint8 rights, uint16 rules)
        internal
    {
        uint256 key = _officerKey(participant, officer);
        Officer o = officers[key];
        if (o.accounts() == 0) row = row.withOfficers(uint256(row.officers()) + 1);
        uint24 version = _write(participant, row);
        officers[key] = o.withAccounts(uint256(o.accounts()) + 1);
        accounts[uint160(account)] = AccountLib.added(participant, officer, rights);
        emit AccountAdded(uint32(participant), version, account, officer, rights, rules);
    }

    /// @dev A cash address that approved the ledger can be pulled from: it belongs to one participant for ever.
    function _cashFree(uint256 participant, address cash) internal view {
        uint256 owner = cashOwners[cash];
        if (owner != 0 && owner != participant) revert CashAddressTaken(cash);
    }

    /// @dev Whether one more account of that officer can be counted.
    function _roomForAccount(uint256 participant, Participant row, uint16 officer) internal view {
        uint256 live = officers[_officerKey(participant, officer)].accounts();
        if (live == 0 && row.officers() == type(uint8).max) revert TooManyOfficers(uint32(participant));
        if (live == type(uint16).max) revert TooManyAccounts(uint32(participant), officer);
    }

    /// @dev Writes a changed participant one version on.
    function _write(uint256 participant, Participant row) internal returns (uint24) {
        if (row.version() == VERSION_MAX) revert ParticipantVersionExhausted(uint32(participant));
        row = row.bumped();
        participants[participant].row = row;
        return row.version();
    }

    function _officerKey(uint256 participant, uint256 officer) internal pure returns (uint256) {
        return (participant << 16) | officer;
    }
}
