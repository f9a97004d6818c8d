# SPDX-License-Identifier: Apache-2.0
"""What waits in the book: to quote until one has quoted or it is over, to open once there is something to open."""

import re

import pytest

from api.todo.waiting import to_open, to_quote
from chain.domain.clock import UtcSeconds
from chain.domain.vocabulary import ParticipantId
from chain.store.db import Db

SELLER, BANK, RIVAL = ParticipantId(21), ParticipantId(51), ParticipantId(52)
NOW = UtcSeconds(1_000)


def asked(db: Db, until: int, state: str = "open", financiers: tuple[int, ...] = (BANK,)) -> int:
    row = db.one(
        "INSERT INTO financing (participant, officer, claim, version, amount, seal, until, state, created_at)"
        " VALUES (?, 1, '10-1-1', 1, 500, ?, ?, ?, 1) RETURNING id",
        (SELLER, bytes(32), until, state),
    )
    assert row is not None
    db.insert("invited", ("financing", "financier"), [(row[0], one) for one in financiers])
    return int(row[0])


def quoted(db: Db, number: int, who: int) -> None:
    db.execute(
        "INSERT INTO quote (financing, financier, officer, sealed, until, created_at) VALUES (?, ?, 1, ?, 9, 9)",
        (number, who, b"sealed"),
    )


def test_to_quote__open_and_unanswered__the_first_to_end_first(db: Db) -> None:
    late, soon, over = asked(db, 3_000, financiers=(BANK, RIVAL)), asked(db, 1_000), asked(db, 999)
    for state in ("opened", "withdrawn"):
        asked(db, 5_000, state)
    found = to_quote(db, BANK, NOW, 10)
    assert [(one.id, one.participant, one.amount, one.quotes) for one in found] == [
        (soon, SELLER, 500, 0),
        (late, SELLER, 500, 0),
    ]
    assert over not in [one.id for one in found]
    assert [one.id for one in to_quote(db, BANK, NOW, 1)] == [soon]
    quoted(db, late, BANK)
    assert [one.id for one in to_quote(db, BANK, NOW, 10)] == [soon]
    assert [one.id for one in to_quote(db, RIVAL, NOW, 10)] == [late], "another one's answer is not its own"
    assert to_quote(db, SELLER, NOW, 10) == []


def test_to_open__with_sealed_quotes__is_the_requesters(db: Db) -> None:
    silent, first, opened = asked(db, 3_000), asked(db, 2_000), asked(db, 2_000, "opened")
    for number in (first, opened):
        quoted(db, number, BANK)
    assert [(one.id, one.quotes) for one in to_open(db, SELLER, 10)] == [(first, 1)]
    quoted(db, silent, RIVAL)
    assert [one.id for one in to_open(db, SELLER, 10)] == [first, silent]
    assert to_open(db, BANK, 10) == []


@pytest.mark.parametrize("book", ["sqlite"], indirect=True)
def test_statements__of_what_waits__go_by_an_index(db: Db, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[tuple[str, object]] = []
    real = db.all

    def spy(sql: str, values: object = ()) -> list[tuple[object, ...]]:
        made.append((sql, values))
        return real(sql, values)  # type: ignore[arg-type]

    with monkeypatch.context() as patch:
        patch.setattr(db, "all", spy)
        to_quote(db, BANK, NOW, 10)
        to_open(db, SELLER, 10)
    assert len(made) == 2
    for sql, values in made:
        plan = [str(row[-1]) for row in db.all(f"EXPLAIN QUERY PLAN {sql}", values)]  # type: ignore[arg-type]
        assert not [line for line in plan if re.match("SCAN ", line)], plan
