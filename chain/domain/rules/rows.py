# SPDX-License-Identifier: Apache-2.0
"""The state of one ledger: one mapping per table, and how changes get into it.

A mirror may hand in any mapping, one that loads rows on demand included: the rules only use `get`, `[]` and `in`, but
for `rules`, whose few versions are looked through. `cash`, `tokens` and `rulebooks` are other contracts' state, which
the ledger asks about: a mirror that only folds events needs none of them.
"""

from collections import ChainMap
from collections.abc import MutableMapping, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Any, NamedTuple, TypeAlias

from chain.domain.commands import PublishRules
from chain.domain.events import RulesPublished
from chain.domain.vocabulary import (
    Account,
    Address,
    AutoAccept,
    CashAccount,
    Change,
    Claim,
    ClaimId,
    Hash,
    Invoice,
    Obligation,
    ObligationId,
    Officer,
    OfficerId,
    Participant,
    ParticipantId,
    Rail,
    RailId,
    RulebookContract,
    Rules,
    Step,
)

InvoiceKey: TypeAlias = tuple[ParticipantId, Hash]
"""An invoice's obligor and fingerprint."""


class Changed(NamedTuple):
    """One row as it is from now on: `Rows.<table>[key] = row`, or `Rows.rulebook = row` when `table` is "rulebook"."""

    table: str
    key: Any
    row: Any


Changes: TypeAlias = tuple[Changed, ...]


@dataclass(slots=True)
class Rows:
    """All rows of a ledger. Two states are equal when every table is."""

    rulebook: Address  # the Rulebook contract in use
    exponent: int  # decimals of the ledger's one currency
    participants: MutableMapping[ParticipantId, Participant] = field(default_factory=dict)
    accounts: MutableMapping[Address, Account] = field(default_factory=dict)
    officers: MutableMapping[tuple[ParticipantId, OfficerId], Officer] = field(default_factory=dict)
    rails: MutableMapping[RailId, Rail] = field(default_factory=dict)
    invoices: MutableMapping[InvoiceKey, Invoice] = field(default_factory=dict)
    aliases: MutableMapping[InvoiceKey, InvoiceKey] = field(default_factory=dict)  # later name -> first name
    auto_accepts: MutableMapping[tuple[ParticipantId, ParticipantId], AutoAccept] = field(default_factory=dict)
    receipts: MutableMapping[tuple[ParticipantId, Hash], ObligationId] = field(default_factory=dict)
    changes: MutableMapping[Hash, Change] = field(default_factory=dict)
    rules: MutableMapping[int, Rules] = field(default_factory=dict)
    obligations: MutableMapping[ObligationId, Obligation] = field(default_factory=dict)
    claims: MutableMapping[ClaimId, Claim] = field(default_factory=dict)
    steps: MutableMapping[tuple[ObligationId, int], Step] = field(default_factory=dict)  # n from 1
    cash: MutableMapping[tuple[Address, Address], CashAccount] = field(default_factory=dict)  # (token, owner)
    tokens: MutableMapping[Address, int] = field(default_factory=dict)  # decimals; absent: no code
    cash_owners: MutableMapping[Address, ParticipantId] = field(default_factory=dict)  # for ever
    rulebooks: MutableMapping[Address, RulebookContract] = field(default_factory=dict)  # candidates

    def copy(self) -> "Rows":
        """A state of its own with the same rows."""
        tables: dict[str, Any] = {name: dict(getattr(self, name)) for name in TABLES}
        return replace(self, **tables)

    def draft(self) -> "Rows":
        """A view that reads these rows and keeps what is committed to it for itself."""
        tables: dict[str, Any] = {name: ChainMap({}, getattr(self, name)) for name in TABLES}
        return replace(self, **tables)


TABLES: Sequence[str] = tuple(f.name for f in fields(Rows) if f.name not in ("rulebook", "exponent"))


def commit(rows: Rows, changes: Changes) -> None:
    """Write changed rows into the tables."""
    for table, key, row in changes:
        if table == "rulebook":
            rows.rulebook = row
        else:
            getattr(rows, table)[key] = row


def in_force(rows: Rows, now: int) -> tuple[int, Rules]:
    """The Rulebook version in force at an instant, and its limits: the highest whose `start` is not after it."""
    version = max(number for number, rules in rows.rules.items() if rules.start <= now)
    return version, rows.rules[version]


def limits(source: PublishRules | RulesPublished) -> Rules:
    """The limits that a message or an event carries."""
    return Rules(*(getattr(source, f.name) for f in fields(Rules)))


def invoice_root(rows: Rows, key: InvoiceKey) -> InvoiceKey | None:
    """The first name of an invoice, under which its row is kept; None when the obligor has no such invoice."""
    root = rows.aliases.get(key, key)
    return root if root in rows.invoices else None
