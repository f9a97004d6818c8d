# SPDX-License-Identifier: Apache-2.0
"""A message with its signatures, as the bytes that the ledger's contract is called with.

Which function takes which message, and what stands beside it, follows from the artifacts: the function of a message is
the one whose first parameter is its struct; Expire, Redeem and MarkOverdue are the functions of those names.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from chain.abi import codec
from chain.abi.bounds import address, number
from chain.abi.codec import Codec
from chain.abi.errors import CallMisfit
from chain.abi.keccak import keccak
from chain.abi.schema import Field, codec_for, entries, fields
from chain.domain import commands
from chain.domain.clock import UtcSeconds
from chain.domain.commands import Expire, InvoicePart, MarkOverdue, Message, Redeem
from chain.domain.vocabulary import Address, Hash


@dataclass(frozen=True, slots=True)
class SignedCall:
    """What domain.commands.Call is to the rules, for the contract: signatures stand where Call has who signed.

    `signatures`: in the function's order, 65 bytes r, s, v each (or what an ERC-1271 signer takes); b"" says that the
    caller is the signer. `acceptances`: as `acceptance` makes them, none or one (transfer, split, lien), none or one a
    piece (splitMany); b"" asks for a standing auto-accept. `terms`, `invoices`: of decline and revoke alone.
    """

    message: Message
    signatures: tuple[bytes, ...] = ()
    acceptances: tuple[bytes, ...] = ()
    terms: Hash | None = None
    invoices: tuple[InvoicePart, ...] = ()


def acceptance(signer: Address, deadline: UtcSeconds, signature: bytes) -> bytes:
    """The packed consent to a move or a lien (IClaims, ACCEPTED): signer 20 bytes, deadline 4, signature.

    Raises BytesDoNotFit, NumberDoesNotFit.
    """
    return address("signer", signer) + number("deadline", deadline, 32).to_bytes(4, "big") + signature


def encode(call: SignedCall) -> bytes:
    """The calldata. Raises NumberDoesNotFit, BytesDoNotFit, CallMisfit; nothing wraps and nothing is cut off."""
    function = functions()[type(call.message)]
    function.check(call)
    return function.selector + function.parameters.encode(function.values(call))


@dataclass(frozen=True, slots=True)
class Function:
    """An operation of the contract."""

    name: str
    selector: bytes  # the first 4 bytes of the hash of its signature
    parts: tuple[Field, ...]
    parameters: Codec

    def check(self, call: SignedCall) -> None:
        """Raises CallMisfit unless what stands beside the message is what the function takes."""
        names = [part.name for part in self.parts]
        if "signatures" not in names:
            self._count("signatures", sum(map(_is_signature, names)), len(call.signatures))
        if "acceptances" not in names:
            self._count("acceptances", min(names.count("acceptance"), len(call.acceptances)), len(call.acceptances))
        beside = "terms" in names and "message" in names
        self._count("terms", int(beside), int(call.terms is not None))
        if not beside:
            self._count("invoices", 0, len(call.invoices))

    def values(self, call: SignedCall) -> list[Any]:
        """The values of its parameters."""
        signatures = iter(call.signatures)
        return [_value(part, call, signatures) for part in self.parts]

    def _count(self, part: str, needed: int, given: int) -> None:
        if needed != given:
            raise CallMisfit(operation=self.name, part=part, needed=needed, given=given)


@cache
def functions() -> Mapping[type[Message], Function]:
    """The operation of every message."""
    found: dict[type[Message], Function] = {}
    for entry in entries("IReceivableLedger", "function"):
        if entry["stateMutability"] == "nonpayable":
            function = _function(entry)
            first = function.parts[0]
            kind = first.type if first.name == "message" else function.name[0].upper() + function.name[1:]
            found[getattr(commands, kind)] = function
    return found


def _function(entry: Mapping[str, Any]) -> Function:
    name, parts = entry["name"], fields(entry["inputs"])
    parameters = codec.row([codec_for(part, name) for part in parts])
    return Function(name, keccak(f"{name}{parameters.type}".encode())[:4], parts, parameters)


def _is_signature(name: str) -> bool:
    return name.lower().endswith("signature")


def _value(part: Field, call: SignedCall, signatures: Iterator[bytes]) -> Any:
    if part.name == "message":
        return call.message
    if _is_signature(part.name):
        return next(signatures)
    if part.name == "acceptance":
        return call.acceptances[0] if call.acceptances else b""
    unsigned = isinstance(call.message, (Expire, Redeem, MarkOverdue))
    return getattr(call.message if unsigned else call, part.attribute)
