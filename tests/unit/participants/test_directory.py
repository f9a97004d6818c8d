# SPDX-License-Identifier: Apache-2.0
"""The directory: names and numbers however they are spelt, and a commitment that tells nothing without its salt."""

import pytest

from api.participants import directory
from api.participants.directory import Company
from chain.domain.vocabulary import ParticipantId
from chain.store.db import Db
from chain.store.errors import AlreadyThere

SALT = bytes(range(32))
SEATS = Company(ParticipantId(21), "恒座椅业（上海）有限公司", "91990000MA0HT0021J")
ACME = Company(ParticipantId(22), "ACME Seats Ltd", "DE123456789")


@pytest.fixture
def entered(db: Db) -> Db:
    with db.transaction():
        for one in (SEATS, ACME):
            directory.enter(db, one, SALT, 5)
    return db


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("91990000MA0HT0021J", "91990000MA0HT0021J"),
        (" cn 91990000ma0ht0021j ", "91990000MA0HT0021J"),
        ("９１９９００００ＭＡ０ＨＴ００２１Ｊ", "91990000MA0HT0021J"),
        ("de 123 456 789", "DE123456789"),
        ("GR-099999999", "EL099999999"),
        ("12345", "12345"),
    ],
)
def test_plain_number__however_it_is_written__is_one(text: str, number: str) -> None:
    assert directory.plain_number(text) == number
    assert directory.plain_number(number) == number


@pytest.mark.parametrize(
    ("one", "found"),
    [
        (Company(ParticipantId(30), "恒座椅业(上海)有限公司", "1"), [SEATS]),
        (Company(ParticipantId(30), "acme  SEATS ltd", "1"), [ACME]),
        (Company(ParticipantId(30), "Another", ACME.number), [ACME]),
        (Company(SEATS.participant, "Another", "1"), [SEATS]),
        (Company(ParticipantId(30), SEATS.name, ACME.number), [SEATS, ACME]),
        (Company(ParticipantId(30), "恒座椅业", "1"), []),
    ],
)
def test_alike__by_id_name_or_number__are_found(entered: Db, one: Company, found: list[Company]) -> None:
    assert directory.alike(entered, one) == [(other, SALT) for other in found]


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("座椅", [21]),
        ("seats", [22]),
        ("ＳＥＡＴＳ", [22]),
        ("cn91990000ma0ht0021j", [21]),
        ("9199x", []),
        ("21", [21]),
        ("7", [7]),
        ("s%", []),
        ("99999999999999999999", []),
    ],
)
def test_found__by_a_part_of_a_name_a_number_or_an_id__by_id(entered: Db, text: str, ids: list[int]) -> None:
    assert directory.found(entered, text, 0, 10) == ids


def test_found__behind_an_id_and_no_more_than_asked_for__goes_on(entered: Db) -> None:
    with entered.transaction():
        for number in range(40, 50):
            directory.enter(entered, Company(ParticipantId(number), f"Seats {number}", str(number)), SALT, 5)
    assert directory.found(entered, "seats", 0, 3) == [22, 40, 41]
    assert directory.found(entered, "seats", 41, 100) == list(range(42, 50))
    assert directory.found(entered, "22", 22, 10) == [], "it is behind"


def test_strike__under_another_salt__leaves_what_is_there(entered: Db) -> None:
    directory.strike(entered, SEATS.participant, bytes(32))
    assert directory.company(entered, SEATS.participant) == SEATS
    directory.strike(entered, SEATS.participant, SALT)
    assert directory.company(entered, SEATS.participant) is None


def test_enter__a_number_twice__is_refused_by_the_book(entered: Db) -> None:
    with pytest.raises(AlreadyThere):
        directory.enter(entered, Company(ParticipantId(30), "Another", SEATS.number), SALT, 5)


def test_refused__by_the_last_submission_about_it__only(entered: Db) -> None:
    insert = (
        "INSERT INTO submission (key, request_hash, operation, subject, calldata, gas, state, queued_at, block, error)"
        " VALUES (?, ?, 'RegisterParticipant', 0, ?, 1, ?, 1, ?, ?) RETURNING id"
    )
    assert not directory.refused(entered, SEATS.participant), "nothing was asked about it"
    for state, block, error, wanted in (("queued", None, None, False), ("refused", 1, '{"answered": ""}', True)):
        made = entered.one(insert, (state, bytes(32), b"x", state, block, error))
        assert made is not None
        entered.execute("DELETE FROM hold")
        entered.execute("INSERT INTO hold VALUES ('participant 21', ?)", (made[0],))
        assert directory.refused(entered, SEATS.participant) is wanted
        assert not directory.refused(entered, ACME.participant)


def test_identity__of_each_company_and_salt__is_another() -> None:
    told = {
        directory.identity(name, number, salt)
        for name in ("a", "b")
        for number in ("1", "2")
        for salt in (SALT, bytes(32))
    }
    assert len(told) == 8
    assert all(len(one) == 32 for one in told)
