# SPDX-License-Identifier: Apache-2.0
"""Payment at maturity: money in by steps, money out by claim (ISettlement)."""

from dataclasses import dataclass

from chain.domain.clock import UtcSeconds
from chain.domain.commands import Call, Fund, FundByReceipt, MarkOverdue, Redeem
from chain.domain.events import Funded, MarkedOverdue, Redeemed
from chain.domain.money import MAX_FEN, AmountTooLarge, Fen
from chain.domain.pricing import late_days, late_interest
from chain.domain.refusals import (
    CashRefused,
    NotDue,
    NotHeld,
    NothingToRedeem,
    NotInRole,
    NotObligor,
    NotRailBank,
    ObligationClosed,
    OverdueCountExhausted,
    Overpaid,
    PaymentTooSmall,
    ReceiptUsed,
    ZeroAmount,
)
from chain.domain.rules.conditions import known_claim, next_claim_version, still_open, waiting
from chain.domain.rules.obligations import known_obligation, next_obligation_version, obligation_of
from chain.domain.rules.rows import Rows
from chain.domain.rules.signing import Events, proof, signed
from chain.domain.rules.steps import MAX_PAYMENTS, append_pay, history
from chain.domain.vocabulary import (
    ZERO_HASH,
    Address,
    Hash,
    Lifecycle,
    Obligation,
    ObligationId,
    ObligationStatus,
    Right,
    Role,
)

MAX_OVERDUE = 2**16 - 1


@dataclass(frozen=True, slots=True)
class Owed:
    """What settles an obligation at one instant."""

    unpaid: Fen
    interest: Fen

    @property
    def total(self) -> Fen:
        """Principal and late interest together."""
        return Fen(self.unpaid + self.interest)


def fund(rows: Rows, message: Fund, call: Call, now: UtcSeconds) -> Events:
    """The obligor pays from its cash address.

    Raises what SIGNED and OBLIGATION raise; NotObligor; what PAYMENT raises.
    """
    signed(rows, message, proof(call, 0), Right.MAKER, now)
    row = obligation_of(rows, message.obligation, message.version)
    if message.obligation.obligor != message.participant:
        raise NotObligor(obligation=message.obligation, participant=message.participant)
    return _payment(rows, message, row, ZERO_HASH, now)


def fund_by_receipt(rows: Rows, message: FundByReceipt, call: Call, now: UtcSeconds) -> Events:
    """The rail's bank, a suspended one too, confirms money received and puts in its tokens.

    Raises what SIGNED raises; NotInRole; what OBLIGATION raises; NotRailBank, ReceiptUsed; what PAYMENT raises.
    """
    signed(rows, message, proof(call, 0), Right.MAKER, now)
    if not rows.participants[message.participant].roles & Role.SETTLEMENT_BANK:
        raise NotInRole(participant=message.participant, roles=Role.SETTLEMENT_BANK)
    row = obligation_of(rows, message.obligation, message.version)
    if rows.rails[row.rail].bank != message.participant:
        raise NotRailBank(rail=row.rail, participant=message.participant)
    if message.receipt == ZERO_HASH or (message.participant, message.receipt) in rows.receipts:
        raise ReceiptUsed(receipt=message.receipt)
    return _payment(rows, message, row, message.receipt, now)


def redeem(rows: Rows, message: Redeem, call: Call, now: UtcSeconds) -> Events:
    """Anyone has a claim's money paid from the rail's escrow to the holder's cash address; a lien does not stop it.

    Raises UnknownClaim, NotHeld, NothingToRedeem, ClaimVersionExhausted, CashRefused.
    """
    claim = known_claim(rows, message.claim)
    if claim.lifecycle is not Lifecycle.HELD:
        raise NotHeld(claim=message.claim, status=claim.status)
    own = waiting(rows, message.claim, claim)
    if not own.money:
        raise NothingToRedeem(claim=message.claim)
    version = next_claim_version(message.claim, claim)
    row = rows.obligations[message.claim.obligation]
    rail = rows.rails[row.rail]
    cash_ready(rows, rail.token, rail.escrow, own.money)
    status = Lifecycle.HELD if own.unpaid else Lifecycle.REDEEMED
    return (Redeemed(message.claim, version, own.principal, own.interest, status, row.rulebook),)


