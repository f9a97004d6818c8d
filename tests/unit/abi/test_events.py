# SPDX-License-Identifier: Apache-2.0
"""Logs: read back as they were written, equal to eth-abi's encoding, and nothing else is taken for an event."""

import dataclasses
import typing
from typing import Any

import pytest
from eth_abi.abi import encode as abi_encode
from eth_utils.abi import collapse_if_tuple, event_abi_to_log_topic
from hypothesis import given
from hypothesis import strategies as st

from chain.abi.errors import LogMalformed, LogUnknown
from chain.abi.events import TOKEN_EVENTS, Log, decode, encode
from chain.abi.schema import entries, fields
from chain.domain import events
from chain.domain.events import Event, Paused, RulesPublished
from chain.domain.vocabulary import Address, ClaimId, Hash, ParticipantId
from tests.unit.abi.test_calls import plain
from tests.unit.abi.values import few, value

LEDGER, RULEBOOK, STRANGER = (Address("0x" + digits * 20) for digits in ("1e", "2b", "33"))
ABI: dict[str, Any] = {entry["name"]: entry for entry in entries("IReceivableLedger", "event")}
ABI |= {entry["name"]: entry for entry in entries("Rulebook", "event")}
OWN = sorted(kind.__name__ for group in typing.get_args(events.Event) for kind in typing.get_args(group) or [group])


def emitter(name: str) -> Address:
    return RULEBOOK if name == "RulesPublished" else LEDGER


def some_event(name: str) -> st.SearchStrategy[Event]:
    parts = fields(ABI[name]["inputs"])
    return st.builds(getattr(events, name), **{part.attribute: value(part) for part in parts})


def stated(event: Event) -> Log:
    """The log of an event as eth-abi has it."""
    name = type(event).__name__
    values = list(zip(ABI[name]["inputs"], plain(event), strict=True))
    indexed = [Hash(abi_encode([part["type"]], [item])) for part, item in values if part["indexed"]]
    others = [(collapse_if_tuple(part), item) for part, item in values if not part["indexed"]]
    data = abi_encode([kind for kind, _ in others], [item for _, item in others])
    return Log(emitter(name), (Hash(event_abi_to_log_topic(ABI[name])), *indexed), data)


def read(log: Log) -> Event | None:
    return decode(log, LEDGER, RULEBOOK)


def one_encoding_or_refused(log: Log) -> None:
    try:
        event = read(log)
    except LogMalformed:
        return
    assert event is not None
    assert encode(event, log.address) == log


def test_events__of_the_abi__are_the_domains_and_the_token_standards() -> None:
    assert {*OWN, *TOKEN_EVENTS} == set(ABI)


@pytest.mark.parametrize("name", OWN)
def test_event__field_by_field__is_the_record_of_its_name(name: str) -> None:
    record = [field.name for field in dataclasses.fields(getattr(events, name))]
    assert record == [part.attribute for part in fields(ABI[name]["inputs"])]


@pytest.mark.parametrize("name", OWN)
@few
@given(data=st.data())
def test_event__written_and_read__is_the_same_and_eth_abis(name: str, data: st.DataObject) -> None:
    event = data.draw(some_event(name))
    log = encode(event, emitter(name))
    assert log == stated(event)
    assert read(log) == event


@pytest.mark.parametrize("name", OWN)
@few
@given(data=st.data())
def test_decode__log_with_bits_changed__is_refused_or_another_event_in_its_one_encoding(
    name: str, data: st.DataObject
) -> None:
    log = encode(data.draw(some_event(name)), emitter(name))
    whole = bytearray(b"".join(log.topics[1:]) + log.data)
    for place in data.draw(st.lists(st.integers(0, len(whole) - 1), min_size=1, max_size=3)):
        whole[place] ^= data.draw(st.integers(1, 255))
    edge = 32 * (len(log.topics) - 1)
    topics = [Hash(bytes(whole[at : at + 32])) for at in range(0, edge, 32)]
    changed = Log(log.address, (log.topics[0], *topics), bytes(whole[edge:]))
    one_encoding_or_refused(changed)


