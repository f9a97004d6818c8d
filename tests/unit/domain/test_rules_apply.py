# SPDX-License-Identifier: Apache-2.0
"""The fold: events alone give every row, an event reads and writes only the rows that it names, and apply is pure."""

from collections import ChainMap
from collections.abc import Iterator
from functools import cache
from typing import Any, get_args

import pytest

from chain.domain import commands as c
from chain.domain import events as e
from chain.domain.clock import DAY, UtcSeconds
from chain.domain.money import Fen
from chain.domain.rules import CHECKS, TABLES, Rows, apply, commit, owed
from chain.domain.rules.apply import FOLD
from chain.domain.vocabulary import HOUR, ObligationId, RulebookContract
from tests.cast import ANNA, BANK, BEN, CLEO, CORE, FIN, FIRST_RULES, REG, address, digest
from tests.worlds import World, furnished


def obligation(number: int) -> ObligationId:
    return ObligationId(CORE.id, number)


def births_and_ends(world: World) -> None:
    world.do(world.issue_many(*(world.promise(n) for n in range(10, 13)), checked=False))
    world.do(world.decline(obligation(10)))
    world.do(world.revoke(obligation(11)))
    world.wait(49 * HOUR)
    world.do(world.expire(obligation(12)))


def moves(world: World) -> None:
    claim = world.held(1).claim(1)
    world.do(world.set_auto_accept(BEN, ANNA, world.now + DAY))
    world.do(world.split(claim, BEN, 10_000, acceptances=()))
    world.do(world.split_many(claim, (BEN, 5_000), (CLEO, 5_000)))
    world.do(world.cut(claim, 20_000))
    world.do(world.lien(claim, FIN))
    world.do(world.release(claim))
    world.do(world.lien(claim, ANNA, 15_000))
    world.do(world.discount(world.quote(claim, 9_900, 10_000)))
    world.do(world.discount(world.quote(obligation(1).claim(2), 9_900)))
    world.do(world.transfer(claim, CLEO))


def settlement(world: World) -> None:
    world.do(world.fund(obligation(1), 30_000))
    world.do(world.redeem(obligation(1).claim(2)))
    world.now = UtcSeconds(world.rows.obligations[obligation(1)].due + DAY)
    world.do(world.mark_overdue(obligation(1)))
    world.do(world.fund_by_receipt(obligation(1), owed(world.rows, obligation(1), world.now).total))
    for seq in range(1, world.rows.obligations[obligation(1)].seq + 1):
        world.do(world.redeem(obligation(1).claim(seq)))
    world.do(world.fund(world.held(2), 100_000))


def registry(world: World) -> None:
    world.do(world.revoke_account(CORE, CORE.account(2)))
    change = world.set_cash(CORE, address("elsewhere"))
    world.do(change)
    assert change.identity is not None
    world.do(world.cancel_change(REG, change.identity))
    applied = world.set_cash(CORE, address("elsewhere"), deadline=UtcSeconds(world.now + 10 * DAY))
    world.do(applied)
    world.wait(3 * DAY)
    world.do(applied)
    world.do(world.set_standing(BANK, status=2))
    world.do(world.raise_quote_epoch(FIN))
    world.do(world.pause(ANNA, BEN))
    world.do(world.unpause(ANNA))
    world.do(world.publish_rules())
    later, older = digest("later key"), digest("invoice 1")
    world.do(world.register_invoices(c.InvoiceEntry(later, Fen(500_000_000), older)))
    world.rows.rulebooks[address("next")] = RulebookContract(True, 3, FIRST_RULES)
    successor = world.set_rulebook(address("next"))
    world.do(successor)
    world.wait(3 * DAY)
    world.do(successor)


@cache
def everything() -> World:
    """A world in which every event of the law has happened."""
    world = furnished()
    for chapter in (births_and_ends, moves, settlement, registry):
        chapter(world)
    return world


class Counted(dict[Any, Any]):
    """A table that notes which keys are read, and cannot be looked through."""

    def __init__(self, rows: dict[Any, Any]) -> None:
        super().__init__(rows)
        self.read: set[Any] = set()

    def __getitem__(self, key: Any) -> Any:
        self.read.add(key)
        return super().__getitem__(key)

    def get(self, key: Any, default: Any = None) -> Any:
        self.read.add(key)
        return super().get(key, default)

    def __contains__(self, key: Any) -> bool:
        self.read.add(key)
        return super().__contains__(key)

    def __iter__(self) -> Iterator[Any]:
        raise AssertionError("a fold looked through a whole table")

    keys = values = items = __len__ = __iter__  # type: ignore[assignment]

    def __bool__(self) -> bool:
        return True


def test_everything__has_every_event() -> None:
    kinds = {type(event) for event, _ in everything().log}

    assert kinds == set(get_args(e.Event)) == set(FOLD)


def test_checks__are_there_for_every_message() -> None:
    assert set(CHECKS) == set(get_args(c.Message))


def test_fold__events_alone_give_every_row() -> None:
    world = everything()

    assert world.folded() == world.rows


def test_apply__reads_and_writes_only_rows_that_the_event_names() -> None:
    """At most a handful, whatever the size of the state: never a scan, and writes only what it also could name."""
    world = everything()
    rows = Rows(world.rulebook, 2, tokens=world.rows.tokens, rulebooks=world.rows.rulebooks)
    for number, (event, at) in enumerate(world.log):
        counted = Rows(rows.rulebook, 2, **{table: Counted(getattr(rows, table)) for table in TABLES})
        counted.cash = {}  # as a mirror that keeps no cash
        changes = apply(counted, event, at)
        named = str(event)
        read = {(table, key) for table in TABLES if table != "cash" for key in getattr(counted, table).read}
        assert len(read) <= 3 * (2 + named.count("fingerprint=") + named.count("Piece(")), f"{number}: {read}"
        assert len({(table, key) for table, key, _ in changes}) == len(changes), "a row is named twice"
        commit(rows, changes)


@pytest.mark.parametrize("kind", get_args(e.Event), ids=lambda kind: kind.__name__)
def test_apply__changes_nothing_itself(kind: type) -> None:
    world = everything()
    rows = Rows(world.rulebook, 2, tokens=world.rows.tokens, rulebooks=world.rows.rulebooks)
    seen = False
    for event, at in world.log:
        if isinstance(event, kind):
            before = rows.copy()
            changes = apply(rows, event, at)
            assert rows == before
            assert changes
            seen = True
        commit(rows, apply(rows, event, at))
    assert seen


def test_draft__keeps_what_is_committed_to_it_for_itself() -> None:
    world = furnished()
    draft = world.rows.draft()
    (event,) = world.fork().do(world.issue(world.promise(1)))

    commit(draft, apply(draft, event, world.now))

    assert obligation(1) in draft.obligations
    assert obligation(1) not in world.rows.obligations
    assert isinstance(draft.participants, ChainMap)


def test_cash__a_mirror_without_cash_rows_has_none_moved() -> None:
    world = furnished()
    claim = world.held().claim(1)
    events = [
        *world.do(world.discount(world.quote(claim, 99_000))),
        *world.do(world.fund(claim.obligation, 100_000)),
        *world.do(world.redeem(claim)),
    ]
    rows = world.rows.copy()
    rows.cash = {}

    for event in events:
        assert all(change.table != "cash" for change in apply(rows, event, world.now))
