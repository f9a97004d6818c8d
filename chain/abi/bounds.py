# SPDX-License-Identifier: Apache-2.0
"""Does a value fit its Solidity type? Asked of every value before it is packed, so that nothing wraps or is cut off."""

from chain.abi.errors import BytesDoNotFit, NumberDoesNotFit
from chain.domain.vocabulary import Address

_SHOWN = 80  # characters of a refused value that an error repeats
_SHOWN_BITS = 256


def number(field: str, value: int, bits: int) -> int:
    """`value`, when it is an unsigned integer of so many bits. Raises NumberDoesNotFit, which names the field."""
    if not isinstance(value, int) or value < 0 or value.bit_length() > bits:
        raise NumberDoesNotFit(field=field, bound=2**bits - 1, given=shown(value))
    return value


def fixed_bytes(field: str, value: bytes, size: int) -> bytes:
    """`value`, when it is exactly so many bytes. Raises BytesDoNotFit."""
    if not isinstance(value, bytes) or len(value) != size:
        raise BytesDoNotFit(field=field, type=f"bytes{size}", given=shown(value))
    return value


def address(field: str, value: Address) -> bytes:
    """The 20 bytes of an address in the house's one spelling, 0x and lower-case hex. Raises BytesDoNotFit."""
    try:
        raw = bytes.fromhex(value[2:])
    except (TypeError, ValueError):
        raw = b""
    if len(raw) != 20 or f"0x{raw.hex()}" != value:
        raise BytesDoNotFit(field=field, type="address", given=shown(value))
    return raw


def shown(value: object) -> int | str:
    """A refused value, short enough to repeat in an error."""
    if isinstance(value, int):
        return value if value.bit_length() <= _SHOWN_BITS else f"an integer of {value.bit_length()} bits"
    text = f"0x{value[:_SHOWN].hex()}" if isinstance(value, bytes) else str(value)
    return text if len(text) <= _SHOWN else text[:_SHOWN] + "…"
