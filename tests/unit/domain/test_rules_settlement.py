# SPDX-License-Identifier: Apache-2.0
"""What paying, redeeming and marking overdue do: steps, limits, escrow, cash, late interest."""

import pytest

from chain.domain import events as e
from chain.domain import refusals as r
from chain.domain.clock import DAY, UtcSeconds
from chain.domain.money import MAX_FEN, Fen, Ppm
from chain.domain.rules import Owed, owed
from chain.domain.vocabulary import (
    ZERO_HASH,
    Lifecycle,
    ObligationId,
    ObligationStatus,
    Step,
    StepKind,
)
from tests.cast import ANNA, BANK, BEN, CASH, CORE, FIN, RAIL, YUAN, digest
from tests.worlds import World, furnished

FIRST = ObligationId(CORE.id, 1)
CLAIM = FIRST.claim(1)
FACE = 100_000


def held() -> World:
    world = furnished()
    world.held()
    return world


def late(days: int) -> World:
    """An obligation so many days begun after due, at 0.05 % a day: 50 fen a day on 1,000.00."""
    world = held()
    world.now = UtcSeconds(world.rows.obligations[FIRST].due + (days - 1) * DAY + 1)
    return world


def status(world: World) -> ObligationStatus:
    return world.rows.obligations[FIRST].status


def test_fund__in_part__leaves_a_step_and_frees_the_limit() -> None:
    world = held()

    events = world.do(world.fund(FIRST, 40_000))

    assert events == (e.Funded(FIRST, 2, Fen(40_000), Fen(0), Fen(0), 1, world.now, ZERO_HASH, 1),)
    row = world.rows.obligations[FIRST]
    assert (row.unpaid, row.steps, row.version, row.status) == (60_000, 1, 2, ObligationStatus.ISSUED)
    step = Step(StepKind.PAY, Fen(40_000), Fen(FACE), Fen(0), Fen(0), world.now, 1)
    assert world.rows.steps[FIRST, 1] == step
    assert world.rows.participants[CORE.id].utilised == 60_000
    assert world.rows.rails[RAIL].owed == world.balance(world.escrow) == 40_000
    assert world.balance(CORE.cash) == CASH - 40_000


def test_fund__in_full_before_due__settles_without_a_step_and_the_claims_get_all() -> None:
    world = held()
    world.do(world.cut(CLAIM, 33_333))

    world.do(world.fund(FIRST, FACE))

    assert (status(world), world.rows.obligations[FIRST].steps) == (ObligationStatus.SETTLED, 0)
    assert not world.rows.steps
    for seq, amount in ((1, 66_667), (2, 33_333)):
        claim = FIRST.claim(seq)
        version = world.rows.claims[claim].version + 1
        assert world.do(world.redeem(claim)) == (e.Redeemed(claim, version, Fen(amount), Fen(0), 2, 1),)
    assert world.balance(ANNA.cash) == FACE
    assert world.rows.rails[RAIL].owed == world.balance(world.escrow) == 0


def test_fund__in_full_with_interest__is_a_step_of_its_own() -> None:
    world = late(3)

    world.do(world.fund(FIRST, FACE + 150))

    step = Step(StepKind.PAY, Fen(FACE), Fen(FACE), Fen(150), Fen(0), world.now, 1)
    assert world.rows.steps[FIRST, 1] == step
    assert world.do(world.redeem(CLAIM)) == (e.Redeemed(CLAIM, 3, Fen(FACE), Fen(150), 2, 1),)
    assert world.balance(ANNA.cash) == FACE + 150


def test_fund__interest_first__then_principal() -> None:
    world = late(100)  # 5,000 fen owed, more than the smallest payment of 2,084

    world.do(world.fund(FIRST, 3_000))

    assert world.rows.obligations[FIRST].unpaid == FACE
    assert world.rows.steps[FIRST, 1].interest_owed == 2_000
    assert owed(world.rows, FIRST, world.now) == Owed(Fen(FACE), Fen(2_000))
    world.do(world.fund(FIRST, 12_000))
    assert (world.rows.obligations[FIRST].unpaid, world.rows.steps[FIRST, 2].interest_owed) == (90_000, 0)
    assert world.do(world.redeem(CLAIM)) == (e.Redeemed(CLAIM, 3, Fen(10_000), Fen(5_000), 1, 1),)


