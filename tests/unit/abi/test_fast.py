# SPDX-License-Identifier: Apache-2.0
"""The generated readers: every event as events.decode has it, and of every other log its very error."""

import dataclasses
from collections.abc import Callable, Sequence

import pytest
from eth_utils.abi import event_abi_to_log_topic
from hypothesis import given, settings
from hypothesis import strategies as st

from chain.abi.errors import LogUnknown
from chain.abi.events import TOKEN_EVENTS, Log, Shape, decode, encode, shapes
from chain.abi.fast import decoder
from chain.domain.commands import Piece
from chain.domain.errors import DeepTierError
from chain.domain.events import Event, SplitOffMany
from chain.domain.vocabulary import ClaimId, Hash
from tests.unit.abi.test_events import ABI, LEDGER, OWN, RULEBOOK, emitter, some_event
from tests.unit.abi.values import few, value

KNOWN: dict[str, Shape] = {s.name: s for s in [*shapes("IReceivableLedger").values(), *shapes("Rulebook").values()]}
read = decoder(LEDGER)


def outcome(run: Callable[[], Event | None]) -> tuple[object, ...]:
    """The event, or the error with all that it says."""
    try:
        event = run()
    except DeepTierError as error:
        return type(error), error.arguments
    return type(event), event


def agree(log: Log) -> None:
    """Both read the same in this log."""
    assert outcome(lambda: read(log.topics, log.data)) == outcome(lambda: decode(log, LEDGER, RULEBOOK))


def some_log(name: str) -> st.SearchStrategy[Log]:
    """A log that a contract may write, of a token event too."""
    if name in OWN:
        return some_event(name).map(lambda event: encode(event, emitter(name)))
    parts = KNOWN[name].parts
    return st.tuples(*[value(part) for part in parts]).map(lambda values: token_log(name, values))


def token_log(name: str, values: Sequence[object]) -> Log:
    shape = KNOWN[name]
    pairs = list(zip(shape.parts, values, strict=True))
    indexed = [each for part, each in pairs if part.indexed]
    topics = [Hash(item.encode(each)) for item, each in zip(shape.topics, indexed, strict=True)]
    return Log(LEDGER, (shape.topic, *topics), shape.data.encode([each for part, each in pairs if not part.indexed]))


def changed(log: Log, place: int, bits: int) -> Log:
    """The log with bits turned over in a byte, counted from the start of the second topic."""
    whole = bytearray(b"".join(log.topics[1:]) + log.data)
    whole[place] ^= bits
    edge = 32 * (len(log.topics) - 1)
    topics = [Hash(bytes(whole[at : at + 32])) for at in range(0, edge, 32)]
    return Log(log.address, (log.topics[0], *topics), bytes(whole[edge:]))


def size(log: Log) -> int:
    return 32 * (len(log.topics) - 1) + len(log.data)


@pytest.mark.parametrize("name", OWN)
@few
@given(data=st.data())
def test_read__event_written__is_the_same(name: str, data: st.DataObject) -> None:
    event = data.draw(some_event(name))
    log = encode(event, emitter(name))
    found = read(log.topics, log.data)
    assert type(found) is type(event)
    assert found == event


@pytest.mark.parametrize("name", sorted(KNOWN))
@settings(max_examples=2, deadline=None)
@given(data=st.data())
def test_read__any_single_bit_turned_over__as_decode_has_it(name: str, data: st.DataObject) -> None:
    log = data.draw(some_log(name))
    for place in range(size(log)):
        for bit in range(8):
            agree(changed(log, place, 1 << bit))


@pytest.mark.parametrize("name", sorted(KNOWN))
@few
@given(data=st.data())
def test_read__several_bytes_changed__as_decode_has_it(name: str, data: st.DataObject) -> None:
    log = data.draw(some_log(name))
    for place in data.draw(st.lists(st.integers(0, size(log) - 1), min_size=2, max_size=6)):
        log = changed(log, place, data.draw(st.integers(1, 255)))
        agree(log)


