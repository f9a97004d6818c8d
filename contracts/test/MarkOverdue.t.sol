// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ILedgerErrors} from "../interfaces/ILedgerErrors.sol";
import {ILedgerEvents} from "../interfaces/ILedgerEvents.sol";
import {ILedgerViews, ObligationStatus} from "../interfaces/IReceivableLedger.sol";
import {ClaimsWorld} from "./ClaimsWorld.sol";

contract MarkOverdueTest is ClaimsWorld {
    uint88 internal claim;
    uint64 internal obligation;

    function setUp() public override {
        super.setUp();
        claim = held(1, FACE);
        obligation = obligationId(CORE, 1);
        govern(obligation);
    }

    function test_mark_overdue__first_second_after_due__by_anyone() public {
        ILedgerViews.ObligationView memory o = ledger.obligationOf(obligation);
        ILedgerViews.ParticipantView memory core = ledger.participantOf(CORE);
        ILedgerViews.ClaimView memory untouched = ledger.claimOf(claim);
        (o.status, o.version) = (ObligationStatus.OVERDUE, 2);
        core.overdue = 1;
        vm.warp(due() + 1);

        vm.recordLogs();
        expectLog();
        emit ILedgerEvents.MarkedOverdue(obligation, 2, RULES);
        vm.prank(vm.addr(STRANGER));
        ledger.markOverdue(obligation);

        onlyLogs(1);
        same(ledger.obligationOf(obligation), o);
        same(ledger.participantOf(CORE), core);
        same(ledger.claimOf(claim), untouched);
    }

    function test_mark_overdue__due_second__not_due() public {
        vm.warp(due());
        refuse(err(ILedgerErrors.NotDue.selector, obligation, due()));
    }

    function test_mark_overdue__marked__obligor_issues_nothing_more() public {
        uint88 second = held(2, FACE);
        vm.warp(due() + 1);
        ledger.markOverdue(obligation);
        ledger.markOverdue(uint64(second >> 24));
        eq(ledger.participantOf(CORE).overdue, 2);
        NewObligation memory n = terms(3, FACE);
        (n.due, n.acceptBy) = (due() + 30 days, hoursAt(due() + 5 days));
        Issue memory m = Issue(CORE, n, vm.addr(MAKER), vm.addr(CHECKER), DEADLINE);
        bytes memory maker = signed(MAKER, hashOf(m));
        bytes memory checker = signed(CHECKER, hashOf(m));
        refused(err(ILedgerErrors.IssuanceStopped.selector, CORE, 2));
        ledger.issue(m, maker, checker);
        payAll(obligation);
        refused(err(ILedgerErrors.IssuanceStopped.selector, CORE, 1));
        ledger.issue(m, maker, checker);
        payAll(uint64(second >> 24));
        ledger.issue(m, maker, checker);
        eq(ledger.obligationOf(obligationId(CORE, 3)).status, ObligationStatus.ISSUED);
    }

    function test_mark_overdue__partly_paid__overdue_with_the_rest() public {
        fund(obligation, FACE - 1);
        vm.warp(due() + 1);
        ledger.markOverdue(obligation);
        eq(ledger.obligationOf(obligation).status, ObligationStatus.OVERDUE);
        eq(ledger.obligationOf(obligation).unpaid, 1);
        eq(ledger.obligationOf(obligation).version, 3);
    }

    function test_mark_overdue__twice__obligation_closed() public {
        vm.warp(due() + 1);
        ledger.markOverdue(obligation);
        refuse(err(ILedgerErrors.ObligationClosed.selector, obligation, ObligationStatus.OVERDUE));
    }

    function test_mark_overdue__ended_in_any_way__obligation_closed() public {
        fund(obligation, FACE);
        vm.warp(due() + 1);
        refuse(err(ILedgerErrors.ObligationClosed.selector, obligation, ObligationStatus.SETTLED));
        for (uint8 status = ObligationStatus.DEFAULTED; status <= ObligationStatus.EXPIRED; ++status) {
            setObligationStatus(obligation, status);
            refuse(err(ILedgerErrors.ObligationClosed.selector, obligation, status));
        }
    }

    function test_mark_overdue__offer_never_accepted__not_held() public {
        uint88 offer = issue(terms(2, FACE));
        obligation = obligationId(CORE, 2);
        refuse(err(ILedgerErrors.NotHeld.selector, offer, 0));
        vm.warp(due() + 1);
        refuse(err(ILedgerErrors.NotHeld.selector, offer, 0));
    }

    /// @dev Everything wrong at once; each repair brings the next refusal that ISettlement names.
    function test_mark_overdue__all_wrong__refused_in_the_order_of_the_law() public {
        obligation = obligationId(CORE, 9);
        refuse(err(ILedgerErrors.UnknownObligation.selector, obligation));
        obligation = obligationId(CORE, 1);
        setObligationStatus(obligation, ObligationStatus.SETTLED);
        setObligationVersion(obligation, MAX24);
        setClaimStatus(claim, 0);
        poke(PARTICIPANTS, CORE, 128, 16, type(uint16).max);
        refuse(err(ILedgerErrors.ObligationClosed.selector, obligation, ObligationStatus.SETTLED));
        setObligationStatus(obligation, ObligationStatus.ISSUED);
        refuse(err(ILedgerErrors.NotHeld.selector, claim, 0));
        setClaimStatus(claim, 1);
        refuse(err(ILedgerErrors.NotDue.selector, obligation, due()));
        vm.warp(due() + 1);
        refuse(err(ILedgerErrors.ObligationVersionExhausted.selector, obligation));
        setObligationVersion(obligation, MAX24 - 1);
        refuse(err(ILedgerErrors.OverdueCountExhausted.selector, CORE));
        poke(PARTICIPANTS, CORE, 128, 16, type(uint16).max - 1);
        ILedgerViews.ParticipantView memory core = ledger.participantOf(CORE);
        core.overdue = type(uint16).max;
        ledger.markOverdue(obligation);
        same(ledger.participantOf(CORE), core);
        eq(ledger.obligationOf(obligation).version, MAX24);
    }

    // ---------------------------------------------------------------- helpers

    function payAll(uint64 id) private {
        (uint64 unpaid, uint64 interest) = ledger.owedOf(id);
        fund(id, unpaid + interest);
    }

    function refuse(bytes memory error_) private {
        refused(error_);
        ledger.markOverdue(obligation);
    }
}
