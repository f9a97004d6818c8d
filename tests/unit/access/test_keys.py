# SPDX-License-Identifier: Apache-2.0
"""Keys to the API: made by whoever logged in, good until they end, and no good from the moment they are revoked."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from api.access import keys
from api.access.viewer import Duty
from chain.domain.clock import DAY
from chain.domain.vocabulary import HOUR
from chain.store.db import connect
from tests.unit.access.desk import PASSWORD, Desk


def test_login__right_password__gives_a_key_for_twelve_hours_with_all_duties(desk: Desk) -> None:
    answer = desk.login(desk.officer(10, 1, Duty.MAKER, Duty.ADMIN))
    told = answer.json()
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    assert told["scopes"] == ["admin", "maker", "viewer"]
    assert (told["created_at"], told["expires_at"]) == ("2026-11-18T11:06:40Z", "2026-11-18T23:06:40Z")
    assert desk.ask("GET", "/me", told["key"]).json() == {
        "participant": 10,
        "officer": "10-1",
        "name": "officer.10.1",
        "duties": ["admin", "maker", "viewer"],
        "key": told["id"],
        "must_change": False,
    }
    desk.clock.advance(keys.LOGIN_LIFE - 1)
    assert desk.ask("GET", "/me", told["key"]).status_code == 200
    desk.clock.advance(1)
    assert desk.ask("GET", "/me", told["key"]).status_code == 401


def test_make__with_scopes_and_days__is_told_once_and_listed_without_its_secret(desk: Desk) -> None:
    login = desk.key(10, 1, Duty.MAKER)
    number, key = desk.made(login, Duty.VIEWER, days=3)
    listed = desk.ask("GET", "/keys", login)
    assert [row["id"] for row in listed.json()["rows"]] == [1, number]
    assert listed.json()["rows"][1]["scopes"] == ["viewer"]
    assert key.split("_")[2] not in listed.text
    assert desk.ask("GET", "/me", key).json()["duties"] == ["viewer"]
    desk.clock.advance(3 * DAY)
    assert desk.ask("GET", "/me", key).status_code == 401


def test_make__for_a_duty_that_its_maker_has_not__is_403(desk: Desk) -> None:
    login = desk.key(10, 1, Duty.MAKER)
    answer = desk.ask("POST", "/keys", login, json={"scopes": ["maker", "admin"], "days": 1})
    assert (answer.status_code, answer.json()["code"]) == (403, "scopes-too-wide")
    assert desk.last() == ("make key", "scopes admin maker", "scopes-too-wide")


def test_make__by_a_key_for_a_program__is_403(desk: Desk) -> None:
    _, key = desk.made(desk.key(10, 1, Duty.MAKER), Duty.MAKER)
    answer = desk.ask("POST", "/keys", key, json={"scopes": ["maker"], "days": 366})
    assert (answer.status_code, answer.json()["code"]) == (403, "login-needed")


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"scopes": [], "days": 1},
        {"scopes": ["owner"], "days": 1},
        {"scopes": ["viewer"], "days": 0},
        {"scopes": ["viewer"], "days": 367},
        {"scopes": ["viewer"], "days": 1, "officer": 2},
    ],
)
def test_make__malformed__is_422_and_makes_nothing(lite: Desk, body: dict[str, object]) -> None:
    login = lite.key(10, 1)
    assert lite.ask("POST", "/keys", login, json=body).status_code == 422
    assert len(lite.ask("GET", "/keys", login).json()["rows"]) == 1


def test_make__too_many__is_409_until_one_is_revoked(lite: Desk) -> None:
    login = lite.key(10, 1)
    ids = [lite.made(login, Duty.VIEWER)[0] for _ in range(keys.MOST)]
    body = {"scopes": ["viewer"], "days": 1}
    assert lite.ask("POST", "/keys", login, json=body).json()["code"] == "too-many-keys"
    assert lite.ask("DELETE", f"/keys/{ids[0]}", login).status_code == 204
    assert lite.ask("POST", "/keys", login, json=body).status_code == 201


def test_list__in_pages__tells_every_key_once(lite: Desk) -> None:
    login = lite.key(10, 1)
    for _ in range(6):
        lite.made(login, Duty.VIEWER)
    found: list[int] = []
    after: str | None = "0"
    while after is not None:
        page = lite.ask("GET", "/keys", login, params={"limit": 3, "after": after}).json()
        found += [row["id"] for row in page["rows"]]
        after = page["next"]
    assert found == [1, 2, 3, 4, 5, 6, 7]


def test_rotate__a_key__has_a_successor_at_once_and_an_hour_of_grace(desk: Desk) -> None:
    login = desk.key(10, 1, Duty.MAKER)
    number, old = desk.made(login, Duty.MAKER, days=10)
    answer = desk.ask("POST", f"/keys/{number}/rotate", old)
    new = answer.json()
    assert answer.status_code == 201
    assert (new["scopes"], new["expires_at"]) == (["maker"], "2026-11-28T11:06:40Z")
    desk.clock.advance(keys.GRACE - 1)
    assert [desk.ask("GET", "/me", key).status_code for key in (old, new["key"])] == [200, 200]
    desk.clock.advance(1)
    assert [desk.ask("GET", "/me", key).status_code for key in (old, new["key"])] == [401, 200]


def test_rotate__a_key_that_ends_sooner_than_the_grace__is_not_made_longer(lite: Desk) -> None:
    login = lite.key(10, 1)
    number, old = lite.made(login, Duty.VIEWER, days=1)
    lite.clock.advance(DAY - 60)
    login = lite.login("officer.10.1").json()["key"]
    assert lite.ask("POST", f"/keys/{number}/rotate", login).status_code == 201
    lite.clock.advance(60)
    assert lite.ask("GET", "/me", old).status_code == 401


def test_rotate__twice__is_409_so_that_a_thief_gets_no_key_of_its_own(desk: Desk) -> None:
    number, old = desk.made(desk.key(10, 1), Duty.VIEWER)
    assert desk.ask("POST", f"/keys/{number}/rotate", old).status_code == 201
    assert desk.ask("POST", f"/keys/{number}/rotate", old).json()["code"] == "key-rotated"


def test_rotate__by_eight_at_once__has_one_successor(desk: Desk) -> None:
    number, old = desk.made(desk.key(10, 1), Duty.VIEWER)
    with ThreadPoolExecutor(8) as pool:
        said = list(pool.map(lambda _: desk.ask("POST", f"/keys/{number}/rotate", old).status_code, range(8)))
    assert sorted(said) == [201] + [409] * 7


def test_rotate__the_key_of_a_login__does_not_make_the_login_longer(lite: Desk) -> None:
    login = lite.key(10, 1)
    lite.clock.advance(keys.LOGIN_LIFE - 60)
    new = lite.ask("POST", "/keys/1/rotate", login).json()["key"]
    lite.clock.advance(60)
    assert [lite.ask("GET", "/me", key).status_code for key in (login, new)] == [401, 401]


def test_rotate_and_revoke__another_key_than_the_one_that_asks__takes_a_login(lite: Desk) -> None:
    login = lite.key(10, 1)
    (_, first), (second, _) = lite.made(login, Duty.VIEWER), lite.made(login, Duty.VIEWER)
    assert lite.ask("POST", f"/keys/{second}/rotate", first).json()["code"] == "login-needed"
    assert lite.ask("DELETE", f"/keys/{second}", first).json()["code"] == "login-needed"


def test_revoke__a_key__ends_it_at_once_and_for_good(desk: Desk) -> None:
    login = desk.key(10, 1)
    number, key = desk.made(login, Duty.VIEWER)
    assert desk.ask("DELETE", f"/keys/{number}", login).status_code == 204
    assert desk.ask("GET", "/me", key).status_code == 401
    assert desk.ask("DELETE", f"/keys/{number}", login).status_code == 404
    assert desk.ask("POST", f"/keys/{number}/rotate", login).status_code == 404
    assert desk.ask("GET", "/keys", login).json()["rows"][1]["revoked_at"] == "2026-11-18T11:06:40Z"


def test_revoke__the_key_that_asks__is_its_last_act(lite: Desk) -> None:
    number, key = lite.made(lite.key(10, 1), Duty.VIEWER)
    assert lite.ask("DELETE", f"/keys/{number}", key).status_code == 204
    assert lite.ask("DELETE", f"/keys/{number}", key).status_code == 401


def test_use__within_an_hour__is_written_once(desk: Desk) -> None:
    key = desk.key(10, 1)
    for _ in range(5):
        desk.ask("GET", "/me", key)
    assert [entry.action for entry in desk.log()] == ["login", "use key"]
    assert desk.ask("GET", "/keys", key).json()["rows"][0]["last_used_at"] == "2026-11-18T11:00:00Z"
    desk.clock.advance(HOUR)
    desk.ask("GET", "/me", key)
    assert [entry.action for entry in desk.log()] == ["login", "use key", "use key"]


def test_duty__that_officer_or_key_lacks__is_403_and_in_the_log(desk: Desk) -> None:
    login = desk.key(10, 1, Duty.MAKER)
    _, narrow = desk.made(login, Duty.VIEWER)
    checker = desk.key(10, 2, Duty.CHECKER)
    assert desk.ask("GET", "/make", login).json() == 10
    for key in (narrow, checker):
        answer = desk.ask("GET", "/make", key)
        assert (answer.status_code, answer.json()["code"], answer.json()["arguments"]) == (
            403,
            "duty-missing",
            {"duty": "maker"},
        )
        assert desk.last() == ("exercise duty", "GET /make", "duty-missing")


def test_login__old_keys_of_logins__are_removed_a_month_after_they_ended(lite: Desk) -> None:
    name = lite.officer(10, 1)
    lite.login(name)
    lite.clock.advance(keys.LOGIN_LIFE + 31 * DAY)
    key = lite.login(name).json()["key"]
    assert [row["id"] for row in lite.ask("GET", "/keys", key).json()["rows"]] == [2]


def test_login__hashed_with_weaker_parameters__is_hashed_anew(lite: Desk) -> None:
    from argon2 import PasswordHasher

    name = lite.officer(10, 1)
    with connect(lite.book) as db:
        db.execute("UPDATE officer SET password = ?", (PasswordHasher(1, 8, 1).hash(PASSWORD),))
        assert lite.login(name).status_code == 200
        row = db.one("SELECT password FROM officer")
    assert row is not None
    assert row[0].startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert lite.login(name).status_code == 200
