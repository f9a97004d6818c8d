# SPDX-License-Identifier: Apache-2.0
"""Proposals as the book has them."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from chain.abi.codec import whole
from chain.abi.eip712 import Signed
from chain.abi.schema import struct_codec
from chain.domain.clock import UtcSeconds
from chain.domain.commands import SplitMany
from chain.domain.vocabulary import Address, OfficerId, ParticipantId
from chain.store.db import Db, Row, Value
from chain.store.words import ProposalState, SubmissionState

LAPSED = ProposalState.LAPSED.value
_COLUMNS = (
    "p.id, p.participant, p.officer, p.operation, p.message, p.about, p.details, p.state, p.deadline, p.follows,"
    " p.submission, p.created_at"
)


@dataclass(frozen=True, slots=True)
class Placed:
    """A place of a proposal. `officer` None: any maker of the participant."""

    name: str
    participant: ParticipantId
    officer: OfficerId | None
    account: Address | None
    signature: bytes | None
    signed_at: UtcSeconds | None


@dataclass(frozen=True, slots=True)
class Proposed:
    """A proposal with its places, in the order in which they were named."""

    id: int
    participant: ParticipantId
    officer: OfficerId
    message: Signed
    about: str
    details: Mapping[str, Any]
    state: ProposalState
    deadline: UtcSeconds
    follows: int | None
    submission: int | None
    created_at: UtcSeconds
    places: tuple[Placed, ...]

    def state_at(self, now: UtcSeconds) -> str:
        """Its state, or that its deadline has passed while it was open."""
        return LAPSED if self.state is ProposalState.OPEN and now > self.deadline else self.state.value

    def part_of(self, participant: ParticipantId | None) -> "Proposed":
        """As a participant sees it, or as somebody who sees everything (None): of an offer to several, one of them is
        told its own piece, and not who else gets what.
        """
        message, told = self.message, participant in (None, self.participant)
        if told or not isinstance(message, SplitMany):
            return self
        pieces = tuple(piece for piece in message.pieces if piece.to == participant)
        places = tuple(place for place in self.places if place.participant in (self.participant, participant))
        return replace(self, message=replace(message, pieces=pieces), places=places)

    def concerns(self, participant: ParticipantId) -> bool:
        """Whether it is a participant's to see."""
        return participant == self.participant or any(place.participant == participant for place in self.places)


class _Some(NamedTuple):
    """A statement that finds numbers of proposals by an index, the latest first and no more than a page of them."""

    sql: str
    values: Sequence[Value]
    limit: int


def proposal(book: Db, number: int) -> Proposed | None:
    """A proposal, or None. Raises StoreError."""
    places = _places(book, [number])[number]  # first: one that is seen open is not seen with what closed it
    row = book.one(f"SELECT {_COLUMNS} FROM proposal p WHERE p.id = ?", (number,))
    return None if row is None else _proposed(row, places)


def listed(
    book: Db, participant: ParticipantId | None, state: str | None, now: UtcSeconds, before: int, limit: int
) -> list[Proposed]:
    """The proposals that concern a participant, or all of them; in one state or any; the latest first.

    What it costs grows with `limit`, and with what has lapsed since `outlived` looked last; not with what there is.
    """
    if state is None:
        found = _concerning(participant, "", (), before, limit)
    elif state == ProposalState.OPEN:
        found = _concerning(participant, "AND {row}.state = 'open' AND p.deadline >= ?", (now,), before, limit)
    else:
        found = _concerning(participant, "AND {row}.state = ?", (state,), before, limit)
    if state == LAPSED:
        found.append(_just_lapsed(participant, now, before, limit))
    return _page(book, found, limit)


def waiting(
    book: Db, participant: ParticipantId, officer: OfficerId, now: UtcSeconds, before: int, limit: int
) -> list[Proposed]:
    """The open proposals that wait for an officer's signature, the latest first. It costs what `listed` does."""
    found = []
    for whose, values in (("l.officer = ?", (officer,)), ("l.officer IS NULL", ())):
        told = f"l.participant = ? AND {whose} AND l.state = 'open' AND l.signature IS NULL AND p.deadline >= ?"
        found.append(_placed(told, (participant, *values, now), before, limit))
    return _page(book, found, limit)


class Open(NamedTuple):
    """An open proposal, as far as it has to be known to say whether it can still be carried out."""

    id: int
    message: Signed
    deadline: UtcSeconds
    refused: bool  # what must happen before it was refused


