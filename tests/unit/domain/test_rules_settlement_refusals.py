# SPDX-License-Identifier: Apache-2.0
"""Every refusal of fund, fundByReceipt, redeem and markOverdue, alone, at its edge, and in ISettlement's order."""

import pytest

from chain.domain import refusals as r
from chain.domain.clock import UtcSeconds
from chain.domain.money import Fen
from chain.domain.vocabulary import (
    ZERO_HASH,
    Address,
    ClaimFlag,
    Lifecycle,
    ObligationId,
    ObligationStatus,
    Role,
    Step,
    StepKind,
)
from tests.breaks import (
    MAX_24,
    Break,
    Operation,
    Touch,
    both,
    call_with,
    edges,
    in_order,
    refused,
    row,
    signed_breaks,
    singles,
)
from tests.cast import BANK, BEN, CORE, ESCROW, RAIL, TOKEN, Member, digest
from tests.worlds import World, furnished

FIRST = ObligationId(CORE.id, 1)
CLAIM = FIRST.claim(1)
GHOST = ObligationId(CORE.id, 99)
FACE, PART = 100_000, 40_000
OFFERED = int(Lifecycle.OFFERED)


def held() -> World:
    world = furnished()
    world.held()
    return world


def funded() -> World:
    world = held()
    world.do(world.fund(FIRST, PART))
    return world


def past_due() -> World:
    world = held()
    world.now = UtcSeconds(world.rows.obligations[FIRST].due + 1)
    return world


def forty_eight_payments(world: World) -> None:
    world.rows.steps[FIRST, 48] = Step(StepKind.PAY, Fen(0), Fen(FACE), Fen(0), Fen(0), world.now, 48)
    for n in range(1, 48):
        world.rows.steps[FIRST, n] = Step(StepKind.PAY, Fen(0), Fen(FACE), Fen(0), Fen(0), world.now, n)
    world.edit("obligations", FIRST, steps=48)


def forty_seven_payments(world: World) -> None:
    forty_eight_payments(world)
    world.edit("obligations", FIRST, steps=47)


def version_of(world: World) -> int:
    return world.rows.obligations[FIRST].version


def cash_breaks(payer: Address, amount: int) -> list[Break]:
    """CashRefused for want of balance, of permission, and of any row at all."""
    said = {"token": TOKEN, "payer": payer, "amount": amount}
    here = (TOKEN, payer)

    def no_row(world: World) -> None:
        world.rows.cash.pop(here, None)

    return [
        Break(r.CashRefused, no_row, said, tag="no account"),
        Break(
            r.CashRefused,
            row("cash", here, balance=amount - 1),
            said,
            edge=row("cash", here, balance=amount),
            tag="balance",
        ),
        Break(r.CashRefused, row("cash", here, approved=False), said, tag="allowance"),
    ]


def obligation_breaks() -> list[Break]:
    def said(world: World) -> dict[str, object]:
        return {"obligation": FIRST, "current": version_of(world), "given": version_of(world) - 1}

    return [
        Break(r.UnknownObligation, call_with(obligation=GHOST), {"obligation": GHOST}),
        Break(r.StaleObligation, lambda world: {"version": version_of(world) - 1}, said),
    ]


def offered_break() -> Break:
    return Break(r.NotHeld, row("claims", CLAIM, status=OFFERED), {"claim": CLAIM, "status": OFFERED})


def version_break() -> Break:
    return Break(
        r.ObligationVersionExhausted,
        row("obligations", FIRST, version=MAX_24),
        {"obligation": FIRST},
        edge=row("obligations", FIRST, version=MAX_24 - 1),
    )


def paying(amount: int) -> Touch:
    return call_with(amount=Fen(amount))


def payment_breaks(payer: Member) -> list[Break]:
    """PAYMENT."""
    settled = row("obligations", FIRST, status=ObligationStatus.SETTLED)
    overdue = row("obligations", FIRST, status=ObligationStatus.OVERDUE)
    return [
        Break(r.ObligationClosed, settled, {"obligation": FIRST, "status": 4}, edge=overdue),
        offered_break(),
        Break(r.ZeroAmount, paying(0)),
        Break(r.Overpaid, paying(FACE + 1), {"owed": FACE, "given": FACE + 1}, edge=paying(FACE)),
        Break(r.PaymentTooSmall, paying(2_083), {"minimum": 2_084, "given": 2_083}, edge=paying(2_084)),
        Break(
            r.TooManyPayments,
            forty_eight_payments,
            {"obligation": FIRST},
            edge=both(forty_eight_payments, paying(FACE)),
            tag="all is possible",
        ),
        Break(r.TooManyPayments, forty_eight_payments, {"obligation": FIRST}, edge=forty_seven_payments),
        version_break(),
        *cash_breaks(payer.cash, PART),
    ]


