# SPDX-License-Identifier: Apache-2.0
"""A real chain of events for benches: made once, kept in .build as raw transactions, played to a fresh node each time.

What is kept is bound to the contracts and to the story that they are told. The node must come to the hash that it came
to the first time, when its events were compared with the model's one by one.
"""

import hashlib
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec

from chain.abi.fast import decoder
from chain.abi.sums import contract_sums
from chain.domain.clock import UtcSeconds
from chain.domain.events import Event
from chain.domain.vocabulary import Hash
from chain.node import answers
from chain.node.anvil import Anvil
from chain.node.rpc import Rpc
from chain.node.sequencer import Plan, Sequencer
from tests.bench.history import world
from tests.bookworld import DEPLOYMENT, LEDGER, node

FOLDER = Path(__file__).parents[3] / ".build" / "bench"
RANGE = 50  # blocks a question
_RULEBOOK = DEPLOYMENT[0].rulebook


class History(msgspec.Struct):
    """Blocks, and what they come to."""

    blocks: list[tuple[int, list[bytes]]]  # time, raw transactions
    events: int  # of the ledger and its Rulebook
    head: bytes  # the last block's hash


def kept(events: int) -> History:
    """A history of at least so many events, made if it is not there."""
    file = _file(events)
    if not file.exists():
        with node() as anvil:
            _make(events, anvil)
    return msgspec.msgpack.decode(file.read_bytes(), type=History)


@contextmanager
def chain_of(events: int) -> Iterator[tuple[Anvil, History]]:
    """A node that has such a history behind it, and makes a block when it is told to."""
    with node() as anvil:
        if not _file(events).exists():
            yield anvil, _make(events, anvil)
            return
        history = kept(events)
        head = play(anvil.rpc, history.blocks)
        assert head == history.head, f"the node came to {head.hex()}, not {history.head.hex()}"
        yield anvil, history


def play(rpc: Rpc, blocks: list[tuple[int, list[bytes]]]) -> bytes:
    """Have the node make these blocks; the last one's hash."""
    sequencer, began = Sequencer(rpc), time.perf_counter()
    sequencer.head()
    for place, (at, raws) in enumerate(blocks):
        items = tuple((Hash(bytes(32)), raw) for raw in raws)  # a hash is only asked for when the node refuses
        assert not sequencer.offer(Plan(place + 1, UtcSeconds(at), items)), "every transaction is good"
        rpc.call("evm_setNextBlockTimestamp", at)
        rpc.call("evm_mine")
    count = sum(len(raws) for _, raws in blocks)
    _say(f"{count} transactions in {len(blocks)} blocks played in {time.perf_counter() - began:.1f} s")
    return sequencer.hash_of(len(blocks))


def happened(rpc: Rpc, last: int) -> Iterator[tuple[Event, UtcSeconds]]:
    """The ledger's and its Rulebook's events up to a block, each with its block's time."""
    read = decoder(LEDGER)
    for start in range(0, last + 1, RANGE):
        end = min(last, start + RANGE - 1)
        blocks = rpc.batch([("eth_getBlockByNumber", [hex(number), False]) for number in range(start, end + 1)])
        times = {block["number"]: UtcSeconds(answers.number(block["timestamp"])) for block in blocks}
        only: dict[str, Any] = {"fromBlock": hex(start), "toBlock": hex(end), "address": [LEDGER, _RULEBOOK]}
        for told in rpc.call("eth_getLogs", only):
            log = answers.log(told)
            event = read(log.topics, log.data)
            if event is not None:
                yield event, times[told["blockNumber"]]


def _make(events: int, anvil: Anvil) -> History:
    """Make a history, on a new node, and keep it. Raises AssertionError unless the node comes to the model's events."""
    file, began, made = _file(events), time.perf_counter(), world.HistoryWorld()
    world.live(made, events)
    blocks = [(int(at), raws) for at, raws in made.blocks if raws]
    _say(f"{len(made.log)} events made in {time.perf_counter() - began:.1f} s")
    _say(", ".join(f"{name} {count}" for name, count in Counter(type(e).__name__ for e, _ in made.log).most_common()))
    head = play(anvil.rpc, blocks)
    assert list(happened(anvil.rpc, len(blocks))) == made.log, "the chain did something else than the model"
    history = History(blocks, len(made.log), head)
    FOLDER.mkdir(parents=True, exist_ok=True)
    fresh = file.with_suffix(".new")
    fresh.write_bytes(msgspec.msgpack.encode(history))
    fresh.replace(file)
    return history


def _file(events: int) -> Path:
    """Where it is kept: by the contracts and the story that it was made with."""
    story = Path(world.__file__).read_bytes()
    bound = hashlib.sha256(repr(sorted(contract_sums().items())).encode() + story).hexdigest()[:16]
    return FOLDER / f"history-{events}-{bound}.msgpack"


def _say(text: str) -> None:
    print(f"history: {text}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    kept(int(sys.argv[1]))
