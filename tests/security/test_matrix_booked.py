# SPDX-License-Identifier: Apache-2.0
"""Nobody reads of the book what is not theirs: proposals, submissions, requests for early payment, to-do lists, keys,
officers; and a claim that was shown to somebody is shown no longer than its ground lasts.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import httpx2
import pytest

from api.access import audit
from api.access.viewer import Duty
from chain.domain.clock import DAY, UtcSeconds
from chain.domain.vocabulary import OfficerId
from chain.store.db import connect
from tests.cast import ANNA, BANK, BEN, CLEO, CORE, FIN, REG, RIVAL, Member
from tests.security.guarded import (
    AUDITOR,
    EVERYBODY,
    PASSED,
    SPARE,
    STRANGER,
    Asker,
    Guarded,
    Json,
    guarded,
    maker,
)
from tests.security.matrix_http import BOOKED

SEE_ALL = (REG, AUDITOR)
WHOSE: Mapping[str, Mapping[str, tuple[Member, ...]]] = {
    "/proposals": {"offer": (ANNA, BEN), "draft": (CORE,), "entry": (REG, BEN)},
    "/submissions": {"consent": (BANK,), "submission": (CLEO,)},
    "/financing": {"asked": (ANNA, FIN), "quoted": (CLEO, FIN, RIVAL)},
}
"""Of each list, what there is and who has a part in it."""
NOBODY = 777_777


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Guarded]:
    with guarded(tmp_path_factory.mktemp("guarded")) as made:
        yield made


@pytest.fixture
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Guarded]:
    """One of which the clock may be moved."""
    with guarded(tmp_path_factory.mktemp("fresh")) as made:
        yield made


def get(town: Guarded, who: Member, path: str, duty: Duty = Duty.VIEWER, **more: Any) -> httpx2.Response:
    return town.ask(Asker(who, 1, duty), "GET", path, **more)


def rows(answer: httpx2.Response) -> list[Json]:
    assert answer.status_code == 200, answer.text
    found: list[Json] = answer.json()["rows"]
    return found


def test_paths__that_answer_from_the_book__are_all_asked_here() -> None:
    assert {path.partition("/{")[0] for path in BOOKED} == WHOSE.keys()


@pytest.mark.parametrize("duty", Duty)
@pytest.mark.parametrize("path", WHOSE)
def test_book__every_participant__reads_what_it_has_a_part_in(town: Guarded, path: str, duty: Duty) -> None:
    for who in EVERYBODY:
        own = {town.numbers[name] for name, some in WHOSE[path].items() if who in some or who in SEE_ALL}
        assert {row["id"] for row in rows(get(town, who, path, duty))} == own, f"{path} of {who.name}"
        absent = get(town, who, f"{path}/{NOBODY}", duty)
        assert absent.status_code == 404
        for number in (town.numbers[name] for name in WHOSE[path]):
            found = get(town, who, f"{path}/{number}", duty)
            if number in own:
                assert found.json()["row"]["id"] == number
            else:
                assert (found.status_code, found.content) == (404, absent.content), f"{path}/{number} by {who.name}"


def test_book__without_a_key__tells_nothing(town: Guarded) -> None:
    for path, some in WHOSE.items():
        for asked in (path, *(f"{path}/{town.numbers[name]}" for name in some), f"{path}/{NOBODY}"):
            assert town.ask(None, "GET", asked).status_code == 401


def test_financing__of_two_who_were_invited__each_sees_itself_alone(town: Guarded) -> None:
    path = f"/financing/{town.numbers['quoted']}"
    own, other = (get(town, who, path).json()["row"] for who in (FIN, RIVAL))
    assert ([one["financier"] for one in own["quotes"]], own["financiers"], own["received"]) == ([FIN.id], [FIN.id], 1)
    assert (other["quotes"], other["financiers"], other["received"]) == ([], [RIVAL.id], 0)
    assert own["quotes"][0]["rank"] is None
    for who, received in ((FIN, 1), (RIVAL, 0)):
        (listed,) = [row for row in rows(get(town, who, "/financing")) if row["id"] == town.numbers["quoted"]]
        assert (listed["financiers"], listed["received"], listed["submission"]) == ([who.id], received, None)
    whole = get(town, CLEO, path).json()["row"]
    assert (whole["financiers"], whole["received"], whole["quotes"][0]["rank"]) == ([FIN.id, RIVAL.id], 1, 1)
    told = get(town, RIVAL, path).text
    assert not [figure for figure in (whole["quotes"][0]["price"], 42_000) if str(figure) in told]


def test_todo__of_everybody__has_what_waits_for_them_alone(town: Guarded) -> None:
    waiting = {BEN.id: {"offer", "entry"}}  # the draft waits for the car maker's second officer
    asked = {FIN.id: {"asked"}}
    for who in EVERYBODY:
        row = get(town, who, "/todo").json()["row"]
        signing = {town.numbers[name] for name in waiting.get(who.id, set())}
        quoting = {town.numbers[name] for name in asked.get(who.id, set())}
        assert {one["id"] for one in row["to_sign"]} == signing, who.name
        assert {one["id"] for one in row["to_quote"]} == quoting, who.name
        assert [one["id"] for one in row["to_open"]] == [], who.name
        for other in EVERYBODY:
            if other != who:
                of_another = get(town, who, "/todo", params={"participant": other.id}).json()["row"]
                assert not any(of_another[name] for name in ("to_sign", "to_quote", "to_open"))
    second = town.ask(Asker(CORE, 2, Duty.CHECKER), "GET", "/todo").json()["row"]["to_sign"]
    assert [one["id"] for one in second] == [town.numbers["draft"]]


def test_keys_and_officers__of_everybody__are_their_own(town: Guarded) -> None:
    for who in EVERYBODY:
        own = Asker(who, 1, Duty.ADMIN)
        number, _ = town.bearer(own)
        with connect(town.site.book) as db:
            kept = db.all("SELECT id FROM api_key WHERE participant = ? AND officer = ?", (who.id, OfficerId(1)))
        found = rows(town.ask(own, "GET", "/keys"))
        assert {row["id"] for row in found} == {one for (one,) in kept} >= {number}
        assert "secret" not in str(found)
        officers = rows(town.ask(own, "GET", "/officers"))
        assert [row["id"] for row in officers] == [f"{who.id}-{place}" for place in range(1, who.officers + 1)]
        assert get(town, who, "/officers").status_code == 403
        assert get(town, who, "/me").json()["officer"] == f"{who.id}-1"


# ---------------------------------------------------------------- claims that are shown for a while


def sees(town: Guarded, who: Member, claim: Any) -> bool:
    """Whether the claim is seen, by every way to look for it; they must agree."""
    asked = [
        get(town, who, f"/claims/{claim}").status_code == 200,
        get(town, who, f"/claims/{claim}/provenance").status_code == 200,
        bool(rows(get(town, who, "/search", params={"q": str(claim)}))),
        get(town, who, f"/obligations/{claim.obligation}").status_code == 200,
    ]
    assert len(set(asked)) == 1, asked
    return asked[0]


def offered(town: Guarded, to: Member = STRANGER) -> int:
    """Anna offers a part of her claim; the number of the offer."""
    told = town.done(maker(ANNA), f"/claims/{SPARE.claim(1)}/split", {"pieces": [{"to": to.id, "amount": 2_000}]})
    number: int = told["proposal"]["id"]
    return number


def test_sign_and_decline__without_the_duty_that_the_place_takes__are_rows_of_the_log(town: Guarded) -> None:
    """Which one it takes is in the book: it is refused once it is worked out, and that is written down all the same."""
    number, checker = offered(town), Asker(STRANGER, 1, Duty.CHECKER)
    verbs = ("sign", "decline", "sign", "decline", "sign")
    with connect(town.site.book) as book:
        before = audit.verify(book).rows
        for verb in verbs:
            refusal = town.ask(checker, "POST", f"/proposals/{number}/{verb}", json={})
            assert (refusal.status_code, refusal.json()["code"]) == (403, "duty-missing")
        refused = [one for one in audit.entries(book, before) if one.outcome == "duty-missing"]
        assert audit.verify(book).broken is None
    assert [one.subject for one in refused] == [
        f"POST /proposals/{{proposal}}/{verbs[at]}"
        for at in (0, 1, 3)  # of a flood the 1st, 2nd, 4th
    ]
    asker = {(one.participant, one.officer, one.key, one.action) for one in refused}
    assert asker == {(STRANGER.id, 1, town.bearer(checker)[0], "exercise duty")}
    town.done(maker(ANNA), f"/proposals/{number}/withdraw")


@pytest.mark.parametrize("end", ["decline", "withdraw"])
def test_offer__while_it_is_open__shows_the_claim_and_no_longer(town: Guarded, end: str) -> None:
    claim = SPARE.claim(1)
    assert not sees(town, STRANGER, claim)
    number = offered(town)
    assert sees(town, STRANGER, claim)
    assert not sees(town, RIVAL, claim)
    town.done(maker(STRANGER if end == "decline" else ANNA), f"/proposals/{number}/{end}")
    assert not sees(town, STRANGER, claim)
    assert get(town, STRANGER, f"/proposals/{number}").json()["row"]["state"] == STATES[end]


STATES = {"decline": "declined", "withdraw": "withdrawn"}


def test_offer__that_has_lapsed__shows_the_claim_no_more(fresh: Guarded) -> None:
    number = offered(fresh)
    deadline = get(fresh, STRANGER, f"/proposals/{number}").json()["row"]["deadline"]
    begun = fresh.site.clock.now()
    fresh.site.clock.move_to(UtcSeconds(begun + 13 * DAY))
    assert sees(fresh, STRANGER, SPARE.claim(1)), f"it is open until {deadline}"
    fresh.site.clock.move_to(UtcSeconds(begun + 15 * DAY))
    assert not sees(fresh, STRANGER, SPARE.claim(1))
    late = fresh.ask(maker(STRANGER), "POST", f"/proposals/{number}/sign", json={})
    assert late.status_code in (409, 503), late.text
    assert not sees(fresh, FIN, SPARE.claim(1)), "the requests for quotes have ended, too"


def test_offer__that_was_declined__shows_what_another_ground_still_shows(town: Guarded) -> None:
    """Two offers of one claim to one participant: the end of one is not the end of the other."""
    first, second = offered(town), offered(town)
    town.done(maker(ANNA), f"/proposals/{first}/withdraw")
    assert sees(town, STRANGER, SPARE.claim(1))
    town.done(maker(ANNA), f"/proposals/{second}/withdraw")
    assert not sees(town, STRANGER, SPARE.claim(1))


def test_request__that_is_withdrawn__shows_the_claim_to_nobody(fresh: Guarded) -> None:
    assert sees(fresh, RIVAL, PASSED.claim(3))
    fresh.done(maker(CLEO), f"/financing/{fresh.numbers['quoted']}/withdraw")
    assert not sees(fresh, RIVAL, PASSED.claim(3))


def test_offer__to_several__tells_each_of_its_own_piece(town: Guarded) -> None:
    before = town.tables()
    pieces = [{"to": BEN.id, "amount": 31_337}, {"to": STRANGER.id, "amount": 27_182}]
    told = town.done(maker(ANNA), f"/claims/{SPARE.claim(1)}/split", {"pieces": pieces})["proposal"]
    number, whole = told["id"], str(told)
    assert all(one in whole for one in ("31337", "27182", "ben ltd", "stranger ltd"))
    for who, own, other in ((BEN, "31337", "27182"), (STRANGER, "27182", "31337")):
        name = ({BEN, STRANGER} - {who}).pop().name
        listed = [str(row) for row in rows(get(town, who, "/proposals")) if row["id"] == number]
        todo = [str(row) for row in get(town, who, "/todo").json()["row"]["to_sign"] if row["id"] == number]
        signed = str(town.done(maker(who), f"/proposals/{number}/sign", {"hash": told["hash"]}))
        for text in (get(town, who, f"/proposals/{number}").text, *listed, *todo, signed):
            assert f"{name} ltd" not in text
            assert other not in text.replace(",", "").replace(".", "")
            assert own in text.replace(",", "").replace(".", "")
        assert len(listed) == len(todo) == 1
    done = get(town, ANNA, f"/proposals/{number}").json()["row"]
    assert (done["state"], done["submission"]["operation"], len(done["places"])) == ("submitted", "split_many", 3)
    assert len(get(town, AUDITOR, f"/proposals/{number}").json()["row"]["places"]) == 3
    town.put_back(before)
