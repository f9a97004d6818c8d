# SPDX-License-Identifier: Apache-2.0
"""Is the mirror what the chain says? Everything in it compared with the chain again, and every difference named.

In one snapshot of the database, at the block of its checkpoint:
 - *storage*: every row that holds now against the contracts' own storage, which knows neither events nor folds;
 - *log* and *fold*: the chain fetched and verified anew, folded into a scratch database by the same writer, and every
   block, event and version of every row compared with the mirror's, closed ones included.
The first is quick and sees what holds now; what was removed, added or lies in the past needs the second.
"""

import re
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from chain.abi.slots import LATEST_RULES
from chain.domain.errors import Lang
from chain.domain.vocabulary import ZERO_ADDRESS, Address, Hash
from chain.mirror import schema
from chain.mirror.errors import BlockUnproven
from chain.mirror.fold import MODULUS, row_digest
from chain.mirror.reconcile_rows import (
    BLOCKS,
    CHECKPOINT,
    EVENTS,
    MIRROR,
    ROW,
    SHAPES,
    Difference,
    Shape,
    Shown,
    compare,
    read,
    stored,
    stream,
)
from chain.mirror.reconcile_storage import COMMITMENT, Contracts, Storage, address, past_rulebooks
from chain.mirror.reconcile_tables import Anchor, Found, anchor, first_block, look, misplaced
from chain.mirror.source import Source
from chain.mirror.tables import LAYOUT, TABLES
from chain.mirror.writer import Writer, checkpoint
from chain.node.rpc import Rpc
from chain.store.db import Db, Row
from chain.store.errors import StoreDamaged

MOST = 10_000
"""Differences that are kept and shown; of more only the number."""

_ADMITTED = re.compile(r"CHECK constraint failed in |\S+ value in ")  # a value: the comparison has named it

Progress = Callable[[str, int, int], None]
"""Told what is being compared ("storage", "blocks", a table), how much is done, and of how much; 0: not known."""


@dataclass(frozen=True)
class Report:
    """What was compared, and what differs."""

    block: int
    hash: Hash
    full: bool  # else only what holds now was compared, with storage
    rows: Mapping[str, int]  # of the mirror, by table
    slots: int  # of storage
    differences: tuple[Difference, ...]
    more: int  # differences beyond MOST

    @property
    def equal(self) -> bool:
        """Whether mirror and chain say the same."""
        return not self.differences

    def lines(self, lang: Lang) -> list[str]:
        """For people: each difference, then the sum."""
        told = [_line(each, lang) for each in self.differences]
        rows, count = sum(self.rows.values()), len(self.differences) + self.more
        if lang == "zh":
            return [*told, f"区块 {self.block}：比对 {rows} 行、{self.slots} 个存储位，差异 {count} 处。"]
        return [*told, f"Block {self.block}: {rows} rows and {self.slots} slots compared; differences: {count}."]


def reconcile(
    db: Db,
    rpc: Rpc,
    source: Source,
    chain_id: int,
    ledger: Address,
    full: bool = True,
    told: Progress = lambda what, done, of: None,
) -> Report:
    """Compare a mirror with the chain. `full`: all of it, else the rows that hold now with storage, and their digest.

    Raises MirrorEmpty, MirrorOfAnother, MirrorOutdated; ChainShort when the node is behind the mirror; StoreDamaged
    when the database's file is; EventRejected and the like when the chain's own events do not fold; StoreError, and the
    errors of Source and Rpc.call.
    """
    schema.check(db, chain_id, ledger)
    with db.snapshot():
        run = _Run(db, rpc, source, chain_id, ledger, told)
        run.places()
        run.storage()
        if full:
            with tempfile.TemporaryDirectory(prefix="deeptier-reconcile-") as folder:
                run.fold(Path(folder) / "scratch.db")
            _whole(db)
        else:
            run.digest()
    return run.report(full)


