# SPDX-License-Identifier: Apache-2.0
"""A mirror with many rows, put straight into its tables: for plans and times, where a played world would be too small.

Obligor 1 is busy: claim 1-1-1 and its obligation have a version for each piece that was cut from it, one a block. Of
the others' obligations every tenth is paid in part and every seventh settled.
"""

from collections import defaultdict
from random import Random

from chain.abi.events import encode
from chain.domain import events as e
from chain.domain.clock import DAY
from chain.domain.money import Fen
from chain.domain.vocabulary import ClaimId, ParticipantId
from chain.mirror.schema import ZERO
from chain.mirror.tables import BY_NAME, OPEN
from chain.store.db import Db, Value
from tests.mirrored import LEDGER

SUPPLIERS, FINANCIERS, BANKS = range(101, 401), range(901, 911), range(951, 954)
HOLDER, PIECES_HOLDER = 101, 102  # of 1-1-1, and of the pieces cut from it
TIME, HEAD = 1_780_000_000, 4_000  # the last block's, one a minute
BUSY = ClaimId(ParticipantId(1), 1, 1)
_FACE = 10_000_000
_LOG = {
    "mirrored_block": ("number", "hash", "parent", "timestamp"),
    "event": (
        *("block", "position", "transaction_hash", "address", "name"),
        *("participant", "obligor", "number", "seq", "version", "topics", "data"),
    ),
}


