# SPDX-License-Identifier: Apache-2.0
"""What every read has in common: the block it speaks of, cursors, one state of the database; and a story told once."""

from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from chain.domain.clock import DAY, UtcSeconds
from chain.domain.refusals import ClaimLiened, ClosingWindow, NotHeld, RedeemFirst
from chain.domain.vocabulary import ClaimId, ObligationId, ObligationStatus, ParticipantId
from chain.mirror import reads
from chain.mirror.errors import BlockNotMirrored, CursorMalformed, MirrorEmpty
from chain.mirror.paging import LIMIT, cursor
from chain.mirror.schema import open_mirror
from chain.mirror.visible import Sight, Visible
from chain.mirror.writer import Writer, checkpoint, rollback
from chain.store.db import Db
from tests.cast import ANNA, BANK, BEN, CLEO, CORE, FIN, INVOICE, REG, RIVAL, YUAN, Member
from tests.mirrored import blocks, mirror_of, new_mirror, write
from tests.worlds import World, furnished

ALL = Visible.everything()
FIRST = ObligationId(CORE.id, 1)
LISTS: dict[str, tuple[Callable[..., Any], Any]] = {
    "holdings": (reads.holdings, ANNA.id),
    "liens": (reads.liens, FIN.id),
    "claims": (reads.claims, FIRST),
    "obligations": (reads.obligations, CORE.id),
    "pieces": (reads.pieces, FIRST.claim(1)),
    "discounts": (reads.discounts, FIN.id),
    "payments": (reads.payments, CORE.id),
    "redemptions": (reads.redemptions, ANNA.id),
    "events": (reads.events, FIRST.claim(1)),
}


def story() -> World:
    """Anna splits to Ben and Cleo, lays two liens, sells twice; the core pays two obligations in part; Anna is paid."""
    world = furnished()
    for number in (1, 2, 3):
        world.held(number)
    first = FIRST.claim(1)
    world.do(world.split_many(first, (BEN, 100 * YUAN), (CLEO, 200 * YUAN)))
    world.do(world.split(FIRST.claim(2), CLEO, 40 * YUAN))
    for _ in "ab":
        world.do(world.lien(first, FIN, 10 * YUAN))
    for amount in (50, 60):
        world.do(world.discount(world.quote(first, (amount - 1) * YUAN, amount * YUAN)))
    for number in (2, 3):
        world.do(world.fund(ObligationId(CORE.id, number), 300 * YUAN))
        world.do(world.redeem(ObligationId(CORE.id, number).claim(1)))
    world.do(world.issue(world.promise(4)))
    return world


def seen_by(*members: Member) -> Visible:
    return Visible.of([member.id for member in members])


@pytest.fixture(scope="module")
def world() -> World:
    return story()


@pytest.fixture
def db(empty: str, world: World) -> Iterator[Db]:
    made, _ = mirror_of(empty, world)
    with made:
        yield made


def test_answers__now_and_then__name_their_block(db: Db, world: World) -> None:
    head = checkpoint(db).block
    assert reads.holdings(db, ALL, ANNA.id).block == head
    assert reads.holdings(db, ALL, ANNA.id, at=3).block == 3
    assert reads.participant(db, ALL, ANNA.id).block == head
    assert reads.todo(db, ALL, ANNA.id, at=3).block == 3
    assert reads.portfolio(db, ALL, ANNA.id).now == world.now


@pytest.mark.parametrize("at", [-1, 10_000])
def test_reads__block_that_is_not_mirrored__say_so(db: Db, at: int) -> None:
    with pytest.raises(BlockNotMirrored) as caught:
        reads.holdings(db, ALL, ANNA.id, at=at)
    assert caught.value.arguments == {"block": at, "head": checkpoint(db).block}


def test_reads__mirror_without_a_block__say_that_it_is_empty(empty: str) -> None:
    with new_mirror(empty) as db, pytest.raises(MirrorEmpty):
        reads.holdings(db, ALL, ANNA.id)


