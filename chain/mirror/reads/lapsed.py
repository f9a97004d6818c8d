# SPDX-License-Identifier: Apache-2.0
"""What time alone has done: promises that are not paid by their due date, and offers that nobody took in time."""

from dataclasses import dataclass
from typing import Any

from chain.domain.clock import UtcSeconds
from chain.domain.vocabulary import HOUR, Hash, InvoicePart, Lifecycle, ObligationId, ObligationStatus
from chain.mirror.paging import LIMIT, Asked, Sql, asking
from chain.mirror.reads.loading import columns, obligation_of
from chain.mirror.reads.obligations import accepted
from chain.mirror.visible import Visible
from chain.store.db import Db


@dataclass(frozen=True, slots=True)
class Offer:
    """An offer that may be ended, with what the ledger wants to be told for that."""

    id: ObligationId
    terms: Hash
    invoices: tuple[InvoicePart, ...]


@dataclass(frozen=True, slots=True)
class Lapsed:
    """What anybody may mark overdue or end; of each kind the first `limit`. `time`: the block's own."""

    block: int
    time: UtcSeconds
    overdue: tuple[ObligationId, ...]
    offers: tuple[Offer, ...]


def lapsed(db: Db, visible: Visible, now: UtcSeconds, *, limit: int = 100) -> Lapsed:
    """What has lapsed by an instant and is not marked yet. For whoever does not see everything, nothing.

    Raises MirrorEmpty, StoreError.
    """
    with asking(db, None, now) as asked:
        if not visible.all:
            return Lapsed(asked.block, asked.time, (), ())
        limit = max(1, min(limit, LIMIT))
        return Lapsed(asked.block, asked.time, _overdue(db, asked, limit), _offers(db, asked, limit))


def _each(column: str, table: str) -> str:
    """Every value that there is in the first column of an index, each found by the index: they are few, rows are not.

    After the last one comes NULL, which is equal to nothing.
    """
    following = f"(SELECT MIN(b.{column}) FROM {table} b WHERE b.{column} > found.{column})"
    return (
        f"WITH RECURSIVE found({column}) AS (SELECT MIN(b.{column}) FROM {table} b UNION ALL"
        f" SELECT {following} FROM found WHERE found.{column} IS NOT NULL)"
    )


def _overdue(db: Db, asked: Asked, limit: int) -> tuple[ObligationId, ...]:
    late = Sql(f"o.status = {int(ObligationStatus.ISSUED)} AND o.due < ? AND", (asked.now,)) + accepted(asked)
    sql = _each("obligor", "obligation") + "SELECT o.obligor, o.number FROM found JOIN obligation o"
    told = sql + " ON o.obligor = found.obligor WHERE" + (asked.holds("o") + "AND" + late)
    told += Sql("ORDER BY o.due, o.obligor, o.number LIMIT ?", (limit,))
    return tuple([ObligationId(*values) for values in db.all(told.text, told.values)])


def _offers(db: Db, asked: Asked, limit: int) -> tuple[Offer, ...]:
    ended = (asked.now - 1) // HOUR  # the last hour that is over: an offer is good for the whole of its last second
    late = Sql(f"c.status = {int(Lifecycle.OFFERED)} AND c.lien_until <= ?", (ended,))
    sql = _each("holder", "claim") + "SELECT c.obligor, c.number FROM found JOIN claim c ON c.holder = found.holder"
    told = sql + " WHERE" + (asked.holds("c") + "AND" + late)
    told += Sql("ORDER BY c.lien_until, c.obligor, c.number LIMIT ?", (limit,))
    return tuple([_offer(db, asked, ObligationId(*values)) for values in db.all(told.text, told.values)])


def _offer(db: Db, asked: Asked, wanted: ObligationId) -> Offer:
    key: dict[str, Any] = wanted._asdict()
    sql = f"SELECT {columns('obligation', 'o')} FROM obligation o WHERE" + asked.row("obligation", "o", key)
    values = db.one(sql.text, sql.values)
    assert values is not None, "a claim has its obligation"
    _, row = obligation_of(values)
    return Offer(wanted, row.terms, row.invoices)
