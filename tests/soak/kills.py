# SPDX-License-Identifier: Apache-2.0
"""Kills at random, over four client processes: scripts/soak kills [--n 2000] [--seed S]

The sender dies at a random failpoint or at a random moment, now and then the node dies with it and a fresh one is
played the book. At the end every acknowledged split must be there once, in a chain without gaps that comes out the same
again.
"""

import argparse
import multiprocessing
import random
import secrets
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from chain.node.failpoints import POINTS
from chain.store.db import connect
from chain.store.errors import StoreBusy
from chain.submission.outbox import Outbox
from tests.faults.service import CLIENTS, Prepared, Sent, Service, service, through, verify

PER_KILL = 3  # splits of a client
LINES = 50  # claims that a client has
ALIVE = 0.15  # seconds at most that it is at work
BUSY = 5  # times that a client finds the book busy for seconds before that counts as broken
NODE_DIES = 0.02  # of all times

_prepared: Prepared
_book: Path


def submit(client: int, first: int) -> tuple[list[str], int]:
    """In a client's own process: a few splits more; the keys that were acknowledged, and how often the book was busy.

    A busy book says "try again later", and a client does, under the same key.
    """
    keys, busy = [], 0
    for place in range(first, first + PER_KILL):
        signed, _ = _prepared.splits[client * LINES + place % LINES][place // LINES]
        key = f"client {client} split {place}"
        while key not in keys:
            try:
                with connect(_book) as db:
                    Outbox(db).submit(signed, key)
                keys.append(key)
            except StoreBusy:
                busy += 1
                if busy > BUSY:
                    raise
    return keys, busy


def soak(kills: int, seed: int) -> Counter[str]:
    """What was injected. Raises AssertionError or BlockDiffers when a promise was broken."""
    global _prepared, _book
    chance, injected = random.Random(seed), Counter[str]()
    with tempfile.TemporaryDirectory() as name:
        began = time.monotonic()
        _prepared = Prepared(Path(name), CLIENTS * LINES, -(-kills * PER_KILL // LINES))
        print(f"{CLIENTS * kills * PER_KILL} splits signed in {time.monotonic() - began:.0f} s", flush=True)
        _book = _prepared.copy(Path(name))
        with (
            service(Path(name), _book) as running,
            ProcessPoolExecutor(CLIENTS, multiprocessing.get_context("fork")) as pool,
        ):
            acknowledged: list[str] = []
            for kill in range(kills):
                _once(running, chance, injected, pool, kill, acknowledged)
                if kill % 100 == 99:
                    print(f"{kill + 1} kills, {len(acknowledged)} acknowledged, {dict(injected)}", flush=True)
            running.start_sender()
            with connect(_book) as db:
                through(db, acknowledged, 600)
            running.stop()
        verify(_prepared, _book, _sent(acknowledged))
    return injected


def _once(
    running: Service,
    chance: random.Random,
    injected: Counter[str],
    pool: ProcessPoolExecutor,
    kill: int,
    acknowledged: list[str],
) -> None:
    point = chance.choice([None, *POINTS[:8]])
    running.start_sender(None if point is None else f"{point}:{chance.randint(1, 2)}")
    running.up()
    asked = [pool.submit(submit, client, kill * PER_KILL) for client in range(CLIENTS)]
    dead = running.died(chance.uniform(0.0, ALIVE))
    running.kill_sender()
    injected[point if dead and point else "any moment"] += 1
    for one in asked:
        keys, busy = one.result()
        acknowledged += keys
        if busy:
            injected["found the book busy"] += busy
    if chance.random() < NODE_DIES:
        running.kill_node()
        running.start_node()
        injected["node"] += 1


def _sent(keys: Sequence[str]) -> list[Sent]:
    found = []
    for key in keys:
        _, client, _, place = key.split()
        signed, call = _prepared.splits[int(client) * LINES + int(place) % LINES][int(place) // LINES]
        found.append((key, signed, call))
    return found


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser("soak kills", description=__doc__)
    parser.add_argument("--n", type=int, default=2_000, help="kills")
    parser.add_argument("--seed", type=int, default=secrets.randbelow(2**32))
    asked = parser.parse_args(arguments)
    print(f"seed {asked.seed}", flush=True)
    began = time.monotonic()
    injected = soak(asked.n, asked.seed)
    busy = injected.pop("found the book busy", 0)
    print(f"clients found the book busy {busy} times and tried again")
    print(f"{sum(injected.values()) - injected['node']} kills in {time.monotonic() - began:.0f} s: {dict(injected)}")
    print("0 lost, 0 doubled, 0 gaps; a fresh node that is played the book makes the same blocks")


if __name__ == "__main__":
    main()
