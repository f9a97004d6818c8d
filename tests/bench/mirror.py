# SPDX-License-Identifier: Apache-2.0
"""How fast the mirror follows: scripts/bench mirror [--json] [--events N] [--rounds N] [--verify receipts|bloom|off]

A real chain of so many events (tests/bench/history). `postgres`, `sqlite`: events a second from the start of the
mirror's process to its checkpoint at the head, CPU seconds beside; `refold`: of the log in its database, without a
node; `fold`: rules alone, in memory. `raw_getlogs`: what the same node gives when all its logs are asked for and
nothing is parsed. `block_to_row`: from the answer to evm_mine to a row that another connection sees, in milliseconds.
"""

import argparse
import gc
import json
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import urllib3

from chain.domain.rules import Rows, apply, commit
from chain.mirror.refold import refold
from chain.node.anvil import Anvil
from chain.node.rpc import Rpc
from chain.node.sequencer import Sequencer
from chain.store.db import connect
from tests.bench.history.kept import chain_of, happened, kept, play
from tests.bench.history.process import Mirror
from tests.bookworld import DEPLOYMENT, node
from tests.chains import EXPONENT
from tests.postgres import Server, find_programs, serving

RANGE = 50  # blocks of one raw question
LIVE_EVENTS = 3_000  # on a chain this small a block is made in few milliseconds
LIVE_RATE = 20.0  # blocks a second
POLL = 0.0005  # seconds


class Stores:
    """Empty places for mirrors, by kind of database."""

    def __init__(self, folder: Path, server: Server | None) -> None:
        self._folder, self._server, self._made = folder, server, 0
        self.kinds = ("sqlite",) if server is None else ("postgres", "sqlite")

    def fresh(self, kind: str) -> tuple[Path, str | Path]:
        """A folder for the process, and a place for its mirror."""
        self._made += 1
        folder = self._folder / f"{kind}-{self._made}"
        folder.mkdir()
        if kind == "sqlite":
            return folder, folder / "mirror.db"
        assert self._server is not None
        return folder, self._server.database()


@contextmanager
def stores() -> Iterator[Stores]:
    """Places in a temporary folder and, where it is installed, on a PostgreSQL server."""
    programs = find_programs()
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        server = None if programs is None else stack.enter_context(serving(programs))
        yield Stores(Path(name), server)


def backfill(anvil: Anvil, head: int, kind: str, places: Stores, verify: str) -> dict[str, float]:
    """One round: seconds, CPU seconds, memory, and events a second of folding its log anew."""
    folder, store = places.fresh(kind)
    with Mirror(folder, anvil, store, verify) as mirror:
        seconds = mirror.until(head)
        cpu, peak = mirror.cpu, mirror.peak_mb
    with connect(store, durable=False) as db:
        row = db.one("SELECT COUNT(*) FROM event")
        began = time.perf_counter()
        refold(db)
        again = time.perf_counter() - began
    assert row is not None
    return {"events": row[0], "seconds": seconds, "cpu": cpu, "peak_mb": peak, "refold": row[0] / again}


def fold(anvil: Anvil, head: int) -> float:
    """Events a second of the rules alone."""
    deployed, token, _ = DEPLOYMENT
    events = list(happened(anvil.rpc, head))
    rows = Rows(deployed.rulebook, EXPONENT, tokens={token: EXPONENT})
    gc.collect()
    began = time.perf_counter()
    for event, at in events:
        commit(rows, apply(rows, event, at))
    return len(events) / (time.perf_counter() - began)


def raw_logs(anvil: Anvil, head: int) -> float:
    """Logs a second that the node gives away, of every contract; its answers are read and no more."""
    seconds, logs = 0.0, 0
    pool = urllib3.connection_from_url(anvil.url, maxsize=1)
    for start in range(0, head + 1, RANGE):
        only = {"fromBlock": hex(start), "toBlock": hex(min(head, start + RANGE - 1))}
        asked = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "eth_getLogs", "params": [only]})
        began = time.perf_counter()
        body = pool.request("POST", "/", body=asked, headers={"content-type": "application/json"}).data
        seconds += time.perf_counter() - began
        logs += body.count(b'"logIndex"')
    pool.close()
    return logs / seconds


