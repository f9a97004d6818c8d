# SPDX-License-Identifier: Apache-2.0
"""A process of its own fetches what the source would have, and ends when nobody wants it any more."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from chain.mirror.blocks import Verify
from chain.mirror.errors import ChainShort, FetcherGone
from chain.mirror.fetcher import Fetcher
from chain.mirror.source import Source
from chain.node.errors import NodeUnreachable
from chain.node.rpc import Rpc
from tests.unit.proofs.emitter import EMITTER, Emitting, emitting_node, says

BLOCKS = 40


@pytest.fixture(scope="module")
def chain() -> Iterator[Emitting]:
    with emitting_node() as anvil:
        made = Emitting(anvil.rpc, anvil.chain_id)
        for at in range(BLOCKS):
            made.calls(*[says(2)] * (at % 3))
        yield made


def test_fetcher__a_real_chain__is_what_the_source_gives(chain: Emitting) -> None:
    fetched = [block for blocks in _fetcher(chain.rpc).follow(1, BLOCKS) for block in blocks]
    assert fetched == Source(chain.rpc, EMITTER, Verify.RECEIPTS).blocks(1, BLOCKS)
    assert not _children()


def test_fetcher__an_error__is_the_one_that_the_source_raises(chain: Emitting) -> None:
    with pytest.raises(ChainShort) as told:
        list(_fetcher(chain.rpc).follow(BLOCKS, BLOCKS + 50))
    assert told.value.arguments["block"] > BLOCKS  # type: ignore[operator]
    gone = Fetcher("http://127.0.0.1:9", 0.5, EMITTER, Verify.RECEIPTS)
    with pytest.raises(NodeUnreachable):
        list(gone.follow(1, 2))
    assert not _children()


def test_fetcher__its_process_killed__is_told_by_name() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:  # so that it is killed while it waits, never after the end
        address = f"http://127.0.0.1:{silent.getsockname()[1]}"
        ranges = Fetcher(address, 60.0, EMITTER, Verify.RECEIPTS).follow(1, BLOCKS)
        killer = threading.Thread(target=_killed)
        killer.start()
        with pytest.raises(FetcherGone):
            next(ranges)
        killer.join()
    assert not _children()


def _killed() -> None:
    """Kill the first child that there is."""
    while not (children := _children()):
        time.sleep(0.01)
    os.kill(children[0], signal.SIGKILL)


def test_fetcher__closed_in_the_middle__its_process_has_ended(chain: Emitting) -> None:
    ranges = _fetcher(chain.rpc).follow(1, BLOCKS)
    next(ranges)
    assert len(_children()) == 1
    ranges.close()
    assert not _children()


def test_fetcher__whom_it_works_for_is_killed__ends_by_itself() -> None:
    script = (
        "import sys; from chain.mirror.fetcher import Fetcher; from chain.mirror.blocks import Verify\n"
        "next(Fetcher(sys.argv[1], 0.5, sys.argv[2], Verify.RECEIPTS).follow(1, 1))"
    )
    with socket.create_server(("127.0.0.1", 0)) as silent:  # takes connections and says nothing
        address = f"http://127.0.0.1:{silent.getsockname()[1]}"
        parent = subprocess.Popen([sys.executable, "-c", script, address, EMITTER])
        _until(lambda: bool(_children(parent.pid)))
        (child,) = _children(parent.pid)
        parent.kill()
        parent.wait()
        assert _lives(child), "it is still waiting for the node"
        _until(lambda: not _lives(child))


def _fetcher(rpc: Rpc) -> Fetcher:
    return Fetcher(rpc.node, 5.0, EMITTER, Verify.RECEIPTS)


def _children(of: int | None = None) -> list[int]:
    """Fetchers that a process has started and that live."""
    found = Path(f"/proc/{of or os.getpid()}/task/{of or os.getpid()}/children").read_text("ascii").split()
    return [int(pid) for pid in found if b"chain.mirror.fetcher" in Path(f"/proc/{pid}/cmdline").read_bytes()]


def _lives(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text("ascii").rsplit(")", 1)[1].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def _until(done: Callable[[], bool]) -> None:
    until = time.monotonic() + 10
    while not done():
        assert time.monotonic() < until, "it lives on"
        time.sleep(0.02)