@pytest.mark.parametrize("name", sorted(KNOWN))
@few
@given(data=st.data())
def test_read__data_cut_short_or_too_long__as_decode_has_it(name: str, data: st.DataObject) -> None:
    log = data.draw(some_log(name))
    whole = len(log.data)
    for length in {0, whole // 2, whole - 65, whole - 64, whole - 33, whole - 32, whole - 31, whole - 1} & {
        *range(whole)
    }:
        agree(dataclasses.replace(log, data=log.data[:length]))
    for more in (b"\0", bytes(32), bytes(64), data.draw(st.binary(min_size=1, max_size=200))):
        agree(dataclasses.replace(log, data=log.data + more))


@pytest.mark.parametrize("name", sorted(KNOWN))
@few
@given(data=st.data())
def test_read__topics_missing_added_or_of_other_lengths__as_decode_has_it(name: str, data: st.DataObject) -> None:
    log = data.draw(some_log(name))
    first, *rest = log.topics
    for topics in (
        (first, *rest[:-1]),
        (first, *rest, first),
        (first,),
        (first, *[topic[1:] for topic in rest]),
        (first, *[Hash(topic + b"\0") for topic in rest]),
    ):
        agree(dataclasses.replace(log, topics=tuple(map(Hash, topics))))
        # the same bytes on the whole, a byte further on
        agree(Log(log.address, tuple(map(Hash, topics)), log.data[:-1]))
        agree(Log(log.address, tuple(map(Hash, topics)), b"\0" + log.data))


@pytest.mark.parametrize("name", sorted(KNOWN))
@settings(max_examples=3, deadline=None)
@given(data=st.data())
def test_read__topic_of_another_event__as_decode_has_it(name: str, data: st.DataObject) -> None:
    log = data.draw(some_log(name))
    for other in KNOWN.values():
        if (other.name == "RulesPublished") == (name == "RulesPublished"):
            agree(dataclasses.replace(log, topics=(other.topic, *log.topics[1:])))


@few
@given(name=st.sampled_from(OWN), data=st.binary(max_size=500), topics=st.lists(st.binary(max_size=40), max_size=4))
def test_read__any_bytes__as_decode_has_it(name: str, data: bytes, topics: list[bytes]) -> None:
    first = Hash(event_abi_to_log_topic(ABI[name]))
    agree(Log(emitter(name), (first, *map(Hash, topics)), data))


@pytest.mark.parametrize("count", [0, 1, 2, 200, 999, 1_000, 1_001, 3_000])
def test_read__list_of_any_length__as_decode_has_it(count: int) -> None:
    pieces = tuple(Piece(place, place + 7) for place in range(count))  # type: ignore[arg-type]
    log = encode(SplitOffMany(ClaimId(7, 1, 1), 2, 3, 1, pieces), LEDGER)  # type: ignore[arg-type]
    assert read(log.topics, log.data) == decode(log, LEDGER, RULEBOOK)
    agree(changed(log, size(log) - 33 if count else 31, 1))
    for length in (0, count - 1, count + 1, 1 << 255, (1 << 256) - 1):
        other = log.data[: 5 * 32] + (length % 2**256).to_bytes(32, "big") + log.data[6 * 32 :]
        agree(dataclasses.replace(log, data=other))


@pytest.mark.parametrize("name", TOKEN_EVENTS)
@few
@given(data=st.data())
def test_read__event_of_a_token_standard__is_known_and_says_nothing_more(name: str, data: st.DataObject) -> None:
    log = data.draw(some_log(name))
    assert read(log.topics, log.data) is None
    agree(dataclasses.replace(log, data=log.data + b"\0"))


def test_read__topic_of_no_event_or_none_at_all__unknown() -> None:
    for log in (Log(LEDGER, (), b""), Log(LEDGER, (Hash(b"\xab" * 32),), b""), Log(LEDGER, (Hash(b""),), b"")):
        agree(log)
        with pytest.raises(LogUnknown):
            read(log.topics, log.data)
