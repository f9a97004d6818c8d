// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Offers} from "./ledger/Offers.sol";
import {Registry} from "./ledger/Registry.sol";

/// @title The rare operations of the ledger, run in the core's storage through its fallback
/// @dev What is not an operation is a question: it goes one hop on, to LedgerViews, in the same context.
contract LedgerModule is Registry, Offers {
    address private immutable VIEWS;

    /// @dev `BadGenesis` unless views has code.
    constructor(address views) {
        if (views.code.length == 0) revert BadGenesis();
        VIEWS = views;
    }

    fallback() external delegated {
        _forward(VIEWS);
    }
}
