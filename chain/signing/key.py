# SPDX-License-Identifier: Apache-2.0
"""A key in memory, for demonstrations and tests: whoever can read the process can take it."""

from dataclasses import dataclass, field

from coincurve import PrivateKey, PublicKey

from chain.abi.eip712 import Domain, Signed, digest
from chain.abi.keccak import keccak
from chain.domain.vocabulary import Address


@dataclass(frozen=True)
class Key:
    """A private key of secp256k1 and its address."""

    private: PrivateKey = field(repr=False, compare=False)
    address: Address

    def sign(self, message: Signed, domain: Domain) -> bytes:
        """65 bytes r, s, v; libsecp256k1 makes s low."""
        return self.sign_hash(digest(message, domain))

    def sign_hash(self, hashed: bytes) -> bytes:
        """65 bytes r, s, v over 32 bytes."""
        signature = self.private.sign_recoverable(hashed, hasher=None)
        return signature[:64] + bytes([27 + signature[64]])

    @classmethod
    def of(cls, secret: bytes) -> "Key":
        """The key whose private part is these 32 bytes. Raises ValueError when they are no private key."""
        private = PrivateKey(secret)
        return cls(private, address_of(private.public_key))


def address_of(public: PublicKey) -> Address:
    """The account of a public key."""
    return Address(f"0x{keccak(public.format(compressed=False)[1:])[12:].hex()}")
