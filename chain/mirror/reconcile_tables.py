# SPDX-License-Identifier: Apache-2.0
"""What stands in a mirror's database, and at which block of the chain it claims to be: found even where it is damaged.

A reconciliation must not fail over the very thing that it is to name. So the catalogue says which tables there are, and
a checkpoint that contradicts the log is held against the chain before either is believed.
"""

import re
from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from chain.domain.vocabulary import Hash
from chain.mirror.errors import ChainShort, MirrorEmpty
from chain.mirror.reconcile_rows import Difference
from chain.mirror.schema import LOG_TABLES, ZERO, folded
from chain.mirror.source import Source
from chain.mirror.tables import BY_NAME, TABLES
from chain.store.db import Db

_GENERATION = re.compile(r"(\w+)_v(\d{1,18})")
_VIEW = re.compile(r'(?:CREATE VIEW "?\w+"? AS )?SELECT (.+) FROM "?(\w+)"?;?')
_CATALOGUE = {
    "sqlite": (
        "SELECT name FROM sqlite_master WHERE type = 'table'",
        "SELECT name, sql FROM sqlite_master WHERE type = 'view'",
    ),
    "postgresql": (
        "SELECT tablename FROM pg_catalog.pg_tables WHERE schemaname = current_schema()",
        "SELECT viewname, definition FROM pg_catalog.pg_views WHERE schemaname = current_schema()",
    ),
}


class Found(NamedTuple):
    """The catalogue of a mirror's database."""

    tables: frozenset[str]
    views: dict[str, str]  # name -> the table that it shows, or its text when it shows something else
    generation: int  # which serves

    def has(self, table: str) -> bool:
        """Whether there is such a table."""
        return table in self.tables

    def folded(self, table: str) -> str:
        """The name of a folded table in the generation that serves."""
        return folded(BY_NAME[table], self.generation)


class Anchor(NamedTuple):
    """The block that mirror and chain are compared at; one before the mirror's first for an empty mirror."""

    block: int
    hash: Hash


def look(db: Db) -> Found:
    """What is there, in a snapshot. Raises MirrorEmpty when no generation's tables are."""
    tables_sql, views_sql = _CATALOGUE[db.dialect]
    tables = frozenset(name for (name,) in db.all(tables_sql))
    views = {name: _shown_by(name, text) for name, text in db.all(views_sql)}
    made = {table.name for table in TABLES}
    there = Counter(int(n) for name, n in map(_split, tables) if name in made)
    stated = db.all("SELECT generation FROM checkpoint WHERE state = 'serving'") if "checkpoint" in tables else []
    shown = Counter(int(n) for view, (name, n) in ((v, _split(t)) for v, t in views.items()) if name == view)
    for generation in (*(n for (n,) in stated), *(n for n, _ in shown.most_common()), *sorted(there)):
        if generation in there:
            return Found(tables, views, generation)
    raise MirrorEmpty(store=db.store)


def misplaced(found: Found) -> Iterator[Difference]:
    """Tables that are not there, and views that are not of the generation that serves."""
    for name in LOG_TABLES:
        if not found.has(name):
            yield Difference(name, (), None, "table", None, name)
    for table in TABLES:
        right = folded(table, found.generation)
        if not found.has(right):
            yield Difference(table.name, (), None, "table", None, right)
        if found.views.get(table.name) != right:
            yield Difference(table.name, (), None, "view", found.views.get(table.name), right)


def first_block(db: Db, found: Found) -> int:
    """Of the mirror: what its record says, unless the log goes on below it or ends before it."""
    row = db.one("SELECT first FROM mirror")
    first = 0 if row is None else max(0, int(row[0]))
    if not found.has("mirrored_block"):
        return first
    ends = db.one("SELECT min(number), max(number) FROM mirrored_block")
    if ends is None or ends[0] is None:
        return first
    below = db.one("SELECT 1 FROM mirrored_block WHERE number = ?", (first - 1,))
    return max(0, int(ends[0])) if below or first > ends[1] else first


def anchor(db: Db, found: Found, source: Source, first: int) -> Anchor:
    """Where the mirror is: what its checkpoint says, if the chain or the log agrees; else what the log says.

    Raises ChainShort when the node knows neither, and the errors of Source.
    """
    sql = "SELECT block, hash FROM checkpoint WHERE generation = ?"
    stated = db.all(sql, (found.generation,)) if found.has("checkpoint") else []
    highest = db.one("SELECT max(number) FROM mirrored_block") if found.has("mirrored_block") else None
    logged = first - 1 if highest is None or highest[0] is None else int(highest[0])
    for block, name in stated:
        if block == logged or _hash(source, block, first) == name:
            logged = block
    there = _hash(source, logged, first)
    if there is None:
        raise ChainShort(block=logged, head=source.head().number)
    return Anchor(logged, there)


def _hash(source: Source, number: int, first: int) -> Hash | None:
    """Of a block of the chain; None when there is no such block."""
    if number == first - 1:
        return Hash(ZERO)
    if number < first:
        return None
    try:
        return source.header(number).hash
    except ChainShort:
        return None


def _split(name: str) -> tuple[str, str]:
    found = _GENERATION.fullmatch(name)
    return (found[1], found[2]) if found else ("", "0")


def _shown_by(view: str, text: str) -> str:
    """The table whose columns, all and unchanged, a view shows; else its text."""
    plain = " ".join(text.split())
    found = _VIEW.fullmatch(plain)
    if found is None or view not in BY_NAME:
        return plain
    columns = [column.split(".")[-1].strip(' "') for column in found[1].split(",")]
    return found[2] if columns in (["*"], list(BY_NAME[view].names)) else plain
