# SPDX-License-Identifier: Apache-2.0
"""A small world to try the ledger in: a cast, its keys, its cash, and honest calls by every member of it.

`World` plays every call on the reference model. What also has to happen elsewhere (on a contract) is for a subclass: it
overrides `do`, `mint`, `approve`, `wait` and `identity`, and calls up. Builders return Calls that nobody has played:
versions and signers are right at that moment, and any field of the message or of the Call can be overridden by name.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from functools import cache
from typing import Any

from chain.domain import commands as c
from chain.domain.clock import DAY, UtcSeconds
from chain.domain.events import Event
from chain.domain.money import Fen, Ppm
from chain.domain.rules import Rows, apply, commit, genesis, genesis_events, play
from chain.domain.vocabulary import (
    HOUR,
    ZERO_ADDRESS,
    ZERO_HASH,
    Address,
    CashAccount,
    ClaimId,
    Hash,
    Hours,
    InvoicePart,
    ObligationId,
    OfficerId,
    RailId,
    Rules,
)
from tests.cast import (
    ANNA,
    BANK,
    BOTH,
    CASH,
    CAST,
    CORE,
    ESCROW,
    FIN,
    FIRST_RULES,
    GENESIS,
    INVOICE,
    NOW,
    OPERATOR,
    RAIL,
    REG,
    RIVAL,
    RULEBOOK,
    TOKEN,
    YUAN,
    Member,
    digest,
)

SLOTS: Mapping[type, tuple[str, ...]] = {
    c.RegisterParticipant: ("signer", "account"),
    c.AddAccount: ("registrar", "signer", "second", "account"),
    c.RevokeAccount: ("registrar", "signer"),
    c.SetThreshold: ("registrar", "signer", "second"),
    c.SetCash: ("registrar", "signer", "second"),
    c.AddRail: ("signer", "bank_signer"),
    c.PublishRules: ("signer", "second"),
    c.SetRulebook: ("signer", "second"),
    c.Issue: ("signer", "checker"),
    c.IssueMany: ("signer", "checker"),
    c.Expire: (),
    c.Redeem: (),
    c.MarkOverdue: (),
}
"""Whose signatures the Solidity function takes, in its order, as the message names them; else the signer's alone."""


def named(message: c.Message) -> tuple[Address | None, ...]:
    """The proofs of a call that everyone named has signed; None where the message names nobody."""
    if isinstance(message, c.Discount):
        return message.signer, message.quote.signer
    names = (getattr(message, slot) for slot in SLOTS.get(type(message), ("signer",)))
    return tuple(None if name == ZERO_ADDRESS else name for name in names)


CALL_FIELDS = {f.name for f in fields(c.Call)} - {"message"}


