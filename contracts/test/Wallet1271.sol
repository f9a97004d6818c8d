// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title A contract that signs (ERC-1271): it knows the one digest and signature that it accepts
contract Wallet1271 {
    enum Answer {
        RIGHT, // the magic value for what it accepts, else another
        WRONG, // another value
        SHORT, // the magic value, in four bytes instead of a word
        DIRTY, // the magic value, with more after it in the word
        REVERTS
    }

    Answer private immutable ANSWER;
    bytes32 private accepted;

    constructor(Answer answer) {
        ANSWER = answer;
    }

    function accept(bytes32 digest, bytes calldata signature) external {
        accepted = keccak256(abi.encode(digest, signature));
    }

    function isValidSignature(bytes32 digest, bytes calldata signature) external view returns (bytes4) {
        if (ANSWER == Answer.REVERTS) revert("locked");
        if (ANSWER == Answer.WRONG || keccak256(abi.encode(digest, signature)) != accepted) return 0xffffffff;
        if (ANSWER == Answer.SHORT) {
            assembly ("memory-safe") {
                mstore(0, hex"1626ba7e")
                return(0, 4)
            }
        }
        if (ANSWER == Answer.DIRTY) {
            assembly ("memory-safe") {
                mstore(0, hex"1626ba7e01")
                return(0, 0x20)
            }
        }
        return 0x1626ba7e;
    }
}
