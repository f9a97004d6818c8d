# SPDX-License-Identifier: Apache-2.0
"""A chain on the embedded node is the chain in this process, to the unit of gas; and its whole storage is the model."""

import gzip
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import pytest

from chain.abi import events
from chain.abi.calls import SignedCall
from chain.abi.plain import calldata
from chain.abi.records import Word
from chain.abi.slots import Slot, expected_storage
from chain.abi.storage_root import storage_root, storage_roots
from chain.domain import commands as c
from chain.domain.clock import UtcSeconds
from chain.domain.refusals import UnknownClaim
from chain.domain.rules import apply, commit
from chain.domain.rules.rows import Rows
from chain.domain.vocabulary import Address, ClaimId, ParticipantId
from chain.node.anvil import Anvil
from chain.node.chain import Deposit, Receipt, Reverted
from chain.node.errors import KeyMissing, MalformedAnswer, NodeTimeout, WrongChain
from chain.node.onnode import NodeChain
from tests.chains import CURRENCY, DEPLOYER, EXPONENT, RELAY, START, deploy_deposit, evm_chain, key, node_chain
from tests.unit.abi import story
from tests.unit.abi.story import EVER, KEYS, SECOND, SELLER, SUPPLIER, Story
from tests.unit.node.wrong_node import Handler, octets, serving

BANK = key("bank")
CALLERS = [BANK, key("escrow"), key("cash of the seller"), *KEYS.values(), *SECOND.values()]


class Sent(NamedTuple):
    """A transaction of the story."""

    to: Address | None  # None: a deployment
    data: bytes
    caller: Address
    receipt: Receipt


class Remembering(NodeChain):
    """A NodeChain that remembers what was sent."""

    def __init__(self, anvil: Anvil) -> None:
        self.sent: list[Sent] = []
        plain = node_chain(anvil, CALLERS)
        super().__init__(anvil.rpc, anvil.chain_id, plain._signers, DEPLOYER.address, RELAY.address)

    def deploy(self, creation: bytes) -> tuple[Address, Receipt]:
        address, receipt = super().deploy(creation)
        self.sent.append(Sent(None, creation, DEPLOYER.address, receipt))
        return address, receipt

    def send(self, to: Address, data: bytes, caller: Address) -> Receipt:
        receipt = super().send(to, data, caller)
        self.sent.append(Sent(to, data, caller, receipt))
        return receipt


@pytest.fixture
def chain(anvil: Anvil) -> NodeChain:
    return node_chain(anvil, CALLERS)


@pytest.fixture
def deposit(chain: NodeChain) -> Deposit:
    return deploy_deposit(chain, BANK.address)


# ---------------------------------------------------------------- the whole story


def compare(told: Story) -> None:
    """What the node keeps is what the model's rows say, every slot and none more; its own roots are of that."""
    chain = told.ledger.chain
    assert isinstance(chain, NodeChain)
    expected = expected_storage(told.rows, told.ledger.ledger, CURRENCY, told.rulebooks)
    kept = chain.storage(told.ledger.ledger, *told.rulebooks)
    assert {place: word for place, word in kept.items() if any(word)} == expected
    for contract, root in storage_roots(kept, keep_zeros=True).items():
        assert chain.storage_root(contract) == root


def test_story__on_the_node__storage_is_the_model_and_logs_and_gas_are_the_evms(program: Path) -> None:
    with Anvil(START, program=program) as anvil:
        chain = Remembering(anvil)
        told = story.tell(chain, compare)
        twin = evm_chain(anvil.chain_id)
        for one in chain.sent:
            twin.travel(one.receipt.at)
            receipt = twin.send(one.to, one.data, one.caller) if one.to else twin.deploy(one.data)[1]
            assert replace(receipt, transaction=one.receipt.transaction, block=one.receipt.block) == one.receipt
        assert len(chain.sent) > 60
        assert ledgers_own(folded(chain, told)) == ledgers_own(told.rows)


def ledgers_own(rows: Rows) -> Rows:
    """The rows without what only other contracts tell."""
    return replace(rows, cash={}, tokens={}, rulebooks={}, rules={})


def folded(chain: NodeChain, told: Story) -> Rows:
    """The rows that follow from the logs that the node keeps."""
    rows = Rows(told.ledger.rulebook, EXPONENT)
    for mined in chain.logs():
        if mined.log.address in (told.ledger.ledger, rows.rulebook):
            event = events.decode(mined.log, told.ledger.ledger, rows.rulebook)
            if event is not None:
                commit(rows, apply(rows, event, mined.at))
    return rows


# ---------------------------------------------------------------- refusals


def test_send__refused__raises_what_it_answers_and_nothing_has_changed(chain: NodeChain, deposit: Deposit) -> None:
    block, nonce = chain.rpc.call("eth_blockNumber"), chain._nonce(RELAY.address)
    minting = calldata("TokenizedDeposit", "mint", RELAY.address, 5)
    with pytest.raises(Reverted) as raised:
        chain.send(deposit.token, minting, RELAY.address)
    twin = evm_chain(chain.chain_id)
    with pytest.raises(Reverted) as expected:
        twin.send(deploy_deposit(twin, BANK.address).token, minting, RELAY.address)
    assert raised.value.data == expected.value.data != b""
    assert (chain.rpc.call("eth_blockNumber"), chain._nonce(RELAY.address)) == (block, nonce)
    chain.send(deposit.token, minting, BANK.address)
    assert deposit.balance(RELAY.address) == 5


