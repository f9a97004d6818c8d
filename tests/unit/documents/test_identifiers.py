# SPDX-License-Identifier: Apache-2.0
"""One spelling for what means the same, and an order of schemes."""

import pytest

from chain.documents.identifiers import folded, plain, tax_number, uscc, vat
from chain.documents.invoice import Scheme
from tests.unit.documents.making import party

VAT, TAX, LEGAL, PARTY = Scheme.VAT, Scheme.TAX, Scheme.LEGAL, Scheme.PARTY
CODE = "91990000MA0HT0021J"


@pytest.mark.parametrize(
    "text", ["INV-1", "inv-1", " INV - 1 ", "ＩＮＶ－１", "INV\u00a0-1", "INV\u200b-1", "I\u00adNV-1", "\ufeffINV-1"]
)
def test_plain__spellings_of_one_number__alike(text: str) -> None:
    assert plain(text) == "INV-1"


def test_plain__leading_zeros_and_signs__kept() -> None:
    assert plain("000-1/2") != plain("1/2") != plain("12")


@pytest.mark.parametrize("text", ["Straße GmbH", "STRASSE GMBH", "Strasse\n  GmbH", "Ｓｔｒaße　ＧｍｂＨ"])
def test_folded__spellings_of_one_name__alike(text: str) -> None:
    assert folded(text) == "strassegmbh"


@pytest.mark.parametrize("text", [CODE, f"CN{CODE}", f"cn {CODE.lower()}", "91 990000 MA0HT0021-J"])
def test_uscc__its_spellings__alike(text: str) -> None:
    assert uscc(text) == CODE


@pytest.mark.parametrize("text", ["DE123456789", CODE[:-1], CODE + "1", "91990000MA0HT0021I", "FR12345678901", ""])
def test_uscc__anything_else__is_none(text: str) -> None:
    assert uscc(text) is None


@pytest.mark.parametrize(
    ("text", "country", "number"),
    [
        ("DE 123 456 789", None, "DE123456789"),
        ("de123456789", "DE", "DE123456789"),
        ("123456789", "DE", "DE123456789"),
        ("123456789", "de", "DE123456789"),
        ("123456789", None, "123456789"),
        ("123456789", "Germany", "123456789"),
        ("094259216", "GR", "EL094259216"),
        ("GR094259216", "GR", "EL094259216"),
        ("EL094259216", None, "EL094259216"),
        ("UK123456789", None, "GB123456789"),
        ("NO 974 760 673 MVA", "NO", "NO974760673"),
        ("CHE-107.787.577 MWST", "CH", "CHE107787577"),
        ("B12345674", "ES", "ESB12345674"),
    ],
)
def test_vat__spellings__one_with_the_country_in_front(text: str, country: str | None, number: str) -> None:
    assert vat(text, country) == number


@pytest.mark.parametrize(
    ("identifiers", "number"),
    [
        ([(VAT, CODE), (TAX, "1")], CODE),
        ([(VAT, "DE123456789"), (LEGAL, CODE)], CODE),
        ([(VAT, "DE123456789"), (TAX, "123/456/789")], "DE123456789"),
        ([(TAX, "123/456/789")], "123456789"),
        ([(TAX, "Godkänd för F-skatt")], None),
        ([(TAX, "XX"), (VAT, "N/A")], None),
        ([(LEGAL, "HRB 123")], None),
        ([(PARTY, CODE)], None),
        ([(VAT, "FR2"), (VAT, "DE1")], "DE1"),
        ([], None),
    ],
)
def test_tax_number__order_of_schemes__fixed(identifiers: list[tuple[Scheme, str]], number: str | None) -> None:
    assert tax_number(party(*identifiers)) == number
    assert tax_number(party(*reversed(identifiers))) == number
