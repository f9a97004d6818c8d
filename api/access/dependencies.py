# SPDX-License-Identifier: Apache-2.0
"""Who asks: what routes depend on. The key comes as `Authorization: Bearer dt_<prefix>_<secret>`."""

from collections.abc import Callable
from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from api.access import keys
from api.access.audit import Action, Decision, deciding, refused
from api.access.errors import DutyMissing, KeyRefused, PasswordMustChange
from api.access.place import Access
from api.access.viewer import Caller, Duty, Viewer
from api.access.visible import shown_to, visible
from chain.domain.vocabulary import HOUR

_bearer = HTTPBearer(
    scheme_name="key", auto_error=False, description="A key from POST /login or POST /keys: dt_<prefix>_<secret>."
)
Credentials = Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]


def access_of(request: Request) -> Access:
    """Where access finds what it needs."""
    access: Access = request.app.state.access
    return access


def address_of(request: Request) -> str:
    """Where the request came from, as the server tells it."""
    return request.client.host if request.client else ""


def caller(request: Request, credentials: Credentials) -> Caller:
    """Whose key it is; good for what needs no mirror and must work with a one-time password. Raises KeyRefused."""
    if (known := getattr(request.state, "caller", None)) is not None:
        assert isinstance(known, Caller)
        return known
    access, now = access_of(request), access_of(request).clock.now()
    with access.stores.book() as book:
        found = keys.verify(book, credentials.credentials if credentials else "", now)
        if found.caller is None:
            if credentials is not None and access.rare.due((found.flaw, found.key or address_of(request))):
                subject = f"key {found.key}: {found.flaw}" if found.key else str(found.flaw)
                refused(book, access.clock, Decision(Action.KEY_USE, subject), KeyRefused())
            raise KeyRefused()
        if found.last_used_at is None or now - found.last_used_at >= HOUR:
            with deciding(book, access.clock, Decision.by(found.caller, Action.KEY_USE, f"key {found.key}")):
                book.execute("UPDATE api_key SET last_used_at = ? WHERE id = ?", (now - now % HOUR, found.key))
    request.state.caller = found.caller
    return found.caller


def settled(request: Request, credentials: Credentials) -> Caller:
    """Whose key it is, once the officer has a password of its own. Raises KeyRefused, PasswordMustChange."""
    known = caller(request, credentials)
    if known.must_change:
        raise _refuse(request, known, Action.KEY_USE, PasswordMustChange())
    return known


def viewer(request: Request, credentials: Credentials) -> Viewer:
    """Who asks, and what it sees. Raises KeyRefused, PasswordMustChange, MirrorEmpty, StoreError."""
    known = settled(request, credentials)
    stores = access_of(request).stores
    with stores.book() as book:
        shown = shown_to(book, known.participant, stores.now())
    seen = stores.read(lambda mirror: visible(mirror, known.participant, shown))
    return Viewer(known.participant, known.officer, known.duties, known.key, seen)


def requires(*duties: Duty) -> Callable[[Request, Credentials], Caller]:
    """A dependency: who asks has each of these duties, and its key extends to them.

    It raises KeyRefused, PasswordMustChange, DutyMissing.
    """

    def required(request: Request, credentials: Credentials) -> Caller:
        known = settled(request, credentials)
        for duty in duties:
            if duty not in known.duties:
                raise _refuse(request, known, Action.EXERCISE, DutyMissing(duty=duty.value))
        return known

    return required


def _refuse(
    request: Request, known: Caller, action: Action, refusal: DutyMissing | PasswordMustChange
) -> DutyMissing | PasswordMustChange:
    """Write a refusal down; it is for the caller to raise."""
    access = access_of(request)
    if access.rare.due((known.key, refusal)):
        subject = f"{request.method} {request.scope['route'].path}"
        with access.stores.book() as book:
            refused(book, access.clock, Decision.by(known, action, subject), refusal)
    return refusal
