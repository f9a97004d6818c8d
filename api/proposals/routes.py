# SPDX-License-Identifier: Apache-2.0
"""GET /proposals, GET /proposals/{id}; sign, decline, withdraw."""

from typing import Annotated

from fastapi import APIRouter, Query, Response
from fastapi import Path as InPath

from api.paging import READ, Limit, One, Rows
from api.problems import NotFound
from api.proposals import reading, service
from api.proposals.schemas import Empty, SignBody
from api.writing.once import WRITE, Making, Signing
from api.writing.schemas import Acknowledged, Proposal, ProposalState, Shower
from api.writing.told import MOST, Booked
from chain.store.db import Db

router = APIRouter(prefix="/proposals", tags=["proposals"])
Number = Annotated[int, InPath(ge=1, le=MOST, description="A proposal's number.", examples=[12])]
Before = Annotated[str | None, Query(pattern="^[0-9]{1,18}$", description="`next` of the page before.")]


@router.get("", response_model=Rows[Proposal], responses=READ)
def proposals(
    asked: Booked,
    state: ProposalState | None = None,
    mine: Annotated[bool, Query(description="Only those that wait for your own signature.")] = False,
    after: Before = None,
    limit: Limit = 50,
) -> Response:
    """Drafts, offers and changes of the registry that concern your participant, the latest first."""
    before, own = int(after or MOST), asked.viewer

    def read(book: Db) -> list[reading.Proposed]:
        now = asked.now
        if mine:
            return reading.waiting(book, own.participant, own.officer, now, before, limit + 1)
        whose = None if own.visible.all else own.participant
        return reading.listed(book, whose, state, now, before, limit + 1)

    return asked.rows(read, Shower.proposal, lambda row: row.id, limit, lambda row: (row.follows, row.submission))


@router.get("/{proposal}", response_model=One[Proposal], responses=READ)
def proposal(asked: Booked, proposal: Number) -> Response:
    """One proposal: what is signed, in words and as a hash, and whose signature it waits for."""

    def read(book: Db) -> reading.Proposed:
        found, own = reading.proposal(book, proposal), asked.viewer
        if found is None or not (own.visible.all or found.concerns(own.participant)):
            raise NotFound
        return found

    return asked.one(read, Shower.proposal)


@router.post("/{proposal}/sign", status_code=202, response_model=Acknowledged, responses=WRITE)
async def sign(asked: Signing, proposal: Number, body: SignBody) -> Response:
    """Sign as the officer that it waits for: approve a draft, accept an offer, agree to a change."""
    seen = None if body.hash is None else bytes.fromhex(body.hash[2:])
    return await asked.once(lambda desk: service.sign(desk, proposal, seen))


@router.post("/{proposal}/apply", status_code=202, response_model=Acknowledged, responses=WRITE)
async def apply(asked: Making, proposal: Number, body: Empty) -> Response:
    """Carry out a change that was announced first, once its days are over."""
    return await asked.once(lambda desk: service.apply(desk, proposal))


@router.post("/{proposal}/decline", status_code=202, response_model=Acknowledged, responses=WRITE)
async def decline(asked: Signing, proposal: Number, body: Empty) -> Response:
    """Say no, as the officer that it waits for; it takes no signatures any more."""
    return await asked.once(lambda desk: service.decline(desk, proposal))


@router.post("/{proposal}/withdraw", status_code=202, response_model=Acknowledged, responses=WRITE)
async def withdraw(asked: Making, proposal: Number, body: Empty) -> Response:
    """Take back what one's participant proposed."""
    return await asked.once(lambda desk: service.withdraw(desk, proposal))
