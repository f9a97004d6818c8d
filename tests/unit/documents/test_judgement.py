# SPDX-License-Identifier: Apache-2.0
"""Each reason against financing alone, none for an invoice in order, and warnings that refuse nothing."""

from datetime import date
from typing import Any

import pytest

from chain.documents.forms import Role
from chain.documents.invoice import Identifier, Party, Scheme, amount
from chain.documents.judgement import Doubt, Reason, Warned, doubt_words, financeable, warnings
from chain.domain.errors import LANGS
from tests.unit.documents.making import GOOD, TODAY, invoice


def test_invoice_in_order__nothing_against_it() -> None:
    assert financeable(GOOD, TODAY, "CNY") == ()
    assert warnings(GOOD) == ()


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"number": None}, Reason.INCOMPLETE),
        ({"type": None}, Reason.INCOMPLETE),
        ({"issue": None}, Reason.INCOMPLETE),
        ({"payable": None}, Reason.INCOMPLETE),
        ({"type": "381"}, Reason.NOT_AN_INVOICE),
        ({"type": "325"}, Reason.NOT_AN_INVOICE),
        ({"type": "751"}, Reason.NOT_AN_INVOICE),
        ({"type": "³"}, Reason.NOT_AN_INVOICE),
        ({"type": "380a"}, Reason.NOT_AN_INVOICE),
        ({"type": "386"}, Reason.PREPAYMENT),
        ({"prepaid": amount("0.01", "CNY")}, Reason.PREPAYMENT),
        ({"type": "393"}, Reason.ALREADY_ASSIGNED),
        ({"payable": amount("0", "CNY")}, Reason.NOTHING_PAYABLE),
        ({"payable": amount("-1.00", "CNY")}, Reason.NOTHING_PAYABLE),
        ({"payable": amount("1.005", "CNY")}, Reason.INEXACT),
        ({"gross": amount("1.005", "CNY")}, Reason.INEXACT),
        ({"seller": Party()}, Reason.NO_SELLER),
        ({"buyer": Party(country="CN")}, Reason.NO_BUYER),
        ({"currency": "USD"}, Reason.OTHER_CURRENCY),
        ({"due": date(2026, 2, 28), "issue": date(2026, 3, 1)}, Reason.DUE_BEFORE_ISSUE),
        ({"due": date(2026, 3, 9)}, Reason.PAST_DUE),
        ({"issue": date(2026, 3, 11)}, Reason.FUTURE),
    ],
)
def test_invoice_with_one_fault__that_reason(changes: dict[str, Any], reason: Reason) -> None:
    expected = {reason} | ({Reason.PAST_DUE} if reason is Reason.DUE_BEFORE_ISSUE else set())
    assert set(financeable(invoice(**changes), TODAY, "CNY")) == expected


@pytest.mark.parametrize(
    "changes",
    [
        {"due": TODAY},
        {"due": None},
        {"issue": TODAY},
        {"prepaid": amount("0.00", "CNY")},
        {"type": "389"},
        {"buyer": Party("Buyer")},
        {"gross": None},
    ],
)
def test_invoice_at_the_edge__financeable(changes: dict[str, Any]) -> None:
    assert financeable(invoice(**changes), TODAY, "CNY") == ()


def test_every_reason_and_doubt__has_words_in_both_languages() -> None:
    for reason in Reason:
        assert len({reason.words(lang) for lang in LANGS}) == 2
        assert any("\u4e00" <= letter <= "\u9fff" for letter in reason.words("zh"))
        assert not any("\u4e00" <= letter <= "\u9fff" for letter in reason.words("en"))
    for doubt in Doubt:
        assert doubt_words(doubt, "zh") != doubt_words(doubt, "en")
        for role in Role:
            assert "<x>" in Warned(role, doubt, "<x>").words("zh")


def with_seller(scheme: Scheme, text: str, issuer: str = "", country: str = "DE") -> tuple[Warned, ...]:
    return warnings(invoice(seller=Party("x", country, (Identifier(scheme, text, issuer),))))


@pytest.mark.parametrize(
    ("scheme", "text", "issuer", "doubt"),
    [
        (Scheme.VAT, "DE136695976", "", None),
        (Scheme.VAT, "DE136695977", "", Doubt.VAT),
        (Scheme.VAT, "EL094259216", "", None),
        (Scheme.VAT, "XY1", "", None),
        (Scheme.VAT, "91990000MA0HT0021J", "", None),
        (Scheme.VAT, "91990000MA0HT0021K", "", Doubt.USCC),
        (Scheme.VAT, "CN123", "", Doubt.USCC),
    ],
)
def test_warnings__check_digits__of_the_seller(scheme: Scheme, text: str, issuer: str, doubt: Doubt | None) -> None:
    assert [one.doubt for one in with_seller(scheme, text, issuer)] == ([] if doubt is None else [doubt])


@pytest.mark.parametrize(("text", "doubts"), [("5493001KJTIIGC8Y1R12", []), ("5493001KJTIIGC8Y1R13", [Doubt.LEI])])
def test_warnings__lei__checked_where_it_is_called_one(text: str, doubts: list[Doubt]) -> None:
    found = [one.doubt for one in with_seller(Scheme.LEGAL, text, "0199")]
    assert found == [*doubts, Doubt.NAME_ONLY]


def test_warnings__name_alone__told_of_either_side() -> None:
    one = invoice(seller=Party("S"), buyer=Party("B"))
    assert warnings(one) == (Warned(Role.SELLER, Doubt.NAME_ONLY, "S"), Warned(Role.BUYER, Doubt.NAME_ONLY, "B"))
    assert financeable(one, TODAY, "CNY") == ()
