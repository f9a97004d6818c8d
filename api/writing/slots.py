# SPDX-License-Identifier: Apache-2.0
"""Which places an operation's signatures have, by the name of the message's field, in the operation's order."""

from collections.abc import Mapping, Sequence

from chain.domain import commands as c

_SLOTS: Mapping[type, Sequence[str]] = {
    c.RegisterParticipant: ("signer", "account"),
    c.AddAccount: ("registrar", "signer", "second", "account"),
    c.RevokeAccount: ("registrar", "signer"),
    c.SetThreshold: ("registrar", "signer", "second"),
    c.SetCash: ("registrar", "signer", "second"),
    c.AddRail: ("signer", "bank_signer"),
    c.PublishRules: ("signer", "second"),
    c.SetRulebook: ("signer", "second"),
    c.Issue: ("signer", "checker"),
    c.IssueMany: ("signer", "checker"),
}


def slots(message: object) -> Sequence[str]:
    """The places of a message that somebody signs."""
    return _SLOTS.get(type(message), ("signer",))
