# SPDX-License-Identifier: Apache-2.0
"""The thin layer over both databases: values, transactions, refusals, the same on each."""

import sqlite3
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from chain.store.db import Db, connect
from chain.store.errors import (
    AlreadyThere,
    RowRefused,
    StoreAddressMalformed,
    StoreBusy,
    StoreError,
    StoreMissing,
    StoreUnavailable,
)
from chain.store.words import SubmissionState, from_bigint, to_bigint
from tests.postgres import Server
from tests.unit.store.rows import CARRY, NEW, carrier, count, hashed, queue, submission


class Trouble(Exception):
    """Something of the caller's own."""


# ---------------------------------------------------------------- values


def test_values__of_every_type__come_back_as_they_went(db: Db) -> None:
    key, octets = "键 ' \" %s ? \\ \U0001f600", bytes(range(256))
    values = (key, hashed(1), "split", to_bigint(2**64 - 1), octets, 2**63 - 1, SubmissionState.QUEUED, -(2**63))
    assert db.execute(NEW, values) == 1
    columns = "key, request_hash, operation, subject, calldata, gas, state, queued_at, carrier, block, error"
    row = db.one(f"SELECT {columns} FROM submission")
    assert row == (key, hashed(1), "split", -1, octets, 2**63 - 1, "queued", -(2**63), None, None, None)
    assert [type(value) for value in row[:8]] == [str, bytes, str, int, bytes, int, str, int]


def test_state__with_a_space__is_stored_as_the_word_it_is(db: Db) -> None:
    assert db.one("SELECT CAST(? AS TEXT)", (SubmissionState.ON_CHAIN,)) == ("on chain",)


@pytest.mark.parametrize("packed", [0, 1, 7 << 32 | 1, 2**63 - 1, 2**63, 2**64 - 1])
def test_bigint__any_uint64__fits_and_comes_back(packed: int) -> None:
    assert -(2**63) <= to_bigint(packed) < 2**63
    assert from_bigint(to_bigint(packed)) == packed


def test_sql__with_a_percent_sign__means_what_it_says(db: Db) -> None:
    queue(db, "100 percent", "100%")
    assert db.all("SELECT key FROM submission WHERE key LIKE '100%' AND key <> ? ORDER BY id", ("100%",)) == [
        ("100 percent",)
    ]


def test_one__nothing_found__is_none(db: Db) -> None:
    assert db.one("SELECT 1 FROM submission") is None


def test_one__two_rows__is_a_fault_of_the_caller(db: Db) -> None:
    queue(db, "a", "b")
    with pytest.raises(AssertionError):
        db.one("SELECT key FROM submission")


def test_execute__update_and_delete__tell_how_many_rows(db: Db) -> None:
    queue(db, "a", "b", "c")
    assert db.execute("UPDATE submission SET gas = 1 WHERE key <> ?", ("b",)) == 2
    assert db.execute("DELETE FROM submission WHERE key = ?", ("z",)) == 0
    assert db.executemany("DELETE FROM submission WHERE key = ?", [("a",), ("z",), ("b",)]) == 2


def test_returning__within_a_batch__gives_each_id_once(db: Db) -> None:
    ids = queue(db, *(f"k{number}" for number in range(50)))
    assert len(set(ids)) == 50 == count(db)


# ---------------------------------------------------------------- transactions


def test_transaction__ended_well__is_seen_by_others_only_then(db: Db, other: Db) -> None:
    with db.transaction():
        db.execute(NEW, submission("a"))
        assert (count(db), count(other)) == (1, 0)
    assert count(other) == 1


def test_transaction__left_by_an_exception__changes_nothing(db: Db, other: Db) -> None:
    with pytest.raises(Trouble), db.transaction():  # noqa: PT012
        db.execute(NEW, submission("a"))
        raise Trouble
    assert (count(db), count(other)) == (0, 0)
    queue(db, "b")
    assert count(other) == 1


