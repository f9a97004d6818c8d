# SPDX-License-Identifier: Apache-2.0
"""Our transactions are byte for byte those of eth-account."""

import pytest
from eth_account import Account
from eth_utils.address import to_checksum_address
from hypothesis import given, settings
from hypothesis import strategies as st

from chain.domain.vocabulary import Address
from chain.signing.key import Key
from chain.signing.transaction import signed_transaction

ADDRESSES = st.binary(min_size=20, max_size=20).map(lambda raw: Address(f"0x{raw.hex()}"))


def by_eth_account(secret: bytes, chain_id: int, nonce: int, to: Address | None, data: bytes, gas: int) -> bytes:
    whole = {"chainId": chain_id, "nonce": nonce, "gas": gas, "gasPrice": 0, "value": 0, "data": data}
    if to is not None:
        whole["to"] = to_checksum_address(to)
    return bytes(Account.from_key(secret).sign_transaction(whole).raw_transaction)


@settings(deadline=None, max_examples=60)
@given(
    secret=st.integers(1, 2**250).map(lambda number: number.to_bytes(32, "big")),
    chain_id=st.integers(1, 2**53),
    nonce=st.integers(0, 2**64 - 2),
    to=st.none() | ADDRESSES,
    data=st.binary(max_size=300),
    gas=st.integers(100_000, 30_000_000),
)
def test_signed_transaction__any__is_eth_accounts(
    secret: bytes, chain_id: int, nonce: int, to: Address | None, data: bytes, gas: int
) -> None:
    ours = signed_transaction(Key.of(secret), chain_id, nonce, to, data, gas)
    assert ours == by_eth_account(secret, chain_id, nonce, to, data, gas)


@pytest.mark.parametrize("chain_id", [1, 109, 110, 31_337, 2**53 - 1])
def test_signed_transaction__recovered__is_the_keys(chain_id: int) -> None:
    key = Key.of(bytes(31) + b"\7")
    raw = signed_transaction(key, chain_id, 0, key.address, b"", 21_000)
    assert Account.recover_transaction(raw).lower() == key.address


def test_signed_transaction__same_arguments__same_bytes() -> None:
    key = Key.of(bytes(31) + b"\7")
    assert len({signed_transaction(key, 5, 1, None, b"\1", 50_000) for _ in range(3)}) == 1
