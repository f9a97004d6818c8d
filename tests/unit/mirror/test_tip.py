# SPDX-License-Identifier: Apache-2.0
"""A new block is told soon, by whichever way there is, and a socket's word alone is worth nothing."""

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from websockets.sync.server import Server as SocketServer
from websockets.sync.server import ServerConnection, serve

from chain.domain.vocabulary import Hash
from chain.mirror import tip as tips
from chain.mirror.tip import BookTip, NodeTip, book_hashes
from chain.node.anvil import Anvil
from chain.node.errors import NodeAddressMalformed, NodeUnreachable
from chain.node.rpc import Rpc
from chain.store.db import Db, connect
from tests.unit.proofs.emitter import emitting_node

POLLED = 1.5  # seconds: less than a socket that is trusted may be silent, and much more than a poll takes
SOON = 5.0


# ---------------------------------------------------------------- the book


def plan(db: Db, number: int, made: bool) -> None:
    db.execute(
        "INSERT INTO block (number, timestamp, hash, state_root) VALUES (?, ?, ?, ?)",
        [number, 1_800_000_000 + number, hashed(number) if made else None, bytes(32) if made else None],
    )


def hashed(number: int) -> Hash:
    return Hash(bytes([number]) * 32)


def test_book_tip__no_block_or_none_newer__none_after_the_time(book: str) -> None:
    with connect(book) as db:
        tip, start = BookTip(db), time.monotonic()
        assert tip.wait(0, 0.05) is None
        plan(db, 1, made=True)
        assert tip.wait(1, 0.05) is None
        assert tip.wait(7, 0) is None
        assert 0.1 <= time.monotonic() - start < SOON


def test_book_tip__a_planned_block__is_not_told_before_its_hash_is_there(book: str) -> None:
    with connect(book) as db:
        for number in (1, 2):
            plan(db, number, made=True)
        plan(db, 3, made=False)
        assert BookTip(db).wait(0, 1) == (2, hashed(2))
        db.execute("UPDATE block SET hash = ?, state_root = ? WHERE number = 3", [hashed(3), bytes(32)])
        assert BookTip(db).wait(2, 0) == (3, hashed(3))


def test_book_tip__another_process_writes__is_told_at_once(book: str) -> None:
    def write() -> None:
        with connect(book) as other:
            time.sleep(0.1)
            plan(other, 1, made=True)
            written.append(time.monotonic())

    written: list[float] = []
    thread = threading.Thread(target=write)
    with connect(book) as db:
        thread.start()
        assert BookTip(db).wait(0, SOON) == (1, hashed(1))
        now = time.monotonic()
        thread.join()
    assert now - written[0] < 0.5


def test_book_hashes__are_those_of_made_blocks_in_the_range(book: str) -> None:
    with connect(book) as db:
        for number in range(1, 5):
            plan(db, number, made=number != 4)
        assert book_hashes(db, 2, 9) == {2: hashed(2), 3: hashed(3)}
        assert book_hashes(db, 5, 9) == {}


# ---------------------------------------------------------------- the node


@pytest.fixture
def anvil() -> Iterator[Anvil]:
    with emitting_node() as running:
        yield running


@contextmanager
def opened(rpc: Rpc, url: str) -> Iterator[NodeTip]:
    tip = NodeTip(rpc, url)
    try:
        yield tip
    finally:
        start = time.monotonic()
        tip.close()
        assert time.monotonic() - start < SOON
    assert not [thread for thread in threading.enumerate() if thread.name == "tip"]


def until(true: Callable[[], bool], seconds: float = SOON) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not come to that"
        time.sleep(0.002)


def mined_later(rpc: Rpc, seconds: float = 0.05) -> list[float]:
    """Make a block after a while; the instant when it was made, once it is."""
    made: list[float] = []

    def mine() -> None:
        made.append(time.monotonic())
        rpc.call("evm_mine")

    threading.Timer(seconds, mine).start()
    return made


def told(tip: NodeTip, rpc: Rpc, after: int) -> float:
    """How long it took until a block was told that was made during the wait, seconds."""
    made = mined_later(rpc)
    assert tip.wait(after, SOON) == (after + 1, None)
    return time.monotonic() - made[0]


def test_node_tip__a_node_that_calls_out__each_block_is_told_at_once(anvil: Anvil) -> None:
    with opened(anvil.rpc, anvil.url) as tip:
        until(lambda: tip.listening)
        assert sorted(told(tip, anvil.rpc, number) for number in range(9))[4] < tips.NODE_POLL / 3
        assert tip.wait(9, 0.1) is None
        assert tip.wait(3, 0) == (9, None)
        assert tip.listening
        assert tip.trouble == ""


def test_node_tip__the_node_is_gone__says_so(anvil: Anvil) -> None:
    with opened(Rpc(anvil.url, attempts=1), anvil.url) as tip:
        until(lambda: tip.listening)
        anvil.stop()
        until(lambda: not tip.listening)
        with pytest.raises(NodeUnreachable):
            tip.wait(0, 1)


@pytest.mark.parametrize("url", ["", "localhost", "ftp://localhost", "http://", "ws:///path"])
def test_node_tip__no_address_of_a_node__malformed_node_address(anvil: Anvil, url: str) -> None:
    with pytest.raises(NodeAddressMalformed):
        NodeTip(anvil.rpc, url)


# ---------------------------------------------------------------- sockets that are not what they should be


Behaviour = Callable[[ServerConnection], None]


