# SPDX-License-Identifier: Apache-2.0
"""The benches of the mirror, small: they measure what they say, and see a table that is read whole."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from chain.store.db import connect
from tests.bench import mirror, reads
from tests.bench.history import kept
from tests.bench.history.mirrored import mirror as write_mirror
from tests.bench.history.mirrored import world_of
from tests.postgres import Server


@pytest.fixture
def sqlite_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    @contextmanager
    def places() -> Iterator[mirror.Stores]:
        yield mirror.Stores(tmp_path, None)

    for bench in (mirror, reads):
        monkeypatch.setattr(bench, "stores", places)
    monkeypatch.setattr(kept, "FOLDER", tmp_path)
    monkeypatch.setattr(mirror, "LIVE_EVENTS", 300)


def test_bench_mirror__small__tells_every_figure(sqlite_alone: None, capsys: pytest.CaptureFixture[str]) -> None:
    mirror.main(["--json", "--events", "400", "--rounds", "1", "--seconds", "1"])
    told = json.loads(capsys.readouterr().out)
    assert told["verify"] == "receipts"
    assert told["events"] == 400
    speeds = told["events_per_s"]
    assert speeds["postgres"] is None
    assert all(speeds[name] > 0 for name in ("sqlite", "refold", "fold"))
    assert told["raw_getlogs_per_s"] > 0
    assert 0 < told["block_to_row_ms"]["p50"] <= told["block_to_row_ms"]["p95"]
    assert 0 < told["select_1_ms"] < told["block_to_row_ms"]["p95"]
    assert told["rss_mb"] > 10
    assert told["by_store"]["sqlite"]["cpu_s"] > 0


def test_bench_reads__small__tells_every_query(sqlite_alone: None, capsys: pytest.CaptureFixture[str]) -> None:
    reads.main(["--json", "--claims", "60", "--calls", "2"])
    told = json.loads(capsys.readouterr().out)
    assert told["claims"] >= 60
    assert {"SELECT 1", *reads.queries(world_of(60))} == set(told["sqlite"]["ms"])


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_scans__large_table_read_whole__is_told_and_one_found_by_its_key_is_not(
    kind: str, tmp_path: Path, postgres: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = world_of(60)
    store = tmp_path / "mirror.db" if kind == "sqlite" else postgres.database()
    write_mirror(world.log, world.rulebook, store)
    monkeypatch.setattr(reads, "LARGE", 50)
    whole = "SELECT COUNT(*) FROM event WHERE transaction_hash = ?"
    by_key = "SELECT name FROM event WHERE block = ? AND position = ?"
    with connect(store, durable=False) as db:
        db.execute("ANALYZE")
        heard = reads.Heard(db)
        db.all(whole, [bytes(32)])
        db.all(by_key, [1, 2])
        assert set(reads.scans(db, heard.statements)) == {whole}