def test_transaction__whose_block_swallows_an_error__fails_with_it_and_changes_nothing(db: Db) -> None:
    queue(db, "taken")
    with pytest.raises(AlreadyThere), db.transaction():  # noqa: PT012
        db.execute(NEW, submission("before"))
        with suppress(StoreError):
            db.execute(NEW, submission("taken"))
        with suppress(AlreadyThere):
            db.execute(NEW, submission("after"))
    assert db.all("SELECT key FROM submission") == [("taken",)]


def test_transaction__whose_block_swallows_a_fault_of_the_program__changes_nothing(db: Db) -> None:
    with pytest.raises(db.faults), db.transaction():  # noqa: PT012
        db.execute(NEW, submission("before"))
        with suppress(*db.faults):
            db.execute("INSERT INTO nowhere VALUES (1)")
    assert count(db) == 0


def test_transaction__inside_another__is_a_fault_of_the_caller(db: Db) -> None:
    with pytest.raises(AssertionError), db.transaction(), db.transaction():
        pass
    queue(db, "a")


def test_executemany__one_row_refused__inserts_none(db: Db) -> None:
    with pytest.raises(AlreadyThere):
        db.executemany(NEW, [submission("a"), submission("b"), submission("a")])
    assert count(db) == 0


def test_insert__of_many__takes_every_value_and_says_how_many(db: Db) -> None:
    columns = ("hash", "relay", "nonce", "submission", "raw", "state")
    odd = "\t\\N\n\\. ' \" % é"
    rows = [(hashed(number), f"{odd}{number}", number, None, bytes(range(256)), "pending") for number in range(300)]
    assert db.insert("carrier", columns, iter(rows)) == 300
    assert db.all("SELECT * FROM carrier ORDER BY nonce") == rows


def test_insert__one_row_refused__inserts_none(db: Db) -> None:
    rows = [("a", "1"), ("b", "2"), ("a", "3")]
    with pytest.raises(AlreadyThere) as refused:
        db.insert("setting", ("name", "value"), rows)
    assert refused.value.arguments["rule"] == "pk_setting"
    with pytest.raises(RowRefused):
        db.insert("setting", ("name", "value"), [("a", "1"), ("b", None)])
    assert count(db, "setting") == 0


def test_insert__from_rows_that_break_off__inserts_none(db: Db) -> None:
    def some() -> Iterator[tuple[str, str]]:
        yield ("a", "1")
        raise Trouble

    with pytest.raises(Trouble):
        db.insert("setting", ("name", "value"), some())
    assert count(db, "setting") == 0
    assert db.insert("setting", ("name", "value"), [("a", "1")]) == 1


def test_executemany__in_a_transaction__stands_and_falls_with_it(db: Db) -> None:
    with pytest.raises(Trouble), db.transaction():  # noqa: PT012
        assert db.executemany(NEW, [submission("a"), submission("b")]) == 2
        raise Trouble
    assert count(db) == 0


def test_snapshot__while_another_commits__reads_one_state(db: Db, other: Db) -> None:
    queue(db, "a")
    with db.snapshot():
        queue(other, "b")  # nobody waits for a reader
        assert count(db) == 1
        queue(other, "c")
        assert count(db) == 1
    assert count(db) == 3


def test_snapshot__begins__before_its_first_question(db: Db, other: Db) -> None:
    with db.snapshot():
        queue(other, "a")
        assert count(db) == 0


def test_stream__more_rows_than_it_holds__gives_all_in_order(db: Db) -> None:
    db.executemany(NEW, [submission(f"{number:04}") for number in range(1234)])
    with db.snapshot():
        rows = db.stream("SELECT key FROM submission WHERE gas > ? ORDER BY id", (1,), size=100)
        assert [key for (key,) in rows] == [f"{number:04}" for number in range(1234)]


