# SPDX-License-Identifier: Apache-2.0
"""Folding the log anew ends in the same rows, whatever happens meanwhile."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from chain.mirror import refold as folding
from chain.mirror import schema
from chain.mirror.errors import EventImpossible, VersionGap
from chain.mirror.refold import refold
from chain.mirror.schema import open_mirror
from chain.mirror.tables import TABLES
from chain.mirror.writer import Writer, checkpoint, outdated, rollback
from chain.store.db import Db
from tests.mirrored import blocks, dump, new_mirror, random_world, write
from tests.worlds import World

SEED = 7


@pytest.fixture(scope="module")
def world() -> World:
    return random_world(SEED, 300)


@pytest.fixture
def db(empty: str, world: World) -> Iterator[Db]:
    with new_mirror(empty, world.rulebook) as made:
        yield made


@pytest.fixture(autouse=True)
def small_ranges(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folding, "EVENTS", 25)
    monkeypatch.setattr(folding.blocks, "__defaults__", (25,))


def test_refold__twice__is_the_same_to_the_byte_and_leaves_one_generation(db: Db, world: World) -> None:
    write(db, blocks(world, SEED))
    before, told = dump(db), list[int]()
    assert refold(db, lambda block, head: told.append(block)).generation == 2
    assert dump(db) == before
    assert len(told) > 3, "it went by ranges"
    assert refold(db).generation == 3
    assert dump(db) == before
    assert _generations(db) == {3}


def test_refold__rows_that_somebody_changed__are_right_again(db: Db, world: World) -> None:
    write(db, blocks(world, SEED))
    before = dump(db)
    db.execute("UPDATE claim_v1 SET holder = holder + 1")
    db.execute("DELETE FROM obligation_v1")
    refold(db)
    assert dump(db) == before


def test_refold__while_blocks_come_and_go__ends_where_the_log_is(db: Db, empty: str, world: World) -> None:
    made = blocks(world, SEED)
    half = len(made) // 2
    write(db, made[:half])
    other, moves = open_mirror(empty), iter((made[half:-3], None, made[-3:]))

    def meanwhile(block: int, head: int) -> None:
        move = next(moves, ())
        if move is None:
            rollback(other, checkpoint(other), half // 2)
            write(other, made[half // 2 + 1 : -3])
        elif move:
            write(other, move)

    with other:
        refold(db, meanwhile)
        assert next(moves, "all played") == "all played"
        fresh = Path(str(db.store)).parent / "fresh.db" if db.dialect == "sqlite" else None
        after = dump(db)
        assert checkpoint(db).hash == made[-1].header.hash
        write(db, [])
        rollback(db, checkpoint(db), -1)
        write(db, made)
        assert dump(db) == after
        assert fresh is None or not fresh.exists()


def test_refold__taken_up_again__goes_on_where_it_was(db: Db, world: World) -> None:
    write(db, blocks(world, SEED))
    before = dump(db)

    class Dies(Exception):
        pass

    def die(block: int, head: int) -> None:
        raise Dies

    with pytest.raises(Dies):
        refold(db, die)
    assert dump(db) == before, "the former tables serve on"
    told = list[int]()
    refold(db, lambda block, head: told.append(block))
    assert dump(db) == before
    assert _generations(db) == {2}


def test_refold__of_a_damaged_log__stops_by_name_and_the_former_tables_serve(db: Db, world: World) -> None:
    write(db, blocks(world, SEED))
    db.execute("DELETE FROM event WHERE name = 'SplitOff' OR name = 'Accepted'")
    before = dump(db)
    with pytest.raises((VersionGap, EventImpossible)):
        refold(db)
    assert dump(db) == before


def test_outdated__a_mirror_folded_by_other_software__is_told(db: Db, world: World) -> None:
    write(db, blocks(world, SEED))
    assert not outdated(db)
    before = dump(db)
    db.execute("UPDATE checkpoint SET layout = layout - 1")
    assert outdated(db)
    refold(db)
    assert not outdated(db)
    assert dump(db) == before


def test_drop__leaves_nothing(db: Db, world: World) -> None:
    write(db, blocks(world, SEED)[:10])
    Writer(db, checkpoint(db))
    with db.transaction():
        schema.drop(db)
    assert not schema.exists(db)
    if db.dialect == "sqlite":
        assert db.all("SELECT name FROM sqlite_master") == []


def _generations(db: Db) -> set[int]:
    known = {row[0] for row in db.all("SELECT generation FROM checkpoint")}
    for table in TABLES:
        assert db.all(f"SELECT COUNT(*) FROM {table.name}")
    return known
