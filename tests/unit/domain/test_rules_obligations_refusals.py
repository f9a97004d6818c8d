# SPDX-License-Identifier: Apache-2.0
"""Every refusal of issue, accept, decline, revoke and expire, alone, at its edge, and in IObligations' order."""

from typing import Any

import pytest

from chain.domain import commands as c
from chain.domain import refusals as r
from chain.domain.clock import UtcSeconds
from chain.domain.money import Fen, Ppm
from chain.domain.vocabulary import (
    HOUR,
    ZERO_HASH,
    Hours,
    InvoicePart,
    Lifecycle,
    ObligationId,
    RailId,
)
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
from tests.cast import ANNA, BANK, BEN, CORE, FIRST_RULES, INVOICE, RIVAL, digest
from tests.worlds import World, furnished

FIRST = ObligationId(CORE.id, 1)
CLAIM = FIRST.claim(1)
GHOST = ObligationId(CORE.id, 99)
FACE = 100_000
SMALL = digest("small invoice")


def with_small_invoice() -> World:
    world = furnished()
    world.do(world.register_invoices(c.InvoiceEntry(SMALL, Fen(FACE), ZERO_HASH)))
    return world


def offered() -> World:
    world = furnished()
    world.do(world.issue(world.promise(1)))
    return world


def _issue(world: World) -> c.Call:
    return world.issue(world.promise(1))


def _issue_alone(world: World) -> c.Call:
    return world.issue(world.promise(1), checked=False)


def _issue_many(world: World) -> c.Call:
    return world.issue_many(world.promise(1), world.promise(2))


# ---------------------------------------------------------------- issue


def promising(**fields: Any) -> Touch:
    """The promise says this."""
    return lambda world: {"obligation": fields}


