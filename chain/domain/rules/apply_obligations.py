# SPDX-License-Identifier: Apache-2.0
"""What the birth and the early end of an obligation do to the rows (`apply`)."""

from chain.domain import events as e
from chain.domain.clock import UtcSeconds
from chain.domain.money import Fen
from chain.domain.rules.effects import allocated, changed, claim_row, issued_alone, utilised
from chain.domain.rules.rows import Changed, Changes, Rows
from chain.domain.vocabulary import NOBODY, Claim, Hours, Lifecycle, Obligation, ObligationStatus


def issued(rows: Rows, event: e.Issued, at: UtcSeconds) -> Changes:
    """The obligation, its claim 1, the limit and invoices it takes, and what a lone officer issued that day."""
    promise, obligor = event.terms, event.obligation.obligor
    obligation = Obligation(
        face=promise.face,
        unpaid=promise.face,
        due=promise.due,
        seq=1,
        rulebook=event.rulebook,
        rail=promise.rail,
        status=ObligationStatus.ISSUED,
        steps=0,
        closes=promise.closes,
        hop_cap=event.hop_cap,
        min_piece=event.min_piece,
        late_rate=promise.late_rate,
        version=1,
        terms=promise.terms,
        invoices=promise.invoices,
    )
    status, nothing = Lifecycle.OFFERED, Fen(0)
    claim = Claim(promise.creditor, NOBODY, nothing, promise.face, 0, 1, promise.accept_by, 0, int(status), 0)
    changes = (
        Changed("obligations", event.obligation, obligation),
        Changed("claims", event.obligation.claim(1), claim),
        utilised(rows, obligor, promise.face),
        *allocated(rows, obligor, promise.invoices, 1),
    )
    return changes if event.checker else (*changes, issued_alone(rows, obligor, event.maker, promise.face, at))


def accepted(rows: Rows, event: e.Accepted, at: UtcSeconds) -> Changes:
    """Claim 1 is held; its acceptance deadline is over."""
    return (claim_row(rows, event.claim, event.version, status=int(Lifecycle.HELD), lien_until=Hours(0)),)


def offer_ended(rows: Rows, event: e.Declined | e.Revoked | e.Expired, at: UtcSeconds) -> Changes:
    """Obligation and claim 1 are over; limit and invoices are given back."""
    row = rows.obligations[event.obligation]
    first = event.obligation.claim(1)
    status = {
        e.Declined: ObligationStatus.DECLINED,
        e.Revoked: ObligationStatus.REVOKED,
        e.Expired: ObligationStatus.EXPIRED,
    }[type(event)]
    return (
        Changed("obligations", event.obligation, changed(row, status=status, unpaid=Fen(0), version=event.version)),
        claim_row(rows, first, rows.claims[first].version + 1, status=int(Lifecycle.GONE)),
        utilised(rows, event.obligation.obligor, -row.unpaid),
        *allocated(rows, event.obligation.obligor, row.invoices, -1),
    )
