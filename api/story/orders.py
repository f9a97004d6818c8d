# SPDX-License-Identifier: Apache-2.0
"""An order: one message with everybody's signature, as the model reads it and as the ledger's contract is sent it."""

from collections.abc import Sequence
from dataclasses import dataclass

from chain.abi.calls import SignedCall, acceptance
from chain.abi.eip712 import Domain, Signed, hash_struct
from chain.domain import commands as c
from chain.domain.clock import UtcSeconds
from chain.domain.vocabulary import ZERO_HASH
from chain.signing.key import Key
from chain.signing.signer import Signer

UNSIGNED = (c.Expire, c.Redeem, c.MarkOverdue)  # anyone may ask for these


@dataclass(frozen=True)
class Order:
    """The same order twice: `call` says who signed, `signed` bears the signatures themselves."""

    call: c.Call
    signed: SignedCall

    @property
    def message(self) -> c.Message:
        """What is ordered."""
        return self.call.message


def order(
    domain: Domain,
    message: c.Message,
    signers: Sequence[Signer | None],
    assignees: Sequence[Key],
    until: UtcSeconds,
) -> Order:
    """Sign a message: `signers` in the operation's order (None: no signature), `assignees` agree to receive.

    `until` is the assignees' deadline. A quote inside the message is signed by the second signer.
    """
    signatures = tuple(b"" if key is None else key.sign(_told(message, n), domain) for n, key in enumerate(signers))
    agreed = tuple(
        acceptance(key.address, until, key.sign(_acceptance(message, n, key, until), domain))
        for n, key in enumerate(assignees)
    )
    call = c.Call(
        message,
        tuple(None if key is None else key.address for key in signers),
        tuple(c.Consent(key.address, until, key.address) for key in assignees),
        ZERO_HASH if isinstance(message, UNSIGNED) else hash_struct(message),
    )
    return Order(call, SignedCall(message, signatures, agreed))


def _told(message: c.Message, place: int) -> Signed:
    """What the signer at that place puts its name to."""
    assert not isinstance(message, UNSIGNED)
    return message.quote if isinstance(message, c.Discount) and place == 1 else message


def _acceptance(message: c.Message, place: int, key: Key, until: UtcSeconds) -> c.Acceptance:
    """What the assignee of a split, or of one piece of several, agrees to."""
    assert isinstance(message, c.Split | c.SplitMany)
    piece = message.pieces[place] if isinstance(message, c.SplitMany) else c.Piece(message.to, message.amount)
    return c.Acceptance(piece.to, message.claim, message.version, place, piece.amount, key.address, until)
