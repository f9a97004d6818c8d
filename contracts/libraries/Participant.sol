// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ParticipantStatus} from "../interfaces/IReceivableLedger.sol";

/// @dev A legal entity, in one slot. From the lowest bit:
/// limit 64 | utilised 64 | overdue 16 | roles 16 | status 8 | version 24 | quoteEpoch 24 | officers 8 | quorum 8 | pausedUntil 24.
/// version: registry changes only. officers: with a live account; quorum: the most it ever had, counted to 2. pausedUntil: whole hours.
type Participant is uint256;

using ParticipantLib for Participant global;

library ParticipantLib {
    uint256 private constant U8 = 0xff;
    uint256 private constant U16 = 0xffff;
    uint256 private constant U24 = 0xffffff;
    uint256 private constant U64 = 0xffffffffffffffff;

    function registered(uint256 roles_, uint256 limit_, uint256 status_) internal pure returns (Participant) {
        return Participant.wrap(limit_ | (roles_ << 144) | (status_ << 160) | (1 << 168));
    }

    function limit(Participant p) internal pure returns (uint64) {
        return uint64(Participant.unwrap(p));
    }

    function utilised(Participant p) internal pure returns (uint64) {
        return uint64(Participant.unwrap(p) >> 64);
    }

    function overdue(Participant p) internal pure returns (uint16) {
        return uint16(Participant.unwrap(p) >> 128);
    }

    function roles(Participant p) internal pure returns (uint16) {
        return uint16(Participant.unwrap(p) >> 144);
    }

    function status(Participant p) internal pure returns (uint8) {
        return uint8(Participant.unwrap(p) >> 160);
    }

    function version(Participant p) internal pure returns (uint24) {
        return uint24(Participant.unwrap(p) >> 168);
    }

    function quoteEpoch(Participant p) internal pure returns (uint24) {
        return uint24(Participant.unwrap(p) >> 192);
    }

    function officers(Participant p) internal pure returns (uint8) {
        return uint8(Participant.unwrap(p) >> 216);
    }

    function quorum(Participant p) internal pure returns (uint8) {
        return uint8(Participant.unwrap(p) >> 224);
    }

    function pausedUntil(Participant p) internal pure returns (uint24) {
        return uint24(Participant.unwrap(p) >> 232);
    }

    function isUnknown(Participant p) internal pure returns (bool) {
        return p.status() == 0;
    }

    /// @dev Whether it is active, was never paused, and has one of `roles_`.
    function mayReceive(Participant p, uint256 roles_) internal pure returns (bool may) {
        uint256 word = Participant.unwrap(p);
        uint256 standing = word & ((U8 << 160) | (U24 << 232));
        uint256 sought = uint256(ParticipantStatus.ACTIVE) << 160;
        assembly ("memory-safe") {
            may := and(eq(standing, sought), gt(and(shr(144, word), roles_), 0))
        }
    }

    /// @dev The caller has made sure that the version is below its maximum.
    function bumped(Participant p) internal pure returns (Participant) {
        unchecked {
            return Participant.wrap(Participant.unwrap(p) + (1 << 168));
        }
    }

    function withUtilised(Participant p, uint256 utilised_) internal pure returns (Participant) {
        return Participant.wrap((Participant.unwrap(p) & ~(U64 << 64)) | (utilised_ << 64));
    }

    function withOverdue(Participant p, uint256 overdue_) internal pure returns (Participant) {
        return Participant.wrap((Participant.unwrap(p) & ~(U16 << 128)) | (overdue_ << 128));
    }

    function withStanding(Participant p, uint256 roles_, uint256 status_, uint256 limit_)
        internal
        pure
        returns (Participant)
    {
        uint256 kept = Participant.unwrap(p) & ~(U64 | (U16 << 144) | (U8 << 160));
        return Participant.wrap(kept | limit_ | (roles_ << 144) | (status_ << 160));
    }

    function withQuoteEpoch(Participant p, uint256 epoch) internal pure returns (Participant) {
        return Participant.wrap((Participant.unwrap(p) & ~(U24 << 192)) | (epoch << 192));
    }

    function withOfficers(Participant p, uint256 officers_) internal pure returns (Participant) {
        uint256 most = officers_ > 1 ? 2 : officers_;
        if (most < p.quorum()) most = p.quorum();
        return
            Participant.wrap(
                (Participant.unwrap(p) & ~((U8 << 216) | (U8 << 224))) | (officers_ << 216) | (most << 224)
            );
    }

    function withPausedUntil(Participant p, uint256 hours_) internal pure returns (Participant) {
        return Participant.wrap((Participant.unwrap(p) & ~(U24 << 232)) | (hours_ << 232));
    }
}