def test_reads__after_a_rollback__tell_what_was_then(db: Db, world: World) -> None:
    head = checkpoint(db).block
    for to in (head - 1, head // 2):
        wanted = [reads.holdings(db, ALL, member.id, at=to).rows for member in (ANNA, BEN, FIN)]
        rollback(db, checkpoint(db), to)
        found = [reads.holdings(db, ALL, member.id) for member in (ANNA, BEN, FIN)]
        assert [page.rows for page in found] == wanted
        assert {page.block for page in found} == {to}
        with pytest.raises(BlockNotMirrored):
            reads.holdings(db, ALL, ANNA.id, at=to + 1)


@pytest.mark.parametrize("name", LISTS)
def test_lists__in_pages_of_one__are_what_they_are_whole(db: Db, name: str) -> None:
    read, subject = LISTS[name]
    whole = read(db, ALL, subject, limit=LIMIT)
    assert whole.next is None
    assert len(whole.rows) > 1, "nothing to be paged through"
    rows, after = [], None
    for _ in whole.rows:
        page = read(db, ALL, subject, limit=1, after=after)
        rows += page.rows
        after = page.next
    assert (tuple(rows), after) == (whole.rows, None)


@pytest.mark.parametrize("name", LISTS)
def test_lists__cursor_of_another_list_or_of_nobody__is_refused(db: Db, name: str) -> None:
    read, subject = LISTS[name]
    other, about = LISTS["claims" if name != "claims" else "holdings"]
    foreign = other(db, ALL, about, limit=1).next
    own = read(db, ALL, subject, limit=1).next
    twin = own[:-1] + chr(ord(own[-1]) + 1) if len(own) % 4 else "_"  # the same bytes to a lax reader of Base64
    long = urlsafe_b64encode(bytes(4_000)).decode()
    for after in (foreign, "", "x", own + "A", own[:-4], f" {own}", f"{own}=", twin, "é", "\0", long, "%"):
        with pytest.raises(CursorMalformed) as caught:
            read(db, ALL, subject, after=after)
        assert caught.value.arguments == {"list": name}


def test_lists__cursor_of_the_same_list_asked_otherwise__is_refused(db: Db) -> None:
    after = reads.holdings(db, ALL, ANNA.id, limit=1).next
    with pytest.raises(CursorMalformed):
        reads.holdings(db, ALL, ANNA.id, state=reads.State.FREE, after=after)
    with pytest.raises(CursorMalformed):
        reads.holdings(db, ALL, CLEO.id, after=after)


def test_lists__cursor_with_a_number_that_no_row_has__is_refused(db: Db) -> None:
    name = f"claims {FIRST}"
    assert reads.claims(db, ALL, FIRST, after=cursor(name, (2**63 - 1, 0, 0))).rows == ()
    with pytest.raises(CursorMalformed):
        reads.claims(db, ALL, FIRST, after=cursor(name, (2**63, 0, 0)))


@pytest.mark.parametrize(("limit", "rows"), [(0, 1), (-5, 1), (2, 2), (10**9, 8)])
def test_lists__absurd_limits__are_brought_within_reason(db: Db, limit: int, rows: int) -> None:
    assert len(reads.claims(db, ALL, FIRST, limit=limit).rows) == rows


def test_reads__block_written_in_their_middle__is_not_half_seen(tmp_path: Path, world: World) -> None:
    """A second connection writes while the first one is between two statements of one answer."""
    address, made = f"sqlite://{tmp_path}/mirror.db", blocks(world)
    with new_mirror(address, world.rulebook) as db:
        write(db, made[:-6])
        before = reads.portfolio(db, ALL, ANNA.id), reads.holdings(db, ALL, ANNA.id)
        with open_mirror(address) as other:
            writer, left, real = Writer(other, checkpoint(other)), list(made[-6:]), db.all

            def all_and_write(sql: str, parameters: Any = ()) -> Any:
                rows = real(sql, parameters)
                if left and "checkpoint" in sql:
                    writer.write([left.pop(0)])
                return rows

            db.all = all_and_write  # type: ignore[method-assign]
            found = reads.portfolio(db, ALL, ANNA.id), reads.holdings(db, ALL, ANNA.id)
            assert found[0] == before[0]
            assert found[1].block == before[1].block + 1
            assert found[1] == reads.holdings(db, ALL, ANNA.id, at=found[1].block)


def test_holdings__say_why_a_claim_cannot_be_passed_on(tmp_path: Path, world: World) -> None:
    paid = world.fork()
    paid.do(paid.fund(FIRST, 300 * YUAN))
    db, _ = mirror_of(tmp_path / "mirror.db", paid)

    def why(now: int) -> dict[ClaimId, type | None]:
        rows = reads.holdings(db, ALL, ANNA.id, now=UtcSeconds(now)).rows
        return {row.id: None if row.immovable is None else type(row.immovable) for row in rows}

    with db:
        assert why(paid.now) == {
            FIRST.claim(1): RedeemFirst,  # what is paid belongs to whoever holds it now
            FIRST.claim(5): ClaimLiened,
            FIRST.claim(6): ClaimLiened,
            ObligationId(CORE.id, 2).claim(1): None,
            ObligationId(CORE.id, 3).claim(1): None,
            ObligationId(CORE.id, 4).claim(1): NotHeld,
        }
        assert why(paid.now + 2 * DAY)[FIRST.claim(5)] is RedeemFirst, "the lien ran out"
        assert why(paid.now + 89 * DAY)[ObligationId(CORE.id, 2).claim(1)] is ClosingWindow


def test_sights__of_one_chain__are_what_each_has_to_do_with_it(db: Db) -> None:
    """Anna gave Ben 1-2, of which Ben gave Cleo 1-4."""
    given, kept = FIRST.claim(4), FIRST.claim(3)

    def sight(viewer: Visible, claim: ClaimId) -> Sight | None:
        found = reads.claim(db, viewer, claim).row
        return None if found is None else found.sight

    assert [sight(seen_by(member), given) for member in (CORE, CLEO, BEN, ANNA, FIN, BANK)] == [
        *(Sight.FULL, Sight.FULL, Sight.GIVEN, None, None, None)
    ]
    assert sight(seen_by(CLEO), FIRST.claim(1)) is Sight.TITLE
    assert sight(seen_by(BEN), FIRST.claim(1)) is Sight.TITLE
    assert sight(seen_by(FIN), FIRST.claim(5)) is Sight.FULL, "it has a lien on it"
    assert sight(seen_by(RIVAL), FIRST.claim(1)) is None
    assert sight(Visible.of([RIVAL.id], also=[kept]), kept) is Sight.FULL
    seen = reads.claim(db, seen_by(CLEO), given).row
    assert seen is not None
    assert [[(p.how, p.giver, p.taker) for p in link.passings] for link in seen.title] == [
        [("issue", CORE.id, ANNA.id)],
        [("split", ANNA.id, BEN.id)],
        [("split", BEN.id, CLEO.id)],
    ]


def test_ancestor__cut_twice_for_one_holder__tells_what_was_passed_before_the_later_cut(tmp_path: Path) -> None:
    world, first = furnished(), FIRST.claim(1)
    world.held(1)
    world.do(world.split(first, CLEO, 100 * YUAN))
    world.do(world.transfer(first, BEN))
    world.do(world.split(first, CLEO, 100 * YUAN))
    world.do(world.transfer(first, ANNA))
    for most in (1, 30):  # each event in a block of its own; several in one block, where only the log knows the order
        with new_mirror(tmp_path / f"{most}.db") as db:
            write(db, blocks(world, most=most))
            told = []
            for claim in (first, FIRST.claim(2), FIRST.claim(3)):
                seen = reads.claim(db, seen_by(CLEO), claim).row
                assert seen is not None
                told.append([(passing.giver, passing.taker) for passing in seen.title[0].passings])
            before, between = (CORE.id, ANNA.id), (ANNA.id, BEN.id)
            assert told == [[before, between], [before], [before, between]]


def test_participant__lienholder_and_holder__know_one_another_as_long_as_the_lien_stands(tmp_path: Path) -> None:
    world, first = furnished(), FIRST.claim(1)
    world.held(1)
    world.do(world.lien(first, RIVAL))
    liened = len(blocks(world, most=1))
    world.do(world.release(first))
    with new_mirror(tmp_path / "mirror.db") as db:
        write(db, blocks(world, most=1))
        for viewer, other in ((ANNA, RIVAL), (RIVAL, ANNA)):
            known = [
                reads.participant(db, seen_by(viewer), other.id, at=at).row for at in (liened - 2, liened - 1, None)
            ]
            assert [one is not None for one in known] == [False, True, False]
        assert reads.participant(db, seen_by(CORE), RIVAL.id).row is not None, "it had a lien on what the core owes"


def test_prices_limits_and_fingerprints__are_for_few(db: Db) -> None:
    assert len(reads.discounts(db, seen_by(ANNA), FIN.id).rows) == 2
    for viewer in (CORE, BEN, RIVAL, BANK):
        assert reads.discounts(db, seen_by(viewer), FIN.id).rows == ()
    assert reads.discounts(db, Visible.of([], also=[FIRST.claim(7)]), FIN.id).rows == ()
    core = [reads.participant(db, seen_by(member), CORE.id).row for member in (CORE, ANNA, REG)]
    assert [None if one is None else one.limit for one in core] == [CORE.limit, None, None]
    assert core[2] is None, "the Registrar as one participant among others; its own scope is everything"
    for viewer, backs in ((CORE, True), (ANNA, True), (BEN, False), (BANK, False)):
        found = reads.search(db, seen_by(viewer), INVOICE.hex()).rows
        assert (FIRST in found) is backs
        promise = reads.obligation(db, seen_by(viewer), FIRST).row
        assert promise is not None
        assert (promise.invoices is not None) is backs


def test_statements__of_a_period__take_both_ends_in(db: Db, world: World) -> None:
    every = reads.payments(db, ALL, CORE.id).rows
    times = [entry.time for entry in every]
    assert len(every) == 2
    for since, until in ((times[0], times[0]), (times[0] + 1, times[0] + 5), (0, times[0] - 1)):
        period = reads.Period(UtcSeconds(since), UtcSeconds(until))
        found = reads.payments(db, ALL, CORE.id, period=period).rows
        assert found == tuple(entry for entry in every if since <= entry.time <= until)


def test_obligations__no_status_asked_for__are_none(db: Db) -> None:
    assert reads.obligations(db, ALL, CORE.id, statuses=[]).rows == ()
    issued = reads.obligations(db, ALL, CORE.id, statuses=[ObligationStatus.ISSUED])
    assert [promise.id.number for promise in issued.rows] == [1, 2, 3, 4]
    assert [promise.accept_by is not None for promise in issued.rows] == [False, False, False, True]


def test_todo__limited__is_the_first_of_each(db: Db) -> None:
    whole, one = (reads.todo(db, ALL, CORE.id, days=100, limit=limit) for limit in (100, 1))
    assert [promise.id.number for promise in whole.due_soon] == [1, 2, 3]
    assert one.due_soon == whole.due_soon[:1]
    assert reads.todo(db, seen_by(ANNA), CORE.id, days=100).due_soon == ()


@pytest.mark.parametrize("number", [-1, 0, 2**32, 2**63 - 1])
def test_reads__numbers_that_nobody_has__find_nothing(db: Db, number: int) -> None:
    nobody = ParticipantId(number)
    assert reads.participant(db, ALL, nobody).row is None
    assert reads.obligation(db, ALL, ObligationId(nobody, number)).row is None
    assert reads.claim(db, ALL, ClaimId(nobody, number, number)).row is None
    assert reads.holdings(db, Visible.of([nobody]), nobody).rows == ()
