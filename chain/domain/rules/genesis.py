# SPDX-License-Identifier: Apache-2.0
"""The birth of a ledger: its Registrar, participant 1, and the first limits."""

from collections.abc import Sequence
from dataclasses import astuple
from typing import NamedTuple

from chain.domain.events import AccountAdded, Event, ParticipantRegistered, RulesPublished
from chain.domain.money import Fen
from chain.domain.refusals import BadGenesis
from chain.domain.rules.apply import apply
from chain.domain.rules.rows import Rows, commit
from chain.domain.vocabulary import ZERO_ADDRESS, Address, Hash, OfficerId, ParticipantId, Right, Role, Rules

REGISTRAR = ParticipantId(1)
FIRST_RULES = 1  # the version in every event of genesis


class FirstAccount(NamedTuple):
    """An account of the Registrar that is there from the beginning."""

    account: Address
    officer: OfficerId
    rights: int


def genesis_events(identity: Hash, accounts: Sequence[FirstAccount], rules: Rules) -> tuple[Event, ...]:
    """What happens at deployment. `rules.start` is its block's time.

    Raises BadGenesis unless two different officers have an account with MAKER right.
    """
    makers = {first.officer for first in accounts if first.rights & Right.MAKER and first.officer}
    if len(makers) < 2 or len({first.account for first in accounts} - {ZERO_ADDRESS}) != len(accounts):
        raise BadGenesis()
    published = RulesPublished(FIRST_RULES, *astuple(rules))
    born = ParticipantRegistered(REGISTRAR, 1, Role.REGISTRAR, Fen(0), ZERO_ADDRESS, identity, FIRST_RULES)
    added = (
        AccountAdded(REGISTRAR, version, first.account, first.officer, first.rights, FIRST_RULES)
        for version, first in enumerate(accounts, 2)
    )
    return published, born, *added


def genesis(identity: Hash, accounts: Sequence[FirstAccount], rulebook: Address, rules: Rules, exponent: int) -> Rows:
    """The rows of a new ledger at `rulebook`, in a currency with `exponent` decimals. Raises BadGenesis."""
    rows = Rows(rulebook, exponent)
    for event in genesis_events(identity, accounts, rules):
        commit(rows, apply(rows, event, rules.start))
    return rows
