# SPDX-License-Identifier: Apache-2.0
"""Every refusal of the registry's other operations, alone, at its edge, and in IRegistry's order."""

from dataclasses import replace
from typing import Any

import pytest

from chain.domain import commands as c
from chain.domain import refusals as r
from chain.domain.clock import DAY, UtcSeconds
from chain.domain.money import Fen, Ppm
from chain.domain.vocabulary import (
    HOUR,
    ZERO_ADDRESS,
    ZERO_HASH,
    Change,
    ChangeState,
    Hours,
    OfficerId,
    ParticipantId,
    RailId,
    Role,
    RulebookContract,
)
from tests.breaks import (
    MAX_24,
    Break,
    Operation,
    Over,
    Touch,
    account_breaks,
    both,
    call_with,
    edges,
    exhausted,
    forged,
    in_order,
    refused,
    registrar_breaks,
    row,
    signed_breaks,
    singles,
    stale_participant,
)
from tests.cast import ANNA, BANK, BEN, CORE, FIRST_RULES, INVOICE, NOW, OPERATOR, RAIL, REG, Member, address, digest
from tests.worlds import World, furnished

GHOST = ParticipantId(99)
DORA = Member(ParticipantId(20), "dora", Role.SUPPLIER, 1)
NEXT = address("the next rulebook")


# ---------------------------------------------------------------- participants


def role_breaks(member: Member) -> list[Break]:
    """BadRoles and CashAddressMissing."""
    return [
        Break(r.BadRoles, call_with(roles=0), {"roles": 0}, tag="none"),
        Break(r.BadRoles, call_with(roles=256), {"roles": 256}, edge=call_with(roles=128), tag="unknown"),
        Break(r.BadRoles, call_with(roles=64 | 2), {"roles": 66}, tag="registrar"),
        Break(r.BadRoles, call_with(roles=2 | 512), {"roles": 514}, tag="unknown among known"),
    ]


def register_breaks() -> list[Break]:
    no_cash = call_with(cash=ZERO_ADDRESS, roles=2 | 32)
    without = call_with(cash=ZERO_ADDRESS, roles=32 | 128)
    return [
        *registrar_breaks(),
        Break(r.ParticipantExists, call_with(subject=ANNA.id), {"participant": ANNA.id}),
        Break(r.ParticipantExists, call_with(subject=0), {"participant": 0}, tag="zero"),
        *role_breaks(DORA),
        Break(r.CashAddressMissing, no_cash, {"participant": DORA.id}, edge=without),
        Break(r.BadOfficer, call_with(officer=OfficerId(0)), {"participant": DORA.id, "officer": 0}),
        Break(r.BadRights, call_with(rights=0), {"rights": 0}, edge=call_with(rights=1), tag="none"),
        Break(r.BadRights, call_with(rights=4), {"rights": 4}, edge=call_with(rights=3), tag="unknown"),
        Break(r.AccountExists, call_with(account=ANNA.account()), {"account": ANNA.account()}),
        Break(r.AccountExists, call_with(account=ZERO_ADDRESS), {"account": ZERO_ADDRESS}, tag="zero"),
        forged(1, DORA.account(), tag="account"),
    ]


def standing_breaks() -> list[Break]:
    no_cash = row("participants", ANNA.id, cash=ZERO_ADDRESS)

    def of_registrar(world: World) -> Over:
        return {"subject": REG.id, "version": world.version(REG)}

    return [
        *registrar_breaks(),
        Break(r.UnknownParticipant, call_with(subject=GHOST), {"participant": GHOST}),
        stale_participant(ANNA),
        Break(r.RegistrarProtected, of_registrar, {"participant": REG.id}),
        *role_breaks(ANNA),
        Break(r.CashAddressMissing, no_cash, {"participant": ANNA.id}, edge=both(no_cash, call_with(roles=32))),
        Break(r.BadStanding, call_with(status=0), {"status": 0}, edge=call_with(status=1), tag="0"),
        Break(r.BadStanding, call_with(status=3), {"status": 3}, edge=call_with(status=2), tag="3"),
        exhausted(ANNA),
    ]


