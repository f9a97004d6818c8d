# SPDX-License-Identifier: Apache-2.0
"""A node that answers as a test tells it to, and remembers what it was asked."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

Handler = BaseHTTPRequestHandler
Reply = Callable[[Handler, Any], None]
"""Writes the HTTP answer to a request, given the JSON that was asked."""


@dataclass
class WrongNode:
    url: str = ""
    reply: Reply = lambda handler, asked: None
    asked: list[Any] = field(default_factory=list)
    connections: set[Any] = field(default_factory=set)


def octets(handler: Handler, body: bytes, status: int = 200, length: int | None = None) -> None:
    """A whole HTTP answer; `length`: what it says its length is."""
    handler.send_response(status)
    handler.send_header("content-length", str(len(body) if length is None else length))
    handler.end_headers()
    handler.wfile.write(body)


def says(value: Any, status: int = 200) -> Reply:
    """Always this JSON, or the JSON that a function makes of what was asked."""

    def reply(handler: Handler, asked: Any) -> None:
        octets(handler, json.dumps(value(asked) if callable(value) else value).encode(), status)

    return reply


def result(value: Any) -> Reply:
    """Always this result, under the right id."""
    return says(lambda asked: {"jsonrpc": "2.0", "id": asked["id"], "result": value})


def refuses(**error: Any) -> Reply:
    """Always this error, under the right id."""
    return says(lambda asked: {"jsonrpc": "2.0", "id": asked["id"], "error": error})


@contextmanager
def serving() -> Iterator[WrongNode]:
    node = WrongNode()

    class Server(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["content-length"])))
            node.asked.append(asked)
            node.connections.add(self.client_address)
            node.reply(self, asked)

        def log_message(self, format: str, *args: Any) -> None:
            """Nothing: the test says what went wrong."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Server) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        node.url = f"http://127.0.0.1:{server.server_port}"
        try:
            yield node
        finally:
            server.shutdown()
            thread.join()
