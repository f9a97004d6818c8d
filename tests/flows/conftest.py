# SPDX-License-Identifier: Apache-2.0
"""What users do needs the embedded node."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import cache

import pytest

from chain.node.anvil import find_anvil
from chain.node.errors import AnvilMissing
from tests.conftest import SYSTEM_PACKAGE
from tests.counter import Counter, counter
from tests.postgres import Server


@pytest.fixture(scope="session")
def anvil_here() -> None:
    """Without the embedded node the test is skipped."""
    try:
        find_anvil()
    except AnvilMissing as missing:
        pytest.skip(f"{SYSTEM_PACKAGE} {missing}")


DATABASES = [
    pytest.param(name, marks=pytest.mark.xdist_group(f"counter-{name}"))  # one worker starts the service, once
    for name in ("sqlite", "postgresql")
]


@pytest.fixture(scope="session")
def counters(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, anvil_here: None
) -> Iterator[Callable[[str], Counter]]:
    """A demo service with book and mirror on either kind of database, started when it is first asked for."""
    with ExitStack() as stack:

        @cache
        def of(database: str) -> Counter:
            places: list[str] = []
            if database == "postgresql":
                server: Server = request.getfixturevalue("postgres")
                places = [server.database(), server.database()]
            return stack.enter_context(counter(tmp_path_factory.mktemp(database) / "service", *places))

        yield of


@pytest.fixture(params=DATABASES)
def shop(request: pytest.FixtureRequest, counters: Callable[[str], Counter]) -> Counter:
    """The service on SQLite, and on PostgreSQL."""
    return counters(request.param)
