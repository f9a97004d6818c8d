# SPDX-License-Identifier: Apache-2.0
"""Logs as events by readers that are generated from the ABI: what events.decode says, several times as fast.

In the one encoding of an event every word has its place: at most one list is in it, and that stands at the end. So a
log is good when its lengths are right and one mask over all its words leaves only the offsets and the list's length
that must be there; then struct takes all values out at once. Whatever fails this goes to events.decode, which says why.
"""

import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, TypeAlias

from chain.abi.errors import LogUnknown
from chain.abi.events import TOKEN_EVENTS, Log, Shape, shapes
from chain.abi.schema import STRUCTS, Field
from chain.domain import commands, events
from chain.domain.events import Event
from chain.domain.vocabulary import Address, ClaimId, Hash, ObligationId

Reader: TypeAlias = Callable[[Sequence[bytes], bytes], Event | None]
"""The event in a log's topics and data; None for one of TOKEN_EVENTS. Raises LogUnknown, LogMalformed."""

_WORD = 32  # bytes
_LONGEST = 1_000  # items of a list; longer ones are left to events.decode, lest masks for them pile up in memory
_INTEGERS = ((8, "31xB"), (16, "30xH"), (32, "28xI"), (64, "24xQ"))
"""How struct takes an integer of so many bits out of a word; the bytes before it are under the mask."""


def decoder(ledger: Address) -> Reader:
    """Reads logs of this ledger, and RulesPublished of a Rulebook, as events.decode does.

    It sees no address: that RulesPublished came from the Rulebook in force, and everything else from the ledger, is for
    the caller to know.
    """
    known = [*shapes("IReceivableLedger").values(), *shapes("Rulebook").values()]
    readers = {bytes(shape.topic): _reader(shape, ledger) for shape in known}

    def read(topics: Sequence[bytes], data: bytes) -> Event | None:
        reader = readers.get(topics[0]) if topics else None
        if reader is None:
            raise LogUnknown(address=ledger, topic=f"0x{topics[0].hex()}" if topics else "none")
        return reader(topics, data)

    return read


@dataclass(slots=True)
class _Words:
    """Consecutive words: which bits are fixed and to what, how struct takes the others out, and names for those."""

    letter: str  # that the names begin with
    mask: int = 0  # the fixed bits
    fixed: int = 0  # what they are
    count: int = 0  # of words
    format: str = ">"
    names: list[str] = field(default_factory=list)

    def constant(self, value: int) -> None:
        """A word that is this number."""
        self._word(0, "32x", 0)
        self.fixed |= value

    def value(self, part: Field) -> str:
        """A word with a value; an expression for it, as chain/abi/schema reads its type."""
        if part.type == "uint88":
            obligor, number, high, low = self._word(88, "21xIIBH", 4)
            return f"ClaimId({obligor}, {number}, {high} << 16 | {low})"
        if part.type == "uint64" and part.name == "obligation":
            return f"ObligationId({', '.join(self._word(64, '24xII', 2))})"
        if part.type == "address":
            return f'"0x" + {self._word(160, "12x20s", 1)[0]}.hex()'
        if part.type in ("bytes32", "uint256"):  # the token standards' uint256 is read, but made into nothing
            return self._word(256, "32s", 1)[0]
        bits = int(part.type.removeprefix("uint"))
        return self._word(bits, next(form for most, form in _INTEGERS if bits <= most), 1)[0]

    def _word(self, free: int, form: str, values: int) -> list[str]:
        """The next word, whose lowest bits are free; names for the values in it."""
        self.mask = self.mask << 256 | (1 << 256) - (1 << free)
        self.fixed <<= 256
        self.count += 1
        self.format += form
        names = [f"{self.letter}{len(self.names) + place}" for place in range(values)]
        self.names += names
        return names