/// @dev A key that signs for one officer of one participant. From the lowest bit: participant 32 | officer 16 | rights 8 | active 8.
/// A slot is written once and only ever loses `active`: an address never comes to speak for someone else.
type Account is uint256;

using AccountLib for Account global;

library AccountLib {
    function added(uint256 participant_, uint256 officer_, uint256 rights_) internal pure returns (Account) {
        return Account.wrap(participant_ | (officer_ << 32) | (rights_ << 48) | (1 << 56));
    }

    function participant(Account a) internal pure returns (uint32) {
        return uint32(Account.unwrap(a));
    }

    function officer(Account a) internal pure returns (uint16) {
        return uint16(Account.unwrap(a) >> 32);
    }

    function rights(Account a) internal pure returns (uint8) {
        return uint8(Account.unwrap(a) >> 48);
    }

    function active(Account a) internal pure returns (bool) {
        return uint8(Account.unwrap(a) >> 56) != 0;
    }

    function isUnknown(Account a) internal pure returns (bool) {
        return Account.unwrap(a) == 0;
    }

    /// @dev Whether it speaks for `participant_` with all of `rights_`, in one comparison.
    function speaksFor(Account a, uint256 participant_, uint256 rights_) internal pure returns (bool) {
        uint256 need = participant_ | (rights_ << 48) | (1 << 56);
        return Account.unwrap(a) & (0xffffffff | (rights_ << 48) | (0xff << 56)) == need;
    }

    function ended(Account a) internal pure returns (Account) {
        return Account.wrap(Account.unwrap(a) & ~(uint256(0xff) << 56));
    }
}

/// @dev What an officer may issue alone. From the lowest bit: threshold 64 | day 32 | spent 64 | accounts 16 | known 8.
/// day: UTC day number of `spent`; accounts: live ones; known: 1 once there was one, so that the slot never returns to zero.
type Officer is uint256;

using OfficerLib for Officer global;

library OfficerLib {
    uint256 private constant U16 = 0xffff;
    uint256 private constant U64 = 0xffffffffffffffff;
    uint256 private constant KNOWN = 1 << 176;

    function threshold(Officer o) internal pure returns (uint64) {
        return uint64(Officer.unwrap(o));
    }

    function spentOn(Officer o, uint256 day) internal pure returns (uint256) {
        return uint32(Officer.unwrap(o) >> 64) == day ? uint64(Officer.unwrap(o) >> 96) : 0;
    }

    function accounts(Officer o) internal pure returns (uint16) {
        return uint16(Officer.unwrap(o) >> 160);
    }

    function withThreshold(Officer o, uint256 threshold_) internal pure returns (Officer) {
        return Officer.wrap((Officer.unwrap(o) & ~U64) | threshold_);
    }

    function withSpent(Officer o, uint256 day, uint256 spent) internal pure returns (Officer) {
        return Officer.wrap((Officer.unwrap(o) & (U64 | (U16 << 160) | KNOWN)) | (day << 64) | (spent << 96));
    }

    function withAccounts(Officer o, uint256 accounts_) internal pure returns (Officer) {
        return Officer.wrap((Officer.unwrap(o) & ~(U16 << 160)) | (accounts_ << 160) | KNOWN);
    }
}
