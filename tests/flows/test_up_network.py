# SPDX-License-Identifier: Apache-2.0
"""`deeptier up` without --demo: a network born from what its operator wrote down, and one that runs elsewhere."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from subprocess import DEVNULL, Popen

import pytest

import api.errors
from api.errors import (
    BirthDiffers,
    ContractForeign,
    NetworkThere,
    NodeAbsent,
    NodeOfOurs,
    ServiceError,
    TermMissing,
    TermsThere,
    TermsUnreadable,
    TermUnknown,
    TermWrong,
)
from api.network import FORM
from api.terms import commitment, read
from chain.abi import slots
from chain.abi.calls import SignedCall
from chain.abi.eip712 import Domain
from chain.abi.records import pack
from chain.domain import commands as c
from chain.domain.clock import SystemClock, UtcSeconds
from chain.domain.errors import LANGS, DeepTierError, registry
from chain.domain.money import CurrencyUnknown, Fen, RateMalformed
from chain.domain.refusals import BadGenesis
from chain.domain.rules import genesis, play
from chain.domain.vocabulary import Address, OfficerId, ParticipantId, Role
from chain.node.anvil import Anvil
from chain.node.errors import WrongChain
from chain.node.network import Folder, Network
from chain.node.rpc import Rpc
from chain.store.words import SubmissionState as State
from tests.bench.costs.world import MeasuredWorld
from tests.cast import BEN, NOW, YUAN
from tests.chains import CHAIN_ID, key
from tests.flows.running import COMMAND, status, submitted, told, until, up

REGISTRARS = key("first registrar"), key("second registrar")
BANK, NEWCOMER = key("bank"), key("newcomer")

anvil_here = pytest.mark.usefixtures("anvil_here")


def decided(folder: Path) -> Path:
    """Terms as the command writes them; where they are."""
    officers = [word for one in REGISTRARS for word in ("--officer", one.address)]
    done = told("network", "new", "--folder", folder, "--name", "登记中心", "--bank", BANK.address, *officers)
    assert done.error is None
    return folder / "network.toml"


def admission(network: Network, subject: int) -> SignedCall:
    """The Registrar's first officer admits an operator."""
    message = c.RegisterParticipant(
        ParticipantId(1),
        ParticipantId(subject),
        int(Role.OPERATOR),
        Fen(0),
        Address("0x" + "00" * 20),
        commitment("operator", bytes(32)),
        NEWCOMER.address,
        OfficerId(1),
        3,
        REGISTRARS[0].address,
        UtcSeconds(SystemClock().now() + 3600),
    )
    domain = Domain(network.chain_id, network.ledger)
    return SignedCall(message, (REGISTRARS[0].sign(message, domain), NEWCOMER.sign(message, domain)))


# ---------------------------------------------------------------- born from terms


@anvil_here
def test_up__terms_written_down__a_network_is_born_of_them_and_comes_up_again(tmp_path: Path) -> None:
    folder = tmp_path / "service"
    terms = read(decided(folder))
    with up(folder):
        network = Folder(folder).network()
        assert network is not None
        assert (network.demo, network.currency, network.exponent) == (False, "CNY", 2)
        rpc = Rpc((folder / "run" / "node").read_text("ascii"))
        rows = genesis(terms.identity, terms.registrars, network.rulebook, terms.rules(network.genesis), 2)
        for (contract, slot), word in slots.expected_storage(rows, network.ledger, b"CNY").items():
            assert rpc.call("eth_getStorageAt", contract, hex(slot), "latest") == f"0x{word.hex()}"
        assert "登记中心".encode() not in bytes.fromhex(rpc.call("eth_getCode", network.ledger, "latest")[2:])
        assert submitted(folder, admission(network, 2), "an operator").state == State.FINAL
    (folder / "network.toml").unlink()  # it is asked once
    with up(folder):
        assert Folder(folder).network() == network
        assert status(folder)["submissions"]["final"] == 1


@anvil_here
def test_up__birth_interrupted_and_terms_changed__refused_until_they_are_back(tmp_path: Path) -> None:
    folder = tmp_path / "service"
    file = decided(folder)
    with up(folder):
        pass
    before = json.loads((folder / "network.json").read_text("utf-8"))
    (folder / "network.json").unlink()  # as if it had died between the first block and the record
    terms = file.read_text("utf-8")
    file.write_text(terms.replace("hop_cap = 5", "hop_cap = 6"), "utf-8")
    assert told("up", "--folder", folder).error == BirthDiffers(folder=str(folder))
    file.write_text(terms, "utf-8")
    with up(folder):
        assert json.loads((folder / "network.json").read_text("utf-8")) == before


