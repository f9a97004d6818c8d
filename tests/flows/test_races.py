# SPDX-License-Identifier: Apache-2.0
"""Officers who want the same thing at the same moment: one has it, the others are told so, and nothing is half done.

Each asks under a key of its own, so nothing but the ledger and the book stands between them.
"""

import time
from collections import Counter as Tally
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from threading import Barrier
from typing import Any

import pytest

from chain.store.db import connect
from tests.counter import Answer, Counter, after, invoice

pytestmark = pytest.mark.usefixtures("anvil_here")

RACERS = 8
BUSY = "subject-busy"
_NUMBERS = count(500_000)  # of invoices

Asked = Callable[[], Answer]


def at_once(pool: ThreadPoolExecutor, asked: Sequence[Asked]) -> list[Answer]:
    """The answers to all of these, asked at the same moment."""
    start = Barrier(len(asked))

    def run(ask: Asked) -> Answer:
        start.wait(20)
        return ask()

    return [one.result() for one in [pool.submit(run, ask) for ask in asked]]


def posting(shop: Counter, who: str, path: str, body: dict[str, Any] | None = None) -> Asked:
    return lambda: shop.post(who, path, body)


def won(answers: Sequence[Answer], allowed: set[str]) -> tuple[Answer, Tally[str]]:
    """The one that is final; the others were refused by their code at once, or by the ledger, and none was a fault."""
    winners = [one for one in answers if one.status == 202 and one.submissions[0]["state"] == "final"]
    codes: Tally[str] = Tally()
    for one in answers:
        if one in winners:
            continue
        if one.status == 202:
            (sent,) = one.submissions
            assert sent["state"] == "refused", sent
            codes[f"ledger: {sent['refusal']['code']}"] += 1
        else:
            assert one.status == 409, one
            assert one.body["code"] in allowed, one
            codes[one.body["code"]] += 1
    assert len(winners) == 1, [(one.status, one.body.get("code")) for one in answers]
    return winners[0], codes


@pytest.fixture
def pool() -> Any:
    with ThreadPoolExecutor(RACERS) as made:
        yield made


def issued(shop: Counter, number: int, fen: int) -> list[str]:
    """So many obligations of the car maker to the seats' supplier, not yet accepted."""
    files = [invoice(next(_NUMBERS), fen) for _ in range(number)]
    drafted = shop.upload("10-1", files, each=True).body["proposal"]
    shop.done("10-2", f"/proposals/{drafted['id']}/sign")
    first = int(drafted["subject"].partition("…")[0].split("-")[1])
    return [f"10-{first + place}" for place in range(number)]


def pieces(shop: Counter, number: int) -> list[str]:
    """So many claims of the foam's supplier, cut off one promise."""
    (obligation,) = issued(shop, 1, 100_000 * (number + 1))
    shop.done("21", "/obligations/accept", {"obligations": [obligation]})
    shop.done("31", "/auto-accepts", {"counterparty": 21, "until": after(86_400)})
    for start in range(0, number, 50):
        body = {"pieces": [{"to": 31, "amount": 100_000}] * min(50, number - start)}
        shop.done("21", f"/claims/{obligation}-1/split", body)
    shop.done("31", "/auto-accepts", {"counterparty": 21, "until": None})  # others find the service as it was
    return [name for name, row in shop.claims(obligation).items() if row["holder"] == 31]


def submissions(shop: Counter) -> int:
    return shop.count("submission")["submission"]


def told(what: str, shop: Counter, races: int, begun: float, codes: Tally[str]) -> None:
    took = time.monotonic() - begun
    place = "PostgreSQL" if shop.book.startswith("postgresql") else "SQLite"
    print(f"{place}: {races} races of {RACERS} {what} in {took:.1f} s; {races} winners, the others {dict(codes)}")


