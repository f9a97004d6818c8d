# SPDX-License-Identifier: Apache-2.0
"""What the events of the registry do to the rows that they name (`apply`)."""

from chain.domain import events as e
from chain.domain.clock import UtcSeconds
from chain.domain.money import Fen
from chain.domain.rules.effects import changed, participant_row
from chain.domain.rules.rows import Changed, Changes, InvoiceKey, Rows, limits
from chain.domain.vocabulary import (
    ZERO_ADDRESS,
    ZERO_HASH,
    Account,
    AutoAccept,
    Change,
    ChangeState,
    Hours,
    Invoice,
    Officer,
    Participant,
    ParticipantStatus,
    Rail,
    Role,
)


def registered(rows: Rows, event: e.ParticipantRegistered, at: UtcSeconds) -> Changes:
    """A participant is born: active, without accounts."""
    row = Participant(
        limit=event.limit,
        utilised=Fen(0),
        overdue=0,
        roles=Role(event.roles),
        status=ParticipantStatus.ACTIVE,
        version=event.version,
        quote_epoch=0,
        officers=0,
        quorum=0,
        paused_until=Hours(0),
        cash=event.cash,
        identity=event.identity,
    )
    born = Changed("participants", event.participant, row)
    return (born, Changed("cash_owners", event.cash, event.participant)) if event.cash != ZERO_ADDRESS else (born,)


def account_added(rows: Rows, event: e.AccountAdded, at: UtcSeconds) -> Changes:
    """An account that signs; its officer counts among the live ones."""
    row = rows.participants[event.participant]
    key = event.participant, event.officer
    officer = rows.officers.get(key, Officer(Fen(0), 0, Fen(0), 0))
    officers = row.officers + (officer.accounts == 0)
    quorum = max(row.quorum, min(2, officers))
    return (
        participant_row(rows, event, officers=officers, quorum=quorum),
        Changed("accounts", event.account, Account(event.participant, event.officer, event.rights, True)),
        Changed("officers", key, changed(officer, accounts=officer.accounts + 1)),
    )


def account_ended(rows: Rows, event: e.AccountEnded, at: UtcSeconds) -> Changes:
    """The account signs no more; with its last one its officer counts no more."""
    row = rows.participants[event.participant]
    account = rows.accounts[event.account]
    key = event.participant, account.officer
    officer = rows.officers[key]
    return (
        participant_row(rows, event, officers=row.officers - (officer.accounts == 1)),
        Changed("accounts", event.account, changed(account, active=False)),
        Changed("officers", key, changed(officer, accounts=officer.accounts - 1)),
    )


def threshold_set(rows: Rows, event: e.ThresholdSet, at: UtcSeconds) -> Changes:
    """The officer's threshold; what it issued today stays counted."""
    key = event.participant, event.officer
    officer = changed(rows.officers[key], threshold=event.threshold)
    return participant_row(rows, event), Changed("officers", key, officer)


def cash_set(rows: Rows, event: e.CashSet, at: UtcSeconds) -> Changes:
    """The participant's cash address."""
    return participant_row(rows, event, cash=event.cash), Changed("cash_owners", event.cash, event.participant)


def standing_set(rows: Rows, event: e.StandingSet, at: UtcSeconds) -> Changes:
    """Roles, status and limit."""
    return (participant_row(rows, event, roles=Role(event.roles), status=event.status, limit=event.limit),)


def auto_accept_set(rows: Rows, event: e.AutoAcceptSet, at: UtcSeconds) -> Changes:
    """A standing consent."""
    key = event.participant, event.counterparty
    return participant_row(rows, event), Changed("auto_accepts", key, AutoAccept(event.until))


def quote_epoch_raised(rows: Rows, event: e.QuoteEpochRaised, at: UtcSeconds) -> Changes:
    """The financier's quote epoch."""
    return (participant_row(rows, event, quote_epoch=event.epoch),)


def rulebook_set(rows: Rows, event: e.RulebookSet, at: UtcSeconds) -> Changes:
    """The Rulebook contract in use, with its first limits where they are known."""
    changes = participant_row(rows, event), Changed("rulebook", None, event.rulebook_address)
    candidate = rows.rulebooks.get(event.rulebook_address)
    if candidate is None:  # a mirror knows its rules from the contract's own RulesPublished
        return changes
    return *changes, Changed("rules", candidate.version, candidate.rules)


def paused(rows: Rows, event: e.Paused | e.Unpaused, at: UtcSeconds) -> Changes:
    """The end of a pause of each subject; 0 when it ended early."""
    until = event.until if isinstance(event, e.Paused) else Hours(0)
    after = {event.participant: changed(rows.participants[event.participant], version=event.version)}
    for subject in event.subjects:
        after[subject] = changed(after.get(subject, rows.participants[subject]), paused_until=until)
    return tuple(Changed("participants", participant, row) for participant, row in after.items())


def change_announced(rows: Rows, event: e.ChangeAnnounced, at: UtcSeconds) -> Changes:
    """A change that waits."""
    return (Changed("changes", event.change, Change(event.participant, event.ready, ChangeState.ANNOUNCED)),)


def change_ended(rows: Rows, event: e.ChangeApplied | e.ChangeCancelled, at: UtcSeconds) -> Changes:
    """A change that waits no more."""
    state = ChangeState.APPLIED if isinstance(event, e.ChangeApplied) else ChangeState.CANCELLED
    return (Changed("changes", event.change, changed(rows.changes[event.change], state=state)),)


def rail_added(rows: Rows, event: e.RailAdded, at: UtcSeconds) -> Changes:
    """A rail from which nothing is owed."""
    return (Changed("rails", event.rail, Rail(event.token, event.bank, event.escrow, Fen(0))),)


def invoices_registered(rows: Rows, event: e.InvoicesRegistered, at: UtcSeconds) -> Changes:
    """Invoices, and later names of invoices."""
    changes: dict[InvoiceKey, Changed] = {}  # an entry may be the later name of one before it
    for entry in event.entries:
        key = event.obligor, entry.fingerprint
        if entry.older == ZERO_HASH:
            changes[key] = Changed("invoices", key, Invoice(entry.gross, Fen(0)))
            continue
        older = event.obligor, entry.older
        before = changes.get(older)
        root = before.row if before is not None and before.table == "aliases" else rows.aliases.get(older, older)
        changes[key] = Changed("aliases", key, root)
    return tuple(changes.values())


def rules_published(rows: Rows, event: e.RulesPublished, at: UtcSeconds) -> Changes:
    """One more version of the limits."""
    return (Changed("rules", event.version, limits(event)),)
