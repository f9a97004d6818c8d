// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title The messages of the ledger: one EIP-712 struct per operation
/// @notice Every struct below is, field for field, the EIP-712 type of the same name, so what a signer sees is what the ledger runs.
///
/// Units: amounts in minor units (fen) of the ledger's one currency; instants and deadlines in UTC seconds; `until` and
/// `acceptBy` in whole hours since 1970 (in force while block time <= hours * 3600); rates in ppm a year.
///
/// Names: an obligation id is `obligor << 32 | number`, a claim id `obligation << 24 | seq`.
///
/// Signing: `participant` is whom the message speaks for, `signer` the account that speaks, `deadline` the last second at which it
/// may be executed. Anyone may carry a message. An empty signature means that the caller is the named signer; otherwise it is 65
/// bytes r, s, v (low s, v = 27 or 28) of the signer's key, or whatever the signer's contract accepts (ERC-1271).
///
/// Replay: each message is bound to something that its own execution consumes: a version, an unused number, a fingerprint, a receipt.
interface ILedgerTypes {
    // ---------------------------------------------------------------- registry

    /// @notice The Registrar enters a legal entity with its first account. Replay key: `subject` must be unused.
    struct RegisterParticipant {
        uint32 participant; // the Registrar
        uint32 subject; // the new participant's id, chosen by the Registrar
        uint16 roles; // Roles bits; never REGISTRAR
        uint64 limit; // credit limit in fen: how much it may owe at one time
        address cash; // where it is paid and pulled from; needed by every role that touches money
        bytes32 identity; // salted commitment to who it is
        address account; // its first account, which signs this message too (proof of possession)
        uint16 officer; // the person behind that account, from 1
        uint8 rights; // Rights bits
        address signer;
        uint32 deadline;
    }

    /// @notice A further key for an officer, or a new officer. Who must sign: see GOVERN in IRegistry. Replay key: participant version.
    struct AddAccount {
        uint32 participant;
        uint24 version;
        address account; // signs this message too (proof of possession)
        uint16 officer;
        uint8 rights;
        address registrar; // an account of the Registrar
        address signer; // an account of the participant, or of a second Registrar officer
        address second; // an account of another officer of the participant, or zero
        uint32 deadline;
    }

    /// @notice End an account. Replay key: participant version.
    struct RevokeAccount {
        uint32 participant;
        uint24 version;
        address account;
        address registrar;
        address signer;
        uint32 deadline;
    }

    /// @notice How much an officer may issue alone per UTC day, in fen. Replay key: participant version.
    struct SetThreshold {
        uint32 participant;
        uint24 version;
        uint16 officer;
        uint64 threshold;
        address registrar;
        address signer;
        address second;
        uint32 deadline;
    }

    /// @notice Change where a participant is paid and pulled from. Replay key: participant version.
    struct SetCash {
        uint32 participant;
        uint24 version;
        address cash;
        address registrar;
        address signer;
        address second;
        uint32 deadline;
    }

    /// @notice The Registrar sets roles, status and credit limit of a participant. Replay key: the subject's version.
    struct SetStanding {
        uint32 participant; // the Registrar
        uint32 subject;
        uint24 version; // of the subject
        uint16 roles;
        uint8 status;
        uint64 limit;
        address signer;
        uint32 deadline;
    }

    /// @notice Standing consent to receive claims from one counterparty until an instant. Replay key: participant version.
    struct SetAutoAccept {
        uint32 participant;
        uint24 version;
        uint32 counterparty;
        uint32 until; // UTC seconds, the last second in force; 0 ends it
        address signer;
        uint32 deadline;
    }

    /// @notice Withdraw all of a financier's open quotes at once. Replay key: participant version.
    struct RaiseQuoteEpoch {
        uint32 participant;
        uint24 version;
        address signer;
        uint32 deadline;
    }

    /// @notice A cash token, the bank that runs it and the bank's escrow become a rail. Replay key: `rail` must be unused.
    struct AddRail {
        uint32 participant; // the Registrar
        uint8 rail; // from 1
        address token;
        uint32 bank;
        address escrow;
        address bankSigner; // an account of the bank, which signs this message too
        address signer;
        uint32 deadline;
    }

