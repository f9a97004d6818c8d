# SPDX-License-Identifier: Apache-2.0
"""A node and a sender process over a book, to be killed at will, and what must hold when all is over."""

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from chain.abi import slots
from chain.abi.calls import SignedCall
from chain.abi.records import pack
from chain.domain import commands as c
from chain.domain.clock import DAY, SystemClock
from chain.domain.rules import Rows, apply, check, commit
from chain.domain.vocabulary import ObligationId
from chain.node.anvil import Anvil
from chain.node.rpc import Rpc
from chain.node.sequencer import Sequencer
from chain.store.db import Db, connect
from chain.store.words import SubmissionState as State
from chain.submission.clock import set_clock
from chain.submission.outbox import Outbox
from tests.books import new_book
from tests.bookworld import CHAIN_ID, LEDGER, BookWorld, blocks, make_sender, node
from tests.cast import ANNA, BEN, CORE, NOW, YUAN
from tests.chains import RELAY

CLAIMS = 8
CLIENTS = 4
SPLITS = 40  # of one claim
PATIENCE = 60.0  # seconds for all that was acknowledged to be through


Sent = tuple[str, SignedCall, c.Call]
"""A submission that was acknowledged: its key, and what it was on chain and model."""


class Prepared:
    """A book with a network and obligations in it, and signed splits that nobody has submitted yet."""

    def __init__(self, folder: Path, claims: int = CLAIMS, splits: int = SPLITS) -> None:
        self.book = folder / "prepared.db"
        new_book(self.book)
        with node() as anvil:
            world = BookWorld(self.book, anvil.rpc)
            world.furnish()
            for number in range(1, claims + 1):
                world.held(number)
            world.do(world.set_auto_accept(BEN, ANNA, world.now + 300 * DAY))
            set_clock(world.db, NOW)
            self.world, self.rows, self.at = world, world.rows, world.now
            self.splits = [list(_splits(world, number, splits)) for number in range(1, claims + 1)]
            world.db.close()

    def copy(self, folder: Path) -> Path:
        """The book for one run."""
        found = folder / "book.db"
        shutil.copy(self.book, found)
        return found


class Service:
    """The node, the sender and the files between them."""

    def __init__(self, folder: Path, book: Path) -> None:
        self.folder, self.book = folder, book
        self.node_file, self.relay = folder / "node", folder / "relay"
        self.relay.write_text(RELAY.private.secret.hex(), "ascii")
        self.anvil: Anvil | None = None
        self.sender: subprocess.Popen[bytes] | None = None

    def start_node(self) -> None:
        """A fresh one, which knows nothing."""
        self.anvil = node().__enter__()
        self.node_file.write_text(self.anvil.url, "ascii")

    def kill_node(self) -> None:
        assert self.anvil is not None
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.anvil.pid, signal.SIGKILL)
        self.anvil.stop()

    def start_sender(self, failpoint: str | None = None, timeout: float = 5.0) -> None:
        words = [
            sys.executable,
            "-m",
            "chain.submission.process",
            "--book",
            str(self.book),
            "--node",
            str(self.node_file),
        ]
        words += ["--chain-id", str(CHAIN_ID), "--ledger", LEDGER, "--relay", str(self.relay), "--demo"]
        words += ["--status", str(self.folder / "status.json"), "--timeout", str(timeout)]
        log = (self.folder / "sender.log").open("ab")
        self.sender = subprocess.Popen([*words, *(["--failpoint", failpoint] if failpoint else [])], stderr=log)
        log.close()

    def up(self, seconds: float = 10.0) -> None:
        """Wait until the sender runs, or has ended."""
        assert self.sender is not None
        until = time.monotonic() + seconds
        while self.sender.poll() is None and time.monotonic() < until:
            said = self.told()
            if said.get("pid") == self.sender.pid and said["state"] == "running":
                return
            time.sleep(0.01)

    def died(self, seconds: float = 20.0) -> bool:
        """Whether the sender was killed within that time."""
        assert self.sender is not None
        try:
            return self.sender.wait(seconds) == -signal.SIGKILL
        except subprocess.TimeoutExpired:
            return False

    def kill_sender(self) -> None:
        assert self.sender is not None
        self.sender.kill()
        self.sender.wait()

    def told(self) -> dict[str, Any]:
        """What the sender says of itself."""
        try:
            said: dict[str, Any] = json.loads((self.folder / "status.json").read_text("utf-8"))
        except (FileNotFoundError, ValueError):  # it has not said anything yet
            return {}
        return said

    def status(self) -> str:
        """In a word."""
        return str(self.told().get("state", ""))

    def stop(self) -> None:
        if self.sender is not None and self.sender.poll() is None:
            self.sender.terminate()
            self.sender.wait(10)
        if self.anvil is not None:
            self.anvil.stop()


