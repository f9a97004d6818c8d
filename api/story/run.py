# SPDX-License-Identifier: Apache-2.0
"""The story on a node: whoever starts the node hands it in."""

from functools import partial

from api.interrupts import checkpoint
from api.story import plot
from api.story.cast import Keys
from api.story.ending import Ending, ending
from api.story.figures import ADMISSION, morning
from api.story.stage import Stage
from api.story.steps import Step, Tell
from chain.domain.clock import UtcSeconds
from chain.domain.vocabulary import HOUR
from chain.node.anvil import Anvil
from chain.node.onnode import NodeChain
from chain.signing.transaction import signed_transaction

GENESIS = UtcSeconds(morning(ADMISSION) - HOUR)
"""When the story's node begins: an hour before its first step."""


def on_node(node: Anvil, keys: Keys) -> NodeChain:
    """The node as a chain on which the story's callers can send. Raises the errors of chain.node."""
    signers = {key.address: partial(signed_transaction, key) for key in keys.callers()}
    return NodeChain(node.rpc, node.chain_id, signers, keys.deployer.address, keys.relays[0].address)


def play(node: Anvil, keys: Keys, tell: Tell) -> tuple[Stage, Ending]:
    """Put the ledger on a fresh node and play the story on it. Raises ProofFailed, and the errors of chain.node."""

    def heard(step: Step) -> None:
        checkpoint()
        tell(step)

    chain = on_node(node, keys)
    stage = Stage(chain, keys, heard)
    plot.play(stage)
    return stage, ending(stage, chain)
