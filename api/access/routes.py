# SPDX-License-Identifier: Apache-2.0
"""Log in, have keys, and, for an admin, the officers of one's own participant."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Request, Response

from api.access import keys, officers, passwords
from api.access import login as logins
from api.access.audit import Action, Decision, deciding
from api.access.dependencies import access_of, address_of, caller, requires, settled
from api.access.errors import LoginNeeded, OfficerUnknown, ScopesTooWide
from api.access.officers import Officer
from api.access.schemas import (
    KeyBody,
    Keys,
    KeyTold,
    LoggedIn,
    LoginBody,
    Me,
    NewKey,
    NewOfficer,
    OfficerBody,
    OfficerChange,
    Officers,
    OfficerTold,
    PasswordBody,
)
from api.access.told_once import OptionalKey, take
from api.access.viewer import Caller, Duty, stored
from api.problem_json import problems
from chain.domain.clock import DAY, instant
from chain.domain.vocabulary import OfficerId
from chain.store.db import Db
from chain.store.words import KeyKind, OfficerState


def _may(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The refusals of a route, and those of all."""
    return problems(*statuses, 413, 422, 503)


def _unkept(response: Response) -> None:
    response.headers["Cache-Control"] = "no-store"  # it holds a secret, or whose it is


router = APIRouter(tags=["access"], dependencies=[Depends(_unkept)])

Known = Annotated[Caller, Depends(caller)]
Settled = Annotated[Caller, Depends(settled)]
Admin = Annotated[Caller, Depends(requires(Duty.ADMIN))]
KeyId = Annotated[int, Path(ge=1, lt=1 << 63, description="The id of a key of one's own.")]
OfficerPath = Annotated[
    str, Path(pattern=r"^[1-9][0-9]{0,9}-[1-9][0-9]{0,4}$", examples=["10-2"], description="Such as 10-2.")
]
After = Annotated[str | None, Query(pattern=r"^[0-9]{1,18}$", description="The cursor `next` of the page before.")]
Limit = Annotated[int, Query(ge=1, le=200, description="Rows of a page at most.")]


@router.post("/login", responses=_may(401, 429))
def login(request: Request, body: LoginBody) -> LoggedIn:
    """A key, good for 12 hours, for whoever knows name and password."""
    access = access_of(request)
    return LoggedIn.by(logins.login(access, body.name, body.password.get_secret_value(), address_of(request)))


@router.post("/password", status_code=204, responses=_may(401, 403, 429))
def change_password(request: Request, body: PasswordBody, known: Known) -> None:
    """Change one's own password; one's other logins end, keys for programs go on."""
    present, new = body.password.get_secret_value(), body.new.get_secret_value()
    logins.change_password(access_of(request), known, present, new, address_of(request))


@router.get("/me", responses=_may(401))
def me(request: Request, known: Known) -> Me:
    """Who asks, with which duties."""
    with access_of(request).stores.book() as book:
        officer = officers.found(book, known.participant, known.officer)
    return Me(
        participant=known.participant,
        officer=officer.id,
        name=officer.name,
        duties=sorted(known.duties),
        key=known.key,
        must_change=known.must_change,
    )


@router.get("/keys", responses=_may(401, 403))
def list_keys(request: Request, known: Settled, after: After = None, limit: Limit = 50) -> Keys:
    """One's own keys, good and ended, the oldest first; never the secrets."""
    with access_of(request).stores.book() as book:
        rows = keys.listed(book, (known.participant, known.officer), int(after or 0), limit + 1)
    more = str(rows[limit - 1].id) if len(rows) > limit else None
    return Keys(rows=[KeyTold.of(key) for key in rows[:limit]], next=more)


@router.post("/keys", status_code=201, responses=_may(401, 403, 409))
def make_key(request: Request, body: KeyBody, known: Settled, idempotency_key: OptionalKey = None) -> NewKey:
    """A key for a program, told this once. It takes a login, and extends to no duty that its maker has not."""
    access, decision = access_of(request), Decision.by(known, Action.KEY_MAKE, f"scopes {stored(body.scopes)}")
    with access.stores.book() as book, deciding(book, access.clock, decision):
        take(book, request, known, idempotency_key, body.model_dump_json(), access.clock.now())
        if not known.person:
            raise LoginNeeded()
        if beyond := body.scopes - known.duties:
            raise ScopesTooWide(scopes=stored(beyond))
        of = (known.participant, known.officer)
        issued = keys.issue(book, of, KeyKind.MADE, body.scopes, access.clock.now(), body.days * DAY)
        decision.subject = f"key {issued.key.id}, {decision.subject}"
    return NewKey.made(issued)


