# SPDX-License-Identifier: Apache-2.0
"""Uploaded e-invoices on their way into a draft: read, judged, recognised. What is wrong is told file by file."""

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from anyio import CapacityLimiter

from api.obligations.errors import FingerprintKeyAway, InvoicesRefused
from api.participants.directory import by_number, company
from chain.documents import keys
from chain.documents.errors import DocumentError, InvoiceUnidentified
from chain.documents.files import Documents
from chain.documents.fingerprint import Fingerprint, fingerprint
from chain.documents.identifiers import tax_number
from chain.documents.invoice import Invoice
from chain.documents.judgement import financeable, warnings
from chain.domain.errors import DeepTierError
from chain.domain.money import Fen
from chain.domain.vocabulary import Hash, InvoicePart, ParticipantId
from chain.store.db import Db

FILE = "fingerprint-keys.json"
"""The Registrar's keys, in the folder of the service."""


class Reader:
    """Reads documents for all requests, one request at a time; a process for PDFs is started when the first comes.

    `turns`: those that wait for theirs hold none of the threads that all requests share.
    """

    def __init__(self, folder: Path) -> None:
        self._ring, self._turn = folder / FILE, threading.Lock()
        self._documents: Documents | None = None
        self.turns = CapacityLimiter(1)

    def read(self, files: Sequence[bytes]) -> list[Invoice | DocumentError]:
        """What each file ends in."""
        with self._turn:
            if self._documents is None:
                self._documents = Documents().__enter__()
            return list(self._documents.each(files))

    def ring(self) -> tuple[keys.FingerprintKey, ...]:
        """The Registrar's keys. Raises FingerprintKeyAway."""
        try:
            return keys.load(self._ring)
        except DeepTierError:  # its text names a path
            raise FingerprintKeyAway from None

    def close(self) -> None:
        """Read no more."""
        with self._turn:
            if self._documents is not None:
                self._documents.__exit__(None, None, None)
                self._documents = None


@dataclass(frozen=True, slots=True)
class Backing:
    """An invoice that can back an obligation."""

    read: Invoice
    mark: Fingerprint
    seller: ParticipantId
    amount: Fen  # gross or payable, the smaller: nobody owes more of it, and no more than its gross is ever backed

    @property
    def part(self) -> InvoicePart:
        """All of it."""
        return InvoicePart(self.mark.value, self.amount)

    def told(self) -> dict[str, Any]:
        """What whoever signs should know of it."""
        return {
            "number": self.read.number,
            "seller": self.read.seller.name,
            "issued_on": None if self.read.issue is None else self.read.issue.isoformat(),
            "due_on": None if self.read.due is None else self.read.due.isoformat(),
            "amount": self.amount,
            "fingerprint": self.mark.value.hex(),
            "warnings": [warning.words("en") for warning in warnings(self.read)],
        }


@dataclass
class _Wrong:
    """What is wrong, file by file."""

    rows: list[tuple[int, str, str]] = field(default_factory=list)

    def add(self, place: int, zh: str, en: str) -> None:
        self.rows.append((place, zh, en))

    def demand(self, count: int) -> None:
        """Raises InvoicesRefused unless nothing is."""
        if self.rows:
            refusal = InvoicesRefused(refused=len({row[0] for row in self.rows}), count=count)
            refusal.rows = self.rows
            raise refusal


def backings(
    book: Db,
    reads: Sequence[Invoice | DocumentError],
    ring: Sequence[keys.FingerprintKey],
    obligor: ParticipantId,
    creditor: ParticipantId | None,
    on: date,
    currency: str,
) -> list[Backing]:
    """The invoices, each fit to back an obligation of the obligor's to its seller. Raises InvoicesRefused.

    `creditor`: who the seller must be; None: whoever the book knows by the seller's tax number.
    """
    wrong = _Wrong()
    found: list[Backing] = []
    met: dict[Hash, int] = {}
    buyer = company(book, obligor)
    for place, read in enumerate(reads):
        before = len(wrong.rows)
        if isinstance(read, DocumentError):
            wrong.add(
                place, f"{read.message('zh')}{read.next_step('zh')}", f"{read.message('en')} {read.next_step('en')}"
            )
            continue
        for reason in financeable(read, on, currency):
            wrong.add(place, reason.words("zh"), reason.words("en"))
        owner = tax_number(read.buyer)
        if buyer is not None and owner != buyer.number:
            wrong.add(place, f"购买方不是{buyer.name}", f"the buyer is not {buyer.name}")
        seller = _seller(book, read, creditor, wrong, place)
        mark = _mark(read, ring, wrong, place)
        if mark is not None and met.setdefault(mark.value, place) != place:
            first = met[mark.value] + 1
            wrong.add(place, f"与第 {first} 张是同一张发票", f"the same invoice as file {first}")
        if len(wrong.rows) == before:
            assert seller is not None
            assert mark is not None
            found.append(Backing(read, mark, seller, _worth(read)))
    wrong.demand(len(reads))
    return found


def one_due_date(found: Sequence[Backing], groups: Sequence[Sequence[Backing]]) -> None:
    """Raises InvoicesRefused unless the invoices of each group name one due date, for nobody gave another."""
    wrong = _Wrong()
    for place, one in enumerate(found):
        dates = {other.read.due for group in groups if one in group for other in group}
        if None in dates:
            wrong.add(place, "发票没有到期日，请用 due 指定", "it names no due date: give one as `due`")
        elif len(dates) > 1:
            wrong.add(place, "各发票的到期日不同，请用 due 指定", "the due dates differ: give one as `due`")
    wrong.demand(len(found))


def _worth(read: Invoice) -> Fen:
    """What a financeable invoice can back."""
    both = (read.gross, read.payable)
    amounts = [one.minor for one in both if one is not None and one.minor is not None]
    assert len(amounts) == len(both), "whoever asked for the reasons against it knows both"
    return Fen(min(amounts))


def _seller(book: Db, read: Invoice, creditor: ParticipantId | None, wrong: _Wrong, place: int) -> ParticipantId | None:
    number = tax_number(read.seller)
    known = None if number is None else by_number(book, number)
    if known is not None and creditor in (None, known.participant):
        return known.participant
    if known is None and creditor is not None and company(book, creditor) is None:
        return creditor  # a participant that the book has no number of: whoever drafts answers for it
    if known is not None:
        wrong.add(place, f"销售方是参与方 {known.participant}", f"its seller is participant {known.participant}")
    else:
        told = " ".join(part for part in (read.seller.name, number) if part)
        wrong.add(
            place, f"销售方（{told}）不是本网络的参与方", f"its seller ({told}) is no participant of this network"
        )
    return None


def _mark(read: Invoice, ring: Sequence[keys.FingerprintKey], wrong: _Wrong, place: int) -> Fingerprint | None:
    try:
        return fingerprint(read, ring)
    except InvoiceUnidentified as error:
        if not any(row[0] == place for row in wrong.rows):
            wrong.add(place, error.message("zh"), error.message("en"))
        return None
