// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ILedgerErrors as E} from "../interfaces/ILedgerErrors.sol";
import {IClaimTokenEvents, ILedgerEvents} from "../interfaces/ILedgerEvents.sol";
import {ILedgerViews, ObligationStatus, Rights, Roles} from "../interfaces/IReceivableLedger.sol";
import {SignedBy} from "./SignedBy.sol";

/// @dev Who may issue, to whom and for which invoices. Limits of the Rulebook and of a lone officer: IssueRules.t.sol.
contract IssueTest is SignedBy {
    function test_issue__two_officers__obligation_and_claim_are_born() public {
        NewObligation memory o = terms(type(uint32).max, FACE);
        (o.closes, o.lateRate) = (30, 365_000);
        o.invoices = new InvoicePart[](3);
        o.invoices[0] = InvoicePart(INVOICE, 60_000_000);
        o.invoices[1] = InvoicePart(INVOICE2, 39_999_999);
        o.invoices[2] = InvoicePart(INVOICE, 1); // the same one twice
        uint64 id = obligationId(CORE, o.number);
        uint88 claim = claimId(CORE, o.number, 1);
        ILedgerViews.ParticipantView memory obligor = ledger.participantOf(CORE);
        address creditor = ledger.addressOf(SUP1);
        uint256 officer = word(OFFICERS, officerKey(CORE, 1));
        emits();
        emit ILedgerEvents.Issued(id, o, 5, 0, 1, 2, 1);
        emits();
        emit IClaimTokenEvents.Transfer(address(0), creditor, claim);
        issue(o);

        same(ledger.obligationOf(id), _born(o));
        ILedgerViews.ClaimView memory c;
        (c.holder, c.amount, c.version, c.lienUntil) = (SUP1, FACE, 1, o.acceptBy);
        same(ledger.claimOf(claim), c);
        obligor.utilised = FACE;
        same(ledger.participantOf(CORE), obligor);
        eq(word(OFFICERS, officerKey(CORE, 1)), officer); // two officers: no daily sum
        _allocated(INVOICE, 60_000_001);
        _allocated(INVOICE2, 39_999_999);
        eq(ledger.ownerOf(claim), creditor);
    }

    function test_issue__one_cent__and_then_the_most_that_can_be_written() public {
        NewObligation memory o = terms(1, 1);
        issue(o);
        eq(ledger.claimOf(claimId(CORE, 1, 1)).amount, 1);
        uint48 most = type(uint48).max;
        setLimit(CORE, type(uint64).max);
        _registerInvoice(CORE, keccak256("largest"), most);
        o = terms(2, most);
        o.invoices = parts(keccak256("largest"), most);
        issue(o);
        same(ledger.obligationOf(obligationId(CORE, 2)), _born(o));
        eq(ledger.claimOf(claimId(CORE, 2, 1)).amount, most);
        eq(ledger.participantOf(CORE).utilised, uint256(most) + 1);
    }

    function test_issue__checker_calls__needs_no_signature() public {
        Issue memory m = _message(By(CORE, vm.addr(MAKER), DEADLINE), terms(1, FACE));
        bytes memory signature = signed(MAKER, hashOf(m));
        vm.prank(m.checker);
        ledger.issue(m, signature, "");
        yes(done(_usual()));
    }

    function test_issue__checker__refused_in_order() public {
        suspend(CORE);
        Issue memory m = _message(By(CORE, vm.addr(MAKER), DEADLINE), terms(1, FACE));
        m.checker = vm.addr(STRANGER);
        _refuse(m, abi.encodeWithSelector(E.UnknownAccount.selector, m.checker));
        m.checker = vm.addr(S1);
        _refuse(m, abi.encodeWithSelector(E.NotSignerFor.selector, m.checker, CORE));
        m.checker = vm.addr(MAKER);
        _refuse(m, abi.encodeWithSelector(E.SameOfficer.selector, CORE, 1));
        copyAccount(vm.addr(NEW), vm.addr(MAKER)); // a second key of the same officer
        m.checker = vm.addr(NEW);
        _refuse(m, abi.encodeWithSelector(E.SameOfficer.selector, CORE, 1));
        m.checker = vm.addr(CHECKER);
        bytes memory signature = signed(MAKER, hashOf(m));
        refused(badSignature(m.checker));
        ledger.issue(m, signature, signature);
        refused(badSignature(m.checker));
        ledger.issue(m, signature, "");
        _refuse(m, abi.encodeWithSelector(E.ParticipantSuspended.selector, CORE));
        setRights(m.checker, Rights.MAKER);
        _refuse(m, abi.encodeWithSelector(E.RightMissing.selector, m.checker, Rights.CHECKER));
        endAccount(m.checker);
        _refuse(m, abi.encodeWithSelector(E.AccountRevoked.selector, m.checker));
    }

    function test_issue__obligor__refused_in_order() public {
        NewObligation memory o = terms(1, 0);
        put(PARTICIPANTS, CORE, 128, 16, 7);
        uint24 until = hoursAt(T0) + 1;
        setPausedUntil(CORE, until);
        setRoles(CORE, Roles.SUPPLIER | Roles.FINANCIER);
        suspend(CORE);
        _refuse(o, abi.encodeWithSelector(E.ParticipantSuspended.selector, CORE));
        put(PARTICIPANTS, CORE, 160, 8, 1);
        _refuse(o, abi.encodeWithSelector(E.NotInRole.selector, CORE, Roles.CORE_ENTERPRISE));
        setRoles(CORE, Roles.CORE_ENTERPRISE);
        vm.warp(uint256(until) * 3600);
        _refuse(o, abi.encodeWithSelector(E.ParticipantPaused.selector, CORE, until));
        vm.warp(uint256(until) * 3600 + 1);
        _refuse(o, abi.encodeWithSelector(E.IssuanceStopped.selector, CORE, 7));
        put(PARTICIPANTS, CORE, 128, 16, 0);
        _refuse(o, abi.encodeWithSelector(E.ZeroAmount.selector));
    }

    function test_issue__obligor_with_an_overdue_obligation__stopped_until_it_is_paid() public {
        held(1, FACE);
        vm.warp(due() + 1);
        ledger.markOverdue(obligationId(CORE, 1));
        NewObligation memory o = terms(2, FACE);
        o.due = due() + 90 days;
        o.acceptBy = hoursAt(due() + 10 days);
        _refuse(o, abi.encodeWithSelector(E.IssuanceStopped.selector, CORE, 1));
        (uint48 unpaid, uint48 interest) = ledger.owedOf(obligationId(CORE, 1));
        fund(obligationId(CORE, 1), uint64(unpaid) + interest);
        issue(o);
        eq(ledger.obligationOf(obligationId(CORE, 2)).status, ObligationStatus.ISSUED);
    }

    function test_issue__number_creditor_and_rail__refused_in_order() public {
        issue(terms(1, FACE));
        NewObligation memory o = terms(0, 0);
        (o.creditor, o.rail, o.due) = (CORE, 9, 0);
        _refuse(o, abi.encodeWithSelector(E.ZeroAmount.selector));
        o.face = FACE;
        _refuse(o, abi.encodeWithSelector(E.ObligationExists.selector, obligationId(CORE, 0)));
        o.number = 1;
        _refuse(o, abi.encodeWithSelector(E.ObligationExists.selector, obligationId(CORE, 1)));
        o.number = 2;
        _refuse(o, abi.encodeWithSelector(E.SelfDealing.selector, CORE));
        o.creditor = NOBODY;
        _refuse(o, abi.encodeWithSelector(E.UnknownParticipant.selector, NOBODY));
        o.creditor = FIN;
        _refuse(o, abi.encodeWithSelector(E.NotInRole.selector, FIN, Roles.SUPPLIER));
        suspend(FIN);
        _refuse(o, abi.encodeWithSelector(E.ParticipantSuspended.selector, FIN));
        o.creditor = SUP1;
        uint24 until = hoursAt(T0) + 1;
        setPausedUntil(SUP1, until);
        vm.warp(uint256(until) * 3600);
        _refuse(o, abi.encodeWithSelector(E.ParticipantPaused.selector, SUP1, until));
        vm.warp(uint256(until) * 3600 + 1);
        _refuse(o, abi.encodeWithSelector(E.UnknownRail.selector, 9));
        o.rail = RAIL;
        setRoles(BANK, Roles.SUPPLIER);
        _refuse(o, abi.encodeWithSelector(E.NotInRole.selector, BANK, Roles.SETTLEMENT_BANK));
        suspend(BANK);
        _refuse(o, abi.encodeWithSelector(E.ParticipantSuspended.selector, BANK));
        put(PARTICIPANTS, BANK, 160, 8, 1);
        setRoles(BANK, Roles.SETTLEMENT_BANK);
        _refuse(o, abi.encodeWithSelector(E.AlreadyDue.selector, 0));
    }

    function test_issue__number_used_by_another_obligor__is_free() public {
        issue(terms(1, FACE));
        _registerInvoice(CORE2, INVOICE, FACE);
        setThresholdOf(CORE2, 1, FACE);
        vm.prank(vm.addr(MAKER2));
        ledger.issue(Issue(CORE2, terms(1, FACE), vm.addr(MAKER2), address(0), DEADLINE), "", "");
        eq(ledger.obligationOf(obligationId(CORE2, 1)).face, FACE);
        _allocated(INVOICE, FACE); // CORE's invoice of that fingerprint is another
    }

    function test_issue__limit__to_the_cent() public {
        NewObligation memory o = terms(1, uint48(LIMIT));
        o.invoices = new InvoicePart[](2);
        o.invoices[0] = InvoicePart(INVOICE, GROSS);
        o.invoices[1] = InvoicePart(INVOICE2, GROSS);
        setLimit(CORE, LIMIT - 1);
        _refuse(o, abi.encodeWithSelector(E.LimitExceeded.selector, CORE, LIMIT - 1, LIMIT));
        setLimit(CORE, LIMIT);
        issue(o);
        eq(ledger.participantOf(CORE).utilised, LIMIT);
        _refuse(terms(2, 1), abi.encodeWithSelector(E.LimitExceeded.selector, CORE, LIMIT, LIMIT + 1));
    }

    function test_issue__invoices__refused_in_order() public {
        NewObligation memory o = terms(1, 100);
        o.invoices = new InvoicePart[](0);
        setLimit(CORE, 99);
        _refuse(o, abi.encodeWithSelector(E.LimitExceeded.selector, CORE, 99, 100));
        setLimit(CORE, LIMIT);
        _refuse(o, abi.encodeWithSelector(E.EmptyBatch.selector));
        o.invoices = parts(TERMS, 0);
        _refuse(o, abi.encodeWithSelector(E.UnknownInvoice.selector, TERMS));
        o.invoices = parts(INVOICE, 0);
        _refuse(o, abi.encodeWithSelector(E.ZeroAmount.selector));
        o.invoices = parts(INVOICE, GROSS + 1);
        _refuse(o, abi.encodeWithSelector(E.InvoiceExhausted.selector, INVOICE, GROSS, GROSS + 1));
        o.invoices = parts(INVOICE, 99);
        _refuse(o, abi.encodeWithSelector(E.InvoicesDoNotSum.selector, 99, 100));
        o.invoices = parts(INVOICE, 101);
        _refuse(o, abi.encodeWithSelector(E.InvoicesDoNotSum.selector, 101, 100));
        o.invoices = parts(INVOICE, 100);
        issue(o);
        _allocated(INVOICE, 100);
    }

    function test_issue__invoice_used_up__by_another_or_by_itself__exhausted() public {
        issue(terms(1, GROSS - 1));
        _refuse(terms(2, 2), abi.encodeWithSelector(E.InvoiceExhausted.selector, INVOICE, 1, 2));
        NewObligation memory o = terms(2, 2);
        o.invoices = new InvoicePart[](2);
        o.invoices[0] = InvoicePart(INVOICE, 1);
        o.invoices[1] = InvoicePart(INVOICE, 1);
        _refuse(o, abi.encodeWithSelector(E.InvoiceExhausted.selector, INVOICE, 0, 1));
        issue(terms(2, 1));
        _allocated(INVOICE, GROSS);
    }

    // ---------------------------------------------------------------- how

    function _born(NewObligation memory o) private pure returns (ILedgerViews.ObligationView memory v) {
        (v.face, v.unpaid, v.due, v.seq) = (o.face, o.face, o.due, 1);
        (v.rulebook, v.rail, v.status, v.closes) = (1, RAIL, ObligationStatus.ISSUED, o.closes);
        (v.hopCap, v.minPiece, v.lateRate, v.version) = (5, 0, o.lateRate, 1);
        v.commitment = keccak256(abi.encode(o.terms, hashOf(o.invoices)));
    }

    function _allocated(bytes32 fingerprint, uint48 wanted) private view {
        (, uint48 allocated) = ledger.invoiceOf(CORE, fingerprint);
        eq(allocated, wanted);
    }

    function _refuse(NewObligation memory o, bytes memory error_) private {
        refused(error_);
        issue(o);
    }

    /// @dev Both officers' signatures are right, if CHECKER is the checker.
    function _refuse(Issue memory m, bytes memory error_) private {
        refused(error_);
        ledger.issue(m, signed(MAKER, hashOf(m)), signed(CHECKER, hashOf(m)));
    }

    function speaker() internal pure override returns (uint32, uint256) {
        return (CORE, MAKER);
    }

    function hashBy(By memory by) internal pure override returns (bytes32) {
        return hashOf(_message(by, terms(1, FACE)));
    }

    function callBy(By memory by, bytes memory signature) internal view override returns (bytes memory) {
        Issue memory m = _message(by, terms(1, FACE));
        return abi.encodeCall(ledger.issue, (m, signature, signed(CHECKER, hashOf(m))));
    }

    function done(By memory) internal view override returns (bool) {
        return ledger.obligationOf(obligationId(CORE, 1)).status == ObligationStatus.ISSUED;
    }

    function _message(By memory by, NewObligation memory o) private pure returns (Issue memory) {
        return Issue(by.participant, o, by.signer, vm.addr(CHECKER), by.deadline);
    }
}
