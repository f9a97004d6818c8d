# SPDX-License-Identifier: Apache-2.0
"""No read shows a viewer what is not for it: every viewer, every read, every subject of random worlds.

What an answer may contain is said here once more, by what stands in it: whatever list or field an id, an amount or a
name of a participant turns up in, it must be the viewer's to see. `tests/properties/test_reads.py` says that nothing
is held back either.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import fields, is_dataclass
from pathlib import Path
from random import Random
from typing import Any

import pytest

from chain.domain.clock import MAX_SECONDS, UtcSeconds
from chain.domain.vocabulary import ClaimId, ObligationId, ParticipantId
from chain.mirror import reads
from chain.mirror.visible import Sight, Visible
from chain.store.db import Db
from tests.mirrored import new_mirror, random_world, write
from tests.properties import reading
from tests.properties.reading import Story, Told, Viewer

OF_THE_SERVICE = {"accounts", "last_number", "lapsed"}
"""What the service asks to do its work; no answer of a route is made of it."""
READS = {name for name in reads.__all__ if name[0].islower()} - OF_THE_SERVICE - {"directory"}
MISSING = ParticipantId(777_777)
SEEDS = (3, 4, 5)


@pytest.fixture(scope="module", params=SEEDS)
def played(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Db, Story]]:
    story = reading.story(random_world(request.param, 260), request.param)
    folder: Path = tmp_path_factory.mktemp("mirror")
    with new_mirror(f"sqlite://{folder}/mirror.db", story.world.rulebook) as db:
        write(db, story.blocks)
        yield db, story


def asked(db: Db, told: Told, visible: Visible) -> Iterator[tuple[str, Any, Any]]:
    """Every read of every subject: its name, the subject, the answer."""
    rows, at = told.rows, told.block
    people = [*rows.participants, MISSING]
    obligations = [*rows.obligations, ObligationId(MISSING, 1)]
    claims = [*rows.claims, ClaimId(MISSING, 1, 1)]
    texts = [*map(str, (*people, *obligations, *claims)), *(name.hex() for _, name in (*rows.invoices, *rows.aliases))]
    of_people = ("holdings", "liens", "obligations", "portfolio", "todo", "participant", "events")
    subjects: dict[str, list[Any]] = {name: list[Any](people) for name in (*of_people, *STATEMENTS)}
    subjects |= {"obligation": obligations, "claims": obligations, "pieces": claims, "search": texts}
    subjects |= {"claim": claims, "holding": claims}
    subjects["events"] += [*obligations, *claims]
    assert subjects.keys() == READS, "a read that nobody asks"
    for name, some in subjects.items():
        read: Callable[..., Any] = getattr(reads, name)
        more: dict[str, Any] = {} if name in WHOLE else {"limit": 500}
        for subject in some:
            yield name, subject, read(db, visible, subject, at=at, **more)


STATEMENTS = ("discounts", "payments", "redemptions")
WHOLE = ("search", "portfolio", "participant", "obligation", "claim", "holding")


def judge(told: Told, viewer: Viewer, name: str, subject: Any, answer: Any) -> int:
    """How many rows stand in the answer; each of them must be the viewer's to see."""
    rows = 0
    for part in parts(answer):
        what = f"{name}({subject}) showed {viewer} {part}"
        if isinstance(part, reads.Holding):
            assert may_hold(told, viewer, part), what
        elif isinstance(part, reads.Promise):
            assert reading.sees_obligation(told, viewer, part.id), what
            assert part.row.invoices == (), what
            assert part.invoices is None or reading.sees_invoices(told, viewer, part.id), what
        elif isinstance(part, reads.ClaimSeen):
            assert may_title(told, viewer, part), what
        elif isinstance(part, reads.Piece):
            birth = [one for one in told.passes if one.claim == part.id and one.version == 1]
            mine = bool(birth) and viewer.is_one(birth[0].giver)
            assert mine or reading.shown(told, viewer, part.id, told.time) is not None, what
        elif isinstance(part, reads.Entry):
            assert may_entry(told, viewer, name, part), what
        elif isinstance(part, reads.Party):
            assert reading.is_party(told, viewer, part.id), what
            assert viewer.is_one(part.id) or (part.limit, part.utilised, part.overdue) == (None, None, None), what
        elif isinstance(part, reads.Side):
            assert may_sum(told, viewer, subject, answer), what
        elif isinstance(part, reads.Happened):
            assert may_log(told, viewer, subject), what
        else:
            continue
        rows += 1
    if name == "search":
        assert all(may_find(told, viewer, hit) for hit in answer.rows), (
            f"{name}({subject}) showed {viewer} {answer.rows}"
        )
        rows += len(answer.rows)
    return rows


