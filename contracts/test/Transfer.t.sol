// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ILedgerErrors} from "../interfaces/ILedgerErrors.sol";
import {IClaimTokenEvents, ILedgerEvents} from "../interfaces/ILedgerEvents.sol";
import {ILedgerViews, ObligationStatus} from "../interfaces/IReceivableLedger.sol";
import {Intents} from "../libraries/Intents.sol";
import {ClaimsWorld} from "./ClaimsWorld.sol";

/// @dev What every operation on claims shares is in Signed.t.sol and Gates.t.sol.
contract TransferTest is ClaimsWorld {
    uint88 internal claim;
    uint64 internal obligation;

    function setUp() public override {
        super.setUp();
        claim = held(1, FACE);
        obligation = obligationId(CORE, 1);
        govern(obligation);
    }

    // ---------------------------------------------------------------- what happens

    function test_transfer__signed_acceptance__holder_hop_and_version_change() public {
        ILedgerViews.ClaimView memory wanted = ledger.claimOf(claim);
        ILedgerViews.ObligationView memory untouched = ledger.obligationOf(obligation);
        wanted.holder = SUP2;
        wanted.hop = 1;
        wanted.version = 3;
        Transfer memory m = message();
        bytes memory consent = consentTo(m);

        vm.recordLogs();
        expectLog();
        emit ILedgerEvents.Transferred(claim, 3, SUP2, RULES);
        expectLog();
        emit IClaimTokenEvents.Transfer(standIn(SUP1), standIn(SUP2), claim);
        pass(m, consent);

        onlyLogs(2);
        same(ledger.claimOf(claim), wanted);
        same(ledger.obligationOf(obligation), untouched);
        eq(ledger.ownerOf(claim), standIn(SUP2));
        eq(ledger.ownerOf(claim), ledger.addressOf(SUP2));
    }

    function test_transfer__both_carried_by_a_stranger__moves_once() public {
        Transfer memory m = message();
        bytes memory signature = signed(S1, keccak256(abi.encode(Intents.TRANSFER, m)));
        bytes memory consent = consentTo(m);
        vm.prank(vm.addr(STRANGER));
        ledger.transfer(m, signature, consent);
        eq(ledger.claimOf(claim).holder, SUP2);
        refused(err(ILedgerErrors.NotHolder.selector, claim, SUP1));
        ledger.transfer(m, signature, consent);
    }

    function test_transfer__claim_came_back__old_message_is_stale() public {
        Transfer memory m = message();
        bytes memory signature = signed(S1, keccak256(abi.encode(Intents.TRANSFER, m)));
        bytes memory consent = consentTo(m);
        ledger.transfer(m, signature, consent);
        Transfer memory back = Transfer(SUP2, claim, 3, SUP1, vm.addr(S2), DEADLINE);
        pass(back, acceptance(S1, SUP1, claim, 3, 0, FACE));
        refused(err(ILedgerErrors.StaleClaim.selector, claim, 4, 2));
        ledger.transfer(m, signature, consent);
    }

    function test_transfer__holder_suspended__holdings_still_move() public {
        suspend(SUP1);
        Transfer memory m = message();
        pass(m, consentTo(m));
        eq(ledger.claimOf(claim).holder, SUP2);
    }

    function test_transfer__whole_48_bit_face__moves() public {
        uint88 whole = heldWhole48();
        Transfer memory m = message();
        m.claim = whole;
        pass(m, acceptance(S2, SUP2, whole, 2, 0, MAX48));
        eq(ledger.claimOf(whole).amount, MAX48);
        eq(ledger.claimOf(whole).holder, SUP2);
    }

    function test_transfer__lien_ran_out__lien_field_is_cleared() public {
        uint24 until = hoursAt(T0 + 10 days);
        lien(claim, SUP1, S1, FIN, F1, FACE, until);
        Transfer memory m = message();
        m.version = 3;
        vm.warp(uint256(until) * 3600);
        refuse(m, consentTo(m), err(ILedgerErrors.ClaimLiened.selector, claim, FIN, until));
        vm.warp(uint256(until) * 3600 + 1);
        ILedgerViews.ClaimView memory wanted = ledger.claimOf(claim);
        wanted.holder = SUP2;
        wanted.hop = 1;
        wanted.version = 4;
        wanted.lienholder = 0;
        wanted.lienUntil = 0;
        pass(m, consentTo(m));
        same(ledger.claimOf(claim), wanted);
    }

    // ---------------------------------------------------------------- hops

    function test_transfer__sixth_hop__hop_cap_reached() public {
        Transfer memory m = message();
        for (uint24 i = 0; i < 5; ++i) {
            bool there = i % 2 == 0;
            m = Transfer(there ? SUP1 : SUP2, claim, 2 + i, there ? SUP2 : SUP1, vm.addr(there ? S1 : S2), DEADLINE);
            pass(m, acceptance(there ? S2 : S1, m.to, claim, m.version, 0, FACE));
        }
        eq(ledger.claimOf(claim).hop, 5);
        m = Transfer(SUP2, claim, 7, SUP3, vm.addr(S2), DEADLINE);
        refuse(m, acceptance(S3, SUP3, claim, 7, 0, FACE), err(ILedgerErrors.HopCapReached.selector, claim, 5));
    }

    function test_transfer__cap_15__fifteenth_passes_sixteenth_not() public {
        setHopCap(obligation, 15);
        setHop(claim, 14);
        Transfer memory m = message();
        pass(m, consentTo(m));
        eq(ledger.claimOf(claim).hop, 15);
        m = Transfer(SUP2, claim, 3, SUP3, vm.addr(S2), DEADLINE);
        refuse(m, acceptance(S3, SUP3, claim, 3, 0, FACE), err(ILedgerErrors.HopCapReached.selector, claim, 15));
    }

    function test_transfer__cap_0__never_moves() public {
        setHopCap(obligation, 0);
        Transfer memory m = message();
        refuse(m, consentTo(m), err(ILedgerErrors.HopCapReached.selector, claim, 0));
    }

    // ---------------------------------------------------------------- after due

    function test_transfer__after_due__whole_by_signed_acceptance() public {
        vm.warp(due() + 1);
        Transfer memory m = message();
        pass(m, consentTo(m));
        eq(ledger.claimOf(claim).holder, SUP2);
    }

    function test_transfer__marked_overdue__whole_by_signed_acceptance() public {
        vm.warp(due() + 1);
        ledger.markOverdue(obligation);
        Transfer memory m = message();
        pass(m, consentTo(m));
        eq(ledger.claimOf(claim).holder, SUP2);
    }

    function test_transfer__after_due__auto_accept_does_not_take_it() public {
        autoAccept(SUP2, S2, SUP1);
        vm.warp(due() + 1);
        refuse(message(), "", err(ILedgerErrors.NotAccepted.selector, claim, SUP2));
        ledger.markOverdue(obligation);
        refuse(message(), "", err(ILedgerErrors.NotAccepted.selector, claim, SUP2));
    }

    // ---------------------------------------------------------------- refusals in order

    /// @dev Everything wrong at once; each repair brings the next refusal that IClaims names.
    function test_transfer__all_wrong__refused_in_the_order_of_the_law() public {
        Transfer memory m = Transfer(SUP2, claim, 9, SUP1, vm.addr(STRANGER), uint32(T0 - 1));
        setClaimStatus(claim, 1 | 4);
        setLien(claim, FIN, hoursAt(T0 + 2 hours));
        setObligationStatus(obligation, ObligationStatus.DEFAULTED);
        fundedInPart();
        setHop(claim, 5);
        setClaimVersion(claim, MAX24);
        uint256 closes = due() - 5 days;

        refuse(m, "", err(ILedgerErrors.IntentExpired.selector, T0 - 1));
        m.deadline = DEADLINE;
        refuse(m, "", err(ILedgerErrors.UnknownAccount.selector, uint160(vm.addr(STRANGER))));
        m.signer = vm.addr(S2);
        m.claim = claimId(CORE, 9, 1);
        refuse(m, "", err(ILedgerErrors.UnknownClaim.selector, m.claim));
        m.claim = claim;
        refuse(m, "", err(ILedgerErrors.NotHolder.selector, claim, SUP2));
        m.participant = SUP1;
        m.signer = vm.addr(S1);
        refuse(m, "", err(ILedgerErrors.StaleClaim.selector, claim, MAX24, 9));
        m.version = MAX24;
        refuse(m, "", err(ILedgerErrors.NotHeld.selector, claim, 5));
        setClaimStatus(claim, 1);
        refuse(m, "", err(ILedgerErrors.ClaimLiened.selector, claim, FIN, hoursAt(T0 + 2 hours)));
        vm.warp(closes);
        refuse(m, "", err(ILedgerErrors.ObligationClosed.selector, obligation, 3));
        setObligationStatus(obligation, ObligationStatus.ISSUED);
        refuse(m, "", err(ILedgerErrors.ClosingWindow.selector, claim, closes));
        vm.warp(closes - 1);
        refuse(m, "", err(ILedgerErrors.RedeemFirst.selector, claim, FACE / 2));
        setClaimVersion(claim, 8);
        ledger.redeem(claim);
        setClaimVersion(claim, MAX24);
        refuse(m, "", err(ILedgerErrors.SelfDealing.selector, SUP1));
        m.to = CORE;
        refuse(m, "", err(ILedgerErrors.ObligorCannotHold.selector, CORE));
        m.to = SUP2;
        suspend(SUP2);
        refuse(m, "", err(ILedgerErrors.ParticipantSuspended.selector, SUP2));
        m.to = SUP3;
        refuse(m, "", err(ILedgerErrors.HopCapReached.selector, claim, 5));
        setHop(claim, 4);
        refuse(m, "", err(ILedgerErrors.NotAccepted.selector, claim, SUP3));
        bytes memory consent = acceptance(S3, SUP3, claim, MAX24, 0, FACE);
        refuse(m, consent, err(ILedgerErrors.ClaimVersionExhausted.selector, claim));
        setClaimVersion(claim, MAX24 - 1);
        m.version = MAX24 - 1;
        pass(m, acceptance(S3, SUP3, claim, MAX24 - 1, 0, FACE));
        eq(ledger.claimOf(claim).version, MAX24);
        eq(ledger.claimOf(claim).holder, SUP3);
    }

    // ---------------------------------------------------------------- helpers

    function message() internal view returns (Transfer memory) {
        return Transfer(SUP1, claim, 2, SUP2, vm.addr(S1), DEADLINE);
    }

    function consentTo(Transfer memory m) internal view returns (bytes memory) {
        return acceptance(S2, SUP2, m.claim, m.version, 0, FACE);
    }

    function fundedInPart() internal {
        setObligationStatus(obligation, ObligationStatus.ISSUED);
        setClaimStatus(claim, 1);
        fund(obligation, FACE / 2);
        setClaimStatus(claim, 1 | 4);
        setObligationStatus(obligation, ObligationStatus.DEFAULTED);
    }

    function pass(Transfer memory m, bytes memory consent) internal {
        vm.prank(m.signer);
        ledger.transfer(m, "", consent);
    }

    function refuse(Transfer memory m, bytes memory consent, bytes memory error_) internal {
        refused(error_);
        vm.prank(m.signer);
        ledger.transfer(m, "", consent);
    }
}
