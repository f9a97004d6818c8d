# SPDX-License-Identifier: Apache-2.0
"""Whether code that stands somewhere is a contract of ours, and what its constructor fixed in it for ever."""

import json
from importlib import resources

from chain.abi.artifacts import Contract

_WORD = 32


def fixed_in(contract: Contract, code: bytes) -> frozenset[bytes] | None:
    """The values (32 bytes each) of a contract's immutables in deployed code; None when it is not that contract's.

    Everything but the immutables must be the committed artifact's, to the byte.
    """
    stored = json.loads(resources.files("chain.abi").joinpath("artifacts", f"{contract}.json").read_text("utf-8"))
    compiled = bytearray.fromhex(stored["deployedBytecode"].removeprefix("0x"))
    if not compiled or len(code) != len(compiled):
        return None
    values = set()
    for places in stored["immutableReferences"].values():
        found = {code[place["start"] : place["start"] + _WORD] for place in places}
        if len(found) != 1 or any(place["length"] != _WORD for place in places):
            return None
        values |= found
        for place in places:
            start = place["start"]
            compiled[start : start + _WORD] = code[start : start + _WORD]
    return frozenset(values) if compiled == code else None
