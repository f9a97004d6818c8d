// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Steps} from "../libraries/Step.sol";
import {Bare} from "./Bare.sol";

/// @title Late interest of ISettlement: days begun after due, and what they add
contract LateInterestTest is Bare {
    uint256 internal constant DUE = 1_797_776_000;
    uint256 internal constant MAX48 = type(uint48).max;
    uint256 internal constant ONE_PER_DAY = 365_000_000; // on one cent, one cent a day

    // ---------------------------------------------------------------- days

    function test_late_days__around_due__count_begins_the_second_after() public pure {
        eq("the beginning of time", Steps.lateDays(DUE, 0), 0);
        eq("a second before", Steps.lateDays(DUE, DUE - 1), 0);
        eq("due", Steps.lateDays(DUE, DUE), 0);
        eq("due + 1", Steps.lateDays(DUE, DUE + 1), 1);
        eq("due + 24 h", Steps.lateDays(DUE, DUE + 86_400), 1);
        eq("due + 24 h + 1", Steps.lateDays(DUE, DUE + 86_401), 2);
        eq("due + 48 h", Steps.lateDays(DUE, DUE + 172_800), 2);
        eq("due + 48 h + 1", Steps.lateDays(DUE, DUE + 172_801), 3);
        eq("a year", Steps.lateDays(DUE, DUE + 365 days), 365);
    }

    function test_late_days__instants_at_their_limits__no_overflow() public pure {
        eq("due at 0", Steps.lateDays(0, 1), 1);
        eq("32 bits", Steps.lateDays(0, type(uint32).max), 49_711);
        eq("due at 32 bits", Steps.lateDays(type(uint32).max, type(uint32).max), 0);
    }

    function testFuzz_late_days__any_instant__day_begun_contains_it(uint32 due, uint32 instant) public pure {
        uint256 n = Steps.lateDays(due, instant);
        if (instant <= due) {
            eq("not late", n, 0);
            return;
        }
        uint256 late = uint256(instant) - due;
        eq("begun", (n - 1) * 86_400 < late, true);
        eq("not over", late <= n * 86_400, true);
    }

    // ---------------------------------------------------------------- interest

    function test_accrued__due_second__nothing() public pure {
        eq("due", Steps.accrued(0, MAX48, 365_000, DUE, DUE, DUE), 0);
        eq("before due", Steps.accrued(0, MAX48, 365_000, DUE, DUE, DUE - 1), 0);
    }

    function test_accrued__each_day_begun__adds_one_days_interest() public pure {
        uint256 day = 50_000; // 100,000,000 at 18.25 %
        eq("due + 1", accrued(0, DUE, DUE + 1), day);
        eq("due + 86400", accrued(0, DUE, DUE + 86_400), day);
        eq("due + 86401", accrued(0, DUE, DUE + 86_401), 2 * day);
        eq("a year", accrued(0, DUE, DUE + 365 days), 18_250_000);
    }

    function test_accrued__since_a_step__only_the_days_after_it() public pure {
        eq("the same day", accrued(0, DUE + 1, DUE + 86_400), 0);
        eq("the next day", accrued(0, DUE + 1, DUE + 86_401), 50_000);
        eq("the next day from its last second", accrued(0, DUE + 86_400, DUE + 86_401), 50_000);
        eq("within the second day", accrued(0, DUE + 86_401, DUE + 172_800), 0);
        eq("owed is kept", accrued(7, DUE + 1, DUE + 86_400), 7);
        eq("owed is added to", accrued(7, DUE + 1, DUE + 86_401), 50_007);
    }

    function test_accrued__fractions__are_dropped_once_at_the_end() public pure {
        eq("0.9999... of a cent", Steps.accrued(0, 1, ONE_PER_DAY - 1, DUE, DUE, DUE + 1), 0);
        eq("one cent", Steps.accrued(0, 1, ONE_PER_DAY, DUE, DUE, DUE + 1), 1);
        eq("three days of 0.6", Steps.accrued(0, 6, 36_500_000, DUE, DUE, DUE + 3 days), 1);
        eq("rate 0", Steps.accrued(5, MAX48, 0, DUE, DUE, DUE + 1000 days), 5);
        eq("nothing unpaid", Steps.accrued(5, 0, 365_000, DUE, DUE, DUE + 1000 days), 5);
    }

    function test_accrued__beyond_48_bits__stays_at_the_maximum() public pure {
        eq("one below", Steps.accrued(MAX48 - 2, 1, ONE_PER_DAY, DUE, DUE, DUE + 1), MAX48 - 1);
        eq("exactly", Steps.accrued(MAX48 - 1, 1, ONE_PER_DAY, DUE, DUE, DUE + 1), MAX48);
        eq("one above", Steps.accrued(MAX48, 1, ONE_PER_DAY, DUE, DUE, DUE + 1), MAX48);
        eq("all fields at their limits", Steps.accrued(MAX48, MAX48, type(uint24).max, 0, 0, type(uint32).max), MAX48);
    }

    /// @dev Cut at any instant, what has been owed before is owed in all, but for the fraction dropped at the cut.
    function testFuzz_accrued__settled_up_between__loses_less_than_a_cent(
        uint40 unpaid,
        uint24 rate,
        uint16 first,
        uint16 second
    ) public pure {
        rate = rate % 365_001;
        uint256 middle = DUE + first;
        uint256 end = middle + second;
        uint256 whole = Steps.accrued(0, unpaid, rate, DUE, DUE, end);
        uint256 half = Steps.accrued(0, unpaid, rate, DUE, DUE, middle);
        uint256 both = Steps.accrued(half, unpaid, rate, DUE, middle, end);
        eq("not more", both <= whole, true);
        eq("at most one cent less", whole - both <= 1, true);
    }

    function accrued(uint256 owed, uint256 since, uint256 until) private pure returns (uint256) {
        return Steps.accrued(owed, 100_000_000, 182_500, DUE, since, until);
    }
}
