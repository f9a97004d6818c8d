# SPDX-License-Identifier: Apache-2.0
"""Requests and quotes in the book, and who is shown the claim meanwhile."""

import threading
from dataclasses import replace

import pytest

from api.access.visible import shown_to
from api.financing import store
from api.financing.store import Asking, Financing
from api.writing.told import MOST
from chain.domain.clock import UtcSeconds
from chain.domain.money import Fen
from chain.domain.vocabulary import ClaimId, OfficerId, ParticipantId
from chain.store.db import Db, connect
from chain.store.errors import AlreadyThere
from chain.store.words import FinancingState as State

SEATS, BANK, RIVAL, OTHER = (ParticipantId(number) for number in (21, 51, 52, 53))
CLAIM = ClaimId(ParticipantId(10), 1, 3)
NOW, UNTIL = UtcSeconds(1_000), UtcSeconds(2_000)
ASKING = Asking(SEATS, OfficerId(1), CLAIM, 4, Fen(500), b"s" * 32, UNTIL, (BANK, RIVAL))
OFFER = '{"face": 500, "price": 490}'


def made(db: Db, asking: Asking = ASKING) -> Financing:
    with db.transaction():
        number = store.add(db, asking, NOW)
    return there(db, number)


def there(db: Db, number: int) -> Financing:
    row = store.found(db, number)
    assert row is not None
    return row


def submission(db: Db, state: str) -> int:
    """A submission in that state."""
    error = '{"said": "no"}' if state == "refused" else None
    row = db.one(
        "INSERT INTO submission (key, request_hash, operation, subject, calldata, gas, state, error, queued_at)"
        " VALUES (?, ?, 'Discount', 0, ?, 1, ?, ?, 1) RETURNING id",
        (f"key {state}", b"h" * 32, b"", state, error),
    )
    assert row is not None
    return int(row[0])


def sees(db: Db, who: ParticipantId, at: int = NOW) -> bool:
    return (CLAIM, SEATS) in shown_to(db, who, UtcSeconds(at))


def test_request__written_down__is_read_as_it_was_and_shown_to_the_invited(db: Db) -> None:
    row = made(db)
    assert (row.participant, row.officer, row.claim, row.version, row.amount) == (SEATS, 1, CLAIM, 4, 500)
    assert (row.seal, row.until, row.state, row.submission, row.opened_at) == (b"s" * 32, UNTIL, State.OPEN, None, None)
    assert store.invited(db, [row.id]) == {row.id: (BANK, RIVAL)}
    assert store.quotes(db, [row.id]) == {row.id: ()}
    assert store.found(db, row.id + 1) is None
    assert [sees(db, who) for who in (BANK, RIVAL, SEATS, OTHER)] == [True, True, False, False]
    assert [sees(db, BANK, at) for at in (UNTIL, UNTIL + 1)] == [True, False]


def test_showing__to_a_financier_that_quoted__lasts_as_long_as_its_quote(db: Db) -> None:
    row = made(db)
    store.put(db, row, (BANK, OfficerId(1)), b"sealed", UtcSeconds(3_000), NOW)
    assert [sees(db, BANK, at) for at in (3_000, 3_001)] == [True, False]
    assert not sees(db, RIVAL, 2_001)
    store.put(db, row, (RIVAL, OfficerId(1)), b"sealed", UtcSeconds(1_500), NOW)
    assert sees(db, RIVAL, 2_000)


def test_quote__a_second_one_of_a_financier__is_kept_out_by_the_book_itself(db: Db) -> None:
    row = made(db)
    store.put(db, row, (BANK, OfficerId(1)), b"sealed", UNTIL, NOW)
    with pytest.raises(AlreadyThere):
        store.put(db, row, (BANK, OfficerId(2)), b"other", UNTIL, NOW)
    (one,) = store.quotes(db, [row.id])[row.id]
    assert (one.financier, one.officer, one.sealed, one.opened) == (BANK, 1, b"sealed", None)
    assert store.quoters(db, [row.id]) == {row.id: (BANK,)}


def test_accepted__then_refused_by_the_ledger__is_opened_still_and_may_be_accepted_again(db: Db) -> None:
    row = made(db)
    for who in (BANK, RIVAL):
        store.put(db, row, (who, OfficerId(1)), b"sealed", UNTIL, NOW)
    first, second = store.quotes(db, [row.id])[row.id]
    store.opened(db, row, [(first.id, OFFER), (second.id, OFFER)], UtcSeconds(1_100))
    assert (there(db, row.id).state, there(db, row.id).opened_at) == (State.OPENED, 1_100)
    first, second = store.quotes(db, [row.id])[row.id]
    refused = submission(db, "refused")
    store.accepted(db, row, first, refused)
    assert [sees(db, who) for who in (BANK, RIVAL)] == [True, False]
    again = there(db, row.id)
    assert (again.state, again.submission) == (State.OPENED, refused)
    queued = submission(db, "queued")
    store.accepted(db, again, second, queued)
    assert (there(db, row.id).state, there(db, row.id).submission) == (State.ACCEPTED, queued)
    assert [sees(db, who) for who in (BANK, RIVAL)] == [False, True]
    assert store.listed(db, SEATS, State.OPENED, MOST, 9) == ()


def test_withdrawn__is_shown_to_nobody(db: Db) -> None:
    row, other = made(db), made(db)
    store.withdrawn(db, row)
    assert there(db, row.id).state == State.WITHDRAWN
    assert sees(db, BANK), "there is another ground"
    store.withdrawn(db, other)
    assert not sees(db, BANK)


def test_listed__by_whoever_made_or_is_invited__newest_first_in_pages(db: Db) -> None:
    rows = [made(db) for _ in range(5)] + [made(db, replace(ASKING, participant=BANK, financiers=(RIVAL,)))]
    ids = [row.id for row in reversed(rows)]

    def pages(who: ParticipantId | None, limit: int) -> list[int]:
        got: list[int] = []
        while True:
            page = store.listed(db, who, None, got[-1] if got else MOST, limit)
            got += [row.id for row in page]
            if len(page) < limit:
                return got

    assert pages(SEATS, 2) == ids[1:]
    assert pages(BANK, 2) == pages(BANK, 100) == ids, "its own and those that it is invited to"
    assert pages(None, 4) == ids
    assert pages(OTHER, 2) == []
    store.withdrawn(db, rows[2])
    assert [row.id for row in store.listed(db, RIVAL, State.WITHDRAWN, MOST, 9)] == [rows[2].id]
    assert (dict(store.invited(db, [])), dict(store.quotes(db, []))) == ({}, {})


def test_locked__by_two_at_once__lets_one_go_on_after_the_other(book: str, db: Db) -> None:
    row = made(db)
    seen: list[State] = []
    begun = threading.Event()

    def late() -> None:
        with connect(book) as own:
            begun.set()
            with own.transaction():
                found = store.locked(own, row.id)
                seen.append(State.OPEN if found is None else found.state)

    with db.transaction():
        store.locked(db, row.id)
        other = threading.Thread(target=late)
        other.start()
        assert begun.wait(5)
        other.join(0.3)
        assert not seen, "it waits"
        store.withdrawn(db, row)
    other.join(10)
    assert seen == [State.WITHDRAWN]
