# SPDX-License-Identifier: Apache-2.0
"""The main job from five terminals: promise, accept, split, pass on, finance, pay, redeem; on a network that runs."""

import json
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import urllib3
from typer.testing import CliRunner, Result

from api.commands import app
from api.participants.directory import Company as Firm
from api.participants.directory import by_number, enter
from api.story.cast import BANK, FOAM, MOTORS, RIVAL, SEATS
from chain.documents.demo import octets
from chain.store.db import connect
from tests.flows.market import Market, market
from tests.flows.test_terminal import process
from tests.unit.client.fake import LOST, Fake, Heard, Said, serving

pytestmark = [
    pytest.mark.usefixtures("anvil_here"),
    pytest.mark.xdist_group("orders"),  # one worker starts the service, once
]

NUMBERS = {MOTORS: "91990000MA0YM00109", SEATS: "91990000MA0HT0021J"}  # as the sample invoices have them
DRAFTED = "seats-2026-0301-fp.xml"
PEOPLE = ("yunling.1", "yunling.2", "hengzuo.1", "roumian.1", "linjiang.1", "wanghai.1")


@dataclass(frozen=True)
class Town:
    """A network and a terminal for each of its officers."""

    market: Market
    folder: Path

    def run(self, who: str, *words: object, code: int = 0, typed: str | None = None) -> Result:
        given = [*map(str, words), "--as", who, "--folder", str(self.folder)]
        result = CliRunner().invoke(app, given, input=typed)
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        assert result.exit_code == code, result.output
        return result

    def json(self, who: str, *words: object) -> Any:
        return json.loads(self.run(who, *words, "--json").stdout)

    def claim(self) -> str:
        """A new claim of the supplier's: FACE."""
        return str(self.market.held())


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    folder = tmp_path_factory.mktemp("town") / "service"
    with market(folder) as made:
        with connect(folder / "book.db") as db, db.transaction():
            for company, number in NUMBERS.items():
                if by_number(db, number) is None:
                    enter(db, Firm(company.id, company.name.zh, number), bytes(32), 1)
        for words in logins(folder):
            assert CliRunner().invoke(app, [str(word) for word in words]).exit_code == 0
        yield Town(made, folder)


def logins(folder: Path) -> list[list[object]]:
    return [["login", "--demo", who, "--folder", folder] for who in PEOPLE]


