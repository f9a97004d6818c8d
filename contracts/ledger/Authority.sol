// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ILedgerErrors} from "../interfaces/ILedgerErrors.sol";
import {IClaimTokenEvents, ILedgerEvents} from "../interfaces/ILedgerEvents.sol";
import {ParticipantStatus, Rights} from "../interfaces/IReceivableLedger.sol";
import {IRulebook} from "../interfaces/IRulebook.sol";
import {Account, Participant} from "../libraries/Participant.sol";
import {Intents} from "../libraries/Intents.sol";
import {Words} from "../libraries/Words.sol";
import {LedgerStorage} from "./LedgerStorage.sol";

/// @title Who may speak: the steps SIGNED, ACCOUNT, ROLE and RECEIVER of IRegistry
abstract contract Authority is LedgerStorage, ILedgerErrors, ILedgerEvents, IClaimTokenEvents {
    /// @dev Half the order of secp256k1, and one: from there on a signature is the malleable twin of another (EIP-2).
    uint256 private constant ABOVE_HALF_ORDER = 0x7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a1;
    bytes4 private constant ERC1271 = 0x1626ba7e;

    /// @dev The core caches it; the module, which runs in the core's context, cannot.
    function _domain() internal view virtual returns (bytes32) {
        return Intents.domain();
    }

    /// @dev SIGNED with the right of a maker, for a static message of `size` bytes of calldata at `place` that begins with the participant
    /// and ends with signer and deadline. The hash is only made when there is a signature to check. `excess`: what does not fit of the rest.
    function _spoken(bytes32 typeHash, uint256 place, uint256 size, bytes calldata signature, uint256 excess)
        internal
        view
        returns (uint256 participant)
    {
        uint256 signer;
        uint256 deadline;
        assembly ("memory-safe") {
            participant := calldataload(place)
            let end := add(place, size)
            signer := calldataload(sub(end, 0x40))
            deadline := calldataload(sub(end, 0x20))
        }
        Words.fits(excess | (participant >> 32) | (signer >> 160) | (deadline >> 32));
        if (block.timestamp > deadline) revert IntentExpired(uint32(deadline));
        Account account = accounts[signer];
        if (!account.speaksFor(participant, Rights.MAKER)) {
            _refuse(account, address(uint160(signer)), participant, Rights.MAKER);
        }
        if (signature.length != 0) {
            _proven(address(uint160(signer)), Intents.hash(typeHash, place, size), signature);
        } else if (uint160(msg.sender) != signer) {
            revert BadSignature(address(uint160(signer)));
        }
    }

    /// @dev SIGNED for any other static message of `size` bytes of calldata at `place`.
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
        account = accounts[uint160(signer)];
        if (!account.speaksFor(participant, right)) _refuse(account, signer, participant, right);
    }

    function _refuse(Account account, address signer, uint256 participant, uint256 right) internal pure {
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
        bool good;
        if (signature.length == 65) {
            assembly ("memory-safe") {
                let s := calldataload(add(signature.offset, 0x20))
                let room := mload(0x40)
                mstore(room, digest)
                mstore(add(room, 0x20), byte(0, calldataload(add(signature.offset, 0x40))))
                calldatacopy(add(room, 0x40), signature.offset, 0x40)
                mstore(0, 0) // what a failed recovery leaves; a registered signer is never zero
                pop(staticcall(gas(), 1, room, 0x80, 0, 0x20))
                good := and(eq(shl(96, mload(0)), shl(96, signer)), lt(s, ABOVE_HALF_ORDER))
            }
        }
        if (!good && !_acceptedByContract(signer, digest, signature)) revert BadSignature(signer);
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
        if (signer.code.length == 0) return false;
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
        if (!row.mayReceive(roles)) _asReceiver(participant, row, roles);
    }

    /// @dev RECEIVER, a step at a time; a pause that has run out is none.
    function _asReceiver(uint256 participant, Participant row, uint16 roles) internal view {
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

    /// @dev ERC-721's Transfer between participants.
    function _emitMoved(uint256 from, uint256 to, uint256 tokenId) internal {
        bytes32 topic = Transfer.selector;
        assembly ("memory-safe") {
            let ledger := shl(32, address())
            mstore(0, chainid())
            mstore(0x20, or(ledger, from))
            from := shr(96, shl(96, keccak256(0, 0x40)))
            mstore(0x20, or(ledger, to))
            log4(0, 0, topic, from, shr(96, shl(96, keccak256(0, 0x40))), tokenId)
        }
    }

    /// @dev ERC-721's Transfer at birth.
    function _emitBorn(uint256 to, uint256 tokenId) internal {
        bytes32 topic = Transfer.selector;
        assembly ("memory-safe") {
            mstore(0, chainid())
            mstore(0x20, or(shl(32, address()), to))
            log4(0, 0, topic, 0, shr(96, shl(96, keccak256(0, 0x40))), tokenId)
        }
    }
}
