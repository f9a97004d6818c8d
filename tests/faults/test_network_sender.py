# SPDX-License-Identifier: Apache-2.0
"""The sender on a node that mines by itself: lost, undone, overtaken by a stranger; every intent happens once."""

import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from chain.abi import slots
from chain.abi.calls import SignedCall
from chain.abi.records import pack
from chain.domain import commands as c
from chain.domain.refusals import StaleClaim
from chain.domain.rules import Rows, apply, check, commit
from chain.node.anvil import Anvil
from chain.node.errors import AnvilMissing
from chain.signing.key import Key
from chain.signing.transaction import signed_transaction
from chain.store.db import connect
from chain.store.words import SubmissionState as State
from chain.submission import network
from chain.submission.network import NetworkSender
from chain.submission.outbox import Outbox
from chain.submission.sender import Target
from tests.bench.costs.world import MeasuredWorld
from tests.books import new_book
from tests.cast import ANNA, BEN, NOW, YUAN
from tests.chains import CHAIN_ID, key
from tests.conftest import SYSTEM_PACKAGE

RELAYS = [key("network relay 1"), key("network relay 2")]
CLAIMS, EACH = 4, 6
Split = tuple[SignedCall, c.Call]


POINTS = (
    "plan-before-commit",
    "plan-after-commit",
    "offer-before",
    "offer-after",
    "record-before-commit",
    "record-after-commit",
)
"""Where a network's sender comes by with everything it sends."""


class Net:
    """A network of one node, a world on it, a book and a sender."""

    def __init__(self, anvil: Anvil, folder: Path) -> None:
        self.folder, self.url = folder, anvil.url
        self.rpc, self.world = anvil.rpc, MeasuredWorld(anvil)
        self.splits = [self._splits(number) for number in range(1, CLAIMS + 1)]
        self.rpc.call("evm_setAutomine", False)
        book = folder / "book.db"
        new_book(book)
        self.db, self.heard = connect(book), list[str]()
        self.outbox = Outbox(self.db)

    def sender(self, depth: int = 0) -> NetworkSender:
        target = Target(CHAIN_ID, self.world.deployed.ledger)
        found = NetworkSender(self.db, self.rpc, RELAYS, target, depth, lambda event, facts: self.heard.append(event))
        found.settle()
        return found

    def process(self, failpoint: str | None = None) -> "subprocess.Popen[bytes]":
        """The sender as a process of its own."""
        (self.folder / "relays").write_text("\n".join(relay.private.secret.hex() for relay in RELAYS), "ascii")
        (self.folder / "node").write_text(self.url, "ascii")
        words = [
            sys.executable,
            "-m",
            "chain.submission.process",
            "--book",
            str(self.folder / "book.db"),
            "--depth",
            "1",
        ]
        words += ["--node", str(self.folder / "node"), "--relay", str(self.folder / "relays")]
        words += ["--chain-id", str(CHAIN_ID), "--ledger", self.world.deployed.ledger]
        return subprocess.Popen([*words, *(["--failpoint", failpoint] if failpoint else [])], stderr=subprocess.DEVNULL)

    @contextmanager
    def mining(self) -> Iterator[None]:
        """The network makes blocks by itself."""
        over = threading.Event()

        def miner() -> None:
            while not over.wait(0.03):
                self.mine()

        thread = threading.Thread(target=miner)
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()

    def mine(self, blocks: int = 1) -> None:
        for _ in range(blocks):
            self.rpc.call("evm_mine")

    def submit(self, claims: int = CLAIMS, each: int = EACH) -> list[tuple[str, c.Call]]:
        """Splits of several claims, in turn."""
        sent = []
        for place in range(each):
            for number in range(claims):
                signed, call = self.splits[number][place]
                self.outbox.submit(signed, name := f"claim {number} split {place}")
                sent.append((name, call))
        return sent

    def states(self) -> set[State]:
        return {state for state, count in self.outbox.counts().items() if count}

    def verify(self, sent: list[tuple[str, c.Call]]) -> None:
        """Every split there once: the ledger's slots are the model's."""
        rows = self.world.rows.copy()
        for name, call in sent:
            assert self.outbox.by_key(name).state == State.FINAL, name
            _play(rows, call, self.world.now)
        ledger = self.world.deployed.ledger
        for obligation in rows.obligations:
            for slot, row in (
                (slots.obligation(obligation), rows.obligations[obligation]),
                (slots.claim(obligation.claim(1)), rows.claims[obligation.claim(1)]),
            ):
                found = self.rpc.call("eth_getStorageAt", ledger, hex(slot), "latest")
                assert found == f"0x{pack(row)[0].hex()}"

    def _splits(self, number: int) -> list[Split]:
        world = self.world
        claim = world.held(number).claim(1)
        rows, found = world.rows.copy(), []
        for place in range(EACH):
            version = rows.claims[claim].version
            call = world.split(claim, BEN, YUAN + place, acceptances=(), version=version)
            _play(rows, call, world.now)
            found.append((world.signed(call)[0], call))
        return found


