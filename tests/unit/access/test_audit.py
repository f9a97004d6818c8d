# SPDX-License-Identifier: Apache-2.0
"""The log of decisions: each is in it, in one transaction with what it decided, and no alteration goes unnoticed."""

from concurrent.futures import ThreadPoolExecutor
from random import Random

import pytest

from api.access import audit
from api.access.audit import FIRST, Action, Decision, Rare, deciding
from api.access.errors import KeyUnknown
from chain.domain.clock import FixedClock
from chain.store.db import Db, connect
from tests.unit.access.desk import NOW

ROWS = 12


def fill(db: Db, rows: int = ROWS) -> None:
    for number in range(rows):
        decision = Decision(Action.KEY_MAKE, f"key {number}", number % 3 or None, 1, number)
        with deciding(db, FixedClock(NOW), decision):
            pass


def begin_and_raise(db: Db, error: Exception) -> None:
    with deciding(db, FixedClock(NOW), Decision(Action.KEY_REVOKE, "key 9")):
        db.execute("INSERT INTO setting (name, value) VALUES ('done', 'yes')")
        raise error


def test_deciding__what_is_granted__is_written_with_what_was_done(book: str) -> None:
    with connect(book) as db:
        with deciding(db, FixedClock(NOW), Decision(Action.LOGIN, "key 4", 10, 2, 4)):
            db.execute("INSERT INTO setting (name, value) VALUES ('done', 'yes')")
        (entry,) = audit.entries(db)
    assert (entry.number, entry.at, entry.participant, entry.officer, entry.key) == (1, NOW, 10, 2, 4)
    assert (entry.action, entry.subject, entry.outcome, entry.previous) == ("login", "key 4", "granted", FIRST)


def test_deciding__what_is_refused__is_undone_and_written(book: str) -> None:
    with connect(book) as db:
        with pytest.raises(KeyUnknown):
            begin_and_raise(db, KeyUnknown(key=9))
        assert db.one("SELECT 1 FROM setting WHERE name = 'done'") is None
        (entry,) = audit.entries(db)
    assert entry.outcome == "unknown-key"


def test_deciding__when_something_else_fails__leaves_neither_row_nor_deed(book: str) -> None:
    with connect(book) as db:
        with pytest.raises(MemoryError):
            begin_and_raise(db, MemoryError())
        assert db.one("SELECT 1 FROM setting WHERE name = 'done'") is None
        assert audit.entries(db) == []


def test_verify__whole_log__follows_to_its_head(book: str) -> None:
    with connect(book) as db:
        assert audit.verify(db) == audit.Verdict(0, FIRST, None)
        fill(db)
        verdict = audit.verify(db)
        assert (verdict.rows, verdict.broken) == (ROWS, None)
        assert verdict.head == audit.entries(db)[-1].hash


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("at", 5),
        ("participant", 99),
        ("participant", None),
        ("officer", 2),
        ("api_key", None),
        ("action", "login"),
        ("subject", "key 5 "),
        ("outcome", "refused"),
        ("previous", b"\x01" * 32),
        ("hash", b"\x01" * 32),
    ],
)
def test_verify__one_value_altered__names_the_row(book: str, column: str, value: object) -> None:
    with connect(book) as db:
        fill(db)
        db.execute(f"UPDATE audit SET {column} = ? WHERE number = 5", (value,))  # type: ignore[arg-type]
        assert audit.verify(db).broken == 5


def test_verify__one_row_altered_and_its_hash_made_good__names_the_next_row(book: str) -> None:
    with connect(book) as db:
        fill(db)
        db.execute("UPDATE audit SET outcome = 'other' WHERE number = 5")
        altered = audit.entries(db)[4]
        db.execute("UPDATE audit SET hash = ? WHERE number = 5", (altered.expected(),))
        assert audit.verify(db).broken == 6


@pytest.mark.parametrize(("gone", "broken"), [("number = 1", 1), ("number = 7", 7), ("number > 9", 10), ("1 = 1", 1)])
def test_verify__rows_removed__names_the_first_that_is_missing(book: str, gone: str, broken: int) -> None:
    with connect(book) as db:
        fill(db)
        db.execute(f"DELETE FROM audit WHERE {gone}")
        assert audit.verify(db).broken == broken


def test_verify__row_put_in__names_it(book: str) -> None:
    with connect(book) as db:
        fill(db)
        before = audit.entries(db)[-1]
        told = (ROWS + 1, NOW, None, None, None, "login", "", "granted", before.hash)
        own = audit.Entry(*told, FIRST).expected()
        columns = "number, at, participant, officer, api_key, action, subject, outcome, previous, hash"
        db.execute(f"INSERT INTO audit ({columns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", (*told, own))
        assert audit.verify(db).broken == ROWS + 2  # it follows, but nobody who writes the log put it there


def test_verify__rows_swapped__names_the_first(book: str) -> None:
    with connect(book) as db:
        fill(db)
        for old, new in ((3, 100), (4, 3), (100, 4)):
            db.execute("UPDATE audit SET number = ? WHERE number = ?", (new, old))
        assert audit.verify(db).broken == 3


def test_deciding__by_many_at_once__is_one_chain(book: str) -> None:
    def some(worker: int) -> None:
        chance = Random(worker)
        with connect(book, patience=30) as db:
            for _ in range(10):
                with deciding(db, FixedClock(NOW), Decision(Action.KEY_MAKE, f"key {chance.random()}", worker + 1)):
                    pass

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(some, range(6)))
    with connect(book) as db:
        verdict = audit.verify(db)
        assert (verdict.rows, verdict.broken) == (60, None)


def test_rare__a_flood_of_one_thing__lets_through_ever_fewer() -> None:
    rare = Rare()
    assert [number for number in range(1, 101) if rare.due("a")] == [1, 2, 4, 8, 16, 32, 64]
    assert rare.due("b")


def test_rare__a_flood_of_different_things__keeps_no_more_than_its_limit() -> None:
    rare = Rare()
    assert all(rare.due(number) for number in range(25_000))
    assert len(rare._seen) <= 10_000
