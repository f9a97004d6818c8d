# SPDX-License-Identifier: Apache-2.0
"""What is asked for over HTTP happens once or not at all, whatever dies when; where it could not be seen through, it is
refused before anything is done, and says why.

The service is `deeptier up --demo` with real processes, on a disk of its own where that can be had.
"""

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path

import httpx2
import pytest

from api.access.demo import demo_officers
from api.run import said
from api.status import look
from chain.node.anvil import find_anvil
from chain.node.errors import AnvilMissing
from chain.store.db import connect
from chain.store.disk import MIB, left
from chain.store.errors import DiskFull
from tests.conftest import SYSTEM_PACKAGE
from tests.counter import Answer, Counter, admit, halted, invoice, serving
from tests.faults.test_troubles import fill
from tests.flows.running import until

pytestmark = pytest.mark.xdist_group("writing-faults")  # one service

SEEN = 5.0  # seconds within which a write is refused where a part is dead (promise 16)
ANSWERED = 6.0  # seconds within which any answer comes
TABLES = ("submission", "request", "proposal", "place", "hold", "showing", "carrier")
CLAIM = "10-1-1"
FACE = 90_000_000
LEAST = 8  # MiB of the disk that nothing new is to take
_NUMBERS = count(1)
_AMOUNTS = count(10_000)  # of what is cut off: each another message
WHY: dict[str, set[tuple[str, str | None]]] = {  # halted: why a write is refused, and what is named
    "node": {("node-silent", None), ("part-down", "sender")},
    "signer": {("part-down", "signer")},
    "sender": {("part-down", "sender")},
    "mirror": {("node-silent", None), ("mirror-late", None)},
}


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder, on a small disk of its own if we may make one: ours is an operator who wants LEAST left of it."""
    folder = tmp_path_factory.mktemp("writing") / "disk"
    folder.mkdir()
    made = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64m", "tmpfs", folder], capture_output=True, check=False)
    try:
        with pytest.MonkeyPatch.context() as environment:
            environment.setenv("DEEPTIER_DISK_MIB", str(LEAST))
            yield folder
    finally:
        if made.returncode == 0:
            subprocess.run(["umount", "-l", folder], check=True)


@pytest.fixture(scope="module")
def shop(place: Path) -> Iterator[Counter]:
    """The service with one claim of the seats' supplier's; it may be replaced by another one on the same folder."""
    try:
        find_anvil()
    except AnvilMissing as missing:
        pytest.skip(f"{SYSTEM_PACKAGE} {missing}")
    with serving(place / "service") as made:
        admit(made)
        obligation = made.issued([invoice(next(_NUMBERS), FACE)])
        made.done("21", "/obligations/accept", {"obligations": [obligation]})
        assert f"{obligation}-1" == CLAIM
        yield made


@pytest.fixture(autouse=True)
def well(shop: Counter) -> Iterator[None]:
    """All parts are well before and after, and the claims are the whole promise."""
    shop.found()
    yield
    if shop.pid == 0:
        return  # it was killed for good
    shop.found()
    assert sum(row["amount"] for row in shop.claims("10-1").values()) == FACE


def cut(shop: Counter, key: str, amount: int, wait: int = 0) -> Answer:
    """The claim is cut, and it is told within a time that a person waits."""
    begun = time.monotonic()
    found = shop.post("21", f"/claims/{CLAIM}/cut", {"amount": amount}, key=key, wait=wait)
    assert time.monotonic() - begun < ANSWERED + wait, found
    return found


def tails(shop: Counter, amount: int) -> int:
    """How many claims of that amount there are."""
    return [row["amount"] for row in shop.claims("10-1").values()].count(amount)


def refused(shop: Counter, why: set[tuple[str, str | None]]) -> float:
    """Ask until it is refused for that reason; after how many seconds the last was asked."""
    begun = time.monotonic()
    while True:
        asked = time.monotonic() - begun
        found = cut(shop, f"soon-{time.monotonic_ns()}", next(_AMOUNTS))
        if found.status == 503:
            assert (found.body["code"], found.body.get("arguments", {}).get("part")) in why, found
            return asked
        assert found.status in (202, 409), found
        assert asked < SEEN, found


# ---- fail closed


@pytest.mark.parametrize("part", WHY)
def test_write__a_part_halted__is_refused_within_five_seconds_and_the_same_key_works_afterwards(
    shop: Counter, part: str
) -> None:
    key, amount = f"halted-{part}", next(_AMOUNTS)
    with halted(shop.part(part)):
        asked = refused(shop, WHY[part])
        before = shop.count(*TABLES)
        found = cut(shop, key, amount)
        assert (found.status, found.headers.get("retry-after")) in {(503, "1"), (503, None)}
        assert found.body["next_step"]
        upload = shop.upload("10-1", [invoice(next(_NUMBERS), 100_000)], wait=0)
        assert upload.status == 503, upload
        assert shop.count(*TABLES) == before, "nothing is in the book"
        until(lambda: (shop.get("21", f"/claims/{CLAIM}").body["age"] > 3) is (part in ("node", "mirror")), SEEN)
    print(f"{part} halted: writes are refused after {asked:.1f} s: {found.body['detail']}")
    _goes_on(shop, key, amount)


def _goes_on(shop: Counter, key: str, amount: int) -> None:
    """The same key is carried out, once, as soon as all is well."""
    begun = time.monotonic()
    until(lambda: cut(shop, key, amount, 10).status == 202)
    print(f"the same key is carried out {time.monotonic() - begun:.1f} s later")
    assert cut(shop, key, amount, 10).one["state"] == "final"
    assert tails(shop, amount) == 1


def test_write__while_the_signer_hangs__leaves_threads_for_those_who_read(shop: Counter) -> None:
    with halted(shop.part("signer")), ThreadPoolExecutor(16) as pool:
        end = time.monotonic() + 3
        asked = [pool.submit(cut, shop, f"hang-{place}-{end}", next(_AMOUNTS)) for place in range(16)]
        slowest = 0.0
        while time.monotonic() < end:
            begun = time.monotonic()
            assert shop.get("21", f"/claims/{CLAIM}").status == 200
            slowest = max(slowest, time.monotonic() - begun)
        assert {one.result().status for one in asked} <= {409, 503}
        assert slowest < SEEN
    print(f"16 writes at once while the signer hangs: the slowest read took {slowest:.1f} s")


def test_write__the_book_locked_by_another_or_gone__is_refused_and_nothing_is_done(shop: Counter) -> None:
    key, amount, book = "locked", next(_AMOUNTS), shop.folder / "book.db"
    before = shop.count(*TABLES)
    other = sqlite3.connect(book, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        found = cut(shop, key, amount)
        assert (found.status, found.body["code"]) in {(503, "database-away"), (503, "part-down")}
        assert shop.get("21", f"/claims/{CLAIM}").status == 200
    finally:
        other.execute("ROLLBACK")
        other.close()
    assert shop.count(*TABLES) == before
    away = book.with_name("away.db")
    shutil.move(book, away)
    try:
        found = cut(shop, key, amount)
        assert found.code == (503, "database-away")
        assert "book.db" not in str(found.body), "where it is, is nobody's business"
    finally:
        shutil.move(away, book)
    _goes_on(shop, key, amount)


@pytest.mark.parametrize("room", [LEAST * MIB - 4096, 0], ids=["little room", "no room"])
def test_write__on_a_full_disk__is_refused_by_name_and_goes_on_when_there_is_room(
    shop: Counter, place: Path, room: int
) -> None:
    if not os.path.ismount(place):
        pytest.skip("a small disk takes root")
    key, amount, filler = f"full-{room}", next(_AMOUNTS), place / "filler"
    before = shop.count(*TABLES)
    with filler.open("wb") as file:
        os.posix_fallocate(file.fileno(), 0, left(place) - room)
    if room == 0:
        fill(filler)  # others may write meanwhile
    try:
        for lang in ("zh", "en"):
            found = shop.post("21", f"/claims/{CLAIM}/cut", {"amount": amount}, key=key, wait=0, lang=lang)
            assert found.code == (503, "disk-full"), found
            assert found.body["arguments"]["left"] < LEAST
            assert str(place) not in str(found.body), "where it is, is nobody's business"
        assert shop.upload("10-1", [invoice(next(_NUMBERS), 100_000)], wait=0).code == (503, "disk-full")
        assert shop.count(*TABLES) == before, "nothing is in the book"
        ready = shop.client.get(f"{shop.url}/ready")
        assert (ready.status_code, ready.json()["parts"]["disk"]["code"]) == (503, "disk-full")
        assert shop.get("21", f"/claims/{CLAIM}").status == 200
        told = look(shop.folder, shop.book)
        assert (told["state"], told["disk"]["code"], told["disk"]["least"]) == ("waiting", "disk-full", LEAST)
        assert str(shop.folder) in told["disk"]["en"]
        if room == 0:
            _what_is_written_nevertheless_is_told_by_the_same_name(shop)
    finally:
        filler.unlink()
    _goes_on(shop, key, amount)
    until(lambda: look(shop.folder, shop.book)["state"] == "running")


def _what_is_written_nevertheless_is_told_by_the_same_name(shop: Counter) -> None:
    """The mirror notes once a second that it heard the node, and a login makes a key."""
    until(lambda: said(shop.folder / "run" / "mirror.json").get("code") == "disk-full")
    with connect(shop.book) as db, pytest.raises(DiskFull):
        db.insert("setting", ("name", "value"), [(f"filler {number}", "x" * 500) for number in range(2_000)])
    begun = time.monotonic()
    while (found := shop.client.post(f"{shop.url}/login", json=_who(shop))).status_code == 200:
        assert time.monotonic() - begun < 10, "there was room"
    assert (found.status_code, found.json()["code"]) == (503, "disk-full")


def _who(shop: Counter) -> dict[str, str]:
    """A name and its password."""
    one = demo_officers(shop.signing.seed)[0]
    return {"name": one.name, "password": one.password}


# ---- exactly once


@contextmanager
def another(shop: Counter, failpoint: str) -> Iterator[tuple[Counter, subprocess.Popen[bytes]]]:
    """A second HTTP service on the same folder, which dies at a point."""
    where = shop.folder / "run" / "http"
    listens = where.read_text("ascii")
    words = ["-m", "api.server", "--folder", str(shop.folder), "--port", "0", "--failpoint", failpoint]
    child = subprocess.Popen([sys.executable, *words], stdout=subprocess.DEVNULL)
    try:
        until(lambda: where.read_text("ascii") not in ("", listens))
        yield Counter(shop.folder, shop.book, shop.mirror, shop.keys, shop.signing, where.read_text("ascii")), child
    finally:
        child.kill()
        child.wait()
        where.write_text(listens, "ascii")


def drafting(shop: Counter, number: int) -> Callable[[Counter], Answer]:
    files = [invoice(number, 100_000)]
    return lambda at: at.upload("10-1", files, key=f"draft-{number}", wait=0)


def cutting(shop: Counter, number: int) -> Callable[[Counter], Answer]:
    return lambda at: at.post("21", f"/claims/{CLAIM}/cut", {"amount": 50_000 + number}, key=f"cut-{number}", wait=0)


def signing(shop: Counter, number: int) -> Callable[[Counter], Answer]:
    offer = shop.done("21", f"/claims/{CLAIM}/split", {"pieces": [{"to": 31, "amount": 50_000 + number}]})
    path = f"/proposals/{offer.body['proposal']['id']}/sign"
    return lambda at: at.post("31", path, key=f"sign-{number}", wait=0)


@pytest.mark.parametrize(
    ("point", "asking"),
    [
        *(("request-before-commit", drafting), ("request-before-commit", signing)),
        *(("request-after-commit", drafting), ("request-after-commit", cutting)),
    ],
)
def test_request__http_dies_around_its_commit__with_the_same_key_it_happens_once(
    shop: Counter, point: str, asking: Callable[[Counter, int], Callable[[Counter], Answer]]
) -> None:
    ask = asking(shop, next(_NUMBERS))
    before = shop.count(*TABLES)
    with another(shop, point) as (dying, child):
        with pytest.raises(httpx2.TransportError):
            ask(dying)
        assert child.wait(10) == -signal.SIGKILL
    committed = point == "request-after-commit"
    assert shop.count("request")["request"] - before["request"] == committed
    if not committed:
        assert shop.count("submission", "proposal") == {name: before[name] for name in ("submission", "proposal")}
    first = ask(shop)
    assert first.status == 202, first
    assert ("idempotency-replayed" in first.headers) is committed
    again = ask(shop)
    assert [one["id"] for one in again.submissions] == [one["id"] for one in first.submissions]
    assert (again.body["proposal"] or {}).get("id") == (first.body["proposal"] or {}).get("id")
    grown = {name: rows - before[name] for name, rows in shop.count("submission", "request", "proposal").items()}
    assert grown == {"submission": 1, "request": 1, "proposal": int(asking is drafting)}
    until(lambda: all(one["mirrored"] for one in ask(shop).submissions))
    assert {one["state"] for one in ask(shop).submissions} == {"final"}


def test_service__killed_whole_while_many_ask__every_key_has_one_effect_afterwards(place: Path, shop: Counter) -> None:
    """The last of this file: what follows it finds another service."""
    done = cut(shop, "before", 33_333, 20)
    amounts = {f"killed-{place}": 60_000 + place for place in range(24)}
    heard: dict[str, Answer] = {}

    def ask(key: str) -> None:
        with suppress(httpx2.TransportError):
            heard[key] = shop.post("21", f"/claims/{CLAIM}/cut", {"amount": amounts[key]}, key=key, wait=20)

    with ThreadPoolExecutor(8) as pool:
        asked = [pool.submit(ask, key) for key in amounts]
        while len(heard) < 6:
            time.sleep(0.001)
        os.kill(shop.pid, signal.SIGKILL)
        shop.pid = 0
        for one in asked:
            one.result()
    with serving(shop.folder) as after:
        assert cut(after, "before", 33_333, 20).one == done.one, "the same answer as before"
        assert cut(after, "before", 33_334).code == (409, "idempotency-key-conflict")
        for key, amount in amounts.items():
            until(lambda key=key, amount=amount: cut(after, key, amount, 10).status == 202)  # type: ignore[misc]
            now = cut(after, key, amount, 10)
            assert now.one["state"] == "final", now
            if key in heard and heard[key].status == 202:
                assert now.one["id"] == heard[key].one["id"]
        tally = [row["amount"] for row in after.claims("10-1").values()]
        assert all(tally.count(amount) == 1 for amount in (33_333, *amounts.values()))
        assert sum(tally) == FACE
        print(f"{len(heard)} of {len(amounts)} were answered before the service was killed; each happened once")