def parts(answer: Any) -> Iterator[Any]:
    """Everything that stands in an answer, at any depth."""
    yield answer
    if is_dataclass(answer) and not isinstance(answer, type):
        for field in fields(answer):
            yield from parts(getattr(answer, field.name))
    elif isinstance(answer, (tuple, list)):
        for one in answer:
            yield from parts(one)
    elif isinstance(answer, dict):
        for one in answer.values():
            yield from parts(one)


def may_hold(told: Told, viewer: Viewer, part: reads.Holding) -> bool:
    if part.sight is Sight.FULL:
        return reading.sees_whole(told, viewer, part.id)
    hidden = (part.row.lienholder, part.row.lien_until, part.immovable) == (0, 0, None) and part.state != "liened"
    return part.sight is Sight.GIVEN and reading.sees_given(told, viewer, part.id) and hidden


def may_title(told: Told, viewer: Viewer, part: reads.ClaimSeen) -> bool:
    passings = [(link.id, passing) for link in part.title for passing in link.passings]
    if part.sight is Sight.GIVEN:
        own = all(viewer.is_one(passing.giver, passing.taker) for _, passing in passings)
        return own and reading.sees_given(told, viewer, part.id)
    if part.sight is Sight.FULL:
        owners = [part.id] if reading.sees_whole(told, viewer, part.id) else []
    else:
        owners = [claim for claim, row in told.rows.claims.items() if viewer.is_one(row.holder)]
    chains = {(name, one.version) for claim in owners for name, passes in reading.title(told, claim) for one in passes}
    below = part.sight is Sight.FULL or (part.holding is None and part.id not in owners)
    return bool(owners) and below and {(name, passing.version) for name, passing in passings} <= chains


def may_entry(told: Told, viewer: Viewer, name: str, part: reads.Entry[Any, Any]) -> bool:
    if name == "discounts":
        return viewer.is_one(part.row.seller, part.row.financier)
    if name == "redemptions":
        return viewer.is_one(part.row.holder, part.id.obligor)
    return reading.sees_obligation(told, viewer, part.id)


def may_sum(told: Told, viewer: Viewer, subject: Any, answer: reads.Portfolio) -> bool:
    """Sums are of claims that are seen: no more money, no other parties than those have."""
    rows = told.rows
    seen = [claim for claim in rows.claims if reading.sees_whole(told, viewer, claim)]
    for side, own, party in (
        (answer.held, [c for c in seen if rows.claims[c].holder == subject], lambda c: c.obligor),
        (answer.owed, [c for c in seen if c.obligor == subject], lambda c: rows.claims[c].holder),
    ):
        sums = Counter[int]()
        for claim, _, cents in reading.unpaid(told, own):
            sums[party(claim)] += cents
        if {one: exposed.unpaid for one, exposed in side.exposure.items()} != dict(sums):
            return False
    return True


def may_log(told: Told, viewer: Viewer, subject: Any) -> bool:
    if isinstance(subject, ClaimId):
        return reading.sees_whole(told, viewer, subject)
    if isinstance(subject, ObligationId):
        return reading.sees_obligation(told, viewer, subject)
    return viewer.is_one(subject)


def may_find(told: Told, viewer: Viewer, hit: Any) -> bool:
    if isinstance(hit, ClaimId):
        return reading.shown(told, viewer, hit, told.time) is not None
    if isinstance(hit, ObligationId):
        return reading.sees_obligation(told, viewer, hit)
    if isinstance(hit, reads.Invoiced):
        names = {name for name, root in told.rows.aliases.items() if root == (hit.obligor, hit.fingerprint)}
        names.add((hit.obligor, hit.fingerprint))
        backed = [
            one
            for one, row in told.rows.obligations.items()
            if {(one.obligor, part.fingerprint) for part in row.invoices} & names
        ]
        return viewer.is_one(hit.obligor) or any(reading.sees_invoices(told, viewer, one) for one in backed)
    return reading.is_party(told, viewer, hit)


