// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Rights} from "../../interfaces/IReceivableLedger.sol";
import {Intents} from "../../libraries/Intents.sol";
import {World} from "../World.sol";

/// @title What the thieves' stories share: messages, signatures and the public delay
/// @dev A key of zero stands for nobody: no account is named and its signature stays empty.
abstract contract Thief is World {
    uint256 internal constant PUBLIC_DELAY = 3 days;
    uint256 internal constant THIEF = 0x7f1ef; // a key that no honest person holds

    error NotRefused();
    error RefusedOtherwise(bytes got, bytes wanted);

    /// @dev `key` (0: this contract) calls, and is refused with exactly this error.
    function refuse(uint256 key, bytes memory data, bytes memory wanted) internal {
        if (key != 0) vm.prank(vm.addr(key));
        (bool ok, bytes memory got) = address(ledger).call(data);
        if (ok) revert NotRefused();
        if (keccak256(got) != keccak256(wanted)) revert RefusedOtherwise(got, wanted);
    }

    /// @dev `key` calls, and it is done.
    function perform(uint256 key, bytes memory data) internal {
        if (key != 0) vm.prank(vm.addr(key));
        (bool ok, bytes memory why) = address(ledger).call(data);
        if (!ok) {
            assembly ("memory-safe") {
                revert(add(why, 0x20), mload(why))
            }
        }
    }

    function accountOf(uint256 key) internal pure returns (address) {
        return key == 0 ? address(0) : vm.addr(key);
    }

    function signaturesOf(bytes32 structHash, uint256[] memory keys) internal view returns (bytes[] memory list) {
        list = new bytes[](keys.length);
        for (uint256 i = 0; i < keys.length; ++i) {
            if (keys[i] != 0) list[i] = signed(keys[i], structHash);
        }
    }

    function keys2(uint256 a, uint256 b) internal pure returns (uint256[] memory list) {
        list = new uint256[](2);
        (list[0], list[1]) = (a, b);
    }

    function keys3(uint256 a, uint256 b, uint256 c) internal pure returns (uint256[] memory list) {
        list = new uint256[](3);
        (list[0], list[1], list[2]) = (a, b, c);
    }

    function keys4(uint256 a, uint256 b, uint256 c, uint256 d) internal pure returns (uint256[] memory list) {
        list = new uint256[](4);
        (list[0], list[1], list[2], list[3]) = (a, b, c, d);
    }

    function hashOf(SetCash memory m) internal pure returns (bytes32) {
        return keccak256(abi.encode(Intents.SET_CASH, m));
    }

    function hashOf(SetThreshold memory m) internal pure returns (bytes32) {
        return keccak256(abi.encode(Intents.SET_THRESHOLD, m));
    }

    function hashOf(AddAccount memory m) internal pure returns (bytes32) {
        return keccak256(abi.encode(Intents.ADD_ACCOUNT, m));
    }

    function hashOf(RevokeAccount memory m) internal pure returns (bytes32) {
        return keccak256(abi.encode(Intents.REVOKE_ACCOUNT, m));
    }

    function hashOf(Quote memory m) internal pure returns (bytes32) {
        return keccak256(abi.encode(Intents.QUOTE, m));
    }

    function hashOf(LienAcceptance memory m) internal pure returns (bytes32) {
        return keccak256(abi.encode(Intents.LIEN_ACCEPTANCE, m));
    }

    function hashOf(Fund memory m) internal pure returns (bytes32) {
        return keccak256(abi.encode(Intents.FUND, m));
    }

    function cashMessage(uint32 id, address cash, uint256 registrar, uint256 first, uint256 second)
        internal
        view
        returns (SetCash memory)
    {
        return SetCash(id, versionOf(id), cash, accountOf(registrar), accountOf(first), accountOf(second), DEADLINE);
    }

    function accountMessage(uint32 id, uint16 officer, uint256 key, uint256 registrar, uint256 first, uint256 second)
        internal
        view
        returns (AddAccount memory)
    {
        return AddAccount(
            id,
            versionOf(id),
            accountOf(key),
            officer,
            Rights.ALL,
            accountOf(registrar),
            accountOf(first),
            accountOf(second),
            DEADLINE
        );
    }

    function revokeMessage(uint32 id, uint256 key, uint256 registrar, uint256 signer)
        internal
        view
        returns (RevokeAccount memory)
    {
        return RevokeAccount(id, versionOf(id), accountOf(key), accountOf(registrar), accountOf(signer), DEADLINE);
    }

    function thresholdMessage(
        uint32 id,
        uint16 officer,
        uint64 threshold,
        uint256 registrar,
        uint256 first,
        uint256 second
    ) internal view returns (SetThreshold memory) {
        return SetThreshold(
            id, versionOf(id), officer, threshold, accountOf(registrar), accountOf(first), accountOf(second), DEADLINE
        );
    }

    /// @dev `key` of `participant` cancels, calling itself.
    function cancel(uint32 participant, uint256 key, bytes32 change) internal {
        vm.prank(vm.addr(key));
        ledger.cancelChange(CancelChange(participant, change, vm.addr(key), DEADLINE), "");
    }

    /// @dev FIN's quote for a claim of ISSUED status.
    function quoteOf(uint88 claim, uint48 amount, uint48 price) internal view returns (Quote memory) {
        return Quote(
            FIN,
            claim,
            claimVersion(claim),
            amount,
            price,
            ledger.participantOf(FIN).quoteEpoch,
            1,
            36_000,
            90,
            1,
            vm.addr(F1),
            DEADLINE
        );
    }
}
