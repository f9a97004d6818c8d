# SPDX-License-Identifier: Apache-2.0
"""A proxy omits, doubles, reorders, alters, empties or cuts short what the node says: the mirror is never fooled."""

from collections import Counter
from pathlib import Path

import pytest

from chain.mirror.blocks import Verify
from tests.faults.liar import LIES
from tests.faults.lies import rig
from tests.faults.service import Prepared

RUNS = 100
FIRST = 20_261_122


def test_mirror__lied_to__ends_equal_to_the_chain_or_stops_by_name(prepared: Prepared, tmp_path: Path) -> None:
    lies, stops, silent = 0, Counter[str](), 0
    with rig(prepared, tmp_path) as lied:
        for seed in range(FIRST, FIRST + RUNS):
            told = lied.play(seed)
            lies, stops, silent = lies + told.lies, stops + told.stops, silent + told.silent
    print(f"{RUNS} mirrors, {lies} lies, stopped with {dict(stops)}, {silent} met none that mattered")
    assert lies > RUNS
    assert sum(stops.values()) > RUNS
    assert "block-unproven" in stops


@pytest.mark.parametrize("verify", [Verify.BLOOM])
def test_mirror__lied_to_about_logs_with_less_proof__is_not_fooled_about_what_is_left_out(
    prepared: Prepared, tmp_path: Path, verify: Verify
) -> None:
    with rig(prepared, tmp_path) as lied:
        for seed in range(FIRST, FIRST + 12):
            lied.play(seed, verify)


def test_lies__every_kind__changes_an_answer(prepared: Prepared, tmp_path: Path) -> None:
    with rig(prepared, tmp_path) as lied:
        asked = b'{"jsonrpc":"2.0","id":1,"method":"eth_getBlockReceipts","params":["0x1e"]}'
        lied.lying.lie = None
        honest = lied.lying.answer(asked)
        for name in LIES:
            lied.lying.lie, lied.lying.every = name, 1
            assert any(lied.lying.answer(asked) != honest for _ in range(20)), name