class Sockets:
    """A websocket server whose connections behave as told, each as the next in the list, later ones as the last."""

    def __init__(self, *behaviours: Behaviour) -> None:
        self.behaviours, self.count = behaviours, 0
        self.server: SocketServer = serve(self._handle, "127.0.0.1", 0, compression=None)
        self.url = f"ws://127.0.0.1:{self.server.socket.getsockname()[1]}"
        self.thread = threading.Thread(target=self.server.serve_forever)
        self.thread.start()

    def _handle(self, connection: ServerConnection) -> None:
        behaviour = self.behaviours[min(self.count, len(self.behaviours) - 1)]
        self.count += 1
        behaviour(connection)

    def close(self) -> None:
        self.server.shutdown()
        self.thread.join()


@contextmanager
def sockets(*behaviours: Behaviour) -> Iterator[Sockets]:
    served = Sockets(*behaviours)
    try:
        yield served
    finally:
        served.close()


def head(number: str = "0x1", subscription: str = "0xa", **more: Any) -> str:
    params = {"subscription": subscription, "result": {"number": number}}
    return json.dumps({"jsonrpc": "2.0", "method": "eth_subscription", "params": params} | more)


def subscribed(connection: ServerConnection) -> None:
    asked = json.loads(connection.recv())
    assert (asked["method"], asked["params"]) == ("eth_subscribe", ["newHeads"])
    connection.send(json.dumps({"jsonrpc": "2.0", "id": asked["id"], "result": "0xa"}))


def stay(connection: ServerConnection) -> None:
    """Read until the other end goes."""
    for _ in connection:
        pass


def first_says(message: str | bytes) -> Behaviour:
    """Answer the subscription so, and stay."""

    def behave(connection: ServerConnection) -> None:
        connection.recv()
        connection.send(message)
        stay(connection)

    return behave


def then_says(*messages: str | bytes) -> Behaviour:
    """Subscribe, then say this, and stay."""

    def behave(connection: ServerConnection) -> None:
        subscribed(connection)
        for message in messages:
            connection.send(message)
        stay(connection)

    return behave


def closes(connection: ServerConnection) -> None:
    subscribed(connection)
    connection.socket.shutdown(socket.SHUT_RDWR)


WRONG: dict[str, Behaviour] = {
    "not json": first_says("hello"),
    "bytes": first_says(b"\xff\x00"),
    "refused": first_says('{"jsonrpc":"2.0","id":1,"error":{"code":-32601,"message":"no"}}'),
    "another id": first_says('{"jsonrpc":"2.0","id":2,"result":"0xa"}'),
    "a number for a name": first_says('{"jsonrpc":"2.0","id":1,"result":7}'),
    "a list": first_says("[]"),
    "too long": first_says('"' + "a" * 100_000 + '"'),
    "subscribed, not json": then_says("hello"),
    "subscribed, deep": then_says("[" * 60_000),
    "subscribed, another subscription": then_says(head(subscription="0xb")),
    "subscribed, another method": then_says(head(method="eth_other")),
    "subscribed, no number": then_says(head(number="12")),
    "subscribed, no head": then_says('{"method":"eth_subscription","params":{"subscription":"0xa","result":"0x1"}}'),
    "closes": closes,
}


@pytest.mark.parametrize("wrong", WRONG.values(), ids=WRONG)
def test_node_tip__a_socket_that_talks_nonsense__is_dropped_and_the_node_polled(anvil: Anvil, wrong: Behaviour) -> None:
    with sockets(wrong) as served, opened(anvil.rpc, served.url) as tip:
        until(lambda: tip.trouble != "")
        assert told(tip, anvil.rpc, 0) < POLLED
        until(lambda: served.count > 1)  # it is tried again


def test_node_tip__a_socket_that_never_answers__does_not_keep_us_from_polling_or_ending(anvil: Anvil) -> None:
    with sockets(stay) as served, opened(anvil.rpc, served.url) as tip:
        until(lambda: served.count == 1)
        assert told(tip, anvil.rpc, 0) < POLLED
        assert not tip.listening


def test_node_tip__a_socket_that_lies_about_heads__only_makes_us_look(anvil: Anvil) -> None:
    lies = [head("0xffffff"), head("0x2"), head("0x0")]
    with sockets(then_says(*lies)) as served, opened(anvil.rpc, served.url) as tip:
        until(lambda: tip.listening)
        assert tip.wait(0, 0.2) is None
        assert tip.listening


def test_node_tip__a_socket_that_says_nothing_of_a_head__is_dropped(
    anvil: Anvil, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tips, "NODE_CHECK", 0.3)
    with sockets(then_says()) as served, opened(anvil.rpc, served.url) as tip:
        until(lambda: tip.listening)
        assert tip.wait(0, 0.5) is None
        assert tip.listening  # there was nothing to say
        assert told(tip, anvil.rpc, 0) < POLLED
        until(lambda: "silent" in tip.trouble)
        until(lambda: served.count > 1)


def test_node_tip__the_connection_breaks__polls_until_it_is_back(anvil: Anvil) -> None:
    call_out = threading.Event()

    def good(connection: ServerConnection) -> None:
        subscribed(connection)
        call_out.wait(SOON)
        connection.send(head())
        stay(connection)

    with sockets(closes, closes, closes, good) as served, opened(anvil.rpc, served.url) as tip:
        assert told(tip, anvil.rpc, 0) < POLLED
        until(lambda: served.count == 4 and tip.listening)
        mined_later(anvil.rpc)
        threading.Timer(0.1, call_out.set).start()
        assert tip.wait(1, SOON) == (2, None)


def test_node_tip__no_socket_there__polls(anvil: Anvil) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with opened(anvil.rpc, f"ws://127.0.0.1:{port}") as tip:
        assert told(tip, anvil.rpc, 0) < POLLED
        until(lambda: "refused" in tip.trouble)
