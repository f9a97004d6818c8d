# SPDX-License-Identifier: Apache-2.0
"""Whatever somebody changes in a mirror, reconcile names it: that table, that row, that column, and nothing else.

Every table × every column × what may be done to it, in rows that hold now and in those that no longer do; values and
rows are drawn from a seed. Four faults, in four tables, are in a mirror at a time.
"""

import shutil
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import chain
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

import pytest

from chain.mirror.reconcile import Report, reconcile
from chain.mirror.reconcile_rows import CHECKPOINT, Shape
from chain.mirror.reconcile_rows import SHAPES as ALL
from chain.mirror.schema import open_mirror
from chain.mirror.tables import OPEN, TABLES, Column, Kind
from tests.mirrored import CHAIN_ID, LEDGER, mirror_of, random_world
from tests.toldchain import ToldChain

WORLDS = (2, 52, 59)  # seeds of worlds in which every table has rows, and later versions where it can have them
CALLS = 350
ROUNDS = 10  # in a soak
HISTORY = ("block_from", "block_to")  # which storage does not know
SEED = 20_261_122
AT_ONCE = 4
PARTS = 10
ALONE = {
    "mirror",
    "checkpoint",
    "mirrored_block",
    "rulebook",
}  # where a mirror is and of what: one such fault at a time
NO_TEXT = "\udcff"
"""Stands for a text whose bytes are none."""
CHANGING = {"participant", "account", "officer", "rail", "invoice", "auto_accept", "change", "rulebook"}
CHANGING |= {"obligation", "claim"}
"""Where rows have later versions; all others are written once."""
FOLDED = {table.name: table for table in TABLES}
IN_STORAGE = {table.name for table in TABLES if table.rows is not None} - {"candidate"}


@dataclass(frozen=True)
class Case:
    """A fault to be made: in a table, of a kind, in a row that holds now or not."""

    table: str
    what: str  # "alter", "remove", "add", "rename", "again"
    column: Column | None
    closed: bool

    def __str__(self) -> str:
        return (
            f"{self.what} {self.table}.{self.column.name if self.column else '*'}{' (closed)' if self.closed else ''}"
        )


class Named(NamedTuple):
    """What reconcile has to say."""

    table: str
    key: tuple[Any, ...]
    since: int | None
    column: str
    mirrored: Any
    chain: Any


def cases() -> Iterator[Case]:
    """All of them."""
    for table, kind in ALL.items():
        for closed in (False, True) if table in CHANGING else (False,):
            for column in kind.columns:
                if table == "mirror" and column.name not in ("rulebook", "first"):
                    continue  # that is another mirror, and told so: tests/unit/mirror/test_reconcile.py
                yield Case(table, "rename" if column in kind.keys else "alter", column, closed)
            if table != "mirror":
                yield Case(table, "remove", None, closed)
                yield Case(table, "add", None, closed)
        if kind.versioned:
            yield Case(table, "again", None, False)


