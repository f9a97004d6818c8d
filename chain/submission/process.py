# SPDX-License-Identifier: Apache-2.0
"""The sender as a process of its own: `python -m chain.submission.process --help`. With --depth it is a network's.

It runs until it is told to stop (SIGTERM, SIGINT). Whatever is in its way (no node, a node that hangs or answers
nonsense, a full disk, a locked book, a clock set back) it says once, waits, and goes on when it is gone. Only a chain
that is not the book's ends it, with exit code 3: from there only people can go on.
"""

import argparse
import sys
import time
from pathlib import Path
from typing import Any

from chain.domain.clock import SystemClock
from chain.domain.vocabulary import Address
from chain.node import failpoints
from chain.node.anvil import prove
from chain.node.errors import BlockDiffers, NodeError
from chain.node.process import ALARM, Rest, Stop, log, pause
from chain.node.rpc import Rpc
from chain.node.sequencer import Sequencer
from chain.node.status import Status
from chain.signing.key import Key
from chain.store.db import Db, connect
from chain.store.errors import StoreError
from chain.submission.clock import DemoClock
from chain.submission.errors import SenderStopped
from chain.submission.network import NetworkSender
from chain.submission.sender import Sender, Target

LOOK = 0.02  # seconds between two looks at a network's head
SEE_NODE = 1.0  # seconds between two questions to an embedded node that has nothing to do
TIMEOUT = 5.0  # seconds for an answer of the node


def main(arguments: list[str] | None = None) -> int:
    """Run; the exit code."""
    asked = _arguments(arguments)
    if asked.failpoint:
        failpoints.arm(asked.failpoint)
    stop = Stop()
    status = Status(asked.status)
    waits = 0
    while not stop.asked:
        try:
            with connect(asked.book if "://" in asked.book else Path(asked.book)) as db:
                _run(db, asked, stop, status)
        except BlockDiffers as error:
            status.alarm(error)
            log("alarm", error.as_dict("en"))
            return ALARM
        except (NodeError, StoreError, SenderStopped) as error:
            waits = 0 if status.ran else waits + 1
            if status.waiting(error):
                log("waiting", {"reason": error.code})
            stop.wait(pause(waits))
    status.stopped()
    log("stopped", {})
    return 0


def _run(db: Db, asked: argparse.Namespace, stop: Stop, status: Status) -> None:
    """Settle, then make blocks until told to stop. Raises what stands in the way."""
    url = asked.node.read_text("ascii").strip() if asked.node.is_file() else ""
    rpc = Rpc(url or "http://127.0.0.1:9", timeout=asked.timeout)  # no node yet: unreachable, as a node that is gone
    try:
        prove(rpc, asked.chain_id)
        relays = [Key.of(bytes.fromhex(line)) for line in asked.relay.read_text("ascii").split()]
        target = Target(asked.chain_id, asked.ledger)

        def tell(event: str, facts: dict[str, Any]) -> None:
            log(event, facts)
            if event == "replay":
                status.replaying(facts)

        sender: Sender | NetworkSender
        if asked.depth is None:
            clock = DemoClock(db) if asked.demo else SystemClock()
            sender = Sender(db, Sequencer(rpc), relays[0], target, clock, tell)
        else:
            sender = NetworkSender(db, rpc, relays, target, asked.depth, log)
        sender.settle()
        seen, rest = time.monotonic(), Rest()
        while not stop.asked:
            status.running()
            if sender.step() > 0:
                rest.worked()
            else:
                stop.wait(rest.seconds if asked.depth is None else LOOK)
                if isinstance(sender, Sender) and time.monotonic() > seen + SEE_NODE:
                    sender.look()
                    seen = time.monotonic()
    finally:
        rpc.close()


def _arguments(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser("chain.submission.process", description="Sends what the book has queued.")
    parser.add_argument("--book", required=True, help="path of the SQLite file, or a PostgreSQL address")
    parser.add_argument("--node", required=True, type=Path, help="file with the node's address")
    parser.add_argument("--chain-id", required=True, type=int)
    parser.add_argument("--ledger", required=True, type=Address)
    parser.add_argument("--relay", required=True, type=Path, help="file of relay keys, in hex, a line each")
    parser.add_argument(
        "--depth", type=int, help="the node makes blocks by itself: final with so many blocks on top, 0 for QBFT"
    )
    parser.add_argument("--demo", action="store_true", help="a demo network: the book may have moved its clock")
    parser.add_argument("--status", type=Path, help="file that says how it goes")
    parser.add_argument("--timeout", type=float, default=TIMEOUT, help="seconds for an answer of the node")
    parser.add_argument(
        "--failpoint", help=f"die there: one of {', '.join(failpoints.POINTS)}; NAME:n for the n-th time"
    )
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
