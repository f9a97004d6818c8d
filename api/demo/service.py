# SPDX-License-Identifier: Apache-2.0
"""The service as the demonstration runs it: `deeptier up --demo` as a process of its own, started, killed, started."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Self

from api.birth import entered
from api.client.errors import Problem, ServiceAway
from api.client.http import Client
from api.demo.errors import ServiceNotUp
from api.interrupts import checkpoint
from api.run import said, written
from api.story.run import GENESIS
from chain.domain.clock import UtcSeconds
from chain.node.anvil import die_with_parent, draw_chain_id
from chain.store.db import connect
from chain.store.migrate import upgrade
from chain.submission.clock import set_clock

PROGRESS = "story.json"
"""How many steps of the story were told, in the folder of a demonstration and of no other."""
PATIENCE = 60.0  # seconds until the service must be ready
_LOOK = 0.1  # seconds between two looks
_ENDING = 20.0  # seconds that it has to end by itself


class Service:
    """A context manager: at its end the service is stopped, if it runs."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.book = folder, folder / "book.db"
        self._child: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stop()

    def prepare(self) -> None:
        """Make a book whose chain begins where the story does, unless there is a book."""
        if self.book.exists():
            return
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        upgrade(self.book)
        with connect(self.book) as db:
            entered(db, draw_chain_id(), GENESIS)
            set_clock(db, GENESIS)
        written(self.folder / PROGRESS, json.dumps({"step": 0}))

    def start(self) -> str:
        """Start it; its address once it is ready. Raises ServiceNotUp."""
        (self.folder / "run" / "http").unlink(missing_ok=True)
        command = Path(sys.executable).with_name("deeptier")
        (self.folder / "run").mkdir(mode=0o700, exist_ok=True)
        with (self.folder / "run" / "up.log").open("ab") as log:
            self._child = subprocess.Popen(
                [command, "up", "--demo", "--port", "0", "--folder", self.folder],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,  # the terminal's Ctrl-C is for us, who then stop it in order
                preexec_fn=die_with_parent(os.getpid()),
            )
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            checkpoint()
            if self._child.poll() is not None:
                break
            if (address := self._ready()) is not None:
                return address
            time.sleep(_LOOK)
        raise ServiceNotUp(log=str(self.folder / "run" / "up.log"))

    def kill(self) -> int:
        """SIGKILL to every process of it at once, as a power cut would; how many there were."""
        assert self._child is not None
        parts = said(self.folder / "run" / "up.json").get("parts", {})
        pids = [self._child.pid, *(part["pid"] for part in parts.values() if part["pid"] is not None)]
        for pid in pids:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue  # its parent's end was faster
        self._child.wait()
        self._child = None
        return len(pids)

    def stop(self) -> None:
        """End it in order."""
        child, self._child = self._child, None
        if child is None or child.poll() is not None:
            return
        child.terminate()
        try:
            child.wait(_ENDING)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()

    def ended(self) -> bool:
        """Whether it has ended by itself."""
        return self._child is None or self._child.poll() is not None

    def move_clock(self, to: UtcSeconds) -> None:
        """Let the demo's clock show a later time. Raises StoreError."""
        with connect(self.book) as db:
            set_clock(db, to)

    def _ready(self) -> str | None:
        """Its address, if it answers that all its parts are ready."""
        try:
            address = (self.folder / "run" / "http").read_text("ascii")
            Client(address, None, "en", tries=1).get("/ready")
        except (FileNotFoundError, ServiceAway, Problem):
            return None
        return address
