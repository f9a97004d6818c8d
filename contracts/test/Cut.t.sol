// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ILedgerErrors} from "../interfaces/ILedgerErrors.sol";
import {IClaimTokenEvents, ILedgerEvents} from "../interfaces/ILedgerEvents.sol";
import {ILedgerViews, ObligationStatus} from "../interfaces/IReceivableLedger.sol";
import {Intents} from "../libraries/Intents.sol";
import {ClaimsWorld} from "./ClaimsWorld.sol";

/// @dev What every operation on claims shares is in Signed, Gates and Pieces.
contract CutTest is ClaimsWorld {
    uint88 internal claim;
    uint64 internal obligation;

    function setUp() public override {
        super.setUp();
        claim = held(1, FACE);
        obligation = obligationId(CORE, 1);
        govern(obligation);
    }

    function test_cut__tail__both_parts_stay_with_the_holder() public {
        ILedgerViews.ClaimView memory parent = ledger.claimOf(claim);
        ILedgerViews.ObligationView memory o = ledger.obligationOf(obligation);
        parent.amount = FACE - PART;
        parent.version = 3;
        o.seq = 2;

        vm.recordLogs();
        expectLog();
        emit ILedgerEvents.CutOff(claim, 3, 2, PART, RULES);
        expectLog();
        emit IClaimTokenEvents.Transfer(address(0), standIn(SUP1), claimId(CORE, 1, 2));
        pass(message(2, PART));

        onlyLogs(2);
        same(ledger.claimOf(claim), parent);
        same(ledger.obligationOf(obligation), o);
        same(ledger.claimOf(claimId(CORE, 1, 2)), ILedgerViews.ClaimView(SUP1, 0, FACE - PART, PART, 1, 1, 0, 0, 1, 0));
    }

    function test_cut__carried_by_a_stranger__cuts_once() public {
        Cut memory m = message(2, PART);
        bytes memory signature = signed(S1, keccak256(abi.encode(Intents.CUT, m)));
        vm.prank(vm.addr(STRANGER));
        ledger.cut(m, signature);
        refused(err(ILedgerErrors.StaleClaim.selector, claim, 3, 2));
        ledger.cut(m, signature);
    }

    function test_cut__at_the_hop_cap__hop_stays_and_no_cap_is_asked() public {
        setHop(claim, 5);
        pass(message(2, PART));
        eq(ledger.claimOf(claimId(CORE, 1, 2)).hop, 5);
        eq(ledger.claimOf(claim).hop, 5);
    }

    function test_cut__holder_suspended_or_paused__not_asked() public {
        pauseUntil(SUP1, hoursAt(T0 + 2 days));
        suspend(SUP1);
        pass(message(2, PART));
        eq(ledger.claimOf(claimId(CORE, 1, 2)).holder, SUP1);
    }

    /// @dev Not a move: money may be waiting. Both parts keep redeemedStep, and their shares sum to the whole's.
    function test_cut__money_waits__shares_of_the_parts_sum_to_the_whole() public {
        fund(obligation, 33_333_333);
        ledger.redeem(claim);
        fund(obligation, 11_111_111);
        uint256 money = moneyOf(claim);
        uint256 unpaid = unpaidOf(claim);
        eq(money, 11_111_111);
        pass(message(3, PART));
        uint88 child = claimId(CORE, 1, 2);
        eq(ledger.claimOf(claim).redeemedStep, 1);
        eq(ledger.claimOf(child).redeemedStep, 1);
        eq(moneyOf(claim) + moneyOf(child), money);
        eq(unpaidOf(claim) + unpaidOf(child), unpaid);
        yes(moneyOf(child) > 0 && moneyOf(claim) > 0);
        ledger.redeem(child);
        ledger.redeem(claim);
        eq(balance(SUP1), 44_444_444);
    }

    /// @dev Everything wrong at once; each repair brings the next refusal that IClaims names. Money waits throughout.
    function test_cut__all_wrong__refused_in_the_order_of_the_law() public {
        fund(obligation, FACE / 2);
        Cut memory m = Cut(SUP2, claim, 9, 0, vm.addr(STRANGER), uint32(T0 - 1));
        setClaimStatus(claim, 1 | 32);
        setLien(claim, SUP1, hoursAt(due() + 1 hours));
        setObligationStatus(obligation, ObligationStatus.DEFAULTED);
        setMinPiece(obligation, 3);
        setClaimVersion(claim, MAX24);
        setSeq(obligation, MAX24);

        refuse(m, err(ILedgerErrors.IntentExpired.selector, T0 - 1));
        m.deadline = DEADLINE;
        refuse(m, err(ILedgerErrors.UnknownAccount.selector, uint160(vm.addr(STRANGER))));
        m.signer = vm.addr(S2);
        m.claim = claimId(CORE2, 1, 1);
        refuse(m, err(ILedgerErrors.UnknownClaim.selector, m.claim));
        m.claim = claim;
        refuse(m, err(ILedgerErrors.NotHolder.selector, claim, SUP2));
        m.participant = SUP1;
        m.signer = vm.addr(S1);
        refuse(m, err(ILedgerErrors.StaleClaim.selector, claim, MAX24, 9));
        m.version = MAX24;
        refuse(m, err(ILedgerErrors.NotHeld.selector, claim, 33));
        setClaimStatus(claim, 1);
        refuse(m, err(ILedgerErrors.ClaimLiened.selector, claim, SUP1, hoursAt(due() + 1 hours)));
        setLien(claim, 0, 0);
        vm.warp(due());
        refuse(m, err(ILedgerErrors.ObligationClosed.selector, obligation, 3));
        setObligationStatus(obligation, ObligationStatus.ISSUED);
        refuse(m, err(ILedgerErrors.ClosingWindow.selector, claim, due() - 5 days));
        vm.warp(due() + 1);
        refuse(m, err(ILedgerErrors.PastDue.selector, claim, due()));
        vm.warp(T0);
        refuse(m, abi.encodeWithSelector(ILedgerErrors.ZeroAmount.selector));
        m.amount = FACE;
        refuse(m, err(ILedgerErrors.PieceTooLarge.selector, claim, FACE, FACE));
        m.amount = 1;
        refuse(m, err(ILedgerErrors.PieceTooSmall.selector, claim, 1000));
        setMinPiece(obligation, 0);
        refuse(m, err(ILedgerErrors.NothingUnpaid.selector, claim));
        m.amount = 2;
        refuse(m, err(ILedgerErrors.ClaimSequenceExhausted.selector, obligation));
        setSeq(obligation, 1);
        refuse(m, err(ILedgerErrors.ClaimVersionExhausted.selector, claim));
        setClaimVersion(claim, MAX24 - 1);
        m.version = MAX24 - 1;
        pass(m);
        eq(ledger.claimOf(claim).version, MAX24);
        eq(ledger.claimOf(claimId(CORE, 1, 2)).amount, 2);
    }

    // ---------------------------------------------------------------- helpers

    function message(uint24 version, uint48 amount) internal view returns (Cut memory) {
        return Cut(SUP1, claim, version, amount, vm.addr(S1), DEADLINE);
    }

    function pass(Cut memory m) internal {
        vm.prank(m.signer);
        ledger.cut(m, "");
    }

    function refuse(Cut memory m, bytes memory error_) internal {
        refused(error_);
        vm.prank(m.signer);
        ledger.cut(m, "");
    }
}
