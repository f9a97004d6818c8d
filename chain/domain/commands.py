# SPDX-License-Identifier: Apache-2.0
"""What may be asked of the ledger: one message per EIP-712 struct of ILedgerTypes, field for field in its order.

Names are ILedgerTypes' in snake_case; a Python keyword or built-in is avoided: `from` is `start`. Units as in
vocabulary. `participant` is whom a message speaks for, `signer` the account that speaks, `deadline` the last second at
which it may be executed. Expire, Redeem and MarkOverdue have no signer: anyone may call them.
"""

from dataclasses import dataclass
from typing import TypeAlias

from chain.domain.clock import UtcSeconds
from chain.domain.money import Fen, Ppm
from chain.domain.vocabulary import Address, ClaimId, Hash, Hours, ObligationId, OfficerId, ParticipantId, RailId
from chain.domain.vocabulary import InvoicePart as InvoicePart  # a struct of ILedgerTypes that is part of a row, too

# ---------------------------------------------------------------- registry


@dataclass(frozen=True, slots=True)
class RegisterParticipant:
    """The Registrar enters a legal entity with its first account. Replay key: `subject` must be unused."""

    participant: ParticipantId  # the Registrar
    subject: ParticipantId
    roles: int  # Role bits, never REGISTRAR
    limit: Fen
    cash: Address
    identity: Hash
    account: Address  # signs this message too
    officer: OfficerId
    rights: int  # Right bits
    signer: Address
    deadline: UtcSeconds


@dataclass(frozen=True, slots=True)
class AddAccount:
    """A further key for an officer, or a new officer. Replay key: participant version."""

    participant: ParticipantId
    version: int
    account: Address  # signs this message too
    officer: OfficerId
    rights: int
    registrar: Address
    signer: Address
    second: Address
    deadline: UtcSeconds


@dataclass(frozen=True, slots=True)
class RevokeAccount:
    """End an account. Replay key: participant version."""

    participant: ParticipantId
    version: int
    account: Address
    registrar: Address
    signer: Address
    deadline: UtcSeconds


@dataclass(frozen=True, slots=True)
class SetThreshold:
    """How much an officer may issue alone per UTC day. Replay key: participant version."""

    participant: ParticipantId
    version: int
    officer: OfficerId
    threshold: Fen
    registrar: Address
    signer: Address
    second: Address
    deadline: UtcSeconds


@dataclass(frozen=True, slots=True)
class SetCash:
    """Change where a participant is paid and pulled from. Replay key: participant version."""

    participant: ParticipantId
    version: int
    cash: Address
    registrar: Address
    signer: Address
    second: Address
    deadline: UtcSeconds


@dataclass(frozen=True, slots=True)
class SetStanding:
    """The Registrar sets roles, status and credit limit of a participant. Replay key: the subject's version."""

    participant: ParticipantId  # the Registrar
    subject: ParticipantId
    version: int  # of the subject
    roles: int
    status: int
    limit: Fen
    signer: Address
    deadline: UtcSeconds


@dataclass(frozen=True, slots=True)
class SetAutoAccept:
    """Standing consent to receive claims from one counterparty. Replay key: participant version."""

    participant: ParticipantId
    version: int
    counterparty: ParticipantId
    until: UtcSeconds  # the last second in force; 0 ends it
    signer: Address
    deadline: UtcSeconds


@dataclass(frozen=True, slots=True)
class RaiseQuoteEpoch:
    """Withdraw all of a financier's open quotes at once. Replay key: participant version."""

    participant: ParticipantId
    version: int
    signer: Address
    deadline: UtcSeconds


@dataclass(frozen=True, slots=True)
class AddRail:
    """A cash token, the bank that runs it and the bank's escrow become a rail. Replay key: `rail` must be unused."""

    participant: ParticipantId  # the Registrar
    rail: RailId
    token: Address
    bank: ParticipantId
    escrow: Address
    bank_signer: Address  # signs this message too
    signer: Address
    deadline: UtcSeconds


@dataclass(frozen=True, slots=True)
class InvoiceEntry:
    """One invoice that the Registrar's service has seen; `older` is its fingerprint under an earlier key, or zero."""

    fingerprint: Hash
    gross: Fen
    older: Hash


@dataclass(frozen=True, slots=True)
class RegisterInvoices:
    """Enter invoices owed by one obligor. Replay key: an invoice exists once."""

    participant: ParticipantId  # the Registrar
    obligor: ParticipantId
    entries: tuple[InvoiceEntry, ...]
    signer: Address
    deadline: UtcSeconds


@dataclass(frozen=True, slots=True)
class PublishRules:
    """The next version of the limits (units: vocabulary.Rules). Replay key: rulebook version."""

    participant: ParticipantId  # the Registrar
    version: int
    start: UtcSeconds
    max_tenor: int
    max_offer: int
    hop_cap: int
    min_piece: int
    min_late_rate: Ppm
    max_late_rate: Ppm
    min_closes: int
    max_closes: int
    signer: Address
    second: Address
    deadline: UtcSeconds


