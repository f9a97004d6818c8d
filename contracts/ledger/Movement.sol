// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ClaimStatus, ObligationStatus, Rights, Roles} from "../interfaces/IReceivableLedger.sol";
import {Claim, ClaimLib} from "../libraries/Claim.sol";
import {Intents} from "../libraries/Intents.sol";
import {Obligation, ObligationLib} from "../libraries/Obligation.sol";
import {Participant} from "../libraries/Participant.sol";
import {Steps} from "../libraries/Step.sol";
import {Authority} from "./Authority.sol";

/// @title When a claim may move or be cut: the steps of IClaims, shared by all that act on claims
/// @dev Where a word or two can say at once that all is well, one comparison does; only when it does not hold are the steps taken one by
/// one, in their order, to find the refusal that is due, or that there is none after all.
abstract contract Movement is Authority {
    uint16 internal constant HOLDER_ROLES = Roles.SUPPLIER | Roles.FINANCIER;

    /// @dev CLAIM.
    function _at(uint256 id, Claim c, uint256 participant, uint256 version) internal pure {
        if (c.isUnknown()) revert UnknownClaim(uint88(id));
        if (c.holder() != participant) revert NotHolder(uint88(id), uint32(participant));
        if (c.version() != version) revert StaleClaim(uint88(id), c.version(), uint24(version));
    }

    /// @dev CLAIM and FREE, for a claim that is not simply free: comes back when there is a lien that has run out.
    function _mayBeFree(uint256 id, Claim c, uint256 participant, uint256 version) internal view {
        _at(id, c, participant, version);
        if (c.status() != ClaimStatus.HELD) revert NotHeld(uint88(id), c.status());
        if (c.liened(block.timestamp)) revert ClaimLiened(uint88(id), c.lienholder(), c.lienUntil());
    }

    /// @dev OPEN, WINDOW, MONEY FIRST, for an obligation that is not calm. Says whether due has passed.
    function _mayPass(uint256 id, Obligation o, Claim c) internal view returns (bool late) {
        _open(id >> 24, o);
        late = _window(id, o);
        _moneyFirst(id, o, c);
    }

    /// @dev OPEN, WINDOW, `PastDue`, MONEY FIRST, for an obligation that is not calm.
    function _mayBeSplit(uint256 id, Obligation o, Claim c) internal view {
        _open(id >> 24, o);
        _beforeWindow(id, o);
        _moneyFirst(id, o, c);
    }

    /// @dev OPEN.
    function _open(uint256 obligation, Obligation o) internal pure {
        uint8 status = o.status();
        if (status != ObligationStatus.ISSUED && status != ObligationStatus.OVERDUE) {
            revert ObligationClosed(uint64(obligation), status);
        }
    }

    /// @dev WINDOW. Says whether due has passed.
    function _window(uint256 id, Obligation o) internal view returns (bool late) {
        uint256 due = o.due();
        late = block.timestamp > due;
        if (!late) {
            uint256 span = uint256(o.closes()) * 1 days;
            uint256 from = due > span ? due - span : 0;
            if (block.timestamp >= from) revert ClosingWindow(uint88(id), uint32(from));
        }
    }

    /// @dev WINDOW, and `PastDue` after it.
    function _beforeWindow(uint256 id, Obligation o) internal view {
        if (_window(id, o)) revert PastDue(uint88(id), o.due());
    }

    function _share(uint256 obligation, Obligation o, Claim c, uint256 start, uint256 amount)
        internal
        view
        returns (uint256 principal, uint256 interest, uint256 unpaid)
    {
        unpaid = amount;
        if (o.steps() != 0) {
            Steps.Share memory s = Steps.share(steps, obligation, o.steps(), c.redeemedStep(), start, amount);
            (principal, interest, unpaid) = (s.principal, s.interest, s.unpaid);
        }
        // A payment of everything that carried no interest is no step: what is left at the end is money.
        if (o.unpaid() == 0) (principal, unpaid) = (principal + unpaid, 0);
    }

    /// @dev MONEY FIRST.
    function _moneyFirst(uint256 id, Obligation o, Claim c) internal view {
        if (c.redeemedStep() == o.steps()) return;
        (uint256 principal, uint256 interest, uint256 unpaid) = _share(id >> 24, o, c, c.start(), c.amount());
        if (principal + interest != 0) revert RedeemFirst(uint88(id), uint64(principal + interest));
        if (unpaid == 0) revert NothingUnpaid(uint88(id));
    }

    /// @dev PIECE, where `minimum` is the obligation's.
    function _piece(uint256 id, Obligation o, Claim c, uint256 amount, uint256 minimum) internal view {
        if (amount == 0) revert ZeroAmount();
        if (amount >= c.amount()) revert PieceTooLarge(uint88(id), c.amount(), uint48(amount));
        uint256 rest = c.amount() - amount;
        if (amount < minimum || rest < minimum) revert PieceTooSmall(uint88(id), uint48(minimum));
        if (o.steps() != 0) {
            (,, uint256 tail) = _share(id >> 24, o, c, c.start() + rest, amount);
            (,, uint256 head) = _share(id >> 24, o, c, c.start(), rest);
            if (tail == 0 || head == 0) revert NothingUnpaid(uint88(id));
        }
    }

    /// @dev ASSIGNEE.
    function _assignee(uint256 id, uint256 holder, uint256 to) internal view {
        if (to == holder) revert SelfDealing(uint32(to));
        if (to == id >> 56) revert ObligorCannotHold(uint32(to));
        Participant row = participants[to].row;
        if (!row.mayReceive(HOLDER_ROLES)) _asReceiver(to, row, HOLDER_ROLES);
    }

    /// @dev ACCEPTED by a standing auto-accept. `late`: due has passed.
    function _standing(uint256 id, uint256 holder, uint256 to, bool late) internal view {
        if (late || uint32(autoAccepts[(to << 32) | holder]) < block.timestamp) _notAccepted(id, to);
    }

    function _notAccepted(uint256 id, uint256 to) private pure {
        revert NotAccepted(uint88(id), uint32(to));
    }

    /// @dev ACCEPTED by a signature.
    function _agreed(uint256 id, uint256 version, uint256 to, uint256 piece, uint256 amount, bytes calldata acceptance)
        internal
        view
    {
        (address signer, uint32 deadline, bytes calldata signature) = _consent(id, to, acceptance);
        _provenOrCaller(
            signer,
            keccak256(abi.encode(Intents.ACCEPTANCE, to, id, version, piece, amount, signer, deadline)),
            signature
        );
    }

    /// @dev Takes an acceptance apart; all of SIGNED but the signature itself.
    function _consent(uint256 id, uint256 to, bytes calldata acceptance)
        internal
        view
        returns (address signer, uint32 deadline, bytes calldata signature)
    {
        if (acceptance.length < 24) _notAccepted(id, to);
        signer = address(bytes20(acceptance[:20]));
        deadline = uint32(bytes4(acceptance[20:24]));
        signature = acceptance[24:];
        _inTime(deadline);
        _account(signer, to, Rights.MAKER);
    }

    /// @dev `ClaimVersionExhausted`.
    function _roomAfter(uint256 id, uint256 version) internal pure {
        if (version == ClaimLib.VERSION_MAX) _exhausted(id);
    }

    /// @dev Apart, so that the comparison is small enough for the compiler to put it where it is used.
    function _exhausted(uint256 id) private pure {
        revert ClaimVersionExhausted(uint88(id));
    }

    /// @dev The version after one that has room after it.
    function _after(uint256 version) internal pure returns (uint256) {
        unchecked {
            return version + 1;
        }
    }

    function _roomForBirths(uint256 id, Obligation o, uint256 n) internal pure {
        unchecked {
            if (o.seq() + n > ObligationLib.SEQ_MAX) revert ClaimSequenceExhausted(uint64(id >> 24));
        }
    }

    /// @dev The one primitive: the last `amount` cents become a child of `holder`, for the caller to write; parent and obligation are written.
    function _cutOff(
        uint256 id,
        ClaimRecord storage record,
        Claim c,
        ObligationRecord storage debt,
        Obligation o,
        uint256 holder,
        uint256 amount
    ) internal returns (Claim child, uint256 childId) {
        (uint256 seq, uint256 version, uint256 last) = (o.seq(), c.version(), ObligationLib.SEQ_MAX);
        bool full;
        assembly ("memory-safe") {
            full := or(eq(seq, last), eq(version, last)) // both have 24 bits
        }
        if (full) {
            _roomForBirths(id, o, 1);
            _roomAfter(id, version);
        }
        child = c.child(uint24(id), holder, amount);
        record.row = c.less(amount).bumped();
        unchecked {
            childId = (id & ~ObligationLib.SEQ_MAX) + seq + 1;
        }
        debt.row = o.withBirths(1);
    }
}
