# SPDX-License-Identifier: Apache-2.0
"""The root of a storage, against values that are known; against a real node: tests/unit/node/test_onnode.py."""

from chain.abi.keccak import keccak
from chain.abi.records import Word
from chain.abi.slots import Slot
from chain.abi.storage_root import storage_root, storage_roots
from chain.domain.vocabulary import Address

ONE, TWO = Word(bytes(31) + b"\1"), Word(b"\2" * 32)


def test_storage_root__of_nothing__is_the_empty_tries() -> None:
    assert storage_root({}) == keccak(b"\x80")


def test_storage_root__of_one_slot__is_its_leafs_hash() -> None:
    key = keccak(bytes(32))
    leaf = b"\xe3\xa1\x20" + key + b"\1"  # a list of 35 bytes: the path (even, a leaf), and the value
    assert storage_root({Slot(0): ONE}) == keccak(leaf)


def test_storage_root__word_of_zero__is_none() -> None:
    assert storage_root({Slot(0): ONE, Slot(5): Word(bytes(32))}) == storage_root({Slot(0): ONE})


def test_storage_root__zeros_kept__each_is_a_leaf() -> None:
    key = keccak(bytes(32))
    leaf = b"\xe4\xa1\x20" + key + b"\x81\x80"  # a list of 36 bytes; the value is the RLP of nothing
    assert storage_root({Slot(0): Word(bytes(32))}, keep_zeros=True) == keccak(leaf)


def test_storage_root__order_of_slots__does_not_matter_but_slot_and_word_do() -> None:
    words = {Slot(slot): Word(slot.to_bytes(32, "big")) for slot in range(1, 40)}
    root = storage_root(words)
    assert storage_root(dict(reversed(words.items()))) == root
    assert storage_root(words | {Slot(40): ONE}) != root
    assert storage_root(words | {Slot(3): ONE}) != root


def test_storage_roots__of_two_contracts__each_its_own() -> None:
    a, b = Address("0x" + "0a" * 20), Address("0x" + "0b" * 20)
    expected = {(a, Slot(1)): ONE, (b, Slot(1)): TWO, (a, Slot(2)): TWO}
    assert storage_roots(expected) == {a: storage_root({Slot(1): ONE, Slot(2): TWO}), b: storage_root({Slot(1): TWO})}
