# SPDX-License-Identifier: Apache-2.0
"""/ready turns red within five seconds of losing any of what the service rests on, and green again by itself.

The service is `deeptier up --demo` with real processes. Its supervisor starts again what dies, so what is to stay down
is halted (SIGSTOP): it has its sockets, files and locks, and does nothing, which is harder to see than death.
"""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import pytest

from api.access import keys
from api.run import said
from chain.node.anvil import find_anvil
from chain.node.errors import AnvilMissing
from tests.conftest import SYSTEM_PACKAGE
from tests.postgres import Server

COMMAND = Path(sys.executable).with_name("deeptier")
SEEN = 5.0  # seconds within which a loss is told (promise 16)
HEALED = 30.0  # seconds within which all is well again
ANSWERED = 2.0  # seconds for an answer of /ready, whatever hangs
TOLD = {  # halted: the part that is red, and why
    "node": ("mirror", "node-silent"),
    "signer": ("signer", "part-down"),
    "sender": ("sender", "part-down"),
    "mirror": ("mirror", "node-silent"),
}
RESTING = ("book", "mirror", "sender")  # on a database server


@dataclass(frozen=True)
class Running:
    """A service that runs."""

    folder: Path

    def ready(self) -> tuple[int, dict[str, Any]]:
        """The status of /ready, and its parts. It answers in time, whatever hangs."""
        url = (self.folder / "run" / "http").read_text("ascii")
        told = httpx2.get(f"{url}/ready", timeout=ANSWERED, trust_env=False)
        return told.status_code, told.json()["parts"]

    def pid(self, part: str) -> int:
        """Of a part that lives."""
        _until(lambda: self._living(part) is not None, HEALED)
        found = self._living(part)
        assert found is not None
        return found

    def asked(self) -> tuple[int, str]:
        """Status and code of a read by somebody who has no such key, for which the book has to be asked."""
        url = (self.folder / "run" / "http").read_text("ascii")
        bearer = {"Authorization": f"Bearer {keys.text(bytes(keys.DRAWN))}"}
        told = httpx2.get(f"{url}/holdings", headers=bearer, timeout=2 * HEALED, trust_env=False)
        return told.status_code, told.json()["code"]

    def green(self) -> bool:
        return self.ready()[0] == 200

    def turns_red(self, what: str, *names: str) -> set[str]:
        """Wait until these parts are, why they are. The service is red after SEEN at most; each part is when the answer
        to a question of that time is there, which another part that hangs may delay. Tells how long each took.
        """
        codes: dict[str, str] = {}
        begun = time.monotonic()
        while len(codes) < len(names):
            asked = time.monotonic() - begun
            status, parts = self.ready()
            took = time.monotonic() - begun
            for name in names:
                if name not in codes and not parts[name]["ready"]:
                    assert status == 503
                    codes[name] = parts[name]["code"]
                    print(f"{what}: {name} is red after {took:.1f} s, {codes[name]}: {parts[name]['detail']}")
            assert asked < SEEN, f"{what}: {parts}"
            assert took < SEEN or status == 503, f"{what}: {parts}"
            time.sleep(0.02)
        return set(codes.values())

    def heals(self, what: str) -> None:
        """Wait until all is well. Tells how long it took."""
        begun = time.monotonic()
        _until(self.green, HEALED)
        print(f"{what}: green again after {time.monotonic() - begun:.1f} s")

    def _living(self, part: str) -> int | None:
        found: int | None = said(self.folder / "run" / "up.json")["parts"][part]["pid"]
        return found


@contextmanager
def running(folder: Path, *words: str) -> Iterator[Running]:
    """`deeptier up --demo` over HTTP, all of it ready."""
    command = [str(COMMAND), "up", "--demo", "--port", "0", "--folder", str(folder), *words]
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    service = Running(folder)
    try:
        _until(lambda: (folder / "run" / "http").exists(), HEALED)
        _until(service.green, HEALED)
        yield service
    finally:
        child.terminate()
        child.wait(60)


@contextmanager
def halted(pid: int) -> Iterator[None]:
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    _needs_anvil()
    with running(tmp_path_factory.mktemp("ready") / "service") as service:
        yield service


@pytest.mark.parametrize("part", TOLD)
def test_ready__a_part_halted__red_within_five_seconds_and_green_when_it_goes_on(service: Running, part: str) -> None:
    _until(service.green, HEALED)
    red, code = TOLD[part]
    with halted(service.pid(part)):
        assert service.turns_red(f"{part} halted", red) == {code}
    service.heals(f"{part} goes on")


@pytest.mark.parametrize("part", TOLD)
def test_ready__a_part_killed__is_started_anew_and_all_is_green_again(service: Running, part: str) -> None:
    _until(service.green, HEALED)
    before = service.pid(part)
    os.kill(before, signal.SIGKILL)
    _until(lambda: service.pid(part) != before, HEALED)
    service.heals(f"{part} killed")


def test_ready__the_book_gone__red_within_five_seconds_and_green_when_it_is_back(service: Running) -> None:
    """Moved away, it cannot be opened; the sender has it open still, and goes on with it afterwards."""
    _until(service.green, HEALED)
    book = service.folder / "book.db"
    away = book.with_name("away.db")
    shutil.move(book, away)
    try:
        assert service.turns_red("book moved away", "book") == {"missing-store"}
    finally:
        shutil.move(away, book)
    service.heals("book back")


def test_ready__all_parts_halted_at_once__answers_in_time_and_names_each(service: Running) -> None:
    _until(service.green, HEALED)
    with ExitStack() as stack:
        for part in TOLD:
            stack.enter_context(halted(service.pid(part)))
        service.turns_red("all halted", "signer", "sender", "mirror")
        begun = time.monotonic()
        _, parts = service.ready()
        assert time.monotonic() - begun < ANSWERED
        assert parts["book"]["ready"]
    service.heals("all go on")


def test_ready__postgresql_stopped_and_halted__red_within_five_seconds_and_green_again(
    postgres: Server, tmp_path: Path
) -> None:
    _needs_anvil()
    with running(tmp_path / "service", "--book", postgres.database(), "--mirror", postgres.database()) as service:
        postgres.stop()
        try:
            service.turns_red("PostgreSQL stopped", *RESTING)
        finally:
            postgres.start()
        service.heals("PostgreSQL started")
        with ThreadPoolExecutor(8) as pool, postgres.halted():
            asked = [pool.submit(service.asked) for _ in range(8)]  # more than work at a time: all of them hang
            time.sleep(0.5)
            assert not any(one.done() for one in asked)
            service.turns_red("PostgreSQL halted, reads hang", *RESTING)
            begun = time.monotonic()
            assert {one.result() for one in asked} == {(503, "database-away")}, "told while it is halted"
            print(f"PostgreSQL halted: reads that hang are told so after {time.monotonic() - begun:.1f} s more")
        service.heals("PostgreSQL goes on")


def _needs_anvil() -> None:
    try:
        find_anvil()
    except AnvilMissing as missing:
        pytest.skip(f"{SYSTEM_PACKAGE} {missing}")


def _until(holds: Callable[[], bool], seconds: float) -> None:
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "it did not come to that"
        time.sleep(0.05)