@pytest.mark.parametrize(
    ("after_due", "interest"),
    [(-DAY, 0), (0, 0), (1, 50), (DAY, 50), (DAY + 1, 100), (10 * DAY, 500)],
)
def test_owed__every_24_hours_begun_after_due_count(after_due: int, interest: int) -> None:
    world = held()
    world.now = UtcSeconds(world.rows.obligations[FIRST].due + after_due)

    assert owed(world.rows, FIRST, world.now) == Owed(Fen(FACE), Fen(interest))


def test_owed__after_a_step__only_days_since_it_count_and_on_what_is_left() -> None:
    world = late(2)
    world.do(world.fund(FIRST, 50_100))
    world.wait(DAY)

    assert owed(world.rows, FIRST, world.now) == Owed(Fen(50_000), Fen(25))


def test_owed__a_step_before_due__counts_no_day_twice() -> None:
    world = held()
    world.do(world.fund(FIRST, 50_000))
    world.now = UtcSeconds(world.rows.obligations[FIRST].due + 1)

    assert owed(world.rows, FIRST, world.now) == Owed(Fen(50_000), Fen(25))


def test_owed__is_48_bits_at_most() -> None:
    world = late(365)
    world.edit("obligations", FIRST, unpaid=MAX_FEN, late_rate=Ppm(2**24 - 1))

    assert owed(world.rows, FIRST, world.now).interest == MAX_FEN
    world.edit("obligations", FIRST, late_rate=Ppm(999_000))
    before = owed(world.rows, FIRST, world.now).interest
    assert before < MAX_FEN
    world.rows.steps[FIRST, 1] = Step(
        StepKind.PAY, Fen(1), Fen(1), Fen(0), MAX_FEN, world.rows.obligations[FIRST].due, 1
    )
    world.edit("obligations", FIRST, steps=1)
    assert owed(world.rows, FIRST, world.now).interest == MAX_FEN


def test_fund__overdue_paid_in_full__is_the_cure() -> None:
    world = late(1)
    assert world.do(world.mark_overdue(FIRST)) == (e.MarkedOverdue(FIRST, 2, 1),)
    assert (status(world), world.rows.participants[CORE.id].overdue) == (ObligationStatus.OVERDUE, 1)
    with pytest.raises(r.IssuanceStopped):
        world.do(world.issue(world.promise(2)))

    world.do(world.fund(FIRST, 50_000))
    assert (status(world), world.rows.participants[CORE.id].overdue) == (ObligationStatus.OVERDUE, 1)
    world.do(world.fund(FIRST, owed(world.rows, FIRST, world.now).total))

    assert (status(world), world.rows.participants[CORE.id].overdue) == (ObligationStatus.SETTLED, 0)
    world.do(world.issue(world.promise(2)))


def test_fund__late_but_not_marked__no_cure_is_counted() -> None:
    world = late(1)

    world.do(world.fund(FIRST, FACE + 50))

    assert world.rows.participants[CORE.id].overdue == 0


def test_fund__smallest_payment__is_the_larger_of_a_48th_and_the_smallest_piece() -> None:
    world = held()
    with pytest.raises(r.PaymentTooSmall) as caught:
        world.do(world.fund(FIRST, 2_083))
    assert dict(caught.value.arguments) == {"minimum": 2_084, "given": 2_083}
    world.do(world.fund(FIRST, 2_084))
    world.held(2, face=4_700)

    with pytest.raises(r.PaymentTooSmall) as caught:
        world.do(world.fund(ObligationId(CORE.id, 2), 99))
    assert caught.value.arguments["minimum"] == 100


def test_fund__all_that_is_owed_may_be_less_than_the_smallest_payment() -> None:
    world = held()
    world.do(world.fund(FIRST, FACE - 1))

    world.do(world.fund(FIRST, 1))

    assert status(world) is ObligationStatus.SETTLED


