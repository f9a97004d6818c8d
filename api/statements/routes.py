# SPDX-License-Identifier: Apache-2.0
"""GET /discounts, /payments, /redemptions: what a statement lists, oldest first."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from api.paging import READ, After, Asked, Limit, Rows, Since, Until, Whose, obligation_id, period
from api.statements import schemas
from chain.mirror import reads

router = APIRouter(tags=["statements"], responses=READ)
_Of = Annotated[
    str | None,
    Query(
        pattern="^[1-9][0-9]{0,9}-[1-9][0-9]{0,9}$",
        description="Only of this obligation, whose obligor it is then about.",
        examples=["7-1"],
    ),
]


@router.get("/discounts", response_model=Rows[schemas.DiscountLine])
def discounts(
    asked: Asked,
    participant: Whose = None,
    since: Since = None,
    until: Until = None,
    after: After = None,
    limit: Limit = 50,
) -> Response:
    """Claims that a participant sold or bought, with their price: told to seller and financier alone."""
    whose, when = asked.whose(participant), period(since, until)
    found = asked.ask(
        lambda db: reads.discounts(db, asked.visible, whose, period=when, after=after, limit=limit, at=asked.at)
    )
    return asked.page(found, lambda row: schemas.discount(row, asked.currency))


@router.get("/payments", response_model=Rows[schemas.PaymentLine])
def payments(
    asked: Asked,
    participant: Whose = None,
    obligation: _Of = None,
    since: Since = None,
    until: Until = None,
    after: After = None,
    limit: Limit = 50,
) -> Response:
    """What a participant paid on its obligations, or what was paid on one of them: told to whoever sees it."""
    of = None if obligation is None else obligation_id(obligation)
    whose, when = asked.whose(participant) if of is None else of.obligor, period(since, until)
    found = asked.ask(
        lambda db: reads.payments(
            db, asked.visible, whose, obligation=of, period=when, after=after, limit=limit, at=asked.at
        )
    )
    return asked.page(found, lambda row: schemas.payment(row, asked.currency))


@router.get("/redemptions", response_model=Rows[schemas.RedemptionLine])
def redemptions(
    asked: Asked,
    participant: Whose = None,
    since: Since = None,
    until: Until = None,
    after: After = None,
    limit: Limit = 50,
) -> Response:
    """What was paid out to a participant: told to itself, and of each claim to the obligor."""
    whose, when = asked.whose(participant), period(since, until)
    found = asked.ask(
        lambda db: reads.redemptions(db, asked.visible, whose, period=when, after=after, limit=limit, at=asked.at)
    )
    return asked.page(found, lambda row: schemas.redemption(row, asked.currency))
