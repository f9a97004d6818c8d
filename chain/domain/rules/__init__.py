# SPDX-License-Identifier: Apache-2.0
"""The rules of the ledger as a pure reference model of the contract: the same answer to every call, refusals too.

`check(rows, call, now)` raises a Refusal or returns the events, and changes nothing; `apply(rows, event, at)` returns
the rows that an event changes; `commit` writes them; `play` does all three. Checks run in the order of the interfaces'
NatSpec; steps that it writes in capitals (SIGNED, CLAIM, FREE, ...) are functions of that name in the modules here.
"""

from collections.abc import Callable, Mapping
from typing import Any

from chain.domain import commands as c
from chain.domain.clock import UtcSeconds
from chain.domain.events import Event
from chain.domain.rules import claims, financing, governance, obligations, registry, settlement
from chain.domain.rules.apply import apply
from chain.domain.rules.conditions import waiting
from chain.domain.rules.genesis import REGISTRAR, FirstAccount, genesis, genesis_events
from chain.domain.rules.rows import TABLES, Changed, Changes, Rows, commit, in_force
from chain.domain.rules.settlement import Owed, owed
from chain.domain.rules.signing import Events
from chain.domain.rules.steps import Share

__all__ = [
    "CHECKS",
    "REGISTRAR",
    "TABLES",
    "Changed",
    "Changes",
    "FirstAccount",
    "Owed",
    "Rows",
    "Share",
    "apply",
    "check",
    "commit",
    "genesis",
    "genesis_events",
    "in_force",
    "owed",
    "play",
    "waiting",
]


def check(rows: Rows, call: c.Call, now: UtcSeconds) -> Events:
    """What the call would do at this instant. Raises the first refusal in the order of the interfaces."""
    return CHECKS[type(call.message)](rows, call.message, call, now)


def play(rows: Rows, call: c.Call, now: UtcSeconds) -> tuple[Event, ...]:
    """Check the call and let its events change the rows. Raises the first refusal; then no row has changed."""
    events = check(rows, call, now)
    for event in events:
        commit(rows, apply(rows, event, now))
    return events


CHECKS: Mapping[type, Callable[[Rows, Any, c.Call, UtcSeconds], Events]] = {
    c.RegisterParticipant: registry.register_participant,
    c.AddAccount: governance.add_account,
    c.RevokeAccount: governance.revoke_account,
    c.SetThreshold: governance.set_threshold,
    c.SetCash: governance.set_cash,
    c.SetStanding: registry.set_standing,
    c.SetAutoAccept: registry.set_auto_accept,
    c.RaiseQuoteEpoch: registry.raise_quote_epoch,
    c.AddRail: registry.add_rail,
    c.RegisterInvoices: registry.register_invoices,
    c.PublishRules: registry.publish_rules,
    c.SetRulebook: registry.set_rulebook,
    c.CancelChange: governance.cancel_change,
    c.Pause: registry.pause,
    c.Unpause: registry.unpause,
    c.Issue: obligations.issue,
    c.IssueMany: obligations.issue_many,
    c.Accept: obligations.accept,
    c.Decline: obligations.decline,
    c.Revoke: obligations.revoke,
    c.Expire: obligations.expire,
    c.Transfer: claims.transfer,
    c.Split: claims.split,
    c.SplitMany: claims.split_many,
    c.Cut: claims.cut,
    c.Lien: claims.lien,
    c.Release: claims.release,
    c.Discount: financing.discount,
    c.Fund: settlement.fund,
    c.FundByReceipt: settlement.fund_by_receipt,
    c.Redeem: settlement.redeem,
    c.MarkOverdue: settlement.mark_overdue,
}
