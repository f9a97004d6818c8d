// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Handler} from "./Handler.sol";

/// @title L1 to L9 and L11 to L13 under random operations of ten participants, wrong ones among them
/// @dev The handler compares the ledger with its own memory after every single call; here its verdict is read. At the end of a run
/// everything ever born is looked at, all debts are paid, all claims redeemed, and nothing may be left over. Two worlds, so that
/// two cores run them: in one claims are passed on more, in the other more is paid.
abstract contract LedgerInvariants {
    error Broken(string what);
    error NeverSucceeded(string action);

    /// @dev What forge's fuzzer may call.
    struct FuzzSelector {
        address addr;
        bytes4[] selectors;
    }

    uint256 private constant STEPS = 3000;

    Handler private handler;

    /// @dev Of a hundred actions, how many of each kind, in the order of Ghost.Action.
    function weights() internal pure virtual returns (bytes memory);

    function setUp() public {
        handler = new Handler(weights());
        _well();
    }

    function targetContracts() external view returns (address[] memory list) {
        list = new address[](1);
        list[0] = address(handler);
    }

    function targetSelectors() external view returns (FuzzSelector[] memory list) {
        list = new FuzzSelector[](1);
        list[0] = FuzzSelector(address(handler), new bytes4[](1));
        list[0].selectors[0] = Handler.act.selector;
    }

    /// @dev At the end of every run.
    function afterInvariant() external {
        _end();
    }

    /// @dev The invariants are only worth what the handler reaches: a fixed walk in which every action must succeed.
    function test_handler__fixed_walk__every_action_succeeds() public {
        for (uint256 i = 0; i < STEPS; ++i) {
            handler.act(i);
        }
        _tell();
        _end();
    }

    function _end() private {
        handler.sweep();
        _well();
        handler.settleAll();
        _well();
    }

    function _well() internal view {
        bytes32 what = handler.violation();
        if (what == 0) return;
        uint256 length = 32;
        while (what[length - 1] == 0) {
            --length;
        }
        bytes memory text = abi.encodePacked(what);
        assembly ("memory-safe") {
            mstore(text, length)
        }
        revert Broken(string(text));
    }

    /// @dev Prints calls and successes of every action.
    function _tell() private view {
        string[29] memory names = _names();
        for (uint256 i = 0; i < names.length; ++i) {
            _log(names[i], handler.calls(i), handler.successes(i));
            if (handler.successes(i) == 0) revert NeverSucceeded(names[i]);
        }
    }

    /// @dev forge's console.
    function _log(string memory name, uint256 calls, uint256 successes) private view {
        bytes memory data = abi.encodeWithSignature("log(string,uint256,uint256)", name, calls, successes);
        (bool ok,) = 0x000000000000000000636F6e736F6c652e6c6f67.staticcall(data);
        ok;
    }

    /// @dev In the order of Ghost.Action.
    function _names() private pure returns (string[29] memory) {
        return [
            "issue",
            "issueMany",
            "accept",
            "decline",
            "revoke",
            "expire",
            "transfer",
            "split",
            "splitMany",
            "cut",
            "lien",
            "release",
            "discount",
            "fund",
            "fundByReceipt",
            "redeem",
            "markOverdue",
            "setAutoAccept",
            "raiseQuoteEpoch",
            "setStanding",
            "pause",
            "unpause",
            "registerInvoices",
            "setThreshold",
            "setCash",
            "addAccount",
            "revokeAccount",
            "publishRules",
            "letTimePass"
        ];
    }
}

contract PassingOnInvariants is LedgerInvariants {
    /// forge-config: default.invariant.runs = 50
    /// forge-config: default.invariant.depth = 500
    /// forge-config: default.invariant.fail-on-revert = true
    /// forge-config: default.invariant.shrink-run-limit = 100
    /// forge-config: default.invariant.dictionary-weight = 0
    /// forge-config: default.invariant.include-storage = false
    /// forge-config: default.invariant.include-push-bytes = false
    /// forge-config: soak.invariant.runs = 500
    /// forge-config: soak.invariant.depth = 500
    /// forge-config: soak.invariant.fail-on-revert = true
    /// forge-config: soak.invariant.shrink-run-limit = 1000
    /// forge-config: soak.invariant.dictionary-weight = 0
    /// forge-config: soak.invariant.include-storage = false
    /// forge-config: soak.invariant.include-push-bytes = false
    function invariant_ledger__claims_passed_on__all_laws_hold() public view {
        _well();
    }

    function weights() internal pure override returns (bytes memory) {
        return hex"0e05070101020708050504020706020503010101010103010101010103";
    }
}

contract PayingInvariants is LedgerInvariants {
    /// forge-config: default.invariant.runs = 50
    /// forge-config: default.invariant.depth = 500
    /// forge-config: default.invariant.fail-on-revert = true
    /// forge-config: default.invariant.shrink-run-limit = 100
    /// forge-config: default.invariant.dictionary-weight = 0
    /// forge-config: default.invariant.include-storage = false
    /// forge-config: default.invariant.include-push-bytes = false
    /// forge-config: soak.invariant.runs = 500
    /// forge-config: soak.invariant.depth = 500
    /// forge-config: soak.invariant.fail-on-revert = true
    /// forge-config: soak.invariant.shrink-run-limit = 1000
    /// forge-config: soak.invariant.dictionary-weight = 0
    /// forge-config: soak.invariant.include-storage = false
    /// forge-config: soak.invariant.include-push-bytes = false
    function invariant_ledger__much_is_paid__all_laws_hold() public view {
        _well();
    }

    function weights() internal pure override returns (bytes memory) {
        return hex"0b0406010102040403030201050c060d04010101010103010101010105";
    }
}
