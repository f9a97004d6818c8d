# SPDX-License-Identifier: Apache-2.0
"""Blocks fetched from a node and proven, a range at a time or one range ahead of another.

Nothing here knows the chain before the range: whoever takes the blocks sees that the first stands on his last.
"""

from collections import deque
from collections.abc import Generator, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, TypeAlias, TypeVar

import msgspec

from chain.domain.vocabulary import Address
from chain.mirror.blocks import Block, Found, Header, Verify
from chain.mirror.errors import ChainShort
from chain.mirror.proving import (
    BlockFields,
    Wanted,
    by_bloom,
    by_receipts,
    by_word,
    grouped,
    proven_header,
    see_that_chained,
)
from chain.node.errors import MalformedAnswer, NodeBusy, NodeError, NodeRefused, NodeTimeout
from chain.node.rpc import Rpc
from chain.proofs.receipt import LogFields, ReceiptFields

RANGE_BYTES = 4_000_000
"""What the answers for one range should come to."""

RANGE_BLOCKS = 1_000
"""At most in one range."""

AHEAD = 2
"""Ranges that are fetched beyond the one that is worked on."""

_FIRST = 8  # blocks, before anything is known of their size
_GROWTH = 4  # a range is at most so many times the one before it
_BLOCK, _RECEIPTS, _LOGS = "eth_getBlockByNumber", "eth_getBlockReceipts", "eth_getLogs"
_blocks = msgspec.json.Decoder(BlockFields | None)
_receipts: "msgspec.json.Decoder[Sequence[ReceiptFields]]" = msgspec.json.Decoder(list[ReceiptFields])
_logs: "msgspec.json.Decoder[Sequence[LogFields]]" = msgspec.json.Decoder(list[LogFields])

Decoded = TypeVar("Decoded")
Asked = tuple[str, Sequence[Any]]
Range: TypeAlias = tuple[int, int, list[Any]]
"""First and last block, and the answers about them."""


