# SPDX-License-Identifier: Apache-2.0
"""A proxy before a node that lies about logs and blocks, by chance and by kind of lie."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from random import Random
from typing import Any

import urllib3

Lie = Callable[[Any, Random], Any]
"""An answer to a batch, or to one request, as the liar tells it."""


def _lists(answer: Any) -> list[list[Any]]:
    """Every list of receipts or logs in it that is not empty."""
    found, look = list[list[Any]](), [answer]
    while look:
        part = look.pop()
        if isinstance(part, dict):
            look.extend(part.values())
        elif isinstance(part, list):
            look.extend(part)
            if part and isinstance(part[0], dict) and ("logIndex" in part[0] or "cumulativeGasUsed" in part[0]):
                found.append(part)
    return found


def omit(answer: Any, chance: Random) -> Any:
    """A log or receipt is left out."""
    if lists := _lists(answer):
        some = chance.choice(lists)
        del some[chance.randrange(len(some))]
    return answer


def double(answer: Any, chance: Random) -> Any:
    """One is told twice."""
    if lists := _lists(answer):
        some = chance.choice(lists)
        some.insert(chance.randrange(len(some)), json.loads(json.dumps(chance.choice(some))))
    return answer


def reorder(answer: Any, chance: Random) -> Any:
    """They come in another order, or the answers of a batch under each other's ids."""
    lists = [some for some in _lists(answer) if len(some) > 1]
    if lists and chance.random() < 0.7:
        chance.shuffle(chance.choice(lists))
    elif isinstance(answer, list) and len(answer) > 1:
        one, other = chance.sample(answer, 2)
        one["id"], other["id"] = other["id"], one["id"]
    return answer


def alter(answer: Any, chance: Random) -> Any:
    """A digit somewhere is another one."""
    words = list[tuple[Any, Any]]()
    look = [answer]
    while look:
        part = look.pop()
        pairs = part.items() if isinstance(part, dict) else enumerate(part) if isinstance(part, list) else ()
        for name, value in list(pairs):
            if isinstance(value, str) and value.startswith("0x") and len(value) > 2:
                words.append((part, name))
            look.append(value)
    if words:
        part, name = chance.choice(words)
        text, at = part[name], chance.randrange(2, len(part[name]))
        part[name] = text[:at] + chance.choice("0123456789abcdef".replace(text[at], "")) + text[at + 1 :]
    return answer


def empty(answer: Any, chance: Random) -> Any:
    """Nothing happened: a block has no receipts, a range no logs, or a block is not there."""
    told = answer if isinstance(answer, list) else [answer]
    one = chance.choice(told)
    if isinstance(one, dict) and "result" in one:
        one["result"] = [] if isinstance(one["result"], list) else None
    return answer


LIES: dict[str, Lie | None] = {
    "omit": omit,
    "double": double,
    "reorder": reorder,
    "alter": alter,
    "empty": empty,
    "truncate": None,  # of the bytes, see below
}


class Liar:
    """The proxy. `lie` names what it does to one answer in `every`; None: it is honest."""

    def __init__(self, upstream: str, seed: int) -> None:
        self.chance, self._upstream = Random(seed), upstream
        self.lie: str | None = None
        self.every, self.told, self.url = 1, 0, ""
        self._pool = urllib3.PoolManager(maxsize=4)

    def answer(self, body: bytes) -> bytes:
        """What it says to a request."""
        said = self._pool.request(
            "POST", self._upstream, body=body, headers={"content-type": "application/json"}, retries=False
        ).data
        if self.lie is None or self.chance.randrange(self.every):
            return said
        self.told += 1
        lie = LIES[self.lie]
        if lie is None:
            return said[: self.chance.randrange(len(said))]
        return json.dumps(lie(json.loads(said), self.chance)).encode()


@contextmanager
def liar(upstream: str, seed: int) -> Iterator[Liar]:
    """A proxy on a free port of this machine, gone with the block."""
    made = Liar(upstream, seed)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            said = made.answer(self.rfile.read(int(self.headers["content-length"])))
            self.send_response(200)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(said)))
            self.end_headers()
            self.wfile.write(said)

        def log_message(self, format: str, *args: Any) -> None:
            """Nobody reads it."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    made.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield made
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
