# SPDX-License-Identifier: Apache-2.0
"""Every refusal where a power to sign changes, on each of GOVERN's paths, alone, at its edge, and in order."""

from collections.abc import Callable

import pytest

from chain.domain import commands as c
from chain.domain import refusals as r
from chain.domain.clock import UtcSeconds
from chain.domain.money import Fen
from chain.domain.vocabulary import (
    ZERO_ADDRESS,
    Change,
    ChangeState,
    Officer,
    OfficerId,
    ParticipantId,
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
    exhausted,
    expired,
    forged,
    in_order,
    refused,
    row,
    singles,
    stale_participant,
)
from tests.cast import ANNA, BEN, CORE, OPERATOR, REG, Member, address, digest
from tests.worlds import World, furnished

NEW = address("a new key")
ELSEWHERE = address("another cash address")
GHOST = ParticipantId(99)
Calling = Callable[[World], c.Call]


# ---------------------------------------------------------------- GOVERN


def registrar_step(member: Member, needed: int) -> list[Break]:
    """GOVERN 1 and 2."""
    registrar = REG.account(1)
    outsider = {"participant": OPERATOR.id, "roles": 64}
    unknown, ended, _, lacking = account_breaks("registrar", REG, 1, alone=True)
    return [
        Break(
            r.BadBatch, call_with(proofs=(None,) * (needed + 1)), {"needed": needed, "given": needed + 1}, tag="more"
        ),
        Break(
            r.BadBatch, call_with(proofs=(None,) * (needed - 1)), {"needed": needed, "given": needed - 1}, tag="less"
        ),
        expired(),
        Break(r.UnknownParticipant, call_with(participant=GHOST), {"participant": GHOST}),
        stale_participant(member),
        unknown,
        ended,
        Break(r.NotInRole, call_with(registrar=OPERATOR.account()), outsider),
        lacking,
        forged(0, registrar, tag="registrar"),
    ]


def second_registrar_step() -> list[Break]:
    """GOVERN 3, but for `second`."""
    return [
        *account_breaks("signer", REG, 1, officer=2, alone=True),
        Break(r.SameOfficer, call_with(signer=REG.account(1)), {"participant": REG.id, "officer": 1}),
        forged(1, REG.account(2), tag="signer"),
    ]


def nobody_else() -> Break:
    return Break(r.UnexpectedSigner, call_with(second=BEN.account()), {"signer": BEN.account()})


def own_signer_step(member: Member) -> list[Break]:
    return [*account_breaks("signer", member, 0), forged(1, member.account(1), tag="signer")]


def two_officers_step(member: Member) -> list[Break]:
    """GOVERN 4, of a participant with two live officers."""
    return [
        *own_signer_step(member),
        Break(r.UnknownAccount, call_with(second=ZERO_ADDRESS), {"account": ZERO_ADDRESS}, tag="no second"),
        *account_breaks("second", member, 0, officer=2),
        Break(r.SameOfficer, call_with(second=member.account(1)), {"participant": member.id, "officer": 1}),
        forged(2, member.account(2), tag="second"),
    ]


def announced(call: Calling, state: ChangeState = ChangeState.ANNOUNCED, seconds: int = 0) -> Touch:
    """What the call asks for was announced and is due in so many seconds."""

    def touch(world: World) -> None:
        asked = call(world)
        assert asked.identity is not None
        assert not isinstance(asked.message, (c.Expire, c.Redeem, c.MarkOverdue))
        change = Change(asked.message.participant, UtcSeconds(world.now + seconds), state)
        world.rows.changes[asked.identity] = change

    return touch


def announced_step(call: Calling, member: Member) -> list[Break]:
    """ANNOUNCED, and the version as the last check of all."""

    def named(world: World) -> Over:
        return {"change": call(world).identity}

    last = exhausted(member)
    assert last.edge is not None
    return [
        Break(r.ChangeIsCancelled, announced(call, ChangeState.CANCELLED), named),
        Break(
            r.ChangeNotDue,
            announced(call, seconds=1),
            lambda world: named(world) | {"ready": world.now + 1},
            edge=announced(call),
        ),
        Break(
            last.refusal,
            both(last.touch, announced(call)),
            last.says,
            edge=both(last.edge, announced(call)),
        ),
    ]


