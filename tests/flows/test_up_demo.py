# SPDX-License-Identifier: Apache-2.0
"""`deeptier up --demo`: a network whose officers can sign and whose companies can pay, from its first second on."""

import json
import os
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import httpx2
import pytest

from api.access.demo import demo_officers, signing_keys, signing_policy
from api.story.cast import BANK, COMPANIES, MOTORS, RIVAL, SEATS, Keys
from api.story.figures import BANK_CASH, FOREVER, MOTORS_CASH
from chain.abi.calls import SignedCall
from chain.abi.eip712 import Domain
from chain.abi.plain import answer, calldata
from chain.domain import commands as c
from chain.domain.vocabulary import Address, ParticipantId, Right
from chain.node import answers
from chain.node.rpc import Rpc
from chain.signing import unlocked
from chain.signing.client import RemoteSigner, SignerClient
from chain.signing.policy import Officer, load
from chain.signing.process import SOCKET
from chain.signing.refusals import CapacityMissing
from chain.store.db import connect
from chain.store.words import SubmissionState as State
from chain.submission.clock import set_clock
from tests.flows.running import COMMAND, status, submitted, until, up
from tests.office import FACE, Office

pytestmark = pytest.mark.usefixtures("anvil_here")

UNLIMITED = 2**256 - 1
DYING = "from chain.node import failpoints as f; from api.commands import app; f.arm('{point}'); app()"


class Cash:
    """What the cash token of a folder's network says, as its node answers."""

    def __init__(self, folder: Path) -> None:
        network = json.loads((folder / "network.json").read_text("utf-8"))
        self.keys, self.ledger, self._token = Keys(network["chain_id"]), network["ledger"], network["cash"][0]
        self._rpc = Rpc((folder / "run" / "node").read_text("ascii"))

    def ask(self, name: str, *arguments: str) -> int:
        asked = {"to": self._token, "data": f"0x{calldata('TokenizedDeposit', name, *arguments).hex()}"}
        (found,) = self._rpc.ask(
            lambda told: answer("TokenizedDeposit", name, answers.octets(told)), "eth_call", asked, "latest"
        )
        return int(found)

    def balances(self) -> dict[ParticipantId, int]:
        """Of every company that is paid."""
        return {one.id: self.ask("balanceOf", self.keys.cash(one).address) for one in COMPANIES if one.paid}


def begun(folder: Path) -> None:
    """Its money is as it was at birth, and the ledger may move it."""
    cash = Cash(folder)
    payers = {MOTORS.id: MOTORS_CASH, BANK.id: BANK_CASH, RIVAL.id: BANK_CASH}
    assert cash.balances() == {one.id: payers.get(one.id, 0) for one in COMPANIES if one.paid}
    assert cash.ask("totalSupply") == sum(payers.values())
    owners = [*(cash.keys.cash(one) for one in COMPANIES if one.paid), cash.keys.escrow]
    assert [cash.ask("allowance", owner.address, cash.ledger) for owner in owners] == [UNLIMITED] * len(owners)


def test_demo__newly_born__its_officers_sign_and_its_companies_pay(tmp_path: Path) -> None:
    folder = tmp_path / "service"
    with up(folder, "--demo"):
        begun(folder)
        network = json.loads((folder / "network.json").read_text("utf-8"))
        keys, domain = Keys(network["chain_id"]), Domain(network["chain_id"], network["ledger"])
        accounts = {key.address: "unlocked" for key in signing_keys(network["chain_id"])}
        assert status(folder)["signer"] == {"accounts": dict(sorted(accounts.items()))}
        with SignerClient(folder / "signer" / SOCKET) as client:
            office = Office(folder, RemoteSigner(keys.officer(SEATS).address, client))
            office.furnish()
            claim = office.held(1)
            version = office.rows.obligations[claim.obligation].version
            maker, checker = keys.officer(MOTORS), keys.officer(MOTORS, 2)
            paid = c.Fund(MOTORS.id, claim.obligation, version, FACE, maker.address, FOREVER)
            call = SignedCall(paid, (client.sign(maker.address, paid, domain),))
            unfit = replace(paid, signer=checker.address)
            with pytest.raises(CapacityMissing):
                client.sign(checker.address, unfit, domain)
        assert submitted(folder, call, "paid").state == State.FINAL
        assert submitted(folder, SignedCall(c.Redeem(claim), ()), "redeemed").state == State.FINAL
        assert Cash(folder).balances()[SEATS.id] == FACE
        assert Cash(folder).balances()[MOTORS.id] == MOTORS_CASH - FACE


