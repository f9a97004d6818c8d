# SPDX-License-Identifier: Apache-2.0
"""Solidity's ABI encoding, strict: a value has exactly one encoding, and only that one is read back.

Source: Contract ABI Specification, "Formal Specification of the Encoding". Every word is 32 bytes. What has no fixed
size stands behind the words of its tuple, in order, and its word is the offset from the tuple's start; so where each
part must begin is known before it is read, and an offset that says otherwise is refused, as is a bit outside of a
number's width.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

from chain.abi.bounds import address, fixed_bytes, number, shown
from chain.abi.errors import BytesDoNotFit
from chain.abi.ids import pack_claim, pack_obligation, unpack_claim, unpack_obligation

WORD = 32  # bytes


class NotCanonical(ValueError):
    """These bytes are not the encoding of any value; says where. Callers turn it into a leaf of the error tree."""


@dataclass(frozen=True, slots=True)
class Codec:
    """How values of one type are written and read."""

    type: str  # as it stands in a signature: "uint48", "(bytes32,uint48)[]"
    dynamic: bool
    size: int  # bytes that it takes in its tuple: of a dynamic one, those of its offset
    encode: Callable[[Any], bytes]
    """Raises NumberDoesNotFit, BytesDoNotFit."""
    decode: Callable[[bytes, int], tuple[Any, int]]
    """The value that begins at a byte of the data, and the byte after its last. Raises NotCanonical."""


def whole(codec: Codec, data: bytes) -> Any:
    """The value that all of the data encodes. Raises NotCanonical."""
    value, end = codec.decode(data, 0)
    if end != len(data):
        raise NotCanonical(f"{len(data) - end} bytes too many")
    return value


# ---------------------------------------------------------------- words


def unsigned(field: str, bits: int) -> Codec:
    """uint8 to uint256 as int; `field` is what an error names."""
    bound = 1 << bits

    def encode(value: int) -> bytes:
        return number(field, value, bits).to_bytes(WORD, "big")

    def decode(data: bytes, at: int) -> tuple[int, int]:
        value = int.from_bytes(_word(data, at), "big")
        if value >= bound:
            raise NotCanonical(f"the word at byte {at} does not fit uint{bits}")
        return value, at + WORD

    return Codec(f"uint{bits}", False, WORD, encode, decode)


def flag(field: str) -> Codec:
    """Bool as bool."""
    bit = unsigned(field, 1)
    return Codec("bool", False, WORD, lambda value: bit.encode(int(value)), _then(bit, bool))


def claim_id(field: str) -> Codec:
    """uint88 as ClaimId."""
    return _named(unsigned(field, 88), pack_claim, unpack_claim)


def obligation_id(field: str) -> Codec:
    """uint64 as ObligationId."""
    return _named(unsigned(field, 64), pack_obligation, unpack_obligation)


def account_address(field: str) -> Codec:
    """Address as 0x and 40 lower-case hex digits."""

    def encode(value: Any) -> bytes:
        return bytes(12) + address(field, value)

    def decode(data: bytes, at: int) -> tuple[str, int]:
        word = _word(data, at)
        if any(word[:12]):
            raise NotCanonical(f"the word at byte {at} is no address")
        return f"0x{word[12:].hex()}", at + WORD

    return Codec("address", False, WORD, encode, decode)


def fixed(field: str, size: int) -> Codec:
    """bytes1 to bytes32 as bytes."""

    def encode(value: bytes) -> bytes:
        return fixed_bytes(field, value, size).ljust(WORD, b"\0")

    def decode(data: bytes, at: int) -> tuple[bytes, int]:
        word = _word(data, at)
        if any(word[size:]):
            raise NotCanonical(f"the word at byte {at} does not fit bytes{size}")
        return word[:size], at + WORD

    return Codec(f"bytes{size}", False, WORD, encode, decode)


# ---------------------------------------------------------------- what is made of words


def blob(field: str) -> Codec:
    """Bytes of any length."""

    def encode(value: bytes) -> bytes:
        if not isinstance(value, bytes):
            raise BytesDoNotFit(field=field, type="bytes", given=shown(value))
        return len(value).to_bytes(WORD, "big") + value + bytes(-len(value) % WORD)

    def decode(data: bytes, at: int) -> tuple[bytes, int]:
        start = at + WORD
        count = _count(data, at, 1)
        end = start + count + -count % WORD
        if len(data) < end or any(data[start + count : end]):
            raise NotCanonical(f"the bytes at byte {at} are not padded with zeros")
        return data[start : start + count], end

    return Codec("bytes", True, WORD, encode, decode)


def text(field: str) -> Codec:
    """String as str."""
    octets = blob(field)
    return Codec("string", True, WORD, lambda value: octets.encode(value.encode()), _then(octets, _utf8))


def array(item: Codec) -> Codec:
    """A list of any length, as tuple."""

    def encode(values: Sequence[Any]) -> bytes:
        return len(values).to_bytes(WORD, "big") + _laid_out([item] * len(values), values)

    def decode(data: bytes, at: int) -> tuple[tuple[Any, ...], int]:
        count = _count(data, at, item.size)
        return _taken([item] * count, data, at + WORD)

    return Codec(f"{item.type}[]", True, WORD, encode, decode)


def row(items: Sequence[Codec]) -> Codec:
    """A tuple, or the parameters of a function, an event or an error."""
    dynamic = any(item.dynamic for item in items)
    size = sum(item.size for item in items)
    puts = [item.encode for item in items]

    def encode_words(values: Sequence[Any]) -> bytes:
        return b"".join([put(value) for put, value in zip(puts, values, strict=True)])

    def encode_parts(values: Sequence[Any]) -> bytes:
        return _laid_out(items, values)

    def decode(data: bytes, at: int) -> tuple[tuple[Any, ...], int]:
        return _taken(items, data, at)

    signature = f"({','.join(item.type for item in items)})"
    return Codec(signature, dynamic, WORD if dynamic else size, encode_parts if dynamic else encode_words, decode)


def record(items: Sequence[Codec], attributes: Sequence[str], make: Callable[..., Any]) -> Codec:
    """A tuple as a dataclass: `attributes` in the tuple's order, `make` takes them in that order."""
    plain = row(items)
    get = attributes_of(attributes)

    def encode(value: Any) -> bytes:
        return plain.encode(get(value))

    def decode(data: bytes, at: int) -> tuple[Any, int]:
        values, end = plain.decode(data, at)
        return make(*values), end

    return Codec(plain.type, plain.dynamic, plain.size, encode, decode)


