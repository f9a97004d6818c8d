# SPDX-License-Identifier: Apache-2.0
"""The HTTP service as a process of its own: `python -m api.server --help`.

It writes its address to run/http once it listens, and runs until it is told to stop (SIGTERM, SIGINT): then it takes no
more requests and finishes those under way. A port that is taken it says by name, and tries again.
"""

import argparse
import gc
import signal
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import FrameType
from typing import Any

import uvicorn
from fastapi import FastAPI

from api.app import create_app
from api.errors import PortTaken
from api.run import written
from api.settings import Settings
from api.settlement.overdue import Caretaker
from chain.domain.clock import SystemClock
from chain.domain.errors import DeepTierError
from chain.node import failpoints
from chain.node.process import Stop, log
from chain.node.status import Status

GRACE = 5  # seconds that requests under way have when it is told to stop
AGAIN = 1.0  # seconds between two tries to have the port
BACKLOG = 1024


class Server(uvicorn.Server):
    """Tells when it listens; signals are ours to hear."""

    def __init__(self, app: FastAPI, settings: Settings, status: Status) -> None:
        config = uvicorn.Config(
            app,
            access_log=False,  # paths have ids in them
            log_level="error",
            server_header=False,
            proxy_headers=False,
            timeout_graceful_shutdown=GRACE,
            ws="none",
        )
        super().__init__(config)
        self._settings, self._status = settings, status

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        assert sockets is not None
        address, where = url(sockets[0]), self._settings.run / "http"
        if not where.exists() or where.read_text("ascii") != address:  # the same: there may be no room to say it again
            written(where, address)
        self._status.running()
        log("listening", {"at": address})


def main(arguments: list[str] | None = None) -> int:
    """Run; the exit code."""
    settings = _settings(arguments)
    stop, status = Stop(), Status(settings.status)
    try:
        app = create_app(settings)
    except DeepTierError as error:
        status.waiting(error)
        log("failed", {"reason": error.code})
        return 1
    gc.set_threshold(50_000, 50, 100)  # rows live as long as their request and bear no cycles
    gc.freeze()
    while not stop.asked:
        try:
            listening = listen(settings.host, settings.port)
        except PortTaken as error:
            if status.waiting(error):
                log("waiting", {"reason": error.code})
            stop.wait(AGAIN)
            continue
        with listening, Caretaker(app.state.stores, SystemClock()):
            serve(Server(app, settings, status), listening, stop)
    status.stopped()
    log("stopped", {})
    return 0


def serve(server: Server, listening: socket.socket, stop: Stop) -> None:
    """Until somebody ends it."""

    def ask(number: int, frame: FrameType | None) -> None:
        stop.asked = server.should_exit = True

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, ask)
    if not stop.asked:
        server.run(sockets=[listening])
        stop.asked = True


def listen(host: str, port: int) -> socket.socket:
    """A socket at the address. Raises PortTaken."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    made = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)  # said aloud, so that asyncio does not delay
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        made.bind((host, port))
        made.listen(BACKLOG)
    except OSError as error:
        made.close()
        raise PortTaken(host=host, port=port, why=error.strerror or type(error).__name__) from None
    made.set_inheritable(False)
    return made


def url(listening: socket.socket) -> str:
    host, port = listening.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _settings(arguments: list[str] | None) -> Settings:
    parser = argparse.ArgumentParser("api.server", description="Answers over HTTP.")
    parser.add_argument("--folder", help="where network, book and keys are")
    parser.add_argument("--book", help="a PostgreSQL address instead of the folder's own book")
    parser.add_argument("--mirror", help="a PostgreSQL address instead of the folder's own mirror")
    parser.add_argument("--network", help="the folder, or its network.json, that says which network this is")
    parser.add_argument("--host")
    parser.add_argument("--port", type=int, help="0: any that is free")
    parser.add_argument("--status", help="file that says how it goes")
    points = ", ".join(failpoints.HTTP_POINTS)
    parser.add_argument("--failpoint", help=f"die there: one of {points}; NAME:n for the n-th time")
    given: dict[str, Any] = {
        name: value for name, value in vars(parser.parse_args(arguments)).items() if value is not None
    }
    if "failpoint" in given:
        failpoints.arm(given.pop("failpoint"))
    return Settings(**given)


if __name__ == "__main__":
    with suppress(KeyboardInterrupt):
        sys.exit(main())
