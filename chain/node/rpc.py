# SPDX-License-Identifier: Apache-2.0
"""A JSON-RPC client: one node, kept connections, every answer checked (JSON-RPC 2.0 over HTTP).

Whoever writes must know what became of it, so a write is never sent twice by itself; a read that met a retryable error
is asked again, a few times. An answer is bounded in time as a whole and in size, whatever the node does.
"""

import json
import time
from collections.abc import Callable, Mapping, Sequence
from itertools import count
from typing import TYPE_CHECKING, Any, TypeVar

import urllib3
from urllib3.exceptions import HTTPError, LocationValueError, NewConnectionError, TimeoutError

from chain.node.errors import (
    MalformedAnswer,
    NodeAddressMalformed,
    NodeBusy,
    NodeError,
    NodeRefused,
    NodeTimeout,
    NodeUnreachable,
)

if TYPE_CHECKING:
    from msgspec import Raw

READS = frozenset(
    {
        "debug_traceTransaction",
        "eth_blockNumber",
        "eth_call",
        "eth_chainId",
        "eth_estimateGas",
        "eth_getBalance",
        "eth_getBlockByHash",
        "eth_getBlockByNumber",
        "eth_getBlockReceipts",
        "eth_getCode",
        "eth_getLogs",
        "eth_getProof",
        "eth_getStorageAt",
        "eth_getTransactionByHash",
        "eth_getTransactionCount",
        "eth_getTransactionReceipt",
    }
)
"""Methods that change nothing: these may be asked again."""

LIMIT_EXCEEDED = -32005
"""The JSON-RPC error by which a node says "not so much at a time" (EIP-1474)."""

Parsed = TypeVar("Parsed")

_HEADERS = {"content-type": "application/json"}
_PIECE = 1 << 18  # bytes


