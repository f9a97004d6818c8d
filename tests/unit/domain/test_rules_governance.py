# SPDX-License-Identifier: Apache-2.0
"""Who can come to sign for a participant: every path by which accounts, thresholds and cash addresses change."""

import pytest

from chain.domain import events as e
from chain.domain import refusals as r
from chain.domain.clock import DAY, UtcSeconds
from chain.domain.money import Fen
from chain.domain.vocabulary import ZERO_ADDRESS, ChangeState, Officer, OfficerId
from tests.cast import ANNA, CORE, REG, Member, address
from tests.worlds import World, furnished

NEW, ELSEWHERE = address("a new key"), address("another cash address")
DELAY = 3 * DAY


def officers(world: World, member: Member) -> tuple[int, int]:
    row = world.rows.participants[member.id]
    return row.officers, row.quorum


def nobody_left() -> World:
    """The core ever had two officers and has none."""
    world = furnished()
    for officer in (2, 1):
        world.do(world.revoke_account(CORE, CORE.account(officer), signer=CORE.account(1)))
    return world


def test_add_account__second_officer__by_the_only_one_and_the_registrar_at_once() -> None:
    world = furnished()

    events = world.do(world.add_account(ANNA, NEW, 2))

    assert events == (e.AccountAdded(ANNA.id, 3, NEW, OfficerId(2), 3, 1),)
    assert officers(world, ANNA) == (2, 2)
    assert world.rows.officers[ANNA.id, OfficerId(2)].accounts == 1


def test_add_account__third_officer__by_two_and_the_registrar_at_once() -> None:
    world = furnished()

    world.do(world.add_account(CORE, NEW, 3))

    assert officers(world, CORE) == (3, 2)


def test_add_account__own_rotation__the_officer_and_the_registrar() -> None:
    world = furnished()

    world.do(world.add_account(CORE, NEW, 1, second=ZERO_ADDRESS))

    assert officers(world, CORE) == (2, 2)
    assert world.rows.officers[CORE.id, OfficerId(1)].accounts == 2


def test_add_account__colleague_of_an_officer_with_an_account__cannot_add_it_a_key() -> None:
    world = furnished()

    with pytest.raises(r.BadOfficer):
        world.do(world.add_account(CORE, NEW, 2))


@pytest.mark.parametrize("member", [CORE, REG], ids=["nobody left", "the registrar's own"])
def test_add_account__two_registrar_officers__announced_then_applied(member: Member) -> None:
    world = nobody_left()
    call = world.add_account(member, NEW, 3)

    (event,) = world.do(call)
    assert call.identity is not None
    at = UtcSeconds(world.now + DELAY)
    assert event == e.ChangeAnnounced(member.id, call.identity, at, 1)
    assert NEW not in world.rows.accounts
    world.wait(DELAY - 1)
    with pytest.raises(r.ChangeNotDue):
        world.do(call)
    world.wait(1)
    events = world.do(call)

    version = world.version(member)
    assert events == (
        e.AccountAdded(member.id, version, NEW, OfficerId(3), 3, 1),
        e.ChangeApplied(member.id, call.identity, 1),
    )
    assert world.rows.accounts[NEW].participant == member.id
    assert world.rows.changes[call.identity].state == ChangeState.APPLIED
    with pytest.raises(r.StaleParticipant):
        world.do(call)


def test_add_account__one_officer_left_of_two__announced() -> None:
    world = furnished()
    world.do(world.revoke_account(CORE, CORE.account(2)))
    assert officers(world, CORE) == (1, 2)

    (event,) = world.do(world.add_account(CORE, NEW, 3))

    assert isinstance(event, e.ChangeAnnounced)


def test_announced__registrar_officer_ended_meanwhile__its_signature_counts_no_more() -> None:
    world = nobody_left()
    call = world.add_account(CORE, NEW, 3)
    world.do(call)
    world.wait(DELAY)
    world.edit("accounts", REG.account(2), active=False)

    with pytest.raises(r.AccountRevoked):
        world.do(call)


def test_announced__message_may_expire_meanwhile() -> None:
    world = nobody_left()
    call = world.add_account(CORE, NEW, 3, deadline=UtcSeconds(world.now + DELAY - 1))
    world.do(call)
    world.wait(DELAY)

    with pytest.raises(r.IntentExpired):
        world.do(call)


def test_announced__needs_the_messages_identity() -> None:
    world = nobody_left()

    with pytest.raises(ValueError, match="identity"):
        world.do(world.add_account(CORE, NEW, 3, identity=None))


def test_cancel_change__by_whom_it_concerns__ends_it_for_good() -> None:
    world = furnished()
    world.do(world.revoke_account(CORE, CORE.account(2)))
    call = world.set_cash(CORE, ELSEWHERE)
    world.do(call)
    assert call.identity is not None

    events = world.do(world.cancel_change(CORE, call.identity))

    assert events == (e.ChangeCancelled(CORE.id, call.identity, 1),)
    world.wait(DELAY)
    with pytest.raises(r.ChangeIsCancelled):
        world.do(call)
    with pytest.raises(r.UnknownChange):
        world.do(world.cancel_change(CORE, call.identity))
    again = world.set_cash(CORE, ELSEWHERE)  # another deadline makes it another change
    assert isinstance(world.do(again)[0], e.ChangeAnnounced)


