// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ILedgerErrors} from "../interfaces/ILedgerErrors.sol";
import {IClaimTokenEvents, ILedgerEvents} from "../interfaces/ILedgerEvents.sol";
import {ILedgerViews, ObligationStatus} from "../interfaces/IReceivableLedger.sol";
import {Intents} from "../libraries/Intents.sol";
import {ClaimsWorld} from "./ClaimsWorld.sol";

/// @dev What every operation on claims shares is in Signed, Gates, Pieces and Assignees.
contract SplitTest is ClaimsWorld {
    uint88 internal claim;
    uint64 internal obligation;

    function setUp() public override {
        super.setUp();
        claim = held(1, FACE);
        obligation = obligationId(CORE, 1);
        govern(obligation);
    }

    function test_split__happy_path__child_takes_tail() public {
        uint88 child = split(claim, SUP1, S1, SUP2, S2, PART);
        vm.warp(due());
        fund(obligation, FACE);
        ledger.redeem(child);
        ledger.redeem(claim);
        eq(token.balanceOf(cashOf(SUP2)), PART);
        eq(token.balanceOf(cashOf(SUP1)), FACE - PART);
        eq(token.balanceOf(escrow()), 0);
        refused(abi.encodeWithSelector(ILedgerErrors.NotHeld.selector, child, 2));
        ledger.redeem(child);
    }

    function test_split__signed_acceptance__parent_child_and_obligation_change() public {
        ILedgerViews.ClaimView memory parent = ledger.claimOf(claim);
        ILedgerViews.ObligationView memory o = ledger.obligationOf(obligation);
        parent.amount = FACE - PART;
        parent.version = 3;
        o.seq = 2;
        Split memory m = message();
        bytes memory consent = consentTo(m);
        uint88 child = claimId(CORE, 1, 2);

        vm.recordLogs();
        expectLog();
        emit ILedgerEvents.SplitOff(claim, 3, 2, SUP2, PART, RULES);
        expectLog();
        emit IClaimTokenEvents.Transfer(address(0), standIn(SUP2), child);
        pass(m, consent);

        onlyLogs(2);
        same(ledger.claimOf(claim), parent);
        same(ledger.obligationOf(obligation), o);
        same(ledger.claimOf(child), ILedgerViews.ClaimView(SUP2, 0, FACE - PART, PART, 1, 1, 0, 1, 1, 0));
        eq(ledger.ownerOf(child), standIn(SUP2));
    }

    function test_split__both_carried_by_a_stranger__splits_once() public {
        Split memory m = message();
        bytes memory signature = signed(S1, keccak256(abi.encode(Intents.SPLIT, m)));
        bytes memory consent = consentTo(m);
        vm.prank(vm.addr(STRANGER));
        ledger.split(m, signature, consent);
        eq(ledger.claimOf(claimId(CORE, 1, 2)).holder, SUP2);
        refused(err(ILedgerErrors.StaleClaim.selector, claim, 3, 2));
        ledger.split(m, signature, consent);
    }

    function test_split__childs_child__hop_grows_and_parent_is_the_child() public {
        uint88 child = split(claim, SUP1, S1, SUP2, S2, PART);
        uint88 grandchild = split(child, SUP2, S2, SUP3, S3, 1);
        same(ledger.claimOf(child), ILedgerViews.ClaimView(SUP2, 0, FACE - PART, PART - 1, 1, 2, 0, 1, 1, 0));
        same(ledger.claimOf(grandchild), ILedgerViews.ClaimView(SUP3, 0, FACE - 1, 1, 2, 1, 0, 2, 1, 0));
    }

    function test_split__after_a_step_redeemed__child_keeps_redeemed_step() public {
        fund(obligation, FACE / 2);
        ledger.redeem(claim);
        uint88 child = split(claim, SUP1, S1, SUP2, S2, PART);
        eq(ledger.claimOf(child).redeemedStep, 1);
        eq(ledger.claimOf(claim).redeemedStep, 1);
        eq(moneyOf(child), 0);
        eq(unpaidOf(child) + unpaidOf(claim), FACE / 2);
    }

    function test_split__lien_ran_out__child_is_free_and_parent_keeps_the_name() public {
        uint24 until = hoursAt(T0 + 10 days);
        lien(claim, SUP1, S1, FIN, F1, FACE, until);
        vm.warp(uint256(until) * 3600 + 1);
        uint88 child = split(claim, SUP1, S1, SUP2, S2, PART);
        eq(ledger.claimOf(child).lienholder, 0);
        eq(ledger.claimOf(child).lienUntil, 0);
        eq(ledger.claimOf(claim).lienholder, FIN);
        eq(ledger.claimOf(claim).lienUntil, until);
    }

    function testFuzz_split__any_piece__interval_is_conserved(uint48 face, uint48 amount) public {
        vm.assume(face > 1);
        amount = uint48(1 + uint256(amount) % (face - 1));
        _registerInvoice(CORE, "fuzz", MAX48);
        standing(CORE, ledger.participantOf(CORE).roles, 1, type(uint64).max);
        NewObligation memory n = terms(3, face);
        n.invoices = parts("fuzz", face);
        uint88 parent = opened(n);
        uint88 child = split(parent, SUP1, S1, SUP2, S2, amount);
        eq(ledger.claimOf(parent).start, 0);
        eq(ledger.claimOf(parent).amount, face - amount);
        eq(ledger.claimOf(child).start, face - amount);
        eq(ledger.claimOf(child).amount, amount);
    }

    /// @dev Everything wrong at once; each repair brings the next refusal that IClaims names.
    function test_split__all_wrong__refused_in_the_order_of_the_law() public {
        fund(obligation, FACE / 2);
        Split memory m = Split(SUP2, claim, 9, SUP1, 0, vm.addr(STRANGER), uint32(T0 - 1));
        setClaimStatus(claim, 1 | 8);
        setLien(claim, FIN, hoursAt(due() + 1 hours));
        setObligationStatus(obligation, ObligationStatus.DEFAULTED);
        setHop(claim, 5);
        setMinPiece(obligation, 3);
        setClaimVersion(claim, MAX24);
        setSeq(obligation, MAX24);

        refuse(m, "", err(ILedgerErrors.IntentExpired.selector, T0 - 1));
        m.deadline = DEADLINE;
        refuse(m, "", err(ILedgerErrors.UnknownAccount.selector, uint160(vm.addr(STRANGER))));
        m.signer = vm.addr(S2);
        refuse(m, "", err(ILedgerErrors.NotHolder.selector, claim, SUP2));
        m.participant = SUP1;
        m.signer = vm.addr(S1);
        refuse(m, "", err(ILedgerErrors.StaleClaim.selector, claim, MAX24, 9));
        m.version = MAX24;
        refuse(m, "", err(ILedgerErrors.NotHeld.selector, claim, 9));
        setClaimStatus(claim, 1);
        refuse(m, "", err(ILedgerErrors.ClaimLiened.selector, claim, FIN, hoursAt(due() + 1 hours)));
        setLien(claim, 0, 0);
        vm.warp(due() - 5 days);
        refuse(m, "", err(ILedgerErrors.ObligationClosed.selector, obligation, 3));
        setObligationStatus(obligation, ObligationStatus.ISSUED);
        refuse(m, "", err(ILedgerErrors.ClosingWindow.selector, claim, due() - 5 days));
        vm.warp(due() + 1);
        refuse(m, "", err(ILedgerErrors.PastDue.selector, claim, due()));
        vm.warp(T0);
        refuse(m, "", err(ILedgerErrors.RedeemFirst.selector, claim, FACE / 2));
        setClaimVersion(claim, 8);
        ledger.redeem(claim);
        setClaimVersion(claim, MAX24);
        refuse(m, "", abi.encodeWithSelector(ILedgerErrors.ZeroAmount.selector));
        m.amount = FACE;
        refuse(m, "", err(ILedgerErrors.PieceTooLarge.selector, claim, FACE, FACE));
        m.amount = 1;
        refuse(m, "", err(ILedgerErrors.PieceTooSmall.selector, claim, 1000));
        setMinPiece(obligation, 0);
        refuse(m, "", err(ILedgerErrors.NothingUnpaid.selector, claim));
        m.amount = 2;
        afterPiece(m);
    }

    function afterPiece(Split memory m) private {
        refuse(m, "", err(ILedgerErrors.SelfDealing.selector, SUP1));
        m.to = CORE;
        refuse(m, "", err(ILedgerErrors.ObligorCannotHold.selector, CORE));
        m.to = BANK;
        refuse(m, "", err(ILedgerErrors.NotInRole.selector, BANK, 6));
        m.to = SUP2;
        refuse(m, "", err(ILedgerErrors.HopCapReached.selector, claim, 5));
        setHop(claim, 4);
        refuse(m, "", err(ILedgerErrors.NotAccepted.selector, claim, SUP2));
        bytes memory consent = acceptance(S2, SUP2, claim, MAX24, 0, 2);
        refuse(m, consent, err(ILedgerErrors.ClaimSequenceExhausted.selector, obligation));
        setSeq(obligation, 1);
        refuse(m, consent, err(ILedgerErrors.ClaimVersionExhausted.selector, claim));
        setClaimVersion(claim, 8);
        m.version = 8;
        pass(m, acceptance(S2, SUP2, claim, 8, 0, 2));
        same(ledger.claimOf(claimId(CORE, 1, 2)), ILedgerViews.ClaimView(SUP2, 0, FACE - 2, 2, 1, 1, 0, 5, 1, 1));
    }

    // ---------------------------------------------------------------- helpers

    function message() internal view returns (Split memory) {
        return Split(SUP1, claim, 2, SUP2, PART, vm.addr(S1), DEADLINE);
    }

    function consentTo(Split memory m) internal view returns (bytes memory) {
        return acceptance(S2, SUP2, m.claim, m.version, 0, m.amount);
    }

    function pass(Split memory m, bytes memory consent) internal {
        vm.prank(m.signer);
        ledger.split(m, "", consent);
    }

    function refuse(Split memory m, bytes memory consent, bytes memory error_) internal {
        refused(error_);
        vm.prank(m.signer);
        ledger.split(m, "", consent);
    }
}
