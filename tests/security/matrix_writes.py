# SPDX-License-Identifier: Apache-2.0
"""Every path that changes something: what is asked of it about whom, and what must come of it.

What the ledger's rules say is asked of the reference model beside the world, with a message of the test's own making;
who sees what, of the words of chain/mirror/visible.py as tests/properties/reading.py has them.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from api.access.viewer import Duty
from api.paging import instant
from chain.domain import commands as c
from chain.domain.clock import DAY, UtcSeconds
from chain.domain.errors import Refusal
from chain.domain.rules import check
from chain.domain.vocabulary import ClaimId, ObligationId, ParticipantId
from tests.cast import ANNA, BANK, BEN, CLEO, CORE, FIN, REG, RIVAL, TOKEN, YUAN, Member, address
from tests.properties import reading
from tests.properties.reading import Viewer
from tests.security.guarded import (
    AUDITOR,
    EVERYBODY,
    LIENED,
    NEWCOMER,
    OFFERED,
    PAID,
    PASSED,
    SPARE,
    STRANGER,
    Asker,
    Guarded,
    Json,
    maker,
)

NOT_SEEN = "not-found"
DONE = ""
"""That it is acknowledged, or done."""
Judge = Callable[[Guarded, Asker, Any], str]
SEE_ALL = (REG.id, AUDITOR.id)
HALF = 50 * YUAN


def nothing(town: Guarded, asker: Asker, subject: Any) -> Json:
    return {"json": {}}


@dataclass(frozen=True)
class Write:
    """`subjects`: what it is asked about, the last one absent; `sent`: as arguments of a request; `judged`: the code
    of the refusal or DONE; `duty`: what must be had before anything is looked at; `done`: the status then, 0 where the
    world has nothing about which it could be.
    """

    subjects: Sequence[Any]
    judged: Judge
    sent: Callable[[Guarded, Asker, Any], Json] = nothing
    duty: Duty | None = Duty.MAKER
    done: int = 202


# ---------------------------------------------------------------- who sees what


def viewer(asker: Asker) -> Viewer:
    return Viewer(None if asker.who.id in SEE_ALL else frozenset({asker.who.id}), shown(asker.who))


def shown(who: Member) -> frozenset[ClaimId]:
    """What is shown to somebody who is no party to it: an offer, or a request for a quote."""
    offered = {BEN.id: {SPARE.claim(1)}, FIN.id: {SPARE.claim(1), PASSED.claim(3)}, RIVAL.id: {PASSED.claim(3)}}
    return frozenset(offered.get(who.id, set()))


def sees_claim(town: Guarded, asker: Asker, claim: ClaimId) -> bool:
    """As it stands now; of an ancestor of one's own only the past is seen."""
    return reading.shown(town.told, viewer(asker), claim, town.told.time) is not None


def ledger(build: Callable[[], c.Call], town: Guarded) -> str:
    """What the reference model makes of it."""
    try:
        check(town.world.rows, build(), town.world.now)
    except Refusal as refusal:
        return refusal.code
    return DONE


def of_claim(build: Callable[..., c.Call]) -> Judge:
    def judged(town: Guarded, asker: Asker, claim: ClaimId) -> str:
        if not sees_claim(town, asker, claim):
            return NOT_SEEN
        return ledger(lambda: build(town.world, claim, participant=asker.who.id, signer=account(asker)), town)

    return judged


def of_obligation(build: Callable[..., c.Call]) -> Judge:
    def judged(town: Guarded, asker: Asker, obligation: ObligationId) -> str:
        if not reading.sees_obligation(town.told, viewer(asker), obligation):
            return NOT_SEEN
        return ledger(lambda: build(town.world, obligation, participant=asker.who.id, signer=account(asker)), town)

    return judged


def account(asker: Asker) -> Any:
    return asker.who.account(asker.number)


# ---------------------------------------------------------------- what comes of it


def redeemed(town: Guarded, asker: Asker, claim: ClaimId) -> str:
    if not sees_claim(town, asker, claim):
        return NOT_SEEN
    if claim == PAID.claim(3):
        return "subject-busy"  # its holder has asked for it
    return ledger(lambda: town.world.redeem(claim), town)


def accepted(town: Guarded, asker: Asker, obligation: ObligationId) -> str:
    if not sees_claim(town, asker, obligation.claim(1)):
        return NOT_SEEN
    return ledger(lambda: town.world.accept(obligation, participant=asker.who.id, signer=account(asker)), town)


