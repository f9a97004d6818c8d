# SPDX-License-Identifier: Apache-2.0
"""What issuing, accepting, declining, revoking and expiring do: rows, limits, invoices, officers' days."""

from dataclasses import replace

import pytest

from chain.domain import commands as c
from chain.domain import events as e
from chain.domain import refusals as r
from chain.domain.clock import DAY, UtcSeconds
from chain.domain.money import Fen
from chain.domain.vocabulary import (
    HOUR,
    ZERO_HASH,
    Claim,
    Invoice,
    InvoicePart,
    Lifecycle,
    Obligation,
    ObligationId,
    ObligationStatus,
)
from tests.cast import ANNA, BEN, CORE, INVOICE, NOW, YUAN, digest
from tests.worlds import World, furnished

FIRST = ObligationId(CORE.id, 1)
SECOND = ObligationId(CORE.id, 2)


def utilised(world: World) -> int:
    return world.rows.participants[CORE.id].utilised


def allocated(world: World) -> int:
    return world.rows.invoices[CORE.id, INVOICE].allocated


def offered() -> World:
    world = furnished()
    world.do(world.issue(world.promise(1)))
    return world


def test_issue__two_officers__obligation_and_offered_claim_are_born() -> None:
    world = furnished()
    promise = world.promise(1, face=123_456)

    events = world.do(world.issue(promise))

    assert events == (e.Issued(FIRST, promise, 5, 2, 1, 2, 1),)  # type: ignore[arg-type]
    row = world.rows.obligations[FIRST]
    assert row == Obligation(
        face=Fen(123_456),
        unpaid=Fen(123_456),
        due=promise.due,
        seq=1,
        rulebook=1,
        rail=promise.rail,
        status=ObligationStatus.ISSUED,
        steps=0,
        closes=2,
        hop_cap=5,
        min_piece=2,
        late_rate=promise.late_rate,
        version=1,
        terms=promise.terms,
        invoices=promise.invoices,
    )
    claim = world.rows.claims[FIRST.claim(1)]
    assert (claim.holder, claim.start, claim.amount, claim.version) == (ANNA.id, 0, 123_456, 1)
    assert (claim.lifecycle, claim.lien_until) == (Lifecycle.OFFERED, promise.accept_by)
    assert (utilised(world), allocated(world)) == (123_456, 123_456)
    assert world.rows.officers[CORE.id, 1].spent == 0  # type: ignore[index]


