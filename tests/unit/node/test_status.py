# SPDX-License-Identifier: Apache-2.0
"""What a process says of itself, also when its disk has no room for it."""

import json
import os
from pathlib import Path

import pytest

from chain.node import status as told
from chain.node.status import Status
from chain.store.errors import DiskFull

FULL = DiskFull(place="book.db", left=0)


def state(path: Path) -> str:
    found: str = json.loads(path.read_text("utf-8"))["state"]
    return found


def no_room_for_new_files(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuses(self: Path, *_: object) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_text", refuses)


def test_status__no_room_for_a_second_file__is_written_over_the_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "status.json"
    status = Status(path)
    status.running()
    no_room_for_new_files(monkeypatch)
    assert status.waiting(FULL)
    assert json.loads(path.read_text("utf-8"))["zh"] == FULL.message("zh")
    assert not status.waiting(FULL), "no news"
    status.running()
    assert state(path) == "running"
    assert os.listdir(tmp_path) == ["status.json"]


def test_status__that_could_not_be_written_at_all__is_as_soon_as_it_can(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "status.json"
    status = Status(path)
    status.running()
    at = path.stat().st_mtime_ns
    monkeypatch.setattr(told, "BEAT", 0.0)
    with monkeypatch.context() as broken:
        broken.setattr(told, "_put", lambda path, text: False)
        status.waiting(FULL)
        status.running()
        status.waiting(FULL)
        assert (state(path), path.stat().st_mtime_ns) == ("running", at), "nobody says that it runs"
    assert not status.waiting(FULL), "no news, only that it is in the file now"
    assert state(path) == "waiting"
    status.running()
    assert state(path) == "running"


def test_status__that_runs__says_so_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "status.json"
    status = Status(path)
    status.running()
    os.utime(path, (1, 1))
    status.running()
    assert path.stat().st_mtime == 1, "not before a beat has passed"
    monkeypatch.setattr(told, "BEAT", 0.0)
    status.running()
    assert path.stat().st_mtime > 1
