# SPDX-License-Identifier: Apache-2.0
"""A world as plain Python remembers it, block by block, and what a viewer may see of it.

Written from the words of chain/mirror/visible.py, not from its code: it knows no SQL and looks through everything.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from random import Random
from typing import Any

from chain.domain import events as e
from chain.domain.clock import DAY, UtcSeconds
from chain.domain.errors import Refusal
from chain.domain.refusals import (
    ClaimLiened,
    ClosingWindow,
    HopCapReached,
    NotHeld,
    NothingUnpaid,
    ObligationClosed,
    RedeemFirst,
)
from chain.domain.rules import Rows, apply, commit, waiting
from chain.domain.vocabulary import HOUR, Claim, ClaimId, Lifecycle, ObligationId, ParticipantId
from chain.mirror.blocks import Block
from tests.mirrored import blocks, logged
from tests.worlds import World

PARTS = {"SplitOff": "split", "SplitOffMany": "split", "CutOff": "cut", "Liened": "lien", "Discounted": "discount"}


@dataclass(frozen=True)
class Pass:
    claim: ClaimId
    version: int
    how: str
    giver: int
    taker: int
    amount: int
    block: int


@dataclass(frozen=True)
class Cut:
    child: ClaimId
    parent: ClaimId
    version: int  # the parent's, after it
    how: str
    amount: int
    block: int


@dataclass(frozen=True)
class Fact:
    """A lien, a discount, a payment or a redemption."""

    kind: str
    subject: Any
    version: int
    block: int
    values: tuple[Any, ...]


@dataclass
class Told:
    """Everything up to a block."""

    rows: Rows
    block: int
    time: int
    passes: list[Pass] = field(default_factory=list)
    cuts: dict[ClaimId, Cut] = field(default_factory=dict)
    facts: list[Fact] = field(default_factory=list)
    log: list[tuple[Any, str, int, int]] = field(default_factory=list)  # subject, name, block, position

    def copy(self) -> "Told":
        return Told(
            self.rows.copy(), self.block, self.time, [*self.passes], dict(self.cuts), [*self.facts], [*self.log]
        )


@dataclass
class Story:
    """A world, its blocks, and what was known at the end of each."""

    world: World
    blocks: list[Block]
    told: list[Told]


def story(world: World, seed: int, most: int = 6) -> Story:
    """The world in blocks of chance."""
    made = blocks(world, seed, most)
    rows = Rows(world.rulebook, 2, rulebooks=world.rows.rulebooks)
    now, told, events = Told(rows, -1, 0), list[Told](), iter(logged(world))
    for block in made:
        now.block, now.time = block.header.number, block.header.timestamp
        for found in block.logs:
            event, at, emitter = next(events)
            _remember(now, event, found.position)
            candidate = isinstance(event, e.RulesPublished) and rows.rules and emitter != rows.rulebook
            if not candidate:
                commit(rows, apply(rows, event, at))
        told.append(now.copy())
    return Story(world, made, told)


def _remember(told: Told, event: Any, position: int) -> None:
    """What the event says, put down before it changes the rows."""
    rows, block, name = told.rows, told.block, type(event).__name__
    subject: Any = None
    if isinstance(event, e.RailAdded):
        subject = event.bank
    elif isinstance(event, e.InvoicesRegistered):
        subject = event.obligor
    else:
        for attribute in ("claim", "obligation", "participant"):
            subject = getattr(event, attribute, None) if subject is None else subject
    told.log.append((subject, name, block, position))
    if isinstance(event, e.Issued):
        claim = event.obligation.claim(1)
        told.passes.append(Pass(claim, 1, "issue", claim.obligor, event.terms.creditor, event.terms.face, block))
        return
    if isinstance(event, e.Transferred):
        row = rows.claims[event.claim]
        told.passes.append(Pass(event.claim, event.version, "transfer", row.holder, event.to, row.amount, block))
        return
    if isinstance(event, e.Funded):
        paid = (event.principal, event.interest, event.paid_at, event.receipt)
        told.facts.append(Fact("payment", event.obligation, event.version, block, paid))
        return
    if isinstance(event, e.Redeemed):
        out = (rows.claims[event.claim].holder, event.principal, event.interest)
        told.facts.append(Fact("redemption", event.claim, event.version, block, out))
        return
    if name in PARTS:
        _remember_cut(told, event, name)


def _remember_cut(told: Told, event: Any, name: str) -> None:
    parent, block = event.claim, told.block
    row = told.rows.claims[parent]
    pieces: list[tuple[int, int | None, int]]
    if isinstance(event, e.SplitOffMany):
        pieces = [(event.first_child + n, piece.to, piece.amount) for n, piece in enumerate(event.pieces)]
    elif isinstance(event, e.SplitOff):
        pieces = [(event.child, event.to, event.amount)]
    else:
        pieces = [(event.child, None, event.amount)]
    for seq, to, amount in pieces:
        claim, version = (parent.obligation.claim(seq), 1) if seq else (parent, event.version)
        amount = amount if seq else row.amount
        if seq:
            told.cuts[claim] = Cut(claim, parent, event.version, PARTS[name], amount, block)
        if to is not None:
            told.passes.append(Pass(claim, version, "split", row.holder, to, amount, block))
        if isinstance(event, e.Liened):
            told.facts.append(Fact("lien", claim, version, block, (event.lienholder, event.until, amount)))
        if isinstance(event, e.Discounted):
            told.passes.append(Pass(claim, version, "discount", row.holder, event.financier, amount, block))
            terms = (event.pricing >> 24, event.pricing >> 8 & 0xFFFF, event.pricing & 0xFF)
            values = (row.holder, event.financier, amount, event.price, *terms)
            told.facts.append(Fact("discount", claim, version, block, values))


# ---------------------------------------------------------------- who may see what


@dataclass(frozen=True)
class Viewer:
    """`participants` None: everything."""

    participants: frozenset[int] | None
    also: frozenset[ClaimId] = frozenset()

    def is_one(self, *participants: int) -> bool:
        return self.participants is None or bool(self.participants & set(participants))


def sees_obligation(told: Told, viewer: Viewer, obligation: ObligationId) -> bool:
    row = told.rows.obligations.get(obligation)
    if row is None:
        return False
    had = {one.taker for one in told.passes if one.claim.obligation == obligation}
    lent = {fact.values[0] for fact in told.facts if fact.kind == "lien" and fact.subject.obligation == obligation}
    shown = obligation in {claim.obligation for claim in viewer.also}
    return shown or viewer.is_one(obligation.obligor, told.rows.rails[row.rail].bank, *had, *lent)


def sees_invoices(told: Told, viewer: Viewer, obligation: ObligationId) -> bool:
    first = obligation.claim(1)
    creditors = [one.taker for one in told.passes if one.claim == first and one.version == 1]
    return bool(creditors) and viewer.is_one(obligation.obligor, *creditors)


def sees_whole(told: Told, viewer: Viewer, claim: ClaimId) -> bool:
    row = told.rows.claims.get(claim)
    if row is None:
        return False
    bearer = [row.lienholder] if row.lienholder else []
    return claim in viewer.also or viewer.is_one(row.holder, claim.obligor, *bearer)


def sees_given(told: Told, viewer: Viewer, claim: ClaimId) -> bool:
    """Whether a viewer passed the claim to whoever has it now."""
    passes = [one for one in told.passes if one.claim == claim]
    return bool(passes) and viewer.is_one(passes[-1].giver)


def is_party(told: Told, viewer: Viewer, other: int) -> bool:
    """Whether a viewer has to do with the participant."""
    rows = told.rows
    if other not in rows.participants:
        return False
    if viewer.is_one(other) or other in {rail.bank for rail in rows.rails.values()}:
        return True
    met: set[int] = {claim.obligor for claim in viewer.also}
    own: frozenset[int] = viewer.participants or frozenset()
    for one in told.passes:
        for pair in ((one.giver, one.taker), (one.claim.obligor, one.taker)):
            met |= {pair[1]} if pair[0] in own else set()
            met |= {pair[0]} if pair[1] in own else set()
    for fact in told.facts:
        if fact.kind == "lien":
            met |= {fact.values[0]} if fact.subject.obligor in own else set()
            met |= {fact.subject.obligor} if fact.values[0] in own else set()
    for row in rows.claims.values():
        if row.lienholder:
            met |= {row.lienholder} if row.holder in own else set()
            met |= {row.holder} if row.lienholder in own else set()
    for obligation, promise in rows.obligations.items():
        met |= {obligation.obligor} if rows.rails[promise.rail].bank in own else set()
    return other in met


# ---------------------------------------------------------------- what the answers are


def title(told: Told, claim: ClaimId) -> list[tuple[ClaimId, list[Pass]]]:
    """The chain of title from claim 1 down."""
    links, own, until = list[tuple[ClaimId, list[Pass]]](), claim, 2**63
    while True:
        links.append((own, [one for one in told.passes if one.claim == own and one.version < until]))
        cut = told.cuts.get(own)
        if cut is None:
            return links[::-1]
        own, until = cut.parent, cut.version


def ancestor_title(told: Told, viewer: Viewer, claim: ClaimId) -> list[tuple[ClaimId, list[Pass]]] | None:
    """What the holder of a claim cut from this one, at any remove, sees of it."""
    best: list[tuple[ClaimId, list[Pass]]] = []
    for other, row in told.rows.claims.items():
        if not viewer.is_one(row.holder):
            continue
        links = title(told, other)
        names = [name for name, _ in links]
        if claim in names[:-1]:
            upper = links[: names.index(claim) + 1]
            best = max(best, upper, key=lambda links: len(links[-1][1]) if links else -1)
    return best or None


def state(row: Claim, now: int) -> str:
    if row.lifecycle in (Lifecycle.REDEEMED, Lifecycle.GONE):
        return "ended"
    if row.lifecycle is Lifecycle.OFFERED:
        return "offered"
    return "liened" if row.lienholder and row.lien_until * HOUR >= now else "free"


def why_not(rows: Rows, claim: ClaimId, now: int) -> type[Refusal] | None:
    """Why a claim cannot be passed on whole, by the words of IClaims.transfer."""
    row, obligation = rows.claims[claim], rows.obligations[claim.obligation]
    share = waiting(rows, claim, row)
    if row.status != 1:
        return NotHeld
    if state(row, now) == "liened":
        return ClaimLiened
    if obligation.status not in (1, 2):
        return ObligationClosed
    if obligation.due - obligation.closes * DAY <= now <= obligation.due:
        return ClosingWindow
    if row.redeemed_step != obligation.steps and share.money:
        return RedeemFirst
    if row.redeemed_step != obligation.steps and not share.unpaid:
        return NothingUnpaid
    return HopCapReached if row.hop >= obligation.hop_cap else None


def shown(told: Told, viewer: Viewer, claim: ClaimId, now: int) -> tuple[Any, ...] | None:
    """A claim as the viewer sees it: id, row, sight, state, due, status, share, reason."""
    rows = told.rows
    whole = sees_whole(told, viewer, claim)
    if not whole and not (claim in rows.claims and sees_given(told, viewer, claim)):
        return None
    row, obligation = rows.claims[claim], rows.obligations[claim.obligation]
    seen, reason = state(row, now), why_not(rows, claim, now)
    if not whole:
        row, reason, seen = replace(row, lienholder=0, lien_until=0), None, seen.replace("liened", "free")  # type: ignore[arg-type]
    share = waiting(rows, claim, rows.claims[claim])
    return claim, row, 3 if whole else 2, seen, obligation.due, obligation.status, share, reason


def unpaid(told: Told, claims: Iterable[ClaimId]) -> Iterator[tuple[ClaimId, UtcSeconds, int]]:
    """Claim, due date and cents of those that are held and have any."""
    rows = told.rows
    for claim in claims:
        row = rows.claims[claim]
        cents = waiting(rows, claim, row).unpaid if row.lifecycle is Lifecycle.HELD else 0
        if cents:
            yield claim, rows.obligations[claim.obligation].due, cents


def viewers(told: Told, chance: Random) -> list[Viewer]:
    """Each participant, everything, nobody (as number 0, too), a stranger, a pair, one to whom claims were shown."""
    everyone = sorted(told.rows.participants)
    claims = sorted(told.rows.claims)
    some = frozenset(chance.sample(claims, min(3, len(claims))))
    pair = frozenset(chance.sample(everyone, min(2, len(everyone))))
    special = [Viewer(None), Viewer(frozenset()), Viewer(frozenset({0})), Viewer(frozenset({999_999})), Viewer(pair)]
    shown_some = [Viewer(frozenset(), some), Viewer(frozenset({ParticipantId(9)}), some)]
    return [*special, *shown_some, *(Viewer(frozenset({one})) for one in everyone)]
