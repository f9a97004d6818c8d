# SPDX-License-Identifier: Apache-2.0
"""How fast what is acknowledged becomes final, beside the node alone: scripts/bench submit [--json] [--pairs N] [--n N]

Real splits with real signatures, relayed. Ours: from the first acknowledgement in the book to the last `final`, the
sender in its own process. The node alone: the same transactions, signed beforehand, offered and mined in the same
blocks, and nothing else. Pairs alternate; the medians are told.
"""

import argparse
import json
import statistics
import tempfile
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from chain.abi.calls import SignedCall, encode
from chain.domain.clock import FixedClock
from chain.domain.vocabulary import Hash, ObligationId
from chain.node.sequencer import BLOCK_LIMIT, Plan, Sequencer
from chain.signing.transaction import signed_transaction
from chain.store.db import Db, connect
from chain.submission import gas
from chain.submission.outbox import Outbox
from tests.bookworld import CHAIN_ID, LEDGER, make_sender
from tests.cast import BEN, CORE, YUAN
from tests.chains import RELAY
from tests.faults.service import Prepared, Service, service

CLAIMS = 40
TICKS = 100  # of the system's clock a second, as /proc counts
BATCHES, PIECES = 3, 100  # splits of each claim, pieces of a split
SUBMITTED = 100  # submissions a commit of a client, as a batch of an API would


def ours(prepared: Prepared, count: int) -> dict[str, float]:
    """Seconds, the sender's CPU, its memory, for so many splits through the whole pipeline."""
    with tempfile.TemporaryDirectory() as name, service(Path(name), prepared.copy(Path(name))) as running:
        running.start_sender()
        _until(lambda: running.status() == "running")
        assert running.sender is not None
        calls = _round_robin(prepared, count)
        cpu = _cpu(running.sender.pid)
        with connect(running.book) as db:
            outbox, began = Outbox(db), time.perf_counter()
            for start in range(0, count, SUBMITTED):
                some = calls[start : start + SUBMITTED]
                outbox.submit_all([(call, f"{start + place}") for place, call in enumerate(some)])
            _until(lambda: _left(db) == 0)
            seconds = time.perf_counter() - began
            refused = db.one("SELECT COUNT(*) FROM submission WHERE state = 'refused'")
        assert refused is not None
        assert refused[0] == 0, "every split is good"
        return {"seconds": seconds, "cpu": _cpu(running.sender.pid) - cpu, "rss_mb": _rss(running.sender.pid)}


def alone(prepared: Prepared, count: int) -> float:
    """Seconds that the node alone needs for the same transactions."""
    with tempfile.TemporaryDirectory() as name, service(Path(name), prepared.copy(Path(name))) as running:
        assert running.anvil is not None
        with connect(running.book) as db:
            make_sender(db, Sequencer(running.anvil.rpc), FixedClock(prepared.at)).settle()
            row = db.one(
                "SELECT MAX(nonce), (SELECT MAX(number) FROM block) FROM carrier WHERE relay = ?", [RELAY.address]
            )
        assert row is not None
        nonce, number = row[0] + 1, row[1] + 1
        raws = []
        for place, call in enumerate(_round_robin(prepared, count)):
            limit = gas.limit(call.message)
            raws.append(signed_transaction(RELAY, CHAIN_ID, nonce + place, LEDGER, encode(call), limit))
        sequencer, began = Sequencer(running.anvil.rpc), time.perf_counter()
        for place, start in enumerate(range(0, count, BLOCK_LIMIT)):
            items = tuple((Hash(bytes(32)), raw) for raw in raws[start : start + BLOCK_LIMIT])
            assert not sequencer.offer(Plan(number + place, prepared.at, items))
            running.anvil.rpc.call("evm_setNextBlockTimestamp", prepared.at)
            running.anvil.rpc.call("evm_mine")
        return time.perf_counter() - began


def batch(prepared: Prepared) -> float:
    """Claims born a second by splits of a hundred pieces each, through the whole pipeline."""
    calls = [_hundred(prepared, number, round_) for round_ in range(BATCHES) for number in range(1, CLAIMS + 1)]
    with tempfile.TemporaryDirectory() as name, service(Path(name), prepared.copy(Path(name))) as running:
        running.start_sender(timeout=30)
        running.up()
        with connect(running.book) as db:
            outbox, began = Outbox(db), time.perf_counter()
            outbox.submit_all([(call, f"batch {place}") for place, call in enumerate(calls)])
            _until(lambda: _left(db) == 0)
            seconds = time.perf_counter() - began
            refused = db.one("SELECT COUNT(*) FROM submission WHERE state = 'refused'")
        assert refused == (0,), "every split is good"
    return len(calls) * PIECES / seconds


def _hundred(prepared: Prepared, number: int, round_: int) -> SignedCall:
    """A claim's next hundred pieces."""
    world = prepared.world
    claim = ObligationId(CORE.id, number).claim(1)
    pieces = [(BEN, YUAN + place) for place in range(PIECES)]
    version = prepared.rows.claims[claim].version + round_
    return world.signed(world.split_many(claim, *pieces, acceptances=(), version=version))[0]


