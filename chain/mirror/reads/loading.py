# SPDX-License-Identifier: Apache-2.0
"""Rows of the mirror as the domain's records, and what follows from them by the rules of the reference model."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import lru_cache
from typing import Any, NamedTuple

from chain.domain.clock import MAX_SECONDS, UtcSeconds
from chain.domain.errors import Refusal
from chain.domain.money import Fen
from chain.domain.rules import Rows, Share, waiting
from chain.domain.rules.conditions import free, hop_left, lien_in_force, money_first, still_open, window
from chain.domain.vocabulary import (
    LIFECYCLE_BITS,
    NOBODY,
    ZERO_ADDRESS,
    Claim,
    ClaimId,
    Hours,
    Lifecycle,
    Obligation,
    ObligationId,
    ObligationStatus,
    Step,
)
from chain.mirror.paging import Asked, Sql, among
from chain.mirror.tables import BY_NAME
from chain.mirror.visible import Sight, Visible
from chain.store.db import Db, Row

_AT_ONCE = 200  # obligations that are asked for in one question
_CLAIM, _OBLIGATION, _STEP = BY_NAME["claim"], BY_NAME["obligation"], BY_NAME["step"]
_SIGHTS = {int(sight): sight for sight in Sight}

OBLIGATION_OF_C = {"obligor": "c.obligor", "number": "c.number"}
BY_ID = ("obligor", "number", "seq")
_BEGINNING = UtcSeconds(0)


@dataclass(frozen=True, slots=True)
class Period:
    """Two instants and the time between them, both included."""

    since: UtcSeconds = _BEGINNING
    until: UtcSeconds = MAX_SECONDS


ALWAYS = Period()


class State(StrEnum):
    """What its holder can do with a claim, in one word."""

    OFFERED = "offered"  # accept or decline it
    FREE = "free"
    LIENED = "liened"  # at the instant asked about
    ENDED = "ended"  # redeemed, or gone with an offer that ended


class Holding(NamedTuple):
    """A claim as whoever holds, owes or liens it sees it. Amounts in fen."""

    id: ClaimId
    row: Claim  # given claims (`sight`): without the lien
    sight: Sight
    state: State
    due: UtcSeconds
    status: ObligationStatus
    share: Share  # money that waits to be redeemed, and cents still unpaid
    immovable: Refusal | None  # the first reason why it cannot be passed on whole; None: it can


@lru_cache
def columns(table: str, alias: str) -> str:
    """All columns of a folded table but `block_from` and `block_to`: its key, then its row."""
    named = BY_NAME[table]
    return ", ".join([f'{alias}."{column.name}"' for column in (*named.keys, *named.columns)])


@lru_cache
def width(table: str) -> int:
    """How many columns that is."""
    return len(BY_NAME[table].keys) + len(BY_NAME[table].columns)


def obligation_of(values: Sequence[Any]) -> tuple[ObligationId, Obligation]:
    """An obligation in the columns of its table."""
    return ObligationId(*values[:2]), _OBLIGATION.row(values[2:])


def with_obligations(asked: Asked, told: Sql, source: Sql, more: str = "") -> Sql:
    """SELECT what is told of rows that have a claim's obligor and number as columns, and then their obligations.

    `source` names those rows c; what follows it, `more`, is of the whole. They are found first, and each finds its
    obligation by the whole key.
    """
    born = asked.of("obligation", "block_from", OBLIGATION_OF_C)
    first = "WITH found AS MATERIALIZED (SELECT" + told + "," + born + "AS born FROM" + source + ")"
    own = "o.obligor = found.obligor AND o.number = found.number AND o.block_from = found.born"
    return first + f"SELECT found.*, {columns('obligation', 'o')} FROM found JOIN obligation o ON {own} {more}"


def holdings_of(db: Db, visible: Visible, asked: Asked, which: Sql, order: Sequence[str], limit: int) -> list[Holding]:
    """The first claims (`c`) of those, in the order of these columns, as far as the viewer sees them.

    Their obligations are asked for afterwards: a page is often of few, and joined they would be told with every claim.
    """
    told = f"SELECT {columns('claim', 'c')}," + visible.sight(asked, "c") + "AS sight FROM claim c WHERE"
    sql = told + which + Sql(f"ORDER BY {', '.join([f'c.{column}' for column in order])} LIMIT ?", (limit,))
    found = db.all(sql.text, sql.values)
    rows = Rows(ZERO_ADDRESS, 0)
    rows.obligations.update(_obligations_of(db, asked, sorted({values[:2] for values in found})))
    rows.steps.update(steps_of(db, asked, rows.obligations.items()))
    names = {tuple(name): name for name in rows.obligations}
    return [_holding(rows, names[values[:2]], values, asked.now) for values in found]


def _obligations_of(db: Db, asked: Asked, names: Sequence[Row]) -> Iterator[tuple[ObligationId, Obligation]]:
    """The obligations with these obligors and numbers, without their invoices: no claim is judged by those."""
    for at in range(0, len(names), _AT_ONCE):
        some = names[at : at + _AT_ONCE]
        wanted = Sql(", ".join(["(?, ?)"] * len(some)), tuple([value for name in some for value in name]))
        source = "(SELECT w.column1 AS obligor, w.column2 AS number FROM (VALUES" + wanted + ") AS w) AS c"
        sql = with_obligations(asked, Sql("c.obligor, c.number"), source)
        yield from [obligation_of((*values[3:-1], b"")) for values in db.all(sql.text, sql.values)]


def steps_of(
    db: Db, asked: Asked, obligations: Iterable[tuple[ObligationId, Obligation]]
) -> dict[tuple[ObligationId, int], Step]:
    """The steps of these obligations."""
    wanted = sorted(obligation for obligation, row in obligations if row.steps)
    steps: dict[tuple[ObligationId, int], Step] = {}
    for at in range(0, len(wanted), _AT_ONCE):
        these = among("s.obligor, s.number", wanted[at : at + _AT_ONCE])
        sql = f"SELECT {columns('step', 's')} FROM step s WHERE" + these + "AND" + asked.holds("s")
        for values in db.all(sql.text, sql.values):
            steps[ObligationId(*values[:2]), values[2]] = _STEP.row(values[3:])
    return steps


def immovable(rows: Rows, claim: ClaimId, row: Claim, obligation: ObligationId, now: UtcSeconds) -> Refusal | None:
    """The first reason why the claim cannot be passed on whole, by the claim and its obligation alone."""
    terms = rows.obligations[obligation]
    try:
        free(claim, row, now)
        still_open(obligation, terms)
        window(claim, terms, now)
        money_first(rows, claim, row, terms)
        hop_left(claim, row, terms)
    except Refusal as reason:
        return reason
    return None


def first_at(db: Db, asked: Asked, time: UtcSeconds) -> int:
    """The first block at or after an instant; the one after the block asked about when there is none."""
    lowest = db.one("SELECT MIN(number) FROM mirrored_block")
    low, high = lowest[0] if lowest else 0, asked.block + 1
    while low < high:
        middle = (low + high) // 2
        row = db.one("SELECT timestamp FROM mirrored_block WHERE number = ?", (middle,))
        low, high = (low, middle) if row is not None and row[0] >= time else (middle + 1, high)
    return int(low)


_SPLIT = width("claim")
_NOT_HELD = {
    int(Lifecycle.OFFERED): State.OFFERED,
    int(Lifecycle.REDEEMED): State.ENDED,
    int(Lifecycle.GONE): State.ENDED,
}
_NOTHING = Fen(0)
_KEPT = 4096
_claim, _share = lru_cache(_KEPT)(Claim), lru_cache(_KEPT)(Share)
"""Records are values: who asks for a page again, before anything changed, has them without their being made anew."""


def _holding(rows: Rows, name: ObligationId, values: Row, now: UtcSeconds) -> Holding:
    """The claim of that obligation in the columns of its table, after which comes its sight."""
    claim, row, sight = ClaimId(*values[:3]), _claim(*values[3:_SPLIT]), _SIGHTS[values[_SPLIT]]
    obligation = rows.obligations[name]
    if obligation.steps or not obligation.unpaid:
        share = waiting(rows, claim, row)
    else:  # nothing was paid or reduced
        share = _share(_NOTHING, _NOTHING, row.amount)
    reason = immovable(rows, claim, row, name, now)
    state = _NOT_HELD.get(row.status & LIFECYCLE_BITS) or (State.LIENED if lien_in_force(row, now) else State.FREE)
    if sight is not Sight.FULL:
        row, reason = replace(row, lienholder=NOBODY, lien_until=Hours(0)), None
        state = State.FREE if state is State.LIENED else state
    return Holding(claim, row, sight, state, obligation.due, obligation.status, share, reason)