def test_fund__48_payments_in_part__then_only_all_of_it() -> None:
    world = furnished()
    world.held(face=10_000)
    for _ in range(47):
        world.do(world.fund(FIRST, 209))
    world.now = UtcSeconds(world.rows.obligations[FIRST].due + 400 * DAY)
    assert owed(world.rows, FIRST, world.now) == Owed(Fen(177), Fen(35))
    world.edit("obligations", FIRST, unpaid=Fen(10_000))
    world.do(world.fund(FIRST, 5_000))

    with pytest.raises(r.TooManyPayments):
        world.do(world.fund(FIRST, owed(world.rows, FIRST, world.now).total - 1))
    world.do(world.fund(FIRST, owed(world.rows, FIRST, world.now).total))

    assert (status(world), world.rows.obligations[FIRST].steps) == (ObligationStatus.SETTLED, 48)


def test_fund_by_receipt__the_banks_cash_and_a_receipt_that_counts_once() -> None:
    world = held()

    events = world.do(world.fund_by_receipt(FIRST, 40_000))

    assert events == (e.Funded(FIRST, 2, Fen(40_000), Fen(0), Fen(0), 1, world.now, digest("receipt"), 1),)
    assert world.balance(BANK.cash) == CASH - 40_000
    assert world.balance(world.escrow) == 40_000
    assert world.rows.receipts[BANK.id, digest("receipt")] == FIRST
    with pytest.raises(r.ReceiptUsed):
        world.do(world.fund_by_receipt(FIRST, 40_000))
    world.do(world.fund_by_receipt(FIRST, 40_000, "another"))


def test_fund_by_receipt__suspended_bank__may() -> None:
    world = held()
    world.do(world.set_standing(BANK, status=2))

    world.do(world.fund_by_receipt(FIRST, FACE))

    assert status(world) is ObligationStatus.SETTLED


def test_redeem__lien_does_not_stop_it_and_stays() -> None:
    world = held()
    world.do(world.lien(CLAIM, FIN))
    world.do(world.fund(FIRST, 40_000))

    world.do(world.redeem(CLAIM))

    claim = world.rows.claims[CLAIM]
    assert (claim.lienholder, claim.redeemed_step, claim.lifecycle) == (FIN.id, 1, Lifecycle.HELD)
    assert world.balance(ANNA.cash) == 40_000


def test_redeem__twice__the_second_time_there_is_nothing() -> None:
    world = held()
    world.do(world.fund(FIRST, 40_000))
    world.do(world.redeem(CLAIM))

    with pytest.raises(r.NothingToRedeem):
        world.do(world.redeem(CLAIM))


def test_redeem__after_the_last_cent__the_claim_is_a_tombstone() -> None:
    world = held()
    world.do(world.fund(FIRST, FACE))
    world.do(world.redeem(CLAIM))

    with pytest.raises(r.NotHeld) as caught:
        world.do(world.redeem(CLAIM))
    assert caught.value.arguments["status"] == Lifecycle.REDEEMED
    assert world.rows.claims[CLAIM].holder == ANNA.id


def test_redeem__holder_paid_from_its_own_escrow__cash_stays() -> None:
    world = held()
    world.edit("participants", ANNA.id, cash=world.escrow)
    world.do(world.fund(FIRST, FACE))

    world.do(world.redeem(CLAIM))

    assert world.balance(world.escrow) == FACE
    assert world.rows.rails[RAIL].owed == 0


def test_redeem__after_a_transfer__the_new_holder_is_paid() -> None:
    world = held()
    world.do(world.transfer(CLAIM, BEN))
    world.do(world.fund(FIRST, FACE))

    world.do(world.redeem(CLAIM))

    assert (world.balance(ANNA.cash), world.balance(BEN.cash)) == (0, FACE)


def test_redeem__a_claim_too_small_for_a_share__has_nothing_yet() -> None:
    world = furnished()
    world.held(face=500_000 * YUAN)
    world.edit("obligations", FIRST, min_piece=0)
    world.do(world.cut(CLAIM, 500_000 * YUAN - 10))
    world.do(world.fund(FIRST, 1_041_667))

    world.do(world.redeem(FIRST.claim(2)))

    with pytest.raises(r.NothingToRedeem):
        world.do(world.redeem(CLAIM))
    world.do(world.transfer(CLAIM, BEN))  # nothing waits, so it moves
    assert world.rows.claims[CLAIM].holder == BEN.id
