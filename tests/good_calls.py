# SPDX-License-Identifier: Apache-2.0
"""One good call of every operation, each with a world in which it is good: what the security tests start from."""

from collections.abc import Callable
from dataclasses import replace
from functools import cache

from chain.domain import commands as c
from chain.domain.clock import DAY
from chain.domain.money import Fen
from chain.domain.vocabulary import ZERO_HASH, ObligationId, RulebookContract
from tests.both import BothWorld
from tests.cast import ANNA, BANK, BEN, CLEO, CORE, FIN, FIRST_RULES, OPERATOR, REG, YUAN, Member, address, digest

NEWCOMER = CLEO._replace(id=type(CLEO.id)(40), name="newcomer")
SUCCESSOR = address("successor rulebook")
FIRST = ObligationId(CORE.id, 1)


@cache
def base() -> BothWorld:
    """The furnished cast; nothing issued yet."""
    world = BothWorld(slow=False)
    world.furnish()
    return world


@cache
def offered() -> BothWorld:
    world = base().fork()
    world.do(world.issue(world.promise(1)))
    return world


@cache
def held() -> BothWorld:
    world = offered().fork()
    world.do(world.accept(FIRST))
    return world


@cache
def liened() -> BothWorld:
    world = held().fork()
    world.do(world.lien(FIRST.claim(1), FIN))
    return world


@cache
def funded() -> BothWorld:
    world = held().fork()
    world.do(world.fund(FIRST, 1_000 * YUAN))
    return world


@cache
def late() -> BothWorld:
    world = held().fork()
    world.wait(91 * DAY)
    return world


@cache
def lapsed() -> BothWorld:
    world = offered().fork()
    world.wait(3 * DAY)
    return world


@cache
def announced() -> BothWorld:
    world = base().fork()
    world.do(world.add_account(REG, address("registrar 3"), 3))
    return world


@cache
def paused() -> BothWorld:
    world = base().fork()
    world.do(world.pause(ANNA))
    return world


@cache
def succeeded() -> BothWorld:
    """Another Rulebook stands ready."""
    world = base().fork()
    rules = replace(FIRST_RULES, start=world.now)
    world.rows.rulebooks[SUCCESSOR] = RulebookContract(serves=True, version=2, rules=rules)
    return world


def _entry(name: str) -> c.InvoiceEntry:
    return c.InvoiceEntry(digest(name), Fen(1_000), ZERO_HASH)


def _half() -> int:
    return 500 * YUAN


GOOD: dict[type, tuple[Callable[[], BothWorld], Callable[[BothWorld], c.Call]]] = {
    c.RegisterParticipant: (base, lambda w: w.register(NEWCOMER)),
    c.AddAccount: (base, lambda w: w.add_account(CORE, address("core 3"), 3)),
    c.RevokeAccount: (base, lambda w: w.revoke_account(CORE, CORE.account(2))),
    c.SetThreshold: (base, lambda w: w.set_threshold(CORE, 1, 7)),
    c.SetCash: (base, lambda w: w.set_cash(CORE, address("core cash 2"))),
    c.SetStanding: (base, lambda w: w.set_standing(ANNA, status=2)),
    c.SetAutoAccept: (base, lambda w: w.set_auto_accept(BEN, ANNA, w.now + DAY)),
    c.RaiseQuoteEpoch: (base, lambda w: w.raise_quote_epoch(FIN)),
    c.AddRail: (base, lambda w: w.add_rail(2)),
    c.RegisterInvoices: (base, lambda w: w.register_invoices(_entry("a"), _entry("b"))),
    c.PublishRules: (base, lambda w: w.publish_rules()),
    c.SetRulebook: (succeeded, lambda w: w.set_rulebook(SUCCESSOR)),
    c.CancelChange: (announced, lambda w: w.cancel_change(REG, next(iter(w.rows.changes)))),
    c.Pause: (base, lambda w: w.pause(ANNA, BEN)),
    c.Unpause: (paused, lambda w: w.unpause(ANNA)),
    c.Issue: (base, lambda w: w.issue(w.promise(1))),
    c.IssueMany: (base, lambda w: w.issue_many(w.promise(1), w.promise(2))),
    c.Accept: (offered, lambda w: w.accept(FIRST)),
    c.Decline: (offered, lambda w: w.decline(FIRST)),
    c.Revoke: (offered, lambda w: w.revoke(FIRST)),
    c.Expire: (lapsed, lambda w: w.expire(FIRST)),
    c.Transfer: (held, lambda w: w.transfer(FIRST.claim(1), BEN)),
    c.Split: (held, lambda w: w.split(FIRST.claim(1), BEN, _half())),
    c.SplitMany: (held, lambda w: w.split_many(FIRST.claim(1), (BEN, 10_000), (CLEO, 20_000))),
    c.Cut: (held, lambda w: w.cut(FIRST.claim(1), _half())),
    c.Lien: (held, lambda w: w.lien(FIRST.claim(1), FIN)),
    c.Release: (liened, lambda w: w.release(FIRST.claim(1))),
    c.Discount: (held, lambda w: w.discount(w.quote(FIRST.claim(1), 90_000))),
    c.Fund: (held, lambda w: w.fund(FIRST, 1_000 * YUAN)),
    c.FundByReceipt: (held, lambda w: w.fund_by_receipt(FIRST, 1_000 * YUAN)),
    c.Redeem: (funded, lambda w: w.redeem(FIRST.claim(1))),
    c.MarkOverdue: (late, lambda w: w.mark_overdue(FIRST)),
}
"""Per message: where, and the call."""

ANYONE = (c.Expire, c.Redeem, c.MarkOverdue)
"""Operations without a signer."""

CALLERS: dict[type, tuple[Member, ...]] = {
    c.RegisterParticipant: (REG,),
    c.AddAccount: (CORE,),
    c.RevokeAccount: (CORE,),
    c.SetThreshold: (CORE,),
    c.SetCash: (CORE,),
    c.SetStanding: (REG,),
    c.SetAutoAccept: (BEN,),
    c.RaiseQuoteEpoch: (FIN,),
    c.AddRail: (REG,),
    c.RegisterInvoices: (REG,),
    c.PublishRules: (REG,),
    c.SetRulebook: (REG,),
    c.CancelChange: (REG,),
    c.Pause: (OPERATOR,),
    c.Unpause: (REG,),
    c.Issue: (CORE,),
    c.IssueMany: (CORE,),
    c.Accept: (ANNA,),
    c.Decline: (ANNA,),
    c.Revoke: (CORE,),
    c.Transfer: (ANNA,),
    c.Split: (ANNA,),
    c.SplitMany: (ANNA,),
    c.Cut: (ANNA,),
    c.Lien: (ANNA,),
    c.Release: (FIN,),
    c.Discount: (ANNA,),
    c.Fund: (CORE,),
    c.FundByReceipt: (BANK,),
}
"""Whom the good call speaks for: nobody else may make it."""
