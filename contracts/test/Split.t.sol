// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ILedgerErrors} from "../interfaces/ILedgerErrors.sol";
import {World} from "./World.sol";

contract SplitTest is World {
    function test_split__happy_path__child_takes_tail() public {
        uint88 claim = held(1, FACE);
        uint88 child = split(claim, SUP1, S1, SUP2, S2, 30_000_001);
        eq(ledger.claimOf(claim).amount, FACE - 30_000_001);
        eq(ledger.claimOf(child).start, FACE - 30_000_001);
        eq(ledger.claimOf(child).holder, SUP2);
        eq(ledger.claimOf(child).hop, 1);
        vm.warp(due());
        fund(obligationId(CORE, 1), FACE);
        ledger.redeem(child);
        ledger.redeem(claim);
        eq(token.balanceOf(cashOf(SUP2)), 30_000_001);
        eq(token.balanceOf(escrow()), 0);
        refused(abi.encodeWithSelector(ILedgerErrors.NotHeld.selector, child, 2));
        ledger.redeem(child);
    }
}
