# SPDX-License-Identifier: Apache-2.0
"""What happened on the ledger: one record per event of ILedgerEvents, and the Rulebook's RulesPublished.

Fields stand in Solidity's order. `version` is the subject's version after the change (birth is 1) and grows by one from
event to event of a subject. `rulebook` is the version that governs the obligation, or the one in force (registry).
Replaying all events rebuilds every row (L10). The events of ERC-721, 2309 and 5192 say nothing more and are not here.
"""

from dataclasses import dataclass
from typing import TypeAlias

from chain.domain.clock import UtcSeconds
from chain.domain.commands import InvoiceEntry, NewObligation, Piece
from chain.domain.money import Fen, Ppm
from chain.domain.vocabulary import Address, ClaimId, Hash, Hours, ObligationId, OfficerId, ParticipantId, RailId

# ---------------------------------------------------------------- registry


@dataclass(frozen=True, slots=True)
class ParticipantRegistered:
    """A participant is born, version 1."""

    participant: ParticipantId
    version: int
    roles: int
    limit: Fen
    cash: Address
    identity: Hash
    rulebook: int


@dataclass(frozen=True, slots=True)
class AccountAdded:
    """A participant has a further account."""

    participant: ParticipantId
    version: int
    account: Address
    officer: OfficerId
    rights: int
    rulebook: int


@dataclass(frozen=True, slots=True)
class AccountEnded:
    """An account signs no more."""

    participant: ParticipantId
    version: int
    account: Address
    rulebook: int


@dataclass(frozen=True, slots=True)
class ThresholdSet:
    """An officer may issue this much alone per UTC day."""

    participant: ParticipantId
    version: int
    officer: OfficerId
    threshold: Fen
    rulebook: int


@dataclass(frozen=True, slots=True)
class CashSet:
    """A participant is paid and pulled from elsewhere."""

    participant: ParticipantId
    version: int
    cash: Address
    rulebook: int


@dataclass(frozen=True, slots=True)
class StandingSet:
    """A participant has these roles, this status and this credit limit."""

    participant: ParticipantId
    version: int
    roles: int
    status: int
    limit: Fen
    rulebook: int


@dataclass(frozen=True, slots=True)
class AutoAcceptSet:
    """A participant takes claims from a counterparty until an instant."""

    participant: ParticipantId
    version: int
    counterparty: ParticipantId
    until: UtcSeconds
    rulebook: int


@dataclass(frozen=True, slots=True)
class QuoteEpochRaised:
    """A financier's open quotes are withdrawn."""

    participant: ParticipantId
    version: int
    epoch: int
    rulebook: int


@dataclass(frozen=True, slots=True)
class RulebookSet:
    """Another Rulebook contract is read from now on."""

    participant: ParticipantId
    version: int
    rulebook_address: Address
    rulebook: int


@dataclass(frozen=True, slots=True)
class Paused:
    """Subjects neither issue nor receive until an hour. `version` is the Operator's; the subjects' versions stay."""

    participant: ParticipantId
    version: int
    until: Hours
    subjects: tuple[ParticipantId, ...]
    rulebook: int


@dataclass(frozen=True, slots=True)
class Unpaused:
    """A pause ended early. `version` is the Registrar's; the subjects' versions stay."""

    participant: ParticipantId
    version: int
    subjects: tuple[ParticipantId, ...]
    rulebook: int


@dataclass(frozen=True, slots=True)
class ChangeAnnounced:
    """A governed change may be applied from `ready` on."""

    participant: ParticipantId
    change: Hash
    ready: UtcSeconds
    rulebook: int


@dataclass(frozen=True, slots=True)
class ChangeApplied:
    """An announced change was made; follows the operation's own event."""

    participant: ParticipantId
    change: Hash
    rulebook: int


@dataclass(frozen=True, slots=True)
class ChangeCancelled:
    """An announced change will not be made."""

    participant: ParticipantId
    change: Hash
    rulebook: int


@dataclass(frozen=True, slots=True)
class RailAdded:
    """A cash rail is born."""

    rail: RailId
    token: Address
    bank: ParticipantId
    escrow: Address
    rulebook: int


@dataclass(frozen=True, slots=True)
class InvoicesRegistered:
    """Invoices owed by one obligor are known."""

    obligor: ParticipantId
    rulebook: int
    entries: tuple[InvoiceEntry, ...]


@dataclass(frozen=True, slots=True)
class RulesPublished:
    """The next version of the limits, from IRulebook (units: vocabulary.Rules)."""

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


# ---------------------------------------------------------------- obligations


