// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title Events of the hot operations
/// @dev What `emit` writes, for words that are known to fit their types: it would mask every one of them anew. The topic is the event's
/// selector, the subject its one indexed argument, the rest stands in the order in which ILedgerEvents declares it.
library Log {
    function two(bytes32 topic, uint256 subject, uint256 a, uint256 b) internal {
        assembly ("memory-safe") {
            mstore(0, a)
            mstore(0x20, b)
            log2(0, 0x40, topic, subject)
        }
    }

    function three(bytes32 topic, uint256 subject, uint256 a, uint256 b, uint256 c) internal {
        assembly ("memory-safe") {
            let room := mload(0x40)
            mstore(room, a)
            mstore(add(room, 0x20), b)
            mstore(add(room, 0x40), c)
            log2(room, 0x60, topic, subject)
        }
    }

    function four(bytes32 topic, uint256 subject, uint256 a, uint256 b, uint256 c, uint256 d) internal {
        assembly ("memory-safe") {
            let room := mload(0x40)
            mstore(room, a)
            mstore(add(room, 0x20), b)
            mstore(add(room, 0x40), c)
            mstore(add(room, 0x60), d)
            log2(room, 0x80, topic, subject)
        }
    }

    function five(bytes32 topic, uint256 subject, uint256 a, uint256 b, uint256 c, uint256 d, uint256 e) internal {
        assembly ("memory-safe") {
            let room := mload(0x40)
            mstore(room, a)
            mstore(add(room, 0x20), b)
            mstore(add(room, 0x40), c)
            mstore(add(room, 0x60), d)
            mstore(add(room, 0x80), e)
            log2(room, 0xa0, topic, subject)
        }
    }
}
