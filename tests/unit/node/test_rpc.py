# SPDX-License-Identifier: Apache-2.0
"""Whatever a node answers, the client says exactly what came of it, within its time and size."""

import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest

from chain.node.errors import (
    MalformedAnswer,
    NodeAddressMalformed,
    NodeBusy,
    NodeError,
    NodeRefused,
    NodeTimeout,
    NodeUnreachable,
)
from chain.node.rpc import Rpc
from tests.unit.node.wrong_node import Handler, WrongNode, octets, refuses, result, says, serving

READ, WRITE = "eth_blockNumber", "eth_sendRawTransaction"


@pytest.fixture
def node() -> Iterator[WrongNode]:
    with serving() as wrong:
        yield wrong


@pytest.fixture
def rpc(node: WrongNode) -> Rpc:
    return Rpc(node.url, timeout=0.4, limit=10_000)


def test_call__right_answer__is_the_result_and_the_question_was_jsonrpc(node: WrongNode, rpc: Rpc) -> None:
    node.reply = result({"a": [1, None]})
    assert rpc.call(READ, "0x1", {"b": 2}) == {"a": [1, None]}
    (asked,) = node.asked
    assert asked == {"jsonrpc": "2.0", "id": asked["id"], "method": READ, "params": ["0x1", {"b": 2}]}


def test_call__null_result__is_none(node: WrongNode, rpc: Rpc) -> None:
    node.reply = result(None)
    assert rpc.call(READ) is None


def test_calls__one_after_the_other__share_a_connection(node: WrongNode, rpc: Rpc) -> None:
    node.reply = result(1)
    for _ in range(5):
        rpc.call(READ)
    assert len(node.connections) == 1


def test_call__refused__raises_number_words_and_data(node: WrongNode, rpc: Rpc) -> None:
    node.reply = refuses(code=3, message="execution reverted", data="0x1234")
    with pytest.raises(NodeRefused) as raised:
        rpc.call(READ)
    assert raised.value == NodeRefused(method=READ, number=3, said="execution reverted", data="0x1234")
    assert not raised.value.retryable
    assert len(node.asked) == 1


def test_call__refused_with_http_status_400__is_still_a_refusal(node: WrongNode, rpc: Rpc) -> None:
    node.reply = says({"jsonrpc": "2.0", "id": None, "error": {"code": -32700, "message": "Parse error"}}, status=400)
    with pytest.raises(NodeRefused, match="Parse error"):
        rpc.call(READ)


WRONG_ANSWERS: dict[str, Any] = {
    "another id": lambda asked: {"jsonrpc": "2.0", "id": asked["id"] + 1, "result": 1},
    "id as text": lambda asked: {"jsonrpc": "2.0", "id": str(asked["id"]), "result": 1},
    "no id": {"jsonrpc": "2.0", "result": 1},
    "true for 1": {"jsonrpc": "2.0", "id": True, "result": 1},
    "neither result nor error": lambda asked: {"jsonrpc": "2.0", "id": asked["id"]},
    "both": lambda asked: {"id": asked["id"], "result": 1, "error": {"code": 1, "message": ""}},
    "error without number": lambda asked: {"id": asked["id"], "error": {"message": "no"}},
    "error that is text": lambda asked: {"id": asked["id"], "error": "no"},
    "a list": [],
    "a number": 7,
}


@pytest.mark.parametrize("answer", WRONG_ANSWERS.values(), ids=WRONG_ANSWERS)
def test_call__not_jsonrpc__malformed_answer(node: WrongNode, rpc: Rpc, answer: Any) -> None:
    node.reply = says(answer)
    with pytest.raises(MalformedAnswer):
        rpc.call(READ)
    assert len(node.asked) == 1  # the same question would get the same answer


@pytest.mark.parametrize("body", [b"", b"{", b"<html>", b"\xff\xfe", b"[" * 9_000])
def test_call__no_json__malformed_answer(node: WrongNode, rpc: Rpc, body: bytes) -> None:
    node.reply = lambda handler, _: octets(handler, body)
    with pytest.raises(MalformedAnswer, match="no JSON"):
        rpc.call(READ)


def test_call__http_status_403__malformed_answer_names_it(node: WrongNode, rpc: Rpc) -> None:
    node.reply = lambda handler, _: octets(handler, b"forbidden", status=403)
    with pytest.raises(MalformedAnswer, match="403"):
        rpc.call(READ)


