# SPDX-License-Identifier: Apache-2.0
"""The supervisor: starts node, signer, sender, mirror, HTTP in this order, restarts what died, stops all in reverse.

Everything it needs to know is in the folder: the network, the book, the relays' keys, and under `run/` what each part
says of itself. A part that dies is started again, after a pause that doubles while it keeps dying; a sender or mirror
that found another chain than its own is not: from there only people can go on. On Linux no part outlives the
supervisor, so that a new one never finds an old sender at work on the same book.
"""

import json
import os
import secrets
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, Protocol

from api.interrupts import checkpoint
from chain.domain.clock import SystemClock, UtcSeconds
from chain.domain.errors import DeepTierError
from chain.node.anvil import Anvil, die_with_parent
from chain.node.errors import AnvilFailed
from chain.node.network import Network
from chain.node.process import ALARM
from chain.signing.key import Key

FIRST_PAUSE, LONGEST_PAUSE = 0.1, 5.0  # seconds before a dead part is started again
HEALTHY = 10.0  # seconds after which a part's earlier deaths are forgotten
STOPPING = 10.0  # seconds that a part may take to stop
LOOK = 0.05  # seconds between two looks
SILENT = 3  # seconds after which a part that said it runs no longer counts as running; it says so once a second
PYTHON = (sys.executable, "-P", "-m")
"""Never from the folder that somebody happens to be in: a namesake of a module there would run as the signer."""

_CLOCK = SystemClock()


class Part(Protocol):
    """Something that runs until it is told to stop."""

    name: str

    @property
    def pid(self) -> int | None: ...

    def start(self) -> None: ...

    def ended(self) -> int | None:
        """Its exit code once it has ended."""

    def stop(self) -> None: ...


class Node:
    """The embedded node; its address goes into a file for whoever needs it."""

    name = "node"

    def __init__(self, genesis: UtcSeconds, chain_id: int, address: Path) -> None:
        self._genesis, self._chain_id, self._address = genesis, chain_id, address
        self._anvil: Anvil | None = None

    @property
    def anvil(self) -> Anvil:
        assert self._anvil is not None, "started before it is asked for"
        return self._anvil

    @property
    def pid(self) -> int | None:
        return None if self._anvil is None or self.ended() is not None else self._anvil.pid

    def start(self) -> None:
        """Raises AnvilMissing, AnvilFailed, WrongChain, NodeError."""
        self.stop()
        self._anvil = Anvil(self._genesis, self._chain_id, mining=False).__enter__()
        written(self._address, self._anvil.url)

    def ended(self) -> int | None:
        try:
            self.anvil.pid  # noqa: B018 raises when it lives no more
        except AnvilFailed:
            return 1
        return None

    def stop(self) -> None:
        if self._anvil is not None:
            self._anvil.stop()


class Process:
    """A part that is a process of its own; what it says goes to a log file."""

    def __init__(self, name: str, words: list[str], log: Path) -> None:
        self.name, self._words, self._log = name, words, log
        self._child: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int | None:
        return None if self._child is None or self._child.poll() is not None else self._child.pid

    def start(self) -> None:
        with _appending(self._log) as log:
            self._child = subprocess.Popen(
                self._words,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=die_with_parent(os.getpid()),
            )

    def ended(self) -> int | None:
        return None if self._child is None else self._child.poll()

    def stop(self) -> None:
        if self._child is None or self._child.poll() is not None:
            return
        self._child.terminate()
        try:
            self._child.wait(STOPPING)
        except subprocess.TimeoutExpired:
            self._child.kill()
            self._child.wait()


@dataclass
class _Watched:
    part: Part
    state: str = "stopped"
    restarts: int = 0
    pause: float = FIRST_PAUSE
    since: float = field(default_factory=time.monotonic)
    again: float | None = None  # when it is to be started again
    why: str | None = None  # it could not even be started


class Supervisor:
    """Keeps parts running. `status`: the file that says how they are."""

    def __init__(self, parts: list[Part], status: Path) -> None:
        self._watched = [_Watched(part) for part in parts]
        self._status, self._said = status, ""

    def start(self) -> None:
        """All of them, in order. Raises what keeps one from starting at all."""
        for one in self._watched:
            self._begin(one)

    def watch(self) -> None:
        """Look once: start again what is due, note what has ended."""
        checkpoint()
        for one in self._watched:
            code, now = one.part.ended(), time.monotonic()
            if one.state == "running" and code is not None:
                self._later(one, "alarm" if code == ALARM else "restarting")
            elif one.state == "restarting" and one.again is not None and now >= one.again:
                self._anew(one)
        self._tell()

    def stop(self) -> None:
        """All of them, in reverse."""
        for one in reversed(self._watched):
            one.part.stop()
            one.state = "stopped"
        self._tell()

    def _later(self, one: _Watched, state: str) -> None:
        """It is down; when it is to be started again."""
        now = time.monotonic()
        if now - one.since > HEALTHY:
            one.pause = FIRST_PAUSE
        one.state, one.again = state, now + one.pause
        one.pause = min(2 * one.pause, LONGEST_PAUSE)

    def _anew(self, one: _Watched) -> None:
        """Start it again; what keeps it from starting now may be gone the next time."""
        one.restarts += 1
        try:
            self._begin(one)
        except (DeepTierError, OSError) as error:
            one.why = error.code if isinstance(error, DeepTierError) else type(error).__name__
            self._later(one, "restarting")

    def _begin(self, one: _Watched) -> None:
        one.part.start()
        one.state, one.since, one.again, one.why = "running", time.monotonic(), None, None
        self._tell()

    def _tell(self) -> None:
        parts = {
            one.part.name: {"state": one.state, "pid": one.part.pid, "restarts": one.restarts}
            | ({} if one.why is None else {"code": one.why})
            for one in self._watched
        }
        said = json.dumps({"pid": os.getpid(), "parts": parts})
        if said != self._said:
            with suppress(OSError):  # a full disk: said as soon as there is room, and nothing is stopped or started
                written(self._status, said)
                self._said = said


