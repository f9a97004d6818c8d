# SPDX-License-Identifier: Apache-2.0
"""GET /search."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from api.paging import READ, Asked, Rows
from api.search.schemas import Found, shown
from chain.mirror import reads

router = APIRouter(tags=["search"], responses=READ)
_Text = Annotated[
    str,
    Query(
        min_length=1,
        max_length=200,
        description='"7" a participant, "7-1" an obligation, "7-1-3" a claim, 64 hex digits an invoice.',
        examples=["7-1"],
    ),
]


@router.get("/search", response_model=Rows[Found])
def search(asked: Asked, q: _Text) -> Response:
    """What a text names, as far as it is yours to see; an invoice with the obligations that it backs (100 at most)."""
    return asked.page(asked.ask(lambda db: reads.search(db, asked.visible, q, at=asked.at)), shown)
