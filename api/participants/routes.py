# SPDX-License-Identifier: Apache-2.0
"""GET /participants, one of them and its events; POST /participants and what changes one; POST /rails."""

from typing import Annotated

from fastapi import APIRouter, Query, Response
from fastapi import Path as InPath

from api.obligations.schemas import Event, event_shown
from api.paging import READ, After, Asked, Limit, One, ParticipantPath, Rows
from api.participants import governing, lookup, service
from api.participants.bodies import (
    AccountBody,
    CashBody,
    ParticipantBody,
    RailBody,
    StandingBody,
    ThresholdBody,
    role_of,
)
from api.participants.directory import company
from api.participants.schemas import Listed, PartySeen, listed, shown
from api.proposals.schemas import Empty
from api.writing.once import WRITE, Making
from api.writing.schemas import Acknowledged
from chain.domain.money import Fen
from chain.domain.vocabulary import ZERO_ADDRESS, Address, OfficerId, ParticipantId, ParticipantStatus, RailId
from chain.mirror import reads

router = APIRouter(tags=["participants"])
_From = Annotated[str | None, Query(pattern="^[0-9]{1,10}$", description="`next` of the page before.")]
_Text = Annotated[
    str | None,
    Query(min_length=1, max_length=200, description="An id, a tax number, or a part of a name.", examples=["恒座"]),
]
_Account = Annotated[str, InPath(pattern="^0x[0-9a-fA-F]{40}$", description="An account's address.")]


@router.get("/participants", response_model=Rows[Listed], responses=READ)
def participants(asked: Asked, q: _Text = None, after: _From = None, limit: Limit = 50) -> Response:
    """Who takes part, by id: every officer may look companies up."""
    page = lookup.page(asked, q, int(after or 0), limit)
    rows = [listed(party, name) for party, name in page.rows]
    return asked.told(page.block, {"rows": rows, "next": page.next})


@router.get("/participants/{participant}", response_model=One[PartySeen], responses=READ)
def participant(asked: Asked, participant: ParticipantPath) -> Response:
    """A participant that you have to do with; its limit is told to itself alone."""
    wanted = ParticipantId(participant)
    found = asked.ask(lambda db: reads.participant(db, asked.visible, wanted, at=asked.at))
    name = asked.book(lambda book: company(book, wanted))
    return asked.one(found, lambda row: shown(row, name, asked.currency))


@router.get("/participants/{participant}/events", response_model=Rows[Event], responses=READ)
def events(asked: Asked, participant: ParticipantPath, after: After = None, limit: Limit = 50) -> Response:
    """What was registered about a participant, oldest first: its own business, of any other nothing."""
    wanted = ParticipantId(participant)
    found = asked.ask(lambda db: reads.events(db, asked.visible, wanted, after=after, limit=limit, at=asked.at))
    return asked.page(found, event_shown, lambda db: reads.participant(db, asked.visible, wanted, at=found.block))


@router.post("/participants", status_code=202, response_model=Acknowledged, responses=WRITE)
async def register(asked: Making, body: ParticipantBody) -> Response:
    """The Registrar enters a company with its first account. Its id is the submission's subject."""
    new = service.Newcomer(
        id=None if body.id is None else ParticipantId(body.id),
        name=body.name,
        number=body.number,
        roles=body.role,
        limit=Fen(body.limit),
        cash=ZERO_ADDRESS if body.cash is None else Address(body.cash),
        account=body.new,
        salt=None if body.salt is None else bytes.fromhex(body.salt),
    )
    return await asked.once(lambda desk: service.register(desk, new))


@router.post("/participants/{participant}/standing", status_code=202, response_model=Acknowledged, responses=WRITE)
async def standing(asked: Making, participant: ParticipantPath, body: StandingBody) -> Response:
    """The Registrar sets a participant's roles, status or limit."""
    roles = None if body.roles is None else role_of(body.roles)
    status = None if body.status is None else ParticipantStatus[body.status.upper()]
    limit = None if body.limit is None else Fen(body.limit)
    whose = ParticipantId(participant)
    return await asked.once(lambda desk: service.set_standing(desk, whose, roles, status, limit))


@router.post("/participants/{participant}/accounts", status_code=202, response_model=Acknowledged, responses=WRITE)
async def account(asked: Making, participant: ParticipantPath, body: AccountBody) -> Response:
    """A further account of an officer, or a new officer's: a proposal, by the participant or the Registrar."""
    return await asked.once(lambda desk: governing.add_account(desk, ParticipantId(participant), body.new))


@router.post(
    "/participants/{participant}/accounts/{account}/revoke",
    status_code=202,
    response_model=Acknowledged,
    responses=WRITE,
)
async def revoke(asked: Making, participant: ParticipantPath, account: _Account, body: Empty) -> Response:
    """End an account: a proposal, by the participant or the Registrar."""
    whose, ended = ParticipantId(participant), Address(account.lower())
    return await asked.once(lambda desk: governing.revoke_account(desk, whose, ended))


@router.post("/participants/{participant}/threshold", status_code=202, response_model=Acknowledged, responses=WRITE)
async def threshold(asked: Making, participant: ParticipantPath, body: ThresholdBody) -> Response:
    """How much an officer may issue alone a day: a proposal, by the participant or the Registrar."""
    whose, officer, most = ParticipantId(participant), OfficerId(body.officer), Fen(body.threshold)
    return await asked.once(lambda desk: governing.set_threshold(desk, whose, officer, most))


@router.post("/participants/{participant}/cash", status_code=202, response_model=Acknowledged, responses=WRITE)
async def cash(asked: Making, participant: ParticipantPath, body: CashBody) -> Response:
    """Where a participant is paid and pays from: a proposal, by the participant or the Registrar."""
    return await asked.once(lambda desk: governing.set_cash(desk, ParticipantId(participant), Address(body.cash)))


@router.post("/rails", status_code=202, response_model=Acknowledged, responses=WRITE)
async def rail(asked: Making, body: RailBody) -> Response:
    """A settlement bank's escrow becomes a way that payments take: a proposal, by the bank or the Registrar."""
    bank, escrow = ParticipantId(body.bank), Address(body.escrow)
    token = None if body.token is None else Address(body.token)
    return await asked.once(lambda desk: governing.open_rail(desk, RailId(body.id), token, bank, escrow))
