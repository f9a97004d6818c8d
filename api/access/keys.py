# SPDX-License-Identifier: Apache-2.0
"""Keys to the API: `dt_<prefix>_<secret>`. The prefix finds the row, the secret proves the key.

The secret is 256 random bits, so its plain sha256 in the book is of no use to whoever reads it there. A key is good as
long as it has not ended, was not revoked, and its officer is let in; all that is looked up for every request.
"""

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass, field
from enum import StrEnum

from api.access.errors import KeyRotated, KeysTooMany, KeyUnknown
from api.access.viewer import Caller, Duty, duties_of, stored
from chain.domain.clock import DAY, UtcSeconds
from chain.domain.vocabulary import HOUR, OfficerId, ParticipantId
from chain.store.db import Db, Row
from chain.store.words import KeyKind, OfficerState

LOGIN_LIFE = 12 * HOUR
"""Seconds for which a key from a login is good."""
GRACE = HOUR
"""Seconds for which a key goes on being good after it was rotated."""
MOST = 20
"""Keys for programs that an officer may have at a time."""
_KEPT = 30 * DAY  # how long the row of a login's key outlives it

DRAWN = 38
"""Bytes that a key is made of: six of them are its prefix."""
_PREFIX = 6

Owner = tuple[ParticipantId, OfficerId]

_FORM = re.compile(r"dt_([0-9a-f]{12})_([0-9a-f]{64})")
_COLUMNS = "k.id, k.prefix, k.kind, k.scopes, k.created_at, k.expires_at, k.revoked_at, k.last_used_at"


class Flaw(StrEnum):
    """Why a key is not good: for the log alone."""

    MALFORMED = "malformed"
    UNKNOWN = "unknown"
    WRONG = "wrong secret"
    EXPIRED = "expired"
    REVOKED = "revoked"
    SUSPENDED = "officer suspended"


@dataclass(frozen=True, slots=True)
class Key:
    """What the book tells of a key."""

    id: int
    prefix: str
    kind: KeyKind
    scopes: frozenset[Duty]
    created_at: UtcSeconds
    expires_at: UtcSeconds
    revoked_at: UtcSeconds | None
    last_used_at: UtcSeconds | None  # to the hour

    def good(self, now: UtcSeconds) -> bool:
        """Whether it has not ended."""
        return self.revoked_at is None and now < self.expires_at


@dataclass(frozen=True, slots=True)
class Issued:
    """A new key; `text` is told once and kept nowhere."""

    key: Key
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Verified:
    """What became of a key that was shown. `caller`: None when it is not good, and then `flaw` says why."""

    caller: Caller | None
    flaw: Flaw | None
    key: int | None  # its id, when there is a key with that prefix
    last_used_at: UtcSeconds | None


def verify(db: Db, shown: str, now: UtcSeconds) -> Verified:
    """Whose key it is. Raises StoreError."""
    form = _FORM.fullmatch(shown)
    if form is None:
        return Verified(None, Flaw.MALFORMED, None, None)
    prefix, secret = form.groups()
    row = db.one(
        "SELECT k.id, k.secret_hash, k.scopes, k.kind, k.expires_at, k.revoked_at, k.last_used_at,"
        " o.participant, o.number, o.duties, o.state, o.once_until"
        " FROM api_key k JOIN officer o ON o.participant = k.participant AND o.number = k.officer WHERE k.prefix = ?",
        (prefix,),
    )
    kept = bytes(row[1]) if row else bytes(32)
    same = hmac.compare_digest(digest(secret), kept)  # takes as long when there is no such key
    if row is None:
        return Verified(None, Flaw.UNKNOWN, None, None)
    flaw = _flaw(row, now) if same else Flaw.WRONG
    return Verified(_caller(row) if flaw is None else None, flaw, row[0], row[6])


def issue(db: Db, owner: Owner, kind: KeyKind, scopes: frozenset[Duty], now: UtcSeconds, life: int) -> Issued:
    """Make a key that is good for `life` seconds. Raises KeysTooMany, StoreError."""
    if kind is KeyKind.MADE and _good(db, owner, now) >= MOST:
        raise KeysTooMany(limit=MOST)
    if kind is KeyKind.LOGIN:
        old = (*owner, KeyKind.LOGIN, now - _KEPT)
        db.execute("DELETE FROM api_key WHERE participant = ? AND officer = ? AND kind = ? AND expires_at < ?", old)
    return put(db, owner, kind, scopes, (now, now + life), secrets.token_bytes(DRAWN))


