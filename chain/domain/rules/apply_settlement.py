# SPDX-License-Identifier: Apache-2.0
"""What payments do to the rows (`apply`)."""

from chain.domain import events as e
from chain.domain.clock import UtcSeconds
from chain.domain.money import Fen
from chain.domain.rules.effects import cash_moved, changed, claim_row, utilised
from chain.domain.rules.rows import Changed, Changes, Rows
from chain.domain.vocabulary import LIFECYCLE_BITS, ZERO_HASH, ObligationStatus, Step, StepKind


def funded(rows: Rows, event: e.Funded, at: UtcSeconds) -> Changes:
    """Unpaid cents, limit and the escrow's debt; a step where one is written; the receipt; the cash."""
    row = rows.obligations[event.obligation]
    rail = rows.rails[row.rail]
    amount = Fen(event.principal + event.interest)
    unpaid = Fen(row.unpaid - event.principal)
    a_step = unpaid > 0 or event.interest > 0
    status = ObligationStatus(event.status)
    after = changed(row, unpaid=unpaid, status=status, version=event.version, steps=row.steps + a_step)
    cured = row.status == ObligationStatus.OVERDUE and status is ObligationStatus.SETTLED
    changes: list[Changed] = [
        Changed("obligations", event.obligation, after),
        Changed("rails", row.rail, changed(rail, owed=Fen(rail.owed + amount))),
        utilised(rows, event.obligation.obligor, -event.principal, overdue=-int(cured)),
    ]
    if a_step:
        pays = rows.steps[event.obligation, row.steps].pays if row.steps else 0
        owed = event.interest_owed
        step = Step(StepKind.PAY, event.principal, row.unpaid, event.interest, owed, event.paid_at, pays + 1)
        changes.append(Changed("steps", (event.obligation, row.steps + 1), step))
    payer = event.obligation.obligor
    if event.receipt != ZERO_HASH:
        payer = rail.bank
        changes.append(Changed("receipts", (rail.bank, event.receipt), event.obligation))
    if rows.cash:
        changes.extend(cash_moved(rows, rail.token, rows.participants[payer].cash, rail.escrow, amount))
    return tuple(changes)


def marked_overdue(rows: Rows, event: e.MarkedOverdue, at: UtcSeconds) -> Changes:
    """The obligation is overdue, and counts among its obligor's."""
    row = changed(rows.obligations[event.obligation], status=ObligationStatus.OVERDUE, version=event.version)
    return Changed("obligations", event.obligation, row), utilised(rows, event.obligation.obligor, 0, overdue=1)


def redeemed(rows: Rows, event: e.Redeemed, at: UtcSeconds) -> Changes:
    """The claim has its money up to the present step; the escrow owes that much less."""
    row = rows.obligations[event.claim.obligation]
    rail = rows.rails[row.rail]
    claim = rows.claims[event.claim]
    amount = Fen(event.principal + event.interest)
    status = claim.status & ~LIFECYCLE_BITS | event.status
    changes = (
        claim_row(rows, event.claim, event.version, status=status, redeemed_step=row.steps),
        Changed("rails", row.rail, changed(rail, owed=Fen(rail.owed - amount))),
    )
    if not rows.cash:
        return changes
    return changes + cash_moved(rows, rail.token, rail.escrow, rows.participants[claim.holder].cash, amount)
