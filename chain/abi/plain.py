# SPDX-License-Identifier: Apache-2.0
"""What no message stands for: creation code with its arguments, and plain functions: views, a cash token.

Values are those of the ABI's own types: numbers are int, tuples tuple, an address 0x and lower-case hex digits.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from chain.abi import codec
from chain.abi.artifacts import Contract as Contract
from chain.abi.artifacts import artifact
from chain.abi.codec import Codec, whole
from chain.abi.keccak import keccak
from chain.abi.schema import entries
from chain.domain.vocabulary import ZERO_ADDRESS, Address, Rules

_SIZED = re.compile(r"(uint|bytes)(\d+)")


def creation(contract: Contract, *arguments: Any) -> bytes:
    """Creation code with the constructor's arguments. Raises NumberDoesNotFit, BytesDoNotFit."""
    inputs = [part for constructor in entries(contract, "constructor") for part in constructor["inputs"]]
    return artifact(contract).creation + _row(inputs).encode(arguments)


def calldata(contract: Contract, name: str, *arguments: Any) -> bytes:
    """A call of a function by name. Raises NumberDoesNotFit, BytesDoNotFit."""
    inputs = _row(_function(contract, name)["inputs"])
    return keccak(f"{name}{inputs.type}".encode())[:4] + inputs.encode(arguments)


def answer(contract: Contract, name: str, data: bytes) -> tuple[Any, ...]:
    """What a function's answer says. Raises NotCanonical, a ValueError."""
    values: tuple[Any, ...] = whole(_row(_function(contract, name)["outputs"]), data)
    return values


def rulebook_creation(ledger: Address, version: int, rules: Rules) -> bytes:
    """The creation code of a Rulebook that serves a ledger."""
    limits = (rules.start, rules.max_tenor, rules.max_offer, rules.hop_cap, rules.min_piece)
    bounds = (rules.min_late_rate, rules.max_late_rate, rules.min_closes, rules.max_closes)
    return creation("Rulebook", ledger, (1, version, *limits, *bounds, ZERO_ADDRESS, ZERO_ADDRESS, 0))


def _function(contract: Contract, name: str) -> Mapping[str, Any]:
    (entry,) = [entry for entry in entries(contract, "function") if entry["name"] == name]
    return entry


def _row(parameters: Sequence[Mapping[str, Any]]) -> Codec:
    return codec.row([_codec(part, part["type"]) for part in parameters])


def _codec(part: Mapping[str, Any], kind: str) -> Codec:
    name = part["name"] or kind
    if kind.endswith("[]"):
        return codec.array(_codec(part, kind[:-2]))
    if kind == "tuple":
        return _row(part["components"])
    if kind == "address":
        return codec.account_address(name)
    if kind == "bool":
        return codec.flag(name)
    if kind == "bytes":
        return codec.blob(name)
    if kind == "string":
        return codec.text(name)
    sized = _SIZED.fullmatch(kind)
    assert sized is not None, f"no contract of ours has a {kind}"
    make = codec.unsigned if sized[1] == "uint" else codec.fixed
    return make(name, int(sized[2]))
