# SPDX-License-Identifier: Apache-2.0
"""Blocks become rows once, whole, and can be taken back."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest

from chain.abi.events import shapes
from chain.domain.events import RulesPublished
from chain.domain.rules import TABLES as ROWS
from chain.domain.rules import Rows, apply, commit
from chain.domain.vocabulary import Hash
from chain.mirror import schema
from chain.mirror.blocks import Block
from chain.mirror.errors import (
    BlockNotMirrored,
    EventImpossible,
    EventRejected,
    MirrorMoved,
    ParentDiffers,
    VersionGap,
)
from chain.mirror.fold import MODULUS, row_digest
from chain.mirror.state import loader, rows
from chain.mirror.tables import BY_ROWS, OPEN, TABLES
from chain.mirror.writer import Writer, checkpoint, rollback
from chain.store.db import Db
from tests.mirrored import blocks, dump, logged, mirror_of, new_mirror, random_world, write
from tests.worlds import World

SEED = 20261122
_WITHOUT_VERSION = {
    shape.topic for shape in shapes("IReceivableLedger").values() if shape.name.startswith("Change")
}  # they name no version, and setting a row to what it is already shows nowhere
ELSEWHERE = {"cash", "tokens", "rulebooks", "rules"}  # other contracts' state; limits are compared as a whole


@pytest.fixture(scope="module")
def world() -> World:
    return random_world(SEED, 500)


@pytest.fixture
def db(empty: str, world: World) -> Iterator[Db]:
    with new_mirror(empty, world.rulebook) as made:
        yield made


def test_write__everything_that_happened__is_the_models_rows(db: Db, world: World) -> None:
    write(db, blocks(world, SEED), Random(SEED))
    _same(rows(db, 2), world.rows, db)


def test_rows__as_of_every_block__are_the_models_rows_of_then(db: Db, world: World) -> None:
    made = blocks(world, SEED)
    write(db, made, Random(SEED))
    model, told = Rows(world.rulebook, 2, rulebooks=world.rows.rulebooks), iter(logged(world))
    for block in made:
        for _ in block.logs:
            event, at, emitter = next(told)
            candidate = isinstance(event, RulesPublished) and model.rules and emitter != model.rulebook
            if not candidate:  # whose limits the model has from the beginning
                commit(model, apply(model, event, at))
        if block.header.number % 7 == 0:
            _same(rows(db, 2, at=block.header.number), model)


def test_digest__is_the_sum_over_all_versions_and_the_same_however_the_blocks_came(
    db: Db, world: World, tmp_path: Path
) -> None:
    made = blocks(world, SEED)
    at = write(db, made, Random(1))
    total = 0
    for table in TABLES:
        width = len(table.keys)
        for row in db.all(f"SELECT * FROM {table.name}"):
            total += row_digest(table.name, row[:width], row[width], row[width + 2 :])
    assert at.digest == (total % MODULUS).to_bytes(32, "big")
    with new_mirror(tmp_path / "other.db", world.rulebook) as other:
        assert write(other, made, Random(2)).digest == at.digest
        assert dump(other) == dump(db)


@pytest.mark.parametrize("share", [0.0, 0.3, 0.9])
def test_rollback__to_any_block__is_a_mirror_that_never_went_further(
    db: Db, world: World, tmp_path: Path, share: float
) -> None:
    made = blocks(world, SEED)
    whole = write(db, made, Random(SEED))
    everything, to = dump(db), int(share * len(made))
    after = rollback(db, whole, to)
    with new_mirror(tmp_path / "short.db", world.rulebook) as short:
        assert write(short, made[: to + 1]).digest == after.digest
        assert dump(short) == dump(db)
    assert write(db, made[to + 1 :]) == whole
    assert dump(db) == everything


def test_rollback__before_the_first_block__leaves_nothing(db: Db, world: World) -> None:
    empty = dump(db)
    at = write(db, blocks(world, SEED)[:20])
    assert rollback(db, at, -1).digest == schema.ZERO
    assert dump(db) == empty


def test_rollback__to_a_block_that_is_not_there__is_refused(db: Db, world: World) -> None:
    at = write(db, blocks(world, SEED)[:5])
    before = dump(db)
    with pytest.raises(BlockNotMirrored):
        rollback(db, at, 5)
    assert dump(db) == before


def test_write__a_log_left_out_doubled_or_moved__stops_by_name_and_writes_nothing(db: Db, world: World) -> None:
    made, chance = blocks(world, SEED), Random(SEED)
    write(db, made[:30])
    before, faults = dump(db), 0
    for _ in range(60):
        place = chance.randrange(30, len(made))
        spoiled = _spoiled(made[place], chance)
        if spoiled is None:
            continue
        writer = Writer(db, checkpoint(db))
        with pytest.raises((VersionGap, EventImpossible)):
            writer.write([*made[30:place], spoiled, *made[place + 1 :]])
        assert dump(db) == before
        faults += 1
    assert faults > 20


def test_write__two_logs_at_one_place__are_rejected(db: Db, world: World) -> None:
    made = next(block for block in blocks(world, SEED) if block.logs)
    doubled = replace(made, logs=(made.logs[0], *made.logs))
    with pytest.raises(EventRejected):
        Writer(db, checkpoint(db)).write([doubled])
    assert dump(db)["event"] == []


def test_write__a_block_that_stands_elsewhere__is_refused(db: Db, world: World) -> None:
    made = blocks(world, SEED)
    write(db, made[:3])
    before = dump(db)
    stranger = replace(made[3], header=replace(made[3].header, parent=Hash(b"\x01" * 32)))
    with pytest.raises(ParentDiffers):
        Writer(db, checkpoint(db)).write([stranger])
    assert dump(db) == before


def test_write__when_somebody_else_was_faster__writes_nothing(db: Db, world: World) -> None:
    made = blocks(world, SEED)
    slow, fast = Writer(db, checkpoint(db)), Writer(db, checkpoint(db))
    fast.write(made[:2])
    before = dump(db)
    with pytest.raises(MirrorMoved):
        slow.write(made[:4])
    assert dump(db) == before
    write(db, made[2:])
    _same(rows(db, 2), world.rows, db)


def test_write__when_the_mirror_was_dropped_and_made_again__notices(db: Db, world: World) -> None:
    made = blocks(world, SEED)
    writer = Writer(db, checkpoint(db))
    writer.write(made[:4])
    ledger, rulebook, chain_id = db.all("SELECT ledger, rulebook, chain_id FROM mirror")[0]
    with db.transaction():
        schema.drop(db)
        schema.create(db, chain_id, ledger, rulebook)
    with pytest.raises(MirrorMoved):
        writer.write(made[4:6])


def test_write__an_unknown_or_damaged_log_of_the_ledger__is_rejected_by_place(db: Db, world: World) -> None:
    made = blocks(world, SEED)
    place = next(n for n, block in enumerate(made) if n > 10 and block.logs)
    write(db, made[:place])
    before, found = dump(db), made[place].logs[0]
    damages = [
        replace(found.log, topics=(Hash(b"\x07" * 32), *found.log.topics[1:])),
        replace(found.log, topics=()),
        replace(found.log, topics=(*found.log.topics, Hash(bytes(32)))),
        replace(found.log, data=found.log.data[:-1]),
        replace(found.log, data=found.log.data + bytes(32)),
        replace(found.log, data=b"\xff" * len(found.log.data)),
    ]
    for log in damages:
        spoiled = replace(made[place], logs=(found._replace(log=log), *made[place].logs[1:]))
        with pytest.raises((EventRejected, EventImpossible)) as told:
            Writer(db, checkpoint(db)).write([spoiled])
        assert told.value.arguments["block"] == made[place].header.number
        assert dump(db) == before


def test_mirrors__on_both_databases__are_the_same_to_the_byte(postgres: object, tmp_path: Path, world: World) -> None:
    lite, _ = mirror_of(tmp_path / "lite.db", world, SEED)
    server, _ = mirror_of(postgres.database(), world, SEED)  # type: ignore[attr-defined]
    with lite, server:
        assert dump(lite) == dump(server)


def test_endings_and_loads__of_a_row_with_thousands_of_versions__go_straight_to_the_last(
    tmp_path: Path, world: World
) -> None:
    with new_mirror(tmp_path / "old.db", world.rulebook) as db:
        for table in TABLES:
            if table.rows is None or table.rows == "rulebook":
                continue
            key = " AND ".join(f'"{name}" = ?' for name in (*(column.name for column in table.keys), "block_from"))
            ending = f"EXPLAIN QUERY PLAN UPDATE {table.name}_v1 SET block_to = ? WHERE {key}"
            ((*_, plan),) = db.all(ending, (0,) * ending.count("?"))
            assert "block_from=?" in plan, table.name
            load = loader(_Planning(db), table, f"{table.name}_v1")  # type: ignore[arg-type]
            with pytest.raises(_Planned) as told:
                load(table.key([0] * len(table.keys)))
            assert "USE TEMP B-TREE" not in str(told.value), table.name


class _Planned(Exception):
    pass


class _Planning:
    """Answers a query with its plan."""

    def __init__(self, db: Db) -> None:
        self._db = db

    def one(self, sql: str, parameters: tuple[object, ...]) -> None:
        plan = self._db.all(f"EXPLAIN QUERY PLAN {sql}", (0,) * len(parameters))
        raise _Planned("; ".join(row[3] for row in plan))


def _spoiled(block: Block, chance: Random) -> Block | None:
    """The block with a fault that only the data tells of; None when it has no log for that."""
    logs, kind = list(block.logs), chance.choice(("twice", "swapped"))
    versioned = [n for n, found in enumerate(logs) if found.log.topics[0] not in _WITHOUT_VERSION]
    if not versioned:
        return None
    at = chance.choice(versioned)
    if kind == "twice":
        logs.insert(at, logs[at])
    elif at and logs[at - 1].log.topics[1:2] == logs[at].log.topics[1:2] and at - 1 in versioned:
        logs[at - 1], logs[at] = logs[at], logs[at - 1]
    else:
        return None
    return replace(block, logs=tuple(found._replace(position=n) for n, found in enumerate(logs)))


def _same(found: Rows, model: Rows, db: Db | None = None) -> None:
    for name in ROWS:
        if name in ELSEWHERE:
            continue
        expected = getattr(model, name)
        for key, row in expected.items():
            assert getattr(found, name)[key] == row, (name, key)
        if db is not None:
            count = db.one(f"SELECT COUNT(*) FROM {BY_ROWS[name].name} WHERE block_to = {OPEN}")
            assert count == (len(expected),), name
    assert found.rules == model.rules
    assert found.rulebook == model.rulebook
