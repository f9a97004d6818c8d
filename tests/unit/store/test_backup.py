# SPDX-License-Identifier: Apache-2.0
"""A book carried out of its database and into another: whole, checked, and never over something."""

import hashlib
import io
import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from chain.domain.clock import FixedClock, instant
from chain.store import schema
from chain.store.archive import MANIFEST, Archive
from chain.store.backup import backup
from chain.store.db import Db, connect
from chain.store.errors import (
    BackupDamaged,
    BackupError,
    BackupForeign,
    BackupTooNew,
    BackupUnusable,
    SchemaTooOld,
    StoreMissing,
    StoreNotEmpty,
)
from chain.store.migrate import upgrade
from chain.store.private import make_private
from chain.store.restore import restore
from tests.postgres import Server
from tests.unit.store.rows import NEW, count, history, queue, submission

ROWS = str(Path(__file__).with_name("rows.py"))
SUBMISSIONS = 41
BATCH = 5


def contents(address: str) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table, as the database has it."""
    with connect(address) as db:
        return {table: sorted(db.all(f"SELECT * FROM {table}"), key=repr) for table in schema.TABLES[schema.REVISION]}


def dangling(db: Db) -> int:
    """How many references lead nowhere."""
    questions = (
        "FROM submission s LEFT JOIN carrier p ON p.hash = s.carrier WHERE s.carrier IS NOT NULL AND p.hash IS NULL",
        "FROM carrier c LEFT JOIN submission p ON p.id = c.submission WHERE c.submission IS NOT NULL AND p.id IS NULL",
        "FROM block_item i LEFT JOIN carrier p ON p.hash = i.carrier WHERE p.hash IS NULL",
        "FROM block_item i LEFT JOIN block p ON p.number = i.number WHERE p.number IS NULL",
    )
    return sum(row[0] for question in questions for row in db.all(f"SELECT count(*) {question}"))


@pytest.fixture
def full(book: str) -> str:
    """The address of a book with rows of every kind."""
    with connect(book) as db:
        history(db, SUBMISSIONS)
    return book


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A backup of a book with rows of every kind."""
    upgrade(tmp_path / "source.db")
    with connect(tmp_path / "source.db") as db:
        history(db, SUBMISSIONS)
    backup(tmp_path / "source.db", tmp_path / "book.backup")
    return tmp_path / "book.backup"


# ---------------------------------------------------------------- there and back


def test_backup__into_the_other_database_and_back__is_the_same_book(tmp_path: Path, postgres: Server) -> None:
    first, second, third = f"sqlite://{tmp_path}/a.db", postgres.database(), f"sqlite://{tmp_path}/b.db"
    upgrade(first)
    with connect(first) as db:
        history(db, SUBMISSIONS)
    told = backup(first, tmp_path / "one")
    assert restore(tmp_path / "one", second) == told
    assert backup(second, tmp_path / "two").tables == told.tables
    restore(tmp_path / "two", third)
    assert contents(first) == contents(second) == contents(third)
    assert sum(len(rows) for rows in contents(third).values()) > 3 * SUBMISSIONS // 2


def test_restore__then_new_rows__are_numbered_after_the_old(file: Path, empty: str) -> None:
    restore(file, empty)
    with connect(empty) as db:
        (last,) = db.one("SELECT max(id) FROM submission") or (0,)
        assert queue(db, "new") == [last + 1]
        schema.check(db)


def test_restore__of_an_empty_book__is_an_empty_book(book: str, tmp_path: Path) -> None:
    backup(book, tmp_path / "one")
    restore(tmp_path / "one", book)  # tables without rows are no obstacle
    with connect(book) as db:
        assert queue(db, "first") == [1]


