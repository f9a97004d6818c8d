# SPDX-License-Identifier: Apache-2.0
"""Lists of proposals: exactly those that a naive look finds, and at the cost of what is shown."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from random import Random
from typing import Any

import pytest

from api.proposals import reading
from api.proposals.reading import listed, waiting
from chain.abi.schema import struct_codec
from chain.domain import commands as c
from chain.domain.clock import UtcSeconds
from chain.domain.vocabulary import OfficerId, ParticipantId
from chain.store.db import Db, connect
from chain.store.words import ProposalState
from tests.books import new_book
from tests.postgres import Server
from tests.unit.mirror.test_reads_plans import _steps
from tests.unit.store.rows import queue
from tests.unit.writing.messages import made

NOW = UtcSeconds(1_000)
STATES: tuple[str | None, ...] = (None, *ProposalState)
CROWDS = (ProposalState.OPEN, ProposalState.DECLINED, ProposalState.LAPSED)  # the others are read as DECLINED is
FIRST = 10**9
MESSAGE = struct_codec("Transfer").encode(made(c.Transfer))
MANY = 20_000


@dataclass(frozen=True)
class Row:
    """A proposal as the naive look has it; `places`: participant, officer, whether it signed."""

    id: int
    participant: int
    state: str
    deadline: int
    places: tuple[tuple[int, int | None, bool], ...]

    def told(self, now: int) -> str:
        return "lapsed" if self.state == "open" and now > self.deadline else self.state

    def concerns(self, participant: int | None) -> bool:
        return participant is None or participant in (self.participant, *(who for who, _, _ in self.places))

    def waits(self, participant: int, officer: int, now: int) -> bool:
        mine = [signed for who, whose, signed in self.places if who == participant and whose in (None, officer)]
        return self.told(now) == "open" and not all(mine)


def fill(db: Db, rows: list[Row]) -> None:
    (sent,) = queue(db, f"sent {rows[0].id}")
    proposed = "id, participant, officer, operation, message, about, details, state, deadline, submission, created_at"
    db.insert(
        "proposal",
        proposed.split(", "),
        [(one.id, one.participant, 1, "Transfer", MESSAGE, "", "{}", one.state, one.deadline, sent, 5) for one in rows],
    )
    placed = "proposal, name, participant, officer, signature, signed_at, state"
    db.insert(
        "place",
        placed.split(", "),
        [
            (one.id, f"assignee {at}", who, officer, b"x" if signed else None, 5 if signed else None, one.state)
            for one in rows
            for at, (who, officer, signed) in enumerate(one.places, 1)
        ],
    )


def some(chance: Random, count: int) -> list[Row]:
    """Few participants and officers, so that everything comes together."""
    rows = []
    for number in range(1, count + 1):
        places = [
            (chance.randint(1, 4), chance.choice([None, 1, 2]), chance.random() < 0.4)
            for _ in range(chance.randint(1, 4))
        ]
        state, deadline = chance.choice([*ProposalState, "open", "open"]), NOW + chance.randint(-2, 2)
        rows.append(Row(number, chance.randint(1, 4), str(state), deadline, tuple(places)))
    return rows


def pages(ask: Callable[[int, int], list[reading.Proposed]], limit: int) -> list[list[int]]:
    """All pages, as a client goes through them."""
    found, before = list[list[int]](), FIRST
    while True:
        page = [one.id for one in ask(before, limit + 1)]
        found.append(page[:limit])
        if len(page) <= limit:
            return found
        before = page[limit - 1]


def cut(numbers: list[int], limit: int) -> list[list[int]]:
    latest = sorted(numbers, reverse=True)
    return [latest[at : at + limit] for at in range(0, max(len(latest), 1), limit)]


@pytest.mark.parametrize("seed", range(12))
def test_pages__of_small_random_books__are_those_of_a_naive_look(db: Db, seed: int) -> None:
    chance = Random(seed)
    rows = some(chance, chance.choice([1, 7, 40]))
    fill(db, rows)
    for limit in (1, 3, 50):
        for who in (None, *map(ParticipantId, range(1, 6))):
            for state in STATES:
                ask = partial(listed, db, who, state, NOW)
                right = [one.id for one in rows if one.concerns(who) and state in (None, one.told(NOW))]
                assert pages(ask, limit) == cut(right, limit), (who, state, limit)
            for officer in (OfficerId(1), OfficerId(2), OfficerId(3)) if who is not None else ():
                assert who is not None
                ask = partial(waiting, db, who, officer, NOW)
                right = [one.id for one in rows if one.waits(who, officer, NOW)]
                assert pages(ask, limit) == cut(right, limit), (who, officer, limit)


# ---------------------------------------------------------------- what they cost


def crowd(state: str, count: int, deadline: int = NOW + 9) -> list[Row]:
    """Proposals of participant 1 to 2 in one state; before and after them a few of every other."""
    rest = [one for one in ProposalState if one != state]
    few = [(str(one), NOW + 9) for one in rest for _ in range(3)] + [("open", NOW - 9)] * 3
    told = [*few, *[(state, deadline)] * count, *few]
    return [
        Row(number, 1, one, until, ((1, 1, True), (2, None, False), (2, 1, False)))
        for number, (one, until) in enumerate(told, 1)
    ]


def questions(db: Db, limit: int = 20) -> dict[str, Callable[[], list[reading.Proposed]]]:
    """Every list, as everybody asks for it, from the beginning and from further on."""
    asked: dict[str, Callable[[], list[reading.Proposed]]] = {}
    for before in (FIRST, 40):
        for who in (ParticipantId(1), ParticipantId(2), ParticipantId(3), None):
            for state in STATES:
                asked[f"{state} of {who} before {before}"] = partial(listed, db, who, state, NOW, before, limit)
            if who is not None:
                asked[f"waits for {who} before {before}"] = partial(waiting, db, who, OfficerId(1), NOW, before, limit)
    return asked


@pytest.mark.parametrize("state", CROWDS)
def test_lists__of_many_proposals__take_the_steps_of_few(tmp_path_factory: pytest.TempPathFactory, state: str) -> None:
    """SQLite's own count of its steps: whatever most of them are, each page costs what it shows."""
    taken: list[dict[str, int]] = []
    for count in (100, MANY):
        path = tmp_path_factory.mktemp("book") / "book.db"
        new_book(path)
        with connect(path) as db:
            fill(db, crowd(state, count))
            taken.append({name: _steps(db, ask) for name, ask in questions(db).items()})
    few, many = taken
    for name, steps in many.items():
        assert steps < few[name] * 1.5 + 200, (name, few[name], steps)


