# SPDX-License-Identifier: Apache-2.0
"""Blocks and everything that follows from them, written in one transaction with the checkpoint.

The checkpoint moves only from where we left it: whoever wrote meanwhile, or made the mirror anew, makes the whole
transaction come to nothing (MirrorMoved). So a block is applied once, whoever dies when, however many writers there
are. After any error the writer is of no more use: a new one begins at the checkpoint.
"""

from collections.abc import Sequence
from typing import NamedTuple

from chain.domain.vocabulary import Address, Hash
from chain.mirror.blocks import Block
from chain.mirror.errors import BlockNotMirrored, EventImpossible, MirrorMoved, ParentDiffers, VersionGap
from chain.mirror.fold import EVENT_COLUMNS, MODULUS, Fold, Written, row_digest
from chain.mirror.schema import ZERO, folded
from chain.mirror.tables import LAYOUT, OPEN, TABLES, Table
from chain.node.failpoints import reach
from chain.store.db import Db, Value


class Checkpoint(NamedTuple):
    """How far a generation of the mirror is. `block` is the last one in it; -1, or one below the first, for none."""

    generation: int
    block: int
    hash: Hash  # zero for none
    digest: bytes


def checkpoint(db: Db) -> Checkpoint:
    """Of the generation that serves. Raises StoreError."""
    row = db.one("SELECT generation, block, hash, digest FROM checkpoint WHERE state = 'serving'")
    assert row is not None, "one generation always serves"
    return Checkpoint(*row)


def outdated(db: Db) -> bool:
    """Whether the generation that serves was folded by other software, so that it has to be folded anew."""
    return db.one("SELECT 1 FROM checkpoint WHERE state = 'serving' AND layout = ?", (LAYOUT,)) is None


class Ready(NamedTuple):
    """What a range of blocks comes to."""

    blocks: Sequence[Block]
    events: list[tuple[Value, ...]]
    written: list[Written]
    after: Checkpoint


class Writer:
    """Writes to one generation of a mirror; `log`: also to the log, which refolding leaves alone."""

    def __init__(self, db: Db, at: Checkpoint, log: bool = True) -> None:
        row = db.one("SELECT ledger, rulebook, first FROM mirror")
        assert row is not None, "there is a mirror"
        self.db, self.at, self._log = db, at, log
        self.ledger, rulebook, self._first = Address(row[0]), Address(row[1]), row[2]
        self._fold = Fold(db, at.generation, self.ledger, rulebook)

    def write(self, blocks: Sequence[Block]) -> Checkpoint:
        """Write blocks that follow on the checkpoint; the new one.

        Raises ParentDiffers, EventRejected, VersionGap, EventImpossible, MirrorMoved, StoreError.
        """
        try:
            ready = self.fold(blocks)
        except (VersionGap, EventImpossible):
            if not stands(self.db, self.at):  # then these are somebody else's rows, and no fault of the blocks
                raise MirrorMoved(block=self.at.block) from None
            raise
        reach("mirror-before-write")
        with self.db.transaction():
            self.put(ready)
            reach("mirror-before-commit")
        reach("mirror-after-commit")
        return self.at

    def fold(self, blocks: Sequence[Block]) -> "Ready":
        """What writing these blocks will come to; nothing is written yet. Raises as `write`, but for MirrorMoved."""
        events: list[tuple[Value, ...]] = []
        number, parent = self.at.block, self.at.hash
        for block in blocks:
            header = block.header
            assert header.number == number + 1, "blocks follow on each other"
            if header.parent != parent and not (number == self._first - 1 and number >= 0):
                raise ParentDiffers(block=header.number, expected=_hex(parent), found=_hex(header.parent))
            number, parent = header.number, header.hash
            events += self._fold.block(block)
        written, more = self._fold.flush()
        digest = (int.from_bytes(self.at.digest, "big") + more) % MODULUS
        after = Checkpoint(self.at.generation, number, parent, digest.to_bytes(32, "big"))
        return Ready(blocks, events, written, after)

    def put(self, ready: "Ready") -> None:
        """Write what was folded, in a transaction of the caller's. Raises MirrorMoved, StoreError."""
        move(self.db, self.at, ready.after)
        reach("mirror-after-checkpoint")
        if self._log:
            headers = [(b.header.number, b.header.hash, b.header.parent, b.header.timestamp) for b in ready.blocks]
            self.db.insert("mirrored_block", ("number", "hash", "parent", "timestamp"), headers)
            self.db.insert("event", EVENT_COLUMNS, ready.events)
        for table in ready.written:
            self._write(table)
        self.at = ready.after

    def _write(self, written: Written) -> None:
        """A version that ends is found by its whole key, its first block included: some rows have thousands."""
        table, name = written.table, folded(written.table, self.at.generation)
        if table.rows == "rulebook":
            self.db.executemany(f"UPDATE {name} SET block_to = ? WHERE id = ? AND block_to = {OPEN}", written.endings)
        else:
            keys = [*(column.name for column in table.keys), "block_from"]
            self.db.revise(name, "block_to", keys, written.endings)
        self.db.insert(name, table.names, written.inserts)


