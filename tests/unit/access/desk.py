# SPDX-License-Identifier: Apache-2.0
"""A service with nothing but access: its routes over a real book, a clock that is moved by hand, officers to let in."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Annotated, Any, TypeVar

from fastapi import Depends, FastAPI
from fastapi.testclient import TestClient

from api import problem_json
from api.access import audit, officers, passwords
from api.access.dependencies import requires, viewer
from api.access.officers import Officer
from api.access.place import Access
from api.access.routes import router
from api.access.viewer import Caller, Duty, Viewer
from chain.domain.clock import FixedClock, UtcSeconds, instant
from chain.domain.vocabulary import OfficerId, ParticipantId
from chain.store.db import Db, connect
from chain.store.words import OfficerState

T = TypeVar("T")
NOW = instant(1_795_000_000)
PASSWORD = "violet-harbour-eleven-spoons"
_HASHED = passwords.hashed(PASSWORD)  # once: it takes its time


class Places:
    """A book and a mirror, a connection a thread."""

    def __init__(self, book: str, mirror: str | None) -> None:
        self._addresses = {"book": book, "mirror": mirror}
        self._own = threading.local()
        self.opened: list[Db] = []

    @contextmanager
    def book(self) -> Iterator[Db]:
        yield self._kept("book")

    def read(self, ask: Callable[[Db], T]) -> T:
        return ask(self._kept("mirror"))

    def now(self) -> UtcSeconds:
        return NOW

    def _kept(self, name: str) -> Db:
        if not hasattr(self._own, name):
            address = self._addresses[name]
            assert address is not None, "a test without a mirror"
            db = connect(address)
            setattr(self._own, name, db)
            self.opened.append(db)
        kept: Db = getattr(self._own, name)
        return kept


class Desk:
    """The service and its book. `ask` is a request, with a key or without."""

    def __init__(self, book: str, mirror: str | None = None) -> None:
        self.book, self.clock, self.places = book, FixedClock(NOW), Places(book, mirror)
        self.access = Access(self.places, self.clock)
        self.app = FastAPI()
        self.app.state.access = self.access
        problem_json.install(self.app)
        self.app.include_router(router)
        self.app.add_api_route("/sight", _sight)
        self.app.add_api_route("/make", _make)
        self.client = TestClient(self.app)

    def restart(self) -> "Desk":
        """Another process on the same book: nothing is left but what the book has."""
        after = Desk(self.book)
        after.clock.move_to(self.clock.now())
        return after

    def ask(self, method: str, path: str, key: str | None = None, **more: Any) -> Any:
        headers = {} if key is None else {"Authorization": f"Bearer {key}"}
        return self.client.request(method, path, headers=headers, **more)

    def officer(self, participant: int, number: int, *duties: Duty, name: str = "", **more: Any) -> str:
        """Let somebody in, with PASSWORD; the name."""
        name = name or f"officer.{participant}.{number}"
        who = ParticipantId(participant), OfficerId(number)
        facts: dict[str, Any] = {"state": OfficerState.ACTIVE, "once_until": None, "created_at": NOW} | more
        with connect(self.book) as db:
            officers.add(db, Officer(*who, name, frozenset(duties), **facts), _HASHED)
        return name

    def login(self, name: str, password: str = PASSWORD) -> Any:
        return self.ask("POST", "/login", json={"name": name, "password": password})

    def key(self, participant: int, number: int, *duties: Duty) -> str:
        """The key of a new officer who has just logged in."""
        answer = self.login(self.officer(participant, number, *duties))
        assert answer.status_code == 200, answer.text
        key: str = answer.json()["key"]
        return key

    def made(self, login: str, *scopes: Duty, days: int = 30) -> tuple[int, str]:
        """A key for a program: id and text."""
        answer = self.ask("POST", "/keys", login, json={"scopes": list(scopes), "days": days})
        assert answer.status_code == 201, answer.text
        return answer.json()["id"], answer.json()["key"]

    def log(self) -> list[audit.Entry]:
        with connect(self.book) as db:
            assert audit.verify(db).broken is None
            return audit.entries(db, limit=10_000)

    def last(self) -> tuple[str, str, str]:
        """Action, subject and outcome of the log's last row."""
        entry = self.log()[-1]
        return entry.action, entry.subject, entry.outcome


def _sight(asks: Annotated[Viewer, Depends(viewer)]) -> dict[str, Any]:
    return {"all": asks.visible.all, "of": sorted(asks.visible.participants), "duties": sorted(asks.duties)}


def _make(asks: Annotated[Caller, Depends(requires(Duty.MAKER))]) -> int:
    return asks.participant
