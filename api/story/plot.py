# SPDX-License-Identifier: Apache-2.0
"""What happens, scene by scene. The figures are the model's or those of `figures`; the words stand in `telling`."""

from collections.abc import Callable, Sequence

from api.story import desk
from api.story import figures as f
from api.story.cast import (
    BANK,
    CHECKER,
    CLEARING,
    COMPANIES,
    FOAM,
    FRAMES,
    MAKER,
    MOTORS,
    REGISTRAR,
    RIVAL,
    SEATS,
    SPRINGS,
    Company,
)
from api.story.stage import Stage
from api.story.steps import Scene
from chain.domain import commands as c
from chain.domain.money import Fen
from chain.domain.pricing import late_days
from chain.domain.rules import owed, waiting
from chain.domain.vocabulary import ClaimId, ObligationId, Role

PROMISE = ObligationId(MOTORS.id, 1)
ADMITTED = {
    Role.OPERATOR: "admit_operator",
    Role.CORE_ENTERPRISE: "admit_core",
    Role.SUPPLIER: "admit_supplier",
}
OF_SEATS, OF_FRAMES, OF_FOAM, OF_SPRINGS, OF_BANK = (PROMISE.claim(seq) for seq in range(1, 6))


def play(stage: Stage) -> None:
    """The whole story. Raises ProofFailed when ledger and model ever differ."""
    for scene, happens in SCENES:
        stage.scene = scene
        happens(stage)


# ---------------------------------------------------------------- before there is any promise


def members(stage: Stage) -> None:
    """Who takes part; who signs for the car maker; where the money flows."""
    stage.travel("start", f.morning(f.ADMISSION))
    stage.note("registrar", REGISTRAR)
    for who in COMPANIES:
        if who != REGISTRAR:  # it was there first
            facts = {"who": who, "role": who.role, "tier": who.tier}
            line = ADMITTED.get(who.role, "admit")
            stage.do(line, desk.admit(stage, who), REGISTRAR, who.limit or None, **facts)
    stage.do("checker", desk.name_checker(stage), MOTORS, maker=MAKER, checker=CHECKER)
    stage.do("threshold", desk.set_threshold(stage), MOTORS, f.ALONE, maker=MAKER)
    stage.do("rail", desk.open_rail(stage), CLEARING)
    stage.allow("allow_escrow", CLEARING, stage.keys.escrow.address)
    for payer, amount in ((MOTORS, f.MOTORS_CASH), (BANK, f.BANK_CASH)):
        stage.credit("credit", CLEARING, payer, amount, who=payer)
        stage.allow("allow", payer, stage.keys.cash(payer).address)


def record(stage: Stage) -> None:
    """Invoices become known by their fingerprints, each once."""
    stage.travel("clock", f.morning(f.RECORDING))
    documents = f.invoices(stage.keys, *f.DELIVERIES)
    facts = {"seller": SEATS, "obligor": MOTORS, "count": len(documents)}
    stage.do("invoices", desk.record(stage, documents), REGISTRAR, f.FACE, **facts)
    (again,) = f.invoices(stage.keys, f.TWIN)
    stage.refuse("invoice_again", desk.record(stage, [again]), REGISTRAR, again.gross, invoice=again.label)


def promise(stage: Stage) -> None:
    """The car maker promises to pay: two of its people sign, its supplier accepts."""
    stage.travel("clock", f.morning(f.ISSUE))
    documents = f.invoices(stage.keys, *f.DELIVERIES)
    alone = desk.promise(stage, PROMISE.number, documents, f.MATURITY, alone=True)
    stage.refuse("issue_alone", alone, MOTORS, f.FACE, maker=MAKER, creditor=SEATS)
    facts = {"maker": MAKER, "checker": CHECKER, "creditor": SEATS, "due": f.MATURITY, "obligation": PROMISE}
    stage.do("issue", desk.promise(stage, PROMISE.number, documents, f.MATURITY), MOTORS, f.FACE, **facts)
    used = documents[1]
    second = desk.promise(stage, PROMISE.number + 1, [used], f.MATURITY)
    stage.refuse("issue_used", second, MOTORS, used.gross, invoice=used.label, creditor=SEATS)
    stage.travel("clock", f.morning(f.ACCEPTANCE))
    stage.do("accept", desk.accept(stage, OF_SEATS), SEATS, f.FACE, claim=OF_SEATS)


# ---------------------------------------------------------------- while nothing is due


