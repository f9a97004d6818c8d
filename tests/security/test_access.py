# SPDX-License-Identifier: Apache-2.0
"""Attackers at the door: bad keys, stolen keys, other participants' admins, guesses, alterations, and what leaks."""

import hmac
import logging
import re
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

import pytest

from api.access import keys, passwords
from api.access.audit import Action
from api.access.errors import AccessError
from api.access.routes import router
from api.access.viewer import Duty
from chain.domain.errors import registry
from chain.domain.vocabulary import OfficerId, ParticipantId
from chain.store.db import connect
from chain.store.migrate import upgrade
from chain.store.words import KeyKind
from tests.unit.access.desk import PASSWORD, Desk

EVERYTHING = (Duty.MAKER, Duty.CHECKER, Duty.ADMIN)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    upgrade(tmp_path / "book.db")
    made = Desk(f"sqlite://{tmp_path}/book.db")
    with made.client:
        yield made


def bad_keys(desk: Desk) -> dict[str, str]:
    """Everything that is no good key, by what is the matter with it."""
    login = desk.key(10, 1, *EVERYTHING)
    other = desk.key(11, 1, *EVERYTHING)
    (_, prefix, secret), (_, _, foreign) = login.split("_"), other.split("_")
    revoked, expired = desk.made(login, Duty.VIEWER), desk.made(login, Duty.VIEWER, days=1)
    suspended = desk.key(10, 3)
    with connect(desk.book) as db:
        db.execute("UPDATE api_key SET expires_at = ? WHERE id = ?", (desk.clock.now(), expired[0]))
        db.execute("UPDATE officer SET state = 'suspended' WHERE participant = 10 AND number = 3")
    desk.ask("DELETE", f"/keys/{revoked[0]}", login)
    chance = Random(5)
    wrong = {f"one digit of the secret, {place}": _turned(secret, place) for place in chance.sample(range(64), 8)}
    return {
        "empty": "",
        "no form": "let-me-in",
        "another scheme": f"sk_{prefix}_{secret}",
        "without secret": f"dt_{prefix}_",
        "truncated": login[:-1],
        "lengthened": f"{login}0",
        "upper case": login.upper(),
        "with a space": f"dt_{prefix}_ {secret}",
        "swapped prefix": f"dt_{prefix}_{foreign}",
        "unknown prefix": f"dt_{'0' * 12}_{secret}",
        "zeroes": f"dt_{prefix}_{'0' * 64}",
        "the hash in the book": f"dt_{prefix}_{keys.digest(secret).hex()}",
        "wildcard": f"dt_%_{secret}",
        "sql": f"dt_' OR '1'='1_{secret}",
        "very long": "dt_" + "a" * 5_000,
        "expired": expired[1],
        "revoked": revoked[1],
        "officer suspended": suspended,
        **{name: f"dt_{prefix}_{turned}" for name, turned in wrong.items()},
    }


def _turned(secret: str, place: int) -> str:
    return secret[:place] + ("0" if secret[place] != "0" else "1") + secret[place + 1 :]


def routes() -> list[tuple[str, str]]:
    """Every route that takes a key."""
    found = [(method, route.path) for route in router.routes for method in route.methods]  # type: ignore[attr-defined]
    return sorted(pair for pair in found if pair != ("POST", "/login"))


BODIES: dict[tuple[str, str], Any] = {
    ("POST", "/password"): {"password": PASSWORD, "new": "another-harbour-eleven"},
    ("POST", "/keys"): {"scopes": ["viewer"], "days": 1},
    ("POST", "/officers"): {"number": 9, "name": "some.body", "duties": ["viewer"]},
    ("PATCH", "/officers/{id}"): {"state": "suspended"},
}


# ---------------------------------------------------------------- keys that are no good


