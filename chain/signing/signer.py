# SPDX-License-Identifier: Apache-2.0
"""Whoever signs for one account, however its key is kept.

`key.Key` holds the key in this process (demonstrations, tests); `client.RemoteSigner` asks the signer process;
`Presigned` hands on what the participant signed itself, and never sees a key.
"""

from dataclasses import dataclass
from typing import Protocol

from coincurve import PublicKey

from chain.abi.eip712 import Domain, Signed, digest
from chain.domain.vocabulary import Address, Hash
from chain.signing.errors import SignatureForeign
from chain.signing.key import address_of

_HALF_ORDER = 0x7FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF5D576E7357A4501DDFE92F46681B20A0  # SEC 2, secp256k1: n / 2
SIGNATURE = 65  # bytes r, s, v


class Signer(Protocol):
    """Signs messages for one account."""

    @property
    def address(self) -> Address:
        """The account."""

    def sign(self, message: Signed, domain: Domain) -> bytes:
        """The account's signature under the message: 65 bytes r, s, v (an ERC-1271 contract's: what it takes).

        Raises SigningError when it is not given; NumberDoesNotFit, BytesDoNotFit.
        """


@dataclass(frozen=True, slots=True)
class Presigned:
    """A signature that the participant made elsewhere.

    `contract`: the account is a contract (ERC-1271), whose answer only the chain has: its signature is handed on as
    it is. Every other signature must recover to the account, exactly as the ledger will have it (s low, v 27 or 28).
    """

    address: Address
    signature: bytes
    contract: bool = False

    def sign(self, message: Signed, domain: Domain) -> bytes:
        """The signature. Raises SignatureForeign, NumberDoesNotFit, BytesDoNotFit."""
        if not self.contract and recovered(digest(message, domain), self.signature) != self.address:
            raise SignatureForeign(account=self.address)
        return self.signature


def recovered(hashed: Hash, signature: bytes) -> Address | None:
    """Whose signature under 32 bytes it is; None when it is nobody's or not in the one form that the ledger takes."""
    if len(signature) != SIGNATURE or signature[64] not in (27, 28):
        return None
    if int.from_bytes(signature[32:64], "big") > _HALF_ORDER:
        return None
    plain = signature[:64] + bytes([signature[64] - 27])
    try:
        public = PublicKey.from_signature_and_message(plain, hashed, hasher=None)
    except Exception:  # coincurve raises a bare Exception for r or s out of range
        return None
    return address_of(public)
