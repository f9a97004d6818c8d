// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Claim} from "../libraries/Claim.sol";
import {Obligation} from "../libraries/Obligation.sol";
import {Account, Officer, Participant} from "../libraries/Participant.sol";
import {Change, Escrow, Invoice} from "../libraries/Records.sol";
import {Step} from "../libraries/Step.sol";

/// @title The one storage layout of core and module
/// @dev Only ever appended to. No slot that was written returns to zero (L13).
abstract contract LedgerStorage {
    struct ClaimRecord {
        Claim row;
    }

    struct ObligationRecord {
        Obligation row;
        bytes32 commitment; // keccak256(terms, hash of the invoices)
    }

    struct ParticipantRecord {
        Participant row;
        address cash;
        bytes32 identity;
    }

    struct RailRecord {
        address token;
        uint32 bank;
        Escrow escrow;
    }

    struct InvoiceRecord {
        Invoice row;
    }

    struct Configuration {
        address rulebook;
        bytes3 currency;
        uint8 exponent;
    }

    /// @dev Slot 0, by claim id.
    mapping(uint256 => ClaimRecord) internal claims;
    /// @dev Slot 1, by obligation id.
    mapping(uint256 => ObligationRecord) internal obligations;
    /// @dev Slot 2, by obligation id << 8 | n, n from 1.
    mapping(uint256 => Step) internal steps;
    /// @dev Slot 3, by participant id.
    mapping(uint256 => ParticipantRecord) internal participants;
    /// @dev Slot 4, by address.
    mapping(uint256 => Account) internal accounts;
    /// @dev Slot 5, by participant id << 16 | officer.
    mapping(uint256 => Officer) internal officers;
    /// @dev Slot 6, by rail number.
    mapping(uint256 => RailRecord) internal rails;
    /// @dev Slot 7, by keccak256(obligor id, fingerprint).
    mapping(bytes32 => InvoiceRecord) internal invoices;
    /// @dev Slot 8, from an invoice's second name to its record in `invoices`.
    mapping(bytes32 => bytes32) internal invoiceRecords;
    /// @dev Slot 9, by assignee id << 32 | counterparty id: until 32 | set 1.
    mapping(uint256 => uint256) internal autoAccepts;
    /// @dev Slot 10, by keccak256(bank id, receipt): obligation id.
    mapping(bytes32 => uint256) internal receipts;
    /// @dev Slot 11, by hashStruct of the announced message.
    mapping(bytes32 => Change) internal changes;
    /// @dev Slot 12.
    Configuration internal configuration;
    /// @dev Slot 13, by cash address: the participant id, for ever.
    mapping(address => uint256) internal cashOwners;

    /// @dev Runs `code` on this storage with the caller's data, and answers as it does.
    function _forward(address code) internal {
        assembly ("memory-safe") {
            let room := mload(0x40)
            calldatacopy(room, 0, calldatasize())
            let done := delegatecall(gas(), code, room, calldatasize(), 0, 0)
            returndatacopy(room, 0, returndatasize())
            if iszero(done) { revert(room, returndatasize()) }
            return(room, returndatasize())
        }
    }
}
