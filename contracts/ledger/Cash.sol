// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ILedgerErrors} from "../interfaces/ILedgerErrors.sol";

/// @title The cash leg: tokens go from one owner to another; the ledger never holds money
library Cash {
    /// @dev Moves exactly `amount`, or refuses. A token that answers nothing has moved it; one that answers must say yes.
    function move(address token, address from, address to, uint256 amount) internal {
        bool moved;
        assembly ("memory-safe") {
            let room := mload(0x40)
            mstore(room, 0x23b872dd00000000000000000000000000000000000000000000000000000000) // transferFrom(address,address,uint256)
            mstore(add(room, 0x04), from)
            mstore(add(room, 0x24), to)
            mstore(add(room, 0x44), amount)
            mstore(0, 0)
            moved := call(gas(), token, 0, room, 0x64, 0, 0x20)
            switch returndatasize()
            case 0 { moved := and(moved, gt(extcodesize(token), 0)) }
            default { moved := and(moved, and(gt(returndatasize(), 0x1f), eq(mload(0), 1))) }
        }
        if (!moved) revert ILedgerErrors.CashRefused(token, from, uint64(amount));
    }
}
