# SPDX-License-Identifier: Apache-2.0
"""`deeptier demo`: a recorded network that comes back, one at a time, and whose end leaves nothing behind.

Processes are known by a mark in their environment, which a child inherits: whatever still bears it was left behind.
"""

import inspect
import json
import os
import re
import shutil
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from types import FrameType, FunctionType
from typing import Any
from uuid import uuid4

import pytest

from api import interrupts
from api.demo import compare
from api.story.errors import NetworkDiffers
from chain.domain.vocabulary import Address
from chain.node.network import Folder, Network
from chain.node.rpc import Rpc

pytestmark = pytest.mark.usefixtures("anvil_here")
COMMAND = Path(sys.executable).with_name("deeptier")
FAREWELL = "Stopped; nothing is left running."
UP = "curl"  # in the last but one line of what is told when the node is up
PATIENCE = 30.0  # seconds; each wait ends much sooner unless something is wrong
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


def recorded(folder: Path) -> dict[str, Any]:
    """The network file."""
    found: dict[str, Any] = json.loads((folder / "network.json").read_text("utf-8"))
    return found


@pytest.fixture(scope="module")
def once(anvil_here: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which one demo was played."""
    folder = tmp_path_factory.mktemp("demo") / "data"
    told = demo(folder, "--once")
    assert told.returncode == 0, told.stderr
    assert "each equal" in told.stdout
    return folder


@pytest.fixture(scope="module")
def up(once: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A demo that stays up, on the recorded network in a folder of its own."""
    folder = tmp_path_factory.mktemp("up")
    shutil.copy(once / "network.json", folder)
    running = Running("demo", "--folder", str(folder))
    try:
        running.until(UP)
        yield running
    finally:
        running.child.kill()
        running.child.communicate()


# ---------------------------------------------------------------- the recorded network


def test_once__ended__has_recorded_the_network_for_its_owner_alone(once: Path) -> None:
    assert recorded(once)["demo"] is True
    assert stat.S_IMODE(once.stat().st_mode) == 0o700
    assert stat.S_IMODE((once / "network.json").stat().st_mode) == 0o600


def test_again__recorded__is_the_same_network_within_ten_seconds(once: Path) -> None:
    before, start = recorded(once), time.monotonic()
    told = demo(once, "--once", "--lang", "zh")
    assert told.returncode == 0, told.stderr
    assert time.monotonic() - start < 10
    assert recorded(once) == before
    assert f"--seed {before['chain_id']}" in told.stdout


def test_fresh__recorded__starts_a_network_of_its_own(once: Path, tmp_path: Path) -> None:
    shutil.copy(once / "network.json", tmp_path)
    before = recorded(tmp_path)
    assert demo(tmp_path, "--once", "--fresh").returncode == 0
    after = recorded(tmp_path)
    assert after["chain_id"] != before["chain_id"]
    assert after["ledger"] != before["ledger"]


def test_artifacts__others_than_recorded__are_refused_and_nothing_changes(once: Path, tmp_path: Path) -> None:
    damaged = recorded(once)
    damaged["contracts"]["ReceivableLedger"] = "0" * 64
    path = tmp_path / "network.json"
    path.write_text(json.dumps(damaged), "utf-8")
    told = demo(tmp_path, "--once")
    assert told.returncode == 1
    assert "ReceivableLedger" in told.stderr
    assert "--fresh" in told.stderr
    assert told.stdout == ""
    assert recorded(tmp_path) == damaged


def test_compare__a_contract_that_stands_elsewhere__is_named(once: Path) -> None:
    with Folder(once) as home:
        network = home.network()
    assert isinstance(network, Network)
    compare(network, replace(network))
    with pytest.raises(NetworkDiffers, match="its ledger is 0x12"):
        compare(network, replace(network, ledger=Address("0x" + "12" * 20)))


# ---------------------------------------------------------------- while it is up


def test_up__its_lines__lead_to_the_node_of_the_record(up: Running, once: Path) -> None:
    told = "".join(up.lines)
    (url,) = set(re.findall(r"http://127\.0\.0\.1:\d+", told))
    for words in (str(recorded(once)["chain_id"]), recorded(once)["ledger"], "network.json"):
        assert words in told
    (question,) = re.findall(r"-d '(.*?)'", told)
    assert json.loads(question)["method"] == "eth_blockNumber"
    assert int(Rpc(url).call("eth_blockNumber"), 16) > 30
    assert int(Rpc(url).call("eth_chainId"), 16) == recorded(once)["chain_id"]


def test_up__a_second_demo__is_refused_and_told_which_process_runs(up: Running) -> None:
    (record,) = re.findall(r"(/\S+)/network\.json", "".join(up.lines))
    told = demo(Path(record), "--once")
    assert told.returncode == 1
    assert str(up.child.pid) in told.stderr
    assert told.stdout == ""


@linux
def test_up__its_node_dies__says_so_and_ends(up: Running) -> None:  # the last test of this one
    (node,) = [pid for pid in marked(up.mark) if pid != up.child.pid]
    os.kill(node, signal.SIGKILL)
    _, told = up.child.communicate(timeout=PATIENCE)
    assert up.child.returncode == 1
    assert "anvil" in told
    assert "Traceback" not in told


# ---------------------------------------------------------------- ended at any moment


@linux
@pytest.mark.parametrize(
    ("words", "number", "code"),
    [
        ("Follow that promise", signal.SIGINT, 130),  # the node is being started
        ("The promise", signal.SIGTERM, 143),
        (UP, signal.SIGINT, 130),
        (UP, signal.SIGTERM, 143),
    ],
)
def test_interrupted__at_a_line__leaves_one_word_and_no_process(once: Path, words: str, number: int, code: int) -> None:
    before = recorded(once)
    running = Running("demo", "--folder", str(once))
    running.until(words)
    told = running.end(number)
    assert running.child.returncode == code
    assert told.strip().endswith(FAREWELL)
    assert len(told.strip().splitlines()) == 1
    assert recorded(once) == before


@linux
@pytest.mark.parametrize("delay", [0.2, 0.7, 1.6, 1.9])
def test_interrupted__at_some_moment_of_the_first_run__the_next_run_works(tmp_path: Path, delay: float) -> None:
    running = Running("demo", "--folder", str(tmp_path))
    time.sleep(delay)
    told = running.end(signal.SIGINT)
    assert running.child.returncode == 130, told
    assert told.strip().endswith(FAREWELL)
    assert "Traceback" not in told
    if delay == 1.6:
        assert demo(tmp_path, "--once").returncode == 0
    else:
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
def test_interrupted__twice_in_a_row__ends_all_the_same(once: Path) -> None:
    running = Running("demo", "--folder", str(once))
    running.until("The promise")
    running.child.send_signal(signal.SIGINT)
    told = running.end(signal.SIGTERM)
    assert running.child.returncode == 130, "the first one counts"
    assert told.strip().endswith(FAREWELL)
    assert len(told.strip().splitlines()) == 1


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
