# SPDX-License-Identifier: Apache-2.0
"""What passing on, splitting, cutting, encumbering and releasing a claim does to its row and its children's."""

from dataclasses import astuple

import pytest

from chain.domain import commands as c
from chain.domain import events as e
from chain.domain import refusals as r
from chain.domain.clock import DAY, UtcSeconds
from chain.domain.money import Fen
from chain.domain.vocabulary import (
    HOUR,
    Hours,
)
from tests.cast import ANNA, BEN, CLEO, FIN, RIVAL
from tests.claim_breaks import (
    CLAIM,
    FACE,
    OBLIGATION,
    claim,
    due,
    liened_claim,
    one_claim,
)
from tests.worlds import World


def after_due(world: World) -> World:
    world.now = UtcSeconds(due(world) + 1)
    return world


def test_transfer__whole_claim__new_holder_one_hop_no_lien() -> None:
    world = one_claim()
    world.do(world.lien(CLAIM, FIN))
    world.wait(25 * HOUR)  # the lien ran out; its name stands in the row until the claim moves

    events = world.do(world.transfer(CLAIM, BEN))

    assert events == (e.Transferred(CLAIM, 4, BEN.id, 1),)
    assert astuple(claim(world, 1)) == (BEN.id, 0, 0, FACE, 0, 4, 0, 1, 1, 0)


def test_transfer__by_standing_auto_accept__needs_no_signature_until_its_last_second() -> None:
    world = one_claim()
    world.do(world.set_auto_accept(BEN, ANNA, world.now + 60))
    world.wait(60)

    world.do(world.transfer(CLAIM, BEN, acceptances=(None,)))

    assert claim(world, 1).holder == BEN.id


@pytest.mark.parametrize("marked", [False, True])
def test_transfer__after_due__whole_by_signed_acceptance_only(marked: bool) -> None:
    world = one_claim()
    world.do(world.set_auto_accept(BEN, ANNA, due(world) + DAY))
    after_due(world)
    if marked:
        world.do(world.mark_overdue(OBLIGATION))

    with pytest.raises(r.NotAccepted):
        world.do(world.transfer(CLAIM, BEN, acceptances=()))
    world.do(world.transfer(CLAIM, BEN))

    assert claim(world, 1).holder == BEN.id


def test_split__child_has_the_tail_and_the_parent_keeps_its_start() -> None:
    world = one_claim()

    events = world.do(world.split(CLAIM, BEN, 30_000))

    assert events == (e.SplitOff(CLAIM, 3, 2, BEN.id, Fen(30_000), 1),)
    assert astuple(claim(world, 1)) == (ANNA.id, 0, 0, 70_000, 0, 3, 0, 0, 1, 0)
    assert astuple(claim(world, 2)) == (BEN.id, 0, 70_000, 30_000, 1, 1, 0, 1, 1, 0)
    assert world.rows.obligations[OBLIGATION].seq == 2
    assert world.rows.obligations[OBLIGATION].version == 1


def test_split__after_a_payment_was_redeemed__child_keeps_the_redeemed_step() -> None:
    world = one_claim()
    world.do(world.fund(OBLIGATION, 50_000))
    world.do(world.redeem(CLAIM))

    world.do(world.split(CLAIM, BEN, 30_000))

    assert claim(world, 2).redeemed_step == 1
    with pytest.raises(r.NothingToRedeem):
        world.do(world.redeem(OBLIGATION.claim(2)))


def test_split_many__first_piece_takes_the_very_last_cents_and_the_version_grows_by_one() -> None:
    world = one_claim()

    events = world.do(world.split_many(CLAIM, (BEN, 30_000), (CLEO, 20_000), (BEN, 10_000)))

    parts = (c.Piece(BEN.id, Fen(30_000)), c.Piece(CLEO.id, Fen(20_000)), c.Piece(BEN.id, Fen(10_000)))
    assert events == (e.SplitOffMany(CLAIM, 3, 2, 1, parts),)
    shapes = [(claim(world, n).holder, claim(world, n).start, claim(world, n).amount) for n in (1, 2, 3, 4)]
    assert shapes == [
        (ANNA.id, 0, 40_000),
        (BEN.id, 70_000, 30_000),
        (CLEO.id, 50_000, 20_000),
        (BEN.id, 40_000, 10_000),
    ]
    assert [claim(world, n).hop for n in (1, 2, 3, 4)] == [0, 1, 1, 1]
    assert world.rows.obligations[OBLIGATION].seq == 4


