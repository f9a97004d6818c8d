# SPDX-License-Identifier: Apache-2.0
"""Transactions for networks where gas is free: legacy form, price 0, bound to one chain (EIP-155)."""

from functools import cache

from chain.abi.keccak import keccak
from chain.abi.rlp import encode, listed
from chain.domain.vocabulary import Address
from chain.signing.key import Key

_NOTHING = b"\x80"  # zero, or no bytes, in RLP


def signed_transaction(key: Key, chain_id: int, nonce: int, to: Address | None, data: bytes, gas: int) -> bytes:
    """The raw transaction, ready to send; `to` is None for a deployment, `gas` is its limit.

    Its hash is keccak of these bytes. The same arguments give the same bytes (the signature is by RFC 6979).
    """
    # What is signed and what is sent begin alike, so it is encoded once: a sender does little else.
    body = b"".join((encode(nonce), _NOTHING, encode(gas), _recipient(to), _NOTHING, encode(data)))
    signature = key.sign_hash(keccak(listed(body + _chain(chain_id))))
    v = encode(signature[64] - 27 + 35 + 2 * chain_id)
    r, s = (encode(signature[at : at + 32].lstrip(b"\0")) for at in (0, 32))
    return listed(b"".join((body, v, r, s)))


@cache
def _recipient(to: Address | None) -> bytes:
    return _NOTHING if to is None else encode(bytes.fromhex(to[2:]))


@cache
def _chain(chain_id: int) -> bytes:
    return encode(chain_id) + _NOTHING + _NOTHING
