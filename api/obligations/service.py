# SPDX-License-Identifier: Apache-2.0
"""Birth of an obligation: a maker's draft from e-invoices, and what obligor and creditor do with the offer."""

import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from api.obligations.errors import InvoiceDrafted
from api.obligations.invoices import Backing, Reader, backings, one_due_date
from api.proposals.service import closed
from api.writing.commit import Behind
from api.writing.desk import Desk, Voice
from api.writing.errors import CheckerAmbiguous
from api.writing.holds import holds
from api.writing.plan import Made, Place, Proposing
from chain.abi.keccak import keccak
from chain.documents.errors import DocumentError
from chain.documents.invoice import Invoice
from chain.domain import commands as c
from chain.domain.calendar import CN, CalendarYearUnpublished, closing_days
from chain.domain.clock import BEIJING, UtcSeconds, due_instant, local_date
from chain.domain.money import Fen, Ppm
from chain.domain.rules import REGISTRAR, in_force
from chain.domain.rules.rows import invoice_root
from chain.domain.vocabulary import (
    HOUR,
    ZERO_ADDRESS,
    ZERO_HASH,
    Address,
    Hash,
    Hours,
    ObligationId,
    OfficerId,
    ParticipantId,
    RailId,
    Right,
)
from chain.mirror import reads
from chain.mirror.visible import Visible
from chain.store.db import Db
from chain.store.words import ProposalState

