# SPDX-License-Identifier: Apache-2.0
"""A service that answers what it is told to, and keeps what it was asked."""

import json
import socket
import struct
import threading
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Body = Mapping[str, Any]


@dataclass(frozen=True)
class Said:
    """One answer; `lost`: the connection is cut instead, when the request has been read."""

    status: int = 200
    body: Body | bytes = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    lost: bool = False


@dataclass(frozen=True)
class Heard:
    """One request."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


LOST = Said(lost=True)


def problem(status: int, code: str, **headers: str) -> Said:
    body = {"status": status, "code": code, "detail": f"<{code}>", "next_step": f"<after {code}>"}
    return Said(status, body, {name.replace("_", "-"): value for name, value in headers.items()})


def submission(number: int = 7, state: str = "final", **more: Any) -> dict[str, Any]:
    told = {"id": number, "operation": "split", "state": state, "participant": 21, "officer": "21-1"}
    told |= {"subject": "10-1-1", "queued_at": "2026-11-22T08:00:00Z", "block": 12 if state == "final" else None}
    return told | {"mirrored": state == "final", "transaction": None, "refusal": None} | more


def accepted(*submissions: dict[str, Any], **more: Any) -> Said:
    told = {"block": 12, "age": 0, "submissions": list(submissions), "proposal": None, "financing": None}
    return Said(202, told | more)


class Fake:
    """`answers`: by "GET /path" without parameters, one after the other; the last one again and again."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.heard: list[Heard] = []
        self._answers: dict[str, deque[Said]] = {}

    def say(self, what: str, *answers: Said | Body) -> None:
        self._answers[what] = deque(one if isinstance(one, Said) else Said(body=one) for one in answers)

    def answer(self, request: Heard) -> Said:
        self.heard.append(request)
        waiting = self._answers.get(f"{request.method} {request.path.partition('?')[0]}")
        if waiting is None:
            return problem(404, "not-found")
        return waiting[0] if len(waiting) == 1 else waiting.popleft()

    def posts(self) -> list[Heard]:
        return [one for one in self.heard if one.method == "POST"]


@contextmanager
def serving(made: Callable[[str], Fake] = Fake) -> Iterator[Fake]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _told(self) -> None:
            octets = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            said = fake.answer(Heard(self.command, self.path, dict(self.headers), octets))
            if said.lost:
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                self.close_connection = True
                self.connection.close()
                return
            body = said.body if isinstance(said.body, bytes) else json.dumps(said.body).encode()
            self.send_response(said.status)
            for name, value in said.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = do_DELETE = _told

        def log_message(self, format: str, *words: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    fake = made(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield fake
    finally:
        server.shutdown()
        server.server_close()
