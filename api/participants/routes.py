# SPDX-License-Identifier: Apache-2.0
"""GET /participants/{id} and its events."""

from fastapi import APIRouter, Response

from api.obligations.schemas import Event, event_shown
from api.paging import READ, After, Asked, Limit, One, ParticipantPath, Rows
from api.participants.schemas import PartySeen, shown
from chain.domain.vocabulary import ParticipantId
from chain.mirror import reads

router = APIRouter(prefix="/participants", tags=["participants"], responses=READ)


@router.get("/{participant}", response_model=One[PartySeen])
def participant(asked: Asked, participant: ParticipantPath) -> Response:
    """A participant that you have to do with; its limit is told to itself alone."""
    wanted = ParticipantId(participant)
    found = asked.ask(lambda db: reads.participant(db, asked.visible, wanted, at=asked.at))
    return asked.one(found, lambda row: shown(row, asked.currency))


@router.get("/{participant}/events", response_model=Rows[Event])
def events(asked: Asked, participant: ParticipantPath, after: After = None, limit: Limit = 50) -> Response:
    """What was registered about a participant, oldest first: its own business, of any other nothing."""
    wanted = ParticipantId(participant)
    found = asked.ask(lambda db: reads.events(db, asked.visible, wanted, after=after, limit=limit, at=asked.at))
    return asked.page(found, event_shown, lambda db: reads.participant(db, asked.visible, wanted, at=found.block))
