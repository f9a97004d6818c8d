# SPDX-License-Identifier: Apache-2.0
"""/financing: ask, quote, open, accept, withdraw; and what has become of it."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from fastapi import Path as InPath

from api.financing import schemas, service, views
from api.financing.views import Eyes
from api.paging import READ, Limit, One, Rows, Said, claim_id
from api.proposals.schemas import Empty
from api.writing import ledger
from api.writing.once import WRITE, Making
from api.writing.schemas import Acknowledged
from api.writing.told import MOST, Booked, BookReading
from chain.domain.clock import instant
from chain.domain.money import Fen, Ppm
from chain.domain.pricing import Basis
from chain.domain.vocabulary import ParticipantId
from chain.mirror.writer import checkpoint

router = APIRouter(tags=["financing"])

_Id = Annotated[int, InPath(ge=1, le=MOST, description="The number of a request.", examples=[3])]
_After = Annotated[str | None, Query(pattern=r"^[0-9]{1,18}$", description="`next` of the page before.")]
_State = Annotated[schemas.State | None, Query(description="Only requests in this state.")]


@router.post("/financing", status_code=202, response_model=Acknowledged, responses=WRITE)
async def ask(asked: Making, body: schemas.AskBody) -> Response:
    """Ask financiers for early payment of a claim that you hold, or of its last part. Their quotes come sealed."""
    amount = None if body.amount is None else Fen(body.amount)
    financiers = tuple(ParticipantId(one) for one in sorted(body.financiers))
    until, seal = instant(int(body.until.timestamp())), bytes.fromhex(body.seal)
    return await asked.once(lambda desk: service.ask(desk, claim_id(body.claim), amount, financiers, until, seal))


@router.post("/financing/{id}/quotes", status_code=202, response_model=Acknowledged, responses=WRITE)
async def quote(asked: Making, id: _Id, body: schemas.QuoteBody) -> Response:
    """Quote, once. It is signed, and sealed at once: nobody reads it before the requester opens it."""
    until = instant(int(body.until.timestamp()))
    terms = service.Terms(Ppm(body.rate), Basis.of(body.basis), until)
    return await asked.once(lambda desk: service.quote(desk, id, terms), sealed=True)


@router.post("/financing/{id}/open", status_code=202, response_model=Acknowledged, responses=WRITE)
async def open_all(asked: Making, id: _Id, body: schemas.OpenBody) -> Response:
    """Read all quotes with your private key, which is not kept. No more are taken after that."""
    return await asked.once(lambda desk: service.open_all(desk, id, bytes.fromhex(body.key)))


@router.post("/financing/{id}/accept", status_code=202, response_model=Acknowledged, responses=WRITE)
async def accept(asked: Making, id: _Id, body: schemas.AcceptBody) -> Response:
    """Take a quote: claim and cash change hands together, or neither does."""
    return await asked.once(lambda desk: service.accept(desk, id, body.quote))


@router.post("/financing/{id}/withdraw", status_code=202, response_model=Acknowledged, responses=WRITE)
async def withdraw(asked: Making, id: _Id, body: Empty) -> Response:
    """Ask no more: the claim is shown to nobody on this ground from now on."""
    return await asked.once(lambda desk: service.withdraw(desk, id))


@router.get("/financing", response_model=Rows[schemas.Summary], responses=READ)
def requests(asked: Booked, state: _State = None, after: _After = None, limit: Limit = 50) -> Response:
    """The requests that you made or are invited to, the latest first."""
    eyes, before, wanted = _eyes(asked), int(after or MOST), schemas.state(state)
    return asked.rows(
        lambda book: views.page(book, eyes, wanted, before, limit + 1),
        lambda _, seen: views.summary(seen, eyes),
        lambda seen: seen.row.id,
        limit,
    )


@router.get("/financing/{id}", response_model=One[schemas.Financing], responses=READ)
def request(asked: Booked, id: _Id) -> Response:
    """A request: to its requester with all quotes once they are opened, the best first; to a financier with its own."""
    eyes, stores = _eyes(asked), asked.stores

    def show(_: Any, seen: views.Seen) -> Said:
        return stores.read(
            lambda mirror: views.whole(seen, eyes, ledger.rows(mirror, stores.network, checkpoint(mirror).block))
        )

    return asked.one(lambda book: views.one(book, eyes, id), show)


def _eyes(asked: BookReading) -> Eyes:
    own = asked.viewer
    return Eyes(own.participant, own.visible, asked.now, asked.stores.network.currency, asked.lang)
