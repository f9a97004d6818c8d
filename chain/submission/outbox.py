# SPDX-License-Identifier: Apache-2.0
"""The outbox is the record: what it has acknowledged happens once, whatever dies when.

One commit takes the idempotency key, the hash of the request and the signed intent: only then is a request
acknowledged, as `queued`. The same key with the same body is the same submission; with another body it is a conflict.
"""

import hashlib
import json
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from chain.abi import reverts
from chain.abi.calls import SignedCall, encode
from chain.abi.ids import pack_obligation
from chain.domain.clock import Clock, SystemClock, UtcSeconds
from chain.domain.errors import DeepTierError
from chain.domain.vocabulary import ClaimId, Hash, ObligationId, OfficerId, ParticipantId
from chain.store.db import Db
from chain.store.errors import AlreadyThere
from chain.store.words import SubmissionState as State
from chain.store.words import to_bigint
from chain.submission import gas
from chain.submission.errors import KeyConflict, NeverTaken, SubmissionUnknown

_COLUMNS = "id, key, operation, state, carrier, block, error, participant, officer, about, queued_at"
_POLL = 0.004  # seconds between two looks


DONE = (State.FINAL, State.REFUSED)


@dataclass(frozen=True, slots=True)
class Submission:
    """One intent on its way to the chain."""

    id: int
    key: str
    operation: str  # the message's name
    state: State
    transaction: Hash | None  # since SENT
    block: int | None  # since ON_CHAIN, also of one that the ledger refused
    refusal: DeepTierError | None  # why it was REFUSED
    participant: ParticipantId | None  # who asked for it
    officer: OfficerId | None  # None: the service itself
    about: str | None  # what people call its subject, such as "10-1-3"
    queued_at: UtcSeconds

    @property
    def done(self) -> bool:
        """Whether nothing more will become of it."""
        return self.state in DONE


class Entry(NamedTuple):
    """A signed intent with its key, and who asked for it."""

    call: SignedCall
    key: str
    participant: ParticipantId | None = None
    officer: OfficerId | None = None
    about: str | None = None


