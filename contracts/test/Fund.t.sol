// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ILedgerErrors} from "../interfaces/ILedgerErrors.sol";
import {ILedgerEvents} from "../interfaces/ILedgerEvents.sol";
import {ILedgerViews, ObligationStatus} from "../interfaces/IReceivableLedger.sol";
import {Intents} from "../libraries/Intents.sol";
import {ClaimsWorld} from "./ClaimsWorld.sol";

/// @title Payment by the obligor before due, in full and in part, and what is refused
/// @dev Late payment is in FundLate; bounds of payments in part in Payments; signatures in Signed; odd tokens in CashLeg.
contract FundTest is ClaimsWorld {
    uint88 internal claim;
    uint64 internal obligation;

    function setUp() public override {
        super.setUp();
        claim = held(1, FACE);
        obligation = obligationId(CORE, 1);
        govern(obligation);
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
        emit ILedgerEvents.Funded(obligation, 2, FACE, 0, 0, ObligationStatus.SETTLED, uint32(T0), 0, RULES);
        pass(message(1, FACE));

        onlyLogs(1);
        same(ledger.obligationOf(obligation), o);
        same(ledger.participantOf(CORE), core);
        same(ledger.claimOf(claim), untouched);
        eq(balance(CORE), before - FACE);
        eq(token.balanceOf(escrow()), FACE);
        eq(token.balanceOf(address(ledger)), 0);
        eq(owed(RAIL), FACE);
        money(claim, FACE, 0, 0);
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
        money(claim, MAX48, 0, 0);
    }

    function test_fund__face_of_one_cent__settled() public {
        claim = held(2, 1);
        obligation = obligationId(CORE, 2);
        pass(message(1, 1));
        money(claim, 1, 0, 0);
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
        emit ILedgerEvents.Funded(obligation, 2, 30_000_000, 0, 0, ObligationStatus.ISSUED, uint32(T0 + 5), 0, RULES);
        pass(message(1, 30_000_000));

        onlyLogs(1);
        same(ledger.obligationOf(obligation), o);
        same(ledger.participantOf(CORE), core);
        step(obligation, 1, 30_000_000, FACE, 0, 0, T0 + 5, 1);
        eq(owed(RAIL), 30_000_000);
        money(claim, 30_000_000, 0, 70_000_000);
    }

    function test_fund__rest_after_a_part__settled_and_the_rest_is_no_step() public {
        pass(message(1, 30_000_000));
        pass(message(2, 70_000_000));
        eq(ledger.obligationOf(obligation).steps, 1);
        eq(ledger.obligationOf(obligation).status, ObligationStatus.SETTLED);
        eq(ledger.participantOf(CORE).utilised, 0);
        money(claim, FACE, 0, 0);
        refuse(message(3, 1), err(ILedgerErrors.ObligationClosed.selector, obligation, ObligationStatus.SETTLED));
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
