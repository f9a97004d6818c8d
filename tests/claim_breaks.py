# SPDX-License-Identifier: Apache-2.0
"""The checks that operations on a claim share, one way to break each: claim 1 of 4-1 is Anna's, of 1,000.00."""

from typing import Any

from chain.domain import commands as c
from chain.domain import refusals as r
from chain.domain.clock import DAY, UtcSeconds
from chain.domain.money import Fen
from chain.domain.vocabulary import (
    HOUR,
    AutoAccept,
    Claim,
    ClaimFlag,
    ClaimId,
    Hours,
    Lifecycle,
    ObligationId,
    ObligationStatus,
    Step,
    StepKind,
)
from tests.breaks import (
    MAX_24,
    Break,
    Over,
    Touch,
    account_breaks,
    both,
    call_with,
    receiver_breaks,
    row,
)
from tests.cast import ANNA, BEN, CORE, FIN, OPERATOR, RIVAL, Member, address
from tests.worlds import World, furnished

OBLIGATION = ObligationId(CORE.id, 1)
CLAIM = OBLIGATION.claim(1)
GHOST = ClaimId(CORE.id, 99, 1)
FACE = 100_000


def one_claim() -> World:
    world = furnished()
    world.held()
    return world


def liened_claim() -> World:
    world = one_claim()
    world.do(world.lien(CLAIM, FIN))
    return world


def claim(world: World, seq: int) -> Claim:
    return world.rows.claims[OBLIGATION.claim(seq)]


def due(world: World) -> UtcSeconds:
    return world.rows.obligations[OBLIGATION].due


def closes(world: World) -> int:
    return due(world) - 2 * DAY


def steps(world: World, *taken: Step) -> None:
    for number, step in enumerate(taken, 1):
        world.rows.steps[OBLIGATION, number] = step
    world.edit("obligations", OBLIGATION, steps=len(taken))


def pay(amount: int, unpaid: int = FACE) -> Step:
    return Step(StepKind.PAY, Fen(amount), Fen(unpaid), Fen(0), Fen(0), UtcSeconds(0), 1)


def reduce(lo: int, hi: int) -> Step:
    return Step(StepKind.REDUCE, Fen(lo), Fen(hi), Fen(0), Fen(0), UtcSeconds(0), 0)


# ---------------------------------------------------------------- the checks, in IClaims' words


def claim_breaks() -> list[Break]:
    """CLAIM."""
    return [
        Break(r.UnknownClaim, call_with(claim=GHOST), {"claim": GHOST}),
        Break(
            r.NotHolder,
            both(row("claims", CLAIM, holder=RIVAL.id), call_with(participant=ANNA.id, signer=ANNA.account())),
            {"claim": CLAIM, "participant": ANNA.id},
        ),
        stale_claim(),
    ]


def stale_claim() -> Break:
    return Break(
        r.StaleClaim,
        lambda world: {"version": world.rows.claims[CLAIM].version - 1},
        {"claim": CLAIM, "current": 2, "given": 1},
    )


def not_held() -> Break:
    frozen = Lifecycle.HELD | ClaimFlag.FROZEN
    return Break(r.NotHeld, row("claims", CLAIM, status=frozen), {"claim": CLAIM, "status": frozen})


