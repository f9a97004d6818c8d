# SPDX-License-Identifier: Apache-2.0
"""The outbox: one effect for one key, whoever asks, how often, at once, before or after; another body is a conflict."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from chain.abi.calls import SignedCall
from chain.abi.errors import NumberDoesNotFit
from chain.domain import commands as c
from chain.domain.clock import FixedClock, UtcSeconds
from chain.domain.money import Fen
from chain.domain.refusals import ZeroAmount
from chain.domain.vocabulary import Address, ClaimId, ObligationId, OfficerId, ParticipantId
from chain.store.db import Db, Row, Value, connect
from chain.store.migrate import upgrade
from chain.store.words import SubmissionState as State
from chain.store.words import to_bigint
from chain.submission.errors import KeyConflict, NeverTaken, SubmissionUnknown
from chain.submission.outbox import Entry, Outbox, error_text, never_text

SIGNER = Address("0x" + "12" * 20)
CLAIM = ClaimId(ParticipantId(10), 1, 1)
AT = UtcSeconds(1_800_000_000)


def split(amount: int = 100, claim: ClaimId = CLAIM) -> SignedCall:
    message = c.Split(ParticipantId(5), claim, 1, ParticipantId(6), Fen(amount), SIGNER, AT)
    return SignedCall(message, (b"\1" * 65,), (b"",))


def outbox(db: Db) -> Outbox:
    return Outbox(db, FixedClock(AT))


def rows(db: Db) -> int:
    row = db.one("SELECT COUNT(*) FROM submission")
    assert row is not None
    return int(row[0])


def test_submit__once__is_queued_with_all_that_a_sender_needs(book: str) -> None:
    with connect(book) as db:
        done = outbox(db).submit(split(), "a")
        assert (done.key, done.operation, done.state) == ("a", "Split", State.QUEUED)
        assert (done.transaction, done.block, done.refusal) == (None, None, None)
        row = db.one("SELECT subject, gas, length(calldata), queued_at FROM submission")
        assert row is not None
        assert row[0] == to_bigint((10 << 32) | 1)
        assert row[1] > 100_000
        assert row[2] % 32 == 4
        assert row[3] == AT


def test_submit__the_same_key_a_hundred_times_at_once__one_effect(book: str) -> None:
    def ask(_: int) -> int:
        with connect(book) as db:
            return outbox(db).submit(split(), "the key").id

    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(ask, range(100)))) == 1
    with connect(book) as db:
        assert rows(db) == 1
        assert outbox(db).submit(split(), "the key").id == outbox(db).by_key("the key").id, "after a restart, too"
        with pytest.raises(KeyConflict):
            outbox(db).submit(split(101), "the key")
        assert rows(db) == 1


def test_submit_all__one_conflict__takes_none(book: str) -> None:
    with connect(book) as db:
        outbox(db).submit(split(1), "taken")
        with pytest.raises(KeyConflict):
            outbox(db).submit_all([(split(2), "new"), (split(3), "taken")])
        with pytest.raises(KeyConflict):
            outbox(db).submit_all([(split(2), "new"), (split(3), "new")])
        assert rows(db) == 1


def test_submit_all__a_key_twice_with_one_body__one_effect(book: str) -> None:
    with connect(book) as db:
        first, second, third = outbox(db).submit_all([(split(2), "a"), (split(3), "b"), (split(2), "a")])
        assert first == third
        assert first.id != second.id
        assert rows(db) == 2


def test_submit_all__many__in_their_order(book: str) -> None:
    with connect(book) as db:
        done = outbox(db).submit_all([(split(n + 1), f"{n}") for n in range(1_200)])
        assert [one.key for one in done] == [f"{n}" for n in range(1_200)]
        assert [one.id for one in done] == sorted(one.id for one in done)


def test_submit__what_does_not_fit__changes_nothing(book: str) -> None:
    with connect(book) as db, pytest.raises(NumberDoesNotFit):
        outbox(db).submit_all([(split(1), "a"), (split(2**48), "b")])
    with connect(book) as db:
        assert rows(db) == 0


@pytest.mark.parametrize("wanted", [7, "nobody's"])
def test_submission__unknown__typed(book: str, wanted: int | str) -> None:
    with connect(book) as db, pytest.raises(SubmissionUnknown):
        outbox(db).submission(wanted) if isinstance(wanted, int) else outbox(db).by_key(wanted)


def test_wait__nothing_happens__comes_back_in_time_with_the_present_state(book: str) -> None:
    with connect(book) as db:
        box = outbox(db)
        assert box.wait(box.submit(split(), "a").id, 0.05).state == State.QUEUED


def test_wait_all__some_through__comes_back_when_the_last_is(book: str) -> None:
    with connect(book) as db:
        box = outbox(db)
        first, second = box.submit_all([(split(1), "a"), (split(2), "b")])
        db.execute("UPDATE submission SET state = 'refused', error = ? WHERE key = 'a'", [never_text("no")])
        assert [one.state for one in box.wait_all([first.id, second.id], 0.05)] == [State.REFUSED, State.QUEUED]
        db.execute("UPDATE submission SET state = 'refused', error = ? WHERE key = 'b'", [never_text("no")])
        assert [one.state for one in box.wait_all([first.id, second.id], 5)] == [State.REFUSED, State.REFUSED]


def test_counts__some_in_every_state__each_in_its_own(book: str) -> None:
    with connect(book) as db:
        box = outbox(db)
        keys = iter([one.key for one in box.submit_all([(split(number + 1), f"{number}") for number in range(15)])])
        db.execute(
            "INSERT INTO carrier (hash, relay, nonce, raw, state) VALUES (?, 'relay', 0, ?, 'mined')", [bytes(32)] * 2
        )
        for count, state in enumerate(State, 1):
            for _ in range(count):
                db.execute(
                    "UPDATE submission SET state = ?, carrier = ?, block = 1, error = ? WHERE key = ?",
                    [state, bytes(32), never_text("no"), next(keys)],
                )
        assert box.counts() == {state: count for count, state in enumerate(State, 1)}


def test_submission__refused__with_the_typed_error_that_the_ledger_gave(book: str) -> None:
    selector = bytes.fromhex("1f2a2005")  # ZeroAmount()
    with connect(book) as db:
        box = outbox(db)
        for key, error in (("ledger", error_text(selector)), ("node", never_text("too much gas"))):
            box.submit(split(), key)
            db.execute("UPDATE submission SET state = 'refused', error = ? WHERE key = ?", [error, key])
        assert box.by_key("ledger").refusal == ZeroAmount()
        assert box.by_key("node").refusal == NeverTaken(said="too much gas")
        assert box.counts()[State.REFUSED] == 2


def test_subject__of_the_largest_names__fits_both_databases(book: str) -> None:
    largest = ObligationId(ParticipantId(2**32 - 1), 2**32 - 1)
    with connect(book) as db:
        outbox(db).submit(split(claim=largest.claim(1)), "a")
        assert db.one("SELECT subject FROM submission") == (-1,)


# ---- as a part of somebody's transaction, and whose they are


class Undone(Exception):
    """Ends a transaction."""


def entry(number: int, participant: int | None = 5, officer: int | None = 1) -> Entry:
    whose = None if participant is None else ParticipantId(participant)
    return Entry(split(number), f"{number}", whose, None if officer is None else OfficerId(officer), f"about {number}")


def undone(db: Db) -> None:
    """Enter something in a transaction that comes to nothing."""
    with db.transaction():
        (found,) = outbox(db).enter_all([entry(1)])
        assert found.state == State.QUEUED
        raise Undone


def test_enter_all__in_a_transaction__stands_or_falls_with_it(book: str) -> None:
    with connect(book) as db:
        with pytest.raises(Undone):
            undone(db)
        assert rows(db) == 0
        with db.transaction():
            first, second = outbox(db).enter_all([entry(1), entry(2, 6, None)])
        assert (first.participant, first.officer, first.about, first.queued_at) == (5, 1, "about 1", AT)
        assert (second.participant, second.officer) == (6, None)
        assert outbox(db).some([second.id, first.id]) == [second, first]


def test_enter_all__a_key_with_another_body__takes_none(book: str) -> None:
    with connect(book) as db:
        outbox(db).submit(split(1), "2")
        with pytest.raises(KeyConflict), db.transaction():
            outbox(db).enter_all([entry(1), entry(2)])
        assert rows(db) == 1


def test_some__with_an_unknown_number__typed(book: str) -> None:
    with connect(book) as db, pytest.raises(SubmissionUnknown):
        outbox(db).some([7])


def test_listed__is_whose_it_is_the_latest_first_and_goes_on_where_it_ended(book: str) -> None:
    with connect(book) as db:
        box = outbox(db)
        with db.transaction():
            made = box.enter_all([entry(number, 5 + number % 2) for number in range(1, 21)] + [entry(21, None, None)])
        own = [one.id for one in made if one.participant == 5]
        everything, first = list(State), box.listed(ParticipantId(5), list(State), 2**62, 4)
        assert [one.id for one in first] == own[:-5:-1]
        after = box.listed(ParticipantId(5), everything, first[-1].id, 100)
        assert [one.id for one in first + after] == own[::-1]
        assert [one.id for one in box.listed(None, everything, 2**62, 100)] == [one.id for one in made][::-1]
        assert box.listed(ParticipantId(99), everything, 2**62, 100) == []
        db.execute("UPDATE submission SET state = 'refused', error = ? WHERE id = ?", [never_text("no"), own[0]])
        assert [one.id for one in box.listed(ParticipantId(5), [State.REFUSED], 2**62, 100)] == own[:1]
        assert own[0] not in [one.id for one in box.listed(ParticipantId(5), [State.QUEUED], 2**62, 100)]


def test_listed__of_one_of_many__is_found_by_its_index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    upgrade(tmp_path / "book.db")
    with connect(tmp_path / "book.db") as db:
        asked: list[tuple[str, Sequence[Value]]] = []

        def heard(sql: str, values: Sequence[Value]) -> list[Row]:
            asked.append((sql, values))
            return []

        with monkeypatch.context() as instead:
            instead.setattr(db, "all", heard)
            outbox(db).listed(ParticipantId(5), list(State), 2**62, 100)
        ((sql, values),) = asked
        plan = " ".join(str(row) for row in db.all(f"EXPLAIN QUERY PLAN {sql}", values))
        assert "ix_submission_participant" in plan
        assert "TEMP B-TREE" not in plan
