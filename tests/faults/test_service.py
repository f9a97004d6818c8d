# SPDX-License-Identifier: Apache-2.0
"""The short run of `scripts/soak service`: struck at random while two terminals push."""

from pathlib import Path

import pytest

from chain.node.anvil import find_anvil
from chain.node.errors import AnvilMissing
from tests.conftest import SYSTEM_PACKAGE
from tests.soak.service import soak


def test_service__struck_at_random__every_acknowledged_split_is_there_once(tmp_path: Path) -> None:
    try:
        find_anvil()
    except AnvilMissing as missing:
        pytest.skip(f"{SYSTEM_PACKAGE} {missing}")
    print("seed 6")
    found = soak(10, 30, 6, tmp_path)
    assert found.acknowledged == 30
    assert sum(found.injected.values()) > 1
