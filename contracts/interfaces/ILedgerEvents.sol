// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ILedgerTypes} from "./ILedgerTypes.sol";

/// @title Every change of the ledger, complete: replaying these events rebuilds storage slot for slot (invariant L10)
/// @notice `version` is the subject's version after the change (birth is 1) and grows by one from event to event of the same
/// subject, so a missing event shows. `rulebook` is the version that governs the obligation; for registry events the one in force.
interface ILedgerEvents {
    // ---- registry (subject: the participant; a change: the change; a rail and an invoice are born once and have no version)
    event ParticipantRegistered(
        uint32 indexed participant,
        uint24 version,
        uint16 roles,
        uint64 limit,
        address cash,
        bytes32 identity,
        uint16 rulebook
    );
    event AccountAdded(
        uint32 indexed participant, uint24 version, address account, uint16 officer, uint8 rights, uint16 rulebook
    );
    event AccountEnded(uint32 indexed participant, uint24 version, address account, uint16 rulebook);
    event ThresholdSet(uint32 indexed participant, uint24 version, uint16 officer, uint64 threshold, uint16 rulebook);
    event CashSet(uint32 indexed participant, uint24 version, address cash, uint16 rulebook);
    event StandingSet(
        uint32 indexed participant, uint24 version, uint16 roles, uint8 status, uint64 limit, uint16 rulebook
    );
    event AutoAcceptSet(uint32 indexed participant, uint24 version, uint32 counterparty, uint32 until, uint16 rulebook);
    event QuoteEpochRaised(uint32 indexed participant, uint24 version, uint24 epoch, uint16 rulebook);
    event RulebookSet(uint32 indexed participant, uint24 version, address rulebookAddress, uint16 rulebook);
    /// `version` is the Operator's; the named participants' versions stay.
    event Paused(uint32 indexed participant, uint24 version, uint24 until, uint32[] subjects, uint16 rulebook);
    /// `version` is the Registrar's; the named participants' versions stay.
    event Unpaused(uint32 indexed participant, uint24 version, uint32[] subjects, uint16 rulebook);
    event ChangeAnnounced(uint32 indexed participant, bytes32 indexed change, uint32 ready, uint16 rulebook);
    event ChangeApplied(uint32 indexed participant, bytes32 indexed change, uint16 rulebook);
    event ChangeCancelled(uint32 indexed participant, bytes32 indexed change, uint16 rulebook);
    event RailAdded(uint8 indexed rail, address token, uint32 bank, address escrow, uint16 rulebook);
    event InvoicesRegistered(uint32 indexed obligor, uint16 rulebook, ILedgerTypes.InvoiceEntry[] entries);

    // ---- obligations (subject: the obligation)
    /// Birth of the obligation (version 1) and of claim 1 (version 1, offered). `maker`, `checker`: officers; checker 0 = alone.
    event Issued(
        uint64 indexed obligation,
        ILedgerTypes.NewObligation terms,
        uint8 hopCap,
        uint8 minPiece,
        uint16 maker,
        uint16 checker,
        uint16 rulebook
    );
    /// The subject is claim 1; the obligation's version stays.
    event Accepted(uint88 indexed claim, uint24 version, uint16 rulebook);
    /// Also ends claim 1 (its version grows by one), and gives back limit and invoices; so do Revoked and Expired.
    event Declined(uint64 indexed obligation, uint24 version, uint16 rulebook);
    event Revoked(uint64 indexed obligation, uint24 version, uint16 rulebook);
    event Expired(uint64 indexed obligation, uint24 version, uint16 rulebook);

    // ---- claims (subject: the claim; a child is born at version 1)
    event Transferred(uint88 indexed claim, uint24 version, uint32 to, uint16 rulebook);
    /// `child` is the seq of the new claim, which takes the last `amount` cents.
    event SplitOff(uint88 indexed claim, uint24 version, uint24 child, uint32 to, uint48 amount, uint16 rulebook);
    /// Children are numbered on from `firstChild` in the order of `pieces`; the first piece takes the very last cents.
    event SplitOffMany(
        uint88 indexed claim, uint24 version, uint24 firstChild, uint16 rulebook, ILedgerTypes.Piece[] pieces
    );
    event CutOff(uint88 indexed claim, uint24 version, uint24 child, uint48 amount, uint16 rulebook);
    /// `child` is 0 when the whole claim is liened; else the child takes the last `amount` cents and bears the lien.
    event Liened(
        uint88 indexed claim,
        uint24 version,
        uint24 child,
        uint48 amount,
        uint32 lienholder,
        uint24 until,
        uint16 rulebook
    );
    event Released(uint88 indexed claim, uint24 version, uint16 rulebook);
    /// `child` is 0 when the whole claim is sold. `pricing` = rate << 24 | tenorDays << 8 | basis, as quoted.
    event Discounted(
        uint88 indexed claim,
        uint24 version,
        uint24 child,
        uint32 financier,
        uint48 amount,
        uint48 price,
        uint48 pricing,
        uint16 rulebook
    );

    // ---- settlement (subject: the obligation; for Redeemed the claim)
    /// `interestOwed` is what remains owed after this payment. `receipt` is 0 when the obligor's own cash address paid.
    /// `status` SETTLED reached from OVERDUE is the cure: the obligor's count of overdue obligations falls by one.
    event Funded(
        uint64 indexed obligation,
        uint24 version,
        uint48 principal,
        uint48 interest,
        uint48 interestOwed,
        uint8 status,
        uint32 paidAt,
        bytes32 receipt,
        uint16 rulebook
    );
    event MarkedOverdue(uint64 indexed obligation, uint24 version, uint16 rulebook);
    /// `status` is REDEEMED when no cent of the claim is left unpaid, else HELD.
    event Redeemed(
        uint88 indexed claim, uint24 version, uint48 principal, uint64 interest, uint8 status, uint16 rulebook
    );
}

/// @title ERC-721's and ERC-2309's events over claims, for wallets and indexers that know only those
/// @notice Addresses are the stable ones of `addressOf(participant)`, nobody's key. Redemption emits none: the tombstone keeps its holder.
interface IClaimTokenEvents {
    /// ERC-721; from zero at birth, to zero when an offer ends unaccepted.
    event Transfer(address indexed from, address indexed to, uint256 indexed tokenId);
    /// ERC-2309, for consecutive children of one SplitMany that go to the same assignee.
    event ConsecutiveTransfer(
        uint256 indexed fromTokenId, uint256 toTokenId, address indexed fromAddress, address indexed toAddress
    );
    /// ERC-5192; locked means liened in place. Unlocked by release, or by a sale that clears a lien in force; a lien that runs out says nothing.
    event Locked(uint256 tokenId);
    event Unlocked(uint256 tokenId);
}
