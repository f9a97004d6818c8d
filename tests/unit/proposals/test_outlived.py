# SPDX-License-Identifier: Apache-2.0
"""What the service ends of what people proposed: each once, for good reasons alone, and never by an old mirror."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from api import joining
from api.access import audit
from api.mirrored import Stores
from api.proposals import outlived, service
from api.proposals.outlived import Outlived
from api.proposals.reading import proposal, waiting
from api.settings import Settings
from api.writing.commit import commit
from api.writing.plan import Place, Plan, Proposing
from chain.domain import commands as c
from chain.domain.clock import DAY, FixedClock, UtcSeconds
from chain.domain.errors import Refusal
from chain.domain.rules import check
from chain.domain.vocabulary import ClaimId, OfficerId
from chain.mirror.errors import BlockNotMirrored, MirrorEmpty
from chain.mirror.writer import checkpoint
from chain.store.db import Db, connect
from chain.store.words import ProposalState
from tests.books import new_book
from tests.cast import ANNA, BEN, CLEO, CORE, YUAN, address
from tests.mirrored import mirror_of
from tests.postgres import Server
from tests.served import furnish, heard, network
from tests.together import looks
from tests.unit.store.rows import queue
from tests.unit.writing.test_signing import caller
from tests.worlds import World, furnished

MOVED, STILL = ClaimId(CORE.id, 1, 1), ClaimId(CORE.id, 2, 1)
TAKEN, FREE = 3, 4


@dataclass(frozen=True)
class Told:
    """A world, and what was proposed in it before it went on: what cannot be any more, and what can."""

    world: World
    gone: dict[str, c.Call]
    good: dict[str, c.Call]


@cache
def told() -> Told:
    world = furnished()
    for number in (1, 2):
        assert world.held(number).number == number

    def offers(claim: ClaimId) -> dict[str, c.Call]:
        return {
            "transfer": world.transfer(claim, BEN),
            "split": world.split(claim, BEN, 10 * YUAN),
            "split many": world.split_many(claim, (BEN, 10 * YUAN), (CLEO, 20 * YUAN)),
        }

    def drafts(number: int) -> dict[str, c.Call]:
        promise, another = world.promise(number, face=10 * YUAN), world.promise(FREE, face=10 * YUAN)
        return {"issue": world.issue(promise), "issue many": world.issue_many(another, promise)}

    def changes(who: Any) -> dict[str, c.Call]:
        return {
            "account": world.add_account(who, address(f"new {who.id}"), 1),
            "end": world.revoke_account(who, who.account()),
            "threshold": world.set_threshold(who, 1, 5),
            "cash": world.set_cash(who, address(f"cash {who.id}")),
        }

    gone = offers(MOVED) | drafts(TAKEN) | changes(ANNA) | {"rail": world.add_rail(2)}
    good = offers(STILL) | drafts(5) | changes(BEN) | {"rail": world.add_rail(3)}
    for call in (*gone.values(), *good.values()):
        check(world.rows, call, world.now)
    world.do(world.split(MOVED, CLEO, 10 * YUAN))
    world.do(world.issue(world.promise(TAKEN, face=10 * YUAN)))
    world.do(world.set_auto_accept(ANNA, BEN, world.now + DAY))
    world.do(world.add_rail(2))
    return Told(world, gone, good)


@dataclass
class Office:
    """A furnished folder with a mirror of that world, and a book."""

    settings: Settings
    mirror: Db
    book: Db
    now: UtcSeconds
    numbers: Iterator[int] = field(default_factory=count)

    def outlived(self, now: int | None = None) -> Outlived:
        clock = FixedClock(UtcSeconds(self.now if now is None else now))
        return Outlived(Stores(self.settings, network(), clock), clock)

    def propose(self, call: c.Call, deadline: int | None = None) -> int:
        """The message waits for Ben, and shows him a claim."""
        message: Any = call.message
        places = (Place("signer", CORE.id, OfficerId(1), message.signer, bytes(65)), Place("assignee 1", BEN.id))
        until = UtcSeconds(message.deadline if deadline is None else deadline)
        shown = [(BEN.id, str(MOVED))]
        plan = Plan(self.now, proposing=Proposing(message, places, "about", {}, until, shown=shown))
        own = (f"key {next(self.numbers)}", bytes(32))
        number = commit(self.book, FixedClock(self.now), caller(CORE.id), own, plan, 0).proposal
        assert number is not None
        return number

    def hold(self, subject: str, state: str, block: int | None) -> None:
        """The last submission about it is in that state."""
        (sent,) = queue(self.book, f"held {next(self.numbers)}")
        carried = "hash, relay, nonce, raw, state"
        self.book.execute(
            f"INSERT INTO carrier ({carried}) VALUES (?, 'r', ?, ?, 'dead')", (sent.to_bytes(32, "big"), sent, b"raw")
        )
        told = (state, block, sent.to_bytes(32, "big"), sent)
        self.book.execute("UPDATE submission SET state = ?, block = ?, error = '{}', carrier = ? WHERE id = ?", told)
        self.book.execute(
            "INSERT INTO hold VALUES (?, ?) ON CONFLICT (subject) DO UPDATE SET submission = excluded.submission",
            (subject, sent),
        )

    def states(self) -> dict[int, str]:
        return dict(self.book.all("SELECT id, state FROM proposal"))

    def ended(self) -> list[str]:
        """What the log has of it."""
        return [one.subject for one in audit.entries(self.book, limit=1000) if one.action == "end proposal"]

    def shown(self) -> int:
        return len(self.book.all("SELECT 1 FROM showing"))


@pytest.fixture(params=["sqlite", "postgresql"])
def office(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Office]:
    folder, book = furnish(tmp_path), None
    if request.param == "postgresql":
        server: Server = request.getfixturevalue("postgres")
        book = server.database()
        new_book(book)
    settings = Settings(folder=folder, book=book)
    world = told().world
    mirror, _ = mirror_of(f"sqlite://{folder}/mirror.db", world)
    with mirror, connect(settings.book_address) as db:
        heard(mirror, world.now)
        yield Office(settings, mirror, db, world.now)


# ---------------------------------------------------------------- what is ended


def test_look__at_all_that_can_be_proposed__ends_what_the_ledger_would_refuse_for_ever(office: Office) -> None:
    gone = {office.propose(call): name for name, call in told().gone.items()}
    good = {office.propose(call): name for name, call in told().good.items()}
    for call in told().gone.values():  # the model refuses each, whoever signs
        with pytest.raises(Refusal):
            check(told().world.rows, call, told().world.now)
    assert office.outlived().look() == len(gone)
    states = office.states()
    assert {name: states[number] for number, name in gone.items()} == dict.fromkeys(told().gone, "void")
    assert {name: states[number] for number, name in good.items()} == dict.fromkeys(told().good, "open")
    assert office.ended() == [f"proposal {number} is void, by the service" for number in gone]
    assert audit.verify(office.book).broken is None
    assert office.shown() == len(good)
    assert {one.id for one in waiting(office.book, BEN.id, OfficerId(1), office.now, 10**9, 100)} == set(good)
    assert office.outlived().look() == 0, "somebody who starts anew sees that it was done"
    assert len(office.ended()) == len(gone)


def test_look__at_a_message_of_a_version_to_come__leaves_it(office: Office) -> None:
    """A network may have undone the block that it was made on."""
    version = told().world.rows.claims[STILL].version
    office.propose(told().world.transfer(STILL, BEN, version=version + 1))
    call = told().good["transfer"]
    office.propose(replace(call, message=replace(call.message, claim=STILL._replace(seq=9))))  # type: ignore[arg-type]
    office.propose(told().world.set_cash(ANNA, address("far"), version=told().world.version(ANNA) + 1))
    assert office.outlived().look() == 0


def test_look__at_what_a_network_may_still_undo__leaves_it_until_enough_blocks_stand_on_it(office: Office) -> None:
    number = office.propose(told().gone["transfer"])
    sql = "SELECT MAX(block_from) FROM claim WHERE obligor = ? AND number = ? AND seq = ?"
    (moved,) = office.mirror.one(sql, MOVED) or (0,)
    on_top = checkpoint(office.mirror).block - moved
    for depth, state in ((on_top + 1, "open"), (on_top, "void")):
        joining.keep(office.settings.folder, joining.Reached("http://127.0.0.1:9", depth, 0))
        assert office.outlived().look() == (state == "void")
        assert office.states() == {number: state}
    office.propose(told().good["transfer"])
    joining.keep(office.settings.folder, joining.Reached("http://127.0.0.1:9", 10_000, 0))
    with pytest.raises(BlockNotMirrored):
        office.outlived().look()


def test_look__past_the_deadline_on_the_ledger__it_has_lapsed(office: Office) -> None:
    last = told().world.log[-1][1]
    call = told().good["transfer"]
    late, edge = office.propose(call, last - 1), office.propose(call, last)
    assert office.outlived().look() == 1
    assert office.states() == {late: "lapsed", edge: "open"}
    found = proposal(office.book, edge)
    assert found is not None
    assert found.state_at(UtcSeconds(last + 1)) == "lapsed", "told by our clock, and not written down by it alone"
    heard(office.mirror, office.now + 99 * DAY)
    assert office.outlived(office.now + 99 * DAY).look() == 0


@pytest.mark.parametrize(
    ("state", "becomes"), [("queued", "open"), ("sent", "open"), ("final", "open"), ("refused", "void")]
)
def test_look__at_what_follows_on_a_submission__goes_by_its_refusal(office: Office, state: str, becomes: str) -> None:
    number = office.propose(told().good["issue"])
    office.hold("something else", state, 1)
    office.book.execute("UPDATE proposal SET follows = (SELECT submission FROM hold) WHERE id = ?", (number,))
    office.outlived().look()
    assert office.states() == {number: becomes}


# ---------------------------------------------------------------- when it waits


@pytest.mark.parametrize(
    ("state", "ahead", "ends"),
    [
        *(("queued", None, False), ("sent", None, False), ("on chain", 0, False)),
        *(
            ("final", 0, True),
            ("final", 1, False),
            ("refused", 0, True),
            ("refused", 1, False),
            ("refused", None, True),
        ),
    ],
)
def test_look__while_something_is_under_way_about_it__waits(
    office: Office, state: str, ahead: int | None, ends: bool
) -> None:
    number, block = office.propose(told().gone["split"]), checkpoint(office.mirror).block
    office.hold(f"claim {MOVED}", state, None if ahead is None else block + ahead)
    assert office.outlived().look() == ends
    assert office.states() == {number: "void" if ends else "open"}


def test_look__by_a_mirror_that_is_not_up_to_date__does_nothing(office: Office) -> None:
    office.propose(told().gone["split"])
    heard(office.mirror, office.now - 60)
    assert office.outlived().look() == 0
    office.mirror.execute("UPDATE heard SET head = head + 1, at = ?", (office.now,))
    assert office.outlived().look() == 0
    heard(office.mirror, office.now)
    assert office.outlived().look() == 1


# ---------------------------------------------------------------- how it goes about it


def test_look__at_more_than_one_look_takes__goes_round(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outlived, "_MOST", 3)
    for name in ("transfer", "split", "issue", "cash"):
        office.propose(told().good[name])
    first = [office.propose(told().gone[name]) for name in ("transfer", "split", "issue")]
    looking = office.outlived()
    assert [looking.look() for _ in range(3)] == [0, 2, 1]
    later = office.propose(told().gone["rail"])
    assert [looking.look() for _ in range(2)] == [0, 1], "from the beginning again"
    states = office.states()
    assert {states[number] for number in (*first, later)} == {"void"}


def test_look__that_fails_at_some__goes_on_with_the_rest(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outlived, "_MOST", 1)
    number, other = (office.propose(told().gone[name]) for name in ("transfer", "split"))
    real = outlived.outlived
    broken = told().gone["transfer"].message

    def fails(rows: Any, message: Any) -> bool:
        if message == broken:
            raise ValueError("transfer")
        return real(rows, message)

    monkeypatch.setattr(outlived, "outlived", fails)
    looking = office.outlived()
    with pytest.raises(ValueError, match="transfer"):
        looking.look()
    assert looking.look() == 1
    assert office.states() == {number: "open", other: "void"}


def test_look__by_several_at_once__each_is_ended_once(office: Office) -> None:
    numbers = [office.propose(call) for call in told().gone.values()]
    done = looks(lambda: office.outlived().look())
    assert sum(done) == len(numbers)
    assert sorted(office.ended()) == sorted(f"proposal {number} is void, by the service" for number in numbers)


def test_look__that_dies_in_its_commit__has_done_nothing_and_the_next_does_it_all(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    numbers = [office.propose(call) for call in told().gone.values()]
    real, left = service.ended, iter(range(3))

    def dies(book: Db, number: int, state: ProposalState) -> bool:
        if next(left, None) is None:
            raise MirrorEmpty(store="whatever")
        return real(book, number, state)

    with monkeypatch.context() as broken:
        broken.setattr(outlived, "ended", dies)
        with pytest.raises(MirrorEmpty):
            office.outlived().look()
    assert set(office.states().values()) == {"open"}
    assert office.ended() == []
    assert office.shown() == len(numbers)
    assert office.outlived().look() == len(numbers)


def test_look__at_what_somebody_ended_meanwhile__leaves_it(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    number = office.propose(told().gone["split"])
    real = audit.recording

    def declined_first(book: Db, clock: Any) -> Any:
        book.execute("UPDATE proposal SET state = 'declined' WHERE id = ?", (number,))
        return real(book, clock)

    monkeypatch.setattr(outlived, "recording", declined_first)
    assert office.outlived().look() == 0
    assert office.states() == {number: "declined"}
    assert office.ended() == []
