# SPDX-License-Identifier: Apache-2.0
"""What was measured, a row for each scene, and what is wrong with it: against its limits, against the snapshot."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.bench.costs.scenes import SCENES, Scene
from tests.bench.costs.world import Measured, measured_world

SNAPSHOT = Path(__file__).parents[1] / "gas_snapshot.json"
TIGHT = 1.12
"""How many times its floor a hot operation may cost."""

UPDATE = "then commit it: scripts/bench gas --update"


@dataclass(frozen=True, slots=True)
class Row:
    """A scene and what it took."""

    scene: Scene
    measured: Measured

    @property
    def gas(self) -> int:
        return self.measured.gas

    @property
    def floor(self) -> int:
        return self.measured.spent.floor

    @property
    def ratio(self) -> float:
        """Gas as a multiple of the floor."""
        return self.gas / self.floor


def measure(operations: Collection[str] = ()) -> list[Row]:
    """Play the scenes of these operations, or all, on a node of their own. Raises as MeasuredWorld and its `cost`."""
    rows = []
    with measured_world() as world:
        for scene in SCENES:
            if not operations or scene.operation in operations:
                with world.apart() as apart:
                    rows.append(Row(scene, apart.cost(scene.call(apart), scene.direct)))
    return rows


def above_ceiling(rows: Sequence[Row]) -> list[str]:
    """The scenes that cost more than their ceiling."""
    return [
        f"{row.scene.name}: {row.gas:,} gas, its ceiling is {row.scene.ceiling:,}"
        for row in rows
        if row.scene.ceiling is not None and row.gas > row.scene.ceiling
    ]


def far_from_floor(rows: Sequence[Row]) -> list[str]:
    """The hot scenes that cost more than TIGHT times their floor."""
    return [
        f"{row.scene.name}: {row.gas:,} gas, {row.ratio:.3f} of its floor of {row.floor:,}, not {TIGHT}"
        for row in rows
        if row.scene.tight and row.ratio > TIGHT
    ]


def changes(rows: Sequence[Row], snapshot: Mapping[str, int]) -> list[str]:
    """How the rows differ from the snapshot (scene name -> gas), each with what to do about it."""
    found = []
    for row in rows:
        name, before = row.scene.name, snapshot.get(row.scene.name)
        if before is None:
            found.append(f"{name}: {row.gas:,} gas, new: {UPDATE}")
        elif row.gas > before:
            found.append(f"{name}: {row.gas:,} gas, {row.gas - before:,} higher: mend it, or say why and {UPDATE}")
        elif row.gas < before:
            found.append(f"{name}: {row.gas:,} gas, {before - row.gas:,} lower: {UPDATE}")
    gone = snapshot.keys() - {row.scene.name for row in rows}
    return found + [f"{name}: in the snapshot, no longer measured: {UPDATE}" for name in sorted(gone)]


def load(path: Path = SNAPSHOT) -> dict[str, int]:
    """The committed figures: scene name -> gas."""
    found: dict[str, int] = json.loads(path.read_text("utf-8"))
    return found


def save(rows: Sequence[Row], path: Path = SNAPSHOT) -> None:
    """Make these the figures to commit."""
    path.write_text(json.dumps({row.scene.name: row.gas for row in rows}, indent=1) + "\n", "utf-8")