class Spoiler:
    """Makes faults in a mirror's file."""

    def __init__(self, file: Path, chance: Random) -> None:
        self.chance = chance
        self.db = sqlite3.connect(file, isolation_level=None)
        self.db.execute("PRAGMA ignore_check_constraints = ON")

    def make(self, case: Case) -> list[Named]:
        """Make a fault; what is to be named."""
        kind, name = ALL[case.table], f"{case.table}_v1" if case.table in FOLDED else case.table
        where = "" if not kind.versioned else f"WHERE block_to {'<>' if case.closed else '='} {OPEN}"
        columns = [column.name for column in kind.columns]
        listed = ", ".join(f'"{column}"' for column in columns)
        rows = self.db.execute(f"SELECT {listed} FROM {name} {where} ORDER BY {listed}").fetchall()
        assert rows, f"no row for: {case}"
        row = dict(zip(columns, self.chance.choice(rows), strict=True))
        place = {column: row[column] for column in columns[: kind.place]}
        if case.what == "remove":
            self._write(f"DELETE FROM {name} WHERE", place)
            return [_row(kind, row, mine=False)]
        if case.what in ("add", "again"):
            return self._add(kind, name, row, again=case.what == "again")
        assert case.column is not None
        other = dict(row)
        while other == row or (case.column in kind.columns[: kind.place] and self._there(kind, name, other)):
            other[case.column.name] = self._other(case, row[case.column.name])
        self._write(f'UPDATE {name} SET "{case.column.name}" = {_sql(case.column, other)} WHERE', place, other)
        if case.what == "rename":
            return [_row(kind, other, mine=True), _row(kind, row, mine=False)]
        mine, theirs = (_cell(case.column, each[case.column.name]) for each in (other, row))
        return [Named(*_place(kind, row), case.column.name, mine, theirs)]

    def _add(self, kind: Shape, name: str, row: dict[str, Any], again: bool) -> list[Named]:
        """A copy of a row under another key, or another version under the same."""
        other = dict(row)
        if kind is CHECKPOINT:
            other["state"] = "building"  # of two that serve the database has an opinion of its own
        while self._there(kind, name, other):
            if again:
                other["block_from"] = self.chance.randrange(0, 100)
                other["block_to"] = self.chance.choice((OPEN, other["block_from"] + 1))
            for column in kind.keys if not again else ():
                other[column.name] = self._value(column, row[column.name])
        columns = ", ".join(f'"{column.name}"' for column in kind.columns)
        values = ", ".join(_sql(column, other) for column in kind.columns)
        self._write(f"INSERT INTO {name} ({columns}) VALUES ({values})", {}, other)
        return [_row(kind, other, mine=True)]

    def _there(self, kind: Shape, name: str, row: dict[str, Any]) -> bool:
        place = {column.name: row[column.name] for column in kind.columns[: kind.place]}
        if NO_TEXT in place.values():
            return False
        return self._write(f"SELECT 1 FROM {name} WHERE", place).fetchone() is not None

    def _write(self, sql: str, place: dict[str, Any], values: dict[str, Any] | None = None) -> sqlite3.Cursor:
        named = {f"at_{column}": value for column, value in place.items()} | (values or {})
        return self.db.execute(sql + " AND ".join(f' "{column}" = :at_{column}' for column in place), named)

    def _other(self, case: Case, value: Any) -> Any:
        """Another value for a column."""
        assert case.column is not None
        if case.column.name == "block_to" and case.closed:
            return self.chance.choice((OPEN, self.chance.randrange(1, 100)))
        if case.table == "checkpoint" and case.column.name == "state":
            return "building"
        return self._value(case.column, value)

    def _value(self, column: Column, value: Any) -> Any:
        chance = self.chance
        if column.kind is Kind.BYTES:
            flipped = bytearray(value or b"\0")
            flipped[chance.randrange(len(flipped))] ^= 1 << chance.randrange(8)
            return chance.choice((bytes(flipped), bytes(flipped), value[:-1], b"", value + b"\0"))
        if column.kind is Kind.WIDE:
            return chance.choice((str(int(value) + chance.choice((-1, 1, 2**64))), f"0{value}", "", "many"))
        if column.kind is Kind.TEXT:
            address = f"0x{chance.randbytes(20).hex()}"
            return chance.choice((address, address, value.upper(), value[:-1], "", "nobody", f"{value} ", NO_TEXT))
        if value is None:
            return chance.randrange(9)
        near = min(value + chance.choice((-1, 1, 7)), OPEN - 1)
        return chance.choice((near, near, near, chance.randrange(2**16), 0, 2**62, -1))


def _sql(column: Column, values: dict[str, Any]) -> str:
    """A placeholder; for a text that is no text, its bytes as one."""
    return "CAST(x'ff' AS TEXT)" if values[column.name] == NO_TEXT else f":{column.name}"


