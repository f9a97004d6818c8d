// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title A cash token that misbehaves in one chosen way when money is to move
contract OddToken {
    enum Mood {
        HONEST, // moves, answers true
        SILENT, // moves, answers nothing, as older tokens do
        WORDY, // moves, answers true and a further word
        FALSE, // answers false
        TWO, // answers 2
        SHORT, // answers 31 bytes
        LATE_TRUE, // answers false and then true
        REVERTS, // refuses with a reason
        RETURNS_THEN_FAILS, // refuses with a reason that looks like true
        REENTERS, // calls `target` first and refuses as it does
        REENTERS_QUIETLY // calls `target` first, notes how that ended, then moves
    }

    uint8 public constant decimals = 2;

    mapping(address => uint256) public balanceOf;
    Mood public mood;
    address private target;
    bytes private data;
    bool public entered;
    bytes public refusal;

    function mint(address to, uint256 amount) external {
        balanceOf[to] += amount;
    }

    function setMood(Mood mood_) external {
        mood = mood_;
    }

    function reenter(address target_, bytes calldata data_) external {
        target = target_;
        data = data_;
    }

    function transferFrom(address from, address to, uint256 amount) external {
        Mood m = mood;
        if (m == Mood.REVERTS) revert("no");
        if (m == Mood.RETURNS_THEN_FAILS) {
            assembly ("memory-safe") {
                mstore(0, 1)
                revert(0, 0x20)
            }
        }
        if (m == Mood.REENTERS || m == Mood.REENTERS_QUIETLY) {
            mood = Mood.HONEST;
            (entered, refusal) = target.call(data);
            if (!entered && m == Mood.REENTERS) revert(string(refusal));
        }
        balanceOf[from] -= amount;
        balanceOf[to] += amount;
        assembly ("memory-safe") {
            mstore(0, 1)
            mstore(0x20, 1)
            switch m
            case 1 { return(0, 0) }
            case 2 { return(0, 0x40) }
            case 3 { mstore(0, 0) }
            case 4 { mstore(0, 2) }
            case 5 { return(0, 0x1f) }
            case 6 {
                mstore(0, 0)
                return(0, 0x40)
            }
            return(0, 0x20)
        }
    }
}