def test_key__that_is_no_good__gets_one_and_the_same_answer_whatever_is_the_matter(desk: Desk) -> None:
    none = desk.ask("GET", "/me")
    assert (none.status_code, none.json()["code"]) == (401, "key-refused")
    told = {key: none.headers[key] for key in ("WWW-Authenticate", "Content-Type", "Cache-Control")}
    for matter, key in bad_keys(desk).items():
        answer = desk.ask("GET", "/me", key)
        assert (answer.status_code, answer.text) == (401, none.text), matter
        assert {name: answer.headers[name] for name in told} == told, matter
    for scheme in ("Basic", "Token", "bearer bearer", ""):
        answer = desk.client.get("/me", headers={"Authorization": f"{scheme} abc"})
        assert (answer.status_code, answer.text) == (401, none.text)


@pytest.mark.parametrize(("method", "path"), routes())
def test_route__without_a_good_key__is_401_and_changes_nothing(desk: Desk, method: str, path: str) -> None:
    bad = bad_keys(desk)
    place = path.replace("{id}", "10-1" if "officers" in path else "1")
    with connect(desk.book) as db:
        tables = ("officer", "api_key", "login_try")
        before = [db.all(f"SELECT * FROM {table}") for table in tables]
        for key in (None, bad["revoked"], bad["expired"], bad["swapped prefix"]):
            answer = desk.ask(method, place, key, json=BODIES.get((method, path)))
            assert answer.status_code == 401, (method, path)
        assert [db.all(f"SELECT * FROM {table}") for table in tables] == before