@pytest.mark.parametrize("state", CROWDS)
def test_lists__on_postgresql__are_planned_by_their_indexes(request: pytest.FixtureRequest, state: str) -> None:
    """The rows that it reads for a page, as EXPLAIN ANALYZE counts them."""
    server: Server = request.getfixturevalue("postgres")
    address = server.database()
    new_book(address)
    with connect(address) as db:
        fill(db, crowd(state, MANY))
        for table in ("proposal", "place"):
            db.execute(f"ANALYZE {table}")
        worst = {name: _read(db, ask) for name, ask in questions(db).items()}
    assert max(worst.values()) < 1_000, max(worst.items(), key=lambda one: one[1])


def _read(db: Db, ask: Callable[[], Any]) -> int:
    """How many rows PostgreSQL takes from tables and indexes for a question, those that it lets go included."""
    made: list[tuple[str, Any]] = []
    real = db.all

    def spy(sql: str, values: Any = ()) -> Any:
        made.append((sql, values))
        return real(sql, values)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(db, "all", spy)
        ask()
    total = 0
    for sql, values in made:
        (told,) = real(f"EXPLAIN (ANALYZE, FORMAT JSON, TIMING OFF) {sql}", values)[0]
        total += sum(_nodes(told[0]["Plan"]))
    return total


def _nodes(node: Any) -> Iterator[int]:
    if "Scan" in node["Node Type"] and node["Node Type"] not in ("Subquery Scan", "CTE Scan"):
        each = node["Actual Rows"] + sum(node.get(f"Rows Removed by {why}", 0) for why in ("Filter", "Index Recheck"))
        yield int(each * node["Actual Loops"])
    for one in node.get("Plans", ()):
        yield from _nodes(one)
