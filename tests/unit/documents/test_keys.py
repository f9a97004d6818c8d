# SPDX-License-Identifier: Apache-2.0
"""The key file: made once, for its owner alone, only added to, and refused when anything is odd about it."""

import json
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from chain.documents.errors import KeyFileDamaged, KeyFileExists, KeyFileExposed, KeyFileMissing, KeyFileUnusable
from chain.documents.keys import FingerprintKey, create, load, rotate


def test_create__new_file__owner_only_and_reads_back(tmp_path: Path) -> None:
    path = tmp_path / "a" / "keys.json"
    keys = create(path)
    assert load(path) == keys
    assert [key.number for key in keys] == [1]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert [one.name for one in path.parent.iterdir()] == ["keys.json"]


def test_create__file_there__refused_and_untouched(tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    keys = create(path)
    with pytest.raises(KeyFileExists):
        create(path)
    assert load(path) == keys
    assert len(list(tmp_path.iterdir())) == 1


def test_create__twice__two_secrets(tmp_path: Path) -> None:
    assert create(tmp_path / "a")[0].secret != create(tmp_path / "b")[0].secret


def test_rotate__older_keys__stay(tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    first = create(path)
    second = rotate(path)
    assert second[:1] == first
    assert [key.number for key in rotate(path)] == [1, 2, 3]
    assert load(path)[:2] == second
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.parametrize("use", [load, rotate])
def test_use__no_file__missing(use: Callable[[Path], object], tmp_path: Path) -> None:
    with pytest.raises(KeyFileMissing, match="deeptier init --key-file"):
        use(tmp_path / "none")


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o666])
def test_load__others_may_use_it__exposed(mode: int, tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    create(path)
    path.chmod(mode)
    with pytest.raises(KeyFileExposed):
        load(path)


SECRET = "00" * 32


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b"\xff",
        {"version": 2, "keys": [{"number": 1, "secret": SECRET}]},
        {"version": 1, "keys": []},
        {"version": 1, "keys": [{"number": 2, "secret": SECRET}]},
        {"version": 1, "keys": [{"number": 1, "secret": SECRET}, {"number": 1, "secret": SECRET}]},
        {"version": 1, "keys": [{"number": 1, "secret": "00"}]},
        {"version": 1, "keys": [{"number": 1, "secret": "zz" * 32}]},
        {"version": 1, "keys": [{"number": 1}]},
        {"version": 1, "keys": 7},
    ],
)
def test_load__not_what_was_written__damaged(content: object, tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    path.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
    path.chmod(0o600)
    with pytest.raises(KeyFileDamaged):
        load(path)


def test_create__no_folder_possible__unusable(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(KeyFileUnusable):
        create(tmp_path / "file" / "keys.json")


def test_secret__never_shown() -> None:
    assert "secret" not in repr(FingerprintKey(1, b"secret" * 5))