def auto_accept_breaks() -> list[Break]:
    return [
        *signed_breaks(BEN),
        stale_participant(BEN),
        Break(r.UnknownParticipant, call_with(counterparty=GHOST), {"participant": GHOST}),
        Break(r.SelfDealing, call_with(counterparty=BEN.id), {"participant": BEN.id}),
        exhausted(BEN),
    ]


def epoch_breaks() -> list[Break]:
    last, before = row("participants", BEN.id, quote_epoch=MAX_24), row("participants", BEN.id, quote_epoch=MAX_24 - 1)
    return [
        *signed_breaks(BEN),
        stale_participant(BEN),
        Break(r.QuoteEpochExhausted, last, {"participant": BEN.id}, edge=before),
        exhausted(BEN),
    ]


def hours_from_now(seconds: int) -> Touch:
    return lambda world: {"until": Hours((world.now + seconds) // HOUR)}


def pause_breaks() -> list[Break]:
    impostor = call_with(participant=ANNA.id, signer=ANNA.account())
    past, too_long = hours_from_now(0), hours_from_now(7 * DAY + HOUR)

    def said(touch: Touch) -> Any:
        return lambda world: touch(world)

    return [
        *signed_breaks(OPERATOR)[:3],
        Break(
            r.NotSignerFor,
            call_with(signer=BEN.account()),
            {"account": BEN.account(), "participant": OPERATOR.id},
        ),
        *signed_breaks(OPERATOR)[4:],
        Break(
            r.ParticipantSuspended,
            both(row("participants", ANNA.id, status=2), impostor),
            {"participant": ANNA.id},
        ),
        Break(r.NotInRole, impostor, {"participant": ANNA.id, "roles": 128}),
        stale_participant(OPERATOR),
        Break(r.BadPause, past, said(past), edge=hours_from_now(HOUR), tag="past"),
        Break(r.BadPause, too_long, said(too_long), edge=hours_from_now(7 * DAY), tag="too long"),
        Break(r.EmptyBatch, call_with(subjects=())),
        Break(r.UnknownParticipant, call_with(subjects=(ANNA.id, GHOST)), {"participant": GHOST}),
        exhausted(OPERATOR),
    ]


def unpause_breaks() -> list[Break]:
    return [
        *registrar_breaks(),
        stale_participant(REG),
        Break(r.EmptyBatch, call_with(subjects=())),
        Break(r.UnknownParticipant, call_with(subjects=(ANNA.id, GHOST)), {"participant": GHOST}),
        exhausted(REG),
    ]


# ---------------------------------------------------------------- rails, invoices, rules


def rail_breaks() -> list[Break]:
    def bad_rail(token: str | None = None, escrow: str | None = None) -> Any:
        return lambda world: {"token": token or world.token, "escrow": escrow or world.escrow}

    def other_decimals(world: World) -> None:
        world.rows.tokens[world.token] = 3

    return [
        *registrar_breaks(),
        Break(r.RailExists, call_with(rail=RAIL), {"rail": RAIL}),
        Break(r.RailExists, call_with(rail=RailId(0)), {"rail": 0}, tag="zero"),
        Break(r.UnknownParticipant, call_with(bank=GHOST), {"participant": GHOST}),
        Break(r.ParticipantSuspended, row("participants", BANK.id, status=2), {"participant": BANK.id}, tag="bank"),
        Break(
            r.NotInRole,
            both(row("participants", BANK.id, roles=Role.FINANCIER), call_with(bank=BANK.id)),
            {"participant": BANK.id, "roles": 16},
            tag="bank",
        ),
        *account_breaks("bank_signer", BANK, 1, alone=True),
        forged(1, BANK.account(), tag="bank"),
        Break(r.BadRail, call_with(escrow=ZERO_ADDRESS), bad_rail(escrow=ZERO_ADDRESS), tag="escrow"),
        Break(r.BadRail, call_with(token=address("nobody")), bad_rail(token=address("nobody")), tag="no code"),
        Break(r.BadRail, other_decimals, bad_rail(), tag="decimals"),
    ]


def entry(name: str, gross: int = 1_000, older: str = "") -> c.InvoiceEntry:
    return c.InvoiceEntry(digest(name) if name else ZERO_HASH, Fen(gross), digest(older) if older else ZERO_HASH)


def entering(*entries: c.InvoiceEntry) -> Touch:
    return call_with(entries=entries)


def invoice_breaks() -> list[Break]:
    differs = {"fingerprint": digest("b"), "gross": 999, "registered": 1_000}
    first = entry("a")
    return [
        *registrar_breaks(),
        Break(r.UnknownParticipant, call_with(obligor=GHOST), {"participant": GHOST}),
        Break(
            r.ParticipantSuspended,
            both(row("participants", CORE.id, status=2), call_with(obligor=CORE.id)),
            {"participant": CORE.id},
            tag="obligor",
        ),
        Break(r.NotInRole, call_with(obligor=BEN.id), {"participant": BEN.id, "roles": 1}, tag="obligor"),
        Break(r.EmptyBatch, entering()),
        Break(r.BadInvoice, entering(first, entry("")), {"fingerprint": ZERO_HASH}, tag="fingerprint"),
        Break(r.BadInvoice, entering(first, entry("b", gross=0)), {"fingerprint": digest("b")}, tag="gross"),
        Break(r.InvoiceExists, entering(first, entry("invoice 1")), {"fingerprint": INVOICE}),
        Break(r.InvoiceExists, entering(first, entry("a", older="a")), {"fingerprint": digest("a")}, tag="batch"),
        Break(r.UnknownInvoice, entering(first, entry("b", older="none")), {"fingerprint": digest("none")}),
        Break(r.UnknownInvoice, entering(first, entry("b", older="b")), {"fingerprint": digest("b")}, tag="itself"),
        Break(
            r.InvoiceDiffers,
            entering(first, entry("b", 999, "a")),
            differs,
            edge=entering(first, entry("b", 1_000, "a")),
        ),
    ]


def second_breaks() -> list[Break]:
    """Another officer of the Registrar."""
    return [
        *account_breaks("second", REG, 1, officer=2, alone=True),
        Break(r.SameOfficer, call_with(second=REG.account(1)), {"participant": REG.id, "officer": 1}),
        forged(1, REG.account(2), tag="second"),
    ]


def rules_breaks() -> list[Break]:
    stale = {"next": 2, "given": 4}

    def from_now(seconds: int) -> Touch:
        return lambda world: {"start": UtcSeconds(world.now + seconds)}

    def later_published(world: World) -> None:
        world.do(world.publish_rules(start=UtcSeconds(world.now + 10 * DAY)))

    def limit(tag: str, edge: Over, **bad: Any) -> Break:
        return Break(r.BadRules, call_with(**bad), edge=call_with(**edge), tag=tag)

    year = 366 * DAY
    return [
        *registrar_breaks(),
        *second_breaks(),
        Break(r.StaleRulebook, call_with(version=4), stale, tag="ahead"),
        Break(r.StaleRulebook, call_with(version=1), {"next": 2, "given": 1}, tag="behind"),
        Break(r.BadRules, from_now(3 * DAY - 1), edge=from_now(3 * DAY), tag="soon"),
        Break(
            r.BadRules,
            both(later_published, from_now(10 * DAY), call_with(version=3)),
            edge=both(later_published, from_now(10 * DAY + 1), call_with(version=3)),
            tag="not after the latest",
        ),
        limit("no tenor", {"max_tenor": 1}, max_tenor=0),
        limit("long tenor", {"max_tenor": year}, max_tenor=year + 1),
        limit("no offer", {"max_offer": 1}, max_offer=0),
        limit("hops", {"hop_cap": 15}, hop_cap=16),
        limit("piece", {"min_piece": 14}, min_piece=15),
        limit("rates", {"min_late_rate": Ppm(240_000)}, min_late_rate=Ppm(240_001)),
        limit("closes", {"min_closes": 10}, min_closes=11),
    ]


def with_candidate() -> World:
    """A Rulebook contract stands ready; its adoption was announced and is due."""
    world = furnished()
    world.rows.rulebooks[NEXT] = RulebookContract(True, 2, FIRST_RULES)
    announce(world)
    return world


def set_rulebook(world: World) -> c.Call:
    return world.set_rulebook(NEXT)


def announce(world: World, state: ChangeState = ChangeState.ANNOUNCED, seconds: int = 0) -> None:
    call = set_rulebook(world)
    assert call.identity is not None
    world.rows.changes[call.identity] = Change(REG.id, UtcSeconds(world.now + seconds), state)


def rulebook_breaks() -> list[Break]:
    def candidate(**fields: Any) -> Touch:
        return row("rulebooks", NEXT, **fields)

    def in_force_from(start: UtcSeconds) -> Touch:
        return candidate(rules=replace(FIRST_RULES, start=start))

    def cancelled(world: World) -> None:
        announce(world, ChangeState.CANCELLED)

    def not_yet(world: World) -> None:
        announce(world, seconds=1)

    def identity(world: World) -> Over:
        return {"change": set_rulebook(world).identity}

    named = {"rulebook": NEXT}
    last = exhausted(REG)
    assert last.edge is not None
    return [
        *registrar_breaks(),
        stale_participant(REG),
        *second_breaks(),
        Break(r.BadRulebook, call_with(rulebook=address("nobody")), {"rulebook": address("nobody")}, tag="none"),
        Break(r.BadRulebook, candidate(serves=False), named, tag="another ledger's"),
        Break(r.BadRulebook, candidate(version=1), named, tag="same number"),
        Break(r.BadRulebook, candidate(version=3), named, tag="gap"),
        Break(r.BadRulebook, in_force_from(UtcSeconds(NOW + 1)), named, edge=in_force_from(NOW), tag="not in force"),
        Break(r.ChangeIsCancelled, cancelled, identity),
        Break(r.ChangeNotDue, not_yet, lambda world: identity(world) | {"ready": world.now + 1}),
        Break(last.refusal, both(last.touch, announce_again), last.says, edge=both(last.edge, announce_again)),
    ]


def announce_again(world: World) -> None:
    announce(world)


OPERATIONS = [
    Operation("registerParticipant", furnished, lambda world: world.register(DORA), register_breaks()),
    Operation("setStanding", furnished, lambda world: world.set_standing(ANNA), standing_breaks()),
    Operation("setAutoAccept", furnished, lambda world: world.set_auto_accept(BEN, ANNA, NOW), auto_accept_breaks()),
    Operation("raiseQuoteEpoch", furnished, lambda world: world.raise_quote_epoch(BEN), epoch_breaks()),
    Operation("pause", furnished, lambda world: world.pause(ANNA, BEN), pause_breaks()),
    Operation("unpause", furnished, lambda world: world.unpause(ANNA, BEN), unpause_breaks()),
    Operation("addRail", furnished, lambda world: world.add_rail(2), rail_breaks()),
    Operation("registerInvoices", furnished, lambda world: world.register_invoices(entry("a")), invoice_breaks()),
    Operation("publishRules", furnished, lambda world: world.publish_rules(), rules_breaks()),
    Operation("setRulebook", with_candidate, set_rulebook, rulebook_breaks()),
]


@pytest.mark.parametrize(("operation", "broken"), singles(OPERATIONS))
def test_refusal__says_what_and_which(operation: Operation, broken: Break) -> None:
    refused(operation, broken)


@pytest.mark.parametrize(("operation", "edge"), edges(OPERATIONS))
def test_edge__just_inside_is_good(operation: Operation, edge: Touch) -> None:
    operation.attempt(edge)


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.name)
def test_order__the_first_check_that_fails_is_the_answer(operation: Operation) -> None:
    in_order(operation)
