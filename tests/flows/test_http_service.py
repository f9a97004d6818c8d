# SPDX-License-Identifier: Apache-2.0
"""What holds for every request, and how the service tells that something is in its way."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
from base64 import b64encode
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import httpx2
import pytest

from api import disks
from chain.domain.errors import registry
from chain.store.db import connect
from chain.store.disk import MIB, left
from tests.cast import ANNA, REG
from tests.flows.running import until
from tests.mirrored import new_mirror, random_world, write
from tests.properties import reading
from tests.served import Site, furnish, heard, site

SECRET = "苏州精工有限公司 INV-2026-000123"
ZH = "zh-CN,zh;q=0.9,en;q=0.5"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A network, a book, and a mirror that heard the node at its own last block's time."""
    story = reading.story(random_world(5, 80), 5)
    furnish(tmp_path)
    with new_mirror(f"sqlite://{tmp_path}/mirror.db", story.world.rulebook) as db:
        write(db, story.blocks)
        heard(db, story.told[-1].time)
    (tmp_path / "time").write_text(str(story.told[-1].time))
    return tmp_path


@pytest.fixture
def served(folder: Path) -> Iterator[Site]:
    with site(folder, int((folder / "time").read_text()), body=2_000) as found:
        yield found


@pytest.fixture
def hurried(folder: Path) -> Iterator[Site]:
    """Two seconds for a request: far more than one takes on a machine that has other work, too."""
    with site(folder, int((folder / "time").read_text()), seconds=2) as found:
        yield found


def test_problems__of_every_status__are_told_in_both_languages(served: Site) -> None:
    cases: tuple[tuple[str, str, int, str, dict[str, Any]], ...] = (
        ("GET", "/holdings", 401, "key-refused", {}),
        ("GET", "/nowhere", 404, "unknown-path", {}),
        ("DELETE", "/holdings", 405, "unknown-method", {}),
        ("POST", "/login", 413, "body-too-large", {"content": b"{" + b" " * 3_000}),
        ("POST", "/login", 415, "unreadable-body", {"content": b"<a/>", "headers": {"Content-Type": "text/xml"}}),
        ("POST", "/login", 422, "malformed-request", {"json": {"name": 1}}),
        ("GET", "/claims/7", 422, "malformed-request", {}),
        ("GET", "/holdings?partcipant=7", 422, "malformed-request", {}),
    )
    for method, path, status, code, more in cases:
        said = []
        for language in ("de", ZH):
            with served.client(language=language) as client:
                answer = client.request(method, path, **more)
            problem = answer.json()
            assert (answer.status_code, problem["status"], problem["code"]) == (status, status, code), answer.text
            assert answer.headers["Content-Type"] == "application/problem+json"
            assert served.get(problem["type"]).status_code == 200, "its type is an address that tells about it"
            said.append((problem["title"], problem["detail"], problem["next_step"], answer.headers["Content-Language"]))
        assert [one[-1] for one in said] == ["en", "zh"]
        assert all(re.search("[\u4e00-\u9fff]", text) for text in said[1][:3]), said
        assert not any(re.search("[\u4e00-\u9fff]", text) for text in said[0][:3]), said


def test_problems__whatever_is_wrong_with_parameters__each_is_named_and_none_repeated(served: Site) -> None:
    with served.client(ANNA.id, ZH) as client:
        problem = client.get("/holdings", params={"limit": SECRET, "at": -1, "state": "lost"}).json()
    assert {one["where"] for one in problem["errors"]} == {"query.limit", "query.at", "query.state"}
    assert SECRET not in json.dumps(problem, ensure_ascii=False)


def test_problems__every_code_of_the_house__has_its_page(served: Site) -> None:
    with served.client() as client:
        for code, leaf in registry().items():
            if leaf.__module__.startswith(("chain.", "api.")) and not leaf.__module__.startswith("api.story"):
                told = client.get(f"/problems/{code}").json()
                assert (told["zh"]["detail"], told["en"]["next_step"]) == (leaf.zh, leaf.next_en), code
        assert client.get("/problems/no-such-code").json()["code"] == "unknown-problem"


def test_problem__body_told_piece_by_piece__is_cut_off_when_too_large(served: Site) -> None:
    def pieces() -> Iterator[bytes]:
        for _ in range(100):
            yield b" " * 100

    with served.client() as client:
        answer = client.post("/login", content=pieces(), headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.json()["code"]) == (413, "body-too-large")


