# SPDX-License-Identifier: Apache-2.0
"""The mirror's tables in a database: the log and the checkpoint once, what is folded once a generation.

`claim` is a view of `claim_v3` while generation 3 serves. Folding anew fills the tables of generation 4 beside it, and
one transaction points the views there. Whoever reads never sees half of either.
"""

from pathlib import Path

from chain.domain.vocabulary import Address
from chain.mirror.errors import MirrorEmpty, MirrorOfAnother, MirrorOutdated
from chain.mirror.tables import LAYOUT, OPEN, TABLES, Column, Kind, Table
from chain.store.address import parse
from chain.store.db import Db, connect
from chain.store.private import make_private

LOG_LAYOUT = 1
"""The version of the tables that are not folded; a mirror of another one is made anew from the chain."""

_TYPES = {
    "sqlite": {Kind.NUMBER: "INTEGER", Kind.WIDE: "TEXT", Kind.TEXT: "TEXT", Kind.BYTES: "BLOB"},
    "postgresql": {Kind.NUMBER: "BIGINT", Kind.WIDE: "TEXT", Kind.TEXT: "TEXT", Kind.BYTES: "BYTEA"},
}
_COLLATION = {"sqlite": "", "postgresql": ' COLLATE "C"'}  # the same order on both

_LOG = (
    """CREATE TABLE mirror (
        id {number} PRIMARY KEY CHECK (id = 1), log_layout {number} NOT NULL, chain_id {number} NOT NULL,
        ledger {text} NOT NULL, rulebook {text} NOT NULL, first {number} NOT NULL){end}""",
    """CREATE TABLE mirrored_block (
        number {number} PRIMARY KEY, hash {bytes} NOT NULL, parent {bytes} NOT NULL,
        timestamp {number} NOT NULL){end}""",
    """CREATE TABLE event (
        block {number} NOT NULL, position {number} NOT NULL, transaction_hash {bytes} NOT NULL, address {text} NOT NULL,
        name {text} NOT NULL, participant {number}, obligor {number}, number {number}, seq {number}, version {number},
        topics {bytes} NOT NULL, data {bytes} NOT NULL, PRIMARY KEY (block, position)){end}""",
    "CREATE INDEX ix_event_obligation ON event (obligor, number, seq, block, position)",
    "CREATE INDEX ix_event_participant ON event (participant, block, position) WHERE participant IS NOT NULL",
    """CREATE TABLE checkpoint (
        generation {number} PRIMARY KEY, layout {number} NOT NULL, state {text} NOT NULL
            CHECK (state IN ('serving', 'building')),
        block {number} NOT NULL, hash {bytes} NOT NULL, digest {bytes} NOT NULL){end}""",
    "CREATE UNIQUE INDEX uq_checkpoint_serving ON checkpoint (state) WHERE state = 'serving'",
    """CREATE TABLE heard (
        id {number} PRIMARY KEY CHECK (id = 1), head {number} NOT NULL, at {number} NOT NULL){end}""",
)
"""`event.position` counts all logs of its block. `heard`: the node's head, and when (UTC seconds) it last told it."""
LOG_TABLES = ("mirror", "mirrored_block", "event", "checkpoint", "heard")

ZERO = bytes(32)


def folded(table: Table, generation: int) -> str:
    """The name of a folded table's generation."""
    return f"{table.name}_v{generation}"


def open_mirror(address: str | Path, patience: float = 5.0) -> Db:
    """A connection to a mirror's database; an SQLite file is made, for its owner alone, when it is not there.

    Raises as chain.store.db.connect.
    """
    place = parse(address)
    if place.path is not None:
        make_private(place.path)
    return connect(address, durable=False, patience=patience)


def exists(db: Db) -> bool:
    """Whether there is a mirror in this database. Raises StoreBusy, StoreUnavailable, StoreDamaged."""
    return _present(db, "mirror")


def create(db: Db, chain_id: int, ledger: Address, rulebook: Address, first: int = 0) -> None:
    """Make an empty mirror, in a transaction of the caller's. `first`: the first block to be mirrored."""
    types = _TYPES[db.dialect]
    end = " STRICT" if db.dialect == "sqlite" else ""
    for statement in _LOG:
        db.execute(statement.format(number=types[Kind.NUMBER], text=types[Kind.TEXT], bytes=types[Kind.BYTES], end=end))
    db.execute(
        "INSERT INTO mirror (id, log_layout, chain_id, ledger, rulebook, first) VALUES (1, ?, ?, ?, ?, ?)",
        (LOG_LAYOUT, chain_id, ledger, rulebook, first),
    )
    add_generation(db, 1, first)
    serve(db, 1)


