# SPDX-License-Identifier: Apache-2.0
"""What users do needs the embedded node."""

import pytest

from chain.node.anvil import find_anvil
from chain.node.errors import AnvilMissing
from tests.conftest import SYSTEM_PACKAGE


@pytest.fixture(scope="session")
def anvil_here() -> None:
    """Without the embedded node the test is skipped."""
    try:
        find_anvil()
    except AnvilMissing as missing:
        pytest.skip(f"{SYSTEM_PACKAGE} {missing}")
