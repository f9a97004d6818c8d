# SPDX-License-Identifier: Apache-2.0
"""What a request is to come to: written down while it is worked out, committed as one."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from api.access.audit import Decision
from chain.abi.calls import SignedCall
from chain.abi.eip712 import Signed
from chain.domain.clock import UtcSeconds
from chain.domain.vocabulary import Address, OfficerId, ParticipantId
from chain.store.db import Db


class Sending(NamedTuple):
    """A submission to be. `holds`: what nothing else may be under way about."""

    call: SignedCall
    about: str
    holds: tuple[str, ...]
    participant: ParticipantId
    officer: OfficerId | None  # None: the service itself


class Place(NamedTuple):
    """Where a proposal is to be signed."""

    name: str
    participant: ParticipantId
    officer: OfficerId | None = None  # None: any maker of the participant
    account: Address | None = None
    signature: bytes | None = None


class Proposing(NamedTuple):
    """A proposal to be. `follows`: which of the plan's submissions must have happened before; `shown`: participants
    that see a claim while it is open.
    """

    message: Signed
    places: Sequence[Place]
    about: str
    details: Mapping[str, Any]
    deadline: UtcSeconds
    follows: int | None = None
    shown: Sequence[tuple[ParticipantId, str]] = ()


@dataclass(frozen=True, slots=True)
class Made:
    """What a request came to, by number."""

    submissions: tuple[int, ...] = ()
    proposal: int | None = None
    financing: int | None = None
    replayed: bool = False


Also = Callable[[Db, Made], Made | None]
"""Something to be written in the same commit, when the submissions and the proposal have their numbers. What it answers
stands in the place of what was made; it may raise, and then nothing was done."""


@dataclass(slots=True)
class Plan:
    """Submissions, a proposal, decisions to be written down, and whatever else belongs into the same commit.

    `at`: the ledger's instant at which it was made, which a demo's clock may have moved.
    """

    at: UtcSeconds
    sendings: list[Sending] = field(default_factory=list)
    proposing: Proposing | None = None
    decisions: list[Decision] = field(default_factory=list)
    also: list[Also] = field(default_factory=list)
