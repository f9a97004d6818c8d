# SPDX-License-Identifier: Apache-2.0
"""How often one may try to log in: counted by name and by address in the book, so a restart forgets nothing.

The first few failures are free; after each further one the next try is heard only after a pause, twice as long every
time. A try is counted as failed before the password is looked at, and the count taken back when it was right: a hundred
tries at once are as many as a hundred in turn. A name that nobody has is counted alike.
"""

import hashlib
from ipaddress import IPv6Address, ip_address
from typing import NamedTuple

from api.access.errors import LoginThrottled
from chain.domain.clock import UtcSeconds
from chain.store.db import Db
from chain.store.words import TryKind

FORGOTTEN = 86_400
"""Seconds after the last try when its count is forgotten."""


class Limit(NamedTuple):
    """How many failures are free, and the longest pause in seconds."""

    free: int
    longest: int

    def pause(self, failures: int) -> int:
        """Seconds from a failure to the next try that is heard, of so many failures in a row."""
        over = failures - self.free
        return 0 if over < 0 else min(2 ** min(over, 20), self.longest)


LIMITS = {
    TryKind.NAME: Limit(free=5, longest=300),  # at most some 290 guesses a day at anybody's password
    TryKind.ADDRESS: Limit(free=20, longest=900),  # a company's officers may share one
}


def reserve(db: Db, now: UtcSeconds, name: str, address: str) -> None:
    """Count a try. Raises LoginThrottled, and then nothing was counted; StoreError."""
    db.execute("DELETE FROM login_try WHERE last_at < ?", (now - FORGOTTEN,))
    with db.transaction():
        for kind, subject in _subjects(name, address):
            _count(db, now, kind, subject)


def forgive(db: Db, name: str, address: str) -> None:
    """The try was right: the name's failures are forgotten; of the address's, only this one, or whoever has one
    password could go on guessing others'. Raises StoreError.
    """
    (_, of_name), (_, of_address) = _subjects(name, address)
    with db.transaction():
        db.execute("DELETE FROM login_try WHERE kind = ? AND subject = ?", (TryKind.NAME, of_name))
        db.execute(
            "UPDATE login_try SET failures = failures - 1, free_at = 0 WHERE kind = ? AND subject = ? AND failures > 0",
            (TryKind.ADDRESS, of_address),
        )


def _count(db: Db, now: UtcSeconds, kind: TryKind, subject: bytes) -> None:
    """Raises LoginThrottled while a pause lasts."""
    db.execute(
        "INSERT INTO login_try (kind, subject, failures, last_at, free_at) VALUES (?, ?, 0, ?, 0)"
        " ON CONFLICT (kind, subject) DO NOTHING",
        (kind, subject, now),
    )
    counted = db.one(  # of two at once the second waits here for the first, then looks again
        "UPDATE login_try SET failures = failures + 1, last_at = ? WHERE kind = ? AND subject = ? AND free_at <= ?"
        " RETURNING failures",
        (now, kind, subject, now),
    )
    if counted is None:
        row = db.one("SELECT free_at FROM login_try WHERE kind = ? AND subject = ?", (kind, subject))
        raise LoginThrottled(seconds=max(1, (row[0] if row else now) - now))
    free_at = now + LIMITS[kind].pause(counted[0])
    db.execute("UPDATE login_try SET free_at = ? WHERE kind = ? AND subject = ?", (free_at, kind, subject))


def _subjects(name: str, address: str) -> list[tuple[TryKind, bytes]]:
    """Always in this order, so that two transactions never wait for one another."""
    return [(TryKind.NAME, _digest("name", name)), (TryKind.ADDRESS, _digest("address", _network(address)))]


def _network(address: str) -> str:
    """An IPv6 host has a whole /64 to change its address in: that counts as one."""
    try:
        parsed = ip_address(address.partition("%")[0])
    except ValueError:
        return address  # a Unix socket's peer, or a test's
    if isinstance(parsed, IPv6Address):
        mapped = parsed.ipv4_mapped
        return str(mapped) if mapped is not None else parsed.packed[:8].hex()
    return str(parsed)


def _digest(kind: str, text: str) -> bytes:
    return hashlib.sha256(f"{kind}:{text}".encode("utf-8", "surrogatepass")).digest()