def down(stage: Stage) -> None:
    """Tier 1 pays tier 2 with parts of the promise, tier 2 pays tier 3."""
    stage.travel("clock", f.morning(f.FIRST_SPLIT))
    too_much = Fen(f.FACE + 1)
    stage.refuse("split_too_much", desk.split(stage, OF_SEATS, FOAM, too_much), SEATS, too_much, to=FOAM)
    parts = desk.split_many(stage, OF_SEATS, ((FRAMES, f.TO_FRAMES), (FOAM, f.TO_FOAM)))
    passed = Fen(f.TO_FRAMES + f.TO_FOAM)
    facts = {"first": FRAMES, "first_amount": f.TO_FRAMES, "first_claim": OF_FRAMES}
    facts |= {"second": FOAM, "second_amount": f.TO_FOAM, "second_claim": OF_FOAM}
    stage.do("split_many", parts, SEATS, passed, **facts, kept=f.FACE - passed)
    stage.refuse("carried_again", parts, None, passed, owner=SEATS)
    stage.travel("clock", f.morning(f.SECOND_SPLIT))
    onward = desk.split(stage, OF_FRAMES, SPRINGS, f.TO_SPRINGS)
    kept = f.TO_FRAMES - f.TO_SPRINGS
    stage.do("split", onward, FRAMES, f.TO_SPRINGS, to=SPRINGS, claim=OF_SPRINGS, kept=kept)


def cash(stage: Stage) -> None:
    """Tier 3 sells a part to a bank: claim and money change hands together."""
    stage.travel("clock", f.morning(f.SALE))
    offer, kept = f.OFFER, Fen(f.TO_SPRINGS - f.SOLD)
    facts = {"seller": SPRINGS, "rate": offer.rate, "days": offer.days, "basis": offer.basis.label}
    stage.note("offer", BANK, offer.face, price=offer.proceeds, interest=offer.interest, **facts)
    sale = desk.sell(stage, SPRINGS, OF_SPRINGS, BANK, offer)
    stage.do("sale", sale, SPRINGS, offer.face, price=offer.proceeds, bank=BANK, claim=OF_BANK, kept=kept)
    again = desk.sell(stage, SPRINGS, OF_BANK, RIVAL, f.RIVAL_OFFER)
    stage.refuse("sale_again", again, SPRINGS, f.RIVAL_OFFER.face, price=f.RIVAL_OFFER.proceeds, bank=RIVAL)
    stage.refuse("stranger", desk.steal(stage, OF_SPRINGS, RIVAL), None, kept, owner=SPRINGS)


# ---------------------------------------------------------------- when it is due, and after


def due(stage: Stage) -> None:
    """The car maker pays a part on time; who needs its share is paid at once."""
    stage.travel("clock_due", f.morning(f.MATURITY))
    paid = f.FIRST_PAYMENT
    stage.do("pay_part", desk.pay(stage, PROMISE, paid), MOTORS, paid, rest=f.FACE - paid)
    _redeem(stage, SPRINGS, OF_SPRINGS)


def late(stage: Stage) -> None:
    """What is not paid is overdue, and who is overdue promises nothing more."""
    stage.travel("clock", f.morning(f.DAY_AFTER))
    rest = stage.rows.obligations[PROMISE].unpaid
    stage.do("overdue", desk.anyone(stage, c.MarkOverdue(PROMISE)), None, rest, obligor=MOTORS, due=f.MATURITY)
    documents = f.invoices(stage.keys, f.LATER)
    (new,) = documents
    facts = {"seller": SEATS, "obligor": MOTORS, "invoice": new.label}
    stage.do("invoice", desk.record(stage, documents), REGISTRAR, new.gross, **facts)
    second = desk.promise(stage, PROMISE.number + 1, documents, f.SECOND_MATURITY)
    stage.refuse("issue_overdue", second, MOTORS, new.gross, creditor=SEATS, invoice=new.label)


def settled(stage: Stage) -> None:
    """The rest comes with late interest, and everyone is paid to the cent."""
    stage.travel("clock", f.morning(f.LATE_PAYMENT))
    rest = owed(stage.rows, PROMISE, stage.now)
    facts = {"principal": rest.unpaid, "interest": rest.interest, "days": late_days(f.DUE, stage.now)}
    stage.do("pay_rest", desk.pay(stage, PROMISE, rest.total), MOTORS, rest.total, **facts)
    for holder, claim in (
        (SEATS, OF_SEATS),
        (FOAM, OF_FOAM),
        (FRAMES, OF_FRAMES),
        (SPRINGS, OF_SPRINGS),
        (BANK, OF_BANK),
    ):
        _redeem(stage, holder, claim)
    row = stage.rows.participants[MOTORS.id]
    stage.note("free", MOTORS, Fen(row.limit - row.utilised))


def _redeem(stage: Stage, holder: Company, claim: ClaimId) -> None:
    """A holder's share of what was paid goes to its account; anyone may ask for that."""
    share = waiting(stage.rows, claim, stage.rows.claims[claim])
    line = "redeem_interest" if share.interest else "redeem"
    facts = {"claim": claim, "interest": share.interest}
    stage.do(line, desk.anyone(stage, c.Redeem(claim)), holder, share.money, **facts)


SCENES: Sequence[tuple[Scene, Callable[[Stage], None]]] = (
    (Scene.MEMBERS, members),
    (Scene.INVOICES, record),
    (Scene.PROMISE, promise),
    (Scene.CHAIN, down),
    (Scene.CASH, cash),
    (Scene.DUE, due),
    (Scene.LATE, late),
    (Scene.SETTLED, settled),
)
