# SPDX-License-Identifier: Apache-2.0
"""Who is logged in on this machine: private files, the right key for the right name, no file from elsewhere."""

import json
import os
from pathlib import Path

import pytest

from api.client.sessions import Session, Sessions
from tests.unit.client.conftest import Run
from tests.unit.client.fake import Fake, Said, problem

LOGGED_IN = {"key": "dt_new", "expires_at": "2026-11-22T20:00:00Z", "must_change": False}
ME = {"participant": 31, "officer": "31-1", "name": "roumian.1", "duties": ["maker"], "key": 17, "must_change": False}


def test_login__keeps_the_key_for_its_owner_alone_and_asks_with_it_from_then_on(
    fake: Fake, run: Run, folder: Path
) -> None:
    fake.say("POST /login", LOGGED_IN)
    fake.say("GET /me", ME)
    done = run("login", "roumian.1", "--password-stdin", "--url", fake.url, typed="violet harbour\n")
    assert done.exit_code == 0
    assert fake.heard[0].json() == {"name": "roumian.1", "password": "violet harbour"}
    assert "Authorization" not in fake.heard[0].headers
    assert "dt_new" not in done.output
    file = folder / "sessions" / "roumian.1.json"
    assert (file.stat().st_mode & 0o777, file.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    run("me")
    assert fake.heard[-1].headers["Authorization"] == "Bearer dt_new"
    run("me", "--as", "hengzuo.1")
    assert fake.heard[-1].headers["Authorization"] == "Bearer dt_key"
    told = json.loads(run("sessions", "--json").stdout)
    assert [(one["name"], one["last"]) for one in told] == [("hengzuo.1", False), ("roumian.1", True)]
    assert "dt_" not in run("sessions").output


def test_login__asked_for_the_password_on_a_terminal__does_not_show_it(fake: Fake, run: Run) -> None:
    fake.say("POST /login", LOGGED_IN)
    fake.say("GET /me", ME)
    done = run("login", "roumian.1", "--url", fake.url, "--lang", "zh", typed="violet harbour\n")
    assert (done.exit_code, "violet" in done.output) == (0, False)
    assert "已登录：roumian.1（人员 31-1），有效至 2026-11-23 04:00。" in done.stdout


def test_login__refused_or_with_a_one_time_password__says_what_to_do(fake: Fake, run: Run, folder: Path) -> None:
    fake.say("POST /login", problem(401, "login-refused"))
    assert run("login", "roumian.1", "--password-stdin", "--url", fake.url, typed="x\n").exit_code == 3
    assert not (folder / "sessions" / "roumian.1.json").exists()
    fake.say("POST /login", LOGGED_IN | {"must_change": True})
    fake.say("GET /me", ME)
    done = run("login", "roumian.1", "--password-stdin", "--url", fake.url, typed="x\n")
    assert "deeptier password" in done.stderr
    fake.say("POST /password", Said(204, b""))
    assert run("password", "--password-stdin", typed="x\nviolet harbour eleven\n").exit_code == 0
    assert fake.posts()[-1].json() == {"password": "x", "new": "violet harbour eleven"}
    assert run("password", typed="x\none\ntwo\n").exit_code == 2


def test_key__made_elsewhere__is_kept_once_the_service_knows_it(fake: Fake, run: Run, folder: Path) -> None:
    fake.say("GET /me", problem(401, "key-refused"))
    assert run("login", "machine", "--key-stdin", "--url", fake.url, typed="dt_bad\n").exit_code == 3
    fake.say("GET /me", ME)
    assert run("login", "machine", "--key-stdin", "--url", fake.url, typed="dt_made\n").exit_code == 0
    assert Sessions(folder).found("machine").key == "dt_made"
    run("logout")
    assert [one.method for one in fake.heard if one.method == "DELETE"] == [], "it is not this machine's to end"
    assert Sessions(folder).names() == ["hengzuo.1"]


def test_logout__ends_the_key_at_the_service_and_here_also_when_it_has_ended_already(
    fake: Fake, run: Run, folder: Path
) -> None:
    fake.say("GET /me", ME)
    fake.say("DELETE /keys/17", Said(204, b""))
    for known in (True, False):
        Sessions(folder).keep(Session("roumian.1", "31-1", "dt_new", "2026-11-22T20:00:00Z", fake.url))
        if not known:
            fake.say("GET /me", problem(401, "key-refused"))
        assert run("logout", "--as", "roumian.1").exit_code == 0
        assert Sessions(folder).names() == ["hengzuo.1"]
    assert len([one for one in fake.heard if one.method == "DELETE"]) == 1


def test_environment__names_key_service_and_session__but_arguments_come_first(
    fake: Fake, run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake.say("GET /me", ME)
    Sessions(folder).keep(Session("other.1", "1-1", "dt_other", None, "http://127.0.0.1:9"))
    monkeypatch.setenv("DEEPTIER_URL", fake.url)
    assert run("me").exit_code == 0
    monkeypatch.setenv("DEEPTIER_AS", "hengzuo.1")
    run("me")
    monkeypatch.setenv("DEEPTIER_KEY", "dt_of_the_environment")
    run("me")
    run("me", "--as", "other.1")
    keys = [one.headers["Authorization"].removeprefix("Bearer ") for one in fake.heard]
    assert keys == ["dt_other", "dt_key", "dt_of_the_environment", "dt_other"]
    Sessions(folder).keep(Session("hengzuo.1", "21-1", "dt_login", "2026-11-22T20:00:00Z"))
    fake.say("DELETE /keys/17", Said(204, b""))
    run("logout")
    assert fake.heard[-1].headers["Authorization"] == "Bearer dt_login", "not the environment's key is ended"


def test_session__absent_damaged_or_open_to_others__is_none(fake: Fake, run: Run, folder: Path) -> None:
    assert run("me", "--as", "nobody").exit_code == 3
    for name in ("../../etc/passwd", "a", "A" * 5, "x" * 41, ".last", "名字三个"):
        assert run("me", "--as", name).exit_code == 2, name
    file = folder / "sessions" / "hengzuo.1.json"
    whole = file.read_bytes()
    for octets in (b"", b"{}", b"[]", whole[:-4], whole.replace(b"hengzuo.1", b"roumian.1"), b"\xff"):
        file.write_bytes(octets)
        done = run("me", "--json")
        assert (done.exit_code, json.loads(done.stderr)["code"]) == (3, "damaged-session"), octets
    file.write_bytes(whole)
    os.chmod(file, 0o644)
    done = run("me", "--json")
    assert (done.exit_code, json.loads(done.stderr)["code"]) == (1, "exposed-file")
    assert fake.heard == []


def test_service__that_was_not_named__is_the_one_of_the_folder(fake: Fake, run: Run, folder: Path) -> None:
    Sessions(folder).keep(Session("hengzuo.1", "21-1", "dt_key"))
    (folder / "run").mkdir()
    (folder / "run" / "http").write_text(f"{fake.url}\n")
    fake.say("GET /me", ME)
    assert run("me").exit_code == 0
