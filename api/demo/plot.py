# SPDX-License-Identifier: Apache-2.0
"""What happens, scene by scene, as requests of the officers. The figures are those of the story."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Any

from api.client.http import Json, Part
from api.demo.stage import HttpStage
from api.story import figures as f
from api.story.cast import (
    BANK,
    BOTH,
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
from api.story.plot import ADMITTED, OF_BANK, OF_FOAM, OF_FRAMES, OF_SEATS, OF_SPRINGS, PROMISE
from api.story.steps import Scene
from chain.documents.demo import octets
from chain.documents.sealing import public_of
from chain.domain.clock import DAY
from chain.domain.money import Fen
from chain.domain.pricing import late_days, late_interest
from chain.domain.vocabulary import Right

ACCEPT_HOURS = 144  # from the draft, which is a day before the approval: to be accepted until 9 March


def play(stage: HttpStage, broken: Callable[[], None]) -> None:
    """The whole story. `broken` is called in the middle: the service is killed and comes back.

    Raises StepDiffers, Problem, and what the client raises.
    """
    for scene, happens in SCENES:
        stage.scene = scene
        happens(stage)
        if scene is Scene.CASH:
            broken()


# ---------------------------------------------------------------- before there is any promise


def members(stage: HttpStage) -> None:
    """Who takes part; who signs for the car maker; where the money flows."""
    stage.travel("start", f.ADMISSION)
    stage.note("registrar", REGISTRAR)
    for who in COMPANIES:
        if who != REGISTRAR:  # it was there first
            facts = {"who": who, "role": who.role, "tier": who.tier}
            line = ADMITTED.get(who.role, "admit")
            stage.do(line, REGISTRAR, partial(_admit, stage, who), who.limit or None, **facts)
    stage.do("checker", MOTORS, partial(_name_checker, stage), maker=MAKER, checker=CHECKER)
    stage.do("threshold", MOTORS, partial(_threshold, stage), f.ALONE, maker=MAKER)
    stage.do("rail", CLEARING, partial(_rail, stage))
    stage.note("allow_escrow", CLEARING)
    for payer, amount in ((MOTORS, f.MOTORS_CASH), (BANK, f.BANK_CASH)):
        stage.note("credit", CLEARING, amount, who=payer)


def record(stage: HttpStage) -> None:
    """Invoices are uploaded; the Registrar's service records them, and a draft waits for its checker."""
    stage.travel("clock", f.RECORDING)
    facts = {"maker": MAKER, "creditor": SEATS}
    alone = partial(_draft, stage, *f.DELIVERIES, alone="true")
    stage.refuse("issue_alone", MOTORS, "above-threshold", alone, f.FACE, **facts)
    facts = {"seller": SEATS, "obligor": MOTORS, "count": len(f.DELIVERIES), "checker": CHECKER}
    stage.do("drafted", MOTORS, partial(_draft, stage, *f.DELIVERIES), f.FACE, **facts)
    twin = f.invoices(stage.keys, f.TWIN)[0]
    again = partial(_draft, stage, f.TWIN, due=f.MATURITY.isoformat())
    stage.refuse("invoice_again", MOTORS, "invoice-drafted", again, twin.gross, invoice=twin.label)


def promise(stage: HttpStage) -> None:
    """The checker approves what the maker drafted; the supplier accepts."""
    stage.travel("clock", f.ISSUE)
    facts = {"maker": MAKER, "checker": CHECKER, "creditor": SEATS, "due": f.MATURITY, "obligation": PROMISE}
    stage.do("issue", MOTORS, lambda: stage.sign(CHECKER, _waiting(stage, CHECKER)), f.FACE, **facts)
    used = f.invoices(stage.keys, f.DELIVERIES[1])[0]
    facts = {"invoice": used.label, "creditor": SEATS}
    once_more = partial(_draft, stage, f.DELIVERIES[1])
    stage.refuse("issue_used", MOTORS, "invoice-exhausted", once_more, used.gross, **facts)
    stage.travel("clock", f.ACCEPTANCE)
    accept = {"obligations": [str(PROMISE)]}
    stage.do("accept", SEATS, partial(stage.post, SEATS, "/obligations/accept", accept), f.FACE, claim=OF_SEATS)


