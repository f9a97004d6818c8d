# SPDX-License-Identifier: Apache-2.0
"""A service in this process at which everything may be tried: a mirrored world in which everybody has to do with
somebody, proposals and requests that wait, keys with one duty each, and a signer that has the cast's keys.

No sender takes anything to a chain, so what is acknowledged stays queued, and the book can be put back as it was.
"""

import os
import re
import sqlite3
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any, cast
from uuid import uuid4

import httpx2

from api.access import keys
from api.access import officers as listed
from api.access.officers import Officer
from api.access.viewer import Duty
from api.obligations.invoices import FILE
from api.paging import instant
from api.participants import directory
from chain.abi.eip712 import Domain, Signed
from chain.documents import keys as fingerprint_keys
from chain.documents import sealing
from chain.documents.fingerprint import fingerprint
from chain.documents.reader import read_xml
from chain.domain import commands as c
from chain.domain.clock import DAY, FixedClock, UtcSeconds
from chain.domain.money import Fen
from chain.domain.vocabulary import ZERO_ADDRESS, ZERO_HASH, Address, ObligationId, OfficerId, ParticipantId, Role
from chain.node.network import Folder
from chain.node.status import Status
from chain.signing.log import Log
from chain.signing.refusals import AccountUnlisted
from chain.signing.server import Server
from chain.store.db import connect
from chain.store.words import KeyKind, OfficerState
from tests.books import new_book
from tests.cast import ANNA, BANK, BEN, CAST, CLEO, CORE, FIN, REG, RIVAL, TOKEN, YUAN, Member, address, name_of
from tests.chains import key
from tests.counter import invoice
from tests.mirrored import new_mirror, write
from tests.properties import reading
from tests.properties.reading import Story, Told
from tests.served import LIFE, Site, heard, network, site
from tests.worlds import World

STRANGER = Member(ParticipantId(12), "stranger", Role.SUPPLIER, 1)
AUDITOR = Member(ParticipantId(13), "auditor", Role.AUDITOR, 1)
EVERYBODY = (*CAST.values(), STRANGER, AUDITOR)
NEWCOMER = "newcomer 1"
PASSED, OFFERED, LIENED, PAID, SPARE = (ObligationId(CORE.id, number) for number in range(1, 6))
"""PASSED: from Anna to Ben to Cleo, a part sold; OFFERED: not accepted; LIENED: by a financier; PAID in full; SPARE:
what proposals and submissions of the beginning are about.
"""
SEEN_IN = 60  # seconds before the service begins, in which the world comes to its end
Json = dict[str, Any]


@dataclass(frozen=True)
class Asker:
    """An officer and the one duty that its key extends to."""

    who: Member
    number: int
    duty: Duty

    def __str__(self) -> str:
        return f"{self.who.name} {self.number} as {self.duty}"