class Source:
    """The blocks of a node. May be shared by threads.

    Every method raises the errors of Rpc.batch; MalformedAnswer for what is not of a block's shape; BlockUnproven,
    ParentDiffers; ChainShort when the node does not know a block. A block the node does not know ends its chain.
    """

    def __init__(self, rpc: Rpc, ledger: Address, verify: Verify) -> None:
        self._rpc, self._verify, self._wanted = rpc, verify, Wanted.of(ledger)

    def head(self) -> Header:
        """The node's newest block."""
        return self._header("latest", None)

    def header(self, number: int) -> Header:
        """The header of a block."""
        return self._header(hex(number), number)

    def blocks(self, first: int, last: int) -> list[Block]:
        """All blocks from `first` to `last`, at least one, asked for in one batch."""
        return self.proven(first, last, self.told(first, last)[0])

    def told(self, first: int, last: int, limit: int | None = None) -> tuple[list[Any], int]:
        """What the node says of a range, not read yet, and the bytes of it, of which there may be `limit`."""
        answers, size = self._rpc.raw_batch(self._questions(first, last), limit)
        for answer in answers:
            if isinstance(answer, NodeError):
                raise answer
        return answers, size

    def proven(self, first: int, last: int, answers: Sequence[Any]) -> list[Block]:
        """The blocks that the node told of a range."""
        count = last - first + 1
        told = self._known(first, [self._decoded(_BLOCK, _blocks, answer) for answer in answers[:count]])
        try:
            headers = [proven_header(each, first + at, self._verify) for at, each in enumerate(told)]
        except ValueError as error:
            raise self._malformed(_BLOCK, error) from None
        see_that_chained(headers)
        try:
            found = list(self._found(told, headers, answers[count:]))
        except ValueError as error:
            method = _RECEIPTS if self._verify == Verify.RECEIPTS else _LOGS
            raise self._malformed(method, error) from None
        return [Block(header, logs) for header, logs in zip(headers, found, strict=True)]

    def follow(self, first: int, last: int) -> Generator[list[Block], None, None]:
        """All blocks from `first` to `last`, in ranges that follow the size of the answers.

        A thread asks for up to AHEAD ranges while the caller proves one and works on it: proving takes the processor,
        asking takes the node's. The thread has ended when the iterator is closed or exhausted; what it raises is raised
        here, when its range is due.
        """
        ranges, ahead = _Ranges(self, first, last), deque[Future[Range | None]]()
        with ThreadPoolExecutor(1, "source") as thread:
            try:
                while True:
                    while len(ahead) <= AHEAD:
                        ahead.append(thread.submit(ranges.fetch))
                    found = ahead.popleft().result()
                    if found is None:
                        return
                    yield self.proven(*found)
            finally:
                ranges.end()

    def _header(self, name: str, number: int | None) -> Header:
        answers, _ = self._rpc.raw_batch([(_BLOCK, [name, False])])
        told = self._decoded(_BLOCK, _blocks, answers[0])
        if told is None and number is None:
            raise self._malformed(_BLOCK, ValueError("no newest block"))
        (known,) = self._known(number or 0, [told])
        try:
            return proven_header(known, number, self._verify)
        except ValueError as error:
            raise self._malformed(_BLOCK, error) from None

    def _questions(self, first: int, last: int) -> list[Asked]:
        numbers = [hex(number) for number in range(first, last + 1)]
        headers: list[Asked] = [(_BLOCK, [number, False]) for number in numbers]
        if self._verify == Verify.RECEIPTS:
            return headers + [(_RECEIPTS, [number]) for number in numbers]
        between = {"fromBlock": numbers[0], "toBlock": numbers[-1]}
        filters: list[dict[str, Any]] = [between]
        if self._verify == Verify.OFF:
            filters = [{**between, "address": self._wanted.ledger}, {**between, "topics": [self._wanted.topic]}]
        return headers + [(_LOGS, [each]) for each in filters]

    def _found(
        self, told: Sequence[BlockFields], headers: Sequence[Header], answers: Sequence[msgspec.Raw | NodeError]
    ) -> Iterator[tuple[Found, ...]]:
        """The logs of each block that are wanted."""
        wanted = self._wanted
        if self._verify == Verify.RECEIPTS:
            for block, header, answer in zip(told, headers, answers, strict=True):
                yield by_receipts(block, header.number, self._decoded(_RECEIPTS, _receipts, answer), wanted)
            return
        lists = [grouped(told, self._decoded(_LOGS, _logs, answer)) for answer in answers]
        for block, header, *logs in zip(told, headers, *lists, strict=True):
            if self._verify == Verify.BLOOM:
                yield by_bloom(block, header.number, logs[0], wanted)
            else:
                yield by_word(block, header.number, logs, wanted)

    def _known(self, first: int, told: Sequence[BlockFields | None]) -> list[BlockFields]:
        """All of them. Raises ChainShort when the node knows none from some block on, MalformedAnswer for a gap."""
        known = [block for block in told if block is not None]
        if len(known) == len(told):
            return known
        if None in told[: len(known)]:
            raise self._malformed(_BLOCK, ValueError(f"no block {first + told.index(None)}, but one after it"))
        raise ChainShort(block=first + len(told) - 1, head=first + len(known) - 1)

    def _decoded(
        self, method: str, decoder: "msgspec.json.Decoder[Decoded]", answer: msgspec.Raw | NodeError
    ) -> Decoded:
        if isinstance(answer, NodeError):
            raise answer
        try:
            return decoder.decode(answer)
        except (msgspec.MsgspecError, ValueError, RecursionError) as error:  # ValueError: no UTF-8
            raise self._malformed(method, error) from None

    def _malformed(self, method: str, error: Exception) -> MalformedAnswer:
        return MalformedAnswer(node=self._rpc.node, method=method, why=str(error))


class _Ranges:
    """The ranges of one walk, fetched one after the other by one thread."""

    def __init__(self, source: Source, first: int, last: int) -> None:
        self._source, self._next, self._last = source, first, last
        self._count, self._most = _FIRST, RANGE_BLOCKS

    def fetch(self) -> Range | None:
        """The next range; None when there is none. After an error there is none."""
        while self._next <= self._last:
            first, last = self._next, min(self._last, self._next + self._count - 1)
            try:
                answers, size = self._source.told(first, last, 8 * RANGE_BYTES if last > first else None)
            except (NodeBusy, NodeTimeout, NodeRefused, MalformedAnswer):
                if first == last:
                    self.end()
                    raise
                self._count = self._most = (last - first + 1) // 2  # too much at a time, or one alone says what else
                continue
            except BaseException:
                self.end()
                raise
            self._next = last + 1
            fit = RANGE_BYTES * (last - first + 1) // size
            self._most = min(RANGE_BLOCKS, self._most + self._most // 8 + 1)
            self._count = max(1, min(fit, self._most, self._count * _GROWTH))
            return first, last, answers
        return None

    def end(self) -> None:
        """Fetch nothing more."""
        self._last = -1