def test_network_new__file_there__is_not_overwritten(tmp_path: Path) -> None:
    file = decided(tmp_path / "service")
    before = file.read_bytes()
    assert told("network", "new", "--folder", tmp_path / "service").error == TermsThere(path=str(file))
    assert file.read_bytes() == before


def terms_text(**changed: str) -> str:
    given = {
        "currency": "CNY",
        "name": '"登记中心"',
        "salt": "5a" * 32,
        "piece": "1.00",
        "bank": BANK.address,
        "officers": "".join(
            f'[[registrar.officers]]\nofficer = {number}\naccount = "{one.address}"\nrights = ["maker"]\n'
            for number, one in enumerate(REGISTRARS, 1)
        ),
    }
    return FORM.format(**(given | changed))


@pytest.mark.parametrize(
    ("was", "is_now", "error", "names"),
    [
        ("version = 1", "version = 2", TermWrong, "version"),
        ("version = 1\n", "", TermMissing, "version"),
        ("version = 1", "version =", TermsUnreadable, "line"),
        ('currency = "CNY"', 'currency = "XYZ"', CurrencyUnknown, "XYZ"),
        ('currency = "CNY"', 'currencies = "CNY"', TermUnknown, "currencies"),
        ("[cash]", "[money]", TermUnknown, "money"),
        ('name = "登记中心"', 'name = ""', TermWrong, "registrar.name"),
        ('salt = "0x5a', 'salt = "0x', TermWrong, "registrar.salt"),
        ('name = "登记中心"', f'name = "登记中心"\nidentity = "0x{"11" * 32}"', TermWrong, "registrar.identity"),
        ("officer = 2", "officer = 1", BadGenesis, "two different officers"),
        ("officer = 2", "officer = 0", TermWrong, "registrar.officers[2].officer"),
        ('rights = ["maker"]', 'rights = ["checker"]', BadGenesis, "two different officers"),
        ('rights = ["maker"]', 'rights = ["maker", 3]', TermWrong, "registrar.officers[1].rights"),
        (REGISTRARS[1].address, "0x…", TermWrong, "registrar.officers[2].account"),
        (REGISTRARS[1].address, REGISTRARS[0].address, BadGenesis, "two different officers"),
        (BANK.address, "0x" + "00" * 20, TermWrong, "cash.bank"),
        ("max_tenor_days = 366", "max_tenor_days = 367", TermWrong, "rules.max_tenor_days"),
        ("hop_cap = 5", "hop_cap = true", TermWrong, "rules.hop_cap"),
        ('smallest_piece = "1.00"', 'smallest_piece = "2.00"', TermWrong, "rules.smallest_piece"),
        ('smallest_piece = "1.00"', 'smallest_piece = "0.00"', TermWrong, "rules.smallest_piece"),
        ('["0%", "36.5%"]', '["36.5%", "0%"]', TermWrong, "rules.late_rates"),
        ('["0%", "36.5%"]', '["0%", "many"]', RateMalformed, "many"),
        ("[1, 30]", "[30, 1]", TermWrong, "rules.closes_days"),
        ("[1, 30]", "[1, 300]", TermWrong, "rules.closes_days"),
    ],
)
def test_terms__one_thing_wrong__typed_error_that_names_it(
    tmp_path: Path, was: str, is_now: str, error: type[DeepTierError], names: str
) -> None:
    file = tmp_path / "network.toml"
    file.write_text(terms_text(), "utf-8")
    read(file)
    assert was in terms_text()
    file.write_text(terms_text().replace(was, is_now), "utf-8")
    with pytest.raises(error) as told_error:
        read(file)
    assert names in told_error.value.message("en")


def test_terms__yen_and_an_identity_alone__as_written(tmp_path: Path) -> None:
    file = tmp_path / "network.toml"
    text = terms_text(currency="JPY", piece="1")
    text = text.replace('name = "登记中心"\n', "").replace('salt = "0x' + "5a" * 32, 'identity = "0x' + "5a" * 32)
    file.write_text(text, "utf-8")
    terms = read(file)
    assert (terms.currency.decimals, terms.min_piece, terms.identity) == (0, 0, bytes([0x5A]) * 32)


# ---------------------------------------------------------------- a network that runs elsewhere


class Elsewhere:
    """A network that makes blocks by itself, with a ledger on it, and a split that may be sent to it."""

    def __init__(self, anvil: Anvil) -> None:
        self.anvil, world = anvil, MeasuredWorld(anvil)
        self.deployed, self.token = world.deployed, world.deposit.token
        self.claim = world.held(1).claim(1)
        split = world.split(self.claim, BEN, YUAN, acceptances=())
        self.split, _ = world.signed(split)
        play(world.rows, split, world.now)
        self.after = world.rows.claims[self.claim]
        anvil.rpc.call("evm_setAutomine", False)

    def join(self, folder: Path, ledger: str | None = None) -> DeepTierError | None:
        where = ["--node", self.anvil.url, "--ledger", ledger or self.deployed.ledger, "--depth", "2"]
        return told("network", "join", *where, "--cash", self.token, "--folder", folder).error


