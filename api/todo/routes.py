# SPDX-License-Identifier: Apache-2.0
"""GET /todo."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from api.holdings.schemas import shown as claim_shown
from api.obligations.schemas import shown as obligation_shown
from api.paging import READ, Asked, Limit, One, Reading, Said, Whose, said
from api.proposals import reading
from api.todo import waiting
from api.todo.schemas import Inbox, asking_shown, signing_shown
from api.writing.texts import Teller
from api.writing.told import MOST
from chain.domain.vocabulary import ParticipantId
from chain.mirror import reads
from chain.store.db import Db

router = APIRouter(tags=["todo"], responses=READ)
_Days = Annotated[int, Query(ge=0, le=3650, description="How many days ahead `due_soon` reaches.")]


@router.get("/todo", response_model=One[Inbox])
def todo(asked: Asked, participant: Whose = None, days: _Days = 14, limit: Limit = 100) -> Response:
    """What waits for your signature, offers to accept, what falls due, what is overdue, money to be redeemed, quotes to
    give or to open. Of another participant, nothing.
    """
    whose, now = asked.whose(participant), asked.now
    found = asked.ask(lambda db: reads.todo(db, asked.visible, whose, days=days, limit=limit, at=asked.at, now=now))
    signing, quoting, opening = asked.book(lambda book: _booked(asked, book, whose, limit))

    def shown(row: reads.Todo) -> Said:
        lists = said(
            to_sign=signing,
            offers=[claim_shown(one, asked.currency, asked.lang) for one in row.offers],
            due_soon=[obligation_shown(one, asked.currency) for one in row.due_soon],
            overdue=[obligation_shown(one, asked.currency) for one in row.overdue],
            redeemable=[claim_shown(one, asked.currency, asked.lang) for one in row.redeemable],
            to_quote=quoting,
            to_open=opening,
        )
        return {"counts": {name: len(rows) for name, rows in lists.items()}} | lists

    return asked.one(reads.Answer(found.block, found), shown)


def _booked(asked: Reading, book: Db, whose: ParticipantId, limit: int) -> tuple[list[Said], list[Said], list[Said]]:
    """What is to sign, to quote and to open. Nobody signs for another one."""
    own, now, currency = asked.viewer, asked.now, asked.currency
    if now is None or whose != own.participant:
        return [], [], []
    teller = Teller(book, asked.network, asked.lang)
    signing = reading.waiting(book, whose, own.officer, now, MOST, limit)
    quoting, opening = waiting.to_quote(book, whose, now, limit), waiting.to_open(book, whose, limit)
    return (
        [signing_shown(one.part_of(whose), teller) for one in signing],
        [asking_shown(one, currency, own=False) for one in quoting],
        [asking_shown(one, currency, own=True) for one in opening],
    )