def add_generation(db: Db, generation: int, first: int) -> None:
    """Make the empty tables of a generation and its checkpoint before block `first`, in the caller's transaction."""
    for table in TABLES:
        _create(db, table, generation)
    db.execute(
        "INSERT INTO checkpoint (generation, layout, state, block, hash, digest) VALUES (?, ?, 'building', ?, ?, ?)",
        (generation, LAYOUT, first - 1, ZERO, ZERO),
    )


def serve(db: Db, generation: int) -> None:
    """Point the views at a generation, in the caller's transaction; the one before it is gone."""
    for (old,) in db.all("SELECT generation FROM checkpoint WHERE generation <> ?", (generation,)):
        drop_generation(db, old)
    for table in TABLES:
        db.execute(f"DROP VIEW IF EXISTS {table.name}")
        db.execute(f"CREATE VIEW {table.name} AS SELECT * FROM {folded(table, generation)}")
    db.execute("UPDATE checkpoint SET state = 'serving' WHERE generation = ?", (generation,))


def drop_generation(db: Db, generation: int) -> None:
    """Remove a generation's views, tables and checkpoint, in the caller's transaction."""
    serving = db.one("SELECT 1 FROM checkpoint WHERE generation = ? AND state = 'serving'", (generation,))
    for table in _tables_of(db, generation):
        if serving:
            db.execute(f"DROP VIEW IF EXISTS {table}")
        db.execute(f"DROP TABLE {table}_v{generation}")
    db.execute("DELETE FROM checkpoint WHERE generation = ?", (generation,))


def drop(db: Db) -> None:
    """Remove the whole mirror, in the caller's transaction."""
    for (generation,) in db.all("SELECT generation FROM checkpoint"):
        drop_generation(db, generation)
    for table in LOG_TABLES:
        db.execute(f"DROP TABLE {table}")


def check(db: Db, chain_id: int, ledger: Address) -> None:
    """Whether this is a mirror of that ledger, with tables that this software reads.

    Raises MirrorEmpty, MirrorOfAnother, MirrorOutdated.
    """
    if not exists(db):
        raise MirrorEmpty(store=db.store)
    row = db.one("SELECT log_layout, chain_id, ledger FROM mirror")
    if row is None or row[0] != LOG_LAYOUT:
        raise MirrorOutdated(found="none" if row is None else row[0], expected=LOG_LAYOUT)
    if (row[1], row[2]) != (chain_id, ledger):
        raise MirrorOfAnother(expected=f"{ledger} @ {chain_id}", found=f"{row[2]} @ {row[1]}")


def _create(db: Db, table: Table, generation: int) -> None:
    types, name = _TYPES[db.dialect], folded(table, generation)

    def declared(column: Column) -> str:
        collation = _COLLATION[db.dialect] if column.kind in (Kind.TEXT, Kind.WIDE) else ""
        return f'"{column.name}" {types[column.kind]}{collation} NOT NULL'

    columns = [declared(column) for column in table.keys]
    columns += [f"block_from {types[Kind.NUMBER]} NOT NULL", f"block_to {types[Kind.NUMBER]} NOT NULL"]
    columns += [declared(column) for column in table.columns]
    numbers = [f'"{c.name}" >= 0' for c in (*table.keys, *table.columns) if c.kind is Kind.NUMBER]
    numbers += ["block_from >= 0", "block_to > block_from"]
    key = ", ".join(f'"{column.name}"' for column in table.keys)
    end = " STRICT, WITHOUT ROWID" if db.dialect == "sqlite" else " WITH (fillfactor = 80)"
    db.execute(
        f"CREATE TABLE {name} ({', '.join(columns)}, CONSTRAINT ck_{name} CHECK ({' AND '.join(numbers)}), "
        f"CONSTRAINT pk_{name} PRIMARY KEY ({key}, block_from)){end}"
    )
    for index in table.indexes:
        quoted = ", ".join([f'"{column}"' for column in index])
        db.execute(f"CREATE INDEX ix_{name}_{'_'.join(index)} ON {name} ({quoted})")


def _tables_of(db: Db, generation: int) -> list[str]:
    """The folded tables that a generation really has: other software may have made it."""
    suffix = f"_v{generation}"
    if db.dialect == "sqlite":
        rows = db.all("SELECT name FROM sqlite_master WHERE type = 'table'")
    else:
        rows = db.all("SELECT tablename FROM pg_catalog.pg_tables WHERE schemaname = current_schema()")
    return [name.removesuffix(suffix) for (name,) in rows if name.endswith(suffix)]


def _present(db: Db, table: str) -> bool:
    if db.dialect == "sqlite":
        return db.one("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?", (table,)) is not None
    found = db.one("SELECT 1 FROM pg_catalog.pg_tables WHERE schemaname = current_schema() AND tablename = ?", (table,))
    return found is not None


assert OPEN == 9223372036854775807, "reads write it out"
