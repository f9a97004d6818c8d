# SPDX-License-Identifier: Apache-2.0
"""Whatever stands in the sender's way: it says so by name, and goes on by itself when it is gone; nothing is lost."""

import json
import os
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from chain.domain.clock import UtcSeconds
from chain.store.db import connect
from chain.store.errors import DiskFull, StoreBusy
from chain.submission.clock import set_clock
from chain.submission.outbox import Outbox
from tests.cast import NOW
from tests.faults.service import CLIENTS, Prepared, Sent, Service, clients, service, through, verify

EACH = 6


def until(holds: Callable[[], bool], seconds: float = 20.0) -> None:
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "it did not come to that"
        time.sleep(0.02)


def waits_for(running: Service, *codes: str) -> None:
    """The sender says that it waits, and for what."""

    def told() -> bool:
        said = running.told()
        return said.get("state") == "waiting" and said.get("code") in codes

    until(told)
    assert running.told()["zh"]


def all_is_well(prepared: Prepared, running: Service, sent: list[Sent]) -> None:
    with connect(running.book) as db:
        through(db, [key for key, _, _ in sent])
    until(lambda: running.told().get("state") == "running")
    running.stop()
    verify(prepared, running.book, sent)


def begun(prepared: Prepared, running: Service, timeout: float = 5.0) -> list[Sent]:
    """A service at work."""
    running.start_sender(timeout=timeout)
    sent = clients(prepared, running.book, EACH)
    with connect(running.book) as db:
        through(db, [key for key, _, _ in sent])
    return sent


def more(prepared: Prepared, running: Service) -> list[Sent]:
    return clients(prepared, running.book, EACH, first=CLIENTS)


def test_node__killed__a_fresh_one_is_played_the_book(prepared: Prepared, running: Service) -> None:
    sent = begun(prepared, running)
    running.kill_node()
    sent += more(prepared, running)
    waits_for(running, "node-unreachable")
    running.start_node()
    all_is_well(prepared, running, sent)


def test_node__hangs__timeout_and_on(prepared: Prepared, running: Service) -> None:
    sent = begun(prepared, running, timeout=0.5)
    assert running.anvil is not None
    os.kill(running.anvil.pid, signal.SIGSTOP)
    try:
        sent += more(prepared, running)
        waits_for(running, "node-timeout")
    finally:
        os.kill(running.anvil.pid, signal.SIGCONT)
    all_is_well(prepared, running, sent)


class Nonsense(BaseHTTPRequestHandler):
    """Answers every question with the same nothing."""

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["content-length"]))
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b'{"jsonrpc":"2.0","id":')

    def log_message(self, format: str, *args: object) -> None:
        """Keep quiet."""


@contextmanager
def nonsense() -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), Nonsense)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def test_node__answers_garbage__says_so_and_on(prepared: Prepared, running: Service) -> None:
    right = running.node_file.read_text("ascii")
    with nonsense() as wrong:
        running.node_file.write_text(wrong, "ascii")
        running.start_sender()
        sent = clients(prepared, running.book, EACH)
        waits_for(running, "malformed-answer")
    running.node_file.write_text(right, "ascii")
    all_is_well(prepared, running, sent)


def test_node__of_another_chain__nothing_is_written_to_it(prepared: Prepared, running: Service) -> None:
    from chain.node.anvil import Anvil

    right = running.node_file.read_text("ascii")
    with Anvil(NOW, 4_242_424_242, mining=False) as other:
        running.node_file.write_text(other.url, "ascii")
        running.start_sender()
        sent = clients(prepared, running.book, EACH)
        waits_for(running, "wrong-chain")
        assert other.rpc.call("eth_blockNumber") == "0x0"
        assert other.rpc.call("txpool_status") == {"pending": "0x0", "queued": "0x0"}
        running.node_file.write_text(right, "ascii")
        all_is_well(prepared, running, sent)


