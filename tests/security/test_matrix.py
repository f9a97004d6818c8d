# SPDX-License-Identifier: Apache-2.0
"""Least privilege on chain: every operation of the ABI × everyone who may not make it, with genuine signatures.

Two ways to overstep for every member of the cast: to speak for itself where the operation is another's, and to put its
own account where another's signature belongs. And a stranger, who has no account. Each is refused by contract and model
alike, and nothing changes.
"""

from dataclasses import replace
from typing import Any

import pytest

from chain.abi.calls import functions
from chain.domain import commands as c
from chain.domain.errors import Refusal
from chain.domain.events import ChangeAnnounced
from chain.domain.vocabulary import ZERO_ADDRESS, Address
from tests.cast import CAST, Member, address
from tests.good_calls import ANYONE, CALLERS, GOOD
from tests.worlds import SLOTS, named

STRANGER = address("stranger")
OWN_AFFAIRS = (c.SetAutoAccept, c.RaiseQuoteEpoch)
"""Here every participant may speak for itself, so only the accounts are tried."""


def test_operations__of_the_abi__each_has_a_good_call() -> None:
    assert set(functions()) == set(GOOD)
    assert set(GOOD) == set(CALLERS) | set(ANYONE)


@pytest.mark.parametrize("kind", GOOD, ids=lambda kind: kind.__name__)
def test_good_call__in_its_world__is_taken(kind: type) -> None:
    place, build = GOOD[kind]
    world = place().fork()
    world.do(build(world))
    world.compare()


@pytest.mark.parametrize("kind", CALLERS, ids=lambda kind: kind.__name__)
def test_operation__by_whoever_may_not__is_refused(kind: type) -> None:
    place, build = GOOD[kind]
    world = place().fork()
    good, cells = build(world), 0
    for member in CAST.values():
        if member not in CALLERS[kind] and kind not in OWN_AFFAIRS:
            must_refuse(world, speaking_for_itself(world, good, member))
            cells += 1
    slots = SLOTS.get(kind, ("signer",))
    for slot in slots:
        for account in everyone():
            if allowed(world, good, slot, account):
                continue
            must_refuse(world, with_account(world, good, slot, account))
            cells += 1
    world.compare()
    assert cells > len(CAST)


@pytest.mark.parametrize("kind", [c.Transfer, c.Split, c.SplitMany, c.Lien, c.Discount], ids=lambda kind: kind.__name__)
def test_consent__by_whoever_may_not_give_it__is_refused(kind: type) -> None:
    """The other side's signature: the assignee's, the lienholder's, the financier's."""
    place, build = GOOD[kind]
    world = place().fork()
    good = build(world)
    for account in everyone():
        if kind is c.Discount:
            assert isinstance(good.message, c.Discount)
            quote = good.message.quote
            if account == quote.signer:
                continue
            call = signed(world, good, quote=replace(quote, signer=account))
        else:
            first = good.acceptances[0]
            assert isinstance(first, c.Consent)
            if account == first.signer:
                continue
            call = replace(good, acceptances=(replace(first, signer=account, proof=account), *good.acceptances[1:]))
        must_refuse(world, call)
    world.compare()


# ---------------------------------------------------------------- helpers


def everyone() -> list[Address]:
    """Every account of the cast, and a stranger."""
    return [member.account(officer) for member in CAST.values() for officer in range(1, member.officers + 1)] + [
        STRANGER
    ]


def signed(world: Any, call: c.Call, **over: Any) -> c.Call:
    """The call saying this instead, genuinely signed by whomever it then names."""
    message = replace(call.message, **over)
    return replace(call, message=message, proofs=named(message), identity=world.identity(message))


def speaking_for_itself(world: Any, call: c.Call, member: Member) -> c.Call:
    over: dict[str, Any] = {"participant": member.id, "signer": member.account()}
    return signed(world, call, **over)


def with_account(world: Any, call: c.Call, slot: str, account: Address) -> c.Call:
    return signed(world, call, **{slot: account})


def allowed(world: Any, call: c.Call, slot: str, account: Address) -> bool:
    """Whether that account may stand there: it does already, or it is a colleague's and officers stay different."""
    message = call.message
    wanted = getattr(message, slot)
    if account == wanted or wanted == ZERO_ADDRESS:
        return True
    rows = world.rows
    if wanted not in rows.accounts:  # a new account proves itself by its own signature, whoever's it is
        return account not in rows.accounts
    if account not in rows.accounts or rows.accounts[account].participant != rows.accounts[wanted].participant:
        return False
    others = {getattr(message, other) for other in SLOTS.get(type(message), ("signer",))} - {wanted}
    officers = {
        rows.accounts[other].officer
        for other in others
        if other in rows.accounts and rows.accounts[other].participant == rows.accounts[account].participant
    }
    return rows.accounts[account].officer not in officers


def must_refuse(world: Any, call: c.Call) -> None:
    """On both sides, with the same words (BothWorld.do compares them), directly and relayed.

    Two officers of the Registrar may announce that an account ends, which changes nothing for three public days.
    """
    for direct in (None, 0):
        try:
            events = world.do(call, direct)
        except Refusal:
            continue
        assert isinstance(call.message, c.RevokeAccount), call
        assert [type(event) for event in events] == [ChangeAnnounced], call
