// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ObligationStatus} from "../interfaces/IReceivableLedger.sol";

/// @dev The obligor's promise, with the rules that govern it for life, in one slot. From the lowest bit:
/// face 48 | unpaid 48 | due 32 | seq 24 | rulebook 16 | rail 8 | status 8 | steps 8 | closes 8 | hopCap 4 | minPiece 4 | lateRate 24 | version 24.
/// seq: the last claim born; version: lifecycle and steps, not seq.
type Obligation is uint256;

using ObligationLib for Obligation global;

library ObligationLib {
    uint256 private constant U8 = 0xff;
    uint256 private constant U48 = 0xffffffffffff;
    uint256 internal constant SEQ_MAX = 0xffffff;
    uint256 internal constant VERSION_MAX = 0xffffff;

    function face(Obligation o) internal pure returns (uint48) {
        return uint48(Obligation.unwrap(o));
    }

    function unpaid(Obligation o) internal pure returns (uint48) {
        return uint48(Obligation.unwrap(o) >> 48);
    }

    function due(Obligation o) internal pure returns (uint32) {
        return uint32(Obligation.unwrap(o) >> 96);
    }

    function seq(Obligation o) internal pure returns (uint24) {
        return uint24(Obligation.unwrap(o) >> 128);
    }

    function rulebook(Obligation o) internal pure returns (uint16) {
        return uint16(Obligation.unwrap(o) >> 152);
    }

    function rail(Obligation o) internal pure returns (uint8) {
        return uint8(Obligation.unwrap(o) >> 168);
    }

    function status(Obligation o) internal pure returns (uint8) {
        return uint8(Obligation.unwrap(o) >> 176);
    }

    function steps(Obligation o) internal pure returns (uint8) {
        return uint8(Obligation.unwrap(o) >> 184);
    }

    function closes(Obligation o) internal pure returns (uint8) {
        return uint8(Obligation.unwrap(o) >> 192);
    }

    function hopCap(Obligation o) internal pure returns (uint8) {
        return uint8((Obligation.unwrap(o) >> 200) & 0xf);
    }

    function minPiece(Obligation o) internal pure returns (uint8) {
        return uint8((Obligation.unwrap(o) >> 204) & 0xf);
    }

    function lateRate(Obligation o) internal pure returns (uint24) {
        return uint24(Obligation.unwrap(o) >> 208);
    }

    function version(Obligation o) internal pure returns (uint24) {
        return uint24(Obligation.unwrap(o) >> 232);
    }

    function isUnknown(Obligation o) internal pure returns (bool) {
        return Obligation.unwrap(o) == 0;
    }

    /// @dev Whether at `instant` it is unmarked, before its closing window, and no step was taken after step `redeemed`: what it mostly is.
    function isCalm(Obligation o, uint256 instant, uint256 redeemed) internal pure returns (bool calm) {
        uint256 sought = ObligationStatus.ISSUED | (redeemed << 8); // status and steps lie side by side
        assembly ("memory-safe") {
            let window := add(instant, mul(and(shr(192, o), 0xff), 86400))
            calm := and(eq(and(shr(176, o), 0xffff), sought), lt(window, and(shr(96, o), 0xffffffff)))
        }
    }

    /// @dev As `isCalm`, and `status_` says so too.
    function isCalmAs(Obligation o, uint256 status_, uint256 instant, uint256 redeemed)
        internal
        pure
        returns (bool calm)
    {
        calm = o.isCalm(instant, redeemed);
        uint256 unmarked = ObligationStatus.ISSUED;
        assembly ("memory-safe") {
            calm := and(calm, eq(status_, unmarked))
        }
    }

    /// @dev Whether no step was taken, and both `amount` of `whole` cents and the rest are at least `least`, which is not 0.
    function isDivided(Obligation o, uint256 whole, uint256 amount, uint256 least)
        internal
        pure
        returns (bool divided)
    {
        assembly ("memory-safe") {
            // When amount is more than whole, the rest is as good as infinite: hence the third condition.
            let small := or(lt(amount, least), lt(sub(whole, amount), least))
            divided := iszero(or(or(small, gt(amount, whole)), and(shr(184, o), 0xff)))
        }
    }

    /// @dev The smallest piece, in fen: at most 10^14.
    function minimum(Obligation o) internal pure returns (uint256) {
        unchecked {
            return 10 ** uint256(o.minPiece());
        }
    }

    /// @dev The caller has made sure that seq + n stays within SEQ_MAX.
    function withBirths(Obligation o, uint256 n) internal pure returns (Obligation) {
        unchecked {
            return Obligation.wrap(Obligation.unwrap(o) + (n << 128));
        }
    }

    /// @dev The caller has made sure that the version is below its maximum.
    function bumped(Obligation o) internal pure returns (Obligation) {
        unchecked {
            return Obligation.wrap(Obligation.unwrap(o) + (1 << 232));
        }
    }

    function withUnpaid(Obligation o, uint256 unpaid_) internal pure returns (Obligation) {
        return Obligation.wrap((Obligation.unwrap(o) & ~(U48 << 48)) | (unpaid_ << 48));
    }

    function withStatus(Obligation o, uint256 status_) internal pure returns (Obligation) {
        return Obligation.wrap((Obligation.unwrap(o) & ~(U8 << 176)) | (status_ << 176));
    }

    function withSteps(Obligation o, uint256 steps_) internal pure returns (Obligation) {
        return Obligation.wrap((Obligation.unwrap(o) & ~(U8 << 184)) | (steps_ << 184));
    }
}
