# SPDX-License-Identifier: Apache-2.0
"""Blocks are taken as the node's chain has them, or not at all: every single lie about them is found."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import msgspec
import pytest

from chain.abi.events import rules_topic
from chain.domain.errors import DeepTierError
from chain.domain.vocabulary import Address, Hash
from chain.mirror.blocks import Block, Found, Verify
from chain.mirror.errors import BlockUnproven, ChainShort, ParentDiffers
from chain.mirror.source import Source
from chain.node import answers
from chain.node.errors import MalformedAnswer, NodeRefused
from chain.node.rpc import Rpc
from chain.proofs.header import HeaderFields, header_hash
from tests.unit.mirror.told import Answers, Told, altered, question, recorded
from tests.unit.proofs.emitter import EMITTER, FAILS, Emitting, emitting_node, says

OTHER = Address(f"0x{'99' * 20}")
RULES = rules_topic()
EMPTY, ONE, MIXED, MANY = 2, 3, 4, 5
"""What is in the blocks of these numbers: no transaction, one, one of every kind, 120."""

LIES = (BlockUnproven, ParentDiffers, MalformedAnswer)
HEADER, RECEIPTS = question("eth_getBlockByNumber", [hex(MIXED), False]), question("eth_getBlockReceipts", [hex(MIXED)])
UNUSED = {"size", "totalDifficulty", "gasUsed of a receipt", "effectiveGasPrice", "from", "to", "contractAddress"} | {
    "blockTimestamp",
    "blobGasPrice",
}
"""What a node tells besides, and nobody here reads."""


@dataclass(frozen=True)
class World:
    rpc: Rpc
    told: dict[Verify, tuple[Answers, list[Block]]]  # of the blocks ONE and MIXED


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with emitting_node() as anvil:
        chain = Emitting(anvil.rpc, anvil.chain_id)
        assert chain.block([]) == EMPTY
        assert chain.calls(says(1)) == ONE
        calls = [(0, says(2, b"\xff")), (2, FAILS), (1, says(0)), (2, says(1, bytes(60), RULES)), (0, says(1))]
        assert chain.block([(kind, EMITTER, call) for kind, call in calls]) == MIXED
        assert chain.calls(*[says(at % 3, bytes(at), RULES) for at in range(120)], kind=2) == MANY
        yield World(anvil.rpc, {verify: recorded(anvil.rpc, EMITTER, verify, ONE, MIXED) for verify in Verify})


def plainly(rpc: Rpc, number: int, ledger: Address) -> list[tuple[Found, ...]]:
    """The wanted logs of a block, asked for and read in the plainest way."""
    told = rpc.call("eth_getLogs", {"fromBlock": hex(number), "toBlock": hex(number)})
    logs = [(each, answers.log(each)) for each in told]
    wanted = [(each, log) for each, log in logs if log.address == ledger or log.topics[:1] == (RULES,)]
    return [tuple(Found(int(e["logIndex"], 16), Hash(answers.word(e["transactionHash"])), log) for e, log in wanted)]


# ---------------------------------------------------------------- the truth


@pytest.mark.parametrize("verify", Verify)
@pytest.mark.parametrize("ledger", [EMITTER, OTHER], ids=["ledger's", "another's"])
def test_blocks__of_a_node__have_its_headers_and_the_wanted_logs(world: World, verify: Verify, ledger: Address) -> None:
    blocks = Source(world.rpc, ledger, verify).blocks(0, MANY)
    assert [block.header.number for block in blocks] == list(range(MANY + 1))
    for block in blocks:
        told = world.rpc.call("eth_getBlockByNumber", hex(block.header.number), False)
        header = block.header
        assert (header.hash, header.parent) == (answers.word(told["hash"]), answers.word(told["parentHash"]))
        assert header.timestamp == int(told["timestamp"], 16)
        assert [block.logs] == plainly(world.rpc, header.number, ledger)
    everything = [0, 0, 0, 1, 4, 120] if ledger == EMITTER else [0, 0, 0, 0, 1, 120]
    assert [len(block.logs) for block in blocks] == everything


@pytest.mark.parametrize("verify", Verify)
def test_head_and_header__are_those_of_the_blocks(world: World, verify: Verify) -> None:
    source = Source(world.rpc, EMITTER, verify)
    blocks = source.blocks(EMPTY, MANY)
    assert source.head() == blocks[-1].header
    assert source.header(ONE) == blocks[1].header


@pytest.mark.parametrize("verify", Verify)
def test_blocks__told_again__are_the_same_whatever_the_case_of_its_digits(world: World, verify: Verify) -> None:
    told, blocks = world.told[verify]
    assert Source(Told(told), EMITTER, verify).blocks(ONE, MIXED) == blocks
    checksummed = Address(EMITTER[:2] + EMITTER[2:].upper())
    assert Source(Told(told), checksummed, verify).blocks(ONE, MIXED) == blocks


# ---------------------------------------------------------------- one text altered


def leaves(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Where the texts, numbers and flags of an answer are."""
    members = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, member in members:
        yield from leaves(member, (*path, name))
    if not isinstance(value, dict | list):
        yield path