@dataclass
class Guarded:
    """The service, and what it was made from."""

    folder: Path
    story: Story
    site: Site
    secret: bytes  # X25519: what quotes are sealed to
    bearers: dict[Asker, tuple[int, str]] = field(default_factory=dict)  # id and text of each key
    numbers: dict[str, int] = field(default_factory=dict)  # of what was asked for in the beginning
    wanted: dict[str, bytes] = field(default_factory=dict)  # invoices that no draft is backed by

    @property
    def world(self) -> World:
        return self.story.world

    @property
    def told(self) -> Told:
        return self.story.told[-1]

    @cached_property
    def client(self) -> httpx2.Client:
        return self.site.client()

    @cached_property
    def book(self) -> sqlite3.Connection:
        """Of the test's own."""
        return sqlite3.connect(self.folder / "book.db", isolation_level=None, check_same_thread=False)

    def bearer(self, asker: Asker) -> tuple[int, str]:
        """Its key."""
        if asker not in self.bearers:
            owner, now = (asker.who.id, OfficerId(asker.number)), self.site.clock.now()
            with connect(self.site.book) as db:
                made = keys.issue(db, owner, KeyKind.LOGIN, frozenset({asker.duty}), now, LIFE)
            self.bearers[asker] = made.key.id, made.text
        return self.bearers[asker]

    def ask(self, asker: Asker | None, method: str, path: str, name: str | None = None, **more: Any) -> httpx2.Response:
        """A request; one that changes something under a name of its own."""
        headers = {} if asker is None else {"Authorization": f"Bearer {self.bearer(asker)[1]}"}
        if method.lower() != "get":
            headers["Idempotency-Key"] = name or str(uuid4())
        return self.client.request(method, path, headers=headers, **more)

    def done(self, asker: Asker, path: str, body: Json | None = None, **more: Any) -> Json:
        """A POST that is acknowledged."""
        sent = more or {"json": body or {}}
        found = self.ask(asker, "POST", path, **sent)
        assert found.status_code == 202, f"{path} by {asker}: {found.text}"
        told: Json = found.json()
        return told

    def tables(self) -> dict[str, Sequence[Any]]:
        """What is in the book but for who was refused what, and when keys were used."""
        return {name: self.book.execute(f"SELECT * FROM {name} ORDER BY rowid").fetchall() for name in self._names}

    def put_back(self, before: dict[str, Sequence[Any]]) -> None:
        """Let the book be as it was then."""
        now = self.tables()
        self.book.execute("PRAGMA foreign_keys = OFF")
        self.book.execute("BEGIN IMMEDIATE")
        for name, rows in before.items():
            if now[name] != rows:
                self.book.execute(f"DELETE FROM {name}")
                marks = ", ".join("?" * len(rows[0])) if rows else ""
                self.book.executemany(f"INSERT INTO {name} VALUES ({marks})", rows) if rows else None
        self.book.execute("COMMIT")

    @cached_property
    def _names(self) -> list[str]:
        names = self.book.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
        return sorted({name for (name,) in names} - {"audit", "setting"})


def maker(who: Member, number: int = 1) -> Asker:
    return Asker(who, number, Duty.MAKER)


@contextmanager
def guarded(folder: Path) -> Iterator[Guarded]:
    """The service of a new folder."""
    ring = fingerprint_keys.create(folder / FILE)
    first, *others = (dated(invoice(number, 500_000, seller=ANNA.id, buyer=CORE.id)) for number in range(1, 4))
    mark = fingerprint(read_xml(first), ring).value
    world = lived(c.InvoiceEntry(mark, Fen(500_000), ZERO_HASH))
    story = reading.story(world, 1)
    with Folder(folder) as home:
        home.record(replace(network(), cash=(TOKEN,)))
    new_book(f"sqlite://{folder}/book.db")
    with new_mirror(f"sqlite://{folder}/mirror.db", world.rulebook) as db:
        write(db, story.blocks)
        heard(db, world.now)
    _sender_that_runs(folder)
    accounts = [one.account(number) for one in EVERYBODY for number in range(1, one.officers + 1)]
    with _signer(folder, [*accounts, address(NEWCOMER)]), site(folder, world.now) as served:
        secret, public = sealing.pair()
        made = Guarded(folder, story, served, secret, wanted={"new": others[0], "other": others[1]})
        _listed(made)
        _begun(made, first, public.hex())
        try:
            yield made
        finally:
            made.client.close()
            made.book.close()


def dated(octets: bytes) -> bytes:
    """An invoice of the world's time."""
    octets = re.sub(rb"(<cbc:IssueDate>)[^<]*", rb"\g<1>2025-12-20", octets)
    return re.sub(rb"(<cbc:DueDate>)[^<]*", rb"\g<1>2026-06-30", octets)


def lived(entry: c.InvoiceEntry) -> World:
    """A world in which promises were passed down, sold, encumbered and paid."""
    world = World().furnish()
    world.do(world.register(STRANGER))
    world.do(world.register(AUDITOR, cash=ZERO_ADDRESS))
    world.do(world.register_invoices(entry))
    for promise in (PASSED, LIENED, PAID, SPARE):
        world.held(promise.number)
    world.do(world.issue(world.promise(OFFERED.number)))
    for promise in (PASSED, PAID):
        world.do(world.split(promise.claim(1), BEN, 400 * YUAN))
        world.do(world.split(promise.claim(2), CLEO, 100 * YUAN))
    world.do(world.discount(world.quote(PASSED.claim(1), 190 * YUAN, 200 * YUAN)))
    world.do(world.lien(LIENED.claim(1), FIN))
    world.do(world.fund(PAID, 1_000 * YUAN))
    world.do(world.set_auto_accept(CLEO, BEN, world.now + 300 * DAY))
    world.wait(SEEN_IN)
    world.do(world.raise_quote_epoch(FIN))  # so that the last block is of now
    return world


