# SPDX-License-Identifier: Apache-2.0
"""Every refusal of transfer, split, splitMany, cut, lien and release, alone, at its edge, and in IClaims' order."""

from typing import Any

import pytest

from chain.domain import commands as c
from chain.domain import refusals as r
from chain.domain.money import Fen
from chain.domain.vocabulary import (
    HOUR,
    Hours,
)
from tests.breaks import (
    Break,
    Operation,
    Over,
    Touch,
    at,
    both,
    call_with,
    edges,
    in_order,
    receiver_breaks,
    refused,
    signed_breaks,
    singles,
)
from tests.cast import ANNA, BEN, CLEO, CORE, FIN, RIVAL, Member
from tests.claim_breaks import (
    CLAIM,
    FACE,
    GHOST,
    accepted_breaks,
    assignee_breaks,
    claim_breaks,
    closes,
    due,
    free_breaks,
    hop_break,
    last_breaks,
    lien_of,
    liened_claim,
    money_breaks,
    not_held,
    one_claim,
    open_break,
    piece_breaks,
    reduce,
    steps,
    window_breaks,
)
from tests.worlds import World


def _transfer(world: World) -> c.Call:
    return world.transfer(CLAIM, BEN)


def _split(world: World) -> c.Call:
    return world.split(CLAIM, BEN, 30_000)


def _split_many(world: World) -> c.Call:
    return world.split_many(CLAIM, (BEN, 30_000), (CLEO, 20_000))


def _cut(world: World) -> c.Call:
    return world.cut(CLAIM, 30_000)


def _lien(world: World) -> c.Call:
    return world.lien(CLAIM, FIN, 30_000)


def _release(world: World) -> c.Call:
    return world.release(CLAIM)


