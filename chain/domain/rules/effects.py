# SPDX-License-Identifier: Apache-2.0
"""Rows as several events leave them: the small parts of which `apply` is made."""

from collections.abc import Callable
from dataclasses import fields
from functools import cache
from operator import attrgetter
from typing import Any, TypeVar

from chain.domain import events as e
from chain.domain.clock import DAY, UtcSeconds
from chain.domain.money import Fen
from chain.domain.rules.rows import Changed, Changes, InvoiceKey, Rows, invoice_root
from chain.domain.vocabulary import (
    NOBODY,
    Address,
    CashAccount,
    Claim,
    ClaimId,
    Hours,
    Invoice,
    InvoicePart,
    Lifecycle,
    OfficerId,
    ParticipantId,
)

Row = TypeVar("Row")


@cache
def _shape(kind: Any) -> tuple[Callable[[Any], tuple[Any, ...]], dict[str, int]]:
    names = [field.name for field in fields(kind)]
    assert len(names) > 1, "attrgetter gives no tuple for one"
    return attrgetter(*names), {name: place for place, name in enumerate(names)}


def changed(row: Row, **values: Any) -> Row:
    """The row with these fields changed: dataclasses.replace in a third of the time, which folding is made of."""
    kind: Any = type(row)
    read, places = _shape(kind)
    found = list(read(row))
    for name, value in values.items():
        found[places[name]] = value
    made: Row = kind(*found)
    return made


def participant_row(rows: Rows, event: Any, **fields: Any) -> Changed:
    """The participant of a registry event at its new version, with these fields changed."""
    row = rows.participants[event.participant]
    return Changed("participants", event.participant, changed(row, version=event.version, **fields))


def utilised(rows: Rows, obligor: ParticipantId, more: int, overdue: int = 0) -> Changed:
    """The obligor owing so much more, with so many more obligations overdue."""
    row = rows.participants[obligor]
    after = changed(row, utilised=Fen(row.utilised + more), overdue=row.overdue + overdue)
    return Changed("participants", obligor, after)


def allocated(rows: Rows, obligor: ParticipantId, parts: tuple[InvoicePart, ...], sign: int) -> list[Changed]:
    """The invoices' rows with these parts taken (sign 1) or given back (-1); a root may be named more than once."""
    after: dict[InvoiceKey, Invoice] = {}
    for part in parts:
        root = invoice_root(rows, (obligor, part.fingerprint))
        if root is None:
            raise KeyError(part.fingerprint)
        row = after.get(root, rows.invoices[root])
        after[root] = changed(row, allocated=Fen(row.allocated + sign * part.amount))
    return [Changed("invoices", root, row) for root, row in after.items()]


def issued_alone(rows: Rows, obligor: ParticipantId, maker: OfficerId, face: Fen, at: UtcSeconds) -> Changed:
    """The officer having issued `face` more alone on the day of `at`."""
    officer = rows.officers[obligor, maker]
    day = at // DAY
    spent = officer.spent if officer.day == day else 0
    return Changed("officers", (obligor, maker), changed(officer, day=day, spent=Fen(spent + face)))


def claim_row(rows: Rows, claim: ClaimId, version: int, **fields: Any) -> Changed:
    """The claim at its new version, with these fields changed."""
    return Changed("claims", claim, changed(rows.claims[claim], version=version, **fields))


def child_row(claim: ClaimId, parent: Claim, start: Fen, amount: Fen, holder: ParticipantId, hop: int) -> Claim:
    """A claim newly cut off `parent`, held and without lien."""
    held, since = int(Lifecycle.HELD), parent.redeemed_step
    return Claim(holder, NOBODY, start, amount, claim.seq, 1, Hours(0), hop, held, since)


def tail_cut(
    rows: Rows, claim: ClaimId, version: int, seq: int, amount: Fen, holder: ParticipantId, hop: int
) -> tuple[Changed, Changed, Changed]:
    """The claim without its last `amount` cents, the child that has them, the obligation with one claim more."""
    parent = rows.claims[claim]
    rest = Fen(parent.amount - amount)
    child = child_row(claim, parent, Fen(parent.start + rest), amount, holder, hop)
    return (
        claim_row(rows, claim, version, amount=rest),
        Changed("claims", claim.obligation.claim(seq), child),
        Changed("obligations", claim.obligation, changed(rows.obligations[claim.obligation], seq=seq)),
    )


def under_lien(row: Claim, event: e.Liened) -> Claim:
    """The claim row bearing the lien of the event."""
    return changed(row, lienholder=event.lienholder, lien_until=event.until)


def cash_moved(rows: Rows, token: Address, payer: Address, payee: Address, amount: Fen) -> Changes:
    """Both cash rows after a payment; none when the payer pays itself."""
    if payer == payee:
        return ()
    source = rows.cash[token, payer]
    target = rows.cash.get((token, payee), CashAccount(Fen(0), approved=False))
    return (
        Changed("cash", (token, payer), changed(source, balance=Fen(source.balance - amount))),
        Changed("cash", (token, payee), changed(target, balance=Fen(target.balance + amount))),
    )
