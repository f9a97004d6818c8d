# SPDX-License-Identifier: Apache-2.0
"""A world's events as blocks, and mirrors of them: what the mirror's tests need no node for."""

from collections.abc import Iterable, Sequence
from dataclasses import astuple
from pathlib import Path
from random import Random

from chain.abi import events as abi_events
from chain.abi.keccak import keccak
from chain.domain import events as e
from chain.domain.clock import UtcSeconds
from chain.domain.vocabulary import Address, Hash
from chain.mirror import schema
from chain.mirror.blocks import Block, Found, Header
from chain.mirror.schema import ZERO
from chain.mirror.tables import TABLES
from chain.mirror.writer import Checkpoint, Writer, checkpoint
from chain.store.db import Db, Row
from tests.cast import RULEBOOK
from tests.properties.test_model import LedgerMachine
from tests.worlds import World

LEDGER = Address("0x" + "1e" * 20)
CHAIN_ID = 7_777_777_001
Log = Sequence[tuple[e.Event, UtcSeconds]]


def logged(world: World) -> list[tuple[e.Event, UtcSeconds, Address]]:
    """All that happened in a world, with the contract that says so; a later Rulebook tells its limits first."""
    told: list[tuple[e.Event, UtcSeconds, Address]] = []
    rulebook = world.rulebook
    for event, at in world.log:
        if isinstance(event, e.RulebookSet):
            rulebook = event.rulebook_address
            candidate = world.rows.rulebooks[rulebook]
            told.append((e.RulesPublished(candidate.version, *astuple(candidate.rules)), at, rulebook))
        told.append((event, at, rulebook if isinstance(event, e.RulesPublished) else LEDGER))
    return told


def blocks(world: World, seed: int = 0, most: int = 6, salt: str = "") -> list[Block]:
    """The world's events in blocks of up to `most`, empty ones among them. `salt`: of another chain's hashes."""
    chance, made = Random(seed), list[Block]()
    events = logged(world)
    while events:
        count, at = chance.randint(0, most), events[0][1]
        some = [one for one in events[:count] if one[1] == at]
        del events[: len(some)]
        made.append(block(made[-1].header if made else None, at, some, salt))
    return made


def block(
    parent: Header | None, at: UtcSeconds, events: Iterable[tuple[e.Event, UtcSeconds, Address]], salt: str = ""
) -> Block:
    """A block upon another."""
    number = 0 if parent is None else parent.number + 1
    before = Hash(ZERO) if parent is None else parent.hash
    logs = [abi_events.encode(event, emitter) for event, _, emitter in events]
    name = Hash(keccak(f"{salt}{number}{before.hex()}{logs!r}".encode()))
    found = [Found(place, Hash(keccak(name + bytes([place]))), log) for place, log in enumerate(logs)]
    return Block(Header(number, name, before, at), tuple(found))


def new_mirror(address: str | Path, rulebook: Address = RULEBOOK) -> Db:
    """An empty mirror."""
    db = schema.open_mirror(address)
    with db.transaction():
        schema.create(db, CHAIN_ID, LEDGER, rulebook)
    return db


def mirror_of(address: str | Path, world: World, seed: int = 0) -> tuple[Db, Checkpoint]:
    """A mirror of all that happened in a world, written some blocks at a time."""
    db = new_mirror(address, world.rulebook)
    return db, write(db, blocks(world, seed), Random(seed))


def write(db: Db, made: Sequence[Block], chance: Random | None = None) -> Checkpoint:
    """Write blocks on top of what is there, in ranges of chance."""
    chance, writer, left = chance or Random(0), Writer(db, checkpoint(db)), list(made)
    while left:
        some = left[: chance.randint(1, 9)]
        writer.write(some)
        del left[: len(some)]
    return writer.at


def dump(db: Db) -> dict[str, list[Row]]:
    """Every row of the mirror, in an order of its own; bytes and numbers are the same on both databases."""
    names = [table.name for table in TABLES] + ["mirrored_block", "event"]
    found = {name: sorted(db.all(f"SELECT * FROM {name}"), key=repr) for name in names}
    found["checkpoint"] = db.all("SELECT block, hash, digest FROM checkpoint WHERE state = 'serving'")
    return found


RULES = (
    *("issue", "issue_and_accept", "issue_and_accept", "end_an_offer", "pass_on", "pass_on", "encumber", "sell"),
    *("pay", "redeem", "mark_overdue", "registry", "govern", "repeat", "wait", "bank_credits_and_permissions"),
)


def random_world(seed: int, calls: int = 150) -> World:
    """A world in which random good and bad calls were played."""
    machine, chance = LedgerMachine(), Random(seed)
    machine.begin()
    for _ in range(calls):
        name = chance.choice(RULES)
        if name == "repeat" and not machine.pending:
            continue
        getattr(machine, name)(rng=chance)
    return machine.world