def _play(rows: Rows, call: c.Call, now: Any) -> None:
    for event in check(rows, call, now):
        commit(rows, apply(rows, event, now))


@pytest.fixture
def net(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Net]:
    monkeypatch.setattr(network, "AGAIN", 0.2)
    try:
        anvil = Anvil(NOW, CHAIN_ID).__enter__()
    except AnvilMissing as missing:
        pytest.skip(f"{SYSTEM_PACKAGE} {missing}")
    try:
        yield Net(anvil, tmp_path)
    finally:
        anvil.stop()


def until(sender: NetworkSender, holds: Callable[[], bool], each: Callable[[], None] = lambda: None) -> None:
    end = time.monotonic() + 30
    while not holds():
        assert time.monotonic() < end, "it did not come to that"
        sender.step()
        each()
        time.sleep(0.01)


def test_network__mines_by_itself__all_final_once_over_two_relays(net: Net) -> None:
    sender = net.sender()
    with net.mining():
        sent = net.submit()
        until(sender, lambda: net.states() == {State.FINAL})
    net.verify(sent)
    used = net.db.all("SELECT relay, COUNT(*), MAX(nonce) FROM carrier GROUP BY relay")
    assert {relay for relay, _, _ in used} == {relay.address for relay in RELAYS}
    assert all(count == last + 1 for _, count, last in used), "no gap"


def test_network__with_confirmations__on_chain_first_and_final_by_depth(net: Net) -> None:
    sender = net.sender(depth=3)
    sent = net.submit(claims=1)
    until(sender, lambda: net.states() == {State.SENT})
    net.mine()
    until(sender, lambda: net.states() == {State.ON_CHAIN})
    net.mine(2)
    sender.step()
    assert net.states() == {State.ON_CHAIN}
    net.mine()
    until(sender, lambda: net.states() == {State.FINAL})
    net.verify(sent)


def test_network__drops_what_was_sent__it_is_offered_again(net: Net) -> None:
    sender = net.sender()
    sent = net.submit()
    until(sender, lambda: net.states() == {State.SENT})
    net.rpc.call("anvil_dropAllTransactions")
    until(sender, lambda: net.states() == {State.FINAL}, net.mine)
    assert "again" in net.heard
    net.verify(sent)


def test_network__undoes_blocks__what_was_in_them_is_sent_again(net: Net) -> None:
    sender = net.sender(depth=8)
    sent = net.submit()
    until(sender, lambda: net.states() == {State.SENT})
    net.mine(2)
    until(sender, lambda: net.states() == {State.ON_CHAIN})
    net.rpc.call("anvil_reorg", 2, [])
    until(sender, lambda: State.SENT in net.states())
    until(sender, lambda: net.states() == {State.FINAL}, net.mine)
    net.verify(sent)


def test_network__a_stranger_spent_the_relays_nonce__the_intent_happens_once(net: Net) -> None:
    sender = net.sender()
    for relay in RELAYS:  # whoever stole the relay keys, which have no authority
        stolen(net, relay)
    net.mine()
    sent = net.submit(each=1)
    until(sender, lambda: net.states() == {State.FINAL}, net.mine)
    assert net.heard.count("nonce-spent") == len(RELAYS)
    net.verify(sent)


