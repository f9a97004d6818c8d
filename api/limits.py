# SPDX-License-Identifier: Apache-2.0
"""What holds for every request before any route sees it: how large, how long, of which type, and safe headers.

What nobody thought of ends here as a problem; the log has its kind and its place in our code, and nothing of what was
asked or answered.
"""

import asyncio
import logging
import traceback
from collections.abc import Iterator, Sequence

from fastapi import Request
from fastapi.dependencies.models import Dependant
from fastapi.exceptions import RequestValidationError
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.problem_json import answer, language_of
from api.problems import BodyTooLarge, BodyUnreadable, Fault, HeaderAmbiguous, HttpError, TooSlow
from chain.node.process import log

_HEADERS = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-frame-options", b"DENY"),
    (b"cross-origin-resource-policy", b"same-origin"),
)
_POLICY = (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'; base-uri 'none'")
_FORM = b"multipart/form-data"
_BODIES = frozenset({b"application/json", _FORM})
_ONCE = (b"authorization", b"content-length", b"content-type", b"idempotency-key", b"transfer-encoding")
"""Who stands between, and who answers, could each go by another one of two."""
_WITH_BODY = frozenset({"POST", "PUT", "PATCH"})

logging.getLogger("python_multipart").setLevel(logging.CRITICAL)  # it tells octets of the forms it cannot read


def _queried(one: Dependant) -> Iterator[str]:
    """The query parameters of a route."""
    yield from (parameter.alias for parameter in one.query_params)
    for other in one.dependencies:
        yield from _queried(other)


async def known_parameters(request: Request) -> None:
    """A filter that is misspelt must not be a filter that is left out. Raises RequestValidationError."""
    if not request.scope["query_string"]:
        return
    strange = request.query_params.keys() - set(_queried(request.scope["route"].dependant))
    if strange:
        raise RequestValidationError([{"type": "extra_forbidden", "loc": ("query", name)} for name in sorted(strange)])


class _Large(Exception):
    """The body has more octets than it may."""


class Limits:
    """The outermost layer. `body`: octets, `upload`: of a form with files; `seconds`: until the answer begins."""

    def __init__(self, app: ASGIApp, body: int, upload: int, seconds: float) -> None:
        self._app, self._body, self._upload, self._seconds = app, body, upload, seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        most = self._upload if _kind(scope) == _FORM else self._body
        talk = _Talk(scope, receive, send, most)
        error = _refused(scope, most)
        if error is None:
            error = await self._within(talk)
        if error is not None and not talk.begun:
            await answer(error, language_of(scope))(scope, receive, talk.say)
        talk.over = True
        return None

    async def _within(self, talk: "_Talk") -> HttpError | None:
        """Let the app answer; what is to be said in its place when it cannot."""
        late = asyncio.get_running_loop().call_later(self._seconds, self._late, talk)
        try:
            await self._app(talk.scope, talk.hear, talk.tell)
        except _Large:
            return BodyTooLarge(most=talk.most)
        except Exception as error:
            if talk.large:
                return BodyTooLarge(most=talk.most)
            log("fault", {"kind": type(error).__name__, "at": _place(error)})
            return Fault()
        finally:
            late.cancel()
        return None

    def _late(self, talk: "_Talk") -> None:
        """Answer in place of an app that has not begun to; what it says afterwards is heard by nobody."""
        if not talk.begun and not talk.over:
            talk.over = talk.begun = True
            told = answer(TooSlow(seconds=f"{self._seconds:g}"), language_of(talk.scope))
            talk.excuse = asyncio.ensure_future(told(talk.scope, talk.hear, talk.say))


class _Talk:
    """One request and its answer: octets are counted, headers added; once it is over nothing more is said."""

    def __init__(self, scope: Scope, receive: Receive, send: Send, most: int) -> None:
        self.scope, self._receive, self._send, self.most, self._left = scope, receive, send, most, most
        self.begun = self.over = self.large = False
        self.excuse: asyncio.Future[None] | None = None

    async def hear(self) -> Message:
        message = await self._receive()
        self._left -= len(message.get("body", b""))
        if self._left < 0:
            self.large = True
            raise _Large
        return message

    async def tell(self, message: Message) -> None:
        if not self.over:
            if message["type"] == "http.response.start" and self.large:
                raise _Large  # what the framework makes of a body that was cut off is not what is to be said
            await self.say(message)

    async def say(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.begun = True
            headers = message["headers"] = [*message.get("headers", ()), *_HEADERS]
            if not any(name == _POLICY[0] for name, _ in headers):
                headers.append(_POLICY)
        await self._send(message)


def _kind(scope: Scope) -> bytes:
    """The type of a request's body."""
    found: bytes = dict(scope["headers"]).get(b"content-type", b"")
    return found.partition(b";")[0].strip().lower()


def _refused(scope: Scope, most: int) -> HttpError | None:
    """What is wrong with a request by its head alone."""
    head = dict(scope["headers"])
    names = [name for name, _ in scope["headers"]]
    twice = next((name for name in _ONCE if names.count(name) > 1), None)
    if twice is None and b"transfer-encoding" in head and b"content-length" in head:
        twice = b"content-length"
    if twice is not None:
        return HeaderAmbiguous(header=twice.decode())
    length = head.get(b"content-length", b"0")
    if not length.isdigit() or int(length[:20]) > most:
        return BodyTooLarge(most=most)
    has_body = length.strip(b"0") != b"" or b"transfer-encoding" in head
    if scope["method"] in _WITH_BODY and has_body and _kind(scope) not in _BODIES:
        return BodyUnreadable()
    return None


def _place(error: BaseException) -> str:
    """The innermost line of ours that it went through."""
    frames: Sequence[traceback.FrameSummary] = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if "/api/" in frame.filename or "/chain/" in frame.filename] or frames
    return f"{'/'.join(ours[-1].filename.split('/')[-3:])}:{ours[-1].lineno}" if ours else "?"
