# SPDX-License-Identifier: Apache-2.0
"""The reference model under random good and bad calls: 10-ledger's invariants hold after every one.

`LedgerMachine` draws its calls from the rows of its world, honest ones and spoiled ones. A test that runs a contract
beside the model makes a subclass whose `new_world` gives a World that plays every call there as well.
"""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import fields, replace
from functools import cache
from random import Random
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from chain.domain import commands as c
from chain.domain import events as e
from chain.domain.clock import DAY, UtcSeconds
from chain.domain.money import Fen
from chain.domain.refusals import LedgerRefusal
from chain.domain.rules import TABLES, Rows, owed, waiting
from chain.domain.vocabulary import (
    HOUR,
    OPEN_STATUSES,
    ZERO_ADDRESS,
    ZERO_HASH,
    Claim,
    ClaimId,
    Hours,
    InvoicePart,
    Lifecycle,
    ObligationId,
    ObligationStatus,
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
UNACCEPTED = (ObligationStatus.DECLINED, ObligationStatus.REVOKED, ObligationStatus.EXPIRED)
WITHOUT_VERSION = {"participants": {"utilised", "overdue", "paused_until"}, "obligations": {"seq"}, "claims": set()}
"""Fields that change without a new version of the row (10-ledger, Storage)."""


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


class LedgerMachine(RuleBasedStateMachine):
    """Random calls on a world; every refusal changes nothing, every event keeps the invariants."""

    world: World

    @initialize()
    def begin(self) -> None:
        self.world = self.new_world()
        self.pending: list[c.Call] = []  # governed calls to be repeated
        self.numbers = len(SUPPLIERS)
        self.funded: dict[ObligationId, int] = defaultdict(int)  # principal and interest, by the events
        self.principal: dict[ObligationId, int] = defaultdict(int)
        self.redeemed: dict[ObligationId, int] = defaultdict(int)

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

    # ---- playing

    def _try(self, rng: Random, call: c.Call) -> None:
        """Play the call as it is, or, one time in five, spoiled."""
        self._play(call if rng.randint(0, 4) else self._spoiled(rng, call))

    def _play(self, call: c.Call) -> bool:
        before, now = self.world.rows.copy(), self.world.now
        try:
            events = self.world.do(call)
        except LedgerRefusal:
            assert self.world.rows == before, "a refusal changed rows"
            return False
        self._versions_grow_by_one(before, events)
        self._nothing_is_forgotten(before)
        self._liened_cents_stay(before, events, now)
        self._cash_moves_with_claims(before, events)
        for event in events:
            self._count(event)
        return True

    def _count(self, event: e.Event) -> None:
        rows = self.world.rows
        if isinstance(event, e.Funded):
            self.funded[event.obligation] += event.principal + event.interest
            self.principal[event.obligation] += event.principal
        elif isinstance(event, e.Redeemed):
            self.redeemed[event.claim.obligation] += event.principal + event.interest
            assert event.principal + event.interest > 0
        elif isinstance(event, e.Issued):  # L5, L8
            obligor = rows.participants[event.obligation.obligor]
            assert obligor.utilised <= obligor.limit
            assert rows.participants[event.terms.creditor].status == 1
        elif isinstance(event, (e.Transferred, e.SplitOff)):
            assert rows.participants[event.to].status == 1

    # ---- what must hold after a call

    def _versions_grow_by_one(self, before: Rows, events: Sequence[e.Event]) -> None:
        """L9, of rows and of events: from event to event of a subject, no version is left out."""
        for table, free in WITHOUT_VERSION.items():
            for key, row in getattr(self.world.rows, table).items():
                old = getattr(before, table).get(key)
                if old is None:
                    births = sum(isinstance(event, (e.ParticipantRegistered, e.AccountAdded)) for event in events)
                    assert row.version == (births if table == "participants" else 1)
                elif old != row:
                    same = replace(row, **{name: getattr(old, name) for name in free})
                    grown = 0 if same == old else 1
                    assert row.version == old.version + grown, f"{table} {key}"

    def _nothing_is_forgotten(self, before: Rows) -> None:
        """L13: no row disappears, and none of those that the chain keeps in a slot of their own becomes empty."""
        for table in TABLES:
            assert getattr(before, table).keys() <= getattr(self.world.rows, table).keys(), table
        for claim in self.world.rows.claims.values():
            assert claim.holder > 0
            assert claim.amount > 0
            assert claim.version > 0
        assert all(row.version > 0 for row in self.world.rows.obligations.values())

    def _liened_cents_stay(self, before: Rows, events: Sequence[e.Event], now: UtcSeconds) -> None:
        """L7: a liened cent moves or shrinks only through its lien."""
        for key, old in before.claims.items():
            in_force = old.lienholder and old.lifecycle is Lifecycle.HELD and now <= old.lien_until * HOUR
            new = self.world.rows.claims[key]
            if not in_force or (old.holder, old.amount, old.lienholder, old.lien_until) == (
                new.holder,
                new.amount,
                new.lienholder,
                new.lien_until,
            ):
                continue
            (event,) = events
            assert isinstance(event, (e.Discounted, e.Released))
            assert event.claim == key
            if isinstance(event, e.Discounted):
                assert old.lienholder in (event.financier, old.holder)

    def _cash_moves_with_claims(self, before: Rows, events: Sequence[e.Event]) -> None:
        """L11, and the sum of all cash: nothing but a payment, a sale or a redemption moves any."""
        after = self.world.rows.cash
        assert sum(row.balance for row in after.values()) == sum(row.balance for row in before.cash.values())
        moved = {
            owner
            for owner, row in after.items()
            if row.balance != (before.cash[owner].balance if owner in before.cash else 0)
        }
        paying = [event for event in events if isinstance(event, (e.Discounted, e.Funded, e.Redeemed))]
        assert len(moved) == 2 * len(paying)
        for event in paying:
            if isinstance(event, e.Discounted):
                seller = before.participants[before.claims[event.claim].holder].cash
                buyer = before.participants[event.financier].cash
                token = self.world.token
                assert after[token, buyer].balance == before.cash[token, buyer].balance - event.price
                had = before.cash[token, seller].balance if (token, seller) in before.cash else 0
                assert after[token, seller].balance == had + event.price

    def _by_obligation(self) -> dict[ObligationId, dict[ClaimId, Claim]]:
        claims: dict[ObligationId, dict[ClaimId, Claim]] = defaultdict(dict)
        for key, row in self.world.rows.claims.items():
            claims[key.obligation][key] = row
        return claims

    @invariant()
    def every_cent_has_one_owner_and_one_history(self) -> None:
        """L1, L3, L6."""
        rows = self.world.rows
        for obligation, claims in self._by_obligation().items():
            row = rows.obligations[obligation]
            end = 0
            for claim in sorted(claims.values(), key=lambda claim: claim.start):
                assert claim.start == end
                end = claim.end
            assert end == row.face
            assert row.seq == len(claims) == max(key.seq for key in claims)
            for key, claim in claims.items():
                assert claim.parent < key.seq
                assert (claim.parent == 0) == (key.seq == 1)
            shares = {key: waiting(rows, key, claim) for key, claim in claims.items()}
            assert sum(share.unpaid for share in shares.values()) == row.unpaid
            assert all(min(share.principal, share.interest, share.unpaid) >= 0 for share in shares.values())
            if row.status in UNACCEPTED:
                assert row.unpaid == self.funded[obligation] == 0
                continue
            assert row.unpaid == row.face - self.principal[obligation]
            live = [share.money for key, share in shares.items() if claims[key].lifecycle is Lifecycle.HELD]
            if row.status == ObligationStatus.SETTLED:
                assert row.unpaid == 0
            assert self.redeemed[obligation] + sum(live) == self.funded[obligation]

    @invariant()
    def limits_invoices_and_escrows_add_up(self) -> None:
        """L4, L5, L6."""
        rows = self.world.rows
        assert rows.participants[CORE.id].utilised == sum(row.unpaid for row in rows.obligations.values())
        overdue = sum(row.status == ObligationStatus.OVERDUE for row in rows.obligations.values())
        assert rows.participants[CORE.id].overdue == overdue
        allocated: dict[Any, int] = defaultdict(int)
        for obligation, row in rows.obligations.items():
            for part in row.invoices if row.status not in UNACCEPTED else ():
                key = (obligation.obligor, part.fingerprint)
                allocated[rows.aliases.get(key, key)] += part.amount
        for key, invoice in rows.invoices.items():
            assert invoice.allocated == allocated[key] <= invoice.gross
        held_for_holders = sum(self.funded.values()) - sum(self.redeemed.values())
        (rail,) = rows.rails.values()
        assert rail.owed == held_for_holders <= self.world.balance(rail.escrow)

    @invariant()
    def officers_are_counted(self) -> None:
        """GOVERN rests on how many officers can sign."""
        rows = self.world.rows
        live: dict[Any, int] = defaultdict(int)
        for account in rows.accounts.values():
            live[account.participant, account.officer] += account.active
        for key, officer in rows.officers.items():
            assert officer.accounts == live[key]
        for participant, row in rows.participants.items():
            able = sum(1 for (who, _), accounts in live.items() if who == participant and accounts)
            assert row.officers == able
            assert row.quorum >= min(2, able)

    def teardown(self) -> None:
        """L10: the events alone give every row."""
        if hasattr(self, "world"):
            assert self.world.folded() == self.world.rows


TestModel = LedgerMachine.TestCase
TestModel.settings = settings(
    max_examples=60, stateful_step_count=60, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
