# SPDX-License-Identifier: Apache-2.0
"""What every test may ask for, and a loud list of the tests that did not run."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.canaries import leaks
from tests.postgres import Server, find_programs, serving

SYSTEM_PACKAGE = "system package:"
"""A skip reason that starts so names something apt would bring; in CI it is a failure, since CI must have it."""

SHARED_DATA = "shared data:"
"""A skip reason that starts so misses example data beside the project, not in it; always visible, never a failure."""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--soak", action="store_true", help="play all of what an ordinary run plays a seeded tenth of")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let the tests of an xdist_group go to one worker: pytest-xdist 3.8 writes the group into `_nodeid`, which
    pytest 9.2 no longer reads.
    """
    for item in items:
        told = getattr(item, "_nodeid", item.nodeid)
        if told != item.nodeid:
            item._id = type(item.id)(path=item.id.path, names=(told.partition("::")[2],))


@pytest.fixture(scope="session", autouse=True)
def services_told_nothing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """When all tests are over, no log and no status file that any service of theirs wrote has a secret or a name."""
    yield
    found = leaks(tmp_path_factory.getbasetemp())
    assert not found, "\n".join(found)


@pytest.fixture(autouse=True)
def usual_recursion_limit() -> None:
    """Python's own: py-evm, which only tests load, raises it beyond what the stack holds."""
    sys.setrecursionlimit(1_000)


@pytest.fixture(scope="session")
def soak(pytestconfig: pytest.Config) -> bool:
    """Whether to play everything."""
    return bool(pytestconfig.getoption("--soak"))


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of example data beside the project; without it the test is skipped."""
    folder = Path(__file__).resolve().parents[2] / "shared"
    if not folder.is_dir():
        pytest.skip(f"{SHARED_DATA} there is no folder ../shared beside the project")
    return folder


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    """A PostgreSQL server; without its programs the test is skipped."""
    programs = find_programs()
    if programs is None:
        pytest.skip(f"{SYSTEM_PACKAGE} PostgreSQL's server (Debian: postgresql)")
    with serving(programs) as server:
        yield server


def _skipped(config: pytest.Config) -> list[tuple[str, str]]:
    """(test, reason) of every skipped test; empty in the workers of pytest-xdist, which report to the controller."""
    terminal = config.pluginmanager.get_plugin("terminalreporter")
    reports = terminal.stats.get("skipped", []) if terminal else []
    return [(report.nodeid, _reason(report)) for report in reports if not hasattr(report, "wasxfail")]


def _reason(report: pytest.TestReport | pytest.CollectReport) -> str:
    text = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
    return text.removeprefix("Skipped: ")


def _must_not_skip(config: pytest.Config) -> list[tuple[str, str]]:
    in_ci = os.environ.get("CI") == "true"
    return [(test, reason) for test, reason in _skipped(config) if in_ci and reason.startswith(SYSTEM_PACKAGE)]


def pytest_sessionfinish(session: pytest.Session) -> None:
    if _must_not_skip(session.config) and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    skipped = _skipped(config)
    if not skipped:
        return
    terminalreporter.section(f"{len(skipped)} TESTS DID NOT RUN", sep="!", yellow=True, bold=True)
    for test, reason in skipped:
        terminalreporter.line(f"{test}: {reason}", yellow=True)
    failures = len(_must_not_skip(config))
    if failures:
        terminalreporter.line(f"{failures} of them for want of a system package: a failure in CI", red=True, bold=True)
