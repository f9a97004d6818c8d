# SPDX-License-Identifier: Apache-2.0
"""POST /obligations/{id}/fund, POST /claims/{id}/redeem."""

from fastapi import APIRouter, Response

from api.paging import ClaimPath, ObligationPath, claim_id, obligation_id
from api.proposals.schemas import Empty
from api.settlement import service
from api.settlement.schemas import FundBody
from api.writing.once import WRITE, Making
from api.writing.schemas import Acknowledged
from chain.domain.money import Fen

router = APIRouter(tags=["settlement"], responses=WRITE)


@router.post("/obligations/{obligation}/fund", status_code=202, response_model=Acknowledged)
async def fund(asked: Making, obligation: ObligationPath, body: FundBody) -> Response:
    """Pay principal and late interest from one's cash account into the escrow."""
    amount = None if body.amount is None else Fen(body.amount)
    return await asked.once(lambda desk: service.fund(desk, obligation_id(obligation), amount))


@router.post("/claims/{claim}/redeem", status_code=202, response_model=Acknowledged)
async def redeem(asked: Making, claim: ClaimPath, body: Empty) -> Response:
    """Have the money that waits for a claim paid out to its holder."""
    return await asked.once(lambda desk: service.redeem(desk, claim_id(claim)))
