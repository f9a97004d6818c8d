# SPDX-License-Identifier: Apache-2.0
"""What the service does by itself: each thing once, whoever else looks at the same time, and never by an old mirror."""

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from api.access import audit
from api.mirrored import Stores
from api.proposals.outlived import Outlived
from api.settings import Settings
from api.settlement import overdue
from api.settlement.overdue import Caretaker
from chain.abi.reverts import reasons
from chain.domain import commands as c
from chain.domain.clock import DAY, FixedClock, UtcSeconds
from chain.domain.errors import DeepTierError
from chain.domain.refusals import NotDue, ObligationClosed
from chain.domain.vocabulary import ObligationId, ParticipantId
from chain.mirror import reads
from chain.mirror.visible import Visible
from chain.store.db import Db, connect
from chain.submission.outbox import error_text
from tests.books import new_book
from tests.mirrored import new_mirror, random_world, write
from tests.postgres import Server
from tests.properties import reading
from tests.served import furnish, heard, network
from tests.together import looks

_REASONS = {reason.refusal: (selector, reason.parameters) for selector, reason in reasons().items()}


@dataclass
class Place:
    """A furnished folder whose mirror shows that something has lapsed."""

    settings: Settings
    mirror: Db
    now: UtcSeconds

    def caretaker(self, now: int | None = None) -> Caretaker:
        clock = FixedClock(UtcSeconds(self.now if now is None else now))
        return Caretaker(Stores(self.settings, network(), clock), clock)

    def names(self) -> list[str]:
        """Of all submissions."""
        with connect(self.settings.book_address) as book:
            return [key for (key,) in book.all("SELECT key FROM submission ORDER BY id")]

    def lapsed(self) -> set[str]:
        found = reads.lapsed(self.mirror, Visible.everything(), self.now, limit=500)
        return {f"overdue {one}" for one in found.overdue} | {f"expire {one.id}" for one in found.offers}

    def ended(self, name: str, state: str, refusal: DeepTierError | None = None) -> None:
        """A submission came to its end."""
        error = None if refusal is None else error_text(reverted(refusal))
        with connect(self.settings.book_address) as book:
            book.execute("UPDATE submission SET state = ?, block = 1, error = ? WHERE key = ?", (state, error, name))


def reverted(refusal: DeepTierError) -> bytes:
    selector, parameters = _REASONS[type(refusal)]  # type: ignore[index]
    return selector + parameters.encode([refusal.arguments[name] for name in refusal.fields])


@cache
def told() -> reading.Story:
    """A world in which something has lapsed."""
    return reading.story(random_world(11, 260), 11)


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    folder, book = furnish(tmp_path), None
    if request.param == "postgresql":
        server: Server = request.getfixturevalue("postgres")
        book = new_book(server.database())
    story = told()
    late = UtcSeconds(story.told[-1].time + 4_000 * DAY)
    with new_mirror(f"sqlite://{folder}/mirror.db", story.world.rulebook) as mirror:
        write(mirror, story.blocks)
        heard(mirror, late)
        yield Place(Settings(folder=folder, book=book), mirror, late)


def test_look__what_has_lapsed__is_submitted_once(place: Place) -> None:
    lapsed = place.lapsed()
    assert {name.split()[0] for name in lapsed} == {"overdue", "expire"}, "a world in which both happen"
    assert place.caretaker().look() == len(lapsed)
    assert set(place.names()) == lapsed
    assert place.caretaker().look() == 0, "somebody who starts anew sees that it was done"
    assert len(place.names()) == len(lapsed)
    with connect(place.settings.book_address) as book:
        rows = book.all("SELECT participant, officer, about FROM submission")
        assert all(officer is None and about.startswith(f"{who}-") for who, officer, about in rows)
        held = {f"obligation {name.split()[1]}" for name in lapsed}
        assert {subject for (subject,) in book.all("SELECT subject FROM hold")} == held
        log = audit.entries(book)
        assert [(one.action, one.participant) for one in log] == [("submit", None)] * len(lapsed)
        assert audit.verify(book).broken is None


def test_look__by_several_at_once__each_thing_happens_once(place: Place) -> None:
    done = looks(lambda: place.caretaker().look())
    assert sorted(place.names()) == sorted(place.lapsed())
    assert sum(done) == len(place.lapsed())