def test_demo__clock_moved_far_ahead_and_signer_killed__still_signs(tmp_path: Path) -> None:
    folder = tmp_path / "service"
    with up(folder, "--demo"):
        before = status(folder)["signer"]["accounts"]
        assert len(before) == 12
        with connect(folder / "book.db") as book:
            set_clock(book, FOREVER)
        os.kill(status(folder)["parts"]["signer"]["pid"], signal.SIGKILL)
        until(lambda: status(folder)["parts"]["signer"]["restarts"] == 1)
        until(lambda: status(folder)["signer"] == {"accounts": before})
        network = json.loads((folder / "network.json").read_text("utf-8"))
        domain, seats = Domain(network["chain_id"], network["ledger"]), Keys(network["chain_id"]).officer(SEATS)
        message = c.RaiseQuoteEpoch(SEATS.id, 1, seats.address, FOREVER)
        with SignerClient(folder / "signer" / SOCKET) as client:
            assert client.sign(seats.address, message, domain) == seats.sign(message, domain)


def test_demo__a_policy_that_a_person_wrote__stays_as_it_is_and_no_key_is_unlocked(tmp_path: Path) -> None:
    folder = tmp_path / "service"
    signer = folder / "signer"
    signer.mkdir(mode=0o700, parents=True)
    policy = signer / "policy.toml"
    policy.touch(0o600)
    policy.write_text("version = 1\nlongest = 60\nledgers = []\nofficers = []\n", "utf-8")
    before = policy.read_bytes()
    with up(folder, "--demo"):
        assert status(folder)["signer"] == {"accounts": {}}
    assert policy.read_bytes() == before
    assert not (signer / unlocked.FILE).exists()


def test_policy__of_a_demo__grants_each_officer_all_its_story_lets_it_do(tmp_path: Path) -> None:
    path = tmp_path / "policy.toml"
    path.touch(0o600)
    path.write_text(signing_policy(77, Address("0x" + "ab" * 20)), "utf-8")
    granted = load(path).accounts
    assert load(path).longest == 4_000_000_000
    assert len(granted) == len(demo_officers(77)) == len(signing_keys(77))
    for one, key in zip(demo_officers(77), signing_keys(77), strict=True):
        grant = granted[key.address]
        assert grant.officer == Officer(one.company.id, one.number, None)
        alone = {(MOTORS.id, 1): Right.MAKER, (MOTORS.id, 2): Right.CHECKER}
        assert grant.rights == alone.get((one.company.id, one.number), Right.MAKER | Right.CHECKER)
        assert c.Fund in grant.operations
        assert set(grant.operations.values()) == {None}


@pytest.mark.parametrize("point", ["record-after-commit:1", "mine-after:2", "record-after-commit:2"])
def test_birth__killed_between_its_two_blocks_or_in_the_second__goes_on_and_credits_once(
    tmp_path: Path, point: str
) -> None:
    folder = tmp_path / "service"
    words = [sys.executable, "-c", DYING.format(point=point), "up", "--demo", "--no-http", "--folder", str(folder)]
    died = subprocess.run(words, stdout=subprocess.DEVNULL, timeout=60, check=False)
    assert died.returncode == -signal.SIGKILL
    assert not (folder / "network.json").exists()
    with up(folder, "--demo"):
        begun(folder)
        assert status(folder)["head"] == 2


def test_up__once_http_listens__says_where_in_both_languages_and_stays_there_when_it_dies(tmp_path: Path) -> None:
    folder, said = tmp_path / "service", tmp_path / "said"
    with said.open("wb") as out:
        words = [str(COMMAND), "up", "--demo", "--port", "0", "--folder", str(folder)]
        child = subprocess.Popen(words, stdout=out)
    try:
        until(lambda: "接口地址" in said.read_text("utf-8"))
        first = (folder / "run" / "http").read_text("ascii")
        assert f"The API answers at {first}, what it answers stands at {first}/docs\n" in said.read_text("utf-8")
        assert f"接口地址：{first}；接口文档：{first}/docs\n" in said.read_text("utf-8")
        shown = subprocess.run([COMMAND, "status", "--folder", folder], capture_output=True, text=True, check=False)
        assert f"The API answers at {first}," in shown.stdout
        died = status(folder)["parts"]["http"]["pid"]
        os.kill(died, signal.SIGKILL)
        until(lambda: status(folder)["parts"]["http"]["pid"] not in (None, died))
        until(lambda: _answers(first))
        assert (folder / "run" / "http").read_text("ascii") == first
    finally:
        child.terminate()
        child.wait(20)
    assert said.read_text("utf-8").count("接口地址") == 1


def _answers(address: str) -> bool:
    try:
        return httpx2.get(f"{address}/healthz", trust_env=False).status_code == 200
    except httpx2.HTTPError:
        return False
