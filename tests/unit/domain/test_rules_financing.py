# SPDX-License-Identifier: Apache-2.0
"""Discount: claim and cash move together; every refusal alone, at its edge, and in IFinancing's order."""

from dataclasses import astuple, replace

import pytest

from chain.domain import commands as c
from chain.domain import events as e
from chain.domain import refusals as r
from chain.domain.clock import DAY, UtcSeconds
from chain.domain.money import Fen
from chain.domain.vocabulary import HOUR, ObligationStatus
from tests.breaks import (
    Break,
    Operation,
    Over,
    Touch,
    account_breaks,
    both,
    call_with,
    edges,
    forged,
    in_order,
    receiver_breaks,
    refused,
    row,
    signed_breaks,
    singles,
)
from tests.cast import ANNA, BEN, CASH, CORE, FIN, RIVAL, TOKEN
from tests.claim_breaks import (
    CLAIM,
    FACE,
    GHOST,
    OBLIGATION,
    claim,
    due,
    last_breaks,
    lien_of,
    money_breaks,
    not_held,
    open_break,
    piece_breaks,
    window_breaks,
)
from tests.claim_breaks import a_second_later as later
from tests.claim_breaks import one_claim as held
from tests.worlds import World

PRICE = 90  # below the smallest piece, so that any amount is worth it
AMOUNT = 30_000


def _discount(world: World) -> c.Call:
    return world.discount(world.quote(CLAIM, PRICE, AMOUNT))


def quoting(**fields: object) -> Touch:
    """The quote says this."""
    return call_with(quote=fields)


def in_quote(broken: Break) -> Break:
    """A break whose call says `amount` in the message, saying it in the quote."""

    def moved(touch: Touch) -> Touch:
        def touched(world: World) -> Over:
            over = touch(world) or {}
            return {"quote": over} if over else {}

        return touched

    edge = moved(broken.edge) if broken.edge else None
    return Break(broken.refusal, moved(broken.touch), broken.says, edge, broken.tag)


def quote_expired(world: World) -> Over:
    return {"quote": {"deadline": UtcSeconds(world.now - 1)}}


def quote_expires_now(world: World) -> Over:
    return {"quote": {"deadline": world.now}}


def overdue_unmarked(world: World) -> Over:
    """A whole claim a second after due, the quote still assuming ISSUED."""
    world.now = UtcSeconds(due(world) + 1)
    return {"quote": {"amount": Fen(FACE), "status": 1}}


def overdue_assumed(world: World) -> Over:
    return {"quote": {**overdue_unmarked(world)["quote"], "status": 2}}


def epoch_raised(world: World) -> Over:
    world.edit("participants", FIN.id, quote_epoch=7)
    return {"quote": {"epoch": 6}}


def discount_breaks() -> list[Break]:
    """IFinancing, in its order."""
    not_mine = both(row("claims", CLAIM, holder=BEN.id), call_with(participant=ANNA.id, signer=ANNA.account()))
    stale = {"claim": CLAIM, "current": 2, "given": 1}
    rivals_lien = Break(
        r.ClaimLiened,
        lien_of(RIVAL),
        lambda world: {"claim": CLAIM, "lienholder": RIVAL.id, "until": world.now // HOUR},
        edge=both(lien_of(RIVAL), later),
    )
    too_large = {"claim": CLAIM, "available": FACE, "asked": FACE + 1}
    whole = both(quoting(amount=Fen(FACE), price=Fen(FACE)))
    self_quoted = quoting(participant=ANNA.id, signer=ANNA.account())
    by_obligor = quoting(participant=CORE.id, signer=CORE.account())
    cash = (TOKEN, FIN.cash)
    refused_cash = {"token": TOKEN, "payer": FIN.cash, "amount": PRICE}
    pieces = [in_quote(broken) for broken in piece_breaks()]
    return [
        *signed_breaks(ANNA),
        Break(
            r.IntentExpired,
            quote_expired,
            lambda world: {"deadline": world.now - 1},
            edge=quote_expires_now,
            tag="quote",
        ),
        *account_breaks("signer", FIN, 1, inside="quote"),
        forged(1, FIN.account(), tag="quote"),
        Break(r.UnknownClaim, quoting(claim=GHOST), {"claim": GHOST}),
        Break(r.NotHolder, not_mine, {"claim": CLAIM, "participant": ANNA.id}),
        Break(r.StaleClaim, lambda world: {"quote": {"version": world.rows.claims[CLAIM].version - 1}}, stale),
        not_held(),
        rivals_lien,
        open_break(),
        Break(
            r.StatusChanged,
            quoting(status=2),
            {"obligation": OBLIGATION, "current": 1, "assumed": 2},
            edge=quoting(status=1),
            tag="not overdue",
        ),
        Break(
            r.StatusChanged,
            overdue_unmarked,
            {"obligation": OBLIGATION, "current": 2, "assumed": 1},
            edge=overdue_assumed,
            tag="overdue",
        ),
        *(replace(broken, edge=None) for broken in window_breaks(past_due=False)),
        *money_breaks(),
        pieces[0],
        Break(r.PieceTooLarge, quoting(amount=Fen(FACE + 1)), too_large, edge=whole),
        Break(
            r.PastDue,
            lambda world: {"quote": {**overdue_assumed(world)["quote"], "amount": Fen(AMOUNT)}},
            lambda world: {"claim": CLAIM, "due": due(world)},
        ),
        *pieces[2:],
        Break(r.SelfDealing, self_quoted, {"participant": ANNA.id}),
        Break(r.ObligorCannotHold, by_obligor, {"obligor": CORE.id}),
        *receiver_breaks(FIN, call_with(), 4, tag="financier")[1:],  # who signs for it is registered
        Break(
            r.QuoteWithdrawn,
            epoch_raised,
            {"financier": FIN.id, "epoch": 7, "given": 6},
            edge=row("participants", FIN.id, quote_epoch=7),
        ),
        Break(r.ZeroAmount, quoting(price=Fen(0)), edge=quoting(price=Fen(1)), tag="price"),
        Break(
            r.PriceAboveFace,
            quoting(price=Fen(AMOUNT + 1)),
            {"amount": AMOUNT, "price": AMOUNT + 1},
            edge=quoting(price=Fen(AMOUNT)),
        ),
        *last_breaks(),
        Break(r.CashRefused, row("cash", cash, balance=PRICE - 1), refused_cash, edge=row("cash", cash, balance=PRICE)),
        Break(r.CashRefused, row("cash", cash, approved=False), refused_cash, tag="allowance"),
    ]


APART = frozenset(
    frozenset(pair)
    for pair in (
        ("StatusChanged(not overdue)", "StatusChanged(overdue)"),
        ("StatusChanged(not overdue)", "PastDue"),
        ("ClosingWindow(opens)", "PastDue"),
        ("ClosingWindow(due)", "PastDue"),
        ("RightMissing(quote.signer)", "SelfDealing"),
        ("RightMissing(quote.signer)", "ObligorCannotHold"),
    )
)
"""No call is before and after due at once, nor does the financier quote when another does."""

OPERATIONS = [Operation("discount", held, _discount, discount_breaks(), APART)]


@pytest.mark.parametrize(("operation", "broken"), singles(OPERATIONS))
def test_refusal__says_what_and_which(operation: Operation, broken: Break) -> None:
    refused(operation, broken)


@pytest.mark.parametrize(("operation", "edge"), edges(OPERATIONS))
def test_edge__just_inside_is_good(operation: Operation, edge: Touch) -> None:
    operation.attempt(edge)


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.name)
def test_order__the_first_check_that_fails_is_the_answer(operation: Operation) -> None:
    in_order(operation)


