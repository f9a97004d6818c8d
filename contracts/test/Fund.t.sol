// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ILedgerErrors} from "../interfaces/ILedgerErrors.sol";
import {ILedgerEvents} from "../interfaces/ILedgerEvents.sol";
import {ILedgerViews, ObligationStatus} from "../interfaces/IReceivableLedger.sol";
import {Intents} from "../libraries/Intents.sol";
import {ClaimsWorld} from "./ClaimsWorld.sol";

/// @title Payment by the obligor: in full, in part, late, and how it cures
/// @dev Bounds of payments in part are in Payments; signatures in Signed; odd tokens in CashLeg.
contract FundTest is ClaimsWorld {
    /// 18.25 % a year on FACE is 50,000.00 fen a day.
    uint48 internal constant DAY = 50_000;

    uint88 internal claim;
    uint64 internal obligation;

    function setUp() public override {
        super.setUp();
        claim = held(1, FACE);
        obligation = obligationId(CORE, 1);
    }

    // ---------------------------------------------------------------- in full

    function test_fund__all_at_once_before_due__settled_without_a_step() public {
        ILedgerViews.ObligationView memory o = ledger.obligationOf(obligation);
        ILedgerViews.ParticipantView memory core = ledger.participantOf(CORE);
        ILedgerViews.ClaimView memory untouched = ledger.claimOf(claim);
        (o.unpaid, o.version, o.status) = (0, 2, ObligationStatus.SETTLED);
        core.utilised -= FACE;
        uint256 before = balance(CORE);

        vm.recordLogs();
        expectLog();
        emit ILedgerEvents.Funded(obligation, 2, FACE, 0, 0, ObligationStatus.SETTLED, uint32(T0), 0, 1);
        pass(message(1, FACE));

        onlyLogs(1);
        same(ledger.obligationOf(obligation), o);
        same(ledger.participantOf(CORE), core);
        same(ledger.claimOf(claim), untouched);
        eq(balance(CORE), before - FACE);
        eq(token.balanceOf(escrow()), FACE);
        eq(token.balanceOf(address(ledger)), 0);
        eq(owed(RAIL), FACE);
        money(FACE, 0, 0);
    }

    function test_fund__due_second__no_interest() public {
        vm.warp(due());
        pass(message(1, FACE));
        eq(ledger.obligationOf(obligation).status, ObligationStatus.SETTLED);
    }

    function test_fund__carried_by_a_stranger__pays_once() public {
        Fund memory m = message(1, FACE / 2);
        bytes memory signature = signed(MAKER, keccak256(abi.encode(Intents.FUND, m)));
        vm.prank(vm.addr(STRANGER));
        ledger.fund(m, signature);
        refused(err(ILedgerErrors.StaleObligation.selector, obligation, 2, 1));
        ledger.fund(m, signature);
        eq(owed(RAIL), FACE / 2);
    }

    function test_fund__obligor_suspended_and_paused__payment_is_never_blocked() public {
        pauseUntil(CORE, hoursAt(T0 + 2 days));
        suspend(CORE);
        pass(message(1, FACE));
        eq(ledger.obligationOf(obligation).unpaid, 0);
    }

    function test_fund__face_of_48_bits__settled() public {
        claim = heldWhole48();
        obligation = uint64(claim >> 24);
        pass(message(1, MAX48));
        money(MAX48, 0, 0);
    }

    function test_fund__face_of_one_cent__settled() public {
        claim = held(2, 1);
        obligation = obligationId(CORE, 2);
        pass(message(1, 1));
        money(1, 0, 0);
    }

    // ---------------------------------------------------------------- in part

    function test_fund__in_part__step_holds_what_was_paid_of_what() public {
        ILedgerViews.ObligationView memory o = ledger.obligationOf(obligation);
        ILedgerViews.ParticipantView memory core = ledger.participantOf(CORE);
        (o.unpaid, o.version, o.steps) = (70_000_000, 2, 1);
        core.utilised -= 30_000_000;
        vm.warp(T0 + 5);

        vm.recordLogs();
        expectLog();
        emit ILedgerEvents.Funded(obligation, 2, 30_000_000, 0, 0, ObligationStatus.ISSUED, uint32(T0 + 5), 0, 1);
        pass(message(1, 30_000_000));

        onlyLogs(1);
        same(ledger.obligationOf(obligation), o);
        same(ledger.participantOf(CORE), core);
        step(1, 30_000_000, FACE, 0, 0, T0 + 5, 1);
        eq(owed(RAIL), 30_000_000);
        money(30_000_000, 0, 70_000_000);
    }

    function test_fund__rest_after_a_part__settled_and_the_rest_is_no_step() public {
        pass(message(1, 30_000_000));
        pass(message(2, 70_000_000));
        eq(ledger.obligationOf(obligation).steps, 1);
        eq(ledger.obligationOf(obligation).status, ObligationStatus.SETTLED);
        eq(ledger.participantOf(CORE).utilised, 0);
        money(FACE, 0, 0);
        refuse(message(3, 1), err(ILedgerErrors.ObligationClosed.selector, obligation, ObligationStatus.SETTLED));
    }

    // ---------------------------------------------------------------- late

    function test_fund__first_second_after_due__a_days_interest_is_a_step() public {
        vm.warp(due() + 1);
        uint256 before = balance(CORE);
        vm.recordLogs();
        expectLog();
        emit ILedgerEvents.Funded(obligation, 2, FACE, DAY, 0, ObligationStatus.SETTLED, due() + 1, 0, 1);
        pass(message(1, FACE + DAY));
        onlyLogs(1);
        step(1, FACE, FACE, DAY, 0, due() + 1, 1);
        eq(ledger.obligationOf(obligation).steps, 1);
        eq(ledger.obligationOf(obligation).unpaid, 0);
        eq(ledger.participantOf(CORE).utilised, 0);
        eq(balance(CORE), before - FACE - DAY);
        eq(owed(RAIL), FACE + DAY);
        money(FACE, DAY, 0);
    }

    function test_fund__every_24_hours_begun__one_more_day() public {
        uint256[5] memory after_ = [uint256(0), 1, 86_400, 86_401, 10 * 86_400 + 1];
        uint256[5] memory days_ = [uint256(0), 1, 1, 2, 11];
        for (uint256 i = 0; i < 5; ++i) {
            vm.warp(due() + after_[i]);
            (uint256 unpaid, uint256 interest) = ledger.owedOf(obligation);
            eq(unpaid, FACE);
            eq(interest, days_[i] * DAY);
        }
        refuse(message(1, FACE + 11 * DAY + 1), overpaid(FACE + 11 * DAY, FACE + 11 * DAY + 1));
        pass(message(1, FACE + 11 * DAY));
        eq(ledger.obligationOf(obligation).status, ObligationStatus.SETTLED);
    }

    function test_fund__late_in_part__interest_first_then_principal() public {
        vm.warp(due() + 1);
        expectLog();
        emit ILedgerEvents.Funded(obligation, 2, 9_950_000, DAY, 0, ObligationStatus.ISSUED, due() + 1, 0, 1);
        pass(message(1, 10_000_000));
        step(1, 9_950_000, FACE, DAY, 0, due() + 1, 1);
        money(9_950_000, DAY, FACE - 9_950_000);
        vm.warp(due() + 86_400);
        owes(FACE - 9_950_000, 0);
        vm.warp(due() + 86_401);
        owes(FACE - 9_950_000, 45_025);
    }

    function test_fund__less_than_the_interest__rest_of_it_stays_owed_and_grows_on_principal_only() public {
        vm.warp(due() + 100 days);
        uint48 paid = 2_083_334;
        uint48 left = 100 * DAY - paid;
        expectLog();
        emit ILedgerEvents.Funded(obligation, 2, 0, paid, left, 1, uint32(due() + 100 days), 0, 1);
        pass(message(1, paid));
        eq(ledger.obligationOf(obligation).unpaid, FACE);
        eq(ledger.participantOf(CORE).utilised, FACE);
        step(1, 0, FACE, paid, left, due() + 100 days, 1);
        owes(FACE, left);
        money(0, paid, FACE);
        vm.warp(due() + 102 days);
        owes(FACE, left + 2 * DAY);
        pass(message(2, 2_200_000));
        step(2, 0, FACE, 2_200_000, left + 2 * DAY - 2_200_000, due() + 102 days, 2);
        pass(message(3, FACE + left + 2 * DAY - 2_200_000));
        money(FACE, 102 * DAY, 0);
        eq(ledger.obligationOf(obligation).steps, 3);
    }

    function test_fund__part_before_due__interest_runs_on_the_rest_from_due() public {
        pass(message(1, 60_000_000));
        vm.warp(due() + 1);
        owes(40_000_000, 20_000);
    }

    function test_fund__rate_0__late_in_full_is_no_step() public {
        NewObligation memory n = terms(2, FACE);
        n.lateRate = 0;
        claim = opened(n);
        obligation = obligationId(CORE, 2);
        vm.warp(due() + 300 days);
        pass(message(1, FACE));
        eq(ledger.obligationOf(obligation).steps, 0);
        money(FACE, 0, 0);
    }

    /// @dev After a payment of the interest alone a settling payment in the same block carries none and needs no step.
    function test_fund__interest_paid_before__settling_payment_is_no_step() public {
        vm.warp(due() + 100 days);
        pass(message(1, 100 * DAY));
        pass(message(2, FACE));
        eq(ledger.obligationOf(obligation).steps, 1);
        money(FACE, 100 * DAY, 0);
    }

    // ---------------------------------------------------------------- cure

    function test_fund__overdue_paid_in_full__cured_and_issuing_goes_on() public {
        vm.warp(due() + 1);
        ledger.markOverdue(obligation);
        ILedgerViews.ParticipantView memory core = ledger.participantOf(CORE);
        eq(core.overdue, 1);
        (core.overdue, core.utilised) = (0, 0);
        expectLog();
        emit ILedgerEvents.Funded(obligation, 3, FACE, DAY, 0, ObligationStatus.SETTLED, due() + 1, 0, 1);
        pass(message(2, FACE + DAY));
        same(ledger.participantOf(CORE), core);
        NewObligation memory n = terms(2, FACE);
        n.due = due() + 60 days;
        n.acceptBy = hoursAt(due() + 5 days);
        issue(n);
    }

    function test_fund__overdue_paid_in_part__still_overdue() public {
        vm.warp(due() + 1);
        ledger.markOverdue(obligation);
        pass(message(2, FACE));
        eq(ledger.obligationOf(obligation).status, ObligationStatus.OVERDUE);
        eq(ledger.participantOf(CORE).overdue, 1);
        pass(message(3, DAY));
        eq(ledger.obligationOf(obligation).status, ObligationStatus.SETTLED);
        eq(ledger.participantOf(CORE).overdue, 0);
    }

    function test_fund__late_but_never_marked__count_is_not_touched() public {
        vm.warp(due() + 1);
        pass(message(1, FACE + DAY));
        eq(ledger.participantOf(CORE).overdue, 0);
    }

    // ---------------------------------------------------------------- refusals in order

    /// @dev Everything wrong at once; each repair brings the next refusal that ISettlement names.
    function test_fund__all_wrong__refused_in_the_order_of_the_law() public {
        Fund memory m = Fund(CORE2, obligationId(CORE, 9), 9, 0, vm.addr(STRANGER), uint32(T0 - 1));
        setObligationStatus(obligation, ObligationStatus.DEFAULTED);
        setClaimStatus(claim, 0);
        setObligationVersion(obligation, MAX24);
        vm.prank(cashOf(CORE));
        token.approve(address(ledger), FACE - 1);

        refuse(m, err(ILedgerErrors.IntentExpired.selector, T0 - 1));
        m.deadline = DEADLINE;
        refuse(m, err(ILedgerErrors.UnknownAccount.selector, uint160(vm.addr(STRANGER))));
        m.signer = vm.addr(MAKER2);
        refuse(m, err(ILedgerErrors.UnknownObligation.selector, m.obligation));
        m.obligation = obligation;
        refuse(m, err(ILedgerErrors.StaleObligation.selector, obligation, MAX24, 9));
        m.version = MAX24;
        refuse(m, err(ILedgerErrors.NotObligor.selector, obligation, CORE2));
        (m.participant, m.signer) = (CORE, vm.addr(MAKER));
        refuse(m, err(ILedgerErrors.ObligationClosed.selector, obligation, ObligationStatus.DEFAULTED));
        setObligationStatus(obligation, ObligationStatus.ISSUED);
        refuse(m, err(ILedgerErrors.NotHeld.selector, claim, 0));
        setClaimStatus(claim, 1);
        refuse(m, abi.encodeWithSelector(ILedgerErrors.ZeroAmount.selector));
        m.amount = FACE + 1;
        refuse(m, overpaid(FACE, FACE + 1));
        m.amount = 1;
        refuse(m, err(ILedgerErrors.PaymentTooSmall.selector, 2_083_334, 1));
        m.amount = FACE;
        refuse(m, err(ILedgerErrors.ObligationVersionExhausted.selector, obligation));
        setObligationVersion(obligation, MAX24 - 1);
        m.version = MAX24 - 1;
        refuse(m, err(ILedgerErrors.CashRefused.selector, uint160(address(token)), uint160(cashOf(CORE)), FACE));
        vm.prank(cashOf(CORE));
        token.approve(address(ledger), FACE);
        pass(m);
        eq(ledger.obligationOf(obligation).version, MAX24);
        eq(owed(RAIL), FACE);
    }

    function test_fund__offer_not_accepted__not_held() public {
        uint88 offer = issue(terms(2, FACE));
        obligation = obligationId(CORE, 2);
        refuse(message(1, FACE), err(ILedgerErrors.NotHeld.selector, offer, 0));
    }

    function test_fund__amount_of_64_bits__overpaid() public {
        refuse(message(1, type(uint64).max), overpaid(FACE, type(uint64).max));
    }

    // ---------------------------------------------------------------- helpers

    function message(uint24 version, uint64 amount) internal view returns (Fund memory) {
        return Fund(CORE, obligation, version, amount, vm.addr(MAKER), DEADLINE);
    }

    function overpaid(uint64 owed_, uint64 given) internal pure returns (bytes memory) {
        return err(ILedgerErrors.Overpaid.selector, owed_, given);
    }

    /// @dev The stored word of step n, field by field (layout: Step).
    function step(uint256 n, uint256 m, uint256 u, uint256 interest, uint256 still, uint256 taken, uint256 pays)
        internal
        view
    {
        uint256 word = peek(STEPS, (uint256(obligation) << 8) | n);
        eq(word, 1 | (m << 8) | (u << 56) | (interest << 104) | (still << 152) | (taken << 200) | (pays << 232));
    }

    function money(uint256 principal, uint256 interest, uint256 unpaid) internal view {
        (uint256 p, uint256 i, uint256 u) = ledger.moneyOf(claim);
        eq(p, principal);
        eq(i, interest);
        eq(u, unpaid);
    }

    function owes(uint256 unpaid, uint256 interest) internal view {
        (uint256 u, uint256 i) = ledger.owedOf(obligation);
        eq(u, unpaid);
        eq(i, interest);
    }

    function pass(Fund memory m) internal {
        vm.prank(m.signer);
        ledger.fund(m, "");
    }

    function refuse(Fund memory m, bytes memory error_) internal {
        refused(error_);
        vm.prank(m.signer);
        ledger.fund(m, "");
    }
}
