# SPDX-License-Identifier: Apache-2.0
"""Who reads what of a request: its requester everything, once opened; a financier that it is invited and its own quote.

Whoever sees everything on the ledger (the Registrar, an auditor) reads a request as its requester does.
"""

from dataclasses import dataclass

from api.financing import offers, schemas, store
from api.financing.judging import why_not
from api.financing.store import Financing, Received
from api.paging import Said
from api.problems import NotFound
from chain.domain.clock import UtcSeconds
from chain.domain.errors import Lang
from chain.domain.rules import Rows
from chain.domain.vocabulary import ParticipantId
from chain.mirror.visible import Visible
from chain.store.db import Db
from chain.store.words import FinancingState as State


@dataclass(frozen=True, slots=True)
class Eyes:
    """Who looks, when, and in which words it is told."""

    participant: ParticipantId
    visible: Visible
    now: UtcSeconds
    currency: str
    lang: Lang

    def own(self, row: Financing) -> bool:
        """Whether the request is read as by its requester."""
        return self.visible.covers(row.participant)


@dataclass(frozen=True, slots=True)
class Seen:
    """A request as far as somebody may see it. `quotes`: none in a list, which only counts them."""

    row: Financing
    financiers: tuple[ParticipantId, ...]
    received: int
    quotes: tuple[Received, ...] = ()


def one(book: Db, eyes: Eyes, number: int) -> Seen:
    """A request. Raises NotFound, StoreError."""
    row = store.found(book, number)
    if row is None:
        raise NotFound
    who, quotes = store.invited(book, [number])[number], store.quotes(book, [number])[number]
    if not eyes.own(row):
        if eyes.participant not in who:
            raise NotFound
        who, quotes = (eyes.participant,), tuple([one for one in quotes if one.financier == eyes.participant])
    return Seen(row, who, len(quotes), quotes)


def page(book: Db, eyes: Eyes, state: State | None, before: int, limit: int) -> list[Seen]:
    """The requests that have a lower number, the latest first. Raises StoreError."""
    of = None if eyes.visible.all else eyes.participant
    rows = store.listed(book, of, state, before, limit)
    numbers = [row.id for row in rows]
    invited, quoters, found = store.invited(book, numbers), store.quoters(book, numbers), list[Seen]()
    for row in rows:
        who, quoted = invited[row.id], quoters[row.id]
        if not eyes.own(row):
            who, quoted = (eyes.participant,), tuple([one for one in quoted if one == eyes.participant])
        found.append(Seen(row, who, len(quoted)))
    return found


def summary(seen: Seen, eyes: Eyes) -> Said:
    """A request without its quotes."""
    return schemas.summary(seen.row, list(seen.financiers), seen.received, eyes.currency, eyes.own(seen.row))


def whole(seen: Seen, eyes: Eyes, rows: Rows) -> Said:
    """A request with its quotes. `rows`: the ledger's, by which they are judged."""
    told = _compared(seen, eyes, rows) if eyes.own(seen.row) else [_own(one, seen, eyes, rows) for one in seen.quotes]
    return {**summary(seen, eyes), "quotes": told}


def _compared(seen: Seen, eyes: Eyes, rows: Rows) -> list[Said]:
    """The opened quotes, the most money first; the void ones last. Sealed ones are only counted."""
    row, opened = seen.row, {one.id: one for one in seen.quotes if one.opened is not None}
    genuine = []
    for number, received in opened.items():
        offer = _offer(received, row)
        if offer is not None:
            judged = why_not(rows, row.participant, offer.quote, eyes.now) if row.state == State.OPENED else None
            genuine.append((number, offer, judged))
    told = []
    for one in offers.compared(genuine):
        shown = _figures(opened.pop(one.id), one.offer, seen, eyes, rows)
        told.append(shown | schemas.standing(one, eyes.lang))
    return told + [schemas.quote(received, eyes.currency, False, True) for received in opened.values()]


def _own(received: Received, seen: Seen, eyes: Eyes, rows: Rows) -> Said:
    """A financier's quote as it sees it: no rank, which would tell of the others."""
    if received.opened is None:
        return schemas.quote(received, eyes.currency, False, False)
    offer = _offer(received, seen.row)
    if offer is None:
        return schemas.quote(received, eyes.currency, False, True)
    return _figures(received, offer, seen, eyes, rows)


def _figures(received: Received, offer: offers.Offer, seen: Seen, eyes: Eyes, rows: Rows) -> Said:
    row = seen.row
    taken = row.state == State.ACCEPTED and _taken_by(received) == row.submission
    at = eyes.now if row.state == State.OPENED or row.opened_at is None else row.opened_at
    yearly = offers.yearly(offer, rows.obligations[row.claim.obligation].due, at)
    return schemas.quote(received, eyes.currency, taken, False) | schemas.figures(offer, yearly)


def _offer(received: Received, row: Financing) -> offers.Offer | None:
    assert received.opened is not None, "only what was read has figures"
    return offers.told(received.opened, row.wanted, received.financier)


def _taken_by(received: Received) -> int | None:
    return None if received.opened is None else offers.taken_by(received.opened)