def consented(town: Guarded, asker: Asker, counterparty: int) -> str:
    other, until = STRANGER._replace(id=ParticipantId(counterparty)), town.world.now + DAY
    code = ledger(lambda: town.world.set_auto_accept(asker.who, other, until, signer=account(asker)), town)
    return "subject-busy" if code == DONE and asker.who == BANK else code  # it has asked for something


def drafted(town: Guarded, asker: Asker, subject: str) -> str:
    """The invoices are the car maker's: whoever else uploads them is not their buyer."""
    return DONE if asker.who == CORE else "invoices-refused"


def registrars(town: Guarded, asker: Asker, subject: Any) -> str:
    if asker.who != REG:
        return "not-in-role"
    return DONE if subject == NEW or subject in town.world.rows.participants else NOT_SEEN


def governed(town: Guarded, asker: Asker, subject: int) -> str:
    """The Registrar proposes, or the participant itself."""
    if asker.who.id not in (REG.id, subject):
        return "not-in-role"
    return DONE if subject in town.world.rows.participants else NOT_SEEN


def financed(town: Guarded, asker: Asker, claim: ClaimId) -> str:
    if not sees_claim(town, asker, claim):
        return NOT_SEEN

    def sold() -> c.Call:
        quote = town.world.quote(claim, price=1)
        return town.world.discount(quote, participant=asker.who.id, signer=account(asker))

    return ledger(sold, town)


def requested(own: Member, others: Mapping[int, str], mine: str = DONE) -> Judge:
    """Of a request for early payment: what its requester is told, and whoever is invited."""

    def judged(town: Guarded, asker: Asker, subject: str) -> str:
        if subject == ABSENT:
            return NOT_SEEN
        return mine if asker.who == own else others.get(asker.who.id, NOT_SEEN)

    return judged


def signed(town: Guarded, asker: Asker, subject: str) -> str:
    """Whoever it waits for signs, with the duty that the place demands; it is seen by those who have a part in it."""
    if subject == ABSENT or not (asker.who.id in SEE_ALL or asker.who in PARTIES[subject]):
        return NOT_SEEN
    who, number, duty = AWAITED[subject]
    if asker.who != who or number not in (None, asker.number):
        return "nothing-to-sign"
    return DONE if asker.duty == duty else "duty-missing"


def withdrawn(town: Guarded, asker: Asker, subject: str) -> str:
    if subject == ABSENT or not (asker.who.id in SEE_ALL or asker.who in PARTIES[subject]):
        return NOT_SEEN
    return DONE if asker.who == PARTIES[subject][0] else "nothing-to-sign"


def applied(town: Guarded, asker: Asker, subject: str) -> str:
    """None of them is signed by all."""
    if subject == ABSENT or not (asker.who.id in SEE_ALL or asker.who in PARTIES[subject]):
        return NOT_SEEN
    return "proposal-unsigned"


def key_made(town: Guarded, asker: Asker, subject: str) -> str:
    return DONE if asker.duty == Duty.VIEWER else "scopes-too-wide"


def own_key(town: Guarded, asker: Asker, subject: Any) -> str:
    return DONE if subject == OWN or (subject, asker.number) == (asker.who.id, 1) else "unknown-key"


def officers_own(town: Guarded, asker: Asker, subject: str) -> str:
    known = subject != ABSENT_OFFICER and int(subject.split("-")[0]) == asker.who.id
    return DONE if known else "unknown-officer"


# ---------------------------------------------------------------- the table

NEW, OWN, ABSENT, ABSENT_OFFICER = "new", "own", "absent", "777777-1"
NOBODY = 777_777
_CLAIMS = (PASSED.claim(1), PASSED.claim(2), PASSED.claim(3), PASSED.claim(4), LIENED.claim(1), PAID.claim(2))
CLAIMS = (*_CLAIMS, ClaimId(ParticipantId(NOBODY), 1, 1))
OBLIGATIONS = (PASSED, OFFERED, PAID, ObligationId(ParticipantId(NOBODY), 1))
PROPOSALS = ("offer", "draft", "entry", ABSENT)
PARTIES: Mapping[str, tuple[Member, ...]] = {"offer": (ANNA, BEN), "draft": (CORE,), "entry": (REG, BEN)}
"""Of each proposal, the first: whoever proposed it."""
AWAITED: Mapping[str, tuple[Member, int | None, Duty]] = {
    "offer": (BEN, None, Duty.MAKER),
    "draft": (CORE, 2, Duty.CHECKER),
    "entry": (BEN, 1, Duty.MAKER),
}
_MOVED = {"to": STRANGER.id}
_LATER = 300