# ---------------------------------------------------------------- while nothing is due


def down(stage: HttpStage) -> None:
    """Tier 1 pays tier 2 with parts of the promise, tier 2 pays tier 3: offers that the others accept."""
    stage.travel("clock", f.FIRST_SPLIT)
    too_much = Fen(f.FACE + 1)
    stage.refuse(
        "split_too_much",
        SEATS,
        "piece-too-large",
        partial(_split, stage, SEATS, OF_SEATS, (FOAM, too_much)),
        too_much,
        to=FOAM,
    )
    passed = Fen(f.TO_FRAMES + f.TO_FOAM)
    facts: dict[str, Any] = {"first": FRAMES, "first_amount": f.TO_FRAMES, "first_claim": OF_FRAMES}
    facts |= {"second": FOAM, "second_amount": f.TO_FOAM, "second_claim": OF_FOAM, "kept": f.FACE - passed}
    parts = (FRAMES, f.TO_FRAMES), (FOAM, f.TO_FOAM)
    stage.do("split_many", SEATS, partial(_pass_on, stage, SEATS, OF_SEATS, *parts), passed, **facts)
    stage.do("asked_again", None, partial(_asked_again, stage), owner=SEATS)
    stage.travel("clock", f.SECOND_SPLIT)
    onward = {"to": SPRINGS, "claim": OF_SPRINGS, "kept": f.TO_FRAMES - f.TO_SPRINGS}
    piece = (SPRINGS, f.TO_SPRINGS)
    stage.do("split", FRAMES, partial(_pass_on, stage, FRAMES, OF_FRAMES, piece), f.TO_SPRINGS, **onward)


def cash(stage: HttpStage) -> None:
    """Tier 3 asks two banks for quotes, opens them, and takes the better one: claim and money change hands together."""
    stage.travel("clock", f.SALE)
    kept = Fen(f.TO_SPRINGS - f.SOLD)
    private = stage.keys.seal
    public = public_of(private)
    asked: dict[str, int] = {}

    def ask() -> Json:
        body = {"claim": str(OF_SPRINGS), "amount": f.SOLD, "financiers": [BANK.id, RIVAL.id]}
        body |= {"until": _utc(stage.now + DAY), "seal": public.hex()}
        answer = stage.post(SPRINGS, "/financing", body)
        asked["id"] = answer["financing"]
        return answer

    stage.do("asked_banks", SPRINGS, ask, f.SOLD, first=BANK, second=RIVAL)
    for bank, offer, rate in ((RIVAL, f.RIVAL_OFFER, f.RIVAL_RATE), (BANK, f.OFFER, f.RATE)):
        facts = {"seller": SPRINGS, "rate": offer.rate, "days": offer.days, "basis": offer.basis.label}
        quote = {"rate": rate, "basis": offer.basis.label, "until": _utc(stage.now + DAY)}
        stage.do(
            "offer" if bank is BANK else "rival_offer",
            bank,
            partial(_quote, stage, bank, asked, quote),
            offer.face,
            price=offer.proceeds,
            interest=offer.interest,
            **facts,
        )
    more = f.OFFER.proceeds - f.RIVAL_OFFER.proceeds
    stage.do("opened", SPRINGS, partial(_open, stage, asked, private), better=BANK, more=more)

    def take() -> Json:
        quotes = stage.client(SPRINGS).get(f"/financing/{asked['id']}")["row"]["quotes"]
        return stage.post(SPRINGS, f"/financing/{asked['id']}/accept", {"quote": quotes[0]["id"]})

    sold = {"price": f.OFFER.proceeds, "bank": BANK, "claim": OF_BANK, "kept": kept}
    stage.do("sale", SPRINGS, take, f.OFFER.face, **sold)
    body = {"claim": str(OF_BANK), "financiers": [RIVAL.id], "until": _utc(stage.now + DAY), "seal": public.hex()}
    once_more = partial(stage.post, SPRINGS, "/financing", body)
    stage.refuse(
        "sale_again", SPRINGS, "not-holder", once_more, f.RIVAL_OFFER.face, price=f.RIVAL_OFFER.proceeds, bank=RIVAL
    )
    steal = partial(stage.post, RIVAL, f"/claims/{OF_SPRINGS}/transfer", {"to": RIVAL.id})
    stage.refuse("intruder", RIVAL, "not-found", steal, kept, owner=SPRINGS, claim=OF_SPRINGS)


