// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ILedgerErrors} from "../interfaces/ILedgerErrors.sol";

/// @title Code that answers only in the core's context
/// @dev The module's own address is all that its constructor may cache: everything else would be the module's, not the ledger's.
abstract contract Delegated is ILedgerErrors {
    address private immutable SELF = address(this);

    modifier delegated() {
        if (address(this) == SELF) revert DirectCall();
        _;
    }
}