@contextmanager
def elsewhere() -> Iterator[Elsewhere]:
    over = threading.Event()
    with Anvil(NOW, CHAIN_ID) as anvil:
        network = Elsewhere(anvil)

        def mine() -> None:
            rpc = Rpc(anvil.url)
            while not over.wait(0.05):
                rpc.call("evm_mine")

        miner = threading.Thread(target=mine)
        miner.start()
        try:
            yield network
        finally:
            over.set()
            miner.join()


@anvil_here
def test_join__a_ledger_elsewhere__found_whole_and_the_service_sends_to_it(tmp_path: Path) -> None:
    folder = tmp_path / "service"
    with elsewhere() as there:
        assert there.join(folder) is None
        network = json.loads(told("network", "show", "--folder", folder).stdout)
        deployed = there.deployed
        found = [network[name] for name in ("chain_id", "ledger", "module", "views", "rulebook", "currency", "cash")]
        standing = [deployed.ledger, deployed.module, deployed.views, deployed.rulebook]
        assert found == [CHAIN_ID, *standing, "CNY", [there.token]]
        assert there.join(folder) == NetworkThere(folder=str(folder), network=CHAIN_ID)
        with up(folder):
            assert status(folder)["parts"].keys() == {"signer", "sender", "mirror"}
            assert submitted(folder, there.split, "a split").state == State.FINAL
        found_word = there.anvil.rpc.call("eth_getStorageAt", deployed.ledger, hex(slots.claim(there.claim)), "latest")
        assert found_word == f"0x{pack(there.after)[0].hex()}"
        assert len((folder / "relay.key").read_text("ascii").split()) == 2
        with up(folder, "--node", there.anvil.url):
            assert status(folder)["submissions"]["final"] == 1


@anvil_here
def test_up__node_of_another_chain_or_none__nothing_sent_and_it_says_why(tmp_path: Path) -> None:
    folder = tmp_path / "service"
    with elsewhere() as there:
        assert there.join(folder) is None
        with Anvil(NOW, CHAIN_ID + 1) as other:
            assert isinstance(told("up", "--folder", folder, "--node", other.url).error, WrongChain)
            assert other.rpc.call("eth_blockNumber") == "0x0"
    nowhere = {"version": 1, "url": "http://127.0.0.1:9", "depth": 2, "first": 0}
    (folder / "node.json").write_text(json.dumps(nowhere), "utf-8")
    child = Popen([COMMAND, "up", "--no-http", "--folder", folder], stdout=DEVNULL, stderr=DEVNULL)
    try:  # a network's node that is away is waited for
        until(lambda: status(folder)["sender"].get("code") == "node-unreachable")
        assert status(folder)["state"] == "waiting"
    finally:
        child.terminate()
        child.wait(20)
    (folder / "node.json").unlink()
    assert told("up", "--folder", folder).error == NodeAbsent(folder=str(folder), file="node.json")


@anvil_here
def test_join__what_stands_there_is_not_ours__refused_and_nothing_recorded(tmp_path: Path) -> None:
    with elsewhere() as there:
        for number, wrong in enumerate((there.deployed.module, there.token, key("nobody").address)):
            folder = tmp_path / f"service {number}"
            refused = ContractForeign(contract="ReceivableLedger", address=wrong, chain_id=CHAIN_ID)
            assert there.join(folder, wrong) == refused
            assert not (folder / "network.json").exists()
            assert not (folder / "book.db").exists()


@anvil_here
def test_up__node_given_for_a_network_of_our_own__refused(tmp_path: Path) -> None:
    folder = tmp_path / "service"
    with up(folder, "--demo"):
        pass
    assert told("up", "--folder", folder, "--node", "http://127.0.0.1:9").error == NodeOfOurs(folder=str(folder))


@pytest.mark.parametrize("leaf", registry(ServiceError).values(), ids=registry(ServiceError))
def test_errors__every_one__one_line_in_each_language_and_drawn_in_the_tree(leaf: type[DeepTierError]) -> None:
    error = leaf(**dict.fromkeys(leaf.fields, "7"))
    for lang in LANGS:
        for text in (error.message(lang), error.next_step(lang)):
            assert text
            assert "\n" not in text
    assert leaf.__name__ in (api.errors.__doc__ or "")