# ---------------------------------------------------------------- when it is due, and after


def due(stage: HttpStage) -> None:
    """The car maker pays a part on time; who needs its share is paid at once."""
    stage.travel("clock_due", f.MATURITY)
    _pay(stage, "pay_part", f.FIRST_PAYMENT, rest=f.FACE - f.FIRST_PAYMENT)
    _redeem(stage, SPRINGS, OF_SPRINGS)


def late(stage: HttpStage) -> None:
    """What is not paid is marked overdue by the service, and who is overdue promises nothing more."""
    stage.travel("clock", f.DAY_AFTER)
    rest = Fen(f.FACE - f.FIRST_PAYMENT)

    def marked() -> Json:
        return stage.until(MOTORS, f"/obligations/{PROMISE}", lambda told: told["row"]["status"] != "issued")

    stage.do("overdue", None, marked, rest, obligor=MOTORS, due=f.MATURITY)
    (new,) = f.invoices(stage.keys, f.LATER)
    more = partial(_draft, stage, f.LATER, due=f.SECOND_MATURITY.isoformat())
    stage.refuse("issue_overdue", MOTORS, "issuance-stopped", more, new.gross, creditor=SEATS, invoice=new.label)


def settled(stage: HttpStage) -> None:
    """The rest comes with late interest, and everyone is paid to the cent."""
    stage.travel("clock", f.LATE_PAYMENT)
    rest, days = Fen(f.FACE - f.FIRST_PAYMENT), late_days(f.DUE, stage.now)
    interest = late_interest(rest, f.LATE_RATE, days)
    _pay(stage, "pay_rest", None, principal=rest, interest=interest, days=days)
    for holder, claim in (
        (SEATS, OF_SEATS),
        (FOAM, OF_FOAM),
        (FRAMES, OF_FRAMES),
        (SPRINGS, OF_SPRINGS),
        (BANK, OF_BANK),
    ):
        _redeem(stage, holder, claim)
    own = stage.client(MOTORS).get(f"/participants/{MOTORS.id}")["row"]
    stage.note("free", MOTORS, Fen(own["limit"] - own["utilised"]))


SCENES: Sequence[tuple[Scene, Callable[[HttpStage], None]]] = (
    (Scene.MEMBERS, members),
    (Scene.INVOICES, record),
    (Scene.PROMISE, promise),
    (Scene.CHAIN, down),
    (Scene.CASH, cash),
    (Scene.DUE, due),
    (Scene.LATE, late),
    (Scene.SETTLED, settled),
)

# ---------------------------------------------------------------- what is asked


def _admit(stage: HttpStage, who: Company) -> Json:
    rights = MAKER.rights if who == MAKER.company else BOTH
    return stage.post(
        REGISTRAR,
        "/participants",
        {
            "id": who.id,
            "name": f"{who.name.zh} {who.name.en}",
            "number": who.number,
            "roles": [str(who.role.name).lower()],
            "limit": who.limit,
            "cash": stage.keys.cash(who).address if who.paid else None,
            "officer": 1,
            "rights": _words(rights),
            "account": stage.keys.officer(who).address,
        },
    )


