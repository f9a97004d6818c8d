# SPDX-License-Identifier: Apache-2.0
"""GET /healthz: this process answers. GET /ready: the service as a whole may be relied on, or which part may not."""

import asyncio
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from pathlib import Path
from queue import SimpleQueue
from typing import Any

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field

from api.disks import Disks
from api.mirrored import Stores
from api.problem_json import language_of, outside
from api.problems import Fault, MirrorBehind, NodeSilent, PartDown
from api.run import heard
from api.settings import Settings
from chain.domain.errors import DeepTierError, Lang
from chain.mirror.ready import FRESH
from chain.node.process import log
from chain.signing.client import SignerClient
from chain.signing.errors import SigningError
from chain.signing.process import SOCKET
from chain.store.errors import DiskFull

LONGEST = 1.5  # seconds for a look at a part; one that hangs is told of as silent, and goes on hanging for itself alone
ANSWER = 1.2  # seconds of these for the signer, which then is told of by name

Look = Callable[[], dict[str, Any]]
"""What is found of a part, and under "why" what stands in its way. Raises what stands in its way."""

router = APIRouter(tags=["service"])


class Alive(BaseModel):
    alive: bool = Field(examples=[True])


class PartSeen(BaseModel):
    """A part of the service; what stands in its way is told in the language that Accept-Language asks for."""

    ready: bool
    block: int | None = Field(None, description="Of the mirror: how far it is.")
    head: int | None = Field(None, description="Of the mirror: how far the node was when it was last heard.")
    age: int | None = Field(None, description="Of the mirror: how many seconds ago that was.")
    left: int | None = Field(None, description="Of the disks: MiB left where there are fewest.")
    code: str | None = Field(None, description="What stands in its way.", examples=["node-silent"])
    detail: str | None = None
    next_step: str | None = None


class Ready(BaseModel):
    ready: bool
    parts: dict[str, PartSeen] = Field(description="disk, mirror, book, sender, signer.")


@router.get("/healthz")
async def healthz() -> Alive:
    """This process answers."""
    return Alive(alive=True)


@router.get("/ready", response_model=Ready, responses={503: {"model": Ready, "description": "A part is not ready."}})
async def ready(request: Request) -> Response:
    """Whether everything that the service is made of does its work, so that reads are fresh and writes are taken."""
    looks: Looks = request.app.state.looks
    lang = language_of(request.scope)
    parts = {name: _told(one, lang) for name, one in (await looks.all()).items()}
    found = Ready(ready=all(part.ready for part in parts.values()), parts=parts)
    status = 200 if found.ready else 503
    headers = {"Cache-Control": "no-store", "Content-Language": lang, "Vary": "Accept-Language"}
    return Response(found.model_dump_json(), status, headers, "application/json")


class Looks:
    """Looks at the parts, each in a thread of its own: requests may hold all others, and what hangs must hold none."""

    def __init__(self, settings: Settings, stores: Stores, disks: Disks) -> None:
        run = settings.run
        looks: Mapping[str, Look] = {
            "disk": lambda: _disk(disks),
            "mirror": lambda: _mirror(stores),
            "book": lambda: _book(stores),
            "sender": lambda: _sender(run),
            "signer": lambda: _signer(run.parent / "signer" / SOCKET),
        }
        self._lookers = {name: _Looker(name, look) for name, look in looks.items()}

    async def all(self) -> dict[str, dict[str, Any]]:
        """What is found of each part now, or why it is not."""
        under_way = {name: asyncio.wrap_future(one.look()) for name, one in self._lookers.items()}
        done, _ = await asyncio.wait(under_way.values(), timeout=LONGEST)
        return {
            name: _outcome(name, one) if one in done else {"why": PartDown(part=name, state="silent")}
            for name, one in under_way.items()
        }

    def close(self) -> None:
        """Look no more."""
        for one in self._lookers.values():
            one.close()


class _Looker:
    """Looks at one part, one look at a time: who asks meanwhile gets what comes of that one."""

    def __init__(self, name: str, look: Look) -> None:
        self._name, self._look = name, look
        self._asked: SimpleQueue[Future[dict[str, Any]] | None] = SimpleQueue()
        self._turn = threading.Lock()
        self._last: Future[dict[str, Any]] | None = None

    def look(self) -> Future[dict[str, Any]]:
        """A look that is under way, or a new one."""
        with self._turn:
            if self._last is None:
                threading.Thread(target=self._work, name=f"look at {self._name}", daemon=True).start()
            if self._last is None or self._last.done():
                self._last = Future()
                self._asked.put(self._last)
            return self._last

    def close(self) -> None:
        """Look no more."""
        self._asked.put(None)

    def _work(self) -> None:
        while (asked := self._asked.get()) is not None:
            asked.set_running_or_notify_cancel()
            try:
                asked.set_result(self._look())
            except DeepTierError as error:
                asked.set_result({"why": error})
            except BaseException as error:
                asked.set_exception(error)


def _outcome(name: str, look: asyncio.Future[dict[str, Any]]) -> dict[str, Any]:
    """What a look found; a fault of ours at one part keeps nobody from hearing of the others."""
    fault = look.exception()
    if fault is None:
        return look.result()
    log("fault", {"kind": type(fault).__name__, "at": f"look at {name}"})
    return {"why": Fault()}


def _told(found: dict[str, Any], lang: Lang) -> PartSeen:
    found = dict(found)
    why = found.pop("why", None)
    if why is None:
        return PartSeen(ready=True, **found)
    told = outside(why)
    return PartSeen(ready=False, code=why.code, detail=told.message(lang), next_step=told.next_step(lang), **found)


def _disk(disks: Disks) -> dict[str, Any]:
    """How much is left, and whether that is too little. Raises StoreError when it cannot be asked."""
    try:
        return {"left": disks.demand()}
    except DiskFull as error:
        return {"left": error.arguments["left"], "why": error}


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
    """Raises PartDown unless its process lives and goes on saying that it runs."""
    told = heard(run / "sender.json")
    state = told.get("state", "absent")
    if state != "running":
        raise PartDown(part="sender", state=told.get("code", state))
    return {}


def _signer(socket: Path) -> dict[str, Any]:
    """Raises PartDown unless it answers."""
    try:
        with SignerClient(socket, ANSWER) as client:
            client.accounts()
    except SigningError as error:  # its text names the path of a socket
        raise PartDown(part="signer", state=error.code) from None
    return {}
