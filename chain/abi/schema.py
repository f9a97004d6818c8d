# SPDX-License-Identifier: Apache-2.0
"""The contract's types as the artifacts state them, tied to the domain's records.

A struct of ILedgerTypes is the dataclass of the same name in commands; a field is its Solidity name in snake_case, and
`from` is `start`. A uint88 is a ClaimId, a uint64 named `obligation` an ObligationId; every other number is itself.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple

from chain.abi import codec
from chain.abi.artifacts import Contract, artifact
from chain.abi.codec import Codec
from chain.domain import commands

_STRUCT = re.compile(r"struct ILedgerTypes\.(\w+)((?:\[\])?)")
_NUMBER = re.compile(r"uint(\d+)")
_FIXED = re.compile(r"bytes(\d+)")


class Field(NamedTuple):
    """A field of a struct, or a parameter of a function, event or error."""

    name: str  # Solidity's
    attribute: str  # the domain's
    type: str  # "uint48", "bytes32", "Quote", "Piece[]"
    indexed: bool = False  # of an event


def fields(inputs: Sequence[Mapping[str, Any]]) -> tuple[Field, ...]:
    """The parameters of an ABI entry."""
    return tuple(
        Field(entry["name"], attribute(entry["name"]), _type(entry), entry.get("indexed", False)) for entry in inputs
    )


def attribute(name: str) -> str:
    """The domain's name for a field: snake_case, and `start` for the keyword `from`."""
    return "start" if name == "from" else re.sub(r"[A-Z]", lambda letter: f"_{letter[0].lower()}", name)


def entries(contract: Contract, kind: str) -> tuple[Mapping[str, Any], ...]:
    """The functions, events or errors of a contract."""
    return tuple(entry for entry in artifact(contract).abi if entry["type"] == kind)


def codec_for(field: Field, owner: str) -> Codec:
    """How a field's values are encoded; errors name it as "owner.field"."""
    path = f"{owner}.{field.attribute}"
    if field.type.endswith("[]"):
        return codec.array(codec_for(field._replace(type=field.type[:-2]), owner))
    if field.type == "uint88":
        return codec.claim_id(path)
    if field.type == "uint64" and field.name == "obligation":
        return codec.obligation_id(path)
    if field.type == "address":
        return codec.account_address(path)
    if field.type == "bytes":
        return codec.blob(path)
    if match := _NUMBER.fullmatch(field.type):
        return codec.unsigned(path, int(match[1]))
    if match := _FIXED.fullmatch(field.type):
        return codec.fixed(path, int(match[1]))
    return struct_codec(field.type)


@cache
def struct_codec(name: str) -> Codec:
    """How a struct of ILedgerTypes, the dataclass of that name, is encoded."""
    parts = STRUCTS[name]
    items = [codec_for(field, name) for field in parts]
    return codec.record(items, [field.attribute for field in parts], getattr(commands, name))


def _type(entry: Mapping[str, Any]) -> str:
    match = _STRUCT.fullmatch(entry.get("internalType", ""))
    return match[1] + match[2] if match else entry["type"]


def _structs(inputs: Sequence[Mapping[str, Any]]) -> Iterator[tuple[str, tuple[Field, ...]]]:
    """The structs of ILedgerTypes among these parameters, and those within them."""
    for entry in inputs:
        if match := _STRUCT.fullmatch(entry.get("internalType", "")):
            yield match[1], fields(entry["components"])
            yield from _structs(entry["components"])


STRUCTS: Mapping[str, tuple[Field, ...]] = {
    name: parts for entry in entries("IReceivableLedger", "function") for name, parts in _structs(entry["inputs"])
}
"""The fields of every message and of the structs within them, by name."""
