# SPDX-License-Identifier: Apache-2.0
"""The one commit of a request: all of it or nothing, once, and the audit log follows whoever writes."""

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from api.access.audit import Action, Decision, verify
from api.access.viewer import Caller, Duty
from api.writing.commit import Behind, commit, known
from api.writing.errors import SubjectBusy
from api.writing.plan import Made, Place, Plan, Proposing, Sending
from chain.abi.calls import SignedCall
from chain.domain import commands as c
from chain.domain.clock import FixedClock, UtcSeconds
from chain.domain.vocabulary import OfficerId, ParticipantId
from chain.store.db import Db, connect
from chain.store.errors import AlreadyThere
from chain.store.words import SubmissionState as State
from chain.submission.errors import KeyConflict
from chain.submission.outbox import error_text
from tests.unit.writing.messages import AT, claim, made

CLOCK = FixedClock(AT)
CALLER = Caller(ParticipantId(21), OfficerId(1), frozenset(Duty), 5, False, False)
OTHER = Caller(ParticipantId(21), OfficerId(2), frozenset(Duty), 6, False, False)
TABLES = ("request", "submission", "hold", "proposal", "place", "showing", "audit", "setting")
HASH = bytes(32)


def plan(number: int, *, proposal: bool = False, audit: bool = True) -> Plan:
    """To cut a claim, and perhaps to offer it."""
    message = made(c.Cut, claim=claim(number))
    sending = Sending(SignedCall(message, (b"\1" * 65,)), "10-7-3", (f"claim {claim(number)}",), *_own(CALLER))
    found = Plan(UtcSeconds(1_795_000_000), [sending])
    if audit:
        found.decisions.append(Decision.by(CALLER, Action.SUBMIT, f"Cut {number}"))
    if proposal:
        places = (
            Place("signer", ParticipantId(21), OfficerId(1), message.signer, b"\2" * 65),
            Place("assignee 1", ParticipantId(31)),
        )
        offer = made(c.Transfer, claim=claim(number))
        shown = [(ParticipantId(31), str(claim(number)))]
        found.proposing = Proposing(offer, places, "10-7-3", {"名": "值"}, AT, follows=0, shown=shown)
    return found


def _own(caller: Caller) -> tuple[ParticipantId, OfficerId]:
    return caller.participant, caller.officer


def rows(db: Db) -> dict[str, list[Any]]:
    return {table: sorted(db.all(f"SELECT * FROM {table}"), key=repr) for table in TABLES}


def ended(db: Db, number: int, state: State, block: int) -> None:
    """What becomes of a submission."""
    carrier = number.to_bytes(32, "big")
    db.execute(
        "INSERT INTO carrier (hash, relay, nonce, raw, state) VALUES (?, 'relay', ?, ?, 'mined')",
        (carrier, number, carrier),
    )
    error = error_text(bytes.fromhex("1f2a2005")) if state is State.REFUSED else None
    db.execute(
        "UPDATE submission SET state = ?, block = ?, carrier = ?, error = ? WHERE id = ?",
        (state, block, carrier, error, number),
    )


def test_commit__of_all_there_is__is_known_by_its_key_and_to_its_officer_alone(db: Db) -> None:
    done = commit(db, CLOCK, CALLER, ("key", HASH), plan(1, proposal=True), 5)
    assert (len(done.submissions), done.proposal is not None, done.replayed) == (1, True, False)
    again = known(db, CALLER, "key", HASH)
    assert again == Made(done.submissions, done.proposal, None, replayed=True)
    assert known(db, CALLER, "another", HASH) is None
    assert known(db, OTHER, "key", HASH) is None
    with pytest.raises(KeyConflict):
        known(db, CALLER, "key", b"\1" * 32)
    row = db.one("SELECT follows, details FROM proposal")
    assert row is not None
    assert (row[0], json.loads(row[1])) == (done.submissions[0], {"名": "值"})
    assert verify(db).broken is None


