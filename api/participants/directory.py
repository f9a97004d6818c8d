# SPDX-License-Identifier: Apache-2.0
"""Who participants are: name and tax number, which the book has and the ledger has not."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from chain.abi.keccak import keccak
from chain.domain.vocabulary import Hash, ParticipantId
from chain.store.db import Db


@dataclass(frozen=True, slots=True)
class Company:
    """A participant's name and its tax number, in the one spelling of documents.identifiers."""

    participant: ParticipantId
    name: str
    number: str


def company(book: Db, participant: ParticipantId) -> Company | None:
    """Who a participant is, if the book knows. Raises StoreError."""
    row = book.one("SELECT participant, name, number FROM company WHERE participant = ?", (participant,))
    return None if row is None else Company(*row)


def by_number(book: Db, number: str) -> Company | None:
    """Whose tax number it is, if anybody's. Raises StoreError."""
    row = book.one("SELECT participant, name, number FROM company WHERE number = ?", (number,))
    return None if row is None else Company(*row)


def companies(book: Db, participants: Sequence[int]) -> dict[int, Company]:
    """Those of these participants that the book knows. Raises StoreError."""
    if not participants:
        return {}
    marks = ", ".join("?" * len(participants))
    rows = book.all(f"SELECT participant, name, number FROM company WHERE participant IN ({marks})", participants)
    return {row[0]: Company(*row) for row in rows}


def identity(name: str, number: str, salt: bytes) -> Hash:
    """What the ledger has of it: a commitment from which nothing can be told without the salt."""
    told = json.dumps({"name": name, "number": number}, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return Hash(keccak(salt + told.encode()))


def enter(book: Db, one: Company, salt: bytes, now: int) -> None:
    """Write it down, as a part of the caller's transaction. Raises AlreadyThere, StoreError."""
    book.execute("INSERT INTO company VALUES (?, ?, ?, ?, ?)", (one.participant, one.name, one.number, salt, now))
