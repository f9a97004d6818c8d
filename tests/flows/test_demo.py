# SPDX-License-Identifier: Apache-2.0
"""`deeptier demo`: the story over HTTP, killed half-way; what comes back, and that its end leaves nothing behind.

Processes are known by a mark in their environment, which a child inherits: whatever still bears it was left behind.
"""

import inspect
import json
import os
import re
import shlex
import shutil
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import FrameType, FunctionType
from typing import Any
from uuid import uuid4

import pytest

from api import interrupts
from api.demo.words import SESSION
from api.story.words import SCENES
from chain.node.network import Folder
from chain.store.db import connect
from chain.store.migrate import upgrade
from tests import served

pytestmark = [
    pytest.mark.usefixtures("anvil_here"),
    pytest.mark.xdist_group("demo"),  # one worker starts the service, once
]
COMMAND = Path(sys.executable).with_name("deeptier")
FAREWELL = "Stopped; nothing is left running."
UP = "Ctrl-C"  # in the last line of what is told when the service is up
PATIENCE = 60.0  # seconds; each wait ends much sooner unless something is wrong
linux = pytest.mark.skipif(sys.platform != "linux", reason="processes are looked up in /proc")


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
        _, told = self.child.communicate(timeout=PATIENCE)
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


def demo(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """The command to its end."""
    return subprocess.run([COMMAND, "demo", "--folder", folder, *options], capture_output=True, text=True, check=False)


@dataclass(frozen=True)
class Told:
    """A folder, and what was told about it."""

    folder: Path
    text: str


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


@pytest.fixture(scope="module")
def once(anvil_here: None, tmp_path_factory: pytest.TempPathFactory) -> Told:
    """A folder in which one demo was played to its end, and what it told."""
    folder = tmp_path_factory.mktemp("demo") / "data"
    done = demo(folder, "--once")
    assert done.returncode == 0, done.stdout + done.stderr
    return Told(folder, done.stdout)


# ---------------------------------------------------------------- the story


def test_once__played__tells_every_scene_and_every_refusal(once: Told) -> None:
    for scene in SCENES.values():
        assert scene.en in once.text
    assert once.text.count("Refused: ") == 7
    for amount in ("CNY 399,999.99", "CNY 366,666.66", "CNY 98,950.00"):
        assert amount in once.text


def test_once__killed_half_way__comes_back_with_every_block_and_every_cent(once: Told) -> None:
    told = " ".join(once.text.split())
    assert re.search(r"all \d+ processes are killed outright", told)
    (blocks,) = re.findall(r"all (\d+) blocks with the same hashes", told)
    assert int(blocks) > 10
    assert "5 claims are there to the cent" in told
    assert holders(once.text, "Who holds what now") == {
        *(("Hengzuo Seats", "10-1-1", "399,999.99"), ("Roumian Foam", "10-1-3", "366,666.66")),
        *(("Minggu Frames", "10-1-2", "100,000.03"), ("Renchuan Springs", "10-1-4", "33,333.32")),
        ("Linjiang Bank", "10-1-5", "100,000.00"),
    }


def test_once__ended__has_paid_everybody_and_chain_and_mirror_agree(once: Told) -> None:
    paid: dict[str, int] = {}
    for who, _, amount in holders(once.text, "Who was paid what"):
        paid[who] = paid.get(who, 0) + int(amount.replace(",", "").replace(".", ""))
    assert sum(paid.values()) == 100_000_000
    assert len(paid) == 5
    with connect(once.folder / "book.db") as db:
        assert db.all("SELECT operation FROM submission WHERE state <> 'final'") == []


def test_once__ended__has_recorded_the_network_for_its_owner_alone(once: Told) -> None:
    assert recorded(once.folder)["demo"] is True
    assert stat.S_IMODE(once.folder.stat().st_mode) == 0o700
    for name in ("network.json", "book.db", "story.json"):
        assert stat.S_IMODE((once.folder / name).stat().st_mode) == 0o600, name


def test_again__played__does_nothing_twice_and_shows_the_end_in_chinese(once: Told) -> None:
    before, submissions = recorded(once.folder), count(once.folder)
    told = demo(once.folder, "--once", "--lang", "zh")
    assert told.returncode == 0, told.stdout + told.stderr
    assert recorded(once.folder) == before
    assert count(once.folder) == submissions
    assert "谁拿到了多少" in told.stdout


def test_artifacts__others_than_recorded__are_refused_and_nothing_changes(once: Told, tmp_path: Path) -> None:
    damaged = recorded(once.folder)
    damaged["contracts"]["ReceivableLedger"] = "0" * 64
    (tmp_path / "network.json").write_text(json.dumps(damaged), "utf-8")
    told = demo(tmp_path, "--once")
    assert told.returncode == 1
    assert recorded(tmp_path) == damaged
    assert not (tmp_path / "book.db").exists()


def test_folder__of_another_network__is_refused_and_stays(tmp_path: Path) -> None:
    upgrade(tmp_path / "book.db")
    with Folder(tmp_path) as home:
        home.record(served.network())
    for options in ((), ("--fresh",)):
        told = demo(tmp_path, "--once", *options)
        assert told.returncode == 1
        assert "--folder" in told.stderr
    assert recorded(tmp_path)["demo"] is False


# ---------------------------------------------------------------- while it is up


@pytest.fixture(scope="module")
def up(once: Told, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A demo that stays up, on a copy of the network."""
    folder = tmp_path_factory.mktemp("up") / "data"
    shutil.copytree(once.folder, folder, ignore=shutil.ignore_patterns("run", "*.sock", "lock*"))
    running = Running("demo", "--folder", str(folder))
    try:
        running.until(UP)
        yield running
    finally:
        running.child.kill()
        running.child.communicate()


def test_up__its_session__runs_as_it_stands(up: Running) -> None:
    lines = [line.strip() for line in up.lines if line.startswith("  deeptier ")]
    assert len(lines) == len(SESSION)
    for line in lines:
        words = shlex.split(line)
        done = subprocess.run([COMMAND, *words[1:]], capture_output=True, text=True, check=False, cwd=folder_of(up))
        assert done.returncode == 0, (line, done.stdout, done.stderr)
    assert (folder_of(up) / "holdings.csv").stat().st_size > 0


def test_up__a_second_demo__is_refused_and_told_which_process_runs(up: Running) -> None:
    told = demo(folder_of(up), "--once")
    assert told.returncode == 1
    assert re.search(r"process \d+|进程 \d+", told.stderr), told.stderr
    assert "Traceback" not in told.stderr


def folder_of(up: Running) -> Path:
    (folder,) = set(re.findall(r"--folder (\S+)", "".join(up.lines)))
    return Path(folder)


# ---------------------------------------------------------------- ended at any moment


@linux
@pytest.mark.parametrize(
    ("words", "number", "code"),
    [
        ("Half-way", signal.SIGINT, 130),  # the service is being started
        ("What next", signal.SIGTERM, 143),
    ],
)
def test_interrupted__at_a_line__leaves_one_word_and_no_process(once: Told, words: str, number: int, code: int) -> None:
    running = Running("demo", "--folder", str(once.folder))
    running.until(words)
    told = running.end(number)
    assert running.child.returncode == code
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
    running.child.communicate(timeout=PATIENCE)
    until = time.monotonic() + PATIENCE
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
