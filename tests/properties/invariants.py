# SPDX-License-Identifier: Apache-2.0
"""A machine that plays calls on a world and checks 10-ledger's invariants after every one of them."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant

from chain.domain import commands as c
from chain.domain import events as e
from chain.domain.clock import UtcSeconds
from chain.domain.refusals import LedgerRefusal
from chain.domain.rules import TABLES, Rows, waiting
from chain.domain.vocabulary import (
    HOUR,
    Claim,
    ClaimId,
    Lifecycle,
    ObligationId,
    ObligationStatus,
)
from tests.cast import CORE
from tests.worlds import World

UNACCEPTED = (ObligationStatus.DECLINED, ObligationStatus.REVOKED, ObligationStatus.EXPIRED)
WITHOUT_VERSION = {"participants": {"utilised", "overdue", "paused_until"}, "obligations": {"seq"}, "claims": set()}
"""Fields that change without a new version of the row (10-ledger, Storage)."""


class CheckedMachine(RuleBasedStateMachine):
    """Whoever plays through `_play` is held to L1, L3 to L11 and L13; which calls to play is a subclass's affair."""

    world: World

    @initialize()
    def start(self) -> None:
        self.begin()

    def begin(self) -> None:
        """A new world, in which nothing was paid."""
        self.world = self.new_world()
        self.funded: dict[ObligationId, int] = defaultdict(int)  # principal and interest, by the events
        self.principal: dict[ObligationId, int] = defaultdict(int)
        self.redeemed: dict[ObligationId, int] = defaultdict(int)

    def new_world(self) -> World:
        """Where the calls are played."""
        raise NotImplementedError

    # ---- playing

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