@pytest.mark.parametrize("depth", [0, 2])
def test_network__a_stranger_spent_a_nonce_before_others__those_go_behind_it_and_all_happen(
    net: Net, depth: int
) -> None:
    sender = net.sender(depth)
    for relay in RELAYS:  # the sender does not know of it when it signs
        stolen(net, relay)
    sent = net.submit()
    until(sender, lambda: net.states() == {State.FINAL}, net.mine)
    assert net.heard.count("nonce-spent") >= len(RELAYS)
    net.verify(sent)


def test_network__nonces_stolen_again_and_again__order_is_found_in_the_end(net: Net) -> None:
    sender = net.sender(depth=1)
    chance = random.Random(1)
    sent = net.submit()
    thefts = 0
    end = time.monotonic() + 30
    while net.states() != {State.FINAL}:
        assert time.monotonic() < end, net.outbox.counts()
        sender.step()
        if thefts < 4 and chance.random() < 0.5:  # the network drops what we sent, and a thief is faster
            thefts += 1
            net.rpc.call("anvil_dropAllTransactions")
            relay = chance.choice(RELAYS)
            stolen(net, relay, int(net.rpc.call("eth_getTransactionCount", relay.address, "latest"), 16))
        net.mine()
        time.sleep(0.01)
    assert thefts == 4
    net.verify(sent)


def stolen(net: Net, relay: Key, nonce: int = 0) -> None:
    raw = signed_transaction(relay, CHAIN_ID, nonce, ANNA.account(), b"", 21_000)
    net.rpc.call("eth_sendRawTransaction", f"0x{raw.hex()}")


def test_network__sender_forgets_everything_between__goes_on_from_the_book(net: Net) -> None:
    sent = net.submit()
    sender = net.sender()
    sender.step()
    net.mine()
    sender = net.sender()
    until(sender, lambda: net.states() == {State.FINAL}, net.mine)
    net.verify(sent)


def test_network__ledger_refuses__typed_and_the_rest_goes_on(net: Net) -> None:
    sender = net.sender()
    sent = net.submit(claims=1)
    net.outbox.submit(net.splits[0][0][0], "once more")
    until(sender, lambda: net.states() == {State.FINAL, State.REFUSED}, net.mine)
    refused = net.outbox.by_key("once more")
    assert refused.state == State.REFUSED
    assert isinstance(refused.refusal, StaleClaim)
    net.verify(sent)


def test_network__never_taken__refused_and_no_gap(net: Net) -> None:
    sender = net.sender()
    sent = net.submit(claims=1)
    net.db.execute(
        "INSERT INTO submission (key, request_hash, operation, subject, calldata, gas, state, queued_at)"
        " VALUES ('greedy', ?, 'Split', 0, ?, ?, 'queued', 0)",
        [bytes(32), b"\1\2\3\4", 10**13],
    )
    until(sender, lambda: not net.states() & {State.QUEUED, State.SENT}, net.mine)
    assert net.outbox.by_key("greedy").state == State.REFUSED
    net.outbox.submit(net.splits[1][0][0], "after it")
    until(sender, lambda: net.outbox.by_key("after it").state == State.FINAL, net.mine)
    net.verify([*sent, ("after it", net.splits[1][0][1])])


@pytest.mark.parametrize("point", POINTS)
def test_network__sender_killed_at_a_step__loses_nothing_and_does_nothing_twice(net: Net, point: str) -> None:
    with net.mining():
        first = net.process(point)
        sent = net.submit()
        assert first.wait(20) == -signal.SIGKILL, "it did not come by"
        second = net.process()
        try:
            end = time.monotonic() + 30
            while net.states() != {State.FINAL}:
                assert time.monotonic() < end, net.outbox.counts()
                time.sleep(0.05)
        finally:
            second.terminate()
            assert second.wait(10) == 0
    net.verify(sent)
    living = net.db.all("SELECT relay, COUNT(*), MAX(nonce) FROM carrier WHERE state <> 'dead' GROUP BY relay")
    assert all(count == last + 1 for _, count, last in living), "no gap"
