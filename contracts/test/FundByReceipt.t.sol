// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ILedgerErrors} from "../interfaces/ILedgerErrors.sol";
import {ILedgerEvents} from "../interfaces/ILedgerEvents.sol";
import {ILedgerViews, ObligationStatus, Roles} from "../interfaces/IReceivableLedger.sol";
import {Intents} from "../libraries/Intents.sol";
import {ClaimsWorld} from "./ClaimsWorld.sol";

/// @title Payment by bank receipt: the bank confirms money and puts in its tokens. What PAYMENT does is in Fund and Payments.
contract FundByReceiptTest is ClaimsWorld {
    uint32 internal constant BANK2 = 4;
    uint256 internal constant BK2 = 0x401;
    bytes32 internal constant RECEIPT = keccak256("receipt");

    uint88 internal claim;
    uint64 internal obligation;

    function setUp() public override {
        super.setUp();
        claim = held(1, FACE);
        obligation = obligationId(CORE, 1);
        govern(obligation);
    }

    function test_receipt__in_full__bank_pays_and_obligor_is_relieved() public {
        ILedgerViews.ObligationView memory o = ledger.obligationOf(obligation);
        ILedgerViews.ParticipantView memory core = ledger.participantOf(CORE);
        ILedgerViews.ParticipantView memory bank = ledger.participantOf(BANK);
        (o.unpaid, o.version, o.status) = (0, 2, ObligationStatus.SETTLED);
        core.utilised -= FACE;
        (uint256 banks, uint256 obligors) = (balance(BANK), balance(CORE));

        vm.recordLogs();
        expectLog();
        emit ILedgerEvents.Funded(obligation, 2, FACE, 0, 0, ObligationStatus.SETTLED, uint32(T0), RECEIPT, RULES);
        pass(message(1, FACE));

        onlyLogs(1);
        same(ledger.obligationOf(obligation), o);
        same(ledger.participantOf(CORE), core);
        same(ledger.participantOf(BANK), bank);
        eq(balance(BANK), banks - FACE);
        eq(balance(CORE), obligors);
        eq(token.balanceOf(escrow()), FACE);
        eq(owed(RAIL), FACE);
        eq(used(BANK, RECEIPT), obligation);
    }

    function test_receipt__in_part_late__interest_first_and_cure() public {
        vm.warp(due() + 1);
        ledger.markOverdue(obligation);
        expectLog();
        emit ILedgerEvents.Funded(
            obligation, 3, 9_950_000, 50_000, 0, ObligationStatus.OVERDUE, due() + 1, RECEIPT, RULES
        );
        pass(message(2, 10_000_000));
        FundByReceipt memory m = message(3, 90_050_000);
        m.receipt = "second";
        pass(m);
        eq(ledger.obligationOf(obligation).status, ObligationStatus.SETTLED);
        eq(ledger.participantOf(CORE).overdue, 0);
    }

    function test_receipt__carried_by_a_stranger__counts_once() public {
        FundByReceipt memory m = message(1, FACE / 2);
        bytes memory signature = signed(BK, keccak256(abi.encode(Intents.FUND_BY_RECEIPT, m)));
        vm.prank(vm.addr(STRANGER));
        ledger.fundByReceipt(m, signature);
        refused(err(ILedgerErrors.StaleObligation.selector, obligation, 2, 1));
        ledger.fundByReceipt(m, signature);
    }

    function test_receipt__bank_suspended__still_pays() public {
        suspend(BANK);
        pass(message(1, FACE));
        eq(ledger.obligationOf(obligation).unpaid, 0);
    }

    // ---------------------------------------------------------------- a receipt counts once

    function test_receipt__same_reference_again__receipt_used() public {
        pass(message(1, FACE / 2));
        refuse(message(2, FACE / 2), err(ILedgerErrors.ReceiptUsed.selector, uint256(RECEIPT)));
        held(2, FACE);
        FundByReceipt memory m = message(1, FACE);
        m.obligation = obligationId(CORE, 2);
        refuse(m, err(ILedgerErrors.ReceiptUsed.selector, uint256(RECEIPT)));
        m.receipt = "another";
        pass(m);
    }

    function test_receipt__reference_zero__receipt_used() public {
        FundByReceipt memory m = message(1, FACE);
        m.receipt = 0;
        refuse(m, err(ILedgerErrors.ReceiptUsed.selector, 0));
    }

    function test_receipt__refused_payment__reference_is_still_free() public {
        refuse(message(1, FACE + 1), err(ILedgerErrors.Overpaid.selector, FACE, FACE + 1));
        eq(used(BANK, RECEIPT), 0);
        pass(message(1, FACE));
    }

    function test_receipt__another_bank_with_the_same_reference__counts() public {
        pass(message(1, FACE));
        secondRail();
        NewObligation memory n = terms(2, FACE);
        n.rail = 2;
        opened(n);
        FundByReceipt memory m = message(1, FACE);
        (m.participant, m.signer, m.obligation) = (BANK2, vm.addr(BK2), obligationId(CORE, 2));
        pass(m);
        eq(used(BANK, RECEIPT), obligation);
        eq(used(BANK2, RECEIPT), obligationId(CORE, 2));
        eq(owed(2), FACE);
        eq(owed(RAIL), FACE);
    }

    // ---------------------------------------------------------------- refusals in order

    /// @dev Everything wrong at once; each repair brings the next refusal that ISettlement names.
    function test_receipt__all_wrong__refused_in_the_order_of_the_law() public {
        secondRail();
        FundByReceipt memory m = FundByReceipt(SUP1, obligationId(CORE, 9), 9, 0, 0, vm.addr(STRANGER), uint32(T0 - 1));
        setObligationStatus(obligation, ObligationStatus.DEFAULTED);
        setClaimStatus(claim, 0);
        setObligationVersion(obligation, MAX24);
        vm.prank(cashOf(BANK));
        token.approve(address(ledger), FACE - 1);

        refuse(m, err(ILedgerErrors.IntentExpired.selector, T0 - 1));
        m.deadline = DEADLINE;
        refuse(m, err(ILedgerErrors.UnknownAccount.selector, uint160(vm.addr(STRANGER))));
        m.signer = vm.addr(S1);
        refuse(m, err(ILedgerErrors.NotInRole.selector, SUP1, Roles.SETTLEMENT_BANK));
        (m.participant, m.signer) = (BANK2, vm.addr(BK2));
        refuse(m, err(ILedgerErrors.UnknownObligation.selector, m.obligation));
        m.obligation = obligation;
        refuse(m, err(ILedgerErrors.StaleObligation.selector, obligation, MAX24, 9));
        m.version = MAX24;
        refuse(m, err(ILedgerErrors.NotRailBank.selector, RAIL, BANK2));
        (m.participant, m.signer) = (BANK, vm.addr(BK));
        refuse(m, err(ILedgerErrors.ReceiptUsed.selector, 0));
        m.receipt = RECEIPT;
        refuse(m, err(ILedgerErrors.ObligationClosed.selector, obligation, ObligationStatus.DEFAULTED));
        setObligationStatus(obligation, ObligationStatus.OVERDUE);
        refuse(m, err(ILedgerErrors.NotHeld.selector, claim, 0));
        setClaimStatus(claim, 1);
        refuse(m, abi.encodeWithSelector(ILedgerErrors.ZeroAmount.selector));
        m.amount = FACE + 1;
        refuse(m, err(ILedgerErrors.Overpaid.selector, FACE, FACE + 1));
        m.amount = 1;
        refuse(m, err(ILedgerErrors.PaymentTooSmall.selector, 2_083_334, 1));
        m.amount = FACE - 1;
        fortyEight();
        refuse(m, err(ILedgerErrors.TooManyPayments.selector, obligation));
        m.amount = FACE;
        refuse(m, err(ILedgerErrors.ObligationVersionExhausted.selector, obligation));
        setObligationVersion(obligation, MAX24 - 1);
        setObligationStatus(obligation, ObligationStatus.ISSUED);
        m.version = MAX24 - 1;
        refuse(m, err(ILedgerErrors.CashRefused.selector, uint160(address(token)), uint160(cashOf(BANK)), FACE));
        vm.prank(cashOf(BANK));
        token.approve(address(ledger), FACE);
        pass(m);
        eq(ledger.obligationOf(obligation).version, MAX24);
    }

    // ---------------------------------------------------------------- helpers

    /// @dev A last step that moved nothing and says that it was the 48th payment.
    function fortyEight() private {
        uint256 word = 1 | (uint256(FACE) << 56) | (T0 << 200) | (uint256(48) << 232);
        poke(STEPS, (uint256(obligation) << 8) | 1, 0, 256, word);
        poke(OBLIGATIONS, obligation, 184, 8, 1);
    }

    function secondRail() private {
        _register(BANK2, Roles.SETTLEMENT_BANK, 0, BK2);
        addRail(2, address(token), BANK2, BK2, address(0xe5c0));
        _mint(cashOf(BANK2), FACE);
        _approve(cashOf(BANK2));
    }

    function used(uint32 bank, bytes32 receipt) private view returns (uint256) {
        bytes32 key = keccak256(abi.encode(uint256(bank), receipt));
        return uint256(vm.load(address(ledger), keccak256(abi.encode(key, uint256(10)))));
    }

    function message(uint24 version, uint64 amount) internal view returns (FundByReceipt memory) {
        return FundByReceipt(BANK, obligation, version, amount, RECEIPT, vm.addr(BK), DEADLINE);
    }

    function pass(FundByReceipt memory m) internal {
        vm.prank(m.signer);
        ledger.fundByReceipt(m, "");
    }

    function refuse(FundByReceipt memory m, bytes memory error_) internal {
        refused(error_);
        vm.prank(m.signer);
        ledger.fundByReceipt(m, "");
    }
}