def mark_overdue(rows: Rows, message: MarkOverdue, call: Call, now: UtcSeconds) -> Events:
    """Anyone marks an obligation overdue from the first second after due: its obligor issues nothing more.

    Raises UnknownObligation, ObligationClosed, NotHeld, NotDue, ObligationVersionExhausted, OverdueCountExhausted.
    """
    row = known_obligation(rows, message.obligation)
    if row.status != ObligationStatus.ISSUED:
        raise ObligationClosed(obligation=message.obligation, status=row.status)
    _accepted(rows, message.obligation)
    if now <= row.due:
        raise NotDue(obligation=message.obligation, due=row.due)
    version = next_obligation_version(message.obligation, row)
    if rows.participants[message.obligation.obligor].overdue == MAX_OVERDUE:
        raise OverdueCountExhausted(obligor=message.obligation.obligor)
    return (MarkedOverdue(message.obligation, version, row.rulebook),)


def owed(rows: Rows, obligation: ObligationId, now: UtcSeconds) -> Owed:
    """What a payment must bring to settle the obligation at this instant; interest is 2^48 - 1 at most."""
    row = rows.obligations[obligation]
    before, since = 0, row.due
    if row.steps:
        step = rows.steps[obligation, row.steps]
        before, since = step.interest_owed, step.at
    days = late_days(row.due, now) - late_days(row.due, since)
    try:
        more = late_interest(row.unpaid, row.late_rate, days)
    except AmountTooLarge:
        more = MAX_FEN
    return Owed(row.unpaid, Fen(min(before + more, MAX_FEN)))


def cash_ready(rows: Rows, token: Address, payer: Address, amount: Fen) -> None:
    """Raises CashRefused unless the payer has the money and lets the ledger move it."""
    account = rows.cash.get((token, payer))
    if account is None or account.balance < amount or not account.approved:
        raise CashRefused(token=token, payer=payer, amount=amount)


def _accepted(rows: Rows, obligation: ObligationId) -> None:
    first = obligation.claim(1)
    claim = rows.claims[first]
    if claim.lifecycle is Lifecycle.OFFERED:
        raise NotHeld(claim=first, status=claim.status)


def _payment(rows: Rows, message: Fund | FundByReceipt, row: Obligation, receipt: Hash, now: UtcSeconds) -> Events:
    """PAYMENT, interest first, from the cash address of the participant that speaks.

    Raises what OPEN raises; NotHeld, ZeroAmount, Overpaid; in part PaymentTooSmall, TooManyPayments;
    ObligationVersionExhausted, CashRefused.
    """
    obligation, amount = message.obligation, message.amount
    still_open(obligation, row)
    _accepted(rows, obligation)
    if amount == 0:
        raise ZeroAmount()
    due = owed(rows, obligation, now)
    if amount > due.total:
        raise Overpaid(owed=due.total, given=amount)
    minimum = max(10**row.min_piece, -(-row.face // MAX_PAYMENTS))
    if amount < due.total and amount < minimum:
        raise PaymentTooSmall(minimum=minimum, given=amount)
    interest = Fen(min(amount, due.interest))
    principal, still = Fen(amount - interest), Fen(due.interest - interest)
    append_pay(obligation, history(rows, obligation), row.unpaid, principal, interest, still, now)
    version = next_obligation_version(obligation, row)
    rail = rows.rails[row.rail]
    payer = rows.participants[message.participant].cash
    if payer == rail.escrow:  # the escrow cannot pay itself: what it holds is the holders'
        raise CashRefused(token=rail.token, payer=payer, amount=amount)
    cash_ready(rows, rail.token, payer, amount)
    status = ObligationStatus.SETTLED if amount == due.total else row.status
    return (Funded(obligation, version, principal, interest, still, status, now, receipt, row.rulebook),)
