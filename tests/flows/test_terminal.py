# SPDX-License-Identifier: Apache-2.0
"""What people read on a terminal, from the real commands asking a real service over a socket."""

import csv
import io
import json
import os
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from api.commands import app
from api.terminal.commands import NAMES
from tests.cast import ANNA, CLEO, CORE, FIN, YUAN, Member
from tests.flows.running import COMMAND
from tests.mirrored import new_mirror, write
from tests.properties import reading
from tests.served import Site, furnish, heard, site
from tests.worlds import World, furnished

MANY = 620
"""Claims of Cleo's: more than a page has."""

pytestmark = pytest.mark.xdist_group("terminal")  # one worker starts the service, once


def told() -> World:
    """Cleo holds many small claims; Anna the rest, some of it encumbered; the financier bought a part."""
    world = furnished()
    first = world.held(1).claim(1)
    for _ in range(MANY // 50):
        world.do(world.split_many(first, *[(CLEO, YUAN)] * 50))
    world.do(world.split_many(first, *[(CLEO, YUAN)] * (MANY % 50)))
    world.do(world.lien(first, FIN, 3 * YUAN))
    world.do(world.discount(world.quote(first, 9 * YUAN, 10 * YUAN)))
    world.held(2)
    return world


@dataclass(frozen=True)
class Terminal:
    folder: Path
    site: Site

    def run(self, *words: object, who: Member = CLEO, typed: str | None = None) -> Result:
        given = [*map(str, words), "--folder", str(self.folder), "--as", who.name]
        result = CliRunner().invoke(app, given, input=typed)
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    def json(self, *words: object, who: Member = CLEO) -> Any:
        done = self.run(*words, "--json", who=who)
        assert (done.exit_code, done.stderr) == (0, "")
        return json.loads(done.stdout)


def lines(shown: Result) -> int:
    """How many claims a table has."""
    return len(re.findall(r"^ 4-1-\d+ ", shown.stdout, re.MULTILINE))


@pytest.fixture(scope="module")
def terminal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Terminal]:
    folder = furnish(tmp_path_factory.mktemp("site"))
    story = reading.story(told(), 1, most=40)
    with new_mirror(f"sqlite://{folder}/mirror.db", story.world.rulebook) as db:
        write(db, story.blocks)
        heard(db, story.told[-1].time)
    with site(folder, story.told[-1].time + 2) as served:
        (folder / "run" / "http").write_text(served.url)
        found = Terminal(folder, served)
        for who in (ANNA, CLEO, CORE, FIN):
            words = ["login", who.name, "--key-stdin", "--folder", str(folder)]
            assert CliRunner().invoke(app, words, input=served.key(who.id)).exit_code == 0
        yield found


def test_holdings__of_more_than_a_page__are_all_there_when_asked_for(terminal: Terminal) -> None:
    first = terminal.run("holdings")
    assert first.exit_code == 0
    assert lines(first) == 50
    assert "--all" in first.stdout
    assert len(terminal.json("holdings", "--all")["rows"]) == MANY
    assert lines(terminal.run("holdings", "--all")) == MANY


def test_holdings__in_chinese__have_words_amounts_and_reasons_and_no_address(terminal: Terminal) -> None:
    shown = terminal.run("holdings", "--lang", "zh", who=ANNA).stdout
    assert re.search(r"^ 4-1-1 +4 +367\.00 .* CNY +2026-04-01 +可用", shown, re.MULTILINE), shown
    assert "有权利负担" in shown
    assert "0x" not in shown


def test_state__of_the_filter__counts_for_table_json_and_file_alike(terminal: Terminal, tmp_path: Path) -> None:
    (row,) = terminal.json("holdings", "--state", "liened", who=ANNA)["rows"]
    assert lines(terminal.run("holdings", "--state", "liened", who=ANNA)) == 1
    terminal.run("export", "holdings", "--state", "liened", "--csv", tmp_path / "a.csv", who=ANNA)
    (line,) = csv.DictReader(io.StringIO((tmp_path / "a.csv").read_text("utf-8-sig")))
    assert (line["claim"], line["amount"], line["currency"]) == (row["id"], "3.00", "CNY")


def test_export__of_every_page__sums_to_what_the_exposure_says(terminal: Terminal, tmp_path: Path) -> None:
    done = terminal.run("export", "holdings", "--csv", tmp_path / "a.csv", "--xlsx", tmp_path / "a.xlsx")
    assert f"{MANY} rows, as of block" in done.stdout
    lines = list(csv.DictReader(io.StringIO((tmp_path / "a.csv").read_text("utf-8-sig"))))
    assert len({line["claim"] for line in lines}) == MANY
    cents = sum(int(line["unpaid"].replace(".", "")) for line in lines)
    assert cents == terminal.json("exposure")["row"]["held"]["total"]["unpaid"] == MANY * YUAN


def test_ladder_and_exposure__add_up_to_their_last_line(terminal: Terminal) -> None:
    shown = terminal.run("ladder", who=CORE).stdout
    assert re.search(r"61-90 days .* 2,000\.00 +\d+ *\n", shown), shown
    assert re.search(r"total .* 2,000\.00 ", shown), shown
    assert re.search(rf" {CLEO.id} +{MANY}\.00 +{MANY} *\n", terminal.run("exposure", who=CORE).stdout)


