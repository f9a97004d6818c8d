# SPDX-License-Identifier: Apache-2.0
"""Sums for a treasurer or a bank: when money comes in or goes out, from whom or to whom, and how late it is.

What is summed are cents still unpaid of claims that are held: an offer is no debt yet. Obligations without a payment
are summed in SQL; where one was paid in part, each claim's share follows from the steps as the rules say.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from chain.domain.clock import DAY, UtcSeconds
from chain.domain.money import Fen
from chain.domain.pricing import late_days
from chain.domain.rules import Rows, waiting
from chain.domain.vocabulary import ZERO_ADDRESS, ClaimId, Lifecycle, ParticipantId
from chain.mirror.paging import Asked, Sql, asking, every
from chain.mirror.reads.loading import OBLIGATION_OF_C, columns, obligation_of, steps_of, width, with_obligations
from chain.mirror.tables import BY_NAME
from chain.mirror.visible import Visible
from chain.store.db import Db


class Bucket(StrEnum):
    """Whole days left until due, or `overdue` from the first second after it."""

    OVERDUE = "overdue"
    TO_7 = "0-7"
    TO_30 = "8-30"
    TO_60 = "31-60"
    TO_90 = "61-90"
    TO_180 = "91-180"
    LATER = "181-"


class Age(StrEnum):
    """Days late, each day begun counted."""

    TO_30 = "1-30"
    TO_60 = "31-60"
    TO_90 = "61-90"
    LATER = "91-"


@dataclass(frozen=True, slots=True)
class Sum:
    """Cents unpaid, and of how many claims that have any."""

    unpaid: Fen
    claims: int


@dataclass(frozen=True, slots=True)
class Side:
    """What is held, or owed; the ladder, the exposures and the total are the same money."""

    total: Sum
    ladder: dict[Bucket, Sum]  # every bucket, empty ones too
    ageing: dict[Age, Sum]  # of what is overdue
    exposure: dict[ParticipantId, Sum]  # by obligor of what is held, by holder of what is owed; by id


@dataclass(frozen=True, slots=True)
class Portfolio:
    """Both sides of a participant."""

    block: int
    now: UtcSeconds  # the instant at which days are counted
    held: Side
    owed: Side


@dataclass(frozen=True, slots=True)
class _Part:
    """Some claims of one obligation and one other party."""

    other: ParticipantId
    due: UtcSeconds
    unpaid: Fen
    claims: int


def portfolio(
    db: Db, visible: Visible, participant: ParticipantId, *, at: int | None = None, now: UtcSeconds | None = None
) -> Portfolio:
    """What a participant holds and owes, of claims that the viewer sees. Raises BlockNotMirrored, MirrorEmpty,
    StoreError.
    """
    visible = visible.owner(participant)
    with asking(db, at, now) as asked:
        held = _side(db, visible, asked, Sql("c.holder = ?", (participant,)), "obligor")
        owed = _side(db, visible, asked, Sql("c.obligor = ?", (participant,)), "holder")
        return Portfolio(asked.block, asked.now, held, owed)


def bucket(due: UtcSeconds, now: UtcSeconds) -> Bucket:
    """Where an obligation stands on the ladder."""
    if now > due:
        return Bucket.OVERDUE
    days = (due - now) // DAY
    steps = ((7, Bucket.TO_7), (30, Bucket.TO_30), (60, Bucket.TO_60), (90, Bucket.TO_90), (180, Bucket.TO_180))
    return next((found for most, found in steps if days <= most), Bucket.LATER)


def age(due: UtcSeconds, now: UtcSeconds) -> Age | None:
    """How late an obligation is; None when it is not."""
    days = late_days(due, now)
    if days == 0:
        return None
    return next(
        (found for most, found in ((30, Age.TO_30), (60, Age.TO_60), (90, Age.TO_90)) if days <= most), Age.LATER
    )


def _side(db: Db, visible: Visible, asked: Asked, own: Sql, other: str) -> Side:
    own = every(own, Sql(f"c.status & 3 = {int(Lifecycle.HELD)}"), asked.holds("c"), visible.claim("c"))
    return _summed([*_untouched(db, asked, own, other), *_paid_in_part(db, asked, own, other)], asked.now)


def _untouched(db: Db, asked: Asked, own: Sql, other: str) -> Iterable[_Part]:
    """Sums of the claims of obligations without a step: all their cents are unpaid."""
    sums = f"SELECT c.obligor, c.number, c.{other} AS other, SUM(c.amount) AS amount, COUNT(*) AS claims FROM claim c"
    groups = f"({sums} WHERE" + own + f"GROUP BY c.obligor, c.number, c.{other}) AS c"
    told = Sql("c.obligor, c.number, c.other, CAST(c.amount AS BIGINT) AS amount, c.claims")
    sql = with_obligations(asked, told, groups, "WHERE o.steps = 0 AND o.unpaid > 0")
    found = db.all(sql.text, sql.values)
    return [_Part(row[2], obligation_of(row[6:])[1].due, row[3], row[4]) for row in found]


def _paid_in_part(db: Db, asked: Asked, own: Sql, other: str) -> Iterable[_Part]:
    told, split = Sql(columns("claim", "c")), width("claim")
    paid = asked.of("obligation", "steps", OBLIGATION_OF_C) + "> 0"
    sql = with_obligations(asked, told, "claim c WHERE" + every(own, paid), "WHERE o.unpaid > 0")
    rows = Rows(ZERO_ADDRESS, 0)
    for values in db.all(sql.text, sql.values):
        obligation, row = obligation_of(values[split + 1 :])
        rows.obligations[obligation] = row
        rows.claims[ClaimId(*values[:3])] = BY_NAME["claim"].row(values[3:split])
    rows.steps.update(steps_of(db, asked, rows.obligations.items()))
    for claim, held in rows.claims.items():
        unpaid = waiting(rows, claim, held).unpaid
        if unpaid:
            party = held.holder if other == "holder" else claim.obligor
            yield _Part(party, rows.obligations[claim.obligation].due, unpaid, 1)


def _summed(parts: list[_Part], now: UtcSeconds) -> Side:
    ladder: dict[Bucket, list[_Part]] = {found: [] for found in Bucket}
    ageing: dict[Age, list[_Part]] = {found: [] for found in Age}
    exposure: dict[ParticipantId, list[_Part]] = defaultdict(list)
    for part in parts:
        ladder[bucket(part.due, now)].append(part)
        exposure[part.other].append(part)
        late = age(part.due, now)
        if late is not None:
            ageing[late].append(part)
    by_party = {party: _sum(exposure[party]) for party in sorted(exposure)}
    return Side(
        _sum(parts),
        {found: _sum(some) for found, some in ladder.items()},
        {found: _sum(some) for found, some in ageing.items()},
        by_party,
    )


def _sum(parts: list[_Part]) -> Sum:
    return Sum(Fen(sum(part.unpaid for part in parts)), sum(part.claims for part in parts))
