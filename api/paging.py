# SPDX-License-Identifier: Apache-2.0
"""What every read over HTTP has in common: its parameters, the envelope of its answer, and how it gets there.

An answer says the block it speaks of and its age: how many seconds ago the mirror last heard the node. A list comes in
pages: `next` is the `after` of the page that follows, null on the last. With `at` it is about an earlier block.
"""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from functools import lru_cache
from hashlib import blake2b
from typing import Annotated, Any, Generic, TypeVar

from fastapi import Depends, Query, Request, Response
from fastapi import Path as InPath
from msgspec.json import encode
from pydantic import AwareDatetime, BaseModel, BeforeValidator, Field

from api.access.dependencies import Credentials, viewer
from api.access.viewer import Viewer
from api.mirrored import Stores
from api.problem_json import language_of, problems
from api.problems import NotFound
from chain.domain.clock import MAX_SECONDS, UtcSeconds
from chain.domain.vocabulary import ClaimId, ObligationId, ParticipantId
from chain.mirror import reads
from chain.mirror.paging import LIMIT
from chain.mirror.reads import Period
from chain.mirror.visible import Visible
from chain.node.network import Network
from chain.store.db import Db

Shown = TypeVar("Shown", bound=BaseModel)
T = TypeVar("T")
Said = dict[str, Any]
"""What a schema describes, on its way out: making objects of the schemas' classes would take longer than the SQL."""

READ = problems(304, 401, 403, 404, 422, 503)
"""What every read may answer beside 200."""
_MOST = 2**32 - 1
_NUMBER = "[1-9][0-9]{0,9}"
_INSTANT = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)", re.ASCII)


def rfc3339(given: Any) -> Any:
    if isinstance(given, str) and not _INSTANT.fullmatch(given):
        raise ValueError("no instant of RFC 3339")
    return given


At = Annotated[
    int | None, Query(ge=0, le=2**53 - 1, description="Answer as of this earlier block; without it, of the last one.")
]
After = Annotated[
    str | None,
    Query(pattern="^[A-Za-z0-9_-]{1,200}$", description="`next` of the page before; without it, the first page."),
]
Limit = Annotated[int, Query(ge=1, le=LIMIT, description="Rows of a page at most.")]
Whose = Annotated[
    int | None,
    Query(
        ge=1,
        le=_MOST,
        description="Of this participant; without it, your own. Of another one you get what is yours to see.",
        examples=[7],
    ),
]
Since = Annotated[
    Annotated[AwareDatetime, BeforeValidator(rfc3339)] | None,
    Query(description="From this instant on (RFC 3339).", examples=["2026-01-01T00:00:00+08:00"]),
]
Until = Annotated[
    Annotated[AwareDatetime, BeforeValidator(rfc3339)] | None,
    Query(description="Up to this instant (RFC 3339).", examples=["2026-12-31T23:59:59+08:00"]),
]
ParticipantPath = Annotated[int, InPath(ge=1, le=_MOST, description="A participant's id.", examples=[7])]
ObligationPath = Annotated[
    str, InPath(pattern=f"^{_NUMBER}-{_NUMBER}$", description="An obligation's id.", examples=["7-1"])
]
ClaimPath = Annotated[
    str, InPath(pattern=f"^{_NUMBER}-{_NUMBER}-{_NUMBER}$", description="A claim's id.", examples=["7-1-3"])
]
Instant = Annotated[str, Field(json_schema_extra={"format": "date-time"}, examples=["2026-11-22T07:30:00Z"])]
Amount = Annotated[int, Field(ge=0, description="In minor units of `currency`: 100 is 1.00 CNY.", examples=[123_456])]
Currency = Annotated[str, Field(description="ISO 4217.", examples=["CNY"])]
Participant = Annotated[int, Field(description="A participant's id.", examples=[7])]
Block = Annotated[int, Field(ge=0, description="The block that this speaks of.", examples=[120])]
Age = Annotated[
    int | None,
    Field(ge=0, description="Seconds since the mirror last heard the node; null: never since it was made."),
]


class One(BaseModel, Generic[Shown]):
    """One thing, as of a block."""

    block: Block
    age: Age
    row: Shown


class Rows(BaseModel, Generic[Shown]):
    """A page of a list, as of a block."""

    block: Block
    age: Age
    rows: list[Shown]
    next: str | None = Field(description="`after` of the page that follows; null on the last one.")


