# SPDX-License-Identifier: Apache-2.0
"""`deeptier officer`: on the machine itself, which is how a participant comes by its first admin."""

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from api.access import demo
from api.access.errors import AuditBroken, DemoOnly, NameTaken, OfficerThere, OfficerUnknown, PasswordWeak
from api.commands import app
from api.errors import NetworkMissing
from chain.domain.clock import DAY, FixedClock, SystemClock, instant
from chain.domain.vocabulary import Address
from chain.node.network import Folder, Network
from chain.signing.errors import FileExposed
from chain.store.db import connect
from chain.store.errors import SchemaTooOld, StoreMissing
from chain.store.migrate import upgrade
from chain.store.private import make_private
from tests.unit.access.desk import PASSWORD, Desk

FIRST = ("--participant", "10", "--officer", "1")
ADDRESS = Address("0x" + "11" * 20)
ADD = ("add", *FIRST, "--name", "chen.jing", "--duty", "maker", "--duty", "admin")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    upgrade(tmp_path / "book.db")
    (tmp_path / "password").touch(0o600)
    (tmp_path / "password").write_text(f"{PASSWORD}\n")
    return tmp_path


def run(folder: Path, *words: str, typed: str | None = None) -> str:
    """What the command prints; what it raises."""
    result = CliRunner().invoke(app, ["officer", *words, "--folder", str(folder)], input=typed)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == 0, result.output
    return result.output


def listed(folder: Path) -> Any:
    return json.loads(run(folder, "list", "--json"))


def at(folder: Path) -> Desk:
    desk = Desk(f"sqlite://{folder}/book.db")
    desk.clock.move_to(SystemClock().now())
    return desk


def test_add__with_a_password_file__lets_in_for_good(folder: Path) -> None:
    said = run(folder, *ADD, "--password-file", str(folder / "password"))
    assert "10-1" in said
    assert PASSWORD not in said
    answer = at(folder).login("chen.jing").json()
    assert (answer["scopes"], answer["must_change"]) == (["admin", "maker", "viewer"], False)
    assert listed(folder) == [
        {"officer": "10-1", "name": "chen.jing", "duties": "admin maker", "state": "active", "one-time until": ""}
    ]


def test_add__with_a_password_that_is_typed__asks_twice_and_shows_nothing(folder: Path) -> None:
    said = run(folder, *ADD, typed=f"{PASSWORD}\n{PASSWORD}\n")
    assert PASSWORD not in said
    assert at(folder).login("chen.jing").status_code == 200


def test_add__one_time__prints_a_password_that_must_be_changed(folder: Path) -> None:
    said = run(folder, *ADD, "--one-time")
    (password,) = re.findall(r"[a-z2-9]{5}(?:-[a-z2-9]{5}){3}", said)
    assert at(folder).login("chen.jing", password).json()["must_change"]


def test_add__weak_password_or_open_file_or_taken_place__is_refused(folder: Path) -> None:
    (folder / "password").write_text("short")
    with pytest.raises(PasswordWeak):
        run(folder, *ADD, "--password-file", str(folder / "password"))
    (folder / "password").write_text(PASSWORD)
    (folder / "password").chmod(0o644)
    with pytest.raises(FileExposed):
        run(folder, *ADD, "--password-file", str(folder / "password"))
    assert listed(folder) == []
    run(folder, *ADD, "--one-time")
    with pytest.raises(OfficerThere):
        run(folder, *ADD[:-6], "--name", "other.name", "--duty", "maker", "--one-time")
    with pytest.raises(NameTaken):
        run(
            folder,
            "add",
            "--participant",
            "11",
            "--officer",
            "1",
            "--name",
            "chen.jing",
            "--duty",
            "maker",
            "--one-time",
        )


def test_reset__forgotten_password__lets_in_again_and_ends_every_key(folder: Path) -> None:
    run(folder, *ADD, "--one-time")
    run(folder, "reset", *FIRST, "--password-file", str(folder / "password"))
    desk = at(folder)
    key = desk.login("chen.jing").json()["key"]
    desk.ask("POST", "/officers", key, json={"number": 2, "name": "li.ming", "duties": ["admin"]})
    with connect(folder / "book.db") as db:
        db.execute("UPDATE officer SET state = 'suspended' WHERE number = 1")
    run(folder, "reset", *FIRST, "--password-file", str(folder / "password"))
    assert desk.ask("GET", "/me", key).status_code == 401
    assert desk.login("chen.jing").status_code == 200
    with pytest.raises(OfficerUnknown):
        run(folder, "reset", "--participant", "10", "--officer", "9", "--one-time")


