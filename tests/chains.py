# SPDX-License-Identifier: Apache-2.0
"""The chains and keys of the tests: always the same ones, so that every run is the same run."""

import hashlib
from collections.abc import Iterable, Sequence
from functools import cache, partial

from chain.domain.clock import UtcSeconds
from chain.domain.money import Ppm
from chain.domain.vocabulary import Address, OfficerId, Rules
from chain.node import chain
from chain.node.anvil import Anvil
from chain.node.chain import Chain, Deployed, Deposit
from chain.node.onnode import NodeChain
from chain.signing.key import Key
from chain.signing.transaction import signed_transaction
from tests.evm import EvmChain

START = UtcSeconds(1_800_000_000)  # 2027-01-15 08:00:00 UTC
CHAIN_ID = 31_337
CURRENCY, EXPONENT = b"CNY", 2
YEAR = 366 * 86_400
FIRST_RULES = Rules(
    start=UtcSeconds(0),
    max_tenor=YEAR,
    max_offer=30 * 24,
    hop_cap=6,
    min_piece=2,
    min_late_rate=Ppm(0),
    max_late_rate=Ppm(500_000),
    min_closes=0,
    max_closes=30,
)


@cache
def key(name: str) -> Key:
    """The key of that name."""
    return Key.of(hashlib.sha256(f"deeptier test key {name}".encode()).digest())


DEPLOYER, RELAY = key("deployer"), key("relay")
"""Two callers with no account in any ledger."""


def deploy_ledger(
    on: Chain, registrars: Sequence[tuple[Address, OfficerId, int]], identity: bytes, rules: Rules = FIRST_RULES
) -> Deployed:
    """A ledger in the tests' currency."""
    return chain.deploy_ledger(on, registrars, identity, rules, CURRENCY, EXPONENT)


def deploy_deposit(on: Chain, bank: Address, exponent: int = EXPONENT) -> Deposit:
    """A cash token of a bank."""
    return chain.deploy_deposit(on, bank, exponent)


def evm_chain(chain_id: int = CHAIN_ID, now: UtcSeconds = START) -> EvmChain:
    """A chain in this process that starts where all tests do."""
    return EvmChain(chain_id, now, DEPLOYER.address)


def node_chain(anvil: Anvil, callers: Iterable[Key] = ()) -> NodeChain:
    """The chain of an embedded node, on which these may send besides deployer and relay."""
    signers = {one.address: partial(signed_transaction, one) for one in (DEPLOYER, RELAY, *callers)}
    return NodeChain(anvil.rpc, anvil.chain_id, signers, DEPLOYER.address, RELAY.address)
