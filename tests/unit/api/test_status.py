# SPDX-License-Identifier: Apache-2.0
"""`deeptier status` in the language of whoever asks, and on a full disk."""

import json
import os
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from api import disks, status
from api.commands import app
from api.run import written
from chain.domain.errors import Lang
from chain.store.disk import MIB
from chain.store.errors import DiskFull, StoreUnavailable
from chain.store.words import SubmissionState
from tests.mirrored import mirror_of, random_world
from tests.served import furnish

RUNNING = {"state": "running", "pid": os.getpid()}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Of a service whose parts say that they run."""
    furnish(tmp_path)
    db, _ = mirror_of(tmp_path / "mirror.db", random_world(5, 20))
    db.close()
    parts = {name: RUNNING | {"restarts": 0} for name in ("node", "signer", "sender", "mirror", "http")}
    written(tmp_path / "run" / "up.json", json.dumps({"pid": os.getpid(), "parts": parts}))
    for name in ("sender", "mirror", "http"):
        written(tmp_path / "run" / f"{name}.json", json.dumps(RUNNING))
    return tmp_path


def asked(folder: Path, *words: str) -> tuple[int, str]:
    done = CliRunner().invoke(app, ["status", "--folder", str(folder), *words], env={"COLUMNS": "120"})
    return done.exit_code, done.stdout


def test_status__in_each_language__has_its_words_alone(folder: Path) -> None:
    (code, english), (_, chinese) = asked(folder), asked(folder, "--lang", "zh")
    assert code == 0
    assert not any("\u4e00" <= letter <= "\u9fff" for letter in english)
    assert not {"running", "queued", "sent", "final", "block", "restarts", "left"} & set(
        chinese.replace(":", " ").split()
    )
    assert all(words in english for words in ("running; block", "MiB left", "queued: 0", "sender"))
    assert all(words in chinese for words in ("运行中；区块", "磁盘剩余", "排队中: 0", "发送服务"))


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_words__of_every_state__are_there(lang: Lang) -> None:
    told = {*(state.value for state in SubmissionState), "running", "restarting", "alarm", "stopped", "waiting"}
    assert all(status._word(state, lang) == state for state in told) is (lang == "en")
    assert not any(status._word(state, "zh") == state for state in told)


def test_status__with_too_little_room__waits_and_says_so(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    full = DiskFull(place=str(folder), left=63)
    monkeypatch.setattr(disks, "left", lambda place: 63 * MIB)
    code, told = asked(folder, "--json")
    found: dict[str, Any] = json.loads(told)
    assert (code, found["state"]) == (1, "waiting")
    assert found["disk"] == {
        "code": "disk-full",
        "zh": full.message("zh"),
        "en": full.message("en"),
        "least": 64,
        "left": 63,
    }
    for lang in ("zh", "en"):
        code, told = asked(folder, "--lang", lang)
        assert code == 1
        plain = told.replace("\n", "")
        assert full.message(lang).replace(" ", "") in plain.replace(" ", "")
        assert full.next_step(lang).replace(" ", "") in plain.replace(" ", "")
    monkeypatch.undo()
    code, told = asked(folder, "--json")
    assert (code, json.loads(told)["disk"].keys()) == (0, {"left", "least"})


def test_status__nothing_can_be_told_for_want_of_room__names_the_disk(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object) -> Any:
        raise StoreUnavailable(store="book", why="disk I/O error")

    monkeypatch.setattr(status, "connect", away)
    with pytest.raises(StoreUnavailable):
        status.look(folder, f"sqlite://{folder}/book.db")
    monkeypatch.setattr(disks, "left", lambda place: 0)
    with pytest.raises(DiskFull):
        status.look(folder, f"sqlite://{folder}/book.db")
