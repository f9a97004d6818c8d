# SPDX-License-Identifier: Apache-2.0
"""The bloom of logs: 2,048 bits that are set by every address and topic in them (Yellow Paper, section 4.3.1).

A bloom proves that nothing is in it that sets a bit it lacks. It does not prove that two lists of logs are the same: it
knows neither data nor order nor number, and one log in many thousands sets no bit of its own.
"""

from collections.abc import Iterable
from functools import lru_cache

from chain.abi.keccak import keccak

BLOOM_BYTES = 256


def bloom(entries: Iterable[bytes]) -> bytes:
    """The bloom of these addresses (20 bytes each) and topics (32 bytes each)."""
    bits = 0
    for entry in entries:
        bits |= _bits(entry)
    return bits.to_bytes(BLOOM_BYTES, "big")


@lru_cache(1 << 12)  # a chain has few addresses and first topics, and they come again and again
def _bits(entry: bytes) -> int:
    """The three bits of one entry: the low 11 bits of the first three pairs of bytes of its hash."""
    found = keccak(entry)
    bits = 0
    for at in (0, 2, 4):
        bits |= 1 << (int.from_bytes(found[at : at + 2], "big") & 0x7FF)
    return bits
