# SPDX-License-Identifier: Apache-2.0
"""The chain within the tests behaves as eth-tester's, which has blocks, fees and signed transactions, does."""

import ast
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from eth_tester import EthereumTester, PyEVMBackend
from eth_tester.exceptions import TransactionFailed
from eth_utils.address import to_checksum_address

from chain.abi.calls import SignedCall, encode
from chain.abi.eip712 import digest
from chain.abi.events import Log
from chain.abi.records import Word
from chain.abi.slots import Slot, expected_storage
from chain.domain import commands as c
from chain.domain.clock import UtcSeconds
from chain.domain.refusals import BadSignature, LedgerRefusal, StaleClaim, UnknownAccount, UnknownClaim
from chain.domain.vocabulary import Address, ClaimId, Hash, Hours, ParticipantId
from chain.node.chain import RELAY as ANYBODY
from chain.node.chain import Receipt, Reverted
from tests.chains import CURRENCY, DEPLOYER, RELAY, START, deploy_deposit, deploy_ledger, evm_chain, key
from tests.evm import EvmChain
from tests.unit.abi import story
from tests.unit.abi.story import BOTH, EVER, KEYS, OBLIGOR, ONE, REGISTRAR, SECOND, SELLER, SUPPLIER, TWO, Story

pytestmark = pytest.mark.xdist_group("eth-tester")  # one worker tells the story there, once

FUNDED = [DEPLOYER, RELAY, key("escrow"), key("cash of the seller"), *KEYS.values(), *SECOND.values()]


@dataclass
class BlockChain:
    """A Chain by eth-tester, a block for each transaction, so that a second passes with each."""

    tester: Any = field(default_factory=lambda: EthereumTester(PyEVMBackend()))
    sent: list[tuple[Address | None, bytes, Address, Receipt]] = field(default_factory=list)
    """Of each transaction: to whom, data, caller, and what came of it."""

    def __post_init__(self) -> None:
        self.chain_id, self.relay = int(self.tester.backend.chain.chain_id), ANYBODY
        rich = self.tester.get_accounts()[0]
        for one in FUNDED:
            self.tester.add_account(f"0x{one.private.to_hex()}")
        for address in (ANYBODY, *(one.address for one in FUNDED)):
            money = {"from": rich, "to": to_checksum_address(address), "value": 10**20, "gas": 21_000}
            self.tester.send_transaction(money)
        self.travel(START)

    @property
    def now(self) -> UtcSeconds:
        return UtcSeconds(self.tester.get_block_by_number("pending")["timestamp"])

    def travel(self, to: UtcSeconds) -> None:
        self.tester.time_travel(to)

    def next_address(self, ahead: int = 0) -> Address:
        twin = evm_chain()
        return twin.next_address(self.tester.get_nonce(to_checksum_address(DEPLOYER.address)) + ahead)

    def deploy(self, creation: bytes) -> tuple[Address, Receipt]:
        address, receipt = self._mine({"data": f"0x{creation.hex()}"}, DEPLOYER.address)
        self.sent.append((None, creation, DEPLOYER.address, receipt))
        return address, receipt

    def send(self, to: Address, data: bytes, caller: Address) -> Receipt:
        self.call(to, data, caller)
        _, receipt = self._mine({"to": to_checksum_address(to), "data": f"0x{data.hex()}"}, caller)
        self.sent.append((to, data, caller, receipt))
        return receipt

    def call(self, to: Address, data: bytes, caller: Address) -> bytes:
        question = {"from": to_checksum_address(caller), "to": to_checksum_address(to), "data": f"0x{data.hex()}"}
        try:
            answer = self.tester.call(question)
        except TransactionFailed as failed:  # its only argument is the text that Python writes for the bytes
            raise Reverted(ast.literal_eval(failed.args[0])) from None
        return bytes.fromhex(answer[2:])

    def word(self, contract: Address, slot: Slot) -> Word:
        value = self.tester.get_storage_at(to_checksum_address(contract), hex(slot))
        return Word(bytes.fromhex(value[2:]).rjust(32, b"\0"))

    def _mine(self, transaction: dict[str, str], caller: Address) -> tuple[Address, Receipt]:
        whole = transaction | {"from": to_checksum_address(caller), "gas": 12_000_000}
        receipt = self.tester.get_transaction_receipt(self.tester.send_transaction(whole))
        assert receipt["status"] == 1
        at = UtcSeconds(self.tester.get_block_by_number("latest")["timestamp"])
        logs = [
            Log(
                Address(log["address"].lower()),
                tuple(Hash(bytes.fromhex(topic[2:])) for topic in log["topics"]),
                bytes.fromhex(log["data"][2:]),
            )
            for log in receipt["logs"]
        ]
        told = Receipt(None, receipt["block_number"], at, receipt["gas_used"], tuple(logs))
        return Address((receipt["contract_address"] or "").lower()), told


@pytest.fixture(scope="module")
def told() -> tuple[Story, BlockChain]:
    """The story on eth-tester's chain."""
    chain = BlockChain()
    return story.tell(chain, lambda _: None), chain


def replayed(blocks: BlockChain) -> EvmChain:
    """An EvmChain on which all that eth-tester mined has happened at the same seconds, with the same logs and gas."""
    twin = evm_chain(blocks.chain_id)
    for to, data, caller, came in blocks.sent:
        twin.travel(came.at)
        receipt = twin.send(to, data, caller) if to else twin.deploy(data)[1]
        assert replace(receipt, block=came.block) == came  # it has no blocks
    return twin


def test_evm_chain__every_transaction_of_eth_testers__has_the_same_logs_and_storage(
    told: tuple[Story, BlockChain],
) -> None:
    whole, blocks = told
    twin = replayed(blocks)
    expected = expected_storage(whole.rows, whole.ledger.ledger, CURRENCY, whole.rulebooks)
    for (contract, slot), word in expected.items():
        assert blocks.word(contract, slot) == twin.word(contract, slot) == word


