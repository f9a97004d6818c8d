# SPDX-License-Identifier: Apache-2.0
"""The mirror as a process of its own: `python -m chain.mirror.process --help`.

It runs until it is told to stop (SIGTERM, SIGINT). Whatever is in its way (no node, one that lies, drops or doubles
what it says, a full disk, a database that is gone) it says by name, writes nothing, waits, and goes on when it is gone.
A mirror that was dropped, or made by other software, it makes anew. Only a mirror of another ledger ends it, with exit
code 3: from there only people can go on.
"""

import argparse
import gc
import sys
from pathlib import Path
from typing import Any

from chain.domain.clock import SystemClock
from chain.domain.vocabulary import Address
from chain.mirror import schema
from chain.mirror.blocks import Verify
from chain.mirror.errors import MirrorError, MirrorOfAnother, MirrorOutdated
from chain.mirror.fetcher import Fetcher
from chain.mirror.follow import Follower
from chain.mirror.refold import refold
from chain.mirror.source import Source
from chain.mirror.tip import BookTip, NodeTip, Tip
from chain.mirror.writer import outdated
from chain.node import failpoints
from chain.node.anvil import prove
from chain.node.errors import NodeError
from chain.node.process import ALARM, Stop, log, pause
from chain.node.rpc import Rpc
from chain.node.status import Status
from chain.store.db import Db, connect
from chain.store.errors import StoreError

TIMEOUT = 5.0  # seconds for an answer of the node
NEWS = 0.25  # seconds at most between two looks whether to stop


def main(arguments: list[str] | None = None) -> int:
    """Run; the exit code."""
    asked = _arguments(arguments)
    if asked.failpoint:
        failpoints.arm(asked.failpoint)
    gc.set_threshold(50_000, 50, 100)  # rows are many, live long and bear no cycles: looking for some costs a tenth
    stop, status, waits = Stop(), Status(asked.status), 0
    while not stop.asked:
        try:
            with schema.open_mirror(_place(asked.mirror)) as db:
                _run(db, asked, stop, status)
        except MirrorOfAnother as error:
            status.alarm(error)
            log("alarm", error.as_dict("en"))
            return ALARM
        except (NodeError, StoreError, MirrorError) as error:
            waits = 0 if status.ran else waits + 1
            if status.waiting(error):
                log("waiting", {"reason": error.code, "what": error.message("en")})
            stop.wait(pause(waits))
    status.stopped()
    log("stopped", {})
    return 0


def _run(db: Db, asked: argparse.Namespace, stop: Stop, status: Status) -> None:
    """Make the mirror if need be, then follow until told to stop. Raises what stands in the way."""
    _prepare(db, asked)
    if outdated(db):
        log("refold", {})
        refold(db)
    url = asked.node.read_text("ascii").strip() if asked.node.is_file() else ""
    rpc = Rpc(url or "http://127.0.0.1:9", timeout=asked.timeout)  # no node yet: unreachable, as a node that is gone
    book = connect(_place(asked.book)) if asked.book else None
    tip: Tip | None = None
    try:
        prove(rpc, asked.chain_id)
        tip = NodeTip(rpc, url) if book is None else BookTip(book)
        source = Source(rpc, asked.ledger, asked.verify)
        fetcher = Fetcher(url, asked.timeout, asked.ledger, asked.verify)
        follower = Follower(db, source, tip, book, SystemClock(), log, fetcher)
        while not stop.asked:
            follower.step(NEWS)
            status.running()
    finally:
        if tip is not None:
            tip.close()
        if book is not None:
            book.close()
        rpc.close()


def _prepare(db: Db, asked: argparse.Namespace) -> None:
    """An empty mirror where there is none, or where there is one that this software cannot read.

    Raises MirrorOfAnother.
    """
    with db.transaction():
        try:
            if schema.exists(db):
                schema.check(db, asked.chain_id, asked.ledger)
                return
        except MirrorOutdated:
            schema.drop(db)
        schema.create(db, asked.chain_id, asked.ledger, asked.rulebook, asked.first)
    log("made", {"first": asked.first})


def _place(given: str) -> str | Path:
    return given if "://" in given else Path(given)


def _arguments(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser("chain.mirror.process", description="Mirrors a ledger into SQL.")
    parser.add_argument("--mirror", required=True, help="path of the SQLite file, or a PostgreSQL address")
    parser.add_argument("--node", required=True, type=Path, help="file with the node's address")
    parser.add_argument("--chain-id", required=True, type=int)
    parser.add_argument("--ledger", required=True, type=Address)
    parser.add_argument("--rulebook", required=True, type=Address, help="the Rulebook that the ledger was born with")
    parser.add_argument("--book", help="of the embedded chain: a block is mirrored once the book has its hash")
    parser.add_argument("--first", type=int, default=0, help="the first block to mirror, the ledger's own or earlier")
    parser.add_argument("--verify", type=Verify, choices=list(Verify), default=Verify.RECEIPTS)
    parser.add_argument("--status", type=Path, help="file that says how it goes")
    parser.add_argument("--timeout", type=float, default=TIMEOUT, help="seconds for an answer of the node")
    points: Any = ", ".join(failpoints.MIRROR_POINTS)
    parser.add_argument("--failpoint", help=f"die there: one of {points}; NAME:n for the n-th time")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