def test_audit__verified__tells_the_head_or_the_first_row_that_does_not_follow(folder: Path) -> None:
    run(folder, *ADD, "--one-time")
    run(folder, "reset", *FIRST, "--one-time")
    rows = json.loads(run(folder, "audit", "--json"))
    assert [(row["number"], row["action"], row["outcome"]) for row in rows] == [
        (1, "add officer", "granted"),
        (2, "reset password", "granted"),
    ]
    assert [row["number"] for row in json.loads(run(folder, "audit", "--json", "--after", "1"))] == [2]
    told = json.loads(run(folder, "audit", "--verify", "--json"))
    assert told["rows"] == 2
    assert told["head"] in run(folder, "audit", "--verify")
    with connect(folder / "book.db") as db:
        db.execute("UPDATE audit SET subject = 'officer 10-2' WHERE number = 1")
    with pytest.raises(AuditBroken) as broken:
        run(folder, "audit", "--verify")
    assert broken.value.arguments["number"] == 1


def test_commands__without_a_book_or_with_an_old_one__say_so(tmp_path: Path) -> None:
    with pytest.raises(StoreMissing):
        run(tmp_path, "list")
    make_private(tmp_path / "book.db")
    upgrade(tmp_path / "book.db", to="0002")
    with pytest.raises(SchemaTooOld):
        run(tmp_path, "list")


# ---------------------------------------------------------------- demo


def recorded(folder: Path, demo_network: bool) -> Network:
    made = Network(
        demo=demo_network,
        chain_id=4711,
        genesis=instant(1_795_000_000),
        ledger=ADDRESS,
        module=ADDRESS,
        views=ADDRESS,
        rulebook=ADDRESS,
        currency="CNY",
        exponent=2,
        cash=(ADDRESS,),
        contracts={},
    )
    with Folder(folder) as home:
        home.record(made)
    return made


def test_demo_keys__elsewhere_than_on_a_demo_network__are_refused(folder: Path) -> None:
    with pytest.raises(NetworkMissing):
        run(folder, "demo-keys")
    recorded(folder, demo_network=False)
    with pytest.raises(DemoOnly):
        run(folder, "demo-keys")


def test_demo_keys__once_made__are_all_good_and_so_are_the_passwords(folder: Path) -> None:
    made = recorded(folder, demo_network=True)
    demo.make(folder / "book.db", made.chain_id)
    rows = json.loads(run(folder, "demo-keys", "--json"))
    assert len(rows) == len({row["key"] for row in rows}) == len({row["password"] for row in rows}) == 12
    assert {row["state"] for row in rows} == {"good"}
    desk = at(folder)
    for row in rows:
        me = desk.ask("GET", "/me", row["key"]).json()
        assert (me["officer"], me["name"]) == (row["officer"], row["name"])
        assert set(row["duties"].split()) <= set(me["duties"])
    maker = next(row for row in rows if row["officer"] == "10-1")
    assert desk.login(maker["name"], maker["password"]).status_code == 200
    assert maker["key"] in run(folder, "demo-keys")


def test_demo__made_again__changes_nothing_but_makes_keys_that_end_soon_longer(folder: Path) -> None:
    demo.make(folder / "book.db", 4711)
    with connect(folder / "book.db") as db:
        before = db.all("SELECT * FROM officer ORDER BY participant, number"), db.all("SELECT * FROM api_key")
        demo.make(folder / "book.db", 4711)
        assert before == (db.all("SELECT * FROM officer ORDER BY participant, number"), db.all("SELECT * FROM api_key"))
        db.execute("UPDATE api_key SET revoked_at = 1 WHERE participant = 51")
        later = FixedClock(instant(SystemClock().now() + 350 * DAY))
        demo.make(folder / "book.db", 4711, later)
        ends: dict[int, int] = dict(db.all("SELECT participant, expires_at FROM api_key"))
    assert ends.pop(51) < later.now() + 30 * DAY
    assert set(ends.values()) == {later.now() + demo.LIFE}


def test_demo__of_another_network__has_other_keys() -> None:
    mine, other = demo.demo_officers(4711), demo.demo_officers(4712)
    assert not {one.key for one in mine} & {one.key for one in other}
    assert not {one.password for one in mine} & {one.password for one in other}
    assert mine[0].password not in repr(replace(mine[0]))
