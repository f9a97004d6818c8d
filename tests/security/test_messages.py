# SPDX-License-Identifier: Apache-2.0
"""No replay and no forgery: what was signed is what happens, once, on this ledger of this chain, or nothing does.

For every message: every field of it, nested ones too, changed after signing; carried twice; carried to another chain id
and to another ledger; carried after its subject changed. Consents and quotes likewise.
"""

from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from functools import cache
from typing import Any

import pytest

from chain.abi.calls import SignedCall
from chain.abi.errors import NumberDoesNotFit
from chain.domain import commands as c
from chain.domain.errors import Refusal
from chain.domain.vocabulary import ClaimId, ObligationId, ParticipantId
from tests.both import BothWorld
from tests.chains import RELAY
from tests.good_calls import ANYONE, GOOD, base

SIGNED = [kind for kind in GOOD if kind not in ANYONE]


def variants(value: Any) -> Iterator[Any]:
    """The value with one thing about it changed, for every thing there is."""
    if isinstance(value, ClaimId):
        yield value._replace(seq=value.seq + 1)
        yield value._replace(number=value.number + 1)
        yield value._replace(obligor=ParticipantId(value.obligor + 1))
    elif isinstance(value, ObligationId):
        yield value._replace(number=value.number + 1)
        yield value._replace(obligor=ParticipantId(value.obligor + 1))
    elif is_dataclass(value) and not isinstance(value, type):
        for field in fields(value):
            for changed in variants(getattr(value, field.name)):
                yield replace(value, **{field.name: changed})
    elif isinstance(value, tuple):
        for place, item in enumerate(value):
            for changed in variants(item):
                yield (*value[:place], changed, *value[place + 1 :])
        yield value[:-1]
        yield (*value, value[-1])
    elif isinstance(value, bytes):
        yield bytes([value[0] ^ 1]) + value[1:]
        yield value[:-1] + bytes([value[-1] ^ 0x80])
    elif isinstance(value, str):
        yield f"0x{int(value, 16) ^ 1:040x}"
    elif isinstance(value, int):
        yield type(value)(value ^ 1)
    else:
        raise TypeError(f"no way to change {value!r}")


def ready(kind: type) -> tuple[BothWorld, SignedCall]:
    """A world and a good call in it, every signature a real one."""
    place, build = GOOD[kind]
    world = place().fork()
    call = build(world)
    world._place_contracts(world.rows)
    signed, _ = world.signed(call)
    return world, signed


def refused(world: BothWorld, signed: SignedCall) -> None:
    with pytest.raises(Refusal):
        world.deployed.send(signed, RELAY.address)


@pytest.mark.parametrize("kind", SIGNED, ids=lambda kind: kind.__name__)
def test_message__any_field_changed_after_signing__is_refused(kind: type) -> None:
    world, signed = ready(kind)
    before, changes = storage(world), 0
    for message in variants(signed.message):
        changes += 1
        with pytest.raises((Refusal, NumberDoesNotFit)):  # a value that no call can carry is stopped before
            world.deployed.send(replace(signed, message=message), RELAY.address)
    assert changes >= len(fields(signed.message))
    assert storage(world) == before
    world.deployed.send(signed, RELAY.address)  # unchanged, it is good
    assert storage(world) != before


@pytest.mark.parametrize("kind", SIGNED, ids=lambda kind: kind.__name__)
def test_message__any_signature_damaged__is_refused(kind: type) -> None:
    world, signed = ready(kind)
    before = storage(world)
    for place, signature in enumerate(signed.signatures):
        if not signature:
            continue
        for damaged in (b"", signature[:-1], signature + b"\0", _twin(signature), bytes(65), _flipped(signature, 3)):
            others = (*signed.signatures[:place], damaged, *signed.signatures[place + 1 :])
            refused(world, replace(signed, signatures=others))
    assert storage(world) == before


@pytest.mark.parametrize("kind", SIGNED, ids=lambda kind: kind.__name__)
def test_message__carried_twice__happens_once(kind: type) -> None:
    world, signed = ready(kind)
    world.deployed.send(signed, RELAY.address)
    after = storage(world)
    refused(world, signed)
    assert storage(world) == after


@pytest.mark.parametrize("kind", SIGNED, ids=lambda kind: kind.__name__)
def test_message__on_another_chain__is_refused(kind: type) -> None:
    world, signed = ready(kind)
    world.chain.chain_id += 1
    world.chain.set_time(world.now)  # the block context is made anew, with that chain id
    refused(world, signed)


@pytest.mark.parametrize("kind", SIGNED, ids=lambda kind: kind.__name__)
def test_message__on_another_ledger_in_the_same_state__is_refused(kind: type) -> None:
    world, signed = ready(kind)
    twin = elsewhere().fork()
    twin.impose(world.rows, world.now)
    refused(twin, signed)


@pytest.mark.parametrize("kind", [c.Transfer, c.Split, c.SplitMany, c.Lien], ids=lambda kind: kind.__name__)
def test_consent__to_anything_else__is_refused(kind: type) -> None:
    """A consent holds for one assignee, claim, version, piece and amount, and for its own signer and deadline."""
    world, signed = ready(kind)
    before = storage(world)
    good = signed.acceptances[0]
    for place in (0, 19, 20, 23, 24, 60, len(good) - 1):
        others = (_flipped(good, place), *signed.acceptances[1:])
        refused(world, replace(signed, acceptances=others))
    if kind is c.SplitMany:
        refused(world, replace(signed, acceptances=signed.acceptances[::-1]))
    assert storage(world) == before


def storage(world: BothWorld) -> dict[int, bytes]:
    """All of the ledger's and its Rulebook's storage."""
    return {
        (address, slot): word  # type: ignore[misc]
        for address in (world.deployed.ledger, world.rows.rulebook)
        for slot, word in world.chain.storage(address).items()
    }


@cache
def elsewhere() -> BothWorld:
    """A ledger at another address: its chain has deployed something before."""
    world = BothWorld(slow=False, offset=3)
    assert world.deployed.ledger != base().deployed.ledger
    return world


def _twin(signature: bytes) -> bytes:
    """The same signature with the other s (EIP-2)."""
    order = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
    s = order - int.from_bytes(signature[32:64], "big")
    return signature[:32] + s.to_bytes(32, "big") + bytes([55 - signature[64]])


def _flipped(data: bytes, place: int) -> bytes:
    return data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]