def test_book__locked__busy_and_on(prepared: Prepared, running: Service) -> None:
    sent = begun(prepared, running)
    assert running.sender is not None
    os.kill(running.sender.pid, signal.SIGSTOP)  # or it would have planned everything before the book is locked
    sent += more(prepared, running)
    with connect(running.book) as db, db.transaction():
        db.execute("UPDATE setting SET value = value")
        os.kill(running.sender.pid, signal.SIGCONT)
        waits_for(running, "store-busy")
        with connect(running.book, patience=0.1) as other, pytest.raises(StoreBusy):
            Outbox(other).submit(prepared.splits[0][EACH][0], "in vain")
    all_is_well(prepared, running, sent)


def test_clock__set_back__no_block_until_it_has_caught_up(prepared: Prepared, running: Service) -> None:
    sent = begun(prepared, running)
    with connect(running.book) as db:
        set_clock(db, UtcSeconds(NOW - 3_600))
        before = db.one("SELECT MAX(number) FROM block")
        sent += more(prepared, running)
        waits_for(running, "clock-behind")
        assert db.one("SELECT MAX(number) FROM block") == before
        set_clock(db, UtcSeconds(NOW + 60))
    all_is_well(prepared, running, sent)


def test_chain__another_than_the_books__alarm_that_names_the_block_and_no_restart(
    prepared: Prepared, running: Service
) -> None:
    with connect(running.book) as db:
        db.execute("UPDATE block SET hash = ? WHERE number = 5", [bytes(range(32))])
    running.start_sender()
    assert running.sender is not None
    assert running.sender.wait(20) == 3
    said = running.told()
    assert (said["state"], said["code"]) == ("alarm", "block-differs")
    assert "5" in said["en"]


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Path]:
    """A disk of six megabytes."""
    folder = tmp_path / "small"
    folder.mkdir()
    made = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=6m", "tmpfs", folder], capture_output=True, check=False)
    if made.returncode:
        pytest.skip(f"a small disk takes root: {made.stderr.decode().strip()}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", folder], check=True)


def fill(path: Path) -> None:
    """Leave no room on a file's disk."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT)
    try:
        with pytest.raises(OSError, match="No space"):
            os.posix_fallocate(descriptor, 0, 1 << 30)
        while shutil.disk_usage(path).free >= 4096:
            os.write(descriptor, bytes(4096))
    finally:
        os.close(descriptor)


def test_disk__full__nothing_acknowledged_and_on_when_there_is_room(prepared: Prepared, small: Path) -> None:
    with service(small, prepared.copy(small)) as running:
        sent = begun(prepared, running)
        filler = small / "filler"
        fill(filler)
        refused = 0
        with connect(running.book) as db:
            outbox = Outbox(db)
            for place, (signed, call) in enumerate(prepared.splits[CLIENTS]):
                try:
                    outbox.submit(signed, f"tight {place}")
                except DiskFull:
                    refused += 1
                    break
                sent.append((f"tight {place}", signed, call))
        assert refused, "the disk was not full"
        filler.unlink()
        all_is_well(prepared, running, sent)


def test_status__of_a_sender_that_was_told_to_stop__says_so(prepared: Prepared, running: Service) -> None:
    begun(prepared, running)
    assert running.sender is not None
    running.sender.terminate()
    assert running.sender.wait(10) == 0
    assert json.loads((running.folder / "status.json").read_text("utf-8"))["state"] == "stopped"


def test_node__replaced_while_nothing_is_queued__is_played_the_book_nevertheless(
    prepared: Prepared, running: Service
) -> None:
    begun(prepared, running)
    with connect(running.book) as db:
        row = db.one("SELECT MAX(number) FROM block")
    running.kill_node()
    waits_for(running, "node-unreachable")
    running.start_node()
    assert row is not None
    until(lambda: running.anvil is not None and int(running.anvil.rpc.call("eth_blockNumber"), 16) == row[0])
    until(lambda: running.told().get("state") == "running")
