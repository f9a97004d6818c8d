// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ILedgerErrors as E} from "../../interfaces/ILedgerErrors.sol";
import {Thief} from "./Thief.sol";

/// @title An obligor pays in crumbs, so that its debt can never be settled
/// @dev An obligation has room for a bounded number of steps, and every payment makes claims stand still until they are redeemed and
/// voids open quotes. So an obligor that wants to spoil its own paper pays a cent at a time. A payment in part is at least one
/// 48th of the face, there are at most 48 of them whatever late interest does, and one place is kept: payment in full always goes.
contract SmallPaymentsTest is Thief {
    uint64 private constant LEAST = (uint64(FACE) + 47) / 48;

    function test_payment__of_one_cent__too_small() public {
        held(1, FACE);
        refuse(MAKER, _fund(1, 1), abi.encodeWithSelector(E.PaymentTooSmall.selector, LEAST, 1));
        refuse(MAKER, _fund(1, LEAST - 1), abi.encodeWithSelector(E.PaymentTooSmall.selector, LEAST, LEAST - 1));
        refuse(MAKER, _fund(1, 0), abi.encodeWithSelector(E.ZeroAmount.selector));
        refuse(MAKER, _fund(1, FACE + 1), abi.encodeWithSelector(E.Overpaid.selector, FACE, FACE + 1));
        eq(ledger.obligationOf(obligationId(CORE, 1)).steps, 0);
    }

    function test_payments__as_small_as_may_be__the_debt_ends_first() public {
        uint88 claim = held(1, FACE);
        for (uint24 i = 1; i < 48; ++i) {
            perform(MAKER, _fund(i, LEAST));
        }
        eq(ledger.obligationOf(obligationId(CORE, 1)).unpaid, FACE - 47 * LEAST);
        perform(MAKER, _fund(48, FACE - 47 * LEAST));
        eq(ledger.obligationOf(obligationId(CORE, 1)).status, 4);
        ledger.redeem(claim);
        eq(token.balanceOf(cashOf(SUP1)), FACE);
    }

    /// @dev Late interest makes room for more crumbs than 48: the 49th is refused, and all that is owed is taken.
    function test_payments__stretched_by_late_interest__the_49th_refused_and_all_accepted() public {
        uint88 claim = held(1, FACE);
        vm.warp(uint256(due()) + 365 days);
        (uint48 unpaid, uint48 interest) = ledger.owedOf(obligationId(CORE, 1));
        eq(interest, 18_250_000);
        for (uint24 i = 1; i <= 48; ++i) {
            perform(MAKER, _fund(i, LEAST));
        }
        uint64 left = uint64(unpaid) + interest - 48 * LEAST;
        yes(left > LEAST);
        refuse(MAKER, _fund(49, LEAST), abi.encodeWithSelector(E.TooManyPayments.selector, obligationId(CORE, 1)));
        refuse(MAKER, _fund(49, left - 1), abi.encodeWithSelector(E.TooManyPayments.selector, obligationId(CORE, 1)));
        perform(MAKER, _fund(49, left));
        eq(ledger.obligationOf(obligationId(CORE, 1)).status, 4);
        ledger.redeem(claim);
        eq(token.balanceOf(cashOf(SUP1)), uint256(FACE) + interest);
        eq(token.balanceOf(escrow()), 0);
    }

    /// @dev The bank's receipts use the same places.
    function test_payments__through_the_bank_as_well__same_bounds() public {
        held(1, FACE);
        vm.warp(uint256(due()) + 365 days);
        for (uint24 i = 1; i <= 48; ++i) {
            perform(BK, _receipt(i, LEAST));
        }
        refuse(BK, _receipt(49, LEAST), abi.encodeWithSelector(E.TooManyPayments.selector, obligationId(CORE, 1)));
        refuse(MAKER, _fund(49, LEAST), abi.encodeWithSelector(E.TooManyPayments.selector, obligationId(CORE, 1)));
    }

    /// @dev Many pieces and many payments: still everybody is paid to the cent.
    function test_payments__over_many_pieces__nothing_is_lost() public {
        uint88 claim = held(1, FACE);
        uint88 a = split(claim, SUP1, S1, SUP2, S2, 1);
        uint88 b = split(claim, SUP1, S1, SUP3, S3, 33_333_333);
        for (uint24 i = 1; i < 48; ++i) {
            perform(MAKER, _fund(i, LEAST));
        }
        perform(MAKER, _fund(48, FACE - 47 * LEAST));
        ledger.redeem(a);
        ledger.redeem(b);
        ledger.redeem(claim);
        eq(token.balanceOf(cashOf(SUP2)), 1);
        eq(token.balanceOf(cashOf(SUP3)), 33_333_333);
        eq(token.balanceOf(cashOf(SUP1)), FACE - 33_333_334);
    }

    function _fund(uint24 version, uint64 amount) private view returns (bytes memory) {
        return
            abi.encodeCall(
                ledger.fund, (Fund(CORE, obligationId(CORE, 1), version, amount, vm.addr(MAKER), DEADLINE), "")
            );
    }

    function _receipt(uint24 version, uint64 amount) private view returns (bytes memory) {
        FundByReceipt memory m = FundByReceipt(
            BANK, obligationId(CORE, 1), version, amount, keccak256(abi.encode(version)), vm.addr(BK), DEADLINE
        );
        return abi.encodeCall(ledger.fundByReceipt, (m, ""));
    }
}