def test_fault__nobody_thought_of__tells_nothing_to_client_or_log(
    served: Site, capfd: pytest.CaptureFixture[str]
) -> None:
    @served.app.get("/broken")
    def broken() -> None:
        raise ValueError(SECRET)

    answer = served.get("/broken")
    assert (answer.status_code, answer.json()["code"]) == (500, "fault")
    logged = capfd.readouterr().err
    assert '"kind": "ValueError"' in logged
    assert SECRET not in answer.text + logged


def test_request__that_takes_too_long__is_answered_and_the_next_one_served(hurried: Site) -> None:
    answered = threading.Event()

    @hurried.app.get("/slow")
    def slow() -> str:
        answered.wait(30)
        return "late"

    try:
        answer = hurried.get("/slow")  # it is still at work
        assert (answer.status_code, answer.json()["code"]) == (503, "too-slow")
        assert hurried.get("/holdings", ANNA.id).status_code == 200
    finally:
        answered.set()


def test_headers__of_every_answer__let_nothing_in_from_elsewhere(served: Site) -> None:
    for path in ("/holdings", "/nowhere", "/healthz", "/docs", "/openapi.json", "/static/swagger-ui.css"):
        answer = served.get(path, ANNA.id)
        assert answer.headers["X-Content-Type-Options"] == "nosniff", path
        assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'"), path
        assert "server" not in answer.headers, path


def test_docs__without_a_network__have_all_they_need_here(served: Site) -> None:
    page = served.get("/docs")
    assert re.findall(r"https?://", page.text) == []
    for place in re.findall(r'(?:src|href)="([^"]+)"', page.text):
        assert served.get(place).status_code == 200, place
    for script in re.findall(r"<script>(.*?)</script>", page.text, re.DOTALL):
        named = b64encode(sha256(script.encode()).digest()).decode()
        assert f"'sha256-{named}'" in page.headers["Content-Security-Policy"]


def test_metrics__of_answers__bear_no_id(served: Site) -> None:
    for claim in ("4-1-1", "4-2-1", "777-1-1"):
        served.get(f"/claims/{claim}", ANNA.id)
    served.get("/nowhere/4-1-1", ANNA.id)
    told = served.get("/metrics").text
    assert re.search(r'deeptier_http_requests_total\{method="GET",route="/claims/\{claim\}",status="404"\} \d', told)
    assert not re.search(r"\d-\d-\d|777-", told)  # bare figures may have any digits
    assert re.search(r"deeptier_mirror_block \d", told)
    assert 'deeptier_submissions{state="queued"} 0.0' in told


def part(served: Site, name: str) -> dict[str, object]:
    found: dict[str, object] = served.get("/ready").json()["parts"][name]
    return found


def until_told(served: Site, code: str | None) -> None:
    """Looks are kept for a moment, so what the mirror comes to is told soon after. `code` None: it is ready."""
    until(lambda: part(served, "mirror").get("code") == code, 5)


def test_ready__node_not_heard_for_a_while__is_red_and_reads_say_their_age(served: Site) -> None:
    assert part(served, "mirror")["ready"] is True
    served.clock.advance(10)
    until_told(served, "node-silent")
    told = served.get("/ready")
    assert (told.status_code, told.json()["ready"]) == (503, False)
    assert served.get("/holdings", ANNA.id).json()["age"] == 10


def test_ready__mirror_behind_the_node__is_red_until_it_has_caught_up(served: Site, folder: Path) -> None:
    with connect(f"sqlite://{folder}/mirror.db", durable=False) as db:
        db.execute("UPDATE heard SET head = head + 5")
        until_told(served, "mirror-behind")
        db.execute("UPDATE heard SET head = head - 5")
    until_told(served, None)
    assert part(served, "mirror")["ready"] is True


def test_mirror__gone_and_back__is_a_503_meanwhile(served: Site, folder: Path) -> None:
    files = [folder / f"mirror.db{more}" for more in ("", "-wal", "-shm")]
    before = served.get("/holdings", ANNA.id).json()
    for file in files:
        if file.exists():
            shutil.move(file, folder / f"kept-{file.name}")
    answer = served.get("/holdings", ANNA.id)
    assert (answer.status_code, answer.json()["code"]) == (503, "mirror-empty")
    assert str(folder) not in answer.text
    until_told(served, "mirror-empty")
    for file in files:
        if (kept := folder / f"kept-{file.name}").exists():
            shutil.move(kept, file)
    assert served.get("/holdings", ANNA.id).json() == before