def test_cancel_change__by_the_registrar__names_whom_it_concerns() -> None:
    world = nobody_left()
    call = world.add_account(CORE, NEW, 3)
    world.do(call)
    assert call.identity is not None

    assert world.do(world.cancel_change(REG, call.identity)) == (e.ChangeCancelled(CORE.id, call.identity, 1),)


def test_cancel_change__checker_only__may() -> None:
    world = nobody_left()
    call = world.add_account(CORE, NEW, 3)
    world.do(call)
    world.edit("accounts", REG.account(1), rights=2)
    assert call.identity is not None

    world.do(world.cancel_change(REG, call.identity))

    assert world.rows.changes[call.identity].state == ChangeState.CANCELLED


def test_revoke_account__by_its_own_participant__at_once() -> None:
    world = furnished()

    events = world.do(world.revoke_account(CORE, CORE.account(2)))

    assert events == (e.AccountEnded(CORE.id, 5, CORE.account(2), 1),)
    assert not world.rows.accounts[CORE.account(2)].active
    assert officers(world, CORE) == (1, 2)
    with pytest.raises(r.AccountRevoked):
        world.do(world.issue(world.promise(1)))


def test_revoke_account__one_of_two_keys__the_officer_still_counts() -> None:
    world = furnished()
    world.do(world.add_account(CORE, NEW, 1, second=ZERO_ADDRESS))

    world.do(world.revoke_account(CORE, CORE.account(1)))

    assert officers(world, CORE) == (2, 2)
    assert world.rows.officers[CORE.id, OfficerId(1)].accounts == 1


def test_revoke_account__by_two_registrar_officers__announced() -> None:
    world = furnished()
    call = world.revoke_account(CORE, CORE.account(2), signer=REG.account(2))

    (event,) = world.do(call)
    assert isinstance(event, e.ChangeAnnounced)
    world.wait(DELAY)
    world.do(call)

    assert not world.rows.accounts[CORE.account(2)].active


def test_revoke_account__ended_account_of_the_participant__does_not_fall_back_on_the_registrar() -> None:
    world = furnished()
    world.do(world.revoke_account(CORE, CORE.account(2)))

    with pytest.raises(r.AccountRevoked):
        world.do(world.revoke_account(CORE, CORE.account(1), signer=CORE.account(2)))


def test_set_threshold__keeps_what_was_issued_today() -> None:
    world = furnished()
    world.do(world.issue(world.promise(1), checked=False))
    before = world.rows.officers[CORE.id, OfficerId(1)]

    events = world.do(world.set_threshold(CORE, 1, 5_000))

    assert events == (e.ThresholdSet(CORE.id, 5, OfficerId(1), Fen(5_000), 1),)
    assert world.rows.officers[CORE.id, OfficerId(1)] == Officer(Fen(5_000), before.day, before.spent, 1)
    assert before.spent == 100_000


def test_set_cash__by_two_officers_and_the_registrar__at_once() -> None:
    world = furnished()

    assert world.do(world.set_cash(CORE, ELSEWHERE)) == (e.CashSet(CORE.id, 5, ELSEWHERE, 1),)
    assert world.rows.participants[CORE.id].cash == ELSEWHERE


def test_set_cash__suspended_participant__may() -> None:
    world = furnished()
    world.do(world.set_standing(CORE, status=2))

    world.do(world.set_cash(CORE, ELSEWHERE))

    assert world.rows.participants[CORE.id].cash == ELSEWHERE


def test_govern__the_registrar_with_one_dishonest_officer__cannot_take_over() -> None:
    """Whoever holds every key of the Registrar and one of the core's two officers changes nothing at once."""
    world = furnished()
    insider, rest = CORE.account(1), {"registrar": REG.account(1), "signer": CORE.account(1)}
    attempts = [
        world.add_account(CORE, NEW, 3, **rest, second=ZERO_ADDRESS),
        world.add_account(CORE, NEW, 3, **rest, second=REG.account(2)),
        world.add_account(CORE, NEW, 3, **rest, second=insider),
        world.add_account(CORE, NEW, 2, **rest, second=ZERO_ADDRESS),
        world.set_cash(CORE, ELSEWHERE, **rest, second=ZERO_ADDRESS),
        world.set_cash(CORE, ELSEWHERE, signer=REG.account(2), second=ZERO_ADDRESS),
        world.set_threshold(CORE, 1, 2**63, **rest, second=insider),
    ]

    for attempt in attempts:
        with pytest.raises(r.LedgerRefusal):
            world.do(attempt)
    world.do(world.revoke_account(CORE, CORE.account(2), signer=insider))  # the safe direction is fast
    (event,) = world.do(world.set_cash(CORE, ELSEWHERE))

    assert isinstance(event, e.ChangeAnnounced)
    assert event.ready == world.now + DELAY
    assert world.rows.participants[CORE.id].cash == CORE.cash
