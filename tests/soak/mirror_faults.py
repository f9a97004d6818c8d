# SPDX-License-Identifier: Apache-2.0
"""Mirrors made through a lying proxy: scripts/soak mirror-faults [--n 1000] [--seed S]

Every one of them must end equal to the chain, or stop by name in a state that the chain once had.
"""

import argparse
import secrets
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from tests.faults.lies import rig
from tests.faults.service import Prepared


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser("soak mirror-faults", description=__doc__)
    parser.add_argument("--n", type=int, default=1_000, help="mirrors")
    parser.add_argument("--seed", type=int, default=secrets.randbelow(2**32))
    asked = parser.parse_args(arguments)
    print(f"seed {asked.seed}", flush=True)
    began, lies, stops, silent = time.monotonic(), 0, Counter[str](), 0
    with tempfile.TemporaryDirectory() as name, rig(Prepared(Path(name)), Path(name)) as lied:
        for place in range(asked.n):
            told = lied.play(asked.seed + place)
            lies, stops, silent = lies + told.lies, stops + told.stops, silent + told.silent
            if place % 100 == 99:
                print(f"{place + 1} mirrors, {lies} lies, stopped with {dict(stops)}", flush=True)
    print(f"{asked.n} mirrors in {time.monotonic() - began:.0f} s, {lies} lies; stopped by name: {dict(stops)}")
    print(f"{silent} met no lie that mattered; every one ended equal to the chain")


if __name__ == "__main__":
    main()