def said(**fields: Any) -> Said:
    """The fields of one thing; that they are those of its schema is for the tests to see."""
    return fields


@lru_cache(maxsize=4096)
def instant(seconds: int) -> str:
    """An instant as RFC 3339 has it."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def period(since: datetime | None, until: datetime | None) -> Period:
    def bounded(given: datetime | None, otherwise: int) -> UtcSeconds:
        seconds = otherwise if given is None else int(given.timestamp())
        return UtcSeconds(max(0, min(seconds, MAX_SECONDS)))

    return Period(bounded(since, 0), bounded(until, MAX_SECONDS))


def claim_id(text: str) -> ClaimId:
    obligor, number, seq = text.split("-")
    return ClaimId(ParticipantId(int(obligor)), int(number), int(seq))


def obligation_id(text: str) -> ObligationId:
    obligor, number = text.split("-")
    return ObligationId(ParticipantId(int(obligor)), int(number))


class Reading:
    """One read: who asks, as of when, and in which language reasons are told."""

    def __init__(self, request: Request, credentials: Credentials, at: int | None) -> None:
        self._request, self._credentials, self.at = request, credentials, at
        self.lang = language_of(request.scope)
        self._stores: Stores = request.app.state.stores
        self._known = request.headers.get("if-none-match", "")
        self._age: int | None = None
        self._viewer: Viewer | None = None  # no cached_property: in Python 3.11 all requests would wait for one lock

    @property
    def viewer(self) -> Viewer:
        """Who asks: found in the thread that reads, since going to another one takes as long as finding it.

        Raises KeyRefused, PasswordMustChange, MirrorError, StoreError.
        """
        if self._viewer is None:
            self._viewer = viewer(self._request, self._credentials)
        return self._viewer

    @property
    def visible(self) -> Visible:
        """What every read demands; so none is made for whoever has no good key."""
        return self.viewer.visible

    @property
    def network(self) -> Network:
        return self._stores.network

    @property
    def currency(self) -> str:
        return self.network.currency

    @property
    def now(self) -> UtcSeconds | None:
        """The instant to judge by: of an earlier block, its own."""
        return None if self.at is not None else self._stores.now()

    def whose(self, given: int | None) -> ParticipantId:
        return self.viewer.participant if given is None else ParticipantId(given)

    def ask(self, read: Callable[[Db], T]) -> T:
        """What a read says. Raises what it raises."""
        self._age = self._stores.readiness().age  # before: an answer is never told younger than it is
        return self._stores.read(read)

    def book(self, read: Callable[[Db], T]) -> T:
        """What the book says. Raises what reading it raises."""
        with self._stores.book() as db:
            return read(db)

    def one(self, found: reads.Answer[T], shown: Callable[[T], Said]) -> Response:
        """The answer about one thing. Raises NotFound."""
        if found.row is None:
            raise NotFound
        return self.told(found.block, {"row": shown(found.row)})

    def page(
        self,
        found: reads.Page[T],
        shown: Callable[[T], Said],
        subject: Callable[[Db], reads.Answer[Any]] | None = None,
    ) -> Response:
        """The answer that is a page. `subject`: what the list is of; when neither is seen, NotFound is raised."""
        if not found.rows and subject is not None and self.ask(subject).row is None:
            raise NotFound
        return self.told(found.block, {"rows": [shown(row) for row in found.rows], "next": found.next})

    def told(self, block: int, answer: Said) -> Response:
        """The answer with block and age, or that nothing has changed since the one that the asker has."""
        body = encode(answer)
        age = "null" if self._age is None else str(self._age)
        tag = f'W/"{block}-{blake2b(body, digest_size=12).hexdigest()}"'  # the age alone makes no other answer
        headers = {
            "ETag": tag,
            "DeepTier-Age": age,
            "Cache-Control": "private, no-cache",
            "Vary": "Authorization, Accept-Language",
        }
        if tag in [one.strip() for one in self._known.split(",")]:
            return Response(status_code=304, headers=headers)
        head = f'{{"block":{block},"age":{age},'.encode()
        return Response(head + body[1:], 200, headers, "application/json")


async def reading(request: Request, credentials: Credentials, at: At = None) -> Reading:
    return Reading(request, credentials, at)


Asked = Annotated[Reading, Depends(reading)]
