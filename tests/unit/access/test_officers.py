# SPDX-License-Identifier: Apache-2.0
"""Officers: an admin lets in, changes, suspends and helps those of its own participant, and nobody else's."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from api.access import passwords
from api.access.viewer import Duty
from tests.unit.access.desk import PASSWORD, Desk

NEW = "another-harbour-eleven-forks"


def test_add__by_an_admin__lets_in_with_a_password_that_must_be_changed_first(desk: Desk) -> None:
    admin = desk.key(10, 1, Duty.ADMIN)
    answer = desk.ask("POST", "/officers", admin, json={"number": 2, "name": "li.ming", "duties": ["checker"]})
    told = answer.json()
    assert (answer.status_code, told["id"], told["state"]) == (201, "10-2", "active")
    assert (told["once_until"], answer.headers["Cache-Control"]) == ("2026-11-25T11:06:40Z", "no-store")
    login = desk.login("li.ming", told["password"]).json()
    assert login["must_change"]
    for method, path in (("GET", "/keys"), ("POST", "/keys"), ("GET", "/make"), ("GET", "/officers")):
        body = {"json": {"scopes": ["viewer"], "days": 1}} if method == "POST" else {}
        answer = desk.ask(method, path, login["key"], **body)
        assert (answer.status_code, answer.json()["code"]) == (403, "password-must-change")
    body = {"json": {"password": told["password"], "new": NEW}}
    assert desk.ask("POST", "/password", login["key"], **body).status_code == 204
    assert desk.ask("GET", "/keys", login["key"]).status_code == 200
    assert not desk.login("li.ming", NEW).json()["must_change"]
    assert desk.login("li.ming", told["password"]).status_code == 401


def test_one_time_password__after_seven_days__is_no_good(lite: Desk) -> None:
    admin = lite.key(10, 1, Duty.ADMIN)
    body = {"number": 2, "name": "li.ming", "duties": ["checker"]}
    password = lite.ask("POST", "/officers", admin, json=body).json()["password"]
    lite.clock.advance(passwords.ONCE - 1)
    assert lite.login("li.ming", password).status_code == 200
    lite.clock.advance(1)
    assert lite.login("li.ming", password).status_code == 401


@pytest.mark.parametrize("duty", [Duty.MAKER, Duty.CHECKER, Duty.VIEWER])
def test_officers__for_who_is_no_admin__are_403(lite: Desk, duty: Duty) -> None:
    key = lite.key(10, 1, duty)
    asks = [
        lite.ask("GET", "/officers", key),
        lite.ask("POST", "/officers", key, json={"number": 2, "name": "li.ming", "duties": ["admin"]}),
        lite.ask("PATCH", "/officers/10-1", key, json={"duties": ["admin"]}),
        lite.ask("POST", "/officers/10-1/password", key),
    ]
    assert [(answer.status_code, answer.json()["code"]) for answer in asks] == [(403, "duty-missing")] * 4


def test_officers__by_a_narrow_key_of_an_admin__are_403(lite: Desk) -> None:
    _, key = lite.made(lite.key(10, 1, Duty.ADMIN), Duty.VIEWER)
    assert lite.ask("GET", "/officers", key).status_code == 403


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"number": 1, "name": "li.ming", "duties": ["maker"]}, 409, "officer-there"),
        ({"number": 2, "name": "officer.10.1", "duties": ["maker"]}, 409, "name-taken"),
        ({"number": 2, "name": "officer.11.1", "duties": ["maker"]}, 409, "name-taken"),
        ({"number": 2, "name": "Li Ming", "duties": ["maker"]}, 422, "malformed-request"),
        ({"number": 2, "name": "li", "duties": ["maker"]}, 422, "malformed-request"),
        ({"number": 0, "name": "li.ming", "duties": ["maker"]}, 422, "malformed-request"),
        ({"number": 65_536, "name": "li.ming", "duties": ["maker"]}, 422, "malformed-request"),
        ({"number": 2, "name": "li.ming", "duties": []}, 422, "malformed-request"),
        ({"number": 2, "name": "li.ming", "duties": ["maker"], "participant": 11}, 422, "malformed-request"),
    ],
)
def test_add__what_cannot_be__is_refused_and_nobody_is_let_in(
    desk: Desk, body: dict[str, object], status: int, code: str
) -> None:
    desk.officer(11, 1)
    admin = desk.key(10, 1, Duty.ADMIN)
    answer = desk.ask("POST", "/officers", admin, json=body)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert [row["id"] for row in desk.ask("GET", "/officers", admin).json()["rows"]] == ["10-1"]


def test_change__of_duties__counts_from_the_next_request_on(desk: Desk) -> None:
    admin, other = desk.key(10, 1, Duty.ADMIN), desk.key(10, 2, Duty.MAKER)
    assert desk.ask("GET", "/make", other).status_code == 200
    assert desk.ask("PATCH", "/officers/10-2", admin, json={"duties": ["checker"]}).json()["duties"] == ["checker"]
    assert desk.ask("GET", "/make", other).status_code == 403
    assert desk.ask("GET", "/me", other).json()["duties"] == ["viewer"]  # a key never grows with its officer


def test_change__suspended__ends_keys_and_login_until_let_in_again(desk: Desk) -> None:
    admin, other = desk.key(10, 1, Duty.ADMIN), desk.key(10, 2)
    assert desk.ask("PATCH", "/officers/10-2", admin, json={"state": "suspended"}).json()["state"] == "suspended"
    assert desk.ask("GET", "/me", other).status_code == 401
    assert desk.login("officer.10.2").status_code == 401
    assert desk.ask("PATCH", "/officers/10-2", admin, json={"state": "active"}).status_code == 200
    assert desk.ask("GET", "/me", other).status_code == 200


@pytest.mark.parametrize("change", [{"duties": ["maker"]}, {"state": "suspended"}])
def test_change__of_the_last_admin__is_409(lite: Desk, change: dict[str, object]) -> None:
    admin = lite.key(10, 1, Duty.ADMIN)
    lite.officer(10, 2, Duty.MAKER)
    lite.officer(11, 1, Duty.ADMIN)
    answer = lite.ask("PATCH", "/officers/10-1", admin, json=change)
    assert (answer.status_code, answer.json()["code"]) == (409, "last-admin")
    assert lite.ask("GET", "/officers", admin).status_code == 200
    assert lite.last()[2] == "granted"


def test_change__two_admins_who_demote_one_another_at_once__leaves_one(desk: Desk) -> None:
    admins = {"10-2": desk.key(10, 1, Duty.ADMIN), "10-1": desk.key(10, 2, Duty.ADMIN)}
    for _ in range(5):
        with ThreadPoolExecutor(2) as pool:
            said = list(
                pool.map(
                    lambda pair: desk.ask("PATCH", f"/officers/{pair[0]}", pair[1], json={"duties": ["maker"]}),
                    admins.items(),
                )
            )
        statuses = sorted(answer.status_code for answer in said)
        assert statuses in ([200, 403], [200, 409])
        left = [key for key in admins.values() if desk.ask("GET", "/officers", key).status_code == 200]
        assert len(left) == 1
        for wanted in admins:
            desk.ask("PATCH", f"/officers/{wanted}", left[0], json={"duties": ["admin"]})


def test_reset__forgotten_password__gives_a_one_time_password_and_ends_every_key(desk: Desk) -> None:
    admin, other = desk.key(10, 1, Duty.ADMIN), desk.key(10, 2, Duty.MAKER)
    _, made = desk.made(other, Duty.MAKER)
    told = desk.ask("POST", "/officers/10-2/password", admin).json()
    assert [desk.ask("GET", "/me", key).status_code for key in (other, made)] == [401, 401]
    assert desk.login("officer.10.2").status_code == 401
    assert desk.login("officer.10.2", told["password"]).json()["must_change"]


def test_password__changed__ends_other_logins_and_leaves_keys_for_programs(desk: Desk) -> None:
    first = desk.key(10, 1)
    second = desk.login("officer.10.1").json()["key"]
    _, made = desk.made(first, Duty.VIEWER)
    assert desk.ask("POST", "/password", first, json={"password": PASSWORD, "new": NEW}).status_code == 204
    assert [desk.ask("GET", "/me", key).status_code for key in (first, second, made)] == [200, 401, 200]
    assert desk.login("officer.10.1").status_code == 401
    assert desk.login("officer.10.1", NEW).status_code == 200


@pytest.mark.parametrize(
    ("present", "new", "code"),
    [("wrong", NEW, "login-refused"), (PASSWORD, "short", "weak-password"), (PASSWORD, "", "malformed-request")],
)
def test_password__refused__stays_what_it_was(lite: Desk, present: str, new: str, code: str) -> None:
    key = lite.key(10, 1)
    answer = lite.ask("POST", "/password", key, json={"password": present, "new": new})
    assert answer.json()["code"] == code
    assert lite.login("officer.10.1").status_code == 200


def test_list__in_pages__tells_every_officer_of_ones_own_once(lite: Desk) -> None:
    admin = lite.key(10, 1, Duty.ADMIN)
    lite.officer(11, 5)
    for number in range(2, 8):
        lite.officer(10, number)
    found: list[str] = []
    after: str | None = "0"
    while after is not None:
        page = lite.ask("GET", "/officers", admin, params={"limit": 3, "after": after}).json()
        found += [row["id"] for row in page["rows"]]
        after = page["next"]
    assert found == [f"10-{number}" for number in range(1, 8)]
