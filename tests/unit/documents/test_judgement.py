# SPDX-License-Identifier: Apache-2.0
"""Each reason against financing alone, none for an invoice in order, and warnings that refuse nothing."""

from datetime import date
from typing import Any

import pytest

from chain.documents.forms import Role
from chain.documents.invoice import Identifier, Party, Scheme, amount
from chain.documents.judgement import Doubt, Reason, Warned, doubt_words, financeable, warnings
from chain.domain.errors import LANGS
from tests.unit.documents.making import GOOD, TODAY, invoice, sums


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
        ({"gross": None}, Reason.INCOMPLETE),
        ({"type": "381"}, Reason.NOT_AN_INVOICE),
        ({"type": "325"}, Reason.NOT_AN_INVOICE),
        ({"type": "751"}, Reason.NOT_AN_INVOICE),
        ({"type": "³"}, Reason.NOT_AN_INVOICE),
        ({"type": "380a"}, Reason.NOT_AN_INVOICE),
        ({"type": "386"}, Reason.PREPAYMENT),
        (sums(prepaid="0.01", payable="329999.99"), Reason.PREPAYMENT),
        (sums(prepaid="-0.01", payable="330000.01"), Reason.PREPAYMENT),
        ({"type": "393"}, Reason.ALREADY_ASSIGNED),
        (sums(net="0", tax="0", gross="0", payable="0"), Reason.NOTHING_PAYABLE),
        (sums(net="-1.00", tax="0.00", gross="-1.00", payable="-1.00"), Reason.NOTHING_PAYABLE),
        (sums(rounding="0.005", payable="330000.005"), Reason.INEXACT),
        (sums(net="1.005", tax=None, gross="1.005", rounding="-0.005", payable="1"), Reason.INEXACT),
        (sums(net="292035.41"), Reason.GROSS_DIFFERS),
        (sums(net="292035.400001"), Reason.GROSS_DIFFERS),
        (sums(tax="37964.59"), Reason.GROSS_DIFFERS),
        (sums(tax="-37964.60"), Reason.GROSS_DIFFERS),
        (sums(tax=None), Reason.GROSS_DIFFERS),
        (sums(gross="330000.01", payable="330000.01"), Reason.GROSS_DIFFERS),
        (sums(gross=f"1{'0' * 30}.01", net=f"1{'0' * 30}", tax="0", payable=f"1{'0' * 30}.01"), Reason.GROSS_DIFFERS),
        (sums(payable="330000.01"), Reason.PAYABLE_DIFFERS),
        (sums(payable="329999.99"), Reason.PAYABLE_DIFFERS),
        (sums(rounding="0.01"), Reason.PAYABLE_DIFFERS),
        (sums(rounding="-0.01", payable="330000.01"), Reason.PAYABLE_DIFFERS),
        (sums(net=None, tax=None, payable="0.01"), Reason.PAYABLE_DIFFERS),
        (sums(third_parties="19.96 10.00"), Reason.PAYABLE_DIFFERS),
        (sums(third_parties="19.96 10.00", payable="330029.97"), Reason.PAYABLE_DIFFERS),
        (sums(net=None, gross=f"1{'0' * 30}.01", payable=f"1{'0' * 30}"), Reason.PAYABLE_DIFFERS),
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


def test_sums__of_a_credit_note_and_a_prepaid_invoice__judged_all_the_same() -> None:
    partly = sums(prepaid="30000.00", payable="330000.00")
    assert set(financeable(invoice(**partly), TODAY, "CNY")) == {Reason.PREPAYMENT, Reason.PAYABLE_DIFFERS}
    less = sums(tax="0")
    expected = {Reason.NOT_AN_INVOICE, Reason.GROSS_DIFFERS}
    assert set(financeable(invoice(type="381", **less), TODAY, "CNY")) == expected


def test_both_sums__wrong__both_said() -> None:
    wrong = sums(gross="330000.01")
    assert financeable(invoice(**wrong), TODAY, "CNY") == (Reason.GROSS_DIFFERS, Reason.PAYABLE_DIFFERS)


@pytest.mark.parametrize(
    "changes",
    [
        {"due": TODAY},
        {"due": None},
        {"issue": TODAY},
        {"prepaid": amount("0.00", "CNY")},
        {"type": "389"},
        {"buyer": Party("Buyer")},
        sums(net=None),
        sums(net=None, tax=None),
        sums(net="330000.00", tax=None),
        sums(net="330000.00", tax="0"),
        sums(net="330000", tax="0.000"),
        sums(tax="-37964.60", gross="254070.80", payable="254070.80"),
        sums(rounding="0.00"),
        sums(rounding="+0.10", payable="330000.10"),
        sums(rounding="-0.10", payable="329999.90"),
        sums(third_parties="19.96 10.00 10.00", payable="330039.96"),
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
