# SPDX-License-Identifier: Apache-2.0
"""GET /holdings, GET /liens."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from api.holdings.schemas import Claim, State, shown
from api.paging import READ, After, Asked, Limit, Rows, Whose
from chain.mirror import reads

router = APIRouter(tags=["holdings"], responses=READ)


@router.get("/holdings", response_model=Rows[Claim])
def holdings(
    asked: Asked,
    participant: Whose = None,
    state: Annotated[State | None, Query(description="Only claims in this state.")] = None,
    after: After = None,
    limit: Limit = 50,
) -> Response:
    """The claims that a participant holds: first those offered to it, then by id. Ended ones are not among them."""
    whose, now = asked.whose(participant), asked.now
    found = asked.ask(
        lambda db: reads.holdings(db, asked.visible, whose, state=state, after=after, limit=limit, at=asked.at, now=now)
    )
    return asked.page(found, lambda row: shown(row, asked.currency, asked.lang))


@router.get("/liens", response_model=Rows[Claim])
def liens(asked: Asked, participant: Whose = None, after: After = None, limit: Limit = 50) -> Response:
    """The claims that bear a lien of a participant, by id; one that ran out included, until it is released."""
    whose, now = asked.whose(participant), asked.now
    found = asked.ask(lambda db: reads.liens(db, asked.visible, whose, after=after, limit=limit, at=asked.at, now=now))
    return asked.page(found, lambda row: shown(row, asked.currency, asked.lang))
