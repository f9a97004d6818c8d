# SPDX-License-Identifier: Apache-2.0
"""The chain of events that benches run on: always the same, really the ledger's, made once."""

from pathlib import Path

import pytest

from chain.abi.fast import decoder
from chain.domain.rules import Rows, apply, commit
from chain.mirror.writer import checkpoint
from chain.store.db import connect
from tests.bench.history import kept, mirrored
from tests.bench.history.world import BLOCK, HistoryWorld, live
from tests.bookworld import LEDGER, node
from tests.worlds import World

EVENTS = 400


def made(events: int) -> HistoryWorld:
    world = HistoryWorld()
    live(world, events)
    return world


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(kept, "FOLDER", tmp_path)
    return tmp_path


def test_history__made_twice__has_the_same_bytes_and_another_size_has_others() -> None:
    first = made(EVENTS)
    assert first.blocks == made(EVENTS).blocks
    assert first.blocks != made(EVENTS + 1).blocks
    assert len(first.log) == EVENTS
    assert max(len(raws) for _, raws in first.blocks) == BLOCK


def test_history__long_enough__has_every_common_event() -> None:
    world = World()
    live(world, 8_000)
    common = (
        "Issued Accepted Declined SplitOff SplitOffMany Transferred Liened Released CutOff Discounted Funded Redeemed"
    )
    found = {type(event).__name__ for event, _ in world.log}
    assert {*common.split(), "InvoicesRegistered", "ParticipantRegistered", "AutoAcceptSet"} <= found


def test_chain_of__asked_twice__is_made_once_and_comes_to_the_models_events(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with kept.chain_of(EVENTS) as (anvil, history):
        first = list(kept.happened(anvil.rpc, len(history.blocks)))
    assert first == made(EVENTS).log
    monkeypatch.setattr(kept, "_make", None)
    with kept.chain_of(EVENTS) as (anvil, again):
        assert again == history
        assert list(kept.happened(anvil.rpc, len(again.blocks))) == first


def test_kept__other_contracts__is_made_anew(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept.kept(100)
    monkeypatch.setattr(kept, "contract_sums", lambda: {"ReceivableLedger": "other"})
    kept.kept(100)
    assert len(list(folder.glob("history-100-*.msgpack"))) == 2


def test_play__transaction_that_the_node_refuses__stops() -> None:
    blocks = [(int(at), list(raws)) for at, raws in made(100).blocks if raws]
    blocks[-1][1][0] = blocks[-1][1][0][:-1]
    with node() as anvil, pytest.raises(AssertionError, match="every transaction is good"):
        kept.play(anvil.rpc, blocks)


def test_mirror__of_the_models_events__has_all_of_them_and_its_claims(tmp_path: Path) -> None:
    world = mirrored.world_of(50)
    store = tmp_path / "mirror.db"
    mirrored.mirror(world.log, world.rulebook, store)
    with connect(store, durable=False) as db:
        assert db.one("SELECT COUNT(*) FROM event") == (len(world.log),)
        assert checkpoint(db).block == -(-len(world.log) // mirrored.BLOCK) - 1
        claims = db.all("SELECT obligor, number, seq FROM claim WHERE block_to = 9223372036854775807")
    assert sorted(claims) == sorted(map(tuple, world.rows.claims))


def test_blocks__decoded_and_applied__come_to_the_worlds_rows() -> None:
    world = mirrored.world_of(50)
    read, rows = decoder(LEDGER), Rows(world.rulebook, 2, tokens=world.rows.tokens)
    for block in mirrored.blocks(world.log, world.rulebook):
        for found in block.logs:
            event = read(found.log.topics, found.log.data)
            assert event is not None
            commit(rows, apply(rows, event, block.header.timestamp))
    assert rows.claims == world.rows.claims