ACCEPT_HOURS = 240
"""How long an offer stays open unless said otherwise, in hours."""
LATE_RATE = Ppm(182_500)
"""Late interest unless said otherwise: 0.05 % a day."""
RAIL = RailId(1)
"""The rail unless said otherwise."""
_CLOSING = 3  # business days before due in which nothing moves, unless said otherwise
_CLOSES = 5  # calendar days, where the calendar of the due year is not published yet


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a maker says of a draft; None: by default."""

    creditor: ParticipantId | None = None
    due: date | None = None
    rail: RailId = RAIL
    late_rate: Ppm | None = None
    closes: int | None = None
    accept_hours: int | None = None
    checker: tuple[ParticipantId, OfficerId] | None = None
    alone: bool = False
    each: bool = False


def draft(desk: Desk, reader: Reader, files: Sequence[Invoice | DocumentError], wanted: Wanted) -> None:
    """Register the invoices, and draft the obligation that they back; a maker below its threshold issues it at once.

    Raises InvoicesRefused, FingerprintKeyAway, CheckerAmbiguous, Refusal, AccountAbsent, SigningError.
    """
    obligor, on = desk.caller.participant, local_date(desk.now, BEIJING)
    found = backings(desk.book, files, reader.ring(), obligor, wanted.creditor, on, desk.network.currency)
    groups = [[one] for one in found] if wanted.each else _by_seller(found)
    if wanted.due is None:
        one_due_date(found, groups)
    numbers = _numbers(desk, len(groups))
    maker = desk.account()
    checker = None if wanted.alone else _checker(desk, wanted.checker)
    registered = _register(desk, found)
    told = [_promise(desk, number, group, wanted) for number, group in zip(numbers, groups, strict=True)]
    promises, terms = tuple(one for one, _ in told), [one for _, one in told]
    second = ZERO_ADDRESS if checker is None else checker[1]
    deadline = desk.soon if checker is None else desk.later
    message: c.Issue | c.IssueMany
    if len(promises) == 1:
        message = c.Issue(obligor, promises[0], maker, second, deadline)
    else:
        message = c.IssueMany(obligor, promises, maker, second, deadline)
    about = f"{obligor}-{numbers[0]}" if len(numbers) == 1 else f"{obligor}-{numbers[0]}…{numbers[-1]}"
    if checker is None:
        desk.send(message, (Voice(maker), None), about=about, holds=holds(message))
        _kept(desk, message, about, {"invoices": [one.told() for one in found], "terms": terms})
        return
    desk.judge(message, (Voice(maker), Voice(second)))
    _undrafted(desk.book, obligor, found, desk.now)
    desk.plan.also.append(lambda book, made: _undrafted(book, obligor, found, desk.now, but=made.proposal))
    places = (desk.signed_place("signer", maker, message), Place("checker", obligor, *checker))
    details = {"invoices": [one.told() for one in found], "terms": terms}
    desk.propose(Proposing(message, places, about, details, deadline, follows=registered))


def accept(desk: Desk, obligations: Sequence[ObligationId]) -> None:
    """Take offers, each by a submission of its own. Raises NotFound, Refusal, AccountAbsent, SigningError."""
    own = desk.account()
    for obligation in dict.fromkeys(obligations):
        claim = obligation.claim(1)
        message = c.Accept(desk.caller.participant, claim, desk.claim(claim).version, own, desk.soon)
        desk.send(message, (Voice(own),), about=str(obligation), holds=holds(message))


def decline(desk: Desk, obligation: ObligationId) -> None:
    """Refuse an offer, as its creditor. Raises as `accept`."""
    _end(desk, c.Decline, obligation)


def revoke(desk: Desk, obligation: ObligationId) -> None:
    """Take an offer back, as its obligor. Raises as `accept`."""
    _end(desk, c.Revoke, obligation)


def _end(desk: Desk, kind: type[c.Decline] | type[c.Revoke], obligation: ObligationId) -> None:
    row, own = desk.obligation(obligation), desk.account()
    message = kind(desk.caller.participant, obligation, row.version, own, desk.soon)
    desk.send(
        message,
        (Voice(own),),
        about=str(obligation),
        holds=(*holds(message), f"claim {obligation.claim(1)}"),
        terms=row.terms,
        invoices=row.invoices,
    )


def _by_seller(found: Sequence[Backing]) -> list[list[Backing]]:
    """One obligation to each seller."""
    groups: dict[ParticipantId, list[Backing]] = {}
    for one in found:
        groups.setdefault(one.seller, []).append(one)
    return list(groups.values())


def _numbers(desk: Desk, count: int) -> list[int]:
    """The next numbers of the obligor's obligations. They are taken with the commit: a refusal leaves no gap."""
    obligor = desk.caller.participant
    name, last = f"obligations of {obligor}", reads.last_number(desk.mirror, Visible.of([obligor]), obligor)
    row = desk.book.one("SELECT value FROM counter WHERE name = ?", (name,))
    given = 0 if row is None else row[0]
    first = max(given, last) + 1

    def taken(book: Db, made: Made) -> None:
        book.execute("INSERT INTO counter VALUES (?, 0) ON CONFLICT (name) DO NOTHING", (name,))
        taking = (first + count - 1, name, given)
        if book.execute("UPDATE counter SET value = ? WHERE name = ? AND value = ?", taking) != 1:
            raise Behind(desk.block)  # another draft was faster

    desk.plan.also.append(taken)
    return list(range(first, first + count))


def _kept(desk: Desk, message: c.Issue | c.IssueMany, about: str, details: dict[str, Any]) -> None:
    """Keep what the ledger has a commitment to only, as a proposal that was signed in full and sent."""
    own, signature = desk.caller, desk.plan.sendings[-1].call.signatures[0]
    place = Place("signer", own.participant, own.officer, message.signer, signature)
    desk.propose(Proposing(message, (place,), about, details, message.deadline))
    desk.plan.also.append(lambda book, made: closed(book, made, ProposalState.SUBMITTED, made.submissions[-1]))


def _checker(desk: Desk, wanted: tuple[ParticipantId, OfficerId] | None) -> tuple[OfficerId, Address]:
    """Who is to check: the officer named, or the only other one who may. Raises CheckerAmbiguous, AccountAbsent."""
    own = desk.caller
    if wanted is not None and wanted[0] == own.participant:
        return wanted[1], desk.account_of(own.participant, Right.CHECKER, wanted[1])
    others = {
        row.officer: address
        for address, row in desk.accounts(own.participant)
        if row.rights & Right.CHECKER and row.officer != own.officer
    }
    if wanted is not None or len(others) != 1:
        named = ", ".join(f"{own.participant}-{officer}" for officer in others) or "-"
        raise CheckerAmbiguous(participant=own.participant, officers=named)
    return next(iter(others.items()))


