# SPDX-License-Identifier: Apache-2.0
"""Participants, rails, invoices, rules, pauses: IRegistry, but for what changes a power to sign (governance)."""

from dataclasses import astuple

from chain.domain.clock import DAY, UtcSeconds
from chain.domain.commands import (
    AddRail,
    Call,
    InvoiceEntry,
    Pause,
    PublishRules,
    RaiseQuoteEpoch,
    RegisterInvoices,
    RegisterParticipant,
    SetAutoAccept,
    SetRulebook,
    SetStanding,
    Unpause,
)
from chain.domain.events import (
    AccountAdded,
    AutoAcceptSet,
    Event,
    InvoicesRegistered,
    ParticipantRegistered,
    Paused,
    QuoteEpochRaised,
    RailAdded,
    RulebookSet,
    RulesPublished,
    StandingSet,
    Unpaused,
)
from chain.domain.money import Fen
from chain.domain.refusals import (
    BadInvoice,
    BadPause,
    BadRail,
    BadRoles,
    BadRulebook,
    BadRules,
    BadStanding,
    CashAddressMissing,
    EmptyBatch,
    InvoiceDiffers,
    InvoiceExists,
    ParticipantExists,
    QuoteEpochExhausted,
    RailExists,
    RegistrarProtected,
    SelfDealing,
    StaleRulebook,
    UnknownInvoice,
)
from chain.domain.rules.governance import PUBLIC_DELAY, carry_out, cash_free, new_account
from chain.domain.rules.rows import InvoiceKey, Rows, in_force, invoice_root, limits
from chain.domain.rules.signing import (
    Events,
    account,
    genuine,
    known,
    next_version,
    proof,
    registrar,
    role,
    signed,
    subject,
    two_officers,
)
from chain.domain.vocabulary import (
    ALL_ROLES,
    HOUR,
    WITHOUT_CASH,
    ZERO_ADDRESS,
    ZERO_HASH,
    Account,
    Address,
    ParticipantId,
    ParticipantStatus,
    Right,
    Role,
)

MAX_QUOTE_EPOCH = 2**24 - 1
LONGEST_PAUSE = 7 * DAY
LONGEST_TENOR = 366 * DAY
MAX_HOP_CAP = 15
MAX_MIN_PIECE = 14


# ---------------------------------------------------------------- participants


def register_participant(rows: Rows, message: RegisterParticipant, call: Call, now: UtcSeconds) -> Events:
    """A legal entity and its first account.

    Raises what REGISTRAR raises; ParticipantExists, BadRoles, CashAddressMissing, CashAddressTaken; what
    `new_account` raises.
    """
    registrar(rows, message, proof(call, 0), now)
    if message.subject == 0 or message.subject in rows.participants:
        raise ParticipantExists(participant=message.subject)
    _roles(message.subject, message.roles, message.cash)
    cash_free(rows, message.subject, message.cash)
    new_account(rows, message.subject, message.account, message.officer, message.rights, proof(call, 1))
    rulebook = in_force(rows, now)[0]
    who, cash, identity = message.subject, message.cash, message.identity
    return (
        ParticipantRegistered(who, 1, message.roles, message.limit, cash, identity, rulebook),
        AccountAdded(who, 2, message.account, message.officer, message.rights, rulebook),
    )


def set_standing(rows: Rows, message: SetStanding, call: Call, now: UtcSeconds) -> Events:
    """Roles, status and limit.

    Raises what REGISTRAR and SUBJECT raise; RegistrarProtected, BadRoles, CashAddressMissing, BadStanding,
    ParticipantVersionExhausted.
    """
    registrar(rows, message, proof(call, 0), now)
    row = subject(rows, message.subject, message.version)
    if row.roles & Role.REGISTRAR:
        raise RegistrarProtected(participant=message.subject)
    _roles(message.subject, message.roles, row.cash)
    if message.status not in (ParticipantStatus.ACTIVE, ParticipantStatus.SUSPENDED):
        raise BadStanding(status=message.status)
    version = next_version(rows, message.subject)
    rulebook = in_force(rows, now)[0]
    return (StandingSet(message.subject, version, message.roles, message.status, message.limit, rulebook),)