def new_account_breaks(member: Member, officer: int, slot: int = 3) -> list[Break]:
    return [
        Break(r.BadOfficer, call_with(officer=OfficerId(0)), {"participant": member.id, "officer": 0}),
        Break(r.BadRights, call_with(rights=0), {"rights": 0}, edge=call_with(rights=1), tag="none"),
        Break(r.BadRights, call_with(rights=4), {"rights": 4}, edge=call_with(rights=3), tag="unknown"),
        Break(r.AccountExists, call_with(account=BEN.account()), {"account": BEN.account()}),
        Break(r.AccountExists, call_with(account=ZERO_ADDRESS), {"account": ZERO_ADDRESS}, tag="zero"),
        forged(slot, NEW, tag="account"),
        *room_breaks(member, officer),
    ]


def room_breaks(member: Member, officer: int) -> list[Break]:
    """TooManyOfficers and TooManyAccounts, of an officer that has no account yet and of one that has."""
    here = (member.id, OfficerId(officer))

    def accounts(live: int) -> Touch:
        def touch(world: World) -> None:
            world.rows.officers[here] = Officer(Fen(0), 0, Fen(0), live)

        return touch

    many = {"participant": member.id, "officer": officer}
    full = Break(
        r.TooManyOfficers,
        row("participants", member.id, officers=255),
        {"participant": member.id},
        edge=row("participants", member.id, officers=254),
    )
    return [full] if officer > 1 else [Break(r.TooManyAccounts, accounts(65_535), many, edge=accounts(65_534))]


# ---------------------------------------------------------------- worlds and calls


def one_officer_left() -> World:
    """The core ever had two officers and has one."""
    world = furnished()
    world.do(world.revoke_account(CORE, CORE.account(2)))
    return world


def nobody_left() -> World:
    world = furnished()
    world.do(world.revoke_account(ANNA, ANNA.account()))
    return world


def add_officer(member: Member, officer: int) -> Calling:
    return lambda world: world.add_account(member, NEW, officer)


def set_cash(member: Member) -> Calling:
    return lambda world: world.set_cash(member, ELSEWHERE)


def rotate(world: World) -> c.Call:
    """Officer 1 of the core takes a further key."""
    return world.add_account(CORE, NEW, 1, second=ZERO_ADDRESS)


def revoke_own(world: World) -> c.Call:
    return world.revoke_account(CORE, CORE.account(2))


def revoke_by_registrar(member: Member) -> Calling:
    return lambda world: world.revoke_account(member, member.account(2), signer=REG.account(2))


def threshold(world: World) -> c.Call:
    return world.set_threshold(CORE, 2, 5_000)


no_cash = Break(r.CashAddressMissing, call_with(cash=ZERO_ADDRESS), {"participant": CORE.id})


def to_end(member: Member) -> list[Break]:
    """ACCOUNT of the account that is to end."""
    return account_breaks("account", member, 0, officer=2)


def rotation_breaks() -> list[Break]:
    maker_only = row("accounts", CORE.account(1), rights=1)
    missing = {"account": CORE.account(1), "right": 2}
    other = {"participant": CORE.id, "officer": 1}
    return [
        *registrar_step(CORE, 4),
        *account_breaks("signer", CORE, 0),
        Break(r.BadOfficer, call_with(signer=CORE.account(2)), other, tag="signer"),
        forged(1, CORE.account(1), tag="signer"),
        nobody_else(),
        Break(
            r.RightMissing,
            both(maker_only, call_with(rights=3)),
            missing,
            edge=both(maker_only, call_with(rights=1)),
            tag="new rights",
        ),
        *[broken for broken in new_account_breaks(CORE, 1)[1:] if broken.tag != "unknown"],
        exhausted(CORE),
    ]


def cancel_world() -> World:
    world = one_officer_left()
    world.do(world.set_cash(CORE, ELSEWHERE))
    return world


def cancel(world: World) -> c.Call:
    (change,) = world.rows.changes
    return world.cancel_change(CORE, change)