def run(parts: list[Part], status: Path, ready: Callable[[], None], news: Callable[[], None]) -> None:
    """Start the parts, say when they are up, and keep them so until somebody ends us (api.interrupts). `news`: says
    what people should know as soon as it is so; it is called again and again.
    """
    supervisor = Supervisor(parts, status)
    try:
        supervisor.start()
        ready()
        while True:
            supervisor.watch()
            news()
            time.sleep(LOOK)
    finally:
        supervisor.stop()


def sender(folder: Path, book: str, network: Network, depth: int | None = None) -> Process:
    """The sender of a network whose files are in the folder. `depth`: of a network that makes blocks by itself."""
    words = [*PYTHON, "chain.submission.process", "--book", book, "--node", str(folder / "run" / "node")]
    words += ["--chain-id", str(network.chain_id), "--ledger", network.ledger, "--relay", str(folder / "relay.key")]
    words += ["--status", str(folder / "run" / "sender.json"), *(["--demo"] if network.demo else [])]
    words += [] if depth is None else ["--depth", str(depth)]
    return Process("sender", words, folder / "run" / "sender.log")


def mirror(folder: Path, place: str, network: Network, book: str | None, first: int = 0) -> Process:
    """The mirror of a network. `book`: of the embedded chain; `first`: the block that it begins with."""
    words = [*PYTHON, "chain.mirror.process", "--mirror", place, "--node", str(folder / "run" / "node")]
    words += ["--chain-id", str(network.chain_id), "--ledger", network.ledger, "--rulebook", network.rulebook]
    words += ["--first", str(first), "--status", str(folder / "run" / "mirror.json")]
    words += [] if book is None else ["--book", book]
    return Process("mirror", words, folder / "run" / "mirror.log")


def signer(folder: Path, unlocked: Path | None = None) -> Process:
    """The signer of the keys in the folder. `unlocked`: a file of keys that it holds from the start."""
    words = [*PYTHON, "chain.signing.process", "--folder", str(folder / "signer")]
    words += [] if unlocked is None else ["--unlocked", str(unlocked)]
    return Process("signer", words, folder / "run" / "signer.log")


class _Http(Process):
    """The HTTP service: started again, it listens where it listened before, also when any free port was asked for."""

    def __init__(self, words: list[str], run: Path) -> None:
        super().__init__("http", words, run / "http.log")
        self._address, self._asked = run / "http", list(words)

    def start(self) -> None:
        if self._address.exists():
            port = self._address.read_text("ascii").rpartition(":")[2]
            self._words = [*self._asked, "--port", port]  # the last one counts
        super().start()


def http(folder: Path, book: str, mirror: str, port: int) -> Process:
    """The HTTP service of a folder; it listens on this machine alone."""
    words = [*PYTHON, "api.server", "--folder", str(folder), "--book", book, "--mirror", mirror]
    words += ["--port", str(port), "--status", str(folder / "run" / "http.json")]
    return _Http(words, folder / "run")


def relay_keys(path: Path, count: int) -> tuple[Key, ...]:
    """The relays' keys, drawn when there are none; they have no authority, so a file of its owner's will do."""
    if not path.exists():
        written(path, "\n".join(secrets.token_hex(32) for _ in range(count)))
    return tuple(Key.of(bytes.fromhex(line)) for line in path.read_text("ascii").split())


def written(path: Path, text: str) -> None:
    """Put a small text into a file, whole, for its owner's eyes."""
    fresh = path.with_name(f"{path.name}.new")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
    fresh.replace(path)


def said(path: Path) -> dict[str, Any]:
    """What a part wrote there last; nothing when it never did."""
    for _ in range(3):  # on a full disk it is written over in place, and may be read half-way (chain/node/status.py)
        try:
            found: dict[str, Any] = json.loads(path.read_text("utf-8"))
        except FileNotFoundError:
            return {}
        except ValueError:
            continue
        return found
    return {}


def heard(path: Path) -> dict[str, Any]:
    """What a part that says again and again that it runs wrote there; its state is "dead" when its process is, and
    "silent" when it has said nothing for SILENT seconds.
    """
    try:
        at = int(path.stat().st_mtime)
    except FileNotFoundError:
        return {}
    found = said(path)
    if found.get("state") != "running":
        return found
    if not lives(int(found["pid"])):
        return found | {"state": "dead"}
    return found | {"state": "silent"} if _CLOCK.now() - at > SILENT else found


def lives(pid: int) -> bool:
    """Whether there is such a process, anybody's."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _appending(path: Path) -> IO[bytes]:
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "ab")