def promising_from_now(name: str, offset: int, unit: int = 1) -> Touch:
    """An instant of the promise is so far from now."""
    return lambda world: {"obligation": {name: (world.now + offset) // unit}}


def backed_by(*parts: tuple[Any, int]) -> Touch:
    """The promise is backed by these parts."""
    return promising(invoices=tuple(InvoicePart(fingerprint, Fen(amount)) for fingerprint, amount in parts))


def speakers(checked: bool) -> list[Break]:
    checker = [
        *account_breaks("checker", CORE, 2, officer=2),
        Break(r.SameOfficer, call_with(checker=CORE.account(1)), {"participant": CORE.id, "officer": 1}),
        forged(1, CORE.account(2), tag="checker"),
    ]
    stopped = row("participants", CORE.id, overdue=1)
    return [
        *signed_breaks(CORE),
        *(checker if checked else []),
        *receiver_breaks(CORE, call_with(), 1, tag="obligor")[1:],  # who signs for it is registered
        Break(r.IssuanceStopped, stopped, {"obligor": CORE.id, "overdue": 1}),
    ]


def rail_breaks() -> list[Break]:
    return [
        Break(r.UnknownRail, promising(rail=RailId(9)), {"rail": 9}),
        Break(r.ParticipantSuspended, row("participants", BANK.id, status=2), {"participant": BANK.id}, tag="bank"),
        Break(r.NotInRole, row("participants", BANK.id, roles=4), {"participant": BANK.id, "roles": 16}, tag="bank"),
    ]


def limits_breaks() -> list[Break]:
    """What the Rulebook says, each limit from both its sides."""
    tenor, offer = FIRST_RULES.max_tenor, FIRST_RULES.max_offer * HOUR

    def due(offset: int) -> Touch:
        """Due so far from now, with an offer that ends an hour before, at the latest."""

        def touch(world: World) -> Over:
            accept_by = min(world.now + offset, world.now + 48 * HOUR) // HOUR
            return {"obligation": {"due": UtcSeconds(world.now + offset), "accept_by": Hours(accept_by)}}

        return touch

    def accept_by_after_due(world: World) -> Over:
        """Due at the last second of an hour: the next full hour is too late by one second."""
        return {"obligation": {"due": UtcSeconds(world.now + 2 * HOUR - 1), "accept_by": world.now // HOUR + 2}}

    def accept_by_at_due(world: World) -> Over:
        return {"obligation": {"due": UtcSeconds(world.now + 2 * HOUR), "accept_by": world.now // HOUR + 2}}

    def said(name: str, touch: Touch) -> Any:
        return lambda world: {name: (touch(world) or {})["obligation"][name]}

    past, much_later = promising_from_now("accept_by", 0, HOUR), promising_from_now("accept_by", offer + HOUR, HOUR)
    closes = {"least": 1, "most": 10}
    rates = {"least": 30_000, "most": 240_000}
    return [
        Break(r.AlreadyDue, promising_from_now("due", 0), lambda world: {"due": world.now}, edge=due(HOUR)),
        Break(
            r.TenorTooLong,
            due(tenor + 1),
            lambda world: {"due": world.now + tenor + 1, "latest": world.now + tenor},
            edge=due(tenor),
        ),
        Break(
            r.BadAcceptBy, past, said("accept_by", past), edge=promising_from_now("accept_by", HOUR, HOUR), tag="past"
        ),
        Break(
            r.BadAcceptBy,
            accept_by_after_due,
            said("accept_by", accept_by_after_due),
            edge=accept_by_at_due,
            tag="after due",
        ),
        Break(
            r.BadAcceptBy,
            much_later,
            said("accept_by", much_later),
            edge=promising_from_now("accept_by", offer, HOUR),
            tag="too long",
        ),
        Break(r.BadCloses, promising(closes=0), closes | {"closes": 0}, edge=promising(closes=1), tag="few"),
        Break(r.BadCloses, promising(closes=11), closes | {"closes": 11}, edge=promising(closes=10), tag="many"),
        Break(
            r.BadLateRate,
            promising(late_rate=Ppm(29_999)),
            rates | {"late_rate": 29_999},
            edge=promising(late_rate=Ppm(30_000)),
            tag="low",
        ),
        Break(
            r.BadLateRate,
            promising(late_rate=Ppm(240_001)),
            rates | {"late_rate": 240_001},
            edge=promising(late_rate=Ppm(240_000)),
            tag="high",
        ),
        Break(
            r.PieceTooSmall,
            both(promising(face=Fen(99)), backed_by((INVOICE, 99))),
            {"claim": CLAIM, "minimum": 100},
            edge=both(promising(face=Fen(100)), backed_by((INVOICE, 100))),
        ),
    ]


def backing_breaks() -> list[Break]:
    unknown = digest("unknown")
    more = both(promising(face=Fen(FACE + 1)), backed_by((SMALL, FACE + 1)))
    return [
        Break(r.EmptyBatch, backed_by()),
        Break(r.UnknownInvoice, backed_by((INVOICE, 1), (unknown, FACE)), {"fingerprint": unknown}),
        Break(r.ZeroAmount, backed_by((INVOICE, FACE), (SMALL, 0)), tag="invoice"),
        Break(
            r.InvoiceExhausted,
            more,
            {"fingerprint": SMALL, "left": FACE, "asked": FACE + 1},
            edge=backed_by((SMALL, FACE)),
        ),
        Break(
            r.InvoicesDoNotSum,
            backed_by((INVOICE, 1), (SMALL, FACE - 2)),
            {"sum": FACE - 1, "face": FACE},
            edge=backed_by((INVOICE, 1), (SMALL, FACE - 1)),
        ),
    ]


def issue_breaks(checked: bool) -> list[Break]:
    taken = furnished()
    taken.do(taken.issue(taken.promise(1)))

    def occupied(world: World) -> None:
        world.rows.obligations[FIRST] = taken.rows.obligations[FIRST]

    alone = Break(
        r.AboveThreshold,
        row("officers", (CORE.id, 1), threshold=FACE - 1),
        {"officer": 1, "threshold": FACE - 1, "total": FACE},
        edge=row("officers", (CORE.id, 1), threshold=FACE),
    )
    return [
        *speakers(checked),
        Break(r.ZeroAmount, promising(face=Fen(0)), tag="face"),
        Break(r.ObligationExists, occupied, {"obligation": FIRST}),
        Break(r.ObligationExists, promising(number=0), {"obligation": ObligationId(CORE.id, 0)}, tag="zero"),
        Break(r.SelfDealing, promising(creditor=CORE.id), {"participant": CORE.id}),
        *receiver_breaks(ANNA, promising(creditor=ANNA.id), 2, tag="creditor"),
        *rail_breaks(),
        *limits_breaks(),
        *([] if checked else [alone]),
        Break(
            r.LimitExceeded,
            row("participants", CORE.id, limit=FACE + 5, utilised=6),
            {"obligor": CORE.id, "limit": FACE + 5, "total": FACE + 6},
            edge=row("participants", CORE.id, limit=FACE + 5, utilised=5),
        ),
        *backing_breaks(),
    ]


# ---------------------------------------------------------------- accept, decline, revoke, expire


def obligation_breaks() -> list[Break]:
    """OBLIGATION."""
    stale = {"obligation": FIRST, "current": 1, "given": 0}
    return [
        Break(r.UnknownObligation, call_with(obligation=GHOST), {"obligation": GHOST}),
        Break(r.StaleObligation, call_with(version=0), stale),
    ]


def not_offered() -> Break:
    return Break(r.NotOffered, row("claims", CLAIM, status=int(Lifecycle.HELD)), {"claim": CLAIM})


def wrong_invoices() -> list[Break]:
    parts = (InvoicePart(INVOICE, Fen(FACE - 1)), InvoicePart(INVOICE, Fen(1)))
    return [
        Break(r.WrongInvoices, call_with(terms=digest("other terms")), {"obligation": FIRST}, tag="terms"),
        Break(r.WrongInvoices, call_with(invoices=parts), {"obligation": FIRST}, tag="invoices"),
        Break(r.WrongInvoices, call_with(invoices=()), {"obligation": FIRST}, tag="none"),
    ]


def last_hour(world: World) -> None:
    world.wait(48 * HOUR)


def too_late(world: World) -> None:
    world.wait(48 * HOUR + 1)


def expired_offer() -> World:
    world = offered()
    world.wait(48 * HOUR + 1)
    return world


def back_in_the_last_second(world: World) -> None:
    world.now = UtcSeconds(world.rows.claims[CLAIM].lien_until * HOUR)


RIVALS = both(row("claims", CLAIM, holder=RIVAL.id), call_with(participant=ANNA.id, signer=ANNA.account()))


def accept_by_of(world: World) -> Over:
    return {"claim": CLAIM, "accept_by": world.rows.claims[CLAIM].lien_until}


OPERATIONS = [
    Operation("issue", with_small_invoice, _issue, issue_breaks(checked=True)),
    Operation("issueAlone", with_small_invoice, _issue_alone, issue_breaks(checked=False)),
    Operation(
        "issueMany", furnished, _issue_many, [*speakers(checked=True), Break(r.EmptyBatch, call_with(obligations=()))]
    ),
    Operation(
        "accept",
        offered,
        lambda world: world.accept(FIRST),
        [
            *signed_breaks(ANNA),
            Break(r.UnknownClaim, call_with(claim=GHOST.claim(1)), {"claim": GHOST.claim(1)}),
            Break(r.NotHolder, RIVALS, {"claim": CLAIM, "participant": ANNA.id}),
            Break(r.StaleClaim, call_with(version=0), {"claim": CLAIM, "current": 1, "given": 0}),
            not_offered(),
            Break(r.OfferExpired, too_late, accept_by_of, edge=last_hour),
            Break(
                r.ClaimVersionExhausted,
                row("claims", CLAIM, version=2**24 - 1),
                {"claim": CLAIM},
                edge=row("claims", CLAIM, version=2**24 - 2),
            ),
        ],
    ),
    Operation(
        "decline",
        offered,
        lambda world: world.decline(FIRST),
        [
            *signed_breaks(ANNA),
            *obligation_breaks(),
            Break(r.NotHolder, RIVALS, {"claim": CLAIM, "participant": ANNA.id}),
            not_offered(),
            *wrong_invoices(),
        ],
    ),
    Operation(
        "revoke",
        offered,
        lambda world: world.revoke(FIRST),
        [
            *signed_breaks(CORE),
            *obligation_breaks(),
            Break(
                r.NotObligor,
                call_with(participant=BEN.id, signer=BEN.account()),
                {"obligation": FIRST, "participant": BEN.id},
            ),
            not_offered(),
            *wrong_invoices(),
        ],
    ),
    Operation(
        "expire",
        expired_offer,
        lambda world: world.expire(FIRST),
        [
            Break(r.UnknownObligation, call_with(obligation=GHOST), {"obligation": GHOST}),
            not_offered(),
            Break(r.OfferOpen, back_in_the_last_second, accept_by_of),
            *wrong_invoices(),
        ],
    ),
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
