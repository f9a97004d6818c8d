# SPDX-License-Identifier: Apache-2.0
"""Full disks, lost connections, damaged files and killed processes: typed, and never half of anything."""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path

import psycopg
import pytest

from chain.store.db import Db, connect
from chain.store.errors import CommitUncertain, DiskFull, ServerDiskFull, StoreBusy, StoreDamaged, StoreUnavailable
from chain.store.migrate import upgrade
from chain.store.postgres import PostgresDb
from chain.store.private import make_private
from tests.postgres import Server, serving
from tests.unit.store.rows import NEW, count, queue, submission

ROWS = str(Path(__file__).with_name("rows.py"))
BATCH = 7


@contextmanager
def writing(*arguments: str) -> Iterator[subprocess.Popen[str]]:
    """A process that writes (rows.py), killed at the end at the latest."""
    process = subprocess.Popen(
        [sys.executable, ROWS, *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def test_kill__in_the_middle_of_a_transaction__leaves_nothing_half_and_nobody_waiting(book: str) -> None:
    with writing("stop", book) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "inside\n"
        process.send_signal(signal.SIGKILL)
        process.wait()
    with connect(book) as db:
        assert db.all("SELECT key FROM submission") == [("kept",)]
        queue(db, "next")
        if db.dialect == "sqlite":
            assert db.one("PRAGMA integrity_check") == ("ok",)


def test_kill__at_any_moment__keeps_all_that_was_acknowledged_in_whole_transactions(book: str) -> None:
    dice = random.Random(6)
    with connect(book) as db:
        for turn in range(6):
            name = f"turn{turn}"
            with writing("write", book, name, str(BATCH)) as process:
                assert process.stdout is not None
                for _ in range(dice.randrange(1, 40)):
                    last = process.stdout.readline()
                time.sleep(dice.random() / 100)
                process.send_signal(signal.SIGKILL)
                last = ([last] + process.stdout.readlines())[-1]
            acknowledged = (int(last) + 1) * BATCH
            found = [
                found for (found,) in db.all("SELECT key FROM submission WHERE key LIKE ? ORDER BY id", (f"{name}-%",))
            ]
            assert found == [f"{name}-{number}" for number in range(len(found))]
            assert len(found) in (acknowledged, acknowledged + BATCH)
            assert db.one("SELECT count(*) FROM carrier WHERE relay = ?", (name,)) == (len(found),)


# ---------------------------------------------------------------- SQLite


def test_transaction__that_has_only_read__is_the_only_writer_already(tmp_path: Path) -> None:
    path = tmp_path / "book.db"
    upgrade(path)
    with connect(path) as db, connect(path, patience=0.1) as other:
        with db.transaction():
            assert count(db) == 0
            with pytest.raises(StoreBusy):
                queue(other, "meanwhile")
            assert count(other) == 0  # reading is free
            db.execute(NEW, submission("a"))  # on what was read
        queue(other, "afterwards")


def test_disk__full__is_told_keeps_what_was_acknowledged_and_goes_on_by_itself(small_disk: Path) -> None:
    path = small_disk / "book.db"
    upgrade(path)
    acknowledged = []
    with connect(path) as db:
        with pytest.raises(DiskFull) as told:  # noqa: PT012
            for number in range(10_000):
                queue(db, f"{number}-{'x' * 1000}")
                acknowledged.append(number)
        assert told.value == DiskFull(place=str(path), left=0)
        assert len(acknowledged) > 10
        assert count(db) == len(acknowledged)
        with pytest.raises(DiskFull):
            db.executemany(NEW, [submission(f"{number}-{'y' * 1000}") for number in range(2000)])
        assert count(db) == len(acknowledged)
        subprocess.run(["mount", "-o", "remount,size=16m", small_disk], check=True)
        queue(db, "there is room again")
        assert count(db) == len(acknowledged) + 1
    with connect(path) as again:
        assert count(again) == len(acknowledged) + 1
        assert again.one("PRAGMA integrity_check") == ("ok",)


def test_commit__that_the_file_system_broke_off__is_uncertain(tmp_path: Path) -> None:
    path = tmp_path / "book.db"
    upgrade(path)
    tried = subprocess.run(
        [sys.executable, ROWS, "limited", f"sqlite://{path}"], capture_output=True, text=True, check=False
    )
    assert tried.stdout == "uncertain-commit\n", tried.stderr
    with connect(path) as db:
        assert count(db) == 0
        assert db.one("PRAGMA integrity_check") == ("ok",)


def test_disk__too_full_for_a_book__is_told_and_leaves_one_to_go_on_with(small_disk: Path) -> None:
    filler = small_disk / "filler"
    with pytest.raises(OSError, match="No space left"):
        filler.write_bytes(bytes(2 << 20))
    with pytest.raises(DiskFull):
        upgrade(small_disk / "book.db")
    filler.unlink()
    upgrade(small_disk / "book.db")


def test_file__of_something_else__is_damaged(tmp_path: Path) -> None:
    path = tmp_path / "book.db"
    path.write_bytes(b"These are the minutes of a meeting. " * 300)
    with pytest.raises(StoreDamaged):
        connect(path)
    with pytest.raises(StoreDamaged):
        upgrade(path)


def test_file__with_a_page_overwritten__is_damaged_and_not_empty(tmp_path: Path) -> None:
    path = tmp_path / "book.db"
    upgrade(path)
    with connect(path) as db:
        db.executemany(NEW, [submission(f"{number}-{'x' * 500}") for number in range(500)])
    octets = bytearray(path.read_bytes())
    octets[8192:] = b"\xa5" * len(octets[8192:])
    path.write_bytes(octets)
    with pytest.raises(StoreDamaged), connect(path) as db:
        db.all("SELECT * FROM submission")


def test_files__of_a_new_book__are_for_their_owner_alone(tmp_path: Path) -> None:
    old = os.umask(0)
    try:
        path = tmp_path / "deeper" / "book.db"
        upgrade(path)
        with connect(path) as db:
            queue(db, "a")
            modes = {file.name: file.stat().st_mode & 0o777 for file in path.parent.iterdir()}
    finally:
        os.umask(old)
    assert modes == {"book.db": 0o600, "book.db-wal": 0o600, "book.db-shm": 0o600}
    assert path.parent.stat().st_mode & 0o777 == 0o700


def test_file__that_others_could_read__is_closed_to_them(tmp_path: Path) -> None:
    path = tmp_path / "book.db"
    path.touch(0o666)
    path.chmod(0o666)
    upgrade(path)
    assert path.stat().st_mode & 0o777 == 0o600


def test_folder__that_cannot_be_made__is_unavailable(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StoreUnavailable, match="File exists"):
        upgrade(tmp_path / "file" / "book.db")


def test_writers__four_that_never_pause__each_get_their_turn(tmp_path: Path) -> None:
    address = f"sqlite://{tmp_path}/book.db"
    upgrade(address)
    with ExitStack() as stack:
        writers = [stack.enter_context(writing("write", address, f"writer{number}", "1")) for number in range(4)]
        for writer in writers:
            assert writer.stdout is not None
            assert len([writer.stdout.readline() for _ in range(50)]) == 50  # all of them have begun
        time.sleep(1)
        for writer in writers:
            writer.kill()
    with connect(address) as db:
        written = [share for (share,) in db.all("SELECT count(*) FROM carrier GROUP BY relay")]
    assert len(written) == 4
    assert min(written) * 20 > max(written), written


# ---------------------------------------------------------------- PostgreSQL


@pytest.fixture
def remote(postgres: Server) -> Iterator[Db]:
    """A connection to a book of its own on the server."""
    address = postgres.database()
    upgrade(address)
    with connect(address, patience=0.2) as db:
        yield db


def break_off(server: Server, db: Db) -> None:
    """Let the server end a connection, as a restart or a network does."""
    assert isinstance(db, PostgresDb)
    with psycopg.connect(server.url("postgres"), autocommit=True) as admin:
        admin.execute("SELECT pg_terminate_backend(%s, 5000)", (db._connection.info.backend_pid,))


def test_connection__lost_between_transactions__is_told_once_then_made_again(postgres: Server, remote: Db) -> None:
    queue(remote, "a")
    break_off(postgres, remote)
    with pytest.raises(StoreUnavailable):
        queue(remote, "b")
    queue(remote, "c")
    assert remote.all("SELECT key FROM submission ORDER BY id") == [("a",), ("c",)]
    assert remote.one("SHOW lock_timeout") == ("200ms",)


def test_connection__lost_in_a_transaction__leaves_nothing_of_it(postgres: Server, remote: Db) -> None:
    with pytest.raises(StoreUnavailable), remote.transaction():  # noqa: PT012
        remote.execute(NEW, submission("a"))
        break_off(postgres, remote)
        remote.execute(NEW, submission("b"))
    queue(remote, "c")
    assert remote.all("SELECT key FROM submission") == [("c",)]


def test_connection__lost_at_the_commit__is_uncertain_and_never_success(postgres: Server, remote: Db) -> None:
    with pytest.raises(CommitUncertain), remote.transaction():  # noqa: PT012
        remote.execute(NEW, submission("a"))
        break_off(postgres, remote)
    assert count(remote) == 0


def test_commit__that_the_server_turns_into_a_rollback__is_never_success(remote: Db) -> None:
    assert isinstance(remote, PostgresDb)
    with pytest.raises(StoreBusy, match="COMMIT with ROLLBACK"), remote.transaction():  # noqa: PT012
        remote.execute(NEW, submission("a"))
        with pytest.raises(psycopg.errors.DivisionByZero):
            remote._connection.execute("SELECT 1 / 0")  # past the layer that would remember it
    assert count(remote) == 0


def test_server__that_only_reads__is_unavailable(remote: Db) -> None:
    remote.execute("SET default_transaction_read_only = on")
    with pytest.raises(StoreUnavailable, match="read-only"):
        queue(remote, "a")


_FULL = """
CREATE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN RAISE EXCEPTION 'could not extend file' USING ERRCODE = 'disk_full'; END $$
"""


@pytest.mark.parametrize("when", ["INITIALLY IMMEDIATE", "INITIALLY DEFERRED"])
def test_server__without_room_on_its_disk__is_told_by_name_and_nothing_stands(remote: Db, when: str) -> None:
    """Deferred: it is the COMMIT that fails, which the server tells before anything of it stands."""
    remote.execute(_FULL)
    trigger = f"CREATE CONSTRAINT TRIGGER full_disk AFTER INSERT ON submission DEFERRABLE {when}"
    remote.execute(f"{trigger} FOR EACH ROW EXECUTE FUNCTION no_room()")
    with pytest.raises(ServerDiskFull) as told, remote.transaction():
        remote.execute(NEW, submission("a"))
    assert told.value == ServerDiskFull(store=remote.store)
    assert count(remote) == 0
    remote.execute("DROP TRIGGER full_disk ON submission")
    queue(remote, "b")
    assert count(remote) == 1


def test_server__stopped__is_unavailable_and_taken_up_again_when_it_runs(postgres: Server) -> None:
    with serving(postgres.programs) as server:  # one of its own: the others' must not stop
        address = server.database()
        upgrade(address)
        with connect(address) as db:
            queue(db, "a")
            server.stop("immediate")
            for _ in range(2):
                with pytest.raises(StoreUnavailable):
                    queue(db, "b")
            with pytest.raises(StoreUnavailable):
                connect(address)
            server.start()
            queue(db, "c")
            assert db.all("SELECT key FROM submission ORDER BY id") == [("a",), ("c",)]


def test_sqlite__a_text_that_is_no_text__is_damage_by_name(tmp_path: Path) -> None:
    path = tmp_path / "odd.db"
    make_private(path)
    with connect(path) as db:
        db.execute("CREATE TABLE odd (said TEXT NOT NULL) STRICT")
        db.execute("INSERT INTO odd (said) VALUES (CAST(x'ff41ff' AS TEXT))")
        with pytest.raises(StoreDamaged) as told:
            db.all("SELECT said FROM odd")
    assert told.value.arguments["why"] == "a text is not UTF-8"


def test_server__halted__is_unavailable_within_its_time_and_taken_up_again_when_it_goes_on(postgres: Server) -> None:
    with serving(postgres.programs) as server, ThreadPoolExecutor(1) as pool:  # the others' server must not halt
        address = server.database()
        upgrade(address)
        with connect(address, longest=0.5) as db, ExitStack() as halted:

            def halts_at_the_commit() -> None:
                with db.transaction():
                    db.execute(NEW, submission("c"))
                    halted.enter_context(server.halted())

            queue(db, "a")
            with server.halted():
                assert isinstance(pool.submit(queue, db, "b").exception(30), StoreUnavailable)
            queue(db, "b")
            assert isinstance(pool.submit(halts_at_the_commit).exception(30), CommitUncertain)
            halted.close()
            assert count(db) in (2, 3), "what of it stands is to be looked at"
