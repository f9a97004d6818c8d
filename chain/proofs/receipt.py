# SPDX-License-Identifier: Apache-2.0
"""A receipt as the receipts root commits to it, from the fields that a node tells (EIP-658, EIP-2718).

What is committed to: whether the transaction succeeded, the gas of the block until then, the bloom, and each log's
address, topics and data. Which transaction it was, its hash and the place of a log are not in a receipt.
"""

from typing import Annotated, TypeAlias

import msgspec

from chain.proofs.text import data, list_prefix, number, octets, plain, quantity

Word: TypeAlias = Annotated[str, msgspec.Meta(min_length=66, max_length=66)]
"""32 bytes as "0x…"; that the rest are hex digits is seen when they become bytes."""

Twenty: TypeAlias = Annotated[str, msgspec.Meta(min_length=42, max_length=42)]
"""20 bytes as "0x…"."""

_TOPICS = ("c0", "e1", "f842", "f863", "f884")  # before a list of 0 to 4 words
_STATUS = {"0x0": "80", "0x1": "01"}


class LogFields(msgspec.Struct, rename="camel", gc=False):
    """A log as eth_getBlockReceipts and eth_getLogs tell it."""

    address: Twenty
    topics: Annotated[list[Word], msgspec.Meta(max_length=4)]
    data: str
    block_hash: str
    block_number: str
    transaction_hash: str
    transaction_index: str
    log_index: str
    removed: bool = False


class ReceiptFields(msgspec.Struct, rename="camel", gc=False):
    """A receipt as eth_getBlockReceipts tells it."""

    type: str
    status: str
    cumulative_gas_used: str
    logs_bloom: Annotated[str, msgspec.Meta(min_length=514, max_length=514)]
    transaction_hash: str
    transaction_index: str
    block_hash: str
    block_number: str
    logs: list[LogFields]


def receipt_bytes(receipt: ReceiptFields) -> bytes:
    """The item of the receipts trie. Raises ValueError for a field that is no text of its kind."""
    status = _STATUS.get(receipt.status)
    if status is None:
        raise ValueError(f"{receipt.status[:80]!r} is no status")
    logs = "".join([_log(log) for log in receipt.logs])
    gas, bloom = quantity(receipt.cumulative_gas_used), plain(receipt.logs_bloom)
    fields = f"{status}{gas}b90100{bloom}{list_prefix(len(logs) >> 1)}{logs}"
    return octets(f"{_type(receipt.type)}{list_prefix(len(fields) >> 1)}{fields}")


def _log(log: LogFields) -> str:
    address, topics = log.address, log.topics
    words = "".join([f"a0{topic[2:]}" for topic in topics if topic[:2] == "0x"])
    if len(words) != 66 * len(topics) or address[:2] != "0x":
        raise ValueError("an address or topic without 0x")
    fields = f"94{address[2:]}{_TOPICS[len(topics)]}{words}{data(log.data)}"
    return list_prefix(len(fields) >> 1) + fields


def _type(text: str) -> str:
    """The byte before a typed receipt; nothing before one of the first kind."""
    if text == "0x0":
        return ""
    kind = number(text)
    if kind >= 0x80:
        raise ValueError(f"{text[:80]!r} is no type of transaction")
    return f"{kind:02x}"