def test_manifest__tells_revision_time_rows_and_sums(full: str, tmp_path: Path) -> None:
    told = backup(full, tmp_path / "one", FixedClock(instant(1_795_000_000)))
    assert (told.revision, told.taken_at) == (schema.REVISION, 1_795_000_000)
    assert told.tables["submission"].rows == SUBMISSIONS
    with zipfile.ZipFile(tmp_path / "one") as archive:
        written = json.loads(archive.read(MANIFEST))
        assert written["tables"]["submission"]["sha256"] == told.tables["submission"].sha256
        assert len(archive.read("submission.jsonl").splitlines()) == SUBMISSIONS


def test_backup__twice_of_the_same_book__is_the_same_file(full: str, tmp_path: Path) -> None:
    clock = FixedClock(instant(1_795_000_000))
    for name in ("one", "two"):
        backup(full, tmp_path / name, clock)
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()


def test_backup__is_for_its_owner_alone_and_leaves_no_other_file(full: str, tmp_path: Path) -> None:
    folder = tmp_path / "backups"
    folder.mkdir()
    (folder / "one").write_text("an older backup")
    old = os.umask(0)
    try:
        backup(full, folder / "one")
    finally:
        os.umask(old)
    assert [path.name for path in folder.iterdir()] == ["one"]
    assert (folder / "one").stat().st_mode & 0o777 == 0o600


# ---------------------------------------------------------------- under load


def acknowledged(line: str) -> int:
    """How many submissions a writer (rows.py) had acknowledged when it said that line."""
    return (int(line) + 1) * BATCH


def test_backup__while_four_write__has_one_state_with_all_that_was_acknowledged(book: str, tmp_path: Path) -> None:
    names = [f"writer{number}" for number in range(4)]
    writers = [
        subprocess.Popen([sys.executable, ROWS, "write", book, name, str(BATCH)], stdout=subprocess.PIPE, text=True)
        for name in names
    ]
    try:
        before = [_lines(writer, 10) for writer in writers]
        backup(book, tmp_path / "one")
        after = [_lines(writer, 1) for writer in writers]  # nobody was stopped by it
    finally:
        for writer in writers:
            writer.kill()
            writer.communicate()
    restore(tmp_path / "one", tmp_path / "restored.db")
    with connect(tmp_path / "restored.db") as db, connect(book) as source:
        for name, first, last in zip(names, before, after, strict=True):
            rows, last_rows = (
                each.all("SELECT id, key, carrier FROM submission WHERE key LIKE ? ORDER BY id", (f"{name}-%",))
                for each in (db, source)
            )
            assert rows == last_rows[: len(rows)]
            assert [key for _, key, _ in rows] == [f"{name}-{number}" for number in range(len(rows))]
            assert len(rows) % BATCH == 0
            assert acknowledged(first) <= len(rows) <= len(last_rows)
            assert acknowledged(last) <= len(last_rows)
        assert dangling(db) == 0
        assert count(db, "carrier") == count(db)


def _lines(writer: "subprocess.Popen[str]", number: int) -> str:
    assert writer.stdout is not None
    return [writer.stdout.readline() for _ in range(number)][-1]


# ---------------------------------------------------------------- what is not restored


def altered(change: Callable[[dict[str, bytes]], object]) -> Callable[[Path], object]:
    """A change to the texts in a backup, packed again so that the archive itself is whole."""

    def apply(file: Path) -> None:
        with zipfile.ZipFile(file) as archive:
            texts = {name: archive.read(name) for name in archive.namelist()}
        change(texts)
        with zipfile.ZipFile(file, "w") as archive:
            for name, text in texts.items():
                archive.writestr(name, text)

    return apply


def told(**changes: object) -> Callable[[Path], object]:
    """A change to the manifest alone."""

    def change(texts: dict[str, bytes]) -> None:
        texts[MANIFEST] = json.dumps({**json.loads(texts[MANIFEST]), **changes}).encode()

    return altered(change)


def swap(table: str, old: bytes, new: bytes) -> Callable[[dict[str, bytes]], object]:
    def change(texts: dict[str, bytes]) -> None:
        assert old in texts[f"{table}.jsonl"]
        texts[f"{table}.jsonl"] = texts[f"{table}.jsonl"].replace(old, new, 1)

    return change


