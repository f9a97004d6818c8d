# SPDX-License-Identifier: Apache-2.0
"""A request that changes something: who asks, under which idempotency key, how long it waits, and that it happens once.

The same key with the same method, path and body is the same request and has the same answer; with another it is refused
(409). The answer is 202 with what was made; with `Prefer: wait=5` it is held back until all of it is through and
mirrored, or so many seconds have passed.
"""

import hashlib
import hmac
import re
import threading
import time
from collections.abc import Callable, Coroutine
from functools import partial
from pathlib import Path
from typing import Annotated, Any, TypeAlias

from anyio import to_thread
from fastapi import Depends, Header, Request, Response
from msgspec.json import encode

from api.access.audit import Action, Decision, refused
from api.access.dependencies import Credentials, access_of, requires
from api.access.errors import AccessError
from api.access.told_once import FORM
from api.access.viewer import Caller, Duty
from api.access.visible import shown_to, visible
from api.mirrored import Stores
from api.problem_json import language_of, problems
from api.problems import OutcomeUntold
from api.writing.commit import Behind, commit, known
from api.writing.desk import Desk
from api.writing.errors import KeyAbsent, MirrorLate, PreferMalformed
from api.writing.fitness import Fitness
from api.writing.plan import Made
from api.writing.schemas import acknowledged
from api.writing.waiting import Watch
from chain.mirror.errors import MirrorError
from chain.mirror.writer import checkpoint
from chain.signing.client import SignerClient
from chain.signing.process import SOCKET
from chain.store.errors import AlreadyThere, StoreError

WRITE = problems(401, 403, 404, 409, 413, 415, 422, 503)
"""What every such request may answer beside 202."""
MOST_WAIT = 25
"""Seconds that an answer may be held back."""
SIGNING = 3.0  # seconds that the signer has for an answer
PATIENCE = 2.0  # seconds for which it waits that the mirror shows the last change of the same thing
_LOOK = 0.008  # seconds between two looks at the mirror
_WAIT = re.compile(r"(?:^|,)\s*wait\s*=\s*\"?([0-9]{1,4})\"?\s*(?:,|;|$)", re.IGNORECASE)

_FORMS = ("multipart/form-data", "application/x-www-form-urlencoded")  # what the framework reads as a form
Work: TypeAlias = Callable[[Desk], None]
"""Works out at a desk what the request is to come to. It may be asked again, and has no other effect."""


class Writing:
    """One such request. Made by `writing`."""

    def __init__(self, request: Request, caller: Caller, key: str, wait: int, body: bytes) -> None:
        self.caller, self.wait = caller, wait
        self.lang = language_of(request.scope)
        self._request, self._begun = request, time.monotonic()
        told = "\n".join((request.method, request.url.path, request.url.query)).encode() + b"\n" + body
        self._told, self._named = told, (key, hashlib.sha256(told).digest())
        self._stores: Stores = request.app.state.stores
        self._access = access_of(request)
        self._clock = self._access.clock
        self._signers: Signers = request.app.state.signers
        self._fitness: Fitness = request.app.state.fitness
        self._watch: Watch = request.app.state.watch

    async def once(self, work: Work, *, sealed: bool = False) -> Response:
        """The answer. Raises what the work raises, KeyConflict, SubjectBusy, MirrorLate, PartError, StoreError; and
        OutcomeUntold when it is done, but nothing can be told of it now.

        `sealed`: nobody may find out from the book what was asked, not even by trying all there is to ask. Then the
        hash of the request takes the caller's API key, which is not in the book, and another one makes it another
        request.
        """
        if sealed:
            bearer = self._request.headers["authorization"].encode()
            self._named = (self._named[0], hmac.digest(bearer, self._told, "sha256"))
        made: Made = await to_thread.run_sync(self._made, work)
        try:
            left = min(self.wait, self._begun + MOST_WAIT - time.monotonic())  # what came before counts, too
            if made.submissions and left > 0:
                await self._watch.until_through(made.submissions, left)
            return await to_thread.run_sync(self._answer, made)
        except (StoreError, MirrorError):  # whose texts say that nothing was done
            raise OutcomeUntold from None

    def _made(self, work: Work) -> Made:
        until = time.monotonic() + PATIENCE
        while True:
            with self._stores.book() as book:
                if (before := known(book, self.caller, *self._named)) is not None:
                    return before
                self._fitness.demand()
                desk = self._stores.read(self._desk)
                try:
                    work(desk)
                    return commit(book, self._clock, self.caller, self._named, desk.plan, desk.block)
                except AccessError as refusal:
                    if self._access.rare.due((self.caller.key, refusal.code)):
                        subject = f"{self._request.method} {self._request.scope['route'].path}"
                        refused(book, self._clock, Decision.by(self.caller, Action.EXERCISE, subject), refusal)
                    raise
                except AlreadyThere:
                    if known(book, self.caller, *self._named) is None:
                        raise
                except Behind as behind:
                    self._await_block(behind.block, until)
                    if time.monotonic() > until:
                        raise MirrorLate(block=behind.block) from None

    def _desk(self, mirror: Any) -> Desk:
        with self._stores.book() as book:
            now, own = self._stores.now(), self.caller.participant
            seen = visible(mirror, own, shown_to(book, own, now))
            return Desk(self.caller, seen, mirror, book, self._stores.network, self._signers.mine(), now, self.lang)

    def _await_block(self, block: int, until: float) -> None:
        while self._stores.read(lambda mirror: checkpoint(mirror).block) < block:
            if time.monotonic() > until:
                raise MirrorLate(block=block)
            time.sleep(_LOOK)

    def _answer(self, made: Made) -> Response:
        readiness = self._stores.readiness(fresh=self.wait > 0)  # it may have waited for just that block
        with self._stores.book() as book:
            told = acknowledged(book, self._stores, made, self.lang, readiness, self.caller.participant)
        headers = {"Cache-Control": "no-store", "Content-Language": self.lang, "Vary": "Accept-Language"}
        if made.submissions:
            headers["Location"] = f"/submissions/{made.submissions[0]}"
        if self.wait:
            headers["Preference-Applied"] = f"wait={self.wait}"
        if made.replayed:
            headers["Idempotency-Replayed"] = "true"
        return Response(encode(told), 202, headers, "application/json")


