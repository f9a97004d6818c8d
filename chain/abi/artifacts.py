# SPDX-License-Identifier: Apache-2.0
"""The compiled contracts that are committed beside this module: what is deployed, and how to speak to it."""

import hashlib
import json
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any, Literal

from chain.abi.errors import ArtifactDamaged

Contract = Literal[
    "ReceivableLedger", "LedgerModule", "LedgerViews", "Rulebook", "TokenizedDeposit", "IReceivableLedger"
]
"""IReceivableLedger is the interface of the whole ledger as seen at its one address, and has no code."""


@dataclass(frozen=True, slots=True)
class Artifact:
    """One compiled contract."""

    name: Contract
    abi: tuple[dict[str, Any], ...]  # the entries of Solidity's JSON ABI
    creation: bytes  # what is deployed, before the constructor's arguments
    sha256: str  # of `creation`, in hex


@cache
def artifact(name: Contract) -> Artifact:
    """The committed artifact of a contract. Raises ArtifactDamaged when its code is not the one that was hashed."""
    return read(name, resources.files("chain.abi").joinpath("artifacts", f"{name}.json").read_text("utf-8"))


def read(name: Contract, text: str) -> Artifact:
    """The artifact of a contract as its file has it. Raises ArtifactDamaged."""
    stored = json.loads(text)
    creation = bytes.fromhex(stored["bytecode"].removeprefix("0x"))
    found = hashlib.sha256(creation).hexdigest()
    if found != stored["sha256"]:
        raise ArtifactDamaged(contract=name, stated=stored["sha256"], found=found)
    return Artifact(name, tuple(stored["abi"]), creation, found)
