# SPDX-License-Identifier: Apache-2.0
"""Who takes part, as the Registrar and the companies drive it over HTTP on a demo network that runs."""

import json
import os
import signal
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from eth_account import Account

from api.participants import directory
from api.story.cast import BOTH, CLEARING, COMPANIES, FOAM, MOTORS, REGISTRAR, SEATS
from api.story.figures import ALONE, RAIL
from chain.documents.files import Documents
from chain.documents.identifiers import tax_number
from chain.documents.invoice import Invoice
from chain.domain.clock import DAY, SystemClock
from chain.domain.vocabulary import Right
from chain.signing.key import Key
from chain.store.db import connect
from chain.submission.clock import set_clock
from tests.flows import registry
from tests.flows.registry import USCC, Town, proven, raced, signatures, signed
from tests.flows.running import until

pytestmark = [
    pytest.mark.usefixtures("anvil_here"),
    pytest.mark.xdist_group("registry"),  # one worker starts the service, once
]

SAMPLES = Path(__file__).parents[2] / "chain" / "documents" / "samples"


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    with registry.town(tmp_path_factory.mktemp("registry") / "service") as made:
        yield made


# ---------------------------------------------------------------- what stands


def test_admission__of_the_story__is_on_the_ledger_and_in_the_directory(town: Town) -> None:
    assert town.accounts(MOTORS) == {
        (town.keys.officer(MOTORS, 1).address, 1, int(Right.MAKER)),
        (town.keys.officer(MOTORS, 2).address, 2, int(Right.CHECKER)),
    }
    assert town.mirrored(
        "SELECT threshold FROM officer WHERE participant = 10 AND officer = 1 AND block_to > 9e18"
    ) == [(str(ALONE),)]
    assert town.mirrored("SELECT bank, escrow FROM rail") == [(CLEARING.id, town.keys.escrow.address)]
    with connect(f"sqlite://{town.folder}/book.db") as book:
        for who in COMPANIES[1:]:
            row = book.one("SELECT name, number, salt FROM company WHERE participant = ?", (who.id,))
            assert row is not None
            said = directory.identity(row[0], row[1], bytes(row[2]))
            assert town.mirrored("SELECT identity FROM participant WHERE id = ?", who.id)[0] == (said,)
    rows = town.get("41-1", "/participants?limit=500")["rows"]
    listed = {one["id"]: (one["name"], one["roles"], one["status"]) for one in rows}
    assert (
        listed.items()
        >= {
            one.id: (one.name.zh if one != REGISTRAR else None, [str(one.role.name).lower()], "active")
            for one in COMPANIES
        }.items()
    )
    assert not any({"limit", "utilised", "overdue"} & one.keys() for one in rows)
    own = town.get("10-1", "/participants/10")["row"]
    assert (own["name"], own["number"], own["limit"]) == (MOTORS.name.zh, USCC[MOTORS.id], MOTORS.limit)
    assert town.get("1-1", "/participants/1")["row"]["name"] is None


def test_numbers__of_the_directory__are_those_of_the_sample_invoices(town: Town) -> None:
    files = [file.read_bytes() for file in sorted(SAMPLES.glob("seats-2026-03*.xml"))]
    with connect(f"sqlite://{town.folder}/book.db") as book, Documents() as documents:
        found = [directory.by_number(book, USCC[one]) for one in (MOTORS.id, SEATS.id)]
        invoices = [one for one in documents.each(files) if isinstance(one, Invoice)]
        assert len(invoices) == len(files) > 0
        for one in invoices:
            assert [known.number for known in found if known] == [tax_number(one.buyer), tax_number(one.seller)]


def test_directory__by_name_number_or_id_and_in_pages__finds_companies(town: Town) -> None:
    for text, ids in (
        ("座椅", [SEATS.id]),
        ("CN 91990000ma0ym00109", [MOTORS.id]),
        ("银行", [CLEARING.id, 51, 52]),
        ("1", [REGISTRAR.id]),
        ("10", [MOTORS.id]),
        ("没有的企业", []),
        ("%", []),
    ):
        found = town.ask("31-1", "GET", f"/participants?q={text}".replace("%", "%25")).json()["rows"]
        assert [one["id"] for one in found] == ids, text
    found, after = list[int](), ""
    while True:
        page = town.get("31-1", f"/participants?limit=3{after}")
        found += [one["id"] for one in page["rows"]]
        assert len(page["rows"]) <= 3
        if page["next"] is None:
            break
        after = f"&after={page['next']}"
    assert found == sorted(set(found))
    assert set(found) >= {one.id for one in COMPANIES}
    banks = town.get("31-1", "/participants?q=银行&limit=2")
    assert [one["id"] for one in town.get("31-1", f"/participants?q=银行&limit=2&after={banks['next']}")["rows"]] == [
        52
    ]


