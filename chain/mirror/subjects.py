# SPDX-License-Identifier: Apache-2.0
"""Whom an event is about, and whether it follows on the last one about that subject.

Every event carries its subject's version, which grows by one from event to event (L9), and the number of a claim that
is born follows on the obligation's youngest: so an event that is missing or comes twice shows in the data itself, even
where nothing else was proven.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from chain.domain import events as e
from chain.domain.rules import Rows


class Subject(NamedTuple):
    """What the log is searched by; None where the event does not concern one."""

    participant: int | None
    obligor: int | None
    number: int | None
    seq: int | None
    version: int | None


class Gap(NamedTuple):
    """A number that does not follow."""

    subject: str
    expected: int
    found: int


_NOBODY = Subject(None, None, None, None, None)


def subject(event: e.Event) -> Subject:
    """Whom the event is about."""
    return _SUBJECTS[type(event)](event)


def gap(rows: Rows, event: e.Event) -> Gap | None:
    """The first number of the event that does not follow on the rows, if any. Raises KeyError for a row not there."""
    return _GAPS[type(event)](rows, event)


def _of_claim(event: Any) -> Subject:
    obligor, number, seq = event.claim
    return Subject(None, obligor, number, seq, event.version)


def _of_obligation(event: Any) -> Subject:
    obligor, number = event.obligation
    return Subject(None, obligor, number, None, getattr(event, "version", 1))


def _of_participant(event: Any) -> Subject:
    return Subject(event.participant, None, None, None, getattr(event, "version", None))


def _of_rules(event: e.RulesPublished) -> Subject:
    return _NOBODY._replace(version=event.version)


def _claim_gap(rows: Rows, event: Any) -> Gap | None:
    version = rows.claims[event.claim].version + 1
    return None if event.version == version else Gap(f"claim {event.claim}", version, event.version)


def _cut_gap(rows: Rows, event: Any) -> Gap | None:
    child = event.first_child if isinstance(event, e.SplitOffMany) else event.child
    if not child:  # the whole claim
        return _claim_gap(rows, event)
    seq = rows.obligations[event.claim.obligation].seq + 1
    if child != seq:
        return Gap(f"the youngest claim of {event.claim.obligation}", seq, child)
    return _claim_gap(rows, event)


def _obligation_gap(rows: Rows, event: Any) -> Gap | None:
    version = rows.obligations[event.obligation].version + 1
    return None if event.version == version else Gap(f"obligation {event.obligation}", version, event.version)


def _issue_gap(rows: Rows, event: e.Issued) -> Gap | None:
    known = rows.obligations.get(event.obligation)
    return None if known is None else Gap(f"obligation {event.obligation}", known.version + 1, 1)


def _participant_gap(rows: Rows, event: Any) -> Gap | None:
    version = rows.participants[event.participant].version + 1
    return None if event.version == version else Gap(f"participant {event.participant}", version, event.version)


def _birth_gap(rows: Rows, event: e.ParticipantRegistered) -> Gap | None:
    known = rows.participants.get(event.participant)
    version = 1 if known is None else known.version + 1
    right = known is None and event.version == 1
    return None if right else Gap(f"participant {event.participant}", version, event.version)


def _rules_gap(rows: Rows, event: e.RulesPublished) -> Gap | None:
    version = max(rows.rules, default=event.version - 1) + 1
    return None if event.version == version else Gap("rulebook", version, event.version)


def _rail_gap(rows: Rows, event: e.RailAdded) -> Gap | None:
    return Gap(f"rail {event.rail}", 0, 1) if event.rail in rows.rails else None


def _invoice_gap(rows: Rows, event: e.InvoicesRegistered) -> Gap | None:
    for name in _names(event):
        if name in rows.invoices or name in rows.aliases:
            return Gap(f"invoice {name[1].hex()} of {name[0]}", 0, 1)
    return None


def _names(event: e.InvoicesRegistered) -> Iterator[tuple[Any, bytes]]:
    for entry in event.entries:
        yield event.obligor, entry.fingerprint


def _no_gap(rows: Rows, event: Any) -> None:
    return None


_KINDS: Mapping[type, tuple[Callable[[Any], Subject], Callable[[Rows, Any], Gap | None]]] = {
    e.ParticipantRegistered: (_of_participant, _birth_gap),
    e.AccountAdded: (_of_participant, _participant_gap),
    e.AccountEnded: (_of_participant, _participant_gap),
    e.ThresholdSet: (_of_participant, _participant_gap),
    e.CashSet: (_of_participant, _participant_gap),
    e.StandingSet: (_of_participant, _participant_gap),
    e.AutoAcceptSet: (_of_participant, _participant_gap),
    e.QuoteEpochRaised: (_of_participant, _participant_gap),
    e.RulebookSet: (_of_participant, _participant_gap),
    e.Paused: (_of_participant, _participant_gap),
    e.Unpaused: (_of_participant, _participant_gap),
    e.ChangeAnnounced: (_of_participant, _no_gap),
    e.ChangeApplied: (_of_participant, _no_gap),
    e.ChangeCancelled: (_of_participant, _no_gap),
    e.RailAdded: (lambda event: _NOBODY._replace(participant=event.bank), _rail_gap),
    e.InvoicesRegistered: (lambda event: _NOBODY._replace(participant=event.obligor), _invoice_gap),
    e.RulesPublished: (_of_rules, _rules_gap),
    e.Issued: (_of_obligation, _issue_gap),
    e.Accepted: (_of_claim, _claim_gap),
    e.Declined: (_of_obligation, _obligation_gap),
    e.Revoked: (_of_obligation, _obligation_gap),
    e.Expired: (_of_obligation, _obligation_gap),
    e.Transferred: (_of_claim, _claim_gap),
    e.SplitOff: (_of_claim, _cut_gap),
    e.SplitOffMany: (_of_claim, _cut_gap),
    e.CutOff: (_of_claim, _cut_gap),
    e.Liened: (_of_claim, _cut_gap),
    e.Released: (_of_claim, _claim_gap),
    e.Discounted: (_of_claim, _cut_gap),
    e.Funded: (_of_obligation, _obligation_gap),
    e.MarkedOverdue: (_of_obligation, _obligation_gap),
    e.Redeemed: (_of_claim, _claim_gap),
}
_SUBJECTS = {kind: about for kind, (about, _) in _KINDS.items()}
_GAPS = {kind: follows for kind, (_, follows) in _KINDS.items()}