def test_trace__from_root_and_from_a_fragment__says_who_how_much_when_and_how(terminal: Terminal) -> None:
    shown = terminal.run("trace", "4-1-1", who=CORE).stdout
    assert shown.count(f"split: {ANNA.id} → {CLEO.id}  CNY 1.00") == MANY
    assert re.search(rf"issue: {CORE.id} → {ANNA.id}  CNY 1,000\.00  2026-01-01 08:00 \(block \d+\)", shown)
    assert f"discount: {ANNA.id} → {FIN.id}  CNY 10.00" in shown
    fragment = terminal.run("trace", "4-1-3", "--lang", "zh").stdout
    assert re.search(rf"^4-1：{CORE.id} 的付款承诺，1,000\.00 CNY，到期 2026-04-01，已开立$", fragment, re.MULTILINE)
    assert re.search(rf"4-1-3\n +├── 拆分：{ANNA.id} → {CLEO.id}  1\.00 CNY", fragment), fragment
    assert terminal.run("trace", "4-1-1", "--most", 5, who=CORE).stdout.count("split:") == 5
    assert len(terminal.json("trace", "4-1-1", who=CORE)["pieces"]) == MANY + 2


def test_what_is_not_ones_own_and_what_is_not_there__look_the_same(terminal: Terminal) -> None:
    told = [terminal.run("trace", claim, "--lang", "zh") for claim in ("4-2-1", "9-9-9")]
    assert {(one.exit_code, one.stdout, one.stderr) for one in told} == {(1, "", told[0].stderr)}
    assert "查无此项" in told[0].stderr


def test_todo__of_somebody_for_whom_something_waits_and_of_somebody_else__is_told(terminal: Terminal) -> None:
    assert terminal.run("todo", "--lang", "zh").stdout == "没有待办事项。\n"
    assert re.search(
        r"To pay within 120 days *\n(.*\n)+? 4-1 +4 +1,000\.00", terminal.run("todo", "--days", 120, who=CORE).stdout
    )


def test_search_participant_and_obligation__are_told(terminal: Terminal) -> None:
    assert terminal.json("search", "4-1-2")["rows"][0]["kind"] == "claim"
    assert "core enterprise" in terminal.run("participants", CORE.id).stdout
    assert re.search(r" 4-2 +4 +1,000\.00 ", terminal.run("obligation", "list", who=CORE).stdout)
    assert terminal.run("obligation", "show", "4-2", who=CORE).stdout.count("\n 4-2-1 ") == 1


def test_misuse__by_word_value_or_id__ends_with_2_and_asks_nothing_of_the_ledger(terminal: Terminal) -> None:
    for words in (("holdings", "--state", "lost"), ("trace", "x"), ("holdings", "--limit", 0), ("trace",)):
        assert terminal.run(*words).exit_code == 2, words


def test_key__that_ended__ends_with_3(terminal: Terminal) -> None:
    done = CliRunner().invoke(
        app, ["login", "stale", "--key-stdin", "--folder", str(terminal.folder)], input="dt_no_such_key"
    )
    assert done.exit_code == 3
    assert "→" in done.stderr


def test_demo_login__of_a_network_that_is_no_demo__is_refused(terminal: Terminal) -> None:
    words = ["login", "--demo", "yunling.1", "--folder", str(terminal.folder), "--json"]
    done = CliRunner().invoke(app, words)
    assert (done.exit_code, json.loads(done.stderr)["code"]) == (1, "demo-only")


# ---- as processes of their own


def process(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [COMMAND, *words], capture_output=True, text=True, timeout=60, env={**os.environ, **environment}
    )


def test_process__asking_with_the_environments_key__prints_json_and_nothing_else(terminal: Terminal) -> None:
    told = {"DEEPTIER_KEY": terminal.site.key(CLEO.id), "DEEPTIER_URL": terminal.site.url}
    done = process("holdings", "--json", "--limit", "3", **told)
    assert (done.returncode, done.stderr, len(json.loads(done.stdout)["rows"])) == (0, "", 3)


def test_process__without_a_service__ends_with_4_and_says_where_it_asked(tmp_path: Path) -> None:
    done = process("holdings", "--folder", str(tmp_path), DEEPTIER_KEY="dt_x", DEEPTIER_URL="http://127.0.0.1:9")
    assert (done.returncode, done.stdout) == (4, "")
    assert "http://127.0.0.1:9" in done.stderr


def test_process__of_a_command_that_asks__loads_no_node_and_no_database() -> None:
    done = process("holdings", "--help", PYTHONPROFILEIMPORTTIME="1")
    loaded = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}
    assert {"api.terminal.reads", "typer"} <= loaded
    assert not loaded & {"api.commands", "sqlalchemy", "web3", "fastapi", "chain.store.db", "urllib3", "api.settings"}


def test_commands__that_ask__are_among_all_commands_and_help_says_how_they_end() -> None:
    shown = process("--help", COLUMNS="200")
    assert all(re.search(rf"│ {name} ", shown.stdout) for name in NAMES)
    assert "5 accepted, not final yet" in shown.stdout