def test_split_many__no_acceptances__all_by_auto_accept() -> None:
    world = one_claim()
    world.do(world.set_auto_accept(BEN, ANNA, world.now))
    call = world.split_many(CLAIM, (BEN, 30_000), (CLEO, 20_000), acceptances=())

    with pytest.raises(r.NotAccepted) as caught:
        world.do(call)
    assert caught.value.arguments["assignee"] == CLEO.id
    world.do(world.set_auto_accept(CLEO, ANNA, world.now))
    world.do(call)

    assert claim(world, 3).holder == CLEO.id


def test_split_many__pieces_are_checked_one_after_the_other() -> None:
    world = one_claim()
    call = world.split_many(CLAIM, (BEN, 30_000), (CLEO, 0), acceptances=(None, None))

    with pytest.raises(r.NotAccepted):
        world.do(call)


def test_cut__money_may_be_waiting_and_both_parts_keep_it() -> None:
    world = one_claim()
    world.do(world.fund(OBLIGATION, 50_001))

    events = world.do(world.cut(CLAIM, 33_333))

    assert events == (e.CutOff(CLAIM, 3, 2, Fen(33_333), 1),)
    assert astuple(claim(world, 2)) == (ANNA.id, 0, 66_667, 33_333, 1, 1, 0, 0, 1, 0)
    paid = [world.do(world.redeem(OBLIGATION.claim(n)))[0] for n in (1, 2)]
    assert sum(event.principal for event in paid if isinstance(event, e.Redeemed)) == 50_001


def test_lien__of_a_part__child_bears_it_and_the_holder_stays() -> None:
    world = one_claim()

    events = world.do(world.lien(CLAIM, FIN, 40_000))

    until = Hours(world.now // HOUR + 24)
    assert events == (e.Liened(CLAIM, 3, 2, Fen(40_000), FIN.id, until, 1),)
    assert astuple(claim(world, 1)) == (ANNA.id, 0, 0, 60_000, 0, 3, 0, 0, 1, 0)
    assert astuple(claim(world, 2)) == (ANNA.id, FIN.id, 60_000, 40_000, 1, 1, until, 0, 1, 0)


def test_lien__own__needs_no_acceptance_and_none_is_looked_at() -> None:
    world = one_claim()

    world.do(world.lien(CLAIM, ANNA, acceptances=(c.Malformed(b"x"),)))

    assert (claim(world, 1).lienholder, claim(world, 1).version) == (ANNA.id, 3)
    with pytest.raises(r.ClaimLiened):
        world.do(world.transfer(CLAIM, BEN))


def test_lien__one_that_ran_out__is_replaced() -> None:
    world = liened_claim()
    world.wait(24 * HOUR + 1)

    world.do(world.lien(CLAIM, RIVAL))

    assert claim(world, 1).lienholder == RIVAL.id


def test_release__by_the_lienholder__clears_both_fields() -> None:
    world = liened_claim()

    events = world.do(world.release(CLAIM))

    assert events == (e.Released(CLAIM, 4, 1),)
    assert (claim(world, 1).lienholder, claim(world, 1).lien_until) == (0, 0)


def test_release__of_a_lien_that_ran_out__is_possible() -> None:
    world = liened_claim()
    world.wait(30 * DAY)

    world.do(world.release(CLAIM))

    assert claim(world, 1).lienholder == 0


def test_hop_cap__counts_passes_only() -> None:
    world = one_claim()
    for n in range(5):
        world.do(world.transfer(CLAIM, (BEN, CLEO)[n % 2]))
    with pytest.raises(r.HopCapReached):
        world.do(world.transfer(CLAIM, CLEO))

    world.do(world.cut(CLAIM, 30_000))

    assert claim(world, 2).hop == 5


def test_closing_window__zero_days__closes_the_due_second_alone() -> None:
    world = one_claim()
    world.edit("obligations", OBLIGATION, closes=0)
    world.now = UtcSeconds(due(world) - 1)
    events = world.do(world.cut(CLAIM, 1_000))
    world.wait(1)

    assert events
    with pytest.raises(r.ClosingWindow) as caught:
        world.do(world.cut(CLAIM, 1_000))
    assert caught.value.arguments["start"] == due(world)