HUGE = 20_000_000  # more than a connection takes at once


def told(handler: Handler, asked: Any) -> None:
    with suppress(OSError):  # the client has had enough
        octets(handler, b" " * HUGE)


def chunked(handler: Handler, asked: Any) -> None:
    handler.send_response(200)
    handler.send_header("transfer-encoding", "chunked")
    handler.end_headers()
    with suppress(OSError):
        for _ in range(HUGE // 1000):
            handler.wfile.write(b"3e8\r\n" + b" " * 1000 + b"\r\n")
        handler.wfile.write(b"0\r\n\r\n")


@pytest.mark.parametrize("huge", [told, chunked])
def test_call__body_beyond_the_limit__malformed_answer_each_time_and_the_next_call_is_clean(
    node: WrongNode, rpc: Rpc, huge: Any
) -> None:
    node.reply = huge
    for _ in range(6):  # more than there are connections
        with pytest.raises(MalformedAnswer, match="longer than 10000 bytes"):
            rpc.call(READ)
    node.reply = result(5)
    assert rpc.call(READ) == 5


@pytest.mark.parametrize("status", [429, 500, 502, 503])
def test_read__busy_node__asked_three_times_then_node_busy(node: WrongNode, rpc: Rpc, status: int) -> None:
    node.reply = lambda handler, _: octets(handler, b"{}", status)
    with pytest.raises(NodeBusy) as raised:
        rpc.call(READ)
    assert raised.value.retryable
    assert raised.value.arguments["status"] == status
    assert len(node.asked) == 3


def test_read__node_recovers__its_answer(node: WrongNode, rpc: Rpc) -> None:
    def reply(handler: Handler, asked: Any) -> None:
        result("0x7")(handler, asked) if len(node.asked) == 3 else octets(handler, b"", 503)

    node.reply = reply
    assert rpc.call(READ) == "0x7"


@pytest.mark.parametrize("status", [429, 503])
def test_write__busy_node__asked_once(node: WrongNode, rpc: Rpc, status: int) -> None:
    node.reply = lambda handler, _: octets(handler, b"", status)
    with pytest.raises(NodeBusy):
        rpc.call(WRITE, "0x00")
    with pytest.raises(NodeBusy):
        rpc.batch([(READ, []), (WRITE, ["0x00"])])
    assert len(node.asked) == 2


def test_call__limit_exceeded_error__node_busy(node: WrongNode, rpc: Rpc) -> None:
    node.reply = refuses(code=-32005, message="limit exceeded")
    with pytest.raises(NodeBusy):
        rpc.call(WRITE, "0x00")


def drip(handler: Handler, asked: Any) -> None:
    """A byte now and then, for ever: no single wait is long."""
    handler.send_response(200)
    handler.send_header("content-length", "1000")
    handler.end_headers()
    with suppress(OSError):
        for _ in range(60):
            handler.wfile.write(b" ")
            time.sleep(0.05)
    handler.close_connection = True


def silence(handler: Handler, asked: Any) -> None:
    time.sleep(1.0)
    handler.close_connection = True


@pytest.mark.parametrize("reply", [drip, silence])
def test_write__slow_node__timeout_in_time_and_asked_once(node: WrongNode, rpc: Rpc, reply: Any) -> None:
    node.reply = reply
    begun = time.monotonic()
    with pytest.raises(NodeTimeout) as raised:
        rpc.call(WRITE, "0x00")
    assert time.monotonic() - begun < 0.9
    assert raised.value.retryable
    assert len(node.asked) == 1


def broken(handler: Handler, asked: Any) -> None:
    handler.close_connection = True
    handler.connection.shutdown(socket.SHUT_RDWR)


def cut(handler: Handler, asked: Any) -> None:
    octets(handler, b'{"jsonrpc"', length=100)
    handler.close_connection = True


@pytest.mark.parametrize("reply", [broken, cut])
def test_write__connection_broken__unreachable_and_asked_once(node: WrongNode, rpc: Rpc, reply: Any) -> None:
    node.reply = reply
    with pytest.raises(NodeUnreachable) as raised:
        rpc.call(WRITE, "0x00")
    assert raised.value.retryable
    assert len(node.asked) == 1


def test_call__nobody_listens__unreachable_without_the_secret_in_the_address() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        with pytest.raises(NodeUnreachable) as raised:
            Rpc(f"http://127.0.0.1:{port}/v3/secret", timeout=0.3).call(READ)
    assert raised.value.arguments["node"] == f"http://127.0.0.1:{port}"
    assert "secret" not in str(raised.value)


@pytest.mark.parametrize("url", ["", "localhost:8545", "ftp://127.0.0.1", "http://", "http://[::1", "ws://127.0.0.1"])
def test_rpc__no_http_address__node_address_malformed(url: str) -> None:
    with pytest.raises(NodeAddressMalformed):
        Rpc(url)


def test_ask__answer_that_does_not_parse__malformed_answer_names_the_method(node: WrongNode, rpc: Rpc) -> None:
    node.reply = result("no number")
    with pytest.raises(MalformedAnswer, match="eth_blockNumber"):
        rpc.ask(lambda told: int(told, 16), READ)


# ---------------------------------------------------------------- batches


def backwards(asked: list[Any]) -> list[Any]:
    return [{"jsonrpc": "2.0", "id": one["id"], "result": one["params"][0]} for one in reversed(asked)]


def test_batch__answers_in_another_order__in_the_order_asked(node: WrongNode, rpc: Rpc) -> None:
    node.reply = says(backwards)
    assert rpc.batch([(READ, [n]) for n in range(5)]) == [0, 1, 2, 3, 4]


def test_batch__empty__nothing_asked(node: WrongNode, rpc: Rpc) -> None:
    assert rpc.batch([]) == []
    assert node.asked == []


def test_batch__some_refused__each_error_in_its_place(node: WrongNode, rpc: Rpc) -> None:
    def some(asked: list[Any]) -> list[Any]:
        wrong = {"code": -32003, "message": "nonce too low"}
        return [
            {"id": one["id"], "error": wrong} if place == 1 else {"id": one["id"], "result": "0xab"}
            for place, one in enumerate(asked)
        ]

    node.reply = says(some)
    refused = NodeRefused(method=WRITE, number=-32003, said="nonce too low", data=None)
    assert rpc.batch([(WRITE, ["0x0"]), (WRITE, ["0x1"]), (WRITE, ["0x2"])]) == ["0xab", refused, "0xab"]


WRONG_BATCHES: dict[str, Any] = {
    "one missing": lambda asked: backwards(asked)[1:],
    "one twice": lambda asked: [*backwards(asked)[1:], backwards(asked)[1]],
    "one too many": lambda asked: [*backwards(asked), backwards(asked)[0]],
    "an odd id": lambda asked: [*backwards(asked)[1:], {"id": 10**9, "result": 1}],
    "no objects": [1, 2, 3],
    "one answer": {"id": 1, "result": 1},
    "text": "yes",
}


@pytest.mark.parametrize("answer", WRONG_BATCHES.values(), ids=WRONG_BATCHES)
def test_batch__not_one_answer_for_each__malformed_answer(node: WrongNode, rpc: Rpc, answer: Any) -> None:
    node.reply = says(answer)
    with pytest.raises(MalformedAnswer):
        rpc.batch([(READ, [n]) for n in range(3)])


def test_batch__refused_as_a_whole__raises(node: WrongNode, rpc: Rpc) -> None:
    node.reply = says({"jsonrpc": "2.0", "id": None, "error": {"code": -32600, "message": "batch too large"}})
    with pytest.raises(NodeRefused, match="batch too large"):
        rpc.batch([(WRITE, ["0x0"])])


def test_import__of_the_client__brings_neither_web3_nor_requests() -> None:
    code = "import sys, chain.node.rpc; print(sorted({name.split('.')[0] for name in sys.modules}))"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    modules = json.loads(out.replace("'", '"'))
    assert "urllib3" in modules
    assert not {"web3", "requests", "aiohttp", "eth_abi", "eth_utils", "pydantic"} & set(modules)


def test_retryable__of_every_node_error__is_said() -> None:
    kinds = {leaf.__name__ for leaf in NodeError.__subclasses__() if leaf.retryable}
    assert kinds == {"NodeUnreachable", "NodeTimeout", "NodeBusy"}
