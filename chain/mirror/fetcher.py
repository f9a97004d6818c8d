# SPDX-License-Identifier: Apache-2.0
"""A process that fetches and proves blocks for the one that folds them, so that two cores share a long way.

Proving is half of the work and needs nothing but the node's answers. What is proven comes in frames on the child's
standard output, four bytes of length before each; it is never more than a few ranges ahead, since a pipe holds little.
When nobody reads any more, however the reader ended, so does the child. An error of ours is told by its code and raised
anew on this side.
"""

import os
import select
import signal
import struct
import subprocess
import sys
import time
from collections.abc import Generator
from typing import Any

import msgspec

from chain.domain.errors import DeepTierError, registry
from chain.domain.vocabulary import Address
from chain.mirror.blocks import Block, Verify
from chain.mirror.errors import FetcherGone
from chain.mirror.source import Source
from chain.node.rpc import Rpc

LONGEST = 120.0  # seconds for a range, beyond what any node is waited for

_LENGTH = struct.Struct(">I")
_GOOD, _BAD = b"+", b"-"
_pack = msgspec.msgpack.Encoder().encode
_blocks = msgspec.msgpack.Decoder(list[Block])
_error = msgspec.msgpack.Decoder(tuple[str, dict[str, Any]])


class Fetcher:
    """Starts such a process for each long way. `timeout`: seconds for an answer of the node."""

    def __init__(self, url: str, timeout: float, ledger: Address, verify: Verify) -> None:
        self._words = [sys.executable, "-P", "-m", "chain.mirror.fetcher", url, str(timeout), ledger, verify]

    def follow(self, first: int, last: int) -> Generator[list[Block], None, None]:
        """As Source.follow; the process has ended when the iterator is closed or exhausted. Raises FetcherGone too."""
        words = [*self._words, str(first), str(last)]
        child = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, bufsize=0)
        assert child.stdout is not None
        block, pipe = first, child.stdout.fileno()
        try:
            while block <= last:
                try:
                    until = time.monotonic() + LONGEST
                    (length,) = _LENGTH.unpack(_exactly(pipe, _LENGTH.size, until))
                    reply = memoryview(_exactly(pipe, length, until))
                except EOFError:
                    raise FetcherGone(block=block) from None
                if reply[:1] == _BAD:
                    code, arguments = _error.decode(reply[1:])
                    raise registry()[code](**arguments)
                blocks = _blocks.decode(reply[1:])
                block = blocks[-1].header.number + 1
                yield blocks
        finally:
            child.kill()  # whatever it is at, nobody wants it any more
            child.wait()
            child.stdout.close()


def _exactly(pipe: int, count: int, until: float) -> bytes:
    """So many bytes of a pipe. Raises EOFError when they do not come."""
    pieces = []
    while count:
        left = until - time.monotonic()
        if left <= 0 or not select.select([pipe], [], [], left)[0]:
            raise EOFError
        piece = os.read(pipe, min(count, 1 << 20))
        if not piece:
            raise EOFError
        pieces.append(piece)
        count -= len(piece)
    return b"".join(pieces)


def main(arguments: list[str]) -> None:
    """The child: a frame for every range, or the error that there is instead."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # whom it works for decides when it ends
    url, timeout, ledger, verify, first, last = arguments
    source = Source(Rpc(url, timeout=float(timeout)), Address(ledger), Verify(verify))
    try:
        for blocks in source.follow(int(first), int(last)):
            _send(_GOOD + _pack(blocks))
    except DeepTierError as error:
        _send(_BAD + _pack((error.code, dict(error.arguments))))


def _send(body: bytes) -> None:
    try:
        sys.stdout.buffer.write(_LENGTH.pack(len(body)) + body)
        sys.stdout.buffer.flush()
    except BrokenPipeError:  # nobody wants it any more, and nothing is to be said at the end either
        os._exit(0)


if __name__ == "__main__":
    main(sys.argv[1:])
