// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ILedgerErrors} from "../interfaces/ILedgerErrors.sol";
import {IClaimTokenEvents, ILedgerEvents} from "../interfaces/ILedgerEvents.sol";
import {ParticipantStatus} from "../interfaces/IReceivableLedger.sol";
import {IRulebook} from "../interfaces/IRulebook.sol";
import {Account, Participant} from "../libraries/Participant.sol";
import {Intents} from "../libraries/Intents.sol";
import {LedgerStorage} from "./LedgerStorage.sol";

/// @title Who may speak: the steps SIGNED, ACCOUNT, ROLE and RECEIVER of IRegistry
abstract contract Authority is LedgerStorage, ILedgerErrors, ILedgerEvents, IClaimTokenEvents {
    /// @dev Half the order of secp256k1: above it a signature is the malleable twin of another (EIP-2).
    uint256 private constant HALF_ORDER = 0x7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0;
    bytes4 private constant ERC1271 = 0x1626ba7e;

    /// @dev The core caches it; the module, which runs in the core's context, cannot.
    function _domain() internal view virtual returns (bytes32) {
        return Intents.domain();
    }

    /// @dev SIGNED for a static message of `size` bytes of calldata at `place`. The hash is only made when there is a signature to check.
    function _signed(
        bytes32 typeHash,
        uint256 place,
        uint256 size,
        uint256 participant,
        address signer,
        uint256 deadline,
        uint256 right,
        bytes calldata signature
    ) internal view returns (Account account) {
        _inTime(deadline);
        account = _account(signer, participant, right);
        if (signature.length == 0) _isCaller(signer);
        else _proven(signer, Intents.hash(typeHash, place, size), signature);
    }

    function _inTime(uint256 deadline) internal view {
        if (block.timestamp > deadline) revert IntentExpired(uint32(deadline));
    }

    /// @dev ACCOUNT.
    function _account(address signer, uint256 participant, uint256 right) internal view returns (Account account) {
        account = accounts[signer];
        if (!account.speaksFor(participant, right)) _refuse(account, signer, participant, right);
    }

    function _refuse(Account account, address signer, uint256 participant, uint256 right) private pure {
        if (account.isUnknown()) revert UnknownAccount(signer);
        if (!account.active()) revert AccountRevoked(signer);
        if (account.participant() != participant) revert NotSignerFor(signer, uint32(participant));
        revert RightMissing(signer, uint8(right));
    }

    /// @dev `BadSignature` unless the signature (or, if empty, the caller) is the signer's.
    function _provenOrCaller(address signer, bytes32 structHash, bytes calldata signature) internal view {
        if (signature.length == 0) _isCaller(signer);
        else _proven(signer, structHash, signature);
    }

    function _isCaller(address signer) internal view {
        if (msg.sender != signer) revert BadSignature(signer);
    }

    function _proven(address signer, bytes32 structHash, bytes calldata signature) internal view {
        bytes32 digest = _digest(structHash);
        if (signature.length == 65) {
            address recovered;
            assembly ("memory-safe") {
                let s := calldataload(add(signature.offset, 0x20))
                if iszero(gt(s, HALF_ORDER)) {
                    let room := mload(0x40)
                    mstore(room, digest)
                    mstore(add(room, 0x20), byte(0, calldataload(add(signature.offset, 0x40))))
                    mstore(add(room, 0x40), calldataload(signature.offset))
                    mstore(add(room, 0x60), s)
                    mstore(0, 0)
                    pop(staticcall(gas(), 1, room, 0x80, 0, 0x20))
                    recovered := mload(0)
                }
            }
            // A registered signer is never zero, and a failed recovery is.
            if (recovered == signer) return;
        }
        if (signer.code.length == 0 || !_acceptedByContract(signer, digest, signature)) revert BadSignature(signer);
    }

    /// @dev EIP-712's digest of a message for this ledger on this chain.
    function _digest(bytes32 structHash) internal view returns (bytes32 digest) {
        bytes32 domain = _domain();
        assembly ("memory-safe") {
            let room := mload(0x40)
            mstore(room, hex"1901")
            mstore(add(room, 2), domain)
            mstore(add(room, 0x22), structHash)
            digest := keccak256(room, 0x42)
        }
    }

    /// @dev ERC-1271. An answer shorter than a word is no answer.
    function _acceptedByContract(address signer, bytes32 digest, bytes calldata signature) private view returns (bool) {
        (bool ok, bytes memory answer) = signer.staticcall(abi.encodeWithSelector(ERC1271, digest, signature));
        return ok && answer.length >= 32 && abi.decode(answer, (bytes32)) == bytes32(ERC1271);
    }

    /// @dev A named second signer: ACCOUNT with `right`, another officer than `first`, and its signature.
    function _secondOfficer(
        uint256 participant,
        Account first,
        address second,
        uint256 right,
        bytes32 structHash,
        bytes calldata signature
    ) internal view returns (Account account) {
        account = _account(second, participant, right);
        if (account.officer() == first.officer()) revert SameOfficer(uint32(participant), account.officer());
        _provenOrCaller(second, structHash, signature);
    }

    /// @dev ROLE.
    function _inRole(uint256 participant, Participant row, uint16 roles) internal pure {
        if (row.status() != ParticipantStatus.ACTIVE) revert ParticipantSuspended(uint32(participant));
        if (row.roles() & roles == 0) revert NotInRole(uint32(participant), roles);
    }

    /// @dev RECEIVER.
    function _receiver(uint256 participant, uint16 roles) internal view returns (Participant row) {
        row = participants[participant].row;
        if (row.isUnknown()) revert UnknownParticipant(uint32(participant));
        _inRole(participant, row, roles);
        if (block.timestamp <= uint256(row.pausedUntil()) * 3600) {
            revert ParticipantPaused(uint32(participant), row.pausedUntil());
        }
    }

    /// @dev The version of the limits in force, which registry events carry.
    function _rulebookVersion() internal view returns (uint16 version) {
        (version,) = IRulebook(configuration.rulebook).inForce(block.timestamp);
    }

    /// @dev ERC-721 speaks of addresses: one that no key can have stands for a participant, so that key rotation moves nothing.
    function _addressOf(uint256 participant) internal view returns (address result) {
        assembly ("memory-safe") {
            mstore(0, chainid())
            mstore(0x20, or(shl(32, address()), participant))
            result := and(keccak256(0, 0x40), 0xffffffffffffffffffffffffffffffffffffffff)
        }
    }
}
