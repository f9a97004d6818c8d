# SPDX-License-Identifier: Apache-2.0
"""Requests, answers and frames: what is written is read back, and nothing else is read."""

import json
import random
import socket
import threading
import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chain.abi.errors import NumberDoesNotFit
from chain.domain.errors import DeepTierError, registry
from chain.signing.errors import AnswerMalformed, RequestMalformed, SigningError
from chain.signing.frames import MOST_BYTES, receive, send
from chain.signing.parts import OPERATIONS
from chain.signing.refusals import AccountLocked
from chain.signing.requests import (
    List,
    Lock,
    Sign,
    Unlock,
    accounts_body,
    done_body,
    read_accounts,
    read_answer,
    read_request,
    refusal_body,
    request_body,
)
from tests.unit.abi.values import few, struct
from tests.unit.signing.office import DOMAIN, MAKER, PASSWORD, split

SPLIT = request_body(Sign(MAKER.address, split(), DOMAIN))


@pytest.mark.parametrize("name", sorted(OPERATIONS))
@few
@given(data=st.data())
def test_request__to_sign_any_message__read_back_as_it_was(name: str, data: st.DataObject) -> None:
    request = Sign(MAKER.address, data.draw(struct(name)), DOMAIN)
    assert read_request(request_body(request)) == request


@given(st.text(max_size=60, alphabet=st.characters(exclude_categories=["Cs"])))
def test_request__of_the_other_kinds__read_back_as_it_was(password: str) -> None:
    for request in (Unlock(MAKER.address, password), Lock(MAKER.address), List()):
        assert read_request(request_body(request)) == request


def test_repr__of_a_request_to_unlock__has_no_password() -> None:
    assert PASSWORD not in repr(Unlock(MAKER.address, PASSWORD))


def test_request_body__value_that_does_not_fit__refused_before_it_is_sent() -> None:
    with pytest.raises(NumberDoesNotFit):
        request_body(Sign(MAKER.address, split(2**48), DOMAIN))


@settings(max_examples=400, deadline=None)
@given(st.binary(max_size=400))
def test_read_request__any_bytes__refused_by_name(octets: bytes) -> None:
    if octets == b"\4":
        return
    with pytest.raises(RequestMalformed):
        read_request(octets)


@pytest.mark.parametrize("kind", range(6))
@settings(max_examples=100, deadline=None)
@given(octets=st.binary(max_size=400))
def test_read_request__any_bytes_of_a_kind__refused_by_name(kind: int, octets: bytes) -> None:
    if (kind, octets) == (4, b""):
        return
    with pytest.raises(RequestMalformed):
        read_request(bytes([kind]) + octets)


def test_read_request__every_bit_of_a_request_turned__another_request_or_refused() -> None:
    whole = read_request(SPLIT)
    for at in range(len(SPLIT) * 8):
        octets = bytearray(SPLIT)
        octets[at // 8] ^= 1 << at % 8
        try:
            assert read_request(bytes(octets)) != whole
        except RequestMalformed:
            continue


@pytest.mark.parametrize("octets", [SPLIT[:-1], SPLIT + b"\0", SPLIT + bytes(32), SPLIT[:1], b""])
def test_read_request__too_short_or_too_long__refused(octets: bytes) -> None:
    with pytest.raises(RequestMalformed):
        read_request(octets)


@pytest.mark.parametrize("name", ["Redeem", "split", "Splits", "", "__class__", "NewObligation", "拆分"])
def test_read_request__of_no_operation_that_is_signed__refused(name: str) -> None:
    with pytest.raises(RequestMalformed):
        read_request(SPLIT.replace(b"Split" + bytes(27), name.encode().ljust(32, b"\0")))


@pytest.mark.parametrize("leaf", list(registry(SigningError).values()), ids=lambda leaf: leaf.code)
def test_refusal__any_of_ours__arrives_as_it_was_raised(leaf: type[DeepTierError]) -> None:
    error = leaf(**{name: number if number % 2 else f"text {number}" for number, name in enumerate(leaf.fields)})
    with pytest.raises(leaf) as raised:
        read_answer(refusal_body(error))
    assert raised.value == error


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=200))
def test_read_answer__any_bytes__a_result_or_refused_by_name(octets: bytes) -> None:
    assert read_answer(done_body(octets)) == octets
    for answer in (octets, b"\1" + octets):
        if answer[:1] == b"\0":
            continue
        with pytest.raises(AnswerMalformed):
            read_answer(answer)


