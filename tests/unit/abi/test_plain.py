# SPDX-License-Identifier: Apache-2.0
"""Creation code, calls and answers of plain functions are eth-abi's, for every function of every contract."""

from random import Random
from typing import Any

import pytest
from eth_abi.abi import encode as abi_encode
from eth_utils.abi import collapse_if_tuple, function_abi_to_4byte_selector

from chain.abi import plain
from chain.abi.artifacts import artifact
from chain.abi.codec import NotCanonical
from chain.abi.schema import entries

CONTRACTS: list[Any] = ["IReceivableLedger", "Rulebook", "TokenizedDeposit", "LedgerViews"]
FUNCTIONS = [
    (contract, entry)
    for contract in CONTRACTS
    for entry in entries(contract, "function")
    if [other["name"] for other in entries(contract, "function")].count(entry["name"]) == 1
]


def value(part: Any, kind: str, chance: Random) -> Any:
    if kind.endswith("[]"):
        return tuple(value(part, kind[:-2], chance) for _ in range(chance.randint(0, 3)))
    if kind == "tuple":
        return tuple(value(inner, inner["type"], chance) for inner in part["components"])
    if kind == "address":
        return f"0x{chance.randbytes(20).hex()}"
    if kind == "bool":
        return chance.random() < 0.5
    if kind == "string":
        return "债权" * chance.randint(0, 20)
    if kind == "bytes":
        return chance.randbytes(chance.randint(0, 70))
    if kind.startswith("bytes"):
        return chance.randbytes(int(kind[5:]))
    return chance.getrandbits(int(kind[4:]))


@pytest.mark.parametrize(("contract", "entry"), FUNCTIONS, ids=[f"{c}.{e['name']}" for c, e in FUNCTIONS])
def test_call_and_answer__random_values__are_eth_abis(contract: Any, entry: Any) -> None:
    chance = Random(entry["name"])
    for _ in range(5):
        given = [value(part, part["type"], chance) for part in entry["inputs"]]
        words = abi_encode([collapse_if_tuple(part) for part in entry["inputs"]], given)
        assert plain.calldata(contract, entry["name"], *given) == function_abi_to_4byte_selector(entry) + words
        told = tuple(value(part, part["type"], chance) for part in entry["outputs"])
        answered = abi_encode([collapse_if_tuple(part) for part in entry["outputs"]], told)
        assert plain.answer(contract, entry["name"], answered) == told


@pytest.mark.parametrize(
    "contract", ["ReceivableLedger", "LedgerModule", "LedgerViews", "Rulebook", "TokenizedDeposit"]
)
def test_creation__random_arguments__is_eth_abis(contract: Any) -> None:
    chance = Random(contract)
    inputs = [part for entry in entries(contract, "constructor") for part in entry["inputs"]]
    given = [value(part, part["type"], chance) for part in inputs]
    words = abi_encode([collapse_if_tuple(part) for part in inputs], given)
    assert plain.creation(contract, *given) == artifact(contract).creation + words


@pytest.mark.parametrize("data", [b"", bytes(31), bytes(31) + b"\x02", bytes(64)])
def test_answer__that_is_no_bool__is_not_read(data: bytes) -> None:
    with pytest.raises(NotCanonical):
        plain.answer("TokenizedDeposit", "approve", data)