class _Run:
    """One reconciliation, inside its snapshot."""

    def __init__(self, db: Db, rpc: Rpc, source: Source, chain_id: int, ledger: Address, told: Progress) -> None:
        self.db, self.source, self.chain_id, self.ledger, self.told = db, source, chain_id, ledger, told
        self.found: Found = look(db)
        self.first = first_block(db, self.found)
        self.at: Anchor = anchor(db, self.found, source, self.first)
        self.tables = [table for table in TABLES if self.found.has(self.found.folded(table.name))]
        self.slots = None if self.empty else Storage(rpc, self.at.block, self.at.hash)
        self.rulebook = self._first_rulebook()
        self.rows: Counter[str] = Counter()
        self.differences: list[Difference] = []
        self.now: list[Difference] = []  # found in storage
        self.count = 0

    def places(self) -> None:
        """Tables and views."""
        for each in misplaced(self.found):
            self._add(each)

    @property
    def empty(self) -> bool:
        """Whether no block is mirrored."""
        return self.at.block < self.first

    def storage(self) -> None:
        """Rows that hold now."""
        if self.slots is None:
            return
        contracts = Contracts(self.db, self.found, self.ledger, self.rulebook, self.slots)
        for table in self.tables:
            self.told("storage", self.slots.asked, 0)
            self.now.extend(islice(contracts.differences(table), MOST))
        if not self.slots.by_hash and self.source.header(self.at.block).hash != self.at.hash:
            raise BlockUnproven(block=self.at.block, why="there is another block of that number now")

    def fold(self, file: Path) -> None:
        """The chain once more, folded beside, and every row compared."""
        with schema.open_mirror(file) as scratch:
            self._refold(scratch)
            with scratch.snapshot():
                for kind in (BLOCKS, EVENTS):
                    self._compare(scratch, kind, kind.name, kind.name)
                for table in self.tables:
                    self._compare(scratch, SHAPES[table.name], self.found.folded(table.name), schema.folded(table, 1))
                self._checkpoints(scratch)
                self._compare(scratch, MIRROR, "mirror", "mirror")

    def digest(self) -> None:
        """Whether the rows are those that the checkpoint was made of: a sign, told when there is no plainer one."""
        if self.now or self.differences or not self.found.has("checkpoint"):
            return
        total = 0
        for table in self.tables:
            kind, width = SHAPES[table.name], len(table.keys)
            for row in self._mirrored(kind, self.found.folded(table.name)):
                plain = read(kind, row)
                total += row_digest(table.name, plain[:width], row[width], plain[width + 2 :])
        sum_of_rows = (total % MODULUS).to_bytes(32, "big")
        for row in stream(self.db, CHECKPOINT, "checkpoint", f"WHERE generation = {self.found.generation}"):
            right = (*row[:-1], sum_of_rows)
            for each in compare(CHECKPOINT, iter([row]), iter([right])):
                self._add(each)

    def report(self, full: bool) -> Report:
        """All of it; of one fault that storage and fold both show, what the fold says of it."""
        told: dict[tuple[object, ...], set[str]] = {}
        for each in self.differences:
            for place in (each.place, each.place[:2]):
                told.setdefault(place, set()).add(each.column)
        for each in self.now if self.count <= MOST else ():  # beyond that it is not known what the fold named
            place = each.place if each.since is not None else each.place[:2]
            if not _covers(told.get(place, set()), each.column):
                self._add(each)
        more = max(0, self.count - MOST)
        asked = 0 if self.slots is None else self.slots.asked
        return Report(self.at.block, self.at.hash, full, dict(self.rows), asked, tuple(self.differences), more)

    def _first_rulebook(self) -> Address:
        """The record's, unless no Rulebook stands there and the rows know one that does."""
        stated = [found for found in (address(row[4]) for row in stream(self.db, MIRROR, "mirror")) if found]
        known = [*stated, *past_rulebooks(self.db, self.found)]
        for each in known:
            if self.slots is None or any(self.slots.words([(each, LATEST_RULES)])[0]):
                return each
        return ZERO_ADDRESS

    def _refold(self, scratch: Db) -> None:
        with scratch.transaction():
            schema.create(scratch, self.chain_id, self.ledger, self.rulebook, self.first)
        if self.empty:
            return
        writer = Writer(scratch, checkpoint(scratch))
        for blocks in self.source.follow(self.first, self.at.block):
            writer.write(blocks)
            self.told("blocks", writer.at.block - self.first + 1, self.at.block - self.first + 1)

    def _checkpoints(self, scratch: Db) -> None:
        """That of the generation that serves, and that there is no other but of one that is being built."""
        if not self.found.has("checkpoint"):
            return
        generation = self.found.generation
        wrong = [
            n
            for n, state in self.db.all("SELECT generation, state FROM checkpoint")
            if n != generation and not (state == "building" and any(self.found.has(f"{t.name}_v{n}") for t in TABLES))
        ]
        ours = f"WHERE generation IN ({', '.join(map(str, [generation, *wrong]))})"
        (theirs,) = stream(scratch, CHECKPOINT, "checkpoint")
        right = (generation, *stored((LAYOUT, "serving")), *theirs[3:])
        for each in compare(CHECKPOINT, self._mirrored(CHECKPOINT, "checkpoint", ours), iter([right])):
            self._add(each)

    def _compare(self, scratch: Db, kind: Shape, ours: str, theirs: str) -> None:
        if self.found.has(ours):
            for each in compare(kind, self._mirrored(kind, ours), stream(scratch, kind, theirs)):
                self._add(each)

    def _mirrored(self, kind: Shape, table: str, where: str = "") -> Iterator[Row]:
        """The mirror's rows, counted."""
        for row in stream(self.db, kind, table, where):
            self.rows[kind.name] += 1
            if self.rows[kind.name] % 10_000 == 1:
                self.told(kind.name, self.rows[kind.name], 0)
            yield row

    def _add(self, difference: Difference) -> None:
        self.count += 1
        if len(self.differences) < MOST:
            self.differences.append(difference)


def _covers(named: set[str], column: str) -> bool:
    """Whether what the fold names in a version explains what storage shows in that column of it."""
    if named & {column, ROW, "block_from", "block_to"}:
        return True
    return column == COMMITMENT and bool(named & {"terms", "invoices"})


def _whole(db: Db) -> None:
    """See that the file holds together, indexes included. Raises StoreDamaged."""
    if db.dialect != "sqlite":
        return
    for (said,) in db.all("PRAGMA integrity_check"):
        if said != "ok" and not _ADMITTED.match(said):
            raise StoreDamaged(store=db.store, why=said)


def _line(each: Difference, lang: Lang) -> str:
    names = [column.name for column in SHAPES[each.table].keys] if each.key else []
    key = ", ".join([f"{name} {value}" for name, value in zip(names, each.key, strict=False)])
    since = "" if each.since is None else f", block_from {each.since}"
    mine, theirs = ("镜像", "链上") if lang == "zh" else ("mirror", "chain")
    where = f"{each.table} ({key}{since})" if key else each.table
    return f"{where} {each.column}: {mine} {_value(each.mirrored)}, {theirs} {_value(each.chain)}"


def _value(value: Shown) -> str:
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{name} {_value(cell)}" for name, cell in value.items()) + "}"
    return "—" if value is None else str(value)
