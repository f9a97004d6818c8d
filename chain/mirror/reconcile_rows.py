# SPDX-License-Identifier: Apache-2.0
"""Two streams of rows in the same order, and every way in which they differ.

Texts are compared as the bytes that they are stored as: what somebody wrote into a database need not be text at all.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias

from chain.mirror.tables import TABLES, Column, Kind, Table, number, octets, text
from chain.store.db import Db, Row, Value

Cell: TypeAlias = int | str | None
"""A value as people read it: amounts in fen, bytes as 0x and hex digits."""
Shown: TypeAlias = Cell | Mapping[str, Cell]
"""A value, or a whole row by its columns; None where there is none."""

ROW = "row"
"""The column of a difference that concerns a whole row: one side does not have it."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that the mirror says otherwise than the chain."""

    table: str
    key: tuple[Cell, ...]  # in the order of the table's key columns; empty: the table or view itself
    since: int | None  # `block_from` of the version; None where rows have no versions
    column: str
    mirrored: Shown
    chain: Shown

    @property
    def place(self) -> tuple[str, tuple[Cell, ...], int | None]:
        """The version of the row that is meant."""
        return self.table, self.key, self.since


@dataclass(frozen=True)
class Shape:
    """A table as it is compared: first the columns of the key, then `block_from` where rows have versions."""

    name: str
    keys: tuple[Column, ...]
    versioned: bool
    values: tuple[Column, ...]

    @cached_property
    def columns(self) -> tuple[Column, ...]:
        """All of them, in the order in which they are read."""
        return (*self.keys, *(number("block_from") if self.versioned else ()), *self.values)

    @cached_property
    def place(self) -> int:
        """How many columns name one row."""
        return len(self.keys) + self.versioned

    def difference(self, row: Row, column: str, mirrored: Shown, chain: Shown) -> Difference:
        """One about this row."""
        key = tuple(shown(column, value) for column, value in zip(self.keys, row, strict=False))
        since = row[len(self.keys)] if self.versioned else None
        return Difference(self.name, key, since, column, mirrored, chain)

    def shown(self, row: Row) -> dict[str, Cell]:
        """A row as people read it, without what already names it."""
        return {c.name: shown(c, value) for c, value in zip(self.columns[self.place :], row[self.place :], strict=True)}

    def surplus(self, row: Row) -> Difference:
        """The chain has no such row."""
        return self.difference(row, ROW, self.shown(row), None)

    def missing(self, row: Row) -> Difference:
        """The mirror has no such row."""
        return self.difference(row, ROW, None, self.shown(row))


def _shape(table: Table) -> Shape:
    return Shape(table.name, table.keys, True, (*number("block_to"), *table.columns))


BLOCKS = Shape("mirrored_block", number("number"), False, (octets("hash"), octets("parent"), *number("timestamp")))
EVENTS = Shape(
    "event",
    number("block", "position"),
    False,
    (
        *(octets("transaction_hash"), text("address"), text("name")),
        *number("participant", "obligor", "number", "seq", "version"),
        *(octets("topics"), octets("data")),
    ),
)
CHECKPOINT = Shape(
    "checkpoint",
    number("generation"),
    False,
    (*number("layout"), text("state"), *number("block"), octets("hash"), octets("digest")),
)
MIRROR = Shape(
    "mirror",
    number("id"),
    False,
    (*number("log_layout", "chain_id"), text("ledger"), text("rulebook"), *number("first")),
)
SHAPES: Mapping[str, Shape] = {
    shape.name: shape for shape in (*map(_shape, TABLES), BLOCKS, EVENTS, CHECKPOINT, MIRROR)
}
"""Every table of a mirror."""


def shown(column: Column, value: Value) -> Cell:
    """A value of the column as people read it."""
    if not isinstance(value, bytes):
        return value
    if column.kind is Kind.BYTES:
        return f"0x{value.hex()}"
    said = value.decode("utf-8", "backslashreplace")
    plain = column.kind is Kind.WIDE and said.isascii() and said.isdigit() and str(int(said)) == said
    return int(said) if plain else said


def stored(values: Sequence[Value]) -> Row:
    """Values with each text as its bytes."""
    return tuple([value.encode() if isinstance(value, str) else value for value in values])


def read(shape: Shape, row: Row) -> Row:
    """A row with its texts as text again, as well as they can be read."""
    texts = (Kind.TEXT, Kind.WIDE)
    return tuple(
        [
            value.decode("utf-8", "backslashreplace") if isinstance(value, bytes) and column.kind in texts else value
            for column, value in zip(shape.columns, row, strict=True)
        ]
    )


def stream(db: Db, shape: Shape, table: str, where: str = "") -> Iterator[Row]:
    """The rows of a table in the order of their names, texts as bytes; inside a snapshot."""
    binary = db.dialect == "sqlite"  # whose texts need not be UTF-8
    columns = [
        f'CAST("{c.name}" AS BLOB)' if binary and c.kind in (Kind.TEXT, Kind.WIDE) else f'"{c.name}"'
        for c in shape.columns
    ]
    order = ", ".join([f'"{column.name}"' for column in shape.columns[: shape.place]])
    rows = db.stream(f"SELECT {', '.join(columns)} FROM {table} {where} ORDER BY {order}")
    yield from rows if binary else map(stored, rows)


def compare(shape: Shape, mirrored: Iterator[Row], chain: Iterator[Row]) -> Iterator[Difference]:
    """Merge both streams; what differs, in their order."""
    key, place = len(shape.keys), shape.place
    surplus: list[Row] = []  # of one key, not matched so far
    missing: list[Row] = []
    ours, theirs = next(mirrored, None), next(chain, None)
    while ours is not None or theirs is not None:
        if ours is not None and theirs is not None and ours[:place] == theirs[:place]:
            if ours != theirs:
                yield from _columns(shape, ours, theirs)
            ours, theirs = next(mirrored, None), next(chain, None)
            continue
        first = theirs is None or (ours is not None and ours[:place] < theirs[:place])
        row = ours if first else theirs
        assert row is not None, "one of them goes on"
        unmatched = surplus or missing
        if unmatched and unmatched[0][:key] != row[:key]:
            yield from _unmatched(shape, surplus, missing)
            surplus, missing = [], []
        if first:
            surplus.append(row)
            ours = next(mirrored, None)
        else:
            missing.append(row)
            theirs = next(chain, None)
    yield from _unmatched(shape, surplus, missing)


def _columns(shape: Shape, ours: Row, theirs: Row) -> Iterator[Difference]:
    for column, mirrored, chain in zip(shape.columns, ours, theirs, strict=True):
        if mirrored != chain:
            yield shape.difference(theirs, column.name, shown(column, mirrored), shown(column, chain))


def _unmatched(shape: Shape, surplus: Sequence[Row], missing: Sequence[Row]) -> Iterator[Difference]:
    """Versions of one key that only one side has: the same in all but the block from which on it holds, or rows."""
    at, rest = len(shape.keys), list(surplus)
    for theirs in missing:
        twin = next((row for row in rest if row[at + 1 :] == theirs[at + 1 :]), None) if shape.versioned else None
        if twin is None:
            yield shape.missing(theirs)
        else:
            rest.remove(twin)
            yield shape.difference(theirs, "block_from", twin[at], theirs[at])
    yield from map(shape.surplus, rest)
