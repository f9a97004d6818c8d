# SPDX-License-Identifier: Apache-2.0
"""`deeptier up` keeps a mirror; `deeptier mirror` tells how far it is, whether it is the chain, and makes it anew."""

import json
import os
import signal
from pathlib import Path

import pytest
from typer.testing import CliRunner

from api.commands import app
from chain.mirror.errors import MirrorEmpty
from chain.store.db import connect
from tests.flows.running import status, told, until, up
from tests.office import Office

pytestmark = pytest.mark.usefixtures("anvil_here")


def mirrored(folder: Path) -> bool:
    """Whether the mirror has everything that the book has."""
    found = status(folder)
    return bool(found["mirror"]["ready"] and found["mirror"]["block"] == found["head"])


def test_up__its_mirror__follows_survives_and_is_the_chain_however_it_was_made(tmp_path: Path) -> None:
    folder = tmp_path / "service"
    here = ("--folder", folder)
    with up(folder, "--demo"):
        office = Office(folder)
        office.furnish()
        office.held(1)
        until(lambda: mirrored(folder))
        assert json.loads(told("mirror", "status", "--json", *here).stdout)["block"] == status(folder)["head"]
        for words in (["--quick"], []):
            assert json.loads(told("mirror", "reconcile", "--json", *words, *here).stdout)["equal"]
        os.kill(status(folder)["parts"]["mirror"]["pid"], signal.SIGKILL)
        office.held(2)
        until(lambda: mirrored(folder))
        assert told("mirror", "refold", "--lang", "zh", *here).error is None
        assert told("mirror", "rebuild", *here).error is None
        until(lambda: mirrored(folder))
        assert json.loads(told("mirror", "reconcile", "--json", *here).stdout)["equal"]
        with connect(folder / "mirror.db") as db:  # somebody's hand in it
            (view,) = db.all("SELECT name FROM sqlite_master WHERE type = 'table' AND name LIKE 'claim_v%'")
            db.execute(f"UPDATE {view[0]} SET amount = amount + 1 WHERE seq = 1 AND number = 2")
        done = CliRunner().invoke(app, ["mirror", "reconcile", "--folder", str(folder)])
        assert done.exit_code == 1
        assert "amount: mirror 5000001, chain 5000000" in done.stdout
    until(lambda: CliRunner().invoke(app, ["mirror", "status", "--folder", str(folder)]).exit_code == 1)


def test_mirror__none_there__says_so_and_makes_none(tmp_path: Path) -> None:
    assert isinstance(told("mirror", "reconcile", "--folder", tmp_path / "x").error, Exception)
    with up(tmp_path / "service", "--demo"):
        pass
    (tmp_path / "service" / "mirror.db").unlink()
    refused = told("mirror", "refold", "--folder", tmp_path / "service").error
    assert isinstance(refused, MirrorEmpty)
    assert not (tmp_path / "service" / "mirror.db").exists()