def attributes_of(names: Sequence[str]) -> Callable[[Any], tuple[Any, ...]]:
    """A function that reads these attributes of an object."""
    if len(names) > 1:
        return attrgetter(*names)
    return lambda value: tuple(getattr(value, name) for name in names)


def _then(plain: Codec, make: Callable[[Any], Any]) -> Callable[[bytes, int], tuple[Any, int]]:
    def decode(data: bytes, at: int) -> tuple[Any, int]:
        value, end = plain.decode(data, at)
        return make(value), end

    return decode


def _utf8(octets: bytes) -> str:
    try:
        return octets.decode()
    except UnicodeDecodeError as error:
        raise NotCanonical(f"{error.reason} at byte {error.start} of a string") from None


def _named(plain: Codec, pack: Callable[[Any], int], unpack: Callable[[int], Any]) -> Codec:
    def encode(value: Any) -> bytes:
        return plain.encode(pack(value))

    return Codec(plain.type, False, WORD, encode, _then(plain, unpack))


def _laid_out(items: Sequence[Codec], values: Sequence[Any]) -> bytes:
    """The words of a tuple, then its parts of no fixed size."""
    at = sum(item.size for item in items)
    heads: list[bytes] = []
    tails: list[bytes] = []
    for item, value in zip(items, values, strict=True):
        part = item.encode(value)
        if item.dynamic:
            heads.append(at.to_bytes(WORD, "big"))
            tails.append(part)
            at += len(part)
        else:
            heads.append(part)
    return b"".join(heads + tails)


def _taken(items: Sequence[Codec], data: bytes, start: int) -> tuple[tuple[Any, ...], int]:
    """The values of a tuple that begins at `start`, and the byte after its last part."""
    values: list[Any] = []
    place, end = start, start + sum(item.size for item in items)
    for item in items:
        if not item.dynamic:
            value, _ = item.decode(data, place)
        elif int.from_bytes(_word(data, place), "big") == end - start:
            value, end = item.decode(data, end)
        else:
            raise NotCanonical(f"the offset at byte {place} is not {end - start}")
        values.append(value)
        place += item.size
    return tuple(values), end


def _word(data: bytes, at: int) -> bytes:
    word = data[at : at + WORD]
    if len(word) != WORD:
        raise NotCanonical(f"the data ends at byte {len(data)}, within a word")
    return word


def _count(data: bytes, at: int, size: int) -> int:
    """The length of a list whose items take `size` bytes each, of which there must be enough."""
    count = int.from_bytes(_word(data, at), "big")
    if count * size > len(data) - at - WORD:
        raise NotCanonical(f"the data ends at byte {len(data)}, within a list of {count}")
    return count
