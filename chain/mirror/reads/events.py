# SPDX-License-Identifier: Apache-2.0
"""What happened to a claim, an obligation or a participant, as the log has it."""

from dataclasses import dataclass

from chain.domain.clock import UtcSeconds
from chain.domain.vocabulary import ClaimId, Hash, ObligationId, ParticipantId
from chain.mirror.paging import NO, YES, Asked, Page, Sql, asking, every, exists, listing
from chain.mirror.visible import Visible
from chain.store.db import Db


@dataclass(frozen=True, slots=True)
class Happened:
    """One event, without its details: prices and receivers are other reads' matter, with rules of their own."""

    name: str  # of the record in chain/domain/events.py
    version: int | None  # of its subject, after it
    block: int
    position: int  # among all logs of the block
    time: UtcSeconds
    transaction: Hash


def events(
    db: Db,
    visible: Visible,
    subject: ClaimId | ObligationId | ParticipantId,
    *,
    after: str | None = None,
    limit: int = 50,
    at: int | None = None,
) -> Page[Happened]:
    """The events that are about a claim seen in full, an obligation that is seen, or a participant of the viewers.

    An event is about one subject: a piece's birth is an event of the claim that it was cut from.
    Raises CursorMalformed, BlockNotMirrored, MirrorEmpty, StoreError.
    """
    page = listing(f"events {subject}", 2, after, limit)
    with asking(db, at) as asked:
        sql = (
            "SELECT e.name, e.version, e.block, e.position, "
            "(SELECT m.timestamp FROM mirrored_block m WHERE m.number = e.block), e.transaction_hash FROM event e WHERE"
        ) + every(
            _about(visible, asked, subject), Sql("e.block <= ?", (asked.block,)), page.after("e.block, e.position")
        )
        sql += Sql("ORDER BY e.block, e.position LIMIT ?", (page.limit + 1,))
        rows = [Happened(*row) for row in db.all(sql.text, sql.values)]
        return page.page(asked.block, rows, [(row.block, row.position) for row in rows])


def _about(visible: Visible, asked: Asked, subject: ClaimId | ObligationId | ParticipantId) -> Sql:
    """The subject's events, if it is seen."""
    if isinstance(subject, ClaimId):
        own, seen = asked.row("claim", "c", subject._asdict()), visible.claim("c")
        return every(Sql("e.obligor = ? AND e.number = ? AND e.seq = ?", subject), exists("claim c", own, seen))
    if isinstance(subject, ObligationId):
        own, seen = asked.row("obligation", "o", subject._asdict()), visible.obligation(asked, "o")
        return every(
            Sql("e.obligor = ? AND e.number = ? AND e.seq IS NULL", subject), exists("obligation o", own, seen)
        )
    return every(Sql("e.participant = ?", (subject,)), YES if visible.covers(subject) else NO)
