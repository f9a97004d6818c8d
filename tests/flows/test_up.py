# SPDX-License-Identifier: Apache-2.0
"""`deeptier up`: the whole service, whose parts may die at any time; `deeptier status` tells the truth about it."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from api.story.cast import MOTORS, REGISTRAR, Keys
from api.up import look
from chain.abi.calls import SignedCall
from chain.abi.eip712 import Domain
from chain.domain import commands as c
from chain.domain.clock import UtcSeconds
from chain.domain.money import Fen
from chain.domain.vocabulary import OfficerId
from chain.store.db import connect
from chain.store.words import SubmissionState as State
from chain.submission.outbox import Outbox

pytestmark = pytest.mark.usefixtures("anvil_here")
COMMAND = Path(sys.executable).with_name("deeptier")
FOREVER = UtcSeconds(2**32 - 1)


@contextmanager
def up(folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    child = subprocess.Popen([COMMAND, "up", "--demo", "--folder", folder], stdout=subprocess.DEVNULL)
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


def registration(folder: Path, subject: int) -> SignedCall:
    """The Registrar admits a company, signed by both."""
    network = json.loads((folder / "network.json").read_text("utf-8"))
    keys = Keys(network["chain_id"])
    registrar, own = keys.officer(REGISTRAR), keys.officer(MOTORS, subject)
    message = c.RegisterParticipant(
        REGISTRAR.id,
        type(REGISTRAR.id)(subject),
        1,
        Fen(1_000),
        own.address,
        keys.commitment(f"{subject}"),
        own.address,
        OfficerId(1),
        3,
        registrar.address,
        FOREVER,
    )
    domain = Domain(network["chain_id"], network["ledger"])
    return SignedCall(message, (registrar.sign(message, domain), own.sign(message, domain)))


def submitted(folder: Path, subject: int) -> State:
    """How a registration ends that is submitted now."""
    with connect(folder / "book.db") as db:
        outbox = Outbox(db)
        done = outbox.submit(registration(folder, subject), f"company {subject}")
        return outbox.wait(done.id, 20).state


def test_up__parts_killed_one_by_one__are_back_and_nothing_is_lost(tmp_path: Path) -> None:
    folder = tmp_path / "service"
    with up(folder) as child:
        assert submitted(folder, 20) == State.FINAL
        for restarts, part in enumerate(("sender", "node"), 1):
            os.kill(status(folder)["parts"][part]["pid"], signal.SIGKILL)
            assert submitted(folder, 20 + restarts) == State.FINAL
            until(lambda: status(folder)["state"] == "running")
            assert status(folder)["parts"][part]["restarts"] == 1
        said = subprocess.run([COMMAND, "status", "--json", "--folder", folder], capture_output=True, check=True)
        told = json.loads(said.stdout)
        assert told == status(folder)
        assert told["submissions"]["final"] == 3
        pids = [part["pid"] for part in told["parts"].values()]
        child.terminate()
        assert child.wait(20) == 128 + signal.SIGTERM
    assert status(folder)["state"] == "stopped"
    for pid in pids:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)
    with up(folder):
        assert submitted(folder, 30) == State.FINAL
        assert status(folder)["head"] == told["head"] + 1


def test_up__killed_outright_with_all_its_parts__goes_on_where_it_was(tmp_path: Path) -> None:
    folder = tmp_path / "service"
    with up(folder) as child:
        assert submitted(folder, 20) == State.FINAL
        pids = [part["pid"] for part in status(folder)["parts"].values()]
        child.kill()
        child.wait()
        for pid in pids:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
        assert status(folder)["state"] == "stopped"
    with up(folder):
        assert submitted(folder, 21) == State.FINAL
        assert submitted(folder, 20) == State.FINAL, "the same key again is the same submission"
        assert status(folder)["submissions"]["final"] == 2


def test_up__no_network_and_none_asked_for__says_what_to_do(tmp_path: Path) -> None:
    told = subprocess.run([COMMAND, "up", "--folder", tmp_path / "new"], capture_output=True, text=True, check=False)
    assert told.returncode == 1
    assert "deeptier up --demo" in told.stderr
    assert "演示网络" in told.stderr


def test_up__a_folder_of_another_network__is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "service"
    with up(folder):
        pass
    network = json.loads((folder / "network.json").read_text("utf-8"))
    (folder / "network.json").write_text(json.dumps(network | {"chain_id": 4_242_424_242}), "utf-8")
    told = subprocess.run([COMMAND, "up", "--folder", folder], capture_output=True, text=True, check=False)
    assert told.returncode == 1
    assert "4242424242" in told.stderr