class _Keys:
    """Signs whatever it is asked with the keys of the cast: what a signer refuses is tried elsewhere."""

    def __init__(self, accounts: Sequence[Address]) -> None:
        self._keys = {account: key(name_of(account)) for account in accounts}

    def accounts(self) -> dict[Address, bool]:
        return dict.fromkeys(self._keys, True)

    def sign(self, account: Address, message: Signed, domain: Domain) -> bytes:
        if account not in self._keys:
            raise AccountUnlisted(account=account)
        return self._keys[account].sign(message, domain)


@contextmanager
def _signer(folder: Path, accounts: Sequence[Address]) -> Iterator[None]:
    (folder / "signer").mkdir(mode=0o700)
    with (folder / "signer.log").open("w", encoding="utf-8") as stream:
        log = Log(stream, FixedClock(UtcSeconds(0)))
        server = Server(folder / "signer" / "signer.sock", cast(Any, _Keys(accounts)), log)
        thread = threading.Thread(target=server.run, daemon=True)
        thread.start()
        try:
            yield
        finally:
            server.stop()
            thread.join(10)


def _sender_that_runs(folder: Path) -> None:
    """It says that it does, for as long as any test takes."""
    (folder / "run").mkdir(exist_ok=True)
    path = folder / "run" / "sender.json"
    Status(path).running()
    ahead = time.time() + 3_600
    os.utime(path, (ahead, ahead))


def _listed(made: Guarded) -> None:
    """Officers with every duty, and companies."""
    now, every = made.site.clock.now(), frozenset(Duty)
    with connect(made.site.book) as db, db.transaction():
        for who in EVERYBODY:
            for number in range(1, who.officers + 1):
                person = f"{who.name}.{number}"
                row = Officer(who.id, OfficerId(number), person, every, OfficerState.ACTIVE, None, now)
                listed.add(db, row, "no password fits this")
            company = directory.Company(who.id, f"{who.name} ltd", f"91990000MA0XX{who.id:05d}")
            directory.enter(db, company, bytes(32), now)


def _begun(made: Guarded, first: bytes, seal: str) -> None:
    """Proposals, requests for early payment and a submission: what waits when the tests begin."""
    until, anna, cleo, fin = instant(made.world.now + DAY), maker(ANNA), maker(CLEO), maker(FIN)
    numbers = made.numbers
    offer = made.done(anna, f"/claims/{SPARE.claim(1)}/split", {"pieces": [{"to": BEN.id, "amount": 1_000}]})
    drafted = made.done(maker(CORE), "/obligations/drafts", files=[("invoices", ("1.xml", first, "text/xml"))])
    entry = {"officer": 1, "rights": ["maker"], "account": address(NEWCOMER)}
    entered = made.done(maker(REG), f"/participants/{BEN.id}/accounts", entry)
    numbers |= {
        "offer": offer["proposal"]["id"],
        "draft": drafted["proposal"]["id"],
        "entry": entered["proposal"]["id"],
    }
    one, two = (
        {"financiers": [who.id for who in some], "until": until, "seal": seal} for some in ([FIN], [FIN, RIVAL])
    )
    numbers["asked"] = made.done(anna, "/financing", {"claim": str(SPARE.claim(1))} | one)["financing"]
    numbers["quoted"] = made.done(cleo, "/financing", {"claim": str(PASSED.claim(3))} | two)["financing"]
    quoted = f"/financing/{numbers['quoted']}"
    made.done(fin, f"{quoted}/quotes", {"rate": 42_000, "until": until})
    made.done(cleo, f"{quoted}/open", {"key": made.secret.hex()})
    numbers["quote"] = made.ask(cleo, "GET", quoted).json()["row"]["quotes"][0]["id"]
    consent = made.done(maker(BANK), "/auto-accepts", {"counterparty": BEN.id, "until": until})
    numbers["consent"] = consent["submissions"][0]["id"]
    numbers["submission"] = made.done(cleo, f"/claims/{PAID.claim(3)}/redeem")["submissions"][0]["id"]
