# SPDX-License-Identifier: Apache-2.0
"""Blooms are those of the Yellow Paper, as a node makes them (that is tested on blocks, in test_header)."""

import random

from eth_utils.crypto import keccak

from chain.proofs.bloom import bloom


def plainly(entry: bytes) -> set[int]:
    """The bits of an entry, counted from the right end, in the words of the Yellow Paper."""
    found = keccak(entry)
    return {((found[at] << 8) + found[at + 1]) % 2048 for at in (0, 2, 4)}


def test_bloom__nothing__is_zero() -> None:
    assert bloom([]) == bytes(256)


def test_bloom__random_entries__sets_their_bits_and_no_other() -> None:
    draw = random.Random(7)
    for count in (1, 2, 10, 200):
        entries = [draw.randbytes(draw.choice([20, 32])) for _ in range(count)]
        found = int.from_bytes(bloom(entries), "big")
        assert {bit for bit in range(2048) if found >> bit & 1} == set().union(*map(plainly, entries))


def test_bloom__order_and_number_of_entries__do_not_matter() -> None:
    assert bloom([b"a", b"b", b"a"]) == bloom([b"b", b"a"])
