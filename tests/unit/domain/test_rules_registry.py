# SPDX-License-Identifier: Apache-2.0
"""What the registry's operations do: births, standing, consent, quotes, pauses, rails, invoices, rules."""

from dataclasses import replace

import pytest

from chain.domain import commands as c
from chain.domain import events as e
from chain.domain import refusals as r
from chain.domain.clock import DAY, UtcSeconds
from chain.domain.money import Fen
from chain.domain.rules import FirstAccount, apply, commit, genesis, in_force
from chain.domain.vocabulary import (
    HOUR,
    ZERO_ADDRESS,
    ZERO_HASH,
    Account,
    AutoAccept,
    Hash,
    Hours,
    Invoice,
    Officer,
    OfficerId,
    Participant,
    ParticipantId,
    ParticipantStatus,
    Rail,
    RailId,
    Role,
    RulebookContract,
)
from tests.cast import ANNA, BEN, CORE, FIN, FIRST_RULES, GENESIS, NOW, OPERATOR, RAIL, REG, RULEBOOK, address, digest
from tests.worlds import World, furnished

NEXT = address("the next rulebook")


# ---------------------------------------------------------------- genesis


def test_genesis__the_registrar_is_participant_1_without_cash() -> None:
    rows = genesis(digest("registrar"), GENESIS, RULEBOOK, FIRST_RULES, exponent=2)

    assert rows.participants == {
        REG.id: Participant(
            limit=Fen(0),
            utilised=Fen(0),
            overdue=0,
            roles=Role.REGISTRAR,
            status=ParticipantStatus.ACTIVE,
            version=3,
            quote_epoch=0,
            officers=2,
            quorum=2,
            paused_until=Hours(0),
            cash=ZERO_ADDRESS,
            identity=digest("registrar"),
        )
    }
    assert rows.accounts[REG.account(2)] == Account(REG.id, OfficerId(2), 3, True)
    assert (rows.rules, rows.rulebook, rows.exponent) == ({1: FIRST_RULES}, RULEBOOK, 2)


@pytest.mark.parametrize(
    "accounts",
    [
        GENESIS[:1],
        (GENESIS[0], GENESIS[1]._replace(officer=OfficerId(1))),
        (GENESIS[0], GENESIS[1]._replace(rights=2)),
        (GENESIS[0], GENESIS[1]._replace(officer=OfficerId(0))),
        (GENESIS[0], GENESIS[1]._replace(account=GENESIS[0].account)),
        (*GENESIS, FirstAccount(ZERO_ADDRESS, OfficerId(3), 3)),
    ],
    ids=["one", "one officer", "one maker", "officer 0", "one key twice", "a zero address"],
)
def test_genesis__without_two_makers_of_two_officers__is_refused(accounts: tuple[FirstAccount, ...]) -> None:
    with pytest.raises(r.BadGenesis):
        genesis(digest("registrar"), accounts, RULEBOOK, FIRST_RULES, exponent=2)


# ---------------------------------------------------------------- participants


def test_register__two_events_and_an_active_participant() -> None:
    world = World()

    events = world.do(world.register(CORE))

    assert events == (
        e.ParticipantRegistered(CORE.id, 1, 1, CORE.limit, CORE.cash, digest("core"), 1),
        e.AccountAdded(CORE.id, 2, CORE.account(), OfficerId(1), 3, 1),
    )
    row = world.rows.participants[CORE.id]
    assert (row.version, row.officers, row.quorum, row.status) == (2, 1, 1, ParticipantStatus.ACTIVE)
    assert world.rows.officers[CORE.id, OfficerId(1)] == Officer(Fen(0), 0, Fen(0), 1)


def test_set_standing__suspended__neither_issues_nor_receives_and_may_be_reinstated() -> None:
    world = furnished()
    obligation = world.held()

    events = world.do(world.set_standing(CORE, status=2, limit=Fen(5), roles=1 | 2))

    assert events == (e.StandingSet(CORE.id, 5, 3, 2, Fen(5), 1),)
    with pytest.raises(r.ParticipantSuspended):
        world.do(world.issue(world.promise(2)))
    world.do(world.set_standing(BEN, status=2))
    with pytest.raises(r.ParticipantSuspended):
        world.do(world.transfer(obligation.claim(1), BEN))
    world.do(world.set_standing(BEN, status=1))
    world.do(world.transfer(obligation.claim(1), BEN))