def memory(prepared: Prepared, count: int) -> dict[str, float]:
    """Megabytes that the sender holds after a tenth and after all of so many submissions that grow no state.

    One signed split again and again under new keys: the first is done, the ledger refuses all others.
    """
    call = prepared.splits[0][0][0]
    held: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as name, service(Path(name), prepared.copy(Path(name))) as running:
        running.start_sender(timeout=30)
        running.up()
        assert running.sender is not None
        with connect(running.book) as db:
            outbox = Outbox(db)
            for start in range(0, count, 1_000):
                outbox.submit_all([(call, f"again {start + place}") for place in range(1_000)])
                _until(lambda: _left(db) < 2_000)
                sent = start + 1_000
                if sent >= count or (not held and sent >= count // 10):
                    _until(lambda: _left(db) == 0)
                    held[f"after {sent}"] = round(_rss(running.sender.pid), 1)
    return held


def latency(prepared: Prepared, rate: float, count: int) -> dict[str, float]:
    """Milliseconds from acknowledgement to final, one submission a commit, at so many a second."""
    with tempfile.TemporaryDirectory() as name, service(Path(name), prepared.copy(Path(name))) as running:
        running.start_sender()
        _until(lambda: running.status() == "running")
        calls, taken = _round_robin(prepared, count), dict[str, float]()
        done: dict[str, float] = {}
        watcher = threading.Thread(target=_watch, args=(running, count, done))
        watcher.start()
        with connect(running.book) as db:
            outbox, began = Outbox(db), time.perf_counter()
            for place, call in enumerate(calls):
                time.sleep(max(0.0, began + place / rate - time.perf_counter()))
                taken[f"split {place}"] = time.perf_counter()
                outbox.submit(call, f"split {place}")
        watcher.join()
        waits = sorted((done[key] - taken[key]) * 1000 for key in taken)
        return {"p50": waits[len(waits) // 2], "p99": waits[len(waits) * 99 // 100]}


def _watch(running: Service, count: int, done: dict[str, float]) -> None:
    with connect(running.book) as db:
        while len(done) < count:
            for (key,) in db.all(
                "SELECT key FROM submission WHERE state = 'final' AND key LIKE 'split %' ORDER BY id DESC LIMIT 400"
            ):
                done.setdefault(key, time.perf_counter())
            time.sleep(0.002)


def measure(pairs: int, count: int) -> dict[str, Any]:
    """The figures, as --json tells them."""
    with tempfile.TemporaryDirectory() as name:
        prepared = Prepared(Path(name), CLAIMS, -(-count // CLAIMS))
        rounds, nodes = [], []
        for _ in range(pairs):
            nodes.append(alone(prepared, count))
            rounds.append(ours(prepared, count))
        ratios = [node / ours_["seconds"] for node, ours_ in zip(nodes, rounds, strict=True)]
        tx_per_s = count / statistics.median(each["seconds"] for each in rounds)
        return {
            "ratio_to_node": round(statistics.median(ratios), 3),
            "cpu_us_per_tx": round(statistics.median(each["cpu"] for each in rounds) / count * 1e6, 1),
            "tx_per_s": round(tx_per_s),
            "node_tx_per_s": round(count / statistics.median(nodes)),
            "batch_ops_per_s": round(batch(prepared)),
            "latency_ms": {k: round(v, 1) for k, v in latency(prepared, tx_per_s / 2, min(count, 1000)).items()},
            "rss_mb": round(max(each["rss_mb"] for each in rounds), 1),
        }


def _round_robin(prepared: Prepared, count: int) -> list[Any]:
    """A split of each claim in turn."""
    each = [[call for call, _ in splits] for splits in prepared.splits]
    return [call for row in zip(*each, strict=True) for call in row][:count]


def _left(db: Db) -> int:
    row = db.one("SELECT COUNT(*) FROM submission WHERE state IN ('queued', 'sent')")
    assert row is not None
    return int(row[0])


def _until(holds: Any, seconds: float = 120.0) -> None:
    until = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < until, "it takes too long"
        time.sleep(0.005)


def _cpu(pid: int) -> float:
    """Seconds of processor that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def _rss(pid: int) -> float:
    """Megabytes that a process holds."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * 4096 / 1e6


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser("bench submit", description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--pairs", type=int, default=5)
    parser.add_argument("--n", type=int, default=4_000, help="splits a round")
    parser.add_argument("--memory", type=int, default=0, help="submissions over which memory is to stay flat")
    asked = parser.parse_args(arguments)
    found = measure(asked.pairs, asked.n)
    if asked.memory:
        with tempfile.TemporaryDirectory() as name:
            found["rss_mb_over"] = memory(Prepared(Path(name), 1, 1), asked.memory)
    if asked.json:
        print(json.dumps(found, indent=1))
        return
    for name, value in found.items():
        print(f"{name:16} {value}")


if __name__ == "__main__":
    main()