    /// @notice One invoice that the Registrar's service has seen.
    struct InvoiceEntry {
        bytes32 fingerprint;
        uint48 gross;
        bytes32 older; // its fingerprint under an earlier key when it was registered then; else zero
    }

    /// @notice Enter invoices owed by one obligor. Replay key: an invoice exists once.
    struct RegisterInvoices {
        uint32 participant; // the Registrar
        uint32 obligor;
        InvoiceEntry[] entries;
        address signer;
        uint32 deadline;
    }

    /// @notice The next version of the limits. Replay key: rulebook version.
    struct PublishRules {
        uint32 participant; // the Registrar
        uint16 version; // the version that this becomes
        uint32 from; // first second in force; at least the public delay away
        uint32 maxTenor; // seconds from issue to due, at most
        uint16 maxOffer; // hours an offer may stay open, at most
        uint8 hopCap; // passes a claim may make, 0 to 15
        uint8 minPiece; // 10^minPiece fen is the smallest piece, 0 to 14
        uint24 minLateRate; // ppm a year
        uint24 maxLateRate; // ppm a year
        uint8 minCloses; // calendar days before due
        uint8 maxCloses; // calendar days before due
        address signer;
        address second; // another officer of the Registrar
        uint32 deadline;
    }

    /// @notice Another Rulebook contract takes over. Announced, delayed. Replay key: the Registrar's participant version.
    struct SetRulebook {
        uint32 participant; // the Registrar
        uint24 version;
        address rulebook;
        address signer;
        address second;
        uint32 deadline;
    }

    /// @notice Stop an announced change. Replay key: the change ends.
    struct CancelChange {
        uint32 participant; // whom the change concerns, or the Registrar
        bytes32 change; // hashStruct of the announced message
        address signer;
        uint32 deadline;
    }

    /// @notice Named participants neither issue nor receive until an hour. Replay key: the Operator's participant version.
    struct Pause {
        uint32 participant; // an Operator
        uint24 version;
        uint24 until; // whole hours since 1970
        uint32[] subjects;
        address signer;
        uint32 deadline;
    }

    /// @notice End a pause early. Replay key: the Registrar's participant version.
    struct Unpause {
        uint32 participant; // the Registrar
        uint24 version;
        uint32[] subjects;
        address signer;
        uint32 deadline;
    }

    // ---------------------------------------------------------------- obligations

    /// @notice What part of an obligation an invoice backs.
    struct InvoicePart {
        bytes32 fingerprint;
        uint48 amount;
    }

    /// @notice The promise itself.
    struct NewObligation {
        uint32 number; // any unused number of the obligor, from 1
        uint32 creditor;
        uint48 face;
        uint32 due; // the last second at which payment is on time
        uint24 acceptBy; // whole hours since 1970
        uint8 rail;
        uint8 closes; // calendar days before due in which nothing is split or passed on
        uint24 lateRate; // ppm a year
        bytes32 terms; // salted commitment to the text
        InvoicePart[] invoices; // their amounts sum to face
    }

    /// @notice Issue one obligation: two officers, or one below its threshold. Replay key: the obligation's number.
    struct Issue {
        uint32 participant; // the obligor
        NewObligation obligation;
        address signer; // the maker
        address checker; // another officer, or zero
        uint32 deadline;
    }

    /// @notice Issue several obligations, all or none. Replay key: their numbers.
    struct IssueMany {
        uint32 participant;
        NewObligation[] obligations;
        address signer;
        address checker;
        uint32 deadline;
    }

    /// @notice The original creditor takes the offer. Replay key: claim version.
    struct Accept {
        uint32 participant;
        uint88 claim;
        uint24 version;
        address signer;
        uint32 deadline;
    }

    /// @notice The original creditor refuses the offer. Replay key: obligation version.
    struct Decline {
        uint32 participant;
        uint64 obligation;
        uint24 version;
        address signer;
        uint32 deadline;
    }

    /// @notice The obligor takes the offer back. Replay key: obligation version.
    struct Revoke {
        uint32 participant;
        uint64 obligation;
        uint24 version;
        address signer;
        uint32 deadline;
    }

