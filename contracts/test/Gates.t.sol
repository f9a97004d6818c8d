// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ILedgerErrors} from "../interfaces/ILedgerErrors.sol";
import {ObligationStatus} from "../interfaces/IReceivableLedger.sol";
import {Operations} from "./Operations.sol";

/// @title CLAIM, FREE, OPEN, WINDOW, MONEY FIRST and the last checks of IClaims, on every operation that asks them
contract GatesTest is Operations {
    function each(function(Op) internal pure returns (bool) asked, function(Op) internal test) private {
        uint256 before = vm.snapshotState();
        uint256 count = 0;
        for (uint256 i = 0; i < uint256(Op.RELEASE); ++i) {
            if (!asked(Op(i))) continue;
            test(Op(i));
            vm.revertToState(before);
            ++count;
        }
        yes(count > 1);
    }

    function all(Op) private pure returns (bool) {
        return true;
    }

    function notSale(Op op) private pure returns (bool) {
        return !isSale(op);
    }

    function notLienWhole(Op op) private pure returns (bool) {
        return op != Op.LIEN_WHOLE;
    }

    function notLien(Op op) private pure returns (bool) {
        return !isLien(op);
    }

    function notCut(Op op) private pure returns (bool) {
        return op != Op.CUT;
    }

    /// @dev Cut off after due; a lien cannot even be asked for then.
    function isPartNotLien(Op op) private pure returns (bool) {
        return isPart(op) && !isLien(op);
    }

    // ---------------------------------------------------------------- CLAIM

    function test_claim__never_born__unknown_claim() public {
        each(all, _unborn);
    }

    function _unborn(Op op) private {
        Ask memory a = ask(op);
        a.claim = claimId(CORE, 1, 2);
        refuses(a, err(ILedgerErrors.UnknownClaim.selector, a.claim));
        a.claim = claimId(CORE, 2, 1);
        refuses(a, err(ILedgerErrors.UnknownClaim.selector, a.claim));
    }

    function test_claim__of_somebody_else__not_holder() public {
        each(all, _notHolder);
    }

    function _notHolder(Op op) private {
        Ask memory a = ask(op);
        a.participant = SUP3;
        a.signer = vm.addr(S3);
        refuses(a, err(ILedgerErrors.NotHolder.selector, claim, SUP3));
    }

    function test_claim__earlier_or_later_version__stale_claim() public {
        each(all, _stale);
    }

    function _stale(Op op) private {
        Ask memory a = ask(op);
        a.version = 1;
        refuses(a, err(ILedgerErrors.StaleClaim.selector, claim, 2, 1));
        a.version = 3;
        refuses(a, err(ILedgerErrors.StaleClaim.selector, claim, 2, 3));
        setClaimVersion(claim, 3);
        passes(a);
    }

    // ---------------------------------------------------------------- FREE

    function test_free__any_other_status_byte__not_held() public {
        each(all, _notHeld);
    }

    function _notHeld(Op op) private {
        uint8[7] memory statuses = [0, 2, 3, 1 | 4, 1 | 8, 1 | 16, 1 | 32];
        for (uint256 i = 0; i < statuses.length; ++i) {
            setClaimStatus(claim, statuses[i]);
            refuses(ask(op), err(ILedgerErrors.NotHeld.selector, claim, statuses[i]));
        }
        setClaimStatus(claim, 1);
        passes(ask(op));
    }

    function test_free__lien_in_force__claim_liened_through_its_last_second() public {
        lien(claim, SUP1, S1, FIN2, F2, FACE, hoursAt(T0 + 10 days));
        each(all, _liened);
    }

    function _liened(Op op) private {
        uint24 until_ = hoursAt(T0 + 10 days);
        Ask memory a = ask(op);
        a.version = 3;
        refuses(a, err(ILedgerErrors.ClaimLiened.selector, claim, FIN2, until_));
        vm.warp(uint256(until_) * 3600);
        refuses(a, err(ILedgerErrors.ClaimLiened.selector, claim, FIN2, until_));
        vm.warp(uint256(until_) * 3600 + 1);
        passes(a);
        vm.warp(T0);
    }

    function test_free__own_lien__claim_liened_too() public {
        lien(claim, SUP1, S1, SUP1, S1, FACE, until());
        each(notSale, _ownLien);
    }

    function _ownLien(Op op) private {
        Ask memory a = ask(op);
        a.version = 3;
        refuses(a, err(ILedgerErrors.ClaimLiened.selector, claim, SUP1, until()));
    }

    // ---------------------------------------------------------------- OPEN

    function test_open__any_end_of_the_obligation__obligation_closed() public {
        each(all, _closed);
    }

    function _closed(Op op) private {
        for (uint8 status = ObligationStatus.DEFAULTED; status <= ObligationStatus.EXPIRED; ++status) {
            setObligationStatus(obligation, status);
            refuses(ask(op), err(ILedgerErrors.ObligationClosed.selector, obligation, status));
        }
    }

    function test_open__paid_in_full__obligation_closed_though_money_waits() public {
        fund(obligation, FACE);
        each(all, _settled);
    }

    function _settled(Op op) private {
        refuses(ask(op), err(ILedgerErrors.ObligationClosed.selector, obligation, ObligationStatus.SETTLED));
    }

    // ---------------------------------------------------------------- WINDOW

    function test_window__second_before_it__passes() public {
        vm.warp(due() - 5 days - 1);
        each(notLien, _goes);
    }

    function test_window__first_second_and_due_second__closing_window() public {
        each(notLienWhole, _window);
    }

    function _window(Op op) private {
        Ask memory a = ask(op);
        bytes memory e = err(ILedgerErrors.ClosingWindow.selector, claim, due() - 5 days);
        uint256[2] memory instants = [uint256(due() - 5 days), due()];
        for (uint256 i = 0; i < instants.length; ++i) {
            vm.warp(instants[i]);
            if (op == Op.LIEN_TAIL) refusesLien(instants[i], e);
            else refuses(a, e);
        }
        vm.warp(T0);
    }

    function refusesLien(uint256 instant, bytes memory e) private {
        uint24 last = hoursAt(due());
        if (instant >= uint256(last) * 3600) e = err(ILedgerErrors.BadLienUntil.selector, last);
        Lien memory m = Lien(SUP1, claim, 2, PART, FIN, last, vm.addr(S1), DEADLINE);
        refused(e);
        vm.prank(m.signer);
        ledger.lien(m, "", "");
    }

    function test_window__whole_lien__not_asked() public {
        vm.warp(due() - 5 days);
        lien(claim, SUP1, S1, FIN, F1, FACE, hoursAt(due()));
        eq(ledger.claimOf(claim).lienholder, FIN);
    }

    function test_window__0_closing_days__only_the_due_second() public {
        NewObligation memory o = terms(2, FACE);
        o.closes = 0;
        claim = opened(o);
        each(notLien, _noDays);
    }

    function _noDays(Op op) private {
        Ask memory a = ask(op);
        vm.warp(due());
        refuses(a, err(ILedgerErrors.ClosingWindow.selector, claim, due()));
        vm.warp(due() - 1);
        passes(a);
        vm.warp(T0);
    }

    function test_window__after_due__past_due_for_parts() public {
        vm.warp(due() + 1);
        each(isPartNotLien, _pastDue);
        ledger.markOverdue(obligation);
        each(isPartNotLien, _pastDue);
    }

    function _pastDue(Op op) private {
        Ask memory a = ask(op);
        a.status = ObligationStatus.OVERDUE;
        refuses(a, err(ILedgerErrors.PastDue.selector, claim, due()));
    }

    // ---------------------------------------------------------------- MONEY FIRST

    function test_money_first__principal_waits__redeem_first() public {
        fund(obligation, 10_000_000);
        each(notCut, _principalWaits);
    }

    function _principalWaits(Op op) private {
        Ask memory a = ask(op);
        refuses(a, err(ILedgerErrors.RedeemFirst.selector, claim, 10_000_000));
        ledger.redeem(claim);
        a.version = 3;
        passes(a);
    }

    function test_money_first__interest_alone_waits__redeem_first() public {
        vm.warp(due() + 100 days);
        fund(obligation, 2_083_334);
        each(isWholeMove, _interestWaits);
    }

    function isWholeMove(Op op) private pure returns (bool) {
        return op == Op.TRANSFER || op == Op.SALE_WHOLE;
    }

    function _interestWaits(Op op) private {
        Ask memory a = ask(op);
        a.status = ObligationStatus.OVERDUE;
        eq(ledger.obligationOf(obligation).unpaid, FACE);
        refuses(a, err(ILedgerErrors.RedeemFirst.selector, claim, 2_083_334));
        ledger.redeem(claim);
        a.version = 3;
        passes(a);
    }

    function test_money_first__every_cent_reduced_away__nothing_unpaid() public {
        uint88 tail = cut(claim, SUP1, S1, 40_000_000);
        reduce(obligation, FACE - 40_000_000, FACE);
        claim = tail;
        each(notCut, _reducedAway);
    }

    function _reducedAway(Op op) private {
        Ask memory a = ask(op);
        a.version = 1;
        refuses(a, err(ILedgerErrors.NothingUnpaid.selector, claim));
    }

    function test_money_first__steps_that_left_it_nothing__passes() public {
        cut(claim, SUP1, S1, 1);
        reduce(obligation, FACE - 1, FACE);
        each(all, _reducedElsewhere);
    }

    function _reducedElsewhere(Op op) private {
        Ask memory a = ask(op);
        a.version = 3;
        if (isWhole(op)) a.amount = FACE - 1;
        passes(a);
    }

    // ---------------------------------------------------------------- the last checks

    function test_last__version_at_its_maximum__claim_version_exhausted() public {
        each(all, _versionFull);
    }

    function _versionFull(Op op) private {
        Ask memory a = ask(op);
        a.version = MAX24;
        setClaimVersion(claim, MAX24);
        refuses(a, err(ILedgerErrors.ClaimVersionExhausted.selector, claim));
        a.version = MAX24 - 1;
        setClaimVersion(claim, MAX24 - 1);
        passes(a);
        eq(ledger.claimOf(claim).version, MAX24);
    }

    function test_last__numbers_used_up__claim_sequence_exhausted_before_version() public {
        each(isPart, _seqFull);
    }

    function _seqFull(Op op) private {
        Ask memory a = ask(op);
        a.version = MAX24;
        setClaimVersion(claim, MAX24);
        setSeq(obligation, MAX24);
        refuses(a, err(ILedgerErrors.ClaimSequenceExhausted.selector, obligation));
        setClaimVersion(claim, 2);
        a.version = 2;
        setSeq(obligation, MAX24 - 1);
        passes(a);
        eq(ledger.obligationOf(obligation).seq, MAX24);
        eq(ledger.claimOf(claimId(CORE, 1, MAX24)).amount, PART);
        eq(ledger.claimOf(claimId(CORE, 1, MAX24)).parent, 1);
    }

    function _goes(Op op) private {
        passes(ask(op));
    }
}