def _name_checker(stage: HttpStage) -> Json:
    """The Registrar enters the second officer, and the first one agrees."""
    account = stage.keys.officer(MOTORS, CHECKER.officer).address
    body = {"officer": CHECKER.officer, "rights": _words(CHECKER.rights), "account": account}
    return stage.sign(MAKER, stage.post(REGISTRAR, f"/participants/{MOTORS.id}/accounts", body)["proposal"])


def _threshold(stage: HttpStage) -> Json:
    """The Registrar proposes it, and both officers agree."""
    body = {"officer": MAKER.officer, "threshold": f.ALONE}
    proposal = stage.post(REGISTRAR, f"/participants/{MOTORS.id}/threshold", body)["proposal"]
    stage.sign(MAKER, proposal)
    return stage.sign(CHECKER, proposal)


def _rail(stage: HttpStage) -> Json:
    body = {"id": f.RAIL, "bank": CLEARING.id, "escrow": stage.keys.escrow.address}
    return stage.sign(CLEARING, stage.post(REGISTRAR, "/rails", body)["proposal"])


def _draft(stage: HttpStage, *names: str, **fields: str) -> Json:
    told = {"late_rate": str(f.LATE_RATE), "closes": str(f.CLOSES), "accept_hours": str(ACCEPT_HOURS)} | fields
    files: list[Part] = [("invoices", (name, octets(name), "application/xml")) for name in names]
    return stage.upload(MAKER, "/obligations/drafts", [*files, *told.items()])


def _waiting(stage: HttpStage, who: Any) -> Json:
    """The first draft that waited for an officer."""
    drafts = [row for row in stage.client(who).booked("/proposals") if row["operation"] == "issue"]
    return min(drafts, key=lambda row: int(row["id"]))


def _split(stage: HttpStage, holder: Company, claim: object, *parts: tuple[Company, Fen]) -> Json:
    pieces = [{"to": to.id, "amount": amount} for to, amount in parts]
    return stage.post(holder, f"/claims/{claim}/split", {"pieces": pieces})


def _pass_on(stage: HttpStage, holder: Company, claim: object, *parts: tuple[Company, Fen]) -> Json:
    """Offer parts, and have each assignee accept."""
    answer = _split(stage, holder, claim, *parts)
    return [stage.sign(to, answer["proposal"]) for to, _ in parts][-1]


def _quote(stage: HttpStage, bank: Company, asked: dict[str, int], quote: Json) -> Json:
    return stage.post(bank, f"/financing/{asked['id']}/quotes", quote)


def _open(stage: HttpStage, asked: dict[str, int], private: bytes) -> Json:
    return stage.post(SPRINGS, f"/financing/{asked['id']}/open", {"key": private.hex()})


def _asked_again(stage: HttpStage) -> Json:
    """The same request under the same key: the answer of before."""
    body = {"obligations": [str(PROMISE)]}
    return stage.again(SEATS, "/obligations/accept", body, "accept")


def _pay(stage: HttpStage, line: str, amount: Fen | None, **facts: Any) -> None:
    body = {} if amount is None else {"amount": amount}
    total = amount if amount is not None else Fen(facts["principal"] + facts["interest"])
    stage.do(line, MOTORS, partial(stage.post, MAKER, f"/obligations/{PROMISE}/fund", body), total, **facts)


def _redeem(stage: HttpStage, holder: Company, claim: object) -> None:
    """A holder has its share of what was paid."""
    waiting = stage.waiting(holder, claim)
    line = "redeem_interest" if waiting["interest"] else "redeem"
    total = Fen(waiting["principal"] + waiting["interest"])
    facts = {"claim": claim, "interest": waiting["interest"]}
    stage.do(line, holder, partial(stage.post, holder, f"/claims/{claim}/redeem"), total, **facts)


def _words(rights: Right) -> list[str]:
    return [str(right.name).lower() for right in Right if rights & right]


def _utc(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
