# SPDX-License-Identifier: Apache-2.0
"""A request that changes something, over a real socket: its key, how long it waits, and that no answer is a lie."""

import hashlib
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

import httpx2
import pytest
from fastapi import Form, Request, Response, UploadFile

from api import disks
from api.access.audit import Action
from api.disks import Disks
from api.mirrored import Stores
from api.problems import PartDown
from api.settings import Settings
from api.writing import fitness, once
from api.writing.commit import Behind
from api.writing.desk import Desk
from api.writing.fitness import Fitness
from api.writing.once import MOST_WAIT, Making
from api.writing.plan import Made
from chain.domain.errors import DeepTierError
from chain.domain.vocabulary import ParticipantId
from chain.mirror.errors import MirrorEmpty
from chain.store.db import Db, connect
from chain.store.disk import MIB
from chain.store.errors import CommitUncertain, DiskFull, StoreUnavailable
from tests.mirrored import mirror_of, random_world
from tests.served import Site, furnish, heard, site

AT = 1_795_000_000
UP = "/thing"


@dataclass
class Works:
    """What the route of the test does with a desk. `runs`: how often it was worked out."""

    work: Callable[[Desk], None] = lambda desk: desk.note(Action.SUBMIT, "a thing")
    runs: list[int] = field(default_factory=list)

    def __call__(self, desk: Desk) -> None:
        self.runs.append(desk.block)
        self.work(desk)


class Fit:
    """All parts are well, unless somebody says why not."""

    why: DeepTierError | None = None

    def demand(self) -> None:
        if self.why is not None:
            raise self.why


@dataclass
class Place:
    """The service, with a route that does what a test wants of it."""

    site: Site
    works: Works
    fit: Fit

    def post(self, key: str | None = "key", path: str = UP, **more: Any) -> httpx2.Response:
        headers = {} if key is None else {"Idempotency-Key": key}
        with self.site.client(1) as client:
            return client.post(path, headers=headers | more.pop("headers", {}), **({"json": {}} | more))

    def requests(self) -> int:
        with connect(self.site.book) as db:
            row = db.one("SELECT COUNT(*) FROM request")
        return 0 if row is None else int(row[0])


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Site, Works, Fit]]:
    folder = furnish(tmp_path_factory.mktemp("once"))
    db, _ = mirror_of(folder / "mirror.db", random_world(5, 20))
    heard(db, AT)
    db.close()
    works, fit = Works(), Fit()
    with site(folder, AT) as made:

        async def thing(request: Request, asked: Making) -> Response:
            return await asked.once(works, sealed="sealed" in request.url.path)

        async def many(asked: Making, word: Annotated[str, Form()], files: list[UploadFile]) -> Response:
            return await asked.once(works)

        made.app.add_api_route(UP, thing, methods=["POST"])
        made.app.add_api_route("/sealed", thing, methods=["POST"])
        made.app.add_api_route("/many", many, methods=["POST"])
        made.app.state.fitness = fit
        yield made, works, fit


@pytest.fixture
def place(served: tuple[Site, Works, Fit]) -> Place:
    made, works, fit = served
    works.work, fit.why = Works().work, None
    works.runs.clear()
    with connect(made.book) as db:
        db.execute("DELETE FROM request")
    return Place(made, works, fit)


def code(answer: httpx2.Response) -> tuple[int, str]:
    return answer.status_code, str(answer.json().get("code"))


# ---- keys


@pytest.mark.parametrize("key", ["a", "!", "~", "6f1c1d8e-6f5e-4b7e-9a52-0c7a4c1f2b11", "x" * 200, '"quoted"'])
def test_key__of_its_form__is_taken(place: Place, key: str) -> None:
    first, again = place.post(key), place.post(key)
    assert (first.status_code, again.status_code) == (202, 202)
    assert "idempotency-replayed" not in first.headers
    assert again.headers["idempotency-replayed"] == "true"
    assert again.json() == first.json()
    assert len(place.works.runs) == 1, "nothing was worked out again"


@pytest.mark.parametrize("key", [None, "", "x" * 201, "a b", "a\tb", "schlüssel", "\x7f"])
def test_key__of_no_such_form__is_refused(place: Place, key: str | None) -> None:
    headers = {} if key is None else {"Idempotency-Key": key.encode("latin-1")}
    answer = place.post(None, headers=headers)
    assert code(answer) == (422, "idempotency-key-missing")
    assert place.requests() == 0


