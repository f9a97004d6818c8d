# SPDX-License-Identifier: Apache-2.0
"""A block's hash from the fields that a node tells of its header.

Ethereum's form: fifteen fixed fields, then those that later forks added, each as soon as its fork is in force. A QBFT
chain hashes another form (its extraData without the seals of the validators): that is another function's job.
"""

import msgspec

from chain.abi.keccak import keccak
from chain.abi.rlp import listed
from chain.domain.vocabulary import Hash
from chain.proofs.text import data, octets, quantity, sized


class HeaderFields(msgspec.Struct, rename="camel"):
    """A header as eth_getBlockByNumber tells it: data and quantities as "0x…" text."""

    number: str
    parent_hash: str
    sha3_uncles: str
    miner: str
    state_root: str
    transactions_root: str
    receipts_root: str
    logs_bloom: str
    difficulty: str
    gas_limit: str
    gas_used: str
    timestamp: str
    extra_data: str
    mix_hash: str
    nonce: str
    base_fee_per_gas: str | None = None  # London
    withdrawals_root: str | None = None  # Shanghai
    blob_gas_used: str | None = None  # Cancun, as the next two
    excess_blob_gas: str | None = None
    parent_beacon_block_root: str | None = None
    requests_hash: str | None = None  # Prague


def header_hash(fields: HeaderFields) -> Hash:
    """The hash of the header with these fields. Raises ValueError for a field that is no text of its kind."""
    parts = [
        sized(fields.parent_hash, 32),
        sized(fields.sha3_uncles, 32),
        sized(fields.miner, 20),
        sized(fields.state_root, 32),
        sized(fields.transactions_root, 32),
        sized(fields.receipts_root, 32),
        sized(fields.logs_bloom, 256),
        quantity(fields.difficulty),
        quantity(fields.number),
        quantity(fields.gas_limit),
        quantity(fields.gas_used),
        quantity(fields.timestamp),
        data(fields.extra_data),
        sized(fields.mix_hash, 32),
        sized(fields.nonce, 8),
    ]
    later = (
        (fields.base_fee_per_gas, 0),
        (fields.withdrawals_root, 32),
        (fields.blob_gas_used, 0),
        (fields.excess_blob_gas, 0),
        (fields.parent_beacon_block_root, 32),
        (fields.requests_hash, 32),
    )
    parts += [sized(field, size) if size else quantity(field) for field, size in later if field is not None]
    return keccak(listed(octets("".join(parts))))