def test_standing__suspended_and_back__shows_to_everybody(town: Town) -> None:
    for status in ("suspended", "active"):
        town.post("1-2", f"/participants/{FOAM.id}/standing", {"status": status, "limit": 7})
        (row,) = town.get("21-1", f"/participants?q={FOAM.id}")["rows"]
        assert (row["status"], row["roles"]) == (status, ["supplier"])
    assert town.get("31-1", f"/participants/{FOAM.id}")["row"]["limit"] == 7
    assert town.refused("1-1", "/participants/777777/standing", {"limit": 1}) == (404, "not-found")
    assert town.refused("1-1", "/participants/1/standing", {"limit": 1}) == (409, "registrar-protected")


# ---------------------------------------------------------------- keys that are elsewhere


def test_own_company__with_a_key_of_its_own__enters_by_its_signature(town: Town) -> None:
    body, own = town.stranger()
    asked = town.ask("1-1", "POST", "/participants", body)
    assert (asked.status_code, asked.json()["code"]) == (409, "proof-missing")
    told = asked.json()
    again = body | told["repeat"]
    assert again["id"] >= 10
    assert again["id"] not in {one.id for one in COMPANIES}
    assert body["name"] not in json.dumps(told["sign"], ensure_ascii=False), "the ledger never hears a name"

    good, other = signed(told, own), signed(told, Key.of(bytes(Account.create().key)))
    later = again | {"deadline": "2026-12-31T16:00:00Z" if "12-31" not in again["deadline"] else "2027-01-31T16:00:00Z"}
    for wrong in (again | {"proof": other}, later | {"proof": good}, again | {"proof": good, "salt": "00" * 32}):
        assert town.refused("1-1", "/participants", wrong) == (409, "proof-missing")
    for malformed in (
        again | {"proof": good[:-2]},
        body | {"proof": good},
        {name: value for name, value in again.items() if name != "salt"} | {"proof": good},
    ):
        assert town.refused("1-1", "/participants", malformed) == (422, "malformed-request")

    (sent,) = town.post("1-1", "/participants", again | {"proof": good})["submissions"]
    assert sent["subject"] == str(again["id"])
    row = town.get("1-1", f"/participants/{again['id']}")["row"]
    assert (row["name"], row["number"], row["roles"]) == (body["name"], body["number"], ["supplier"])
    assert town.mirrored("SELECT participant FROM account WHERE address = ?", own.address) == [(again["id"],)]
    assert town.refused("1-1", "/participants", again | {"proof": good}) == (409, "company-number-taken")


def test_further_key__of_an_officer_kept_elsewhere__is_added_and_ended(town: Town) -> None:
    own = Key.of(bytes(Account.create().key))
    body = {"officer": 1, "rights": ["maker"], "account": own.address}
    path = f"/participants/{FOAM.id}/accounts"
    told = town.ask("31-1", "POST", path, body).json()
    assert told["code"] == "proof-missing"
    proposal = town.post("31-1", path, body | told["repeat"] | {"proof": signed(told, own)})["proposal"]
    assert signatures(proposal) == {"registrar": ("1-1", False), "signer": ("31-1", True), "account": ("31-1", True)}
    assert not proposal["details"]["announced"]
    town.sign("1-1", proposal["id"])
    assert (own.address, 1, int(Right.MAKER)) in town.accounts(FOAM)

    ending = town.post("1-1", f"{path}/{own.address}/revoke", {})["proposal"]
    assert signatures(ending) == {"registrar": ("1-1", True), "signer": ("31-1", False)}
    town.sign("31-1", ending["id"])
    assert town.accounts(FOAM) == {(town.keys.officer(FOAM).address, 1, int(BOTH))}


def test_cash_address__of_one_officer__is_agreed_by_it_and_the_registrar(town: Town) -> None:
    cash = Key.of(bytes(Account.create().key)).address
    proposal = town.post("1-2", "/participants/32/cash", {"cash": cash})["proposal"]
    assert signatures(proposal) == {"registrar": ("1-2", True), "signer": ("32-1", False)}
    town.sign("32-1", proposal["id"])
    assert town.mirrored("SELECT cash FROM participant WHERE id = 32 AND block_to > 9e18") == [(cash,)]
    taken = {"cash": town.keys.cash(SEATS).address}
    assert town.refused("32-1", "/participants/32/cash", taken) == (409, "cash-address-taken")


