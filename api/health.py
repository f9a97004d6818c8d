# SPDX-License-Identifier: Apache-2.0
"""GET /healthz: this process answers. GET /ready: the service as a whole may be relied on, or which part may not."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field

from api.mirrored import Stores
from api.problem_json import language_of
from api.problems import DatabaseAway, MirrorBehind, NodeSilent, PartDown
from api.run import lives, said
from chain.domain.errors import DeepTierError, Lang
from chain.mirror.errors import MirrorEmpty
from chain.mirror.ready import FRESH
from chain.signing.client import SignerClient
from chain.signing.errors import SigningError
from chain.signing.process import SOCKET
from chain.store.errors import StoreError

router = APIRouter(tags=["service"])


class Alive(BaseModel):
    alive: bool = Field(examples=[True])


class PartSeen(BaseModel):
    """A part of the service; what stands in its way is told in the language that Accept-Language asks for."""

    ready: bool
    block: int | None = Field(None, description="Of the mirror: how far it is.")
    head: int | None = Field(None, description="Of the mirror: how far the node was when it was last heard.")
    age: int | None = Field(None, description="Of the mirror: how many seconds ago that was.")
    code: str | None = Field(None, description="What stands in its way.", examples=["node-silent"])
    detail: str | None = None
    next_step: str | None = None


class Ready(BaseModel):
    ready: bool
    parts: dict[str, PartSeen] = Field(description="mirror, book, sender, signer.")


@router.get("/healthz")
async def healthz() -> Alive:
    """This process answers."""
    return Alive(alive=True)


@router.get("/ready", response_model=Ready, responses={503: {"model": Ready, "description": "A part is not ready."}})
def ready(request: Request) -> Response:
    """Whether everything that the service is made of does its work, so that reads are fresh and writes are taken."""
    stores: Stores = request.app.state.stores
    run: Path = request.app.state.settings.run
    folder, lang = run.parent, language_of(request.scope)
    looks: dict[str, Callable[[], dict[str, Any]]] = {
        "mirror": lambda: _mirror(stores),
        "book": lambda: _book(stores),
        "sender": lambda: _sender(run),
        "signer": lambda: _signer(folder / "signer" / SOCKET),
    }
    parts = {name: _seen(look, lang) for name, look in looks.items()}
    found = Ready(ready=all(part.ready for part in parts.values()), parts=parts)
    status = 200 if found.ready else 503
    headers = {"Cache-Control": "no-store", "Content-Language": lang, "Vary": "Accept-Language"}
    return Response(found.model_dump_json(), status, headers, "application/json")


def _seen(look: Callable[[], dict[str, Any]], lang: Lang) -> PartSeen:
    try:
        found = look()
    except DeepTierError as error:
        found = {"why": error}
    why = found.pop("why", None)
    if why is None:
        return PartSeen(ready=True, **found)
    outside = DatabaseAway() if isinstance(why, StoreError) else why
    if isinstance(outside, MirrorEmpty):
        outside = MirrorEmpty(store="mirror")
    return PartSeen(
        ready=False, code=why.code, detail=outside.message(lang), next_step=outside.next_step(lang), **found
    )


def _mirror(stores: Stores) -> dict[str, Any]:
    """How far it is, and why it is not ready. Raises MirrorError, StoreError."""
    found = stores.readiness()
    told: dict[str, Any] = {"block": found.block, "head": found.head, "age": found.age}
    if found.head is None or found.age is None or found.age > FRESH:
        return told | {"why": NodeSilent(age="?" if found.age is None else found.age)}
    return told if found.ready else told | {"why": MirrorBehind(block=found.block, head=found.head)}


def _book(stores: Stores) -> dict[str, Any]:
    """Raises StoreError when it cannot be asked."""
    with stores.book() as db:
        db.one("SELECT value FROM setting WHERE name = 'chain id'")
    return {}


def _sender(run: Path) -> dict[str, Any]:
    """Raises PartDown unless its process lives and says that it runs."""
    told = said(run / "sender.json")
    state = told.get("state", "absent")
    if state == "running" and not lives(int(told["pid"])):
        state = "dead"
    if state != "running":
        raise PartDown(part="sender", state=told.get("code", state))
    return {}


def _signer(socket: Path) -> dict[str, Any]:
    """Raises PartDown unless it answers."""
    try:
        with SignerClient(socket) as client:
            client.accounts()
    except SigningError as error:  # its text names the path of a socket
        raise PartDown(part="signer", state=error.code) from None
    return {}