@router.post("/keys/{id}/rotate", status_code=201, responses=_may(401, 403, 404, 409))
def rotate_key(request: Request, id: KeyId, known: Settled, idempotency_key: OptionalKey = None) -> NewKey:
    """A new key in the place of one, with the same scopes and length of life; the old one is good for an hour more.

    A program may rotate the key that it asks with; any other takes a login.
    """
    access = access_of(request)
    decision = Decision.by(known, Action.KEY_ROTATE, f"key {id}")
    with access.stores.book() as book, deciding(book, access.clock, decision):
        take(book, request, known, idempotency_key, "", access.clock.now())
        if not known.person and id != known.key:
            raise LoginNeeded()
        issued = keys.rotate(book, known, id, access.clock.now())
        decision.subject = f"key {id} to {issued.key.id}"
    return NewKey.made(issued)


@router.delete("/keys/{id}", status_code=204, responses=_may(401, 403, 404))
def revoke_key(request: Request, id: KeyId, known: Settled) -> None:
    """End a key of one's own, at once. A program may end the key that it asks with; any other takes a login."""
    access = access_of(request)
    with access.stores.book() as book, deciding(book, access.clock, Decision.by(known, Action.KEY_REVOKE, f"key {id}")):
        if not known.person and id != known.key:
            raise LoginNeeded()
        keys.revoke(book, known, id, access.clock.now())


@router.get("/officers", responses=_may(401, 403))
def list_officers(request: Request, known: Admin, after: After = None, limit: Limit = 50) -> Officers:
    """The officers of one's own participant, in the order of their numbers."""
    access = access_of(request)
    with access.stores.book() as book, deciding(book, access.clock, Decision.by(known, Action.OFFICERS_READ)):
        rows = officers.listed(book, known.participant, int(after or 0), limit + 1)
    more = str(rows[limit - 1].number) if len(rows) > limit else None
    return Officers(rows=[OfficerTold.of(officer) for officer in rows[:limit]], next=more)


@router.post("/officers", status_code=201, responses=_may(401, 403, 409, 429))
def add_officer(request: Request, body: OfficerBody, known: Admin, idempotency_key: OptionalKey = None) -> NewOfficer:
    """Let somebody in, with a one-time password that is good for seven days."""
    access, password, now = access_of(request), passwords.one_time(), access_of(request).clock.now()
    officer = Officer(
        participant=known.participant,
        number=OfficerId(body.number),
        name=body.name,
        duties=body.duties,
        state=OfficerState.ACTIVE,
        once_until=instant(now + passwords.ONCE),
        created_at=now,
    )
    with passwords.turn():
        hashed = passwords.hashed(password)
    subject = f"officer {officer.id}, duties {stored(officer.duties)}"
    with access.stores.book() as book, deciding(book, access.clock, Decision.by(known, Action.OFFICER_ADD, subject)):
        take(book, request, known, idempotency_key, body.model_dump_json(), now)
        officers.add(book, officer, hashed)
    return NewOfficer.made(officer, password)


@router.patch("/officers/{id}", responses=_may(401, 403, 404, 409))
def change_officer(request: Request, id: OfficerPath, body: OfficerChange, known: Admin) -> OfficerTold:
    """Give an officer other duties, suspend it, or let it in again; it counts from the next request on."""
    access = access_of(request)
    wanted = "" if body.duties is None else f", duties {stored(body.duties)}"
    state = "" if body.state is None else f", {body.state}"
    decision = Decision.by(known, Action.OFFICER_CHANGE, f"officer {id}{wanted}{state}")
    with access.stores.book() as book, deciding(book, access.clock, decision):
        officer = officers.change(book, _ours(book, known, id), body.duties, body.state)
    return OfficerTold.of(officer)


@router.post("/officers/{id}/password", responses=_may(401, 403, 404, 409, 429))
def reset_password(request: Request, id: OfficerPath, known: Admin, idempotency_key: OptionalKey = None) -> NewOfficer:
    """A one-time password for who forgot theirs, good for seven days; every key of the officer's ends at once."""
    access, password = access_of(request), passwords.one_time()
    with passwords.turn():
        hashed = passwords.hashed(password)
    with (
        access.stores.book() as book,
        deciding(book, access.clock, Decision.by(known, Action.PASSWORD_RESET, f"officer {id}")),
    ):
        take(book, request, known, idempotency_key, "", access.clock.now())
        officer = _ours(book, known, id)
        officers.reset(book, officer, hashed, access.clock.now())
        officer = officers.found(book, officer.participant, officer.number)
    return NewOfficer.made(officer, password)


def _ours(book: Db, known: Caller, wanted: str) -> Officer:
    """An officer of the caller's participant. Raises OfficerUnknown, also for another's."""
    participant, number = (int(part) for part in wanted.split("-"))
    if participant != known.participant:
        raise OfficerUnknown(officer=wanted)
    return officers.found(book, known.participant, OfficerId(number))
