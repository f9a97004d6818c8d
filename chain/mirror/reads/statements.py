# SPDX-License-Identifier: Apache-2.0
"""What a statement lists, oldest first: sales for early payment, payments in, money paid out."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from chain.domain.clock import UtcSeconds
from chain.domain.vocabulary import ClaimId, ObligationId, ParticipantId
from chain.mirror.facts import Discount, Payment, Redemption
from chain.mirror.paging import YES, Asked, Page, Sql, asking, every, listing, some
from chain.mirror.reads.loading import ALWAYS, Period, columns, first_at, width
from chain.mirror.tables import BY_NAME
from chain.mirror.visible import Visible
from chain.store.db import Db

Id = TypeVar("Id", ClaimId, ObligationId)
Fact = TypeVar("Fact", Discount, Payment, Redemption)


@dataclass(frozen=True, slots=True)
class Entry(Generic[Id, Fact]):
    """One line of a statement. `version`: the claim's or obligation's, after it."""

    id: Id
    version: int
    block: int
    time: UtcSeconds
    row: Fact


def discounts(
    db: Db,
    visible: Visible,
    participant: ParticipantId,
    *,
    period: Period = ALWAYS,
    after: str | None = None,
    limit: int = 50,
    at: int | None = None,
) -> Page[Entry[ClaimId, Discount]]:
    """Claims that a participant sold or bought, with their price: for seller and financier alone.

    Raises CursorMalformed, BlockNotMirrored, MirrorEmpty, StoreError.
    """
    visible = visible.owner(participant)
    sides = [Sql(f"f.{column} = ?", (participant,)) for column in ("seller", "financier")]

    def own(asked: Asked) -> Sql:
        return some(visible.one_of("f.seller"), visible.one_of("f.financier"))

    return _entries(db, "discount", participant, sides, own, ClaimId, period, after, limit, at)


def payments(
    db: Db,
    visible: Visible,
    obligor: ParticipantId,
    *,
    obligation: ObligationId | None = None,
    period: Period = ALWAYS,
    after: str | None = None,
    limit: int = 50,
    at: int | None = None,
) -> Page[Entry[ObligationId, Payment]]:
    """What was paid on an obligor's obligations, or on one of them: for whoever sees the obligation.

    Raises as `discounts`.
    """
    visible = visible.owner(obligor)
    one = YES if obligation is None else Sql("f.obligor = ? AND f.number = ?", obligation)

    def own(asked: Asked) -> Sql:
        if visible.all:
            return YES
        rail = asked.of("obligation", "rail", {"obligor": "f.obligor", "number": "f.number"})
        return visible.obligation(asked, "f", rail)

    side = every(Sql("f.obligor = ?", (obligor,)), one)
    return _entries(db, "payment", obligation or obligor, [side], own, ObligationId, period, after, limit, at)


def redemptions(
    db: Db,
    visible: Visible,
    holder: ParticipantId,
    *,
    period: Period = ALWAYS,
    after: str | None = None,
    limit: int = 50,
    at: int | None = None,
) -> Page[Entry[ClaimId, Redemption]]:
    """What was paid out to a holder: for itself, and of each claim for the obligor.

    Raises as `discounts`.
    """

    visible = visible.owner(holder)

    def own(asked: Asked) -> Sql:
        return some(visible.one_of("f.holder"), visible.one_of("f.obligor"))

    side = Sql("f.holder = ?", (holder,))
    return _entries(db, "redemption", holder, [side], own, ClaimId, period, after, limit, at)


_TIME = "(SELECT m.timestamp FROM mirrored_block m WHERE m.number = f.block_from)"


def _entries(
    db: Db,
    table: str,
    subject: object,
    sides: Sequence[Sql],
    own: Callable[[Asked], Sql],
    name: Callable[..., Any],
    period: Period,
    after: str | None,
    limit: int,
    at: int | None,
) -> Page[Any]:
    keys, record = len(BY_NAME[table].keys), BY_NAME[table].row
    place = f"f.block_from, {', '.join([f'f.{column.name}' for column in BY_NAME[table].keys])}"
    page = listing(f"{table}s {subject} {period.since} {period.until}", keys + 1, after, limit)
    with asking(db, at) as asked:
        blocks = _blocks(db, asked, period)
        parts: list[Sql] = []
        for number, side in enumerate(sides):
            sql = f"SELECT {columns(table, 'f')}, f.block_from, {_TIME} FROM {table} f WHERE"
            part = sql + every(side, Sql("f.block_from BETWEEN ? AND ?", blocks), page.after(place), own(asked))
            part += Sql(f"ORDER BY {place} LIMIT ?) AS s{number}", (page.limit + 1,))
            parts.append("SELECT * FROM (" + part)
        values = [value for part in parts for value in part.values]
        found = db.all(" UNION ALL ".join([part.text for part in parts]), values)
        split = width(table)
        found.sort(key=lambda row: (row[split], *row[:keys]))
        rows = [
            Entry(name(*row[: keys - 1]), row[keys - 1], row[split], row[split + 1], record(row[keys:split]))
            for row in found[: page.limit + 1]
        ]
        return page.page(asked.block, rows, [(entry.block, *entry.id, entry.version) for entry in rows])


def _blocks(db: Db, asked: Asked, period: Period) -> tuple[int, int]:
    """The first and the last block of a period, as of the block asked about."""
    first = first_at(db, asked, period.since) if period.since > 0 else 0
    last = first_at(db, asked, UtcSeconds(period.until + 1)) - 1 if period.until < asked.time else asked.block
    return first, last
