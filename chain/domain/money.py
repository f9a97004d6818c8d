# SPDX-License-Identifier: Apache-2.0
"""Money and rates as integers: minor units of a currency (fen), and parts per million a year (ppm). Never a float.

The text grammar is narrow, because two readings of one amount are worse than a refusal: ASCII digits, an optional
decimal point, commas only as complete groups of three, no sign, no leading zero, no exponent. Fullwidth digits
(１，０００) are refused and not folded: an amount has one spelling on paper, on the page and in the API. More decimals
than the currency has are refused even when they are zeros, for "1.000" is one thousand to half the world.
"""

import re
from dataclasses import dataclass
from fractions import Fraction
from typing import NewType

from chain.domain.errors import InputError, Lang

Fen = NewType("Fen", int)
"""Minor units of the ledger's currency, 0 to MAX_FEN: the ledger keeps an amount in 48 bits (10-ledger, Storage)."""
Ppm = NewType("Ppm", int)
"""A rate a year in parts per million: 42_000 is 4.2 %."""

MAX_FEN = Fen(2**48 - 1)
MAX_PPM = Ppm(2**24 - 1)  # lateRate and a quote's rate are 24 bits on chain: about 1,677 % a year
PPM = 1_000_000

_PLAIN = r"(?:0|[1-9][0-9]*)"
_GROUPED = r"[1-9][0-9]{0,2}(?:,[0-9]{3})+"
_AMOUNT = re.compile(rf"(?P<sign>-?)(?P<whole>{_PLAIN}|{_GROUPED})(?:\.(?P<part>[0-9]+))?")
_RATE = re.compile(rf"(?P<number>{_PLAIN}(?:\.[0-9]+)?)(?P<percent>%?)")
_LONGEST_RATE = 24  # characters; no rate in range needs more
_SHOWN = 40  # characters of a refused text that an error repeats


class NumberInexact(InputError):
    """Raised when money or a rate comes as a float, or as anything else that is not exact."""

    code = "inexact-number"
    fields = ("kind",)
    zh = "金额和利率必须是精确值，不能是 {kind} 类型。"
    en = "Money and rates must be exact; {kind} is not."
    next_zh = '请以十进制文本（如 "1000.00"）或整数分提交。'
    next_en = 'Send decimal text such as "1000.00", or whole minor units.'


class AmountMalformed(InputError):
    """Raised when a text is not an amount in the grammar above."""

    code = "malformed-amount"
    fields = ("text",)
    zh = "“{text}”不是金额。"
    en = "'{text}' is not an amount."
    next_zh = "请用半角数字书写，如 1000.00 或 1,000.00。"
    next_en = "Write it in plain digits, such as 1000.00 or 1,000.00."


class AmountTooPrecise(InputError):
    """Raised when an amount has more decimals than its currency."""

    code = "overprecise-amount"
    fields = ("text", "currency", "decimals")
    zh = "“{text}”的小数位数超出：{currency} 最多 {decimals} 位小数。"
    en = "'{text}' has too many decimals: {currency} has {decimals}."
    next_zh = "请按该币种的最小单位书写金额。"
    next_en = "Write the amount in whole minor units of that currency."


class AmountNegative(InputError):
    """Raised when an amount is below zero."""

    code = "negative-amount"
    fields = ("amount",)
    zh = "金额 {amount} 小于零。"
    en = "The amount {amount} is below zero."
    next_zh = "请填写零或正数；减少应付款请用红字发票。"
    next_en = "Give zero or more; a reduction is a credit note."


class AmountTooLarge(InputError):
    """Raised when an amount does not fit the 48 bits that the ledger has for it."""

    code = "oversized-amount"
    fields = ("amount", "limit")
    zh = "金额 {amount} 过大：账本的上限是 {limit} 个最小货币单位。"
    en = "The amount {amount} is too large: the ledger holds at most {limit} minor units."
    next_zh = "请核对金额，或拆成几笔应收账款电子凭证。"
    next_en = "Check the amount, or issue several obligations."


class CurrencyUnknown(InputError):
    """Raised when a currency code is not in CURRENCIES."""

    code = "unknown-currency"
    fields = ("currency", "known")
    zh = "没有币种“{currency}”。"
    en = "There is no currency '{currency}'."
    next_zh = "请选用以下币种之一：{known}。"
    next_en = "Choose one of {known}."


class RateMalformed(InputError):
    """Raised when a text is not a yearly rate in whole ppm."""

    code = "malformed-rate"
    fields = ("text",)
    zh = "“{text}”不是年利率，或小于百万分之一的精度。"
    en = "'{text}' is not a yearly rate in whole parts per million."
    next_zh = "请写成 0.042（最多 6 位小数）或 4.2%（最多 4 位小数）。"
    next_en = "Write 0.042 (at most 6 decimals) or 4.2% (at most 4)."


