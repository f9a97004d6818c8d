# SPDX-License-Identifier: Apache-2.0
"""Every error of the contracts is a refusal of the domain, every refusal an error; nothing else is taken for one."""

import re
from typing import Any

import pytest
from eth_abi.abi import encode as abi_encode
from eth_utils.crypto import keccak
from hypothesis import given
from hypothesis import strategies as st

from chain.abi.errors import UnknownRevert
from chain.abi.reverts import refusal
from chain.abi.schema import entries, fields
from chain.domain import refusals
from chain.domain.errors import registry
from chain.domain.refusals import ClosingWindow, LedgerRefusal
from chain.domain.vocabulary import ClaimId, ParticipantId
from tests.unit.abi.test_calls import plain
from tests.unit.abi.values import few, value

ABI: dict[str, Any] = {
    entry["name"]: entry for entry in entries("IReceivableLedger", "error") + entries("Rulebook", "error")
}
KEYWORDS = {("ClosingWindow", "from"): "start", ("CashRefused", "from"): "payer"}


def snake(error: str, name: str) -> str:
    return KEYWORDS.get((error, name), re.sub(r"(?<!^)([A-Z])", lambda letter: f"_{letter[1].lower()}", name))


def selector(entry: Any) -> bytes:
    return keccak(text=f"{entry['name']}({','.join(part['type'] for part in entry['inputs'])})")[:4]


def test_refusals__of_the_domain__are_the_errors_of_the_contracts() -> None:
    leaves = {leaf.__name__ for leaf in registry(LedgerRefusal).values()}
    assert leaves == set(ABI)


@pytest.mark.parametrize("name", ABI)
def test_refusal__field_by_field__is_the_error_of_its_name(name: str) -> None:
    assert getattr(refusals, name).fields == tuple(snake(name, part["name"]) for part in ABI[name]["inputs"])


@pytest.mark.parametrize("name", ABI)
@few
@given(data=st.data())
def test_refusal__of_random_arguments__has_them_by_name(name: str, data: st.DataObject) -> None:
    values = [data.draw(value(part)) for part in fields(ABI[name]["inputs"])]
    types = [part["type"] for part in ABI[name]["inputs"]]
    answer = selector(ABI[name]) + abi_encode(types, [plain(item) for item in values])
    kind = getattr(refusals, name)
    assert refusal(answer) == kind(**dict(zip(kind.fields, values, strict=True)))
    for wrong in (answer[:-1], answer + b"\0"):
        assert refusal(wrong) == UnknownRevert(data=f"0x{wrong.hex()}")


def test_refusal__known_bytes__typed_with_names_and_no_packed_integer() -> None:
    packed = (((7 << 32) | 1) << 24) | 3
    answer = keccak(text="ClosingWindow(uint88,uint32)")[:4] + abi_encode(["uint256", "uint256"], [packed, 5])
    assert refusal(answer) == ClosingWindow(claim=ClaimId(ParticipantId(7), 1, 3), start=5)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x4e\x48\x7b",
        bytes.fromhex("4e487b71") + (0x11).to_bytes(32, "big"),  # Panic: overflow
        bytes.fromhex("08c379a0") + abi_encode(["string"], ["no"]),  # Error
        keccak(text="ERC20InsufficientBalance(address,uint256,uint256)")[:4] + bytes(96),
        keccak(text="ZeroAmount()")[:4] + bytes(32),
        keccak(text="NotDue(uint64,uint32)")[:4] + bytes(63),
        keccak(text="NotDue(uint64,uint32)")[:4] + abi_encode(["uint256", "uint256"], [1, 2**32]),
    ],
)
def test_refusal__panic_text_foreign_error_or_bits_too_many__unknown_with_the_data(data: bytes) -> None:
    answer = refusal(data)
    assert answer == UnknownRevert(data=f"0x{data.hex()}")


@few
@given(data=st.binary(max_size=200))
def test_refusal__any_bytes__never_crashes(data: bytes) -> None:
    assert isinstance(refusal(data), (LedgerRefusal, UnknownRevert))
