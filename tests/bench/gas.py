# SPDX-License-Identifier: Apache-2.0
"""What every operation costs beside its floor: scripts/bench gas [--json] [--profile OPERATION …] [--update].

`--json`: {"operations": [{operation, mode, gas, floor, ratio, ceiling, log_bytes, per_item, opcodes}, …], "others"};
`per_item` only for batches, `opcodes` (overhead by opcode) only with `--profile`. A floor: tests/bench/costs/floor.py.
"""

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from typing import Any

from tests.bench.costs import rows
from tests.bench.costs.rows import Row
from tests.bench.costs.scenes import SCENES

TOP = 20  # opcodes of a profile

COLUMNS: Mapping[str, str] = {
    "issue": "issue: relayed, two officers, 1 invoice",
    "split": "split: direct, auto-accept",
    "transfer": "transfer: direct, auto-accept",
    "lien": "lien: direct, a financier's, signed",
    "redeem": "redeem: anyone, with cash",
    "DvP": "discount: direct, whole, signed quote",
    "split × 100, a child": "splitMany: direct, auto-accept, 100 to one assignee",
}
"""What is compared, and the scene that is ours."""

OTHERS: Mapping[str, Mapping[str, int]] = {
    "ERC-3525 (Solv)": {
        "issue": 202_117,
        "split": 232_466,
        "transfer": 120_089,
        "redeem": 88_600,  # no cash moves
        "split × 100, a child": 232_000,
    },
    "ERC-721 with a struct": {
        "issue": 197_517,
        "split": 240_226,
        "transfer": 42_587,
        "lien": 28_851,
        "DvP": 65_491,  # no signature
        "split × 100, a child": 240_000,
    },
}
"""Gas of the same operation done in other ways: measured beforehand, receipts on anvil cancun, solc 0.8.37."""


def record(row: Row, profile: bool) -> dict[str, Any]:
    """A row for programs."""
    found: dict[str, Any] = {
        "operation": row.scene.operation,
        "mode": row.scene.mode,
        "gas": row.gas,
        "floor": row.floor,
        "ratio": round(row.ratio, 4),
        "ceiling": row.scene.ceiling,
        "log_bytes": row.measured.log_bytes,
    }
    if row.scene.items > 1:
        found["per_item"] = round(row.gas / row.scene.items)
    if profile:
        found["opcodes"] = dict(_most(row.measured.spent.overhead))
    return found


def table(found: Sequence[Row]) -> list[str]:
    """The rows for people."""
    head = (
        f"{'operation':20}{'mode':46}{'gas':>10}{'floor':>10}{'ratio':>7}{'ceiling':>10}{'margin':>9}{'log bytes':>11}"
    )
    lines = [head]
    for row in found:
        ceiling = row.scene.ceiling
        limits = f"{'':>19}" if ceiling is None else f"{ceiling:>10,}{ceiling - row.gas:>9,}"
        figures = f"{row.gas:>10,}{row.floor:>10,}{row.ratio:>7.3f}{limits}{row.measured.log_bytes:>11,}"
        lines.append(f"{row.scene.operation:20}{row.scene.mode:46}{figures}")
    for row in found:
        if (items := row.scene.items) > 1:
            limit = "" if row.scene.ceiling is None else f", ceiling {row.scene.ceiling / items:,.0f}"
            each = f"{row.gas / items:,.0f} gas, floor {row.floor / items:,.0f}{limit}"
            lines.append(f"per {row.scene.item}: {row.scene.name}: {each}")
    return lines


def profile(row: Row) -> list[str]:
    """Where the gas of a row went: the parts of its floor, then the most expensive opcodes above it."""
    spent = row.measured.spent
    parts = {"calldata": spent.calldata, **spent.inherent, "refund": -spent.refund}
    lines = [row.scene.name, f"  floor {row.floor:,}: " + ", ".join(f"{name} {gas:,}" for name, gas in parts.items())]
    return [*lines, f"  overhead {row.gas - row.floor:,}:", *(f"{gas:>10,} {op}" for op, gas in _most(spent.overhead))]


def comparison(found: Sequence[Row]) -> list[str]:
    """Our figures above those of other ways; a dash where another way has no such operation."""
    by_name = {row.scene.name: row for row in found}
    ours = {column: round(by_name[name].gas / by_name[name].scene.items) for column, name in COLUMNS.items()}
    lines = ["the same operation done in other ways, gas:", f"{'':24}" + "".join(f"{name:>22}" for name in COLUMNS)]
    for way, figures in ({"DeepTier": ours} | dict(OTHERS)).items():
        cells = (f"{figures[name]:,}" if name in figures else "–" for name in COLUMNS)
        lines.append(f"{way:24}" + "".join(f"{cell:>22}" for cell in cells))
    return lines


def _most(overhead: Mapping[str, int]) -> list[tuple[str, int]]:
    return sorted(overhead.items(), key=lambda entry: -entry[1])[:TOP]


def _arguments(words: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench gas", description="What every operation costs, beside its floor.")
    parser.add_argument("--json", action="store_true", help="for programs")
    either = parser.add_mutually_exclusive_group()
    names = list(dict.fromkeys(scene.operation for scene in SCENES))
    either.add_argument("--profile", nargs="+", choices=names, metavar="OPERATION", help="where the gas of these goes")
    either.add_argument("--update", action="store_true", help="make these figures the ones to commit")
    return parser.parse_args(words)


def main(words: Sequence[str]) -> None:
    options = _arguments(words)
    found = rows.measure(options.profile or ())
    if options.update:
        rows.save(found)
    if options.json:
        records = [record(row, bool(options.profile)) for row in found]
        print(json.dumps({"operations": records, "others": OTHERS}, indent=1, ensure_ascii=False))
        return
    lines = table(found)
    lines += [line for row in found for line in profile(row)] if options.profile else comparison(found)
    print("\n".join([*lines, *rows.above_ceiling(found), *rows.far_from_floor(found)]))


if __name__ == "__main__":
    main(sys.argv[1:])