def flipped(text: str, at: int) -> str:
    """The text with one digit changed."""
    digits = list(text)
    digits[at] = "0" if digits[at] != "0" else "1"
    return "".join(digits)


ALTERATIONS: dict[str, Callable[[str], Any]] = {
    "last digit": lambda text: flipped(text, -1) if len(text) > 2 else "0x00",
    "first digit": lambda text: flipped(text, 2) if len(text) > 2 else "0x80",
    "prefix": lambda text: flipped(text, 1),
    "no prefix": lambda text: text[2:],
    "shorter": lambda text: text[:-1],
    "longer": lambda text: f"{text}00",
    "blank": lambda text: f"{text[:-1]} ",
    "blanks in the middle": lambda text: f"{text[:4]}  {text[6:]}",
    "no digit": lambda text: f"{text[:-1]}g",
    "upper case": lambda text: text[:2] + text[2:].upper(),
    "empty": lambda text: "",
    "null": lambda text: None,
    "a number": lambda text: 1,
    "a list": lambda text: [],
    "an object": lambda text: {},
}


def alterations(answers: Answers) -> Iterator[tuple[str, str, Callable[[Answers], None]]]:
    """(field, what, change) for every text in the answers that concern block MIXED."""
    for asked in answers:
        for path in leaves(answers[asked]):
            value = at(answers[asked], path)
            names = [name for name in path if isinstance(name, str)]
            name = "gasUsed of a receipt" if "Receipts" in asked and names == ["gasUsed"] else names[-1]
            made = {what: alter(value) for what, alter in ALTERATIONS.items()} if isinstance(value, str) else {}
            if isinstance(value, bool):
                made = {"flag": not value, "null": None, "a text": "0x0"}
            for what, new in made.items():
                if new != value:
                    yield name, what, lambda a, asked=asked, path=path, new=new: put(a[asked], path, new)  # type: ignore[misc]
            if isinstance(path[-1], str):
                yield name, "missing", lambda a, asked=asked, path=path: at(a[asked], path[:-1]).pop(path[-1])  # type: ignore[misc]


def at(value: Any, path: tuple[Any, ...]) -> Any:
    for name in path:
        value = value[name]
    return value


def put(value: Any, path: tuple[Any, ...], new: Any) -> None:
    at(value, path[:-1])[path[-1]] = new


def outcome(rpc: Rpc, verify: Verify) -> list[Block] | DeepTierError:
    try:
        return Source(rpc, EMITTER, verify).blocks(ONE, MIXED)
    except LIES as error:
        return error


def test_blocks__any_one_text_altered__receipts_never_takes_it(world: World) -> None:
    told, blocks = world.told[Verify.RECEIPTS]
    tried: set[str] = set()
    for name, what, change in alterations({asked: told[asked] for asked in (HEADER, RECEIPTS)}):
        found = outcome(altered(told, change), Verify.RECEIPTS)
        if isinstance(found, DeepTierError):
            tried.add(name)
        else:  # nobody reads it, or it says the same
            harmless = name in UNUSED or what == "upper case" or (name, what) == ("removed", "missing")
            assert found == blocks, f"{name}: {what} was taken"
            assert harmless, f"{name}: {what} was taken"
    assert tried >= {
        "logIndex",
        "data",
        "topics",
        "address",
        "status",
        "cumulativeGasUsed",
        "type",
        "parentHash",
        "hash",
    }
    assert not tried & UNUSED


@pytest.mark.parametrize("verify", [Verify.BLOOM, Verify.OFF])
def test_blocks__any_one_text_altered__the_other_modes_end_in_blocks_or_an_error_of_ours(
    world: World, verify: Verify
) -> None:
    """And bloom takes no other data than these: it knows neither the data of a log nor which transaction it is of."""
    told, blocks = world.told[verify]
    taken = set()
    for name, _, change in alterations({asked: told[asked] for asked in told if asked not in BEFORE.values()}):
        found = outcome(altered(told, change), verify)  # any error but these fails the test
        if found != blocks and not isinstance(found, DeepTierError):
            taken.add(name)
    assert taken == {"data"} if verify == Verify.BLOOM else taken >= {"data", "topics", "timestamp"}