def lien_of(member: Member) -> Touch:
    """A lien whose last second is now."""

    def touch(world: World) -> None:
        world.now = UtcSeconds(world.now // HOUR * HOUR)
        world.edit("claims", CLAIM, lienholder=member.id, lien_until=Hours(world.now // HOUR))

    return touch


def a_second_later(world: World) -> None:
    world.wait(1)


def free_breaks() -> list[Break]:
    """FREE."""
    liened = Break(
        r.ClaimLiened,
        lien_of(FIN),
        lambda world: {"claim": CLAIM, "lienholder": FIN.id, "until": world.now // HOUR},
        edge=both(lien_of(FIN), a_second_later),
    )
    return [not_held(), liened]


def open_break() -> Break:
    """OPEN."""
    settled = row("obligations", OBLIGATION, status=ObligationStatus.SETTLED)
    said = {"obligation": OBLIGATION, "status": 4}
    return Break(r.ObligationClosed, settled, said, edge=row("obligations", OBLIGATION, status=ObligationStatus.ISSUED))


def window_breaks(past_due: bool = True) -> list[Break]:
    """WINDOW, at both its ends, and PastDue."""

    def opens(world: World) -> None:
        world.now = UtcSeconds(closes(world))

    def before(world: World) -> None:
        world.now = UtcSeconds(closes(world) - 1)

    def ends(world: World) -> None:
        world.now = due(world)

    def after(world: World) -> None:
        world.now = UtcSeconds(due(world) + 1)

    def said(world: World) -> Over:
        return {"claim": CLAIM, "start": closes(world)}

    breaks = [
        Break(r.ClosingWindow, opens, said, edge=before, tag="opens"),
        Break(r.ClosingWindow, ends, said, tag="due", edge=None if past_due else after),
    ]
    if past_due:
        breaks.append(Break(r.PastDue, after, lambda world: {"claim": CLAIM, "due": due(world)}))
    return breaks


def money_breaks() -> list[Break]:
    """MONEY FIRST."""

    def waits(world: World) -> None:
        steps(world, pay(FACE // 2))
        world.edit("claims", CLAIM, redeemed_step=0)

    def redeemed(world: World) -> None:
        waits(world)
        world.edit("claims", CLAIM, redeemed_step=1)

    def nothing(world: World) -> None:
        steps(world, reduce(0, FACE))
        world.edit("claims", CLAIM, redeemed_step=0)
        world.edit("obligations", OBLIGATION, unpaid=Fen(0))

    return [
        Break(r.RedeemFirst, waits, {"claim": CLAIM, "money": FACE // 2}, edge=redeemed),
        Break(r.NothingUnpaid, nothing, {"claim": CLAIM}, tag="claim"),
    ]


def piece_breaks(amount: Touch | None = None) -> list[Break]:
    """PIECE, of a call whose amount stands in the message."""

    def head_is_paid(world: World) -> Over:
        steps(world, reduce(0, FACE // 2))
        world.edit("claims", CLAIM, redeemed_step=1)
        return {"amount": Fen(FACE // 2)}

    def head_has_a_cent(world: World) -> Over:
        return head_is_paid(world) | {"amount": Fen(FACE // 2 - 1)}

    def tail_is_paid(world: World) -> Over:
        steps(world, reduce(FACE // 2, FACE))
        world.edit("claims", CLAIM, redeemed_step=1)
        return {"amount": Fen(FACE // 2)}

    small = {"claim": CLAIM, "minimum": 100}
    return [
        Break(r.ZeroAmount, call_with(amount=Fen(0))),
        Break(
            r.PieceTooLarge,
            call_with(amount=Fen(FACE)),
            {"claim": CLAIM, "available": FACE, "asked": FACE},
        ),
        Break(r.PieceTooSmall, call_with(amount=Fen(99)), small, edge=call_with(amount=Fen(100)), tag="piece"),
        Break(
            r.PieceTooSmall,
            call_with(amount=Fen(FACE - 99)),
            small,
            edge=call_with(amount=Fen(FACE - 100)),
            tag="rest",
        ),
        Break(r.NothingUnpaid, head_is_paid, {"claim": CLAIM}, edge=head_has_a_cent, tag="rest"),
        Break(r.NothingUnpaid, tail_is_paid, {"claim": CLAIM}, tag="piece"),
    ]


def assignee_breaks() -> list[Break]:
    """ASSIGNEE, of a call to Ben."""
    return [
        Break(r.SelfDealing, call_with(to=ANNA.id), {"participant": ANNA.id}),
        Break(r.ObligorCannotHold, call_with(to=CORE.id), {"obligor": CORE.id}),
        *receiver_breaks(BEN, call_with(to=BEN.id), 6, tag="assignee"),
    ]


def hop_break() -> Break:
    return Break(
        r.HopCapReached,
        row("claims", CLAIM, hop=5),
        {"claim": CLAIM, "hop_cap": 5},
        edge=row("claims", CLAIM, hop=4),
    )


def consent_with(member: Member, **fields: Any) -> Touch:
    return lambda world: {"acceptances": (world.consent(member, **fields),)}


def auto_accept(until: int) -> Touch:
    """No signed acceptance, but a standing one of Ben's for Anna until so many seconds from now."""

    def touch(world: World) -> Over:
        world.rows.auto_accepts[BEN.id, ANNA.id] = AutoAccept(UtcSeconds(world.now + until))
        return {"acceptances": ()}

    return touch


def accepted_breaks(member: Member, standing: bool = True) -> list[Break]:
    """ACCEPTED by a signature of the member's; with `standing`, by auto-accept as well."""
    said = {"claim": CLAIM, "assignee": member.id}
    foreign = {"account": OPERATOR.account(), "participant": member.id}

    def revoked(world: World) -> Over:
        return account_breaks("signer", member, 0)[1].touch(world) or {}

    def ended(world: World) -> Over:
        account = revoked(world)["signer"]
        return {"acceptances": (world.consent(member, signer=account, proof=account),)}

    def late(world: World) -> Over:
        return {"acceptances": (world.consent(member, deadline=UtcSeconds(world.now - 1)),)}

    def in_time(world: World) -> Over:
        return {"acceptances": (world.consent(member, deadline=world.now),)}

    def checker_only(world: World) -> None:
        world.edit("accounts", member.account(), rights=2)

    ran_out = both(auto_accept(0), a_second_later)
    breaks = [
        Break(r.NotAccepted, ran_out, said, edge=auto_accept(0), tag="ran out"),
        Break(r.NotAccepted, call_with(acceptances=()), said, tag="none"),
        Break(r.NotAccepted, call_with(acceptances=(c.Malformed(b"x" * 23),)), said, tag="malformed"),
        Break(r.IntentExpired, late, lambda world: {"deadline": world.now - 1}, edge=in_time, tag="acceptance"),
        Break(
            r.UnknownAccount,
            consent_with(member, signer=address("stranger")),
            {"account": address("stranger")},
            tag="acceptance",
        ),
        Break(r.AccountRevoked, ended, {"account": address("revoked")}, tag="acceptance"),
        Break(r.NotSignerFor, consent_with(member, signer=OPERATOR.account()), foreign, tag="acceptance"),
        Break(r.RightMissing, checker_only, {"account": member.account(), "right": 1}, tag="acceptance"),
        Break(r.BadSignature, consent_with(member, proof=None), {"signer": member.account()}, tag="acceptance"),
    ]
    return breaks if standing else breaks[1:]


def last_breaks(children: int = 1) -> list[Break]:
    sequence = Break(
        r.ClaimSequenceExhausted,
        row("obligations", OBLIGATION, seq=MAX_24 - children + 1),
        {"obligation": OBLIGATION},
        edge=row("obligations", OBLIGATION, seq=MAX_24 - children),
    )
    version = Break(
        r.ClaimVersionExhausted,
        row("claims", CLAIM, version=MAX_24),
        {"claim": CLAIM},
        edge=row("claims", CLAIM, version=MAX_24 - 1),
    )
    return [sequence, version] if children else [version]
