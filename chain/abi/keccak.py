# SPDX-License-Identifier: Apache-2.0
"""Keccak-256, Ethereum's hash: SHA-3 as it was before NIST changed the padding (Yellow Paper, section 2)."""

from chain.domain.vocabulary import Hash

try:
    from sha3 import keccak_256  # type: ignore[import-untyped]  # in C, about 4 times pycryptodome's speed
except ImportError:  # it has no build for other Pythons than CPython
    from Crypto.Hash.keccak import Keccak_Hash

    def keccak_256(data: bytes) -> Keccak_Hash:
        """A hash object of pycryptodome with the interface of sha3's."""
        return Keccak_Hash(data, 32, False)


def keccak(data: bytes) -> Hash:
    """The 32 bytes of Keccak-256 over `data`."""
    return Hash(keccak_256(data).digest())