def test_send__ledger_refuses__its_refusal(chain: NodeChain) -> None:
    ledger = story.begin(chain, lambda _: None).ledger
    with pytest.raises(UnknownClaim):
        ledger.send(SignedCall(c.Redeem(ClaimId(ParticipantId(1), 1, 1))))


def test_carry__a_call__tells_events_and_the_receipt_of_its_transaction(chain: NodeChain) -> None:
    begun = story.begin(chain, lambda _: None)
    story.members(begun)
    signer = KEYS[SUPPLIER]
    message = c.SetAutoAccept(SUPPLIER, begun.version(SUPPLIER), SELLER, EVER, signer.address, EVER)
    carried = begun.ledger.carry(SignedCall(message, (begun.sign(signer, message),)))
    assert carried.events == begun.ledger.events(carried.receipt.logs) != ()
    assert carried.receipt.transaction is not None
    told = chain.rpc.call("eth_getTransactionReceipt", f"0x{carried.receipt.transaction.hex()}")
    assert told["from"] == RELAY.address
    assert int(told["gasUsed"], 16) == carried.receipt.gas


def test_send__calldata_cut_short__fails_without_a_word(chain: NodeChain, deposit: Deposit) -> None:
    minting = calldata("TokenizedDeposit", "mint", RELAY.address, 5)
    with pytest.raises(Reverted) as raised:
        chain.send(deposit.token, minting[:-1], BANK.address)
    assert raised.value.data == b""


def test_deploy__invalid_opcode__fails_without_a_word_and_takes_no_address(chain: NodeChain) -> None:
    before = chain.next_address()
    with pytest.raises(Reverted) as raised:
        chain.deploy(bytes.fromhex("fe"))
    assert raised.value.data == b""
    assert chain.next_address() == before


def test_send__fails_though_it_did_not_when_asked__raises_what_it_answered(
    chain: NodeChain, deposit: Deposit, monkeypatch: pytest.MonkeyPatch
) -> None:
    minting = calldata("TokenizedDeposit", "mint", RELAY.address, 5)
    with pytest.raises(Reverted) as asked:
        chain.call(deposit.token, minting, RELAY.address)
    with monkeypatch.context() as blind:
        blind.setattr(chain, "_call", lambda *_: b"")
        with pytest.raises(Reverted) as mined:
            chain.send(deposit.token, minting, RELAY.address)
    assert mined.value.data == asked.value.data
    chain.send(deposit.token, calldata("TokenizedDeposit", "approve", BANK.address, 1), RELAY.address)  # nonces go on