def set_auto_accept(rows: Rows, message: SetAutoAccept, call: Call, now: UtcSeconds) -> Events:
    """Standing consent.

    Raises what SIGNED and SUBJECT raise; UnknownParticipant, SelfDealing, ParticipantVersionExhausted.
    """
    signed(rows, message, proof(call, 0), Right.MAKER, now)
    subject(rows, message.participant, message.version)
    known(rows, message.counterparty)
    if message.counterparty == message.participant:
        raise SelfDealing(participant=message.participant)
    version = next_version(rows, message.participant)
    rulebook = in_force(rows, now)[0]
    return (AutoAcceptSet(message.participant, version, message.counterparty, message.until, rulebook),)


def raise_quote_epoch(rows: Rows, message: RaiseQuoteEpoch, call: Call, now: UtcSeconds) -> Events:
    """Withdraw all quotes. Raises what SIGNED and SUBJECT raise; QuoteEpochExhausted, ParticipantVersionExhausted."""
    signed(rows, message, proof(call, 0), Right.MAKER, now)
    row = subject(rows, message.participant, message.version)
    if row.quote_epoch == MAX_QUOTE_EPOCH:
        raise QuoteEpochExhausted(participant=message.participant)
    version = next_version(rows, message.participant)
    return (QuoteEpochRaised(message.participant, version, row.quote_epoch + 1, in_force(rows, now)[0]),)


def pause(rows: Rows, message: Pause, call: Call, now: UtcSeconds) -> Events:
    """Stop issue and receipt for a while.

    Raises what SIGNED, ROLE and SUBJECT raise; BadPause, EmptyBatch, UnknownParticipant,
    ParticipantVersionExhausted.
    """
    signed(rows, message, proof(call, 0), Right.MAKER, now)
    role(rows, message.participant, Role.OPERATOR)
    subject(rows, message.participant, message.version)
    if not now < message.until * HOUR <= now + LONGEST_PAUSE:
        raise BadPause(until=message.until)
    _subjects(rows, message.subjects)
    version = next_version(rows, message.participant)
    return (Paused(message.participant, version, message.until, message.subjects, in_force(rows, now)[0]),)


def unpause(rows: Rows, message: Unpause, call: Call, now: UtcSeconds) -> Events:
    """End a pause early.

    Raises what REGISTRAR and SUBJECT raise; EmptyBatch, UnknownParticipant, ParticipantVersionExhausted.
    """
    registrar(rows, message, proof(call, 0), now)
    subject(rows, message.participant, message.version)
    _subjects(rows, message.subjects)
    version = next_version(rows, message.participant)
    return (Unpaused(message.participant, version, message.subjects, in_force(rows, now)[0]),)


# ---------------------------------------------------------------- rails and invoices


def add_rail(rows: Rows, message: AddRail, call: Call, now: UtcSeconds) -> Events:
    """A cash rail.

    Raises what REGISTRAR raises; RailExists; UnknownParticipant and what ROLE raises of the bank; what ACCOUNT
    raises of its signer, BadSignature; BadRail.
    """
    registrar(rows, message, proof(call, 0), now)
    if message.rail == 0 or message.rail in rows.rails:
        raise RailExists(rail=message.rail)
    known(rows, message.bank)
    role(rows, message.bank, Role.SETTLEMENT_BANK)
    account(rows, message.bank_signer, message.bank, Right.MAKER)
    genuine(message.bank_signer, proof(call, 1))
    if message.escrow == ZERO_ADDRESS or rows.tokens.get(message.token) != rows.exponent:
        raise BadRail(token=message.token, escrow=message.escrow)
    return (RailAdded(message.rail, message.token, message.bank, message.escrow, in_force(rows, now)[0]),)


def register_invoices(rows: Rows, message: RegisterInvoices, call: Call, now: UtcSeconds) -> Events:
    """Invoices that the Registrar's service has seen.

    Raises what REGISTRAR raises; UnknownParticipant and what ROLE raises of the obligor; EmptyBatch; per entry
    BadInvoice, InvoiceExists, UnknownInvoice, InvoiceDiffers.
    """
    registrar(rows, message, proof(call, 0), now)
    known(rows, message.obligor)
    role(rows, message.obligor, Role.CORE_ENTERPRISE)
    if not message.entries:
        raise EmptyBatch()
    fresh: dict[InvoiceKey, Fen] = {}  # entered by this very batch
    for entry in message.entries:
        _entry(rows, message.obligor, entry, fresh)
        fresh[message.obligor, entry.fingerprint] = entry.gross
    return (InvoicesRegistered(message.obligor, in_force(rows, now)[0], message.entries),)


