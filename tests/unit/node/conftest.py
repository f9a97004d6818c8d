# SPDX-License-Identifier: Apache-2.0
"""An embedded node for the tests of this folder."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from chain.node.anvil import Anvil, find_anvil
from chain.node.errors import AnvilMissing
from tests.chains import START
from tests.conftest import SYSTEM_PACKAGE


@pytest.fixture(scope="session")
def program() -> Path:
    """Where anvil is; without it the test is skipped."""
    try:
        return find_anvil()
    except AnvilMissing as missing:
        pytest.skip(f"{SYSTEM_PACKAGE} {missing}")


@pytest.fixture
def anvil(program: Path) -> Iterator[Anvil]:
    """One that has done nothing yet."""
    with Anvil(START, program=program) as running:
        yield running
