# SPDX-License-Identifier: Apache-2.0
"""Names and the contract's integers for them."""

import pytest
from hypothesis import given

from chain.abi.errors import NumberDoesNotFit
from chain.abi.ids import pack_claim, pack_obligation, unpack_claim, unpack_obligation
from chain.domain.vocabulary import ClaimId, ObligationId, ParticipantId
from tests.unit.abi.values import claims, few, number, obligations


def test_pack__known_names__their_bits() -> None:
    assert pack_obligation(ObligationId(ParticipantId(7), 1)) == 7 << 32 | 1
    assert pack_claim(ClaimId(ParticipantId(7), 1, 3)) == (7 << 32 | 1) << 24 | 3


@few
@given(name=obligations)
def test_obligation__packed_and_unpacked__is_the_same(name: ObligationId) -> None:
    assert unpack_obligation(pack_obligation(name)) == name


@few
@given(name=claims)
def test_claim__packed_and_unpacked__is_the_same(name: ClaimId) -> None:
    assert unpack_claim(pack_claim(name)) == name
    assert unpack_obligation(pack_claim(name) >> 24) == name.obligation


@few
@given(packed=number(64))
def test_obligation__unpacked_and_packed__is_the_same(packed: int) -> None:
    assert pack_obligation(unpack_obligation(packed)) == packed


@few
@given(packed=number(88))
def test_claim__unpacked_and_packed__is_the_same(packed: int) -> None:
    assert pack_claim(unpack_claim(packed)) == packed


@pytest.mark.parametrize("name", [(2**32, 1, 1), (1, 2**32, 1), (1, 1, 2**24), (-1, 1, 1), (1, -1, 1), (1, 1, -1)])
def test_pack_claim__part_that_does_not_fit__refused(name: tuple[int, int, int]) -> None:
    obligor, number_, seq = name
    with pytest.raises(NumberDoesNotFit):
        pack_claim(ClaimId(ParticipantId(obligor), number_, seq))


def test_unpack__one_bit_too_many__refused() -> None:
    with pytest.raises(NumberDoesNotFit):
        unpack_obligation(2**64)
    with pytest.raises(NumberDoesNotFit):
        unpack_claim(2**88)
    with pytest.raises(NumberDoesNotFit):
        unpack_claim(-1)
