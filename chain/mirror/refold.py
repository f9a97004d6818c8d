# SPDX-License-Identifier: Apache-2.0
"""Folding anew: from the log in this database, without asking a node, into tables beside those that serve.

A range at a time, each with its own checkpoint, so that it may die anywhere and go on. The last step looks once more
for what the log got meanwhile and points the views at the new tables, in one transaction. When a reorganisation takes
back blocks that were folded already, it begins again.
"""

from collections.abc import Callable
from itertools import groupby
from typing import Any

from chain.abi.events import Log
from chain.domain.clock import UtcSeconds
from chain.domain.vocabulary import Address, Hash
from chain.mirror import schema
from chain.mirror.blocks import Block, Found, Header
from chain.mirror.tables import LAYOUT
from chain.mirror.writer import Checkpoint, Writer, checkpoint
from chain.node.failpoints import reach
from chain.store.db import Db

EVENTS = 5_000
"""Events of the log that are folded in one transaction."""


def refold(db: Db, told: Callable[[int, int], None] = lambda block, head: None) -> Checkpoint:
    """Fold the log into new tables and let those serve. `told`: how far it is, of how many blocks.

    Raises EventRejected, VersionGap, EventImpossible (a damaged log: make the mirror anew from the chain), MirrorMoved,
    StoreError; then the former tables serve on.
    """
    writer = _writer(db)
    while not _serve(db, writer):
        head = checkpoint(db).block
        if not _stands(db, writer.at):
            writer = _writer(db)
        writer.write(blocks(db, writer.at.block + 1, head))
        reach("refold-after-write")
        told(writer.at.block, head)
    reach("refold-after-serve")
    return checkpoint(db)


def blocks(db: Db, first: int, last: int, events: int = EVENTS) -> list[Block]:
    """Blocks of the log from `first` on, as many as have about so many events and none after `last`."""
    beyond = db.one(
        "SELECT block FROM event WHERE block >= ? AND block <= ? ORDER BY block, position LIMIT 1 OFFSET ?",
        (first, last, events),
    )
    if beyond is not None:
        last = max(first, beyond[0] - 1)
    found = db.all(
        "SELECT block, position, transaction_hash, address, topics, data FROM event WHERE block >= ? AND block <= ? "
        "ORDER BY block, position",
        (first, last),
    )
    logs = {
        number: tuple(
            Found(position, Hash(transaction), Log(Address(address), _topics(topics), data))
            for _, position, transaction, address, topics, data in rows
        )
        for number, rows in groupby(found, key=lambda row: row[0])
    }
    headers = db.all(
        "SELECT number, hash, parent, timestamp FROM mirrored_block WHERE number >= ? AND number <= ? ORDER BY number",
        (first, last),
    )
    return [
        Block(Header(number, Hash(name), Hash(parent), UtcSeconds(at)), logs.get(number, ()))
        for number, name, parent, at in headers
    ]


def _writer(db: Db) -> Writer:
    """For a generation that is being built: the one that was begun, where it can be gone on with, or a new one."""
    row = db.one("SELECT generation, block, hash, digest, layout FROM checkpoint WHERE state = 'building'")
    if row is not None:
        begun = Checkpoint(*row[:4])
        if row[4] == LAYOUT and _stands(db, begun):
            return Writer(db, begun, log=False)
    with db.transaction():
        for (old,) in db.all("SELECT generation FROM checkpoint WHERE state = 'building'"):
            schema.drop_generation(db, old)
        (serving, first) = _only(db, "SELECT generation, (SELECT first FROM mirror) FROM checkpoint")
        schema.add_generation(db, serving + 1, first)
        fresh = _only(db, "SELECT generation, block, hash, digest FROM checkpoint WHERE state = 'building'")
    return Writer(db, Checkpoint(*fresh), log=False)


def _serve(db: Db, writer: Writer) -> bool:
    """Let the new tables serve if they are as far as the log. False when there is more to fold."""
    with db.transaction():
        db.execute("UPDATE checkpoint SET block = block WHERE state = 'serving'")  # nobody moves it until we are done
        serving = checkpoint(db)
        if (writer.at.block, writer.at.hash) != (serving.block, serving.hash):
            return False
        reach("refold-before-serve")
        schema.serve(db, writer.at.generation)
    return True


def _stands(db: Db, at: Checkpoint) -> bool:
    """Whether what was folded is still in the log."""
    row = db.one("SELECT hash FROM mirrored_block WHERE number = ?", (at.block,))
    return at.hash == (schema.ZERO if row is None else row[0])


def _topics(joined: bytes) -> tuple[Hash, ...]:
    return tuple(Hash(joined[at : at + 32]) for at in range(0, len(joined), 32))


def _only(db: Db, sql: str) -> tuple[Any, ...]:
    row = db.one(sql)
    assert row is not None, sql
    return row
