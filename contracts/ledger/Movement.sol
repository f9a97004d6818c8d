// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ClaimStatus, ObligationStatus, Rights, Roles} from "../interfaces/IReceivableLedger.sol";
import {Claim, ClaimLib} from "../libraries/Claim.sol";
import {Intents} from "../libraries/Intents.sol";
import {Obligation, ObligationLib} from "../libraries/Obligation.sol";
import {Steps} from "../libraries/Step.sol";
import {Authority} from "./Authority.sol";

/// @title When a claim may move or be cut: the steps of IClaims, shared by all that act on claims
abstract contract Movement is Authority {
    uint16 internal constant HOLDER_ROLES = Roles.SUPPLIER | Roles.FINANCIER;

    /// @dev CLAIM.
    function _claim(uint256 participant, uint88 id, uint24 version) internal view returns (Claim c) {
        c = claims[id];
        if (c.isUnknown()) revert UnknownClaim(id);
        if (c.holder() != participant) revert NotHolder(id, uint32(participant));
        if (c.version() != version) revert StaleClaim(id, c.version(), version);
    }

    /// @dev FREE.
    function _free(uint88 id, Claim c) internal view {
        if (c.status() != ClaimStatus.HELD) revert NotHeld(id, c.status());
        if (c.liened(block.timestamp)) revert ClaimLiened(id, c.lienholder(), c.lienUntil());
    }

    /// @dev The claim's obligation; OPEN.
    function _openFor(uint88 id) internal view returns (uint64 obligation, Obligation o) {
        obligation = uint64(id >> 24);
        o = obligations[obligation].row;
        _open(obligation, o);
    }

    /// @dev OPEN.
    function _open(uint64 obligation, Obligation o) internal pure {
        uint8 status = o.status();
        if (status != ObligationStatus.ISSUED && status != ObligationStatus.OVERDUE) {
            revert ObligationClosed(obligation, status);
        }
    }

    /// @dev WINDOW. Says whether due has passed.
    function _window(uint88 id, Obligation o) internal view returns (bool late) {
        uint256 due = o.due();
        late = block.timestamp > due;
        if (!late) {
            uint256 span = uint256(o.closes()) * 1 days;
            uint256 from = due > span ? due - span : 0;
            if (block.timestamp >= from) revert ClosingWindow(id, uint32(from));
        }
    }

    /// @dev WINDOW, and `PastDue` after it.
    function _beforeWindow(uint88 id, Obligation o) internal view {
        if (_window(id, o)) revert PastDue(id, o.due());
    }

    function _share(uint256 obligation, Obligation o, Claim c, uint256 start, uint256 amount)
        internal
        view
        returns (Steps.Share memory s)
    {
        s = Steps.share(steps, obligation, o.steps(), c.redeemedStep(), start, amount);
        // A payment of everything that carried no interest is no step: what is left at the end is money.
        if (o.unpaid() == 0) {
            s.principal += s.unpaid;
            s.unpaid = 0;
        }
    }

    /// @dev MONEY FIRST.
    function _moneyFirst(uint88 id, uint64 obligation, Obligation o, Claim c) internal view {
        if (c.redeemedStep() == o.steps()) return;
        Steps.Share memory s = _share(obligation, o, c, c.start(), c.amount());
        if (s.principal + s.interest != 0) revert RedeemFirst(id, uint64(s.principal + s.interest));
        if (s.unpaid == 0) revert NothingUnpaid(id);
    }

    /// @dev PIECE.
    function _piece(uint88 id, uint64 obligation, Obligation o, Claim c, uint48 amount) internal view {
        if (amount == 0) revert ZeroAmount();
        if (amount >= c.amount()) revert PieceTooLarge(id, c.amount(), amount);
        uint48 minimum = o.minimum();
        uint48 rest = c.amount() - amount;
        if (amount < minimum || rest < minimum) revert PieceTooSmall(id, minimum);
        if (o.steps() != 0) {
            if (
                _share(obligation, o, c, c.start() + rest, amount).unpaid == 0
                    || _share(obligation, o, c, c.start(), rest).unpaid == 0
            ) revert NothingUnpaid(id);
        }
    }

    /// @dev ASSIGNEE.
    function _assignee(uint64 obligation, uint256 holder, uint256 to) internal view {
        if (to == holder) revert SelfDealing(uint32(to));
        if (to == obligation >> 32) revert ObligorCannotHold(uint32(to));
        _receiver(to, HOLDER_ROLES);
    }

    /// @dev ACCEPTED. `late`: due has passed.
    function _accepted(
        uint88 id,
        uint256 version,
        uint256 holder,
        uint256 to,
        uint256 piece,
        uint256 amount,
        bool late,
        bytes calldata acceptance
    ) internal view {
        if (acceptance.length == 0) {
            if (late || uint32(autoAccepts[(to << 32) | holder]) < block.timestamp) {
                revert NotAccepted(id, uint32(to));
            }
            return;
        }
        (address signer, uint32 deadline, bytes calldata signature) = _consent(id, to, acceptance);
        _provenOrCaller(
            signer,
            keccak256(abi.encode(Intents.ACCEPTANCE, to, id, version, piece, amount, signer, deadline)),
            signature
        );
    }

    /// @dev Takes an acceptance apart; all of SIGNED but the signature itself.
    function _consent(uint88 id, uint256 to, bytes calldata acceptance)
        internal
        view
        returns (address signer, uint32 deadline, bytes calldata signature)
    {
        if (acceptance.length < 24) revert NotAccepted(id, uint32(to));
        signer = address(bytes20(acceptance[:20]));
        deadline = uint32(bytes4(acceptance[20:24]));
        signature = acceptance[24:];
        _inTime(deadline);
        _account(signer, to, Rights.MAKER);
    }

    function _roomForVersion(uint88 id, Claim c) internal pure {
        if (c.version() == ClaimLib.VERSION_MAX) revert ClaimVersionExhausted(id);
    }

    function _roomForBirths(uint64 obligation, Obligation o, uint256 n) internal pure {
        if (o.seq() + n > ObligationLib.SEQ_MAX) revert ClaimSequenceExhausted(obligation);
    }

    /// @dev The one primitive: what cutting the last `amount` cents off as a child of `holder` makes of parent, child and obligation. The caller writes them.
    function _cutOff(uint88 id, uint64 obligation, Obligation o, Claim c, uint256 holder, uint256 amount)
        internal
        pure
        returns (Claim parent, Claim child, uint88 childId, Obligation after_)
    {
        _roomForBirths(obligation, o, 1);
        _roomForVersion(id, c);
        after_ = o.withBirths(1);
        child = c.child(uint24(id), holder, amount);
        parent = c.less(amount).bumped();
        childId = uint88((uint256(obligation) << 24) | after_.seq());
    }
}
