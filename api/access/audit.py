# SPDX-License-Identifier: Apache-2.0
"""The log of every decision about access, a chain of hashes: who altered one row would have to rewrite all that follow.

A decision and what it decides are one transaction: neither is in the book without the other. A refusal is a row of its
own. Reading is not a row each, since that would be a durable write for every read: the first use of a key in an hour is
one, and so is every read that is refused (of a flood of refusals the 1st, 2nd, 4th, 8th …).

The head is kept beside the rows, so rows that are cut off at the end are missed too. Against somebody who may write to
the database and rewrites all of it there is only a head that was noted elsewhere: `deeptier officer audit` prints it.
"""

import hashlib
import json
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from threading import Lock

from api.access.errors import AccessError
from api.access.viewer import Caller
from chain.domain.clock import Clock, UtcSeconds
from chain.store.db import Db, Row

GRANTED = "granted"
FIRST = bytes(32)  # what the first row follows
_HEAD = "audit head"  # the setting with number and hash of the last row
_COLUMNS = "number, at, participant, officer, api_key, action, subject, outcome, previous, hash"


class Action(StrEnum):
    """What was decided about."""

    LOGIN = "login"
    KEY_USE = "use key"
    KEY_MAKE = "make key"
    KEY_ROTATE = "rotate key"
    KEY_REVOKE = "revoke key"
    EXERCISE = "exercise duty"
    OFFICERS_READ = "read officers"
    OFFICER_ADD = "add officer"
    OFFICER_CHANGE = "change officer"
    PASSWORD_RESET = "reset password"
    PASSWORD_CHANGE = "change password"
    SIGN = "sign"
    PROPOSE = "propose"
    SUBMIT = "submit"
    DECLINE = "decline proposal"
    WITHDRAW = "withdraw"
    END = "end proposal"
    FINANCING = "ask for financing"
    QUOTE = "quote"
    OPEN_QUOTES = "open quotes"


@dataclass
class Decision:
    """A decision on its way; whoever decides fills in what it learns. No actor: the operator, or nobody known."""

    action: Action
    subject: str = ""
    participant: int | None = None
    officer: int | None = None
    key: int | None = None

    @staticmethod
    def by(caller: Caller, action: Action, subject: str = "") -> "Decision":
        """One that concerns what a caller asks for."""
        return Decision(action, subject, caller.participant, caller.officer, caller.key)


@dataclass(frozen=True, slots=True)
class Entry:
    """A row of the log."""

    number: int
    at: UtcSeconds
    participant: int | None
    officer: int | None
    key: int | None
    action: str
    subject: str
    outcome: str
    previous: bytes
    hash: bytes

    def expected(self) -> bytes:
        """The hash that such a row has."""
        told = [self.number, self.at, self.participant, self.officer, self.key, self.action, self.subject, self.outcome]
        text = json.dumps([*told, self.previous.hex()], ensure_ascii=False, separators=(",", ":"))
        return hashlib.sha256(text.encode()).digest()


@dataclass(frozen=True, slots=True)
class Verdict:
    """What `verify` found. `broken`: the first row that does not follow, or that should be there and is not."""

    rows: int
    head: bytes
    broken: int | None


class Rare:
    """Lets the 1st, 2nd, 4th, 8th … of equal things through, so that a flood of them cannot flood the log."""

    _MOST = 10_000  # things that are told apart; then it forgets all of them

    def __init__(self) -> None:
        self._seen: dict[Hashable, int] = {}
        self._lock = Lock()

    def due(self, thing: Hashable) -> bool:
        """Whether this one is let through."""
        with self._lock:
            if len(self._seen) >= self._MOST and thing not in self._seen:
                self._seen.clear()
            count = self._seen[thing] = self._seen.get(thing, 0) + 1
        return count & (count - 1) == 0


@contextmanager
def recording(db: Db, clock: Clock) -> Iterator[Callable[[Decision], None]]:
    """A transaction that may write down several decisions that were granted, in order. Raises as `deciding`."""
    with _writing(db) as add:
        yield lambda decision: add(decision, clock.now(), GRANTED)


@contextmanager
def deciding(db: Db, clock: Clock, decision: Decision) -> Iterator[Decision]:
    """A transaction that ends with a row of the log; what the block refuses (AccessError) is undone, and is a row too.

    Such transactions come one after the other, also on PostgreSQL. Raises StoreError, and what the block raises.
    """
    try:
        with _writing(db) as add:
            yield decision
            add(decision, clock.now(), GRANTED)
    except AccessError as refusal:
        refused(db, clock, decision, refusal)
        raise


def refused(db: Db, clock: Clock, decision: Decision, refusal: AccessError) -> None:
    """Write down that something was refused. Raises StoreError."""
    with _writing(db) as add:
        add(decision, clock.now(), refusal.code)


def entries(db: Db, after: int = 0, limit: int = 100) -> list[Entry]:
    """Rows of the log, the oldest first. Raises StoreError."""
    rows = db.all(f"SELECT {_COLUMNS} FROM audit WHERE number > ? ORDER BY number LIMIT ?", (after, limit))
    return [_entry(row) for row in rows]


def verify(db: Db) -> Verdict:
    """Read all of the log and see whether every row follows from the one before. Raises StoreError."""
    number, previous = 0, FIRST
    with db.snapshot():
        for row in db.stream(f"SELECT {_COLUMNS} FROM audit ORDER BY number"):
            found = _entry(row)
            if (found.number, found.previous) != (number + 1, previous) or found.hash != found.expected():
                return Verdict(number, previous, number + 1)
            number, previous = found.number, found.hash
        kept = db.one("SELECT value FROM setting WHERE name = ?", (_HEAD,))
    head = _head(number, previous) if kept is None and number == 0 else None if kept is None else kept[0]
    return Verdict(number, previous, None if head == _head(number, previous) else number + 1)


@contextmanager
def _writing(db: Db) -> Iterator[Callable[[Decision, UtcSeconds, str], None]]:
    """A transaction that has the log's end for itself, and how rows are put there."""
    with db.transaction():
        db.execute(
            "INSERT INTO setting (name, value) VALUES (?, ?) ON CONFLICT (name) DO NOTHING", (_HEAD, _head(0, FIRST))
        )
        held = db.one("UPDATE setting SET value = value WHERE name = ? RETURNING value", (_HEAD,))  # others wait for it
        assert held is not None
        words = held[0].split()
        number, previous = int(words[0]), bytes.fromhex(words[1])

        def add(decision: Decision, at: UtcSeconds, outcome: str) -> None:
            nonlocal number, previous
            who = (decision.participant, decision.officer, decision.key)
            told = (number + 1, at, *who, decision.action.value, decision.subject, outcome, previous)
            own = Entry(*told, FIRST).expected()
            number, previous = told[0], own
            db.execute(f"INSERT INTO audit ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", (*told, own))
            db.execute("UPDATE setting SET value = ? WHERE name = ?", (_head(told[0], own), _HEAD))

        yield add


def _head(number: int, hashed: bytes) -> str:
    return f"{number} {hashed.hex()}"


def _entry(row: Row) -> Entry:
    number, at, participant, officer, key, action, subject, outcome, previous, own = row
    return Entry(number, at, participant, officer, key, action, subject, outcome, bytes(previous), bytes(own))