def test_reads__every_viewer_and_subject__show_nothing_of_others(played: tuple[Db, Story]) -> None:
    db, story = played
    chance, cells, rows, seen = Random(len(story.blocks)), 0, 0, Counter[str]()
    for told in (story.told[-1], chance.choice(story.told[len(story.told) // 2 :])):
        for viewer in reading.viewers(told, chance):
            visible = (
                Visible.everything()
                if viewer.participants is None
                else Visible.of([ParticipantId(one) for one in viewer.participants], viewer.also)
            )
            for name, subject, answer in asked(db, told, visible):
                assert answer.block == told.block
                found = judge(told, viewer, name, subject, answer)
                cells, rows, seen[name] = cells + 1, rows + found, seen[name] + found
                if viewer.participants is not None:
                    seen[f"{name} {'some' if found else 'nothing'}"] += 1
    print(f"visible: {cells} viewers x reads x subjects, {rows} rows in them")
    assert cells > 5_000
    hidden = [name for name in READS - {"portfolio"} if not seen[f"{name} some"] or not seen[f"{name} nothing"]]
    assert not hidden, f"of these reads some viewers must see something and some nothing: {hidden}"


def test_reads__stranger__looks_at_what_is_there_as_at_what_is_not(played: tuple[Db, Story]) -> None:
    db, story = played
    told = story.told[-1]
    stranger = Visible.of([ParticipantId(999_999)])
    missing = {"participant": MISSING, "obligation": ObligationId(MISSING, 1), "claim": ClaimId(MISSING, 1, 1)}
    missing["holding"] = missing["claim"]
    for name, subject, answer in asked(db, told, stranger):
        if name == "search":
            bank = subject.isdigit() and any(rail.bank == int(subject) for rail in told.rows.rails.values())
            assert bank or answer.rows == ()
        elif name == "participant" and any(rail.bank == subject for rail in told.rows.rails.values()):
            assert answer.row is not None, "a SettlementBank is everybody's to know"
        elif name in missing:
            assert answer == getattr(reads, name)(db, stranger, missing[name], at=told.block)
        elif name in ("portfolio", "todo"):
            assert answer == getattr(reads, name)(db, stranger, MISSING, at=told.block)
        else:
            assert (answer.rows, answer.next) == ((), None)


def test_reads_of_the_service__for_a_viewer__tell_nothing_of_others(played: tuple[Db, Story]) -> None:
    db, story = played
    told = story.told[-1]
    rows, late = told.rows, UtcSeconds(MAX_SECONDS)
    for viewer in reading.viewers(told, Random(7)):
        if viewer.participants is None:
            continue
        visible = Visible.of([ParticipantId(one) for one in viewer.participants], viewer.also)
        for one in (*rows.participants, MISSING):
            live = {name for name, row in rows.accounts.items() if row.participant == one and row.active}
            numbers = [obligation.number for obligation in rows.obligations if obligation.obligor == one]
            own = viewer.is_one(one)
            assert {name for name, _ in reads.accounts(db, visible, one, at=told.block)} == (live if own else set())
            assert reads.last_number(db, visible, one) == (max(numbers, default=0) if own else 0)
        lapsed = reads.lapsed(db, visible, late)
        assert (lapsed.overdue, lapsed.offers) == ((), ())


def test_directory__for_every_viewer__is_who_takes_part_and_no_more(played: tuple[Db, Story]) -> None:
    db, story = played
    for told in (story.told[-1], story.told[len(story.told) // 2]):
        everybody = sorted(
            (one, row.roles, row.status, row.paused_until) for one, row in told.rows.participants.items()
        )
        for viewer in reading.viewers(told, Random(7)):
            visible = (
                Visible.everything()
                if viewer.participants is None
                else Visible.of([ParticipantId(one) for one in viewer.participants], viewer.also)
            )
            found = reads.directory(db, visible, at=told.block, limit=500)
            nobody = not visible.all and not visible.participants
            assert [tuple(row) for row in found.rows] == ([] if nobody else everybody)
