# SPDX-License-Identifier: Apache-2.0
"""A node's "0x…" text as the hex digits of its RLP encoding (Yellow Paper, appendix B).

Digits instead of bytes: a whole header or receipt is put together as text and becomes bytes once, by `octets`, which is
many times faster than field by field. Every function raises ValueError for a text that is not of its kind; whether the
digits are hex is for `octets` to say.
"""

from functools import lru_cache

_NUMBER = 1 << 16


def octets(digits: str) -> bytes:
    """The bytes of hex digits, two a byte and nothing between them."""
    found = bytes.fromhex(digits)
    if len(found) * 2 != len(digits):  # fromhex skips blanks
        raise ValueError("blanks among hex digits")
    return found


def number(text: str) -> int:
    """A quantity: "0x" and hex digits, in the one way there is to write it."""
    found = int(text, 16)
    if found < 0 or hex(found) != text:
        raise ValueError(f"{text[:80]!r} is no quantity")
    return found


def plain(text: str) -> str:
    """The digits of data, any number of whole bytes; not encoded."""
    if text[:2] != "0x" or len(text) & 1:
        raise ValueError(f"{text[:80]!r} is no data")
    return text[2:]


def sized(text: str, size: int) -> str:
    """Data of just so many bytes (2 or more), encoded."""
    if len(text) != 2 + 2 * size:
        raise ValueError(f"{text[:80]!r} has not {size} bytes")
    return string_prefix(size) + plain(text)


def data(text: str) -> str:
    """Data, encoded."""
    digits = plain(text)
    if len(digits) == 2 and digits[0] in "01234567":
        return digits  # one byte below 0x80 is its own encoding
    return string_prefix(len(digits) >> 1) + digits


@lru_cache(_NUMBER)
def quantity(text: str) -> str:
    """A quantity, encoded: no leading zero, and 0 is empty."""
    found = number(text)
    digits = f"{found:x}"
    return "80" if found == 0 else data(f"0x{'0' * (len(digits) % 2)}{digits}")


@lru_cache(_NUMBER)
def string_prefix(size: int) -> str:
    """What stands before a string of so many bytes, other than one byte below 0x80."""
    return _prefix(0x80, size)


@lru_cache(_NUMBER)
def list_prefix(size: int) -> str:
    """What stands before a list whose encoded items have so many bytes."""
    return _prefix(0xC0, size)


def _prefix(kind: int, size: int) -> str:
    if size < 56:
        return f"{kind + size:02x}"
    digits = size.to_bytes((size.bit_length() + 7) // 8, "big").hex()
    return f"{kind + 55 + len(digits) // 2:02x}{digits}"
