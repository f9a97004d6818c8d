# SPDX-License-Identifier: Apache-2.0
"""Names of obligations and claims as the one integer that the contract has for each, and back (ILedgerTypes, Names)."""

from chain.abi.bounds import number
from chain.domain.vocabulary import ClaimId, ObligationId, ParticipantId

_U24, _U32 = 2**24 - 1, 2**32 - 1


def pack_obligation(name: ObligationId) -> int:
    """uint64: obligor << 32 | number. Raises NumberDoesNotFit."""
    return number("obligor", name.obligor, 32) << 32 | number("number", name.number, 32)


def unpack_obligation(packed: int) -> ObligationId:
    """The name in a uint64. Raises NumberDoesNotFit."""
    number("obligation", packed, 64)
    return ObligationId(ParticipantId(packed >> 32), packed & _U32)


def pack_claim(name: ClaimId) -> int:
    """uint88: obligation << 24 | seq. Raises NumberDoesNotFit."""
    return pack_obligation(name.obligation) << 24 | number("seq", name.seq, 24)


def unpack_claim(packed: int) -> ClaimId:
    """The name in a uint88. Raises NumberDoesNotFit."""
    number("claim", packed, 88)
    return ClaimId(ParticipantId(packed >> 56), packed >> 24 & _U32, packed & _U24)
