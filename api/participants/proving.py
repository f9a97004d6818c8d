# SPDX-License-Identifier: Apache-2.0
"""A new account proves that whoever has it entered holds its key: it signs the message that enters it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from api.participants.errors import ProofMissing
from api.writing.desk import Desk
from chain.abi.eip712 import typed_data
from chain.domain import commands as c
from chain.domain.clock import UtcSeconds
from chain.domain.vocabulary import Address, OfficerId, Right
from chain.signing.refusals import AccountUnlisted
from chain.signing.signer import recovered


@dataclass(frozen=True, slots=True)
class NewAccount:
    """One to be entered. `proof`: its signature, made elsewhere, under a message that is good until `deadline`."""

    address: Address
    officer: OfficerId
    rights: Right
    proof: bytes | None = None
    deadline: UtcSeconds | None = None


def proved(
    desk: Desk, message: c.RegisterParticipant | c.AddAccount, new: NewAccount, repeat: Mapping[str, Any]
) -> bytes:
    """The signature that was given, or else the signer process's for an account that it keeps.

    `repeat`: what the request must say, too, so that it comes to this message. Raises ProofMissing, SigningError.
    """
    hashed = desk.hash(message)
    if new.proof is not None and recovered(hashed, new.proof) == new.address:
        return new.proof
    if new.proof is None:
        try:
            return desk.sign(new.address, message)
        except AccountUnlisted:
            pass
    missing = ProofMissing(account=new.address, hash=f"0x{hashed.hex()}")
    missing.told = {"sign": typed_data(message, desk.domain), "repeat": dict(repeat)}
    raise missing
