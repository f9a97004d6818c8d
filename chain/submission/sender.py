# SPDX-License-Identifier: Apache-2.0
"""The sender of the embedded chain: from `queued` to `final`, one block at a time.

Two commits a block. The first takes what is queued, signs it into the relay's transactions and plans the block: key,
nonce, raw transactions and their order are in the book before anything is sent. The second records what came of it:
the block's hash, and for each submission that it is final or why it was refused. Whatever dies between the two is done
again from the book, and comes out the same.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, NamedTuple

from chain.abi.keccak import keccak
from chain.domain.clock import Clock, UtcSeconds
from chain.domain.vocabulary import Address, Hash
from chain.node.errors import BlockDiffers
from chain.node.failpoints import reach
from chain.node.sequencer import BLOCK_LIMIT, REPLAY_RATE, Mined, Plan, Sequencer
from chain.signing.key import Key
from chain.signing.transaction import signed_transaction
from chain.store.db import Db
from chain.submission.errors import ClockBehind
from chain.submission.gas import TRANSFER
from chain.submission.outbox import error_text, never_text

PATIENCE = 2  # seconds that the clock may stand behind the last block before that is worth a word
REPLAY_BLOCKS = 200  # blocks of the book in memory at a time

Tell = Callable[[str, dict[str, Any]], None]
"""Hears what happens: a name and plain facts, no keys, names, amounts or invoice numbers."""


@dataclass(frozen=True, slots=True)
class Target:
    """Where transactions go."""

    chain_id: int
    ledger: Address


class Transaction(NamedTuple):
    """What a key is to send; `to` is None for a deployment."""

    key: Key
    to: Address | None
    data: bytes
    gas: int


class Item(NamedTuple):
    """A signed transaction, and the submission that it carries, if any."""

    submission: int | None
    relay: Address
    nonce: int
    raw: bytes


class Sender:
    """One relay key, one book, one node that nobody else feeds."""

    def __init__(self, db: Db, sequencer: Sequencer, relay: Key, target: Target, clock: Clock, tell: Tell) -> None:
        self._db, self._sequencer, self._relay = db, sequencer, relay
        self._target, self._clock, self._tell = target, clock, tell
        self._pool = ThreadPoolExecutor(1)
        self._nonce = 0  # the relay's next one, known since `settle`
        self._signed: list[Item] = []  # for the next block

    def settle(self) -> None:
        """Bring node and book to the same block: replay what the node lost, finish what was planned.

        Raises BlockDiffers when they cannot be: from there only people can go on.
        """
        self._nonce, self._signed = self._next_nonce(self._relay.address), []
        recorded, planned = self._recorded(), self._planned()
        head = self._sequencer.head()
        if head > recorded + (planned is not None):
            found = f"0x{self._sequencer.hash_of(recorded + 1).hex()}"
            raise BlockDiffers(block=recorded + 1, recorded="-", found=found)
        same = min(head, recorded)
        if same > 0:
            expected, found_hash = self._hash(same), self._sequencer.hash_of(same)
            if expected != found_hash:
                raise BlockDiffers(block=same, recorded=f"0x{expected.hex()}", found=f"0x{found_hash.hex()}")
        if head < recorded:
            self._replay(head + 1, recorded)
        if planned is not None:
            if head > recorded:
                self._record(planned, self._sequencer.mined(planned))
            else:
                self._make(planned)

    def step(self) -> int:
        """Make one block of what is queued; how many transactions it has, 0 when nothing is. Call after `settle`.

        Raises ClockBehind, StoreError, NodeError; then `settle` must come before the next step.
        """
        items, self._signed = self._signed or self._sign_queued(), []
        if not items:
            return 0
        plan = self._commit(items)
        offered = self._pool.submit(self._sequencer.offer, plan)
        try:
            self._signed = self._sign_queued()  # what comes next, while the node is busy with this
        finally:
            never = offered.result()
        self._finish(plan, never)
        return len(plan.items)

    def look(self) -> None:
        """See that the node still has what the book has: one that was started anew is played the book, though nobody
        wants anything of it. Call it now and then while nothing is queued. Raises as `settle`.
        """
        if self._sequencer.head() != self._recorded():
            self.settle()

    def carry(self, transactions: Sequence[Transaction]) -> list[Hash]:
        """Make one block of transactions that are no submission, such as a network's birth; their hashes."""
        nonces: dict[Address, int] = {}
        items = []
        for key, to, data, gas in transactions:
            nonce = nonces[key.address] + 1 if key.address in nonces else self._next_nonce(key.address)
            nonces[key.address] = nonce
            items.append(Item(None, key.address, nonce, self._sign(key, nonce, to, data, gas)))
        plan = self._commit(items)
        self._make(plan)
        return [found for found, _ in plan.items]

    # ---- the two commits

    def _sign_queued(self) -> list[Item]:
        """What is queued, in the relay's next transactions; nothing of it is in the book yet."""
        rows = self._db.all(
            "SELECT id, calldata, gas FROM submission WHERE state = 'queued' ORDER BY id LIMIT ?", [BLOCK_LIMIT]
        )
        relay, ledger, nonce = self._relay, self._target.ledger, self._nonce
        return [
            Item(number, relay.address, nonce + place, self._sign(relay, nonce + place, ledger, bytes(calldata), gas))
            for place, (number, calldata, gas) in enumerate(rows)
        ]

    def _commit(self, items: Sequence[Item]) -> Plan:
        """The first commit: submissions, their transactions and the block that they are to make."""
        number, at = self._recorded() + 1, self._time()
        hashed = [(Hash(keccak(item.raw)), item) for item in items]
        reach("plan-before-commit")
        with self._db.transaction():
            self._db.executemany(
                "INSERT INTO carrier (hash, relay, nonce, submission, raw, state) VALUES (?, ?, ?, ?, ?, 'pending')",
                [(found, item.relay, item.nonce, item.submission, item.raw) for found, item in hashed],
            )
            self._db.executemany(
                "UPDATE submission SET state = 'sent', carrier = ? WHERE id = ?",
                [(found, item.submission) for found, item in hashed if item.submission is not None],
            )
            self._db.execute("INSERT INTO block (number, timestamp) VALUES (?, ?)", [number, at])
            self._db.executemany(
                "INSERT INTO block_item (number, position, carrier) VALUES (?, ?, ?)",
                [(number, place, found) for place, (found, _) in enumerate(hashed)],
            )
        self._nonce += sum(item.relay == self._relay.address for item in items)
        reach("plan-after-commit")
        return Plan(number, at, tuple((found, item.raw) for found, item in hashed))

    def _make(self, plan: Plan) -> None:
        self._finish(plan, self._sequencer.offer(plan))

    def _finish(self, plan: Plan, never: Sequence[tuple[Hash, str]]) -> None:
        """Mine and record a block that was offered. `never`: what the node will not take of it."""
        if never:
            plan = self._replaced(plan, dict(never))
            self._sequencer.offer(plan)
        self._record(plan, self._sequencer.mine(plan))

    def _record(self, plan: Plan, mined: Mined) -> None:
        """The second commit: what the block came to."""
        failed = [end for end in self._sequencer.ends(mined.silent) if not end.succeeded] if mined.silent else []
        reach("record-before-commit")
        with self._db.transaction():
            self._db.execute(
                "UPDATE block SET hash = ?, state_root = ? WHERE number = ?",
                [mined.hash, mined.state_root, mined.number],
            )
            items = "SELECT carrier FROM block_item WHERE number = ?"
            self._db.execute(f"UPDATE carrier SET state = 'mined' WHERE hash IN ({items})", [mined.number])
            self._db.execute(
                f"UPDATE submission SET state = 'final', block = ? WHERE carrier IN ({items})",
                [mined.number, mined.number],
            )
            self._db.executemany(
                "UPDATE submission SET state = 'refused', error = ? WHERE carrier = ?",
                [(error_text(end.answered), end.transaction) for end in failed],
            )
        reach("record-after-commit")
        self._tell("block", {"number": mined.number, "transactions": len(plan.items), "refused": len(failed)})

    def _replaced(self, plan: Plan, never: dict[Hash, str]) -> Plan:
        """The block with a no-op in the place, and at the nonce, of every transaction that the node will never take."""
        items = list(plan.items)
        changes = []
        for place, (dead, _) in enumerate(items):
            if dead in never:
                row = self._db.one("SELECT nonce FROM carrier WHERE hash = ?", [dead])
                assert row is not None, "what was planned is in the book"
                raw = self._sign(self._relay, row[0], self._relay.address, b"", TRANSFER)
                items[place] = (Hash(keccak(raw)), raw)
                changes.append((place, dead, row[0], *items[place]))
        reach("noop-before-commit")
        with self._db.transaction():
            for place, dead, nonce, found, raw in changes:
                self._db.execute("UPDATE carrier SET state = 'dead' WHERE hash = ?", [dead])
                self._db.execute(
                    "INSERT INTO carrier (hash, relay, nonce, submission, raw, state)"
                    " VALUES (?, ?, ?, NULL, ?, 'pending')",
                    [found, self._relay.address, nonce, raw],
                )
                self._db.execute(
                    "UPDATE block_item SET carrier = ? WHERE number = ? AND position = ?", [found, plan.number, place]
                )
                self._db.execute(
                    "UPDATE submission SET state = 'refused', error = ? WHERE carrier = ?",
                    [never_text(never[dead]), dead],
                )
        reach("noop-after-commit")
        self._tell("never-taken", {"block": plan.number, "transactions": len(changes)})
        return Plan(plan.number, plan.at, tuple(items))

    # ---- the book

    def _recorded(self) -> int:
        """The last block whose hash is in the book."""
        row = self._db.one("SELECT MAX(number) FROM block WHERE hash IS NOT NULL")
        return 0 if row is None or row[0] is None else int(row[0])

    def _planned(self) -> Plan | None:
        """The block that is planned and not recorded, if there is one."""
        row = self._db.one("SELECT number, timestamp FROM block WHERE hash IS NULL ORDER BY number LIMIT 1")
        return None if row is None else Plan(row[0], UtcSeconds(row[1]), self._items(row[0], row[0])[row[0]])

    def _items(self, first: int, last: int) -> dict[int, tuple[tuple[Hash, bytes], ...]]:
        rows = self._db.all(
            "SELECT i.number, c.hash, c.raw FROM block_item i JOIN carrier c ON c.hash = i.carrier"
            " WHERE i.number BETWEEN ? AND ? ORDER BY i.number, i.position",
            [first, last],
        )
        found: dict[int, list[tuple[Hash, bytes]]] = {number: [] for number in range(first, last + 1)}
        for number, transaction, raw in rows:
            found[number].append((Hash(bytes(transaction)), bytes(raw)))
        return {number: tuple(items) for number, items in found.items()}

    def _hash(self, number: int) -> Hash:
        row = self._db.one("SELECT hash FROM block WHERE number = ?", [number])
        assert row is not None, "blocks are numbered without gaps"
        return Hash(bytes(row[0]))

    def _next_nonce(self, relay: Address) -> int:
        row = self._db.one("SELECT MAX(nonce) FROM carrier WHERE relay = ? AND state <> 'dead'", [relay])
        return 0 if row is None or row[0] is None else int(row[0]) + 1

    def _time(self) -> UtcSeconds:
        """The next block's time: the clock's, and never before the last block's."""
        row = self._db.one("SELECT timestamp FROM block ORDER BY number DESC LIMIT 1")
        last, now = UtcSeconds(0 if row is None else row[0]), self._clock.now()
        if now + PATIENCE < last:
            raise ClockBehind(now=now, last=last)
        return max(now, last)

    def _replay(self, first: int, last: int) -> None:
        row = self._db.one("SELECT COUNT(*) FROM block_item WHERE number BETWEEN ? AND ?", [first, last])
        transactions = 0 if row is None else row[0]
        facts = {"blocks": last - first + 1, "transactions": transactions, "seconds": transactions // REPLAY_RATE}
        self._tell("replay", facts)
        for start in range(first, last + 1, REPLAY_BLOCKS):
            end = min(last, start + REPLAY_BLOCKS - 1)
            rows = self._db.all(
                "SELECT number, timestamp, hash FROM block WHERE number BETWEEN ? AND ? ORDER BY number", [start, end]
            )
            items = self._items(start, end)
            plans = [(Plan(number, UtcSeconds(at), items[number]), Hash(bytes(was))) for number, at, was in rows]
            self._sequencer.replay(plans, lambda number: None)
        self._tell("replayed", facts)

    def _sign(self, key: Key, nonce: int, to: Address | None, data: bytes, gas: int) -> bytes:
        return signed_transaction(key, self._target.chain_id, nonce, to, data, gas)
