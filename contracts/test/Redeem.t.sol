// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ILedgerErrors} from "../interfaces/ILedgerErrors.sol";
import {ILedgerEvents} from "../interfaces/ILedgerEvents.sol";
import {ClaimStatus, ILedgerViews, ObligationStatus} from "../interfaces/IReceivableLedger.sol";
import {ClaimsWorld} from "./ClaimsWorld.sol";

/// @title Money out by claim: who gets what, when, and that it sums to what was funded
contract RedeemTest is ClaimsWorld {
    uint88 internal claim;
    uint64 internal obligation;

    function setUp() public override {
        super.setUp();
        claim = held(1, FACE);
        obligation = obligationId(CORE, 1);
        govern(obligation);
    }

    // ---------------------------------------------------------------- one claim

    function test_redeem__settled__holder_is_paid_and_claim_is_a_tombstone() public {
        fund(obligation, FACE);
        ILedgerViews.ClaimView memory wanted = ledger.claimOf(claim);
        ILedgerViews.ObligationView memory untouched = ledger.obligationOf(obligation);
        (wanted.status, wanted.version) = (ClaimStatus.REDEEMED, 3);

        vm.recordLogs();
        expectLog();
        emit ILedgerEvents.Redeemed(claim, 3, FACE, 0, ClaimStatus.REDEEMED, RULES);
        vm.prank(vm.addr(STRANGER));
        ledger.redeem(claim);

        onlyLogs(1);
        same(ledger.claimOf(claim), wanted);
        same(ledger.obligationOf(obligation), untouched);
        eq(balance(SUP1), FACE);
        eq(token.balanceOf(escrow()), 0);
        eq(owed(RAIL), 0);
        eq(ledger.ownerOf(claim), standIn(SUP1));
        (uint256 p, uint256 i, uint256 u) = ledger.moneyOf(claim);
        eq(p + i + u, 0);
    }

    function test_redeem__in_part__claim_stays_held_at_its_step() public {
        fund(obligation, 30_000_000);
        ILedgerViews.ClaimView memory wanted = ledger.claimOf(claim);
        (wanted.redeemedStep, wanted.version) = (1, 3);
        expectLog();
        emit ILedgerEvents.Redeemed(claim, 3, 30_000_000, 0, ClaimStatus.HELD, RULES);
        ledger.redeem(claim);
        same(ledger.claimOf(claim), wanted);
        eq(balance(SUP1), 30_000_000);
        refuse(claim, err(ILedgerErrors.NothingToRedeem.selector, claim));
        fund(obligation, 20_000_000);
        fund(obligation, 50_000_000);
        ledger.redeem(claim);
        eq(balance(SUP1), FACE);
        eq(ledger.claimOf(claim).status, ClaimStatus.REDEEMED);
        eq(ledger.claimOf(claim).redeemedStep, 2);
    }

    function test_redeem__late__principal_and_interest_are_named_apart() public {
        vm.warp(due() + 1);
        fund(obligation, FACE + 50_000);
        expectLog();
        emit ILedgerEvents.Redeemed(claim, 3, FACE, 50_000, ClaimStatus.REDEEMED, RULES);
        ledger.redeem(claim);
        eq(balance(SUP1), FACE + 50_000);
        eq(ledger.claimOf(claim).redeemedStep, 1);
    }

    function test_redeem__interest_of_two_steps__event_carries_the_whole_sum() public {
        claim = heldWhole48();
        obligation = uint64(claim >> 24);
        _mint(cashOf(CORE), 10 ** 16);
        vm.warp(due() + 2001 days);
        fund(obligation, MAX48);
        vm.warp(due() + 4002 days);
        fund(obligation, MAX48);
        expectLog();
        emit ILedgerEvents.Redeemed(claim, 3, 0, 2 * uint64(MAX48), ClaimStatus.HELD, 1);
        ledger.redeem(claim);
    }

    function test_redeem__cash_address_changed__paid_to_the_present_one() public {
        fund(obligation, FACE);
        setCashAddress(SUP1, address(0xcafe));
        ledger.redeem(claim);
        eq(token.balanceOf(address(0xcafe)), FACE);
        eq(balance(SUP1), 0);
    }

    function test_redeem__holder_suspended_and_paused__paid() public {
        fund(obligation, FACE);
        pauseUntil(SUP1, hoursAt(T0 + 2 days));
        suspend(SUP1);
        ledger.redeem(claim);
        eq(balance(SUP1), FACE);
    }

    function test_redeem__liened__paid_to_the_holder_and_lien_stays_in_name() public {
        lien(claim, SUP1, S1, FIN, F1, FACE, hoursAt(T0 + 30 days));
        fund(obligation, FACE / 2);
        ledger.redeem(claim);
        eq(balance(SUP1), FACE / 2);
        eq(ledger.claimOf(claim).lienholder, FIN);
        yes(ledger.locked(claim));
        fund(obligation, FACE / 2);
        ledger.redeem(claim);
        eq(ledger.claimOf(claim).lienholder, FIN);
        yes(!ledger.locked(claim));
    }

    /// @dev Flags of later operations: the law of today asks for the lifecycle alone, and flags outlive redemption.
    function test_redeem__flag_set__lifecycle_alone_is_asked() public {
        setClaimStatus(claim, ClaimStatus.HELD | 16);
        fund(obligation, FACE);
        expectLog();
        emit ILedgerEvents.Redeemed(claim, 3, FACE, 0, ClaimStatus.REDEEMED, RULES);
        ledger.redeem(claim);
        eq(ledger.claimOf(claim).status, ClaimStatus.REDEEMED | 16);
    }

    // ---------------------------------------------------------------- several claims

    function test_redeem__cent_settled_by_rounding__redeemed_while_others_wait() public {
        claim = held(2, 100);
        obligation = obligationId(CORE, 2);
        uint88 cent = cut(claim, SUP1, S1, 1);
        fund(obligation, 50);
        expectLog();
        emit ILedgerEvents.Redeemed(cent, 2, 1, 0, ClaimStatus.REDEEMED, 1);
        ledger.redeem(cent);
        eq(ledger.obligationOf(obligation).status, ObligationStatus.ISSUED);
        fund(obligation, 50);
        refuse(cent, err(ILedgerErrors.NotHeld.selector, cent, ClaimStatus.REDEEMED));
        ledger.redeem(claim);
        eq(balance(SUP1), 100);
    }

    function test_redeem__cent_left_out_by_rounding__nothing_to_redeem_yet() public {
        claim = held(2, 100);
        obligation = obligationId(CORE, 2);
        uint88 two = cut(claim, SUP1, S1, 2);
        uint88 last = cut(two, SUP1, S1, 1);
        fund(obligation, 50);
        refuse(two, err(ILedgerErrors.NothingToRedeem.selector, two));
        ledger.redeem(last);
        ledger.redeem(claim);
        fund(obligation, 50);
        ledger.redeem(two);
        ledger.redeem(claim);
        eq(balance(SUP1), 100);
        eq(owed(RAIL), 0);
    }

    function test_redeem__two_claims_in_either_order__sum_to_what_was_funded() public {
        uint88 child = split(claim, SUP1, S1, SUP2, S2, 33_333_333);
        fund(obligation, 10_000_001);
        uint256 before = vm.snapshotState();
        ledger.redeem(claim);
        ledger.redeem(child);
        (uint256 first, uint256 second) = (balance(SUP1), balance(SUP2));
        vm.revertToState(before);
        ledger.redeem(child);
        ledger.redeem(claim);
        eq(balance(SUP1), first);
        eq(balance(SUP2), second);
        eq(first + second, 10_000_001);
        eq(second, 10_000_001 - uint256(10_000_001) * 66_666_667 / FACE);
        eq(owed(RAIL), 0);
        eq(token.balanceOf(escrow()), 0);
    }

    function test_redeem__three_rounds_with_cuts_between__nothing_is_left_or_missing() public {
        vm.warp(T0 + 1);
        uint88 a = split(claim, SUP1, S1, SUP2, S2, 33_333_333);
        fund(obligation, 9_999_999);
        uint88 b = cut(a, SUP2, S2, 11_111_111);
        ledger.redeem(b);
        fund(obligation, 7_777_777);
        uint88 c = cut(claim, SUP1, S1, 1_000_003);
        ledger.redeem(claim);
        vm.warp(due() + 3 days);
        fund(obligation, 5_000_000);
        ledger.redeem(c);
        ledger.redeem(a);
        eq(balance(SUP1) + balance(SUP2) + moneyOf(claim) + moneyOf(b), 9_999_999 + 7_777_777 + 5_000_000);
        eq(owed(RAIL), moneyOf(claim) + moneyOf(b));
        (uint64 unpaid, uint64 interest) = ledger.owedOf(obligation);
        eq(unpaidOf(claim) + unpaidOf(a) + unpaidOf(b) + unpaidOf(c), unpaid);
        fund(obligation, unpaid + interest);
        ledger.redeem(b);
        ledger.redeem(c);
        ledger.redeem(claim);
        ledger.redeem(a);
        eq(owed(RAIL), 0);
        eq(token.balanceOf(escrow()), 0);
        eq(balance(SUP1) + balance(SUP2), 9_999_999 + 7_777_777 + 5_000_000 + unpaid + interest);
        uint256 interests = balance(SUP1) + balance(SUP2) - FACE;
        yes(interests > 0);
        yes(balance(SUP2) >= 33_333_333 && balance(SUP2) <= 33_333_333 + interests);
    }

    function testFuzz_redeem__any_rounds_and_cuts__sum_to_what_was_funded(uint256 seed, uint48 face) public {
        face = uint48(100 + uint256(face) % (GROSS - FACE - 100));
        claim = held(2, face);
        obligation = obligationId(CORE, 2);
        uint256 funded = 0;
        for (uint256 i = 0; i < 12; ++i) {
            seed = uint256(keccak256(abi.encode(seed)));
            uint24 n = ledger.obligationOf(obligation).seq;
            uint88 one = claimId(CORE, 2, uint24(1 + (seed >> 8) % n));
            if (seed % 3 == 0) tryCut(one, uint48(seed >> 64));
            else if (seed % 3 == 1 && moneyOf(one) != 0) ledger.redeem(one);
            else funded += tryFund(uint48(seed >> 64));
            if (i == 5) vm.warp(due() + seed % 400 days);
        }
        (uint64 unpaid, uint64 interest) = ledger.owedOf(obligation);
        if (unpaid != 0) fund(obligation, unpaid + interest);
        funded += uint256(unpaid) + interest;
        eq(owed(RAIL), funded - balance(SUP1));
        for (uint24 s = ledger.obligationOf(obligation).seq; s != 0; --s) {
            if (ledger.claimOf(claimId(CORE, 2, s)).status == ClaimStatus.HELD) ledger.redeem(claimId(CORE, 2, s));
        }
        eq(balance(SUP1), funded);
        yes(funded >= face);
        eq(owed(RAIL), 0);
        eq(token.balanceOf(escrow()), 0);
    }

    function tryCut(uint88 one, uint48 draw) private {
        ILedgerViews.ClaimView memory c = ledger.claimOf(one);
        if (c.status != ClaimStatus.HELD || c.amount < 2) return;
        Cut memory m = Cut(SUP1, one, c.version, 1 + draw % (c.amount - 1), vm.addr(S1), DEADLINE);
        vm.prank(m.signer);
        (bool ok, bytes memory answer) = address(ledger).call(abi.encodeCall(ledger.cut, (m, "")));
        bytes4 why = bytes4(answer);
        bool named = why == ILedgerErrors.NothingUnpaid.selector || why == ILedgerErrors.PastDue.selector
            || why == ILedgerErrors.ObligationClosed.selector || why == ILedgerErrors.ClosingWindow.selector;
        yes(ok || named);
    }

    function tryFund(uint48 draw) private returns (uint256) {
        ILedgerViews.ObligationView memory o = ledger.obligationOf(obligation);
        (uint256 unpaid, uint256 interest) = ledger.owedOf(obligation);
        uint256 least = (uint256(o.face) + 47) / 48;
        if (o.status == ObligationStatus.SETTLED || unpaid + interest <= least) return 0;
        uint64 amount = uint64(least + uint256(draw) % (unpaid + interest - least));
        fund(obligation, amount);
        return amount;
    }

    // ---------------------------------------------------------------- refusals in order

    /// @dev Everything wrong at once; each repair brings the next refusal that ISettlement names.
    function test_redeem__all_wrong__refused_in_the_order_of_the_law() public {
        uint88 nobody = claimId(CORE, 1, 2);
        refuse(nobody, err(ILedgerErrors.UnknownClaim.selector, nobody));
        vm.prank(escrow());
        token.approve(address(ledger), FACE - 1);
        setClaimVersion(claim, MAX24);
        for (uint8 status = 0; status < 4; ++status) {
            if (status == ClaimStatus.HELD) continue;
            setClaimStatus(claim, status);
            refuse(claim, err(ILedgerErrors.NotHeld.selector, claim, status));
        }
        setClaimStatus(claim, ClaimStatus.HELD);
        refuse(claim, err(ILedgerErrors.NothingToRedeem.selector, claim));
        fund(obligation, FACE);
        refuse(claim, err(ILedgerErrors.ClaimVersionExhausted.selector, claim));
        setClaimVersion(claim, MAX24 - 1);
        refuse(claim, err(ILedgerErrors.CashRefused.selector, uint160(address(token)), uint160(escrow()), FACE));
        eq(ledger.claimOf(claim).status, ClaimStatus.HELD);
        eq(owed(RAIL), FACE);
        vm.prank(escrow());
        token.approve(address(ledger), FACE);
        ledger.redeem(claim);
        eq(ledger.claimOf(claim).version, MAX24);
        eq(balance(SUP1), FACE);
    }

    function test_redeem__offer_that_ended__not_held() public {
        uint88 offer = issue(terms(2, FACE));
        refuse(offer, err(ILedgerErrors.NotHeld.selector, offer, ClaimStatus.OFFERED));
        vm.warp(uint256(hoursAt(T0 + 10 days)) * 3600 + 1);
        ledger.expire(obligationId(CORE, 2), TERMS, parts(INVOICE, FACE));
        refuse(offer, err(ILedgerErrors.NotHeld.selector, offer, ClaimStatus.GONE));
    }

    // ---------------------------------------------------------------- helpers

    function refuse(uint88 id, bytes memory error_) private {
        refused(error_);
        ledger.redeem(id);
    }
}