def test_stream__two_at_once_and_one_left_early__do_not_meet(db: Db) -> None:
    queue(db, *"abcd")
    with db.snapshot():
        rows = [db.stream("SELECT key FROM submission ORDER BY id", size=1) for _ in range(2)]
        assert [next(rows[0]), next(rows[1]), next(rows[0])] == [("a",), ("a",), ("b",)]
    assert count(db) == 4


def test_stream__outside_a_transaction__is_a_fault_of_the_caller(db: Db) -> None:
    with pytest.raises(AssertionError):
        next(db.stream("SELECT 1"))


# ---------------------------------------------------------------- refusals


def test_key__taken__already_there_names_the_same_rule_on_both(db: Db) -> None:
    (first, second) = queue(db, "a", "b")
    db.execute(CARRY, carrier(5, first))
    for sql, row, rule in (
        (NEW, submission("a"), "uq_submission_key"),
        (CARRY, (hashed(5), "relay", 6, second, b"raw", "pending"), "pk_carrier"),
        (CARRY, carrier(5, second, salt=1), "uq_carrier_relay_nonce"),
    ):
        with pytest.raises(AlreadyThere) as refused:
            db.execute(sql, row)
        assert refused.value.arguments["rule"] == rule
    assert (count(db), count(db, "carrier")) == (2, 1)


def test_nonce__of_a_dead_carrier__is_free_again(db: Db) -> None:
    (of,) = queue(db, "a")
    db.execute(CARRY, carrier(5, of))
    db.execute("UPDATE carrier SET state = 'dead' WHERE hash = ?", (hashed(5),))
    db.execute(CARRY, carrier(5, of, salt=1))
    db.execute(CARRY, carrier(5, of, relay="another", salt=2))
    assert count(db, "carrier") == 3


@pytest.mark.parametrize(
    ("sql", "row"),
    [
        (NEW, submission("a", request_hash=bytes(31))),
        (NEW, submission("a", gas=0)),
        (NEW, submission("a", gas=2**63)),
        (NEW, [*submission("a")[:6], "done", 1]),
        (NEW, [None, *submission("a")[1:]]),
        (NEW, [*submission("a")[:5], "many", *submission("a")[6:]]),
        (CARRY, carrier(1, 999)),
        (CARRY, (hashed(1), "relay", -1, None, b"raw", "pending")),
        ("UPDATE submission SET state = 'sent' WHERE key = ?", ("there",)),
        ("UPDATE submission SET state = 'refused' WHERE key = ?", ("there",)),
        ("UPDATE submission SET carrier = ? WHERE key = 'there'", (bytes(32),)),
        ("INSERT INTO block_item (number, position, carrier) VALUES (1, 0, ?)", (bytes(32),)),
    ],
    ids=[
        "hash",
        "no-gas",
        "65-bits",
        "state",
        "null",
        "type",
        "parent",
        "nonce",
        "carried",
        "reason",
        "carrier",
        "block",
    ],
)
def test_row__that_the_tables_do_not_admit__is_refused_and_nothing_changes(db: Db, sql: str, row: list[object]) -> None:
    queue(db, "there")
    with pytest.raises(RowRefused):
        db.execute(sql, row)  # type: ignore[arg-type]
    assert db.all("SELECT key, state FROM submission") == [("there", "queued")]
    assert count(db, "carrier") == count(db, "block_item") == 0
    queue(db, "next")


def test_text__with_a_nul__is_the_same_or_refused(db: Db) -> None:
    if db.dialect == "sqlite":
        queue(db, "a\x00b")
        assert db.one("SELECT key FROM submission") == ("a\x00b",)
    else:
        with pytest.raises(RowRefused):
            queue(db, "a\x00b")


def test_lock__held_by_another__is_busy_after_the_patience_and_free_later(db: Db, other: Db) -> None:
    (of,) = queue(db, "a")
    change = "UPDATE submission SET gas = 5 WHERE id = ?"
    with other.transaction():
        other.execute(change, (of,))
        with pytest.raises(StoreBusy), db.transaction():
            db.execute(change, (of,))
        with pytest.raises(StoreBusy):
            db.execute(change, (of,))
    assert db.execute(change, (of,)) == 1


