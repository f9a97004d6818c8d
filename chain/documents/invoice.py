# SPDX-License-Identifier: Apache-2.0
"""What an e-invoice says, whatever its syntax. What the file does not say is None; nothing here is judged."""

from dataclasses import dataclass
from datetime import date
from decimal import Context, Decimal
from enum import StrEnum
from functools import cache

import iso4217


class Scheme(StrEnum):
    """What kind of identifier the file says it is."""

    VAT = "vat"  # number under which a company pays value-added tax; in China the taxpayer number
    TAX = "tax"  # another tax number (EN 16931 BT-32)
    LEGAL = "legal"  # in the register of companies (BT-30, BT-47)
    PARTY = "party"  # whatever the two parties agreed on (BT-29, BT-46)


@dataclass(frozen=True, slots=True, order=True)
class Identifier:
    """One identifier of a party, as in the file; `issuer` is the code of its list (ISO 6523), or empty."""

    scheme: Scheme
    text: str
    issuer: str = ""


@dataclass(frozen=True, slots=True)
class Party:
    """A seller or a buyer: its registered name, its country (ISO 3166) and its identifiers, in a fixed order."""

    name: str | None = None
    country: str | None = None
    identifiers: tuple[Identifier, ...] = ()

    @property
    def known(self) -> bool:
        """Whether the file says who it is, be it by name alone."""
        return self.name is not None or bool(self.identifiers)

    def of(self, scheme: Scheme) -> str | None:
        """Its identifier of that scheme; of several the first in order."""
        return next((one.text for one in self.identifiers if one.scheme is scheme), None)


@dataclass(frozen=True, slots=True)
class Amount:
    """Money as in the file: the decimal text, its exact value, and the same in minor units of its currency.

    `minor` is None when the value is not a whole number of them, or the currency is not one of ISO 4217.
    """

    text: str
    value: Decimal
    minor: int | None


@dataclass(frozen=True, slots=True)
class Invoice:
    """One invoice or credit note. `type` is a code of UNTDID 1001: 380 is an invoice, 381 a credit note."""

    syntax: str  # the name of a form, such as "UBL-Invoice"
    sha256: bytes  # of the file
    number: str | None
    type: str | None
    issue: date | None
    due: date | None
    currency: str | None  # ISO 4217
    net: Amount | None  # without tax
    tax: Amount | None  # in the invoice's currency, whatever else it is told in
    gross: Amount | None  # with tax
    prepaid: Amount | None
    rounding: Amount | None  # what makes the payable amount a round one
    third_parties: tuple[Amount, ...]  # claims of others that are collected with this one
    payable: Amount | None  # what is left to pay
    seller: Party
    buyer: Party
    lines: int


def amount(text: str, currency: str | None) -> Amount:
    """The amount that a checked decimal text is, in that currency."""
    value = Decimal(text)
    decimals = None if currency is None else exponent(currency)
    if decimals is None:
        return Amount(text, value, None)
    scaled = value.scaleb(decimals, EXACT)
    return Amount(text, value, int(scaled) if scaled == scaled.to_integral_value() else None)


@cache
def exponent(currency: str) -> int | None:
    """How many decimals a currency has by ISO 4217; None for what is no such currency, or has no minor unit."""
    found = _CURRENCIES.get(currency)
    return None if found is None else found.exponent


EXACT = Context(prec=100)
"""To calculate with amounts: more digits than any that passes the reader, or any sum of them, has."""
_CURRENCIES = {one.code: one for one in iso4217.Currency}
