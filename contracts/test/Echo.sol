// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title A contract that gives one answer to every question, whatever it is asked
contract Echo {
    bytes private answer;

    constructor(bytes memory answer_) {
        answer = answer_;
    }

    // solhint-disable-next-line payable-fallback
    fallback(bytes calldata) external returns (bytes memory) {
        return answer;
    }
}

/// @title A contract that refuses every question
contract Mute {
    // solhint-disable-next-line payable-fallback
    fallback() external {
        revert("mute");
    }
}