def stands(db: Db, at: Checkpoint) -> bool:
    """Whether a checkpoint is where it was left."""
    row = db.one("SELECT block, hash, digest FROM checkpoint WHERE generation = ?", (at.generation,))
    return row == at[1:]


def move(db: Db, at: Checkpoint, after: Checkpoint) -> None:
    """Move a checkpoint, in the caller's transaction. Raises MirrorMoved when it is not where it was left."""
    moved = db.execute(
        "UPDATE checkpoint SET block = ?, hash = ?, digest = ? WHERE generation = ? AND block = ? AND hash = ? "
        "AND digest = ?",
        (after.block, after.hash, after.digest, at.generation, at.block, at.hash, at.digest),
    )
    if moved != 1:
        raise MirrorMoved(block=at.block)


def rollback(db: Db, at: Checkpoint, to: int) -> Checkpoint:
    """Take back every block after `to`, in one transaction; the new checkpoint.

    Raises BlockNotMirrored for a block that is not in the mirror, MirrorMoved, StoreError.
    """
    row = db.one("SELECT hash FROM mirrored_block WHERE number = ?", (to,))
    first = db.one("SELECT first FROM mirror")
    assert first is not None, "there is a mirror"
    if row is None and to != first[0] - 1:
        raise BlockNotMirrored(block=to, head=at.block)
    digest = int.from_bytes(at.digest, "big")
    with db.transaction():
        for table in TABLES:
            digest -= _take_back(db, table, at.generation, to)
        after = Checkpoint(
            at.generation, to, Hash(ZERO if row is None else row[0]), (digest % MODULUS).to_bytes(32, "big")
        )
        move(db, at, after)
        reach("mirror-after-rollback")
        db.execute("DELETE FROM event WHERE block > ?", (to,))
        db.execute("DELETE FROM mirrored_block WHERE number > ?", (to,))
    return after


def _take_back(db: Db, table: Table, generation: int, to: int) -> int:
    """Remove the versions born after a block and reopen those before them; what they had added to the digest.

    No index leads to them, since every row would pay for that and few are ever taken back: the log says which
    obligations it is about. Tables of other things are small and looked through.
    """
    name, width = folded(table, generation), len(table.keys)
    columns = ", ".join([f'"{column}"' for column in table.names])
    where = "block_from > ?"
    if table.names[:2] == ("obligor", "number"):
        named = "SELECT DISTINCT obligor, number FROM event WHERE block > ? AND obligor IS NOT NULL"
        where = f"(obligor, number) IN ({named}) AND block_from > ?"
    bounds = [to] * where.count("?")
    born = db.all(f"SELECT {columns} FROM {name} WHERE {where}", bounds)
    if not born:
        return 0
    db.execute(f"DELETE FROM {name} WHERE {where}", bounds)
    key = " AND ".join([f'"{column.name}" = ?' for column in table.keys])
    last = f"(SELECT MAX(block_from) FROM {name} WHERE {key})"
    reopened: list[tuple[Value, ...]] = [(*place, *place) for place in {row[:width] for row in born}]
    db.executemany(f"UPDATE {name} SET block_to = {OPEN} WHERE {key} AND block_from = {last}", reopened)
    return sum(row_digest(table.name, row[:width], row[width], row[width + 2 :]) for row in born)


def _hex(value: bytes) -> str:
    return f"0x{value.hex()}"
