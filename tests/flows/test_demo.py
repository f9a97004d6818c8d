# SPDX-License-Identifier: Apache-2.0
"""`deeptier demo`: the story over HTTP, killed half-way; what comes back, and that its end leaves nothing behind.

Processes are known by a mark in their environment, which a child inherits: whatever still bears it was left behind.
"""

import inspect
import json
import re
import shlex
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import FrameType, FunctionType
from typing import Any

import pytest

from api import interrupts
from api.demo.errors import FolderForeign
from api.demo.words import SESSION
from api.story.words import SCENES
from chain.node.errors import ArtifactsChanged, FolderInUse
from chain.node.network import Folder
from chain.store.db import connect
from tests import served
from tests.flows.running import COMMAND, STOPPED_WITHIN, Played, Running, Standing, marked, told

pytestmark = [
    pytest.mark.usefixtures("anvil_here"),
    pytest.mark.xdist_group("demo"),  # one worker plays it, once
]
FAREWELL = "Stopped; nothing is left running."
linux = pytest.mark.skipif(sys.platform != "linux", reason="processes are looked up in /proc")


def demo(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """The command to its end."""
    return subprocess.run([COMMAND, "demo", "--folder", folder, *options], capture_output=True, text=True, check=False)


def count(folder: Path) -> int:
    """The submissions in a folder's book."""
    with connect(folder / "book.db") as db:
        row = db.one("SELECT COUNT(*) FROM submission")
    assert row is not None
    return int(row[0])


def holders(text: str, title: str) -> set[tuple[str, str, str]]:
    """Who, which claim and the first figure of the rows under a title."""
    part = text.split(title)[1].split("\n\n")[0]
    rows = [[cell.strip() for cell in line.split("│")] for line in part.splitlines() if "│" in line]
    return {(row[0], row[1], row[2]) for row in rows}


def recorded(folder: Path) -> dict[str, Any]:
    """The network file."""
    found: dict[str, Any] = json.loads((folder / "network.json").read_text("utf-8"))
    return found


# ---------------------------------------------------------------- the story


def test_once__played__tells_every_scene_and_every_refusal(played: Played) -> None:
    for scene in SCENES.values():
        assert scene.en in played.text
    assert played.text.count("Refused: ") == 7
    for amount in ("CNY 399,999.99", "CNY 366,666.66", "CNY 98,950.00"):
        assert amount in played.text


def test_once__killed_half_way__comes_back_with_every_block_and_every_cent(played: Played) -> None:
    told = " ".join(played.text.split())
    assert re.search(r"all \d+ processes are killed outright", told)
    (blocks,) = re.findall(r"all (\d+) blocks with the same hashes", told)
    assert int(blocks) > 10
    assert "5 claims are there to the cent" in told
    assert holders(played.text, "Who holds what now") == {
        *(("Hengzuo Seats", "10-1-1", "399,999.99"), ("Roumian Foam", "10-1-3", "366,666.66")),
        *(("Minggu Frames", "10-1-2", "100,000.03"), ("Renchuan Springs", "10-1-4", "33,333.32")),
        ("Linjiang Bank", "10-1-5", "100,000.00"),
    }


def test_once__ended__has_paid_everybody_and_chain_and_mirror_agree(played: Played) -> None:
    paid: dict[str, int] = {}
    for who, _, amount in holders(played.text, "Who was paid what"):
        paid[who] = paid.get(who, 0) + int(amount.replace(",", "").replace(".", ""))
    assert sum(paid.values()) == 100_000_000
    assert len(paid) == 5
    with connect(played.folder / "book.db") as db:
        assert db.all("SELECT operation FROM submission WHERE state <> 'final'") == []


def test_once__ended__has_recorded_the_network_for_its_owner_alone(played: Played) -> None:
    assert recorded(played.folder)["demo"] is True
    assert stat.S_IMODE(played.folder.stat().st_mode) == 0o700
    for name in ("network.json", "book.db", "story.json"):
        assert stat.S_IMODE((played.folder / name).stat().st_mode) == 0o600, name


def test_artifacts__others_than_recorded__are_refused_and_nothing_changes(played: Played, tmp_path: Path) -> None:
    damaged = recorded(played.folder)
    damaged["contracts"]["ReceivableLedger"] = "0" * 64
    (tmp_path / "network.json").write_text(json.dumps(damaged), "utf-8")
    assert isinstance(told("demo", "--once", "--folder", tmp_path).error, ArtifactsChanged)
    assert recorded(tmp_path) == damaged
    assert not (tmp_path / "book.db").exists()


@pytest.mark.parametrize("options", [(), ("--fresh",)])
def test_folder__of_another_network__is_refused_and_stays(tmp_path: Path, options: tuple[str, ...]) -> None:
    with Folder(tmp_path) as home:
        home.record(served.network())
    assert isinstance(told("demo", "--once", *options, "--folder", tmp_path).error, FolderForeign)
    assert recorded(tmp_path)["demo"] is False


# ---------------------------------------------------------------- while it is up


def test_standing__played_before__does_nothing_twice_and_shows_the_end_in_chinese(
    played: Played, standing: Standing
) -> None:
    assert recorded(standing.folder) == recorded(played.folder)
    assert standing.submissions == count(played.folder)
    text = "".join(standing.running.lines)
    assert "谁拿到了多少" in text
    assert "一、各方入场" not in text


def test_standing__its_session__runs_as_it_stands(standing: Standing, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = [line.strip() for line in standing.running.lines if line.startswith("  deeptier ")]
    assert len(lines) == len(SESSION)
    monkeypatch.chdir(standing.folder.parent)
    for line in lines:
        assert told(*shlex.split(line)[1:]).error is None, line
    assert (standing.folder.parent / "holdings.csv").stat().st_size > 0


def test_standing__a_second_demo__is_refused_and_told_which_process_runs(standing: Standing) -> None:
    refused = told("demo", "--once", "--folder", standing.folder).error
    assert isinstance(refused, FolderInUse)
    assert re.search(r"process \d+", refused.message("en"))


# ---------------------------------------------------------------- ended at any moment


@linux
def test_interrupted__while_it_starts__leaves_one_word_and_no_process(played: Played) -> None:
    running = Running("demo", "--folder", str(played.folder))
    running.until("Half-way")
    told = running.end(signal.SIGINT)
    assert running.child.returncode == 130
    assert told.strip().endswith(FAREWELL)
    assert len(told.strip().splitlines()) == 1


@linux
def test_interrupted__in_the_middle_of_the_first_run__goes_on_where_it_was(tmp_path: Path) -> None:
    running = Running("demo", "--folder", str(tmp_path))
    running.until("5. Cash today")
    told = running.end(signal.SIGINT)
    assert running.child.returncode == 130, told
    assert "Traceback" not in told
    done = demo(tmp_path, "--once")
    assert done.returncode == 0, done.stdout + done.stderr
    with connect(tmp_path / "book.db") as db:
        assert db.all("SELECT operation FROM submission WHERE state <> 'final'") == []
        assert db.one("SELECT COUNT(*) FROM submission WHERE operation = 'Issue'") == (1,)


@linux
def test_interrupted__before_there_is_a_network__leaves_nothing_running(tmp_path: Path) -> None:
    running = Running("demo", "--folder", str(tmp_path))
    time.sleep(0.7)
    told = running.end(signal.SIGINT)
    assert running.child.returncode == 130, told
    assert "Traceback" not in told
    with Folder(tmp_path) as home:
        home.network()  # nothing, or whole


def test_interrupted__where_python_drops_exceptions__ends_at_the_next_checkpoint() -> None:
    code = """
import os, signal
from api.interrupts import Interrupted, checkpoint, interruptible
class Dropped:
    def __del__(self):
        os.kill(os.getpid(), signal.SIGTERM)
        for _ in range(1000): pass
with interruptible():
    checkpoint()
    Dropped()
    print("dropped")
    try:
        checkpoint()
    except Interrupted as stop:
        print(stop.exit_code)
"""
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (told.stdout, told.stderr) == ("dropped\n143\n", "")


@linux
def test_story__killed_outright__leaves_no_node() -> None:
    running = Running("story")
    running.until("The promise")
    running.child.kill()
    running.child.communicate(timeout=STOPPED_WITHIN)
    until = time.monotonic() + STOPPED_WITHIN
    while marked(running.mark) and time.monotonic() < until:
        time.sleep(0.01)  # the kernel ends it in its own time
    assert marked(running.mark) == []


def test_interrupt__heard_while_another_is_being_heard__the_first_one_counts() -> None:
    interrupts._asked.clear()

    def second(frame: FrameType | None) -> None:
        interrupts._interrupt(signal.SIGTERM, frame)  # as Python does between two steps of the first handler

    inner = FunctionType(interrupts._interrupt.__code__, {**vars(interrupts), "time": Meanwhile(second)})
    try:
        with pytest.raises(interrupts.Interrupted) as raised:
            inner(signal.SIGINT, None)
        assert raised.value.number == signal.SIGINT
        assert [number for _, number in interrupts._asked] == [signal.SIGINT]
    finally:
        interrupts._asked.clear()


class Meanwhile:
    """A clock during whose reading something else happens in the frame that reads it."""

    def __init__(self, happens: Callable[[FrameType | None], None]) -> None:
        self._happens = happens

    def monotonic(self) -> float:
        here = inspect.currentframe()
        assert here is not None
        self._happens(here.f_back)
        return time.monotonic()
