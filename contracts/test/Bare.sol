// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Vm} from "./Vm.sol";

/// @title What tests of the libraries need: no ledger
abstract contract Bare {
    Vm internal constant vm = Vm(address(uint160(uint256(keccak256("hevm cheat code")))));

    error Unequal(string what, uint256 got, uint256 wanted);

    function eq(string memory what, uint256 got, uint256 wanted) internal pure {
        if (got != wanted) revert Unequal(what, got, wanted);
    }

    function eq(string memory what, bool got, bool wanted) internal pure {
        if (got != wanted) revert Unequal(what, got ? 1 : 0, wanted ? 1 : 0);
    }
}