def test_claim__two_officers_with_eight_requests__a_hundred_races_of_one_winner_each(
    shop: Counter, pool: ThreadPoolExecutor
) -> None:
    """Passing on to the one or to the other and a lien: who has it, has it alone."""
    claims = pieces(shop, 100)
    shop.done("32", "/auto-accepts", {"counterparty": 31, "until": after(86_400)})
    shop.done("41", "/auto-accepts", {"counterparty": 31, "until": after(86_400)})
    before, begun, codes = submissions(shop), time.monotonic(), Tally[str]()
    lost = {BUSY, "not-holder", "stale-claim", "claim-liened"}
    for claim in claims:
        bodies: list[tuple[str, dict[str, Any]]] = [
            ("transfer", {"to": 32}),
            ("transfer", {"to": 41}),
            ("lien", {"until": after(86_400)}),
        ]
        asked = [
            posting(shop, ("31", "31-2")[place % 2], f"/claims/{claim}/{path}", body)
            for place, (path, body) in zip(range(RACERS), bodies * 3, strict=False)
        ]
        winner, others = won(at_once(pool, asked), lost)
        codes += others
        row = shop.row("1-1", f"/claims/{claim}")["claim"]
        wanted = {"transfer": ((32, "free"), (41, "free")), "lien": ((31, "liened"),)}
        assert (row["holder"], row["state"]) in wanted[winner.one["operation"]]
        assert row["version"] == 2, "it changed once"
    sent = sum(number for code, number in codes.items() if code.startswith("ledger"))
    assert submissions(shop) - before == len(claims) + sent
    told("for one claim", shop, len(claims), begun, codes)


def test_offer__two_officers_of_the_assignee_sign_with_eight_requests__one_order_each(
    shop: Counter, pool: ThreadPoolExecutor
) -> None:
    claims = pieces(shop, 10)
    shop.done("21", "/auto-accepts", {"counterparty": 31, "until": None})
    before, begun, codes = submissions(shop), time.monotonic(), Tally[str]()
    for claim in claims:
        offer = shop.done("31", f"/claims/{claim}/transfer", {"to": 21}).body["proposal"]
        path = f"/proposals/{offer['id']}/sign"
        answers = at_once(pool, [posting(shop, ("21", "21-2")[place % 2], path) for place in range(RACERS)])
        winner, others = won(answers, {"proposal-closed", BUSY})
        codes += others
        kept = shop.row("31", f"/proposals/{offer['id']}")
        assert (kept["state"], kept["submission"]["id"]) == ("submitted", winner.one["id"])
        assert shop.row("1-1", f"/claims/{claim}")["claim"]["holder"] == 21
    assert submissions(shop) - before == len(claims)
    told("to sign one offer", shop, len(claims), begun, codes)


def test_offer__signed_and_declined_and_withdrawn_at_once__is_one_of_them(
    shop: Counter, pool: ThreadPoolExecutor
) -> None:
    claims = pieces(shop, 10)
    ends: Tally[str] = Tally()
    begun, codes = time.monotonic(), Tally[str]()
    for claim in claims:
        body = {"pieces": [{"to": 32, "amount": 10_000}, {"to": 41, "amount": 20_000}]}
        shop.done("32", "/auto-accepts", {"counterparty": 31, "until": None})
        shop.done("41", "/auto-accepts", {"counterparty": 31, "until": None})
        offer = f"/proposals/{shop.done('31', f'/claims/{claim}/split', body).body['proposal']['id']}"
        asked = [("32", "sign"), ("41", "sign"), ("32", "decline"), ("31-2", "withdraw")] * 2
        answers = at_once(pool, [posting(shop, who, f"{offer}/{verb}") for who, verb in asked])
        for (_, verb), answer in zip(asked, answers, strict=True):
            assert answer.status == 202 or answer.code[1] in {"proposal-closed", "nothing-to-sign", BUSY}, answer
            codes[f"{verb}: {answer.body.get('code', 'done')}"] += 1
        state = shop.row("31", offer)["state"]
        ends[state] += 1
        verbs = [verb for (_, verb), answer in zip(asked, answers, strict=True) if answer.status == 202]
        assert verbs.count("decline") + verbs.count("withdraw") == (state != "submitted")
        assert verbs.count("sign") <= 2
        assert shop.row("1-1", f"/claims/{claim}")["claim"]["amount"] == 100_000 - 30_000 * (state == "submitted")
    told(f"to end one offer ({dict(ends)})", shop, len(claims), begun, codes)


