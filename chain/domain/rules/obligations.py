# SPDX-License-Identifier: Apache-2.0
"""Birth of an obligation: issue, accept, decline, revoke, expire (IObligations)."""

from collections.abc import Sequence

from chain.domain.clock import DAY, UtcSeconds
from chain.domain.commands import Accept, Call, Decline, Expire, Issue, IssueMany, NewObligation, Revoke
from chain.domain.events import Accepted, Declined, Event, Expired, Issued, Revoked
from chain.domain.money import Fen
from chain.domain.refusals import (
    AboveThreshold,
    AlreadyDue,
    BadAcceptBy,
    BadCloses,
    BadLateRate,
    EmptyBatch,
    InvoiceExhausted,
    InvoicesDoNotSum,
    IssuanceStopped,
    LimitExceeded,
    NotHolder,
    NotObligor,
    NotOffered,
    ObligationExists,
    ObligationVersionExhausted,
    OfferExpired,
    OfferOpen,
    PieceTooSmall,
    SelfDealing,
    StaleObligation,
    TenorTooLong,
    UnknownInvoice,
    UnknownObligation,
    UnknownRail,
    WrongInvoices,
    ZeroAmount,
)
from chain.domain.rules.apply import apply
from chain.domain.rules.conditions import claim_of, next_claim_version
from chain.domain.rules.rows import InvoiceKey, Rows, commit, in_force, invoice_root
from chain.domain.rules.signing import (
    MAX_VERSION,
    Events,
    account,
    genuine,
    proof,
    receiver,
    role,
    signed,
    two_officers,
)
from chain.domain.vocabulary import (
    HOUR,
    ZERO_ADDRESS,
    Hash,
    InvoicePart,
    Lifecycle,
    Obligation,
    ObligationId,
    OfficerId,
    ParticipantId,
    Right,
    Role,
    Rules,
)

ALONE = OfficerId(0)  # in place of a checker


def issue(rows: Rows, message: Issue, call: Call, now: UtcSeconds) -> Events:
    """One obligation, by two officers, or one below its threshold.

    Raises what `_speakers` and `_issued` raise.
    """
    maker, checker = _speakers(rows, message, call, now)
    return (_issued(rows, message.participant, message.obligation, maker, checker, now),)


def issue_many(rows: Rows, message: IssueMany, call: Call, now: UtcSeconds) -> Events:
    """Several obligations, all or none, each checked on what those before it left.

    Raises what `_speakers` and `_issued` raise, and EmptyBatch between them.
    """
    maker, checker = _speakers(rows, message, call, now)
    if not message.obligations:
        raise EmptyBatch()
    draft = rows.draft()
    events: list[Event] = []
    for promise in message.obligations:
        events.append(_issued(draft, message.participant, promise, maker, checker, now))
        commit(draft, apply(draft, events[-1], now))
    return tuple(events)


def accept(rows: Rows, message: Accept, call: Call, now: UtcSeconds) -> Events:
    """The original creditor takes the offer; a creditor suspended since the issue still may.

    Raises what SIGNED and CLAIM raise; NotOffered, OfferExpired, ClaimVersionExhausted.
    """
    signed(rows, message, proof(call, 0), Right.MAKER, now)
    claim = claim_of(rows, message.participant, message.claim, message.version)
    if claim.lifecycle is not Lifecycle.OFFERED:
        raise NotOffered(claim=message.claim)
    if now > claim.lien_until * HOUR:
        raise OfferExpired(claim=message.claim, accept_by=claim.lien_until)
    version = next_claim_version(message.claim, claim)
    return (Accepted(message.claim, version, rows.obligations[message.claim.obligation].rulebook),)


def decline(rows: Rows, message: Decline, call: Call, now: UtcSeconds) -> Events:
    """The original creditor refuses the offer.

    Raises what SIGNED and OBLIGATION raise; NotHolder, NotOffered, WrongInvoices, ObligationVersionExhausted.
    """
    signed(rows, message, proof(call, 0), Right.MAKER, now)
    row = obligation_of(rows, message.obligation, message.version)
    first = message.obligation.claim(1)
    if rows.claims[first].holder != message.participant:
        raise NotHolder(claim=first, participant=message.participant)
    _end_of_offer(rows, message.obligation, row, call.terms, call.invoices)
    return (Declined(message.obligation, next_obligation_version(message.obligation, row), row.rulebook),)


