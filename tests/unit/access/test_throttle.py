# SPDX-License-Identifier: Apache-2.0
"""Tries to log in: some are free, then each costs a pause that doubles; neither haste nor a restart gets round it."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from api.access import throttle
from api.access.errors import LoginThrottled
from api.access.throttle import LIMITS, Limit
from chain.domain.clock import instant
from chain.store.db import Db, connect
from chain.store.words import TryKind
from tests.unit.access.desk import NOW, PASSWORD, Desk

FREE = LIMITS[TryKind.NAME].free


def seconds(db: Db, now: int, name: str = "chen.jing", address: str = "192.0.2.1") -> int:
    """How long a try is to wait; 0: it is heard, and counted."""
    try:
        throttle.reserve(db, instant(now), name, address)
    except LoginThrottled as refused:
        wait = refused.arguments["seconds"]
        assert isinstance(wait, int)
        return wait
    return 0


def test_pause__failures_in_a_row__doubles_up_to_the_longest() -> None:
    limit = Limit(free=3, longest=60)
    assert [limit.pause(failures) for failures in range(1, 13)] == [0, 0, 1, 2, 4, 8, 16, 32, 60, 60, 60, 60]
    assert limit.pause(10**6) == 60


def test_reserve__more_tries_than_are_free__must_wait_ever_longer(book: str) -> None:
    with connect(book) as db:
        now, waits = NOW + 0, []
        for _ in range(FREE + 4):
            wait = seconds(db, now)
            if wait:
                waits.append(wait)
                assert seconds(db, now + wait - 1) == 1  # what was not heard did not make it longer
                now += wait
                assert seconds(db, now) == 0
        assert waits == [1, 2, 4, 8]


def test_reserve__after_a_day_of_peace__has_forgotten(book: str) -> None:
    with connect(book) as db:
        for _ in range(FREE):
            assert seconds(db, NOW) == 0
        assert seconds(db, NOW) > 0
        for _ in range(FREE):
            assert seconds(db, NOW + throttle.FORGOTTEN + 1) == 0


def test_reserve__many_at_once__hears_only_the_free_ones(book: str) -> None:
    def tries(worker: int) -> int:
        with connect(book, patience=30) as db:
            return sum(seconds(db, NOW, address=f"192.0.2.{worker}") == 0 for _ in range(8))

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(tries, range(8))) == FREE


def test_reserve__many_names_from_one_address__are_stopped_too(book: str) -> None:
    with connect(book) as db:
        heard = [seconds(db, NOW, name=f"name.{number}") == 0 for number in range(60)]
    assert sum(heard) == LIMITS[TryKind.ADDRESS].free


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff:ffff:ffff:ffff"),
        ("::ffff:192.0.2.9", "192.0.2.9"),
        ("fe80::1%eth0", "fe80::1"),
    ],
)
def test_reserve__addresses_of_one_host__count_as_one(lite: Desk, first: str, second: str) -> None:
    with connect(lite.book) as db:
        for number in range(LIMITS[TryKind.ADDRESS].free):
            assert seconds(db, NOW, f"a.{number}", first) == 0
        assert seconds(db, NOW, "another", second) > 0
        assert seconds(db, NOW, "another", "2001:db8:1:3::1") == 0


def test_forgive__a_right_password__forgets_the_name_but_not_what_else_came_from_there(book: str) -> None:
    with connect(book) as db:
        heard = 0
        for number in range(100):
            now = instant(NOW)
            if seconds(db, now, "own.name") == 0:
                throttle.forgive(db, "own.name", "192.0.2.1")
            heard += seconds(db, now, f"victim.{number}") == 0
        assert heard == LIMITS[TryKind.ADDRESS].free


def test_rows__of_many_names__are_removed_when_forgotten(lite: Desk) -> None:
    with connect(lite.book) as db:
        for number in range(40):
            seconds(db, NOW, f"name.{number}", f"192.0.2.{number}")
        seconds(db, NOW + throttle.FORGOTTEN + 1)
        assert db.one("SELECT COUNT(*) FROM login_try") == (2,)


# ---------------------------------------------------------------- over HTTP


def test_login__wrong_too_often__is_429_and_says_when_even_to_the_right_password(desk: Desk) -> None:
    name = desk.officer(10, 1)
    assert [desk.login(name, "wrong").status_code for _ in range(FREE)] == [401] * FREE
    answer = desk.login(name)
    assert (answer.status_code, answer.json()["code"]) == (429, "login-throttled")
    wait = int(answer.headers["Retry-After"])
    assert desk.last() == ("login", "", "login-throttled")
    desk.clock.advance(wait)
    assert desk.login(name).status_code == 200
    assert desk.login(name, "wrong").status_code == 401  # and the count begins anew


def test_login__a_name_that_nobody_has__is_throttled_alike(lite: Desk) -> None:
    lite.officer(10, 1, name="somebody")

    def said(name: str) -> list[tuple[int, str]]:
        return [(answer.status_code, answer.text) for answer in (lite.login(name, "wrong") for _ in range(FREE + 2))]

    assert said("somebody") == said("nobody.there")


def test_login__after_a_restart__has_forgotten_nothing(desk: Desk) -> None:
    name = desk.officer(10, 1)
    for _ in range(FREE):
        desk.login(name, "wrong")
    again = desk.restart()
    assert again.login(name).status_code == 429
    for db in again.places.opened if desk.book.startswith("postgresql") else []:
        db.close()


def test_login__twenty_wrong_at_once__are_heard_no_more_than_one_after_the_other(desk: Desk) -> None:
    name = desk.officer(10, 1)
    with ThreadPoolExecutor(20) as pool:
        statuses = list(pool.map(lambda _: desk.login(name, "wrong").status_code, range(20)))
    assert statuses.count(401) == FREE
    assert statuses.count(429) == 20 - FREE
    assert desk.login(name).status_code == 429


def test_password__present_one_guessed_with_a_stolen_key__is_throttled(lite: Desk) -> None:
    key = lite.key(10, 1)
    body = {"password": "wrong", "new": "another-harbour-eleven"}
    assert [lite.ask("POST", "/password", key, json=body).status_code for _ in range(FREE)] == [401] * FREE
    body["password"] = PASSWORD
    assert lite.ask("POST", "/password", key, json=body).status_code == 429


def test_clock__of_the_machine_set_back__keeps_nobody_out_for_long(lite: Desk) -> None:
    name = lite.officer(10, 1)
    for _ in range(FREE):
        lite.login(name, "wrong")
    lite.clock.advance(-30)
    assert int(lite.login(name).headers["Retry-After"]) <= 31