# ---------------------------------------------------------------- what happens


def test_discount__whole__claim_and_cash_change_hands_without_a_hop() -> None:
    world = held()
    pricing = 42_000 << 24 | 90 << 8 | 1

    events = world.do(world.discount(world.quote(CLAIM, 98_950)))

    assert events == (e.Discounted(CLAIM, 3, 0, FIN.id, Fen(FACE), Fen(98_950), pricing, 1),)
    assert astuple(claim(world, 1)) == (FIN.id, 0, 0, FACE, 0, 3, 0, 0, 1, 0)
    assert (world.balance(FIN.cash), world.balance(ANNA.cash)) == (CASH - 98_950, 98_950)


def test_discount__tail__child_is_the_financiers_and_the_rest_keeps_its_lien() -> None:
    world = held()
    world.do(world.lien(CLAIM, FIN))
    until = claim(world, 1).lien_until

    world.do(world.discount(world.quote(CLAIM, PRICE, AMOUNT)))

    assert astuple(claim(world, 1)) == (ANNA.id, FIN.id, 0, 70_000, 0, 4, until, 0, 1, 0)
    assert astuple(claim(world, 2)) == (FIN.id, 0, 70_000, 30_000, 1, 1, 0, 0, 1, 0)
    assert world.rows.obligations[OBLIGATION].seq == 2


def test_discount__whole__clears_the_sellers_own_lien() -> None:
    world = held()
    world.do(world.lien(CLAIM, ANNA))

    world.do(world.discount(world.quote(CLAIM, 98_950)))

    assert (claim(world, 1).lienholder, claim(world, 1).lien_until) == (0, 0)


@pytest.mark.parametrize("marked", [False, True])
def test_discount__overdue__whole_by_a_quote_that_assumes_it(marked: bool) -> None:
    world = held()
    world.now = UtcSeconds(due(world) + DAY)
    if marked:
        world.do(world.mark_overdue(OBLIGATION))
    assert world.rows.obligations[OBLIGATION].status == (ObligationStatus.OVERDUE if marked else 1)

    world.do(world.discount(world.quote(CLAIM, 50_000)))

    assert claim(world, 1).holder == FIN.id


def test_discount__the_same_quote_twice__its_version_is_gone() -> None:
    world = held()
    quote = world.quote(CLAIM, PRICE, AMOUNT)
    world.do(world.discount(quote))

    with pytest.raises(r.StaleClaim):
        world.do(world.discount(quote))


def test_discount__quote_from_before_a_payment__cannot_survive_it() -> None:
    world = held()
    quote = world.quote(CLAIM, PRICE, AMOUNT)
    world.do(world.fund(OBLIGATION, 50_000))
    with pytest.raises(r.RedeemFirst):
        world.do(world.discount(quote))

    world.do(world.redeem(CLAIM))

    with pytest.raises(r.StaleClaim):
        world.do(world.discount(quote))


def test_discount__hop_cap_is_not_asked() -> None:
    world = held()
    world.edit("claims", CLAIM, hop=5)

    world.do(world.discount(world.quote(CLAIM, 98_950)))

    assert claim(world, 1).hop == 5


def test_discount__financier_and_seller_share_a_cash_address__nothing_moves_but_it_must_be_there() -> None:
    world = held()
    world.edit("participants", ANNA.id, cash=FIN.cash)
    world.edit("cash", (TOKEN, FIN.cash), balance=Fen(98_949))
    with pytest.raises(r.CashRefused):
        world.do(world.discount(world.quote(CLAIM, 98_950)))

    world.mint(FIN.cash, 1)
    world.do(world.discount(world.quote(CLAIM, 98_950)))

    assert (claim(world, 1).holder, world.balance(FIN.cash)) == (FIN.id, 98_950)
