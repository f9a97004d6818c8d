# SPDX-License-Identifier: Apache-2.0
"""Where every cent of a promise came from and went: the tree of its claims, from the events alone.

All claims ever born of an obligation partition its cents, so the tree accounts for every one of them: the cents of a
claim at birth are those of its parts and those it still has.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from api.story.proof import Happened
from chain.domain import events as e
from chain.domain.clock import UtcSeconds
from chain.domain.events import Event
from chain.domain.money import Fen
from chain.domain.vocabulary import ClaimId, ObligationId, ParticipantId


@dataclass(frozen=True)
class Born:
    """A claim, how it was born, and what became of its cents: [start, kept_end) it kept, the rest went to its parts."""

    claim: ClaimId
    start: Fen
    end: Fen
    event: str  # issued, split, sold
    at: UtcSeconds
    giver: ParticipantId
    taker: ParticipantId
    price: Fen | None  # what it was sold for
    parts: tuple["Born", ...]  # in the order of their cents

    @property
    def amount(self) -> Fen:
        """Cents at birth."""
        return Fen(self.end - self.start)

    @property
    def kept_end(self) -> Fen:
        """Up to where its cents stayed with it."""
        return self.parts[0].start if self.parts else self.end

    @property
    def kept(self) -> Fen:
        """Cents that it still has."""
        return Fen(self.kept_end - self.start)

    def leads_to(self, claim: ClaimId) -> bool:
        """Whether that claim is this one or was cut from it."""
        return self.claim == claim or any(part.leads_to(claim) for part in self.parts)


@dataclass(frozen=True)
class _Birth:
    """What one event says of a claim that it brings about."""

    claim: ClaimId
    parent: ClaimId | None
    amount: Fen
    event: str
    taker: ParticipantId
    price: Fen | None = None


def provenance(happened: Sequence[Happened], obligation: ObligationId) -> Born:
    """The tree of the obligation's claims, from claim 1 down."""
    holders: dict[ClaimId, ParticipantId] = {}
    parts: dict[ClaimId | None, list[tuple[_Birth, ParticipantId, UtcSeconds]]] = {}
    for event, at in happened:
        for birth in _births(event):
            if birth.claim.obligation == obligation:
                giver = obligation.obligor if birth.parent is None else holders[birth.parent]
                parts.setdefault(birth.parent, []).append((birth, giver, at))
                holders[birth.claim] = birth.taker
        if isinstance(event, e.Transferred):
            holders[event.claim] = event.to
    ((first, giver, at),) = parts[None]
    return _grown(first, giver, at, Fen(0), parts)


def _births(event: Event) -> list[_Birth]:
    """The claims that an event brings about."""
    match event:
        case e.Issued(obligation=name, terms=terms):
            return [_Birth(name.claim(1), None, terms.face, "issued", terms.creditor)]
        case e.SplitOff(claim=parent, child=seq, to=to, amount=amount):
            return [_Birth(parent.obligation.claim(seq), parent, amount, "split", to)]
        case e.SplitOffMany(claim=parent, first_child=first, pieces=pieces):
            numbered = enumerate(pieces, first)
            return [_Birth(parent.obligation.claim(seq), parent, one.amount, "split", one.to) for seq, one in numbered]
        case e.Discounted(claim=parent, child=seq) if seq:
            return [_Birth(parent.obligation.claim(seq), parent, event.amount, "sold", event.financier, event.price)]
        case _:
            return []


def _grown(
    birth: _Birth,
    giver: ParticipantId,
    at: UtcSeconds,
    start: Fen,
    parts: Mapping[ClaimId | None, Sequence[tuple[_Birth, ParticipantId, UtcSeconds]]],
) -> Born:
    """A claim with its parts: each was cut off the end of what was left when it was born."""
    end = left = Fen(start + birth.amount)
    grown: list[Born] = []
    for part, by, when in parts.get(birth.claim, ()):
        left = Fen(left - part.amount)
        grown.insert(0, _grown(part, by, when, left, parts))
    return Born(birth.claim, start, end, birth.event, at, giver, birth.taker, birth.price, tuple(grown))
