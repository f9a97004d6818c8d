# SPDX-License-Identifier: Apache-2.0
"""POST /claims/{id}/split, transfer, cut, lien, release; POST /auto-accepts."""

from fastapi import APIRouter, Response

from api.claims import service
from api.claims.schemas import AutoAcceptBody, CutBody, LienBody, SplitBody, TransferBody
from api.paging import ClaimPath, claim_id
from api.proposals.schemas import Empty
from api.writing.once import WRITE, Making
from api.writing.schemas import Acknowledged
from chain.domain import commands as c
from chain.domain.clock import instant
from chain.domain.money import Fen
from chain.domain.vocabulary import ParticipantId

router = APIRouter(tags=["claims"], responses=WRITE)


@router.post("/claims/{claim}/split", status_code=202, response_model=Acknowledged)
async def split(asked: Making, claim: ClaimPath, body: SplitBody) -> Response:
    """Cut tails off a claim and pass them on: at once where each assignee has a standing auto-accept, else as an offer
    that the assignees accept.
    """
    pieces = [c.Piece(ParticipantId(piece.to), Fen(piece.amount)) for piece in body.pieces]
    return await asked.once(lambda desk: service.split(desk, claim_id(claim), pieces))


@router.post("/claims/{claim}/transfer", status_code=202, response_model=Acknowledged)
async def transfer(asked: Making, claim: ClaimPath, body: TransferBody) -> Response:
    """Pass a whole claim on; as `split`."""
    return await asked.once(lambda desk: service.transfer(desk, claim_id(claim), ParticipantId(body.to)))


@router.post("/claims/{claim}/cut", status_code=202, response_model=Acknowledged)
async def cut(asked: Making, claim: ClaimPath, body: CutBody) -> Response:
    """Make two claims of one; both stay with the holder."""
    return await asked.once(lambda desk: service.cut(desk, claim_id(claim), Fen(body.amount)))


@router.post("/claims/{claim}/lien", status_code=202, response_model=Acknowledged)
async def lien(asked: Making, claim: ClaimPath, body: LienBody) -> Response:
    """Encumber one's own claim, or its tail, until the end of an hour."""
    amount, until = None if body.amount is None else Fen(body.amount), instant(int(body.until.timestamp()))
    return await asked.once(lambda desk: service.lien(desk, claim_id(claim), amount, until))


@router.post("/claims/{claim}/release", status_code=202, response_model=Acknowledged)
async def release(asked: Making, claim: ClaimPath, body: Empty) -> Response:
    """Give up the lien that one has on a claim."""
    return await asked.once(lambda desk: service.release(desk, claim_id(claim)))


@router.post("/auto-accepts", status_code=202, response_model=Acknowledged)
async def auto_accept(asked: Making, body: AutoAcceptBody) -> Response:
    """Consent beforehand to whatever claims one counterparty passes on, until an instant."""
    until = instant(0 if body.until is None else int(body.until.timestamp()))
    return await asked.once(lambda desk: service.auto_accept(desk, ParticipantId(body.counterparty), until))
