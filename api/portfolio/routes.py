# SPDX-License-Identifier: Apache-2.0
"""GET /portfolio/ladder, /portfolio/exposure, /portfolio/ageing."""

from collections.abc import Callable

from fastapi import APIRouter, Response

from api.paging import READ, Asked, One, Reading, Said, Whose, instant, said
from api.portfolio import schemas
from chain.mirror import reads

router = APIRouter(prefix="/portfolio", tags=["portfolio"], responses=READ)


@router.get("/ladder", response_model=One[schemas.Sums[schemas.Rung]])
def ladder(asked: Asked, participant: Whose = None) -> Response:
    """When money comes in and goes out: unpaid cents by the days left until due."""
    return _sums(asked, participant, schemas.ladder, lambda side: schemas.total(side.total))


@router.get("/exposure", response_model=One[schemas.Sums[schemas.Exposure]])
def exposure(asked: Asked, participant: Whose = None) -> Response:
    """From whom money is to come, and to whom it is to go."""
    return _sums(asked, participant, schemas.exposure, lambda side: schemas.total(side.total))


@router.get("/ageing", response_model=One[schemas.Sums[schemas.Late]])
def ageing(asked: Asked, participant: Whose = None) -> Response:
    """What is overdue, by how late it is; `total` is all that is overdue."""
    return _sums(asked, participant, schemas.ageing, schemas.late)


def _sums(
    asked: Reading,
    participant: int | None,
    parts: Callable[[reads.Side], list[Said]],
    total: Callable[[reads.Side], Said],
) -> Response:
    whose, now = asked.whose(participant), asked.now
    found = asked.ask(lambda db: reads.portfolio(db, asked.visible, whose, at=asked.at, now=now))

    def half(side: reads.Side) -> Said:
        return said(total=total(side), parts=parts(side))

    row = said(
        participant=whose, now=instant(found.now), currency=asked.currency, held=half(found.held), owed=half(found.owed)
    )
    return asked.one(reads.Answer(found.block, row), lambda row: row)
