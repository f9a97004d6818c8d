# SPDX-License-Identifier: Apache-2.0
"""A prepared network for all tests of this room, and a service over a copy of it for each."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from chain.node.errors import AnvilMissing
from tests.conftest import SYSTEM_PACKAGE
from tests.faults.service import Prepared, Service, service


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Prepared:
    try:
        return Prepared(tmp_path_factory.mktemp("prepared"))
    except AnvilMissing as missing:
        pytest.skip(f"{SYSTEM_PACKAGE} {missing}")


@pytest.fixture
def running(prepared: Prepared, tmp_path: Path) -> Iterator[Service]:
    with service(tmp_path, prepared.copy(tmp_path)) as running:
        yield running
