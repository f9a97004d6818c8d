# SPDX-License-Identifier: Apache-2.0
"""Companies from the command line: what is asked for them, and the file for an account whose key is elsewhere."""

import json
from pathlib import Path

import pytest

from tests.unit.client.conftest import Run
from tests.unit.client.fake import Fake, Said, accepted, problem, submission

ACCOUNT, CASH, PROOF = f"0x{'a1' * 20}", f"0x{'b2' * 20}", f"0x{'c3' * 65}"
ADMIT = ("participant", "admit", "卓越线束", "--number", "91990000MA0YX00773", "--role", "supplier")
FURTHER = ("participant", "account", 21, "--officer", 2, "--right", "checker", "--account", ACCOUNT)
REPEAT = {"id": 13, "salt": "d4" * 32, "deadline": "2026-12-31T16:00:00Z"}
SIGN = {"primaryType": "RegisterParticipant", "message": {"participant": 13}}
ROW = {"id": 21, "name": "恒座", "number": "91990000MA0HT0021J", "roles": ["supplier"], "status": "active"}


def missing() -> Said:
    told = problem(409, "proof-missing")
    return Said(409, {**dict(told.body), "sign": SIGN, "repeat": REPEAT})  # type: ignore[arg-type]


def test_admit__of_a_company__sends_what_it_is_and_its_first_account(fake: Fake, run: Run) -> None:
    fake.say("POST /participants", accepted(submission(operation="register_participant", subject="13")))
    fake.say("GET /me", {"participant": 1})
    fake.say("GET /participants/1", {"row": {"currency": "CNY"}})
    done = run(*ADMIT, "--role", "core_enterprise", "--account", ACCOUNT, "--cash", CASH, "--limit", "5,000,000.00")
    assert (done.exit_code, done.stdout) == (0, "final: register participant 13 (submission 7, block 12)\n")
    (post,) = fake.posts()
    assert post.json() == {
        "name": "卓越线束",
        "number": "91990000MA0YX00773",
        "roles": ["supplier", "core_enterprise"],
        "limit": 500_000_000,
        "cash": CASH,
        "account": ACCOUNT,
        "officer": 1,
        "rights": ["maker", "checker"],
    }


def test_threshold__as_people_write_it__is_sent_in_minor_units(fake: Fake, run: Run) -> None:
    fake.say("POST /participants/21/threshold", accepted())
    fake.say("GET /me", {"participant": 21})
    fake.say("GET /participants/21", {"row": {"currency": "CNY"}})
    assert run("participant", "threshold", 21, "50,000.01", "--officer", 2).exit_code == 0
    assert run("participant", "threshold", 21, "7", "--fen").exit_code == 0
    assert [one.json() for one in fake.posts()] == [
        {"officer": 2, "threshold": 5_000_001},
        {"officer": 1, "threshold": 7},
    ]


def test_account__whose_key_is_elsewhere__is_entered_by_the_signature_of_the_file(
    fake: Fake, run: Run, tmp_path: Path
) -> None:
    file = tmp_path / "sign.json"
    fake.say(f"POST /participants/{21}/accounts", missing(), accepted())
    first = run(*FURTHER, "--to-sign", file)
    assert first.exit_code == 1
    assert f"--to-sign {file} --proof 0x" in first.stdout
    assert "2027-01-01 00:00" in first.stdout
    assert json.loads(file.read_text("utf-8")) == {"sign": SIGN, "repeat": REPEAT}
    assert file.stat().st_mode & 0o777 == 0o600
    assert run(*FURTHER, "--to-sign", file, "--proof", PROOF).exit_code == 0
    asked, sent = (one.json() for one in fake.posts())
    assert sent == asked | REPEAT | {"proof": PROOF}


def test_file__that_is_there_already__stays_as_it_is(fake: Fake, run: Run, tmp_path: Path) -> None:
    file = tmp_path / "sign.json"
    file.write_text("mine")
    fake.say("POST /participants/21/accounts", missing())
    assert run(*FURTHER, "--to-sign", file).exit_code == 2
    assert file.read_text() == "mine"


@pytest.mark.parametrize("content", [None, "", "[]", '{"repeat": 7}', '{"sign": {}}', "\xff"])
def test_proof__under_a_file_that_is_none__is_misuse_and_nothing_is_sent(
    fake: Fake, run: Run, tmp_path: Path, content: str | None
) -> None:
    file = tmp_path / "sign.json"
    if content is not None:
        file.write_text(content, "latin-1")
    assert run(*FURTHER, "--to-sign", file, "--proof", PROOF).exit_code == 2
    assert fake.posts() == []


def test_file__that_says_more_than_was_drawn__changes_nothing_else_of_what_is_asked(
    fake: Fake, run: Run, tmp_path: Path
) -> None:
    file = tmp_path / "sign.json"
    file.write_text(json.dumps({"repeat": REPEAT | {"rights": ["maker"], "officer": 9}}))
    fake.say("POST /participants/21/accounts", accepted())
    run(*FURTHER, "--to-sign", file, "--proof", PROOF)
    assert (fake.posts()[0].json()["rights"], fake.posts()[0].json()["officer"]) == (["checker"], 2)


def test_account__unknown_to_the_signer_and_no_file_named__is_told_both_ways_on(fake: Fake, run: Run) -> None:
    fake.say("POST /participants/21/accounts", missing())
    done = run(*FURTHER)
    assert done.exit_code == 1
    assert "deeptier signer new" in done.stderr
    assert "--to-sign FILE" in done.stderr


@pytest.mark.parametrize(
    "words",
    [
        (*ADMIT, "--account", "0x12"),
        (*ADMIT, "--account", ACCOUNT, "--cash", "mine"),
        (*ADMIT, "--account", ACCOUNT, "--proof", PROOF),
        (*FURTHER, "--to-sign", "f", "--proof", "0x12"),
    ],
)
def test_words__of_another_form__are_misuse_and_nothing_is_sent(fake: Fake, run: Run, words: tuple[str, ...]) -> None:
    assert run(*words).exit_code == 2
    assert fake.posts() == []


def test_show__of_ones_own__tells_what_was_registered_about_it(fake: Fake, run: Run) -> None:
    event = {"name": "ThresholdSet", "version": 3, "block": 9, "time": "2026-11-22T08:00:00Z"}
    more = {"currency": "CNY", "limit": 7, "utilised": 0, "overdue": 0}
    fake.say("GET /participants/21", {"block": 9, "age": 0, "row": ROW | more})
    fake.say("GET /participants/21/events", {"block": 9, "rows": [event], "next": None})
    shown = run("participant", "show", 21).stdout
    assert "0.07" in shown
    assert "threshold set   2026-11-22 16:00" in shown
    assert "设定单独开立限额" in run("participant", "show", 21, "--lang", "zh").stdout


def test_show__of_another_that_one_has_nothing_to_do_with__is_what_everybody_may_look_up(fake: Fake, run: Run) -> None:
    rows = [{**ROW, "id": 121, "name": "另一家"}, ROW]
    fake.say("GET /participants", {"block": 9, "age": 0, "rows": rows, "next": None})
    for words in (("participant", "show", 21), ("participants", 21)):
        shown = run(*words).stdout
        assert "恒座" in shown
        assert "另一家" not in shown
    assert run("participants", 22).exit_code == 1
