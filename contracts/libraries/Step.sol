// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {StepKind} from "../interfaces/IReceivableLedger.sol";

/// @dev One PAY or REDUCE in an obligation's history, in one slot. From the lowest bit:
/// kind 8 | a 48 | b 48 (PAY: m, U; REDUCE: lo, hi) | interest 48 | interestOwed 48 | taken 32 (instant) | pays 8.
/// pays: how many of the steps up to this one are payments, so that the bounds need no walk.
type Step is uint256;

using StepLib for Step global;

library StepLib {
    uint256 internal constant PARTIAL_PAYMENTS = 48;
    uint256 internal constant REDUCTIONS = 15;

    function pack(
        uint256 kind_,
        uint256 a_,
        uint256 b_,
        uint256 interest_,
        uint256 interestOwed_,
        uint256 taken_,
        uint256 pays_
    ) internal pure returns (Step) {
        return Step.wrap(
            kind_ | (a_ << 8) | (b_ << 56) | (interest_ << 104) | (interestOwed_ << 152) | (taken_ << 200)
                | (pays_ << 232)
        );
    }

    function kind(Step s) internal pure returns (uint8) {
        return uint8(Step.unwrap(s));
    }

    function a(Step s) internal pure returns (uint48) {
        return uint48(Step.unwrap(s) >> 8);
    }

    function b(Step s) internal pure returns (uint48) {
        return uint48(Step.unwrap(s) >> 56);
    }

    function interest(Step s) internal pure returns (uint48) {
        return uint48(Step.unwrap(s) >> 104);
    }

    function interestOwed(Step s) internal pure returns (uint48) {
        return uint48(Step.unwrap(s) >> 152);
    }

    function taken(Step s) internal pure returns (uint32) {
        return uint32(Step.unwrap(s) >> 200);
    }

    function pays(Step s) internal pure returns (uint8) {
        return uint8(Step.unwrap(s) >> 232);
    }
}

/// @title How a claim's share follows from an obligation's steps
library Steps {
    /// @dev What the steps did to the interval [start, start + amount): money since `redeemed`, and cents still unpaid.
    struct Share {
        uint256 principal;
        uint256 interest;
        uint256 unpaid;
    }

    function key(uint256 obligation, uint256 n) internal pure returns (uint256) {
        return (obligation << 8) | n;
    }

    /// @dev Folds steps 1..n over both bounds at once. u = x - G(x) is carried instead of G(x). Differences of floors of a
    /// monotone function, hence never negative, and they sum over a partition of [0, face) to m and i exactly.
    function share(
        mapping(uint256 => Step) storage steps,
        uint256 obligation,
        uint256 n,
        uint256 redeemed,
        uint256 start,
        uint256 amount
    ) internal view returns (Share memory s) {
        uint256 low = start;
        uint256 high = start + amount;
        // Products of two 48-bit numbers and sums of at most 64 of them cannot overflow.
        unchecked {
            for (uint256 i = 1; i <= n; ++i) {
                Step step = steps[key(obligation, i)];
                uint256 a = step.a();
                uint256 b = step.b();
                if (step.kind() == StepKind.PAY) {
                    uint256 paidLow = (a * low) / b;
                    uint256 paidHigh = (a * high) / b;
                    if (i > redeemed) {
                        uint256 pot = step.interest();
                        s.principal += paidHigh - paidLow;
                        s.interest += (pot * high) / b - (pot * low) / b;
                    }
                    low -= paidLow;
                    high -= paidHigh;
                } else {
                    low -= clamp(low, a, b) - a;
                    high -= clamp(high, a, b) - a;
                }
            }
            s.unpaid = high - low;
        }
    }

    function clamp(uint256 x, uint256 lo, uint256 hi) internal pure returns (uint256) {
        return x < lo ? lo : x > hi ? hi : x;
    }

    /// @dev Every 24 hours begun after `due` count as a day.
    function lateDays(uint256 due, uint256 instant) internal pure returns (uint256) {
        return instant <= due ? 0 : (instant - due + 1 days - 1) / 1 days;
    }

    /// @dev Late interest over the days from `since` to `until` on `unpaid` cents, on top of `owed`; saturates at 48 bits.
    function accrued(uint256 owed, uint256 unpaid, uint256 rate, uint256 due, uint256 since, uint256 until)
        internal
        pure
        returns (uint256)
    {
        uint256 sum = owed + (unpaid * rate * (lateDays(due, until) - lateDays(due, since))) / 365_000_000;
        return sum > type(uint48).max ? type(uint48).max : sum;
    }
}
