# SPDX-License-Identifier: Apache-2.0
"""What a node said of a block, checked against the block's own hash: either it follows from it, or nothing is taken.

How far that reaches: the hash names the header, the header the receipts by their root, and a receipt its logs, each
with address, topics and data, in their order. Where a log stands (block, transaction, index) follows from where its
receipt does. The hashes of the transactions themselves are the node's word, for only whole transactions would prove
them; they must agree throughout, no rule leans on them, and people find a transaction by them.

Every function raises ValueError where a text is not of its kind.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import cast

from chain.abi.events import Log, rules_topic
from chain.domain.clock import UtcSeconds
from chain.domain.vocabulary import Address, Hash
from chain.mirror.blocks import Found, Header, Verify
from chain.mirror.errors import BlockUnproven, ParentDiffers
from chain.proofs.bloom import bloom
from chain.proofs.header import HeaderFields, header_hash
from chain.proofs.receipt import LogFields, ReceiptFields, Word, receipt_bytes
from chain.proofs.text import number, octets, plain
from chain.proofs.trie import ordered_root

_LAST_INSTANT = 2**32 - 1
_LAST_NUMBER = 2**63 - 1  # what either database holds


class BlockFields(HeaderFields, kw_only=True, rename="camel"):
    """A block as eth_getBlockByNumber tells it, its transactions by their hashes alone."""

    hash: Word
    transactions: list[Word]


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which logs are taken: those of the ledger, and RulesPublished of whichever contract."""

    ledger: str  # lower-case
    topic: str

    @classmethod
    def of(cls, ledger: Address) -> "Wanted":
        """The logs that concern this ledger."""
        return cls(ledger.lower(), f"0x{rules_topic().hex()}")

    def takes(self, log: LogFields) -> bool:
        """Whether this is one of them, however its digits are written."""
        topics = log.topics
        return log.address.lower() == self.ledger or (bool(topics) and topics[0].lower() == self.topic)


def proven_header(told: BlockFields, asked: int | None, verify: Verify) -> Header:
    """The header of the block that was asked for; None: of whichever it is. Raises BlockUnproven."""
    found, at = number(told.number), number(told.timestamp)
    if found > _LAST_NUMBER or at > _LAST_INSTANT:
        raise ValueError(f"block {found} at {at} s is beyond all that is kept")
    if asked is not None and found != asked:
        raise BlockUnproven(block=asked, why=f"it is block {found}")
    own, parent = octets(plain(told.hash)), octets(plain(told.parent_hash))
    if len(parent) != 32:
        raise ValueError("a parent hash that has not 32 bytes")
    octets("".join([plain(transaction) for transaction in told.transactions]))
    if verify != Verify.OFF and header_hash(told) != own:
        raise BlockUnproven(block=found, why="its header has another hash")
    return Header(found, Hash(own), Hash(parent), UtcSeconds(at))


def see_that_chained(headers: Sequence[Header]) -> None:
    """Raises ParentDiffers unless each stands on the one before it."""
    for before, after in pairwise(headers):
        if after.parent != before.hash:
            raise ParentDiffers(block=after.number, expected=f"0x{before.hash.hex()}", found=f"0x{after.parent.hex()}")


def by_receipts(told: BlockFields, block: int, receipts: Sequence[ReceiptFields], wanted: Wanted) -> tuple[Found, ...]:
    """The logs that are wanted, all receipts being those of the header's receipts root. Raises BlockUnproven."""
    transactions = told.transactions
    if len(receipts) != len(transactions):
        raise BlockUnproven(block=block, why=f"{len(receipts)} receipts of {len(transactions)} transactions")
    root = ordered_root([receipt_bytes(receipt) for receipt in receipts])
    if root != octets(plain(told.receipts_root)):
        raise BlockUnproven(block=block, why="its receipts have another root")
    found: list[Found] = []
    position = 0
    for index, receipt in enumerate(receipts):
        place = (told.hash, told.number, transactions[index], hex(index))
        if (receipt.block_hash, receipt.block_number, receipt.transaction_hash, receipt.transaction_index) != place:
            raise BlockUnproven(block=block, why=f"receipt {index} is said to be elsewhere")
        for log in receipt.logs:
            here = (log.block_hash, log.block_number, log.transaction_hash, log.transaction_index)
            if here != place or log.log_index != hex(position) or log.removed:
                raise BlockUnproven(block=block, why=f"log {position} is said to be elsewhere")
            if wanted.takes(log):
                found.append(_found(position, log))
            position += 1
    return tuple(found)