def test_key__wrong_secret__is_compared_in_constant_time_also_when_there_is_no_such_key(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    compared: list[tuple[int, int]] = []

    def watched(one: bytes, other: bytes) -> bool:
        compared.append((len(one), len(other)))
        return same(one, other)

    same = hmac.compare_digest
    login = desk.key(10, 1)
    monkeypatch.setattr(hmac, "compare_digest", watched)
    for key in (login, _turned(login, len(login) - 1), f"dt_{'0' * 12}_{'0' * 64}"):
        desk.ask("GET", "/me", key)
    assert compared == [(32, 32)] * 3


def test_key__refused__is_in_the_log_with_its_reason_and_a_flood_is_not(desk: Desk) -> None:
    login = desk.key(10, 1)
    prefix = login.split("_")[1]
    for _ in range(100):
        desk.ask("GET", "/me", f"dt_{prefix}_{'0' * 64}")
    rows = [entry for entry in desk.log() if entry.outcome == "key-refused"]
    assert [(row.action, row.subject, row.participant, row.key) for row in rows] == [
        ("use key", "key 1: wrong secret", None, None)
    ] * 7
    assert len({flaw.value for flaw in keys.Flaw}) == 6


# ---------------------------------------------------------------- other people's


def test_admin__of_another_participant__finds_nobody_of_ours(desk: Desk) -> None:
    desk.officer(10, 1, *EVERYTHING)
    theirs = desk.key(11, 1, *EVERYTHING)
    for method, path, body in (
        ("PATCH", "/officers/{}", {"duties": ["admin"]}),
        ("PATCH", "/officers/{}", {"state": "suspended"}),
        ("POST", "/officers/{}/password", None),
    ):
        there, absent = (desk.ask(method, path.format(id), theirs, json=body) for id in ("10-1", "10-7"))
        assert (there.status_code, absent.status_code) == (404, 404)
        assert there.text.replace("10-1", "10-7") == absent.text
        assert desk.last()[2] == "unknown-officer"
    assert [row["id"] for row in desk.ask("GET", "/officers", theirs).json()["rows"]] == ["11-1"]
    assert desk.login("officer.10.1").json()["scopes"] == ["admin", "checker", "maker", "viewer"]


@pytest.mark.parametrize("colleague", [(11, 1), (10, 2)])
def test_key__of_somebody_else__looks_like_one_that_is_not_there(desk: Desk, colleague: tuple[int, int]) -> None:
    number, key = desk.made(desk.key(10, 1, *EVERYTHING), Duty.MAKER)
    theirs = desk.key(*colleague, *EVERYTHING)
    for method, path in (("DELETE", "/keys/{}"), ("POST", "/keys/{}/rotate")):
        there, absent = (desk.ask(method, path.format(id), theirs) for id in (number, 99))
        assert (there.status_code, absent.status_code) == (404, 404)
        assert there.text.replace(str(number), "99") == absent.text
    assert desk.ask("GET", "/me", key).status_code == 200
    assert number not in [row["id"] for row in desk.ask("GET", "/keys", theirs).json()["rows"]]


# ---------------------------------------------------------------- guessing


def test_login__refused__says_the_same_whatever_is_the_matter(desk: Desk) -> None:
    desk.officer(10, 1)
    suspended, late = desk.officer(10, 2), desk.officer(10, 3, once_until=desk.clock.now())
    with connect(desk.book) as db:
        db.execute("UPDATE officer SET state = 'suspended' WHERE number = 2")
    said = {
        matter: desk.login(name, password)
        for matter, (name, password) in {
            "wrong password": ("officer.10.1", "wrong"),
            "no such name": ("nobody.there", PASSWORD),
            "no such form": ("' OR '1'='1", PASSWORD),
            "nul": ("a\0b", PASSWORD),
            "half of a pair": ("officer.10.1", "\ud800".encode("utf-8", "surrogatepass").decode("latin-1")),
            "upper case": ("OFFICER.10.1", PASSWORD),
            "suspended": (suspended, PASSWORD),
            "one-time password too late": (late, PASSWORD),
        }.items()
    }
    assert {answer.status_code for answer in said.values()} == {401}
    assert len({answer.text for answer in said.values()}) == 1
    assert len([entry for entry in desk.log() if entry.outcome == "login-refused"]) == len(said)


def test_login__a_name_that_nobody_has__is_hashed_for_all_the_same(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    hashed: list[bool] = []
    matches = passwords.matches

    def watched(kept: str | None, password: str) -> bool:
        hashed.append(kept is None)
        return matches(kept, password)

    monkeypatch.setattr(passwords, "matches", watched)
    for name in (desk.officer(10, 1), "nobody.there", "' OR '1'='1"):
        desk.login(name, "wrong")
    assert hashed == [False, True, True]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{",
        b'{"name": "officer.10.1"}',
        b'{"name": "officer.10.1", "password": "\\ud800"}',
        b'{"name": {"$ne": 1}, "password": {"$ne": 1}}',
        b'{"name": "officer.10.1", "password": "x", "participant": 1}',
        b'{"name": "officer.10.1", "password": "' + b"x" * 10_000 + b'"}',
    ],
)
def test_login__malformed__is_refused_and_repeats_nothing_of_it(desk: Desk, body: bytes) -> None:
    desk.officer(10, 1)
    answer = desk.client.post("/login", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code in (401, 422)
    assert "xxx" not in answer.text


# ---------------------------------------------------------------- the log


ASKED_OF_LEDGER = {
    *("sign", "propose", "submit", "decline proposal", "withdraw", "ask for financing", "quote", "open quotes"),
    "end proposal",
}
"""What tests/flows/test_writes.py, test_financing.py and tests/unit/proposals see written down."""


def test_log__of_a_busy_hour__has_a_row_for_every_decision(desk: Desk) -> None:
    admin = desk.key(10, 1, *EVERYTHING)
    number, key = desk.made(admin, Duty.MAKER)
    desk.ask("POST", "/keys", key, json={"scopes": ["maker"], "days": 1})
    desk.ask("POST", f"/keys/{number}/rotate", admin)
    desk.ask("DELETE", f"/keys/{number}", admin)
    desk.ask("GET", "/officers", key)
    desk.ask("GET", "/officers", admin)
    body = {"number": 2, "name": "li.ming", "duties": ["checker"]}
    password = desk.ask("POST", "/officers", admin, json=body).json()["password"]
    desk.ask("PATCH", "/officers/10-2", admin, json={"duties": ["maker"]})
    desk.ask("POST", "/officers/10-2/password", admin)
    desk.login("li.ming", password)
    desk.ask("POST", "/password", admin, json={"password": PASSWORD, "new": "another-harbour-eleven"})
    told = [(entry.action, entry.outcome) for entry in desk.log()]
    assert told == [
        ("login", "granted"),
        ("use key", "granted"),
        ("make key", "granted"),
        ("use key", "granted"),
        ("make key", "login-needed"),
        ("rotate key", "granted"),
        ("revoke key", "granted"),
        ("use key", "key-refused"),
        ("read officers", "granted"),
        ("add officer", "granted"),
        ("change officer", "granted"),
        ("reset password", "granted"),
        ("login", "login-refused"),
        ("change password", "granted"),
    ]
    assert {action for action, _ in told} | {"exercise duty"} == {action.value for action in Action} - ASKED_OF_LEDGER
    codes = set(registry(AccessError))
    assert {outcome for _, outcome in told} <= codes | {"granted"}


# ---------------------------------------------------------------- what leaks


def test_canaries__of_passwords_and_secrets__are_in_no_file_table_or_log(
    desk: Desk, tmp_path: Path, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    new = "canary-harbour-eleven-forks"
    login = desk.key(10, 1, *EVERYTHING)
    number, made = desk.made(login, Duty.VIEWER)
    rotated = desk.ask("POST", f"/keys/{number}/rotate", made).json()["key"]
    body = {"number": 2, "name": "li.ming", "duties": ["checker"]}
    once = desk.ask("POST", "/officers", login, json=body).json()["password"]
    reset = desk.ask("POST", "/officers/10-2/password", login).json()["password"]
    desk.login("li.ming", "canary-that-is-wrong")
    desk.login("canary-typed-as-name", "wrong")
    desk.login("li.ming", reset)
    desk.ask("POST", "/password", login, json={"password": PASSWORD, "new": new})
    desk.ask("GET", "/me", "dt_canary")
    secrets = [key.split("_")[2] for key in (login, made, rotated)]
    canaries = [PASSWORD, new, once, reset, "canary-that-is-wrong", "canary-typed-as-name", "dt_canary", *secrets]
    written = b"".join(file.read_bytes() for file in tmp_path.rglob("*") if file.is_file())
    assert b"argon2id" in written  # the files were there to be searched
    printed = capfd.readouterr()
    said = (caplog.text + printed.out + printed.err).encode()
    for canary in canaries:
        raw = bytes.fromhex(canary) if re.fullmatch("[0-9a-f]{64}", canary) else canary.encode()
        for place in (written, said):
            assert canary.encode() not in place
            assert raw not in place
    for entry in desk.log():
        assert "li.ming" not in entry.subject
        assert "officer.10.1" not in entry.subject


def test_answers__but_for_the_one_that_tells_it__have_no_secret(desk: Desk) -> None:
    login = desk.key(10, 1, *EVERYTHING)
    secret, prefix = login.split("_")[2], login.split("_")[1]
    for path in ("/me", "/keys", "/officers"):
        answer = desk.ask("GET", path, login)
        assert secret not in answer.text
        assert "argon2" not in answer.text
        assert keys.digest(secret).hex() not in answer.text
        assert answer.headers["Cache-Control"] == "no-store"
    assert prefix in desk.ask("GET", "/keys", login).text


def test_reprs__of_what_holds_a_secret__do_not_show_it(desk: Desk) -> None:
    with connect(desk.book) as db:
        desk.officer(10, 1)
        owner = ParticipantId(10), OfficerId(1)
        issued = keys.issue(db, owner, KeyKind.MADE, frozenset(), desk.clock.now(), 60)
    assert issued.text.split("_")[2] not in repr(issued)
