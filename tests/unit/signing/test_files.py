# SPDX-License-Identifier: Apache-2.0
"""Files of secrets are refused when others may reach them, and are never there in part."""

import os
import threading
from pathlib import Path

import pytest

from chain.signing.errors import FileExposed, FileUnusable, FolderTaken
from chain.signing.files import create_private, open_private, private_folder, read_private, taken


def private(path: Path, octets: bytes = b"x", mode: int = 0o600) -> Path:
    path.write_bytes(octets)
    path.chmod(mode)
    return path


def test_private_folder__not_there__made_for_its_owner_only(tmp_path: Path) -> None:
    made = private_folder(tmp_path / "a" / "b")
    assert made.stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("mode", [0o701, 0o710, 0o750, 0o755, 0o777, 0o704])
def test_private_folder__open_to_others__refused_and_left_alone(tmp_path: Path, mode: int) -> None:
    folder = tmp_path / "open"
    folder.mkdir()
    folder.chmod(mode)
    with pytest.raises(FileExposed) as raised:
        private_folder(folder)
    assert raised.value == FileExposed(path=str(folder), mode=f"0{mode:o}", owner=os.geteuid())
    assert folder.stat().st_mode & 0o777 == mode


def test_private_folder__a_file_or_a_link__refused(tmp_path: Path) -> None:
    private(tmp_path / "file")
    private_folder(tmp_path / "real")
    (tmp_path / "link").symlink_to(tmp_path / "real")
    for name in ("file", "link"):
        with pytest.raises(FileUnusable):
            private_folder(tmp_path / name)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o601, 0o644, 0o666])
def test_read_private__open_to_others__refused(tmp_path: Path, mode: int) -> None:
    path = private(tmp_path / "key", mode=mode)
    with pytest.raises(FileExposed):
        read_private(path, 10)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
def test_read_private__of_another_user__refused(tmp_path: Path) -> None:
    path = private(tmp_path / "key")
    os.chown(path, 65_534, 65_534)
    with pytest.raises(FileExposed) as raised:
        read_private(path, 10)
    assert raised.value.arguments["owner"] == 65_534


def test_read_private__links_pipes_folders_and_nothing__refused_at_once(tmp_path: Path) -> None:
    private(tmp_path / "real")
    (tmp_path / "link").symlink_to(tmp_path / "real")
    os.mkfifo(tmp_path / "pipe", 0o600)
    private_folder(tmp_path / "folder")
    for name in ("link", "pipe", "folder", "nothing"):
        with pytest.raises(FileUnusable):
            read_private(tmp_path / name, 10)


def test_read_private__one_byte_too_many__refused(tmp_path: Path) -> None:
    path = private(tmp_path / "key", b"12345")
    assert read_private(path, 5) == b"12345"
    with pytest.raises(FileUnusable, match="more than 4 bytes"):
        read_private(path, 4)


def test_create_private__new__whole_and_owner_only_with_nothing_beside_it(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        assert create_private(tmp_path / "key", b"abc")
    finally:
        os.umask(before)
    assert (tmp_path / "key").read_bytes() == b"abc"
    assert (tmp_path / "key").stat().st_mode & 0o777 == 0o600
    assert os.listdir(tmp_path) == ["key"]


def test_create_private__name_taken__told_and_left_as_it_was(tmp_path: Path) -> None:
    create_private(tmp_path / "key", b"first")
    assert not create_private(tmp_path / "key", b"second")
    assert (tmp_path / "key").read_bytes() == b"first"
    assert os.listdir(tmp_path) == ["key"]


def test_create_private__eight_at_once__one_wins(tmp_path: Path) -> None:
    won: list[bool] = []
    threads = [
        threading.Thread(target=lambda n=n: won.append(create_private(tmp_path / "key", bytes([n])))) for n in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(won) == [False] * 7 + [True]
    assert len((tmp_path / "key").read_bytes()) == 1


def test_create_private__folder_missing__typed(tmp_path: Path) -> None:
    with pytest.raises(FileUnusable):
        create_private(tmp_path / "no" / "key", b"")


def test_taken__twice__second_refused_until_the_first_lets_go(tmp_path: Path) -> None:
    folder = private_folder(tmp_path / "f")
    with taken(folder), pytest.raises(FolderTaken), taken(folder):
        pass
    with taken(folder):
        pass


def test_open_private__made__is_not_inherited_by_children(tmp_path: Path) -> None:
    opened = open_private(tmp_path / "x", os.O_RDWR | os.O_CREAT)
    assert not os.get_inheritable(opened)
    os.close(opened)