class Crowd:
    """Rows on their way into the tables of an empty mirror."""

    def __init__(self, seed: int) -> None:
        self.chance = Random(seed)
        self.rows: dict[str, list[tuple[Value, ...]]] = defaultdict(list)

    def put(self, table: str, *values: Value) -> None:
        self.rows[table].append(values)

    def write(self, db: Db) -> None:
        with db.transaction():
            for table, rows in self.rows.items():
                columns = _LOG[table] if table in _LOG else BY_NAME[table].names
                db.insert(table if table in _LOG else f"{table}_v1", columns, rows)
            db.execute("UPDATE checkpoint SET block = ? WHERE generation = 1", (HEAD,))
        if db.dialect == "postgresql":  # a server does so by itself
            db.execute("ANALYZE")

    def people(self, obligors: int) -> None:
        for block in range(HEAD + 1):
            self.put("mirrored_block", block, ZERO, ZERO, TIME - (HEAD - block) * 60)
        for person in (*range(1, obligors + 1), *SUPPLIERS, *FINANCIERS, *BANKS):
            self.put("participant", person, 0, OPEN, "1000000", "0", 0, 2, 1, 1, 0, 1, 1, 0, "0x", ZERO)
        for rail, bank in enumerate(BANKS, 1):
            self.put("rail", rail, 0, OPEN, "0x", bank, "0x", "0")

    def busy(self, pieces: int) -> None:
        """Claim 1-1-1 and the pieces cut from it, the n-th in block n."""
        self.put("passing", *BUSY, 1, 0, OPEN, "issue", 1, HOLDER, _FACE)
        for n in range(pieces + 1):
            until, left = n + 1 if n < pieces else OPEN, _FACE - n * 100
            end = (1, 1, 1, 0, 2, 9, 2, 1, 1, ZERO, b"")
            self.put("obligation", 1, 1, n, until, _FACE, _FACE, TIME + 90 * DAY, n + 1, *end)
            self.put("claim", *BUSY, n, until, HOLDER, 0, 0, left, 0, n + 1, 0, 0, 1, 0)
            if n:
                self.put("claim", 1, 1, n + 1, n, OPEN, PIECES_HOLDER, 0, left, 100, 1, 1, 0, 1, 1, 0)
                self.put("passing", 1, 1, n + 1, 1, n, OPEN, "split", HOLDER, PIECES_HOLDER, 100)
                log = encode(e.SplitOff(BUSY, n + 1, n + 1, ParticipantId(PIECES_HOLDER), Fen(100), 1), LEDGER)
                self.put("event", n, 0, ZERO, LEDGER, "SplitOff", None, *BUSY, n + 1, b"".join(log.topics), log.data)

    def obligation(self, obligor: int, number: int) -> int:
        """An obligation and its claims; how many."""
        block, face, pieces = self.chance.randint(1, HEAD - 40), 100_000, self.chance.randint(1, 8)
        settled, paid = number % 7 == 0, number % 10 == 0 and number % 7 != 0
        due = TIME + self.chance.randint(-30, 300) * DAY
        status = 4 if settled else 1 if due > TIME else 2
        fingerprint = number.to_bytes(32, "big")
        unpaid = 0 if settled else 60_000 if paid else face
        common = (due, pieces, 1, 1 + number % len(BANKS))
        born = (1, 0, 2, 9, 2, 1, 1, ZERO, fingerprint + face.to_bytes(6, "big"))
        self.put("obligation", obligor, number, block, block + 5, face, face, *common, *born)
        now = (status, int(paid), 2, 9, 2, 1, 2, *born[-2:])
        self.put("obligation", obligor, number, block + 5, OPEN, face, unpaid, *common, *now)
        self.put("invoice", obligor, fingerprint, block, OPEN, face, face)
        self.put("backing", obligor, number, 1, block, OPEN, fingerprint, face)
        self.put("event", block, number * 10, ZERO, LEDGER, "Issued", None, obligor, number, None, 1, b"", b"")
        if number % 50 == 0:
            self.put("alias", obligor, (number + 2**40).to_bytes(32, "big"), block, OPEN, obligor, fingerprint)
        if paid or settled:
            self.put("payment", obligor, number, 2, block + 5, OPEN, face - unpaid, 0, TIME, ZERO)
        if paid:
            self.put("step", obligor, number, 1, block + 5, OPEN, 1, face - unpaid, face, 0, 0, TIME, 1)
        first = self.chance.choice(SUPPLIERS)
        self.put("passing", obligor, number, 1, 1, block, OPEN, "issue", obligor, first, face)
        for seq in range(1, pieces + 1):
            self.claim((obligor, number, seq), block, first, settled, face // pieces)
        return pieces

    def claim(self, name: tuple[int, int, int], block: int, first: int, settled: bool, cents: int) -> None:
        """A claim, cut from the one before it; every tenth sold, every tenth under a lien."""
        holder, parent = self.chance.choice(SUPPLIERS), name[2] - 1
        taker = self.chance.choice(FINANCIERS) if self.chance.random() < 0.1 else 0
        lienholder = self.chance.choice(FINANCIERS) if not taker and self.chance.random() < 0.1 else 0
        block += 3 * parent  # its parent was passed on in another block than it was cut in: the log need not be asked
        self.put("claim", *name, block, block + 2, holder, 0, parent * cents, cents, parent, 1, 0, 1, 1, 0)
        status = 2 if settled else 0 if not parent and self.chance.random() < 0.05 else 1
        until = 2**23 if lienholder else 0
        end = (parent * cents, cents, parent, 2, until, 1, status, 0)
        self.put("claim", *name, block + 2, OPEN, taker or holder, lienholder, *end)
        place = name[1] * 10 + name[2]
        self.put("event", block + 2, place, ZERO, LEDGER, "Transferred", None, *name, 2, b"", b"")
        if parent:
            self.put("passing", *name, 1, block, OPEN, "split", first, holder, cents)
        if taker:
            self.put("passing", *name, 2, block + 2, OPEN, "discount", holder, taker, cents)
            self.put("discount", *name, 2, block + 2, OPEN, holder, taker, cents, cents - 1, 1, 90, 1)
        if lienholder:
            self.put("lien", *name, 2, block + 2, OPEN, lienholder, until, cents)
        if settled:
            self.put("redemption", *name, 3, block + 3, OPEN, taker or holder, cents, 0)


def crowd(db: Db, claims: int, pieces: int = 2_000, obligors: int = 90, seed: int = 1) -> None:
    """Fill an empty mirror with so many claims and all that belongs to them, and 1-1-1 with so many pieces."""
    made = Crowd(seed)
    made.people(obligors)
    made.busy(pieces)
    count, number = 0, 1
    while count < claims:
        number += 1
        count += made.obligation(made.chance.randint(2, obligors), number)
    made.write(db)