def revoke(rows: Rows, message: Revoke, call: Call, now: UtcSeconds) -> Events:
    """The obligor takes the offer back.

    Raises what SIGNED and OBLIGATION raise; NotObligor, NotOffered, WrongInvoices, ObligationVersionExhausted.
    """
    signed(rows, message, proof(call, 0), Right.MAKER, now)
    row = obligation_of(rows, message.obligation, message.version)
    if message.obligation.obligor != message.participant:
        raise NotObligor(obligation=message.obligation, participant=message.participant)
    _end_of_offer(rows, message.obligation, row, call.terms, call.invoices)
    return (Revoked(message.obligation, next_obligation_version(message.obligation, row), row.rulebook),)


def expire(rows: Rows, message: Expire, call: Call, now: UtcSeconds) -> Events:
    """Anyone ends an offer that ran out.

    Raises UnknownObligation, NotOffered, OfferOpen, WrongInvoices, ObligationVersionExhausted.
    """
    row = known_obligation(rows, message.obligation)
    first = message.obligation.claim(1)
    _offered(rows, message.obligation)
    accept_by = rows.claims[first].lien_until
    if now <= accept_by * HOUR:
        raise OfferOpen(claim=first, accept_by=accept_by)
    _end_of_offer(rows, message.obligation, row, message.terms, message.invoices)
    return (Expired(message.obligation, next_obligation_version(message.obligation, row), row.rulebook),)


# ---------------------------------------------------------------- what operations share


def known_obligation(rows: Rows, obligation: ObligationId) -> Obligation:
    """The obligation's row. Raises UnknownObligation."""
    row = rows.obligations.get(obligation)
    if row is None:
        raise UnknownObligation(obligation=obligation)
    return row


def obligation_of(rows: Rows, obligation: ObligationId, version: int) -> Obligation:
    """OBLIGATION: the row at its current version. Raises UnknownObligation, StaleObligation."""
    row = known_obligation(rows, obligation)
    if row.version != version:
        raise StaleObligation(obligation=obligation, current=row.version, given=version)
    return row


def next_obligation_version(obligation: ObligationId, row: Obligation) -> int:
    """The version after one more change. Raises ObligationVersionExhausted."""
    if row.version == MAX_VERSION:
        raise ObligationVersionExhausted(obligation=obligation)
    return row.version + 1


def _offered(rows: Rows, obligation: ObligationId) -> None:
    first = obligation.claim(1)
    if rows.claims[first].lifecycle is not Lifecycle.OFFERED:
        raise NotOffered(claim=first)


def _end_of_offer(
    rows: Rows, obligation: ObligationId, row: Obligation, terms: Hash | None, invoices: Sequence[InvoicePart]
) -> None:
    _offered(rows, obligation)
    if terms != row.terms or tuple(invoices) != row.invoices:
        raise WrongInvoices(obligation=obligation)


def _speakers(rows: Rows, message: Issue | IssueMany, call: Call, now: UtcSeconds) -> tuple[OfficerId, OfficerId]:
    """Maker and checker (0: alone) of an obligor that may issue.

    Raises what SIGNED raises; of the checker what ACCOUNT raises, SameOfficer, BadSignature; what RECEIVER raises of
    the obligor; IssuanceStopped.
    """
    maker = signed(rows, message, proof(call, 0), Right.MAKER, now)
    checker = ALONE
    if message.checker != ZERO_ADDRESS:
        second = account(rows, message.checker, message.participant, Right.CHECKER)
        two_officers(maker, second)
        genuine(message.checker, proof(call, 1))
        checker = second.officer
    receiver(rows, message.participant, Role.CORE_ENTERPRISE, now)
    overdue = rows.participants[message.participant].overdue
    if overdue:
        raise IssuanceStopped(obligor=message.participant, overdue=overdue)
    return maker.officer, checker