@pytest.fixture(scope="module")
def invoice(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("invoices") / DRAFTED
    file.write_bytes(octets(DRAFTED))
    return file


def test_walk__from_an_invoice_to_the_last_cent__by_five_parties_on_terminals(town: Town, invoice: Path) -> None:
    drafted = town.json("yunling.1", "obligation", "draft", invoice, "--due", "2027-02-20", "--checker", "10-2")
    proposal, promise = drafted["proposal"]["id"], drafted["proposal"]["subject"]
    town.market.numbers = int(promise.split("-")[1])
    assert town.json("yunling.2", "proposals")["rows"][0]["id"] == proposal
    assert "CNY 420,000.00" in town.run("yunling.2", "todo").stdout
    assert town.run("yunling.2", "obligation", "approve", proposal, code=1, typed="n\n").stderr != ""
    shown = town.run("yunling.2", "obligation", "approve", proposal, typed="y\n").stdout
    assert "CNY 420,000.00 on 2027-02-20" in shown
    assert drafted["proposal"]["hash"] in shown
    assert re.search(rf"final: issue {promise} \(submission \d+, block \d+\)", shown), shown

    assert f"{promise}-1" in town.run("hengzuo.1", "todo").stdout
    town.run("hengzuo.1", "obligation", "accept", promise)
    town.run("hengzuo.1", "claim", "split", f"{promise}-1", f"{FOAM.id}:100,000.01")
    offered = town.json("roumian.1", "claim", "transfer", f"{promise}-2", SEATS.id)["proposal"]["id"]
    assert [row["id"] for row in town.json("hengzuo.1", "offers")["rows"]] == [offered]
    town.run("hengzuo.1", "offer", "accept", offered, "--yes")
    town.run("hengzuo.1", "claim", "cut", f"{promise}-1", "--fen", 101)
    town.run("hengzuo.1", "claim", "lien", f"{promise}-3", "--until", "2026-12-31")
    town.run("hengzuo.1", "claim", "release", f"{promise}-3")

    words = ("--to", f"{BANK.id},{RIVAL.id}", "--until", "2026-12-10")
    request = town.json("hengzuo.1", "financing", "request", f"{promise}-2", *words)["financing"]
    assert f"{promise}-2" in town.run("linjiang.1", "todo").stdout
    town.run("linjiang.1", "financing", "quote", request, "--rate", "4.2%")
    town.run("wanghai.1", "financing", "quote", request, "--rate", "3.9%", "--basis", "ACT/365F")
    assert re.search(rf" {request} +{promise}-2 .* 2 *\n", town.run("hengzuo.1", "todo").stdout)
    sealed = town.run("hengzuo.1", "financing", "show", request).stdout
    assert "2 sealed quotes" in sealed
    assert "4.2%" not in sealed
    opened = town.json("hengzuo.1", "financing", "open", request)["row"]
    best = next(one for one in opened["quotes"] if one["rank"] == 1)
    assert (best["financier"], best["basis"]) == (RIVAL.id, "ACT/365F")
    before = town.market.balances(SEATS, RIVAL)
    town.run("hengzuo.1", "financing", "accept", request, best["id"])
    assert town.market.balances(SEATS, RIVAL) == (before[0] + best["price"], before[1] - best["price"])

    town.run("yunling.1", "fund", promise)
    town.run("hengzuo.1", "redeem", f"{promise}-1", f"{promise}-3")
    town.run("wanghai.1", "redeem", f"{promise}-2")
    told = town.run("yunling.1", "trace", f"{promise}-1").stdout
    motors, seats = (f"{one.name.zh} ({number})" for one, number in NUMBERS.items())
    for passed in (
        f"issue: {motors} → {seats}  CNY 420,000.00",
        f"{promise}-2  split: {seats} → {FOAM.id}  CNY 100,000.01",
        f"transfer: {FOAM.id} → {seats}  CNY 100,000.01",
        f"discount: {seats} → {RIVAL.id}  CNY 100,000.01",
        f"{promise}-3  cut: CNY 1.01",
    ):
        assert passed in re.sub(r"[│├└─]+ ", "", told), (passed, told)
    assert "settled" in told.splitlines()[0]
    assert {row["state"] for row in town.json("hengzuo.1", "submission", "--all")["rows"]} == {"final"}


def test_refusals__of_every_kind__end_in_their_code_and_the_users_language(town: Town) -> None:
    claim = town.claim()
    too_much = town.run("hengzuo.1", "claim", "split", claim, "31:99,999,999.00", "--lang", "zh", code=1)
    assert re.search(r"不能拆出 99,999,999\.00 元。\n→ .*请", too_much.stderr), too_much.stderr
    assert too_much.stdout == ""
    stranger = town.run("wanghai.1", "claim", "transfer", claim, BANK.id, code=1).stderr
    absent = town.run("wanghai.1", "claim", "transfer", "10-999-1", BANK.id, code=1).stderr
    assert stranger == absent
    assert town.run("yunling.2", "claim", "transfer", claim, BANK.id, "--json", code=3).stdout == ""
    town.run("hengzuo.1", "claim", "split", claim, "31:1.001", code=2)
    town.run("hengzuo.1", "claim", "lien", claim, "--until", "soon", code=2)


def test_order__repeated_under_its_key__happens_once_and_another_under_that_key_is_refused(town: Town) -> None:
    claim = town.claim()
    words = ("claim", "split", claim, "31:1.00", "--idempotency-key", "only-once")
    first, again = town.json("hengzuo.1", *words), town.json("hengzuo.1", *words)
    assert first["submissions"] == again["submissions"]
    other = town.run(
        "hengzuo.1", "claim", "split", claim, "31:2.00", "--idempotency-key", "only-once", "--json", code=1
    )
    assert json.loads(other.stderr)["code"] == "idempotency-key-conflict"
    assert len(town.json("hengzuo.1", "trace", claim)["pieces"]) == 1


def test_order__whose_answer_is_lost_on_the_way__happens_once_and_is_told_as_final(town: Town) -> None:
    claim = town.claim()
    lossy: list[Lossy] = []

    def made(url: str) -> Fake:
        lossy.append(Lossy(url, town.market.url, 2))
        return lossy[0]

    with serving(made) as way:
        done = town.run("hengzuo.1", "claim", "split", claim, "31:1.00", "--url", way.url)
    assert re.fullmatch(rf"final: split {claim} \(submission \d+, block \d+\)\n", done.stdout), done.stdout
    assert len(way.posts()) == 3
    assert len(town.json("hengzuo.1", "trace", claim)["pieces"]) == 1


def test_claim__wanted_by_two_terminals_at_once__goes_to_one_and_the_other_is_told_why(town: Town) -> None:
    claim = town.claim()

    def passed(amount: int) -> tuple[int, str]:
        words = ("claim", "split", claim, f"31:{amount}", "--as", "hengzuo.1", "--folder", str(town.folder), "--json")
        done = process(*words)
        return done.returncode, json.loads(done.stderr)["code"] if done.stderr else ""

    with ThreadPoolExecutor(2) as two:
        ends = sorted(two.map(passed, (40_000, 45_000)))  # of 50,000.00: both cannot be
    assert ends[0] == (0, "")
    assert ends[1][0] == 1
    assert ends[1][1] in ("subject-busy", "piece-too-large", "stale-claim"), ends
    assert len(town.json("hengzuo.1", "trace", claim)["pieces"]) == 1


def test_standing_consent__given_and_ended_on_a_terminal__counts_for_the_next_split(town: Town) -> None:
    claim = town.claim()
    town.run("linjiang.1", "offer", "always", SEATS.id, "--until", "2027-06-30")
    assert town.json("hengzuo.1", "claim", "split", claim, f"{BANK.id}:1.00")["submissions"][0]["state"] == "final"
    town.run("linjiang.1", "offer", "always", SEATS.id, "--end")
    offered = town.json("hengzuo.1", "claim", "split", claim, f"{BANK.id}:1.00")["proposal"]["id"]
    town.run("linjiang.1", "offer", "decline", offered)
    town.run("linjiang.1", "offer", "accept", offered, "--yes", code=1)


class Lossy(Fake):
    """Passes on what it hears, and loses the first answers to orders when they were carried out already."""

    def __init__(self, url: str, to: str, lost: int) -> None:
        super().__init__(url)
        self._to, self._lost, self._pool = to, lost, urllib3.PoolManager()

    def answer(self, request: Heard) -> Said:
        self.heard.append(request)
        headers = {name: value for name, value in request.headers.items() if name.lower() not in ("host", "connection")}
        told = self._pool.request(request.method, self._to + request.path, body=request.body, headers=headers)
        if request.method == "POST" and self._lost:
            self._lost -= 1
            return LOST
        return Said(told.status, told.data, {"Content-Type": "application/json"})
