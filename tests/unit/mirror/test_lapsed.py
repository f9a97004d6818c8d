# SPDX-License-Identifier: Apache-2.0
"""What time has done: exactly what the model lets anybody mark or end, at any instant."""

from collections.abc import Iterator

import pytest

from chain.domain import commands as c
from chain.domain.clock import DAY, UtcSeconds
from chain.domain.errors import Refusal
from chain.domain.rules import check
from chain.mirror import reads
from chain.mirror.visible import Visible
from chain.store.db import Db
from tests.mirrored import new_mirror, random_world, write
from tests.properties import reading
from tests.properties.reading import Story, Told

EVERYTHING = Visible.everything()


@pytest.fixture(scope="module", params=(11, 12))
def played(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Db, Story]]:
    story = reading.story(random_world(request.param, 260), request.param)
    with new_mirror(f"sqlite://{tmp_path_factory.mktemp('mirror')}/mirror.db", story.world.rulebook) as db:
        write(db, story.blocks)
        yield db, story


def taken(told: Told, message: c.MarkOverdue | c.Expire, now: UtcSeconds) -> bool:
    try:
        check(told.rows, c.Call(message), now)
    except Refusal:
        return False
    return True


def test_lapsed__at_any_instant__is_what_the_model_takes(played: tuple[Db, Story]) -> None:
    db, story = played
    told, found = story.told[-1], 0
    rows = told.rows.obligations
    edges = {row.due for row in rows.values()} | {told.rows.claims[one.claim(1)].lien_until * 3600 for one in rows}
    for edge in sorted(edges):
        for now in (UtcSeconds(edge), UtcSeconds(edge + 1)):
            lapsed = reads.lapsed(db, EVERYTHING, now, limit=500)
            assert set(lapsed.overdue) == {one for one in rows if taken(told, c.MarkOverdue(one), now)}, now
            offers = {one: c.Expire(one, row.terms, row.invoices) for one, row in rows.items()}
            wanted = {one for one, message in offers.items() if taken(told, message, now)}
            assert {c.Expire(one.id, one.terms, one.invoices) for one in lapsed.offers} == {
                offers[one] for one in wanted
            }
            found += len(lapsed.overdue) + len(lapsed.offers)
    assert found > 20, "nothing lapsed: a world too small to tell"


def test_lapsed__more_than_asked_for__the_oldest_first(played: tuple[Db, Story]) -> None:
    db, story = played
    rows, late = story.told[-1].rows.obligations, UtcSeconds(story.told[-1].time + 4_000 * DAY)
    every = reads.lapsed(db, EVERYTHING, late, limit=500).overdue
    assert list(every) == sorted(every, key=lambda one: (rows[one].due, one))
    assert reads.lapsed(db, EVERYTHING, late, limit=1).overdue == every[:1]


def test_lapsed__for_whoever_does_not_see_everything__is_nothing(played: tuple[Db, Story]) -> None:
    db, story = played
    late = UtcSeconds(story.told[-1].time + 4_000 * DAY)
    for one in story.told[-1].rows.participants:
        lapsed = reads.lapsed(db, Visible.of([one]), late)
        assert (lapsed.overdue, lapsed.offers) == ((), ())
