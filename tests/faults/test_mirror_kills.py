# SPDX-License-Identifier: Apache-2.0
"""The mirror is killed outright at every step of its way, once each: it ends as what a fresh one makes of the chain."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from chain.node.failpoints import MIRROR_POINTS
from chain.node.rpc import Rpc
from chain.store.db import connect
from tests.faults.mirroring import Mirroring, mirroring, same_as_fresh
from tests.faults.service import Prepared, Service, clients, through

EACH = 6  # splits of a client
REFOLDING = [point for point in MIRROR_POINTS if point.startswith("refold")]
FOLLOWING = [point for point in MIRROR_POINTS if not point.startswith("refold") and "rollback" not in point]


@pytest.fixture
def mirror(running: Service, tmp_path: Path) -> Iterator[Mirroring]:
    with mirroring(tmp_path, running.node_file, running.book) as made:
        yield made


@pytest.fixture(params=["sqlite", "postgresql"])
def either(request: pytest.FixtureRequest, running: Service, tmp_path: Path) -> Iterator[Mirroring]:
    address = request.getfixturevalue("postgres").database() if request.param == "postgresql" else None
    with mirroring(tmp_path, running.node_file, running.book, address) as made:
        yield made


@pytest.mark.parametrize("point", FOLLOWING)
def test_mirror__killed_at_a_step_while_it_follows__ends_as_a_fresh_one(
    prepared: Prepared, running: Service, either: Mirroring, tmp_path: Path, point: str
) -> None:
    running.start_sender()
    either.start(f"{point}:3")
    sent = clients(prepared, running.book, EACH)
    with connect(running.book) as db:
        through(db, [key for key, _, _ in sent])
    assert either.died(), "it did not come by"
    either.start()
    sent = clients(prepared, running.book, EACH, first=4)
    with connect(running.book) as db:
        through(db, [key for key, _, _ in sent])
    same_as_fresh(either, _rpc(running), tmp_path)


@pytest.mark.parametrize("point", REFOLDING)
def test_mirror__killed_at_a_step_while_it_folds_anew__ends_as_a_fresh_one(
    prepared: Prepared, running: Service, mirror: Mirroring, tmp_path: Path, point: str
) -> None:
    running.start_sender()
    running.up()
    mirror.start()
    mirror.caught_up(_rpc(running))
    mirror.stop()
    with mirror.db() as db:
        db.execute("UPDATE checkpoint SET layout = layout - 1")  # as if other software had made it
    mirror.start(point)
    assert mirror.died(), "it did not come by"
    mirror.start()
    sent = clients(prepared, running.book, EACH)
    with connect(running.book) as db:
        through(db, [key for key, _, _ in sent])
    same_as_fresh(mirror, _rpc(running), tmp_path)


def test_mirror__dropped_or_deleted_while_it_runs__is_made_anew(
    prepared: Prepared, running: Service, mirror: Mirroring, tmp_path: Path
) -> None:
    running.start_sender()
    running.up()
    mirror.start()
    mirror.caught_up(_rpc(running))
    for suffix in ("", "-wal", "-shm"):
        (tmp_path / f"mirror.db{suffix}").unlink(missing_ok=True)
    sent = clients(prepared, running.book, EACH)
    with connect(running.book) as db:
        through(db, [key for key, _, _ in sent])
    same_as_fresh(mirror, _rpc(running), tmp_path)


def _rpc(running: Service) -> Rpc:
    assert running.anvil is not None
    return running.anvil.rpc