# ---------------------------------------------------------------- opening


@pytest.mark.parametrize("durable", [True, False])
def test_connect__book_or_mirror__commits_as_durably_as_asked(book: str, durable: bool) -> None:
    with connect(book, durable=durable) as db:
        if db.dialect == "sqlite":
            asked = [db.one(f"PRAGMA {name}") for name in ("journal_mode", "foreign_keys", "synchronous")]
            assert asked == [("wal",), (1,), (2 if durable else 1,)]
        else:
            assert db.one("SHOW synchronous_commit") == ("on" if durable else "off",)


def test_connect__no_such_file__is_missing_and_makes_none(tmp_path: Path) -> None:
    with pytest.raises(StoreMissing):
        connect(tmp_path / "book.db")
    assert list(tmp_path.iterdir()) == []


def test_connect__no_such_database__is_unavailable_and_says_so(postgres: Server) -> None:
    with pytest.raises(StoreUnavailable, match='database "nowhere" does not exist'):
        connect(postgres.url("nowhere"))


@pytest.mark.parametrize("name", ["a b.db", "100%.db", "账?#.db", "x'y.db"])
def test_connect__file_of_any_name__opens_that_file(tmp_path: Path, name: str) -> None:
    sqlite3.connect(tmp_path / name).execute("CREATE TABLE mine (n)").connection.close()
    with connect(tmp_path / name) as db:
        assert count(db, "mine") == 0


def test_address__of_a_file__takes_escapes_and_the_fourth_slash(tmp_path: Path) -> None:
    sqlite3.connect(tmp_path / "a b.db").execute("CREATE TABLE mine (n)").connection.close()
    for address in (f"sqlite://{tmp_path}/a%20b.db", f"sqlite:///{tmp_path}/a%20b.db"):
        with connect(address) as db:
            assert count(db, "mine") == 0


@pytest.mark.parametrize(
    "address",
    [
        "",
        "book.db",
        "sqlite://",
        "sqlite:///",
        "sqlite://book.db",
        "sqlite:///a?mode=memory",
        "mysql://user:geheim@host/name",
        "postgresql://user:geheim@host",
        "postgresql://user:geheim@host:port/name",
        "postgresql+psycopg://user:geheim@host/name",
    ],
)
def test_address__malformed__is_refused_without_its_password(address: str) -> None:
    with pytest.raises(StoreAddressMalformed) as refused:
        connect(address)
    assert "geheim" not in repr(refused.value) + str(refused.value)


def test_close__then_anything__is_a_fault_of_the_caller(db: Db) -> None:
    db.close()
    with pytest.raises(AssertionError):
        db.one("SELECT 1")


def test_revise__many_rows_by_their_key__sets_those_and_counts_them(db: Db) -> None:
    number = "BIGINT" if db.dialect == "postgresql" else "INTEGER"
    octets = "BYTEA" if db.dialect == "postgresql" else "BLOB"
    db.execute(f"CREATE TABLE odd (id {number}, name TEXT, mark {octets}, said TEXT, PRIMARY KEY (id, name))")
    rows = [(place, f"n'{place}", bytes([place]), None) for place in range(50)]
    db.insert("odd", ["id", "name", "mark", "said"], rows)
    wanted = [(f"said\t{place}\\", place, f"n'{place}") for place in range(0, 60, 2)]
    assert db.revise("odd", "said", ["id", "name"], wanted) == 25
    assert db.revise("odd", "mark", ["id", "name"], [(b"\0\xff", 1, "n'1")]) == 1
    assert db.revise("odd", "said", ["id", "name"], []) == 0
    found = {row[0]: row[1:] for row in db.all("SELECT id, said, mark FROM odd")}
    assert all(found[place][0] == (f"said\t{place}\\" if place % 2 == 0 else None) for place in range(50))
    assert found[1][1] == b"\0\xff"