def test_set_standing__limit_below_what_is_owed__stops_new_issues_only() -> None:
    world = furnished()
    obligation = world.held()
    world.do(world.set_standing(CORE, limit=Fen(1)))

    with pytest.raises(r.LimitExceeded):
        world.do(world.issue(world.promise(2)))
    world.do(world.fund(obligation, 100_000))

    assert world.rows.participants[CORE.id].utilised == 0


def test_set_auto_accept__until_zero_ends_it() -> None:
    world = furnished()
    obligation = world.held()

    assert world.do(world.set_auto_accept(BEN, ANNA, NOW)) == (e.AutoAcceptSet(BEN.id, 3, ANNA.id, NOW, 1),)
    world.do(world.set_auto_accept(BEN, ANNA, 0))

    assert world.rows.auto_accepts == {(BEN.id, ANNA.id): AutoAccept(UtcSeconds(0))}
    with pytest.raises(r.NotAccepted):
        world.do(world.transfer(obligation.claim(1), BEN, acceptances=()))


def test_raise_quote_epoch__withdraws_open_quotes() -> None:
    world = furnished()
    obligation = world.held()
    quote = world.quote(obligation.claim(1), 99_000)

    assert world.do(world.raise_quote_epoch(FIN)) == (e.QuoteEpochRaised(FIN.id, 3, 1, 1),)

    with pytest.raises(r.QuoteWithdrawn):
        world.do(world.discount(quote))


