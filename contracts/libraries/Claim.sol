// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ClaimStatus} from "../interfaces/IReceivableLedger.sol";

/// @dev One contiguous interval of cents [start, start + amount) of one obligation, in one slot. From the lowest bit:
/// holder 32 | lienholder 32 | start 48 | amount 48 | parent 24 | version 24 | lienUntil 24 | hop 8 | status 8 | redeemedStep 8.
/// lienUntil: whole hours since 1970; while the claim is offered, the acceptance deadline. A slot is never deleted: a
/// redeemed or gone claim stays as a tombstone, so that lineage can be proven from state.
type Claim is uint256;

using ClaimLib for Claim global;

library ClaimLib {
    uint256 private constant U8 = 0xff;
    uint256 private constant U24 = 0xffffff;
    uint256 private constant U32 = 0xffffffff;
    uint256 private constant U48 = 0xffffffffffff;
    uint256 private constant LIEN = (U32 << 32) | (U24 << 208);

    uint256 internal constant VERSION_MAX = U24;
    uint256 private constant VERSION_ONE = 1 << 184;

    /// @dev Claim 1 of a new obligation, on offer until `acceptBy` hours.
    function offered(uint256 creditor, uint256 face, uint256 acceptBy) internal pure returns (Claim) {
        return Claim.wrap(creditor | (face << 112) | VERSION_ONE | (acceptBy << 208));
    }

    /// @dev The tail of `parent`, born at version 1: it keeps hop and redeemedStep, and bears no lien.
    function child(Claim parent, uint256 parent_, uint256 holder_, uint256 amount_) internal pure returns (Claim) {
        uint256 word = Claim.unwrap(parent);
        uint256 kept = word & ((U8 << 232) | (U8 << 240) | (U8 << 248));
        // The caller has made sure that amount_ is less than the parent's.
        unchecked {
            uint256 start_ = ((word >> 64) & U48) + ((word >> 112) & U48) - amount_;
            return Claim.wrap(kept | holder_ | (start_ << 64) | (amount_ << 112) | (parent_ << 160) | VERSION_ONE);
        }
    }

    function holder(Claim c) internal pure returns (uint32) {
        return uint32(Claim.unwrap(c));
    }

    function lienholder(Claim c) internal pure returns (uint32) {
        return uint32(Claim.unwrap(c) >> 32);
    }

    function start(Claim c) internal pure returns (uint48) {
        return uint48(Claim.unwrap(c) >> 64);
    }

    function amount(Claim c) internal pure returns (uint48) {
        return uint48(Claim.unwrap(c) >> 112);
    }

    function parentSeq(Claim c) internal pure returns (uint24) {
        return uint24(Claim.unwrap(c) >> 160);
    }

    function version(Claim c) internal pure returns (uint24) {
        return uint24(Claim.unwrap(c) >> 184);
    }

    function lienUntil(Claim c) internal pure returns (uint24) {
        return uint24(Claim.unwrap(c) >> 208);
    }

    function hop(Claim c) internal pure returns (uint8) {
        return uint8(Claim.unwrap(c) >> 232);
    }

    function status(Claim c) internal pure returns (uint8) {
        return uint8(Claim.unwrap(c) >> 240);
    }

    function redeemedStep(Claim c) internal pure returns (uint8) {
        return uint8(Claim.unwrap(c) >> 248);
    }

    function isUnknown(Claim c) internal pure returns (bool) {
        return Claim.unwrap(c) == 0;
    }

    /// @dev Whether it is `holder_`'s at `version_`, held, and was never liened: what a claim mostly is when it moves.
    function isFree(Claim c, uint256 holder_, uint256 version_) internal pure returns (bool) {
        uint256 word = Claim.unwrap(c) & (U32 | (U24 << 184) | (U8 << 240) | LIEN);
        return word == holder_ | (version_ << 184) | (uint256(ClaimStatus.HELD) << 240);
    }

    /// @dev Whether it is `holder_`'s at `version_` and on offer.
    function isOffered(Claim c, uint256 holder_, uint256 version_) internal pure returns (bool) {
        uint256 word = Claim.unwrap(c) & (U32 | (U24 << 184) | (uint256(ClaimStatus.LIFECYCLE) << 240));
        return word == holder_ | (version_ << 184) | (uint256(ClaimStatus.OFFERED) << 240);
    }

    function lifecycle(Claim c) internal pure returns (uint8) {
        return c.status() & ClaimStatus.LIFECYCLE;
    }

    /// @dev A lien is in force through the second `lienUntil * 3600`.
    function liened(Claim c, uint256 instant) internal pure returns (bool) {
        return c.lienholder() != 0 && instant <= uint256(c.lienUntil()) * 3600;
    }

    /// @dev The caller has made sure that the version is below its maximum.
    function bumped(Claim c) internal pure returns (Claim) {
        unchecked {
            return Claim.wrap(Claim.unwrap(c) + VERSION_ONE);
        }
    }

    /// @dev A claim on offer, taken: held, at its next version; the hour until which it was on offer is cleared.
    function accepted(Claim c) internal pure returns (Claim) {
        unchecked {
            uint256 word = Claim.unwrap(c) & ~(U24 << 208);
            return Claim.wrap(word + (uint256(ClaimStatus.HELD) << 240) + VERSION_ONE);
        }
    }

    function withHolder(Claim c, uint256 holder_) internal pure returns (Claim) {
        return Claim.wrap((Claim.unwrap(c) & ~U32) | holder_);
    }

    function withoutLien(Claim c) internal pure returns (Claim) {
        return Claim.wrap(Claim.unwrap(c) & ~LIEN);
    }

    function withLien(Claim c, uint256 lienholder_, uint256 until) internal pure returns (Claim) {
        return Claim.wrap((Claim.unwrap(c) & ~LIEN) | (lienholder_ << 32) | (until << 208));
    }

    /// @dev The caller has made sure that `amount_` is less than the claim's.
    function less(Claim c, uint256 amount_) internal pure returns (Claim) {
        unchecked {
            return Claim.wrap(Claim.unwrap(c) - (amount_ << 112));
        }
    }

    /// @dev The caller has made sure that the hop is below the cap, which is at most 15.
    function oneHopOn(Claim c) internal pure returns (Claim) {
        unchecked {
            return Claim.wrap(Claim.unwrap(c) + (1 << 232));
        }
    }

    function withLifecycle(Claim c, uint256 lifecycle_) internal pure returns (Claim) {
        return Claim.wrap((Claim.unwrap(c) & ~(uint256(ClaimStatus.LIFECYCLE) << 240)) | (lifecycle_ << 240));
    }

    function withRedeemedStep(Claim c, uint256 step) internal pure returns (Claim) {
        return Claim.wrap((Claim.unwrap(c) & ~(U8 << 248)) | (step << 248));
    }
}
