# SPDX-License-Identifier: Apache-2.0
"""The officers that the book knows: who may log in for which participant, and with what duties."""

import re
from dataclasses import dataclass

from api.access import keys, passwords
from api.access.errors import LastAdmin, NameMalformed, NameTaken, OfficerThere, OfficerUnknown
from api.access.viewer import Duty, duties_of, stored
from chain.domain.clock import UtcSeconds
from chain.domain.vocabulary import OfficerId, ParticipantId
from chain.store.db import Db, Row
from chain.store.errors import AlreadyThere
from chain.store.words import OfficerState

NAME = re.compile(r"[a-z0-9][a-z0-9._-]{2,39}")
_COLUMNS = "participant, number, name, duties, state, once_until, created_at"


@dataclass(frozen=True, slots=True)
class Officer:
    """A person who may log in. `once_until`: until when its one-time password is good; None for one of its own."""

    participant: ParticipantId
    number: OfficerId
    name: str
    duties: frozenset[Duty]
    state: OfficerState
    once_until: UtcSeconds | None
    created_at: UtcSeconds

    @property
    def id(self) -> str:
        """Its name in paths and answers, such as "10-1"."""
        return f"{self.participant}-{self.number}"


def add(db: Db, officer: Officer, password: str) -> None:
    """Let somebody in; `password` as `passwords.hashed` made it.

    Raises NameMalformed, OfficerThere, NameTaken, StoreError.
    """
    if not NAME.fullmatch(officer.name):
        raise NameMalformed()
    try:
        db.execute(
            f"INSERT INTO officer ({_COLUMNS}, password) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (
                *(officer.participant, officer.number, officer.name, stored(officer.duties), officer.state),
                *(officer.once_until, officer.created_at, password),
            ),
        )
    except AlreadyThere as error:
        if error.arguments["rule"] == "uq_officer_name":
            raise NameTaken() from None
        raise OfficerThere(officer=officer.id) from None


def named(db: Db, name: str) -> tuple[Officer, str] | None:
    """Who logs in with a name, and the hash of the password. Raises StoreError."""
    if not NAME.fullmatch(name):
        return None
    row = db.one(f"SELECT {_COLUMNS}, password FROM officer WHERE name = ?", (name,))
    return None if row is None else (_officer(row[:-1]), row[-1])


def found(db: Db, participant: ParticipantId, number: OfficerId) -> Officer:
    """An officer. Raises OfficerUnknown, StoreError."""
    row = db.one(f"SELECT {_COLUMNS} FROM officer WHERE participant = ? AND number = ?", (participant, number))
    if row is None:
        raise OfficerUnknown(officer=f"{participant}-{number}")
    return _officer(row)


def listed(db: Db, participant: ParticipantId, after: int, limit: int) -> list[Officer]:
    """A participant's officers in the order of their numbers. Raises StoreError."""
    rows = db.all(
        f"SELECT {_COLUMNS} FROM officer WHERE participant = ? AND number > ? ORDER BY number LIMIT ?",
        (participant, after, limit),
    )
    return [_officer(row) for row in rows]


def everyone(db: Db) -> list[Officer]:
    """All officers of all participants. Raises StoreError."""
    return [_officer(row) for row in db.all(f"SELECT {_COLUMNS} FROM officer ORDER BY participant, number")]


def change(db: Db, officer: Officer, duties: frozenset[Duty] | None, state: OfficerState | None) -> Officer:
    """Give an officer other duties, suspend it or let it in again; what it is then. It counts from the next request on.

    Raises LastAdmin, StoreError.
    """
    after = (stored(officer.duties if duties is None else duties), officer.state if state is None else state)
    key = (officer.participant, officer.number)
    db.execute("UPDATE officer SET duties = ?, state = ? WHERE participant = ? AND number = ?", (*after, *key))
    others = listed(db, officer.participant, 0, 1 << 16)
    was = officer.state is OfficerState.ACTIVE and Duty.ADMIN in officer.duties
    if was and not any(one.state is OfficerState.ACTIVE and Duty.ADMIN in one.duties for one in others):
        raise LastAdmin(participant=officer.participant)
    return found(db, *key)


def set_password(db: Db, officer: Officer, password: str, once_until: int | None) -> None:
    """Another password, as `passwords.hashed` made it. Raises StoreError."""
    db.execute(
        "UPDATE officer SET password = ?, once_until = ? WHERE participant = ? AND number = ?",
        (password, once_until, officer.participant, officer.number),
    )


def reset(db: Db, officer: Officer, password: str, now: UtcSeconds) -> None:
    """A one-time password, as `passwords.hashed` made it; every key of the officer's ends. Raises StoreError."""
    set_password(db, officer, password, now + passwords.ONCE)
    keys.revoke_all(db, (officer.participant, officer.number), now)


def _officer(row: Row) -> Officer:
    participant, number, name, duties, state, once_until, created_at = row
    return Officer(participant, number, name, duties_of(duties), OfficerState(state), once_until, created_at)
