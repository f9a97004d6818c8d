# SPDX-License-Identifier: Apache-2.0
"""What a participant sees: the one place where somebody is let see everything."""

from collections.abc import Iterable

from chain.domain.clock import UtcSeconds
from chain.domain.vocabulary import ClaimId, ParticipantId, Role
from chain.mirror.reads import participant as read
from chain.mirror.visible import Visible
from chain.store.db import Db

SEE_ALL = Role.REGISTRAR | Role.AUDITOR
"""An auditor sees everything, too: the ledger has no list of what an auditor is engaged for."""


def shown_to(book: Db, participant: ParticipantId, now: UtcSeconds) -> tuple[ClaimId, ...]:
    """Claims that the participant is shown though it is no party to them: it was offered them, or asked for a quote.

    Raises StoreError.
    """
    rows = book.all("SELECT DISTINCT claim FROM showing WHERE participant = ? AND until >= ?", (participant, now))
    return tuple([_claim(claim) for (claim,) in rows])


def visible(mirror: Db, participant: ParticipantId, also: Iterable[ClaimId] = ()) -> Visible:
    """By the roles that the participant has on the chain now: one that loses its role sees no more than others.

    Raises MirrorEmpty, StoreError.
    """
    own = Visible.of([participant], also)
    party = read(mirror, own, participant).row
    return Visible.everything() if party is not None and party.roles & SEE_ALL else own


def _claim(text: str) -> ClaimId:
    obligor, number, seq = text.split("-")
    return ClaimId(ParticipantId(int(obligor)), int(number), int(seq))
