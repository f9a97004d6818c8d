// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ILedgerErrors} from "../interfaces/ILedgerErrors.sol";
import {IClaimTokenEvents, ILedgerEvents} from "../interfaces/ILedgerEvents.sol";
import {ILedgerViews, ObligationStatus} from "../interfaces/IReceivableLedger.sol";
import {Intents} from "../libraries/Intents.sol";
import {ClaimsWorld} from "./ClaimsWorld.sol";

/// @dev What every operation on claims shares is in Signed, Gates, Pieces and Assignees.
contract LienTest is ClaimsWorld {
    uint88 internal claim;
    uint64 internal obligation;
    uint24 internal until;

    function setUp() public override {
        super.setUp();
        claim = held(1, FACE);
        obligation = obligationId(CORE, 1);
        govern(obligation);
        until = hoursAt(T0 + 30 days);
    }

    function test_lien__whole_for_a_financier__encumbered_in_place() public {
        ILedgerViews.ClaimView memory wanted = ledger.claimOf(claim);
        ILedgerViews.ObligationView memory untouched = ledger.obligationOf(obligation);
        wanted.lienholder = FIN;
        wanted.lienUntil = until;
        wanted.version = 3;
        Lien memory m = message(FACE);
        bytes memory consent = consentTo(m);

        vm.recordLogs();
        expectLog();
        emit ILedgerEvents.Liened(claim, 3, 0, FACE, FIN, until, RULES);
        expectLog();
        emit IClaimTokenEvents.Locked(claim);
        pass(m, consent);

        onlyLogs(2);
        same(ledger.claimOf(claim), wanted);
        same(ledger.obligationOf(obligation), untouched);
        yes(ledger.locked(claim));
        vm.warp(uint256(until) * 3600);
        yes(ledger.locked(claim));
        vm.warp(uint256(until) * 3600 + 1);
        yes(!ledger.locked(claim));
    }

    function test_lien__tail__child_bears_it_and_parent_stays_free() public {
        ILedgerViews.ClaimView memory parent = ledger.claimOf(claim);
        ILedgerViews.ObligationView memory o = ledger.obligationOf(obligation);
        parent.amount = FACE - PART;
        parent.version = 3;
        o.seq = 2;
        Lien memory m = message(PART);
        bytes memory consent = consentTo(m);
        uint88 child = claimId(CORE, 1, 2);

        vm.recordLogs();
        expectLog();
        emit ILedgerEvents.Liened(claim, 3, 2, PART, FIN, until, RULES);
        expectLog();
        emit IClaimTokenEvents.Transfer(address(0), standIn(SUP1), child);
        expectLog();
        emit IClaimTokenEvents.Locked(child);
        pass(m, consent);

        onlyLogs(3);
        same(ledger.claimOf(claim), parent);
        same(ledger.obligationOf(obligation), o);
        same(ledger.claimOf(child), ILedgerViews.ClaimView(SUP1, FIN, FACE - PART, PART, 1, 1, until, 0, 1, 0));
        yes(ledger.locked(child) && !ledger.locked(claim));
    }

    function test_lien__holders_own__acceptance_is_not_looked_at() public {
        Lien memory m = message(FACE);
        m.lienholder = SUP1;
        pass(m, hex"deadbeef");
        eq(ledger.claimOf(claim).lienholder, SUP1);
    }

    function test_lien__carried_by_a_stranger__binds_once() public {
        Lien memory m = message(PART);
        bytes memory signature = signed(S1, keccak256(abi.encode(Intents.LIEN, m)));
        bytes memory consent = consentTo(m);
        vm.prank(vm.addr(STRANGER));
        ledger.lien(m, signature, consent);
        refused(err(ILedgerErrors.StaleClaim.selector, claim, 3, 2));
        ledger.lien(m, signature, consent);
    }

    function test_lien__earlier_one_ran_out__replaced() public {
        uint24 first = hoursAt(T0 + 10 days);
        lien(claim, SUP1, S1, FIN2, F2, FACE, first);
        Lien memory m = message(FACE);
        m.version = 3;
        bytes memory consent = consentTo(m);
        vm.warp(uint256(first) * 3600);
        refuse(m, consent, err(ILedgerErrors.ClaimLiened.selector, claim, FIN2, first));
        vm.warp(uint256(first) * 3600 + 1);
        pass(m, consent);
        eq(ledger.claimOf(claim).lienholder, FIN);
        eq(ledger.claimOf(claim).lienUntil, until);
    }

    function test_lien__tail_in_the_last_second_before_the_window__goes_through() public {
        vm.warp(due() - 5 days - 1);
        Lien memory m = message(PART);
        m.until = hoursAt(due());
        pass(m, consentTo(m));
        eq(ledger.claimOf(claimId(CORE, 1, 2)).lienUntil, hoursAt(due()));
    }

    // ---------------------------------------------------------------- until

    function test_lien__until_not_ahead__bad_lien_until() public {
        Lien memory m = message(FACE);
        m.until = hoursAt(T0 + 10 days);
        bytes memory consent = consentTo(m);
        vm.warp(uint256(m.until) * 3600);
        refuse(m, consent, err(ILedgerErrors.BadLienUntil.selector, m.until));
        vm.warp(uint256(m.until) * 3600 - 1);
        pass(m, consent);
        eq(ledger.claimOf(claim).lienUntil, m.until);
    }

    function test_lien__until_zero_or_past_due__bad_lien_until() public {
        Lien memory m = message(FACE);
        m.until = 0;
        refuse(m, consentTo(m), err(ILedgerErrors.BadLienUntil.selector, 0));
        m.until = hoursAt(due()) + 1;
        refuse(m, consentTo(m), err(ILedgerErrors.BadLienUntil.selector, m.until));
        m.until = MAX24;
        refuse(m, consentTo(m), err(ILedgerErrors.BadLienUntil.selector, MAX24));
        m.until = hoursAt(due());
        pass(m, consentTo(m));
    }

    function test_lien__until_the_due_second_itself__goes_through() public {
        NewObligation memory o = terms(2, FACE);
        o.due = uint32(hoursAt(due())) * 3600;
        claim = opened(o);
        Lien memory m = message(FACE);
        m.until = uint24(o.due / 3600);
        pass(m, consentTo(m));
        vm.warp(o.due);
        yes(ledger.locked(claim));
    }

    function test_lien__after_due__no_instant_is_left() public {
        vm.warp(due() + 1);
        Lien memory m = message(FACE);
        m.until = hoursAt(due());
        refuse(m, consentTo(m), err(ILedgerErrors.BadLienUntil.selector, m.until));
        m.until += 1;
        refuse(m, consentTo(m), err(ILedgerErrors.BadLienUntil.selector, m.until));
    }

    // ---------------------------------------------------------------- amount and consent

    function test_lien__amount_zero_or_beyond__refused() public {
        Lien memory m = message(0);
        refuse(m, consentTo(m), abi.encodeWithSelector(ILedgerErrors.ZeroAmount.selector));
        m = message(FACE + 1);
        refuse(m, consentTo(m), err(ILedgerErrors.PieceTooLarge.selector, claim, FACE, FACE + 1));
    }

    function test_lien__lienholder_unknown__unknown_participant() public {
        Lien memory m = message(FACE);
        m.lienholder = 0;
        refuse(m, "", err(ILedgerErrors.UnknownParticipant.selector, 0));
        m.lienholder = 999;
        refuse(m, "", err(ILedgerErrors.UnknownParticipant.selector, 999));
    }

    function test_lien__consent_to_other_terms__bad_signature() public {
        Lien memory m = message(FACE);
        bytes memory e = err(ILedgerErrors.BadSignature.selector, uint160(vm.addr(F1)));
        LienAcceptance memory c = LienAcceptance(FIN, claim, 2, FACE, until + 1, vm.addr(F1), DEADLINE);
        refuse(m, lienAcceptance(F1, c), e);
        (c.until, c.amount) = (until, FACE - 1);
        refuse(m, lienAcceptance(F1, c), e);
        (c.amount, c.version) = (FACE, 3);
        refuse(m, lienAcceptance(F1, c), e);
        (c.version, c.claim) = (2, claim + 1);
        refuse(m, lienAcceptance(F1, c), e);
        (c.claim, c.participant) = (claim, FIN2);
        refuse(m, lienAcceptance(F1, c), e);
        c.participant = FIN;
        pass(m, lienAcceptance(F1, c));
    }

    /// @dev The lienholder carries it itself: 24 bytes say who and until when, calling is the signature.
    function test_lien__lienholder_calls__24_bytes_are_enough() public {
        Lien memory m = message(FACE);
        bytes memory signature = signed(S1, keccak256(abi.encode(Intents.LIEN, m)));
        vm.prank(vm.addr(F1));
        ledger.lien(m, signature, abi.encodePacked(vm.addr(F1), DEADLINE));
        eq(ledger.claimOf(claim).lienholder, FIN);
    }

    /// @dev Everything wrong at once; each repair brings the next refusal that IClaims names.
    function test_lien__all_wrong__refused_in_the_order_of_the_law() public {
        fund(obligation, FACE / 2);
        Lien memory m = Lien(SUP2, claim, 9, 0, CORE, hoursAt(due()) + 1, vm.addr(STRANGER), uint32(T0 - 1));
        setClaimStatus(claim, 1 | 16);
        setLien(claim, FIN, hoursAt(T0 + 1 hours));
        setObligationStatus(obligation, ObligationStatus.DEFAULTED);
        setMinPiece(obligation, 3);
        setClaimVersion(claim, MAX24);
        setSeq(obligation, MAX24);

        refuse(m, "", err(ILedgerErrors.IntentExpired.selector, T0 - 1));
        m.deadline = DEADLINE;
        refuse(m, "", err(ILedgerErrors.UnknownAccount.selector, uint160(vm.addr(STRANGER))));
        m.signer = vm.addr(S2);
        refuse(m, "", err(ILedgerErrors.NotHolder.selector, claim, SUP2));
        (m.participant, m.signer) = (SUP1, vm.addr(S1));
        refuse(m, "", err(ILedgerErrors.StaleClaim.selector, claim, MAX24, 9));
        m.version = MAX24;
        refuse(m, "", err(ILedgerErrors.NotHeld.selector, claim, 17));
        setClaimStatus(claim, 1);
        refuse(m, "", err(ILedgerErrors.ClaimLiened.selector, claim, FIN, hoursAt(T0 + 1 hours)));
        setLien(claim, 0, 0);
        refuse(m, "", err(ILedgerErrors.ObligationClosed.selector, obligation, 3));
        setObligationStatus(obligation, ObligationStatus.ISSUED);
        refuse(m, "", err(ILedgerErrors.BadLienUntil.selector, m.until));
        m.until = hoursAt(due());
        vm.warp(due() - 5 days);
        refuse(m, "", err(ILedgerErrors.RedeemFirst.selector, claim, FACE / 2));
        setClaimVersion(claim, 8);
        ledger.redeem(claim);
        setClaimVersion(claim, MAX24);
        refuse(m, "", abi.encodeWithSelector(ILedgerErrors.ZeroAmount.selector));
        m.amount = FACE + 1;
        refuse(m, "", err(ILedgerErrors.PieceTooLarge.selector, claim, FACE, FACE + 1));
        m.amount = 1;
        refuse(m, "", err(ILedgerErrors.ClosingWindow.selector, claim, due() - 5 days));
        vm.warp(T0);
        refuse(m, "", err(ILedgerErrors.PieceTooSmall.selector, claim, 1000));
        setMinPiece(obligation, 0);
        refuse(m, "", err(ILedgerErrors.NothingUnpaid.selector, claim));
        m.amount = 2;
        afterPiece(m);
    }

    function afterPiece(Lien memory m) private {
        refuse(m, "", err(ILedgerErrors.ObligorCannotHold.selector, CORE));
        m.lienholder = SUP2;
        refuse(m, "", err(ILedgerErrors.NotInRole.selector, SUP2, 4));
        m.lienholder = FIN;
        refuse(m, new bytes(23), err(ILedgerErrors.NotAccepted.selector, claim, FIN));
        refuse(m, consentTo(m), err(ILedgerErrors.ClaimSequenceExhausted.selector, obligation));
        setSeq(obligation, 1);
        refuse(m, consentTo(m), err(ILedgerErrors.ClaimVersionExhausted.selector, claim));
        setClaimVersion(claim, MAX24 - 1);
        m.version = MAX24 - 1;
        pass(m, consentTo(m));
        eq(ledger.claimOf(claim).version, MAX24);
        eq(ledger.claimOf(claimId(CORE, 1, 2)).lienholder, FIN);
    }

    // ---------------------------------------------------------------- helpers

    function message(uint48 amount) internal view returns (Lien memory) {
        return Lien(SUP1, claim, 2, amount, FIN, until, vm.addr(S1), DEADLINE);
    }

    function consentTo(Lien memory m) internal view returns (bytes memory) {
        return lienAcceptance(F1, LienAcceptance(FIN, m.claim, m.version, m.amount, m.until, vm.addr(F1), DEADLINE));
    }

    function pass(Lien memory m, bytes memory consent) internal {
        vm.prank(m.signer);
        ledger.lien(m, "", consent);
    }

    function refuse(Lien memory m, bytes memory consent, bytes memory error_) internal {
        refused(error_);
        vm.prank(m.signer);
        ledger.lien(m, "", consent);
    }
}
