# SPDX-License-Identifier: Apache-2.0
"""Transactions for networks where gas is free: legacy form, price 0, bound to one chain (EIP-155)."""

from chain.abi import rlp
from chain.abi.keccak import keccak
from chain.domain.vocabulary import Address
from chain.signing.key import Key


def signed_transaction(key: Key, chain_id: int, nonce: int, to: Address | None, data: bytes, gas: int) -> bytes:
    """The raw transaction, ready to send; `to` is None for a deployment, `gas` is its limit.

    Its hash is keccak of these bytes. The same arguments give the same bytes (the signature is by RFC 6979).
    """
    parts: list[rlp.Item] = [nonce, 0, gas, b"" if to is None else bytes.fromhex(to[2:]), 0, data]
    signature = key.sign_hash(keccak(rlp.encode([*parts, chain_id, 0, 0])))
    r, s = (int.from_bytes(signature[at : at + 32], "big") for at in (0, 32))
    return rlp.encode([*parts, signature[64] - 27 + 35 + 2 * chain_id, r, s])