def _issued(
    rows: Rows, obligor: ParticipantId, promise: NewObligation, maker: OfficerId, checker: OfficerId, now: UtcSeconds
) -> Issued:
    """The checks on one obligation, in IObligations' order.

    Raises ZeroAmount, ObligationExists, SelfDealing, what RECEIVER raises of the creditor, UnknownRail, what ROLE
    raises of the rail's bank, what `_within_rules` raises, AboveThreshold, LimitExceeded, what `_backed` raises.
    """
    obligation = ObligationId(obligor, promise.number)
    if promise.face == 0:
        raise ZeroAmount()
    if promise.number == 0 or obligation in rows.obligations:
        raise ObligationExists(obligation=obligation)
    if promise.creditor == obligor:
        raise SelfDealing(participant=obligor)
    receiver(rows, promise.creditor, Role.SUPPLIER, now)
    rail = rows.rails.get(promise.rail)
    if rail is None:
        raise UnknownRail(rail=promise.rail)
    role(rows, rail.bank, Role.SETTLEMENT_BANK)
    rulebook, rules = in_force(rows, now)
    _within_rules(obligation, promise, rules, now)
    if checker == ALONE:
        _below_threshold(rows, obligor, maker, promise.face, now)
    row = rows.participants[obligor]
    total = Fen(row.utilised + promise.face)
    if total > row.limit:
        raise LimitExceeded(obligor=obligor, limit=row.limit, total=total)
    _backed(rows, obligor, promise)
    return Issued(obligation, promise, rules.hop_cap, rules.min_piece, maker, checker, rulebook)


def _within_rules(obligation: ObligationId, promise: NewObligation, rules: Rules, now: UtcSeconds) -> None:
    """Raises AlreadyDue, TenorTooLong, BadAcceptBy, BadCloses, BadLateRate, PieceTooSmall."""
    if promise.due <= now:
        raise AlreadyDue(due=promise.due)
    if promise.due > now + rules.max_tenor:
        raise TenorTooLong(due=promise.due, latest=now + rules.max_tenor)
    if not now < promise.accept_by * HOUR <= min(promise.due, now + rules.max_offer * HOUR):
        raise BadAcceptBy(accept_by=promise.accept_by)
    if not rules.min_closes <= promise.closes <= rules.max_closes:
        raise BadCloses(closes=promise.closes, least=rules.min_closes, most=rules.max_closes)
    if not rules.min_late_rate <= promise.late_rate <= rules.max_late_rate:
        raise BadLateRate(late_rate=promise.late_rate, least=rules.min_late_rate, most=rules.max_late_rate)
    if promise.face < 10**rules.min_piece:
        raise PieceTooSmall(claim=obligation.claim(1), minimum=10**rules.min_piece)


def _below_threshold(rows: Rows, obligor: ParticipantId, maker: OfficerId, face: Fen, now: UtcSeconds) -> None:
    """Raises AboveThreshold when the officer's issues alone of this UTC day and this one exceed its threshold."""
    officer = rows.officers[obligor, maker]
    spent = officer.spent if officer.day == now // DAY else 0
    if spent + face > officer.threshold:
        raise AboveThreshold(officer=maker, threshold=officer.threshold, total=spent + face)


def _backed(rows: Rows, obligor: ParticipantId, promise: NewObligation) -> None:
    """Raises EmptyBatch, UnknownInvoice, ZeroAmount, InvoiceExhausted, InvoicesDoNotSum."""
    if not promise.invoices:
        raise EmptyBatch()
    asked: dict[InvoiceKey, int] = {}  # an invoice may be named twice, under two fingerprints or one
    for part in promise.invoices:
        root = invoice_root(rows, (obligor, part.fingerprint))
        if root is None:
            raise UnknownInvoice(fingerprint=part.fingerprint)
        if part.amount == 0:
            raise ZeroAmount()
        left = rows.invoices[root].gross - rows.invoices[root].allocated - asked.get(root, 0)
        if part.amount > left:
            raise InvoiceExhausted(fingerprint=part.fingerprint, left=left, asked=part.amount)
        asked[root] = asked.get(root, 0) + part.amount
    total = sum(part.amount for part in promise.invoices)
    if total != promise.face:
        raise InvoicesDoNotSum(sum=total, face=promise.face)
