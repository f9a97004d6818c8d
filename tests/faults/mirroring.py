# SPDX-License-Identifier: Apache-2.0
"""A mirror process over a node, to be killed at will, and what it must come to: what a fresh one makes of the chain."""

import contextlib
import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from chain.mirror import schema
from chain.mirror.blocks import Verify
from chain.mirror.schema import open_mirror
from chain.mirror.source import Source
from chain.mirror.writer import Checkpoint, Writer, checkpoint
from chain.node import answers
from chain.node.rpc import Rpc
from chain.store.db import Db
from tests.bookworld import CHAIN_ID, DEPLOYMENT, LEDGER
from tests.mirrored import dump

RULEBOOK = DEPLOYMENT[0].rulebook
PATIENCE = 30.0  # seconds for a mirror to be where the chain is


class Mirroring:
    """A mirror and its process. `book`: of the embedded chain; None for a node that makes blocks by itself."""

    def __init__(self, folder: Path, node_file: Path, book: Path | None, address: str | None = None) -> None:
        self.folder, self.node_file, self.book = folder, node_file, book
        self.address = address or f"sqlite://{folder}/mirror.db"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self, failpoint: str | None = None, verify: Verify = Verify.RECEIPTS, timeout: float = 5.0) -> None:
        words = [sys.executable, "-m", "chain.mirror.process", "--mirror", self.address]
        words += ["--node", str(self.node_file), "--chain-id", str(CHAIN_ID), "--ledger", LEDGER]
        words += ["--rulebook", RULEBOOK, "--status", str(self.folder / "mirror.json"), "--timeout", str(timeout)]
        words += ["--verify", verify, *(["--book", str(self.book)] if self.book else [])]
        with (self.folder / "mirror.log").open("ab") as log:
            self.process = subprocess.Popen([*words, *(["--failpoint", failpoint] if failpoint else [])], stderr=log)

    def died(self, seconds: float = 20.0) -> bool:
        """Whether it was killed within that time."""
        assert self.process is not None
        try:
            return self.process.wait(seconds) == -signal.SIGKILL
        except subprocess.TimeoutExpired:
            return False

    def kill(self) -> None:
        assert self.process is not None
        self.process.kill()
        self.process.wait()

    def stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            self.process.wait(10)

    def told(self) -> dict[str, Any]:
        """What it says of itself."""
        try:
            said: dict[str, Any] = json.loads((self.folder / "mirror.json").read_text("utf-8"))
        except (FileNotFoundError, ValueError):  # it has not said anything yet
            return {}
        return said

    @contextlib.contextmanager
    def db(self) -> Iterator[Db]:
        """A connection to it."""
        with open_mirror(self.address) as db:
            yield db

    def caught_up(self, rpc: Rpc, seconds: float = PATIENCE) -> Checkpoint:
        """Wait until it is at the node's head."""
        until, at = time.monotonic() + seconds, None
        with self.db() as db:
            while time.monotonic() < until:
                if schema.exists(db):
                    head = rpc.ask(answers.number, "eth_blockNumber")
                    told = rpc.call("eth_getBlockByNumber", hex(head), False)
                    at = checkpoint(db)
                    if (at.block, f"0x{at.hash.hex()}") == (head, told["hash"]):
                        return at
                time.sleep(0.02)
        raise AssertionError(f"the mirror is at {at}: {self.told()}")


@contextlib.contextmanager
def mirroring(folder: Path, node_file: Path, book: Path | None, address: str | None = None) -> Iterator[Mirroring]:
    """A mirror whose process ends with the block, whatever happens in it."""
    made = Mirroring(folder, node_file, book, address)
    try:
        yield made
    finally:
        made.stop()


def fresh(rpc: Rpc, folder: Path, name: str = "fresh.db") -> tuple[Checkpoint, dict[str, Any]]:
    """What a mirror made from nothing has of the node's chain: its checkpoint and all its rows."""
    with open_mirror(folder / name) as db:
        with db.transaction():
            schema.create(db, CHAIN_ID, LEDGER, RULEBOOK)
        source, writer = Source(rpc, LEDGER, Verify.RECEIPTS), Writer(db, checkpoint(db))
        for blocks in source.follow(0, source.head().number):
            writer.write(blocks)
        return writer.at, dump(db)


def same_as_fresh(made: Mirroring, rpc: Rpc, folder: Path, name: str = "fresh.db") -> None:
    """The mirror is, row for row and by its digest, what a fresh one is."""
    made.caught_up(rpc)
    at, rows = fresh(rpc, folder, name)
    with made.db() as db:
        assert checkpoint(db)[1:] == at[1:]
        assert dump(db) == rows
