# SPDX-License-Identifier: Apache-2.0
"""The whole service under fire: scripts/soak service [--minutes 10] [--splits 1000] [--seed S]

`deeptier up --demo` runs as it does for anybody. Two terminals push splits through its book while node, sender, signer,
mirror and supervisor are killed and halted at random, alone and all at once, and started again as an operator would.
At the end every split that was acknowledged must be on the chain once, in a chain without gaps that comes out the same
again, and the mirror must be that chain.
"""

import argparse
import json
import multiprocessing
import os
import random
import secrets
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from api import mirror
from api.run import relay_keys
from api.story.orders import Order
from chain.abi import slots
from chain.abi.records import Word, pack
from chain.domain.clock import SystemClock, instant
from chain.node.anvil import Anvil
from chain.node.sequencer import Sequencer
from chain.store.db import Db, connect
from chain.store.errors import StoreError
from chain.store.words import SubmissionState as State
from chain.submission.outbox import Outbox
from chain.submission.sender import Sender, Target
from tests.office import Office

COMMAND = Path(sys.executable).with_name("deeptier")
TERMINALS, CLAIMS = 2, 4  # of each terminal
PATIENCE = 180.0  # seconds for all that was acknowledged to be final, once nobody disturbs any more
PAUSES = 0.5, 7.0  # seconds between two blows
HALTS = 0.5, 7.0  # seconds that a part stands still: the sender waits 5 s for an answer

Sent = tuple[str, Order]


@dataclass
class Found:
    """What was done to the service, and what it did."""

    seed: int
    injected: Counter[str] = field(default_factory=Counter)
    acknowledged: int = 0
    repeated: int = 0  # asked again with the same key, after an answer or instead of one
    blocks: int = 0
    replays: int = 0


class Running:
    """The service as a child of ours."""

    def __init__(self, folder: Path, chance: random.Random, found: Found) -> None:
        self.folder, self._chance, self._found = folder, chance, found
        self._up: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with (self.folder.parent / "up.log").open("ab") as log:
            self._up = subprocess.Popen(
                [COMMAND, "up", "--demo", "--no-http", "--folder", self.folder], stdout=log, stderr=log
            )

    def ready(self, seconds: float = 120.0) -> None:
        until = time.monotonic() + seconds
        while (said := self._said("sender")).get("state") != "running" or self._pids().get("sender") != said["pid"]:
            assert self._supervisor().poll() is None, self._log()
            assert time.monotonic() < until, self._log()
            time.sleep(0.05)

    def stop(self) -> None:
        """As Ctrl-C would."""
        child = self._supervisor()
        child.send_signal(signal.SIGCONT)
        child.terminate()
        assert child.wait(30) == 128 + signal.SIGTERM, self._log()

    def kill(self) -> None:
        """Whatever lives of it."""
        if self._up is not None and self._up.poll() is None:
            for pid in self._pids().values():
                _signal(pid, signal.SIGKILL)
            self._up.kill()
            self._up.wait()

    def strike(self) -> None:
        """One blow; the supervisor is started again when it is dead, the rest is its affair."""
        assert self._supervisor().poll() is None, f"the supervisor ended by itself: {self._log()}"
        target = self._chance.choice(("node", "sender", "signer", "mirror", "supervisor", "everything"))
        pids = self._pids()
        if target == "everything":
            self.kill()
        elif target == "supervisor" and self._chance.random() < 0.7:
            self._supervisor().kill()
            self._supervisor().wait()
        else:
            pid = self._supervisor().pid if target == "supervisor" else pids.get(target)
            if pid is None or (target != "supervisor" and _parent(pid) != self._supervisor().pid):
                return  # it is down already
            if self._chance.random() < 0.7 and target != "supervisor":
                _signal(pid, signal.SIGKILL)
            else:
                target = f"{target} halted"
                _signal(pid, signal.SIGSTOP)
                time.sleep(self._chance.uniform(*HALTS))
                _signal(pid, signal.SIGCONT)
        self._found.injected[target] += 1
        if self._supervisor().poll() is not None:
            time.sleep(self._chance.uniform(0.0, 1.0))
            self.start()

    def _supervisor(self) -> "subprocess.Popen[bytes]":
        assert self._up is not None
        return self._up

    def _pids(self) -> dict[str, int]:
        said = self._said("up")
        if said.get("pid") != self._supervisor().pid:
            return {}  # it has not said anything yet
        return {name: part["pid"] for name, part in said["parts"].items() if part["pid"]}

    def _said(self, name: str) -> dict[str, Any]:
        try:
            return dict(json.loads((self.folder / "run" / f"{name}.json").read_text("utf-8")))
        except (FileNotFoundError, ValueError):
            return {}

    def _log(self) -> str:
        logs = [self.folder.parent / "up.log", self.folder / "run" / "sender.log", self.folder / "run" / "signer.log"]
        return "\n".join(log.read_text("utf-8")[-2_000:] for log in logs if log.exists())


