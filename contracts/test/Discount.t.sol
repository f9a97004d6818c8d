// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ILedgerErrors} from "../interfaces/ILedgerErrors.sol";
import {IClaimTokenEvents, ILedgerEvents} from "../interfaces/ILedgerEvents.sol";
import {ILedgerViews, ObligationStatus} from "../interfaces/IReceivableLedger.sol";
import {Intents} from "../libraries/Intents.sol";
import {ClaimsWorld} from "./ClaimsWorld.sol";

/// @title Delivery versus payment: what moves, under which lien, in which status
/// @dev Refusals in order are in DiscountRefused; what every operation on claims shares in Signed, Gates, Pieces and Assignees.
contract DiscountTest is ClaimsWorld {
    uint48 internal constant PRICE = 98_765_432;

    uint88 internal claim;
    uint64 internal obligation;

    function setUp() public override {
        super.setUp();
        claim = held(1, FACE);
        obligation = obligationId(CORE, 1);
        govern(obligation);
    }

    // ---------------------------------------------------------------- whole and tail

    function test_discount__whole__claim_and_cash_change_hands() public {
        ILedgerViews.ClaimView memory wanted = ledger.claimOf(claim);
        ILedgerViews.ObligationView memory untouched = ledger.obligationOf(obligation);
        wanted.holder = FIN;
        wanted.version = 3;
        (uint256 bought, uint256 sold) = (balance(FIN), balance(SUP1));
        Quote memory q = quote(FACE, PRICE);
        (q.rate, q.tenorDays, q.basis) = (43_500, 90, 1);
        bytes memory proof = quoted(q);

        vm.recordLogs();
        expectLog();
        emit ILedgerEvents.Discounted(claim, 3, 0, FIN, FACE, PRICE, (43_500 << 24) | (90 << 8) | 1, RULES);
        expectLog();
        emit IClaimTokenEvents.Transfer(standIn(SUP1), standIn(FIN), claim);
        pass(q, proof);

        onlyLogs(2);
        same(ledger.claimOf(claim), wanted);
        same(ledger.obligationOf(obligation), untouched);
        eq(balance(FIN), bought - PRICE);
        eq(balance(SUP1), sold + PRICE);
        eq(token.balanceOf(address(ledger)), 0);
        eq(owed(RAIL), 0);
    }

    function test_discount__tail__child_is_the_financiers_and_rest_stays() public {
        ILedgerViews.ClaimView memory parent = ledger.claimOf(claim);
        ILedgerViews.ObligationView memory o = ledger.obligationOf(obligation);
        parent.amount = FACE - PART;
        parent.version = 3;
        o.seq = 2;
        Quote memory q = quote(PART, PART - 5);
        (q.rate, q.tenorDays, q.basis) = (type(uint24).max, type(uint16).max, type(uint8).max);
        bytes memory proof = quoted(q);
        uint88 child = claimId(CORE, 1, 2);

        vm.recordLogs();
        expectLog();
        emit ILedgerEvents.Discounted(claim, 3, 2, FIN, PART, PART - 5, type(uint48).max, RULES);
        expectLog();
        emit IClaimTokenEvents.Transfer(address(0), standIn(FIN), child);
        pass(q, proof);

        onlyLogs(2);
        same(ledger.claimOf(claim), parent);
        same(ledger.obligationOf(obligation), o);
        same(ledger.claimOf(child), ILedgerViews.ClaimView(FIN, 0, FACE - PART, PART, 1, 1, 0, 0, 1, 0));
        eq(balance(SUP1), PART - 5);
    }

    function test_discount__both_carried_by_a_stranger__settles_once() public {
        Quote memory q = quote(FACE, PRICE);
        Discount memory m = Discount(SUP1, q, vm.addr(S1), DEADLINE);
        bytes memory signature = signed(S1, hashOf(m));
        bytes memory proof = quoted(q);
        vm.prank(vm.addr(STRANGER));
        ledger.discount(m, signature, proof);
        eq(balance(SUP1), PRICE);
        refused(err(ILedgerErrors.NotHolder.selector, claim, SUP1));
        ledger.discount(m, signature, proof);
        eq(balance(SUP1), PRICE);
    }

    function test_discount__financier_calls__its_quote_needs_no_signature() public {
        Quote memory q = quote(FACE, PRICE);
        Discount memory m = Discount(SUP1, q, vm.addr(S1), DEADLINE);
        bytes memory signature = signed(S1, hashOf(m));
        vm.prank(q.signer);
        ledger.discount(m, signature, "");
        eq(ledger.claimOf(claim).holder, FIN);
    }

    function test_discount__tail_sold__same_quote_is_stale_for_the_rest() public {
        Quote memory q = quote(PART, PART);
        bytes memory proof = quoted(q);
        pass(q, proof);
        refuse(q, proof, err(ILedgerErrors.StaleClaim.selector, claim, 3, 2));
    }

    function test_discount__price_or_any_term_altered__bad_signature() public {
        Quote memory q = quote(FACE, PRICE);
        bytes memory proof = quoted(q);
        bytes memory mine = signed(S1, hashOf(Discount(SUP1, q, vm.addr(S1), DEADLINE)));
        q.price -= 1;
        refuse(q, proof, err(ILedgerErrors.BadSignature.selector, uint160(vm.addr(F1))));
        (q.price, q.rate) = (PRICE, 1);
        refuse(q, proof, err(ILedgerErrors.BadSignature.selector, uint160(vm.addr(F1))));
        (q.rate, q.price) = (0, PRICE - 1);
        Discount memory m = Discount(SUP1, q, vm.addr(S1), DEADLINE);
        proof = quoted(q);
        refused(err(ILedgerErrors.BadSignature.selector, uint160(vm.addr(S1))));
        ledger.discount(m, mine, proof);
    }

    function test_discount__at_the_hop_cap__no_hop_is_counted() public {
        setHop(claim, 5);
        Quote memory q = quote(FACE, PRICE);
        pass(q, quoted(q));
        eq(ledger.claimOf(claim).hop, 5);
    }

    function test_discount__face_of_48_bits_at_par__settles() public {
        claim = heldWhole48();
        Quote memory q = quote(MAX48, MAX48);
        pass(q, quoted(q));
        eq(balance(SUP1), MAX48);
    }

    function test_discount__one_cent_for_one_cent__settles() public {
        Quote memory q = quote(1, 1);
        pass(q, quoted(q));
        eq(ledger.claimOf(claimId(CORE, 1, 2)).amount, 1);
        eq(balance(SUP1), 1);
    }

    // ---------------------------------------------------------------- liens

    function test_discount__whole_under_the_financiers_lien__cleared_and_unlocked() public {
        lien(claim, SUP1, S1, FIN, F1, FACE, lienUntil());
        soldFree(true);
    }

    function test_discount__whole_under_the_sellers_own_lien__cleared_and_unlocked() public {
        lien(claim, SUP1, S1, SUP1, S1, FACE, lienUntil());
        soldFree(true);
    }

    function test_discount__last_second_of_a_lien__cleared_and_unlocked() public {
        lien(claim, SUP1, S1, FIN, F1, FACE, lienUntil());
        vm.warp(uint256(lienUntil()) * 3600);
        soldFree(true);
    }

    /// @dev It was unlocked when it ran out, and a lien that runs out says nothing.
    function test_discount__another_financiers_lien_ran_out__cleared_without_a_word() public {
        lien(claim, SUP1, S1, FIN2, F2, FACE, lienUntil());
        vm.warp(uint256(lienUntil()) * 3600 + 1);
        soldFree(false);
    }

    /// @dev ERC-5192: who follows Locked and Unlocked would else take the sold claim for locked for ever.
    function soldFree(bool wasLocked) private {
        ILedgerViews.ClaimView memory wanted = ledger.claimOf(claim);
        (wanted.holder, wanted.version, wanted.lienholder, wanted.lienUntil) = (FIN, 4, 0, 0);
        Quote memory q = quote(FACE, PRICE);
        q.version = 3;
        bytes memory proof = quoted(q);
        vm.recordLogs();
        if (wasLocked) {
            expectLog();
            emit IClaimTokenEvents.Unlocked(claim);
        }
        pass(q, proof);
        onlyLogs(wasLocked ? 3 : 2);
        same(ledger.claimOf(claim), wanted);
        yes(!ledger.locked(claim));
    }

    function test_discount__tail_under_the_financiers_lien__rest_keeps_it_and_child_is_free() public {
        lien(claim, SUP1, S1, FIN, F1, FACE, lienUntil());
        soldInPart(FIN);
    }

    function test_discount__tail_under_the_sellers_own_lien__rest_keeps_it_and_child_is_free() public {
        lien(claim, SUP1, S1, SUP1, S1, FACE, lienUntil());
        soldInPart(SUP1);
    }

    function soldInPart(uint32 lienholder) private {
        Quote memory q = quote(PART, PART);
        q.version = 3;
        bytes memory proof = quoted(q);
        vm.recordLogs();
        pass(q, proof);
        onlyLogs(2);
        uint24 until = lienUntil();
        same(ledger.claimOf(claim), ILedgerViews.ClaimView(SUP1, lienholder, 0, FACE - PART, 0, 4, until, 0, 1, 0));
        same(ledger.claimOf(claimId(CORE, 1, 2)), ILedgerViews.ClaimView(FIN, 0, FACE - PART, PART, 1, 1, 0, 0, 1, 0));
        yes(ledger.locked(claim) && !ledger.locked(claimId(CORE, 1, 2)));
    }

    // ---------------------------------------------------------------- status

    function test_discount__before_due__only_issued_may_be_assumed() public {
        Quote memory q = quote(FACE, PRICE);
        for (uint8 assumed = 0; assumed < 8; ++assumed) {
            if (assumed == ObligationStatus.ISSUED) continue;
            q.status = assumed;
            refuse(q, quoted(q), err(ILedgerErrors.StatusChanged.selector, obligation, 1, assumed));
        }
        q.status = ObligationStatus.ISSUED;
        pass(q, quoted(q));
    }

    function test_discount__due_second__still_issued_and_window_closed() public {
        vm.warp(due());
        Quote memory q = quote(FACE, PRICE);
        refuse(q, quoted(q), err(ILedgerErrors.ClosingWindow.selector, claim, due() - 5 days));
        q.status = ObligationStatus.OVERDUE;
        refuse(q, quoted(q), err(ILedgerErrors.StatusChanged.selector, obligation, 1, 2));
    }

    function test_discount__second_after_due_unmarked__overdue_already() public {
        vm.warp(due() + 1);
        soldOverdue();
    }

    function test_discount__marked_overdue__overdue() public {
        vm.warp(due() + 1);
        ledger.markOverdue(obligation);
        soldOverdue();
    }

    function soldOverdue() private {
        Quote memory q = quote(FACE, PRICE);
        refuse(q, quoted(q), err(ILedgerErrors.StatusChanged.selector, obligation, 2, 1));
        q.status = ObligationStatus.OVERDUE;
        pass(q, quoted(q));
        eq(ledger.claimOf(claim).holder, FIN);
        eq(balance(SUP1), PRICE);
    }

    function test_discount__overdue_claim_sold__buyer_gets_principal_and_interest() public {
        vm.warp(due() + 1);
        Quote memory q = quote(FACE, PRICE);
        q.status = ObligationStatus.OVERDUE;
        pass(q, quoted(q));
        uint256 before = balance(FIN);
        fund(obligation, FACE + 50_000);
        ledger.redeem(claim);
        eq(balance(FIN), before + FACE + 50_000);
    }

    // ---------------------------------------------------------------- helpers

    function lienUntil() internal pure returns (uint24) {
        return hoursAt(T0 + 30 days);
    }

    function quote(uint48 amount, uint48 price) internal view returns (Quote memory) {
        return Quote(FIN, claim, 2, amount, price, 0, ObligationStatus.ISSUED, 0, 0, 1, vm.addr(F1), DEADLINE);
    }

    function quoted(Quote memory q) internal view returns (bytes memory) {
        return signed(F1, keccak256(abi.encode(Intents.QUOTE, q)));
    }

    function hashOf(Discount memory m) internal pure returns (bytes32) {
        return keccak256(
            abi.encode(
                Intents.DISCOUNT, m.participant, keccak256(abi.encode(Intents.QUOTE, m.quote)), m.signer, m.deadline
            )
        );
    }

    function pass(Quote memory q, bytes memory proof) internal {
        vm.prank(vm.addr(S1));
        ledger.discount(Discount(SUP1, q, vm.addr(S1), DEADLINE), "", proof);
    }

    function refuse(Quote memory q, bytes memory proof, bytes memory error_) internal {
        refused(error_);
        vm.prank(vm.addr(S1));
        ledger.discount(Discount(SUP1, q, vm.addr(S1), DEADLINE), "", proof);
    }
}
