# SPDX-License-Identifier: Apache-2.0
"""An officer logs in, or changes its password. Both take the password, so both are throttled and take equally long."""

from typing import NamedTuple

from api.access import keys, officers, passwords, throttle
from api.access.audit import Action, Decision, deciding, refused
from api.access.errors import LoginRefused, LoginThrottled
from api.access.officers import Officer
from api.access.place import Access
from api.access.viewer import Caller, Duty
from chain.domain.clock import UtcSeconds
from chain.store.db import Db
from chain.store.words import KeyKind, OfficerState


class Session(NamedTuple):
    """What a login gives. `must_change`: the password is a one-time password."""

    issued: keys.Issued
    must_change: bool


def login(access: Access, name: str, password: str, address: str) -> Session:
    """A key for whoever knows the password. `address`: where the request came from.

    Raises LoginRefused, LoginThrottled, StoreError.
    """
    decision = Decision(Action.LOGIN)
    with access.stores.book() as book:
        kept = _known(access, book, name, password, address, decision)
        fresh = _hashed(password) if passwords.outdated(kept) else None
        with deciding(book, access.clock, decision):
            now = access.clock.now()
            officer = _let_in(book, name, kept, now)
            owner, scopes = (officer.participant, officer.number), officer.duties | {Duty.VIEWER}
            issued = keys.issue(book, owner, KeyKind.LOGIN, scopes, now, keys.LOGIN_LIFE)
            decision.subject, decision.key = f"key {issued.key.id}", issued.key.id
            if fresh is not None:
                officers.set_password(book, officer, fresh, officer.once_until)
        throttle.forgive(book, name, address)
    return Session(issued, officer.once_until is not None)


def change_password(access: Access, caller: Caller, password: str, wanted: str, address: str) -> None:
    """Another password for whoever knows the present one; the officer's other logins end.

    Raises LoginRefused, LoginThrottled, PasswordWeak, StoreError.
    """
    owner, decision = (caller.participant, caller.officer), Decision.by(caller, Action.PASSWORD_CHANGE)
    with access.stores.book() as book:
        name = officers.found(book, *owner).name
        passwords.check(wanted, name)
        kept = _known(access, book, name, password, address, decision)
        fresh = _hashed(wanted)
        with deciding(book, access.clock, decision):
            now = access.clock.now()
            officers.set_password(book, _let_in(book, name, kept, now), fresh, None)
            keys.revoke_all(book, owner, now, but=caller.key, kind=KeyKind.LOGIN)
        throttle.forgive(book, name, address)


def _known(access: Access, book: Db, name: str, password: str, address: str, decision: Decision) -> str:
    """The hash that a password was found to match; outside a transaction, since it takes its time.

    Raises LoginRefused, LoginThrottled, StoreError.
    """
    try:
        with passwords.turn():
            throttle.reserve(book, access.clock.now(), name, address)
            known = officers.named(book, name)
            kept = known[1] if known else None
            if known:
                decision.participant, decision.officer = known[0].participant, known[0].number
            if not passwords.matches(kept, password) or kept is None:
                raise LoginRefused()
            return kept
    except LoginThrottled as refusal:
        if access.rare.due((decision.action, address)):
            refused(book, access.clock, decision, refusal)
        raise
    except LoginRefused as refusal:
        refused(book, access.clock, decision, refusal)
        raise


def _let_in(book: Db, name: str, kept: str, now: UtcSeconds) -> Officer:
    """The officer, unless it was changed meanwhile or is not let in. Raises LoginRefused, StoreError."""
    known = officers.named(book, name)
    if known is None or known[1] != kept:
        raise LoginRefused()
    officer = known[0]
    if officer.state is not OfficerState.ACTIVE or (officer.once_until is not None and now >= officer.once_until):
        raise LoginRefused()
    return officer


def _hashed(password: str) -> str:
    """Raises LoginThrottled."""
    with passwords.turn():
        return passwords.hashed(password)
