# SPDX-License-Identifier: Apache-2.0
"""How fast HTTP is answered: scripts/bench api [--json] [--claims N] [--seconds N]

Reads: the service as a process of its own on a mirror of so many claims, asked over several connections by a process of
its own: /holdings (50 rows) and /claims/{id}/provenance (the trace), with a key, under the visible set. Beside it, in
turns, a bare FastAPI route that makes one SQL read and answers the same payload, with neither key nor visible set nor
envelope. Answers a second, milliseconds at p50 and p99, and `ratio_to_bare`: how many answers for one of the bare
route.

Writes: a whole demo service, whose signer signs and whose sender carries what comes in to the node meanwhile. Durable
POSTs a second: `single`, splits of a claim each over several connections; `batch`, a hundred offers accepted at a time
over one. Every answer comes after the commit that a power cut does not undo. Beside them, on the same disk, bare SQLite
commits of as many rows, one after the other.
"""

import argparse
import json
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import urllib3

from api.run import written
from chain.domain.clock import SystemClock
from chain.mirror import reads
from chain.mirror.visible import Visible
from chain.store.db import connect
from tests.bench.history.mirrored import mirror, world_of
from tests.bookworld import LEDGER
from tests.cast import BEN
from tests.counter import Counter, after, counter, invoice
from tests.flows.running import until
from tests.served import furnish, heard, key_of

CONNECTIONS = 4
ROUNDS = 5
MUST = 0.4
BATCHES, BATCH, UPLOAD = 4, 100, 50  # of a batch: offers accepted at once; of an upload: invoices, one offer each
COMMITS = 200
ROW = 1_000  # octets that the book keeps of a submission, about


@contextmanager
def process(words: list[str], address: Path) -> Iterator[str]:
    """A service in a process of its own, and where it listens."""
    child = subprocess.Popen(words, stderr=subprocess.DEVNULL)
    try:
        end = time.monotonic() + 20
        while not address.exists():
            assert child.poll() is None, "it did not start"
            assert time.monotonic() < end, "it did not start in time"
            time.sleep(0.05)
        yield address.read_text("ascii")
    finally:
        child.terminate()
        child.wait(10)
        address.unlink(missing_ok=True)


def load(url: str, headers: dict[str, str], seconds: float) -> list[float]:
    """Milliseconds of every answer within so many seconds, over CONNECTIONS connections."""
    times: list[float] = []
    until = time.perf_counter() + seconds

    def ask() -> None:
        with urllib3.PoolManager(maxsize=1) as pool:
            while (began := time.perf_counter()) < until:
                answer = pool.request("GET", url, headers=headers)
                assert answer.status == 200, answer.data
                times.append((time.perf_counter() - began) * 1000)

    _together(ask, CONNECTIONS)
    return sorted(times)


def bare(mirror_file: str, payloads: str, address: str) -> None:
    """The process that is compared with: a plain FastAPI app over the same mirror, one SQL read a request."""
    import uvicorn
    from fastapi import FastAPI

    from api.server import listen, url

    app, own, said = FastAPI(), threading.local(), json.loads(Path(payloads).read_text("utf-8"))
    read = "SELECT * FROM claim WHERE holder = ? AND status = 1 AND block_to = 9223372036854775807 LIMIT 50"

    def route(name: str) -> Callable[[], Any]:
        def answer() -> Any:
            if not hasattr(own, "db"):
                own.db = connect(mirror_file, durable=False)
            own.db.all(read, (BEN.id,))
            return said[name]

        return answer

    for name in said:
        app.get(f"/{name}")(route(name))
    listening = listen("127.0.0.1", 0)
    written(Path(address), url(listening))  # whole or not at all: it is looked for
    uvicorn.Server(uvicorn.Config(app, access_log=False, log_level="error")).run(sockets=[listening])


def measure(claims: int, seconds: float) -> dict[str, Any]:
    """The figures, as --json tells them."""
    with tempfile.TemporaryDirectory(prefix="deeptier-bench-") as place:
        folder = furnish(Path(place), LEDGER)
        world = world_of(claims)
        store = f"sqlite://{folder}/mirror.db"
        mirror(world.log, world.rulebook, store)
        now = SystemClock().now()
        with connect(store, durable=False) as db:
            heard(db, now)
            db.execute("ANALYZE")
            found = reads.holdings(db, Visible.of([BEN.id]), BEN.id, state=reads.State.FREE)
            deepest = max(found.rows, key=lambda row: row.row.hop).id
        paths = {"holdings": "/holdings", "trace": f"/claims/{deepest}/provenance"}
        key = {"Authorization": f"Bearer {key_of(f'sqlite://{folder}/book.db', BEN.id, now)}"}
        ours = [sys.executable, "-m", "api.server", "--folder", str(folder), "--port", "0"]
        with process(ours, folder / "run" / "http") as service:
            said = {name: _once(service + path, key) for name, path in paths.items()}
            payloads, address = folder / "payloads.json", folder / "bare"
            payloads.write_text(json.dumps(said), "utf-8")
            words = [sys.executable, "-m", "tests.bench.api", "--bare", store, str(payloads), str(address)]
            with process(words, address) as plain:
                return {"claims": len(world.rows.claims), "connections": CONNECTIONS} | {
                    name: _compared(service + path, f"{plain}/{name}", key, seconds, len(json.dumps(said[name])))
                    for name, path in paths.items()
                }


def _once(url: str, key: dict[str, str]) -> Any:
    return json.loads(urllib3.request("GET", url, headers=key).data)