def terminal(number: int, book: Path, splits: Sequence[Sent], seconds: float, seed: int, told: Path) -> None:
    """Somebody's terminal, a process of its own: pushes splits one after the other, each until it is acknowledged."""
    chance, began = random.Random(seed * TERMINALS + number), time.monotonic()
    with told.open("a", encoding="ascii") as file:
        for place, (key, one) in enumerate(splits):
            time.sleep(max(0.0, began + seconds * place / len(splits) - time.monotonic()))
            for again in range(2 if chance.random() < 0.1 else 1):  # now and then the answer gets lost on its way
                while not _acknowledged(book, key, one):
                    file.write(f"again {key}\n")
                    time.sleep(0.1)
                file.write(f"{'again' if again else 'acknowledged'} {key}\n")
                file.flush()


def _acknowledged(book: Path, key: str, one: Order) -> bool:
    try:
        with connect(book) as db:
            Outbox(db).submit(one.signed, key)
    except StoreError as error:
        if not error.retryable:
            raise
        return False
    return True


def soak(seconds: float, splits: int, seed: int, folder: Path) -> Found:
    """Raises AssertionError or BlockDiffers when a promise was broken."""
    found, chance = Found(seed), random.Random(seed)
    running = Running(folder / "service", chance, found)
    try:
        running.start()
        running.ready()
        office = Office(running.folder)
        office.furnish()
        claims = [office.held(number) for number in range(1, TERMINALS * CLAIMS + 1)]
        before, each = office.rows.copy(), -(-splits // TERMINALS)
        pushed: list[list[Sent]] = [[] for _ in range(TERMINALS)]
        for place in range(each):
            for number, sent in enumerate(pushed):
                one = office.split(claims[number * CLAIMS + place % CLAIMS], 100 + place)
                office.play(one)
                sent.append((f"terminal-{number}-split-{place}", one))
        _fire(running, office.book, pushed, seconds, seed, chance)
        lines = [line.split() for n in range(TERMINALS) for line in _told(folder, n).read_text("ascii").splitlines()]
        acknowledged = [key for word, key in lines if word == "acknowledged"]
        found.acknowledged, found.repeated = len(acknowledged), len(lines) - len(acknowledged)
        assert len(set(acknowledged)) == sum(map(len, pushed))
        with connect(office.book) as db:
            ends = Outbox(db).wait_all([Outbox(db).by_key(key).id for key in acknowledged], PATIENCE)
            assert all(end.state == State.FINAL for end in ends), Counter(end.state for end in ends)
        running.ready()
        _see_mirror(running.folder)
        running.stop()
    finally:
        running.kill()
    office.rows = before
    for _, one in (sent for row in zip(*pushed, strict=True) for sent in row):
        office.play(one)
    _verify(office, running.folder, found)
    return found


def _fire(
    running: Running, book: Path, pushed: list[list[Sent]], seconds: float, seed: int, chance: random.Random
) -> None:
    """The terminals push while the service is struck."""
    context = multiprocessing.get_context("fork")
    terminals = [
        context.Process(target=terminal, args=(n, book, sent, seconds, seed, _told(running.folder.parent, n)))
        for n, sent in enumerate(pushed)
    ]
    for one in terminals:
        one.start()
    try:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            time.sleep(min(chance.uniform(*PAUSES), max(0.0, end - time.monotonic())))
            running.strike()
        for one in terminals:
            one.join(PATIENCE)
            assert one.exitcode == 0, "a terminal was told something that it cannot ask again for"
    finally:
        for one in terminals:
            one.kill()


def _told(folder: Path, number: int) -> Path:
    """What a terminal was told."""
    return folder / f"terminal-{number}"


def _verify(office: Office, folder: Path, found: Found) -> None:
    """Each carried once, no gap, and the same chain again on a fresh node, which is the model's."""
    with connect(office.book) as db:
        relay, *_ = relay_keys(folder / "relay.key", 1)
        relayed = "SELECT nonce FROM carrier WHERE relay = ? AND state <> 'dead' ORDER BY nonce"
        living = [nonce for (nonce,) in db.all(relayed, [relay.address])]
        assert living == list(range(len(living))), "a gap"
        carried = db.all("SELECT submission FROM carrier WHERE submission IS NOT NULL AND state = 'mined'")
        assert len(carried) == len(set(carried)) == _submissions(db), "doubled or lost"
        numbers = [number for (number,) in db.all("SELECT number FROM block WHERE hash IS NOT NULL ORDER BY number")]
        assert numbers == list(range(1, len(numbers) + 1))
        found.blocks = len(numbers)
        genesis = instant(int(db.all("SELECT value FROM setting WHERE name = 'genesis'")[0][0]))
        with Anvil(genesis, office.domain.chain_id, mining=False) as fresh:
            target = Target(office.domain.chain_id, office.ledger)
            sender = Sender(db, Sequencer(fresh.rpc), relay, target, SystemClock(), lambda event, facts: None)
            sender.settle()  # raises BlockDiffers unless every hash is equal
            for slot, word in _words(office).items():
                assert fresh.rpc.call("eth_getStorageAt", office.ledger, hex(slot), "latest") == f"0x{word.hex()}"
    log = (folder / "run" / "sender.log").read_text("utf-8")
    found.replays = log.count('"event": "replayed"')


def _see_mirror(folder: Path) -> None:
    """The mirror comes to have all, and is the chain in every row."""
    until = time.monotonic() + PATIENCE
    while not (found := mirror.look(folder, None))["ready"]:
        assert time.monotonic() < until, found
        time.sleep(0.2)
    said = subprocess.run([COMMAND, "mirror", "reconcile", "--folder", folder], capture_output=True, check=False)
    assert said.returncode == 0, (said.stdout + said.stderr).decode()


def _submissions(db: Db) -> int:
    row = db.one("SELECT COUNT(*) FROM submission")
    assert row is not None
    return int(row[0])


def _words(office: Office) -> dict[slots.Slot, Word]:
    """What must stand in the slots of every obligation and every claim."""
    found = {slots.obligation(name): pack(row)[0] for name, row in office.rows.obligations.items()}
    return found | {slots.claim(name): pack(row)[0] for name, row in office.rows.claims.items()}


def _signal(pid: int, number: int) -> None:
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return  # it was faster


def _parent(pid: int) -> int | None:
    """Of a process that still runs: pids are given out again."""
    try:
        told = Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None
    return None if told[0] == "Z" else int(told[1])


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser("soak service", description=__doc__)
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--splits", type=int, default=1_000)
    parser.add_argument("--seed", type=int, default=secrets.randbelow(2**32))
    asked = parser.parse_args(arguments)
    print(f"seed {asked.seed}", flush=True)
    with tempfile.TemporaryDirectory() as name:
        found = soak(60 * asked.minutes, asked.splits, asked.seed, Path(name))
    struck = ", ".join(f"{what} {count}" for what, count in sorted(found.injected.items()))
    print(f"{sum(found.injected.values())} blows in {asked.minutes} min: {struck}")
    print(f"{found.acknowledged} splits acknowledged, {found.repeated} asked again, {found.blocks} blocks", end="")
    print(f", {found.replays} replays while it ran")
    print("each on the chain once, no nonce missing; a fresh node that is played the book makes the same blocks,")
    print("and the mirror is that chain in every row")


if __name__ == "__main__":
    main()