def test_assignees__of_one_split__sign_at_once_and_it_is_carried_once(shop: Counter, pool: ThreadPoolExecutor) -> None:
    claims = pieces(shop, 10)
    shop.done("32", "/auto-accepts", {"counterparty": 31, "until": None})
    shop.done("41", "/auto-accepts", {"counterparty": 31, "until": None})
    before = submissions(shop)
    for claim in claims:
        body = {"pieces": [{"to": 32, "amount": 10_000}, {"to": 41, "amount": 20_000}]}
        offer = f"/proposals/{shop.done('31', f'/claims/{claim}/split', body).body['proposal']['id']}"
        answers = at_once(pool, [posting(shop, who, f"{offer}/sign") for who in ("32", "41")])
        assert [one.status for one in answers] == [202, 202], answers
        assert sorted(len(one.submissions) for one in answers) == [0, 1]
        assert shop.row("31", offer)["submission"]["state"] == "final"
        assert shop.row("1-1", f"/claims/{claim}")["claim"]["amount"] == 70_000
    assert submissions(shop) - before == len(claims)


def test_obligation__accepted_declined_and_revoked_at_once__ends_one_way(
    shop: Counter, pool: ThreadPoolExecutor
) -> None:
    obligations = issued(shop, 10, 100_000)
    begun, codes = time.monotonic(), Tally[str]()
    lost = {BUSY, "not-offered", "stale-claim", "stale-obligation"}
    for number in obligations:
        asked = [posting(shop, who, "/obligations/accept", {"obligations": [number]}) for who in ("21", "21-2") * 2]
        asked += [
            posting(shop, "21", f"/obligations/{number}/decline"),
            posting(shop, "21-2", f"/obligations/{number}/decline"),
        ]
        asked += [posting(shop, "10-1", f"/obligations/{number}/revoke")] * 2
        winner, others = won(at_once(pool, asked), lost)
        codes += others
        status = shop.row("10-1", f"/obligations/{number}")["status"]
        assert status == {"accept": "issued", "decline": "declined", "revoke": "revoked"}[winner.one["operation"]]
    told("to take one offer", shop, len(obligations), begun, codes)


def test_key__a_hundred_times_at_once__one_order_and_a_hundred_equal_answers(shop: Counter) -> None:
    (claim,) = pieces(shop, 1)
    before, path, body = submissions(shop), f"/claims/{claim}/cut", {"amount": 10_000}
    begun = time.monotonic()
    with ThreadPoolExecutor(100) as crowd:
        answers = at_once(crowd, [lambda: shop.post("31", path, body, key="one-for-all")] * 100)
    took = time.monotonic() - begun
    assert {one.status for one in answers} == {202}
    assert submissions(shop) - before == 1
    assert all(one.one == answers[0].one for one in answers), "the same submission, final"
    fresh = [one for one in answers if "idempotency-replayed" not in one.headers]
    assert len(fresh) == 1, "the others say that it was done before"
    assert shop.post("31", path, {"amount": 20_000}, key="one-for-all").code == (409, "idempotency-key-conflict")
    other = shop.post("31-2", path, body, key="one-for-all")
    assert (other.status, other.one["officer"]) == (202, "31-2"), "another officer's key is its own"
    assert other.one["id"] != answers[0].one["id"]
    assert shop.row("1-1", f"/claims/{claim}")["claim"]["amount"] == 80_000
    print(f"one key 100 times at once: {took:.1f} s")


def test_books__after_all_the_races__audit_log_follows_and_every_key_has_one_answer(shop: Counter) -> None:
    from api.access.audit import verify

    with connect(shop.book) as db:
        verdict = verify(db)
        assert verdict.broken is None
        assert db.one("SELECT COUNT(*) FROM request WHERE answer = ''") == (0,)
        twice = "SELECT COUNT(*) FROM (SELECT submission FROM proposal WHERE submission IS NOT NULL GROUP BY submission"
        assert db.one(f"{twice} HAVING COUNT(*) > 1) t") == (0,)
    print(f"{verdict.rows} rows of the audit log follow one from the other")