@pytest.mark.parametrize(
    "told",
    [
        [],
        {},
        {"code": "locked-account"},
        {"code": "locked-account", "arguments": {}},
        {"code": "locked-account", "arguments": {"account": []}},
        {"code": "locked-account", "arguments": {"account": 1, "more": 2}},
        {"code": "no-such-code", "arguments": {}},
        {"code": 5, "arguments": {}},
        {"code": {}, "arguments": {}},
    ],
)
def test_read_answer__refusal_of_another_form__refused_by_name(told: Any) -> None:
    with pytest.raises(AnswerMalformed):
        read_answer(b"\1" + json.dumps(told).encode())


def test_accounts__written__read_back_and_nothing_else_is() -> None:
    accounts = {MAKER.address: True, split().signer: False} | {}
    assert read_accounts(accounts_body(accounts)) == accounts
    with pytest.raises(AnswerMalformed):
        read_accounts(accounts_body(accounts) + b"\0")


# ---------------------------------------------------------------- frames


@pytest.fixture
def ends() -> Any:
    one, other = socket.socketpair()
    yield one, other
    one.close()
    other.close()


def test_frames__any_sizes_in_pieces__arrive_whole_and_in_order(ends: Any) -> None:
    one, other = ends
    draw = random.Random(1)
    bodies = [draw.randbytes(size) for size in (0, 1, 3, 4, 5, 65_535, 65_536, 65_537, MOST_BYTES)]
    octets = b"".join(len(body).to_bytes(4, "big") + body for body in bodies)

    def trickle() -> None:
        at = 0
        while at < len(octets):
            step = draw.choice([1, 7, 30_000])
            one.sendall(octets[at : at + step])
            at += step
        one.close()

    thread = threading.Thread(target=trickle)
    thread.start()
    assert [receive(other, 20) for _ in bodies] == bodies
    assert receive(other, 20) is None
    thread.join()


def test_receive__larger_than_taken__refused_before_it_is_read(ends: Any) -> None:
    one, other = ends
    for length in (MOST_BYTES + 1, 2**32 - 1):
        one.sendall(length.to_bytes(4, "big"))
        with pytest.raises(RequestMalformed, match=str(length)):
            receive(other, 1)
    with pytest.raises(RequestMalformed):
        send(one, bytes(MOST_BYTES + 1))


@pytest.mark.parametrize("octets", [b"\0", b"\0\0\0", b"\0\0\0\5", b"\0\0\0\5abcd"])
def test_receive__frame_that_breaks_off__refused(ends: Any, octets: bytes) -> None:
    one, other = ends
    one.sendall(octets)
    one.close()
    with pytest.raises(RequestMalformed, match="breaks off"):
        receive(other, 1)


def test_receive__a_byte_now_and_then__no_longer_than_it_may_take(ends: Any) -> None:
    one, other = ends
    one.sendall(b"\0\0\0\x7f")
    stop = threading.Event()

    def drip() -> None:
        while not stop.wait(0.02):
            one.sendall(b"x")

    thread = threading.Thread(target=drip)
    thread.start()
    begun = time.monotonic()
    with pytest.raises(TimeoutError):
        receive(other, 0.3)
    assert time.monotonic() - begun < 2
    stop.set()
    thread.join()


def test_receive__nothing_within_the_idle_time__timeout(ends: Any) -> None:
    with pytest.raises(TimeoutError):
        receive(ends[1], 5, idle=0.05)


def test_locked__as_json__has_no_more_than_its_code_and_account() -> None:
    told = json.loads(refusal_body(AccountLocked(account=MAKER.address))[1:])
    assert told == {"code": "locked-account", "arguments": {"account": MAKER.address}}