def by_bloom(told: BlockFields, block: int, logs: Sequence[LogFields], wanted: Wanted) -> tuple[Found, ...]:
    """The logs that are wanted, all logs of the block together having the header's bloom. Raises BlockUnproven."""
    entries = (octets(plain(entry)) for log in logs for entry in (log.address, *log.topics))
    if bloom(entries) != octets(plain(told.logs_bloom)):
        raise BlockUnproven(block=block, why="its logs have another bloom")
    last = 0
    for position, log in enumerate(logs):
        transaction = _transaction(told, block, log)
        if log.log_index != hex(position) or transaction < last:
            raise BlockUnproven(block=block, why=f"log {position} is said to be elsewhere")
        last = transaction
    return tuple(_found(position, _checked(log)) for position, log in enumerate(logs) if wanted.takes(log))


def by_word(told: BlockFields, block: int, lists: Iterable[Sequence[LogFields]], wanted: Wanted) -> tuple[Found, ...]:
    """The logs of several lists, in the block's order; one that is in two of them must be the same in both.

    Raises BlockUnproven where they contradict each other or the block.
    """
    at: dict[int, LogFields] = {}
    for logs in lists:
        seen: set[int] = set()
        for log in logs:
            position = number(log.log_index)
            if position in seen or at.setdefault(position, log) != log or not wanted.takes(log):
                raise BlockUnproven(block=block, why=f"log {position} comes twice, or was not asked for")
            seen.add(position)
    places = [(position, _transaction(told, block, log)) for position, log in sorted(at.items())]
    if any(after[1] < before[1] for before, after in pairwise(places)):
        raise BlockUnproven(block=block, why="its logs are in another order than its transactions")
    return tuple(_found(position, _checked(at[position])) for position, _ in places)


def grouped(told: Sequence[BlockFields], logs: Sequence[LogFields]) -> Iterator[Sequence[LogFields]]:
    """The logs of each block, as they came. Raises ValueError for one of none of these blocks."""
    by_block: Mapping[str, list[LogFields]] = {block.number: [] for block in told}
    for log in logs:
        if log.block_number not in by_block:
            raise ValueError(f"a log of block {log.block_number[:80]!r}")
        by_block[log.block_number].append(log)
    return iter(by_block.values())


def _transaction(told: BlockFields, block: int, log: LogFields) -> int:
    """The place in the block of a log's transaction. Raises BlockUnproven when it is in another block, or in none."""
    index = number(log.transaction_index)
    known = index < len(told.transactions) and told.transactions[index] == log.transaction_hash
    if not known or log.block_hash != told.hash or log.removed:
        raise BlockUnproven(block=block, why=f"log {log.log_index} is said to be elsewhere")
    return index


def _checked(log: LogFields) -> LogFields:
    """The log, when all its texts are data. Receipts need no such check: their bytes were made of these texts."""
    octets("".join([plain(log.address), *map(plain, log.topics), plain(log.data)]))
    return log


def _found(position: int, log: LogFields) -> Found:
    """A log as the mirror takes it; all its texts are known to be data."""
    topics = tuple([_hash(topic[2:]) for topic in log.topics])
    address, data = Address(log.address.lower()), bytes.fromhex(log.data[2:])
    return Found(position, _hash(log.transaction_hash[2:]), Log(address, topics, data))


_hash = cast("Callable[[str], Hash]", bytes.fromhex)  # called for every word of every log: no step between