class Outbox:
    """The submissions of a book. One connection, one thread."""

    def __init__(self, db: Db, clock: Clock | None = None) -> None:
        self._db, self._clock = db, clock or SystemClock()

    def submit(self, call: SignedCall, key: str) -> Submission:
        """Acknowledge a signed intent. Raises KeyConflict, those of `encode`, StoreError; then nothing was taken."""
        return self.submit_all([(call, key)])[0]

    def submit_all(self, calls: Sequence[tuple[SignedCall, str]]) -> list[Submission]:
        """Acknowledge several in one commit, all or none. Raises as `submit`."""
        rows = self._rows([Entry(call, key) for call, key in calls])
        try:
            with self._db.transaction():
                self._insert(rows)
        except AlreadyThere:  # another process was faster with one of the keys; now it is known
            with self._db.transaction():
                self._insert(rows)
        return self._named([row[0] for row in rows])

    def enter_all(self, entries: Sequence[Entry]) -> list[Submission]:
        """Acknowledge several as a part of the transaction that the caller is in. Raises as `submit`; AlreadyThere."""
        rows = self._rows(entries)
        self._insert(rows)
        return self._named([row[0] for row in rows])

    def submission(self, number: int) -> Submission:
        """Raises SubmissionUnknown."""
        return self._one("id", number)

    def by_key(self, key: str) -> Submission:
        """Raises SubmissionUnknown."""
        return self._one("key", key)

    def some(self, numbers: Sequence[int]) -> list[Submission]:
        """The submissions of these numbers, in their order. Raises SubmissionUnknown."""
        found = {row[0]: _submission(row) for row in self._of(_COLUMNS, numbers, "id")}
        for number in numbers:
            if number not in found:
                raise SubmissionUnknown(submission=number)
        return [found[number] for number in numbers]

    def listed(
        self, participant: ParticipantId | None, states: Sequence[State], before: int, limit: int
    ) -> list[Submission]:
        """A participant's submissions, or everybody's, in one of these states, the latest first; from `before` on."""
        whose, own = ("participant = ? AND ", [participant]) if participant is not None else ("", [])
        marks = ", ".join("?" * len(states))
        sql = f"SELECT {_COLUMNS} FROM submission WHERE {whose}id < ? AND state IN ({marks}) ORDER BY id DESC LIMIT ?"
        return [_submission(row) for row in self._db.all(sql, [*own, before, *states, limit])]

    def wait(self, number: int, seconds: float) -> Submission:
        """The submission once it is final or refused, or as it is after so many seconds. Raises SubmissionUnknown."""
        until = time.monotonic() + seconds
        while not (found := self.submission(number)).done and time.monotonic() < until:
            time.sleep(_POLL)
        return found

    def wait_all(self, numbers: Sequence[int], seconds: float) -> list[Submission]:
        """As `wait`, for several: once all are through, or as they are after so many seconds."""
        until = time.monotonic() + seconds
        return [self.wait(number, until - time.monotonic()) for number in numbers]

    def counts(self) -> dict[State, int]:
        """How many submissions are in each state, at one moment; the final ones, which have no index, are the rest."""
        rest = [state for state in State if state != State.FINAL]
        each = (f"(SELECT COUNT(*) FROM submission WHERE state = '{state}')" for state in rest)
        row = self._db.one(f"SELECT (SELECT COUNT(*) FROM submission), {', '.join(each)}")
        assert row is not None, "it asks for one row"
        total, *others = row
        found = dict(zip(rest, others, strict=True)) | {State.FINAL: total - sum(others)}
        return {state: found[state] for state in State}

    def _rows(self, entries: Sequence[Entry]) -> list[tuple[Any, ...]]:
        at = self._clock.now()
        return [(*_row(one.call, one.key), at, one.participant, one.officer, one.about) for one in entries]

    def _insert(self, rows: Sequence[tuple[Any, ...]]) -> None:
        known = self._known([row[0] for row in rows])
        fresh: dict[str, tuple[Any, ...]] = {}
        for row in rows:
            before = known.get(row[0]) or (fresh[row[0]][1] if row[0] in fresh else None)
            if before is None:
                fresh[row[0]] = row
            elif before != row[1]:
                raise KeyConflict(key=row[0])
        self._db.executemany(
            "INSERT INTO submission (key, request_hash, operation, subject, calldata, gas, state, queued_at,"
            " participant, officer, about) VALUES (?, ?, ?, ?, ?, ?, 'queued', ?, ?, ?, ?)",
            list(fresh.values()),
        )

    def _named(self, keys: Sequence[str]) -> list[Submission]:
        found = {one.key: one for one in self._some(keys)}
        return [found[key] for key in keys]

    def _known(self, keys: Sequence[str]) -> dict[str, bytes]:
        return {key: bytes(hashed) for key, hashed in self._of("key, request_hash", keys)}

    def _some(self, keys: Sequence[str]) -> list[Submission]:
        return [_submission(row) for row in self._of(_COLUMNS, keys)]

    def _of(self, columns: str, keys: Sequence[str | int], by: str = "key") -> Iterator[tuple[Any, ...]]:
        """These columns of the submissions of these keys, or of these numbers, some hundred a question."""
        for start in range(0, len(keys), 500):
            some = keys[start : start + 500]
            marks = ", ".join("?" * len(some))
            yield from self._db.all(f"SELECT {columns} FROM submission WHERE {by} IN ({marks})", some)

    def _one(self, column: str, value: int | str) -> Submission:
        row = self._db.one(f"SELECT {_COLUMNS} FROM submission WHERE {column} = ?", [value])
        if row is None:
            raise SubmissionUnknown(submission=value)
        return _submission(row)


def _submission(row: tuple[Any, ...]) -> Submission:
    number, key, operation, state, carrier, block, error, *whose = row
    transaction, refusal = None if carrier is None else Hash(bytes(carrier)), None if error is None else told(error)
    return Submission(number, key, operation, State(state), transaction, block, refusal, *whose)


def error_text(data: bytes) -> str:
    """What is kept of a refusal by the ledger: what its transaction answered."""
    return json.dumps({"answered": data.hex()})


def never_text(said: str) -> str:
    """What is kept of a transaction that the node will never take: what it said."""
    return json.dumps({"said": said})


def told(error: str) -> DeepTierError:
    """The typed error that was kept."""
    kept = json.loads(error)
    return NeverTaken(said=kept["said"]) if "said" in kept else reverts.refusal(bytes.fromhex(kept["answered"]))


def _row(call: SignedCall, key: str) -> tuple[Any, ...]:
    calldata = encode(call)
    limit = gas.limit(call.message, len(call.invoices))
    hashed = hashlib.sha256(calldata).digest()
    name = type(call.message).__name__
    return key, hashed, name, to_bigint(_subject(call.message)), calldata, limit


def _subject(message: Any) -> int:
    """The packed obligation that a message is about, 0 when there is none: its submissions keep their order."""
    about = getattr(message, "claim", None) or getattr(message, "obligation", None)
    if about is None and hasattr(message, "quote"):
        about = message.quote.claim
    if isinstance(about, ClaimId):
        about = about.obligation
    if isinstance(about, ObligationId):
        return pack_obligation(about)
    number = getattr(about, "number", None)  # of a NewObligation
    return 0 if number is None else pack_obligation(ObligationId(message.participant, number))
