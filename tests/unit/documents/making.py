# SPDX-License-Identifier: Apache-2.0
"""Invoices for tests: one that is in order, and its parts."""

from dataclasses import replace
from datetime import date
from typing import Any

from chain.documents import demo
from chain.documents.invoice import Identifier, Invoice, Party, Scheme, amount
from chain.documents.keys import FingerprintKey

UBL = demo.octets("seats-2026-0302-ubl.xml")
CII = demo.octets("seats-2026-0303-cii.xml")
FP = demo.octets("seats-2026-0301-fp.xml")

KEY = FingerprintKey(1, bytes(range(32)))
TODAY = date(2026, 3, 10)

SELLER = Party("Hengzuo Seats", "CN", (Identifier(Scheme.VAT, "91990000MA0HT0021J"),))
BUYER = Party("Yunling Motors", "CN", (Identifier(Scheme.VAT, "91990000MA0YM00109"),))
GOOD = Invoice(
    syntax="UBL-Invoice",
    sha256=bytes(32),
    number="2026-0302",
    type="380",
    issue=date(2026, 3, 1),
    due=date(2026, 6, 30),
    currency="CNY",
    net=amount("292035.40", "CNY"),
    tax=amount("37964.60", "CNY"),
    gross=amount("330000.00", "CNY"),
    prepaid=None,
    rounding=None,
    third_parties=(),
    payable=amount("330000.00", "CNY"),
    seller=SELLER,
    buyer=BUYER,
    lines=1,
)


def invoice(**changes: Any) -> Invoice:
    """The good invoice but for the changes."""
    return replace(GOOD, **changes)


def sums(**texts: str | None) -> dict[str, Any]:
    """Changes of amounts, in CNY, as their texts; `third_parties`: several, with blanks between them."""
    others = texts.pop("third_parties", None)
    found: dict[str, Any] = {name: text and amount(text, "CNY") for name, text in texts.items()}
    return found | ({"third_parties": tuple(amount(one, "CNY") for one in others.split())} if others else {})


def party(*identifiers: tuple[Scheme, str], name: str | None = "Müller GmbH", country: str | None = "DE") -> Party:
    """A party with these identifiers."""
    return Party(name, country, tuple(sorted(Identifier(scheme, text) for scheme, text in identifiers)))