class _Layout:
    """The words of an event's log, and the expression that makes the event of their values."""

    def __init__(self, shape: Shape) -> None:
        self.head, self.items = _Words("v"), _Words("i")  # topics and data up to the list's items; one item
        topics = iter([self.head.value(part) for part in shape.parts if part.indexed])
        data = iter(self._tuple([part for part in shape.parts if not part.indexed]))
        values = [next(topics if part.indexed else data) for part in shape.parts]
        self.event = "None" if shape.name in TOKEN_EVENTS else f"{shape.name}({', '.join(values)})"

    def _tuple(self, parts: Sequence[Field]) -> list[str]:
        """Expressions for the parts of a tuple whose words are the next ones."""
        listed = [part for part in parts if part.type in STRUCTS or part.type.endswith("[]")]
        assert len(listed) <= 1, "the place of a second list depends on the first"
        values = {}
        for part in parts:
            if part in listed:
                self.head.constant(_WORD * len(parts))  # where it begins: behind the words of the tuple
            else:
                values[part] = self.head.value(part)
        for part in listed:
            values[part] = self._list(part) if part.type.endswith("[]") else self._struct(part.type)
        return [values[part] for part in parts]

    def _struct(self, name: str) -> str:
        return f"{name}({', '.join(self._tuple(STRUCTS[name]))})"

    def _list(self, part: Field) -> str:
        self.head.constant(0)  # its length, which the reader adds
        kind = part.type.removesuffix("[]")
        parts = STRUCTS.get(kind, [part._replace(type=kind)])
        values = ", ".join([self.items.value(each) for each in parts])
        item = f"{kind}({values})" if kind in STRUCTS else values
        return f"tuple([{item} for {_targets(self.items)} in each(items)])"


def _targets(words: _Words) -> str:
    return "".join(f"{name}, " for name in words.names)


_STATIC = """
def read(topics, data):
    if len(topics) == {topics} and {words} and len(data) == {size}:
        raw = {joined} + data
        if number(raw, "big") & {mask} == {fixed}:
            {targets}= unpack(raw)
            return {event}
    return refuse(topics, data)
"""
_LISTING = """
def read(topics, data):
    count, rest = divmod(len(data) - {size}, {item})
    if len(topics) == {topics} and {words} and 0 <= count <= {longest} and rest == 0:
        raw, items = {joined} + data[:{size}], data[{size}:]
        if number(raw, "big") & {mask} == {fixed} + count and number(items, "big") & repeated(count) == 0:
            {targets}= unpack(raw)
            return {event}
    return refuse(topics, data)
"""


def _reader(shape: Shape, ledger: Address) -> Reader:
    """The reader of one event's logs."""
    layout = _Layout(shape)
    head, items, indexed = layout.head, layout.items, range(1, len(shape.topics) + 1)

    def refuse(topics: Sequence[bytes], data: bytes) -> Any:
        return shape.decode(Log(ledger, tuple(map(Hash, topics)), data))

    @lru_cache(maxsize=32)
    def repeated(count: int) -> int:
        """The mask over so many items."""
        return int.from_bytes(items.mask.to_bytes(_WORD * items.count, "big") * count, "big")

    source = (_LISTING if items.count else _STATIC).format(
        topics=len(indexed) + 1,
        words=" and ".join(f"len(topics[{place}]) == {_WORD}" for place in indexed) or "True",
        joined=" + ".join(f"topics[{place}]" for place in indexed) or 'b""',
        size=_WORD * (head.count - len(indexed)),
        item=_WORD * items.count,
        longest=_LONGEST,
        mask=hex(head.mask),
        fixed=hex(head.fixed),
        targets=_targets(head),
        event=layout.event,
    )
    known: dict[str, Any] = {"ClaimId": ClaimId, "ObligationId": ObligationId, **vars(commands), **vars(events)}
    known |= {"number": int.from_bytes, "unpack": struct.Struct(head.format).unpack, "refuse": refuse}
    known |= {"each": struct.Struct(items.format).iter_unpack, "repeated": repeated}
    exec(compile(source, f"<reader of {shape.name}>", "exec"), known)
    read: Reader = known["read"]
    return read
