# SPDX-License-Identifier: Apache-2.0
"""Who says that there is a new block to mirror.

On the embedded chain it is the book: a block may be read once its hash is there, and that hash is what the node's
answer must have. Elsewhere it is the node: it calls out its new heads over a websocket, which is never trusted for more
than "look now", and is asked regularly when it does not.
"""

import logging
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Event, Thread
from typing import Any, Protocol

import msgspec
import urllib3
from websockets.exceptions import WebSocketException
from websockets.sync.client import ClientConnection, connect

from chain.domain.vocabulary import Hash
from chain.node import answers
from chain.node.errors import NodeAddressMalformed
from chain.node.process import Rest
from chain.node.rpc import Rpc
from chain.store.db import Db

NODE_POLL = 0.25  # between two questions to a node that does not call out
NODE_CHECK = 2.0  # and to one that does: a socket that is there but silent must not stop us

_PATIENCE = 2.0  # seconds for a connection, an answer on it, and its end
_KEEPALIVE = 5.0  # seconds between pings, and for each to be answered
_PAUSES = (0.1, 5.0)  # seconds before another try to connect: at first, at most
_LONGEST = 1 << 16  # bytes of a message; a head has about 2,000
_FAULTS = (OSError, WebSocketException, msgspec.MsgspecError, ValueError, EOFError)
_log = logging.getLogger(__name__)
_log.disabled = True  # what befalls a socket is no event for anybody: `trouble` says it

_SELECT = "SELECT number, hash FROM block WHERE hash IS NOT NULL"


class Tip(Protocol):
    """Knows how far the chain may be mirrored now."""

    def wait(self, after: int, seconds: float) -> tuple[int, Hash | None] | None:
        """The highest block, with its hash where that is known for certain; None when within so many seconds there is
        none above `after`.
        """

    def close(self) -> None:
        """Ask and listen no more."""


class BookTip:
    """The tip of the embedded chain, from the book. Raises StoreError. The connection stays the caller's."""

    def __init__(self, db: Db) -> None:
        self._db, self._rest = db, Rest()

    def wait(self, after: int, seconds: float) -> tuple[int, Hash | None] | None:
        until = time.monotonic() + seconds
        while True:
            row = self._db.one(f"{_SELECT} ORDER BY number DESC LIMIT 1")
            if row is not None and row[0] > after:
                self._rest.worked()
                return row[0], Hash(bytes(row[1]))
            if time.monotonic() >= until:
                return None
            time.sleep(self._rest.seconds)

    def close(self) -> None:
        """Nothing is open."""


def book_hashes(db: Db, first: int, last: int) -> dict[int, Hash]:
    """The hash of each block from `first` to `last` that the book has one of. Raises StoreError."""
    rows = db.all(f"{_SELECT} AND number BETWEEN ? AND ?", [first, last])
    return {number: Hash(bytes(known)) for number, known in rows}


class NodeTip:
    """The tip of a node's chain. `url`: of its websocket; an http address is taken for that of the same port.

    A thread listens until `close`. Raises NodeAddressMalformed; `wait` raises as Rpc.call.
    """

    def __init__(self, rpc: Rpc, url: str) -> None:
        self._rpc, self._url = rpc, _socket_address(url)
        self.listening = False
        """Whether the node calls out its heads now."""
        self.trouble = ""
        """Why it last stopped, or could not begin."""
        self._look, self._ended = Event(), Event()
        self._socket: ClientConnection | None = None
        self._dropped = ""  # why we ended it ourselves
        self._thread = Thread(target=self._listen, name="tip", daemon=True)
        self._thread.start()

    def wait(self, after: int, seconds: float) -> tuple[int, Hash | None] | None:
        until, missed = time.monotonic() + seconds, False
        while True:
            self._look.clear()
            number = self._rpc.ask(answers.number, "eth_blockNumber")
            if number > after:
                if missed:
                    self._drop("it was silent about a new head")
                return number, None
            left = until - time.monotonic()
            if left <= 0:
                return None
            listening = self.listening
            woken = self._look.wait(min(left, NODE_CHECK if listening else NODE_POLL))
            missed = listening and not woken and not self._look.is_set()

    def close(self) -> None:
        self._ended.set()
        self._drop("closed")
        self._thread.join()

    def _listen(self) -> None:
        """Connect, subscribe, pass on every head; when anything is wrong, drop the connection and begin again later."""
        pause = _PAUSES[0]
        while not self._ended.is_set():
            try:
                with self._connected() as connection:
                    subscription = _subscribe(connection)
                    self.listening = True
                    self._look.set()  # what came before the subscription was not called out
                    while True:
                        _see_that_head(connection.recv(decode=False), subscription)
                        self._look.set()
                        pause = _PAUSES[0]
            except _FAULTS as error:
                self.trouble, self._dropped = self._dropped or f"{type(error).__name__}: {error}", ""
            self.listening = False
            self._look.set()  # from here on it is polled
            self._ended.wait(pause)
            pause = min(2 * pause, _PAUSES[1])

    @contextmanager
    def _connected(self) -> Iterator[ClientConnection]:
        connection = connect(
            self._url,
            proxy=None,
            compression=None,
            open_timeout=_PATIENCE,
            close_timeout=_PATIENCE,
            ping_interval=_KEEPALIVE,
            ping_timeout=_KEEPALIVE,
            max_size=_LONGEST,
            logger=_log,
        )
        with connection:
            self._socket = connection
            try:
                if self._ended.is_set():  # `close` could not see the connection yet
                    raise EOFError("closed")
                yield connection
            finally:
                self._socket = None

    def _drop(self, why: str) -> None:
        """End the connection at once, whatever its other end does; the listening thread sees it."""
        connection = self._socket
        if connection is not None:
            self._dropped = why
            with suppress(OSError):  # it has ended by itself
                connection.socket.shutdown(socket.SHUT_RDWR)


class _Answer(msgspec.Struct):
    id: int
    result: str


class _Params(msgspec.Struct):
    subscription: str
    result: dict[str, Any]


class _Notice(msgspec.Struct):
    method: str
    params: _Params


_answer, _notice = msgspec.json.Decoder(_Answer), msgspec.json.Decoder(_Notice)


def _subscribe(connection: ClientConnection) -> str:
    """The name of a new subscription to heads. Raises what is in _FAULTS."""
    connection.send('{"jsonrpc":"2.0","id":1,"method":"eth_subscribe","params":["newHeads"]}')
    said = _answer.decode(connection.recv(timeout=_PATIENCE, decode=False))
    if said.id != 1:
        raise ValueError(f"the answer to request {said.id}")
    return said.result


def _see_that_head(message: bytes, subscription: str) -> None:
    """Raises what is in _FAULTS for a message that calls out no head."""
    said = _notice.decode(message)
    if said.method != "eth_subscription" or said.params.subscription != subscription:
        raise ValueError("a notice that was not asked for")
    answers.number(said.params.result.get("number"))


def _socket_address(url: str) -> str:
    """The address of a websocket. Raises NodeAddressMalformed."""
    try:
        parts = urllib3.util.parse_url(url)
    except urllib3.exceptions.LocationValueError:
        raise NodeAddressMalformed(address=url) from None
    scheme = {"http": "ws", "https": "wss", "ws": "ws", "wss": "wss"}.get(parts.scheme or "")
    if scheme is None or not parts.host:
        raise NodeAddressMalformed(address=url)
    return f"{scheme}://{parts.netloc}{parts.request_uri}"
