// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title Every refusal of the ledger: one error each, with what is needed to explain it
/// @notice A refusal changes nothing. The service maps each to a text in Chinese and English with the next step.
interface ILedgerErrors {
    // ---- who speaks
    /// The message's last second has passed.
    error IntentExpired(uint32 deadline);
    /// No participant has this account.
    error UnknownAccount(address account);
    /// The account was ended.
    error AccountRevoked(address account);
    /// The account speaks for another participant than the message says.
    error NotSignerFor(address account, uint32 participant);
    /// The account lacks a right (Rights bit) that the operation needs.
    error RightMissing(address account, uint8 right);
    /// The signature is not the named signer's, or it is empty and the caller is not the signer.
    error BadSignature(address signer);
    /// Two signatures of one officer where two officers must sign.
    error SameOfficer(uint32 participant, uint16 officer);
    /// A signer is named whom the operation does not call for.
    error UnexpectedSigner(address signer);
    /// The lone officer's issues of this UTC day would exceed its threshold.
    error AboveThreshold(uint16 officer, uint64 threshold, uint256 total);
    /// The number of signatures, acceptances or entries is not what the message needs.
    error BadBatch(uint256 needed, uint256 given);
    /// The batch has nothing in it.
    error EmptyBatch();

    // ---- participants and accounts
    error UnknownParticipant(uint32 participant);
    error ParticipantExists(uint32 participant);
    error ParticipantSuspended(uint32 participant);
    error ParticipantPaused(uint32 participant, uint24 until);
    /// The participant has none of the roles (Roles bits) that the operation needs.
    error NotInRole(uint32 participant, uint16 roles);
    error StaleParticipant(uint32 participant, uint24 current, uint24 given);
    error ParticipantVersionExhausted(uint32 participant);
    error BadRoles(uint16 roles);
    error BadStanding(uint8 status);
    error BadOfficer(uint32 participant, uint16 officer);
    error BadRights(uint8 rights);
    error AccountExists(address account);
    error TooManyOfficers(uint32 participant);
    error TooManyAccounts(uint32 participant, uint16 officer);
    error CashAddressMissing(uint32 participant);
    /// Another participant is, or once was, paid at this address: its allowance is not for others to spend.
    error CashAddressTaken(address cash);
    /// The Registrar's own standing cannot be set, by anyone.
    error RegistrarProtected(uint32 participant);
    error QuoteEpochExhausted(uint32 participant);
    /// Both sides of the operation are the same participant.
    error SelfDealing(uint32 participant);
    error BadPause(uint24 until);

    // ---- announced changes
    error ChangeNotDue(bytes32 change, uint32 ready);
    error ChangeIsCancelled(bytes32 change);
    error UnknownChange(bytes32 change);

    // ---- rails, invoices, rules
    error UnknownRail(uint8 rail);
    error RailExists(uint8 rail);
    error BadRail(address token, address escrow);
    error InvoiceExists(bytes32 fingerprint);
    error UnknownInvoice(bytes32 fingerprint);
    error BadInvoice(bytes32 fingerprint);
    /// The invoice was registered under an earlier key with another gross amount.
    error InvoiceDiffers(bytes32 fingerprint, uint48 gross, uint48 registered);
    /// The invoice has less left than the obligation asks of it.
    error InvoiceExhausted(bytes32 fingerprint, uint48 left, uint48 asked);
    error InvoicesDoNotSum(uint256 sum, uint48 face);
    /// The terms and invoices given are not those of the obligation.
    error WrongInvoices(uint64 obligation);
    error StaleRulebook(uint16 next, uint16 given);
    error BadRules();
    error BadRulebook(address rulebook);

    // ---- issue
    error ObligationExists(uint64 obligation);
    error UnknownObligation(uint64 obligation);
    error StaleObligation(uint64 obligation, uint24 current, uint24 given);
    error ObligationVersionExhausted(uint64 obligation);
    /// The obligation's status (ObligationStatus) does not allow the operation.
    error ObligationClosed(uint64 obligation, uint8 status);
    error NotObligor(uint64 obligation, uint32 participant);
    /// The obligor has matured obligations that it has not paid.
    error IssuanceStopped(uint32 obligor, uint16 overdue);
    error ZeroAmount();
    error AlreadyDue(uint32 due);
    error TenorTooLong(uint32 due, uint32 latest);
    error BadAcceptBy(uint24 acceptBy);
    error BadCloses(uint8 closes, uint8 least, uint8 most);
    error BadLateRate(uint24 lateRate, uint24 least, uint24 most);
    error LimitExceeded(uint32 obligor, uint64 limit, uint256 total);
    error NotOffered(uint88 claim);
    error OfferExpired(uint88 claim, uint24 acceptBy);
    error OfferOpen(uint88 claim, uint24 acceptBy);

    // ---- claims
    error UnknownClaim(uint88 claim);
    error NotHolder(uint88 claim, uint32 participant);
    error StaleClaim(uint88 claim, uint24 current, uint24 given);
    error ClaimVersionExhausted(uint88 claim);
    error ClaimSequenceExhausted(uint64 obligation);
    /// The claim's status byte (ClaimStatus and flags) is not plainly HELD.
    error NotHeld(uint88 claim, uint8 status);
    error ClaimLiened(uint88 claim, uint32 lienholder, uint24 until);
    error NotLienholder(uint88 claim, uint32 participant);
    error BadLienUntil(uint24 until);
    /// Between `from` and the due instant nothing is cut or passed on.
    error ClosingWindow(uint88 claim, uint32 from);
    /// After the due instant a claim is passed on whole or not at all.
    error PastDue(uint88 claim, uint32 due);
    /// A payment has left money to this claim: redeem it first.
    error RedeemFirst(uint88 claim, uint64 money);
    error NothingUnpaid(uint88 claim);
    error PieceTooLarge(uint88 claim, uint48 available, uint48 asked);
    error PieceTooSmall(uint88 claim, uint48 minimum);
    error ObligorCannotHold(uint32 obligor);
    error HopCapReached(uint88 claim, uint8 hopCap);
    /// No signed acceptance, and no standing auto-accept that covers this.
    error NotAccepted(uint88 claim, uint32 assignee);

    // ---- financing
    /// The obligation's status is not the one that the quote assumes.
    error StatusChanged(uint64 obligation, uint8 current, uint8 assumed);
    error QuoteWithdrawn(uint32 financier, uint24 epoch, uint24 given);
    error PriceAboveFace(uint48 amount, uint48 price);

    // ---- settlement
    error Overpaid(uint64 owed, uint64 given);
    error PaymentTooSmall(uint64 minimum, uint64 given);
    error TooManyPayments(uint64 obligation);
    error TooManyReductions(uint64 obligation);
    error BadReduction(uint64 obligation, uint48 lo, uint48 hi);
    error NotRailBank(uint8 rail, uint32 participant);
    error ReceiptUsed(bytes32 receipt);
    /// The obligor has as many overdue obligations as can be counted.
    error OverdueCountExhausted(uint32 obligor);
    error NotDue(uint64 obligation, uint32 due);
    error NothingToRedeem(uint88 claim);
    /// The cash token did not move the money: too little balance, no allowance, or a refusal of its own.
    error CashRefused(address token, address from, uint64 amount);

    // ---- contract
    error UnknownOperation(bytes4 selector);
    error DirectCall();
    error BadGenesis();
}