def _json(**body: Any) -> Callable[[Guarded, Asker, Any], Json]:
    return lambda town, asker, subject: {"json": body}


def _until(town: Guarded, days: int = 1) -> str:
    return instant(UtcSeconds(town.world.now + days * DAY))


def _ask(town: Guarded, asker: Asker, claim: Any) -> Json:
    return {"json": {"claim": str(claim), "financiers": [FIN.id], "until": _until(town), "seal": "ab" * 32}}


def _upload(town: Guarded, asker: Asker, subject: str) -> Json:
    return {"files": [("invoices", ("1.xml", town.wanted["new"], "text/xml"))]}


def _company(town: Guarded, asker: Asker, subject: Any) -> Json:
    named = {"name": "newcomer ltd", "number": "91990000MA0XX00040", "roles": ["supplier"]}
    return {"json": named | {"cash": address("newcomer cash"), "account": address(NEWCOMER)}}


TABLE: Mapping[tuple[str, str], Write] = {
    ("post", "/claims/{claim}/split"): Write(
        CLAIMS,
        of_claim(lambda w, claim, **by: w.split(claim, STRANGER, HALF, **by)),
        _json(pieces=[_MOVED | {"amount": HALF}]),
    ),
    ("post", "/claims/{claim}/transfer"): Write(
        CLAIMS, of_claim(lambda w, claim, **by: w.transfer(claim, STRANGER, **by)), _json(**_MOVED)
    ),
    ("post", "/claims/{claim}/cut"): Write(
        CLAIMS, of_claim(lambda w, claim, **by: w.cut(claim, HALF, **by)), _json(amount=HALF)
    ),
    ("post", "/claims/{claim}/lien"): Write(
        CLAIMS,
        of_claim(lambda w, claim, **by: w.lien(claim, STRANGER._replace(id=by["participant"]), acceptances=(), **by)),
        lambda town, asker, subject: {"json": {"until": _until(town)}},
    ),
    ("post", "/claims/{claim}/release"): Write(CLAIMS, of_claim(lambda w, claim, **by: w.release(claim, **by))),
    ("post", "/claims/{claim}/redeem"): Write((*CLAIMS[:-1], PAID.claim(3), CLAIMS[-1]), redeemed),
    ("post", "/obligations/accept"): Write(
        OBLIGATIONS, accepted, lambda town, asker, subject: {"json": {"obligations": [str(subject)]}}
    ),
    ("post", "/obligations/{obligation}/decline"): Write(
        OBLIGATIONS, of_obligation(lambda w, one, **by: w.decline(one, **by))
    ),
    ("post", "/obligations/{obligation}/revoke"): Write(
        OBLIGATIONS, of_obligation(lambda w, one, **by: w.revoke(one, **by))
    ),
    ("post", "/obligations/{obligation}/fund"): Write(
        OBLIGATIONS, of_obligation(lambda w, one, **by: w.fund(one, 100 * YUAN, **by)), _json(amount=100 * YUAN)
    ),
    ("post", "/obligations/drafts"): Write((NEW,), drafted, _upload),
    ("post", "/auto-accepts"): Write(
        (ANNA.id, FIN.id, NOBODY),
        consented,
        lambda town, asker, subject: {"json": {"counterparty": subject, "until": _until(town)}},
    ),
    ("post", "/participants"): Write((NEW,), registrars, _company),
    ("post", "/participants/{participant}/standing"): Write(
        (BEN.id, CORE.id, NOBODY), registrars, _json(status="suspended")
    ),
    ("post", "/participants/{participant}/accounts"): Write(
        (BEN.id, CORE.id, NOBODY), governed, _json(officer=3, account=address(NEWCOMER))
    ),
    ("post", "/participants/{participant}/accounts/{account}/revoke"): Write((CORE.id, NOBODY), governed),
    ("post", "/participants/{participant}/threshold"): Write(
        (CORE.id, NOBODY), governed, _json(officer=1, threshold=7)
    ),
    ("post", "/participants/{participant}/cash"): Write(
        (CORE.id, BEN.id, NOBODY), governed, _json(cash=address("another cash"))
    ),
    ("post", "/rails"): Write((BANK.id,), governed, _json(id=2, bank=BANK.id, escrow=address("escrow"), token=TOKEN)),
    ("post", "/financing"): Write(CLAIMS, financed, _ask),
    ("post", "/financing/{id}/quotes"): Write(
        ("asked", ABSENT),
        requested(FIN, {ANNA.id: "not-your-part"}),
        lambda town, asker, subject: {"json": {"rate": 42_000, "until": _until(town)}},
    ),
    ("post", "/financing/{id}/open"): Write(
        ("asked", ABSENT),
        requested(ANNA, {FIN.id: "not-your-part"}),
        lambda town, asker, subject: {"json": {"key": town.secret.hex()}},
    ),
    ("post", "/financing/{id}/accept"): Write(
        ("quoted", "asked", ABSENT),
        lambda town, asker, subject: (
            requested(CLEO, {FIN.id: "not-your-part", RIVAL.id: "not-your-part"})(town, asker, subject)
            if subject == "quoted"
            else requested(ANNA, {FIN.id: "not-your-part"}, "quotes-sealed")(town, asker, subject)
        ),
        lambda town, asker, subject: {"json": {"quote": town.numbers["quote"]}},
    ),
    ("post", "/financing/{id}/withdraw"): Write(("asked", ABSENT), requested(ANNA, {FIN.id: "not-your-part"})),
    ("post", "/proposals/{proposal}/sign"): Write(PROPOSALS, signed, duty=None),
    ("post", "/proposals/{proposal}/decline"): Write(PROPOSALS, signed, duty=None),
    ("post", "/proposals/{proposal}/withdraw"): Write(PROPOSALS, withdrawn),
    ("post", "/proposals/{proposal}/apply"): Write(PROPOSALS, applied, done=0),
    ("post", "/keys"): Write((NEW,), key_made, _json(scopes=["viewer"], days=1), duty=None, done=201),
    ("post", "/keys/{id}/rotate"): Write((OWN, BEN.id, CORE.id, ABSENT), own_key, duty=None, done=201),
    ("delete", "/keys/{id}"): Write((BEN.id, CORE.id, ABSENT), own_key, duty=None, done=204),
    ("post", "/officers"): Write(
        (NEW,),
        lambda town, asker, subject: DONE,
        _json(number=7, name="somebody.new", duties=["viewer"]),
        duty=Duty.ADMIN,
        done=201,
    ),
    ("patch", "/officers/{id}"): Write(
        ("6-1", "4-2", ABSENT_OFFICER), officers_own, _json(duties=["admin", "viewer"]), duty=Duty.ADMIN, done=200
    ),
    ("post", "/officers/{id}/password"): Write(("6-1", ABSENT_OFFICER), officers_own, duty=Duty.ADMIN, done=200),
}
ELSEWHERE: Mapping[tuple[str, str], str] = {
    ("post", "/login"): "whoever asks has no key yet: tests/security/test_access.py",
    ("post", "/password"): "one's own alone, whoever one is: tests/security/test_access.py",
}
"""Paths about nobody else."""


