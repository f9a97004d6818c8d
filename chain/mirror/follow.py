# SPDX-License-Identifier: Apache-2.0
"""Following the chain: from the checkpoint to the tip, and back to the last common block when the chain turned.

Nothing is believed because a node says so. On the embedded chain a block counts once its hash is in the book, so the
book is asked for it; elsewhere a block whose parent is not ours means that the chain was reorganised, and every block
down to the last common one is asked for by its number and compared by its hash.
"""

from collections.abc import Callable, Sequence
from contextlib import closing
from typing import Any

from chain.domain.clock import Clock
from chain.mirror import writer as written
from chain.mirror.blocks import Block
from chain.mirror.errors import BookDiffers, ChainShort, MirrorMoved, ParentDiffers
from chain.mirror.fetcher import Fetcher
from chain.mirror.source import Source
from chain.mirror.tip import Tip, book_hashes
from chain.mirror.writer import Checkpoint, Writer
from chain.store.db import Db
from chain.store.errors import StoreMissing

Tell = Callable[[str, dict[str, Any]], None]

HEARTBEAT = 1  # seconds between two notes of the node's head
FAR = 100  # blocks from which on a process of its own fetches them


class Follower:
    """Keeps a mirror at the tip. After an error it is of no more use. `book`: of the embedded chain; `fetcher`: of a
    long way.

    `step` raises the errors of Source, Writer and Tip; BookDiffers, ChainShort; StoreMissing when the mirror's file was
    removed under us, MirrorMoved when it was made anew.
    """

    def __init__(
        self,
        db: Db,
        source: Source,
        tip: Tip,
        book: Db | None,
        clock: Clock,
        tell: Tell,
        fetcher: Fetcher | None = None,
    ) -> None:
        self._db, self._source, self._tip, self._book, self._fetcher = db, source, tip, book, fetcher
        self._clock, self._tell = clock, tell
        self._writer = Writer(db, written.checkpoint(db))
        self._heard = 0

    @property
    def at(self) -> Checkpoint:
        """How far the mirror is."""
        return self._writer.at

    def step(self, seconds: float) -> int:
        """Wait for news so long, and mirror them all; how many blocks were written."""
        now = self._clock.now()
        if now - self._heard >= HEARTBEAT:
            self._hear(now)
        before = self._writer.at.block  # only now: it may have turned back
        told = self._tip.wait(before, seconds)
        if told is None:
            return 0
        try:
            by = self._fetcher if self._fetcher and told[0] - before >= FAR else self._source
            with closing(by.follow(before + 1, told[0])) as ranges:
                for blocks in ranges:
                    self._see_book(blocks)
                    self._writer.write(blocks)
        except ParentDiffers:
            if self._book is not None:
                raise
            self._turn_back()
            return 0
        return self._writer.at.block - before

    def _hear(self, now: int) -> None:
        """See that mirror and node are there, and note the node's head; turn back when it is on another chain."""
        if self._db.replaced():
            raise StoreMissing(store=self._db.store)
        head, at = self._source.head(), self._writer.at
        if head.number < at.block:
            if self._book is None and self._known(head.number) != head.hash:
                self._turn_back()
            else:
                raise ChainShort(block=at.block, head=head.number)
        elif head.number == at.block and head.hash != at.hash:
            if self._book is not None:
                raise BookDiffers(block=at.block, expected=_hex(at.hash), found=_hex(head.hash))
            self._turn_back()
        with self._db.transaction():
            if written.checkpoint(self._db)[:3] != self._writer.at[:3]:  # made anew while no block came
                raise MirrorMoved(block=at.block)
            self._db.execute("DELETE FROM heard")
            self._db.execute("INSERT INTO heard (id, head, at) VALUES (1, ?, ?)", (head.number, now))
        self._heard = now

    def _see_book(self, blocks: Sequence[Block]) -> None:
        """Raises BookDiffers unless the book has every block with that hash."""
        if self._book is None:
            return
        known = book_hashes(self._book, blocks[0].header.number, blocks[-1].header.number)
        for block in blocks:
            header = block.header
            if header.number > 0 and known.get(header.number) != header.hash:
                expected = known.get(header.number)
                shown = "none" if expected is None else _hex(expected)
                raise BookDiffers(block=header.number, expected=shown, found=_hex(header.hash))

    def _turn_back(self) -> None:
        """Take back all blocks that the node's chain does not have."""
        at = self._writer.at
        head = min(self._source.head().number, at.block)
        while head >= 0 and (ours := self._known(head)) is not None and self._source.header(head).hash != ours:
            head -= 1
        to = written.rollback(self._db, at, head)
        self._tell("turned back", {"from": at.block, "to": to.block})
        self._writer = Writer(self._db, to)

    def _known(self, number: int) -> bytes | None:
        row = self._db.one("SELECT hash FROM mirrored_block WHERE number = ?", (number,))
        return None if row is None else bytes(row[0])


def _hex(value: bytes) -> str:
    return f"0x{value.hex()}"
