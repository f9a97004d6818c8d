# SPDX-License-Identifier: Apache-2.0
"""Logs of the ledger and its Rulebook as the domain's events, and back.

A log is read only when it is the one encoding of its event: known first topic, each indexed parameter in a topic of its
own, the rest as data to the last byte (Contract ABI Specification, "Events"). Anything else is an error, never a guess:
a node's word is not trusted.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from operator import attrgetter
from typing import Any

from chain.abi import codec
from chain.abi.artifacts import Contract
from chain.abi.codec import Codec, NotCanonical, whole
from chain.abi.errors import LogMalformed, LogUnknown
from chain.abi.keccak import keccak
from chain.abi.schema import Field, codec_for, entries, fields
from chain.domain import events
from chain.domain.events import Event, RulesPublished
from chain.domain.vocabulary import Address, Hash

TOKEN_EVENTS = ("Transfer", "ConsecutiveTransfer", "Locked", "Unlocked")
"""What the ledger tells wallets in the words of ERC-721, ERC-2309 and ERC-5192; its own events say more."""


@dataclass(frozen=True, slots=True)
class Log:
    """What a contract wrote into a receipt."""

    address: Address  # the contract's
    topics: tuple[Hash, ...]  # 32 bytes each, at most 4
    data: bytes


def decode(log: Log, ledger: Address, rulebook: Address) -> Event | None:
    """The event that a log of the ledger or of this Rulebook bears; None for one of TOKEN_EVENTS.

    Raises LogUnknown, of a third contract's log as well; LogMalformed.
    """
    known = shapes("IReceivableLedger") if log.address == ledger else {}
    if log.address == rulebook:
        known = shapes("Rulebook")
    shape = known.get(log.topics[0]) if log.topics else None
    if shape is None:
        raise LogUnknown(address=log.address, topic=f"0x{log.topics[0].hex()}" if log.topics else "none")
    event: Event | None = shape.decode(log)
    return event


def rules_topic() -> Hash:
    """The first topic of RulesPublished, by which it is found whichever contract it comes from."""
    return _by_name("Rulebook")["RulesPublished"].topic


def encode(event: Event, emitter: Address) -> Log:
    """The log that a contract writes for an event. Raises NumberDoesNotFit, BytesDoNotFit."""
    shape = _by_name("Rulebook" if isinstance(event, RulesPublished) else "IReceivableLedger")[type(event).__name__]
    return shape.encode(event, emitter)


@dataclass(frozen=True, slots=True)
class Shape:
    """How one event lies in a log."""

    name: str
    topic: Hash  # the first one
    parts: tuple[Field, ...]
    topics: tuple[Codec, ...]  # of the indexed parameters
    data: Codec  # of the others

    def decode(self, log: Log) -> Any:
        """Raises LogMalformed."""
        if len(log.topics) != len(self.topics) + 1:
            raise LogMalformed(event=self.name, reason=f"{len(log.topics)} topics")
        try:
            indexed = iter([whole(item, topic) for item, topic in zip(self.topics, log.topics[1:], strict=True)])
            plain = iter(whole(self.data, log.data))
        except NotCanonical as error:
            raise LogMalformed(event=self.name, reason=str(error)) from None
        if self.name in TOKEN_EVENTS:
            return None
        return getattr(events, self.name)(*[next(indexed if part.indexed else plain) for part in self.parts])

    def encode(self, event: Event, emitter: Address) -> Log:
        """Raises NumberDoesNotFit, BytesDoNotFit."""
        values = [(part, attrgetter(part.attribute)(event)) for part in self.parts]
        indexed = [value for part, value in values if part.indexed]
        topics = [Hash(item.encode(value)) for item, value in zip(self.topics, indexed, strict=True)]
        data = self.data.encode([value for part, value in values if not part.indexed])
        return Log(emitter, (self.topic, *topics), data)


@cache
def shapes(contract: Contract) -> Mapping[Hash, Shape]:
    """How each event of a contract lies in a log, by the first topic."""
    return {shape.topic: shape for shape in map(_shape, entries(contract, "event"))}


@cache
def _by_name(contract: Contract) -> Mapping[str, Shape]:
    return {shape.name: shape for shape in shapes(contract).values()}


def _shape(entry: Mapping[str, Any]) -> Shape:
    name, parts = entry["name"], fields(entry["inputs"])
    codecs = {part: codec_for(part, name) for part in parts}
    signature = f"{name}({','.join(item.type for item in codecs.values())})"
    return Shape(
        name=name,
        topic=keccak(signature.encode()),
        parts=parts,
        topics=tuple(item for part, item in codecs.items() if part.indexed),
        data=codec.row([item for part, item in codecs.items() if not part.indexed]),
    )