# ---------------------------------------------------------------- more than a text


def logs(told: Answers, receipt: int) -> list[Any]:
    found: list[Any] = told[RECEIPTS][receipt]["logs"]
    return found


def swap(items: list[Any], one: int, other: int) -> list[Any]:
    items[one], items[other] = items[other], items[one]
    return items


def rehash(told: Answers) -> None:
    """Give block MIXED another extraData, and with it another hash wherever it is named."""
    block = told[HEADER]
    block["extraData"] = "0x1234"
    block["hash"] = f"0x{header_hash(msgspec.convert(block, HeaderFields)).hex()}"
    for receipt in told[RECEIPTS]:
        for each in (receipt, *receipt["logs"]):
            each["blockHash"] = block["hash"]


BEFORE = {key: key.replace(hex(MIXED), hex(ONE)) for key in (HEADER, RECEIPTS)}
"""The same questions about block ONE."""

CHANGES: dict[str, Callable[[Answers], Any]] = {
    "last receipt left out": lambda told: told[RECEIPTS].pop(),
    "first receipt left out": lambda told: told[RECEIPTS].pop(0),
    "failed receipt left out": lambda told: told[RECEIPTS].pop(1),
    "receipt and transaction left out": lambda told: (told[RECEIPTS].pop(), told[HEADER]["transactions"].pop()),
    "all left out": lambda told: (told[RECEIPTS].clear(), told[HEADER]["transactions"].clear()),
    "receipt twice": lambda told: told[RECEIPTS].append(told[RECEIPTS][-1]),
    "receipts swapped": lambda told: swap(told[RECEIPTS], 0, 4),
    "transactions swapped": lambda told: swap(told[HEADER]["transactions"], 0, 1),
    "both swapped": lambda told: (swap(told[RECEIPTS], 0, 4), swap(told[HEADER]["transactions"], 0, 4)),
    "log left out": lambda told: logs(told, 0).pop(),
    "last log left out": lambda told: logs(told, 4).pop(),
    "log twice": lambda told: logs(told, 0).append(logs(told, 0)[1]),
    "logs swapped": lambda told: logs(told, 0).reverse(),
    "log in another receipt": lambda told: logs(told, 2).append(logs(told, 0).pop()),
    "log of another topic": lambda told: logs(told, 3)[0]["topics"].reverse(),
    "topic left out": lambda told: logs(told, 3)[0]["topics"].pop(),
    "topic twice": lambda told: logs(told, 3)[0]["topics"].append(logs(told, 3)[0]["topics"][0]),
    "five topics": lambda told: logs(told, 3)[0]["topics"].extend([f"0x{'00' * 32}"] * 2),
    "two topics in one": lambda told: put(
        logs(told, 3)[0], ("topics",), [logs(told, 3)[0]["topics"][0] + "a0" + logs(told, 3)[0]["topics"][1][2:]]
    ),
    "receipts of another block": lambda told: told.update({RECEIPTS: told[BEFORE[RECEIPTS]]}),
    "header of another block": lambda told: told.update({HEADER: told[BEFORE[HEADER]]}),
    "another block": lambda told: told.update({key: told[BEFORE[key]] for key in BEFORE}),
    "no receipts": lambda told: told.update({RECEIPTS: None}),
    "empty receipts": lambda told: told.update({RECEIPTS: []}),
    "receipts of null": lambda told: told.update({RECEIPTS: [None] * 5}),
    "receipts as object": lambda told: told.update({RECEIPTS: {}}),
    "receipts as text": lambda told: told.update({RECEIPTS: "0x"}),
    "header as list": lambda told: told.update({HEADER: []}),
    "header as text": lambda told: told.update({HEADER: "0x"}),
    "no header before a block": lambda told: told.update({BEFORE[HEADER]: None}),
    "logs null": lambda told: told[RECEIPTS][0].update(logs=None),
    "topics null": lambda told: logs(told, 0)[0].update(topics=None),
    "transactions null": lambda told: told[HEADER].update(transactions=None),
    "whole transactions": lambda told: told[HEADER].update(transactions=[{"hash": "0x"}]),
    "a year that there is not": lambda told: told[HEADER].update(timestamp="0xffffffffffffffffff"),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_blocks__more_than_a_text_altered__receipts_never_takes_it(world: World, change: Callable[..., Any]) -> None:
    told, _ = world.told[Verify.RECEIPTS]
    with pytest.raises(LIES):
        Source(altered(told, change), EMITTER, Verify.RECEIPTS).blocks(ONE, MIXED)


def test_blocks__a_block_of_another_chain__parent_differs(world: World) -> None:
    """True to its own hash, but no child of the one before it."""
    told, blocks = world.told[Verify.RECEIPTS]

    def change(answers: Answers) -> None:
        answers[HEADER]["parentHash"] = f"0x{'12' * 32}"
        rehash(answers)

    with pytest.raises(ParentDiffers) as raised:
        Source(altered(told, change), EMITTER, Verify.RECEIPTS).blocks(ONE, MIXED)
    expected = f"0x{blocks[0].header.hash.hex()}"
    assert raised.value == ParentDiffers(block=MIXED, expected=expected, found=f"0x{'12' * 32}")


def test_blocks__another_hash_at_the_end_of_the_range__is_another_block(world: World) -> None:
    """A block that is whole in itself is proven, whoever made it: only the next one, or the book, tells them apart."""
    told, blocks = world.told[Verify.RECEIPTS]
    found = Source(altered(told, rehash), EMITTER, Verify.RECEIPTS).blocks(ONE, MIXED)
    assert found[1].header.hash != blocks[1].header.hash


# ---------------------------------------------------------------- filters


FILTER = question("eth_getLogs", [{"fromBlock": hex(ONE), "toBlock": hex(MIXED)}])
LOG_CHANGES: dict[str, Callable[[list[Any]], Any]] = {
    "left out": lambda logs: logs.pop(3),
    "twice": lambda logs: logs.append(logs[-1]),
    "swapped": lambda logs: swap(logs, 1, 2),
    "of another block": lambda logs: logs[0].update(blockNumber="0x9"),
    "of no transaction": lambda logs: logs[0].update(transactionIndex="0x1"),
    "all left out": lambda logs: logs.clear(),
}


@pytest.mark.parametrize("change", LOG_CHANGES.values(), ids=LOG_CHANGES)
def test_blocks__logs_altered__bloom_does_not_take_it(world: World, change: Callable[[list[Any]], Any]) -> None:
    told, _ = world.told[Verify.BLOOM]
    with pytest.raises(LIES):
        Source(altered(told, lambda told: change(told[FILTER])), EMITTER, Verify.BLOOM).blocks(ONE, MIXED)


OFF_CHANGES: dict[str, Callable[[Answers, list[str]], Any]] = {
    "one twice": lambda told, filters: told[filters[0]].append(told[filters[0]][0]),
    "not what was asked": lambda told, filters: told[filters[0]][0].update(address=OTHER),
    "not the same in both": lambda told, filters: told[filters[1]][0].update(data="0x"),
    "of another block": lambda told, filters: told[filters[0]][0].update(blockNumber="0x9"),
    "another parent": lambda told, filters: told[HEADER].update(parentHash=f"0x{'12' * 32}"),
}


@pytest.mark.parametrize("change", OFF_CHANGES.values(), ids=OFF_CHANGES)
def test_blocks__answers_that_contradict_each_other__off_does_not_take_them(
    world: World, change: Callable[[Answers, list[str]], Any]
) -> None:
    told, _ = world.told[Verify.OFF]
    filters = [asked for asked in told if "eth_getLogs" in asked]
    with pytest.raises(LIES):
        Source(altered(told, lambda told: change(told, filters)), EMITTER, Verify.OFF).blocks(ONE, MIXED)


# ---------------------------------------------------------------- what the node does not know, or does not answer


@pytest.mark.parametrize("verify", Verify)
def test_blocks__beyond_the_nodes_chain__chain_short_names_its_end(world: World, verify: Verify) -> None:
    source = Source(world.rpc, EMITTER, verify)
    with pytest.raises(ChainShort) as raised:
        source.blocks(MIXED, MANY + 3)
    assert raised.value == ChainShort(block=MANY + 3, head=MANY)
    with pytest.raises(ChainShort) as raised:
        source.header(MANY + 1)
    assert raised.value == ChainShort(block=MANY + 1, head=MANY)


def test_blocks__a_question_that_is_refused__is_raised(world: World) -> None:
    told, _ = world.told[Verify.RECEIPTS]
    refused = NodeRefused(method="eth_getBlockReceipts", number=-32601, said="no such method", data=None)
    with pytest.raises(NodeRefused):
        Source(altered(told, lambda told: told.update({RECEIPTS: refused})), EMITTER, Verify.RECEIPTS).blocks(
            ONE, MIXED
        )


def test_head__null__malformed_answer() -> None:
    with pytest.raises(MalformedAnswer):
        Source(Told({question("eth_getBlockByNumber", ["latest", False]): None}), EMITTER, Verify.RECEIPTS).head()
