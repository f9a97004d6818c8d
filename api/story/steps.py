# SPDX-License-Identifier: Apache-2.0
"""One step of the story as data: what happened, when, by whom, for how much. The words for it stand in `telling`."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeAlias

from api.story.cast import Company
from chain.domain.clock import UtcSeconds
from chain.domain.errors import DeepTierError
from chain.domain.money import Fen


class Scene(StrEnum):
    """The chapters, in order."""

    MEMBERS = "members"
    INVOICES = "invoices"
    PROMISE = "promise"
    CHAIN = "chain"
    CASH = "cash"
    DUE = "due"
    LATE = "late"
    SETTLED = "settled"


class Kind(StrEnum):
    """What kind of thing a step is."""

    DONE = "done"  # the ledger, or the bank's cash system, carried it out
    REFUSED = "refused"  # the ledger said no, and nothing changed
    CLOCK = "clock"  # time went on
    NOTE = "note"  # told, not carried: nothing reached the ledger


@dataclass(frozen=True)
class Step:
    """One thing that happened. `line` names its words in `telling.LINES`, which take `facts`."""

    n: int
    scene: Scene
    kind: Kind
    line: str
    at: UtcSeconds
    actor: Company | None = None  # who asked for it; None: a carrier without authority, or the clock
    operation: str | None = None  # the message's name in snake_case; None where nothing was sent
    amount: Fen | None = None  # what it is about, in fen
    gas: int | None = None  # of its transaction; None where none was carried out
    refusal: DeepTierError | None = None
    since: UtcSeconds | None = None  # of a clock step: from when
    facts: Mapping[str, object] = field(default_factory=dict)


Tell: TypeAlias = Callable[[Step], None]
"""Hears every step the moment it happens."""