def test_lost_key__ended_by_the_registrar_alone__is_announced_and_waits_three_days(town: Town) -> None:
    only = town.keys.officer(SEATS).address
    ending = town.post("1-1", f"/participants/{SEATS.id}/accounts/{only}/revoke", {})["proposal"]
    assert signatures(ending) == {"registrar": ("1-1", True), "signer": ("1-2", False)}
    assert ending["details"]["announced"]
    number = ending["id"]
    assert town.refused("1-1", f"/proposals/{number}/apply", {}) == (409, "proposal-unsigned")
    town.sign("1-2", number)
    assert (only, 1, int(BOTH)) in town.accounts(SEATS), "announced, and not yet done"
    assert town.refused("1-1", f"/proposals/{number}/apply", {}) == (409, "change-not-due")
    assert town.refused("21-1", f"/proposals/{number}/apply", {}) == (404, "not-found")
    with connect(f"sqlite://{town.folder}/book.db") as book:
        set_clock(book, type(SystemClock().now())(SystemClock().now() + 3 * DAY + 60))
    done = town.post("1-2", f"/proposals/{number}/apply", {})
    assert done["proposal"]["submission"]["id"] == done["submissions"][0]["id"]
    assert town.accounts(SEATS) == set()
    assert town.refused("1-2", f"/proposals/{number}/apply", {})[1] == "stale-participant"


# ---------------------------------------------------------------- what is refused


def test_registration__of_what_is_taken_or_foreign__changes_nothing(town: Town) -> None:
    body, _ = town.stranger()
    account = {"account": town.keys.officer(FOAM).address}
    for over, wanted in (
        ({"id": MOTORS.id}, (409, "participant-exists")),
        ({"number": f" cn{USCC[SEATS.id].lower()}"}, (409, "company-number-taken")),
        ({"number": "91990000MA0ZX0077X"}, (422, "malformed-request")),  # no USCC has a Z
        ({"number": f"{USCC[SEATS.id][:-1]}K"}, (422, "malformed-request")),  # its check character is J
        ({"name": "云岭　 汽车"}, (409, "company-name-taken")),
        (account, (409, "account-exists")),
        ({"cash": town.keys.cash(MOTORS).address}, (409, "cash-address-taken")),
        ({"cash": None}, (409, "cash-address-missing")),
        ({"roles": ["registrar"]}, (409, "bad-roles")),
        ({"roles": ["supplier", "registrar"]}, (409, "bad-roles")),
        ({"roles": ["emperor"]}, (422, "malformed-request")),
        ({"roles": []}, (422, "malformed-request")),
        ({"rights": ["checker", "owner"]}, (422, "malformed-request")),
        ({"officer": 0}, (422, "malformed-request")),
        ({"name": " \t"}, (422, "malformed-request")),
        ({"name": "a\u0000b"}, (422, "malformed-request")),
        ({"number": "无税号"}, (422, "malformed-request")),
        ({"limit": -1}, (422, "malformed-request")),
        ({"cash": "0x12"}, (422, "malformed-request")),
        ({"who": "me"}, (422, "malformed-request")),
    ):
        assert town.refused("1-1", "/participants", body | over) == wanted, over


def test_registry__for_everybody_else__is_closed(town: Town) -> None:
    body, own = town.stranger()
    assert town.refused("2-1", "/participants", body) == (403, "duty-missing")
    for who in ("10-1", "31-1", "51-1"):
        assert town.refused(who, "/participants", body) == (409, "not-in-role")
        assert town.refused(who, "/participants/32/standing", {"limit": 10**9}) == (409, "not-in-role")
        for there in (32, 777_777):  # and nobody learns from it who is there
            for path, more in (
                ("accounts", {"account": own.address}),
                (f"accounts/{town.keys.officer(MOTORS).address}/revoke", {}),
                ("threshold", {"officer": 1, "threshold": 1}),
                ("cash", {"cash": own.address}),
            ):
                assert town.refused(who, f"/participants/{there}/{path}", more) == (409, "not-in-role"), path
        rail = {"id": 2, "bank": CLEARING.id, "escrow": own.address}
        assert town.refused(who, "/rails", rail) == (409, "not-in-role")
    assert town.refused("10-2", "/participants", body) == (403, "duty-missing")
    assert town.refused("10-2", "/participants/10/threshold", {"officer": 1, "threshold": 1}) == (403, "duty-missing")
    assert town.refused("1-1", "/participants/777777/cash", {"cash": own.address}) == (404, "not-found")
    assert town.refused("1-1", "/rails", {"id": 2, "bank": FOAM.id, "escrow": own.address}) == (409, "not-in-role")
    taken = {"id": RAIL, "bank": CLEARING.id, "escrow": own.address}
    assert town.refused("1-1", "/rails", taken) == (409, "rail-exists")


