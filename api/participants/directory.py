# SPDX-License-Identifier: Apache-2.0
"""Who participants are: name and tax number, which the book has and the ledger has not."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from api.writing.holds import last
from chain.abi.keccak import keccak
from chain.documents.identifiers import folded, uscc, vat
from chain.domain.vocabulary import Hash, ParticipantId
from chain.store.db import Db
from chain.store.words import SubmissionState

_COMPANY = "SELECT participant, name, number FROM company"


@dataclass(frozen=True, slots=True)
class Company:
    """A participant's name and its tax number, in the one spelling of documents.identifiers."""

    participant: ParticipantId
    name: str
    number: str


def plain_number(text: str) -> str:
    """A tax number in the spelling in which invoices are compared with it."""
    return uscc(text) or vat(text, None)


def company(book: Db, participant: ParticipantId) -> Company | None:
    """Who a participant is, if the book knows. Raises StoreError."""
    row = book.one(f"{_COMPANY} WHERE participant = ?", (participant,))
    return None if row is None else Company(*row)


def by_number(book: Db, number: str) -> Company | None:
    """Whose tax number it is, if anybody's. Raises StoreError."""
    row = book.one(f"{_COMPANY} WHERE number = ?", (number,))
    return None if row is None else Company(*row)


def companies(book: Db, participants: Sequence[int]) -> dict[int, Company]:
    """Those of these participants that the book knows. Raises StoreError."""
    if not participants:
        return {}
    marks = ", ".join("?" * len(participants))
    rows = book.all(f"{_COMPANY} WHERE participant IN ({marks})", participants)
    return {row[0]: Company(*row) for row in rows}


def alike(book: Db, one: Company) -> list[tuple[Company, bytes]]:
    """The companies that have the same id, tax number or name, however spelt, each with its salt. Raises StoreError."""
    name = folded(one.name)
    rows = book.all("SELECT participant, name, number, salt FROM company ORDER BY participant")
    found = [(Company(*row[:3]), bytes(row[3])) for row in rows]
    return [
        (other, salt)
        for other, salt in found
        if other.participant == one.participant or other.number == one.number or folded(other.name) == name
    ]


def refused(book: Db, participant: ParticipantId) -> bool:
    """Whether the ledger refused what the book last asked about a participant. Raises StoreError."""
    held = last(book, f"participant {participant}")
    return held is not None and held.state is SubmissionState.REFUSED


def found(book: Db, text: str, after: int, limit: int) -> list[ParticipantId]:
    """The participants behind an id whose own id or tax number a text is, or in whose name it stands; by id.

    Raises StoreError.
    """
    number, part = int(text) if text.isascii() and text.isdigit() and len(text) <= _DIGITS else -1, folded(text)
    tax = plain_number(text)
    rows = book.all(f"{_COMPANY} WHERE participant > ? ORDER BY participant", (after,))
    hits = [
        one.participant
        for one in (Company(*row) for row in rows)
        if one.participant == number or one.number == tax or part in folded(one.name)
    ]
    if number > after and number not in hits:  # one that the book does not know by name
        hits = sorted([*hits, ParticipantId(number)])
    return hits[:limit]


_DIGITS = 10  # of an id


def identity(name: str, number: str, salt: bytes) -> Hash:
    """What the ledger has of it: a commitment from which nothing can be told without the salt."""
    told = json.dumps({"name": name, "number": number}, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return Hash(keccak(salt + told.encode()))


def enter(book: Db, one: Company, salt: bytes, now: int) -> None:
    """Write it down, as a part of the caller's transaction. Raises AlreadyThere, StoreError."""
    book.execute("INSERT INTO company VALUES (?, ?, ?, ?, ?)", (one.participant, one.name, one.number, salt, now))


def strike(book: Db, participant: ParticipantId, salt: bytes) -> None:
    """Take back what was written down under this salt, as a part of the caller's transaction. Raises StoreError."""
    book.execute("DELETE FROM company WHERE participant = ? AND salt = ?", (participant, salt))
