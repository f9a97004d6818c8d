# SPDX-License-Identifier: Apache-2.0
"""GET /todo."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from api.holdings.schemas import shown as claim_shown
from api.obligations.schemas import shown as obligation_shown
from api.paging import READ, Asked, Limit, One, Said, Whose, said
from api.todo.schemas import Inbox
from chain.mirror import reads

router = APIRouter(tags=["todo"], responses=READ)
_Days = Annotated[int, Query(ge=0, le=3650, description="How many days ahead `due_soon` reaches.")]


@router.get("/todo", response_model=One[Inbox])
def todo(asked: Asked, participant: Whose = None, days: _Days = 14, limit: Limit = 100) -> Response:
    """Offers to accept, what falls due, what is overdue, money to be redeemed. Of another participant, nothing."""
    whose, now = asked.whose(participant), asked.now
    found = asked.ask(lambda db: reads.todo(db, asked.visible, whose, days=days, limit=limit, at=asked.at, now=now))

    def shown(row: reads.Todo) -> Said:
        return said(
            offers=[claim_shown(one, asked.currency, asked.lang) for one in row.offers],
            due_soon=[obligation_shown(one, asked.currency) for one in row.due_soon],
            overdue=[obligation_shown(one, asked.currency) for one in row.overdue],
            redeemable=[claim_shown(one, asked.currency, asked.lang) for one in row.redeemable],
        )

    return asked.one(reads.Answer(found.block, found), shown)
