# SPDX-License-Identifier: Apache-2.0
"""How a network of the embedded chain is born: all its contracts in one block, so it is born whole or not at all.

A demo network has a second block: cash accounts are credited, and their owners let the ledger move what is in them.
"""

from collections.abc import Mapping, Sequence
from typing import cast

from chain.abi.plain import calldata
from chain.abi.rlp import created_address
from chain.domain.clock import UtcSeconds
from chain.domain.vocabulary import Address, OfficerId, Rules
from chain.node.chain import Chain, Deployed, Receipt, deploy_deposit, deploy_ledger
from chain.signing.key import Key
from chain.submission.sender import Sender, Transaction

GAS = 12_000_000
"""The limit of a deployment: the largest contract takes less than half."""
CASH_GAS = 120_000
"""The limit of a message to the cash token: a credit takes 68,000, an allowance 46,000."""


class _Plan:
    """What deployments ask of a chain, when all that is wanted is their creation code in order."""

    def __init__(self, chain_id: int, deployer: Address) -> None:
        self.chain_id, self.relay = chain_id, deployer
        self.creations: list[bytes] = []

    def next_address(self, ahead: int = 0) -> Address:
        return created_address(self.relay, len(self.creations) + ahead)

    def deploy(self, creation: bytes) -> tuple[Address, Receipt]:
        address = self.next_address()
        self.creations.append(creation)
        return address, Receipt(None, 0, UtcSeconds(0), 0, ())


def contracts(
    chain_id: int,
    deployer: Address,
    registrars: Sequence[tuple[Address, OfficerId, int]],
    identity: bytes,
    rules: Rules,
    currency: bytes,
    exponent: int,
    bank: Address,
) -> tuple[Deployed, Address, list[bytes]]:
    """Where ledger and cash token will stand when `deployer` sends the creations given here as its first transactions.

    The cash token is `bank`'s. The ledger's `born` events are not known here.
    """
    plan = _Plan(chain_id, deployer)
    chain = cast(Chain, plan)  # deployments ask no more of it
    deployed = deploy_ledger(chain, registrars, identity, rules, currency, exponent)
    token = deploy_deposit(chain, bank, exponent).token
    return deployed, token, plan.creations


def bear(sender: Sender, deployer: Key, creations: Sequence[bytes]) -> None:
    """Make the block of all contracts, the first one. Raises as Sender.carry."""
    sender.carry([Transaction(deployer, None, creation, GAS) for creation in creations])


def endow(
    sender: Sender,
    token: Address,
    bank: Key,
    credits: Mapping[Address, int],
    spender: Address,
    allowances: Mapping[Key, int],
) -> None:
    """Make one block in which `bank` credits accounts of its cash token, and owners let `spender` move so much.

    Raises as Sender.carry.
    """
    sender.carry(
        [_cash(bank, token, "mint", account, amount) for account, amount in credits.items()]
        + [_cash(owner, token, "approve", spender, most) for owner, most in allowances.items()]
    )


def _cash(key: Key, token: Address, name: str, account: Address, amount: int) -> Transaction:
    return Transaction(key, token, calldata("TokenizedDeposit", name, account, amount), CASH_GAS)
