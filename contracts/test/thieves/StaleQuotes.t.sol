// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ILedgerErrors as E} from "../../interfaces/ILedgerErrors.sol";
import {Thief} from "./Thief.sol";

/// @title A seller takes a price that was meant for something better
/// @dev FIN signed a price for SUP1's claim. SUP1 keeps the quote and takes it when the claim has become worth less: after a payment, a
/// split or a lien, after due, after FIN has withdrawn, after it ran out, or a second time, or somebody else does, or the price is
/// another. A quote is bound to the claim's version, the obligation's status, the financier's epoch and a last second.
contract StaleQuotesTest is Thief {
    uint48 private constant PRICE = 99_100_000;

    uint88 private claim;
    Quote private quote;
    bytes private quoteSignature;

    function setUp() public override {
        super.setUp();
        claim = held(1, FACE);
        _quoted(FACE);
    }

    function test_quote__taken_as_meant__claim_and_cash_move() public {
        uint256 before = token.balanceOf(cashOf(FIN));
        perform(S1, _take(SUP1, S1));
        eq(ledger.claimOf(claim).holder, FIN);
        eq(token.balanceOf(cashOf(SUP1)), PRICE);
        eq(token.balanceOf(cashOf(FIN)), before - PRICE);
    }

    function test_quote__withdrawn__refused() public {
        RaiseQuoteEpoch memory m = RaiseQuoteEpoch(FIN, versionOf(FIN), vm.addr(F1), DEADLINE);
        perform(F1, abi.encodeCall(ledger.raiseQuoteEpoch, (m, "")));
        refuse(S1, _take(SUP1, S1), abi.encodeWithSelector(E.QuoteWithdrawn.selector, FIN, 1, 0));
    }

    function test_quote__from_before_a_payment__redeem_first_then_stale() public {
        fund(obligationId(CORE, 1), FACE / 2);
        refuse(S1, _take(SUP1, S1), abi.encodeWithSelector(E.RedeemFirst.selector, claim, FACE / 2));
        ledger.redeem(claim);
        refuse(S1, _take(SUP1, S1), _stale(3));
    }

    function test_quote__from_before_payment_in_full__closed() public {
        fund(obligationId(CORE, 1), FACE);
        bytes memory wanted = abi.encodeWithSelector(E.ObligationClosed.selector, obligationId(CORE, 1), 4);
        refuse(S1, _take(SUP1, S1), wanted);
        ledger.redeem(claim);
        refuse(S1, _take(SUP1, S1), _stale(3));
    }

    function test_quote__from_before_a_lien__stale_and_liened() public {
        uint24 until = hoursAt(T0) + 24;
        Lien memory m = Lien(SUP1, claim, 2, FACE, FIN2, until, vm.addr(S1), DEADLINE);
        perform(S1, abi.encodeCall(ledger.lien, (m, "", _lienConsent(until))));
        refuse(S1, _take(SUP1, S1), _stale(3));
        _quoted(FACE);
        refuse(S1, _take(SUP1, S1), abi.encodeWithSelector(E.ClaimLiened.selector, claim, FIN2, until));
    }

    function test_quote__from_before_a_split__stale() public {
        split(claim, SUP1, S1, SUP2, S2, FACE - 1);
        refuse(S1, _take(SUP1, S1), _stale(3));
    }

    /// @dev Cutting keeps the claim with the seller, and still it is another claim.
    function test_quote__from_before_a_cut__stale() public {
        perform(S1, abi.encodeCall(ledger.cut, (Cut(SUP1, claim, 2, FACE - 1, vm.addr(S1), DEADLINE), "")));
        refuse(S1, _take(SUP1, S1), _stale(3));
    }

    function test_quote__after_its_last_second__expired() public {
        quote.deadline = uint32(T0 + 1 days);
        quoteSignature = signed(F1, hashOf(quote));
        vm.warp(T0 + 1 days + 1);
        refuse(S1, _take(SUP1, S1), abi.encodeWithSelector(E.IntentExpired.selector, uint32(T0 + 1 days)));
        quote.deadline = DEADLINE;
        refuse(S1, _take(SUP1, S1), _badSignature());
    }

    /// @dev Matured, marked or not: the price assumed paper that is not due.
    function test_quote__after_due__status_changed() public {
        bytes memory wanted = abi.encodeWithSelector(E.StatusChanged.selector, obligationId(CORE, 1), 2, 1);
        vm.warp(uint256(due()) + 1);
        refuse(S1, _take(SUP1, S1), wanted);
        ledger.markOverdue(obligationId(CORE, 1));
        refuse(S1, _take(SUP1, S1), wanted);
    }

    function test_quote__in_the_closing_window__refused() public {
        vm.warp(due());
        refuse(S1, _take(SUP1, S1), abi.encodeWithSelector(E.ClosingWindow.selector, claim, due() - 5 days));
    }

    function test_quote__taken_twice__not_holder() public {
        perform(S1, _take(SUP1, S1));
        refuse(S1, _take(SUP1, S1), abi.encodeWithSelector(E.NotHolder.selector, claim, SUP1));
    }

    /// @dev The claim comes back to the seller; the quote does not.
    function test_quote__taken_again_after_the_claim_came_back__stale() public {
        perform(S1, _take(SUP1, S1));
        Transfer memory m = Transfer(FIN, claim, 3, SUP1, vm.addr(F1), DEADLINE);
        bytes memory consent = acceptance(S1, SUP1, claim, 3, 0, FACE);
        perform(F1, abi.encodeCall(ledger.transfer, (m, "", consent)));
        refuse(S1, _take(SUP1, S1), _stale(4));
    }

    function test_quote_for_a_part__taken_twice__stale() public {
        _quoted(FACE / 2);
        quote.price = PRICE / 2;
        quoteSignature = signed(F1, hashOf(quote));
        perform(S1, _take(SUP1, S1));
        refuse(S1, _take(SUP1, S1), _stale(3));
        eq(ledger.claimOf(claim).amount, FACE - FACE / 2);
    }

    function test_quote__with_a_better_price_or_for_less__bad_signature() public {
        quote.price = PRICE + 1;
        refuse(S1, _take(SUP1, S1), _badSignature());
        quote.price = PRICE;
        quote.amount = FACE - 1;
        refuse(S1, _take(SUP1, S1), _badSignature());
    }

    function test_quote__for_another_claim__bad_signature() public {
        quote.claim = held(2, FACE);
        refuse(S1, _take(SUP1, S1), _badSignature());
    }

    function test_quote__taken_by_someone_else__not_holder() public {
        refuse(S2, _take(SUP2, S2), abi.encodeWithSelector(E.NotHolder.selector, claim, SUP2));
        bytes memory wanted = abi.encodeWithSelector(E.NotSignerFor.selector, vm.addr(S2), SUP1);
        refuse(S2, _take(SUP1, S2), wanted);
    }

    /// @dev The key that signed has been ended meanwhile.
    function test_quote__by_an_ended_key__revoked() public {
        uint256 fresh = 0xf10002;
        AddAccount memory a = accountMessage(FIN, 1, fresh, R1, F1, 0);
        perform(0, abi.encodeCall(ledger.addAccount, (a, signaturesOf(hashOf(a), keys4(R1, F1, 0, fresh)))));
        RevokeAccount memory r = revokeMessage(FIN, F1, R1, fresh);
        perform(0, abi.encodeCall(ledger.revokeAccount, (r, signaturesOf(hashOf(r), keys2(R1, fresh)))));
        refuse(S1, _take(SUP1, S1), abi.encodeWithSelector(E.AccountRevoked.selector, vm.addr(F1)));
    }

    /// @dev The financier has no money any more: the claim stays too.
    function test_quote__without_cash_behind_it__nothing_moves() public {
        vm.prank(cashOf(FIN));
        token.approve(address(ledger), PRICE - 1);
        bytes memory wanted = abi.encodeWithSelector(E.CashRefused.selector, address(token), cashOf(FIN), PRICE);
        refuse(S1, _take(SUP1, S1), wanted);
        eq(ledger.claimOf(claim).holder, SUP1);
        eq(ledger.claimOf(claim).version, 2);
    }

    // ---------------------------------------------------------------- how

    function _quoted(uint48 amount) private {
        quote = quoteOf(claim, amount, PRICE);
        quoteSignature = signed(F1, hashOf(quote));
    }

    function _take(uint32 seller, uint256 key) private view returns (bytes memory) {
        return abi.encodeCall(ledger.discount, (Discount(seller, quote, vm.addr(key), DEADLINE), "", quoteSignature));
    }

    function _lienConsent(uint24 until) private view returns (bytes memory) {
        LienAcceptance memory m = LienAcceptance(FIN2, claim, 2, FACE, until, vm.addr(F2), DEADLINE);
        return abi.encodePacked(vm.addr(F2), DEADLINE, signed(F2, hashOf(m)));
    }

    function _stale(uint24 current) private view returns (bytes memory) {
        return abi.encodeWithSelector(E.StaleClaim.selector, claim, current, 2);
    }

    function _badSignature() private pure returns (bytes memory) {
        return abi.encodeWithSelector(E.BadSignature.selector, vm.addr(F1));
    }
}
