# SPDX-License-Identifier: Apache-2.0
"""Passwords: what is taken, how it is kept, and that hashing takes no more memory than there is."""

import threading

import pytest
from argon2 import PasswordHasher, Type

from api.access import passwords
from api.access.errors import LoginThrottled, PasswordWeak
from tests.unit.access.desk import PASSWORD


@pytest.mark.parametrize(
    "weak",
    [
        "",
        "short-one",
        "eleven-char",
        "aaaaaaaaaaaaaaaaaaaa",
        "abababababababab",
        "x" * 64 + "abcdefgh" * 9,
        "my-Chen.Jing-password",
        "ａｂｃ" * 2,
    ],
)
def test_check__weak_password__is_refused_with_the_rule(weak: str) -> None:
    with pytest.raises(PasswordWeak) as refused:
        passwords.check(weak, "chen.jing")
    assert weak == "" or weak not in str(refused.value)


@pytest.mark.parametrize("good", [PASSWORD, "twelve-chars", "四个毫不相干的词语放在一起", "x" * 120 + "abcdefgh"])
def test_check__good_password__passes(good: str) -> None:
    passwords.check(good, "chen.jing")


def test_hash__of_a_password__is_argon2id_with_the_parameters_of_owasp_and_a_salt_of_its_own() -> None:
    first, second = passwords.hashed(PASSWORD), passwords.hashed(PASSWORD)
    assert first.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert first != second
    assert passwords.matches(first, PASSWORD)
    assert passwords.matches(second, PASSWORD)
    assert PASSWORD not in first


@pytest.mark.parametrize("wrong", ["", PASSWORD[:-1], PASSWORD + "x", PASSWORD.upper(), "\ud800", "x" * 100_000])
def test_matches__another_password__is_false(wrong: str) -> None:
    assert not passwords.matches(passwords.hashed(PASSWORD), wrong)


def test_matches__nobody__is_false_whatever_is_typed() -> None:
    assert not passwords.matches(None, PASSWORD)
    assert not passwords.matches(None, "")


def test_matches__another_keyboard__is_the_same_password() -> None:
    assert passwords.matches(passwords.hashed("Caf\u00e9-\uff11\uff12\uff13-harbour"), "Cafe\u0301-123-harbour")


def test_outdated__other_parameters__is_told() -> None:
    weaker = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1, type=Type.ID).hash(PASSWORD)
    assert passwords.outdated(weaker)
    assert not passwords.outdated(passwords.hashed(PASSWORD))


def test_one_time__drawn_often__never_repeats_and_would_itself_pass() -> None:
    drawn = {passwords.one_time() for _ in range(500)}
    assert len(drawn) == 500
    for password in list(drawn)[:50]:
        passwords.check(password, "chen.jing")


def test_turn__when_all_are_taken__refuses_after_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "_PATIENCE", 0.05)
    inside, leave = threading.Barrier(5), threading.Event()

    def hold() -> None:
        with passwords.turn():
            inside.wait(5)
            leave.wait(5)

    holders = [threading.Thread(target=hold) for _ in range(4)]
    for holder in holders:
        holder.start()
    inside.wait(5)
    with pytest.raises(LoginThrottled), passwords.turn():
        pytest.fail("a fifth one hashed")
    leave.set()
    for holder in holders:
        holder.join()
    with passwords.turn():
        pass


def test_matches__what_the_book_keeps_is_no_hash__no_password_fits() -> None:
    assert not passwords.matches("no password fits this", "no password fits this")