def test_refusal__of_either_chain__is_the_same(told: tuple[Story, BlockChain]) -> None:
    whole, blocks = told
    claim, holder = ClaimId(OBLIGOR, 1, 1), KEYS[SELLER]
    message = c.Transfer(SELLER, claim, 1, SUPPLIER, holder.address, EVER)
    wrong = [
        SignedCall(message, (holder.sign(message, whole.ledger.domain),)),
        SignedCall(message, (b"\1" * 65,)),
        SignedCall(c.Redeem(ClaimId(OBLIGOR, 9, 1))),
    ]
    kinds = [StaleClaim, BadSignature, UnknownClaim]
    twin = replayed(blocks)
    for call, kind in zip(wrong, kinds, strict=True):
        answers = set()
        for chain in (blocks, twin):
            with pytest.raises(kind) as raised:
                whole.ledger.on(chain).send(call)
            answers.add(raised.value)
        assert len(answers) == 1


# ---------------------------------------------------------------- EvmChain alone


@pytest.fixture
def chain() -> EvmChain:
    return evm_chain()


def ledger(chain: EvmChain) -> Any:
    registrars = [(KEYS[REGISTRAR].address, ONE, int(BOTH)), (SECOND[REGISTRAR].address, TWO, int(BOTH))]
    return deploy_ledger(chain, registrars, b"\1" * 32)


def test_fork__changed__leaves_the_chain_as_it_was(chain: EvmChain) -> None:
    deposit = deploy_deposit(chain, RELAY.address)
    before = chain.storage(deposit.token)
    fork = chain.fork()
    fork.travel(UtcSeconds(chain.now + 5))
    assert fork.storage(deposit.token) == before
    forked = type(deposit)(fork, deposit.token, deposit.bank)
    forked.mint(DEPLOYER.address, 7)
    assert (forked.balance(DEPLOYER.address), deposit.balance(DEPLOYER.address)) == (7, 0)
    assert chain.storage(deposit.token) == before
    assert (chain.now, fork.now) == (START, START + 5)
    deposit.mint(DEPLOYER.address, 1)
    assert (forked.balance(DEPLOYER.address), deposit.balance(DEPLOYER.address)) == (7, 1)


def test_travel__backwards__refused(chain: EvmChain) -> None:
    with pytest.raises(ValueError, match="time does not go back"):
        chain.travel(UtcSeconds(START - 1))


def test_call__that_writes__changes_nothing(chain: EvmChain) -> None:
    deposit = deploy_deposit(chain, RELAY.address)
    before = chain.storage(deposit.token)
    minting = bytes.fromhex("40c10f19") + bytes(12) + bytes.fromhex(DEPLOYER.address[2:]) + (7).to_bytes(32, "big")
    chain.call(deposit.token, minting, RELAY.address)
    assert chain.storage(deposit.token) == before
    chain.send(deposit.token, minting, RELAY.address)
    assert deposit.balance(DEPLOYER.address) == 7


def test_send__refused_by_the_token__fails_with_its_data(chain: EvmChain) -> None:
    deposit = deploy_deposit(chain, RELAY.address)
    with pytest.raises(Reverted) as raised:
        type(deposit)(chain, deposit.token, DEPLOYER.address).mint(RELAY.address, 1)
    assert raised.value.data[4:] == bytes(12) + bytes.fromhex(DEPLOYER.address[2:])  # OnlyBank(caller)


def test_send__refused__raises_the_refusal_and_changes_nothing(chain: EvmChain) -> None:
    deployed = ledger(chain)
    before = chain.storage(deployed.ledger)
    stranger = key("stranger")
    message = c.RaiseQuoteEpoch(REGISTRAR, 3, stranger.address, EVER)
    with pytest.raises(LedgerRefusal) as raised:
        deployed.send(SignedCall(message, (stranger.sign(message, deployed.domain),)))
    assert raised.value == UnknownAccount(account=stranger.address)
    assert chain.storage(deployed.ledger) == before


def test_send__calldata_cut_short__fails_without_a_word(chain: EvmChain) -> None:
    deployed = ledger(chain)
    with pytest.raises(Reverted) as raised:
        chain.send(deployed.ledger, encode(SignedCall(c.Redeem(ClaimId(ParticipantId(1), 1, 1))))[:-1], RELAY.address)
    assert raised.value.data == b""


def test_domain__of_the_deployed_ledger__is_what_it_says_itself(chain: EvmChain) -> None:
    deployed = ledger(chain)
    _, name, version, chain_id, contract, _, _ = deployed.view("eip712Domain")
    assert (name, version, chain_id, contract) == ("DeepTier", "1", chain.chain_id, deployed.ledger)


def test_digest__of_the_packed_consents__is_what_the_ledger_says_itself(chain: EvmChain) -> None:
    deployed = ledger(chain)
    claim = ClaimId(OBLIGOR, 1, 1)
    packed, signer = (OBLIGOR << 32 | 1) << 24 | 1, KEYS[SUPPLIER].address
    consent = c.Acceptance(SUPPLIER, claim, 1, 2, story.FACE, signer, EVER)
    assert deployed.view("acceptanceDigest", (SUPPLIER, packed, 1, 2, story.FACE, signer, EVER)) == (
        digest(consent, deployed.domain),
    )
    lien = c.LienAcceptance(SUPPLIER, claim, 1, story.FACE, Hours(500_001), signer, EVER)
    assert deployed.view("lienAcceptanceDigest", (SUPPLIER, packed, 1, story.FACE, 500_001, signer, EVER)) == (
        digest(lien, deployed.domain),
    )
