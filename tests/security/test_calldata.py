# SPDX-License-Identifier: Apache-2.0
"""Calldata that is not what the ABI says is refused, whoever sends it: the hot operations read it by hand.

A number that does not fit its type, an offset or a length that leads out of the calldata, a call cut short. Sent by the
signer itself, so that no signature stands in the way.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from chain.abi.calls import encode, functions
from chain.abi.schema import STRUCTS
from chain.domain.vocabulary import Address
from chain.node.chain import Reverted
from tests.both import BothWorld
from tests.good_calls import GOOD
from tests.signed import COUNTED

WORD = 32
WORDS = Path(__file__).parents[2] / "contracts" / "libraries" / "Words.sol"
POINTS_AT = {"invoices", "pieces", "obligation"}
"""Fields of Words whose word says where a list or an obligation begins."""


def ready(kind: type) -> tuple[BothWorld, bytes, Address]:
    """A world, the calldata of a good call in it by its first signer, and that signer."""
    place, build = GOOD[kind]
    world = place().fork()
    signed, caller = world.signed(build(world), 0)
    return world, encode(signed), caller


def plain(name: str) -> Iterator[str]:
    """The types of a static struct's words, in order; nothing after the first that is not static."""
    for field in STRUCTS[name]:
        if field.type in STRUCTS:
            yield from plain(field.type)
        else:
            yield field.type


def width(kind: str) -> int:
    """Bits of a type."""
    match = re.fullmatch(r"uint(\d+)", kind)
    return int(match[1]) if match else {"address": 160, "bytes32": 256}[kind]


def refused(world: BothWorld, data: bytes, caller: Address) -> bytes:
    """Sends it; what the refusal said. Nothing may have changed."""
    deployed = world.deployed
    with pytest.raises(Reverted) as raised:
        world.chain.send(deployed.ledger, data, caller)
    world.compare()
    return raised.value.data


def with_bit(data: bytes, word: int, bit: int) -> bytes:
    """The calldata with a bit of a word behind the selector turned over."""
    place = 4 + WORD * word
    value = int.from_bytes(data[place : place + WORD], "big") ^ (1 << bit)
    return data[:place] + value.to_bytes(WORD, "big") + data[place + WORD :]


def is_static(kind: type) -> bool:
    """Whether the message lies word by word behind the selector."""
    name = functions()[kind].parts[0].type
    return name in STRUCTS and not any(part.endswith("[]") for part in plain(name))


STATIC = [kind for kind in GOOD if is_static(kind)]


def messages() -> Iterator[Any]:
    """Every word of every static message that is narrower than a word."""
    for kind in STATIC:
        for word, part in enumerate(plain(functions()[kind].parts[0].type)):
            if width(part) < 256:
                yield pytest.param(kind, word, width(part), id=f"{kind.__name__}-{word}-{part}")


@pytest.mark.parametrize(("kind", "word", "bits"), list(messages()))
def test_field__one_bit_wider_than_its_type__is_no_message(kind: type, word: int, bits: int) -> None:
    world, data, caller = ready(kind)
    answer = refused(world, with_bit(data, word, bits), caller)
    if kind.__name__ in twins():  # the compiler looks at a field only when it is read, which may be after a signature
        assert answer == b""


@pytest.mark.parametrize("kind", GOOD)
def test_any_word__with_its_highest_bit_turned__is_refused(kind: type) -> None:
    # In a list of signatures, which the compiler reads, an offset may lead backwards: a signature must stand there.
    world, data, caller = ready(kind)
    fixed = {bytes(value) for value in _hashes(GOOD[kind][1](world).message)}
    for word in range(len(list(plain(kind.__name__))) if issubclass(kind, COUNTED) else (len(data) - 4) // WORD):
        there = data[4 + WORD * word : 4 + WORD * (word + 1)]
        if there not in fixed:  # with another hash in it, it is another message of the same signer
            refused(world, with_bit(data, word, 255), caller)


@pytest.mark.parametrize("kind", GOOD)
def test_call__cut_short_anywhere__is_refused(kind: type) -> None:
    world, data, caller = ready(kind)
    meant = len(data.rstrip(b"\0"))  # what follows may be padding, which says nothing
    for length in [*range(4, meant, WORD), meant - 1]:
        refused(world, data[:length], caller)


def twins() -> dict[str, str]:
    """The structs of Words, by name."""
    return dict(re.findall(r"struct (\w+) \{(.*?)\}", WORDS.read_text("utf-8"), re.DOTALL))


def test_words__beside_the_messages_of_the_abi__have_the_same_fields() -> None:
    assert len(twins()) >= 12
    for name, body in twins().items():
        fields = re.findall(r"^\s+(\w+) (\w+);", body, re.MULTILINE)
        parts = STRUCTS[name]
        assert [field for _, field in fields] == [part.name for part in parts], name
        for (kind, field), part in zip(fields, parts, strict=True):
            meant = {"Quote": "Quote", "bytes32": "bytes32"}.get(part.type, "uint256")
            assert kind == meant, f"{name}.{field}"
            assert (part.type.endswith("[]") or part.type == "NewObligation") == (field in POINTS_AT and name != "Fund")


def _hashes(value: Any) -> Iterator[bytes]:
    """Every 32 bytes in a message."""
    if isinstance(value, bytes):
        yield value
    elif isinstance(value, tuple):
        for item in value:
            yield from _hashes(item)
    elif hasattr(value, "__dataclass_fields__"):
        for name in value.__dataclass_fields__:
            yield from _hashes(getattr(value, name))
