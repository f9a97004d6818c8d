# SPDX-License-Identifier: Apache-2.0
"""What a participant sees: the one place where somebody is let see everything."""

from collections.abc import Iterable
from typing import TypeAlias

from chain.domain.clock import UtcSeconds
from chain.domain.vocabulary import ClaimId, ParticipantId, Role
from chain.mirror.reads import participant as read
from chain.mirror.visible import Visible, still_held
from chain.store.db import Db

SEE_ALL = Role.REGISTRAR | Role.AUDITOR
"""An auditor sees everything, too: the ledger has no list of what an auditor is engaged for."""
Shown: TypeAlias = tuple[ClaimId, ParticipantId]
"""A claim, and who shows it."""
_AT_ONCE = 500


def shown_to(book: Db, participant: ParticipantId, now: UtcSeconds) -> tuple[Shown, ...]:
    """Claims that the participant is shown though it is no party to them: it was offered them, or asked for a quote.

    Raises StoreError.
    """
    rows = book.all(
        "SELECT DISTINCT claim, ground FROM showing WHERE participant = ? AND until >= ?", (participant, now)
    )
    by = _shown_by(book, {ground for _, ground in rows})
    return tuple([(_claim(claim), by[ground]) for claim, ground in rows])


def visible(mirror: Db, participant: ParticipantId, shown: Iterable[Shown] = ()) -> Visible:
    """By the roles that the participant has on the chain now: one that loses its role sees no more than others.

    What it was shown by a holder that has passed the claim on is another one's business, and not seen.
    Raises MirrorEmpty, StoreError.
    """
    own = Visible.of([participant], still_held(mirror, tuple(shown)))
    party = read(mirror, own, participant).row
    return Visible.everything() if party is not None and party.roles & SEE_ALL else own


def _shown_by(book: Db, grounds: Iterable[str]) -> dict[str, ParticipantId]:
    """Who shows something on each of these grounds: whoever asked for financing, or proposed to pass a claim on."""
    found: dict[str, ParticipantId] = {}
    for kind in ("financing", "proposal"):
        numbers = [int(ground.split()[1]) for ground in grounds if ground.startswith(f"{kind} ")]
        for start in range(0, len(numbers), _AT_ONCE):
            some = numbers[start : start + _AT_ONCE]
            marks = ", ".join("?" * len(some))
            for number, who in book.all(f"SELECT id, participant FROM {kind} WHERE id IN ({marks})", some):
                found[f"{kind} {number}"] = ParticipantId(who)
    return found


def of_the_service() -> Visible:
    """What the service itself goes by when it does what anybody may do; nothing of it is told to anybody."""
    return Visible.everything()


def _claim(text: str) -> ClaimId:
    obligor, number, seq = text.split("-")
    return ClaimId(ParticipantId(int(obligor)), int(number), int(seq))