def test_key__with_another_body_path_or_query__is_a_conflict(place: Place) -> None:
    assert place.post(json={"a": 1}).status_code == 202
    for more in ({"json": {"a": 2}}, {"path": "/sealed", "json": {"a": 1}}, {"content": b'{"a": 1}'}):
        headers = {"content-type": "application/json"} if "content" in more else {}
        assert code(place.post(**more, headers=headers)) == (409, "idempotency-key-conflict"), more
    assert place.post(json={"a": 1}).headers["idempotency-replayed"] == "true"
    assert place.requests() == 1


def test_key__of_a_request_that_was_refused__may_be_used_again(place: Place) -> None:
    def refuse(desk: Desk) -> None:
        raise PartDown(part="signer", state="away")

    place.works.work = refuse
    assert code(place.post()) == (503, "part-down")
    place.works.work = Works().work
    assert place.post(json={"other": "body"}).status_code == 202


def test_key__of_a_form__is_of_its_fields_and_files_and_not_of_its_boundary(place: Place) -> None:
    def ask(word: str, *files: bytes) -> httpx2.Response:
        parts = [("files", (f"{number}.xml", text, "text/xml")) for number, text in enumerate(files)]
        with place.site.client(1) as client:
            return client.post("/many", data={"word": word}, files=parts, headers={"Idempotency-Key": "form"})

    assert ask("a", b"1", b"2").status_code == 202
    assert ask("a", b"1", b"2").headers["idempotency-replayed"] == "true"
    for other in (ask("b", b"1", b"2"), ask("a", b"1"), ask("a", b"2", b"1"), ask("a", b"1", b"2", b"")):
        assert code(other) == (409, "idempotency-key-conflict")


@pytest.mark.parametrize("kind", ["multipart/form-data", "Multipart/Form-Data"])
def test_key__of_a_form__however_its_type_is_spelt__is_taken(place: Place, kind: str) -> None:
    lines = ["--b", 'Content-Disposition: form-data; name="word"', "", "a", "--b"]
    lines += ['Content-Disposition: form-data; name="files"; filename="1.xml"', "", "1", "--b--", ""]
    headers = {"Content-Type": f"{kind}; boundary=b", "Idempotency-Key": "spelt"}
    with place.site.client(1) as client:
        first, again = (client.post("/many", content="\r\n".join(lines).encode(), headers=headers) for _ in range(2))
    assert (first.status_code, again.status_code) == (202, 202), first.text
    assert again.headers["idempotency-replayed"] == "true"


def test_key__of_a_sealed_request__is_of_the_api_key_too_and_its_hash_tells_nothing(place: Place) -> None:
    assert place.post("s", "/sealed").status_code == 202
    with connect(place.site.book) as db:
        row = db.one("SELECT hash FROM request WHERE key = 's'")
    assert row is not None
    assert bytes(row[0]) != hashlib.sha256(b"POST\n/sealed\n\n{}").digest()
    assert place.post("s", "/sealed").headers["idempotency-replayed"] == "true"


# ---- waiting


@pytest.mark.parametrize(
    ("prefer", "applied"),
    [
        *(("wait=0", None), ("wait=5", "wait=5"), ("WAIT=5", "wait=5"), ('wait="5"', "wait=5"), ("wait = 5", "wait=5")),
        *(("respond-async, wait=7", "wait=7"), ("wait=3, respond-async", "wait=3"), (f"wait={MOST_WAIT}", "wait=25")),
        *(("respond-async", None), ("return=minimal", None), ("", None)),
    ],
)
def test_prefer__of_its_form__is_heard(place: Place, prefer: str, applied: str | None) -> None:
    answer = place.post(headers={"Prefer": prefer})
    assert (answer.status_code, answer.headers.get("preference-applied")) == (202, applied)


@pytest.mark.parametrize(
    "prefer", [f"wait={MOST_WAIT + 1}", "wait=", "wait=-1", "wait=1.5", "wait=soon", "wait", "wait=99999"]
)
def test_prefer__of_no_such_form__is_refused_and_nothing_is_done(place: Place, prefer: str) -> None:
    assert code(place.post(headers={"Prefer": prefer})) == (422, "malformed-prefer")
    assert place.requests() == 0


# ---- what changes meanwhile


def test_plan__that_is_stale__is_made_anew_wherever_that_is_found(place: Place) -> None:
    def stale_at_first(desk: Desk) -> None:
        if len(place.works.runs) == 1:
            raise Behind(desk.block)  # while it is worked out, as a proposal does whose prior step is not seen yet
        if len(place.works.runs) == 2:
            desk.plan.also.append(_stale)

    def _stale(book: Db, made: Made) -> None:
        raise Behind(0)

    place.works.work = stale_at_first
    assert place.post().status_code == 202
    assert len(place.works.runs) == 3
    assert place.requests() == 1