def lien_breaks() -> list[Break]:
    def until(seconds_from_now: int) -> Touch:
        return lambda world: {"until": Hours((world.now + seconds_from_now) // HOUR)}

    def last_hour(world: World) -> Over:
        return {"until": Hours(due(world) // HOUR)}

    def hour_after(world: World) -> Over:
        return {"until": Hours(due(world) // HOUR + 1)}

    def said(hours: Touch) -> Any:
        return lambda world: {"until": (hours(world) or {})["until"]}

    past, future = until(0), until(HOUR)
    too_large = {"claim": CLAIM, "available": FACE, "asked": FACE + 1}
    in_window = both(lambda world: at(closes(world))(world), lambda world: {"until": Hours(world.now // HOUR + 1)})
    window = Break(r.ClosingWindow, in_window, lambda world: {"claim": CLAIM, "start": closes(world)})
    receiver = receiver_breaks(FIN, call_with(), 4, tag="lienholder")
    return [
        *signed_breaks(ANNA),
        *claim_breaks(),
        *free_breaks(),
        open_break(),
        Break(r.BadLienUntil, past, said(past), edge=future, tag="past"),
        Break(r.BadLienUntil, hour_after, said(hour_after), edge=last_hour, tag="after due"),
        *money_breaks(),
        Break(r.ZeroAmount, call_with(amount=Fen(0))),
        Break(r.PieceTooLarge, call_with(amount=Fen(FACE + 1)), too_large, edge=call_with(amount=Fen(FACE))),
        window,
        *[broken for broken in piece_breaks() if broken.refusal in (r.PieceTooSmall, r.NothingUnpaid)],
        Break(r.ObligorCannotHold, call_with(lienholder=CORE.id), {"obligor": CORE.id}),
        *receiver,
        *accepted_breaks(FIN, standing=False),
        *last_breaks(),
    ]


def release_breaks() -> list[Break]:
    liened = lien_of(FIN)
    mine = both(liened, call_with(participant=RIVAL.id, signer=RIVAL.account()))
    return [
        *signed_breaks(FIN),
        Break(r.UnknownClaim, call_with(claim=GHOST), {"claim": GHOST}),
        Break(r.NotLienholder, mine, {"claim": CLAIM, "participant": RIVAL.id}),
        Break(r.StaleClaim, lambda world: {"version": 2}, {"claim": CLAIM, "current": 3, "given": 2}),
        not_held(),
        *last_breaks(children=0),
    ]


def pieces(*parts: tuple[Member, int], **over: Any) -> Touch:
    """The call splits off these pieces, each with its assignee's signed acceptance."""

    def touch(world: World) -> Over:
        consents = tuple(world.consent(to) for to, _ in parts)
        return {"pieces": tuple(c.Piece(to.id, Fen(n)) for to, n in parts), "acceptances": consents} | over

    return touch


def split_many_breaks() -> list[Break]:
    """What concerns the parent once; then the batch; then each piece, of what is left."""
    none_left = {"claim": CLAIM, "available": 40_000, "asked": 40_000}
    small = {"claim": CLAIM, "minimum": 100}

    def one_of_two(world: World) -> Over:
        return {"acceptances": (world.consent(BEN),)}

    def not_signed(world: World) -> Over:
        return {"acceptances": (world.consent(BEN), None)}

    def rest_is_paid(world: World) -> Over:
        steps(world, reduce(0, FACE // 2))
        world.edit("claims", CLAIM, redeemed_step=1)
        return pieces((BEN, 30_000), (CLEO, 20_000))(world) or {}

    second = receiver_breaks(CLEO, pieces((BEN, 30_000), (CLEO, 20_000)), 6, tag="second")
    return [
        *signed_breaks(ANNA),
        *claim_breaks(),
        *free_breaks(),
        open_break(),
        *window_breaks(),
        *money_breaks(),
        hop_break(),
        Break(r.EmptyBatch, pieces()),
        Break(r.BadBatch, one_of_two, {"needed": 2, "given": 1}),
        Break(r.ZeroAmount, pieces((BEN, 0), (CLEO, 1_000)), tag="first"),
        Break(r.ZeroAmount, pieces((BEN, 1_000), (CLEO, 0)), tag="second"),
        Break(
            r.PieceTooLarge,
            pieces((BEN, 60_000), (CLEO, 40_000)),
            none_left,
            edge=pieces((BEN, 60_000), (CLEO, 39_900)),
        ),
        Break(r.PieceTooSmall, pieces((BEN, 60_000), (CLEO, 39_901)), small, tag="rest"),
        Break(r.NothingUnpaid, rest_is_paid, {"claim": CLAIM}, tag="rest"),
        Break(r.SelfDealing, pieces((BEN, 30_000), (ANNA, 20_000)), {"participant": ANNA.id}),
        Break(r.ObligorCannotHold, pieces((BEN, 30_000), (CORE, 20_000)), {"obligor": CORE.id}),
        *second,
        Break(r.NotAccepted, not_signed, {"claim": CLAIM, "assignee": CLEO.id}),
        *last_breaks(children=2),
    ]


UNEQUAL_PIECES = frozenset(
    frozenset((name, "NothingUnpaid(rest)")) for name in ("PieceTooLarge", "PieceTooSmall(rest)")
)
"""Here the first piece alone leaves no unpaid rest, and is refused before the second is looked at."""

OPERATIONS = [
    Operation(
        "transfer",
        one_claim,
        _transfer,
        [
            *signed_breaks(ANNA),
            *claim_breaks(),
            *free_breaks(),
            open_break(),
            *window_breaks(past_due=False),
            *money_breaks(),
            *assignee_breaks(),
            hop_break(),
            *accepted_breaks(BEN),
            *last_breaks(children=0),
        ],
    ),
    Operation(
        "split",
        one_claim,
        _split,
        [
            *signed_breaks(ANNA),
            *claim_breaks(),
            *free_breaks(),
            open_break(),
            *window_breaks(),
            *money_breaks(),
            *piece_breaks(),
            *assignee_breaks(),
            hop_break(),
            *accepted_breaks(BEN),
            *last_breaks(),
        ],
    ),
    Operation(
        "cut",
        one_claim,
        _cut,
        [
            *signed_breaks(ANNA),
            *claim_breaks(),
            *free_breaks(),
            open_break(),
            *window_breaks(),
            *piece_breaks(),
            *last_breaks(),
        ],
    ),
    Operation("splitMany", one_claim, _split_many, split_many_breaks(), UNEQUAL_PIECES),
    Operation("lien", one_claim, _lien, lien_breaks()),
    Operation("release", liened_claim, _release, release_breaks()),
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
