# SPDX-License-Identifier: Apache-2.0
"""What users do needs the embedded node."""

import shutil
import signal
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import cache
from pathlib import Path

import pytest

from chain.node.anvil import find_anvil
from chain.node.errors import AnvilMissing
from chain.store.db import connect
from tests.conftest import SYSTEM_PACKAGE
from tests.counter import Counter, counter
from tests.flows.running import Played, Running, Standing
from tests.postgres import Server

ROOT = Path(__file__).resolve().parents[2]


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


# ---------------------------------------------------------------- the demonstration


@pytest.fixture(scope="session")
def played(anvil_here: None, tmp_path_factory: pytest.TempPathFactory) -> Played:
    """A folder as a newcomer has it after the first command; what this checkout has recorded stays as it is."""
    folder = tmp_path_factory.mktemp("newcomer") / ".deeptier"
    ours = ["./scripts/demo", "--once", "--folder", str(folder)]
    done = subprocess.run(ours, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return Played(folder, done.stdout)


@pytest.fixture(scope="session")
def standing(played: Played, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Standing]:
    """The demonstration again, on a copy of that folder, in Chinese; it stays up. It ends with a word, and whole."""
    folder = tmp_path_factory.mktemp("standing") / ".deeptier"
    shutil.copytree(played.folder, folder, ignore=shutil.ignore_patterns("run", "*.sock", "lock*"))
    running = Running("demo", "--lang", "zh", "--folder", str(folder))
    try:
        running.until("Ctrl-C")
        with connect(folder / "book.db") as db:
            row = db.one("SELECT COUNT(*) FROM submission")
        assert row is not None
        yield Standing(folder, running, row[0])
        told = running.end(signal.SIGTERM)
        assert running.child.returncode == 143
        assert len(told.strip().splitlines()) == 1, told
    finally:
        running.child.kill()
        running.child.communicate()