class RateOutOfRange(InputError):
    """Raised when a rate is below zero or above MAX_PPM."""

    code = "rate-out-of-range"
    fields = ("rate", "limit")
    zh = "年利率 {rate} ppm 不在 0 到 {limit} 之间。"
    en = "The rate of {rate} ppm a year is not between 0 and {limit}."
    next_zh = "请核对利率及其单位（42000 ppm = 4.2%）。"
    next_en = "Check the rate and its unit (42000 ppm = 4.2%)."


@dataclass(frozen=True, slots=True)
class Currency:
    """A currency of ISO 4217: its code, its number of decimals, and the Chinese word for its major unit."""

    code: str
    decimals: int
    zh: str


CURRENCIES = {
    entry.code: entry
    for entry in (
        Currency("CNY", 2, "元"),
        Currency("EUR", 2, "欧元"),
        Currency("GBP", 2, "英镑"),
        Currency("HKD", 2, "港元"),
        Currency("JPY", 0, "日元"),
        Currency("KRW", 0, "韩元"),
        Currency("KWD", 3, "科威特第纳尔"),
        Currency("SGD", 2, "新加坡元"),
        Currency("USD", 2, "美元"),
    )
}
"""The currencies a ledger may be kept in (ISO 4217 table A.1); one currency a ledger."""


def currency(code: str) -> Currency:
    """The currency with this ISO 4217 code. Raises CurrencyUnknown."""
    try:
        return CURRENCIES[code]
    except KeyError:
        raise CurrencyUnknown(currency=_shown(code), known=", ".join(CURRENCIES)) from None


def fen(value: int) -> Fen:
    """`value` minor units, checked. Raises NumberInexact, AmountNegative, AmountTooLarge."""
    if type(value) is not int:
        raise NumberInexact(kind=type(value).__name__)
    if value < 0:
        raise AmountNegative(amount=value)
    if value > MAX_FEN:
        raise AmountTooLarge(amount=value, limit=MAX_FEN)
    return Fen(value)


def ppm(value: int) -> Ppm:
    """`value` parts per million a year, checked. Raises NumberInexact, RateOutOfRange."""
    if type(value) is not int:
        raise NumberInexact(kind=type(value).__name__)
    if not 0 <= value <= MAX_PPM:
        raise RateOutOfRange(rate=value, limit=MAX_PPM)
    return Ppm(value)


def parse_amount(text: str, unit: Currency) -> Fen:
    """Decimal text in major units ("1,000.00") to minor units, exactly.

    Raises NumberInexact, AmountMalformed, AmountNegative, AmountTooPrecise, AmountTooLarge.
    """
    if not isinstance(text, str):
        raise NumberInexact(kind=type(text).__name__)
    match = _AMOUNT.fullmatch(text.strip())
    if match is None:
        raise AmountMalformed(text=_shown(text))
    if match["sign"]:
        raise AmountNegative(amount=_shown(text))
    part = match["part"] or ""
    if len(part) > unit.decimals:
        raise AmountTooPrecise(text=_shown(text), currency=unit.code, decimals=unit.decimals)
    digits = match["whole"].replace(",", "") + part.ljust(unit.decimals, "0")
    if len(digits) > len(str(MAX_FEN)) or int(digits) > MAX_FEN:
        raise AmountTooLarge(amount=_shown(text), limit=MAX_FEN)
    return Fen(int(digits))


def format_amount(amount: Fen, unit: Currency) -> str:
    """Minor units as grouped major units: 100000000 -> "1,000,000.00". `parse_amount` reads it back."""
    whole, part = divmod(fen(amount), 10**unit.decimals)
    return f"{whole:,}.{part:0{unit.decimals}d}" if unit.decimals else f"{whole:,}"


def format_money(amount: Fen, unit: Currency, lang: Lang) -> str:
    """An amount with its currency, for a reader: "1,000,000.00 元" in zh, "CNY 1,000,000.00" in en."""
    figure = format_amount(amount, unit)
    return f"{figure} {unit.zh}" if lang == "zh" else f"{unit.code} {figure}"


def parse_rate(text: str) -> Ppm:
    """A yearly rate as a decimal fraction ("0.042") or in percent ("4.2%") to ppm, exactly.

    Raises NumberInexact, RateMalformed, RateOutOfRange.
    """
    if not isinstance(text, str):
        raise NumberInexact(kind=type(text).__name__)
    match = _RATE.fullmatch(text.strip()) if len(text) <= _LONGEST_RATE else None
    if match is None:
        raise RateMalformed(text=_shown(text))
    parts = Fraction(match["number"]) * (PPM // 100 if match["percent"] else PPM)
    if parts.denominator != 1:
        raise RateMalformed(text=_shown(text))
    return ppm(parts.numerator)


def format_rate(rate: Ppm) -> str:
    """A yearly rate in percent with two to four decimals: 42_000 -> "4.20%". `parse_rate` reads it back."""
    whole, part = divmod(rate, PPM // 100)
    return f"{whole}.{f'{part:04d}'.rstrip('0').ljust(2, '0')}%"


def _shown(text: str) -> str:
    """A refused text, short enough to repeat in an error."""
    return text if len(text) <= _SHOWN else text[:_SHOWN] + "…"
