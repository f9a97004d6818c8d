# SPDX-License-Identifier: Apache-2.0
"""Amounts and rates: one spelling in, the same integer out, and a typed refusal for everything else."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from chain.domain.money import (
    CURRENCIES,
    MAX_FEN,
    MAX_PPM,
    AmountMalformed,
    AmountNegative,
    AmountTooLarge,
    AmountTooPrecise,
    CurrencyUnknown,
    Fen,
    NumberInexact,
    Ppm,
    RateMalformed,
    RateOutOfRange,
    currency,
    fen,
    format_amount,
    format_money,
    format_rate,
    parse_amount,
    parse_rate,
    ppm,
)

CNY, JPY, KWD = currency("CNY"), currency("JPY"), currency("KWD")
amounts = st.integers(0, MAX_FEN).map(Fen)
currencies = st.sampled_from(sorted(CURRENCIES))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0", 0),
        ("0.00", 0),
        ("0.01", 1),
        ("0.1", 10),
        ("1", 100),
        ("1000000", 100_000_000),
        ("1,000,000.00", 100_000_000),
        ("12,345.6", 1_234_560),
        (" 5.00\n", 500),
        ("2814749767106.55", MAX_FEN),
        ("2,814,749,767,106.55", MAX_FEN),
    ],
)
def test_parse_amount__well_formed__exact_fen(text: str, expected: int) -> None:
    assert parse_amount(text, CNY) == expected


def test_parse_amount__other_exponents__minor_units_of_that_currency() -> None:
    assert parse_amount("1,000", JPY) == 1000
    assert parse_amount("1.005", KWD) == 1005


@pytest.mark.parametrize(
    "text",
    [
        *("", " ", "abc", ".5", "5.", "1e3", "+5", "--5", "- 5", "007", "00.5", "NaN", "Infinity", "¥5", "1.0.0"),
        *("0,100", ",100", "1,00", "1,0000", "10,00,000", "1,000,00.00", "1 000", "1_000"),
        *("１０００", "1，000.00", "1．5", "一千", "٣"),
    ],
)
def test_parse_amount__not_in_the_grammar__malformed(text: str) -> None:
    with pytest.raises(AmountMalformed) as caught:
        parse_amount(text, CNY)
    assert caught.value.arguments["text"] == text


@pytest.mark.parametrize(("length", "shown"), [(40, "x" * 40), (41, "x" * 40 + "…"), (10_000, "x" * 40 + "…")])
def test_parse_amount__long_text__error_repeats_its_start(length: int, shown: str) -> None:
    with pytest.raises(AmountMalformed) as caught:
        parse_amount("x" * length, CNY)
    assert caught.value == AmountMalformed(text=shown)


@pytest.mark.parametrize(("text", "unit"), [("1.000", "CNY"), ("0.001", "CNY"), ("1.0", "JPY"), ("1.0000", "KWD")])
def test_parse_amount__more_decimals_than_the_currency__too_precise(text: str, unit: str) -> None:
    with pytest.raises(AmountTooPrecise) as caught:
        parse_amount(text, currency(unit))
    assert caught.value == AmountTooPrecise(text=text, currency=unit, decimals=currency(unit).decimals)


@pytest.mark.parametrize("text", ["-1", "-0.01", "-1,000.00", "-0"])
def test_parse_amount__minus_sign__negative(text: str) -> None:
    with pytest.raises(AmountNegative, match=text):
        parse_amount(text, CNY)


@pytest.mark.parametrize("text", ["2814749767106.56", "2,814,749,767,107", "9" * 15, "9" * 5000])
def test_parse_amount__above_48_bits__too_large(text: str) -> None:
    with pytest.raises(AmountTooLarge) as caught:
        parse_amount(text, CNY)
    assert caught.value.arguments["limit"] == 2**48 - 1


@pytest.mark.parametrize("value", [1.0, Decimal("1.00"), 100, None, b"1.00"])
def test_parse_amount__not_text__inexact(value: object) -> None:
    with pytest.raises(NumberInexact) as caught:
        parse_amount(value, CNY)  # type: ignore[arg-type]
    assert caught.value == NumberInexact(kind=type(value).__name__)


@given(amounts, currencies)
@example(MAX_FEN, "CNY")
def test_format_amount__any_amount__reads_back(amount: Fen, unit: str) -> None:
    assert parse_amount(format_amount(amount, currency(unit)), currency(unit)) == amount


@given(amounts, currencies)
def test_parse_amount__separators_taken_out__same_amount(amount: Fen, unit: str) -> None:
    assert parse_amount(format_amount(amount, currency(unit)).replace(",", ""), currency(unit)) == amount


@given(st.text("0123456789.,-+ 〇１", max_size=12))
def test_parse_amount__any_accepted_text__is_its_decimal_value(text: str) -> None:
    try:
        amount = parse_amount(text, CNY)
    except (AmountMalformed, AmountNegative, AmountTooPrecise):
        return
    assert Decimal(amount) == Decimal(text.strip().replace(",", "")) * 100


@pytest.mark.parametrize(
    ("amount", "unit", "zh", "en"),
    [
        (100_000_000, "CNY", "1,000,000.00 元", "CNY 1,000,000.00"),
        (5, "EUR", "0.05 欧元", "EUR 0.05"),
        (1000, "JPY", "1,000 日元", "JPY 1,000"),
        (1005, "KWD", "1.005 科威特第纳尔", "KWD 1.005"),
        (0, "USD", "0.00 美元", "USD 0.00"),
    ],
)
def test_format_money__each_language__figure_and_currency(amount: int, unit: str, zh: str, en: str) -> None:
    assert format_money(Fen(amount), currency(unit), "zh") == zh
    assert format_money(Fen(amount), currency(unit), "en") == en


def test_format_amount__negative_amount__refused() -> None:
    with pytest.raises(AmountNegative):
        format_amount(Fen(-1), CNY)


def test_fen__bounds__kept() -> None:
    assert (fen(0), fen(MAX_FEN)) == (0, 2**48 - 1)
    with pytest.raises(AmountNegative):
        fen(-1)
    with pytest.raises(AmountTooLarge):
        fen(MAX_FEN + 1)


@pytest.mark.parametrize("value", [1.0, True, "1", Decimal(1)])
@pytest.mark.parametrize("check", [fen, ppm])
def test_checked_integers__anything_but_an_int__inexact(check: object, value: object) -> None:
    with pytest.raises(NumberInexact):
        check(value)  # type: ignore[operator]


@pytest.mark.parametrize("code", ["", "cny", "XXX", "C" * 99])
def test_currency__unknown_code__error_names_the_known(code: str) -> None:
    with pytest.raises(CurrencyUnknown, match="CNY, EUR"):
        currency(code)


def test_currencies__table__decimals_of_iso_4217() -> None:
    assert all(entry.code == code for code, entry in CURRENCIES.items())
    decimals = {"CNY": 2, "EUR": 2, "GBP": 2, "HKD": 2, "JPY": 0, "KRW": 0, "KWD": 3, "SGD": 2, "USD": 2}
    assert {code: entry.decimals for code, entry in CURRENCIES.items()} == decimals


def test_parse_rate__longer_than_any_rate__malformed() -> None:
    assert parse_rate("0.042" + "0" * 19) == 42_000
    with pytest.raises(RateMalformed):
        parse_rate("0.042" + "0" * 20)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0", 0),
        ("0.2146", 214_600),
        ("0.042", 42_000),
        ("0.0420", 42_000),
        ("0.000001", 1),
        ("0.04200000", 42_000),
        ("4.2%", 42_000),
        ("4.2000%", 42_000),
        ("0.0001%", 1),
        ("16.777215", MAX_PPM),
        ("100%", 1_000_000),
    ],
)
def test_parse_rate__fraction_or_percent__exact_ppm(text: str, expected: int) -> None:
    assert parse_rate(text) == expected


@pytest.mark.parametrize(
    "text",
    ["", "%", "x", "-0.01", "+1", ".5", "1.", "1,000%", "1e-2", "0.0000001", "0.00001%", "４%", "0" * 30, "4.2 %"],
)
def test_parse_rate__not_a_rate_in_whole_ppm__malformed(text: str) -> None:
    with pytest.raises(RateMalformed):
        parse_rate(text)


def test_parse_rate__float__inexact() -> None:
    with pytest.raises(NumberInexact):
        parse_rate(0.042)  # type: ignore[arg-type]


def test_ppm__bounds__kept() -> None:
    assert (ppm(0), ppm(MAX_PPM)) == (0, 2**24 - 1)
    for value in (-1, MAX_PPM + 1):
        with pytest.raises(RateOutOfRange) as caught:
            ppm(value)
        assert caught.value == RateOutOfRange(rate=value, limit=MAX_PPM)
    with pytest.raises(RateOutOfRange):
        parse_rate("16.777216")


@given(st.integers(0, MAX_PPM).map(Ppm))
def test_format_rate__any_rate__reads_back_and_is_the_percentage(rate: Ppm) -> None:
    text = format_rate(rate)
    assert parse_rate(text) == rate
    assert Fraction(text[:-1]) == Fraction(rate, 10_000)


def test_format_rate__two_to_four_decimals__as_needed() -> None:
    assert [format_rate(Ppm(rate)) for rate in (0, 42_000, 42_500, 42_530, 42_531, 1)] == [
        "0.00%",
        "4.20%",
        "4.25%",
        "4.253%",
        "4.2531%",
        "0.0001%",
    ]