@dataclass(frozen=True, slots=True)
class Issued:
    """Birth of an obligation (version 1) and of claim 1 (version 1, offered). Officers; checker 0 = alone."""

    obligation: ObligationId
    terms: NewObligation
    hop_cap: int
    min_piece: int
    maker: OfficerId
    checker: OfficerId
    rulebook: int


@dataclass(frozen=True, slots=True)
class Accepted:
    """The original creditor holds claim 1; the obligation's version stays."""

    claim: ClaimId
    version: int
    rulebook: int


@dataclass(frozen=True, slots=True)
class Declined:
    """The offer ended: claim 1 is gone (its version grows by one), limit and invoices are given back."""

    obligation: ObligationId
    version: int
    rulebook: int


@dataclass(frozen=True, slots=True)
class Revoked:
    """The obligor took the offer back; effects as Declined."""

    obligation: ObligationId
    version: int
    rulebook: int


@dataclass(frozen=True, slots=True)
class Expired:
    """The offer ran out; effects as Declined."""

    obligation: ObligationId
    version: int
    rulebook: int


# ---------------------------------------------------------------- claims


@dataclass(frozen=True, slots=True)
class Transferred:
    """A whole claim has a new holder."""

    claim: ClaimId
    version: int
    to: ParticipantId
    rulebook: int


@dataclass(frozen=True, slots=True)
class SplitOff:
    """The claim's last `amount` cents are the new claim `child`, held by `to`."""

    claim: ClaimId
    version: int
    child: int
    to: ParticipantId
    amount: Fen
    rulebook: int


@dataclass(frozen=True, slots=True)
class SplitOffMany:
    """Children numbered on from `first_child` in the order of `pieces`; the first piece has the very last cents."""

    claim: ClaimId
    version: int
    first_child: int
    rulebook: int
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class CutOff:
    """The claim's last `amount` cents are the new claim `child`, with the same holder."""

    claim: ClaimId
    version: int
    child: int
    amount: Fen
    rulebook: int


@dataclass(frozen=True, slots=True)
class Liened:
    """The whole claim (child 0), or its last `amount` cents as the new claim `child`, bears a lien."""

    claim: ClaimId
    version: int
    child: int
    amount: Fen
    lienholder: ParticipantId
    until: Hours
    rulebook: int


@dataclass(frozen=True, slots=True)
class Released:
    """The claim's lien is gone."""

    claim: ClaimId
    version: int
    rulebook: int


@dataclass(frozen=True, slots=True)
class Discounted:
    """The whole claim (child 0), or its last `amount` cents, was sold for `price`.

    `pricing` = rate << 24 | tenor days << 8 | basis, as quoted.
    """

    claim: ClaimId
    version: int
    child: int
    financier: ParticipantId
    amount: Fen
    price: Fen
    pricing: int
    rulebook: int


# ---------------------------------------------------------------- settlement


@dataclass(frozen=True, slots=True)
class Funded:
    """Money came in. `interest_owed` is still owed; receipt zero: the obligor's own cash address paid."""

    obligation: ObligationId
    version: int
    principal: Fen
    interest: Fen
    interest_owed: Fen
    status: int
    paid_at: UtcSeconds
    receipt: Hash
    rulebook: int


@dataclass(frozen=True, slots=True)
class MarkedOverdue:
    """The obligation is overdue; its obligor issues nothing more until it is settled."""

    obligation: ObligationId
    version: int
    rulebook: int


@dataclass(frozen=True, slots=True)
class Redeemed:
    """A claim's money was paid out. `status` REDEEMED when no cent of it is left unpaid, else HELD."""

    claim: ClaimId
    version: int
    principal: Fen
    interest: Fen
    status: int
    rulebook: int


RegistryEvent: TypeAlias = (
    ParticipantRegistered
    | AccountAdded
    | AccountEnded
    | ThresholdSet
    | CashSet
    | StandingSet
    | AutoAcceptSet
    | QuoteEpochRaised
    | RulebookSet
    | Paused
    | Unpaused
    | ChangeAnnounced
    | ChangeApplied
    | ChangeCancelled
    | RailAdded
    | InvoicesRegistered
    | RulesPublished
)
ObligationEvent: TypeAlias = Issued | Accepted | Declined | Revoked | Expired
ClaimEvent: TypeAlias = Transferred | SplitOff | SplitOffMany | CutOff | Liened | Released | Discounted
SettlementEvent: TypeAlias = Funded | MarkedOverdue | Redeemed
Event: TypeAlias = RegistryEvent | ObligationEvent | ClaimEvent | SettlementEvent
