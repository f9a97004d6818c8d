# SPDX-License-Identifier: Apache-2.0
"""Requests for early payment and their quotes, as the book has them.

Whatever changes a request begins with `locked` inside a transaction: of two that come at once, the second waits and
sees what the first has made of it. A request that was accepted and whose submission the ledger refused is opened still.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from api.financing.offers import Wanted, taken
from chain.domain.clock import UtcSeconds
from chain.domain.money import Fen
from chain.domain.vocabulary import ClaimId, OfficerId, ParticipantId
from chain.store.db import Db, Row
from chain.store.words import FinancingState as State

_STATE = "CASE WHEN f.state = 'accepted' AND s.state = 'refused' THEN 'opened' ELSE f.state END"
_FINANCING = (
    "SELECT f.id, f.participant, f.officer, f.claim, f.version, f.amount, f.seal, f.until, "
    + _STATE
    + ", f.submission, f.created_at, f.opened_at FROM financing f LEFT JOIN submission s ON s.id = f.submission"
)
_QUOTE = "SELECT id, financing, financier, officer, sealed, until, opened, created_at FROM quote"


@dataclass(frozen=True, slots=True)
class Financing:
    """A request. `amount` in fen, instants in UTC seconds."""

    id: int
    participant: ParticipantId
    officer: OfficerId
    claim: ClaimId
    version: int  # of the claim
    amount: Fen
    seal: bytes  # the public key that quotes are sealed to
    until: UtcSeconds  # the last second at which quotes are taken
    state: State
    submission: int | None  # the last one that took a quote
    created_at: UtcSeconds
    opened_at: UtcSeconds | None

    @property
    def wanted(self) -> Wanted:
        """What is to be quoted."""
        return Wanted(self.id, self.participant, self.claim, self.version, self.amount)

    @property
    def ground(self) -> str:
        """On which its claim is shown to those who are invited."""
        return f"financing {self.id}"


@dataclass(frozen=True, slots=True)
class Received:
    """A quote as it lies in the book."""

    id: int
    financing: int
    financier: ParticipantId
    officer: OfficerId
    sealed: bytes = field(repr=False)
    until: UtcSeconds  # the last second at which it may be taken
    opened: str | None = field(repr=False)  # offers.text
    created_at: UtcSeconds


@dataclass(frozen=True, slots=True)
class Asking:
    """A request that is about to be made."""

    participant: ParticipantId
    officer: OfficerId
    claim: ClaimId
    version: int
    amount: Fen
    seal: bytes
    until: UtcSeconds
    financiers: tuple[ParticipantId, ...]


def add(db: Db, asking: Asking, now: UtcSeconds) -> int:
    """Write a request down and show its claim to whoever is invited; its id. In a transaction. Raises StoreError."""
    row = db.one(
        "INSERT INTO financing (participant, officer, claim, version, amount, seal, until, state, created_at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, 'open', ?) RETURNING id",
        (
            *(asking.participant, asking.officer, str(asking.claim), asking.version, asking.amount),
            *(asking.seal, asking.until, now),
        ),
    )
    assert row is not None, "an INSERT tells the id it gave"
    number = int(row[0])
    db.insert("invited", ("financing", "financier"), [(number, one) for one in asking.financiers])
    shown = [(one, str(asking.claim), f"financing {number}", asking.until) for one in asking.financiers]
    db.insert("showing", ("participant", "claim", "ground", "until"), shown)
    return number


def found(db: Db, number: int) -> Financing | None:
    """A request. Raises StoreError."""
    row = db.one(f"{_FINANCING} WHERE f.id = ?", (number,))
    return None if row is None else _financing(row)


def locked(db: Db, number: int) -> Financing | None:
    """A request that nobody else changes until the transaction ends. Raises StoreError."""
    db.execute("UPDATE financing SET until = until WHERE id = ?", (number,))
    return found(db, number)


def listed(db: Db, of: ParticipantId | None, state: State | None, before: int, limit: int) -> tuple[Financing, ...]:
    """The requests with a lower id that a participant made or is invited to (None: all of them), the latest first.

    Raises StoreError.
    """
    ends = "ORDER BY f.id DESC LIMIT ?"
    within, values = ("", ()) if state is None else (f" AND {_STATE} = ?", (str(state),))
    if of is None:
        rows = db.all(f"{_FINANCING} WHERE f.id < ?{within} {ends}", (before, *values, limit))
        return tuple([_financing(row) for row in rows])
    own = f"{_FINANCING} WHERE f.participant = ? AND f.id < ?{within} {ends}"
    invited_to = f"{_FINANCING} JOIN invited i ON i.financing = f.id WHERE i.financier = ? AND i.financing < ?{within}"
    rows = db.all(own, (of, before, *values, limit))
    rows += db.all(f"{invited_to} ORDER BY i.financing DESC LIMIT ?", (of, before, *values, limit))
    once = {row[0]: row for row in rows}
    return tuple([_financing(once[number]) for number in sorted(once, reverse=True)[:limit]])


def invited(db: Db, numbers: Sequence[int]) -> Mapping[int, tuple[ParticipantId, ...]]:
    """Who is invited to each of these requests, by id. Raises StoreError."""
    who: dict[int, tuple[ParticipantId, ...]] = dict.fromkeys(numbers, ())
    if numbers:
        sql = f"SELECT financing, financier FROM invited WHERE financing IN ({_marks(numbers)}) ORDER BY financier"
        for financing, financier in db.all(sql, numbers):
            who[financing] += (ParticipantId(financier),)
    return who


def quotes(db: Db, numbers: Sequence[int]) -> Mapping[int, tuple[Received, ...]]:
    """The quotes for each of these requests, the earliest first. Raises StoreError."""
    got: dict[int, tuple[Received, ...]] = dict.fromkeys(numbers, ())
    if numbers:
        for row in db.all(f"{_QUOTE} WHERE financing IN ({_marks(numbers)}) ORDER BY id", numbers):
            got[row[1]] += (_received(row),)
    return got


def quoters(db: Db, numbers: Sequence[int]) -> Mapping[int, tuple[ParticipantId, ...]]:
    """Who has quoted for each of these requests. Raises StoreError."""
    who: dict[int, tuple[ParticipantId, ...]] = dict.fromkeys(numbers, ())
    if numbers:
        sql = f"SELECT financing, financier FROM quote WHERE financing IN ({_marks(numbers)})"
        for financing, financier in db.all(sql, numbers):
            who[financing] += (ParticipantId(financier),)
    return who


def put(
    db: Db, row: Financing, who: tuple[ParticipantId, OfficerId], sealed: bytes, until: UtcSeconds, now: int
) -> int:
    """Take a quote in; its id. While it stands, the financier goes on seeing the claim. Raises StoreError."""
    made = db.one(
        "INSERT INTO quote (financing, financier, officer, sealed, until, created_at) VALUES (?, ?, ?, ?, ?, ?)"
        " RETURNING id",
        (row.id, *who, sealed, until, now),
    )
    assert made is not None, "an INSERT tells the id it gave"
    db.execute(
        "UPDATE showing SET until = ? WHERE participant = ? AND claim = ? AND ground = ? AND until < ?",
        (until, who[0], str(row.claim), row.ground, until),
    )
    return int(made[0])


def opened(db: Db, row: Financing, texts: Iterable[tuple[int, str]], now: UtcSeconds) -> None:
    """Its quotes are read: id and `offers.text` of each. Raises StoreError."""
    db.execute("UPDATE financing SET state = 'opened', opened_at = ? WHERE id = ?", (now, row.id))
    db.executemany("UPDATE quote SET opened = ? WHERE id = ?", [(text, number) for number, text in texts])


def accepted(db: Db, row: Financing, winner: Received, submission: int) -> None:
    """One quote is taken: the claim is shown to its financier alone from now on. Raises StoreError."""
    assert winner.opened is not None, "only what was read is taken"
    db.execute("UPDATE financing SET state = 'accepted', submission = ? WHERE id = ?", (submission, row.id))
    db.execute("UPDATE quote SET opened = ? WHERE id = ?", (taken(winner.opened, submission), winner.id))
    db.execute("DELETE FROM showing WHERE ground = ?", (row.ground,))
    shown = winner.financier, str(row.claim), row.ground, max(row.until, winner.until)
    db.execute("INSERT INTO showing (participant, claim, ground, until) VALUES (?, ?, ?, ?)", shown)


def withdrawn(db: Db, row: Financing) -> None:
    """The requester wants no money any more: the claim is shown to nobody. Raises StoreError."""
    db.execute("UPDATE financing SET state = 'withdrawn' WHERE id = ?", (row.id,))
    db.execute("DELETE FROM showing WHERE ground = ?", (row.ground,))


def _marks(values: Sequence[int]) -> str:
    return ", ".join("?" * len(values))


def _financing(row: Row) -> Financing:
    number, participant, officer, claim, version, amount, seal, until, state, submission, created, opened_at = row
    obligor, obligation, seq = (int(part) for part in claim.split("-"))
    name = ClaimId(ParticipantId(obligor), obligation, seq)
    what = name, version, Fen(amount), bytes(seal), UtcSeconds(until), State(state), submission
    return Financing(number, ParticipantId(participant), OfficerId(officer), *what, UtcSeconds(created), opened_at)


def _received(row: Row) -> Received:
    number, financing, financier, officer, sealed, until, text, created = row
    who = ParticipantId(financier), OfficerId(officer)
    return Received(number, financing, *who, bytes(sealed), UtcSeconds(until), text, UtcSeconds(created))