def test_issue__alone__counts_towards_that_utc_day_only() -> None:
    world = furnished()
    world.now = UtcSeconds(NOW + DAY - 1)
    world.do(world.issue(world.promise(1, face=60_000 * YUAN), checked=False))
    too_much = world.issue(world.promise(2, face=40_000 * YUAN + 1), checked=False)

    with pytest.raises(r.AboveThreshold) as caught:
        world.do(too_much)
    assert caught.value.arguments["total"] == 100_000 * YUAN + 1
    world.do(world.issue(world.promise(3, face=40_000 * YUAN), checked=False))
    world.wait(1)
    world.do(too_much)

    officer = world.rows.officers[CORE.id, world.rows.accounts[CORE.account(1)].officer]
    assert (officer.day, officer.spent) == ((NOW + DAY) // DAY, 40_000 * YUAN + 1)


def test_issue__with_a_checker__no_threshold_is_asked() -> None:
    world = furnished()

    world.do(world.issue(world.promise(1, face=900_000 * YUAN)))

    assert utilised(world) == 900_000 * YUAN


def test_issue_many__each_is_checked_on_what_those_before_left() -> None:
    world = furnished()
    halves = [world.promise(n, face=500_000 * YUAN) for n in (1, 2)]
    over = world.promise(3, face=1 * YUAN)

    with pytest.raises(r.LimitExceeded):
        world.do(world.issue_many(*halves, over))
    assert not world.rows.obligations
    events = world.do(world.issue_many(*halves))

    assert [event.obligation for event in events if isinstance(event, e.Issued)] == [FIRST, SECOND]
    assert utilised(world) == allocated(world) == 1_000_000 * YUAN


def test_issue_many__same_number_twice__is_taken() -> None:
    world = furnished()

    with pytest.raises(r.ObligationExists):
        world.do(world.issue_many(world.promise(1), world.promise(1, BEN)))


def test_issue_many__alone__their_sum_counts() -> None:
    world = furnished()
    promises = [world.promise(n, face=40_000 * YUAN) for n in (1, 2, 3)]

    with pytest.raises(r.AboveThreshold):
        world.do(world.issue_many(*promises, checked=False))
    world.do(world.issue_many(*promises[:2], checked=False))

    assert utilised(world) == 80_000 * YUAN


def test_issue_many__one_invoice__its_residual_is_shared() -> None:
    world = furnished()
    world.do(world.register_invoices(c.InvoiceEntry(digest("small"), Fen(150_000), ZERO_HASH)))
    parts = (InvoicePart(digest("small"), Fen(100_000)),)
    promises = [world.promise(n, invoices=parts) for n in (1, 2)]

    with pytest.raises(r.InvoiceExhausted) as caught:
        world.do(world.issue_many(*promises))
    assert caught.value.arguments["left"] == 50_000


def test_issue__invoice_named_twice_under_two_names__one_residual() -> None:
    world = furnished()
    old, new = digest("old key"), digest("new key")
    world.do(world.register_invoices(c.InvoiceEntry(old, Fen(100_000), ZERO_HASH)))
    world.do(world.register_invoices(c.InvoiceEntry(new, Fen(100_000), old)))
    parts = (InvoicePart(new, Fen(60_000)), InvoicePart(old, Fen(40_001)))

    with pytest.raises(r.InvoiceExhausted) as caught:
        world.do(world.issue(world.promise(1, face=100_001, invoices=parts)))
    assert dict(caught.value.arguments) == {"fingerprint": old, "left": 40_000, "asked": 40_001}
    world.do(world.issue(world.promise(1, invoices=(parts[0], replace(parts[1], amount=Fen(40_000))))))

    assert world.rows.invoices[CORE.id, old] == Invoice(Fen(100_000), Fen(100_000))
    assert (CORE.id, new) not in world.rows.invoices


def test_accept__claim_is_held_and_its_deadline_field_is_free() -> None:
    world = offered()

    events = world.do(world.accept(FIRST))

    assert events == (e.Accepted(FIRST.claim(1), 2, 1),)
    claim = world.rows.claims[FIRST.claim(1)]
    assert (claim.lifecycle, claim.lien_until, claim.version) == (Lifecycle.HELD, 0, 2)
    assert world.rows.obligations[FIRST].version == 1


def test_accept__creditor_suspended_since__still_may() -> None:
    world = offered()
    world.do(world.set_standing(ANNA, status=2))

    world.do(world.accept(FIRST))

    assert world.rows.claims[FIRST.claim(1)].lifecycle is Lifecycle.HELD


def ended(world: World) -> tuple[ObligationStatus, Lifecycle, int]:
    claim: Claim = world.rows.claims[FIRST.claim(1)]
    row = world.rows.obligations[FIRST]
    assert (row.unpaid, utilised(world), allocated(world)) == (0, 0, 0)
    assert (row.version, row.face, claim.amount) == (2, 100_000, 100_000)
    return row.status, claim.lifecycle, claim.version


def test_decline__gives_back_limit_and_invoices() -> None:
    world = offered()

    assert world.do(world.decline(FIRST)) == (e.Declined(FIRST, 2, 1),)
    assert ended(world) == (ObligationStatus.DECLINED, Lifecycle.GONE, 2)


def test_revoke__gives_back_limit_and_invoices() -> None:
    world = offered()

    assert world.do(world.revoke(FIRST)) == (e.Revoked(FIRST, 2, 1),)
    assert ended(world) == (ObligationStatus.REVOKED, Lifecycle.GONE, 2)


def test_expire__by_anyone__gives_back_limit_and_invoices() -> None:
    world = offered()
    world.wait(48 * HOUR + 1)

    assert world.do(world.expire(FIRST)) == (e.Expired(FIRST, 2, 1),)
    assert ended(world) == (ObligationStatus.EXPIRED, Lifecycle.GONE, 2)


def test_end_of_offer__the_number_stays_taken() -> None:
    world = offered()
    world.do(world.decline(FIRST))

    with pytest.raises(r.ObligationExists):
        world.do(world.issue(world.promise(1)))


def test_end_of_offer__lone_officers_day_is_not_given_back() -> None:
    world = furnished()
    world.do(world.issue(world.promise(1, face=100_000 * YUAN), checked=False))
    world.do(world.decline(FIRST))

    with pytest.raises(r.AboveThreshold):
        world.do(world.issue(world.promise(2, face=1 * YUAN), checked=False))


def test_rules_at_issue__govern_for_life() -> None:
    world = furnished()
    world.do(world.publish_rules(hop_cap=1, min_piece=4))
    world.do(world.issue(world.promise(1)))
    world.wait(3 * DAY)
    world.do(world.issue(world.promise(2)))

    first, second = world.rows.obligations[FIRST], world.rows.obligations[SECOND]

    assert (first.rulebook, first.hop_cap, first.min_piece) == (1, 5, 2)
    assert (second.rulebook, second.hop_cap, second.min_piece) == (2, 1, 4)