def resum(change: Callable[[dict[str, bytes]], object]) -> Callable[[dict[str, bytes]], object]:
    """The same change with sums and counts that agree: a careful forger's."""

    def both(texts: dict[str, bytes]) -> None:
        change(texts)
        manifest = json.loads(texts[MANIFEST])
        for table, told in manifest["tables"].items():
            text = texts[f"{table}.jsonl"]
            told.update(rows=len(text.splitlines()), sha256=hashlib.sha256(text).hexdigest())
        texts[MANIFEST] = json.dumps(manifest).encode()

    return both


def flip(file: Path) -> None:
    with zipfile.ZipFile(file) as archive:
        place = archive.getinfo("submission.jsonl").header_offset + 200  # beyond its header
    octets = bytearray(file.read_bytes())
    octets[place] ^= 1
    file.write_bytes(octets)


def cut(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-100])


def drop_last_line(texts: dict[str, bytes]) -> None:
    texts["carrier.jsonl"] = b"".join(texts["carrier.jsonl"].splitlines(keepends=True)[:-1])


def reorder(texts: dict[str, bytes]) -> None:
    texts["carrier.jsonl"] = b"".join(reversed(texts["carrier.jsonl"].splitlines(keepends=True)))


DAMAGES: dict[str, tuple[Callable[[Path], object], type[BackupError]]] = {
    "a bit flipped": (flip, BackupDamaged),
    "cut short": (cut, BackupDamaged),
    "empty": (lambda file: file.write_bytes(b""), BackupForeign),
    "no archive": (lambda file: file.write_bytes(b"minutes of a meeting" * 99), BackupForeign),
    "another archive": (altered(lambda texts: texts.pop(MANIFEST)), BackupForeign),
    "another's manifest": (told(format="house-keeping"), BackupForeign),
    "newer form": (told(version=2), BackupTooNew),
    "newer revision": (told(revision="9999"), BackupTooNew),
    "manifest no object": (altered(lambda texts: texts.update({MANIFEST: b"[]"})), BackupDamaged),
    "manifest too deep": (altered(lambda texts: texts.update({MANIFEST: b"[" * 100_000})), BackupDamaged),
    "tables left out": (told(tables={}), BackupDamaged),
    "a text too many": (altered(lambda texts: texts.update({"../../etc/passwd": b"x"})), BackupDamaged),
    "a row less": (altered(drop_last_line), BackupDamaged),
    "rows in another order": (altered(reorder), BackupDamaged),
    "a value changed": (altered(swap("setting", b"31337", b"31338")), BackupDamaged),
    "forged: no hex": (altered(resum(swap("submission", b'"00', b'"zz'))), BackupDamaged),
    "forged: text for a number": (altered(resum(swap("submission", b"100000", b'"10000"'))), BackupDamaged),
    "forged: true for a number": (altered(resum(swap("submission", b"100000", b"true"))), BackupDamaged),
    "forged: number for text": (altered(resum(swap("setting", b'"31337"', b"31337"))), BackupDamaged),
    "forged: no row": (altered(resum(swap("setting", b'["chain","31337"]', b'{"chain":"31337"}'))), BackupDamaged),
    "forged: a column more": (altered(resum(swap("setting", b'"31337"]', b'"31337",1]'))), BackupDamaged),
    "forged: unknown state": (altered(resum(swap("submission", b'"queued"', b'"queuer"'))), BackupDamaged),
    "forged: carriers gone": (altered(resum(lambda texts: texts.update({"carrier.jsonl": b""}))), BackupDamaged),
    "forged: a row twice": (
        altered(resum(lambda texts: texts.update({"setting.jsonl": texts["setting.jsonl"] * 2}))),
        BackupDamaged,
    ),
}


