# SPDX-License-Identifier: Apache-2.0
"""`deeptier book backup` and `restore`, as an operator types them."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from api.book import app
from api.commands import app as whole
from chain.store.db import connect
from chain.store.errors import StoreAddressMalformed, StoreMissing, StoreNotEmpty
from tests.unit.store.rows import NEW, count, history, submission

RUN = CliRunner()


@pytest.fixture
def full(book: str) -> str:
    """The address of a book with rows of every kind."""
    with connect(book) as db:
        history(db, 4)
        db.executemany(NEW, [submission(f"{number}") for number in range(1230)])
    return book


def test_book__backed_up_and_restored__is_told_with_its_counts(full: str, tmp_path: Path) -> None:
    file, target = tmp_path / "file", tmp_path / "restored.db"
    saved = RUN.invoke(app, ["backup", str(file), "--book", full])
    assert saved.exit_code == 0, saved.output
    assert saved.output.startswith(f"Backed up to {file}\n")
    assert "      1,234 rows  submission\n" in saved.output
    restored = RUN.invoke(app, ["restore", str(file), "--book", str(target), "--lang", "zh"])
    assert restored.exit_code == 0, restored.output
    assert restored.output.startswith(f"已恢复到 {target}\n")
    assert "      1,234 行  submission\n" in restored.output
    with connect(target) as db:
        assert count(db) == 1234


def test_book__wrong_address_used_book_or_none__ends_in_the_typed_error(tmp_path: Path) -> None:
    file = tmp_path / "file"
    for arguments, error in (
        (["backup", str(file), "--book", str(tmp_path / "none.db")], StoreMissing),
        (["backup", str(file), "--book", "mysql://host/name"], StoreAddressMalformed),
    ):
        assert isinstance(RUN.invoke(app, arguments).exception, error)
    assert not file.exists()


def test_book__restored_twice__is_refused_the_second_time(full: str, tmp_path: Path) -> None:
    file, target = str(tmp_path / "file"), str(tmp_path / "restored.db")
    assert RUN.invoke(app, ["backup", file, "--book", full]).exit_code == 0
    assert RUN.invoke(app, ["restore", file, "--book", target]).exit_code == 0
    assert isinstance(RUN.invoke(app, ["restore", file, "--book", target]).exception, StoreNotEmpty)


def test_book__of_the_whole_command__has_both() -> None:
    told = RUN.invoke(whole, ["book", "--help"])
    assert told.exit_code == 0
    assert "backup" in told.output
    assert "restore" in told.output