def _register(desk: Desk, found: Sequence[Backing]) -> int | None:
    """Have the Registrar's service register the invoices that are not; which submission of the plan that is."""
    obligor = desk.caller.participant
    fresh = tuple(
        c.InvoiceEntry(one.mark.value, one.amount, _older(desk, one))
        for one in found
        if invoice_root(desk.rows, (obligor, one.mark.value)) is None
    )
    if not fresh:
        return None
    registrar = desk.service_account(REGISTRAR)
    message = c.RegisterInvoices(REGISTRAR, obligor, fresh, registrar, desk.soon)
    desk.send(message, (Voice(registrar),), about=f"{obligor}", holds=holds(message), service=True)
    return len(desk.plan.sendings) - 1


def _undrafted(
    book: Db, obligor: ParticipantId, found: Sequence[Backing], now: UtcSeconds, but: int | None = None
) -> None:
    """Raises InvoiceDrafted unless no other open draft of the obligor's is backed by one of these."""
    numbers = {one.mark.value.hex(): one.read.number for one in found}
    rows = book.all(
        "SELECT id, details FROM proposal WHERE participant = ? AND state = 'open' AND deadline >= ?"
        " AND operation IN ('Issue', 'IssueMany')",
        (obligor, now),
    )
    for number, details in rows:
        for invoice in json.loads(details)["invoices"]:
            if number != but and invoice["fingerprint"] in numbers:
                raise InvoiceDrafted(invoice=numbers[invoice["fingerprint"]], proposal=number)


def _older(desk: Desk, one: Backing) -> Hash:
    """The name under which the ledger may know it since before the key was rotated, or zero."""
    names = [name for name in one.mark.older if invoice_root(desk.rows, (desk.caller.participant, name)) is not None]
    return next(iter([*names, *one.mark.older]), ZERO_HASH)


def _promise(
    desk: Desk, number: int, group: Sequence[Backing], wanted: Wanted
) -> tuple[c.NewObligation, dict[str, Any]]:
    """An obligation and the terms that it commits to."""
    day = wanted.due or max(one.read.due or date.min for one in group)
    due = due_instant(day, BEIJING)
    _, rules = in_force(desk.rows, desk.now)
    hours = min(ACCEPT_HOURS, rules.max_offer) if wanted.accept_hours is None else wanted.accept_hours
    accept_by = min(desk.now + hours * HOUR, due) // HOUR
    late_rate = LATE_RATE if wanted.late_rate is None else wanted.late_rate
    if wanted.late_rate is None:
        late_rate = max(rules.min_late_rate, min(late_rate, rules.max_late_rate))
    closes = wanted.closes
    if closes is None:
        closes = max(rules.min_closes, min(_closes(day), rules.max_closes))
    parts = tuple(one.part for one in group)
    face = Fen(sum(part.amount for part in parts))
    terms = {
        "obligation": f"{desk.caller.participant}-{number}",
        "creditor": group[0].seller,
        "face": face,
        "due": day.isoformat(),
        "late_rate": late_rate,
        "invoices": [one.read.number for one in group],
    }
    salt = secrets.token_bytes(32)
    text = json.dumps(terms, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    commitment = Hash(keccak(salt + text.encode()))
    promise = c.NewObligation(
        *(number, group[0].seller, face, due, Hours(accept_by), wanted.rail, closes, late_rate, commitment, parts)
    )
    return promise, {"text": text, "salt": salt.hex()}


def _closes(day: date) -> int:
    try:
        return closing_days(day, _CLOSING, CN)
    except CalendarYearUnpublished:
        return _CLOSES
