// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Views} from "./ledger/Views.sol";

/// @title The questions that the ledger answers, run in the core's context behind the module
contract LedgerViews is Views {
    fallback() external delegated {
        revert UnknownOperation(msg.sig);
    }
}
