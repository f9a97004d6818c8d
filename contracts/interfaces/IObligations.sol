// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ILedgerTypes} from "./ILedgerTypes.sol";

/// @title Birth of an obligation: issue and accept
/// @notice Checks run in the order written; steps in capitals are defined in IRegistry and IClaims.
interface IIssuance {
    /// @notice SIGNED(MAKER). With a checker: ACCOUNT(checker, participant, CHECKER), `SameOfficer`, `BadSignature`(checker).
    /// RECEIVER(participant, CORE_ENTERPRISE); `IssuanceStopped` while it has overdue obligations. Then per obligation:
    ///   1. `ZeroAmount` (face); `ObligationExists` (number 0 counts as taken).
    ///   2. `SelfDealing` (creditor = obligor); RECEIVER(creditor, SUPPLIER).
    ///   3. `UnknownRail`; the rail's bank: ROLE(bank, SETTLEMENT_BANK).
    ///   4. Limits of the Rulebook version in force: `AlreadyDue` (due <= block time); `TenorTooLong`; `BadAcceptBy` unless block time
    ///      < acceptBy hours <= min(due, block time + maxOffer hours); `BadCloses`; `BadLateRate`; `PieceTooSmall`(claim 1) when face < 10^minPiece.
    ///   5. Without a checker: `AboveThreshold` when the officer's issues alone of this UTC day (block time / 86400) and this face
    ///      together exceed its threshold.
    ///   6. `LimitExceeded` when utilised + face > limit.
    ///   7. `EmptyBatch` (no invoice); for each `UnknownInvoice`, `ZeroAmount`, `InvoiceExhausted`; `InvoicesDoNotSum`.
    /// hopCap and minPiece are copied from the Rulebook and govern for life.
    function issue(ILedgerTypes.Issue calldata message, bytes calldata signature, bytes calldata checkerSignature)
        external;

    /// @notice As `issue`, all or none; `EmptyBatch` after `IssuanceStopped`.
    function issueMany(
        ILedgerTypes.IssueMany calldata message,
        bytes calldata signature,
        bytes calldata checkerSignature
    ) external;

    /// @notice SIGNED(MAKER); CLAIM(participant, claim, version); `NotOffered`; `OfferExpired` when block time > acceptBy hours.
    /// A creditor is checked at issue; one suspended since may still accept: acceptance gives it nothing that it is not owed.
    function accept(ILedgerTypes.Accept calldata message, bytes calldata signature) external;
}

/// @title The end of an offer that was not accepted: decline, revoke, expire
/// @notice Limit and invoices are given back, claim 1 is GONE, the obligation owes nothing.
interface IOffers {
    /// @notice SIGNED(MAKER); OBLIGATION(obligation, version); `NotHolder` unless the participant is claim 1's; `NotOffered`;
    /// `WrongInvoices` unless terms and invoices are those of the issue.
    function decline(
        ILedgerTypes.Decline calldata message,
        bytes32 terms,
        ILedgerTypes.InvoicePart[] calldata invoices,
        bytes calldata signature
    ) external;

    /// @notice SIGNED(MAKER); OBLIGATION(obligation, version); `NotObligor`; `NotOffered`; `WrongInvoices`.
    function revoke(
        ILedgerTypes.Revoke calldata message,
        bytes32 terms,
        ILedgerTypes.InvoicePart[] calldata invoices,
        bytes calldata signature
    ) external;

    /// @notice Anyone. `UnknownObligation`; `NotOffered`; `OfferOpen` while block time <= acceptBy hours; `WrongInvoices`.
    function expire(uint64 obligation, bytes32 terms, ILedgerTypes.InvoicePart[] calldata invoices) external;
}
