# SPDX-License-Identifier: Apache-2.0
"""Refusals by table: for each operation its checks in order, each with one way to break it and its last good value.

An `Operation` knows a world in which its call is good, and its `Break`s in the order of the interface's NatSpec. From
one table three kinds of tests follow: every break alone is refused with exactly its arguments; just inside its edge the
call is good; and of any two breaks together the earlier one is the answer, which proves the order of checks.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, fields, replace
from itertools import combinations
from typing import Any, TypeAlias

import pytest

from chain.domain import refusals as r
from chain.domain.clock import UtcSeconds
from chain.domain.commands import Call
from chain.domain.errors import Refusal
from chain.domain.rules import check
from chain.domain.vocabulary import Account, OfficerId, Role
from tests.cast import CLEO, OPERATOR, REG, Member, address
from tests.worlds import World, named

Over: TypeAlias = dict[str, Any]
Touch: TypeAlias = Callable[[World], Over | None]
"""Changes a world's rows or time, and gives what the call says otherwise."""


@dataclass(frozen=True)
class Break:
    """One way to break one check: how, what the refusal says, and the nearest call that passes (where there is one)."""

    refusal: type[Refusal]
    touch: Touch
    says: Over | Callable[[World], Over] = field(default_factory=dict)
    edge: Touch | None = None
    tag: str = ""

    @property
    def name(self) -> str:
        return self.refusal.__name__ + (f"({self.tag})" if self.tag else "")


@dataclass(frozen=True)
class Operation:
    """One entry point: where its call is good, the call, its checks in order; pairs that exclude each other by name."""

    name: str
    world: Callable[[], World]
    call: Callable[[World], Call]
    breaks: list[Break]
    apart: frozenset[frozenset[str]] = frozenset()

    def attempt(self, *touches: Touch) -> None:
        """Check the call in a fresh world; what an earlier touch says prevails over a later one's."""
        world = self.world()
        over: Over = {}
        for touch in reversed(touches):
            over = merged(over, touch(world) or {})
        before = world.rows.copy()
        call = overridden(world, self.call(world), over)
        try:
            check(world.rows, call, world.now)
        finally:
            assert world.rows == before, "checking changed a row"

    def said(self, broken: Break) -> dict[str, Any]:
        """The arguments that the refusal must have."""
        if not callable(broken.says):
            return broken.says
        world = self.world()
        broken.touch(world)
        return broken.says(world)


def overridden(world: World, call: Call, over: Over) -> Call:
    """The call saying this instead, signed by whomever it then names, but for a `forged` slot.

    A dict stands for fields of a part of the message (a promise, a quote); other names are the message's or the Call's.
    """
    here = {f.name for f in fields(call.message)}
    parts = {name: replace(getattr(call.message, name), **v) for name, v in over.items() if isinstance(v, dict)}
    message = replace(call.message, **{name: v for name, v in over.items() if name in here} | parts)
    beside = {name: v for name, v in over.items() if name not in here | {"forged"}}
    proofs = list(named(message))
    if "forged" in over:
        proofs[over["forged"]] = None
    return replace(call, message=message, **{"proofs": tuple(proofs), "identity": world.identity(message)} | beside)


def merged(first: Over, then: Over) -> Over:
    """Both, `then` prevailing; dicts inside (a promise's or a quote's fields) are merged as well."""
    both = dict(first)
    for name, value in then.items():
        both[name] = {**both[name], **value} if isinstance(value, dict) and name in both else value
    return both


def singles(operations: list[Operation]) -> list[Any]:
    """Every (operation, break) as pytest parameters."""
    return [pytest.param(op, b, id=f"{op.name}-{b.name}") for op in operations for b in op.breaks]


def edges(operations: list[Operation]) -> list[Any]:
    """Every (operation, edge) as pytest parameters."""
    return [pytest.param(op, b.edge, id=f"{op.name}-{b.name}") for op in operations for b in op.breaks if b.edge]


def pairs(operation: Operation) -> Iterator[tuple[Break, Break]]:
    """Every two breaks of an operation that do not exclude each other, the earlier first."""
    for first, then in combinations(operation.breaks, 2):
        if frozenset((first.name, then.name)) not in operation.apart:
            yield first, then


def refused(operation: Operation, broken: Break) -> None:
    """The break alone is refused, with exactly its arguments."""
    with pytest.raises(broken.refusal) as caught:
        operation.attempt(broken.touch)
    assert dict(caught.value.arguments) == operation.said(broken)


def in_order(operation: Operation) -> None:
    """Of any two breaks the earlier one is the answer."""
    wrong = []
    for first, then in pairs(operation):
        try:
            operation.attempt(first.touch, then.touch)
            wrong.append(f"{first.name} and {then.name}: no refusal")
        except Refusal as answer:
            if type(answer) is not first.refusal:
                wrong.append(f"{first.name} and {then.name}: {type(answer).__name__}")
    assert not wrong, "\n".join(wrong)


# ---------------------------------------------------------------- ways to touch a world


def call_with(**over: Any) -> Touch:
    """The call says this."""
    return lambda world: over


def row(table: str, key: Any, **fields: Any) -> Touch:
    """A row has these fields."""

    def touch(world: World) -> None:
        world.edit(table, key, **fields)

    return touch


