# SPDX-License-Identifier: Apache-2.0
"""Our RLP is the rlp library's."""

import pytest
import rlp as library
from eth_utils.address import to_canonical_address
from hypothesis import given
from hypothesis import strategies as st

from chain.abi import rlp
from chain.abi.rlp import created_address
from chain.domain.vocabulary import Address

ITEMS = st.recursive(st.binary(max_size=80) | st.integers(0, 2**256), lambda item: st.lists(item, max_size=8))


@given(ITEMS)
def test_encode__any_item__is_the_librarys(item: rlp.Item) -> None:
    assert rlp.encode(item) == library.encode(item)


@pytest.mark.parametrize("length", [0, 1, 55, 56, 255, 256, 65_535, 65_536])
def test_encode__lengths_at_the_limits_of_a_prefix__is_the_librarys(length: int) -> None:
    octets = b"\x80" * length
    assert rlp.encode(octets) == library.encode(octets)
    assert rlp.encode([b"\1"] * length) == library.encode([b"\1"] * length)


@pytest.mark.parametrize(("item", "encoded"), [(b"\x7f", "7f"), (b"\x80", "8180"), (0, "80"), ([], "c0"), (15, "0f")])
def test_encode__examples_of_the_definition__as_there(item: rlp.Item, encoded: str) -> None:
    assert rlp.encode(item).hex() == encoded


def test_encode__below_zero__overflow_error() -> None:
    with pytest.raises(OverflowError):
        rlp.encode(-1)


def test_created_address__of_a_well_known_contract__is_where_it_stands() -> None:
    """CryptoKitties' core, the 3rd transaction but one of its deployer's account."""
    creator = Address("0x6ac7ea33f8831ea9dcc53393aaa88b25a785dbf0")
    known = {
        0: "0xcd234a471b72ba2f1ccf0a70fcaba648a5eecd8d",
        1: "0x343c43a37d37dff08ae8c4a11544c718abb4fcf8",
        2: "0xf778b86fa74e846c4f0a1fbd1335fe81c00a0c91",
    }
    assert {nonce: created_address(creator, nonce) for nonce in known} == known
    assert len(to_canonical_address(created_address(creator, 2**63))) == 20
