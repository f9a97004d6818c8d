# SPDX-License-Identifier: Apache-2.0
"""What an invoice can back: what it is worth, whatever else stands in it."""

from pathlib import Path

import pytest

from api.obligations.invoices import backings
from api.participants import directory
from chain.documents import keys
from chain.documents.identifiers import tax_number
from chain.documents.invoice import Invoice
from chain.documents.reader import read_xml
from chain.domain.money import Fen
from chain.domain.vocabulary import InvoicePart, ParticipantId
from chain.store.db import connect
from tests.books import new_book
from tests.unit.documents.making import TODAY, UBL

SELLER, BUYER = ParticipantId(21), ParticipantId(10)
PAYABLE = b'<cbc:PayableAmount currencyID="CNY">330000.00</cbc:PayableAmount>'


def rounded(by: str, payable: str) -> Invoice:
    """The demo invoice of 330,000.00, rounded."""
    told = f'<cbc:PayableRoundingAmount currencyID="CNY">{by}</cbc:PayableRoundingAmount>'
    told += f'<cbc:PayableAmount currencyID="CNY">{payable}</cbc:PayableAmount>'
    assert UBL.count(PAYABLE) == 1
    return read_xml(UBL.replace(PAYABLE, told.encode()))


@pytest.mark.parametrize(
    ("by", "payable", "worth"),
    [
        ("0.00", "330000.00", 330_000_00),
        ("-0.40", "329999.60", 329_999_60),
        ("0.40", "330000.40", 330_000_00),
        ("-329999.99", "0.01", 1),
    ],
)
def test_backing__of_a_rounded_invoice__is_what_is_payable_and_never_above_the_gross(
    tmp_path: Path, by: str, payable: str, worth: int
) -> None:
    read, ring = rounded(by, payable), keys.create(tmp_path / "keys.json")
    with connect(new_book(tmp_path / "book.db")) as book:
        with book.transaction():
            for who, party in ((SELLER, read.seller), (BUYER, read.buyer)):
                number = tax_number(party)
                assert number is not None
                assert party.name is not None
                directory.enter(book, directory.Company(who, party.name, number), bytes(32), 1)
        (found,) = backings(book, [read], ring, BUYER, None, TODAY, "CNY")
    assert found.seller == SELLER
    assert found.part == InvoicePart(found.mark.value, Fen(worth))
    assert found.told()["amount"] == worth
