// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ILedgerErrors} from "../interfaces/ILedgerErrors.sol";
import {ClaimStatus, ObligationStatus, Roles} from "../interfaces/IReceivableLedger.sol";
import {Intents} from "../libraries/Intents.sol";
import {ClaimsWorld} from "./ClaimsWorld.sol";
import {OddToken} from "./OddToken.sol";

/// @title Claim and cash move together or not at all (L11), whatever the rail's token does
contract CashLegTest is ClaimsWorld {
    uint8 internal constant ODD = 2;
    uint48 internal constant PRICE = 99_000_000;

    OddToken internal odd;
    uint88 internal claim;
    uint64 internal obligation;

    function setUp() public override {
        super.setUp();
        odd = new OddToken();
        addRail(ODD, address(odd), BANK, BK, escrow());
        odd.mint(cashOf(CORE), FACE);
        odd.mint(cashOf(BANK), FACE);
        odd.mint(cashOf(FIN), FACE);
        NewObligation memory n = terms(1, FACE);
        n.rail = ODD;
        claim = opened(n);
        obligation = obligationId(CORE, 1);
    }

    // ---------------------------------------------------------------- the four operations that move cash

    function discountCall() private view returns (bytes memory) {
        Quote memory q = Quote(FIN, claim, 2, FACE, PRICE, 0, 1, 0, 0, 1, vm.addr(F1), DEADLINE);
        bytes32 quote = keccak256(abi.encode(Intents.QUOTE, q));
        bytes32 h = keccak256(abi.encode(Intents.DISCOUNT, SUP1, quote, vm.addr(S1), DEADLINE));
        return
            abi.encodeCall(
                ledger.discount, (Discount(SUP1, q, vm.addr(S1), DEADLINE), signed(S1, h), signed(F1, quote))
            );
    }

    function fundCall() private view returns (bytes memory) {
        Fund memory m = Fund(CORE, obligation, 1, FACE / 2, vm.addr(MAKER), DEADLINE);
        return abi.encodeCall(ledger.fund, (m, signed(MAKER, keccak256(abi.encode(Intents.FUND, m)))));
    }

    function receiptCall() private view returns (bytes memory) {
        FundByReceipt memory m = FundByReceipt(BANK, obligation, 1, FACE / 2, "r", vm.addr(BK), DEADLINE);
        return abi.encodeCall(ledger.fundByReceipt, (m, signed(BK, keccak256(abi.encode(Intents.FUND_BY_RECEIPT, m)))));
    }

    function redeemCall() private returns (bytes memory) {
        call(fundCall());
        return abi.encodeCall(ledger.redeem, (claim));
    }

    // ---------------------------------------------------------------- refused, and nothing changed

    function test_discount__token_fails_in_any_way__cash_refused_and_nothing_changed() public {
        neverHalf(discountCall(), cashOf(FIN), PRICE);
    }

    function test_fund__token_fails_in_any_way__cash_refused_and_nothing_changed() public {
        neverHalf(fundCall(), cashOf(CORE), FACE / 2);
    }

    function test_receipt__token_fails_in_any_way__cash_refused_and_nothing_changed() public {
        neverHalf(receiptCall(), cashOf(BANK), FACE / 2);
    }

    function test_redeem__token_fails_in_any_way__cash_refused_and_nothing_changed() public {
        neverHalf(redeemCall(), escrow(), FACE / 2);
    }

    function neverHalf(bytes memory data, address from, uint256 amount) private {
        bytes32 before = everything();
        bytes memory e = err(ILedgerErrors.CashRefused.selector, uint160(address(odd)), uint160(from), amount);
        odd.reenter(address(ledger), data);
        for (uint256 i = uint256(OddToken.Mood.FALSE); i <= uint256(OddToken.Mood.REENTERS); ++i) {
            odd.setMood(OddToken.Mood(i));
            refuse(data, e);
            eq(everything(), before);
        }
        odd.setMood(OddToken.Mood.HONEST);
        uint256 balance_ = odd.balanceOf(from);
        vm.prank(from);
        odd.transferFrom(from, address(1), balance_ - amount + 1);
        refuse(data, e);
        odd.mint(from, 1);
        call(data);
        eq(odd.balanceOf(from), 0);
    }

    function test_cash__token_without_code__cash_refused() public {
        bytes memory data = discountCall();
        bytes memory code = address(odd).code;
        vm.etch(address(odd), "");
        refuse(data, err(ILedgerErrors.CashRefused.selector, uint160(address(odd)), uint160(cashOf(FIN)), PRICE));
        eq(ledger.claimOf(claim).holder, SUP1);
        vm.etch(address(odd), code);
        call(data);
        eq(ledger.claimOf(claim).holder, FIN);
    }

    function test_cash__deposit_token_without_allowance_or_balance__cash_refused() public {
        claim = held(2, FACE);
        bytes memory data = discountCall();
        bytes memory e = err(ILedgerErrors.CashRefused.selector, uint160(address(token)), uint160(cashOf(FIN)), PRICE);
        vm.prank(cashOf(FIN));
        token.approve(address(ledger), PRICE - 1);
        refuse(data, e);
        vm.prank(cashOf(FIN));
        token.approve(address(ledger), PRICE);
        uint256 rich = balance(FIN);
        vm.prank(cashOf(FIN));
        token.transfer(address(1), rich - PRICE + 1);
        refuse(data, e);
        eq(ledger.claimOf(claim).holder, SUP1);
        _mint(cashOf(FIN), 1);
        call(data);
        eq(ledger.claimOf(claim).holder, FIN);
        eq(balance(SUP1), PRICE);
        eq(balance(FIN), 0);
    }

    // ---------------------------------------------------------------- taken

    function test_cash__token_answers_nothing__moved() public {
        odd.setMood(OddToken.Mood.SILENT);
        moves();
    }

    function test_cash__token_answers_true_and_more__moved() public {
        odd.setMood(OddToken.Mood.WORDY);
        moves();
    }

    function moves() private {
        call(discountCall());
        eq(odd.balanceOf(cashOf(SUP1)), PRICE);
        eq(odd.balanceOf(cashOf(FIN)), FACE - PRICE);
        eq(ledger.claimOf(claim).holder, FIN);
        call(fundCall());
        eq(odd.balanceOf(escrow()), FACE / 2);
        ledger.redeem(claim);
        eq(odd.balanceOf(cashOf(FIN)), FACE - PRICE + FACE / 2);
        eq(odd.balanceOf(address(ledger)), 0);
        eq(owed(ODD), 0);
    }

    // ---------------------------------------------------------------- a token that calls back and hides the refusal

    function test_discount__token_calls_it_again__claim_is_sold_already() public {
        bytes memory inner = err(ILedgerErrors.NotHolder.selector, claim, SUP1);
        again(discountCall(), inner);
        eq(odd.balanceOf(cashOf(SUP1)), PRICE);
        eq(odd.balanceOf(cashOf(FIN)), FACE - PRICE);
    }

    function test_fund__token_calls_it_again__version_is_past() public {
        again(fundCall(), err(ILedgerErrors.StaleObligation.selector, obligation, 2, 1));
        eq(owed(ODD), FACE / 2);
        eq(odd.balanceOf(escrow()), FACE / 2);
    }

    function test_receipt__token_calls_it_again__version_is_past() public {
        again(receiptCall(), err(ILedgerErrors.StaleObligation.selector, obligation, 2, 1));
        eq(owed(ODD), FACE / 2);
    }

    function test_redeem__token_calls_it_again__nobody_is_paid_twice() public {
        again(redeemCall(), err(ILedgerErrors.NothingToRedeem.selector, claim));
        eq(odd.balanceOf(cashOf(SUP1)), FACE / 2);
        eq(odd.balanceOf(escrow()), 0);
        eq(owed(ODD), 0);
    }

    function again(bytes memory data, bytes memory inner) private {
        odd.reenter(address(ledger), data);
        odd.setMood(OddToken.Mood.REENTERS_QUIETLY);
        call(data);
        yes(!odd.entered());
        eq(keccak256(odd.refusal()), keccak256(inner));
    }

    /// @dev While the price moves the claim is the buyer's already: a payment within is the buyer's, and the books agree.
    function test_discount__token_settles_the_obligation_within__money_is_the_buyers() public {
        call(fundCall());
        ledger.redeem(claim);
        Quote memory q = Quote(FIN, claim, 3, FACE, 1, 0, 1, 0, 0, 1, vm.addr(F1), DEADLINE);
        bytes memory proof = signed(F1, keccak256(abi.encode(Intents.QUOTE, q)));
        odd.mint(cashOf(CORE), FACE);
        Fund memory m = Fund(CORE, obligation, 2, FACE / 2, vm.addr(MAKER), DEADLINE);
        odd.reenter(
            address(ledger), abi.encodeCall(ledger.fund, (m, signed(MAKER, keccak256(abi.encode(Intents.FUND, m)))))
        );
        odd.setMood(OddToken.Mood.REENTERS_QUIETLY);
        vm.prank(vm.addr(S1));
        ledger.discount(Discount(SUP1, q, vm.addr(S1), DEADLINE), "", proof);
        yes(odd.entered());
        eq(ledger.obligationOf(obligation).status, ObligationStatus.SETTLED);
        ledger.redeem(claim);
        eq(odd.balanceOf(cashOf(FIN)), FACE - 1 + FACE / 2);
        eq(ledger.claimOf(claim).status, ClaimStatus.REDEEMED);
    }

    // ---------------------------------------------------------------- whose money

    /// @dev A transfer from an address to itself is answered with yes and puts nothing in.
    function test_fund__obligors_cash_is_the_escrow__cash_refused() public {
        odd.mint(escrow(), FACE);
        setCashAddress(CORE, escrow());
        refuse(fundCall(), err(ILedgerErrors.CashRefused.selector, uint160(address(odd)), uint160(escrow()), FACE / 2));
    }

    function test_receipt__banks_cash_is_the_escrow__cash_refused() public {
        odd.mint(escrow(), FACE);
        setCashAddress(BANK, escrow());
        bytes memory e = err(ILedgerErrors.CashRefused.selector, uint160(address(odd)), uint160(escrow()), FACE / 2);
        refuse(receiptCall(), e);
    }

    /// @dev Wherever it is refused: a participant entered with the cash address of another must not spend that one's allowance.
    function test_cash__newcomer_names_anothers_cash_address__its_money_stays() public {
        claim = held(2, FACE);
        uint256 before = balance(FIN);
        RegisterParticipant memory r = RegisterParticipant(
            REGISTRAR, 66, Roles.FINANCIER, 0, cashOf(FIN), "sham", vm.addr(0x66), 1, 3, vm.addr(R1), DEADLINE
        );
        bytes32 h = keccak256(abi.encode(Intents.REGISTER_PARTICIPANT, r));
        bytes memory data = abi.encodeCall(ledger.registerParticipant, (r, signed(R1, h), signed(0x66, h)));
        (bool entered,) = address(ledger).call(data);
        Quote memory q = Quote(66, claim, 2, FACE, FACE, 0, 1, 0, 0, 1, r.account, DEADLINE);
        bytes memory proof = signed(0x66, keccak256(abi.encode(Intents.QUOTE, q)));
        data = abi.encodeCall(ledger.discount, (Discount(SUP1, q, vm.addr(S1), DEADLINE), "", proof));
        vm.prank(vm.addr(S1));
        (bool sold,) = address(ledger).call(data);
        yes(!(entered && sold));
        eq(balance(FIN), before);
    }

    // ---------------------------------------------------------------- helpers

    /// @dev Every record and balance that the four operations write.
    function everything() private view returns (bytes32) {
        bytes32 money = keccak256(
            abi.encode(
                odd.balanceOf(cashOf(FIN)),
                odd.balanceOf(cashOf(SUP1)),
                odd.balanceOf(cashOf(CORE)),
                odd.balanceOf(cashOf(BANK)),
                odd.balanceOf(escrow()),
                owed(ODD)
            )
        );
        bytes32 receipt = keccak256(abi.encode(uint256(BANK), bytes32("r")));
        return keccak256(
            abi.encode(
                money,
                peek(CLAIMS, claim),
                peek(OBLIGATIONS, obligation),
                peek(STEPS, (uint256(obligation) << 8) | 1),
                peek(PARTICIPANTS, CORE),
                vm.load(address(ledger), keccak256(abi.encode(receipt, uint256(10))))
            )
        );
    }

    function call(bytes memory data) private {
        (bool ok, bytes memory answer) = address(ledger).call(data);
        if (!ok) {
            assembly ("memory-safe") {
                revert(add(answer, 0x20), mload(answer))
            }
        }
    }

    function refuse(bytes memory data, bytes memory error_) private {
        (bool ok, bytes memory answer) = address(ledger).call(data);
        yes(!ok);
        eq(keccak256(answer), keccak256(error_));
    }
}