@contextlib.contextmanager
def service(folder: Path, book: Path) -> Iterator[Service]:
    """A service that ends with the block, whatever happens in it."""
    running = Service(folder, book)
    try:
        running.start_node()
        yield running
    finally:
        running.stop()


def through(db: Db, keys: Sequence[str], seconds: float = PATIENCE) -> None:
    """Wait until every one of these submissions is final or refused."""
    outbox, until = Outbox(db), time.monotonic() + seconds
    for key in keys:
        done = outbox.wait(outbox.by_key(key).id, until - time.monotonic())
        assert done.state in (State.FINAL, State.REFUSED), f"{key}: {done}"


def client(prepared: Prepared, book: Path, number: int, count: int, name: str = "") -> list[Sent]:
    """Submit splits of one claim, one by one; what was acknowledged."""
    sent = []
    with connect(book) as db:
        outbox = Outbox(db)
        for place, (signed, call) in enumerate(prepared.splits[number][:count]):
            key = f"{name}client {number} split {place}"
            outbox.submit(signed, key)
            sent.append((key, signed, call))
    return sent


def clients(prepared: Prepared, book: Path, count: int, first: int = 0) -> list[Sent]:
    """Several of them at once, each with a claim of its own."""
    with ThreadPoolExecutor(CLIENTS) as pool:
        parts = pool.map(lambda number: client(prepared, book, number, count), range(first, first + CLIENTS))
        return [sent for part in parts for sent in part]


def verify(prepared: Prepared, book: Path, acknowledged: Sequence[Sent]) -> None:
    """0 lost, 0 doubled, 0 gaps; a fresh node that is played the book makes the same chain, and it is the model's."""
    with connect(book) as db:
        outbox = Outbox(db)
        assert all(outbox.by_key(key).state == State.FINAL for key, _, _ in acknowledged), "lost"
        relayed = [
            row[0]
            for row in db.all(
                "SELECT nonce FROM carrier WHERE relay = ? AND state <> 'dead' ORDER BY nonce", [RELAY.address]
            )
        ]
        assert relayed == list(range(len(relayed))), "a gap"
        carried = db.all("SELECT submission FROM carrier WHERE submission IS NOT NULL AND state = 'mined'")
        assert len(carried) == len(set(carried)), "doubled"
        numbers = [number for number, _, _ in blocks(db)]
        assert numbers == list(range(1, len(numbers) + 1))
        with node() as fresh:
            make_sender(
                db, Sequencer(fresh.rpc), SystemClock()
            ).settle()  # raises BlockDiffers unless every hash is equal
            _same_claims(_played(prepared.rows.copy(), acknowledged), fresh.rpc)


def _played(rows: Rows, acknowledged: Sequence[Sent]) -> Rows:
    """The model's rows after each of these calls, once."""
    for _, _, call in acknowledged:
        for event in check(rows, call, NOW):
            commit(rows, apply(rows, event, NOW))
    return rows


def _same_claims(rows: Rows, rpc: Rpc) -> None:
    """Every obligation's slot (how many claims were born) and every first claim's (version, what is left)."""
    for name, row in rows.obligations.items():
        word = rpc.call("eth_getStorageAt", LEDGER, hex(slots.obligation(name)), "latest")
        assert word == f"0x{pack(row)[0].hex()}", f"obligation {name}"
        first = name.claim(1)
        word = rpc.call("eth_getStorageAt", LEDGER, hex(slots.claim(first)), "latest")
        assert word == f"0x{pack(rows.claims[first])[0].hex()}", f"claim {first}"


def _splits(world: BookWorld, number: int, count: int) -> Iterator[tuple[SignedCall, c.Call]]:
    """Splits of one claim, each signed for the version that the one before it leaves."""
    claim = ObligationId(CORE.id, number).claim(1)
    rows = world.rows.copy()
    for place in range(count):
        call = world.split(claim, BEN, YUAN + place, acceptances=(), version=rows.claims[claim].version)
        for event in check(rows, call, world.now):
            commit(rows, apply(rows, event, world.now))
        yield world.signed(call)[0], call
