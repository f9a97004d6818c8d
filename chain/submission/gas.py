# SPDX-License-Identifier: Apache-2.0
"""The gas limit of every operation: fixed, so that nothing is asked of the node before a transaction is sent.

Measured with `scripts/bench gas` and half as much again; a batch has so much for itself and so much for each item. Gas
that is not used costs nothing, and a limit that is too low would refuse what the ledger allows: a test holds the table
against the measured snapshot.
"""

from collections.abc import Callable, Mapping
from typing import Any

from chain.domain import commands as c
from chain.domain.commands import Message

TRANSFER = 21_000
"""Of a transaction that does nothing."""

_STEPS = 500_000  # a claim's share is folded over at most 64 steps, three times at worst

_FIXED: Mapping[type[Any], int] = {
    c.RegisterParticipant: 320_000,
    c.AddAccount: 220_000,
    c.RevokeAccount: 140_000,
    c.SetThreshold: 140_000,
    c.SetCash: 180_000,
    c.SetStanding: 100_000,
    c.SetAutoAccept: 120_000,
    c.RaiseQuoteEpoch: 90_000,
    c.AddRail: 180_000,
    c.PublishRules: 200_000,
    c.SetRulebook: 200_000,
    c.CancelChange: 90_000,
    c.Accept: 70_000,
    c.Transfer: 110_000 + _STEPS,
    c.Split: 150_000 + _STEPS,
    c.Cut: 130_000 + _STEPS,
    c.Lien: 160_000 + _STEPS,
    c.Release: 70_000,
    c.Discount: 200_000 + _STEPS,
    c.Fund: 180_000,
    c.FundByReceipt: 210_000,
    c.Redeem: 130_000 + _STEPS,
    c.MarkOverdue: 70_000,
}

_BATCHES: Mapping[type[Any], tuple[int, int, Callable[[Any], int]]] = {
    c.RegisterInvoices: (80_000, 60_000, lambda m: len(m.entries)),
    c.Pause: (90_000, 20_000, lambda m: len(m.subjects)),
    c.Unpause: (90_000, 20_000, lambda m: len(m.subjects)),
    c.Issue: (220_000, 45_000, lambda m: len(m.obligation.invoices)),
    c.IssueMany: (150_000, 200_000, lambda m: sum(1 + len(o.invoices) // 3 for o in m.obligations)),
    c.SplitMany: (110_000 + _STEPS, 60_000, lambda m: len(m.pieces)),
    c.Decline: (110_000, 30_000, lambda m: 1),
    c.Revoke: (110_000, 30_000, lambda m: 1),
    c.Expire: (110_000, 30_000, lambda m: len(m.invoices)),
}


def limit(message: Message, invoices: int = 0) -> int:
    """The gas limit for a message; `invoices`: how many stand beside a Decline or Revoke."""
    kind = type(message)
    if kind in _FIXED:
        return _FIXED[kind]
    base, each, count = _BATCHES[kind]
    return base + each * max(count(message), invoices)