def test_archive__with_any_bit_flipped__is_refused_or_reads_the_same(file: Path) -> None:
    octets = file.read_bytes()

    def reads(damaged: bytes) -> list[object]:
        archive = Archive(io.BytesIO(damaged), "file")
        return [archive.manifest, *(list(archive.rows(table)) for table in archive.manifest.tables)]

    whole, refused = reads(octets), 0
    for place in range(0, len(octets), 5):
        damaged = bytearray(octets)
        damaged[place] ^= 1 << place % 8
        try:
            told = reads(bytes(damaged))
        except BackupError:
            refused += 1
        else:
            assert told == whole, place
    assert refused > len(octets) // 5 * 0.8  # the rest are dates and the like


@pytest.mark.parametrize("damage", DAMAGES)
def test_restore__of_a_damaged_or_foreign_file__is_refused_and_leaves_no_row(file: Path, damage: str) -> None:
    spoil, error = DAMAGES[damage]
    spoil(file)
    target = file.parent / "target.db"
    with pytest.raises(error):
        restore(file, target)
    if target.exists():
        with connect(target) as db:
            assert not any(count(db, table) for table in schema.TABLES[schema.REVISION])
            queue(db, "usable")


@pytest.mark.parametrize("damage", [damage for damage in DAMAGES if damage.startswith("forged")])
def test_restore__of_a_forged_file__is_refused_by_postgresql_too(file: Path, postgres: Server, damage: str) -> None:
    DAMAGES[damage][0](file)
    target = postgres.database()
    with pytest.raises(BackupDamaged):
        restore(file, target)
    with connect(target) as db:
        assert schema.revision(db) is None or count(db) == 0


def test_restore__over_a_book_with_rows__is_refused_and_changes_nothing(file: Path, book: str) -> None:
    with connect(book) as db:
        queue(db, "mine")
    before = contents(book)
    with pytest.raises(StoreNotEmpty) as refused:
        restore(file, book)
    assert refused.value.arguments["table"] == "submission"
    assert contents(book) == before


def test_restore__over_a_book_of_another_revision__is_refused_and_changes_nothing(file: Path, book: str) -> None:
    with connect(book) as db:
        db.execute(f"UPDATE {schema.VERSION_TABLE} SET version_num = '9999'")
        with pytest.raises(StoreNotEmpty):
            restore(file, book)
        assert schema.revision(db) == "9999"
        assert count(db) == 0


def test_restore__no_such_file__is_unusable_and_makes_no_book(tmp_path: Path) -> None:
    with pytest.raises(BackupUnusable, match="No such file"):
        restore(tmp_path / "nothing", tmp_path / "book.db")
    assert list(tmp_path.iterdir()) == []


# ---------------------------------------------------------------- what is not backed up


def test_backup__no_such_book__is_missing_and_makes_no_file(tmp_path: Path) -> None:
    with pytest.raises(StoreMissing):
        backup(tmp_path / "book.db", tmp_path / "one")
    assert list(tmp_path.iterdir()) == []


def test_backup__no_tables__is_too_old_and_the_former_backup_stays(tmp_path: Path) -> None:
    make_private(tmp_path / "book.db")
    (tmp_path / "one").write_text("an older backup")
    with pytest.raises(SchemaTooOld):
        backup(tmp_path / "book.db", tmp_path / "one")
    assert (tmp_path / "one").read_text() == "an older backup"
    assert not list(tmp_path.glob(".*"))


def test_backup__into_a_folder_that_is_not_there__is_unusable(full: str, tmp_path: Path) -> None:
    with pytest.raises(BackupUnusable, match="No such file"):
        backup(full, tmp_path / "nowhere" / "one")


def test_backup__onto_a_full_disk__is_unusable_and_the_former_backup_stays(small_disk: Path, tmp_path: Path) -> None:
    upgrade(tmp_path / "book.db")
    with connect(tmp_path / "book.db") as db:
        db.executemany(NEW, [submission(os.urandom(600).hex()) for _ in range(3000)])
    (small_disk / "one").write_text("an older backup")
    with pytest.raises(BackupUnusable, match="No space left"):
        backup(tmp_path / "book.db", small_disk / "one")
    assert [path.name for path in small_disk.iterdir()] == ["one"]
    assert (small_disk / "one").read_text() == "an older backup"
