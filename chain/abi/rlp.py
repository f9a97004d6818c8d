# SPDX-License-Identifier: Apache-2.0
"""Recursive Length Prefix, how Ethereum serialises transactions and tries (Yellow Paper, appendix B): encoding alone.

Written out because the library of that name takes a third of a second to import, and processes that sign start often.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import TypeAlias

from chain.abi.keccak import keccak
from chain.domain.vocabulary import Address

Item: TypeAlias = "bytes | int | Sequence[Item]"
"""A string of bytes, a number (big-endian, no leading zero, 0 is empty), or a list of items."""


def encode(item: Item) -> bytes:
    """The bytes of an item. Raises OverflowError for a number below zero."""
    if isinstance(item, int):
        item = item.to_bytes((item.bit_length() + 7) // 8, "big")
    if isinstance(item, bytes):
        return item if len(item) == 1 and item[0] < 0x80 else _prefix(0x80, len(item)) + item
    return listed(b"".join([encode(part) for part in item]))


def listed(whole: bytes) -> bytes:
    """The list of items that are encoded already, one behind the other."""
    return _prefix(0xC0, len(whole)) + whole


def created_address(creator: Address, nonce: int) -> Address:
    """Where the contract stands that a creator's transaction with that nonce deploys (Yellow Paper, section 7)."""
    return Address(f"0x{keccak(encode([bytes.fromhex(creator[2:]), nonce]))[12:].hex()}")


@lru_cache(1 << 12)  # few lengths, and they come again and again
def _prefix(kind: int, length: int) -> bytes:
    if length < 56:
        return bytes([kind + length])
    digits = length.to_bytes((length.bit_length() + 7) // 8, "big")
    return bytes([kind + 55 + len(digits)]) + digits
