# SPDX-License-Identifier: Apache-2.0
"""Early payment as its users drive it over HTTP, on a network that runs: asked, quoted under seal, opened, taken."""

import hashlib
import json
import sqlite3
import threading
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx2
import pytest

from api.story.cast import BANK, FOAM, MOTORS, REGISTRAR, RIVAL, SEATS
from api.story.figures import FOREVER
from chain.abi.eip712 import digest, hash_struct
from chain.documents import sealing
from chain.domain import commands as c
from chain.domain.clock import BEIJING, SystemClock, UtcSeconds, local_date
from chain.domain.money import Fen, Ppm
from chain.domain.pricing import Basis, annual_cost, straight_discount
from chain.domain.vocabulary import ClaimId
from tests.flows.market import Market, after, code, market
from tests.flows.running import until
from tests.office import FACE

pytestmark = [
    pytest.mark.usefixtures("anvil_here"),
    pytest.mark.xdist_group("financing"),  # one worker starts the service, once
]

RATE, DEARER = 141_237, 153_971  # no digits that turn up by chance
WORD = 32


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Market]:
    with market(tmp_path_factory.mktemp("market") / "service") as made:
        yield made


def due_of(town: Market, claim: ClaimId) -> UtcSeconds:
    return town.office.rows.obligations[claim.obligation].due


def price_of(town: Market, claim: ClaimId, amount: int, rate: int, basis: Basis = Basis.ACT_360) -> int:
    today, due = local_date(SystemClock().now(), BEIJING), local_date(due_of(town, claim), BEIJING)
    return straight_discount(Fen(amount), Ppm(rate), today, due, basis).proceeds


def octets(folder: Path) -> bytes:
    """Every byte that the service has written, wherever."""
    return b"\n".join(file.read_bytes() for file in sorted(folder.rglob("*")) if file.is_file())