def at(now: int) -> Touch:
    """The time is `now`."""

    def touch(world: World) -> None:
        world.now = UtcSeconds(now)

    return touch


def both(*touches: Touch) -> Touch:
    """One after the other."""

    def touch(world: World) -> Over:
        over: Over = {}
        for each in touches:
            over = merged(over, each(world) or {})
        return over

    return touch


def all_rights(rights: int) -> Touch:
    """Every account has these rights and no others."""

    def touch(world: World) -> None:
        for account in list(world.rows.accounts):
            world.edit("accounts", account, rights=rights)

    return touch


# ---------------------------------------------------------------- breaks that many operations share

STRANGER = address("stranger")
REVOKED = address("revoked")
MAX_24 = 2**24 - 1


def revoked(world: World) -> None:
    """There is an account that was ended."""
    world.rows.accounts[REVOKED] = Account(OPERATOR.id, OfficerId(9), 3, active=False)


def account_breaks(
    slot: str, wanted: Member, right: int, officer: int = 1, inside: str = "", alone: bool = False
) -> list[Break]:
    """ACCOUNT of the account that the message (or its part `inside`) names in `slot`.

    `alone`: only this account lacks the right, for other signers are asked for it earlier.
    """

    def naming(account: str) -> Touch:
        return both(revoked, call_with(**({inside: {slot: account}} if inside else {slot: account})))

    foreign, signer, tag = OPERATOR.account(), wanted.account(officer), f"{inside}.{slot}" if inside else slot
    breaks = [
        Break(r.UnknownAccount, naming(STRANGER), {"account": STRANGER}, tag=tag),
        Break(r.AccountRevoked, naming(REVOKED), {"account": REVOKED}, tag=tag),
        Break(r.NotSignerFor, naming(foreign), {"account": foreign, "participant": wanted.id}, tag=tag),
    ]
    if right:
        said = {"account": signer, "right": right}
        only_here = both(row("accounts", signer, rights=3 - right), naming(signer))
        lacking = only_here if inside or alone else all_rights(3 - right)
        breaks.append(Break(r.RightMissing, lacking, said, edge=row("accounts", signer, rights=right), tag=tag))
    return breaks


def expired() -> Break:
    """IntentExpired, good in the last second."""
    return Break(
        r.IntentExpired,
        lambda world: {"deadline": world.now - 1},
        lambda world: {"deadline": world.now - 1},
        edge=lambda world: {"deadline": world.now},
    )


def forged(slot: int, signer: str, tag: str = "") -> Break:
    """Everyone signed but the one in that slot."""
    return Break(r.BadSignature, lambda world: {"forged": slot}, {"signer": signer}, tag=tag)


def signed_breaks(wanted: Member, right: int = 1) -> list[Break]:
    """SIGNED(message, right), in the first signature slot."""
    return [expired(), *account_breaks("signer", wanted, right), forged(0, wanted.account())]


def registrar_breaks() -> list[Break]:
    """REGISTRAR: an impostor with an account of its own is stopped by its role."""
    impostor = call_with(participant=CLEO.id, signer=CLEO.account())
    suspended = both(row("participants", CLEO.id, status=2), impostor)
    return [
        *signed_breaks(REG),
        Break(r.ParticipantSuspended, suspended, {"participant": CLEO.id}, tag="registrar"),
        Break(r.NotInRole, impostor, {"participant": CLEO.id, "roles": 64}, tag="registrar"),
    ]


def receiver_breaks(member: Member, naming: Touch, roles: int, tag: str = "") -> list[Break]:
    """RECEIVER of a member whom the call names by `naming`; UnknownParticipant is tried by its row missing."""
    hour = 3600

    def unknown(world: World) -> Over:
        world.rows.participants.pop(member.id, None)
        return naming(world) or {}

    def paused(world: World) -> Over:
        world.now = UtcSeconds(world.now // hour * hour)
        world.edit("participants", member.id, paused_until=world.now // hour)
        return naming(world) or {}

    def just_over(world: World) -> Over:
        paused(world)
        world.wait(1)
        return naming(world) or {}

    others = row("participants", member.id, roles=Role(255 & ~roles))
    return [
        Break(r.UnknownParticipant, unknown, {"participant": member.id}, tag=tag),
        Break(
            r.ParticipantSuspended,
            both(row("participants", member.id, status=2), naming),
            {"participant": member.id},
            tag=tag,
        ),
        Break(r.NotInRole, both(others, naming), {"participant": member.id, "roles": roles}, tag=tag),
        Break(
            r.ParticipantPaused,
            paused,
            lambda world: {"participant": member.id, "until": world.now // hour},
            edge=just_over,
            tag=tag,
        ),
    ]


def stale_participant(member: Member) -> Break:
    """StaleParticipant: the message was made for the version before."""
    return Break(
        r.StaleParticipant,
        lambda world: {"version": world.version(member) - 1},
        lambda world: {
            "participant": member.id,
            "current": world.version(member),
            "given": world.version(member) - 1,
        },
    )


def exhausted(member: Member) -> Break:
    """The participant's version is at its maximum; one below is the edge."""
    here = ("participants", member.id)
    edge = row(*here, version=MAX_24 - 1)
    return Break(r.ParticipantVersionExhausted, row(*here, version=MAX_24), {"participant": member.id}, edge=edge)