def _compared(ours: str, plain: str, key: dict[str, str], seconds: float, size: int) -> dict[str, Any]:
    """In turns, so that both have the same machine; medians of the rounds."""
    load(ours, key, 1.0)
    load(plain, {}, 1.0)
    rounds = [(load(ours, key, seconds), load(plain, {}, seconds)) for _ in range(ROUNDS)]
    told: dict[str, Any] = {"octets": size}
    for side, name in ((0, "ours"), (1, "bare")):
        times = sorted(time for one in rounds for time in one[side])
        rate = statistics.median(len(one[side]) / seconds for one in rounds)
        told[name] = {"per_second": round(rate, 1), "p50": _at(times, 50), "p99": _at(times, 99)}
    told["ratio_to_bare"] = round(statistics.median(len(one[0]) / len(one[1]) for one in rounds), 3)
    return told


def _at(times: Sequence[float], percent: int) -> float:
    return round(times[min(len(times) - 1, len(times) * percent // 100)], 2)


def posts() -> dict[str, Any]:
    """Durable POSTs a second at a demo service; as --json tells them."""
    with tempfile.TemporaryDirectory(prefix="deeptier-bench-") as place, counter(Path(place) / "service") as shop:
        shop.done("31", "/auto-accepts", {"counterparty": 21, "until": after(86_400)})
        for start in range(0, BATCHES * BATCH, UPLOAD):
            shop.issued([invoice(start + number, 10_000_00) for number in range(1, UPLOAD + 1)], each="true")
        offers = [row["obligation"] for row in shop.rows("21", "/holdings", state="offered", limit=500)]
        batches = [{"obligations": offers[start : start + BATCH]} for start in range(0, len(offers), BATCH)]
        splits = [(f"/claims/{offer}-1/split", {"pieces": [{"to": 31, "amount": 1_000_00}]}) for offer in offers]
        batch = _posted(shop, [("/obligations/accept", body) for body in batches], 1)
        single = _posted(shop, splits, CONNECTIONS)
        for figures, rows in ((batch, BATCH), (single, 1)):
            figures["submissions_per_second"] = round(figures["per_second"] * rows, 1)
            figures["bare_commits_per_second"] = commits(Path(place) / f"{rows}.db", rows)
        return {"connections": CONNECTIONS, "size": BATCH, "single": single, "batch": batch}


def _posted(shop: Counter, requests: Sequence[tuple[str, Any]], connections: int) -> dict[str, Any]:
    """POST these over so many connections; returns once all that they came to is mirrored."""
    headers, times = {"Authorization": f"Bearer {shop.keys['21']}"}, list[float]()
    waiting = iter(requests)

    def ask() -> None:
        with urllib3.PoolManager(maxsize=1) as pool:
            for path, body in waiting:
                began = time.perf_counter()
                named = headers | {"Idempotency-Key": str(uuid4())}
                answer = pool.request("POST", f"{shop.url}{path}", json=body, headers=named)
                assert answer.status == 202, answer.data
                times.append((time.perf_counter() - began) * 1000)

    seconds = _together(ask, connections)
    until(lambda: not shop.rows("21", "/submissions", state=["queued", "sent", "on chain"]), 120)
    last = max(one["block"] for one in shop.rows("21", "/submissions", state="final"))
    until(lambda: bool(shop.get("21", "/holdings", limit=1).body["block"] >= last))
    assert not shop.rows("21", "/submissions", state="refused")
    times.sort()
    return {"per_second": round(len(times) / seconds, 1), "p50": _at(times, 50), "p99": _at(times, 99)}


def _together(work: Callable[[], None], threads: int) -> float:
    """Seconds until all of them have done it. Raises what one of them raises."""
    began = time.perf_counter()
    with ThreadPoolExecutor(threads) as pool:
        for ended in [pool.submit(work) for _ in range(threads)]:
            ended.result()
    return time.perf_counter() - began


def commits(file: Path, rows: int) -> float:
    """How often a second SQLite alone commits so many rows as durably."""
    db = sqlite3.connect(file, isolation_level=None)
    db.execute("PRAGMA journal_mode = WAL")
    db.execute("PRAGMA synchronous = FULL")
    db.execute("CREATE TABLE row (id INTEGER PRIMARY KEY, text BLOB NOT NULL)")
    began = time.perf_counter()
    for _ in range(COMMITS):
        db.execute("BEGIN IMMEDIATE")
        db.executemany("INSERT INTO row (text) VALUES (?)", [(bytes(ROW),)] * rows)
        db.execute("COMMIT")
    seconds = time.perf_counter() - began
    db.close()
    return round(COMMITS / seconds, 1)


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser("bench api", description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--claims", type=int, default=20_000)
    parser.add_argument("--seconds", type=float, default=2.0)
    parser.add_argument("--bare", nargs=3, help=argparse.SUPPRESS)
    asked = parser.parse_args(arguments)
    if asked.bare:
        bare(*asked.bare)
        return
    found = measure(asked.claims, asked.seconds) | {"posts": posts()}
    if asked.json:
        print(json.dumps(found, indent=1))
        return
    for name in ("holdings", "trace"):
        one = found[name]
        for side in ("ours", "bare"):
            print(f"{name:9} {side:6} {_line(one[side])}")
        print(f"{name:9} ratio_to_bare {one['ratio_to_bare']} (must be {MUST} or more), {one['octets']} octets")
    for name, what in (("single", "a split"), ("batch", f"{BATCH} offers accepted")):
        one = found["posts"][name]
        print(f"durable POSTs {name:6} {_line(one)}: {what} each, {one['submissions_per_second']} submissions a second")
        print(f"              beside {one['bare_commits_per_second']:8} bare SQLite commits of as many rows a second")


def _line(one: dict[str, Any]) -> str:
    return f"{one['per_second']:8} a second, p50 {one['p50']} ms, p99 {one['p99']} ms"


if __name__ == "__main__":
    main()
