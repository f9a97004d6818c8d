// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title Asking a contract that may not be what it is said to be
library Ask {
    /// @dev The first word of the answer; not ok when there is no contract, it refuses, or it says less than `words` words. A `try` would not
    /// do: an answer that is too short fails in the caller, without a typed error.
    function word(address target, bytes memory question, uint256 words) internal view returns (bool ok, uint256 said) {
        bytes memory answer;
        (ok, answer) = target.staticcall(question);
        ok = ok && answer.length >= words * 32;
        if (ok) said = abi.decode(answer, (uint256));
    }
}
