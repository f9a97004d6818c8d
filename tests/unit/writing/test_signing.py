# SPDX-License-Identifier: Apache-2.0
"""Signing a proposal while somebody else signs or ends it: what was worked out on the old state is worked out anew."""

from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from api.access.errors import DutyMissing
from api.access.viewer import Caller, Duty
from api.proposals import service
from api.writing.commit import Behind, commit
from api.writing.errors import NotYours, ProposalClosed
from api.writing.plan import Made, Place, Plan, Proposing
from chain.domain import commands as c
from chain.domain.clock import FixedClock
from chain.domain.vocabulary import OfficerId, ParticipantId
from chain.store.db import Db, connect
from chain.store.words import ProposalState
from tests.unit.writing.messages import AT, made

CLOCK = FixedClock(AT)
HOLDER, FOAM, FRAMES = ParticipantId(10), ParticipantId(31), ParticipantId(32)


def caller(participant: ParticipantId, *duties: Duty, officer: int = 1) -> Caller:
    return Caller(participant, OfficerId(officer), frozenset(duties or Duty), 5, False, False)


def desk(db: Db, who: Caller) -> Any:
    """As much of a desk as signing asks for; nobody's signature is a real one."""
    laid = SimpleNamespace(caller=who, book=db, now=AT, block=9, plan=Plan(AT), visible=SimpleNamespace(all=False))
    laid.hash = lambda message: bytes(32)
    laid.note = lambda action, subject: None
    laid.account = lambda right: made(c.Cut).signer
    laid.agree = lambda account, message: SimpleNamespace(packed=bytes(89))
    return laid


@pytest.fixture
def db(book: str) -> Iterator[Db]:
    """A book with proposal 1: a claim is offered to two assignees."""
    with connect(book) as opened:
        message = made(c.SplitMany)
        places = (
            Place("signer", HOLDER, OfficerId(1), message.signer, bytes(65)),
            *(Place("assignee 1", FOAM), Place("assignee 2", FRAMES)),
        )
        plan = Plan(AT, proposing=Proposing(message, places, "10-7-3", {}, AT))
        assert commit(opened, CLOCK, caller(HOLDER), ("key", bytes(32)), plan, 9).proposal == 1
        yield opened


def done(db: Db, laid: Any, key: str) -> Made:
    return commit(db, CLOCK, laid.caller, (key, bytes(32)), laid.plan, laid.block)


def declined(db: Db) -> None:
    laid = desk(db, caller(FRAMES))
    service.decline(laid, 1)
    done(db, laid, "no")


def withdrawn(db: Db) -> None:
    laid = desk(db, caller(HOLDER))
    service.withdraw(laid, 1)
    done(db, laid, "back")


def signed_by_a_colleague(db: Db) -> None:
    laid = desk(db, caller(FOAM, officer=2))
    service.sign(laid, 1, None)
    done(db, laid, "first")


def signed_by_the_other(db: Db) -> None:
    laid = desk(db, caller(FRAMES))
    service.sign(laid, 1, None)
    done(db, laid, "other")


def void(db: Db) -> None:
    with db.transaction():
        assert service.ended(db, 1, ProposalState.VOID)


@pytest.mark.parametrize("meanwhile", [declined, withdrawn, void, signed_by_a_colleague, signed_by_the_other])
def test_sign__while_something_else_happens_to_it__is_worked_out_anew(db: Db, meanwhile: Callable[[Db], None]) -> None:
    laid = desk(db, caller(FOAM))
    service.sign(laid, 1, None)
    meanwhile(db)
    before = db.all("SELECT * FROM place ORDER BY name"), db.all("SELECT * FROM request ORDER BY key")
    with pytest.raises(Behind):
        done(db, laid, "sign")
    assert (db.all("SELECT * FROM place ORDER BY name"), db.all("SELECT * FROM request ORDER BY key")) == before


@pytest.mark.parametrize("meanwhile", [declined, withdrawn, void])
def test_end__of_what_was_ended_meanwhile__is_worked_out_anew_and_then_refused(
    db: Db, meanwhile: Callable[[Db], None]
) -> None:
    laid = desk(db, caller(FOAM))
    service.decline(laid, 1)
    meanwhile(db)
    with pytest.raises(Behind):
        done(db, laid, "late")
    for ask in (service.decline, service.withdraw, lambda laid, number: service.sign(laid, number, None)):
        with pytest.raises(ProposalClosed) as refused:
            ask(desk(db, caller(FOAM)), 1)
        assert refused.value.arguments["state"] == meanwhile.__name__


def test_sign_and_decline__without_the_duty_or_where_nobody_waits__are_refused(db: Db) -> None:
    reads = caller(FOAM, Duty.VIEWER, Duty.CHECKER)
    with pytest.raises(DutyMissing):
        service.sign(desk(db, reads), 1, None)
    with pytest.raises(DutyMissing):
        service.decline(desk(db, reads), 1)
    with pytest.raises(NotYours):
        service.sign(desk(db, caller(HOLDER)), 1, None)
    with pytest.raises(NotYours):
        service.decline(desk(db, caller(HOLDER)), 1)
