# SPDX-License-Identifier: Apache-2.0
"""Officers, keys, counted tries and the log survive an upgrade, a backup and a change of database."""

from pathlib import Path

import pytest

from api.access import audit
from api.access.viewer import Duty
from chain.store import schema
from chain.store.backup import backup
from chain.store.db import connect
from chain.store.migrate import upgrade
from chain.store.restore import restore
from tests.postgres import Server
from tests.unit.access.desk import Desk
from tests.unit.store.rows import count, queue

ACCESS = ("officer", "api_key", "login_try", "audit")


@pytest.mark.parametrize("into", ["sqlite", "postgresql"])
def test_restore__into_either_database__has_the_same_officers_keys_and_log(
    desk: Desk, tmp_path: Path, request: pytest.FixtureRequest, into: str
) -> None:
    admin = desk.key(10, 1, Duty.ADMIN)
    number, key = desk.made(admin, Duty.VIEWER)
    desk.ask("DELETE", f"/keys/{number}", admin)
    desk.login("officer.10.1", "wrong")
    backup(desk.book, tmp_path / "saved")
    server: Server | None = request.getfixturevalue("postgres") if into == "postgresql" else None
    place = f"sqlite://{tmp_path}/other.db" if server is None else server.database()
    restore(tmp_path / "saved", place)
    with connect(desk.book) as old, connect(place) as new:
        for table in ACCESS:
            assert count(new, table) > 0
            assert sorted(old.all(f"SELECT * FROM {table}")) == sorted(new.all(f"SELECT * FROM {table}"))
        assert audit.verify(new) == audit.verify(old)
    after = Desk(place)
    with after.client:
        assert after.ask("GET", "/me", admin).status_code == 200
        assert after.ask("GET", "/me", key).status_code == 401
        assert after.made(admin, Duty.VIEWER)[0] > number
        assert after.log()[-1].number > 5
    for db in after.places.opened if server else []:
        db.close()


def test_upgrade__of_a_book_in_use__keeps_its_rows_and_adds_the_tables(tmp_path: Path) -> None:
    upgrade(tmp_path / "old.db", to="0002")
    with connect(tmp_path / "old.db") as db:
        queue(db, "a", "b")
        upgrade(tmp_path / "old.db")
        schema.check(db)
        assert count(db) == 2
        assert [count(db, table) for table in ACCESS] == [0, 0, 0, 0]