class Rpc:
    """A node at an http address. May be shared by threads.

    `timeout`: seconds for a whole answer; `limit`: bytes of one; `attempts`: how often a read is asked at most, with
    pauses of 50 ms, 100 ms, … between. Raises NodeAddressMalformed.
    """

    def __init__(self, url: str, timeout: float = 10.0, limit: int = 1 << 28, attempts: int = 3) -> None:
        try:
            parts = urllib3.util.parse_url(url)
            if parts.scheme not in ("http", "https") or not parts.host:
                raise LocationValueError(url)
            self._pool = urllib3.connection_from_url(url, maxsize=4, block=True, retries=False)
        except LocationValueError:
            raise NodeAddressMalformed(address=url) from None
        self.node = f"{parts.scheme}://{parts.netloc}"
        """Scheme, host and port, for people to read."""
        self._path, self._ids = parts.request_uri, count(1)
        self._timeout, self._limit, self._attempts = timeout, limit, attempts

    def call(self, method: str, *parameters: Any) -> Any:
        """What the method answers.

        Raises NodeUnreachable, NodeTimeout, NodeBusy (retryable); NodeRefused, MalformedAnswer (fatal).
        """
        request = self._request(method, parameters)
        answer = self._parsed(method, self._ask(method, request, again=method in READS))
        if not isinstance(answer, dict):
            raise self._malformed(method, "not one answer")
        if answer.get("id") is None and "error" in answer:  # the node could not even read the id
            answer["id"] = request["id"]
        if type(answer.get("id")) is not int or answer["id"] != request["id"]:
            raise self._malformed(method, "the id of another request")
        result = self._result(method, answer)
        if isinstance(result, NodeError):
            raise result
        return result

    def ask(self, parse: Callable[[Any], Parsed], method: str, *parameters: Any) -> Parsed:
        """What the method answers, parsed. Raises as `call`; MalformedAnswer when `parse` raises an error of values."""
        answer = self.call(method, *parameters)
        try:
            return parse(answer)
        except (ValueError, TypeError, LookupError) as error:
            raise self._malformed(method, f"{type(error).__name__}: {error}") from None

    def batch(self, requests: Sequence[tuple[str, Sequence[Any]]]) -> list[Any]:
        """What each (method, parameters) answers, in their order; a refused one has its NodeRefused or NodeBusy there.

        A node may run the requests of a batch in any order. Raises as `call`, when the batch as a whole fails.
        """
        if not requests:
            return []
        name = f"{len(requests)} × {requests[0][0]}"
        sent = [self._request(method, parameters) for method, parameters in requests]
        answers = self._parsed(name, self._ask(name, sent, again=all(method in READS for method, _ in requests)))
        if isinstance(answers, dict):
            raise self._one_for_all(name, answers)
        if not isinstance(answers, list):
            raise self._malformed(name, "no list")
        by_id = {a["id"]: a for a in answers if isinstance(a, dict) and type(a.get("id")) is int}
        self._see_that_all_came(name, sent, len(answers), by_id)
        return [self._result(request["method"], by_id[request["id"]]) for request in sent]

    def raw_batch(
        self, requests: Sequence[tuple[str, Sequence[Any]]], limit: int | None = None
    ) -> "tuple[list[Raw | NodeError], int]":
        """As `batch`, but each result is its JSON, for the caller to decode as what he expects; and how many bytes the
        whole answer had. It may have `limit` bytes, where that is less than what this client takes.
        """
        from msgspec import MsgspecError, Raw  # here, since not every process that has a node should load it
        from msgspec import json as fast

        name = f"{len(requests)} × {requests[0][0]}"
        sent = [self._request(method, parameters) for method, parameters in requests]
        body = self._ask(name, sent, again=all(method in READS for method, _ in requests), limit=limit)
        if body.lstrip().startswith(b"{"):
            raise self._one_for_all(name, self._parsed(name, body))
        try:
            answers = fast.decode(body, type=list[dict[str, Raw]])
            by_id = {fast.decode(answer["id"], type=int): answer for answer in answers}
        except (MsgspecError, KeyError, ValueError, RecursionError) as error:  # ValueError: no UTF-8
            raise self._malformed(name, f"{type(error).__name__}: {error}") from None
        self._see_that_all_came(name, sent, len(answers), by_id)
        return [self._raw_result(request["method"], by_id[request["id"]]) for request in sent], len(body)

    def close(self) -> None:
        """Close its connections; a later call opens new ones."""
        self._pool.close()

    def _request(self, method: str, parameters: Sequence[Any]) -> dict[str, Any]:
        return {"jsonrpc": "2.0", "id": next(self._ids), "method": method, "params": list(parameters)}

    def _result(self, method: str, answer: Mapping[str, Any]) -> Any:
        """The result in an answer, or the error that it is."""
        if ("result" in answer) == (answer.get("error") is not None):
            raise self._malformed(method, "neither a result nor an error, or both")
        if "result" in answer:
            return answer["result"]
        error = answer["error"]
        if not isinstance(error, dict) or type(error.get("code")) is not int:
            raise self._malformed(method, "an error without a number")
        if error["code"] == LIMIT_EXCEEDED:
            return NodeBusy(node=self.node, method=method, status=LIMIT_EXCEEDED)
        data = error.get("data")
        text = data if isinstance(data, str | None) else json.dumps(data)
        return NodeRefused(method=method, number=error["code"], said=str(error.get("message")), data=text)

    def _raw_result(self, method: str, answer: "Mapping[str, Raw]") -> "Raw | NodeError":
        """As `_result`, of an answer whose members are JSON still."""
        if answer.keys() <= {"jsonrpc", "id", "result"} and "result" in answer:
            return answer["result"]
        found = self._result(method, {name: self._parsed(method, bytes(raw)) for name, raw in answer.items()})
        return found if isinstance(found, NodeError) else answer["result"]

    def _one_for_all(self, name: str, answer: Mapping[str, Any]) -> NodeError:
        """What it means that a batch got one answer: an error for all of it."""
        result = self._result(name, answer)
        return result if isinstance(result, NodeError) else self._malformed(name, "one answer to a batch")

    def _see_that_all_came(
        self, name: str, sent: Sequence[Mapping[str, Any]], count: int, by_id: Mapping[int, Any]
    ) -> None:
        """Raises MalformedAnswer unless each request has its one answer, and nothing else came."""
        if count != len(sent):
            raise self._malformed(name, f"not {len(sent)} answers")
        if by_id.keys() != {request["id"] for request in sent}:
            raise self._malformed(name, "ids that were not asked, or not all of them")

    def _ask(self, method: str, request: Any, again: bool, limit: int | None = None) -> bytes:
        """The body of the answer, of at most `limit` bytes."""
        most = self._limit if limit is None else min(limit, self._limit)
        body = json.dumps(request, separators=(",", ":")).encode()
        for attempt in range(1, self._attempts + 1):
            try:
                return self._post(method, body, most)
            except NodeError as error:
                if not (error.retryable and again) or attempt == self._attempts:
                    raise
                time.sleep(0.05 * 2 ** (attempt - 1))
        raise AssertionError("at least one attempt")

    def _parsed(self, method: str, body: bytes) -> Any:
        try:
            return json.loads(body)
        except (ValueError, RecursionError):
            raise self._malformed(method, "no JSON") from None

    def _post(self, method: str, body: bytes, most: int) -> bytes:
        until = time.monotonic() + self._timeout
        limits = urllib3.Timeout(self._timeout)
        try:
            response = self._pool.urlopen(
                "POST", self._path, body, _HEADERS, retries=False, redirect=False, timeout=limits, preload_content=False
            )
            try:
                whole = self._read(method, response, until, most)
            except BaseException:
                response.close()  # the rest need not come, and must never be read as the next answer
                raise
            finally:
                response.release_conn()  # a closed one as well, or the pool would run dry
        except NewConnectionError:
            raise NodeUnreachable(node=self.node, why="no connection") from None
        except TimeoutError:
            raise self._too_slow(method) from None
        except HTTPError as error:
            raise NodeUnreachable(node=self.node, why=type(error).__name__) from None
        if response.status == 429 or response.status >= 500:
            raise NodeBusy(node=self.node, method=method, status=response.status)
        if response.status != 200 and not whole.startswith(b"{"):  # some nodes send their JSON-RPC errors as HTTP 4xx
            raise self._malformed(method, f"HTTP status {response.status}")
        return whole

    def _read(self, method: str, response: urllib3.BaseHTTPResponse, until: float, most: int) -> bytes:
        """All of the body, a piece at a time: a node that drips must not keep us for ever."""
        pieces, size = [], 0
        while piece := response.read1(_PIECE):
            pieces.append(piece)
            size += len(piece)
            if size > most:
                raise self._malformed(method, f"longer than {most} bytes")
            if time.monotonic() > until:
                raise self._too_slow(method)
        return b"".join(pieces)

    def _too_slow(self, method: str) -> NodeTimeout:
        return NodeTimeout(node=self.node, method=method, seconds=self._timeout)

    def _malformed(self, method: str, why: str) -> MalformedAnswer:
        return MalformedAnswer(node=self.node, method=method, why=why)