@dataclass(frozen=True, slots=True)
class SetRulebook:
    """Another Rulebook contract takes over. Announced, delayed. Replay key: the Registrar's participant version."""

    participant: ParticipantId  # the Registrar
    version: int
    rulebook: Address
    signer: Address
    second: Address
    deadline: UtcSeconds


@dataclass(frozen=True, slots=True)
class CancelChange:
    """Stop an announced change. Replay key: the change ends."""

    participant: ParticipantId  # whom the change concerns, or the Registrar
    change: Hash
    signer: Address
    deadline: UtcSeconds


@dataclass(frozen=True, slots=True)
class Pause:
    """Named participants neither issue nor receive until an hour. Replay key: the Operator's participant version."""

    participant: ParticipantId  # an Operator
    version: int
    until: Hours
    subjects: tuple[ParticipantId, ...]
    signer: Address
    deadline: UtcSeconds


@dataclass(frozen=True, slots=True)
class Unpause:
    """End a pause early. Replay key: the Registrar's participant version."""

    participant: ParticipantId  # the Registrar
    version: int
    subjects: tuple[ParticipantId, ...]
    signer: Address
    deadline: UtcSeconds


# ---------------------------------------------------------------- obligations


@dataclass(frozen=True, slots=True)
class NewObligation:
    """The promise itself; the invoices' amounts sum to `face`."""

    number: int
    creditor: ParticipantId
    face: Fen
    due: UtcSeconds
    accept_by: Hours
    rail: RailId
    closes: int
    late_rate: Ppm
    terms: Hash
    invoices: tuple[InvoicePart, ...]


@dataclass(frozen=True, slots=True)
class Issue:
    """Issue one obligation: two officers, or one below its threshold. Replay key: the obligation's number."""

    participant: ParticipantId
    obligation: NewObligation
    signer: Address
    checker: Address  # or zero
    deadline: UtcSeconds


@dataclass(frozen=True, slots=True)
class IssueMany:
    """Issue several obligations, all or none. Replay key: their numbers."""

    participant: ParticipantId
    obligations: tuple[NewObligation, ...]
    signer: Address
    checker: Address
    deadline: UtcSeconds


@dataclass(frozen=True, slots=True)
class Accept:
    """The original creditor takes the offer. Replay key: claim version."""

    participant: ParticipantId
    claim: ClaimId
    version: int
    signer: Address
    deadline: UtcSeconds


@dataclass(frozen=True, slots=True)
class Decline:
    """The original creditor refuses the offer; terms and invoices stand on the Call. Replay key: obligation version."""

    participant: ParticipantId
    obligation: ObligationId
    version: int
    signer: Address
    deadline: UtcSeconds


@dataclass(frozen=True, slots=True)
class Revoke:
    """The obligor takes the offer back; terms and invoices stand on the Call. Replay key: obligation version."""

    participant: ParticipantId
    obligation: ObligationId
    version: int
    signer: Address
    deadline: UtcSeconds


@dataclass(frozen=True, slots=True)
class Expire:
    """Anyone ends an offer after its deadline, naming the terms and invoices of the issue."""

    obligation: ObligationId
    terms: Hash
    invoices: tuple[InvoicePart, ...]


# ---------------------------------------------------------------- claims


@dataclass(frozen=True, slots=True)
class Transfer:
    """Pass a whole claim on. Replay key: claim version."""

    participant: ParticipantId
    claim: ClaimId
    version: int
    to: ParticipantId
    signer: Address
    deadline: UtcSeconds


@dataclass(frozen=True, slots=True)
class Split:
    """Cut the tail off (`amount` in cents of face) and pass it on. Replay key: claim version."""

    participant: ParticipantId
    claim: ClaimId
    version: int
    to: ParticipantId
    amount: Fen
    signer: Address
    deadline: UtcSeconds


@dataclass(frozen=True, slots=True)
class Piece:
    """One piece of a SplitMany."""

    to: ParticipantId
    amount: Fen


@dataclass(frozen=True, slots=True)
class SplitMany:
    """Cut several tails off, the first piece from the very end, and pass them on. Replay key: claim version."""

    participant: ParticipantId
    claim: ClaimId
    version: int
    pieces: tuple[Piece, ...]
    signer: Address
    deadline: UtcSeconds


@dataclass(frozen=True, slots=True)
class Acceptance:
    """The assignee's consent to one transfer, split, or piece of a SplitMany. Replay key: the claim's version."""

    participant: ParticipantId
    claim: ClaimId
    version: int
    piece: int
    amount: Fen
    signer: Address
    deadline: UtcSeconds


