# SPDX-License-Identifier: Apache-2.0
"""How much room a disk has left."""

from pathlib import Path

import pytest

from chain.store.disk import MIB, full, left
from chain.store.errors import DiskFull, StoreUnavailable


def test_left__of_a_small_disk__is_what_can_be_written(small_disk: Path) -> None:
    assert left(small_disk) == MIB
    (small_disk / "file").write_bytes(bytes(MIB // 4))
    assert left(small_disk) == 3 * MIB // 4
    (small_disk / "rest").write_bytes(bytes(left(small_disk)))
    assert left(small_disk) == 0
    with pytest.raises(OSError, match="No space left"):
        (small_disk / "more").write_bytes(b"1")


def test_left__of_a_folder_that_is_gone__is_unavailable(tmp_path: Path) -> None:
    with pytest.raises(StoreUnavailable, match="No such file"):
        left(tmp_path / "gone")


def test_full__says_which_file_and_what_is_left_there(small_disk: Path) -> None:
    assert full(small_disk / "book.db") == DiskFull(place=str(small_disk / "book.db"), left=1)
    assert full(small_disk / "gone" / "book.db").arguments["left"] == 0