@pytest.mark.parametrize("name", OWN)
@few
@given(data=st.data())
def test_decode__data_cut_short_or_too_long__refused(name: str, data: st.DataObject) -> None:
    log = encode(data.draw(some_event(name)), emitter(name))
    longer = log.data + data.draw(st.binary(min_size=1, max_size=64))
    shorter = log.data[: data.draw(st.integers(0, len(log.data) - 1))]
    for wrong in (longer, shorter):
        with pytest.raises(LogMalformed):
            read(dataclasses.replace(log, data=wrong))


@pytest.mark.parametrize("name", OWN)
@few
@given(data=st.data())
def test_decode__topic_missing_added_or_short__refused(name: str, data: st.DataObject) -> None:
    log = encode(data.draw(some_event(name)), emitter(name))
    for topics in (log.topics[:-1] or (Hash(b""),), (*log.topics, log.topics[0]), (*log.topics[:-1], Hash(b"\0"))):
        with pytest.raises((LogMalformed, LogUnknown)):
            read(dataclasses.replace(log, topics=topics))


@few
@given(name=st.sampled_from(OWN), data=st.binary(max_size=300), topics=st.lists(st.binary(max_size=40), max_size=4))
def test_decode__any_bytes__an_event_in_its_one_encoding_or_an_error(
    name: str, data: bytes, topics: list[bytes]
) -> None:
    first = Hash(event_abi_to_log_topic(ABI[name]))
    log = Log(emitter(name), (first, *map(Hash, topics)), data)
    one_encoding_or_refused(log)


def test_decode__list_of_2_to_the_255_items__refused_before_it_is_counted_out() -> None:
    log = encode(Paused(1, 1, 1, (), 1), LEDGER)  # type: ignore[arg-type]
    huge = log.data[:-32] + (1 << 255).to_bytes(32, "big")
    with pytest.raises(LogMalformed, match="within a list of"):
        read(dataclasses.replace(log, data=huge))


def test_decode__offset_that_points_elsewhere__refused() -> None:
    log = encode(Paused(1, 1, 1, (), 1), LEDGER)  # type: ignore[arg-type]
    words = [log.data[at : at + 32] for at in range(0, len(log.data), 32)]
    place = next(at for at, word in enumerate(words) if int.from_bytes(word, "big") == 32 * (len(words) - 1))
    words[place] = bytes(32)
    with pytest.raises(LogMalformed, match="offset"):
        read(dataclasses.replace(log, data=b"".join(words)))


@pytest.mark.parametrize("name", TOKEN_EVENTS)
@few
@given(data=st.data())
def test_decode__event_of_a_token_standard__is_known_and_says_nothing_more(name: str, data: st.DataObject) -> None:
    parts = ABI[name]["inputs"]
    values = [plain(data.draw(value(part))) for part in fields(parts)]
    indexed = [Hash(abi_encode([p["type"]], [v])) for p, v in zip(parts, values, strict=True) if p["indexed"]]
    others = [(p["type"], v) for p, v in zip(parts, values, strict=True) if not p["indexed"]]
    body = abi_encode([kind for kind, _ in others], [item for _, item in others])
    log = Log(LEDGER, (Hash(event_abi_to_log_topic(ABI[name])), *indexed), body)
    assert read(log) is None
    with pytest.raises(LogMalformed):
        read(dataclasses.replace(log, data=body + b"\0"))


def test_decode__event_of_the_right_name_from_the_wrong_contract__unknown() -> None:
    accepted = encode(events.Accepted(ClaimId(ParticipantId(1), 1, 1), 2, 1), STRANGER)
    rules = encode(RulesPublished(*range(10)), LEDGER)
    for log in (accepted, rules, dataclasses.replace(accepted, address=RULEBOOK)):
        with pytest.raises(LogUnknown) as raised:
            read(log)
        assert raised.value.arguments["address"] == log.address


def test_decode__topic_of_no_event_or_none_at_all__unknown() -> None:
    with pytest.raises(LogUnknown, match="0xabab"):
        read(Log(LEDGER, (Hash(b"\xab" * 32),), b""))
    with pytest.raises(LogUnknown, match="none"):
        read(Log(LEDGER, (), b""))