    // ---------------------------------------------------------------- claims

    /// @notice Pass a whole claim on. Replay key: claim version.
    struct Transfer {
        uint32 participant; // the holder
        uint88 claim;
        uint24 version;
        uint32 to;
        address signer;
        uint32 deadline;
    }

    /// @notice Cut the tail off and pass it on. Replay key: claim version.
    struct Split {
        uint32 participant;
        uint88 claim;
        uint24 version;
        uint32 to;
        uint48 amount; // cents of face
        address signer;
        uint32 deadline;
    }

    /// @notice One piece of a SplitMany.
    struct Piece {
        uint32 to;
        uint48 amount;
    }

    /// @notice Cut several tails off, the first piece from the very end, and pass them on, all or none. Replay key: claim version.
    struct SplitMany {
        uint32 participant;
        uint88 claim;
        uint24 version;
        Piece[] pieces;
        address signer;
        uint32 deadline;
    }

    /// @notice The assignee's consent to one transfer, split, or piece of a SplitMany. Replay key: the claim's version.
    struct Acceptance {
        uint32 participant; // the assignee
        uint88 claim; // the claim that moves or is split
        uint24 version;
        uint16 piece; // its place in a SplitMany, from 0; else 0
        uint48 amount;
        address signer;
        uint32 deadline;
    }

    /// @notice Cut the tail off; both parts stay with the holder. Replay key: claim version.
    struct Cut {
        uint32 participant;
        uint88 claim;
        uint24 version;
        uint48 amount;
        address signer;
        uint32 deadline;
    }

    /// @notice Encumber a claim, or its tail, in place. Replay key: claim version.
    struct Lien {
        uint32 participant; // the holder
        uint88 claim;
        uint24 version;
        uint48 amount;
        uint32 lienholder; // a financier, or the holder itself while quotes come in
        uint24 until; // whole hours since 1970, not after due
        address signer;
        uint32 deadline;
    }

    /// @notice The lienholder's consent to a lien in its favour. Replay key: claim version.
    struct LienAcceptance {
        uint32 participant; // the lienholder
        uint88 claim;
        uint24 version;
        uint48 amount;
        uint24 until;
        address signer;
        uint32 deadline;
    }

    /// @notice The lienholder gives its lien up. Replay key: claim version.
    struct Release {
        uint32 participant; // the lienholder
        uint88 claim;
        uint24 version;
        address signer;
        uint32 deadline;
    }

    // ---------------------------------------------------------------- financing

    /// @notice A financier's binding price for a claim or its tail. Replay key: claim version; withdrawn by a higher epoch.
    struct Quote {
        uint32 participant; // the financier
        uint88 claim;
        uint24 version;
        uint48 amount; // cents of face: the whole claim, or the tail to be cut
        uint48 price; // what the seller gets, in fen
        uint24 epoch; // the financier's quote epoch
        uint8 status; // the obligation's status that the price assumes: ISSUED or OVERDUE
        uint24 rate; // ppm a year: how the price came about, for the record
        uint16 tenorDays;
        uint8 basis; // day count: 1 ACT/360, 2 ACT/365F, 3 30E/360
        address signer;
        uint32 deadline; // the quote's expiry
    }

    /// @notice The holder takes a quote. Replay key: the quote's claim version.
    struct Discount {
        uint32 participant; // the seller
        Quote quote;
        address signer;
        uint32 deadline;
    }

    // ---------------------------------------------------------------- settlement

    /// @notice The obligor pays from its cash address into the rail's escrow. Replay key: obligation version.
    struct Fund {
        uint32 participant; // the obligor
        uint64 obligation;
        uint24 version;
        uint64 amount; // principal and late interest together, in fen
        address signer;
        uint32 deadline;
    }

    /// @notice The rail's bank confirms money received and puts in its tokens. Replay keys: obligation version; the receipt counts once.
    struct FundByReceipt {
        uint32 participant; // the SettlementBank of the obligation's rail
        uint64 obligation;
        uint24 version;
        uint64 amount;
        bytes32 receipt; // the bank's reference, salted
        address signer;
        uint32 deadline;
    }
}
