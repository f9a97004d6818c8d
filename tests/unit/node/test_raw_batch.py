# SPDX-License-Identifier: Apache-2.0
"""A batch whose results are handed on as JSON is checked like any other."""

from collections.abc import Iterator
from typing import Any

import pytest

from chain.node.errors import MalformedAnswer, NodeBusy, NodeRefused
from chain.node.rpc import Rpc
from tests.unit.node.wrong_node import WrongNode, octets, says, serving

READ = "eth_blockNumber"


@pytest.fixture
def node() -> Iterator[WrongNode]:
    with serving() as wrong:
        yield wrong


@pytest.fixture
def rpc(node: WrongNode) -> Rpc:
    return Rpc(node.url, timeout=0.4, limit=10_000)


def each(result: Any) -> Any:
    """An answer of `result(place)` members to each request."""
    return says(lambda asked: [{"jsonrpc": "2.0", "id": one["id"], **result(at)} for at, one in enumerate(asked)])


def test_raw_batch__answers_in_any_order__are_json_in_the_order_asked(node: WrongNode, rpc: Rpc) -> None:
    node.reply = says(
        lambda asked: [{"jsonrpc": "2.0", "id": one["id"], "result": one["params"]} for one in asked][::-1]
    )
    found, size = rpc.raw_batch([(READ, [1]), (READ, ["a", None])])
    assert [bytes(raw) for raw in found if not isinstance(raw, Exception)] == [b"[1]", b'["a", null]']
    assert size > 60


def test_raw_batch__null__is_json_null(node: WrongNode, rpc: Rpc) -> None:
    node.reply = each(lambda at: {"result": None, "error": None} if at else {"result": None})
    found, _ = rpc.raw_batch([(READ, []), (READ, [])])
    assert [bytes(raw) for raw in found if not isinstance(raw, Exception)] == [b"null", b"null"]


def test_raw_batch__one_is_refused_one_too_much__their_errors_stand_there(node: WrongNode, rpc: Rpc) -> None:
    errors = [{"code": 3, "message": "no"}, {"code": -32005, "message": "too much"}]
    node.reply = each(lambda at: {"error": errors[at]} if at < 2 else {"result": 1})
    refused, busy, raw = rpc.raw_batch([(READ, [])] * 3)[0]
    assert refused == NodeRefused(method=READ, number=3, said="no", data=None)
    assert isinstance(busy, NodeBusy)
    assert not isinstance(raw, Exception)
    assert bytes(raw) == b"1"


def test_raw_batch__one_error_for_all__is_raised(node: WrongNode, rpc: Rpc) -> None:
    node.reply = says({"jsonrpc": "2.0", "id": None, "error": {"code": -32600, "message": "batch too large"}})
    with pytest.raises(NodeRefused, match="too large"):
        rpc.raw_batch([(READ, [])])


WRONG: dict[str, Any] = {
    "another id": lambda asked: [{"id": one["id"] + 1, "result": 1} for one in asked],
    "one missing": lambda asked: [{"id": one["id"], "result": 1} for one in asked[1:]],
    "one twice": lambda asked: [{"id": asked[0]["id"], "result": 1} for _ in asked],
    "one more": lambda asked: [{"id": one["id"], "result": 1} for one in [*asked, asked[0]]],
    "id as text": lambda asked: [{"id": str(one["id"]), "result": 1} for one in asked],
    "id true": lambda asked: [{"id": True, "result": 1} for _ in asked],
    "no id": lambda asked: [{"result": 1} for _ in asked],
    "neither": lambda asked: [{"id": one["id"]} for one in asked],
    "both": lambda asked: [{"id": one["id"], "result": 1, "error": {"code": 1, "message": ""}} for one in asked],
    "error that is text": lambda asked: [{"id": one["id"], "error": "no"} for one in asked],
    "one result": lambda asked: {"id": asked[0]["id"], "result": 1},
    "texts": ["a", "b"],
    "a number": 7,
}


@pytest.mark.parametrize("answer", WRONG.values(), ids=WRONG)
def test_raw_batch__not_jsonrpc__malformed_answer(node: WrongNode, rpc: Rpc, answer: Any) -> None:
    node.reply = says(answer)
    with pytest.raises(MalformedAnswer):
        rpc.raw_batch([(READ, []), (READ, [])])


@pytest.mark.parametrize("body", [b"", b"[", b"{", b"<html>", b"\xff\xfe", b'[{"\xff": 1}]', b"[" * 9_000, b" "])
def test_raw_batch__no_json__malformed_answer(node: WrongNode, rpc: Rpc, body: bytes) -> None:
    node.reply = lambda handler, _: octets(handler, body)
    with pytest.raises(MalformedAnswer):
        rpc.raw_batch([(READ, [])])


def test_raw_batch__longer_than_this_question_may_be__malformed_answer(node: WrongNode, rpc: Rpc) -> None:
    node.reply = each(lambda at: {"result": "a" * 500})
    assert rpc.raw_batch([(READ, [])])[1] > 500
    with pytest.raises(MalformedAnswer, match="longer than 400 bytes"):
        rpc.raw_batch([(READ, [])], limit=400)
