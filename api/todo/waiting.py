# SPDX-License-Identifier: Apache-2.0
"""What waits in the book: signatures, quotes to give, quotes to open. It has no earlier state."""

from typing import NamedTuple

from chain.domain.clock import UtcSeconds
from chain.domain.vocabulary import ParticipantId
from chain.store.db import Db


class Request(NamedTuple):
    """A request for early payment. `amount` in fen; `quotes`: how many have come."""

    id: int
    participant: ParticipantId
    claim: str
    amount: int
    until: UtcSeconds
    quotes: int


_SELECT = (
    "SELECT f.id, f.participant, f.claim, f.amount, f.until,"
    " (SELECT COUNT(*) FROM quote q WHERE q.financing = f.id) FROM"
)


def to_quote(book: Db, financier: ParticipantId, now: UtcSeconds, limit: int) -> list[Request]:
    """The open requests that a financier has not answered yet, those that end first. Raises StoreError."""
    sql = (
        f"{_SELECT} invited i JOIN financing f ON f.id = i.financing WHERE i.financier = ? AND f.state = 'open'"
        " AND f.until >= ? AND NOT EXISTS"
        " (SELECT 1 FROM quote q WHERE q.financing = i.financing AND q.financier = i.financier)"
        " ORDER BY f.until, f.id LIMIT ?"
    )
    return [Request(*row) for row in book.all(sql, (financier, now, limit))]


def to_open(book: Db, participant: ParticipantId, limit: int) -> list[Request]:
    """A participant's own requests with quotes that nobody has read yet, those that end first. Raises StoreError."""
    sql = (
        f"{_SELECT} financing f WHERE f.participant = ? AND f.state = 'open' AND EXISTS"
        " (SELECT 1 FROM quote q WHERE q.financing = f.id) ORDER BY f.until, f.id LIMIT ?"
    )
    return [Request(*row) for row in book.all(sql, (participant, limit))]
