# SPDX-License-Identifier: Apache-2.0
"""The lines of a statement."""

from typing import Any

from pydantic import BaseModel, Field

from api.holdings.schemas import ClaimName, ObligationName
from api.paging import Amount, Currency, Instant, Participant, Said, instant, said
from chain.domain.pricing import Basis
from chain.domain.vocabulary import ZERO_HASH
from chain.mirror.reads import Entry


class Line(BaseModel):
    version: int = Field(description="Of the claim or obligation, after it.")
    block: int
    time: Instant
    currency: Currency


class DiscountLine(Line):
    """A claim was sold for early payment."""

    claim: str = ClaimName
    seller: Participant
    financier: Participant
    amount: Amount = Field(description="Of the claim.")
    price: Amount = Field(description="What was paid for it.")
    rate: int = Field(description="As quoted, in millionths a year.")
    days: int = Field(description="As quoted, from payment to maturity.")
    basis: str = Field(description="Day count.", examples=["ACT/360"])


class PaymentLine(Line):
    """An obligor paid in."""

    obligation: str = ObligationName
    principal: Amount
    interest: Amount
    paid_at: Instant
    receipt: str | None = Field(description="Of a bank, in hex; null when the obligor's own cash address paid.")


class RedemptionLine(Line):
    """A claim's money was paid out."""

    claim: str = ClaimName
    holder: Participant
    principal: Amount
    interest: Amount


def _line(entry: Entry[Any, Any], currency: str) -> dict[str, Any]:
    return {
        "version": entry.version,
        "block": entry.block,
        "time": instant(entry.time),
        "currency": currency,
    }


def discount(entry: Entry[Any, Any], currency: str) -> Said:
    row = entry.row
    return said(
        **_line(entry, currency),
        claim=str(entry.id),
        seller=row.seller,
        financier=row.financier,
        amount=row.amount,
        price=row.price,
        rate=row.rate,
        days=row.days,
        basis=Basis.of(row.basis).label,
    )


def payment(entry: Entry[Any, Any], currency: str) -> Said:
    row = entry.row
    return said(
        **_line(entry, currency),
        obligation=str(entry.id),
        principal=row.principal,
        interest=row.interest,
        paid_at=instant(row.paid_at),
        receipt=None if row.receipt == ZERO_HASH else f"0x{bytes(row.receipt).hex()}",
    )


def redemption(entry: Entry[Any, Any], currency: str) -> Said:
    row = entry.row
    return said(
        **_line(entry, currency),
        claim=str(entry.id),
        holder=row.holder,
        principal=row.principal,
        interest=row.interest,
    )
