# SPDX-License-Identifier: Apache-2.0
"""`deeptier up` as a process, and what its status tells."""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from typer.testing import CliRunner

from api.commands import app
from api.status import look
from chain.abi.calls import SignedCall
from chain.domain.errors import DeepTierError
from chain.store.db import connect
from chain.submission.outbox import Outbox, Submission

COMMAND = Path(sys.executable).with_name("deeptier")


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
