# SPDX-License-Identifier: Apache-2.0
"""The HTTP service over a real socket, in this process: a mirrored world, and officers with keys."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2
from fastapi import FastAPI

from api.access import keys, officers
from api.access.officers import Officer
from api.access.viewer import Duty
from api.app import create_app
from api.server import Server, listen, url
from api.settings import Settings
from chain.abi.sums import contract_sums
from chain.domain.clock import DAY, FixedClock, UtcSeconds
from chain.domain.vocabulary import Address, OfficerId, ParticipantId
from chain.node.network import Folder, Network
from chain.node.status import Status
from chain.store.db import Db, connect
from chain.store.words import KeyKind, OfficerState
from tests.books import new_book
from tests.cast import RULEBOOK
from tests.mirrored import CHAIN_ID, LEDGER

LIFE = 365 * DAY


@dataclass(frozen=True)
class Site:
    """A service that answers at `url`."""

    url: str
    app: FastAPI
    clock: FixedClock
    book: str
    keys: dict[int, str] = field(default_factory=dict)

    def key(self, participant: int) -> str:
        """A key of an officer of that participant with every duty, made when it is first asked for."""
        if participant not in self.keys:
            self.keys[participant] = key_of(self.book, participant, self.clock.now())
        return self.keys[participant]

    def client(self, participant: int | None = None, language: str = "en") -> httpx2.Client:
        """As an officer of whom, or without a key."""
        bearer = {} if participant is None else {"Authorization": f"Bearer {self.key(participant)}"}
        return httpx2.Client(
            base_url=self.url, headers=bearer | {"Accept-Language": language}, timeout=30, trust_env=False
        )

    def get(self, path: str, participant: int | None = None, /, **parameters: Any) -> httpx2.Response:
        with self.client(participant) as client:
            return client.get(path, params=parameters)


def key_of(book: str, participant: int, now: UtcSeconds) -> str:
    """A key of a new officer of that participant, with every duty."""
    owner, duties = (ParticipantId(participant), OfficerId(99)), frozenset(Duty)
    officer = Officer(*owner, f"officer-{participant}", duties, OfficerState.ACTIVE, None, now)
    with connect(book) as db:
        officers.add(db, officer, "no password fits this")
        return keys.issue(db, owner, KeyKind.MADE, duties, now, LIFE).text


def network(ledger: Address = LEDGER) -> Network:
    genesis = UtcSeconds(1_700_000_000)
    places = {"ledger": ledger, "module": ledger, "views": ledger, "rulebook": RULEBOOK}
    return Network(False, CHAIN_ID, genesis, **places, currency="CNY", exponent=2, cash=(), contracts=contract_sums())


def furnish(folder: Path, ledger: Address = LEDGER) -> Path:
    """A folder with the record of a network and an empty book."""
    with Folder(folder) as home:
        home.record(network(ledger))
    (folder / "run").mkdir(exist_ok=True)
    new_book(f"sqlite://{folder}/book.db")
    return folder


def heard(db: Db, at: int) -> None:
    """The mirror's note that the node was heard then, at the mirror's own block."""
    with db.transaction():
        db.execute("DELETE FROM heard")
        db.execute("INSERT INTO heard (id, head, at) SELECT 1, block, ? FROM checkpoint WHERE state = 'serving'", (at,))


@contextmanager
def site(folder: Path, at: int, mirror: str | None = None, book: str | None = None, **more: Any) -> Iterator[Site]:
    """The service of a furnished folder at that time."""
    clock = FixedClock(UtcSeconds(at))
    settings = Settings(folder=folder, mirror=mirror, book=book, port=0, **more)
    app = create_app(settings, clock)
    with running(app, settings) as address:
        yield Site(address, app, clock, settings.book_address)


@contextmanager
def running(app: FastAPI, settings: Settings) -> Iterator[str]:
    listening = listen(settings.host, 0)
    server = Server(app, settings, Status(None))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    try:
        end = time.monotonic() + 10
        while not server.started:
            assert thread.is_alive(), "it did not start"
            assert time.monotonic() < end, "it did not start in time"
            time.sleep(0.01)
        yield url(listening)
    finally:
        server.should_exit = True
        thread.join(10)
        listening.close()
