// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ILedgerErrors} from "../interfaces/ILedgerErrors.sol";
import {ILedgerEvents} from "../interfaces/ILedgerEvents.sol";
import {ILedgerViews, ObligationStatus} from "../interfaces/IReceivableLedger.sol";
import {ClaimsWorld} from "./ClaimsWorld.sol";

/// @title Payment after due: interest by days begun, interest first, and the cure
contract FundLateTest is ClaimsWorld {
    /// 18.25 % a year on FACE, in fen a day.
    uint48 internal constant DAY = 50_000;

    uint88 internal claim;
    uint64 internal obligation;

    function setUp() public override {
        super.setUp();
        claim = held(1, FACE);
        obligation = obligationId(CORE, 1);
        govern(obligation);
    }

    // ---------------------------------------------------------------- late

    function test_fund__first_second_after_due__a_days_interest_is_a_step() public {
        vm.warp(due() + 1);
        uint256 before = balance(CORE);
        vm.recordLogs();
        expectLog();
        emit ILedgerEvents.Funded(obligation, 2, FACE, DAY, 0, ObligationStatus.SETTLED, due() + 1, 0, RULES);
        pass(message(1, FACE + DAY));
        onlyLogs(1);
        step(obligation, 1, FACE, FACE, DAY, 0, due() + 1, 1);
        eq(ledger.obligationOf(obligation).steps, 1);
        eq(ledger.obligationOf(obligation).unpaid, 0);
        eq(ledger.participantOf(CORE).utilised, 0);
        eq(balance(CORE), before - FACE - DAY);
        eq(owed(RAIL), FACE + DAY);
        money(claim, FACE, DAY, 0);
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
        emit ILedgerEvents.Funded(obligation, 2, 9_950_000, DAY, 0, ObligationStatus.ISSUED, due() + 1, 0, RULES);
        pass(message(1, 10_000_000));
        step(obligation, 1, 9_950_000, FACE, DAY, 0, due() + 1, 1);
        money(claim, 9_950_000, DAY, FACE - 9_950_000);
        vm.warp(due() + 86_400);
        owes(obligation, FACE - 9_950_000, 0);
        vm.warp(due() + 86_401);
        owes(obligation, FACE - 9_950_000, 45_025);
    }

    function test_fund__less_than_the_interest__rest_of_it_stays_owed_and_grows_on_principal_only() public {
        vm.warp(due() + 100 days);
        uint48 paid = 2_083_334;
        uint48 left = 100 * DAY - paid;
        expectLog();
        emit ILedgerEvents.Funded(obligation, 2, 0, paid, left, 1, uint32(due() + 100 days), 0, RULES);
        pass(message(1, paid));
        eq(ledger.obligationOf(obligation).unpaid, FACE);
        eq(ledger.participantOf(CORE).utilised, FACE);
        step(obligation, 1, 0, FACE, paid, left, due() + 100 days, 1);
        owes(obligation, FACE, left);
        money(claim, 0, paid, FACE);
        vm.warp(due() + 102 days);
        owes(obligation, FACE, left + 2 * DAY);
        pass(message(2, 2_200_000));
        step(obligation, 2, 0, FACE, 2_200_000, left + 2 * DAY - 2_200_000, due() + 102 days, 2);
        pass(message(3, FACE + left + 2 * DAY - 2_200_000));
        money(claim, FACE, 102 * DAY, 0);
        eq(ledger.obligationOf(obligation).steps, 3);
    }

    function test_fund__part_before_due__interest_runs_on_the_rest_from_due() public {
        pass(message(1, 60_000_000));
        vm.warp(due() + 1);
        owes(obligation, 40_000_000, 20_000);
    }

    function test_fund__rate_0__late_in_full_is_no_step() public {
        NewObligation memory n = terms(2, FACE);
        n.lateRate = 0;
        claim = opened(n);
        obligation = obligationId(CORE, 2);
        vm.warp(due() + 300 days);
        pass(message(1, FACE));
        eq(ledger.obligationOf(obligation).steps, 0);
        money(claim, FACE, 0, 0);
    }

    /// @dev After a payment of the interest alone a settling payment in the same block carries none and needs no step.
    function test_fund__interest_paid_before__settling_payment_is_no_step() public {
        vm.warp(due() + 100 days);
        pass(message(1, 100 * DAY));
        pass(message(2, FACE));
        eq(ledger.obligationOf(obligation).steps, 1);
        money(claim, FACE, 100 * DAY, 0);
    }

    // ---------------------------------------------------------------- cure

    function test_fund__overdue_paid_in_full__cured_and_issuing_goes_on() public {
        vm.warp(due() + 1);
        ledger.markOverdue(obligation);
        ILedgerViews.ParticipantView memory core = ledger.participantOf(CORE);
        eq(core.overdue, 1);
        (core.overdue, core.utilised) = (0, 0);
        expectLog();
        emit ILedgerEvents.Funded(obligation, 3, FACE, DAY, 0, ObligationStatus.SETTLED, due() + 1, 0, RULES);
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

    // ---------------------------------------------------------------- helpers

    function message(uint24 version, uint64 amount) internal view returns (Fund memory) {
        return Fund(CORE, obligation, version, amount, vm.addr(MAKER), DEADLINE);
    }

    function overpaid(uint64 owed_, uint64 given) internal pure returns (bytes memory) {
        return err(ILedgerErrors.Overpaid.selector, owed_, given);
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
