# SPDX-License-Identifier: Apache-2.0
"""What an event does to the rows that it names, and to no others.

`apply` changes nothing: it returns the rows as they are from now on. `at` is the time of the block that carries the
event: Issued does not say on which UTC day a lone officer issued. Cash moves with Funded, Redeemed and Discounted; a
mirror that keeps no cash rows has none moved.
"""

from collections.abc import Callable, Mapping
from typing import Any

from chain.domain import events as e
from chain.domain.clock import UtcSeconds
from chain.domain.rules import apply_claims, apply_obligations, apply_registry, apply_settlement
from chain.domain.rules.rows import Changes, Rows


def apply(rows: Rows, event: e.Event, at: UtcSeconds) -> Changes:
    """The rows that the event changes, as they are after it; `at` is its block's time."""
    return FOLD[type(event)](rows, event, at)


FOLD: Mapping[type, Callable[[Rows, Any, UtcSeconds], Changes]] = {
    e.ParticipantRegistered: apply_registry.registered,
    e.AccountAdded: apply_registry.account_added,
    e.AccountEnded: apply_registry.account_ended,
    e.ThresholdSet: apply_registry.threshold_set,
    e.CashSet: apply_registry.cash_set,
    e.StandingSet: apply_registry.standing_set,
    e.AutoAcceptSet: apply_registry.auto_accept_set,
    e.QuoteEpochRaised: apply_registry.quote_epoch_raised,
    e.RulebookSet: apply_registry.rulebook_set,
    e.Paused: apply_registry.paused,
    e.Unpaused: apply_registry.paused,
    e.ChangeAnnounced: apply_registry.change_announced,
    e.ChangeApplied: apply_registry.change_ended,
    e.ChangeCancelled: apply_registry.change_ended,
    e.RailAdded: apply_registry.rail_added,
    e.InvoicesRegistered: apply_registry.invoices_registered,
    e.RulesPublished: apply_registry.rules_published,
    e.Issued: apply_obligations.issued,
    e.Accepted: apply_obligations.accepted,
    e.Declined: apply_obligations.offer_ended,
    e.Revoked: apply_obligations.offer_ended,
    e.Expired: apply_obligations.offer_ended,
    e.Transferred: apply_claims.transferred,
    e.SplitOff: apply_claims.split_off,
    e.SplitOffMany: apply_claims.split_off_many,
    e.CutOff: apply_claims.cut_off,
    e.Liened: apply_claims.liened,
    e.Released: apply_claims.released,
    e.Discounted: apply_claims.discounted,
    e.Funded: apply_settlement.funded,
    e.MarkedOverdue: apply_settlement.marked_overdue,
    e.Redeemed: apply_settlement.redeemed,
}
