# SPDX-License-Identifier: Apache-2.0
"""Blocks as the mirror takes them: a header and the logs that concern the ledger."""

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from chain.abi.events import Log
from chain.domain.clock import UtcSeconds
from chain.domain.vocabulary import Hash


class Verify(StrEnum):
    """How much of a node's answer is proven before it is believed."""

    RECEIPTS = "receipts"  # header hash, and every receipt by the receipts root: nothing can be left out or altered
    BLOOM = "bloom"  # header hash, and the logs by the header's bloom: finds nearly every log that was left out
    OFF = "off"  # parent hashes alone


@dataclass(frozen=True, slots=True)
class Header:
    """What names a block and its place."""

    number: int
    hash: Hash
    parent: Hash
    timestamp: UtcSeconds


class Found(NamedTuple):
    """A log in its block."""

    position: int  # among all logs of the block, those of other contracts included
    transaction: Hash
    log: Log


@dataclass(frozen=True, slots=True)
class Block:
    """A block, verified as far as was asked for.

    `logs`: those of the ledger and of any contract whose first topic is RulesPublished, in the block's order.
    """

    header: Header
    logs: tuple[Found, ...]
