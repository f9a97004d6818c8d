# SPDX-License-Identifier: Apache-2.0
"""What signers sign: equal to eth-account's hash, to the contract's own type strings, and to what a wallet is shown."""

import json
import re
import typing
from pathlib import Path
from typing import Any

import pytest
from eth_account.messages import encode_typed_data
from eth_utils.crypto import keccak
from hypothesis import given
from hypothesis import strategies as st

from chain.abi import eip712
from chain.abi.eip712 import Domain, digest, encode_type, hash_struct, typed_data
from chain.abi.errors import BytesDoNotFit, NumberDoesNotFit
from chain.abi.schema import STRUCTS
from chain.domain import commands
from chain.domain.vocabulary import Address, ClaimId, Hash, ObligationId
from tests.unit.abi.values import addresses, few, number, struct

SIGNED = [kind.__name__ for kind in typing.get_args(eip712.Signed)]
PARTS = ["InvoiceEntry", "InvoicePart", "NewObligation", "Piece"]
INTENTS = Path(__file__).resolve().parents[3] / "contracts" / "libraries" / "Intents.sol"
DOMAIN = Domain(31337, Address("0x" + "d7" * 20))


def split(**changes: Any) -> commands.Split:
    fields: dict[str, Any] = {
        "participant": 2,
        "claim": ClaimId(1, 1, 1),  # type: ignore[arg-type]
        "version": 2,
        "to": 3,
        "amount": 100,
        "signer": "0x" + "11" * 20,
        "deadline": 1_800_000_000,
    }
    return commands.Split(**fields | changes)


def test_structs__of_the_abi__are_the_messages_that_are_signed_and_their_parts() -> None:
    assert set(STRUCTS) == {*SIGNED, *PARTS}


@pytest.mark.parametrize("name", sorted(STRUCTS))
def test_struct__field_by_field__is_the_dataclass_of_its_name(name: str) -> None:
    hints = typing.get_type_hints(getattr(commands, name))
    assert list(hints) == [field.attribute for field in STRUCTS[name]]
    named = {field.attribute: field.type for field in STRUCTS[name]}
    assert {n for n, hint in hints.items() if hint is ClaimId} == {n for n, t in named.items() if t == "uint88"}
    obligations = {n for n, t in named.items() if t == "uint64" and n == "obligation"}
    assert {n for n, hint in hints.items() if hint is ObligationId} == obligations


def test_encode_type__of_every_struct__is_the_text_that_the_contract_hashes() -> None:
    texts = re.findall(r'keccak256\(\s*"(\w+\([^"]*)"\s*\)', INTENTS.read_text("utf-8"))
    stated = {text.split("(")[0]: text for text in texts}
    domain = stated.pop("EIP712Domain")
    assert stated == {name: encode_type(name) for name in STRUCTS}
    assert domain == eip712._written("EIP712Domain", eip712._DOMAIN_FIELDS)


@pytest.mark.parametrize("name", SIGNED)
@few
@given(data=st.data(), chain_id=number(256), ledger=addresses)
def test_digest__of_random_messages__is_eth_accounts(
    name: str, data: st.DataObject, chain_id: int, ledger: str
) -> None:
    message = data.draw(struct(name))
    domain = Domain(chain_id, Address(ledger))
    shown = encode_typed_data(full_message=typed_data(message, domain))
    assert domain.separator == shown.header
    assert hash_struct(message) == shown.body
    assert digest(message, domain) == keccak(b"\x19" + shown.version + shown.header + shown.body)


@pytest.mark.parametrize("name", SIGNED)
@few
@given(data=st.data())
def test_typed_data__through_json__keeps_every_digit(name: str, data: st.DataObject) -> None:
    message = data.draw(struct(name))
    shown = json.loads(json.dumps(typed_data(message, DOMAIN)))
    assert shown["primaryType"] == name
    assert [field["name"] for field in shown["types"][name]] == list(shown["message"])
    assert encode_typed_data(full_message=shown).body == hash_struct(message)


def test_digest__of_another_chain_or_ledger__is_another() -> None:
    ledgers = [DOMAIN, Domain(31338, DOMAIN.ledger), Domain(31337, Address("0x" + "d8" * 20))]
    assert len({digest(split(), domain) for domain in ledgers}) == 3


def test_hash_struct__of_two_messages_with_equal_fields__differs_by_type() -> None:
    obligation = ObligationId(1, 1)  # type: ignore[arg-type]
    fields = (1, obligation, 1, "0x" + "11" * 20, 5)
    assert hash_struct(commands.Decline(*fields)) != hash_struct(commands.Revoke(*fields))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"amount": 2**48}, NumberDoesNotFit(field="Split.amount", bound=2**48 - 1, given=2**48)),
        ({"version": -1}, NumberDoesNotFit(field="Split.version", bound=2**24 - 1, given=-1)),
        ({"to": 3.0}, NumberDoesNotFit(field="Split.to", bound=2**32 - 1, given="3.0")),
        ({"claim": ClaimId(1, 2**32, 1)}, NumberDoesNotFit(field="number", bound=2**32 - 1, given=2**32)),  # type: ignore[arg-type]
        ({"signer": "0xAB" + "11" * 19}, BytesDoNotFit(field="Split.signer", type="address", given="0xAB" + "11" * 19)),
        ({"signer": "0x11"}, BytesDoNotFit(field="Split.signer", type="address", given="0x11")),
        ({"signer": None}, BytesDoNotFit(field="Split.signer", type="address", given="None")),
    ],
)
def test_hash_struct__value_that_does_not_fit__error_names_field_and_bound(
    changes: dict[str, Any], error: Exception
) -> None:
    with pytest.raises(type(error)) as raised:
        hash_struct(split(**changes))
    assert raised.value == error


def test_hash_struct__hash_of_31_bytes__refused_not_padded() -> None:
    message = commands.CancelChange(1, Hash(bytes(31)), "0x" + "11" * 20, 5)  # type: ignore[arg-type]
    with pytest.raises(BytesDoNotFit, match=r"CancelChange\.change is 0x0+, which is no bytes32"):
        hash_struct(message)


def test_domain__chain_id_of_257_bits__refused() -> None:
    with pytest.raises(NumberDoesNotFit, match="an integer of 257 bits"):
        Domain(2**256, DOMAIN.ledger)
