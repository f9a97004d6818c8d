# SPDX-License-Identifier: Apache-2.0
"""What every answer over HTTP has in common, over a real socket, with the mirror in SQLite and in PostgreSQL."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from chain.domain.clock import UtcSeconds
from chain.mirror import reads
from chain.mirror.visible import Visible
from chain.mirror.writer import Writer, checkpoint
from chain.store.db import Db
from tests.cast import ANNA, BEN, CLEO, CORE, FIN, REG, YUAN, Member
from tests.mirrored import block, new_mirror, write
from tests.postgres import Server
from tests.properties import reading
from tests.properties.reading import Story
from tests.served import Site, furnish, heard, site
from tests.worlds import World, furnished

LISTS = (
    ("/holdings", CLEO),
    ("/liens", FIN),
    ("/obligations", CORE),
    ("/obligations/4-1/claims", CORE),
    ("/obligations/4-1/events", CORE),
    ("/claims/4-1-1/pieces", ANNA),
    ("/claims/4-1-1/events", ANNA),
    ("/participants/4/events", CORE),
    ("/discounts", FIN),
    ("/payments", CORE),
    ("/redemptions", CLEO),
)


@dataclass(frozen=True)
class Played:
    db: Db
    story: Story
    site: Site

    def get(self, path: str, whose: Member | None, **parameters: Any) -> Any:
        answer = self.site.get(path, None if whose is None else whose.id, **parameters)
        assert answer.status_code == 200, answer.text
        return answer.json()


def told() -> World:
    """Pieces for Cleo, liens and sales for the financier, payments, money paid out."""
    world = furnished()
    first = world.held(1).claim(1)
    for number in (2, 3, 4):
        world.held(number)
    world.do(world.split_many(first, (CLEO, 10 * YUAN), (CLEO, 20 * YUAN), (BEN, 30 * YUAN), (CLEO, 40 * YUAN)))
    for amount in (1, 2, 3):
        world.do(world.lien(first, FIN, amount * YUAN))
        world.do(world.discount(world.quote(first, (amount + 9) * YUAN, (amount + 10) * YUAN)))
    for number in (1, 1, 2, 3):
        world.do(world.fund(first.obligation._replace(number=number), 100 * YUAN))
    for seq in (2, 3, 5):
        world.do(world.redeem(first._replace(seq=seq)))
    return world


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def played(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Played]:
    folder: Path = furnish(tmp_path_factory.mktemp("site"))
    address = f"sqlite://{folder}/mirror.db"
    if request.param == "postgresql":
        server: Server = request.getfixturevalue("postgres")
        address = server.database()
    world = told()
    story = reading.story(world, 1)
    with new_mirror(address, world.rulebook) as db:
        write(db, story.blocks)
        heard(db, story.told[-1].time)
        with site(folder, story.told[-1].time + 2, mirror=address) as served:
            yield Played(db, story, served)


def test_lists__by_pages_of_two__come_to_their_end_as_in_one(played: Played) -> None:
    for path, whose in LISTS:
        whole = played.get(path, whose, limit=500)
        assert len(whole["rows"]) > 2, path
        assert whole["next"] is None, path
        rows, after = [], None
        for _ in range(len(whole["rows"])):
            page = played.get(path, whose, limit=2, **({"after": after} if after else {}))
            assert len(page["rows"]) <= 2, path
            rows += page["rows"]
            after = page["next"]
            if after is None:
                break
        assert (rows, after) == (whole["rows"], None), path


def test_cursor__of_another_list__is_refused(played: Played) -> None:
    cursor = played.get("/holdings", CLEO, limit=1)["next"]
    for path, whose, after in (("/obligations", CORE, cursor), ("/holdings", BEN, cursor), ("/holdings", CLEO, "AAAA")):
        answer = played.site.get(path, whose.id, after=after)
        assert (answer.status_code, answer.json()["code"]) == (422, "malformed-cursor"), path


def test_at__earlier_block__tells_what_was_so_then(played: Played) -> None:
    found = set()
    for then in played.story.told:
        said = played.get("/holdings", ANNA, at=then.block)
        held = [str(claim) for claim, row in then.rows.claims.items() if row.holder == ANNA.id and row.status & 3 < 2]
        assert said["block"] == then.block
        assert sorted(row["id"] for row in said["rows"]) == sorted(held)
        found.add(len(held))
    assert len(found) > 2, "she held more and less in the course of time"


def test_at__block_that_is_not_there__is_told_apart_from_a_thing_that_is_not(played: Played) -> None:
    head = played.story.told[-1].block
    answer = played.site.get("/holdings", ANNA.id, at=head + 1)
    assert (answer.status_code, answer.json()["code"]) == (404, "block-not-mirrored")
    assert answer.json()["arguments"] == {"block": head + 1, "head": head}


def test_answer__says_block_and_age(played: Played) -> None:
    said = played.get("/holdings", ANNA)
    assert (said["block"], said["age"]) == (checkpoint(played.db).block, 2)


def test_answers__equal_what_the_reads_say_to_the_cent(played: Played) -> None:
    seen, at = Visible.of([CORE.id]), played.story.told[-1].block
    portfolio = reads.portfolio(played.db, seen, CORE.id, at=at)
    said = played.get("/portfolio/ladder", CORE, at=at)["row"]
    assert said["owed"]["total"] == {"unpaid": portfolio.owed.total.unpaid, "claims": portfolio.owed.total.claims}
    assert sum(rung["unpaid"] for rung in said["owed"]["parts"]) == portfolio.owed.total.unpaid > 0
    promise = reads.obligation(played.db, seen, min(played.story.world.rows.obligations), at=at).row
    assert promise is not None
    told_so = played.get(f"/obligations/{promise.id}", CORE, at=at)["row"]
    assert (told_so["face"], told_so["unpaid"], told_so["currency"]) == (promise.row.face, promise.row.unpaid, "CNY")


def test_price__is_told_to_seller_and_financier_alone(played: Played) -> None:
    for whose, lines in ((ANNA, 3), (FIN, 3), (REG, 3), (CORE, 0), (BEN, 0)):
        assert len(played.get("/discounts", whose, participant=ANNA.id)["rows"]) == lines


def test_dates__of_a_statement__bound_it_on_both_sides(played: Played) -> None:
    lines = played.get("/payments", CORE)["rows"]
    first, last = lines[0]["time"], lines[-1]["time"]
    assert played.get("/payments", CORE, since=first, until=last)["rows"] == lines
    assert played.get("/payments", CORE, until="2000-01-01T00:00:00+08:00")["rows"] == []
    assert played.site.get("/payments", CORE.id, since="yesterday").status_code == 422
    assert played.site.get("/payments", CORE.id, since="2026-01-01T00:00:00").status_code == 422, "of no time zone"


def test_etag__until_a_block_is_added__saves_the_body(played: Played) -> None:
    with played.site.client(CLEO.id) as client:
        first = client.get("/holdings")
        tag = first.headers["ETag"]
        again = client.get("/holdings", headers={"If-None-Match": f'"other", {tag}'})
        assert (again.status_code, again.content, again.headers["DeepTier-Age"]) == (304, b"", "2")
        following = block(played.story.blocks[-1].header, UtcSeconds(played.story.told[-1].time), [])
        Writer(played.db, checkpoint(played.db)).write([following])
        heard(played.db, played.story.told[-1].time)
        later = client.get("/holdings", headers={"If-None-Match": tag})
        assert later.status_code == 200
        assert later.json()["block"] == following.header.number