def put(
    db: Db,
    owner: Owner,
    kind: KeyKind,
    scopes: frozenset[Duty],
    life: tuple[int, int],
    drawn: bytes,
    replaces: int | None = None,
) -> Issued:
    """Write a key down that consists of DRAWN drawn bytes and is good from one instant to another.

    Raises AlreadyThere, StoreError.
    """
    prefix, secret = _parts(drawn)
    row = db.one(
        "INSERT INTO api_key"
        " (participant, officer, prefix, secret_hash, kind, scopes, created_at, expires_at, replaces)"
        f" VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING {_COLUMNS.replace('k.', '')}",
        (*owner, prefix, digest(secret), kind, stored(scopes), *life, replaces),
    )
    assert row is not None
    return Issued(_key(row), text(drawn))


def text(drawn: bytes) -> str:
    """The key that consists of these DRAWN bytes."""
    return "dt_{}_{}".format(*_parts(drawn))


def listed(db: Db, owner: Owner, after: int, limit: int) -> list[Key]:
    """An officer's keys, good and ended, the oldest first. Raises StoreError."""
    rows = db.all(
        f"SELECT {_COLUMNS} FROM api_key k WHERE k.participant = ? AND k.officer = ? AND k.id > ?"
        " ORDER BY k.id LIMIT ?",
        (*owner, after, limit),
    )
    return [_key(row) for row in rows]


def own(db: Db, caller: Caller, wanted: int, now: UtcSeconds) -> Key:
    """A key of the caller's that has not ended. Raises KeyUnknown, also for somebody else's; StoreError."""
    row = db.one(
        f"SELECT {_COLUMNS} FROM api_key k WHERE k.id = ? AND k.participant = ? AND k.officer = ?",
        (wanted, caller.participant, caller.officer),
    )
    if row is None or not _key(row).good(now):
        raise KeyUnknown(key=wanted)
    return _key(row)


def rotate(db: Db, caller: Caller, wanted: int, now: UtcSeconds) -> Issued:
    """A new key in the place of one: same scopes, same length of life; the old one ends after GRACE, unless before.

    A login's ends when it would have. Raises KeyUnknown, KeyRotated, StoreError.
    """
    old = own(db, caller, wanted, now)
    db.execute("UPDATE api_key SET expires_at = ? WHERE id = ? AND expires_at > ?", (now + GRACE, old.id, now + GRACE))
    longer = 0 if old.kind is KeyKind.LOGIN else now - old.created_at  # a login is not made longer by it
    life, owner = (now, old.expires_at + longer), (caller.participant, caller.officer)
    if db.one("SELECT 1 FROM api_key WHERE replaces = ?", (old.id,)) is not None:
        raise KeyRotated(key=old.id)
    return put(db, owner, old.kind, old.scopes, life, secrets.token_bytes(DRAWN), old.id)


def revoke(db: Db, caller: Caller, wanted: int, now: UtcSeconds) -> None:
    """End a key at once. Raises KeyUnknown, StoreError."""
    db.execute("UPDATE api_key SET revoked_at = ? WHERE id = ?", (now, own(db, caller, wanted, now).id))


def revoke_all(db: Db, owner: Owner, now: UtcSeconds, but: int = 0, kind: KeyKind | None = None) -> int:
    """End all keys of an officer, or those of one kind, `but` one; how many. Raises StoreError."""
    return db.execute(
        "UPDATE api_key SET revoked_at = ? WHERE participant = ? AND officer = ? AND id <> ? AND revoked_at IS NULL"
        " AND expires_at > ?" + (" AND kind = ?" if kind else ""),
        (now, *owner, but, now, *([kind] if kind else [])),
    )


def digest(secret: str) -> bytes:
    """What the book keeps of a secret."""
    return hashlib.sha256(secret.encode("ascii")).digest()


def _parts(drawn: bytes) -> tuple[str, str]:
    return drawn[:_PREFIX].hex(), drawn[_PREFIX:].hex()


def _good(db: Db, owner: Owner, now: UtcSeconds) -> int:
    row = db.one(
        "SELECT COUNT(*) FROM api_key WHERE participant = ? AND officer = ? AND kind = ? AND revoked_at IS NULL"
        " AND expires_at > ?",
        (*owner, KeyKind.MADE, now),
    )
    return int(row[0]) if row else 0


def _flaw(row: Row, now: UtcSeconds) -> Flaw | None:
    _, _, _, _, expires_at, revoked_at, _, _, _, _, state, _ = row
    if revoked_at is not None:
        return Flaw.REVOKED
    if now >= expires_at:
        return Flaw.EXPIRED
    return None if state == OfficerState.ACTIVE else Flaw.SUSPENDED


def _caller(row: Row) -> Caller:
    number, _, scopes, kind, _, _, _, participant, officer, duties, _, once_until = row
    both = duties_of(scopes) & (duties_of(duties) | {Duty.VIEWER})
    return Caller(
        ParticipantId(participant), OfficerId(officer), both, number, kind == KeyKind.LOGIN, once_until is not None
    )


def _key(row: Row) -> Key:
    number, prefix, kind, scopes, *times = row
    return Key(number, prefix, KeyKind(kind), duties_of(scopes), *times)
