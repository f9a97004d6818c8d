# SPDX-License-Identifier: Apache-2.0
"""`deeptier up`: the whole service, whose parts may die at any time; `deeptier status` tells the truth about it."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from api.story.cast import MOTORS, REGISTRAR, Keys
from chain.abi.calls import SignedCall
from chain.abi.eip712 import Domain
from chain.domain import commands as c
from chain.domain.clock import UtcSeconds
from chain.domain.money import Fen
from chain.domain.vocabulary import OfficerId
from chain.store.words import SubmissionState as State
from tests.flows.running import COMMAND, status, submitted, until, up

pytestmark = pytest.mark.usefixtures("anvil_here")
FOREVER = UtcSeconds(2**32 - 1)


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


def registered(folder: Path, subject: int) -> State:
    """How a registration ends that is submitted now."""
    return submitted(folder, registration(folder, subject), f"company {subject}").state


def test_up__parts_killed_one_by_one__are_back_and_nothing_is_lost(tmp_path: Path) -> None:
    folder = tmp_path / "service"
    with up(folder, "--demo") as child:
        assert registered(folder, 20) == State.FINAL
        for restarts, part in enumerate(("sender", "node"), 1):
            os.kill(status(folder)["parts"][part]["pid"], signal.SIGKILL)
            assert registered(folder, 20 + restarts) == State.FINAL
            until(lambda: status(folder)["state"] == "running")
            assert status(folder)["parts"][part]["restarts"] == 1
        said = subprocess.run([COMMAND, "status", "--json", "--folder", folder], capture_output=True, check=True)
        told = json.loads(said.stdout)
        assert told | {"disk": {}} == status(folder) | {"disk": {}}  # others write to it, too
        assert told["submissions"]["final"] == 3
        pids = [part["pid"] for part in told["parts"].values()]
        child.terminate()
        assert child.wait(20) == 128 + signal.SIGTERM
    assert status(folder)["state"] == "stopped"
    for pid in pids:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)
    with up(folder, "--demo"):
        assert registered(folder, 30) == State.FINAL
        assert status(folder)["head"] == told["head"] + 1


def test_up__killed_outright__takes_its_parts_along_and_goes_on_where_it_was(tmp_path: Path) -> None:
    folder = tmp_path / "service"
    with up(folder, "--demo") as child:
        assert registered(folder, 20) == State.FINAL
        pids = [part["pid"] for part in status(folder)["parts"].values()]
        child.kill()
        child.wait()
        if sys.platform == "linux":
            until(lambda: all(gone(pid) for pid in pids))
        else:
            for pid in pids:
                os.kill(pid, signal.SIGKILL)
        assert status(folder)["state"] == "stopped"
    with up(folder, "--demo"):
        assert registered(folder, 21) == State.FINAL
        assert registered(folder, 20) == State.FINAL, "the same key again is the same submission"
        assert status(folder)["submissions"]["final"] == 2


def gone(pid: int) -> bool:
    """Whether it runs no more; that nobody has asked how it ended does not matter."""
    try:
        return Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        return True


def test_up__no_network_and_none_asked_for__says_what_to_do(tmp_path: Path) -> None:
    told = subprocess.run([COMMAND, "up", "--folder", tmp_path / "new"], capture_output=True, text=True, check=False)
    assert told.returncode == 1
    assert "deeptier up --demo" in told.stderr
    assert "演示网络" in told.stderr


def test_up__a_folder_of_another_network__is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "service"
    with up(folder, "--demo"):
        pass
    network = json.loads((folder / "network.json").read_text("utf-8"))
    (folder / "network.json").write_text(json.dumps(network | {"chain_id": 4_242_424_242}), "utf-8")
    told = subprocess.run([COMMAND, "up", "--folder", folder], capture_output=True, text=True, check=False)
    assert told.returncode == 1
    assert "4242424242" in told.stderr
