# SPDX-License-Identifier: Apache-2.0
"""`deeptier up` as a process, and what its status tells."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

from typer.testing import CliRunner

from api.commands import app
from api.status import look
from chain.abi.calls import SignedCall
from chain.domain.errors import DeepTierError
from chain.store.db import connect
from chain.submission.outbox import Outbox, Submission

COMMAND = Path(sys.executable).with_name("deeptier")
STOPPED_WITHIN = 60.0  # seconds; it ends much sooner unless something is wrong


@contextmanager
def up(folder: Path, *words: str) -> Iterator[subprocess.Popen[bytes]]:
    """With --port it answers over HTTP, too."""
    http = [] if "--port" in words else ["--no-http"]
    child = subprocess.Popen([COMMAND, "up", *words, *http, "--folder", folder], stdout=subprocess.DEVNULL)
    try:
        until(lambda: ready(folder))
        yield child
    finally:
        child.terminate()
        child.wait(20)


def ready(folder: Path) -> bool:
    """Whether it runs; its tables may not be there yet."""
    return (folder / "run" / "sender.json").exists() and status(folder)["state"] == "running"


def status(folder: Path) -> dict[str, Any]:
    """What the command tells, without starting it anew for each look."""
    return look(folder, f"sqlite://{folder}/book.db") if (folder / "book.db").exists() else {}


def until(holds: Callable[[], bool], seconds: float = 30.0) -> None:
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "it did not come to that"
        time.sleep(0.1)


def submitted(folder: Path, call: SignedCall, key: str) -> Submission:
    """How a submission ends that is made now."""
    with connect(folder / "book.db") as db:
        outbox = Outbox(db)
        return outbox.wait(outbox.submit(call, key).id, 20)


@dataclass(frozen=True)
class Told:
    """What a command said, and the error that ended it."""

    stdout: str
    error: DeepTierError | None


def told(*words: object) -> Told:
    """What the command says; in this process, since starting one of its own takes longer than what it does."""
    done = CliRunner().invoke(app, [str(word) for word in words])
    if isinstance(done.exception, DeepTierError):
        return Told(done.stdout, done.exception)
    assert done.exit_code == 0, (done.output, done.exception)
    return Told(done.stdout, None)


class Running:
    """A started command whose output is read line by line."""

    def __init__(self, *arguments: str) -> None:
        self.mark = f"DEEPTIER_TEST_MARK={uuid4()}"
        name, value = self.mark.split("=")
        environment = {**os.environ, name: value, "PYTHONUNBUFFERED": "1"}
        pipe = subprocess.PIPE
        self.child = subprocess.Popen([COMMAND, *arguments], env=environment, stdout=pipe, stderr=pipe, text=True)
        self.lines: list[str] = []

    def until(self, words: str) -> str:
        """Read up to the first line with these words; that line."""
        assert self.child.stdout is not None
        assert self.child.stderr is not None
        for line in self.child.stdout:
            self.lines.append(line)
            if words in line:
                return line
        raise AssertionError(f"ended without {words!r}: {''.join(self.lines)}{self.child.stderr.read()}")

    def end(self, number: int) -> str:
        """Send a signal and wait; what was told on stderr. Nothing with our mark lives any more."""
        self.child.send_signal(number)
        _, told = self.child.communicate(timeout=STOPPED_WITHIN)
        assert marked(self.mark) == []
        return told


def marked(mark: str) -> list[int]:
    """The processes that have the mark in their environment."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                environment = (entry / "environ").read_bytes()
            except OSError:
                continue  # it has ended, or is another user's
            if mark.encode() in environment.split(b"\0"):
                found.append(int(entry.name))
    return found


@dataclass(frozen=True)
class Played:
    """A folder in which the demonstration was played to its end, and what was told about it."""

    folder: Path
    text: str


@dataclass(frozen=True)
class Standing:
    """A demonstration that stays up. `submissions`: how many its book had when it said so."""

    folder: Path
    running: Running
    submissions: int
