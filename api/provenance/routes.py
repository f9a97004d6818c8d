# SPDX-License-Identifier: Apache-2.0
"""GET /claims/{id}, its provenance, its pieces and its events."""

from fastapi import APIRouter, Response

from api.obligations.schemas import Event, event_shown
from api.paging import READ, After, Asked, ClaimPath, Limit, One, Rows, claim_id
from api.provenance import schemas
from chain.mirror import reads

router = APIRouter(tags=["claims"], responses=READ)


@router.get("/claims/{claim}", response_model=One[schemas.Seen])
def claim(asked: Asked, claim: ClaimPath) -> Response:
    """One claim."""
    name, now = claim_id(claim), asked.now
    found = asked.ask(lambda db: reads.claim(db, asked.visible, name, at=asked.at, now=now))
    return asked.one(found, lambda row: schemas.seen(row, asked.currency, asked.lang))


@router.get("/claims/{claim}/provenance", response_model=One[schemas.Provenance])
def provenance(asked: Asked, claim: ClaimPath) -> Response:
    """A claim's chain of title, back to issue."""
    name, now = claim_id(claim), asked.now
    found = asked.ask(lambda db: reads.claim(db, asked.visible, name, at=asked.at, now=now))
    return asked.one(found, lambda row: schemas.provenance(row, asked.currency, asked.lang))


@router.get("/claims/{claim}/pieces", response_model=Rows[schemas.CutPiece])
def pieces(asked: Asked, claim: ClaimPath, after: After = None, limit: Limit = 50) -> Response:
    """The pieces cut from a claim, in that order: those that are yours to see, or that you gave away."""
    name, now = claim_id(claim), asked.now
    found = asked.ask(lambda db: reads.pieces(db, asked.visible, name, after=after, limit=limit, at=asked.at, now=now))
    return asked.page(
        found,
        lambda row: schemas.piece(row, asked.currency, asked.lang),
        lambda db: reads.claim(db, asked.visible, name, at=found.block),
    )


@router.get("/claims/{claim}/events", response_model=Rows[Event])
def events(asked: Asked, claim: ClaimPath, after: After = None, limit: Limit = 50) -> Response:
    """What happened to a claim that is yours to see in full, oldest first; of any other, nothing."""
    name = claim_id(claim)
    found = asked.ask(lambda db: reads.events(db, asked.visible, name, after=after, limit=limit, at=asked.at))
    return asked.page(found, event_shown, lambda db: reads.claim(db, asked.visible, name, at=found.block))
