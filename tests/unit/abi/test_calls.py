# SPDX-License-Identifier: Apache-2.0
"""Calldata: byte for byte what eth-abi makes of the same values, and nothing at all for values that do not fit."""

import dataclasses
import re
import typing
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from eth_abi.abi import encode as abi_encode
from eth_utils.abi import collapse_if_tuple, function_abi_to_4byte_selector
from hypothesis import given
from hypothesis import strategies as st

from chain.abi.calls import Function, SignedCall, acceptance, encode, functions
from chain.abi.errors import BytesDoNotFit, CallMisfit, NumberDoesNotFit
from chain.abi.schema import STRUCTS, Field, entries, struct_codec
from chain.domain import commands
from chain.domain.clock import UtcSeconds
from chain.domain.commands import InvoicePart
from chain.domain.vocabulary import Address, ClaimId, Hash, ObligationId, ParticipantId
from tests.unit.abi.values import addresses, few, number, signatures, struct, value

SIGNER = Address("0x" + "11" * 20)
KINDS = {kind.__name__: kind for kind in typing.get_args(commands.Message)}
ABI = {entry["name"]: entry for entry in entries("IReceivableLedger", "function")}


def plain(item: Any) -> Any:
    """A domain value as eth-abi takes it."""
    if isinstance(item, ClaimId):
        return ((item.obligor << 32) + item.number << 24) + item.seq
    if isinstance(item, ObligationId):
        return (item.obligor << 32) + item.number
    if dataclasses.is_dataclass(item):
        return tuple(plain(getattr(item, part.name)) for part in dataclasses.fields(item))
    return [plain(part) for part in item] if isinstance(item, tuple) else item


@st.composite
def calls(draw: st.DrawFn, function: Function) -> tuple[SignedCall, list[Any]]:
    """A call of a function, and its parameters as eth-abi takes them."""
    values = [draw(value(part)) for part in function.parts]
    named = {part.name: item for part, item in zip(function.parts, values, strict=True)}
    if "message" not in named:
        kind = getattr(commands, function.name[0].upper() + function.name[1:])
        return SignedCall(kind(*values)), [plain(item) for item in values]
    beside: dict[str, Any] = {
        name: named[name] for name in ("signatures", "acceptances", "terms", "invoices") if name in named
    }
    if "signatures" not in named:
        beside["signatures"] = tuple(item for name, item in named.items() if name.lower().endswith("signature"))
    if "acceptance" in named:
        beside["acceptances"] = (named["acceptance"],)
    return SignedCall(named["message"], **beside), [plain(item) for item in values]


def accept(**changes: Any) -> SignedCall:
    message = commands.Accept(1, ClaimId(1, 1, 1), 1, SIGNER, 5)  # type: ignore[arg-type]
    whole: dict[str, Any] = {"message": message, "signatures": (b"",)}
    return SignedCall(**whole | changes)


def test_functions__one_for_every_message__and_one_for_every_function_that_writes() -> None:
    assert {kind.__name__ for kind in functions()} == set(KINDS)
    writing = {entry["name"] for entry in ABI.values() if entry["stateMutability"] not in ("view", "pure")}
    assert {function.name for function in functions().values()} == writing


@pytest.mark.parametrize("kind", KINDS)
@few
@given(data=st.data())
def test_encode__random_values__is_eth_abis_calldata(kind: str, data: st.DataObject) -> None:
    function = functions()[KINDS[kind]]
    call, values = data.draw(calls(function))
    entry: Any = ABI[function.name]
    types = [collapse_if_tuple(parameter) for parameter in entry["inputs"]]
    assert encode(call) == function_abi_to_4byte_selector(entry) + abi_encode(types, values)


@few
@given(signer=addresses, deadline=number(32), signature=signatures)
def test_acceptance__of_any_signature__is_signer_deadline_signature(
    signer: str, deadline: int, signature: bytes
) -> None:
    packed = acceptance(Address(signer), UtcSeconds(deadline), signature)
    assert packed == bytes.fromhex(signer[2:]) + deadline.to_bytes(4, "big") + signature


def test_acceptance__deadline_of_33_bits__refused() -> None:
    with pytest.raises(NumberDoesNotFit, match="deadline is 4294967296"):
        acceptance(SIGNER, UtcSeconds(2**32), b"")


NUMBERS = [(name, part) for name, parts in STRUCTS.items() for part in parts if re.fullmatch(r"uint\d+", part.type)]


@pytest.mark.parametrize(("name", "part"), NUMBERS, ids=[f"{name}.{part.attribute}" for name, part in NUMBERS])
@few
@given(data=st.data())
def test_struct__number_beyond_its_type__refused_by_field_and_bound(
    name: str, part: Field, data: st.DataObject
) -> None:
    bits, path = int(part.type.removeprefix("uint")), f"{name}.{part.attribute}"
    wrap: Callable[[Any], Any] = lambda item: item  # noqa: E731
    if part.type == "uint88":
        bits, path, wrap = 24, "seq", partial(ClaimId, ParticipantId(1), 1)
    elif part.attribute == "obligation":
        bits, path, wrap = 32, "number", partial(ObligationId, ParticipantId(1))
    wrong = data.draw(st.integers(2**bits) | st.integers(max_value=-1) | st.just(1.0))
    message = dataclasses.replace(data.draw(struct(name)), **{part.attribute: wrap(wrong)})
    with pytest.raises(NumberDoesNotFit) as raised:
        struct_codec(name).encode(message)
    assert raised.value.arguments["field"] == path
    assert raised.value.arguments["bound"] == 2**bits - 1


@pytest.mark.parametrize(
    ("call", "error"),
    [
        (accept(signatures=()), CallMisfit(operation="accept", part="signatures", needed=1, given=0)),
        (accept(signatures=(b"", b"")), CallMisfit(operation="accept", part="signatures", needed=1, given=2)),
        (accept(acceptances=(b"",)), CallMisfit(operation="accept", part="acceptances", needed=0, given=1)),
        (accept(terms=Hash(bytes(32))), CallMisfit(operation="accept", part="terms", needed=0, given=1)),
        (
            accept(invoices=(InvoicePart(Hash(bytes(32)), 1),)),  # type: ignore[arg-type]
            CallMisfit(operation="accept", part="invoices", needed=0, given=1),
        ),
        (
            accept(message=commands.Revoke(1, ObligationId(1, 1), 1, SIGNER, 5)),  # type: ignore[arg-type]
            CallMisfit(operation="revoke", part="terms", needed=1, given=0),
        ),
        (
            accept(message=commands.Transfer(1, ClaimId(1, 1, 1), 1, 2, SIGNER, 5), acceptances=(b"", b"")),  # type: ignore[arg-type]
            CallMisfit(operation="transfer", part="acceptances", needed=1, given=2),
        ),
        (accept(signatures=("0x",)), BytesDoNotFit(field="accept.signature", type="bytes", given="0x")),
    ],
)
def test_encode__parts_that_the_operation_does_not_take__refused(call: SignedCall, error: Exception) -> None:
    with pytest.raises(type(error)) as raised:
        encode(call)
    assert raised.value == error
