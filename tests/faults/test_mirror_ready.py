# SPDX-License-Identifier: Apache-2.0
"""The mirror is ready when it is where the chain is, and soon no more when anything it rests on is gone."""

import time
from collections.abc import Callable
from pathlib import Path

from chain.domain.clock import SystemClock
from chain.mirror.ready import readiness
from chain.store.db import connect
from tests.faults.liar import liar
from tests.faults.mirroring import Mirroring, mirroring
from tests.faults.service import Prepared, Service, clients, through

SOON = 5.0  # seconds (promise 16)


def test_ready__turns_red_within_five_seconds_and_green_again_by_itself(
    prepared: Prepared, running: Service, tmp_path: Path
) -> None:
    with mirroring(tmp_path, running.node_file, running.book) as mirror:
        running.start_sender()
        running.up()
        mirror.start()
        _becomes(mirror, True, 20)
        running.kill_node()
        _becomes(mirror, False, SOON)
        assert _waits_with(mirror) == "node-unreachable"
        running.start_node()
        _becomes(mirror, True, 20)
        mirror.kill()
        _becomes(mirror, False, SOON)
        mirror.start()
        _becomes(mirror, True, 20)


def test_ready__behind_a_liar__is_red_and_says_why(prepared: Prepared, running: Service, tmp_path: Path) -> None:
    assert running.anvil is not None
    file = tmp_path / "liar"
    with (
        liar(running.anvil.url, 5) as lying,
        mirroring(tmp_path, file, running.book) as mirror,
        connect(running.book) as book,
    ):
        file.write_text(lying.url, "ascii")
        running.start_sender()
        running.up()
        mirror.start()
        _becomes(mirror, True, 20)
        lying.lie = "omit"
        sent = clients(prepared, running.book, 3)
        through(book, [key for key, _, _ in sent])
        _becomes(mirror, False, SOON)
        assert _waits_with(mirror) == "block-unproven"
        lying.lie = None
        _becomes(mirror, True, 20)


def _becomes(mirror: Mirroring, ready: bool, seconds: float) -> None:
    _until(lambda: _ready(mirror) == ready, seconds)


def _ready(mirror: Mirroring) -> bool:
    if not Path(mirror.address.removeprefix("sqlite://")).exists():
        return False
    with mirror.db() as db:
        return bool(db.one("SELECT 1 FROM sqlite_master WHERE name = 'heard'")) and (
            readiness(db, SystemClock().now()).ready
        )


def _waits_with(mirror: Mirroring) -> str:
    _until(lambda: mirror.told().get("state") == "waiting", SOON)
    return str(mirror.told()["code"])


def _until(done: Callable[[], bool], seconds: float) -> None:
    until = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < until, "it did not come to that"
        time.sleep(0.02)