def test_send__answer_lost_though_it_was_done__next_one_has_the_next_nonce(
    chain: NodeChain, deposit: Deposit, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = chain.rpc.call

    def lost(method: str, *parameters: object) -> object:
        answer = whole(method, *parameters)
        if method.startswith("eth_sendRaw"):
            raise NodeTimeout(node=chain.rpc.node, method=method, seconds=1)
        return answer

    with monkeypatch.context() as losing:
        losing.setattr(chain.rpc, "call", lost)
        with pytest.raises(NodeTimeout):
            deposit.mint(RELAY.address, 5)
    deposit.mint(RELAY.address, 6)
    assert deposit.balance(RELAY.address) == 11


def test_send__somebody_else_moved_the_nodes_clock__said(chain: NodeChain, deposit: Deposit) -> None:
    chain.rpc.call("evm_setNextBlockTimestamp", START + 50)
    with pytest.raises(MalformedAnswer, match=f"a block at {START + 50}, not {START}"):
        deposit.mint(RELAY.address, 5)


def test_send__no_key_of_the_caller__key_missing(chain: NodeChain, deposit: Deposit) -> None:
    with pytest.raises(KeyMissing):
        chain.send(deposit.token, calldata("TokenizedDeposit", "approve", BANK.address, 1), key("nobody").address)


# ---------------------------------------------------------------- time

CLOCK = bytes.fromhex("600b600c600039600b6000f3" + "425f52" + "425f55" + "60205ff3")
"""A contract that stores and answers the block's time: timestamp, mstore at 0; timestamp, sstore at 0; return it."""


def clock(chain: NodeChain) -> Address:
    return chain.deploy(CLOCK)[0]


def test_time__until_moved__stands_still_over_many_blocks(chain: NodeChain) -> None:
    at = clock(chain)
    receipts = [chain.send(at, b"", RELAY.address) for _ in range(3)]
    assert [receipt.at for receipt in receipts] == [START] * 3
    assert [receipt.block for receipt in receipts] == [2, 3, 4]
    assert chain.now == START


def test_travel__then_ask_and_send__both_see_that_very_second(chain: NodeChain) -> None:
    at = clock(chain)
    for to in (START + 1, START + 1, START + 90 * 86_400):
        chain.travel(UtcSeconds(to))
        assert int.from_bytes(chain.call(at, b"", RELAY.address), "big") == to == chain.now
        assert chain.send(at, b"", RELAY.address).at == to
        assert int.from_bytes(chain.word(at, Slot(0)), "big") == to


def test_travel__twice_before_a_block__the_later_counts(chain: NodeChain) -> None:
    at = clock(chain)
    chain.travel(UtcSeconds(START + 10))
    chain.travel(UtcSeconds(START + 20))
    assert chain.send(at, b"", RELAY.address).at == START + 20


def test_travel__backwards__refused(chain: NodeChain) -> None:
    with pytest.raises(ValueError, match="time does not go back"):
        chain.travel(UtcSeconds(START - 1))
    assert chain.now == START


def test_call__that_writes__changes_nothing(chain: NodeChain) -> None:
    at = clock(chain)
    chain.call(at, b"", RELAY.address)
    assert not any(chain.word(at, Slot(0)))


# ---------------------------------------------------------------- what the node keeps


def test_chain__of_another_id__refused_before_anything_is_written(anvil: Anvil) -> None:
    with serving() as stranger:

        def one(handler: Handler, asked: object) -> None:
            octets(handler, b'{"id":1,"jsonrpc":"2.0","result":"0x1"}')

        stranger.reply = one
        anvil.rpc = type(anvil.rpc)(stranger.url)
        with pytest.raises(WrongChain):
            node_chain(anvil)
        assert [asked["method"] for asked in stranger.asked] == ["eth_chainId"]


def test_next_address__is_where_deployments_then_stand(chain: NodeChain) -> None:
    foreseen = [chain.next_address(ahead) for ahead in range(3)]
    assert [clock(chain) for _ in range(3)] == foreseen


def test_restart__on_the_same_node__goes_on_with_nonces_and_time(anvil: Anvil, chain: NodeChain) -> None:
    chain.travel(UtcSeconds(START + 5))
    first = clock(chain)
    again = node_chain(anvil, CALLERS)
    assert again.now == START + 5
    assert clock(again) != first


def test_storage__a_slot_that_no_message_wrote__is_seen_in_it_and_in_the_root(anvil: Anvil, chain: NodeChain) -> None:
    at = clock(chain)
    chain.send(at, b"", RELAY.address)
    words = {Slot(0): Word(START.to_bytes(32, "big"))}
    assert chain.storage(at) == {(at, Slot(0)): words[Slot(0)]}
    assert chain.storage_root(at) == storage_root(words)
    anvil.rpc.call("anvil_setStorageAt", at, hex(7), f"0x{1:064x}")
    assert chain.storage(at).keys() == {(at, Slot(0)), (at, Slot(7))}
    assert chain.storage_root(at) != storage_root(words)


def test_storage__of_no_contract__is_empty(chain: NodeChain) -> None:
    assert chain.storage(RELAY.address) == {}


def test_storage__answer_that_is_no_dump__malformed_answer(chain: NodeChain, monkeypatch: pytest.MonkeyPatch) -> None:
    for dump in (
        "0x1234",
        "0x",
        "dump",
        None,
        f"0x{gzip.compress(b'{}').hex()}",
        f"0x{gzip.compress(b'{}')[:-4].hex()}",
    ):
        monkeypatch.setattr(chain.rpc, "call", lambda *_, dump=dump: dump)
        with pytest.raises(MalformedAnswer):
            chain.storage(RELAY.address)


def test_logs__of_some_blocks__only_theirs_in_order_with_time_and_transaction(
    chain: NodeChain, deposit: Deposit
) -> None:
    receipts = []
    for n in range(1, 4):
        chain.travel(UtcSeconds(START + n))
        receipts.append(chain.send(deposit.token, calldata("TokenizedDeposit", "mint", BANK.address, n), BANK.address))
    found = chain.logs(receipts[1].block, receipts[1].block)
    assert [(one.block, one.at, one.transaction) for one in found] == [
        (receipts[1].block, receipts[1].at, receipts[1].transaction)
    ]
    every = chain.logs(receipts[0].block)
    assert tuple(one.log for one in every) == sum((receipt.logs for receipt in receipts), ())


def test_trace__on_a_tracing_node__every_step_and_the_gas(program: Path) -> None:
    with Anvil(START, tracing=True, program=program) as anvil:
        chain = node_chain(anvil)
        receipt = chain.send(clock(chain), b"", RELAY.address)
        assert receipt.transaction is not None
        trace = chain.trace(receipt.transaction)
        assert [step["op"] for step in trace["structLogs"]] == [
            *("TIMESTAMP", "PUSH0", "MSTORE", "TIMESTAMP", "PUSH0", "SSTORE", "PUSH1", "PUSH0", "RETURN")
        ]
        assert trace["gas"] == receipt.gas


def test_word__answer_of_the_wrong_length__malformed_answer(chain: NodeChain, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chain.rpc, "call", lambda *_: "0x00")
    with pytest.raises(MalformedAnswer):
        chain.word(RELAY.address, Slot(0))