def test_book__gone_and_back__is_a_503_meanwhile(served: Site, folder: Path) -> None:
    assert served.get("/me", ANNA.id).status_code == 200
    files = [folder / f"book.db{more}" for more in ("", "-wal", "-shm")]
    for file in files:
        if file.exists():
            shutil.move(file, folder / f"kept-{file.name}")
    answer = served.get("/holdings", ANNA.id)
    assert (answer.status_code, answer.json()["code"]) == (503, "database-away")
    assert str(folder) not in answer.text
    assert part(served, "book")["ready"] is False
    assert 'deeptier_store_up{store="book"} 0.0' in served.get("/metrics").text
    for file in files:
        if (kept := folder / f"kept-{file.name}").exists():
            shutil.move(kept, file)
    assert served.get("/holdings", ANNA.id).status_code == 200


def test_disk__with_too_little_room__is_red_by_name_writes_are_refused_and_reads_go_on(
    served: Site, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No part runs here, which a write is told of as soon as there is room: the disk is looked at before all else."""

    def asked(key: str) -> httpx2.Response:
        with served.client(REG.id) as client:
            return client.post("/participants/2/standing", json={}, headers={"Idempotency-Key": key})

    seen_left: list[int] = []  # asked again a moment later the disk has another figure: it is not ours alone

    def looked(place: Path) -> int:
        seen_left.append(left(place))
        return seen_left[-1]

    with monkeypatch.context() as watched:
        watched.setattr(disks, "left", looked)
        assert part(served, "disk")["left"] == min(seen_left) // MIB
    with monkeypatch.context() as full:
        full.setattr(disks, "left", lambda place: 5 * MIB)
        seen = served.get("/ready")
        assert seen.status_code == 503
        told = seen.json()["parts"]["disk"]
        assert (told["ready"], told["code"], told["left"]) == (False, "disk-full", 5)
        assert told["next_step"]
        for answer in (asked("first"), asked("second")):
            assert (answer.status_code, answer.json()["code"]) == (503, "disk-full")
            assert answer.json()["arguments"]["left"] == 5
            assert str(folder) not in answer.text + seen.text
        assert served.get("/holdings", ANNA.id).status_code == 200
        figures = served.get("/metrics").text
        for place in ("folder", "book", "mirror"):
            assert f'deeptier_disk_left_bytes{{place="{place}"}} 5.24288e+06' in figures
    assert part(served, "disk")["ready"] is True
    assert asked("first").json()["code"] == "part-down"


def test_language__of_any_header__is_never_an_error(served: Site) -> None:
    for given, wanted in (
        ("zh", "zh"),
        ("zh-Hant;q=0.3, en;q=0.2", "zh"),
        ("de, en;q=0.1, zh;q=0.05", "en"),
        ("*", "en"),
        (";;q=,zh;q=2", "en"),
        ("zh;q=0", "en"),
    ):
        with served.client(language=given) as client:
            assert client.get("/nowhere").headers["Content-Language"] == wanted, given


# ---- as a process of its own


def start(folder: Path, port: int) -> subprocess.Popen[bytes]:
    words = [sys.executable, "-m", "api.server", "--folder", str(folder), "--port", str(port)]
    words += ["--status", str(folder / "run" / "http.json")]
    with (folder / "run" / "http.log").open("ab") as log:
        return subprocess.Popen(words, stdout=log, stderr=log)


def state(folder: Path) -> str:
    file = folder / "run" / "http.json"
    return str(json.loads(file.read_text())["state"]) if file.exists() else ""


def test_process__told_to_stop__finishes_and_says_so(folder: Path) -> None:
    child = start(folder, 0)
    try:
        until(lambda: state(folder) == "running")
        address = (folder / "run" / "http").read_text()
        assert httpx2.get(f"{address}/healthz", trust_env=False).json() == {"alive": True}
        other = start(folder, int(address.rpartition(":")[2]))
        try:
            until(lambda: state(folder) == "waiting")
            assert json.loads((folder / "run" / "http.json").read_text())["code"] == "port-taken"
        finally:
            other.send_signal(signal.SIGINT)
            assert other.wait(10) == 0
    finally:
        child.terminate()
        assert child.wait(10) == 0
    assert state(folder) == "stopped"
    assert os.stat(folder / "run" / "http").st_mode & 0o077 == 0


def test_process__without_a_network__says_what_is_missing(tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    child = start(tmp_path, 0)
    assert child.wait(20) == 1
    assert json.loads((tmp_path / "run" / "http.json").read_text())["code"] == "no-network"


def test_registrar__sees_all_that_a_stranger_does_not(served: Site) -> None:
    assert served.get("/claims/4-1-1", REG.id).status_code == 200
    assert served.get("/claims/4-1-1", 999_999).status_code == 404
