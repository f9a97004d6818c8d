# SPDX-License-Identifier: Apache-2.0
"""How fast reads are answered over HTTP: scripts/bench api [--json] [--claims N] [--seconds N]

The service as a process of its own on a mirror of so many claims, asked over several connections by a process of its
own: /holdings (50 rows) and /claims/{id}/provenance, with a key, under the visible set. Beside it, in turns, a bare
FastAPI route that makes one SQL read and answers the same payload, with neither key nor visible set nor envelope.
Answers a second, milliseconds at p50 and p99, and `ratio_to_bare`: how many answers for one of the bare route.
"""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import urllib3

from chain.domain.clock import SystemClock
from chain.mirror import reads
from chain.mirror.visible import Visible
from chain.store.db import connect
from tests.bench.history.mirrored import mirror, world_of
from tests.bookworld import LEDGER
from tests.cast import BEN
from tests.served import furnish, heard, key_of

CONNECTIONS = 4
ROUNDS = 5
MUST = 0.4


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

    threads = [threading.Thread(target=ask) for _ in range(CONNECTIONS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
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
    Path(address).write_text(url(listening), "ascii")
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
        paths = {"holdings": "/holdings", "provenance": f"/claims/{deepest}/provenance"}
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
    found = measure(asked.claims, asked.seconds)
    if asked.json:
        print(json.dumps(found, indent=1))
        return
    for name in ("holdings", "provenance"):
        one = found[name]
        for side in ("ours", "bare"):
            print(
                f"{name:11} {side}: {one[side]['per_second']:8} a second, "
                f"p50 {one[side]['p50']} ms, p99 {one[side]['p99']} ms"
            )
        print(f"{name:11} ratio_to_bare {one['ratio_to_bare']} (must be {MUST} or more), {one['octets']} octets")


if __name__ == "__main__":
    main()
