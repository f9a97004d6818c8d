# SPDX-License-Identifier: Apache-2.0
"""Whoever asks something of the API: an officer of a participant, with the duties that it has there."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from chain.domain.vocabulary import OfficerId, ParticipantId
from chain.mirror.visible import Visible


class Duty(StrEnum):
    """What an officer may do in the service, 职责. What it may sign is the ledger's and the signer's to say.

    Every officer reads what its participant sees; `viewer` is the duty of whoever does nothing else.
    """

    MAKER = "maker"  # 经办: drafts and asks
    CHECKER = "checker"  # 复核: approves what another officer made
    VIEWER = "viewer"  # 查看: reads
    ADMIN = "admin"  # 管理: officers and keys of its own participant


def stored(duties: Iterable[Duty]) -> str:
    """Duties as the book has them."""
    return " ".join(sorted(set(duties)))


@lru_cache
def duties_of(text: str) -> frozenset[Duty]:
    """The duties that `stored` wrote."""
    return frozenset(Duty(word) for word in text.split())


@dataclass(frozen=True, slots=True)
class Caller:
    """An officer whose key was good. `duties`: those that officer and key both have; `key`: the id of that key."""

    participant: ParticipantId
    officer: OfficerId
    duties: frozenset[Duty]
    key: int
    person: bool  # the key is from a login, not made for a program
    must_change: bool  # its password is a one-time password


@dataclass(frozen=True, slots=True)
class Viewer:
    """An officer whose key was good, and what it sees. `key`: the id of that key, for the audit log."""

    participant: ParticipantId
    officer: OfficerId
    duties: frozenset[Duty]
    key: int
    visible: Visible
