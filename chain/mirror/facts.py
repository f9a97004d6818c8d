# SPDX-License-Identifier: Apache-2.0
"""Rows that state does not keep but questions need: who passed what to whom, liens, sales, payments in and out.

Each is a fact about one event: written once, never changed. Its key names the claim or obligation and the version that
the event gave it, so it stands for exactly one change of the chain of title.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from chain.domain import events as e
from chain.domain.clock import UtcSeconds
from chain.domain.money import Fen, Ppm
from chain.domain.rules import Rows
from chain.domain.vocabulary import Hash, Hours, ParticipantId


class How(StrEnum):
    """By what a claim came to its holder."""

    ISSUE = "issue"
    TRANSFER = "transfer"
    SPLIT = "split"
    DISCOUNT = "discount"


@dataclass(frozen=True, slots=True)
class Passing:
    """A claim came to a holder. Key: claim and its version."""

    how: str  # one of How
    giver: ParticipantId  # the obligor, at issue
    taker: ParticipantId
    amount: Fen


@dataclass(frozen=True, slots=True)
class Lien:
    """A lien was laid on a claim. Key: claim and its version. In force while the claim's row bears it."""

    lienholder: ParticipantId
    until: Hours
    amount: Fen


@dataclass(frozen=True, slots=True)
class Discount:
    """A claim was sold for early payment. Key: claim and its version."""

    seller: ParticipantId
    financier: ParticipantId
    amount: Fen
    price: Fen
    rate: Ppm  # as quoted
    days: int
    basis: int


@dataclass(frozen=True, slots=True)
class Payment:
    """An obligor paid in. Key: obligation and its version."""

    principal: Fen
    interest: Fen
    paid_at: UtcSeconds
    receipt: Hash  # zero: by its own cash address


@dataclass(frozen=True, slots=True)
class Redemption:
    """A claim's money was paid out. Key: claim and its version."""

    holder: ParticipantId
    principal: Fen
    interest: Fen


@dataclass(frozen=True, slots=True)
class Backing:
    """An invoice backs an obligation. Key: obligation and the invoice's place in it, from 1."""

    fingerprint: Hash
    amount: Fen


Facts = list[tuple[str, tuple[int, ...], Any]]
"""Table, key and row of each."""


def facts(rows: Rows, event: e.Event) -> Facts:
    """What the event adds to the tables of facts; `rows` are those before it."""
    make = _FACTS.get(type(event))
    return [] if make is None else make(rows, event)


def _issued(rows: Rows, event: e.Issued) -> Facts:
    obligation, terms = event.obligation, event.terms
    born = Passing(How.ISSUE, obligation.obligor, terms.creditor, terms.face)
    backed = enumerate(terms.invoices, 1)
    return [
        ("passing", (*obligation, 1, 1), born),
        *(("backing", (*obligation, place), Backing(part.fingerprint, part.amount)) for place, part in backed),
    ]


def _transferred(rows: Rows, event: e.Transferred) -> Facts:
    claim = rows.claims[event.claim]
    passed = Passing(How.TRANSFER, claim.holder, event.to, claim.amount)
    return [("passing", (*event.claim, event.version), passed)]


def _split_off(rows: Rows, event: e.SplitOff) -> Facts:
    giver = rows.claims[event.claim].holder
    return [("passing", (*event.claim[:2], event.child, 1), Passing(How.SPLIT, giver, event.to, event.amount))]


def _split_off_many(rows: Rows, event: e.SplitOffMany) -> Facts:
    giver, obligation = rows.claims[event.claim].holder, event.claim[:2]
    return [
        ("passing", (*obligation, seq, 1), Passing(How.SPLIT, giver, piece.to, piece.amount))
        for seq, piece in enumerate(event.pieces, event.first_child)
    ]


def _target(rows: Rows, event: e.Liened | e.Discounted) -> tuple[tuple[int, ...], Fen]:
    """The claim, or the child cut off it, at its version after the event, and how many cents it has."""
    if event.child:
        return (*event.claim[:2], event.child, 1), event.amount
    return (*event.claim, event.version), rows.claims[event.claim].amount


def _liened(rows: Rows, event: e.Liened) -> Facts:
    key, amount = _target(rows, event)
    return [("lien", key, Lien(event.lienholder, event.until, amount))]


def _discounted(rows: Rows, event: e.Discounted) -> Facts:
    key, amount = _target(rows, event)
    seller, buyer, pricing = rows.claims[event.claim].holder, event.financier, event.pricing
    rate, days, basis = Ppm(pricing >> 24), pricing >> 8 & 0xFFFF, pricing & 0xFF
    return [
        ("passing", key, Passing(How.DISCOUNT, seller, buyer, amount)),
        ("discount", key, Discount(seller, buyer, amount, event.price, rate, days, basis)),
    ]


def _funded(rows: Rows, event: e.Funded) -> Facts:
    paid = Payment(event.principal, event.interest, event.paid_at, event.receipt)
    return [("payment", (*event.obligation, event.version), paid)]


def _redeemed(rows: Rows, event: e.Redeemed) -> Facts:
    holder = rows.claims[event.claim].holder
    return [("redemption", (*event.claim, event.version), Redemption(holder, event.principal, event.interest))]


_FACTS: Mapping[type, Callable[[Rows, Any], Facts]] = {
    e.Issued: _issued,
    e.Transferred: _transferred,
    e.SplitOff: _split_off,
    e.SplitOffMany: _split_off_many,
    e.Liened: _liened,
    e.Discounted: _discounted,
    e.Funded: _funded,
    e.Redeemed: _redeemed,
}