def test_pause__stops_issue_and_receipt_until_its_last_second_and_never_payment() -> None:
    world = furnished()
    obligation = world.held()
    world.do(world.issue(world.promise(2, BEN)))
    until = Hours(world.now // HOUR + 1)

    events = world.do(world.pause(CORE, BEN))

    assert events == (e.Paused(OPERATOR.id, 3, until, (CORE.id, BEN.id), 1),)
    assert [world.version(member) for member in (CORE, BEN, OPERATOR)] == [4, 2, 3]
    with pytest.raises(r.ParticipantPaused):
        world.do(world.issue(world.promise(3)))
    with pytest.raises(r.ParticipantPaused):
        world.do(world.transfer(obligation.claim(1), BEN))
    world.do(world.accept(obligation._replace(number=2)))
    world.do(world.fund(obligation, 100_000))
    world.do(world.redeem(obligation.claim(1)))
    world.wait(HOUR)
    with pytest.raises(r.ParticipantPaused):
        world.do(world.issue(world.promise(3)))
    world.wait(1)
    world.do(world.issue(world.promise(3)))


def test_pause__of_the_operator_itself__one_version_and_the_pause() -> None:
    world = furnished()

    world.do(world.pause(OPERATOR, OPERATOR))

    row = world.rows.participants[OPERATOR.id]
    assert (row.version, row.paused_until) == (3, NOW // HOUR + 1)


def test_unpause__by_the_registrar__at_once() -> None:
    world = furnished()
    world.do(world.pause(CORE, BEN))

    assert world.do(world.unpause(CORE)) == (e.Unpaused(REG.id, 4, (CORE.id,), 1),)

    assert [world.rows.participants[member.id].paused_until for member in (CORE, BEN)] == [0, NOW // HOUR + 1]
    world.do(world.issue(world.promise(1)))


# ---------------------------------------------------------------- rails and invoices


def test_add_rail__owes_nothing_at_birth() -> None:
    world = furnished()

    events = world.do(world.add_rail(2))

    rail = Rail(world.token, ParticipantId(3), world.escrow, Fen(0))
    assert events == (e.RailAdded(RailId(2), rail.token, rail.bank, rail.escrow, 1),)
    assert world.rows.rails == {RAIL: rail, RailId(2): rail}


def named(text: str, gross: int = 1_000, older: Hash = ZERO_HASH) -> c.InvoiceEntry:
    return c.InvoiceEntry(digest(text), Fen(gross), older)


def test_register_invoices__later_names__share_the_first_ones_residual() -> None:
    world = furnished()
    entries = (named("a"), named("b", older=digest("a")), named("c", older=digest("b")))

    events = world.do(world.register_invoices(*entries))
    world.do(world.register_invoices(named("d", older=digest("c"))))

    assert events == (e.InvoicesRegistered(CORE.id, 1, entries),)
    assert world.rows.invoices[CORE.id, digest("a")] == Invoice(Fen(1_000), Fen(0))
    root = (CORE.id, digest("a"))
    assert [world.rows.aliases.get((CORE.id, digest(name))) for name in "abcd"] == [None, root, root, root]
    assert len(world.rows.invoices) == 2


def test_register_invoices__of_another_obligor__is_another_invoice() -> None:
    world = furnished()
    world.do(world.set_standing(BEN, roles=3))
    world.do(world.register_invoices(named("a")))

    world.do(world.register_invoices(named("a", 5), obligor=BEN.id))

    assert world.rows.invoices[BEN.id, digest("a")].gross == 5
    with pytest.raises(r.UnknownInvoice):
        world.do(world.register_invoices(named("b", 5, digest("invoice 1")), obligor=BEN.id))


# ---------------------------------------------------------------- rules


def test_publish_rules__in_force_from_its_first_second() -> None:
    world = furnished()

    (event,) = world.do(world.publish_rules(hop_cap=7))

    assert isinstance(event, e.RulesPublished)
    assert (event.version, event.start, event.hop_cap) == (2, NOW + 3 * DAY, 7)
    assert in_force(world.rows, NOW + 3 * DAY - 1) == (1, FIRST_RULES)
    assert in_force(world.rows, NOW + 3 * DAY) == (2, replace(FIRST_RULES, start=event.start, hop_cap=7))
    assert world.version(REG) == 3


def test_registry_events__name_the_version_in_force() -> None:
    world = furnished()
    world.do(world.publish_rules())
    world.wait(3 * DAY)

    (event,) = world.do(world.raise_quote_epoch(FIN))

    assert isinstance(event, e.QuoteEpochRaised)
    assert event.rulebook == 2


def test_set_rulebook__announced_then_the_new_one_rules() -> None:
    world = furnished()
    world.wait(60)
    rules = replace(FIRST_RULES, start=world.now, hop_cap=9)
    world.rows.rulebooks[NEXT] = RulebookContract(serves=True, version=2, rules=rules)
    call = world.set_rulebook(NEXT)
    assert call.identity is not None

    assert world.do(call) == (e.ChangeAnnounced(REG.id, call.identity, UtcSeconds(world.now + 3 * DAY), 1),)
    assert world.rows.rulebook == RULEBOOK
    world.wait(3 * DAY)
    events = world.do(call)

    assert events == (e.RulebookSet(REG.id, 4, NEXT, 1), e.ChangeApplied(REG.id, call.identity, 1))
    assert world.rows.rulebook == NEXT
    assert in_force(world.rows, world.now) == (2, rules)
    world.do(world.publish_rules())
    assert max(world.rows.rules) == 3


def test_set_rulebook__rules_published_meanwhile__its_number_is_taken() -> None:
    world = furnished()
    world.rows.rulebooks[NEXT] = RulebookContract(serves=True, version=2, rules=FIRST_RULES)
    call = world.set_rulebook(NEXT)
    world.do(call)
    world.do(world.publish_rules())
    world.wait(3 * DAY)

    with pytest.raises(r.BadRulebook):
        world.do(call)


def test_apply__rulebook_whose_rules_are_not_known__only_the_address_changes() -> None:
    world = furnished()

    changes = apply(world.rows, e.RulebookSet(REG.id, 4, NEXT, 1), world.now)
    commit(world.rows, changes)

    assert (world.rows.rulebook, list(world.rows.rules)) == (NEXT, [1])
