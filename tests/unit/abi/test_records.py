# SPDX-License-Identifier: Apache-2.0
"""Rows and their storage words: each way and back, in the layouts that the contracts state, no stray bit taken."""

import re
from enum import EnumMeta
from pathlib import Path
from typing import Any

import pytest
from eth_utils.crypto import keccak
from hypothesis import given
from hypothesis import strategies as st

from chain.abi.errors import BytesDoNotFit, NumberDoesNotFit, SlotMalformed
from chain.abi.records import (
    _LAYOUTS,
    SECOND_NAME,
    Configuration,
    Part,
    Word,
    commitment,
    pack,
    unpack,
    unpack_obligation,
)
from chain.domain.vocabulary import (
    ZERO_ADDRESS,
    Account,
    AutoAccept,
    Change,
    Claim,
    Hash,
    Invoice,
    Obligation,
    Officer,
    Participant,
    Rules,
    Step,
)
from tests.unit.abi.values import few, number, struct

KINDS = [kind for kind in _LAYOUTS if kind is not Obligation]
CONTRACTS = Path(__file__).resolve().parents[3] / "contracts"


def part_value(part: Part) -> st.SearchStrategy[Any]:
    if isinstance(part.kind, EnumMeta) and part.name != "roles":
        return st.sampled_from(list(part.kind))
    return number(1 if part.name == "active" else part.bits).map(part.kind)


def row(kind: type[Any]) -> st.SearchStrategy[Any]:
    parts = {p.name: part_value(p) for layout in _LAYOUTS[kind] for p in layout.parts if p.constant is None}
    if kind is Obligation:
        parts |= {"terms": st.binary(min_size=32, max_size=32), "invoices": st.lists(struct("InvoicePart")).map(tuple)}
    return st.builds(kind, **parts)


def written(kind: type[Any]) -> st.SearchStrategy[Any]:
    """A row whose first slot is not zero, as every row that was ever written."""
    return row(kind).filter(lambda item: any(pack(item)[0]) and (len(pack(item)) != 2 or any(pack(item)[1])))


@pytest.mark.parametrize("kind", KINDS)
@few
@given(data=st.data())
def test_row__packed_and_unpacked__is_the_same(kind: type[Any], data: st.DataObject) -> None:
    item = data.draw(written(kind))
    words = pack(item)
    assert all(len(word) == 32 for word in words)
    assert unpack(kind, words) == item


@few
@given(item=written(Obligation))
def test_obligation__packed_and_unpacked_with_its_terms__is_the_same(item: Obligation) -> None:
    assert unpack_obligation(pack(item), item.terms, item.invoices) == item
    with pytest.raises(SlotMalformed, match="commitment"):
        unpack_obligation(pack(item), Hash(bytes(31) + bytes([item.terms[31] ^ 1])), item.invoices)


@pytest.mark.parametrize(
    ("kind", "path", "type_"),
    [
        (Claim, "libraries/Claim.sol", "Claim"),
        (Obligation, "libraries/Obligation.sol", "Obligation"),
        (Step, "libraries/Step.sol", "Step"),
        (Participant, "libraries/Participant.sol", "Participant"),
        (Account, "libraries/Participant.sol", "Account"),
        (Officer, "libraries/Participant.sol", "Officer"),
        (Invoice, "libraries/Records.sol", "Invoice"),
        (Change, "libraries/Records.sol", "Change"),
        (Rules, "interfaces/IRulebook.sol", "Rules"),
    ],
)
def test_layout__bit_by_bit__is_the_one_beside_the_contracts_type(kind: type[Any], path: str, type_: str) -> None:
    text = (CONTRACTS / path).read_text("utf-8")
    comment = text[: text.index(f"type {type_} is uint256")].rsplit("lowest bit:", 1)[1]
    stated = [int(bits) for bits in re.findall(r"[a-zA-Z]\)? (\d+)(?= \||\.| \()", comment.split("\n///\n")[0])]
    widths = [part.bits for part in _LAYOUTS[kind][0].parts]
    assert stated[: len(widths)] == widths


@pytest.mark.parametrize("kind", KINDS)
@few
@given(data=st.data())
def test_unpack__bit_outside_of_the_row__refused(kind: type[Any], data: st.DataObject) -> None:
    words = list(pack(data.draw(written(kind))))
    place = data.draw(st.integers(0, len(words) - 1))
    used = sum(part.bits for part in _LAYOUTS[kind][place].parts)
    if used < 256:
        bit = data.draw(st.integers(used, 255))
        words[place] = Word((int.from_bytes(words[place], "big") | 1 << bit).to_bytes(32, "big"))
        with pytest.raises(SlotMalformed, match=words[place].hex()):
            unpack(kind, words)


@pytest.mark.parametrize("kind", KINDS)
def test_unpack__slot_never_written__is_no_row(kind: type[Any]) -> None:
    with pytest.raises(SlotMalformed):
        unpack(kind, [Word(bytes(32))] * len(_LAYOUTS[kind]))


@pytest.mark.parametrize(
    ("kind", "word"),
    [
        (Step, 3),  # a kind of step that there is not
        (Change, 4 << 32),
        (Account, 2 << 56 | 1),  # active is 0 or 1
        (Officer, 1),  # without the mark that it is known
        (AutoAccept, 1),
        (Invoice, int.from_bytes(SECOND_NAME, "big")),
    ],
)
def test_unpack__number_that_stands_for_nothing__refused(kind: type[Any], word: int) -> None:
    with pytest.raises(SlotMalformed):
        unpack(kind, [Word(word.to_bytes(32, "big"))])


def test_unpack__word_of_31_bytes__refused() -> None:
    with pytest.raises(SlotMalformed):
        unpack(Claim, [Word(b"\1" * 31)])


@pytest.mark.parametrize("kind", [*KINDS, Obligation])
@few
@given(data=st.data())
def test_pack__number_too_large_for_its_bits__refused_by_name(kind: type[Any], data: st.DataObject) -> None:
    item = data.draw(row(kind))
    plain = [part for layout in _LAYOUTS[kind] for part in layout.parts if part.kind is int and part.constant is None]
    part = data.draw(st.sampled_from(plain))
    object.__setattr__(item, part.name, data.draw(st.integers(2**part.bits) | st.integers(max_value=-1)))
    with pytest.raises(NumberDoesNotFit) as raised:
        pack(item)
    assert str(raised.value.arguments["field"]).endswith(f".{part.name}")
    assert raised.value.arguments["bound"] == 2**part.bits - 1


def test_pack__currency_of_four_letters__refused() -> None:
    with pytest.raises(BytesDoNotFit):
        pack(Configuration(ZERO_ADDRESS, b"CNYX", 2))


def test_commitment__without_invoices__is_the_hash_of_terms_and_the_empty_list() -> None:
    empty = "c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470"
    assert commitment(Hash(b"\1" * 32), ()) == Word(keccak(b"\1" * 32 + bytes.fromhex(empty)))