def test_plan__whose_block_does_not_come__is_refused_in_time(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(once, "PATIENCE", 0.3)

    def late(desk: Desk) -> None:
        raise Behind(desk.block + 1)

    place.works.work = late
    begun = time.monotonic()
    answer = place.post()
    assert code(answer) == (503, "mirror-late")
    assert answer.headers["retry-after"] == "1"
    assert time.monotonic() - begun < 3
    assert place.requests() == 0


# ---- what went wrong, told as it is


def test_parts__that_are_down__refuse_what_is_new_and_repeat_what_was_done(place: Place) -> None:
    done = place.post()
    place.fit.why = PartDown(part="sender", state="silent")
    assert code(place.post("new")) == (503, "part-down")
    again = place.post()
    assert (again.status_code, again.json()) == (202, done.json())


@pytest.mark.parametrize("error", [StoreUnavailable(store="book", why="away"), MirrorEmpty(store="mirror")])
def test_answer__that_cannot_be_made_after_the_commit__does_not_say_that_nothing_was_done(
    place: Place, monkeypatch: pytest.MonkeyPatch, error: DeepTierError
) -> None:
    def away(*_: Any, **__: Any) -> None:
        raise error

    with monkeypatch.context() as broken:
        broken.setattr(once, "acknowledged", away)
        answer = place.post()
    assert code(answer) == (503, "outcome-untold")
    assert place.requests() == 1
    assert place.post().headers["idempotency-replayed"] == "true"


def test_commit__that_the_database_does_not_confirm__is_told_as_uncertain(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    def uncertain(*_: Any) -> None:
        raise CommitUncertain(store="/somewhere/book.db", why="lost")

    with monkeypatch.context() as broken:
        broken.setattr(once, "commit", uncertain)
        answer = place.post()
    assert code(answer) == (503, "outcome-untold")
    assert "somewhere" not in answer.text
    assert place.post().status_code == 202


# ---- whether anything may be written


class Noted(Fitness):
    """A look that a test can hold up."""

    def __init__(self, folder: Path) -> None:
        super().__init__(Stores.__new__(Stores), Disks(Settings(folder=folder)), folder / "run")
        self.found: DeepTierError | None = None
        self.go, self.looks = threading.Event(), 0

    def _look(self) -> DeepTierError | None:
        self.looks += 1
        self.go.wait(5)
        return self.found


def test_fitness__while_one_request_looks__others_go_by_what_was_noted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fit = Noted(tmp_path)
    fit.go.set()
    fit.demand()
    fit.demand()
    assert fit.looks == 1, "noted for a while"
    monkeypatch.setattr(fitness, "NOTED", 0.0)
    fit.go.clear()
    fit.found = PartDown(part="signer", state="silent")
    refused: list[Exception] = []

    def hangs() -> None:
        try:
            fit.demand()
        except PartDown as error:
            refused.append(error)

    thread = threading.Thread(target=hangs)
    thread.start()
    while fit.looks < 2:
        time.sleep(0.001)
    begun = time.monotonic()
    fit.demand()
    assert time.monotonic() - begun < 1
    assert fit.looks == 2
    fit.go.set()
    thread.join()
    assert refused
    with pytest.raises(PartDown):
        fit.demand()


def test_fitness__noted_long_ago__is_looked_at_by_everybody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fit = Noted(tmp_path)
    fit.go.set()
    fit.demand()
    monkeypatch.setattr(fitness, "NOTED", 0.0)
    monkeypatch.setattr(fitness, "WAITED", 0.0)
    fit.found = PartDown(part="signer", state="silent")
    with pytest.raises(PartDown):
        fit.demand()


def test_participant__in_the_world__is_there(place: Place) -> None:
    """What the rest stands on: the desk is laid for a participant of the mirrored world."""
    seen: list[Any] = []
    place.works.work = lambda desk: seen.append((desk.caller.participant, desk.block))
    assert place.post().status_code == 202
    assert seen[0][0] == ParticipantId(1)
    assert seen[0][1] > 0


def test_fitness__a_full_disk__is_refused_before_all_else_and_taken_again_at_once_when_there_is_room(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fit = Noted(tmp_path)
    fit.go.set()
    room = {"left": 63 * MIB}
    monkeypatch.setattr(disks, "left", lambda place: room["left"])
    for _ in range(3):
        with pytest.raises(DiskFull) as told:
            fit.demand()
        assert told.value == DiskFull(place=str(tmp_path), left=63)
    assert fit.looks == 0
    room["left"] = 64 * MIB
    fit.demand()
    assert fit.looks == 1
    room["left"] -= 1
    with pytest.raises(DiskFull):
        fit.demand()
