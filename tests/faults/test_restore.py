# SPDX-License-Identifier: Apache-2.0
"""A backup taken under load, restored elsewhere: the same chain, and everything that was acknowledged before it."""

import threading
from pathlib import Path

from chain.node.sequencer import Sequencer
from chain.store.backup import backup
from chain.store.db import connect
from chain.store.migrate import upgrade
from chain.store.restore import restore
from chain.store.words import SubmissionState as State
from chain.submission.clock import DemoClock
from chain.submission.outbox import Outbox
from tests.bookworld import blocks, make_sender, node
from tests.faults.service import CLIENTS, Prepared, Sent, Service, clients, through


def test_backup__taken_under_load__replays_to_the_same_chain_and_goes_on(
    prepared: Prepared, running: Service, tmp_path: Path
) -> None:
    running.start_sender()
    before = clients(prepared, running.book, 10)
    during: list[Sent] = []
    load = threading.Thread(target=lambda: during.extend(clients(prepared, running.book, 20, first=CLIENTS)))
    load.start()
    backup(running.book, tmp_path / "saved")
    load.join()
    with connect(running.book) as db:
        through(db, [key for key, _, _ in before + during])
        original = blocks(db)
    running.stop()

    elsewhere = tmp_path / "elsewhere" / "book.db"
    upgrade(elsewhere)
    restore(tmp_path / "saved", elsewhere)
    with connect(elsewhere) as db, node() as fresh:
        outbox, sender = Outbox(db), make_sender(db, Sequencer(fresh.rpc), DemoClock(db))
        assert {outbox.by_key(key).state for key, _, _ in before} <= {State.QUEUED, State.SENT, State.FINAL}
        recorded = blocks(db)
        sender.settle()  # raises BlockDiffers at another hash; makes what was planned
        assert recorded == original[: len(recorded)]
        while sender.step():
            pass
        assert all(outbox.by_key(key).state == State.FINAL for key, _, _ in before)