def live(kind: str, places: Stores, verify: str, seconds: float) -> dict[str, float]:
    """Milliseconds from a block that was mined to its row: blocks of one transaction at a steady pace."""
    count = int(LIVE_RATE * seconds)
    blocks = kept(LIVE_EVENTS).blocks
    single: list[tuple[int, bytes]] = []
    while len(single) < count:
        at, raws = blocks.pop()
        single = [(at, raw) for raw in raws] + single
    folder, store = places.fresh(kind)
    with node() as anvil:
        play(anvil.rpc, blocks)
        seen: dict[int, float] = {}
        first, last = len(blocks) + 1, len(blocks) + len(single)
        with Mirror(folder, anvil, store, verify) as mirror:
            mirror.until(len(blocks))
            looks = threading.Event()
            watcher = threading.Thread(target=_watch, args=(store, last, seen, looks))
            watcher.start()
            looks.wait()
            mined = _mine(anvil.rpc, single, first)
            mirror.until(last)
            watcher.join()
    waits = sorted((seen[number] - mined[number]) * 1000 for number in mined)
    return {"p50": round(waits[len(waits) // 2], 2), "p95": round(waits[len(waits) * 95 // 100], 2)}


def _mine(rpc: Rpc, single: Sequence[tuple[int, bytes]], first: int) -> dict[int, float]:
    """When each block was there."""
    Sequencer(rpc).head()
    mined, began = {}, time.perf_counter()
    for place, (at, raw) in enumerate(single):
        time.sleep(max(0.0, began + place / LIVE_RATE - time.perf_counter()))
        rpc.call("eth_sendRawTransaction", f"0x{raw.hex()}")
        rpc.call("evm_setNextBlockTimestamp", at)
        rpc.call("evm_mine")
        mined[first + place] = time.perf_counter()
    return mined


def _watch(store: str | Path, last: int, seen: dict[int, float], looks: threading.Event) -> None:
    """When a connection first sees an event of each block, until that of the last one."""
    with connect(store, durable=False) as db:
        known = -1
        while known < last:
            row = db.one("SELECT MAX(block) FROM event")
            at = time.perf_counter()
            newest = -1 if row is None or row[0] is None else row[0]
            if newest > known >= 0:
                seen.update(dict.fromkeys(range(known + 1, newest + 1), at))
            known = newest
            looks.set()
            time.sleep(POLL)


def select_1(store: str | Path) -> float:
    """Milliseconds of a round trip to the database."""
    with connect(store, durable=False) as db:
        times = []
        for _ in range(2_000):
            began = time.perf_counter()
            db.one("SELECT 1")
            times.append(time.perf_counter() - began)
    return round(statistics.median(times) * 1000, 4)


def measure(events: int, rounds: int, verify: str, seconds: float) -> dict[str, Any]:
    """The figures, as --json tells them."""
    with stores() as places:
        found: dict[str, list[dict[str, float]]] = {kind: [] for kind in places.kinds}
        with chain_of(events) as (anvil, history):
            head = len(history.blocks)
            raw = [raw_logs(anvil, head) for _ in range(rounds)]
            for _ in range(rounds):
                for kind in places.kinds:
                    done = backfill(anvil, head, kind, places, verify)
                    assert done["events"] == history.events, f"{done['events']} of {history.events} events"
                    found[kind].append(done)
                    print(f"{kind}: {done}", file=sys.stderr, flush=True)
            folded = [fold(anvil, head) for _ in range(rounds)]
        lives = {kind: live(kind, places, verify, seconds) for kind in places.kinds}
        ones = {kind: select_1(_somewhere(places, kind)) for kind in places.kinds}
    return _told(found, folded, raw, lives, ones) | {"verify": verify, "events": history.events, "rounds": rounds}


def _told(
    found: dict[str, list[dict[str, float]]],
    folded: list[float],
    raw: list[float],
    lives: dict[str, dict[str, float]],
    ones: dict[str, float],
) -> dict[str, Any]:
    """`block_to_row_ms` and `select_1_ms` are PostgreSQL's where there is one; `by_store` has those of both."""
    by_store = {
        kind: _store(rounds) | {"block_to_row_ms": lives[kind], "select_1_ms": ones[kind]}
        for kind, rounds in found.items()
    }
    speeds = {kind: by_store[kind]["events_per_s"] if kind in by_store else None for kind in ("postgres", "sqlite")}
    refolded = min(one["refold_per_s"] for one in by_store.values())
    first = next(iter(by_store.values()))
    return {
        "events_per_s": speeds | {"refold": refolded, "fold": round(statistics.median(folded))},
        "raw_getlogs_per_s": round(statistics.median(raw)),
        "block_to_row_ms": first["block_to_row_ms"],
        "select_1_ms": first["select_1_ms"],
        "rss_mb": max(one["rss_mb"] for one in by_store.values()),
        "by_store": by_store,
    }


def _store(rounds: list[dict[str, float]]) -> dict[str, Any]:
    """The medians of a store's rounds, and the most memory."""

    def middle(value: Callable[[dict[str, float]], float]) -> float:
        return statistics.median(map(value, rounds))

    return {
        "events_per_s": round(middle(lambda one: one["events"] / one["seconds"])),
        "seconds": round(middle(lambda one: one["seconds"]), 2),
        "cpu_s": round(middle(lambda one: one["cpu"]), 2),
        "refold_per_s": round(middle(lambda one: one["refold"])),
        "rss_mb": round(max(one["peak_mb"] for one in rounds), 1),
    }


def _somewhere(places: Stores, kind: str) -> str | Path:
    """A database that exists."""
    _, store = places.fresh(kind)
    if isinstance(store, Path):
        store.touch()
    return store


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser("bench mirror", description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--events", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=15.0, help="of blocks one by one")
    parser.add_argument("--verify", choices=("receipts", "bloom", "off"), default="receipts")
    asked = parser.parse_args(arguments)
    found = measure(asked.events, asked.rounds, asked.verify, asked.seconds)
    if asked.json:
        print(json.dumps(found, indent=1))
        return
    for name, value in found.items():
        print(f"{name:18} {value}")


if __name__ == "__main__":
    main()
