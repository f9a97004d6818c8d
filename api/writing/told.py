# SPDX-License-Identifier: Apache-2.0
"""Reads of what the book alone knows: proposals, submissions, financing. They have no earlier state."""

from collections.abc import Callable, Iterable, Sequence
from typing import Annotated, TypeVar

from fastapi import Depends, Request, Response
from msgspec.json import encode

from api.access.dependencies import Credentials, viewer
from api.access.viewer import Viewer
from api.mirrored import Stores
from api.paging import Said
from api.problem_json import language_of
from api.writing.schemas import Shower
from chain.domain.clock import UtcSeconds
from chain.store.db import Db

T = TypeVar("T")
MOST = 2**63 - 1
"""Before the first of any list that is told from the latest on."""


class BookReading:
    """One read of the book: who asks, and in which language reasons are told."""

    def __init__(self, request: Request, credentials: Credentials) -> None:
        self._request, self._credentials = request, credentials
        self.stores: Stores = request.app.state.stores
        self.lang = language_of(request.scope)
        self._viewer: Viewer | None = None  # no cached_property: see api/paging.py
        self._now: UtcSeconds | None = None

    @property
    def viewer(self) -> Viewer:
        """Who asks. Raises KeyRefused, PasswordMustChange, MirrorError, StoreError."""
        if self._viewer is None:
            self._viewer = viewer(self._request, self._credentials)
        return self._viewer

    @property
    def now(self) -> UtcSeconds:
        """The instant to judge by."""
        if self._now is None:
            self._now = self.stores.now()
        return self._now

    def rows(
        self,
        read: Callable[[Db], Sequence[T]],
        show: Callable[[Shower, T], Said],
        number: Callable[[T], int],
        limit: int,
        named: Callable[[T], Iterable[int | None]] = lambda one: (),
    ) -> Response:
        """A page of what is read, which is asked for one row more than `limit`; its cursor is the last one's number.

        `named`: the submissions that a row names.
        """
        _ = self.viewer  # who has no good key is told so before anything is read
        with self.stores.book() as book:
            found = read(book)
            more = str(number(found[limit - 1])) if len(found) > limit else None
            page = found[:limit]

            def body(shower: Shower) -> Said:
                shower.learn(submission for one in page for submission in named(one))
                return {"rows": [show(shower, one) for one in page], "next": more}

            return self._told(book, body)

    def one(self, read: Callable[[Db], T], show: Callable[[Shower, T], Said]) -> Response:
        """One thing. Raises what reading raises."""
        _ = self.viewer
        with self.stores.book() as book:
            found = read(book)
            return self._told(book, lambda shower: {"row": show(shower, found)})

    def _told(self, book: Db, body: Callable[[Shower], Said]) -> Response:
        readiness = self.stores.readiness()
        told = {"block": readiness.block, "age": readiness.age}
        eyes = None if self.viewer.visible.all else self.viewer.participant
        told |= body(Shower(book, self.stores, self.lang, readiness.block, eyes))
        headers = {"Cache-Control": "private, no-cache", "Vary": "Authorization, Accept-Language"}
        return Response(encode(told), 200, headers, "application/json")


async def book_reading(request: Request, credentials: Credentials) -> BookReading:
    return BookReading(request, credentials)


Booked = Annotated[BookReading, Depends(book_reading)]