def still_open(book: Db, after: int, limit: int) -> list[Open]:
    """The open proposals behind a number, the oldest first. Raises StoreError."""
    rows = book.all(
        "SELECT p.id, p.operation, p.message, p.deadline, COALESCE(s.state, '') FROM proposal p"
        " LEFT JOIN submission s ON s.id = p.follows WHERE p.state = 'open' AND p.id > ? ORDER BY p.id LIMIT ?",
        (after, limit),
    )
    return [
        Open(number, _message(operation, message), deadline, state == SubmissionState.REFUSED)
        for number, operation, message, deadline, state in rows
    ]


def _concerning(
    participant: ParticipantId | None, condition: str, values: Sequence[Value], before: int, limit: int
) -> list[_Some]:
    """Those that concern a participant, or all. `condition`: {row} is the proposal, or a place of its."""
    told, whose = "p.id < ? " + condition.format(row="p"), list[Value]()
    if participant is not None:
        told, whose = f"p.participant = ? AND {told}", [participant]
    found = [_Some(f"SELECT p.id FROM proposal p WHERE {told} ORDER BY p.id DESC", (*whose, before, *values), limit)]
    if participant is not None:
        in_place = f"l.participant = ? {condition.format(row='l')}"
        found.append(_placed(in_place, (participant, *values), before, limit))
    return found


def _placed(condition: str, values: Sequence[Value], before: int, limit: int) -> _Some:
    """Those with such a place. CROSS JOIN: SQLite goes through the places, not the proposals."""
    tables = "place l CROSS JOIN proposal p WHERE p.id = l.proposal AND" if "p." in condition else "place l WHERE"
    sql = f"SELECT DISTINCT l.proposal FROM {tables} {condition} AND l.proposal < ? ORDER BY l.proposal DESC"
    return _Some(sql, (*values, before), limit)


def _just_lapsed(participant: ParticipantId | None, now: UtcSeconds, before: int, limit: int) -> _Some:
    """Those whose deadline has passed without anybody having written it down yet: they are few.

    They are sought by their deadline: by its number (but for the plus) SQLite would look at every open one.
    """
    told, values = "p.state = 'open' AND p.deadline < ? AND +p.id < ?", list[Value]([now, before])
    if participant is not None:
        placed = "EXISTS (SELECT 1 FROM place l WHERE l.proposal = p.id AND l.participant = ?)"
        told, values = f"{told} AND (p.participant = ? OR {placed})", [*values, participant, participant]
    return _Some(f"SELECT p.id FROM proposal p WHERE {told} ORDER BY +p.id DESC", values, limit)


def _page(book: Db, found: Sequence[_Some], limit: int) -> list[Proposed]:
    """The latest of what is found, as it is in that same instant."""
    numbers = " UNION ".join([f"SELECT * FROM ({one.sql} LIMIT ?) AS n{at}" for at, one in enumerate(found)])
    values = [value for one in found for value in (*one.values, one.limit)]
    sql = f"SELECT {_COLUMNS} FROM proposal p WHERE p.id IN ({numbers}) ORDER BY p.id DESC LIMIT ?"
    return _all(book, book.all(sql, [*values, limit]))


def _all(book: Db, rows: Sequence[Row]) -> list[Proposed]:
    places = _places(book, [row[0] for row in rows])
    return [_proposed(row, places[row[0]]) for row in rows]


def _places(book: Db, numbers: Sequence[int]) -> dict[int, tuple[Placed, ...]]:
    found: dict[int, list[Placed]] = {number: [] for number in numbers}
    if numbers:
        marks = ", ".join("?" * len(numbers))
        sql = (
            "SELECT proposal, name, participant, officer, account, signature, signed_at FROM place"
            f" WHERE proposal IN ({marks})"
        )
        for number, name, participant, officer, account, signature, signed_at in book.all(sql, numbers):
            octets = None if signature is None else bytes(signature)
            found[number].append(Placed(name, participant, officer, account, octets, signed_at))
    return {number: tuple(sorted(places, key=_order)) for number, places in found.items()}


def _order(place: Placed) -> tuple[int, str]:
    """Assignees by number, after whoever signs the message itself."""
    head, _, number = place.name.partition(" ")
    return (int(number) if number else 0, head)


def _proposed(row: Row, places: tuple[Placed, ...]) -> Proposed:
    number, participant, officer, operation, message, about, details, state, *rest = row
    deadline, follows, submission, created_at = rest
    told = _message(operation, message)
    return Proposed(
        *(number, participant, officer, told, about, json.loads(details), ProposalState(state), deadline),
        *(follows, submission, created_at, places),
    )


def _message(operation: str, octets: bytes) -> Signed:
    told: Signed = whole(struct_codec(operation), bytes(octets))
    return told