def test_commit__that_something_beside_it_refuses__leaves_nothing_at_all(db: Db) -> None:
    commit(db, CLOCK, CALLER, ("before", HASH), plan(1), 5)
    before = rows(db)

    class No(Exception):
        pass

    def refuse(book: Db, made_of: Made) -> None:
        assert made_of.submissions
        assert made_of.proposal
        book.execute("INSERT INTO setting VALUES ('half', 'done')")
        raise No

    undone = plan(2, proposal=True)
    undone.also.append(refuse)
    with pytest.raises(No):
        commit(db, CLOCK, CALLER, ("key", HASH), undone, 5)
    assert rows(db) == before
    assert commit(db, CLOCK, CALLER, ("key", HASH), plan(2), 5).submissions, "the key was not used up"


def test_commit__what_stands_beside_it__may_tell_what_was_made(db: Db) -> None:
    told = plan(1)
    told.also.append(lambda book, made_of: Made(made_of.submissions, None, 9))
    told.also.append(lambda book, made_of: None)
    done = commit(db, CLOCK, CALLER, ("key", HASH), told, 5)
    assert (done.submissions, done.financing) == ((1,), 9)
    again = known(db, CALLER, "key", HASH)
    assert again is not None
    assert (again.submissions, again.financing) == ((1,), 9)


def test_commit__a_key_that_another_took_meanwhile__is_refused_and_changes_nothing(db: Db) -> None:
    commit(db, CLOCK, CALLER, ("key", HASH), plan(1), 5)
    before = rows(db)
    with pytest.raises(AlreadyThere):
        commit(db, CLOCK, CALLER, ("key", HASH), plan(2), 5)
    assert rows(db) == before
    assert commit(db, CLOCK, OTHER, ("key", HASH), plan(2), 5).submissions == (2,), "another officer's key"


@pytest.mark.parametrize("state", [State.QUEUED, State.SENT])
def test_commit__about_what_is_under_way__is_busy_and_names_it(db: Db, state: State) -> None:
    commit(db, CLOCK, CALLER, ("first", HASH), plan(1), 5)
    if state is State.SENT:
        ended(db, 1, State.SENT, 0)
        db.execute("UPDATE submission SET block = NULL")
    before = rows(db)
    with pytest.raises(SubjectBusy) as refused:
        commit(db, CLOCK, OTHER, ("second", HASH), plan(1), 5)
    assert refused.value.arguments == {"subject": f"claim {claim(1)}", "submission": 1}
    assert rows(db) == before
    assert commit(db, CLOCK, OTHER, ("third", HASH), plan(2), 5).submissions == (2,), "about something else"


@pytest.mark.parametrize("state", [State.FINAL, State.ON_CHAIN, State.REFUSED])
def test_commit__on_rows_older_than_the_last_change__has_to_be_made_anew(db: Db, state: State) -> None:
    commit(db, CLOCK, CALLER, ("first", HASH), plan(1), 5)
    ended(db, 1, state, 6)
    with pytest.raises(Behind) as behind:
        commit(db, CLOCK, CALLER, ("second", HASH), plan(1), 5)
    assert behind.value.block == 6
    assert commit(db, CLOCK, CALLER, ("second", HASH), plan(1), 6).submissions == (2,)


def test_commit__two_about_one_thing_in_one_plan__both_stand(db: Db) -> None:
    both = plan(1)
    both.sendings += plan(1).sendings
    assert commit(db, CLOCK, CALLER, ("key", HASH), both, 5).submissions == (1, 2)
    assert db.all("SELECT submission FROM hold") == [(2,)]


def test_audit__after_a_thousand_writes_by_four_threads__every_row_follows(book: str) -> None:
    def write(thread: int) -> int:
        with connect(book) as own:
            for number in range(250):
                mine = plan(1_000 * thread + number + 1)
                mine.decisions += [Decision.by(CALLER, Action.SIGN, f"{thread} {number} 云岭")]
                commit(own, CLOCK, CALLER, (f"{thread}-{number}", HASH), mine, 5)
        return thread

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(write, range(4))) == [0, 1, 2, 3]
    with connect(book) as db:
        verdict = verify(db)
        assert (verdict.rows, verdict.broken) == (2_000, None)
        assert db.one("SELECT COUNT(*) FROM request WHERE answer <> ''") == (1_000,)
        assert db.one("SELECT COUNT(*) FROM submission") == (1_000,)
        db.execute("UPDATE audit SET subject = 'Cut 1' WHERE number = 1200")
        assert verify(db).broken == 1_200, "and what somebody alters is found"