def rival_of(member: Member) -> Touch:
    return call_with(participant=member.id, signer=member.account())


def receipt_used(world: World) -> None:
    world.rows.receipts[BANK.id, digest("receipt")] = GHOST


def receipt_of_another_bank(world: World) -> None:
    world.rows.receipts[BEN.id, digest("receipt")] = GHOST


def another_banks(world: World) -> None:
    world.edit("rails", RAIL, bank=BEN.id)


def redeemable_but_liened(world: World) -> None:
    world.edit("claims", CLAIM, status=Lifecycle.HELD | ClaimFlag.PLEDGED)


def redeem_breaks() -> list[Break]:
    gone = GHOST.claim(1)
    ended = int(Lifecycle.REDEEMED)
    return [
        Break(r.UnknownClaim, call_with(claim=gone), {"claim": gone}),
        Break(
            r.NotHeld, row("claims", CLAIM, status=ended), {"claim": CLAIM, "status": ended}, edge=redeemable_but_liened
        ),
        Break(r.NothingToRedeem, row("claims", CLAIM, redeemed_step=1), {"claim": CLAIM}),
        Break(
            r.ClaimVersionExhausted,
            row("claims", CLAIM, version=MAX_24),
            {"claim": CLAIM},
            edge=row("claims", CLAIM, version=MAX_24 - 1),
        ),
        *cash_breaks(ESCROW, PART),
    ]


def overdue_breaks() -> list[Break]:
    def due_second(world: World) -> None:
        world.now = world.rows.obligations[FIRST].due

    def due_of(world: World) -> dict[str, object]:
        return {"obligation": FIRST, "due": world.rows.obligations[FIRST].due}

    overdue = row("obligations", FIRST, status=ObligationStatus.OVERDUE)
    return [
        Break(r.UnknownObligation, call_with(obligation=GHOST), {"obligation": GHOST}),
        Break(r.ObligationClosed, overdue, {"obligation": FIRST, "status": 2}),
        offered_break(),
        Break(r.NotDue, due_second, due_of),
        version_break(),
        Break(
            r.OverdueCountExhausted,
            row("participants", CORE.id, overdue=2**16 - 1),
            {"obligor": CORE.id},
            edge=row("participants", CORE.id, overdue=2**16 - 2),
        ),
    ]


not_a_bank = row("participants", BANK.id, roles=Role.FINANCIER)

OPERATIONS = [
    Operation(
        "fund",
        held,
        lambda world: world.fund(FIRST, PART),
        [
            *signed_breaks(CORE),
            *obligation_breaks(),
            Break(r.NotObligor, rival_of(BEN), {"obligation": FIRST, "participant": BEN.id}),
            *payment_breaks(CORE),
        ],
    ),
    Operation(
        "fundByReceipt",
        held,
        lambda world: world.fund_by_receipt(FIRST, PART),
        [
            *signed_breaks(BANK),
            Break(r.NotInRole, not_a_bank, {"participant": BANK.id, "roles": 16}),
            *obligation_breaks(),
            Break(r.NotRailBank, another_banks, {"rail": RAIL, "participant": BANK.id}),
            Break(r.ReceiptUsed, receipt_used, {"receipt": digest("receipt")}, edge=receipt_of_another_bank),
            Break(r.ReceiptUsed, call_with(receipt=ZERO_HASH), {"receipt": ZERO_HASH}, tag="zero"),
            *payment_breaks(BANK),
        ],
    ),
    Operation("redeem", funded, lambda world: world.redeem(CLAIM), redeem_breaks()),
    Operation("markOverdue", past_due, lambda world: world.mark_overdue(FIRST), overdue_breaks()),
]


@pytest.mark.parametrize(("operation", "broken"), singles(OPERATIONS))
def test_refusal__says_what_and_which(operation: Operation, broken: Break) -> None:
    refused(operation, broken)


@pytest.mark.parametrize(("operation", "edge"), edges(OPERATIONS))
def test_edge__just_inside_is_good(operation: Operation, edge: Touch) -> None:
    operation.attempt(edge)


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.name)
def test_order__the_first_check_that_fails_is_the_answer(operation: Operation) -> None:
    in_order(operation)
