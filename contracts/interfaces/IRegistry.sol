// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ILedgerTypes} from "./ILedgerTypes.sol";

/// @title Participants, accounts, rails, invoices, limits: who may do what, and what backs an obligation
/// @notice How a refusal is chosen: checks run in the order written; the first that fails is the answer. Steps used below:
///
/// SIGNED(message, right): `IntentExpired` if block time > deadline; then ACCOUNT(signer, participant, right); then `BadSignature`.
/// ACCOUNT(account, participant, right): `UnknownAccount`, `AccountRevoked`, `NotSignerFor` (another participant), `RightMissing`.
/// ROLE(participant, roles): `ParticipantSuspended` unless ACTIVE, then `NotInRole` unless it has one of the roles.
/// RECEIVER(participant, roles): `UnknownParticipant`, then ROLE, then `ParticipantPaused` while block time <= pausedUntil hours.
/// REGISTRAR(message): SIGNED(message, MAKER), then ROLE(participant, REGISTRAR).
/// SUBJECT(id, version): `UnknownParticipant`, then `StaleParticipant` unless the version is current.
///
/// GOVERN(message): how a participant's power to sign may change. The Registrar alone, or with one dishonest officer of a participant
/// that ever had two, comes to sign for it or to redirect its cash at most after three public days, never at once and never unseen
/// (10-ledger, "first account; add/revoke account"):
///   1. `BadBatch` unless the number of signatures is right; `IntentExpired`; SUBJECT(participant, version).
///   2. `registrar` is an account with MAKER right of the participant with role REGISTRAR: `UnknownAccount`, `AccountRevoked`,
///      `NotInRole`(its participant, REGISTRAR), `RightMissing`, then `BadSignature`.
///   3. If the participant is itself the Registrar, or has no officer with a live account: `signer` must be an account (MAKER) of the
///      same Registrar: ACCOUNT(signer, the Registrar's id, MAKER), `SameOfficer` as `registrar`'s, `BadSignature`, then
///      `UnexpectedSigner` if `second` is named. The change is announced first.
///   4. Otherwise ACCOUNT(signer, participant, no right), `BadSignature`. With one live officer `second` must be zero
///      (`UnexpectedSigner`), and the change is announced first if the participant ever had two live officers at one time. With two
///      or more: ACCOUNT(second, participant, no right), `SameOfficer` as `signer`'s, `BadSignature` of `second`; done at once.
/// ANNOUNCED: the message's hashStruct is the change. First call: recorded as due PUBLIC_DELAY later, `ChangeAnnounced`, nothing else
/// changes. Later calls with the same message and signatures: `ChangeIsCancelled` if it was cancelled, `ChangeNotDue` before that
/// instant, else it is applied (`ChangeApplied` follows the operation's own event). An operation's own checks come after GOVERN's
/// and before the announcement, in both calls. `ParticipantVersionExhausted` is the last check of every operation that raises a version.
interface IRegistry {
    /// @notice REGISTRAR; `ParticipantExists` (0 counts as taken); `BadRoles` (none, unknown, or REGISTRAR); `CashAddressMissing` when
    /// a role other than AUDITOR, OPERATOR is among them and `cash` is zero; `CashAddressTaken` when it is
    /// or was another participant's; `BadOfficer` (0); `BadRights` (none or unknown);
    /// `AccountExists` (zero counts as taken); `BadSignature`(account).
    /// Emits ParticipantRegistered (version 1) and AccountAdded (version 2).
    function registerParticipant(
        ILedgerTypes.RegisterParticipant calldata message,
        bytes calldata signature,
        bytes calldata accountSignature
    ) external;

    /// @notice Signatures: registrar, signer, second, account. Own rotation is lighter than GOVERN: when the participant is not the Registrar
    /// and `officer` has a live account, step 4 asks only for that officer's own `signer` (`SameOfficer` is not asked, `BadOfficer`
    /// if the signer is another officer, `BadSignature`, `UnexpectedSigner` if `second` is named, `RightMissing` when the new rights
    /// are not among the signer's own) and it is done at once. Otherwise GOVERN. Then `BadOfficer` (0), `BadRights`, `AccountExists`,
    /// `BadSignature`(account); `TooManyOfficers` when a 256th officer, `TooManyAccounts` when a 65,536th account of an officer would be live.
    function addAccount(ILedgerTypes.AddAccount calldata message, bytes[] calldata signatures) external;

