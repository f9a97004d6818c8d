# SPDX-License-Identifier: Apache-2.0
"""Passwords: hashed by Argon2id, with the parameters in this one place.

Least parameters of the OWASP Password Storage Cheat Sheet: 19 MiB, two passes, one lane. A hash keeps its own, so these
can be raised: whoever logs in next is hashed anew. What is typed is taken in Unicode's form NFKC (NIST SP 800-63B), so
that it does not depend on the keyboard.
"""

import secrets
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from threading import BoundedSemaphore

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerifyMismatchError

from api.access.errors import LoginThrottled, PasswordWeak

HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1, hash_len=32, salt_len=16, type=Type.ID)

SHORTEST, LONGEST, DIFFERENT = 12, 128, 5
ONCE = 7 * 86_400
"""Seconds for which a one-time password is good."""
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # those that nobody confuses on paper
_AT_ONCE = 4  # hashes at a time: 19 MiB each
_PATIENCE = 2.0  # seconds to wait for one's turn
_turns = BoundedSemaphore(_AT_ONCE)


def check(password: str, name: str) -> None:
    """Raise PasswordWeak unless it will do for whoever logs in with that name."""
    plain = _plain(password)
    long_enough = SHORTEST <= len(plain) <= LONGEST and len(password) <= LONGEST
    if not long_enough or len(set(plain)) < DIFFERENT or name in plain.casefold():
        raise PasswordWeak(shortest=SHORTEST, longest=LONGEST, different=DIFFERENT)


def hashed(password: str) -> str:
    """What the book keeps of it."""
    return HASHER.hash(_octets(password))


def matches(kept: str | None, password: str) -> bool:
    """Whether it is the password; of nobody (None), never, and that takes as long. What is no hash, none fits."""
    try:
        HASHER.verify(_nobody() if kept is None else kept, _octets(password[: LONGEST + 1]))
    except (VerifyMismatchError, InvalidHashError):
        return False
    return kept is not None and len(password) <= LONGEST


def outdated(kept: str) -> bool:
    """Whether it was hashed with other parameters than today's."""
    return HASHER.check_needs_rehash(kept)


def one_time() -> str:
    """A password that its owner must change, such as k7mhw-…: 99 random bits."""
    return "-".join("".join(secrets.choice(_LETTERS) for _ in range(5)) for _ in range(4))


@contextmanager
def turn() -> Iterator[None]:
    """Within it one may hash; only so many do at once, or requests could take all memory. Raises LoginThrottled."""
    if not _turns.acquire(timeout=_PATIENCE):
        raise LoginThrottled(seconds=1)
    try:
        yield
    finally:
        _turns.release()


@cache
def _nobody() -> str:
    return hashed(secrets.token_hex())


def _plain(password: str) -> str:
    return unicodedata.normalize("NFKC", password)


def _octets(password: str) -> bytes:
    return _plain(password).encode("utf-8", "surrogatepass")
