# SPDX-License-Identifier: Apache-2.0
"""Every read of the mirror gives what plain Python finds in the reference model, now and as of earlier blocks.

Random worlds, viewers, blocks and page sizes; all comes from one seed, which a failure names.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import astuple, replace
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from chain.domain.clock import DAY, UtcSeconds
from chain.domain.rules import owed
from chain.domain.vocabulary import ClaimId, ObligationId, ObligationStatus, ParticipantId
from chain.mirror import reads
from chain.mirror.visible import Sight, Visible
from chain.store.db import Db
from tests.mirrored import new_mirror, random_world, write
from tests.postgres import Server
from tests.properties import reading
from tests.properties.reading import Story, Told, Viewer

NOBODY = ParticipantId(999_999)


class Question:
    """One mirror, one viewer, one block; asks for all pages of a list and compares them."""

    def __init__(self, db: Db, story: Story, told: Told, viewer: Viewer, chance: Random) -> None:
        self.db, self.told, self.viewer, self.chance = db, told, viewer, chance
        head = story.told[-1].block
        self.at = told.block if told.block < head or chance.random() < 0.3 else None
        self.now = UtcSeconds(told.time + chance.choice((0, 0, 1, DAY, 40 * DAY, 100 * DAY)))
        self.judged = chance.choice(({}, {"now": self.now}))
        self.now = self.now if self.judged else UtcSeconds(told.time)
        self.visible = (
            Visible.everything()
            if viewer.participants is None
            else Visible.of([ParticipantId(one) for one in viewer.participants], viewer.also)
        )

    def all(self, read: Callable[..., Any], *subjects: Any, **more: Any) -> list[Any]:
        """The rows of all pages."""
        rows: list[Any] = []
        after, limit = None, self.chance.choice((1, 2, 3, 50, 1_000))
        while True:
            page = read(self.db, self.visible, *subjects, after=after, limit=limit, at=self.at, **more)
            assert page.block == self.told.block
            assert len(page.rows) <= limit
            rows += page.rows
            if page.next is None:
                return rows
            assert len(page.rows) == limit
            assert page.next != after, "a page that comes again and again"
            after = page.next

    def one(self, read: Callable[..., Any], *subjects: Any, **more: Any) -> Any:
        answer = read(self.db, self.visible, *subjects, at=self.at, **more)
        assert answer.block == self.told.block
        return answer


def plain(holding: reads.Holding) -> tuple[Any, ...]:
    reason = None if holding.immovable is None else type(holding.immovable)
    return (
        *(holding.id, holding.row, int(holding.sight), str(holding.state), holding.due, holding.status, holding.share),
        reason,
    )


def shown(asked: Question, claims: Iterable[ClaimId], whole: bool = True) -> list[tuple[Any, ...]]:
    found = [reading.shown(asked.told, asked.viewer, claim, asked.now) for claim in claims]
    return [one for one in found if one is not None and (not whole or one[2] == 3)]


def check_holdings(asked: Question) -> None:
    claims = asked.told.rows.claims
    for participant in (*asked.told.rows.participants, NOBODY):
        own = sorted((row.status, claim) for claim, row in claims.items() if row.holder == participant)
        wanted = [one for one in shown(asked, [claim for _, claim in own]) if one[3] != "ended"]
        assert [plain(one) for one in asked.all(reads.holdings, participant, **asked.judged)] == wanted
        for state in reads.State:
            found = asked.all(reads.holdings, participant, state=state, **asked.judged)
            assert [plain(one) for one in found] == [one for one in wanted if one[3] == state]
        liened = sorted(claim for claim, row in claims.items() if row.lienholder == participant)
        assert [plain(one) for one in asked.all(reads.liens, participant, **asked.judged)] == shown(asked, liened)


def check_obligations(asked: Question) -> None:
    told, obligations = asked.told, asked.told.rows.obligations
    for obligation in (*obligations, ObligationId(ParticipantId(4), 9_999)):
        wanted = promise(asked, obligation)
        found = asked.one(reads.obligation, obligation, **asked.judged).row
        assert (None if found is None else found_promise(found)) == wanted
        claims = sorted(claim for claim in told.rows.claims if claim.obligation == obligation)
        found_claims = asked.all(reads.claims, obligation, **asked.judged)
        assert [plain(one) for one in found_claims] == shown(asked, claims, whole=False)
    by_due = sorted(obligations, key=lambda one: (obligations[one].due, one.number))
    for obligor in (ParticipantId(4), ParticipantId(5)):
        own = [one for one in by_due if one.obligor == obligor]
        seen = [found for found in (promise(asked, one) for one in own) if found]
        assert [found_promise(one) for one in asked.all(reads.obligations, obligor, **asked.judged)] == seen
        statuses = asked.chance.sample(list(ObligationStatus), 2)
        dues = sorted(asked.chance.choice([*obligations.values()]).due for _ in "ab") if obligations else [0, 1]
        period = reads.Period(UtcSeconds(dues[0]), UtcSeconds(dues[1]))
        some = [one for one in seen if one[1].status in statuses and dues[0] <= one[1].due <= dues[1]]
        found = asked.all(reads.obligations, obligor, statuses=statuses, due=period, **asked.judged)
        assert [found_promise(one) for one in found] == some


def found_promise(found: reads.Promise) -> tuple[Any, ...]:
    return found.id, found.row, found.invoices, found.accept_by, found.owed, found.steps


def promise(asked: Question, obligation: ObligationId) -> tuple[Any, ...] | None:
    rows = asked.told.rows
    if not reading.sees_obligation(asked.told, asked.viewer, obligation):
        return None
    row, first = rows.obligations[obligation], rows.claims[obligation.claim(1)]
    invoices = row.invoices if reading.sees_invoices(asked.told, asked.viewer, obligation) else None
    steps = tuple(rows.steps[obligation, n] for n in range(1, row.steps + 1))

    accept_by = first.lien_until if first.status == 0 else None
    return obligation, replace(row, invoices=()), invoices, accept_by, owed(rows, obligation, asked.now), steps


def check_claims(asked: Question) -> None:
    told = asked.told
    for claim in (*told.rows.claims, ClaimId(ParticipantId(4), 1, 9_999)):
        found = asked.one(reads.claim, claim, **asked.judged).row
        assert (None if found is None else seen_claim(found)) == claim_seen(asked, claim)
        assert asked.one(reads.holding, claim, **asked.judged).row == (found and found.holding)
        cuts = [cut for cut in told.cuts.values() if cut.parent == claim]
        wanted = [one for one in (piece(asked, cut) for cut in cuts) if one]
        found_pieces = [
            (p.id, p.how, p.giver, p.taker, p.amount, p.version, p.block, p.holding and plain(p.holding))
            for p in asked.all(reads.pieces, claim, **asked.judged)
        ]
        assert found_pieces == wanted


def seen_claim(found: reads.ClaimSeen) -> tuple[Any, ...]:
    links = [
        (link.id, [(p.version, p.how, p.giver, p.taker, p.amount, p.block) for p in link.passings])
        for link in found.title
    ]
    return int(found.sight), found.holding and plain(found.holding), links


def claim_seen(asked: Question, claim: ClaimId) -> tuple[Any, ...] | None:
    told, viewer = asked.told, asked.viewer
    holding = reading.shown(told, viewer, claim, asked.now)
    links = reading.title(told, claim) if holding else reading.ancestor_title(told, viewer, claim)
    if links is None:
        return None
    sight = Sight.TITLE if holding is None else Sight(holding[2])
    if sight is Sight.GIVEN:
        links = [(name, [one for one in passes if viewer.is_one(one.giver, one.taker)]) for name, passes in links]
        links = [link for link in links if link[1]]
    told_links = [
        (name, [(p.version, p.how, p.giver, p.taker, p.amount, p.block) for p in passes]) for name, passes in links
    ]
    return int(sight), holding, told_links


def piece(asked: Question, cut: reading.Cut) -> tuple[Any, ...] | None:
    told = asked.told
    holding = reading.shown(told, asked.viewer, cut.child, asked.now)
    birth = next((one for one in told.passes if one.claim == cut.child and one.version == 1), None)
    if holding is None and not (birth and asked.viewer.is_one(birth.giver)):
        return None
    giver, taker = (birth.giver, birth.taker) if birth else (None, None)
    return cut.child, cut.how, giver, taker, cut.amount, cut.version, cut.block, holding


def check_portfolio(asked: Question) -> None:
    told, viewer = asked.told, asked.viewer
    for participant in (*told.rows.participants, NOBODY):
        found = asked.one(reads.portfolio, participant, **asked.judged)
        assert found.now == asked.now
        seen = [claim for claim in told.rows.claims if reading.sees_whole(told, viewer, claim)]
        held = [claim for claim in seen if told.rows.claims[claim].holder == participant]
        owes = [claim for claim in seen if claim.obligor == participant]
        check_side(found.held, told, held, lambda claim: claim.obligor, asked.now)
        check_side(found.owed, told, owes, lambda claim: told.rows.claims[claim].holder, asked.now)


LADDER = (("0-7", 7), ("8-30", 30), ("31-60", 60), ("61-90", 90), ("91-180", 180), ("181-", 10**9))
AGES = (("1-30", 30), ("31-60", 60), ("61-90", 90), ("91-", 10**9))


def check_side(
    side: reads.Side, told: Told, claims: Iterable[ClaimId], party: Callable[[ClaimId], int], now: int
) -> None:
    sums: dict[Any, list[int]] = defaultdict(list)
    for claim, due, cents in reading.unpaid(told, claims):
        late = -((due - now) // DAY) if now > due else 0
        rung = "overdue" if now > due else next(name for name, most in LADDER if (due - now) // DAY <= most)
        age = [next(name for name, most in AGES if late <= most)] if late else []
        for key in ("total", ("ladder", rung), ("party", party(claim)), *[("age", name) for name in age]):
            sums[key].append(cents)
    wanted = {key: (sum(cents), len(cents)) for key, cents in sums.items()}
    found: dict[Any, tuple[int, int]] = {"total": (side.total.unpaid, side.total.claims)}
    found |= {("ladder", str(rung)): (one.unpaid, one.claims) for rung, one in side.ladder.items()}
    found |= {("age", str(age)): (one.unpaid, one.claims) for age, one in side.ageing.items()}
    assert {key for key in found if key[0] == "ladder"} == {("ladder", name) for name, _ in (*LADDER, ("overdue", 0))}
    found |= {("party", one): (exposed.unpaid, exposed.claims) for one, exposed in side.exposure.items()}
    assert list(side.exposure) == sorted(side.exposure)
    assert {key: one for key, one in found.items() if one != (0, 0)} == wanted


def check_todo(asked: Question) -> None:
    told, viewer, now = asked.told, asked.viewer, asked.now
    rows, days = told.rows, asked.chance.choice((0, 7, 14, 90))
    for participant in (*rows.participants, NOBODY):
        found = asked.one(reads.todo, participant, days=days, limit=500, **asked.judged)
        if not viewer.is_one(participant):
            assert (found.offers, found.due_soon, found.overdue, found.redeemable) == ((), (), (), ())
            continue
        own = sorted(claim for claim, row in rows.claims.items() if row.holder == participant)
        claims = shown(asked, own)
        assert [plain(one) for one in found.offers] == [one for one in claims if one[3] == "offered"]
        money = [one for one in claims if one[1].status == 1 and one[6].money]
        assert [plain(one) for one in found.redeemable] == money
        owes = [one for one in rows.obligations if one.obligor == participant and rows.obligations[one].unpaid]
        debts = sorted((rows.obligations[one].due, one) for one in owes if rows.claims[one.claim(1)].status)
        soon = [one for due, one in debts if now <= due <= now + days * DAY]
        assert [one.id for one in found.due_soon] == soon
        assert [one.id for one in found.overdue] == [one for due, one in debts if due < now]


def check_statements(asked: Question, story: Story) -> None:
    told, viewer = asked.told, asked.viewer
    times = [one.time for one in story.told]
    since, until = sorted(asked.chance.choices(times, k=2))
    some = reads.Period(UtcSeconds(since), UtcSeconds(until + asked.chance.choice((-1, 0))))
    for period in (reads.Period(), some):
        facts = [fact for fact in told.facts if period.since <= times[fact.block] <= period.until]
        facts.sort(key=lambda fact: (fact.block, fact.subject, fact.version))
        for participant in (*told.rows.participants, NOBODY):
            sold = [
                f
                for f in facts
                if f.kind == "discount" and participant in f.values[:2] and viewer.is_one(*f.values[:2])
            ]
            assert entries(asked.all(reads.discounts, participant, period=period)) == list(lines(sold, times))
            out = [f for f in facts if f.kind == "redemption" and f.values[0] == participant]
            out = [fact for fact in out if viewer.is_one(participant, fact.subject.obligor)]
            assert entries(asked.all(reads.redemptions, participant, period=period)) == list(lines(out, times))
            paid = [f for f in facts if f.kind == "payment" and f.subject.obligor == participant]
            paid = [fact for fact in paid if reading.sees_obligation(told, viewer, fact.subject)]
            assert entries(asked.all(reads.payments, participant, period=period)) == list(lines(paid, times))
            for obligation in {fact.subject for fact in paid}:
                one = [fact for fact in paid if fact.subject == obligation]
                found = asked.all(reads.payments, participant, obligation=obligation, period=period)
                assert entries(found) == list(lines(one, times))


def entries(found: Iterable[reads.Entry[Any, Any]]) -> list[tuple[Any, ...]]:

    return [(one.id, one.version, one.block, one.time, astuple(one.row)) for one in found]


def lines(facts: Iterable[reading.Fact], times: list[int]) -> Iterator[tuple[Any, ...]]:
    for fact in facts:
        yield fact.subject, fact.version, fact.block, times[fact.block], fact.values


def check_events(asked: Question, story: Story) -> None:
    told, viewer, rows = asked.told, asked.viewer, asked.told.rows
    seen: list[tuple[Any, bool]] = [(one, viewer.is_one(one)) for one in (*rows.participants, NOBODY)]
    seen += [(one, reading.sees_obligation(told, viewer, one)) for one in rows.obligations]
    seen += [(one, reading.sees_whole(told, viewer, one)) for one in rows.claims]
    for subject, may in seen:
        found = asked.all(reads.events, subject)
        own = [(name, block, position) for about, name, block, position in told.log if about == subject and may]
        assert [(one.name, one.block, one.position) for one in found] == own
        assert all(one.time == story.told[one.block].time for one in found)
        for one in found:
            log = story.blocks[one.block].logs[one.position]
            assert one.transaction == log.transaction
        if isinstance(subject, tuple):
            assert [one.version for one in found] == sorted({one.version for one in found})


def check_people(asked: Question) -> None:
    told, viewer, rows = asked.told, asked.viewer, asked.told.rows
    for other in (*rows.participants, NOBODY):
        found = asked.one(reads.participant, other).row
        assert (found is not None) == reading.is_party(told, viewer, other), other
        if found is not None:
            row = rows.participants[other]
            money = (row.limit, row.utilised, row.overdue) if viewer.is_one(other) else (None, None, None)
            assert (found.limit, found.utilised, found.overdue) == money
            assert (found.roles, found.status, found.paused_until) == (row.roles, row.status, row.paused_until)


def check_search(asked: Question) -> None:
    told, viewer, rows = asked.told, asked.viewer, asked.told.rows

    def hits(text: object) -> list[Any]:
        return list(asked.one(reads.search, str(text)).rows)

    for participant in (*rows.participants, NOBODY):
        assert hits(participant) == ([participant] if reading.is_party(told, viewer, participant) else [])
    for obligation in rows.obligations:
        assert hits(obligation) == ([obligation] if reading.sees_obligation(told, viewer, obligation) else [])
    for claim in rows.claims:
        may = reading.sees_whole(told, viewer, claim) or reading.sees_given(told, viewer, claim)
        assert hits(f" {claim} ") == ([claim] if may else [])
    for text in ("", "x", "7-", "-7", "1-2-3-4", "9" * 40, "9" * 10 + "-1", "ab" * 32, "0x", "７", "7-1-3x", "\0"):
        assert hits(text) == []
    for obligor, name in (*rows.invoices, *rows.aliases):
        root = rows.aliases.get((obligor, name), (obligor, name))
        names = {root, *(alias for alias, first in rows.aliases.items() if first == root)}
        backed = sorted(
            obligation
            for obligation, row in rows.obligations.items()
            if {(obligation.obligor, part.fingerprint) for part in row.invoices} & names
            and reading.sees_invoices(told, viewer, obligation)
        )
        first = [reads.Invoiced(*root)] if viewer.is_one(obligor) or backed else []
        assert hits(asked.chance.choice(("0x", "")) + name.hex()) == [*first, *backed]


def compare(db: Db, story: Story, chance: Random, rounds: int) -> None:
    """Ask for everything as some viewers, now and as of some blocks."""
    for _ in range(rounds):
        told = chance.choice(story.told) if chance.random() < 0.6 else story.told[-1]
        viewer = chance.choice(reading.viewers(told, chance))
        asked = Question(db, story, told, viewer, chance)
        check_holdings(asked)
        check_obligations(asked)
        check_claims(asked)
        check_portfolio(asked)
        check_todo(asked)
        check_statements(asked, story)
        check_events(asked, story)
        check_people(asked)
        check_search(asked)


def played(address: str, seed: int, calls: int, rounds: int) -> None:
    chance = Random(seed)
    told = reading.story(random_world(seed, calls), seed, most=chance.choice((2, 6, 20)))
    with new_mirror(address, told.world.rulebook) as db:
        write(db, told.blocks, chance)
        compare(db, told, chance, rounds)


@settings(max_examples=14, deadline=None, database=None, suppress_health_check=list(HealthCheck))
@given(st.integers(0, 2**32))
@example(20261122)
def test_reads__random_worlds_viewers_and_blocks__are_the_models_answers(seed: int) -> None:
    with TemporaryDirectory() as folder:
        played(f"sqlite://{Path(folder)}/mirror.db", seed, calls=150, rounds=4)


@pytest.mark.parametrize("seed", [1, 2])
def test_reads__on_postgresql__are_the_models_answers_too(postgres: Server, seed: int) -> None:
    played(postgres.database(), seed, calls=120, rounds=2)
