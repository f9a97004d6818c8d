// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Words} from "./Words.sol";

/// @title EIP-712 type hashes and struct hashes of the messages in ILedgerTypes
/// @dev A static message lies in calldata exactly as EIP-712's encodeData wants it (one word a field, same order), so its hash is one
/// copy and one keccak. In a dynamic message the word that holds an array's or a nested struct's offset is replaced by its hash.
library Intents {
    bytes32 internal constant REGISTER_PARTICIPANT = keccak256(
        "RegisterParticipant(uint32 participant,uint32 subject,uint16 roles,uint64 limit,address cash,bytes32 identity,address account,uint16 officer,uint8 rights,address signer,uint32 deadline)"
    );
    bytes32 internal constant ADD_ACCOUNT = keccak256(
        "AddAccount(uint32 participant,uint24 version,address account,uint16 officer,uint8 rights,address registrar,address signer,address second,uint32 deadline)"
    );
    bytes32 internal constant REVOKE_ACCOUNT = keccak256(
        "RevokeAccount(uint32 participant,uint24 version,address account,address registrar,address signer,uint32 deadline)"
    );
    bytes32 internal constant SET_THRESHOLD = keccak256(
        "SetThreshold(uint32 participant,uint24 version,uint16 officer,uint64 threshold,address registrar,address signer,address second,uint32 deadline)"
    );
    bytes32 internal constant SET_CASH = keccak256(
        "SetCash(uint32 participant,uint24 version,address cash,address registrar,address signer,address second,uint32 deadline)"
    );
    bytes32 internal constant SET_STANDING = keccak256(
        "SetStanding(uint32 participant,uint32 subject,uint24 version,uint16 roles,uint8 status,uint64 limit,address signer,uint32 deadline)"
    );
    bytes32 internal constant SET_AUTO_ACCEPT = keccak256(
        "SetAutoAccept(uint32 participant,uint24 version,uint32 counterparty,uint32 until,address signer,uint32 deadline)"
    );
    bytes32 internal constant RAISE_QUOTE_EPOCH =
        keccak256("RaiseQuoteEpoch(uint32 participant,uint24 version,address signer,uint32 deadline)");
    bytes32 internal constant ADD_RAIL = keccak256(
        "AddRail(uint32 participant,uint8 rail,address token,uint32 bank,address escrow,address bankSigner,address signer,uint32 deadline)"
    );
    bytes32 internal constant INVOICE_ENTRY = keccak256("InvoiceEntry(bytes32 fingerprint,uint48 gross,bytes32 older)");
    bytes32 internal constant REGISTER_INVOICES = keccak256(
        "RegisterInvoices(uint32 participant,uint32 obligor,InvoiceEntry[] entries,address signer,uint32 deadline)InvoiceEntry(bytes32 fingerprint,uint48 gross,bytes32 older)"
    );
    bytes32 internal constant PUBLISH_RULES = keccak256(
        "PublishRules(uint32 participant,uint16 version,uint32 from,uint32 maxTenor,uint16 maxOffer,uint8 hopCap,uint8 minPiece,uint24 minLateRate,uint24 maxLateRate,uint8 minCloses,uint8 maxCloses,address signer,address second,uint32 deadline)"
    );
    bytes32 internal constant SET_RULEBOOK = keccak256(
        "SetRulebook(uint32 participant,uint24 version,address rulebook,address signer,address second,uint32 deadline)"
    );
    bytes32 internal constant CANCEL_CHANGE =
        keccak256("CancelChange(uint32 participant,bytes32 change,address signer,uint32 deadline)");
    bytes32 internal constant PAUSE = keccak256(
        "Pause(uint32 participant,uint24 version,uint24 until,uint32[] subjects,address signer,uint32 deadline)"
    );
    bytes32 internal constant UNPAUSE =
        keccak256("Unpause(uint32 participant,uint24 version,uint32[] subjects,address signer,uint32 deadline)");

    bytes32 internal constant INVOICE_PART = keccak256("InvoicePart(bytes32 fingerprint,uint48 amount)");
    bytes32 internal constant NEW_OBLIGATION = keccak256(
        "NewObligation(uint32 number,uint32 creditor,uint48 face,uint32 due,uint24 acceptBy,uint8 rail,uint8 closes,uint24 lateRate,bytes32 terms,InvoicePart[] invoices)InvoicePart(bytes32 fingerprint,uint48 amount)"
    );
    bytes32 internal constant ISSUE = keccak256(
        "Issue(uint32 participant,NewObligation obligation,address signer,address checker,uint32 deadline)InvoicePart(bytes32 fingerprint,uint48 amount)NewObligation(uint32 number,uint32 creditor,uint48 face,uint32 due,uint24 acceptBy,uint8 rail,uint8 closes,uint24 lateRate,bytes32 terms,InvoicePart[] invoices)"
    );
    bytes32 internal constant ISSUE_MANY = keccak256(
        "IssueMany(uint32 participant,NewObligation[] obligations,address signer,address checker,uint32 deadline)InvoicePart(bytes32 fingerprint,uint48 amount)NewObligation(uint32 number,uint32 creditor,uint48 face,uint32 due,uint24 acceptBy,uint8 rail,uint8 closes,uint24 lateRate,bytes32 terms,InvoicePart[] invoices)"
    );
    bytes32 internal constant ACCEPT =
        keccak256("Accept(uint32 participant,uint88 claim,uint24 version,address signer,uint32 deadline)");
    bytes32 internal constant DECLINE =
        keccak256("Decline(uint32 participant,uint64 obligation,uint24 version,address signer,uint32 deadline)");
    bytes32 internal constant REVOKE =
        keccak256("Revoke(uint32 participant,uint64 obligation,uint24 version,address signer,uint32 deadline)");

    bytes32 internal constant TRANSFER =
        keccak256("Transfer(uint32 participant,uint88 claim,uint24 version,uint32 to,address signer,uint32 deadline)");
    bytes32 internal constant SPLIT = keccak256(
        "Split(uint32 participant,uint88 claim,uint24 version,uint32 to,uint48 amount,address signer,uint32 deadline)"
    );
    bytes32 internal constant PIECE = keccak256("Piece(uint32 to,uint48 amount)");
    bytes32 internal constant SPLIT_MANY = keccak256(
        "SplitMany(uint32 participant,uint88 claim,uint24 version,Piece[] pieces,address signer,uint32 deadline)Piece(uint32 to,uint48 amount)"
    );
    bytes32 internal constant ACCEPTANCE = keccak256(
        "Acceptance(uint32 participant,uint88 claim,uint24 version,uint16 piece,uint48 amount,address signer,uint32 deadline)"
    );
    bytes32 internal constant CUT =
        keccak256("Cut(uint32 participant,uint88 claim,uint24 version,uint48 amount,address signer,uint32 deadline)");
    bytes32 internal constant LIEN = keccak256(
        "Lien(uint32 participant,uint88 claim,uint24 version,uint48 amount,uint32 lienholder,uint24 until,address signer,uint32 deadline)"
    );
    bytes32 internal constant LIEN_ACCEPTANCE = keccak256(
        "LienAcceptance(uint32 participant,uint88 claim,uint24 version,uint48 amount,uint24 until,address signer,uint32 deadline)"
    );
    bytes32 internal constant RELEASE =
        keccak256("Release(uint32 participant,uint88 claim,uint24 version,address signer,uint32 deadline)");

    bytes32 internal constant QUOTE = keccak256(
        "Quote(uint32 participant,uint88 claim,uint24 version,uint48 amount,uint48 price,uint24 epoch,uint8 status,uint24 rate,uint16 tenorDays,uint8 basis,address signer,uint32 deadline)"
    );
    bytes32 internal constant DISCOUNT = keccak256(
        "Discount(uint32 participant,Quote quote,address signer,uint32 deadline)Quote(uint32 participant,uint88 claim,uint24 version,uint48 amount,uint48 price,uint24 epoch,uint8 status,uint24 rate,uint16 tenorDays,uint8 basis,address signer,uint32 deadline)"
    );

    bytes32 internal constant FUND = keccak256(
        "Fund(uint32 participant,uint64 obligation,uint24 version,uint64 amount,address signer,uint32 deadline)"
    );
    bytes32 internal constant FUND_BY_RECEIPT = keccak256(
        "FundByReceipt(uint32 participant,uint64 obligation,uint24 version,uint64 amount,bytes32 receipt,address signer,uint32 deadline)"
    );

    bytes32 internal constant DOMAIN =
        keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)");
    bytes32 internal constant DOMAIN_NAME = keccak256("DeepTier");
    bytes32 internal constant DOMAIN_VERSION = keccak256("1");

    function domain() internal view returns (bytes32) {
        return keccak256(abi.encode(DOMAIN, DOMAIN_NAME, DOMAIN_VERSION, block.chainid, address(this)));
    }

    /// @dev hashStruct of a message of `size` bytes of calldata at `place`.
    function hash(bytes32 typeHash, uint256 place, uint256 size) internal pure returns (bytes32 result) {
        assembly ("memory-safe") {
            let room := mload(0x40)
            mstore(room, typeHash)
            calldatacopy(add(room, 0x20), place, size)
            result := keccak256(room, add(size, 0x20))
        }
    }

    /// @dev As `hash`, with the word of field number `field` replaced by the hash of what it points at.
    function hash(bytes32 typeHash, uint256 place, uint256 size, uint256 field, bytes32 inner)
        internal
        pure
        returns (bytes32 result)
    {
        assembly ("memory-safe") {
            let room := mload(0x40)
            mstore(room, typeHash)
            calldatacopy(add(room, 0x20), place, size)
            mstore(add(room, add(0x20, shl(5, field))), inner)
            result := keccak256(room, add(size, 0x20))
        }
    }

    /// @dev Hash of an array of `count` static structs of `size` bytes each, at `place` in calldata.
    function hashArray(bytes32 typeHash, uint256 place, uint256 count, uint256 size)
        internal
        pure
        returns (bytes32 result)
    {
        assembly ("memory-safe") {
            let hashes := mload(0x40)
            let end := add(hashes, shl(5, count))
            mstore(end, typeHash)
            let whole := add(size, 0x20)
            for { let to := hashes } lt(to, end) { to := add(to, 0x20) } {
                calldatacopy(add(end, 0x20), place, size)
                mstore(to, keccak256(end, whole))
                place := add(place, size)
            }
            result := keccak256(hashes, shl(5, count))
        }
    }

    function invoicesHash(Words.InvoicePart[] calldata invoices) internal pure returns (bytes32) {
        uint256 place;
        assembly ("memory-safe") {
            place := invoices.offset
        }
        return hashArray(INVOICE_PART, place, invoices.length, 0x40);
    }

    /// @dev `backing`: the hash of its invoices.
    function obligationHash(Words.NewObligation calldata o, bytes32 backing) internal pure returns (bytes32) {
        uint256 place;
        assembly ("memory-safe") {
            place := o
        }
        return hash(NEW_OBLIGATION, place, 0x140, 9, backing);
    }

    /// @dev `inner`: the hash of the obligation or the obligations.
    function issueHash(Words.Issue calldata m, bytes32 typeHash, bytes32 inner) internal pure returns (bytes32) {
        uint256 place;
        assembly ("memory-safe") {
            place := m
        }
        return hash(typeHash, place, 0xa0, 1, inner);
    }

    /// @dev keccak256 of two words.
    function pair(bytes32 a, bytes32 b) internal pure returns (bytes32 result) {
        assembly ("memory-safe") {
            mstore(0, a)
            mstore(0x20, b)
            result := keccak256(0, 0x40)
        }
    }
}
