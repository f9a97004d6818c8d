# SPDX-License-Identifier: Apache-2.0
"""A company that comes later, from the Registrar's terminal and its own; the key of its account is nowhere near."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from eth_account import Account
from typer.testing import CliRunner, Result

from api.commands import app
from chain.signing.key import Key
from tests.flows import registry
from tests.flows.registry import Town, signed

pytestmark = pytest.mark.usefixtures("anvil_here")


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    with registry.town(tmp_path_factory.mktemp("late") / "service") as made:
        for who in ("registrar.1", "yunling.1", "yunling.2"):
            assert ran(made, who, "login", "--demo", who).exit_code == 0
        yield made


def ran(town: Town, who: str, *words: object) -> Result:
    given = [*map(str, words), *([] if words[0] == "login" else ["--as", who]), "--folder", str(town.folder)]
    result = CliRunner().invoke(app, given)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def fresh() -> Key:
    return Key.of(bytes(Account.create().key))


def test_company__whose_key_is_elsewhere__is_admitted_by_the_signature_of_the_file(town: Town, tmp_path: Path) -> None:
    own, other, cash, file = fresh(), fresh(), fresh(), tmp_path / "sign.json"
    words: tuple[str, ...] = (
        "participant",
        "admit",
        "卓越线束",
        "--number",
        "91990000MA0YX00773",
        "--role",
        "supplier",
    )
    words += ("--account", own.address, "--cash", cash.address)
    bare = ran(town, "registrar.1", *words)
    assert bare.exit_code == 1
    assert "--to-sign FILE" in bare.stderr
    words += ("--to-sign", str(file))
    assert ran(town, "registrar.1", *words).exit_code == 1
    told = json.loads(file.read_text("utf-8"))
    wrong = ran(town, "registrar.1", *words, "--proof", signed(told, other), "--json")
    assert (wrong.exit_code, json.loads(wrong.stderr)["code"]) == (1, "proof-missing")
    done = ran(town, "registrar.1", *words, "--proof", signed(told, own))
    found = re.fullmatch(r"final: register participant (\d+) \(submission \d+, block \d+\)\n", done.stdout)
    assert found, done.output
    shown = ran(town, "registrar.1", "participant", "show", found[1]).stdout
    assert "卓越线束" in shown
    assert re.search("registered .*\n account added ", shown)
    looked_up = ran(town, "yunling.1", "participant", "show", found[1]).stdout
    assert "卓越线束" in looked_up
    assert "account added" not in looked_up
    assert ran(town, "yunling.1", *words, "--proof", signed(told, own)).exit_code == 1


def test_threshold__proposed_on_a_terminal__counts_when_the_others_have_signed_on_theirs(town: Town) -> None:
    asked = ran(town, "yunling.1", "participant", "threshold", 10, "60,000.01", "--json")
    proposal = json.loads(asked.stdout)["proposal"]["id"]
    assert ran(town, "yunling.2", "sign", proposal, "--yes").exit_code == 0
    done = ran(town, "registrar.1", "sign", proposal, "--yes")
    assert "final: set threshold 10" in done.stdout, done.output
    sql = "SELECT threshold FROM officer WHERE participant = 10 AND officer = 1 AND block_to > 9e18"
    assert town.mirrored(sql) == [("6000001",)]
