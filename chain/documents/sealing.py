# SPDX-License-Identifier: Apache-2.0
"""What is written for one reader alone: HPKE (RFC 9180), base mode, X25519, HKDF-SHA256, ChaCha20Poly1305.

A sealed text is the encapsulated key (32 bytes) and the ciphertext, 48 bytes longer than the plain text; whoever writes
what must not be guessed from its length writes it at one length. `info` says what it is about and for whom: sealed
under one `info`, it opens under no other. Everybody can seal, so who wrote it is for a signature inside to say.
"""

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

from chain.documents.errors import SealDoesNotOpen, SealKeyUnusable

KEY = 32
"""Bytes of a public key, and of a private one."""
_SUITE = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.CHACHA20_POLY1305)


def pair() -> tuple[bytes, bytes]:
    """A new private key, and the public key that goes with it."""
    private = X25519PrivateKey.generate().private_bytes_raw()
    return private, public_of(private)


def public_of(private: bytes) -> bytes:
    """The public key of a private one. Raises SealKeyUnusable unless it has KEY bytes."""
    return _private(private).public_key().public_bytes_raw()


def usable(public: bytes) -> bytes:
    """The public key, tried out. Raises SealKeyUnusable: of another length, or one that would keep nothing secret."""
    seal(public, b"", b"")
    return public


def seal(public: bytes, plain: bytes, info: bytes) -> bytes:
    """The text as only the owner of the key can read it. Raises SealKeyUnusable."""
    try:
        return _SUITE.encrypt(plain, X25519PublicKey.from_public_bytes(public), info=info)
    except ValueError:  # its length; a point of low order, with which everybody shares the same secret
        raise SealKeyUnusable() from None


def opened(private: bytes, sealed: bytes, info: bytes) -> bytes:
    """The text. Raises SealDoesNotOpen: another key, another `info`, or altered; SealKeyUnusable."""
    key = _private(private)
    try:
        return _SUITE.decrypt(sealed, key, info=info)
    except (InvalidTag, ValueError):
        raise SealDoesNotOpen() from None


def _private(private: bytes) -> X25519PrivateKey:
    try:
        return X25519PrivateKey.from_private_bytes(private)
    except ValueError:
        raise SealKeyUnusable() from None
