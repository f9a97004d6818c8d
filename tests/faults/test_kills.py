# SPDX-License-Identifier: Apache-2.0
"""The sender is killed outright at every step of its way, once each: nothing acknowledged is lost or done twice."""

from pathlib import Path

import pytest

from chain.node.failpoints import POINTS
from chain.store.db import connect
from chain.store.words import SubmissionState as State
from chain.submission.outbox import Outbox
from tests.faults.service import Prepared, Service, clients, through, verify

EACH = 12  # splits of a client


def never_taken(book: Path) -> None:
    """A submission whose transaction no node will take: it asks for more gas than a block has."""
    with connect(book) as db:
        db.execute(
            "INSERT INTO submission (key, request_hash, operation, subject, calldata, gas, state, queued_at)"
            " VALUES ('greedy', ?, 'Split', 0, ?, ?, 'queued', 0)",
            [bytes(32), b"\1\2\3\4", 10**13],
        )


@pytest.mark.parametrize("point", POINTS)
def test_sender__killed_at_a_step__loses_nothing_and_does_nothing_twice(
    prepared: Prepared, running: Service, point: str
) -> None:
    if point.startswith("noop"):
        never_taken(running.book)
    running.start_sender(point)
    sent = clients(prepared, running.book, EACH)
    assert running.died(), "it did not come by"
    running.start_sender()
    with connect(running.book) as db:
        through(db, [key for key, _, _ in sent])
        if point.startswith("noop"):
            through(db, ["greedy"])
            greedy = Outbox(db).by_key("greedy")
            assert greedy.state == State.REFUSED
            assert greedy.refusal is not None
            assert greedy.refusal.code == "never-taken"
    running.stop()
    verify(prepared, running.book, sent)
