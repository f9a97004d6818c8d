// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ILedgerErrors} from "../interfaces/ILedgerErrors.sol";
import {ObligationStatus, Roles} from "../interfaces/IReceivableLedger.sol";
import {Intents} from "../libraries/Intents.sol";
import {ClaimsWorld} from "./ClaimsWorld.sol";

/// @title What a discount refuses of its own, and in which order
contract DiscountRefusedTest is ClaimsWorld {
    uint88 internal claim;
    uint64 internal obligation;

    function setUp() public override {
        super.setUp();
        claim = held(1, FACE);
        obligation = obligationId(CORE, 1);
    }

    // ---------------------------------------------------------------- price and epoch

    function test_discount__price_above_amount__price_above_face() public {
        Quote memory q = quote(FACE);
        q.price = FACE + 1;
        refuse(q, err(ILedgerErrors.PriceAboveFace.selector, FACE, FACE + 1));
        (q.amount, q.price) = (PART, PART + 1);
        refuse(q, err(ILedgerErrors.PriceAboveFace.selector, PART, PART + 1));
        q.price = PART;
        pass(q);
    }

    function test_discount__price_nothing__zero_amount() public {
        Quote memory q = quote(FACE);
        q.price = 0;
        refuse(q, abi.encodeWithSelector(ILedgerErrors.ZeroAmount.selector));
        q.price = 1;
        pass(q);
    }

    function test_discount__epoch_raised__older_quotes_are_withdrawn() public {
        Quote memory q = quote(FACE);
        q.epoch = 1;
        refuse(q, err(ILedgerErrors.QuoteWithdrawn.selector, FIN, 0, 1));
        raiseEpoch(FIN, F1);
        q.epoch = 0;
        refuse(q, err(ILedgerErrors.QuoteWithdrawn.selector, FIN, 1, 0));
        q.epoch = 1;
        pass(q);
    }

    function test_discount__another_financier_raised_its_epoch__quote_stands() public {
        raiseEpoch(FIN2, F2);
        pass(quote(FACE));
    }

    function raiseEpoch(uint32 financier, uint256 key) private {
        uint24 version = versionOf(financier);
        vm.prank(vm.addr(key));
        ledger.raiseQuoteEpoch(RaiseQuoteEpoch(financier, version, vm.addr(key), DEADLINE), "");
    }

    // ---------------------------------------------------------------- who

    function test_discount__seller_quotes_itself__self_dealing() public {
        pass(quote(FACE));
        Quote memory q = quote(FACE);
        q.version = 3;
        Discount memory m = Discount(FIN, q, q.signer, DEADLINE);
        refused(err(ILedgerErrors.SelfDealing.selector, FIN));
        vm.prank(q.signer);
        ledger.discount(m, "", "");
    }

    function test_discount__financier_unknown__no_account_speaks_for_it() public {
        Quote memory q = quote(FACE);
        q.participant = 999;
        refuse(q, err(ILedgerErrors.NotSignerFor.selector, uint160(vm.addr(F1)), 999));
    }

    // ---------------------------------------------------------------- refusals in order

    /// @dev Everything wrong at once; each repair brings the next refusal that IFinancing names.
    function test_discount__all_wrong__refused_in_the_order_of_the_law() public {
        fund(obligation, FACE / 2);
        Quote memory q = quote(0);
        (q.claim, q.version, q.price, q.epoch, q.deadline) = (claimId(CORE, 9, 1), 9, 0, 7, uint32(T0 - 1));
        q.status = ObligationStatus.OVERDUE;
        Discount memory m = Discount(SUP2, q, vm.addr(STRANGER), uint32(T0 - 2));
        setClaimStatus(claim, 1 | 16);
        setLien(claim, FIN2, hoursAt(due() + 1 hours));
        setObligationStatus(obligation, ObligationStatus.DEFAULTED);
        setMinPiece(obligation, 3);
        setClaimVersion(claim, MAX24);
        setSeq(obligation, MAX24);

        refuseAll(m, "", err(ILedgerErrors.IntentExpired.selector, T0 - 2));
        m.deadline = DEADLINE;
        refuseAll(m, "", err(ILedgerErrors.UnknownAccount.selector, uint160(vm.addr(STRANGER))));
        m.signer = vm.addr(S2);
        refuseAll(m, "", err(ILedgerErrors.IntentExpired.selector, T0 - 1));
        q.deadline = DEADLINE;
        q.signer = vm.addr(S3);
        refuseAll(m, "", err(ILedgerErrors.NotSignerFor.selector, uint160(vm.addr(S3)), FIN));
        q.signer = vm.addr(F1);
        refuseAll(m, "", err(ILedgerErrors.BadSignature.selector, uint160(vm.addr(F1))));
        refuseAll(m, quoted(q), err(ILedgerErrors.UnknownClaim.selector, q.claim));
        q.claim = claim;
        refuseAll(m, quoted(q), err(ILedgerErrors.NotHolder.selector, claim, SUP2));
        (m.participant, m.signer) = (SUP1, vm.addr(S1));
        refuseAll(m, quoted(q), err(ILedgerErrors.StaleClaim.selector, claim, MAX24, 9));
        q.version = MAX24;
        refuseAll(m, quoted(q), err(ILedgerErrors.NotHeld.selector, claim, 17));
        setClaimStatus(claim, 1);
        refuseAll(m, quoted(q), err(ILedgerErrors.ClaimLiened.selector, claim, FIN2, hoursAt(due() + 1 hours)));
        setLien(claim, SUP1, hoursAt(due() + 1 hours));
        refuseAll(m, quoted(q), err(ILedgerErrors.ObligationClosed.selector, obligation, 3));
        setObligationStatus(obligation, ObligationStatus.ISSUED);
        vm.warp(due());
        refuseAll(m, quoted(q), err(ILedgerErrors.StatusChanged.selector, obligation, 1, 2));
        q.status = ObligationStatus.ISSUED;
        refuseAll(m, quoted(q), err(ILedgerErrors.ClosingWindow.selector, claim, due() - 5 days));
        vm.warp(T0);
        refuseAll(m, quoted(q), err(ILedgerErrors.RedeemFirst.selector, claim, FACE / 2));
        setClaimVersion(claim, 8);
        ledger.redeem(claim);
        setClaimVersion(claim, MAX24);
        piece(m);
        buyer(m);
    }

    function piece(Discount memory m) private {
        Quote memory q = m.quote;
        refuseAll(m, quoted(q), abi.encodeWithSelector(ILedgerErrors.ZeroAmount.selector));
        q.amount = FACE + 1;
        refuseAll(m, quoted(q), err(ILedgerErrors.PieceTooLarge.selector, claim, FACE, FACE + 1));
        q.amount = 1;
        q.status = ObligationStatus.OVERDUE;
        vm.warp(due() + 1);
        refuseAll(m, quoted(q), err(ILedgerErrors.PastDue.selector, claim, due()));
        vm.warp(T0);
        q.status = ObligationStatus.ISSUED;
        refuseAll(m, quoted(q), err(ILedgerErrors.PieceTooSmall.selector, claim, 1000));
        setMinPiece(obligation, 0);
        refuseAll(m, quoted(q), err(ILedgerErrors.NothingUnpaid.selector, claim));
        q.amount = 2;
    }

    function buyer(Discount memory m) private {
        Quote memory q = m.quote;
        suspend(FIN);
        refuseAll(m, quoted(q), err(ILedgerErrors.ParticipantSuspended.selector, FIN));
        standing(FIN, Roles.SUPPLIER, 1, 0);
        refuseAll(m, quoted(q), err(ILedgerErrors.NotInRole.selector, FIN, Roles.FINANCIER));
        standing(FIN, Roles.FINANCIER, 1, 0);
        pauseUntil(FIN, hoursAt(T0 + 1 days));
        refuseAll(m, quoted(q), err(ILedgerErrors.ParticipantPaused.selector, FIN, hoursAt(T0 + 1 days)));
        uint32[] memory subjects = new uint32[](1);
        subjects[0] = FIN;
        uint24 version = versionOf(REGISTRAR);
        vm.prank(vm.addr(R1));
        ledger.unpause(Unpause(REGISTRAR, version, subjects, vm.addr(R1), DEADLINE), "");
        refuseAll(m, quoted(q), err(ILedgerErrors.QuoteWithdrawn.selector, FIN, 0, 7));
        q.epoch = 0;
        refuseAll(m, quoted(q), abi.encodeWithSelector(ILedgerErrors.ZeroAmount.selector));
        q.price = 3;
        refuseAll(m, quoted(q), err(ILedgerErrors.PriceAboveFace.selector, 2, 3));
        q.price = 2;
        vm.prank(cashOf(FIN));
        token.approve(address(ledger), 1);
        refuseAll(m, quoted(q), err(ILedgerErrors.ClaimSequenceExhausted.selector, obligation));
        setSeq(obligation, 1);
        refuseAll(m, quoted(q), err(ILedgerErrors.ClaimVersionExhausted.selector, claim));
        setClaimVersion(claim, MAX24 - 1);
        q.version = MAX24 - 1;
        bytes memory e = err(ILedgerErrors.CashRefused.selector, uint160(address(token)), uint160(cashOf(FIN)), 2);
        refuseAll(m, quoted(q), e);
        vm.prank(cashOf(FIN));
        token.approve(address(ledger), 2);
        bytes memory proof = quoted(q);
        vm.prank(m.signer);
        ledger.discount(m, "", proof);
        eq(ledger.claimOf(claim).version, MAX24);
        eq(ledger.claimOf(claimId(CORE, 1, 2)).holder, FIN);
    }

    // ---------------------------------------------------------------- helpers

    function quote(uint48 amount) internal view returns (Quote memory) {
        return Quote(FIN, claim, 2, amount, 1, 0, ObligationStatus.ISSUED, 0, 0, 1, vm.addr(F1), DEADLINE);
    }

    function quoted(Quote memory q) internal view returns (bytes memory) {
        return signed(F1, keccak256(abi.encode(Intents.QUOTE, q)));
    }

    function pass(Quote memory q) internal {
        bytes memory proof = quoted(q);
        vm.prank(vm.addr(S1));
        ledger.discount(Discount(SUP1, q, vm.addr(S1), DEADLINE), "", proof);
    }

    function refuse(Quote memory q, bytes memory error_) internal {
        refuseAll(Discount(SUP1, q, vm.addr(S1), DEADLINE), quoted(q), error_);
    }

    function refuseAll(Discount memory m, bytes memory proof, bytes memory error_) internal {
        refused(error_);
        vm.prank(m.signer);
        ledger.discount(m, "", proof);
    }
}
