# SPDX-License-Identifier: Apache-2.0
"""The obligor pays in; a holder is paid out; what is not paid by its due date is marked overdue."""

from api.writing.desk import Desk, Voice
from api.writing.holds import holds
from chain.domain import commands as c
from chain.domain.money import Fen
from chain.domain.rules import owed
from chain.domain.vocabulary import ClaimId, ObligationId


def fund(desk: Desk, obligation: ObligationId, amount: Fen | None) -> None:
    """Pay into the escrow. Raises NotFound, Refusal, AccountAbsent, SigningError."""
    row, own = desk.obligation(obligation), desk.account()
    total = owed(desk.rows, obligation, desk.now).total if amount is None else amount
    message = c.Fund(desk.caller.participant, obligation, row.version, total, own, desk.soon)
    desk.send(message, (Voice(own),), about=str(obligation), holds=holds(message))


def redeem(desk: Desk, claim: ClaimId) -> None:
    """Have a claim's money paid out to its holder. Raises NotFound, Refusal."""
    desk.claim(claim)
    message = c.Redeem(claim)
    desk.send(message, about=str(claim), holds=holds(message))
