# SPDX-License-Identifier: Apache-2.0
"""GET /obligations, GET /obligations/{id}, its claims and its events; draft, accept, decline, revoke."""

from typing import Annotated, get_args

from anyio import to_thread
from fastapi import APIRouter, Form, Query, Request, Response

from api.holdings.schemas import Claim, Status
from api.holdings.schemas import shown as claim_shown
from api.obligations import service
from api.obligations.invoices import Reader
from api.obligations.schemas import AcceptBody, DraftForm, Event, Obligation, event_shown, shown
from api.obligations.service import Wanted
from api.paging import READ, After, Asked, Limit, ObligationPath, One, Rows, Since, Until, Whose, obligation_id, period
from api.proposals.schemas import Empty
from api.writing.once import WRITE, Making
from api.writing.schemas import Acknowledged
from chain.domain.money import Ppm
from chain.domain.vocabulary import ObligationStatus, OfficerId, ParticipantId, RailId
from chain.mirror import reads

router = APIRouter(tags=["obligations"])
_Statuses = Annotated[list[Status] | None, Query(description="Only obligations in one of these.", max_length=7)]
_ALL: tuple[Status, ...] = get_args(Status)


@router.get("/obligations", response_model=Rows[Obligation], responses=READ)
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


@router.get("/obligations/{obligation}", response_model=One[Obligation], responses=READ)
def obligation(asked: Asked, obligation: ObligationPath) -> Response:
    """One obligation."""
    name, now = obligation_id(obligation), asked.now
    found = asked.ask(lambda db: reads.obligation(db, asked.visible, name, at=asked.at, now=now))
    return asked.one(found, lambda row: shown(row, asked.currency))


@router.get("/obligations/{obligation}/claims", response_model=Rows[Claim], responses=READ)
def claims(asked: Asked, obligation: ObligationPath, after: After = None, limit: Limit = 50) -> Response:
    """Its claims that are yours to see, ended ones too, by id: to its obligor, all it owes."""
    name, now = obligation_id(obligation), asked.now
    found = asked.ask(lambda db: reads.claims(db, asked.visible, name, after=after, limit=limit, at=asked.at, now=now))
    return asked.page(
        found,
        lambda row: claim_shown(row, asked.currency, asked.lang),
        lambda db: reads.obligation(db, asked.visible, name, at=found.block),
    )


@router.get("/obligations/{obligation}/events", response_model=Rows[Event], responses=READ)
def events(asked: Asked, obligation: ObligationPath, after: After = None, limit: Limit = 50) -> Response:
    """What happened to it, oldest first."""
    name = obligation_id(obligation)
    found = asked.ask(lambda db: reads.events(db, asked.visible, name, after=after, limit=limit, at=asked.at))
    return asked.page(found, event_shown, lambda db: reads.obligation(db, asked.visible, name, at=found.block))


@router.post("/obligations/drafts", status_code=202, response_model=Acknowledged, responses=WRITE)
async def draft(
    request: Request, asked: Making, form: Annotated[DraftForm, Form(media_type="multipart/form-data")]
) -> Response:
    """Upload e-invoices and draft the obligation that they back. The Registrar's service registers the invoices at
    once; the draft waits, as a proposal, for its checker.
    """
    reader: Reader = request.app.state.reader
    files = [await file.read() for file in form.invoices]
    found = await to_thread.run_sync(reader.read, files, limiter=reader.turns)
    wanted = Wanted(
        creditor=None if form.creditor is None else ParticipantId(form.creditor),
        due=form.due,
        rail=RailId(form.rail),
        late_rate=None if form.late_rate is None else Ppm(form.late_rate),
        closes=form.closes,
        accept_hours=form.accept_hours,
        checker=None if form.checker is None else _officer(form.checker),
        alone=form.alone,
        each=form.each,
    )
    return await asked.once(lambda desk: service.draft(desk, reader, found, wanted))


@router.post("/obligations/accept", status_code=202, response_model=Acknowledged, responses=WRITE)
async def accept(asked: Making, body: AcceptBody) -> Response:
    """Accept offers as their creditor: one submission each, all acknowledged or none."""
    names = [obligation_id(one) for one in body.obligations]
    return await asked.once(lambda desk: service.accept(desk, names))


@router.post("/obligations/{obligation}/decline", status_code=202, response_model=Acknowledged, responses=WRITE)
async def decline(asked: Making, obligation: ObligationPath, body: Empty) -> Response:
    """Decline an offer as its creditor; its invoices are free again."""
    return await asked.once(lambda desk: service.decline(desk, obligation_id(obligation)))


@router.post("/obligations/{obligation}/revoke", status_code=202, response_model=Acknowledged, responses=WRITE)
async def revoke(asked: Making, obligation: ObligationPath, body: Empty) -> Response:
    """Take an offer back as its obligor, before it is accepted."""
    return await asked.once(lambda desk: service.revoke(desk, obligation_id(obligation)))


def _officer(text: str) -> tuple[ParticipantId, OfficerId]:
    participant, number = text.split("-")
    return ParticipantId(int(participant)), OfficerId(int(number))
