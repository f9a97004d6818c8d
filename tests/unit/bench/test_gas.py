# SPDX-License-Identifier: Apache-2.0
"""The gas bench around its measuring: what it measures, how it judges, what it prints."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from chain.abi.calls import functions
from tests.bench import gas
from tests.bench.costs import rows
from tests.bench.costs.floor import INTRINSIC, Spent
from tests.bench.costs.rows import Row
from tests.bench.costs.scenes import SCENES
from tests.bench.costs.world import Measured

CEILINGS = {
    "issue: relayed, two officers, 1 invoice": 160_000,
    "accept: direct": 34_000,
    "split: direct, auto-accept": 68_000,
    "transfer: direct, auto-accept": 42_000,
    "discount: direct, whole, signed quote": 73_000,
    "redeem: anyone, with cash": 59_000,
    "splitMany: direct, auto-accept, 100 to one assignee": 25_000 * 100,
}
HOT = {"split", "transfer", "lien", "redeem", "discount", "issue"}


def row(name: str, floor: int, overhead: int) -> Row:
    (scene,) = [scene for scene in SCENES if scene.name == name]
    spent = Spent(calldata=400, inherent={"SLOAD": floor - INTRINSIC - 400}, overhead={"ADD": overhead}, refund=0)
    return Row(scene, Measured(floor + overhead, spent, log_bytes=128))


@pytest.fixture
def every(monkeypatch: pytest.MonkeyPatch) -> list[Row]:
    """A row for each scene, and a bench that measures nothing else."""
    made = [row(scene.name, 100_000, 1_000 + place) for place, scene in enumerate(SCENES)]

    def measure(operations: Any = ()) -> list[Row]:
        return [one for one in made if not operations or one.scene.operation in operations]

    monkeypatch.setattr(rows, "measure", measure)
    return made


def test_scenes__are_every_operation_of_the_ledger__each_under_one_name() -> None:
    assert {scene.operation for scene in SCENES} == {function.name for function in functions().values()}
    assert len({scene.name for scene in SCENES}) == len(SCENES)


def test_scenes__carry_the_ceilings_and_the_bound_that_were_set() -> None:
    assert {scene.name: scene.ceiling for scene in SCENES if scene.ceiling} == CEILINGS
    assert all(scene.tight == (scene.operation in HOT) for scene in SCENES)


def test_above_ceiling__one_gas_more__names_the_scene() -> None:
    allowed, more = (row("accept: direct", 33_000, overhead) for overhead in (1_000, 1_001))
    assert rows.above_ceiling([allowed]) == []
    (told,) = rows.above_ceiling([allowed, more])
    assert told.startswith("accept: direct: 34,001 gas")


def test_far_from_floor__above_1_12__names_hot_scenes_only() -> None:
    near, far = (row("lien: direct, own", 50_000, overhead) for overhead in (6_000, 6_001))
    assert rows.far_from_floor([near, row("cut: direct", 50_000, 20_000)]) == []
    (told,) = rows.far_from_floor([near, far])
    assert told.startswith("lien: direct, own: 56,001 gas, 1.120")


@pytest.mark.parametrize(
    ("before", "told"),
    [
        ({"cut: direct": 61_000}, []),
        ({"cut: direct": 60_999}, ["1 higher"]),
        ({"cut: direct": 61_001}, ["1 lower"]),
        ({}, ["new"]),
        ({"cut: direct": 61_000, "melt: direct": 7}, ["melt: direct: in the snapshot"]),
    ],
)
def test_changes__in_any_direction__are_told(before: dict[str, int], told: list[str]) -> None:
    found = rows.changes([row("cut: direct", 60_000, 1_000)], before)
    assert len(found) == len(told)
    assert all(part in line for part, line in zip(told, found, strict=True))


def test_snapshot__saved_and_loaded__is_the_same_in_the_order_of_the_scenes(every: list[Row], tmp_path: Path) -> None:
    path = tmp_path / "snapshot.json"
    rows.save(every, path)
    assert list(rows.load(path)) == [scene.name for scene in SCENES]
    assert rows.changes(every, rows.load(path)) == []


def test_json__has_what_programs_ask_for(every: list[Row], capsys: pytest.CaptureFixture[str]) -> None:
    gas.main(["--json"])
    told = json.loads(capsys.readouterr().out)["operations"]
    assert len(told) == len(every)
    accept = next(one for one in told if one["operation"] == "accept")
    assert accept == {
        "operation": "accept",
        "mode": "direct",
        "gas": 101_005,
        "floor": 100_000,
        "ratio": 1.01,
        "ceiling": 34_000,
        "log_bytes": 128,
    }
    assert next(one for one in told if one["operation"] == "issueMany")["per_item"] == 101_004 // 50


def test_profile__measures_those_operations_alone__and_says_where_gas_goes(
    every: list[Row], capsys: pytest.CaptureFixture[str]
) -> None:
    gas.main(["--profile", "cut", "--json"])
    (told,) = json.loads(capsys.readouterr().out)["operations"]
    assert told["opcodes"] == {"ADD": told["gas"] - 100_000}
    gas.main(["--profile", "cut"])
    assert "floor 100,000: calldata 400, SLOAD 78,600" in capsys.readouterr().out


def test_profile_of_an_unknown_operation__is_refused(every: list[Row], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        gas.main(["--profile", "melt"])
    assert "melt" in capsys.readouterr().err


def test_table__shows_batches_by_item__others_beside_ours__and_what_is_wrong(
    every: list[Row], capsys: pytest.CaptureFixture[str]
) -> None:
    gas.main([])
    told = capsys.readouterr().out
    assert "per child: splitMany: direct, auto-accept, 100 to one assignee: 1,010 gas" in told
    assert "ERC-3525 (Solv)" in told
    assert "accept: direct: 101,005 gas, its ceiling is 34,000" in told


def test_update__writes_the_snapshot(every: list[Row], monkeypatch: pytest.MonkeyPatch) -> None:
    kept: list[Row] = []
    monkeypatch.setattr(rows, "save", kept.extend)
    gas.main(["--update"])
    assert kept == every


def test_ratio__is_of_the_whole_receipt() -> None:
    one = row("cut: direct", 50_000, 5_000)
    refunded = replace(one.measured.spent, refund=2_000)
    assert one.ratio == 1.1
    assert Row(one.scene, Measured(refunded.gas, refunded, 0)).ratio == 53_000 / 48_000