@dataclass(frozen=True, slots=True)
class Cut:
    """Cut the tail off; both parts stay with the holder. Replay key: claim version."""

    participant: ParticipantId
    claim: ClaimId
    version: int
    amount: Fen
    signer: Address
    deadline: UtcSeconds


@dataclass(frozen=True, slots=True)
class Lien:
    """Encumber a claim, or its tail, in place. Replay key: claim version."""

    participant: ParticipantId
    claim: ClaimId
    version: int
    amount: Fen
    lienholder: ParticipantId
    until: Hours
    signer: Address
    deadline: UtcSeconds


@dataclass(frozen=True, slots=True)
class LienAcceptance:
    """The lienholder's consent to a lien in its favour. Replay key: claim version."""

    participant: ParticipantId
    claim: ClaimId
    version: int
    amount: Fen
    until: Hours
    signer: Address
    deadline: UtcSeconds


@dataclass(frozen=True, slots=True)
class Release:
    """The lienholder gives its lien up. Replay key: claim version."""

    participant: ParticipantId
    claim: ClaimId
    version: int
    signer: Address
    deadline: UtcSeconds


# ---------------------------------------------------------------- financing


@dataclass(frozen=True, slots=True)
class Quote:
    """A financier's binding price for a claim or its tail. Replay key: claim version; withdrawn by a higher epoch."""

    participant: ParticipantId
    claim: ClaimId
    version: int
    amount: Fen
    price: Fen
    epoch: int
    status: int  # ObligationStatus that the price assumes
    rate: Ppm
    tenor_days: int
    basis: int
    signer: Address
    deadline: UtcSeconds


@dataclass(frozen=True, slots=True)
class Discount:
    """The holder takes a quote. Replay key: the quote's claim version."""

    participant: ParticipantId
    quote: Quote
    signer: Address
    deadline: UtcSeconds


# ---------------------------------------------------------------- settlement


@dataclass(frozen=True, slots=True)
class Fund:
    """The obligor pays principal and late interest from its cash address. Replay key: obligation version."""

    participant: ParticipantId
    obligation: ObligationId
    version: int
    amount: Fen
    signer: Address
    deadline: UtcSeconds


@dataclass(frozen=True, slots=True)
class FundByReceipt:
    """The rail's bank confirms money received. Replay keys: obligation version; the receipt counts once."""

    participant: ParticipantId
    obligation: ObligationId
    version: int
    amount: Fen
    receipt: Hash
    signer: Address
    deadline: UtcSeconds


@dataclass(frozen=True, slots=True)
class Redeem:
    """Anyone has a claim's money paid out to its holder."""

    claim: ClaimId


@dataclass(frozen=True, slots=True)
class MarkOverdue:
    """Anyone marks an obligation overdue after due."""

    obligation: ObligationId


# ---------------------------------------------------------------- calls

Governed: TypeAlias = AddAccount | RevokeAccount | SetThreshold | SetCash
"""Messages under IRegistry's GOVERN: their proofs are counted, and they may have to be announced first."""

Message: TypeAlias = (
    RegisterParticipant
    | Governed
    | SetStanding
    | SetAutoAccept
    | RaiseQuoteEpoch
    | AddRail
    | RegisterInvoices
    | PublishRules
    | SetRulebook
    | CancelChange
    | Pause
    | Unpause
    | Issue
    | IssueMany
    | Accept
    | Decline
    | Revoke
    | Expire
    | Transfer
    | Split
    | SplitMany
    | Cut
    | Lien
    | Release
    | Discount
    | Fund
    | FundByReceipt
    | Redeem
    | MarkOverdue
)
"""What a Call carries. Acceptance, LienAcceptance and Quote are signed, too, but travel with another message."""


@dataclass(frozen=True, slots=True)
class Consent:
    """The `acceptance` bytes of a move or a lien, decoded: who is named, until when, and who really signed."""

    signer: Address
    deadline: UtcSeconds
    proof: Address | None


@dataclass(frozen=True, slots=True)
class Malformed:
    """`acceptance` bytes that are too short to name a signer and a deadline: 1 to 23 of them."""

    data: bytes


@dataclass(frozen=True, slots=True)
class Call:
    """A message on its way into the ledger, with what stands beside it in the Solidity function's parameters.

    `proofs`: for each signature in the function's order, who really signed exactly this message, or called with an
    empty signature; None for nobody. A signature is valid when its proof is the signer that the message names.
    `acceptances`: none or one (transfer, split, lien; none = empty bytes), none or one a piece (SplitMany); an entry
    None is empty bytes, which asks for a standing auto-accept.
    `identity`: the message's hashStruct (chain/abi computes it), which names an announced change.
    `terms`, `invoices`: what decline and revoke are called with.
    """

    message: Message
    proofs: tuple[Address | None, ...] = ()
    acceptances: tuple[Consent | Malformed | None, ...] = ()
    identity: Hash | None = None
    terms: Hash | None = None
    invoices: tuple[InvoicePart, ...] = ()