class Signers:
    """A connection to the signer for each thread: signatures are asked for one after the other on each."""

    def __init__(self, folder: Path) -> None:
        self._path, self._own = folder / "signer" / SOCKET, threading.local()

    def mine(self) -> SignerClient:
        """This thread's."""
        client: SignerClient | None = getattr(self._own, "client", None)
        if client is None:
            client = self._own.client = SignerClient(self._path, SIGNING)
        return client


_Key = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        description="Names this request: sent again with the same key it is not done again. 1–200 visible ASCII"
        " characters.",
        examples=["6f1c1d8e-6f5e-4b7e-9a52-0c7a4c1f2b11"],
    ),
]
_Prefer = Annotated[
    str | None,
    Header(
        alias="Prefer",
        description=f"wait=N: hold the answer back until it is through, N seconds at most (up to {MOST_WAIT}).",
        examples=["wait=5"],
    ),
]


def writing(*duties: Duty) -> Callable[..., Coroutine[Any, Any, Writing]]:
    """A dependency: a request that changes something, by an officer with each of these duties.

    It raises KeyRefused, PasswordMustChange, DutyMissing, KeyAbsent, PreferMalformed.
    """
    required = requires(*duties)

    async def asked(
        request: Request, credentials: Credentials, idempotency_key: _Key = None, prefer: _Prefer = None
    ) -> Writing:
        caller = await to_thread.run_sync(partial(required, request, credentials))
        key = keyed(idempotency_key)
        return Writing(request, caller, key, _wait(prefer), await _body(request))

    return asked


Making = Annotated[Writing, Depends(writing(Duty.MAKER))]
"""A request of a maker's."""
Signing = Annotated[Writing, Depends(writing())]
"""A request of an officer's whose duty follows from what it signs."""


def keyed(given: str | None) -> str:
    """An idempotency key. Raises KeyAbsent."""
    if given is None or FORM.fullmatch(given) is None:
        raise KeyAbsent
    return given


def _wait(prefer: str | None) -> int:
    if prefer is None or "wait" not in prefer.lower():
        return 0
    found = _WAIT.search(prefer)
    if found is None or int(found[1]) > MOST_WAIT:
        raise PreferMalformed(most=MOST_WAIT)
    return int(found[1])


async def _body(request: Request) -> bytes:
    """What makes one body another: of a form, its fields and files, since its boundaries differ each time."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() not in _FORMS:
        return await request.body()
    parts = []
    for name, value in (await request.form()).multi_items():
        if isinstance(value, str):
            parts.append(f"{name}={hashlib.sha256(value.encode()).hexdigest()}")
        else:
            parts.append(f"{name}:{hashlib.sha256(await value.read()).hexdigest()}")
            await value.seek(0)
    return "\n".join(parts).encode()
