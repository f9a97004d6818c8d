# SPDX-License-Identifier: Apache-2.0
"""What is measured: every operation of the ledger, in the ways in which it is carried.

A scene is one transaction, so every storage word in it is cold. `direct`: the signer calls itself and signs nothing,
other signers sign; `relayed`: all sign, a caller without an account carries it. `auto-accept`: the assignee consented
in advance; `signed`: it signs this very move.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

from chain.abi.plain import rulebook_creation
from chain.domain import commands as c
from chain.domain.clock import DAY
from chain.domain.money import Fen
from chain.domain.vocabulary import ZERO_HASH, Hash, InvoicePart, ObligationId, RulebookContract
from tests.bench.costs.world import FACE, INVOICES, MeasuredWorld, invoice
from tests.cast import ANNA, BEN, CLEO, CORE, FIN, FIRST_RULES, REG, Member, address, digest

FIRST = ObligationId(CORE.id, 1)
CLAIM = FIRST.claim(1)
PART = 123_456_78  # of the claim that is split, cut, or sold in part
AUTO = (None,)  # no signature of the assignee: its standing consent is asked for
PRICE, PRICE_OF_PART = 308_901_23, 121_765_43
NEWCOMER = CLEO._replace(id=type(CLEO.id)(10), name="newcomer")


@dataclass(frozen=True, slots=True)
class Scene:
    """One operation in one mode. `call` brings the world to where it is good, and makes it.

    `direct`: which signature is empty since its signer calls, if any; `ceiling`: gas that it may cost at most;
    `tight`: it may cost at most 1.12 times its floor; `items`: how many things of the kind `item` it makes.
    """

    operation: str
    mode: str
    call: Callable[[MeasuredWorld], c.Call]
    direct: int | None = None
    ceiling: int | None = None
    tight: bool = False
    items: int = 1
    item: str = ""

    @property
    def name(self) -> str:
        """What it is called in the snapshot."""
        return f"{self.operation}: {self.mode}"


def _parts(count: int) -> tuple[InvoicePart, ...]:
    return tuple(invoice(number) for number in range(count))


def _promise(world: MeasuredWorld, number: int, *parts: InvoicePart) -> c.NewObligation:
    return world.promise(number, face=sum(part.amount for part in parts), invoices=parts)


def _offered(world: MeasuredWorld) -> ObligationId:
    world.do(world.issue(world.promise(1, face=FACE)))
    return FIRST


def _owed(play: Callable[[MeasuredWorld], c.Call]) -> Callable[[MeasuredWorld], c.Call]:
    """The same, once ANNA holds an accepted obligation."""

    def call(world: MeasuredWorld) -> c.Call:
        world.owed()
        return play(world)

    return call


def _issue(count: int, face: int = 0, checked: bool = True) -> Callable[[MeasuredWorld], c.Call]:
    def call(world: MeasuredWorld) -> c.Call:
        promise = world.promise(1, face=face) if face else _promise(world, 1, *_parts(count))
        return world.issue(promise, checked=checked)

    return call


def _issue_many(world: MeasuredWorld) -> c.Call:
    return world.issue_many(*(_promise(world, n + 1, invoice(n)) for n in range(INVOICES)))


def _split(acceptances: tuple[None, ...] = ()) -> Callable[[MeasuredWorld], c.Call]:
    consent = {"acceptances": acceptances} if acceptances else {}
    return _owed(lambda world: world.split(CLAIM, BEN, PART, **consent))


def _transfer(acceptances: tuple[None, ...] = ()) -> Callable[[MeasuredWorld], c.Call]:
    consent = {"acceptances": acceptances} if acceptances else {}
    return _owed(lambda world: world.transfer(CLAIM, BEN, **consent))


def _pieces(*assignees: Member) -> Callable[[MeasuredWorld], c.Call]:
    def call(world: MeasuredWorld) -> c.Call:
        pieces = [(assignees[n % len(assignees)], 1_234_56 + n) for n in range(100)]
        return world.split_many(CLAIM, *pieces, acceptances=())

    return _owed(call)


def _discount(price: int, amount: int | None = None, seller: Member = ANNA) -> Callable[[MeasuredWorld], c.Call]:
    def call(world: MeasuredWorld) -> c.Call:
        world.owed(creditor=seller)
        return world.discount(world.quote(CLAIM, price, amount))

    return call


def _redeem(holder: Member) -> Callable[[MeasuredWorld], c.Call]:
    def call(world: MeasuredWorld) -> c.Call:
        world.paid_in()
        world.do(world.fund(world.owed(creditor=holder), FACE))
        return world.redeem(CLAIM)

    return call


def _fund(amount: int, by_receipt: bool = False) -> Callable[[MeasuredWorld], c.Call]:
    def call(world: MeasuredWorld) -> c.Call:
        world.paid_in()
        world.owed()
        return world.fund_by_receipt(FIRST, amount) if by_receipt else world.fund(FIRST, amount)

    return call


def _liened(world: MeasuredWorld) -> c.Call:
    world.do(world.lien(CLAIM, FIN))
    return world.release(CLAIM)


def _late(world: MeasuredWorld) -> c.Call:
    world.wait(91 * DAY)
    return world.mark_overdue(FIRST)


def _lapsed(world: MeasuredWorld) -> c.Call:
    _offered(world)
    world.wait(3 * DAY)
    return world.expire(FIRST)


def _register_invoices(count: int) -> Callable[[MeasuredWorld], c.Call]:
    entries = [c.InvoiceEntry(digest(f"new invoice {n}"), Fen(12_345_67 + n), ZERO_HASH) for n in range(count)]
    return lambda world: world.register_invoices(*entries)


def _cancel(world: MeasuredWorld) -> c.Call:
    world.do(world.add_account(REG, address("registrar 3"), 3))
    return world.cancel_change(REG, Hash(next(iter(world.rows.changes))))


def _paused(world: MeasuredWorld) -> c.Call:
    world.do(world.pause(BEN))
    return world.unpause(BEN)


def _succeeded(world: MeasuredWorld) -> c.Call:
    rules = replace(FIRST_RULES, start=world.now)
    made = world.chain.deploy(rulebook_creation(world.deployed.ledger, 2, rules))[0]
    world.rows.rulebooks[made] = RulebookContract(serves=True, version=2, rules=rules)
    return world.set_rulebook(made)


SCENES = (
    Scene("issue", "relayed, two officers, 1 invoice", _issue(1, FACE), ceiling=160_000, tight=True),
    Scene("issue", "direct maker, checker signs, 1 invoice", _issue(1, FACE), 0, tight=True),
    Scene("issue", "direct, lone officer, 1 invoice", _issue(1, checked=False), 0, tight=True),
    Scene("issue", "relayed, two officers, 5 invoices", _issue(5), tight=True),
    Scene("issueMany", "relayed, two officers, 50 with 1 invoice each", _issue_many, items=INVOICES, item="obligation"),
    Scene("accept", "direct", lambda w: w.accept(_offered(w)), 0, 34_000),
    Scene("accept", "relayed", lambda w: w.accept(_offered(w))),
    Scene("decline", "direct", lambda w: w.decline(_offered(w)), 0),
    Scene("revoke", "direct", lambda w: w.revoke(_offered(w)), 0),
    Scene("expire", "anyone", _lapsed),
    Scene("split", "direct, auto-accept", _split(AUTO), 0, 68_000, tight=True),
    Scene("split", "relayed, auto-accept", _split(AUTO), tight=True),
    Scene("split", "direct, signed", _split(), 0, tight=True),
    Scene("transfer", "direct, auto-accept", _transfer(AUTO), 0, 42_000, tight=True),
    Scene("transfer", "relayed, auto-accept", _transfer(AUTO), tight=True),
    Scene("transfer", "direct, signed", _transfer(), 0, tight=True),
    # To several assignees each child has a log of its own: 1,893 gas of floor that one ConsecutiveTransfer saves.
    Scene("splitMany", "direct, auto-accept, 100 to one assignee", _pieces(BEN), 0, 2_500_000, items=100, item="child"),
    Scene("splitMany", "direct, auto-accept, 100 to two in turn", _pieces(BEN, CLEO), 0, items=100, item="child"),
    Scene("cut", "direct", _owed(lambda w: w.cut(CLAIM, PART)), 0),
    Scene("lien", "direct, own", _owed(lambda w: w.lien(CLAIM, ANNA)), 0, tight=True),
    Scene("lien", "direct, a financier's, signed", _owed(lambda w: w.lien(CLAIM, FIN)), 0, tight=True),
    Scene("release", "direct", _owed(_liened), 0),
    Scene("discount", "direct, whole, signed quote", _discount(PRICE), 0, 73_000, tight=True),
    Scene("discount", "relayed, whole, signed quote", _discount(PRICE), tight=True),
    Scene("discount", "direct, part, signed quote", _discount(PRICE_OF_PART, PART), 0, tight=True),
    Scene("discount", "direct, whole, seller's cash address empty", _discount(PRICE, seller=CLEO), 0, tight=True),
    Scene("fund", "direct, whole", _fund(FACE), 0),
    Scene("fund", "direct, part", _fund(PART), 0),
    Scene("fundByReceipt", "direct, whole", _fund(FACE, by_receipt=True), 0),
    Scene("redeem", "anyone, with cash", _redeem(ANNA), ceiling=59_000, tight=True),
    Scene("redeem", "anyone, holder's cash address empty", _redeem(CLEO), tight=True),
    Scene("markOverdue", "anyone", _owed(_late)),
    Scene("registerInvoices", "direct, 1", _register_invoices(1), 0),
    Scene("registerInvoices", "direct, 50", _register_invoices(50), 0, items=50, item="invoice"),
    Scene("registerParticipant", "direct, its account signs", lambda w: w.register(NEWCOMER), 0),
    Scene("setAutoAccept", "direct", lambda w: w.set_auto_accept(ANNA, BEN, w.now + 90 * DAY), 0),
    Scene("addAccount", "relayed, four sign", lambda w: w.add_account(CORE, address("core 3"), 3)),
    Scene("revokeAccount", "relayed, two sign", lambda w: w.revoke_account(CORE, CORE.account(2))),
    Scene("setThreshold", "relayed, three sign", lambda w: w.set_threshold(CORE, 1, 123_456_78)),
    Scene("setCash", "relayed, three sign", lambda w: w.set_cash(CORE, address("core cash 2"))),
    Scene("setStanding", "direct", lambda w: w.set_standing(ANNA, status=2), 0),
    Scene("raiseQuoteEpoch", "direct", lambda w: w.raise_quote_epoch(FIN), 0),
    Scene("addRail", "direct, bank signs", lambda w: w.add_rail(2), 0),
    Scene("publishRules", "relayed, two sign", lambda w: w.publish_rules()),
    Scene("setRulebook", "relayed, two sign, announced", _succeeded),
    Scene("cancelChange", "direct", _cancel, 0),
    Scene("pause", "direct, 1 participant", lambda w: w.pause(BEN), 0),
    Scene("unpause", "direct, 1 participant", _paused, 0),
)
"""In the order of the table."""
