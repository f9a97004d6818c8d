# SPDX-License-Identifier: Apache-2.0
"""What a participant sees follows from the roles that it has on the chain."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from api.access.viewer import Duty
from api.access.visible import visible
from chain.domain.vocabulary import ParticipantId, Role
from chain.mirror.visible import Visible
from chain.store.db import Db, connect
from tests.books import new_book
from tests.mirrored import mirror_of, random_world
from tests.unit.access.desk import Desk
from tests.worlds import World

ALL = Role.REGISTRAR | Role.AUDITOR
REGISTRAR, ABSENT = 1, 777_777


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[World, Db, str]]:
    world = random_world(7, 150)
    place = f"sqlite://{tmp_path_factory.mktemp('mirror')}/mirror.db"
    db, _ = mirror_of(place, world)
    with db:
        yield world, db, place


def test_visible__by_role__is_everything_for_registrar_and_auditor_and_their_own_for_others(
    played: tuple[World, Db, str],
) -> None:
    world, db, _ = played
    assert len(world.rows.participants) > 5
    for number, row in world.rows.participants.items():
        expected = Visible.everything() if row.roles & ALL else Visible.of([number])
        assert visible(db, number) == expected, number
    assert visible(db, ParticipantId(REGISTRAR)).all
    assert visible(db, ParticipantId(ABSENT)) == Visible.of([ParticipantId(ABSENT)])


def test_visible__what_it_was_shown__as_long_as_whoever_showed_it_holds_it(played: tuple[World, Db, str]) -> None:
    world, db, _ = played
    own = ParticipantId(ABSENT)
    held = {claim: row.holder for claim, row in world.rows.claims.items()}
    moved = [claim for claim in held if held[claim] != held[claim.obligation.claim(1)]]
    assert moved
    shown = [(claim, held[claim]) for claim in held] + [(moved[0], own), (moved[0].obligation.claim(2**20), own)]
    assert visible(db, own, shown) == Visible.of([own], held)
    wrong = [(claim, held[claim.obligation.claim(1)]) for claim in moved]
    assert visible(db, own, wrong) == Visible.of([own])


@pytest.mark.parametrize("role", list(Role))
def test_visible__each_role_alone__only_two_see_everything(played: tuple[World, Db, str], role: Role) -> None:
    _, db, _ = played
    other = ParticipantId(max(played[0].rows.participants))
    before = db.all("SELECT block_from, roles FROM participant WHERE id = ?", (other,))
    db.execute("UPDATE participant_v1 SET roles = ? WHERE id = ?", (int(role), other))
    try:
        assert visible(db, other).all == (role in (Role.REGISTRAR, Role.AUDITOR))
    finally:
        for block, roles in before:
            db.execute("UPDATE participant_v1 SET roles = ? WHERE id = ? AND block_from = ?", (roles, other, block))


def test_viewer__over_http__sees_as_its_participant_does(played: tuple[World, Db, str], tmp_path: Path) -> None:
    new_book(tmp_path / "book.db")
    desk = Desk(f"sqlite://{tmp_path}/book.db", played[2])
    with desk.client:
        registrar, stranger = desk.key(REGISTRAR, 1), desk.key(ABSENT, 1, Duty.MAKER)
        assert desk.ask("GET", "/sight", registrar).json() == {"all": True, "of": [], "duties": ["viewer"]}
        expected = {"all": False, "of": [ABSENT], "duties": ["maker", "viewer"]}
        assert desk.ask("GET", "/sight", stranger).json() == expected


def test_viewer__without_a_mirror__is_503_and_access_itself_goes_on(tmp_path: Path) -> None:
    new_book(tmp_path / "book.db")
    desk = Desk(f"sqlite://{tmp_path}/book.db", f"sqlite://{tmp_path}/none.db")
    with desk.client:
        key = desk.key(10, 1)
        assert desk.ask("GET", "/sight", key).status_code == 503
        assert desk.ask("GET", "/me", key).status_code == 200
    with connect(tmp_path / "book.db") as db:
        assert db.one("SELECT COUNT(*) FROM api_key") == (1,)
