# SPDX-License-Identifier: Apache-2.0
"""Who held what and was paid what: one line a claim, from the events read back from the node."""

from collections.abc import Sequence
from dataclasses import dataclass

from api.story.proof import Happened
from chain.domain import events as e
from chain.domain.clock import UtcSeconds
from chain.domain.money import Fen
from chain.domain.rules import Rows
from chain.domain.vocabulary import ClaimId, ObligationId, ParticipantId


@dataclass(frozen=True)
class Holding:
    """A claim at the end of the story; amounts in fen."""

    claim: ClaimId
    holder: ParticipantId
    amount: Fen
    received: Fen  # principal and late interest together
    interest: Fen  # of which late interest
    paid_at: tuple[UtcSeconds, ...]  # when the cash came


def holdings(rows: Rows, happened: Sequence[Happened], obligation: ObligationId) -> list[Holding]:
    """Every claim of the obligation in the order of its cents."""
    claims = [name for name in rows.claims if name.obligation == obligation]
    return [_holding(rows, happened, name) for name in sorted(claims, key=lambda name: rows.claims[name].start)]


def _holding(rows: Rows, happened: Sequence[Happened], claim: ClaimId) -> Holding:
    payouts = [(event, at) for event, at in happened if isinstance(event, e.Redeemed) and event.claim == claim]
    received = sum(event.principal + event.interest for event, _ in payouts)
    interest = sum(event.interest for event, _ in payouts)
    row = rows.claims[claim]
    return Holding(claim, row.holder, row.amount, Fen(received), Fen(interest), tuple(at for _, at in payouts))
