# SPDX-License-Identifier: Apache-2.0
"""Proposals as the book has them."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from chain.abi.codec import whole
from chain.abi.eip712 import Signed
from chain.abi.schema import struct_codec
from chain.domain.clock import UtcSeconds
from chain.domain.commands import SplitMany
from chain.domain.vocabulary import Address, OfficerId, ParticipantId
from chain.store.db import Db, Row
from chain.store.words import ProposalState

LAPSED = "lapsed"
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


def proposal(book: Db, number: int) -> Proposed | None:
    """A proposal, or None. Raises StoreError."""
    places = _places(book, [number])[number]  # first: one that is seen open is not seen with what closed it
    row = book.one(f"SELECT {_COLUMNS} FROM proposal p WHERE p.id = ?", (number,))
    return None if row is None else _proposed(row, places)


def listed(
    book: Db, participant: ParticipantId | None, state: str | None, now: UtcSeconds, before: int, limit: int
) -> list[Proposed]:
    """The proposals that concern a participant, or all of them; in one state or any; the latest first."""
    conditions, values = ["p.id < ?"], [before]
    if participant is not None:
        conditions.append(
            "p.id IN (SELECT id FROM proposal WHERE participant = ?"
            " UNION SELECT proposal FROM place WHERE participant = ?)"
        )
        values += [participant, participant]
    if state is not None:
        told, values = _in_state(state, now, values)
        conditions.append(told)
    sql = f"SELECT {_COLUMNS} FROM proposal p WHERE {' AND '.join(conditions)} ORDER BY p.id DESC LIMIT ?"
    return _all(book, book.all(sql, [*values, limit]))


def waiting(
    book: Db, participant: ParticipantId, officer: OfficerId, now: UtcSeconds, before: int, limit: int
) -> list[Proposed]:
    """The open proposals that wait for an officer's signature, the latest first."""
    sql = (
        f"SELECT {_COLUMNS} FROM proposal p WHERE p.id < ? AND p.state = 'open' AND p.deadline >= ? AND p.id IN"
        " (SELECT proposal FROM place WHERE participant = ? AND signature IS NULL"
        " AND (officer IS NULL OR officer = ?)) ORDER BY p.id DESC LIMIT ?"
    )
    return _all(book, book.all(sql, (before, now, participant, officer, limit)))


def _in_state(state: str, now: UtcSeconds, values: list[Any]) -> tuple[str, list[Any]]:
    if state == LAPSED:
        return "p.state = 'open' AND p.deadline < ?", [*values, now]
    if state == ProposalState.OPEN:
        return "p.state = 'open' AND p.deadline >= ?", [*values, now]
    return "p.state = ?", [*values, state]


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
    told: Signed = whole(struct_codec(operation), bytes(message))
    return Proposed(
        *(number, participant, officer, told, about, json.loads(details), ProposalState(state), deadline),
        *(follows, submission, created_at, places),
    )
