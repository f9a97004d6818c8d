// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ILedgerErrors as E} from "../interfaces/ILedgerErrors.sol";
import {ILedgerEvents} from "../interfaces/ILedgerEvents.sol";
import {RegistryWorld} from "./RegistryWorld.sol";

/// @dev Check 4 of IIssuance.issue, the limits of the Rulebook version in force, and check 5, what an officer may issue alone.
contract IssueRulesTest is RegistryWorld {
    uint256 private constant HOUR = (T0 / 3600 + 1) * 3600; // a whole hour
    uint32 private constant BEGINS = uint32(T0) + PUBLIC_DELAY; // of the second rules

    // ---------------------------------------------------------------- check 4

    function test_issue__due__after_block_time_and_within_the_tenor() public {
        vm.warp(HOUR - 1);
        NewObligation memory o = _offer(1, uint32(HOUR - 1), HOUR);
        _refuse(o, abi.encodeWithSelector(E.AlreadyDue.selector, HOUR - 1));
        o.due = uint32(HOUR - 1 + 366 days) + 1;
        _refuse(o, abi.encodeWithSelector(E.TenorTooLong.selector, o.due, o.due - 1));
        o.due -= 1;
        issue(o);
        o = _offer(2, uint32(HOUR), HOUR); // one second's tenor
        issue(o);
        eq(ledger.obligationOf(obligationId(CORE, 2)).due, HOUR);
    }

    function test_issue__accept_by__after_block_time_and_not_after_due_or_the_longest_offer() public {
        vm.warp(HOUR);
        _refuse(_offer(1, due(), HOUR), abi.encodeWithSelector(E.BadAcceptBy.selector, hoursAt(HOUR)));
        _refuse(_offer(1, due(), 0), abi.encodeWithSelector(E.BadAcceptBy.selector, 0));
        uint256 last = HOUR + 720 hours;
        _refuse(_offer(1, due(), last + 3600), abi.encodeWithSelector(E.BadAcceptBy.selector, hoursAt(last) + 1));
        issue(_offer(1, due(), last));
        issue(_offer(2, due(), HOUR + 3600));
        uint32 soon = uint32(HOUR + 7200);
        _refuse(_offer(3, soon - 1, soon), abi.encodeWithSelector(E.BadAcceptBy.selector, hoursAt(soon)));
        issue(_offer(3, soon, soon));
        eq(ledger.claimOf(claimId(CORE, 3, 1)).lienUntil, hoursAt(soon));
    }

    function test_issue__closing_days_late_rate_and_face__within_their_bounds_in_order() public {
        publish(secondRules());
        vm.warp(BEGINS);
        NewObligation memory o = _offer(1, due(), T0 + PUBLIC_DELAY + 1 days);
        (o.closes, o.lateRate, o.face) = (1, 36_499, 99);
        _refuse(o, abi.encodeWithSelector(E.BadCloses.selector, 1, 2, 5));
        o.closes = 6;
        _refuse(o, abi.encodeWithSelector(E.BadCloses.selector, 6, 2, 5));
        o.closes = 5;
        _refuse(o, abi.encodeWithSelector(E.BadLateRate.selector, 36_499, 36_500, 182_500));
        o.lateRate = 182_501;
        _refuse(o, abi.encodeWithSelector(E.BadLateRate.selector, 182_501, 36_500, 182_500));
        o.lateRate = 182_500;
        _refuse(o, abi.encodeWithSelector(E.PieceTooSmall.selector, claimId(CORE, 1, 1), 100));
        o.face = 100;
        o.invoices = parts(INVOICE, 100);
        issue(o);
        (o.number, o.closes, o.lateRate) = (2, 2, 36_500);
        issue(o);
        eq(ledger.obligationOf(obligationId(CORE, 2)).minPiece, 2);
        eq(ledger.obligationOf(obligationId(CORE, 2)).hopCap, 3);
    }

    function test_issue__rules_in_force__change_at_the_exact_second_and_never_for_what_was_issued() public {
        publish(secondRules());
        vm.warp(BEGINS - 1);
        NewObligation memory o = _offer(1, BEGINS + 180 days, BEGINS + 49 hours);
        o.closes = 5;
        issue(o);
        vm.warp(BEGINS);
        o.number = 2;
        _refuse(o, abi.encodeWithSelector(E.BadAcceptBy.selector, o.acceptBy));
        o.acceptBy -= 1;
        o.due += 1;
        _refuse(o, abi.encodeWithSelector(E.TenorTooLong.selector, o.due, o.due - 1));
        o.due -= 1;
        emits();
        emit ILedgerEvents.Issued(obligationId(CORE, 2), o, 3, 2, 1, 2, 2);
        issue(o);
        eq(ledger.obligationOf(obligationId(CORE, 2)).rulebook, 2);
        eq(ledger.obligationOf(obligationId(CORE, 1)).rulebook, 1);
        eq(ledger.obligationOf(obligationId(CORE, 1)).hopCap, 5);
        eq(ledger.obligationOf(obligationId(CORE, 1)).minPiece, 0);
    }

    // ---------------------------------------------------------------- check 5

    function test_issue__alone__counted_against_the_days_threshold() public {
        setThresholdOf(CORE, 1, 100);
        NewObligation memory o = terms(1, 100);
        emits();
        emit ILedgerEvents.Issued(obligationId(CORE, 1), o, 5, 0, 1, 0, 1);
        _alone(o, MAKER);
        eq(word(OFFICERS, officerKey(CORE, 1)), _officer(100, 100));
    }

    function test_issue__alone_without_a_threshold__above_it() public {
        refused(abi.encodeWithSelector(E.AboveThreshold.selector, 1, 0, 1));
        _alone(terms(1, 1), MAKER);
    }

    function test_issue__alone__threshold_to_the_cent_and_asked_before_the_limit() public {
        setThresholdOf(CORE, 1, 100);
        setLimit(CORE, 100);
        refused(abi.encodeWithSelector(E.AboveThreshold.selector, 1, 100, 101));
        _alone(terms(1, 101), MAKER);
        _alone(terms(1, 60), MAKER);
        refused(abi.encodeWithSelector(E.AboveThreshold.selector, 1, 100, 101));
        _alone(terms(2, 41), MAKER);
        _alone(terms(2, 40), MAKER);
        refused(abi.encodeWithSelector(E.AboveThreshold.selector, 1, 100, 101));
        _alone(terms(3, 1), MAKER);
        eq(word(OFFICERS, officerKey(CORE, 1)), _officer(100, 100));
    }

    function test_issue__alone__the_sum_starts_again_with_the_utc_day() public {
        setThresholdOf(CORE, 1, 100);
        uint256 midnight = (T0 / 1 days + 1) * 1 days;
        vm.warp(midnight - 1);
        _alone(terms(1, 100), MAKER);
        refused(abi.encodeWithSelector(E.AboveThreshold.selector, 1, 100, 101));
        _alone(terms(2, 1), MAKER);
        vm.warp(midnight);
        _alone(terms(2, 70), MAKER);
        eq(word(OFFICERS, officerKey(CORE, 1)), _officer(100, 70) + (1 << 64));
    }

    function test_issue__alone__each_officer_has_its_own_sum_and_its_keys_share_it() public {
        setThresholdOf(CORE, 1, 100);
        setThresholdOf(CORE, 2, 50);
        _alone(terms(1, 100), MAKER);
        _alone(terms(2, 50), CHECKER);
        copyAccount(vm.addr(NEW), vm.addr(MAKER));
        refused(abi.encodeWithSelector(E.AboveThreshold.selector, 1, 100, 101));
        _alone(terms(3, 1), NEW);
        eq(word(OFFICERS, officerKey(CORE, 2)), _officer(50, 50));
    }

    function test_issue__alone__given_back_by_revoke_does_not_lower_the_days_sum() public {
        setThresholdOf(CORE, 1, 100);
        _alone(terms(1, 100), MAKER);
        vm.prank(vm.addr(MAKER));
        ledger.revoke(Revoke(CORE, obligationId(CORE, 1), 1, vm.addr(MAKER), DEADLINE), TERMS, parts(INVOICE, 100), "");
        refused(abi.encodeWithSelector(E.AboveThreshold.selector, 1, 100, 101));
        _alone(terms(2, 1), MAKER);
    }

    function test_issue__alone__sum_beyond_64_bits_is_told_in_full() public {
        setThresholdOf(CORE, 1, type(uint64).max);
        put(OFFICERS, officerKey(CORE, 1), 64, 32, T0 / 1 days);
        put(OFFICERS, officerKey(CORE, 1), 96, 64, type(uint64).max);
        refused(abi.encodeWithSelector(E.AboveThreshold.selector, 1, type(uint64).max, 1 << 64));
        _alone(terms(1, 1), MAKER);
    }

    // ---------------------------------------------------------------- how

    function _offer(uint32 number, uint32 due_, uint256 until) private pure returns (NewObligation memory o) {
        o = terms(number, FACE);
        (o.due, o.acceptBy, o.closes) = (due_, hoursAt(until), 0);
    }

    function _refuse(NewObligation memory o, bytes memory error_) private {
        refused(error_);
        issue(o);
    }

    function _alone(NewObligation memory o, uint256 key) private {
        vm.prank(vm.addr(key));
        ledger.issue(Issue(CORE, o, vm.addr(key), address(0), DEADLINE), "", "");
    }

    /// @dev An officer's slot with one live account on the day of T0.
    function _officer(uint256 threshold, uint256 spent) private pure returns (uint256) {
        return threshold | ((T0 / 1 days) << 64) | (spent << 96) | (1 << 160) | (1 << 176);
    }
}