def cells(book: Path) -> set[Any]:
    """Every value in the book."""
    with sqlite3.connect(f"file:{book}?mode=ro", uri=True) as db:
        tables = [name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {value for table in tables for row in db.execute(f'SELECT * FROM "{table}"') for value in row}


# ---- the walk


def test_walk__from_the_request_to_the_cash__nobody_reads_early_and_the_best_quote_is_taken(town: Market) -> None:
    claim = town.held()
    assert town.get(BANK, f"/claims/{claim}").status_code == 404, "not yet its business"
    number = town.asked(claim)
    asked = town.row(BANK, f"/financing/{number}")
    assert (asked["state"], asked["participant"], asked["amount"], asked["financiers"]) == (
        *("open", SEATS.id, FACE),
        [BANK.id],
    )
    assert town.row(BANK, f"/claims/{claim}")["claim"]["amount"] == FACE, "it sees what it is asked to buy"

    until_then = after(7200)
    for who, rate in ((BANK, RATE), (RIVAL, DEARER)):
        body = {"rate": rate, "until": until_then}
        answer = town.post(who, f"/financing/{number}/quotes", body)
        assert answer.status_code == 202, answer.text
        assert (answer.json()["financing"], answer.json()["submissions"]) == (number, [])
    cheap, dear = (price_of(town, claim, FACE, rate) for rate in (RATE, DEARER))
    early, kept = octets(town.folder), cells(town.folder / "book.db")
    for row in (town.row(SEATS, f"/financing/{number}"), town.row(REGISTRAR, f"/financing/{number}")):
        assert (row["state"], row["received"], row["quotes"]) == ("open", 2, [])
    for who in (BANK, RIVAL):
        (own,) = town.row(who, f"/financing/{number}")["quotes"]
        assert (own["financier"], own["price"], own["rate"], own["taken"]) == (who.id, None, None, False)
    for figure in (cheap, dear, RATE, DEARER):
        assert str(figure).encode() not in early
        assert figure.to_bytes(WORD, "big") not in early
        assert figure not in kept

    assert code(town.opened(number, sealing.pair()[0])) == (409, "seal-does-not-open")
    assert town.row(SEATS, f"/financing/{number}")["state"] == "open", "nothing was changed"
    assert town.opened(number).status_code == 202
    assert town.private.hex().encode() not in octets(town.folder), "a private key is kept nowhere"
    assert town.private not in octets(town.folder)

    best, other = town.quotes(number)
    assert [(one["rank"], one["financier"], one["price"], one["rate"]) for one in (best, other)] == [
        (1, BANK.id, cheap, RATE),
        (2, RIVAL.id, dear, DEARER),
    ]
    assert (best["interest"], best["basis"], best["refusal"], best["void"]) == (FACE - cheap, "ACT/360", None, False)
    assert best["yearly"] == annual_cost(Fen(cheap), Fen(FACE), best["days"])
    (own,) = town.row(RIVAL, f"/financing/{number}")["quotes"]
    assert (own["price"], own["rank"]) == (dear, None), "its own figures, and nothing of the others"

    message = c.Quote(
        *(BANK.id, claim, asked["version"], FACE, Fen(cheap), 0, 1, Ppm(RATE), best["days"], 1),
        *(town.office.keys.officer(BANK).address, UtcSeconds(_seconds(until_then))),
    )
    sent = json.dumps({"rate": RATE, "until": until_then}, separators=(",", ":")).encode()
    path = f"POST\n/financing/{number}/quotes\n\n".encode()
    for tried in (digest(message, town.office.domain), hash_struct(message), hashlib.sha256(path + sent).digest()):
        assert tried not in early, "whoever tries all rates has nothing to compare with"
        assert tried.hex().encode() not in early

    before = town.balances(SEATS, BANK, RIVAL)
    answer = town.accepted(number, best["id"])
    assert answer.status_code == 202, answer.text
    (submission,) = answer.json()["submissions"]
    assert (submission["operation"], submission["state"], submission["mirrored"]) == ("discount", "final", True)
    assert town.balances(SEATS, BANK, RIVAL) == (before[0] + cheap, before[1] - cheap, before[2])
    assert str(claim) in [one["id"] for one in town.get(BANK, "/holdings").json()["rows"]]
    assert str(claim) not in [one["id"] for one in town.get(SEATS, "/holdings").json()["rows"]]
    for who in (SEATS, BANK):
        (line,) = [one for one in town.get(who, "/discounts").json()["rows"] if one["claim"] == str(claim)]
        assert (line["price"], line["rate"], line["amount"]) == (cheap, RATE, FACE)
    done = town.row(SEATS, f"/financing/{number}")
    assert (done["state"], done["submission"]) == ("accepted", submission["id"])
    assert [(one["financier"], one["taken"]) for one in done["quotes"]] == [(BANK.id, True), (RIVAL.id, False)]
    assert town.get(RIVAL, f"/claims/{claim}").status_code == 404, "no more its business"
    assert town.row(RIVAL, f"/financing/{number}")["submission"] is None


def _seconds(text: str) -> int:
    return int(datetime.fromisoformat(text).timestamp())


def test_part__of_a_claim__is_cut_off_its_end_and_the_rest_stays(town: Market) -> None:
    claim = town.held()
    number = town.asked(claim, (RIVAL,), amount=1_000_000)
    assert town.quoted(RIVAL, number, 50_000, basis="ACT/365F").status_code == 202
    assert town.opened(number).status_code == 202
    (one,) = town.quotes(number)
    assert one["price"] == price_of(town, claim, 1_000_000, 50_000, Basis.ACT_365F)
    assert town.accepted(number, one["id"]).json()["submissions"][0]["state"] == "final"
    assert town.row(SEATS, f"/claims/{claim}")["claim"]["amount"] == FACE - 1_000_000
    bought = [held for held in town.get(RIVAL, "/holdings").json()["rows"] if held["parent"] == str(claim)]
    assert [held["amount"] for held in bought] == [1_000_000]


# ---- whose it is


def test_strangers__neither_requester_nor_invited__find_nothing(town: Market) -> None:
    number = town.asked(town.held(), (BANK,))
    body = {"rate": 1, "until": after(60)}
    for who in (RIVAL, FOAM, MOTORS):
        assert town.get(who, f"/financing/{number}").status_code == 404
        assert number not in [one["id"] for one in town.get(who, "/financing", limit=500).json()["rows"]]
        for path, told in (("quotes", body), ("open", {"key": "00" * 32}), ("accept", {"quote": 1}), ("withdraw", {})):
            assert code(town.post(who, f"/financing/{number}/{path}", told)) == (404, "not-found"), path
    assert town.get(BANK, "/financing/4611686018427387903").status_code == 404


def test_parts__of_requester_and_financier__are_not_exchanged(town: Market) -> None:
    number = town.asked(town.held(), (BANK,))
    assert code(town.quoted(SEATS, number, 1)) == (403, "not-your-part")
    for path, told in (("open", {"key": town.private.hex()}), ("accept", {"quote": 1}), ("withdraw", {})):
        assert code(town.post(BANK, f"/financing/{number}/{path}", told)) == (403, "not-your-part")
    assert town.row(SEATS, f"/financing/{number}")["state"] == "open"


def test_withdrawn__ends_what_the_invited_see_and_may_do(town: Market) -> None:
    claim = town.held()
    number = town.asked(claim)
    assert town.quoted(BANK, number, RATE).status_code == 202
    assert town.post(SEATS, f"/financing/{number}/withdraw", {}).status_code == 202
    assert [town.get(who, f"/claims/{claim}").status_code for who in (BANK, RIVAL)] == [404, 404]
    assert town.row(RIVAL, f"/financing/{number}")["state"] == "withdrawn"
    assert code(town.quoted(RIVAL, number, RATE)) == (409, "financing-done")
    assert code(town.opened(number)) == (409, "financing-done")
    assert code(town.post(SEATS, f"/financing/{number}/withdraw", {})) == (409, "financing-done")


def test_claim__that_the_requester_has_passed_on__is_shown_no_more(town: Market) -> None:
    claim = town.held()
    town.asked(claim, (BANK,))
    assert town.get(BANK, f"/claims/{claim}").status_code == 200
    other = town.asked(claim, (RIVAL,))
    assert town.quoted(RIVAL, other, RATE).status_code == 202
    assert town.opened(other).status_code == 202
    assert town.accepted(other, town.quotes(other)[0]["id"]).status_code == 202
    assert town.get(RIVAL, f"/claims/{claim}").status_code == 200, "it holds it now"
    assert town.get(BANK, f"/claims/{claim}").status_code == 404, "whose it is now is none of its business"


# ---- what is refused


def test_request__that_makes_no_sense__is_refused_and_says_why(town: Market) -> None:
    claim = town.held()
    good = town.asking(claim)
    cases: tuple[tuple[dict[str, Any], tuple[int, str]], ...] = (
        ({"claim": f"{MOTORS.id}-999-1"}, (404, "not-found")),
        ({"amount": FACE + 1}, (409, "piece-too-large")),
        ({"financiers": [BANK.id, FOAM.id]}, (409, "not-a-financier")),
        ({"financiers": [BANK.id, 999]}, (409, "not-a-financier")),
        ({"financiers": [MOTORS.id]}, (409, "obligor-cannot-hold")),
        ({"financiers": []}, (422, "malformed-request")),
        ({"until": after(-5)}, (422, "until-out-of-range")),
        ({"until": after(31 * 86_400)}, (422, "until-out-of-range")),
        ({"until": "tomorrow"}, (422, "malformed-request")),
        ({"seal": "00" * 32}, (422, "unusable-seal-key")),
        ({"seal": "00" * 31}, (422, "malformed-request")),
        ({"note": "please"}, (422, "malformed-request")),
    )
    for over, wanted in cases:
        assert code(town.post(SEATS, "/financing", good | over)) == wanted, over
    assert code(town.post(FOAM, "/financing", good)) == (404, "not-found"), "a stranger's claim"
    assert code(town.post(MOTORS, "/financing", good)) == (409, "not-holder"), "the obligor sees it, and has it not"
    named = town.post(SEATS, "/financing", good | {"financiers": [BANK.id, FOAM.id]}).json()
    assert named["arguments"] == {"participant": FOAM.id}


def test_quote__a_second_a_late_or_an_early_step__is_refused(town: Market) -> None:
    number = town.asked(town.held())
    assert code(town.accepted(number, 1)) == (409, "quotes-sealed")
    assert town.quoted(BANK, number, RATE).status_code == 202
    assert code(town.quoted(BANK, number, RATE - 1)) == (409, "quote-there")
    for over, wanted in (
        ({"until": after(-5)}, (422, "until-out-of-range")),
        ({"until": after(86_400 * 200)}, (422, "until-out-of-range")),
        ({"rate": 16_000_000}, (422, "empty-proceeds")),
        ({"rate": 2**24}, (422, "malformed-request")),
        ({"rate": 4.2}, (422, "malformed-request")),
        ({"basis": "ACT/ACT"}, (422, "malformed-request")),
    ):
        body = {"rate": RATE, "until": after(60)} | over
        assert code(town.post(RIVAL, f"/financing/{number}/quotes", body)) == wanted, over
    assert town.opened(number).status_code == 202
    assert code(town.quoted(RIVAL, number, RATE)) == (409, "financing-done")
    assert code(town.opened(number)) == (409, "financing-done")
    assert code(town.accepted(number, 999_999)) == (404, "not-found")


def test_quote__after_the_last_instant__is_refused_and_what_came_can_still_be_opened(town: Market) -> None:
    claim, last = town.held(), after(4)
    number = town.asked(claim, until=last)
    assert town.quoted(BANK, number, RATE).status_code == 202
    until(lambda: SystemClock().now() > _seconds(last))
    late = town.quoted(RIVAL, number, RATE)
    assert (code(late), late.json()["arguments"]["until"]) == ((409, "quoting-ended"), last)
    assert town.get(BANK, f"/claims/{claim}").status_code == 200, "its quote stands, so it goes on seeing the claim"
    assert town.get(RIVAL, f"/claims/{claim}").status_code == 404
    assert town.opened(number).status_code == 202
    assert [one["financier"] for one in town.quotes(number)] == [BANK.id]


def test_quotes__that_cannot_be_taken_any_more__say_so_and_the_ledger_refuses_them(town: Market) -> None:
    claim = town.held()
    number = town.asked(claim)
    assert town.quoted(BANK, number, RATE, until=after(3)).status_code == 202
    assert town.quoted(RIVAL, number, DEARER).status_code == 202
    assert town.opened(number).status_code == 202
    by_bank = next(one["id"] for one in town.quotes(number) if one["financier"] == BANK.id)
    until(lambda: bool(town.quotes(number)[1]["refusal"]))
    best, late = town.quotes(number)
    assert (best["financier"], best["rank"], late["rank"], late["refusal"]["code"]) == (
        *(RIVAL.id, 1, None),
        "intent-expired",
    )
    assert code(town.accepted(number, by_bank)) == (409, "intent-expired")
    rival = town.office.keys.officer(RIVAL)
    epoch = c.RaiseQuoteEpoch(RIVAL.id, town.office.version(RIVAL), rival.address, FOREVER)
    town.office.do(town.office.signed(epoch, rival))
    until(lambda: bool(town.quotes(number)[0]["refusal"]))
    assert {one["refusal"]["code"] for one in town.quotes(number)} == {"intent-expired", "quote-withdrawn"}
    assert code(town.accepted(number, best["id"])) == (409, "quote-withdrawn")


def test_claim__that_changed_since_it_was_asked_for__takes_no_quote(town: Market) -> None:
    claim = town.held()
    number = town.asked(claim)
    assert town.quoted(BANK, number, RATE).status_code == 202
    town.office.do(town.office.split(claim, 100_000))
    until(lambda: bool(town.row(SEATS, f"/claims/{claim}")["claim"]["amount"] == FACE - 100_000))
    assert code(town.quoted(RIVAL, number, RATE)) == (409, "stale-claim")
    assert town.opened(number).status_code == 202
    (one,) = town.quotes(number)
    assert one["refusal"]["code"] == "stale-claim"
    assert code(town.accepted(number, one["id"])) == (409, "stale-claim")


def test_quote__tampered_with_in_the_book__is_void_and_the_others_can_be_taken(town: Market) -> None:
    number = town.asked(town.held())
    for who in (BANK, RIVAL):
        assert town.quoted(who, number, RATE).status_code == 202
    with sqlite3.connect(town.folder / "book.db", timeout=10) as db:  # the rival's envelope for the bank's
        (rivals,) = db.execute("SELECT sealed FROM quote WHERE financing = ? AND financier = 52", (number,)).fetchone()
        db.execute("UPDATE quote SET sealed = ? WHERE financing = ? AND financier = 51", (rivals, number))
    assert town.opened(number).status_code == 202
    good, void = town.quotes(number)
    assert (good["financier"], good["rank"], void["financier"], void["void"], void["price"]) == (
        *(RIVAL.id, 1, BANK.id),
        *(True, None),
    )
    assert code(town.accepted(number, void["id"])) == (409, "void-quote")
    assert town.accepted(number, good["id"]).status_code == 202


# ---- at once, and again


def test_two__who_take_different_quotes_at_once__one_wins(town: Market) -> None:
    number = town.asked(town.held())
    for who, rate in ((BANK, RATE), (RIVAL, DEARER)):
        assert town.quoted(who, number, rate).status_code == 202
    assert town.opened(number).status_code == 202
    before, quotes = town.balances(SEATS)[0], town.quotes(number)
    answers: list[httpx2.Response] = []
    ready = threading.Barrier(6)

    def take(quote: int) -> None:
        ready.wait()
        answers.append(town.accepted(number, quote))

    takers = [threading.Thread(target=take, args=(quotes[n % 2]["id"],)) for n in range(6)]
    for one in takers:
        one.start()
    for one in takers:
        one.join()
    won = [answer for answer in answers if answer.status_code == 202]
    assert len(won) == 1, [code(answer) for answer in answers]
    assert {code(answer) for answer in answers} - {code(won[0])} <= {(409, "subject-busy"), (409, "financing-done")}
    taken = [one for one in town.quotes(number) if one["taken"]]
    assert town.balances(SEATS)[0] == before + taken[0]["price"]
    assert len(taken) == 1


def test_each_step__asked_again_under_its_key__is_done_once(town: Market) -> None:
    claim = town.held()
    town.private, town.public = sealing.pair()
    body, key = town.asking(claim, (BANK,)), "again-1"
    first, second = (town.post(SEATS, "/financing", body, key) for _ in range(2))
    assert (first.json()["financing"], second.headers["Idempotency-Replayed"]) == (second.json()["financing"], "true")
    number = first.json()["financing"]
    quote = {"rate": RATE, "until": after(600)}
    for _ in range(2):
        assert town.post(BANK, f"/financing/{number}/quotes", quote, "again-2").status_code == 202
    assert code(town.post(BANK, f"/financing/{number}/quotes", quote | {"rate": 1}, "again-2")) == (
        409,
        "idempotency-key-conflict",
    )
    for _ in range(2):
        told = {"key": town.private.hex()}
        assert town.post(SEATS, f"/financing/{number}/open", told, "again-3").status_code == 202
    chosen = town.quotes(number)[0]["id"]
    answers = [town.accepted(number, chosen, key="again-4") for _ in range(2)]
    assert len({answer.json()["submissions"][0]["id"] for answer in answers}) == 1
    assert town.row(SEATS, f"/financing/{number}")["state"] == "accepted"


def test_price__that_the_bank_has_not__is_refused_by_the_ledger_and_another_quote_can_be_taken(town: Market) -> None:
    (cash,) = town.balances(BANK)
    claim = town.held(Fen(cash + 1_000_000))
    number = town.asked(claim, (BANK,))
    assert town.quoted(BANK, number, 0).status_code == 202
    assert town.opened(number).status_code == 202
    (one,) = town.quotes(number)
    answer = town.accepted(number, one["id"])
    (submission,) = answer.json()["submissions"]
    assert (submission["state"], submission["refusal"]["code"]) == ("refused", "cash-refused")
    row = town.row(SEATS, f"/financing/{number}")
    assert (row["state"], row["submission"], row["quotes"][0]["taken"]) == ("opened", submission["id"], False)
    again = town.accepted(number, one["id"]).json()["submissions"][0]
    assert again["id"] != submission["id"]
    assert again["state"] == "refused"
    assert town.post(SEATS, f"/financing/{number}/withdraw", {}).status_code == 202


def test_list__of_requests__newest_first_in_pages_and_by_state(town: Market) -> None:
    numbers = [town.asked(town.held(), (BANK,)) for _ in range(3)]
    town.post(SEATS, f"/financing/{numbers[1]}/withdraw", {})
    page = town.get(BANK, "/financing", limit=2).json()
    assert [one["id"] for one in page["rows"]] == numbers[:0:-1]
    further = town.get(BANK, "/financing", limit=2, after=page["next"]).json()
    assert further["rows"][0]["id"] == numbers[0]
    open_now = [one["id"] for one in town.get(SEATS, "/financing", state="open", limit=500).json()["rows"]]
    assert set(numbers) & set(open_now) == {numbers[0], numbers[2]}
