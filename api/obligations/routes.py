# SPDX-License-Identifier: Apache-2.0
"""GET /obligations, GET /obligations/{id}, its claims and its events."""

from typing import Annotated, get_args

from fastapi import APIRouter, Query, Response

from api.holdings.schemas import Claim, Status
from api.holdings.schemas import shown as claim_shown
from api.obligations.schemas import Event, Obligation, event_shown, shown
from api.paging import READ, After, Asked, Limit, ObligationPath, One, Rows, Since, Until, Whose, obligation_id, period
from chain.domain.vocabulary import ObligationStatus
from chain.mirror import reads

router = APIRouter(tags=["obligations"], responses=READ)
_Statuses = Annotated[list[Status] | None, Query(description="Only obligations in one of these.", max_length=7)]
_ALL: tuple[Status, ...] = get_args(Status)


@router.get("/obligations", response_model=Rows[Obligation])
def obligations(
    asked: Asked,
    participant: Whose = None,
    status: _Statuses = None,
    due_since: Since = None,
    due_until: Until = None,
    after: After = None,
    limit: Limit = 50,
) -> Response:
    """What a participant promised, by due date; of another participant, those that are yours to see."""
    whose, now, due = asked.whose(participant), asked.now, period(due_since, due_until)
    statuses = [ObligationStatus[word.upper()] for word in status or _ALL]
    found = asked.ask(
        lambda db: reads.obligations(
            db, asked.visible, whose, statuses=statuses, due=due, after=after, limit=limit, at=asked.at, now=now
        )
    )
    return asked.page(found, lambda row: shown(row, asked.currency))


@router.get("/obligations/{obligation}", response_model=One[Obligation])
def obligation(asked: Asked, obligation: ObligationPath) -> Response:
    """One obligation."""
    name, now = obligation_id(obligation), asked.now
    found = asked.ask(lambda db: reads.obligation(db, asked.visible, name, at=asked.at, now=now))
    return asked.one(found, lambda row: shown(row, asked.currency))


@router.get("/obligations/{obligation}/claims", response_model=Rows[Claim])
def claims(asked: Asked, obligation: ObligationPath, after: After = None, limit: Limit = 50) -> Response:
    """Its claims that are yours to see, ended ones too, by id: to its obligor, all it owes."""
    name, now = obligation_id(obligation), asked.now
    found = asked.ask(lambda db: reads.claims(db, asked.visible, name, after=after, limit=limit, at=asked.at, now=now))
    return asked.page(
        found,
        lambda row: claim_shown(row, asked.currency, asked.lang),
        lambda db: reads.obligation(db, asked.visible, name, at=found.block),
    )


@router.get("/obligations/{obligation}/events", response_model=Rows[Event])
def events(asked: Asked, obligation: ObligationPath, after: After = None, limit: Limit = 50) -> Response:
    """What happened to it, oldest first."""
    name = obligation_id(obligation)
    found = asked.ask(lambda db: reads.events(db, asked.visible, name, after=after, limit=limit, at=asked.at))
    return asked.page(found, event_shown, lambda db: reads.obligation(db, asked.visible, name, at=found.block))
