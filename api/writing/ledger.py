# SPDX-License-Identifier: Apache-2.0
"""The ledger's rows as of one block of the mirror, for the rules to judge by before anything is signed."""

from typing import Any

from chain.domain.money import MAX_FEN
from chain.domain.rules import Rows
from chain.domain.vocabulary import CashAccount
from chain.mirror import state
from chain.node.network import Network
from chain.store.db import Db


class _Unknown(dict[Any, Any]):
    """Cash accounts, of which the mirror knows nothing: they are taken to suffice, and the ledger has the last word."""

    def get(self, key: Any, default: Any = None) -> Any:
        return CashAccount(MAX_FEN, approved=True)

    def __missing__(self, key: Any) -> CashAccount:
        return CashAccount(MAX_FEN, approved=True)

    def __contains__(self, key: Any) -> bool:
        return True


def rows(mirror: Db, network: Network, block: int) -> Rows:
    """The rows as of a block; what is played on them stays with them. Raises StoreError when a row is asked for."""
    drafted = state.rows(mirror, network.exponent, at=block).draft()
    drafted.cash = _Unknown()
    drafted.tokens = dict.fromkeys(network.cash, network.exponent)
    return drafted
