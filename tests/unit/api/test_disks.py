# SPDX-License-Identifier: Apache-2.0
"""The disks that the service writes to, and when there is too little room on one."""

from pathlib import Path

import pytest

from api import disks
from api.disks import Disks
from api.settings import Settings
from chain.store.disk import MIB
from chain.store.errors import DiskFull, StoreUnavailable


@pytest.fixture
def room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[Path, int]:
    """Octets left by folder: a gigabyte of each, until a test says otherwise."""
    found = {tmp_path / name: 1024 * MIB for name in ("service", "far", "away")}
    monkeypatch.setattr(disks, "left", found.__getitem__)
    return found


def test_disks__of_databases_elsewhere__are_looked_at_too(tmp_path: Path, room: dict[Path, int]) -> None:
    book, mirror = f"sqlite://{tmp_path}/far/book.db", f"sqlite://{tmp_path}/away/mirror.db"
    found = Disks(Settings(folder=tmp_path / "service", book=book, mirror=mirror))
    assert found.demand() == 1024
    for place in room:
        room[place] = 64 * MIB - 1
        with pytest.raises(DiskFull) as told:
            found.demand()
        assert told.value == DiskFull(place=str(place), left=63)
        room[place] = 64 * MIB
        assert found.demand() == 64
    assert found.left() == dict.fromkeys(("folder", "book", "mirror"), 64 * MIB)


def test_disks__of_a_database_server__are_its_own_business(tmp_path: Path, room: dict[Path, int]) -> None:
    server = "postgresql://host/name"
    found = Disks(Settings(folder=tmp_path / "service", book=server, mirror=server))
    assert found.left() == {"folder": 1024 * MIB}


def test_disks__least__is_the_operators_to_say(
    tmp_path: Path, room: dict[Path, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DEEPTIER_DISK_MIB", "2000")
    with pytest.raises(DiskFull):
        Disks(Settings(folder=tmp_path / "service")).demand()
    monkeypatch.setenv("DEEPTIER_DISK_MIB", "0")
    room[tmp_path / "service"] = 0
    assert Disks(Settings(folder=tmp_path / "service")).demand() == 0


def test_disks__of_a_folder_that_is_gone__are_unavailable(tmp_path: Path) -> None:
    with pytest.raises(StoreUnavailable):
        Disks(Settings(folder=tmp_path / "gone")).demand()
