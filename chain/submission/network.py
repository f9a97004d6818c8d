# SPDX-License-Identifier: Apache-2.0
"""The sender on a network that makes blocks by itself: from `queued` over `on chain` to `final`.

As on the embedded chain, a transaction is in the book before it is sent. What the network did with it is asked, never
assumed: a transaction without a receipt is offered again; one whose block went away is `sent` again; one whose nonce
somebody else spent is dead, and its intent is signed into a new one. An intent happens once all the same, since the
ledger takes it once. Two submissions about one obligation have one relay key, so they do not overtake each other; when
a spent nonce made one do so all the same, and the ledger refused it for that, it is `queued` again.
"""

import time
from collections.abc import Collection, Sequence
from typing import NamedTuple

from chain.abi.keccak import keccak
from chain.domain.vocabulary import Address, Hash
from chain.node import answers
from chain.node.errors import NodeError, NodeRefused
from chain.node.failpoints import reach
from chain.node.outcomes import BATCH, Outcome, outcomes
from chain.node.rpc import Rpc
from chain.signing.key import Key
from chain.signing.transaction import signed_transaction
from chain.store.db import Db
from chain.submission.gas import TRANSFER
from chain.submission.outbox import error_text, never_text
from chain.submission.sender import Target, Tell

TAKEN = 250  # submissions signed at a time
AGAIN = 2.0  # seconds after which what has no receipt is offered again
_PENDING = ("already known", "already imported", "nonce too low", "underpriced", "known transaction")


class _Carried(NamedTuple):
    hash: Hash
    relay: Address
    nonce: int
    submission: int | None
    raw: bytes