def test_look__by_a_mirror_that_is_not_up_to_date__does_nothing(place: Place) -> None:
    heard(place.mirror, place.now - 60)
    assert place.caretaker().look() == 0
    place.mirror.execute("UPDATE heard SET head = head + 1, at = ?", (place.now,))
    assert place.caretaker().look() == 0
    assert place.names() == []


def test_look__while_something_else_is_under_way__waits_for_it(place: Place) -> None:
    name = next(one for one in sorted(place.lapsed()) if one.startswith("overdue"))
    subject = f"obligation {name.split()[1]}"
    insert = (
        "INSERT INTO submission (key, request_hash, operation, subject, calldata, gas, state, queued_at)"
        " VALUES ('a payment', ?, 'Fund', 0, ?, 1, 'queued', 1) RETURNING id"
    )
    with connect(place.settings.book_address) as book:
        made = book.one(insert, (bytes(32), b"x"))
        assert made is not None
        book.execute("INSERT INTO hold VALUES (?, ?)", (subject, made[0]))
    place.caretaker().look()
    assert name not in place.names()
    place.ended("a payment", "refused", ObligationClosed(obligation=ObligationId(ParticipantId(1), 1), status=4))
    place.caretaker().look()
    assert name in place.names()


def test_look__refused_as_too_early__asks_again_once_the_chain_says_so(place: Place) -> None:
    place.caretaker().look()
    name, other = sorted(one for one in place.names() if one.startswith("overdue"))[:2]
    behind, passed = place.now, 1
    wanted = ObligationId(ParticipantId(1), 1)
    place.ended(name, "refused", NotDue(obligation=wanted, due=behind))
    place.ended(other, "refused", ObligationClosed(obligation=wanted, status=4))
    assert place.caretaker().look() == 0, "the chain's clock is still before it; and what is closed is closed"
    place.ended(name, "refused", NotDue(obligation=wanted, due=passed))
    assert place.caretaker().look() == 1
    assert place.caretaker().look() == 0
    (again,) = [one for one in place.names() if ", after " in one]
    assert again.startswith(name)


def test_thread__with_a_store_away__waits_and_goes_on(
    place: Place, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(overdue, "EVERY", 0.02)
    caretaker, real, away = place.caretaker(), Stores.read, threading.Event()
    away.set()

    def read(stores: Stores, ask: object) -> object:
        if away.is_set():
            raise ValueError("secret figures")
        return real(stores, ask)  # type: ignore[arg-type]

    monkeypatch.setattr(Stores, "read", read)
    with caretaker:
        time.sleep(0.3)
        assert place.names() == []
        away.clear()
        end = time.monotonic() + 20
        while len(place.names()) < len(place.lapsed()):
            assert time.monotonic() < end
            time.sleep(0.02)
    said = capfd.readouterr().err
    assert said.count("caretaker waits") == 1, "once for as long as it lasts"
    assert "secret" not in said


@pytest.mark.parametrize("broken", [Caretaker, Outlived])
def test_thread__with_one_look_at_fault__goes_on_with_the_other(
    place: Place, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], broken: type
) -> None:
    monkeypatch.setattr(overdue, "EVERY", 0.02)
    looks: dict[type, int] = {Caretaker: 0, Outlived: 0}

    def at_fault(look: object) -> int:
        raise ValueError("secret figures")

    def counted(look: object) -> int:
        looks[type(look)] += 1
        return 1

    for kind in looks:
        monkeypatch.setattr(kind, "look", at_fault if kind is broken else counted)
    with place.caretaker():
        end = time.monotonic() + 20
        while max(looks.values()) < 20:  # never slowed down by the other one's failures
            assert time.monotonic() < end
            time.sleep(0.01)
    said = capfd.readouterr().err
    assert said.count("caretaker waits") == 1, "once for as long as it lasts"
    assert "fault: ValueError" in said
    assert "secret" not in said
    assert looks[broken] == 0


def test_messages__of_what_lapsed__say_what_the_ledger_was_told_at_issue(place: Place) -> None:
    found = reads.lapsed(place.mirror, Visible.everything(), place.now, limit=500)
    messages = [one.message for one in overdue._due(found)]
    assert {c.Expire(one.id, one.terms, one.invoices) for one in found.offers} <= set(messages)
    assert all(one.invoices for one in found.offers)
