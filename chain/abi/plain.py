# SPDX-License-Identifier: Apache-2.0
"""What no message stands for: creation code with its arguments, and plain functions: views, a cash token."""

from collections.abc import Mapping, Sequence
from typing import Any

from eth_abi.abi import decode as abi_decode
from eth_abi.abi import encode as abi_encode
from eth_utils.abi import collapse_if_tuple, function_abi_to_4byte_selector

from chain.abi.artifacts import Contract as Contract
from chain.abi.artifacts import artifact
from chain.abi.schema import entries
from chain.domain.vocabulary import ZERO_ADDRESS, Address, Rules


def creation(contract: Contract, *arguments: Any) -> bytes:
    """Creation code with the constructor's arguments, by eth-abi."""
    inputs = [part for constructor in entries(contract, "constructor") for part in constructor["inputs"]]
    return artifact(contract).creation + abi_encode(_types(inputs), arguments)


def calldata(contract: Contract, name: str, *arguments: Any) -> bytes:
    """A call of a function by name, by eth-abi."""
    entry: Any = _function(contract, name)
    return function_abi_to_4byte_selector(entry) + abi_encode(_types(entry["inputs"]), arguments)


def _function(contract: Contract, name: str) -> Mapping[str, Any]:
    (entry,) = [entry for entry in entries(contract, "function") if entry["name"] == name]
    return entry


def _types(parameters: Sequence[Any]) -> list[str]:
    return [collapse_if_tuple(parameter) for parameter in parameters]


def answer(contract: Contract, name: str, data: bytes) -> tuple[Any, ...]:
    """What a function's answer says."""
    return tuple(abi_decode(_types(_function(contract, name)["outputs"]), data))


def rulebook_creation(ledger: Address, version: int, rules: Rules) -> bytes:
    """The creation code of a Rulebook that serves a ledger."""
    limits = (rules.start, rules.max_tenor, rules.max_offer, rules.hop_cap, rules.min_piece)
    bounds = (rules.min_late_rate, rules.max_late_rate, rules.min_closes, rules.max_closes)
    return creation("Rulebook", ledger, (1, version, *limits, *bounds, ZERO_ADDRESS, ZERO_ADDRESS, 0))
