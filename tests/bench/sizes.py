# SPDX-License-Identifier: Apache-2.0
"""Code sizes of the committed artifacts against the limits of EIP-170 and EIP-3860: scripts/bench sizes [--json]."""

import json
import sys
from pathlib import Path

from chain.abi import build

RUNTIME_LIMIT = 24_576
CREATION_LIMIT = 49_152


def sizes(folder: Path = build.ARTIFACTS) -> dict[str, dict[str, int]]:
    """Contract name -> bytes of runtime code, of creation code, and left below the runtime limit."""
    table = {}
    for path in sorted(folder.glob("*.json")):
        artifact = json.loads(path.read_text("utf-8"))
        runtime, creation = (len(artifact[key]) // 2 - 1 for key in ("deployedBytecode", "bytecode"))
        if creation > 0:  # an interface has no code
            name = artifact["contractName"]
            table[name] = {"runtime": runtime, "creation": creation, "left": RUNTIME_LIMIT - runtime}
    return table


def main(arguments: list[str]) -> None:
    table = sizes()
    if "--json" in arguments:
        print(json.dumps(table, indent=1))
        return
    print(f"bytes: limits {RUNTIME_LIMIT} (runtime) and {CREATION_LIMIT} (creation)")
    print(f"{'contract':20} {'runtime':>8} {'creation':>8} {'left':>7}")
    for name, row in table.items():
        print(f"{name:20} {row['runtime']:8} {row['creation']:8} {row['left']:7}")


if __name__ == "__main__":
    main(sys.argv[1:])