def _cell(column: Column, value: Any) -> Any:
    """A value as people read it."""
    if isinstance(value, bytes):
        return "0x" + value.hex()
    if value == NO_TEXT:
        return "\\xff"
    canonical = column.kind is Kind.WIDE and value.isdigit() and (value == "0" or value[0] != "0")
    return int(value) if canonical else value


def _place(kind: Shape, row: dict[str, Any]) -> tuple[str, tuple[Any, ...], int | None]:
    key = tuple(_cell(column, row[column.name]) for column in kind.keys)
    return kind.name, key, row["block_from"] if kind.versioned else None


def _row(kind: Shape, row: dict[str, Any], mine: bool) -> Named:
    whole = {column.name: _cell(column, row[column.name]) for column in kind.columns[kind.place :]}
    return Named(*_place(kind, row), "row", whole if mine else None, None if mine else whole)


# ---------------------------------------------------------------- mirrors


@cache
def chain_of(seed: int) -> ToldChain:
    return ToldChain(random_world(seed, CALLS), seed)


@pytest.fixture(scope="module")
def clean(tmp_path_factory: pytest.TempPathFactory) -> dict[int, Path]:
    """A mirror of each world."""
    folder, made = tmp_path_factory.mktemp("clean"), {}
    for seed in WORLDS:
        made[seed] = folder / f"{seed}.db"
        db, _ = mirror_of(made[seed], chain_of(seed).world, seed)
        db.close()
    return made


def reconciled(file: Path, seed: int, full: bool = True) -> Report:
    told = chain_of(seed)
    with open_mirror(file) as db:
        return reconcile(db, told.rpc, told.source, CHAIN_ID, LEDGER, full)


def groups(chance: Random) -> list[list[Case]]:
    """All cases, some at a time, in different tables."""
    left, made = list(cases()), list[list[Case]]()
    chance.shuffle(left)
    while left:
        group: list[Case] = []
        for case in left:
            tables = {one.table for one in group}
            if case.table not in tables and not (case.table in ALONE and tables & ALONE):
                group.append(case)
            if len(group) == AT_ONCE:
                break
        left = [case for case in left if case not in group]
        made.append(group)
    return made


@pytest.mark.parametrize("part", range(PARTS))
def test_corruption__of_every_table_and_column__is_named_and_nothing_else(
    part: int, clean: dict[int, Path], tmp_path: Path, soak: bool
) -> None:
    for round_ in range(ROUNDS if soak else 1):
        seed = SEED + 1_000 * round_
        for number, group in enumerate(groups(Random(seed))[part::PARTS]):
            _spoil(group, seed + part + PARTS * number, clean, tmp_path / "spoiled.db")


def test_cases__are_as_many_as_were_asked_for() -> None:
    assert len(list(cases())) >= 200
    assert {case.table for case in cases()} == set(ALL)


def _spoil(group: Sequence[Case], seed: int, clean: dict[int, Path], file: Path) -> None:
    """Make these faults in one mirror, and see that each is named."""
    chance = Random(seed)
    world = chance.choice(WORLDS)
    about = f"seed {seed}, world {world}: {', '.join(map(str, group))}"
    shutil.copy(clean[world], file)
    spoiler = Spoiler(file, chance)
    expected = [spoiler.make(case) for case in group]
    spoiler.db.close()
    found = [Named(*_tuple(each)) for each in reconciled(file, world).differences]
    assert sorted(found, key=repr) == sorted(chain.from_iterable(expected), key=repr), about
    quick = {(each.table, each.key, each.column) for each in reconciled(file, world, full=False).differences}
    for case, (named, *_) in zip(group, expected, strict=True):
        if case.what == "alter" and case.table in IN_STORAGE and not case.closed:
            column = "commitment" if named.column in ("terms", "invoices") else named.column
            assert column in HISTORY or (case.table, named.key, column) in quick, about


def _tuple(difference: Any) -> Sequence[Any]:
    return [getattr(difference, name) for name in Named._fields]
