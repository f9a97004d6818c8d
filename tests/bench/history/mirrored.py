# SPDX-License-Identifier: Apache-2.0
"""A mirror of many claims without a node: the model's events, written by the mirror's own fold and writer."""

import hashlib
from collections.abc import Sequence
from pathlib import Path

from chain.abi.events import encode
from chain.domain.clock import UtcSeconds
from chain.domain.events import Event, RulesPublished
from chain.domain.vocabulary import Address, Hash
from chain.mirror import schema
from chain.mirror.blocks import Block, Found, Header
from chain.mirror.writer import Writer, checkpoint
from tests.bench.history.world import live
from tests.bookworld import CHAIN_ID, LEDGER
from tests.worlds import World

BLOCK = 100  # events
RANGE = 50  # blocks a transaction
START = 3_000  # events, of the first try to reach a number of claims


def world_of(claims: int) -> World:
    """A world in which about so many claims were born, or some more."""
    events = START
    while True:
        world = World()
        live(world, events)
        if len(world.rows.claims) >= claims:
            return world
        events = max(events + 1, events * claims * 21 // (len(world.rows.claims) * 20))


def mirror(log: Sequence[tuple[Event, UtcSeconds]], rulebook: Address, store: str | Path) -> None:
    """Write these events into a new mirror."""
    with schema.open_mirror(store) as db:
        with db.transaction():
            schema.create(db, CHAIN_ID, LEDGER, rulebook)
        writer, made = Writer(db, checkpoint(db)), blocks(log, rulebook)
        for start in range(0, len(made), RANGE):
            writer.write(made[start : start + RANGE])


def blocks(log: Sequence[tuple[Event, UtcSeconds]], rulebook: Address) -> list[Block]:
    """The events in blocks a second apart; nobody mined them."""
    found: list[Block] = []
    parent, began = Hash(bytes(32)), log[0][1]
    for number, start in enumerate(range(0, len(log), BLOCK)):
        own = Hash(hashlib.sha256(b"block %d" % number).digest())
        header = Header(number, own, parent, UtcSeconds(began + number))
        some = log[start : start + BLOCK]
        found.append(
            Block(header, tuple(_log(number, place, event, rulebook) for place, (event, _) in enumerate(some)))
        )
        parent = own
    return found


def _log(block: int, place: int, event: Event, rulebook: Address) -> Found:
    transaction = Hash(hashlib.sha256(b"transaction %d %d" % (block, place)).digest())
    return Found(place, transaction, encode(event, rulebook if isinstance(event, RulesPublished) else LEDGER))
