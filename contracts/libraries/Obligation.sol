// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

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

    /// @dev The smallest piece, in fen.
    function minimum(Obligation o) internal pure returns (uint48) {
        return uint48(10 ** o.minPiece());
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