    /// @notice Signatures: registrar, signer. GOVERN steps 1 and 2; then, when `signer` is a known account of the participant and the
    /// participant is not the Registrar: ACCOUNT(signer, participant, no right), `BadSignature`; done at once (the safe direction
    /// is fast). Otherwise a second officer of the Registrar as in step 3, and announced. Then ACCOUNT(account, participant, no right).
    function revokeAccount(ILedgerTypes.RevokeAccount calldata message, bytes[] calldata signatures) external;

    /// @notice Signatures: registrar, signer, second. GOVERN; `BadOfficer` if that officer has no live account.
    function setThreshold(ILedgerTypes.SetThreshold calldata message, bytes[] calldata signatures) external;

    /// @notice Signatures: registrar, signer, second. GOVERN; `CashAddressMissing` when `cash` is zero; `CashAddressTaken`.
    function setCash(ILedgerTypes.SetCash calldata message, bytes[] calldata signatures) external;

    /// @notice REGISTRAR; SUBJECT(subject, version); `RegistrarProtected` when the subject has role REGISTRAR; `BadRoles`;
    /// `CashAddressMissing` as in registration; `BadStanding` unless ACTIVE or SUSPENDED.
    function setStanding(ILedgerTypes.SetStanding calldata message, bytes calldata signature) external;

    /// @notice SIGNED(MAKER); SUBJECT(participant, version); `UnknownParticipant`(counterparty); `SelfDealing`.
    function setAutoAccept(ILedgerTypes.SetAutoAccept calldata message, bytes calldata signature) external;

    /// @notice SIGNED(MAKER); SUBJECT(participant, version); `QuoteEpochExhausted`.
    function raiseQuoteEpoch(ILedgerTypes.RaiseQuoteEpoch calldata message, bytes calldata signature) external;

    /// @notice REGISTRAR; `RailExists` (0 counts as taken); `UnknownParticipant`(bank), ROLE(bank, SETTLEMENT_BANK);
    /// ACCOUNT(bankSigner, bank, MAKER), `BadSignature`(bankSigner); `BadRail` when escrow is zero, the token has no code, or its
    /// decimals() are not those of the ledger's currency.
    function addRail(ILedgerTypes.AddRail calldata message, bytes calldata signature, bytes calldata bankSignature)
        external;

    /// @notice REGISTRAR; `UnknownParticipant`(obligor); ROLE(obligor, CORE_ENTERPRISE); `EmptyBatch`; for each entry `BadInvoice` (zero
    /// fingerprint or gross), `InvoiceExists`, and when `older` is named `UnknownInvoice`(older), `InvoiceDiffers` (another gross).
    /// An entry with `older` is a second name for the same invoice: they share one residual.
    function registerInvoices(ILedgerTypes.RegisterInvoices calldata message, bytes calldata signature) external;

    /// @notice REGISTRAR; ACCOUNT(second, participant, MAKER), `SameOfficer`, `BadSignature`(second); then the Rulebook's own
    /// `StaleRulebook`, `BadRules` (IRulebook). Emits the Rulebook's RulesPublished.
    function publishRules(
        ILedgerTypes.PublishRules calldata message,
        bytes calldata signature,
        bytes calldata secondSignature
    ) external;

    /// @notice REGISTRAR; SUBJECT(participant, version); ACCOUNT(second, participant, MAKER), `SameOfficer`, `BadSignature`(second);
    /// `BadRulebook` unless it serves this ledger, holds one version, whose number follows the present one's latest, and which is in force; ANNOUNCED.
    function setRulebook(
        ILedgerTypes.SetRulebook calldata message,
        bytes calldata signature,
        bytes calldata secondSignature
    ) external;

    /// @notice SIGNED(no right); `UnknownChange` unless announced and neither applied nor cancelled; then, unless the change concerns
    /// the participant, ROLE(participant, REGISTRAR).
    function cancelChange(ILedgerTypes.CancelChange calldata message, bytes calldata signature) external;

    /// @notice SIGNED(MAKER); ROLE(participant, OPERATOR); SUBJECT(participant, version); `BadPause` unless block time < until hours
    /// <= block time + 7 days; `EmptyBatch`; `UnknownParticipant` for each subject. Never blocks acceptance, payment or redemption.
    function pause(ILedgerTypes.Pause calldata message, bytes calldata signature) external;

    /// @notice REGISTRAR; SUBJECT(participant, version); `EmptyBatch`; `UnknownParticipant` for each subject.
    function unpause(ILedgerTypes.Unpause calldata message, bytes calldata signature) external;
}
