# SPDX-License-Identifier: Apache-2.0
"""What the end of the story shows: who was paid what, where every cent went, and the proof."""

from dataclasses import dataclass

from api.story.holdings import Holding, holdings
from api.story.plot import OF_BANK, PROMISE
from api.story.proof import Proof, history, prove
from api.story.provenance import Born, provenance
from api.story.stage import Stage
from chain.domain import events as e
from chain.domain.clock import UtcSeconds
from chain.domain.money import Fen
from chain.domain.vocabulary import ClaimId
from chain.node.onnode import NodeChain

FRAGMENT: ClaimId = OF_BANK
"""The piece whose path is followed: cut off by tier 3 and sold to the bank."""


@dataclass(frozen=True)
class Ending:
    """The story's end."""

    holdings: list[Holding]
    provenance: Born
    payments: list[tuple[UtcSeconds, Fen]]  # of the obligor, interest included
    proof: Proof


def ending(stage: Stage, chain: NodeChain) -> Ending:
    """Read everything back from the node and prove it. Raises ProofFailed."""
    happened = history(stage, chain)
    proof = prove(stage, chain, happened)
    payments = [(at, Fen(ev.principal + ev.interest)) for ev, at in happened if isinstance(ev, e.Funded)]
    return Ending(holdings(stage.rows, happened, PROMISE), provenance(happened, PROMISE), payments, proof)