def cancel_breaks() -> list[Break]:
    def ended(state: ChangeState) -> Touch:
        def touch(world: World) -> None:
            (change,) = world.rows.changes
            world.edit("changes", change, state=state)

        return touch

    def its_name(world: World) -> Over:
        return {"change": next(iter(world.rows.changes))}

    stranger = call_with(participant=ANNA.id, signer=ANNA.account())
    by_registrar = call_with(participant=REG.id, signer=REG.account(2))
    unknown = digest("unknown")
    return [
        expired(),
        *account_breaks("signer", CORE, 0),
        forged(0, CORE.account()),
        Break(r.UnknownChange, call_with(change=unknown), {"change": unknown}),
        Break(r.UnknownChange, ended(ChangeState.APPLIED), its_name, tag="applied"),
        Break(r.UnknownChange, ended(ChangeState.CANCELLED), its_name, tag="cancelled"),
        Break(
            r.ParticipantSuspended,
            both(row("participants", ANNA.id, status=2), stranger),
            {"participant": ANNA.id},
        ),
        Break(r.NotInRole, stranger, {"participant": ANNA.id, "roles": 64}, edge=by_registrar),
    ]


OPERATIONS = [
    Operation(
        "addAccount-two-officers",
        furnished,
        add_officer(CORE, 3),
        [*registrar_step(CORE, 4), *two_officers_step(CORE), *new_account_breaks(CORE, 3), exhausted(CORE)],
    ),
    Operation("addAccount-own-rotation", furnished, rotate, rotation_breaks()),
    Operation(
        "addAccount-one-officer-ever",
        furnished,
        add_officer(ANNA, 2),
        [
            *registrar_step(ANNA, 4),
            *own_signer_step(ANNA),
            nobody_else(),
            *new_account_breaks(ANNA, 2)[:-1],
            exhausted(ANNA),
        ],
    ),
    Operation(
        "addAccount-nobody-left",
        nobody_left,
        add_officer(ANNA, 1),
        [
            *registrar_step(ANNA, 4),
            *second_registrar_step(),
            nobody_else(),
            *new_account_breaks(ANNA, 1)[:-1],
            *announced_step(add_officer(ANNA, 1), ANNA),
        ],
    ),
    Operation(
        "addAccount-registrar",
        furnished,
        add_officer(REG, 3),
        [
            *registrar_step(REG, 4),
            *second_registrar_step(),
            nobody_else(),
            *new_account_breaks(REG, 3),
            *announced_step(add_officer(REG, 3), REG),
        ],
    ),
    Operation(
        "setCash-two-officers",
        furnished,
        set_cash(CORE),
        [*registrar_step(CORE, 3), *two_officers_step(CORE), no_cash, exhausted(CORE)],
    ),
    Operation(
        "setCash-one-officer-left",
        one_officer_left,
        set_cash(CORE),
        [
            *registrar_step(CORE, 3),
            *own_signer_step(CORE),
            nobody_else(),
            no_cash,
            *announced_step(set_cash(CORE), CORE),
        ],
    ),
    Operation(
        "setThreshold",
        furnished,
        threshold,
        [
            *registrar_step(CORE, 3),
            *two_officers_step(CORE),
            Break(
                r.BadOfficer,
                row("officers", (CORE.id, 2), accounts=0),
                {"participant": CORE.id, "officer": 2},
                tag="ended",
            ),
            Break(r.BadOfficer, call_with(officer=OfficerId(7)), {"participant": CORE.id, "officer": 7}),
            exhausted(CORE),
        ],
    ),
    Operation(
        "revokeAccount-own",
        furnished,
        revoke_own,
        [
            *registrar_step(CORE, 2),
            Break(
                r.AccountRevoked,
                row("accounts", CORE.account(1), active=False),
                {"account": CORE.account(1)},
                tag="signer",
            ),
            forged(1, CORE.account(1), tag="signer"),
            *to_end(CORE),
            exhausted(CORE),
        ],
    ),
    Operation(
        "revokeAccount-by-registrar",
        furnished,
        revoke_by_registrar(CORE),
        [
            *registrar_step(CORE, 2),
            *second_registrar_step(),
            *to_end(CORE),
            *announced_step(revoke_by_registrar(CORE), CORE),
        ],
    ),
    Operation(
        "revokeAccount-registrars-own",
        furnished,
        revoke_by_registrar(REG),
        [
            *registrar_step(REG, 2),
            *second_registrar_step(),
            *to_end(REG),
            *announced_step(revoke_by_registrar(REG), REG),
        ],
    ),
    Operation("cancelChange", cancel_world, cancel, cancel_breaks()),
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