# ---------------------------------------------------------------- rules


def publish_rules(rows: Rows, message: PublishRules, call: Call, now: UtcSeconds) -> Events:
    """The next version of the limits.

    Raises what REGISTRAR raises; what ACCOUNT raises of the second officer, SameOfficer, BadSignature;
    StaleRulebook, BadRules.
    """
    _second_officer(rows, message, registrar(rows, message, proof(call, 0), now), call)
    latest = max(rows.rules)
    if message.version != latest + 1:
        raise StaleRulebook(next=latest + 1, given=message.version)
    soon = message.start < now + PUBLIC_DELAY or message.start <= rows.rules[latest].start
    sound = (
        0 < message.max_tenor <= LONGEST_TENOR
        and message.max_offer > 0
        and message.hop_cap <= MAX_HOP_CAP
        and message.min_piece <= MAX_MIN_PIECE
        and message.min_late_rate <= message.max_late_rate
        and message.min_closes <= message.max_closes
    )
    if soon or not sound:
        raise BadRules()
    return (RulesPublished(message.version, *astuple(limits(message))),)


def set_rulebook(rows: Rows, message: SetRulebook, call: Call, now: UtcSeconds) -> Events:
    """Another Rulebook contract takes over, announced.

    Raises what REGISTRAR and SUBJECT raise; what ACCOUNT raises of the second officer, SameOfficer, BadSignature;
    BadRulebook; what ANNOUNCED raises; ParticipantVersionExhausted.
    """
    first = registrar(rows, message, proof(call, 0), now)
    subject(rows, message.participant, message.version)
    _second_officer(rows, message, first, call)
    candidate = rows.rulebooks.get(message.rulebook)
    fits = candidate is not None and candidate.serves and candidate.version == max(rows.rules) + 1
    if candidate is None or not fits or candidate.rules.start > now:
        raise BadRulebook(rulebook=message.rulebook)

    def event(version: int, rulebook: int) -> Event:
        return RulebookSet(message.participant, version, message.rulebook, rulebook)

    return carry_out(rows, message.participant, call, now, announced=True, event=event)


# ---------------------------------------------------------------- what operations share


def _second_officer(rows: Rows, message: PublishRules | SetRulebook, first: Account, call: Call) -> None:
    two_officers(first, account(rows, message.second, message.participant, Right.MAKER))
    genuine(message.second, proof(call, 1))


def _roles(participant: ParticipantId, roles: int, cash: Address) -> None:
    if roles == 0 or roles & ~ALL_ROLES or roles & Role.REGISTRAR:
        raise BadRoles(roles=roles)
    if roles & ~int(WITHOUT_CASH) and cash == ZERO_ADDRESS:
        raise CashAddressMissing(participant=participant)


def _subjects(rows: Rows, subjects: tuple[ParticipantId, ...]) -> None:
    if not subjects:
        raise EmptyBatch()
    for participant in subjects:
        known(rows, participant)


def _entry(rows: Rows, obligor: ParticipantId, entry: InvoiceEntry, fresh: dict[InvoiceKey, Fen]) -> None:
    if entry.fingerprint == ZERO_HASH or entry.gross == 0:
        raise BadInvoice(fingerprint=entry.fingerprint)
    key = obligor, entry.fingerprint
    if key in fresh or invoice_root(rows, key) is not None:
        raise InvoiceExists(fingerprint=entry.fingerprint)
    if entry.older == ZERO_HASH:
        return
    older = obligor, entry.older
    root = invoice_root(rows, older)
    registered = rows.invoices[root].gross if root is not None else fresh.get(older)
    if registered is None:
        raise UnknownInvoice(fingerprint=entry.older)
    if registered != entry.gross:
        raise InvoiceDiffers(fingerprint=entry.fingerprint, gross=entry.gross, registered=registered)
