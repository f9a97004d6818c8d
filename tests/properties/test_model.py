# SPDX-License-Identifier: Apache-2.0
"""The reference model under random good and bad calls: 10-ledger's invariants hold after every one.

`LedgerMachine` draws its calls from the rows of its world, honest ones and spoiled ones. A test that runs a contract
beside the model makes a subclass whose `new_world` gives a World that plays every call there as well.
"""

from collections.abc import Callable
from dataclasses import fields, replace
from functools import cache
from random import Random
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from chain.domain import commands as c
from chain.domain.clock import DAY, UtcSeconds
from chain.domain.money import Fen
from chain.domain.rules import owed, waiting
from chain.domain.vocabulary import (
    HOUR,
    OPEN_STATUSES,
    ZERO_ADDRESS,
    ZERO_HASH,
    ClaimId,
    Hours,
    InvoicePart,
    Lifecycle,
    ObligationId,
    RulebookContract,
)
from tests.cast import (
    ANNA,
    BANK,
    BEN,
    CAST,
    CLEO,
    CORE,
    FIN,
    FIRST_RULES,
    OPERATOR,
    REG,
    RIVAL,
    Member,
    address,
    digest,
)
from tests.properties.invariants import CheckedMachine
from tests.worlds import World, named


class Chance(Random):
    """What a rule decides by, from one drawn seed: hypothesis' own draws favour the first of everything too much."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number

    def __repr__(self) -> str:
        return f"Chance({self.number})"


CHANCE = st.integers(0, 2**64 - 1).map(Chance)
SUPPLIERS = (ANNA, BEN, CLEO)
HOLDERS = (*SUPPLIERS, FIN, RIVAL)
INVOICES = tuple(digest(f"invoice {n}") for n in range(1, 5))
FINE_RULES = replace(FIRST_RULES, min_piece=0, min_closes=0)  # a piece may be one cent


def stocked(world: World) -> None:
    """Add invoices, a limit within reach, a claim for each supplier and standing consents to a furnished world."""
    world.do(world.register_invoices(*(c.InvoiceEntry(name, Fen(90_000), ZERO_HASH) for name in INVOICES[1:])))
    world.do(world.set_standing(CORE, limit=Fen(400_000)))
    for number, supplier in enumerate(SUPPLIERS, 1):
        world.held(number, supplier, face=30_000 * number)
        world.do(world.set_auto_accept(supplier, SUPPLIERS[number % 3], world.now + 60 * DAY))


@cache
def _fine_world() -> World:
    world = World(rules=FINE_RULES).furnish()
    stocked(world)
    return world


class LedgerMachine(CheckedMachine):
    """Random calls on a world; every refusal changes nothing, every event keeps the invariants."""

    def begin(self) -> None:
        super().begin()
        self.pending: list[c.Call] = []  # governed calls to be repeated
        self.numbers = len(SUPPLIERS)

    def new_world(self) -> World:
        """Where the calls are played."""
        return _fine_world().fork()

    # ---- calls

    @rule(rng=CHANCE)
    def issue(self, rng: Random) -> None:
        world = self.world
        promises = []
        for _ in range(rng.randint(1, 3)):
            self.numbers += rng.choice((1, 1, 1, 0))
            face = rng.randint(1, 100_000)
            due = UtcSeconds(world.now + rng.randint(1, 90) * DAY)
            accept_by = Hours(world.now // HOUR + rng.randint(1, 48))
            parts = self._parts(rng, face)
            creditor = rng.choice(SUPPLIERS)
            closes = rng.randint(0, 3)
            promise = world.promise(
                self.numbers, creditor, face, due=due, accept_by=accept_by, invoices=parts, closes=closes
            )
            promises.append(promise)
        checked = rng.random() < 0.5
        self._try(rng, world.issue_many(*promises, checked=checked))

    @rule(rng=CHANCE)
    def issue_and_accept(self, rng: Random) -> None:
        """Most of what can happen needs a held claim."""
        self.numbers += 1
        face = rng.randint(1, 60_000)
        promise = self.world.promise(self.numbers, rng.choice(SUPPLIERS), face)
        if self._play(self.world.issue(promise)):
            self._play(self.world.accept(ObligationId(CORE.id, self.numbers)))

    @precondition(lambda self: self.world.rows.obligations)
    @rule(rng=CHANCE)
    def end_an_offer(self, rng: Random) -> None:
        world = self.world
        how = rng.choice((world.accept, world.accept, world.decline, world.revoke, world.expire))
        self._try(rng, how(self._obligation(rng)))

    @precondition(lambda self: self.world.rows.claims)
    @rule(rng=CHANCE)
    def pass_on(self, rng: Random) -> None:
        world, claim = self.world, self._claim(rng)
        amount = world.rows.claims[claim].amount
        some = rng.randint(1, max(1, amount - 1))
        to = rng.choice(HOLDERS)
        others = [(rng.choice(HOLDERS), rng.randint(1, max(1, amount // 3))) for _ in "ab"]
        builders: tuple[Callable[[], c.Call], ...] = (
            lambda: world.transfer(claim, to),
            lambda: world.transfer(claim, to, acceptances=()),
            lambda: world.split(claim, to, some),
            lambda: world.split_many(claim, *others),
            lambda: world.split_many(claim, *others, acceptances=(world.consent(others[0][0]), None)),
            lambda: world.cut(claim, some),
        )
        self._try(rng, rng.choice(builders)())

    @precondition(lambda self: self.world.rows.claims)
    @rule(rng=CHANCE)
    def encumber(self, rng: Random) -> None:
        world, claim = self.world, self._claim(rng)
        row = world.rows.claims[claim]
        lienholder = rng.choice((FIN, RIVAL, CAST[row.holder]))
        amount = rng.choice((row.amount, max(1, row.amount // 2)))
        until = Hours(world.now // HOUR + rng.randint(1, 48))
        release = row.lienholder and rng.random() < 0.7
        self._try(rng, world.release(claim) if release else world.lien(claim, lienholder, amount, until=until))

    @precondition(lambda self: self.world.rows.claims)
    @rule(rng=CHANCE)
    def sell(self, rng: Random) -> None:
        world, claim = self.world, self._claim(rng)
        row = world.rows.claims[claim]
        amount = rng.choice((row.amount, rng.randint(1, row.amount)))
        quote = world.quote(claim, rng.randint(1, amount), amount, rng.choice((FIN, RIVAL)))
        self._try(rng, world.discount(quote))

    @precondition(lambda self: self.world.rows.obligations)
    @rule(rng=CHANCE)
    def pay(self, rng: Random) -> None:
        self._pay(rng)

    def _pay(self, rng: Random) -> None:
        world, obligation = self.world, self._obligation(rng)
        total = owed(world.rows, obligation, world.now).total
        smallest = -(-world.rows.obligations[obligation].face // 48)
        amount = rng.choice((total, smallest, smallest, rng.randint(1, max(1, total))))
        if rng.random() < 0.5:
            receipt = rng.choice([f"receipt {n}" for n in range(20)])
            self._try(rng, world.fund_by_receipt(obligation, amount, receipt))
        else:
            self._try(rng, world.fund(obligation, amount))

    @precondition(lambda self: self.world.rows.claims)
    @rule(rng=CHANCE)
    def redeem(self, rng: Random) -> None:
        rows = self.world.rows
        held = sorted(claim for claim, row in rows.claims.items() if row.lifecycle is Lifecycle.HELD)
        paid = [claim for claim in held if waiting(rows, claim, rows.claims[claim]).money]
        if not paid and rng.random() < 0.9:
            self._pay(rng)
            return
        for claim in rng.sample(paid, min(len(paid), 3)) or [self._claim(rng)]:
            self._try(rng, self.world.redeem(claim))

    @precondition(lambda self: self.world.rows.obligations)
    @rule(rng=CHANCE)
    def mark_overdue(self, rng: Random) -> None:
        rows, now = self.world.rows, self.world.now
        late = sorted(obligation for obligation, row in rows.obligations.items() if row.due < now)
        if not late and rng.random() < 0.9:
            self.world.wait(5 * DAY)
            return
        self._try(rng, self.world.mark_overdue(rng.choice(late) if late else self._obligation(rng)))

    @rule(rng=CHANCE)
    def registry(self, rng: Random) -> None:
        world = self.world
        member, other = (rng.choice(tuple(CAST.values())) for _ in "ab")
        holder, sender = (rng.choice(HOLDERS) for _ in "ab")
        until = world.now + rng.randint(0, 30) * DAY
        name = rng.choice(INVOICES)
        builders: tuple[Callable[[], c.Call], ...] = (
            lambda: world.set_auto_accept(holder, sender, until),
            lambda: world.raise_quote_epoch(holder),
            lambda: world.set_standing(member, status=rng.choice((1, 1, 1, 2))),
            lambda: world.set_standing(CORE, limit=Fen(rng.randint(0, 500_000))),
            lambda: world.pause(member, other),
            lambda: world.unpause(member, other),
            lambda: world.register_invoices(c.InvoiceEntry(digest(f"{until}"), Fen(90_000), name)),
            lambda: world.publish_rules(hop_cap=rng.randint(0, 15)),
            lambda: world.register(rng.choice((BANK, self._newcomer()))),
        )
        self._try(rng, rng.choice(builders)())

    @rule(rng=CHANCE)
    def govern(self, rng: Random) -> None:
        world = self.world
        member = rng.choice((REG, OPERATOR, CORE, ANNA, FIN))
        officer = rng.choice((1, 2, 3, 3))
        fresh = address(f"key {len(world.rows.accounts)}")
        second = {} if officer > 1 else {"second": ZERO_ADDRESS}
        builders: tuple[Callable[[], c.Call], ...] = (
            lambda: world.add_account(member, fresh, officer, **second),
            lambda: world.add_account(member, member.account(officer), officer),
            lambda: world.revoke_account(member, member.account(max(officer, 2))),
            lambda: world.revoke_account(member, member.account(officer), signer=REG.account(2)),
            lambda: world.set_threshold(member, officer, rng.randint(0, 100_000)),
            lambda: world.set_cash(member, address(f"{member.name} cash {officer}")),
            self._successor,
        )
        call = rng.choice(builders)()
        self.pending.append(call)
        self._try(rng, call)

    @precondition(lambda self: self.pending)
    @rule(rng=CHANCE)
    def repeat(self, rng: Random) -> None:
        """An announced change once more, or its end."""
        call = rng.choice(self.pending)
        if rng.choice((True, True, False)):
            self._play(call)
        elif call.identity is not None:
            who = rng.choice((REG, CORE, ANNA))
            self._try(rng, self.world.cancel_change(who, call.identity))

    @rule(rng=CHANCE)
    def wait(self, rng: Random) -> None:
        self.world.wait(rng.choice((1, HOUR, HOUR, 8 * HOUR, DAY, DAY, 3 * DAY, 30 * DAY)))

    @rule(rng=CHANCE)
    def bank_credits_and_permissions(self, rng: Random) -> None:
        owner = rng.choice((CORE.cash, FIN.cash, RIVAL.cash, BANK.cash, self.world.escrow))
        self.world.approve(owner, rng.choice((True, True, True, False)))
        if owner != self.world.escrow:
            self.world.mint(owner, rng.randint(0, 1_000))

    # ---- drawing

    def _parts(self, rng: Random, face: int) -> tuple[InvoicePart, ...]:
        first = rng.randint(1, face)
        names = [rng.choice(INVOICES) for _ in "ab"]
        parts = (InvoicePart(names[0], Fen(first)), InvoicePart(names[1], Fen(face - first)))
        return parts if face > first else parts[:1]

    def _obligation(self, rng: Random) -> ObligationId:
        """Any obligation, more often one that is open."""
        rows = self.world.rows.obligations
        still = sorted(obligation for obligation, row in rows.items() if row.status in OPEN_STATUSES)
        return rng.choice(still if still and rng.random() < 0.9 else sorted(rows))

    def _claim(self, rng: Random) -> ClaimId:
        """Any claim, more often one that is held."""
        claims = self.world.rows.claims
        live = sorted(claim for claim, row in claims.items() if row.lifecycle is Lifecycle.HELD)
        every = sorted(claims)
        return rng.choice(live if live and rng.random() < 0.9 else every)

    def _newcomer(self) -> Member:
        return CLEO._replace(id=type(CLEO.id)(30 + len(self.world.rows.participants)), name="newcomer")

    def _successor(self) -> c.Call:
        """A Rulebook contract stands ready and is to take over."""
        world = self.world
        number = max(world.rows.rules) + 1
        contract = address(f"rulebook {number}")
        rules = replace(world.rows.rules[number - 1], start=world.now)
        world.rows.rulebooks.setdefault(contract, RulebookContract(serves=True, version=number, rules=rules))
        return world.set_rulebook(contract)

    def _spoiled(self, rng: Random, call: c.Call) -> c.Call:
        """The call with one thing about it wrong, perhaps."""
        message = call.message
        names = {f.name for f in fields(message)}
        stranger = rng.choice(sorted(self.world.rows.accounts))
        changes: list[c.Call] = [replace(call, proofs=tuple(None for _ in call.proofs)), replace(call, proofs=())]
        if call.acceptances:
            changes += [
                replace(call, acceptances=()),
                replace(call, acceptances=(c.Malformed(b"x"),) * len(call.acceptances)),
            ]

        def say(**over: Any) -> None:
            other = replace(message, **over)
            changes.append(replace(call, message=other, proofs=named(other), identity=self.world.identity(other)))

        said = {name: getattr(message, name) for name in names}
        if "version" in names:
            say(version=said["version"] + rng.choice((-1, 1)))
        if "deadline" in names:
            say(deadline=UtcSeconds(self.world.now - 1))
            say(signer=stranger)
        if "amount" in names:
            say(amount=Fen(said["amount"] * rng.choice((0, 2, 3))))
        if "participant" in names:
            say(participant=self.world.rows.accounts[stranger].participant, signer=stranger)
        return rng.choice(changes)

    def _try(self, rng: Random, call: c.Call) -> None:
        """Play the call as it is, or, one time in five, spoiled."""
        self._play(call if rng.randint(0, 4) else self._spoiled(rng, call))


TestModel = LedgerMachine.TestCase
TestModel.settings = settings(
    max_examples=60, stateful_step_count=60, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
