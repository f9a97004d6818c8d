# SPDX-License-Identifier: Apache-2.0
"""What a failed call answers, as the domain's refusal of the same name (ILedgerErrors, IRulebook)."""

from collections.abc import Mapping
from functools import cache
from typing import NamedTuple

from chain.abi import codec
from chain.abi.codec import Codec, NotCanonical, whole
from chain.abi.errors import UnknownRevert
from chain.abi.keccak import keccak
from chain.abi.schema import codec_for, entries, fields
from chain.domain import refusals
from chain.domain.refusals import LedgerRefusal


class Reason(NamedTuple):
    """One custom error of the contracts."""

    refusal: type[LedgerRefusal]
    parameters: Codec  # its refusal's fields, in their order


def refusal(data: bytes) -> LedgerRefusal | UnknownRevert:
    """The refusal that a call's return data bears, to be raised by whoever made the call.

    UnknownRevert, with the data, for all else: Panic(uint256), Error(string), an error of another contract, bytes that
    are not the one encoding of the error that they begin with, and nothing at all (a function that is not there, gas
    used up, calldata that does not decode).
    """
    reason = reasons().get(data[:4])
    if reason is not None:
        try:
            values = whole(reason.parameters, data[4:])
        except NotCanonical:
            return UnknownRevert(data=f"0x{data.hex()}")
        return reason.refusal(**dict(zip(reason.refusal.fields, values, strict=True)))
    return UnknownRevert(data=f"0x{data.hex()}")


@cache
def reasons() -> Mapping[bytes, Reason]:
    """Every custom error of the ledger and its Rulebook, by the first 4 bytes of the hash of its signature."""
    found: dict[bytes, Reason] = {}
    for entry in entries("IReceivableLedger", "error") + entries("Rulebook", "error"):
        name, parts = entry["name"], fields(entry["inputs"])
        parameters = codec.row([codec_for(part, name) for part in parts])
        found[keccak(f"{name}{parameters.type}".encode())[:4]] = Reason(getattr(refusals, name), parameters)
    return found