# ---------------------------------------------------------------- once, whoever asks when


def test_same_key__sent_again__is_the_same_company(town: Town) -> None:
    body = proven(town)
    first, again = (town.ask("1-1", "POST", "/participants", body, key="once-and-for-all") for _ in "ab")
    assert first.status_code == 202, first.text
    assert again.headers["Idempotency-Replayed"] == "true"
    assert [one["id"] for one in first.json()["submissions"]] == [one["id"] for one in again.json()["submissions"]]
    other = town.ask("1-1", "POST", "/participants", body | {"limit": 5}, key="once-and-for-all")
    assert (other.status_code, other.json()["code"]) == (409, "idempotency-key-conflict")


def test_eight_at_once__without_an_id__get_eight(town: Town) -> None:
    told = raced(town, [town.stranger()[0] for _ in range(8)])
    ids = [one.json()["repeat"]["id"] for one in told]
    assert len(set(ids)) == 8


def test_eight_at_once__with_one_tax_number__one_of_them_enters(town: Town) -> None:
    number = str(uuid4().int)[:15]
    told = raced(town, [proven(town, number=number) for _ in range(8)])
    codes = sorted(one.json().get("code", "") for one in told)
    assert [one.status_code for one in told].count(202) == 1, codes
    assert set(codes[1:]) <= {"company-number-taken"}
    (row,) = town.get("1-1", f"/participants?q={number}")["rows"]
    assert row["number"] == number


def test_company__whose_entry_the_ledger_refused__enters_under_its_name_later(town: Town) -> None:
    first = proven(town)
    second, own = town.stranger(cash=first["cash"])
    told = town.ask("1-1", "POST", "/participants", second).json()
    second |= told["repeat"] | {"proof": signed(told, own)}
    mirror = json.loads((town.folder / "run" / "up.json").read_text("utf-8"))["parts"]["mirror"]["pid"]
    os.kill(mirror, signal.SIGSTOP)  # so that the second one's reasons are not known yet
    try:
        sent = [town.ask("1-1", "POST", "/participants", one, wait=0) for one in (first, second)]
    finally:
        os.kill(mirror, signal.SIGCONT)
    assert [one.status_code for one in sent] == [202, 202], [one.text for one in sent]
    number = sent[1].json()["submissions"][0]["id"]
    until(lambda: town.get("1-1", f"/submissions/{number}")["row"]["state"] == "refused")
    assert town.get("1-1", f"/submissions/{number}")["row"]["refusal"]["code"] == "cash-address-taken"
    assert town.get("1-1", f"/participants?q={second['number']}")["rows"] == [], "it is in the book alone"

    body = {name: value for name, value in second.items() if name not in ("id", "salt", "deadline", "proof")}
    body["cash"] = Key.of(bytes(Account.create().key)).address
    told = town.ask("1-1", "POST", "/participants", body).json()
    (entered,) = town.post("1-1", "/participants", body | told["repeat"] | {"proof": signed(told, own)})["submissions"]
    (row,) = town.get("1-1", f"/participants?q={second['number']}")["rows"]
    assert (str(row["id"]), row["name"]) == (entered["subject"], second["name"])


def test_todo__of_whoever_is_to_sign__lists_it_until_it_is_signed(town: Town) -> None:
    def counted(who: str) -> list[int]:
        row = town.get(who, "/todo")["row"]
        assert row["counts"] == {name: len(rows) for name, rows in row.items() if name != "counts"}
        assert next(iter(row)) == "counts"
        return [one["id"] for one in row["to_sign"]]

    body = {"officer": 1, "threshold": 12_345}
    number = town.post("10-1", "/participants/10/threshold", body)["proposal"]["id"]
    assert [number in counted(who) for who in ("1-1", "10-2", "10-1", "1-2", "31-1")] == [
        True,
        True,
        False,
        False,
        False,
    ]
    (told,) = [one for one in town.get("10-2", "/todo")["row"]["to_sign"] if one["id"] == number]
    assert (told["operation"], told["participant"], told["officer"]) == ("set_threshold", 10, "10-1")
    assert "123.45" in told["text"]
    assert town.get("1-1", "/todo?participant=10")["row"]["to_sign"] == [], "nobody signs for another one"
    assert town.get("10-2", "/todo?at=2")["row"]["to_sign"] == []
    town.sign("10-2", number)
    assert number not in counted("10-2")
    assert number in counted("1-1")
    town.post("10-1", f"/proposals/{number}/withdraw", {})
    assert number not in counted("1-1")
