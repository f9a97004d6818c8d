# SPDX-License-Identifier: Apache-2.0
"""What an obligor promised, and what it still owes."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from chain.domain.clock import UtcSeconds
from chain.domain.rules import Owed, Rows, owed
from chain.domain.vocabulary import (
    LIFECYCLE_BITS,
    ZERO_ADDRESS,
    Hours,
    InvoicePart,
    Lifecycle,
    Obligation,
    ObligationId,
    ObligationStatus,
    ParticipantId,
    Step,
)
from chain.mirror.paging import Answer, Asked, Page, Sql, asking, every, listing
from chain.mirror.reads.loading import ALWAYS, Period, columns, obligation_of, steps_of, width
from chain.mirror.visible import Visible
from chain.store.db import Db, Row


@dataclass(frozen=True, slots=True)
class Promise:
    """An obligation as the viewer sees it. Amounts in fen."""

    id: ObligationId
    row: Obligation  # without its invoices
    invoices: tuple[InvoicePart, ...] | None  # None: not for the viewer
    accept_by: Hours | None  # while it is an offer: until when it may be accepted
    owed: Owed  # what settles it, late interest included
    steps: tuple[Step, ...]


def obligations(
    db: Db,
    visible: Visible,
    obligor: ParticipantId,
    *,
    statuses: Iterable[ObligationStatus] = ObligationStatus,
    due: Period = ALWAYS,
    after: str | None = None,
    limit: int = 50,
    at: int | None = None,
    now: UtcSeconds | None = None,
) -> Page[Promise]:
    """An obligor's obligations in one of these statuses and due in a period; by due date.

    Raises CursorMalformed, BlockNotMirrored, MirrorEmpty, StoreError.
    """
    wanted, visible = sorted(set(statuses)), visible.owner(obligor)
    name = f"obligations {obligor} {[int(status) for status in wanted]} {due.since} {due.until}"
    page = listing(name, 2, after, limit)
    with asking(db, at, now) as asked:
        within = Sql("o.due BETWEEN ? AND ?", (due.since, due.until))
        rest = every(within, page.after("o.due, o.number"), visible.obligation(asked, "o"))
        rows = in_statuses(db, visible, asked, obligor, wanted, rest, page.limit + 1)
        return page.page(asked.block, rows, [(promise.row.due, promise.id.number) for promise in rows])


def obligation(
    db: Db, visible: Visible, wanted: ObligationId, *, at: int | None = None, now: UtcSeconds | None = None
) -> Answer[Promise]:
    """One obligation. Raises BlockNotMirrored, MirrorEmpty, StoreError."""
    with asking(db, at, now) as asked:
        key = asked.row("obligation", "o", wanted._asdict())
        sql = _select(visible, asked) + "WHERE" + every(key, visible.obligation(asked, "o"))
        found = _promises(db, asked, db.all(sql.text, sql.values))
        return Answer(asked.block, found[0] if found else None)


def last_number(db: Db, visible: Visible, obligor: ParticipantId) -> int:
    """The highest number of an obligor's obligations, 0 when it has none or is not the viewer. Raises as `obligation`.

    Ended ones count: a number is given once.
    """
    if not visible.covers(obligor):
        return 0
    with asking(db):
        row = db.one("SELECT MAX(o.number) FROM obligation o WHERE o.obligor = ?", (obligor,))
        return 0 if row is None or row[0] is None else int(row[0])


def in_statuses(
    db: Db, visible: Visible, asked: Asked, obligor: ParticipantId, statuses: Sequence[int], rest: Sql, limit: int
) -> list[Promise]:
    """The first by due date of an obligor's obligations in these statuses.

    One status after another, each by its index, put together here: the settled ones of many years are not walked
    through to find those that are open.
    """
    parts: list[Sql] = []
    for status in statuses:
        own = Sql("o.obligor = ? AND o.status = ?", (obligor, int(status)))
        sql = _select(visible, asked) + "WHERE" + every(own, asked.holds("o"), rest)
        parts.append("SELECT * FROM (" + sql + Sql(f"ORDER BY o.due, o.number LIMIT ?) AS s{int(status)}", (limit,)))
    if not parts:
        return []
    text = " UNION ALL ".join([part.text for part in parts])
    found = db.all(text, [value for part in parts for value in part.values])
    found.sort(key=lambda values: (values[_DUE], values[1]))
    return _promises(db, asked, found[:limit])


_DUE = 4  # among the columns of an obligation


def _select(visible: Visible, asked: Asked) -> Sql:
    """SELECT … FROM obligation o, with claim 1's status and deadline, and whether the invoices are seen."""
    told = f"SELECT {columns('obligation', 'o')}," + _first(asked, "status") + "AS first_status,"
    told += _first(asked, "lien_until") + "AS accept_by,"
    return told + "CASE WHEN" + visible.invoices(asked, "o") + "THEN 1 ELSE 0 END AS shown FROM obligation o"


def accepted(asked: Asked) -> Sql:
    """Of an obligation o: whether it is more than an offer."""
    return "(" + _first(asked, "status") + f"& {LIFECYCLE_BITS}) <> {int(Lifecycle.OFFERED)}"


def _first(asked: Asked, column: str) -> Sql:
    """A column of an obligation's claim 1."""
    return asked.of("claim", column, {"obligor": "o.obligor", "number": "o.number", "seq": "1"})


def _promises(db: Db, asked: Asked, found: Sequence[Row]) -> list[Promise]:
    rows = Rows(ZERO_ADDRESS, 0)
    split = width("obligation")
    rows.obligations.update([obligation_of(values[:split]) for values in found])
    rows.steps.update(steps_of(db, asked, rows.obligations.items()))
    return [_promise(rows, ObligationId(*values[:2]), values[split:], asked.now) for values in found]


def _promise(rows: Rows, name: ObligationId, rest: Row, now: UtcSeconds) -> Promise:
    row = rows.obligations[name]
    first, accept_by, shown = rest
    offered = row.status is ObligationStatus.ISSUED and first & LIFECYCLE_BITS == Lifecycle.OFFERED
    return Promise(
        name,
        replace(row, invoices=()),
        row.invoices if shown else None,
        Hours(accept_by) if offered else None,
        owed(rows, name, now),
        tuple([rows.steps[name, n] for n in range(1, row.steps + 1)]),
    )