@dataclass
class World:
    """The cast of a ledger, its rows, the time, and all that happened."""

    token: Address = TOKEN
    escrow: Address = ESCROW
    rulebook: Address = RULEBOOK
    rules: Rules = FIRST_RULES
    now: UtcSeconds = NOW
    rows: Rows = field(init=False)
    log: list[tuple[Event, UtcSeconds]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.rows = genesis(digest("registrar"), GENESIS, self.rulebook, self.rules, exponent=2)
        self.rows.tokens[self.token] = 2
        self.log.extend((event, self.now) for event in genesis_events(digest("registrar"), GENESIS, self.rules))

    def fork(self) -> "World":
        """A world of its own in the same state, to try things in (on the model alone)."""
        twin = object.__new__(World)
        twin.__dict__.update(self.__dict__)
        twin.rows, twin.log = self.rows.copy(), list(self.log)
        return twin

    # ---- what happens

    def do(self, call: c.Call) -> tuple[Event, ...]:
        """Play a call now. Raises its refusal."""
        events = play(self.rows, call, self.now)
        self.log.extend((event, self.now) for event in events)
        return events

    def mint(self, owner: Address, amount: int) -> None:
        """The bank credits an address with tokens."""
        row = self.rows.cash.get((self.token, owner), CashAccount(Fen(0), approved=False))
        self.rows.cash[self.token, owner] = replace(row, balance=Fen(row.balance + amount))

    def approve(self, owner: Address, approved: bool = True) -> None:
        """The owner lets the ledger move its tokens, or no more."""
        row = self.rows.cash.get((self.token, owner), CashAccount(Fen(0), approved=False))
        self.rows.cash[self.token, owner] = replace(row, approved=approved)

    def wait(self, seconds: int) -> None:
        """Let time pass."""
        self.now = UtcSeconds(self.now + seconds)

    def identity(self, message: c.Message) -> Hash:
        """A stand-in for the message's EIP-712 hash: different for different messages."""
        return digest(repr(message))

    def edit(self, table: str, row_key: Any, **changed: Any) -> None:
        """Put a row into a state that calls would take long to reach (on the model alone)."""
        rows = getattr(self.rows, table)
        rows[row_key] = replace(rows[row_key], **changed)

    def balance(self, owner: Address) -> int:
        """Tokens at an address."""
        row = self.rows.cash.get((self.token, owner))
        return 0 if row is None else row.balance

    def folded(self) -> Rows:
        """The rows as the log alone gives them; cash and what other contracts know are taken from this world."""
        rows = Rows(self.rulebook, 2, tokens=self.rows.tokens, rulebooks=self.rows.rulebooks)
        for event, at in self.log:
            commit(rows, apply(rows, event, at))
        return replace(rows, cash=self.rows.cash)

    # ---- calls

    def call(self, kind: type, defaults: dict[str, Any], over: dict[str, Any]) -> c.Call:
        """A call of a message made of defaults and overrides, honestly signed unless `proofs` says otherwise."""
        settings = {name: over[name] for name in over if name in CALL_FIELDS}
        if kind is c.Expire:  # its terms and invoices belong to the message
            settings = {}
        message = kind(**{**defaults, **{name: over[name] for name in over if name not in settings}})
        settings.setdefault("proofs", named(message))
        settings.setdefault("identity", self.identity(message))
        return c.Call(message, **settings)

    def version(self, member: Member) -> int:
        """The participant version of a member now; 0 before it is registered."""
        row = self.rows.participants.get(member.id)
        return 0 if row is None else row.version

    def by(self, member: Member, officer: int = 1) -> dict[str, Any]:
        """Participant, signer and a deadline a year away."""
        until = UtcSeconds(self.now + 400 * DAY)
        return {"participant": member.id, "signer": member.account(officer), "deadline": until}

    # registry

    def register(self, member: Member, **over: Any) -> c.Call:
        defaults = self.by(REG) | {
            "subject": member.id,
            "roles": int(member.roles),
            "limit": member.limit,
            "cash": member.cash,
            "identity": digest(member.name),
            "account": member.account(1),
            "officer": OfficerId(1),
            "rights": BOTH,
        }
        message = c.RegisterParticipant(**(defaults | {k: v for k, v in over.items() if k not in CALL_FIELDS}))
        return c.Call(message, over.get("proofs", named(message)))

    def govern(self, member: Member, officers: int | None = None) -> dict[str, Any]:
        """Who signs a governed change of the member, by how many live officers it has."""
        live = self.rows.participants[member.id].officers if officers is None else officers
        registrars = member == REG or live == 0
        return {
            "participant": member.id,
            "version": self.version(member),
            "registrar": REG.account(1),
            "signer": REG.account(2) if registrars else member.account(1),
            "second": member.account(2) if live >= 2 and not registrars else ZERO_ADDRESS,
            "deadline": UtcSeconds(self.now + 400 * DAY),
        }

    def add_account(self, member: Member, account: Address, officer: int, **over: Any) -> c.Call:
        new = {"account": account, "officer": OfficerId(officer), "rights": BOTH}
        return self.call(c.AddAccount, self.govern(member) | new, over)

    def revoke_account(self, member: Member, account: Address, **over: Any) -> c.Call:
        defaults = self.govern(member) | {"account": account}
        del defaults["second"]
        return self.call(c.RevokeAccount, defaults, over)

    def set_threshold(self, member: Member, officer: int, threshold: int, **over: Any) -> c.Call:
        new = {"officer": OfficerId(officer), "threshold": Fen(threshold)}
        return self.call(c.SetThreshold, self.govern(member) | new, over)

    def set_cash(self, member: Member, cash: Address, **over: Any) -> c.Call:
        return self.call(c.SetCash, self.govern(member) | {"cash": cash}, over)

    def set_standing(self, member: Member, **over: Any) -> c.Call:
        row = self.rows.participants[member.id]
        present = {"roles": int(row.roles), "status": row.status, "limit": row.limit}
        return self.call(c.SetStanding, self.by(REG) | {"subject": member.id, "version": row.version} | present, over)

    def set_auto_accept(self, member: Member, counterparty: Member, until: int, **over: Any) -> c.Call:
        new = {"version": self.version(member), "counterparty": counterparty.id, "until": UtcSeconds(until)}
        return self.call(c.SetAutoAccept, self.by(member) | new, over)

    def raise_quote_epoch(self, member: Member, **over: Any) -> c.Call:
        return self.call(c.RaiseQuoteEpoch, self.by(member) | {"version": self.version(member)}, over)

    def add_rail(self, rail: int = RAIL, **over: Any) -> c.Call:
        new = {"rail": RailId(rail), "token": self.token, "bank": BANK.id, "escrow": self.escrow}
        return self.call(c.AddRail, self.by(REG) | new | {"bank_signer": BANK.account()}, over)

    def register_invoices(self, *entries: c.InvoiceEntry, **over: Any) -> c.Call:
        return self.call(c.RegisterInvoices, self.by(REG) | {"obligor": CORE.id, "entries": entries}, over)

    def publish_rules(self, **over: Any) -> c.Call:
        latest = max(self.rows.rules)
        limits = {f.name: getattr(self.rows.rules[latest], f.name) for f in fields(Rules)}
        start = {"start": UtcSeconds(max(self.now + 3 * DAY, limits["start"] + 1))}
        new = {"version": latest + 1, "second": REG.account(2)}
        return self.call(c.PublishRules, self.by(REG) | limits | start | new, over)

    def set_rulebook(self, rulebook: Address, **over: Any) -> c.Call:
        new = {"version": self.version(REG), "rulebook": rulebook, "second": REG.account(2)}
        return self.call(c.SetRulebook, self.by(REG) | new, over)

    def cancel_change(self, member: Member, change: Hash, **over: Any) -> c.Call:
        return self.call(c.CancelChange, self.by(member) | {"change": change}, over)

    def pause(self, *subjects: Member, **over: Any) -> c.Call:
        new = {"version": self.version(OPERATOR), "until": Hours(self.now // HOUR + 1)}
        return self.call(c.Pause, self.by(OPERATOR) | new | {"subjects": tuple(s.id for s in subjects)}, over)

    def unpause(self, *subjects: Member, **over: Any) -> c.Call:
        new = {"version": self.version(REG), "subjects": tuple(s.id for s in subjects)}
        return self.call(c.Unpause, self.by(REG) | new, over)

    # obligations

    def promise(self, number: int, creditor: Member = ANNA, face: int = 1_000 * YUAN, **over: Any) -> c.NewObligation:
        """An obligation due in 90 days that may be accepted for 2 days, backed by one invoice."""
        defaults: dict[str, Any] = {
            "number": number,
            "creditor": creditor.id,
            "face": Fen(face),
            "due": UtcSeconds(self.now + 90 * DAY),
            "accept_by": Hours(self.now // HOUR + 48),
            "rail": RAIL,
            "closes": 2,
            "late_rate": Ppm(182_500),  # 0.05 % a day
            "terms": digest("terms"),
            "invoices": (InvoicePart(INVOICE, Fen(face)),),
        }
        return c.NewObligation(**(defaults | over))

    def issue(self, promise: c.NewObligation, checked: bool = True, **over: Any) -> c.Call:
        checker = {"checker": CORE.account(2) if checked else ZERO_ADDRESS}
        return self.call(c.Issue, self.by(CORE) | {"obligation": promise} | checker, over)

    def issue_many(self, *promises: c.NewObligation, checked: bool = True, **over: Any) -> c.Call:
        checker = {"checker": CORE.account(2) if checked else ZERO_ADDRESS}
        return self.call(c.IssueMany, self.by(CORE) | {"obligations": promises} | checker, over)

    def accept(self, obligation: ObligationId, **over: Any) -> c.Call:
        first = obligation.claim(1)
        row = self.rows.claims[first]
        return self.call(c.Accept, self.by(CAST[row.holder]) | {"claim": first, "version": row.version}, over)

    def decline(self, obligation: ObligationId, **over: Any) -> c.Call:
        holder = CAST[self.rows.claims[obligation.claim(1)].holder]
        return self._end(c.Decline, holder, obligation, over)

    def revoke(self, obligation: ObligationId, **over: Any) -> c.Call:
        return self._end(c.Revoke, CORE, obligation, over)

    def _end(self, kind: type, member: Member, obligation: ObligationId, over: dict[str, Any]) -> c.Call:
        row = self.rows.obligations[obligation]
        defaults = self.by(member) | {"obligation": obligation, "version": row.version}
        return self.call(kind, defaults, {"terms": row.terms, "invoices": row.invoices} | over)

    def expire(self, obligation: ObligationId, **over: Any) -> c.Call:
        row = self.rows.obligations[obligation]
        defaults = {"obligation": obligation, "terms": row.terms, "invoices": row.invoices}
        return self.call(c.Expire, defaults, over)

    # claims

    def on(self, claim: ClaimId) -> dict[str, Any]:
        """The claim's holder speaks for it, at its present version."""
        row = self.rows.claims[claim]
        return self.by(CAST[row.holder]) | {"claim": claim, "version": row.version}

    def consent(self, member: Member, **over: Any) -> c.Consent:
        """The member's genuine signed acceptance of what the call says."""
        signer = member.account()
        defaults: dict[str, Any] = {"signer": signer, "deadline": UtcSeconds(self.now + DAY), "proof": signer}
        return c.Consent(**(defaults | over))

    def transfer(self, claim: ClaimId, to: Member, **over: Any) -> c.Call:
        over = {"acceptances": (self.consent(to),)} | over
        return self.call(c.Transfer, self.on(claim) | {"to": to.id}, over)

    def split(self, claim: ClaimId, to: Member, amount: int, **over: Any) -> c.Call:
        over = {"acceptances": (self.consent(to),)} | over
        return self.call(c.Split, self.on(claim) | {"to": to.id, "amount": Fen(amount)}, over)

    def split_many(self, claim: ClaimId, *pieces: tuple[Member, int], **over: Any) -> c.Call:
        over = {"acceptances": tuple(self.consent(to) for to, _ in pieces)} | over
        parts = tuple(c.Piece(to.id, Fen(amount)) for to, amount in pieces)
        return self.call(c.SplitMany, self.on(claim) | {"pieces": parts}, over)

    def cut(self, claim: ClaimId, amount: int, **over: Any) -> c.Call:
        return self.call(c.Cut, self.on(claim) | {"amount": Fen(amount)}, over)

    def lien(self, claim: ClaimId, lienholder: Member, amount: int | None = None, **over: Any) -> c.Call:
        row = self.rows.claims[claim]
        new = {
            "amount": row.amount if amount is None else Fen(amount),
            "lienholder": lienholder.id,
            "until": Hours(self.now // HOUR + 24),
        }
        over = {"acceptances": () if lienholder.id == row.holder else (self.consent(lienholder),)} | over
        return self.call(c.Lien, self.on(claim) | new, over)

    def release(self, claim: ClaimId, **over: Any) -> c.Call:
        row = self.rows.claims[claim]
        who = CAST.get(row.lienholder, FIN)
        return self.call(c.Release, self.by(who) | {"claim": claim, "version": row.version}, over)

    # financing

    def quote(self, claim: ClaimId, price: int, amount: int | None = None, by: Member = FIN, **over: Any) -> c.Quote:
        row = self.rows.claims[claim]
        obligation = self.rows.obligations[claim.obligation]
        defaults = self.by(by) | {
            "claim": claim,
            "version": row.version,
            "amount": row.amount if amount is None else Fen(amount),
            "price": Fen(price),
            "epoch": self.rows.participants[by.id].quote_epoch,
            "status": 2 if self.now > obligation.due else int(obligation.status),
            "rate": Ppm(42_000),
            "tenor_days": 90,
            "basis": 1,
        }
        return c.Quote(**(defaults | over))

    def discount(self, quote: c.Quote, **over: Any) -> c.Call:
        seller = CAST[self.rows.claims[quote.claim].holder]
        return self.call(c.Discount, self.by(seller) | {"quote": quote}, over)

    # settlement

    def fund(self, obligation: ObligationId, amount: int, **over: Any) -> c.Call:
        version = self.rows.obligations[obligation].version
        return self.call(
            c.Fund, self.by(CORE) | {"obligation": obligation, "version": version, "amount": Fen(amount)}, over
        )

    def fund_by_receipt(self, obligation: ObligationId, amount: int, receipt: str = "receipt", **over: Any) -> c.Call:
        version = self.rows.obligations[obligation].version
        new = {"obligation": obligation, "version": version, "amount": Fen(amount), "receipt": digest(receipt)}
        return self.call(c.FundByReceipt, self.by(BANK) | new, over)

    def redeem(self, claim: ClaimId, **over: Any) -> c.Call:
        return self.call(c.Redeem, {"claim": claim}, over)

    def mark_overdue(self, obligation: ObligationId, **over: Any) -> c.Call:
        return self.call(c.MarkOverdue, {"obligation": obligation}, over)

    # ---- set-up

    def furnish(self) -> "World":
        """Register the cast, add a rail and an invoice, hand out cash; then officers 1 and 2 of the core are known."""
        for member in CAST.values():
            if member != REG:
                self.do(self.register(member))
        self.do(self.add_account(CORE, CORE.account(2), 2))
        self.do(self.set_threshold(CORE, 1, 100_000 * YUAN))
        self.do(self.add_rail())
        self.do(self.register_invoices(c.InvoiceEntry(INVOICE, Fen(5_000_000 * YUAN), ZERO_HASH)))
        for member in (BANK, CORE, FIN, RIVAL):
            self.mint(member.cash, CASH)
        for owner in (BANK.cash, CORE.cash, FIN.cash, RIVAL.cash, self.escrow):
            self.approve(owner)
        return self

    def held(self, number: int = 1, creditor: Member = ANNA, face: int = 1_000 * YUAN, **over: Any) -> ObligationId:
        """Issue and accept an obligation of the core's; claim 1 is the creditor's."""
        self.do(self.issue(self.promise(number, creditor, face, **over)))
        obligation = ObligationId(CORE.id, number)
        self.do(self.accept(obligation))
        return obligation


@cache
def _furnished() -> World:
    return World().furnish()


def furnished() -> World:
    """A furnished world of the caller's own, on the model."""
    return _furnished().fork()
