// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ILedgerErrors as E} from "../../interfaces/ILedgerErrors.sol";
import {Roles} from "../../interfaces/IReceivableLedger.sol";
import {Intents} from "../../libraries/Intents.sol";
import {Thief} from "./Thief.sol";

/// @title A SettlementBank confirms money that never came
/// @dev A friend's obligation would be settled for nothing if the bank's word were enough. But a receipt moves the bank's own tokens
/// into the escrow in the same transaction, so the lie costs its face value. What is left is to count one true receipt twice:
/// for the same obligation, for another one, as the same message again, or to speak about another bank's rail.
contract BankReceiptsTest is Thief {
    bytes32 private constant RECEIPT = keccak256("transfer 20270115-000123");

    function test_receipt__without_cash_behind_it__cash_refused_and_receipt_unused() public {
        held(1, FACE);
        uint256 all = token.balanceOf(cashOf(BANK));
        vm.prank(cashOf(BANK));
        token.burn(all - FACE + 1);
        bytes memory wanted = abi.encodeWithSelector(E.CashRefused.selector, address(token), cashOf(BANK), uint64(FACE));
        refuse(BK, _receipt(1, 1, FACE, RECEIPT), wanted);
        eq(ledger.obligationOf(obligationId(CORE, 1)).unpaid, FACE);
        _mint(cashOf(BANK), 1);
        perform(BK, _receipt(1, 1, FACE, RECEIPT));
        eq(token.balanceOf(escrow()), FACE);
    }

    function test_receipt__without_allowance__cash_refused() public {
        held(1, FACE);
        vm.prank(cashOf(BANK));
        token.approve(address(ledger), 0);
        bytes memory wanted = abi.encodeWithSelector(E.CashRefused.selector, address(token), cashOf(BANK), uint64(FACE));
        refuse(BK, _receipt(1, 1, FACE, RECEIPT), wanted);
    }

    function test_receipt__twice_for_one_obligation__used() public {
        held(1, FACE);
        perform(BK, _receipt(1, 1, FACE / 2, RECEIPT));
        refuse(BK, _receipt(1, 2, FACE / 2, RECEIPT), abi.encodeWithSelector(E.ReceiptUsed.selector, RECEIPT));
    }

    function test_receipt__for_another_obligation__used() public {
        held(1, FACE);
        held(2, FACE);
        perform(BK, _receipt(1, 1, FACE, RECEIPT));
        refuse(BK, _receipt(2, 1, FACE, RECEIPT), abi.encodeWithSelector(E.ReceiptUsed.selector, RECEIPT));
        refuse(BK, _receipt(2, 1, FACE, 0), abi.encodeWithSelector(E.ReceiptUsed.selector, bytes32(0)));
        eq(ledger.obligationOf(obligationId(CORE, 2)).unpaid, FACE);
    }

    function test_receipt__same_message_carried_again__stale() public {
        held(1, FACE);
        FundByReceipt memory m = FundByReceipt(BANK, obligationId(CORE, 1), 1, FACE / 2, RECEIPT, vm.addr(BK), DEADLINE);
        bytes memory signature = signed(BK, keccak256(abi.encode(Intents.FUND_BY_RECEIPT, m)));
        bytes memory data = abi.encodeCall(ledger.fundByReceipt, (m, signature));
        perform(STRANGER, data);
        refuse(STRANGER, data, abi.encodeWithSelector(E.StaleObligation.selector, obligationId(CORE, 1), 2, 1));
    }

    function test_receipt__carried_with_a_larger_amount__bad_signature() public {
        held(1, FACE);
        FundByReceipt memory m = FundByReceipt(BANK, obligationId(CORE, 1), 1, FACE / 2, RECEIPT, vm.addr(BK), DEADLINE);
        bytes memory signature = signed(BK, keccak256(abi.encode(Intents.FUND_BY_RECEIPT, m)));
        m.amount = FACE;
        bytes memory wanted = abi.encodeWithSelector(E.BadSignature.selector, vm.addr(BK));
        refuse(STRANGER, abi.encodeCall(ledger.fundByReceipt, (m, signature)), wanted);
    }

    function test_receipt__beyond_what_is_owed__overpaid() public {
        held(1, FACE);
        refuse(BK, _receipt(1, 1, FACE + 1, RECEIPT), abi.encodeWithSelector(E.Overpaid.selector, FACE, FACE + 1));
    }

    function test_receipt__on_an_offer_nobody_accepted__not_held() public {
        uint88 claim = issue(terms(1, FACE));
        refuse(BK, _receipt(1, 1, FACE, RECEIPT), abi.encodeWithSelector(E.NotHeld.selector, claim, 0));
    }

    function test_receipt__of_another_bank__not_rail_bank() public {
        held(1, FACE);
        _register(4, Roles.SETTLEMENT_BANK, 0, THIEF);
        FundByReceipt memory m = FundByReceipt(4, obligationId(CORE, 1), 1, FACE, RECEIPT, vm.addr(THIEF), DEADLINE);
        bytes memory wanted = abi.encodeWithSelector(E.NotRailBank.selector, RAIL, 4);
        refuse(THIEF, abi.encodeCall(ledger.fundByReceipt, (m, "")), wanted);
    }

    /// @dev The obligor itself says that its bank has the money.
    function test_receipt__by_the_obligor__not_in_role() public {
        held(1, FACE);
        FundByReceipt memory m = FundByReceipt(CORE, obligationId(CORE, 1), 1, FACE, RECEIPT, vm.addr(MAKER), DEADLINE);
        bytes memory wanted = abi.encodeWithSelector(E.NotInRole.selector, CORE, Roles.SETTLEMENT_BANK);
        refuse(MAKER, abi.encodeCall(ledger.fundByReceipt, (m, "")), wanted);
        m.participant = BANK;
        wanted = abi.encodeWithSelector(E.NotSignerFor.selector, vm.addr(MAKER), BANK);
        refuse(MAKER, abi.encodeCall(ledger.fundByReceipt, (m, "")), wanted);
    }

    function _receipt(uint32 number, uint24 version, uint64 amount, bytes32 receipt)
        private
        view
        returns (bytes memory)
    {
        FundByReceipt memory m = FundByReceipt(
            BANK, obligationId(CORE, number), version, amount, receipt, vm.addr(BK), DEADLINE
        );
        return abi.encodeCall(ledger.fundByReceipt, (m, ""));
    }
}
