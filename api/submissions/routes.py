# SPDX-License-Identifier: Apache-2.0
"""GET /submissions, GET /submissions/{id}."""

from typing import Annotated, get_args

from fastapi import APIRouter, Query, Response
from fastapi import Path as InPath

from api.paging import READ, Limit, One, Rows
from api.problems import NotFound
from api.proposals.routes import Before
from api.writing.schemas import Shower, Submission, SubmissionState
from api.writing.told import MOST, Booked
from chain.store.db import Db
from chain.store.words import SubmissionState as State
from chain.submission.errors import SubmissionUnknown
from chain.submission.outbox import Outbox
from chain.submission.outbox import Submission as Sent

router = APIRouter(prefix="/submissions", tags=["submissions"], responses=READ)
_ALL: tuple[SubmissionState, ...] = get_args(SubmissionState)
_States = Annotated[list[SubmissionState] | None, Query(description="Only those in one of these.", max_length=5)]


@router.get("", response_model=Rows[Submission])
def submissions(asked: Booked, state: _States = None, after: Before = None, limit: Limit = 50) -> Response:
    """What your participant asked for, the latest first, and where it is: queued, sent, on chain, final, or refused."""
    before, own = int(after or MOST), asked.viewer
    states = [State(word) for word in state or _ALL]
    whose = None if own.visible.all else own.participant
    return asked.rows(
        lambda book: Outbox(book).listed(whose, states, before, limit + 1), Shower.submission, lambda one: one.id, limit
    )


@router.get("/{submission}", response_model=One[Submission])
def submission(
    asked: Booked, submission: Annotated[int, InPath(ge=1, le=MOST, description="Its number.", examples=[7])]
) -> Response:
    """One submission."""

    def read(book: Db) -> Sent:
        try:
            found = Outbox(book).submission(submission)
        except SubmissionUnknown:
            raise NotFound from None
        own = asked.viewer
        if not own.visible.all and found.participant != own.participant:
            raise NotFound
        return found

    return asked.one(read, Shower.submission)