class NetworkSender:
    """Some relay keys, one book, one node of a network. `depth`: how many blocks on top make a block final, 0 for QBFT.

    Every method raises StoreError and NodeError; what is in the book is true after any of them, and `settle` goes on.
    """

    def __init__(self, db: Db, rpc: Rpc, relays: Sequence[Key], target: Target, depth: int, tell: Tell) -> None:
        self._db, self._rpc, self._relays = db, rpc, relays
        self._target, self._depth, self._tell = target, depth, tell
        self._head, self._offered = -1, 0.0
        self._nonces: dict[Address, int] = {}

    def settle(self) -> None:
        """Begin: look up what became of all that is under way, and offer again what the network does not have."""
        self._nonces = {relay.address: self._next_nonce(relay.address) for relay in self._relays}
        self._head, self._offered = -1, 0.0
        self._look(self._number())

    def step(self) -> int:
        """Send what is queued and look what the last block brought; how many submissions were sent or went on."""
        carried = self._take()
        self._offer(carried)
        head = self._number()
        moved = 0 if head == self._head and not self._due() else self._look(head)
        return len(carried) + moved

    # ---- out

    def _take(self) -> list[_Carried]:
        """The first commit: submissions in their transactions, before anything is sent."""
        rows = self._db.all(
            "SELECT id, subject, calldata, gas FROM submission WHERE state = 'queued' ORDER BY id LIMIT ?", [TAKEN]
        )
        if not rows:
            return []
        nonces = dict(self._nonces)
        carried = []
        for number, subject, calldata, gas in rows:
            relay = self._relays[subject % len(self._relays)]
            carried.append(self._signed(number, relay, nonces[relay.address], bytes(calldata), gas))
            nonces[relay.address] += 1
        reach("plan-before-commit")
        with self._db.transaction():
            self._keep(carried)
        self._nonces = nonces
        reach("plan-after-commit")
        return carried

    def _keep(self, carried: Sequence[_Carried]) -> None:
        self._db.executemany(
            "INSERT INTO carrier (hash, relay, nonce, submission, raw, state) VALUES (?, ?, ?, ?, ?, 'pending')",
            carried,
        )
        self._db.executemany(
            "UPDATE submission SET state = 'sent', carrier = ?, block = NULL WHERE id = ?",
            [(one.hash, one.submission) for one in carried if one.submission is not None],
        )

    def _offer(self, carried: Sequence[_Carried]) -> None:
        reach("offer-before")
        for start in range(0, len(carried), BATCH):
            some = carried[start : start + BATCH]
            sent = self._rpc.batch([("eth_sendRawTransaction", [f"0x{one.raw.hex()}"]) for one in some])
            for one, answer in zip(some, sent, strict=True):
                if isinstance(answer, NodeError):
                    self._not_taken(one, answer)
        reach("offer-after")

    def _not_taken(self, one: _Carried, error: NodeError) -> None:
        """The node said no. That it has it, or that the nonce is spent, the next look settles; else it never will."""
        if not isinstance(error, NodeRefused):
            raise error
        said = str(error.arguments["said"])
        if any(words in said.lower() for words in _PENDING):
            return
        relay = next(key for key in self._relays if key.address == one.relay)
        raw = signed_transaction(relay, self._target.chain_id, one.nonce, relay.address, b"", TRANSFER)
        noop = _Carried(Hash(keccak(raw)), one.relay, one.nonce, None, raw)
        reach("noop-before-commit")
        with self._db.transaction():
            self._db.execute("UPDATE carrier SET state = 'dead' WHERE hash = ?", [one.hash])
            self._keep([noop])
            self._db.execute(
                "UPDATE submission SET state = 'refused', error = ? WHERE carrier = ?", [never_text(said), one.hash]
            )
        reach("noop-after-commit")
        self._tell("never-taken", {"transactions": 1})
        self._rpc.call("eth_sendRawTransaction", f"0x{raw.hex()}")

    # ---- back

    def _look(self, head: int) -> int:
        """What became of all that is under way; how many went on."""
        carried = self._under_way()
        receipts = outcomes(self._rpc, [one.hash for one in carried])
        there = [(one, found) for one, found in zip(carried, receipts, strict=True) if found is not None]
        missing = [one for one, found in zip(carried, receipts, strict=True) if found is None]
        failed = {one.hash: found.answered for one, found in there if not found.succeeded}
        final = {one.hash for one, found in there if found.block + self._depth <= head}
        early = self._overtook(there, failed.keys() & final)
        moved = self._record(there, missing, failed, final - early, early)
        if early or self._due():  # what was overtaken is signed anew before what is queued is taken
            self._offered = time.monotonic()
            self._again(missing, head)
        self._head = head
        return moved

    def _overtook(self, there: Sequence[tuple[_Carried, Outcome]], refused: Collection[Hash]) -> set[Hash]:
        """Of what is refused for good: what came before an earlier submission about the same, whose nonce was spent.

        Such a one may have been refused for that alone. It goes behind the earlier one, and is refused in its turn if
        that was not the reason.
        """
        if not refused:
            return set()
        places = {one.submission: (found.block, one.nonce) for one, found in there}
        subjects: dict[int, int] = dict(
            self._db.all("SELECT id, subject FROM submission WHERE state IN ('queued', 'sent', 'on chain')")
        )
        about: dict[int, list[int]] = {}
        for number, subject in subjects.items():
            about.setdefault(subject, []).append(number)
        early = set()
        for one, found in there:
            if one.hash in refused and one.submission is not None:
                here = found.block, one.nonce
                earlier = [other for other in about[subjects[one.submission]] if other < one.submission]
                if any(other not in places or places[other] > here for other in earlier):
                    early.add(one.hash)
        return early

    def _under_way(self) -> list[_Carried]:
        """Every transaction that is not through: pending, or mined in a block that is not final."""
        rows = self._db.all(
            "SELECT hash, relay, nonce, submission, raw FROM carrier WHERE state = 'pending' UNION ALL"
            " SELECT c.hash, c.relay, c.nonce, c.submission, c.raw FROM submission s"
            " JOIN carrier c ON c.hash = s.carrier WHERE s.state = 'on chain' AND c.state = 'mined'"
        )
        return [
            _Carried(Hash(bytes(found)), relay, nonce, number, bytes(raw)) for found, relay, nonce, number, raw in rows
        ]

    def _record(
        self,
        there: Sequence[tuple[_Carried, Outcome]],
        missing: Sequence[_Carried],
        failed: dict[Hash, bytes],
        final: set[Hash],
        early: set[Hash],
    ) -> int:
        """The second commit: what is in a block, what is final, and what a block that went away took with it."""
        reach("record-before-commit")
        with self._db.transaction():
            moved = self._db.executemany(
                "UPDATE submission SET state = 'on chain', block = ? WHERE carrier = ? AND state = 'sent'",
                [(found.block, one.hash) for one, found in there],
            )
            self._db.executemany("UPDATE carrier SET state = 'mined' WHERE hash = ?", [(one.hash,) for one, _ in there])
            moved += self._db.executemany(
                "UPDATE submission SET state = 'final', block = ? WHERE carrier = ? AND state = 'on chain'",
                [(found.block, one.hash) for one, found in there if one.hash in final and one.hash not in failed],
            )
            moved += self._db.executemany(
                "UPDATE submission SET state = 'refused', block = ?, error = ?"
                " WHERE carrier = ? AND state = 'on chain'",
                [
                    (found.block, error_text(failed[one.hash]), one.hash)
                    for one, found in there
                    if one.hash in final and one.hash in failed
                ],
            )
            self._db.executemany(
                "UPDATE submission SET state = 'sent', block = NULL WHERE carrier = ? AND state = 'on chain'",
                [(one.hash,) for one in missing],
            )
            self._db.executemany(
                "UPDATE submission SET state = 'queued', carrier = NULL, block = NULL WHERE carrier = ?",
                [(one,) for one in early],
            )
            self._db.executemany(
                "UPDATE carrier SET state = 'pending' WHERE hash = ?", [(one.hash,) for one in missing]
            )
        reach("record-after-commit")
        return moved

    def _again(self, missing: Sequence[_Carried], head: int) -> None:
        """Offer once more what has no receipt; sign anew what never can have one, since its nonce is spent for good."""
        spent = {relay.address: self._spent(relay.address, head) for relay in self._relays}
        living = [one for one in missing if one.nonce >= spent.get(one.relay, 0)]
        dead = [one for one in missing if one.nonce < spent.get(one.relay, 0)]
        for one in sorted(dead, key=lambda one: one.nonce):  # in the order in which they were
            self._renew(one)
        if living:
            self._tell("again", {"transactions": len(living)})
        self._offer(sorted(living, key=lambda one: one.nonce))

    def _renew(self, one: _Carried) -> None:
        """A stranger spent the nonce: the intent goes into another transaction.

        It then comes after what was sent behind it; what the ledger refuses of that goes behind it once more.
        """
        renewed = []
        if one.submission is not None:
            row = self._db.one("SELECT calldata, gas FROM submission WHERE id = ?", [one.submission])
            assert row is not None, "what was carried is in the book"
            relay = next(key for key in self._relays if key.address == one.relay)
            nonce = max(self._nonces[relay.address], self._spent(relay.address, None))
            renewed.append(self._signed(one.submission, relay, nonce, bytes(row[0]), row[1]))
            self._nonces[relay.address] = nonce + 1
        with self._db.transaction():
            self._db.execute("UPDATE carrier SET state = 'dead' WHERE hash = ?", [one.hash])
            self._keep(renewed)
        self._tell("nonce-spent", {"transactions": 1})
        self._offer(renewed)

    # ---- questions

    def _due(self) -> bool:
        return time.monotonic() >= self._offered + AGAIN

    def _number(self) -> int:
        return self._rpc.ask(answers.number, "eth_blockNumber")

    def _spent(self, relay: str, head: int | None) -> int:
        """How many nonces of the relay are spent, in blocks that stay (None: in any)."""
        block = "latest" if head is None else hex(max(0, head - self._depth))
        return self._rpc.ask(answers.number, "eth_getTransactionCount", relay, block)

    def _signed(self, number: int, relay: Key, nonce: int, calldata: bytes, gas: int) -> _Carried:
        raw = signed_transaction(relay, self._target.chain_id, nonce, self._target.ledger, calldata, gas)
        return _Carried(Hash(keccak(raw)), relay.address, nonce, number, raw)

    def _next_nonce(self, relay: str) -> int:
        """After all that is in the book, and all that the network has seen."""
        row = self._db.one("SELECT MAX(nonce) FROM carrier WHERE relay = ? AND state <> 'dead'", [relay])
        ours = 0 if row is None or row[0] is None else int(row[0]) + 1
        return max(ours, self._spent(relay, None))
