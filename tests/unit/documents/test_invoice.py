# SPDX-License-Identifier: Apache-2.0
"""Amounts are exact in the minor units of their currency, or say that they are not."""

import pytest

from chain.documents.invoice import amount, exponent


@pytest.mark.parametrize(
    ("text", "currency", "minor"),
    [
        ("1.00", "CNY", 100),
        ("336.9", "EUR", 33_690),
        ("400000", "SEK", 40_000_000),
        ("-10835", "SEK", -1_083_500),
        ("+.5", "CNY", 50),
        ("7.", "CNY", 700),
        ("1.2300", "CNY", 123),
        ("1.005", "CNY", None),
        ("1", "JPY", 1),
        ("1.5", "JPY", None),
        ("1.234", "KWD", 1_234),
        ("99999999999999999999999999999999999.99", "CNY", 9_999_999_999_999_999_999_999_999_999_999_999_999),
        ("0.000000000000000000000000000000000001", "CNY", None),
        ("1.00", "ABC", None),
        ("1.00", None, None),
    ],
)
def test_amount__minor_units__exact_or_none(text: str, currency: str | None, minor: int | None) -> None:
    found = amount(text, currency)
    assert (found.text, found.minor) == (text, minor)


@pytest.mark.parametrize(
    ("code", "decimals"), [("CNY", 2), ("HUF", 2), ("JPY", 0), ("BHD", 3), ("XAU", None), ("?", None)]
)
def test_exponent__of_iso_4217__or_none(code: str, decimals: int | None) -> None:
    assert exponent(code) == decimals