# ---------------------------------------------------------------- a cell of it


def askers() -> list[Asker]:
    officers = [(who, number) for who in EVERYBODY for number in range(1, who.officers + 1)]
    return [Asker(who, number, duty) for who, number in officers for duty in Duty]


def expected(town: Guarded, row: Write, asker: Asker, subject: Any) -> str:
    if row.duty is not None and asker.duty != row.duty:
        return "duty-missing"
    return row.judged(town, asker, subject)


def good_ones(town: Guarded) -> Iterator[tuple[str, str, Asker, Any]]:
    """Of every path one request that is acknowledged: method, path, who asks, about what."""
    for (method, path), row in TABLE.items():
        cells = ((asker, subject) for subject in row.subjects for asker in askers())
        found = next(((asker, one) for asker, one in cells if expected(town, row, asker, one) == DONE), None)
        if row.done and found is not None:
            yield method, path, *found


def path_of(town: Guarded, path: str, subject: Any, asker: Asker | None) -> str:
    """The path with the subject in it."""
    if "{account}" in path:
        path = path.replace("{account}", CORE.account(2))
    if "{" not in path:
        return path
    name = path[path.index("{") : path.index("}") + 1]
    if path.startswith("/keys"):
        named: Any = town.bearer(asker or maker(BEN))[0] if subject == OWN else key_id(town, subject)
    else:
        named = NOBODY if subject == ABSENT else town.numbers.get(subject, subject)
    return path.replace(name, str(named))


def key_id(town: Guarded, subject: Any) -> int:
    """The key of somebody's first officer."""
    if subject == ABSENT:
        return NOBODY
    (who,) = [one for one in EVERYBODY if one.id == subject]
    return town.bearer(Asker(who, 1, Duty.VIEWER))[0]
