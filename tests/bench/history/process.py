# SPDX-License-Identifier: Apache-2.0
"""The mirror as its real process, beside a node, and what the system says of it."""

import re
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Self

from chain.mirror import schema
from chain.node.anvil import Anvil
from chain.store.db import Db, connect
from chain.store.errors import StoreMissing
from tests.bench.submit import TICKS
from tests.bookworld import CHAIN_ID, DEPLOYMENT, LEDGER

PATIENCE = 900.0  # seconds for a whole chain
LOOK = 0.01  # seconds between two looks


class Mirror:
    """A running mirror of a node into a store; a context manager. `began`: when its process was started."""

    def __init__(self, folder: Path, anvil: Anvil, store: str | Path, verify: str) -> None:
        self.folder, self.store = folder, store
        node = folder / "node"
        node.write_text(anvil.url, "ascii")
        words = [sys.executable, "-m", "chain.mirror.process", "--mirror", str(store), "--node", str(node)]
        words += ["--chain-id", str(CHAIN_ID), "--ledger", LEDGER, "--rulebook", DEPLOYMENT[0].rulebook]
        self._words = [*words, "--verify", verify, "--status", str(folder / "status.json")]

    def __enter__(self) -> Self:
        with (self.folder / "mirror.log").open("wb") as log:
            self.began = time.perf_counter()
            self._child = subprocess.Popen(self._words, stderr=log)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._child.terminate()
        try:
            self._child.wait(20)
        except subprocess.TimeoutExpired:
            self._child.kill()
            self._child.wait()

    def until(self, block: int) -> float:
        """Wait until it has that block; seconds since it was started."""
        while time.perf_counter() - self.began < PATIENCE:
            assert self._child.poll() is None, (self.folder / "mirror.log").read_text("utf-8")
            try:
                with connect(self.store, durable=False) as db:
                    while self._child.poll() is None and time.perf_counter() - self.began < PATIENCE:
                        if _at(db) >= block:
                            return time.perf_counter() - self.began
                        time.sleep(LOOK)
            except StoreMissing:  # it has not made it yet
                time.sleep(LOOK)
        raise AssertionError(f"not at block {block} after {PATIENCE} s: {(self.folder / 'mirror.log').read_text()}")

    @property
    def cpu(self) -> float:
        """Seconds of processor that it has used."""
        fields = Path(f"/proc/{self._child.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / TICKS

    @property
    def peak_mb(self) -> float:
        """The most memory that it has held, in megabytes (a child's ru_maxrss begins with its parent's)."""
        found = re.search(r"^VmHWM:\s+(\d+) kB$", Path(f"/proc/{self._child.pid}/status").read_text(), re.M)
        assert found is not None, "Linux"
        return int(found[1]) * 1024 / 1e6


def _at(db: Db) -> int:
    """The block that a mirror serves; -1 before there is one."""
    if not schema.exists(db):
        return -1
    row = db.one("SELECT block FROM checkpoint WHERE state = 'serving'")
    return -1 if row is None else int(row[0])
