# SPDX-License-Identifier: Apache-2.0
"""A ledger on a network of others: found at its address, proven to be of our contracts, and how its node is reached."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from api.errors import ContractForeign, NodeFileDamaged
from api.run import written
from chain.abi.deployed import fixed_in
from chain.abi.plain import Contract, answer, calldata
from chain.abi.sums import contract_sums
from chain.domain.clock import UtcSeconds
from chain.domain.vocabulary import Address
from chain.node import answers
from chain.node.errors import NodeRefused
from chain.node.network import Network
from chain.node.rpc import Rpc

FILE = "node.json"
VERSION = 1


@dataclass(frozen=True, slots=True)
class Reached:
    """A node that is not ours."""

    url: str  # may hold a secret: the file is for its owner's eyes only
    depth: int  # blocks on top that make a block final, 0 where none is ever undone (QBFT)
    first: int  # block to mirror from: the ledger's own or an earlier one


def keep(folder: Path, reached: Reached) -> None:
    """Put it into the folder."""
    written(folder / FILE, json.dumps({"version": VERSION, **asdict(reached)}, indent=1) + "\n")


def kept(folder: Path) -> Reached | None:
    """What `keep` put there; None when the folder's network runs on a node of ours. Raises NodeFileDamaged."""
    path = folder / FILE
    if not path.exists():
        return None
    try:
        told = json.loads(path.read_text("utf-8"))
        reached = Reached(told["url"], told["depth"], told["first"])
        numbers = type(reached.depth) is int and type(reached.first) is int
        if told["version"] != VERSION or not isinstance(reached.url, str) or not numbers:
            raise ValueError("not what was written")
    except (ValueError, LookupError, TypeError):
        raise NodeFileDamaged(path=str(path)) from None
    return reached


def found(rpc: Rpc, ledger: Address, rulebook: Address | None, cash: Sequence[Address]) -> Network:
    """The network of a ledger. `rulebook`: the one it was born with, when that is no longer the one in force.

    Every contract must be this software's, to the byte, and tied to the others. Writes nothing. Raises ContractForeign
    and the errors of Rpc.call.
    """
    chain_id = rpc.ask(answers.number, "eth_chainId")
    place = _Place(rpc, chain_id)
    fixed = place.fixed("ReceivableLedger", ledger) - {_word(chain_id)}
    module = place.pointed("ReceivableLedger", ledger, fixed)  # the other one that is left is a hash
    views = place.pointed("LedgerModule", module, place.fixed("LedgerModule", module) - {_word(int(module, 16))})
    place.fixed("LedgerViews", views)
    (now,) = place.view("IReceivableLedger", ledger, "rulebook")
    first = rulebook or Address(now)
    if place.fixed("Rulebook", first) != {_word(int(ledger, 16)), _word(1)}:  # its ledger, its first version
        raise ContractForeign(contract="Rulebook", address=first, chain_id=chain_id)
    code, exponent = place.view("IReceivableLedger", ledger, "currency")
    for token in cash:
        place.decimals(token, exponent)
    return Network(
        demo=False,
        chain_id=chain_id,
        genesis=rpc.ask(_time, "eth_getBlockByNumber", "0x0", False),
        ledger=ledger,
        module=module,
        views=views,
        rulebook=first,
        currency=bytes(code).decode("ascii"),
        exponent=exponent,
        cash=tuple(cash),
        contracts=contract_sums(),
    )


class _Place:
    """Looks at contracts on a chain. Each method raises ContractForeign."""

    def __init__(self, rpc: Rpc, chain_id: int) -> None:
        self._rpc, self._chain_id = rpc, chain_id

    def fixed(self, contract: Contract, at: Address) -> frozenset[bytes]:
        values = fixed_in(contract, self._rpc.ask(answers.octets, "eth_getCode", at, "latest"))
        if values is None:
            raise self._foreign(contract, at)
        return values

    def pointed(self, contract: Contract, at: Address, values: frozenset[bytes]) -> Address:
        """The one address among these values."""
        addresses = [value[12:] for value in values if not any(value[:12])]
        if len(addresses) != 1:
            raise self._foreign(contract, at)
        return Address(f"0x{addresses[0].hex()}")

    def view(self, contract: Contract, at: Address, name: str) -> tuple[Any, ...]:
        asked = {"to": at, "data": f"0x{calldata(contract, name).hex()}"}
        try:
            return self._rpc.ask(lambda told: answer(contract, name, answers.octets(told)), "eth_call", asked, "latest")
        except NodeRefused:
            raise self._foreign(contract, at) from None

    def decimals(self, token: Address, exponent: int) -> None:
        """A cash token may be any bank's, but it counts in the ledger's unit."""
        if not self._rpc.ask(answers.octets, "eth_getCode", token, "latest"):
            raise self._foreign("TokenizedDeposit", token)
        if self.view("TokenizedDeposit", token, "decimals") != (exponent,):
            raise self._foreign("TokenizedDeposit", token)

    def _foreign(self, contract: Contract, at: Address) -> ContractForeign:
        return ContractForeign(contract=contract, address=at, chain_id=self._chain_id)


def _time(block: Any) -> UtcSeconds:
    return UtcSeconds(answers.number(block["timestamp"]))


def _word(value: int) -> bytes:
    return value.to_bytes(32, "big")
