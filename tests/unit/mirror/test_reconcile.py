# SPDX-License-Identifier: Apache-2.0
"""Mirror and chain are compared whole; a clean mirror has no difference, and nothing stands in reconcile's own way.

Faults in every table and column: tests/faults/test_mirror_corruption.py.
"""

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from chain.abi import slots
from chain.abi.records import pack
from chain.domain.vocabulary import Address, RailId
from chain.mirror import reconcile as reconciling
from chain.mirror import schema
from chain.mirror.blocks import Verify
from chain.mirror.errors import BlockUnproven, ChainShort, MirrorEmpty, MirrorOfAnother, MirrorOutdated
from chain.mirror.reconcile import Report, reconcile
from chain.mirror.reconcile_rows import SHAPES, compare
from chain.mirror.refold import refold
from chain.mirror.source import Source
from chain.mirror.tables import TABLES
from chain.mirror.writer import Writer, checkpoint
from chain.node.anvil import Anvil, find_anvil
from chain.node.errors import AnvilMissing, NodeRefused
from chain.store.db import Db
from chain.store.errors import StoreDamaged
from tests.chains import START, key, node_chain
from tests.conftest import SYSTEM_PACKAGE
from tests.mirrored import CHAIN_ID, LEDGER, block, new_mirror, random_world, write
from tests.toldchain import ToldChain, ToldRpc, ToldSource
from tests.unit.abi import story
from tests.unit.abi.story import KEYS, SECOND

SEED = 2
CALLERS = [key("bank"), key("escrow"), key("cash of the seller"), *KEYS.values(), *SECOND.values()]


@pytest.fixture(scope="module")
def told() -> ToldChain:
    return ToldChain(random_world(SEED, 350), SEED)


@pytest.fixture
def db(empty: str, told: ToldChain) -> Iterator[Db]:
    with new_mirror(empty, told.world.rulebook) as made:
        write(made, told.blocks)
        yield made


@pytest.fixture
def lite(tmp_path: Path, told: ToldChain) -> Iterator[Db]:
    """A mirror in a file."""
    with new_mirror(tmp_path / "mirror.db", told.world.rulebook) as made:
        write(made, told.blocks)
        yield made


def compared(db: Db, told: ToldChain, full: bool = True) -> Report:
    return reconcile(db, told.rpc, told.source, CHAIN_ID, LEDGER, full)


def named(report: Report) -> list[tuple[Any, ...]]:
    """Table, key, column and both values of every difference."""
    return [(each.table, each.key, each.column, each.mirrored, each.chain) for each in report.differences]


# ---------------------------------------------------------------- nothing differs


@pytest.mark.parametrize("seed", range(100, 106))
def test_reconcile__a_mirror_of_any_world__differs_in_nothing(seed: int, tmp_path: Path) -> None:
    told = ToldChain(random_world(seed, 250), seed)
    with new_mirror(tmp_path / "mirror.db", told.world.rulebook) as db:
        write(db, told.blocks)
        for full in (True, False):
            report = compared(db, told, full)
            assert (report.equal, report.block, report.full) == (True, told.blocks[-1].header.number, full)
            assert report.slots > 50
            assert report.rows["claim"] > 5


def test_reconcile__on_either_database__compares_every_row_and_says_so(db: Db, told: ToldChain) -> None:
    steps = set()
    report = reconcile(db, told.rpc, told.source, CHAIN_ID, LEDGER, told=lambda what, done, of: steps.add(what))
    assert named(report) == []
    for table in TABLES:
        (count,) = db.one(f"SELECT count(*) FROM {table.name}") or (0,)
        assert report.rows.get(table.name, 0) == count
    assert report.rows["mirrored_block"] == len(told.blocks)
    assert report.rows["event"] == sum(len(block.logs) for block in told.blocks)
    assert {"storage", "blocks", "claim", "event"} <= steps
    assert report.lines("en") == [
        f"Block {report.block}: {sum(report.rows.values())} rows and {report.slots} slots compared; differences: 0."
    ]


def test_reconcile__a_mirror_without_a_block__differs_in_nothing(empty: str, told: ToldChain) -> None:
    with new_mirror(empty, told.world.rulebook) as db:
        assert compared(db, told).equal
        assert compared(db, told, full=False).equal


def test_reconcile__folded_anew_and_while_that_goes_on__differs_in_nothing(db: Db, told: ToldChain) -> None:
    refold(db)
    assert compared(db, told).equal
    with db.transaction():
        schema.add_generation(db, 3, 0)
    assert compared(db, told).equal


# ---------------------------------------------------------------- something does


def test_reconcile__faults_on_either_database__are_named_with_both_values(db: Db, told: ToldChain) -> None:
    claim, (amount, since) = _some(db, "claim", "obligor, number, seq", "amount, block_from")
    account, (active, born) = _some(db, "account", "address", "active, block_from")
    (passing,) = db.all("SELECT obligor, number, seq, version FROM passing ORDER BY 1, 2, 3, 4 LIMIT 1")
    cash = db.all("SELECT address, participant FROM cash_owner ORDER BY address LIMIT 1")[0]
    db.execute(
        "UPDATE claim_v1 SET amount = amount + 5 WHERE obligor = ? AND number = ? AND seq = ? AND block_from = ?",
        (*claim, since),
    )
    db.execute("UPDATE account_v1 SET active = 7 WHERE address = ? AND block_from = ?", (*account, born))
    db.execute("DELETE FROM passing_v1 WHERE obligor = ? AND number = ? AND seq = ? AND version = ?", passing)
    db.execute("UPDATE cash_owner_v1 SET address = 'nowhere' WHERE address = ?", (cash[0],))
    db.execute("UPDATE participant_v1 SET \"limit\" = 'much' WHERE id = 4 AND block_to = 9223372036854775807")
    db.execute("UPDATE event SET version = NULL WHERE block = 0 AND position = 0")
    db.execute("UPDATE checkpoint SET digest = ?", (bytes(32),))
    report = compared(db, told)
    found = {(table, key, column): (mine, theirs) for table, key, column, mine, theirs in named(report)}
    assert found.pop(("claim", claim, "amount")) == (amount + 5, amount)
    assert found.pop(("account", account, "active")) == (7, active)
    assert found.pop(("passing", passing, "row"))[0] is None
    assert found.pop(("cash_owner", ("nowhere",), "row"))[1] is None
    assert found.pop(("cash_owner", (cash[0],), "row"))[0] is None
    assert found.pop(("participant", (4,), "limit")) == ("much", told.world.rows.participants[4].limit)  # type: ignore[index]
    assert found.pop(("event", (0, 0), "version")) == (None, 1)
    assert found.pop(("checkpoint", (1,), "digest"))[0] == f"0x{bytes(32).hex()}"
    assert found == {}
    lines = report.lines("zh")
    key = ", ".join(f"{name} {value}" for name, value in zip(("obligor", "number", "seq"), claim, strict=True))
    assert f"claim ({key}, block_from {since}) amount: 镜像 {amount + 5}, 链上 {amount}" in lines
    assert len(lines) == 9


def _some(db: Db, table: str, key: str, values: str) -> tuple[tuple[Any, ...], tuple[Any, ...]]:
    """The first row that holds now: its key, and some values."""
    width = key.count(",") + 1
    row = db.all(f"SELECT {key}, {values} FROM {table} WHERE block_to = 9223372036854775807 ORDER BY {key} LIMIT 1")[0]
    return row[:width], row[width:]


def test_reconcile__tables_and_views_astray__are_named_and_the_rest_is_compared(db: Db, told: ToldChain) -> None:
    db.execute("DROP VIEW claim")
    db.execute("DROP VIEW step")
    db.execute("CREATE VIEW step AS SELECT * FROM step_v1 WHERE n > 1")
    db.execute("DROP VIEW lien")
    db.execute("CREATE VIEW lien AS SELECT * FROM discount_v1")
    db.execute("DROP VIEW passing")
    db.execute("DROP TABLE passing_v1")
    db.execute("UPDATE rail_v1 SET owed = '1' WHERE block_to = 9223372036854775807 AND id = 1")
    found = {(each.table, each.column): each for each in compared(db, told).differences}
    assert found["claim", "view"].mirrored is None
    assert "WHERE" in str(found["step", "view"].mirrored)
    assert "discount_v1" in str(found["lien", "view"].mirrored)
    assert (found["passing", "table"].mirrored, found["passing", "table"].chain) == (None, "passing_v1")
    assert {*found} == {
        *(("claim", "view"), ("step", "view"), ("lien", "view")),
        *(("passing", "view"), ("passing", "table"), ("rail", "owed")),
    }


def test_reconcile__records_that_are_gone__are_named_and_the_rest_is_compared(db: Db, told: ToldChain) -> None:
    for table in ("checkpoint", "heard", "rulebook_v1 CASCADE" if db.dialect == "postgresql" else "rulebook_v1"):
        db.execute(f"DROP TABLE {table}")
    db.execute("UPDATE claim_v1 SET hop = hop + 1 WHERE seq = 1 AND number = 1 AND block_to = 9223372036854775807")
    for full in (True, False):
        report = compared(db, told, full)
        found = {(each.table, each.column) for each in report.differences}
        expected = {("checkpoint", "table"), ("heard", "table"), ("rulebook", "table"), ("claim", "hop")}
        assert found - {("rulebook", "view")} == expected
        assert "heard table: mirror —, chain heard" in report.lines("en")


def test_reconcile__a_mirror_that_is_written_meanwhile__is_compared_as_it_was(
    db: Db, empty: str, told: ToldChain
) -> None:
    head = told.blocks[-1].header
    left = [block(head, head.timestamp, [])]

    def meanwhile(what: str, done: int, of: int) -> None:
        if left and what == "blocks":
            with schema.open_mirror(empty) as other:
                write(other, [left.pop()])

    source = ToldSource([*told.blocks, *left])
    report = reconcile(db, told.rpc, source, CHAIN_ID, LEDGER, told=meanwhile)
    assert (named(report), report.block) == ([], head.number)
    assert checkpoint(db).block == head.number + 1


def test_reconcile__quick__sees_what_holds_now_and_by_the_digest_that_something_is_gone(
    db: Db, told: ToldChain
) -> None:
    db.execute("DELETE FROM redemption_v1")
    ((table, _, column, mine, theirs),) = named(compared(db, told, full=False))
    assert (table, column) == ("checkpoint", "digest")
    assert mine != theirs
    db.execute("UPDATE obligation_v1 SET terms = ? WHERE number = 1", (bytes(32),))
    ((table, key, column, mine, theirs),) = named(compared(db, told, full=False))
    assert (table, key, column) == ("obligation", (4, 1), "commitment")
    assert mine != theirs


def test_reconcile__more_differences_than_are_kept__are_counted(
    lite: Db, told: ToldChain, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reconciling, "MOST", 3)
    rows = lite.execute("UPDATE claim_v1 SET hop = hop + 1")
    report = compared(lite, told)
    assert (len(report.differences), report.more) == (3, rows - 3)
    assert report.lines("en")[-1].endswith(f"; differences: {rows}.")


def test_reconcile__storage_that_no_event_explains__is_named(lite: Db, told: ToldChain) -> None:
    claim, row = next(iter(told.world.rows.claims.items()))
    storage = dict(told.storage)
    storage[LEDGER, slots.claim(claim)] = pack(told.world.rows.claims[claim].__class__(**_changed(row)))[0]
    rpc = ToldRpc(storage, told.blocks[-1].header)
    report = reconcile(lite, rpc, told.source, CHAIN_ID, LEDGER)
    assert named(report) == [("claim", tuple(claim), "hop", row.hop, row.hop + 1)]


def _changed(row: Any) -> dict[str, Any]:
    return {name: getattr(row, name) + (name == "hop") for name in row.__slots__}


# ---------------------------------------------------------------- other mirrors, other nodes, damage


def test_reconcile__another_mirror_or_none__is_told_so(lite: Db, told: ToldChain, tmp_path: Path) -> None:
    with pytest.raises(MirrorOfAnother):
        reconcile(lite, told.rpc, told.source, CHAIN_ID, Address("0x" + "2f" * 20))
    with schema.open_mirror(tmp_path / "none.db") as none, pytest.raises(MirrorEmpty):
        compared(none, told)
    lite.execute("UPDATE mirror SET log_layout = 0")
    with pytest.raises(MirrorOutdated):
        compared(lite, told)


def test_reconcile__a_node_behind_the_mirror__is_told_so(lite: Db, told: ToldChain) -> None:
    source = ToldSource(told.blocks[:-2])
    with pytest.raises(ChainShort):
        reconcile(lite, told.rpc, source, CHAIN_ID, LEDGER)


def test_reconcile__a_node_that_knows_blocks_by_number_only__is_asked_so_and_held_to_it(
    lite: Db, told: ToldChain
) -> None:
    rpc = ToldRpc(told.storage, told.blocks[-1].header, by_hash=False)
    assert reconcile(lite, rpc, told.source, CHAIN_ID, LEDGER).equal

    class Turning(ToldSource):
        asked = 0

        def header(self, number: int) -> Any:
            self.asked += 1
            return super().header(number if self.asked <= 2 else number - 1)

    lite.execute("DELETE FROM mirrored_block WHERE number > 3")  # so that the checkpoint is asked about, too
    with pytest.raises(BlockUnproven):
        reconcile(lite, rpc, Turning(told.blocks), CHAIN_ID, LEDGER)


def test_reconcile__a_node_without_the_state_of_that_block__is_told_so(lite: Db, told: ToldChain) -> None:
    rpc = ToldRpc(told.storage, told.blocks[0].header)
    with pytest.raises(NodeRefused):
        reconcile(lite, rpc, told.source, CHAIN_ID, LEDGER)


def test_reconcile__a_damaged_file__is_told_so(lite: Db, told: ToldChain, tmp_path: Path) -> None:
    lite.close()
    file = tmp_path / "mirror.db"
    content = bytearray(file.read_bytes())
    for page in range(8, len(content) // 4096):
        content[page * 4096 : page * 4096 + 64] = b"\xa5" * 64
    file.write_bytes(bytes(content))
    with pytest.raises(StoreDamaged), schema.open_mirror(file) as db:
        compared(db, told)


def test_reconcile__an_index_that_says_otherwise_than_its_table__is_told_so(
    lite: Db, told: ToldChain, tmp_path: Path
) -> None:
    lite.close()
    ours = "FROM sqlite_master WHERE name LIKE 'ix_claim_v1_holder%'"

    def run(*statements: str) -> list[Any]:
        raw = sqlite3.connect(tmp_path / "mirror.db", isolation_level=None)
        raw.execute("PRAGMA writable_schema = ON")
        found = [raw.execute(statement).fetchall() for statement in statements]
        raw.close()
        return found

    _, kept, _ = run(
        "UPDATE claim_v1 SET holder = holder + 1 WHERE seq = 1",
        f"SELECT type, name, tbl_name, rootpage, sql {ours}",
        f"DELETE {ours}",
    )
    assert kept
    run(
        "UPDATE claim_v1 SET holder = holder - 1 WHERE seq = 1",
        f"INSERT INTO sqlite_master VALUES {', '.join(map(repr, kept))}",
    )
    with schema.open_mirror(tmp_path / "mirror.db") as db, pytest.raises(StoreDamaged, match="index"):
        compared(db, told)


# ---------------------------------------------------------------- streams


def test_compare__versions_that_begin_elsewhere__are_one_difference_each() -> None:
    shape = SHAPES["auto_accept"]  # participant, counterparty, block_from, block_to, until
    chain = [(1, 1, 5, 9, 70), (1, 1, 9, 12, 80), (1, 2, 3, 4, 50)]
    mirror = [(1, 1, 4, 9, 70), (1, 1, 9, 12, 81), (1, 1, 10, 12, 80), (1, 3, 3, 4, 50)]
    found = [(each.key, each.since, each.column, each.mirrored) for each in compare(shape, iter(mirror), iter(chain))]
    assert found == [
        ((1, 1), 9, "until", 81),
        ((1, 1), 5, "block_from", 4),
        ((1, 1), 10, "row", {"block_to": 12, "until": 80}),
        ((1, 2), 3, "row", None),
        ((1, 3), 3, "row", {"block_to": 4, "until": 50}),
    ]


# ---------------------------------------------------------------- a real node


def test_reconcile__on_a_real_chain__differs_in_nothing_until_somebody_writes_storage(tmp_path: Path) -> None:
    try:
        program = find_anvil()
    except AnvilMissing as missing:
        pytest.skip(f"{SYSTEM_PACKAGE} {missing}")
    with Anvil(START, program=program) as anvil:
        told = story.tell(node_chain(anvil, CALLERS), lambda _: None)
        ledger, first = told.ledger.ledger, told.ledger.rulebook
        source = Source(anvil.rpc, ledger, Verify.RECEIPTS)
        with schema.open_mirror(tmp_path / "mirror.db") as db:
            _begin(db, anvil.chain_id, ledger, first)
            _follow(db, source)
            report = reconcile(db, anvil.rpc, source, anvil.chain_id, ledger)
            assert (named(report), report.block) == ([], source.head().number)
            assert report.rows["candidate"] == 1, "another Rulebook came into use"
            db.execute("UPDATE checkpoint SET block = ?", (2**62,))
            assert named(reconcile(db, anvil.rpc, source, anvil.chain_id, ledger)) == [
                ("checkpoint", (1,), "block", 2**62, report.block)
            ]
            db.execute("UPDATE checkpoint SET block = ?", (report.block,))
            _spoil(anvil, told)
            _follow(db, source)
            row = told.rows.rails[RailId(1)]
            for full in (True, False):
                report = reconcile(db, anvil.rpc, source, anvil.chain_id, ledger, full)
                assert named(report) == [("rail", (1,), "owed", row.owed, row.owed + 1)]


def _begin(db: Db, chain_id: int, ledger: Address, rulebook: Address) -> None:
    with db.transaction():
        schema.create(db, chain_id, ledger, rulebook)


def _follow(db: Db, source: Source) -> None:
    """Mirror the chain up to its head."""
    writer = Writer(db, checkpoint(db))
    for blocks in source.follow(writer.at.block + 1, source.head().number):
        writer.write(blocks)


def _spoil(anvil: Anvil, told: story.Story) -> None:
    """What a contract that does not do what its events say would do: the escrow's debt grows by a cent."""
    slot = slots.rail(RailId(1)) + 1
    word = int.from_bytes(told.ledger.chain.word(told.ledger.ledger, slots.Slot(slot)), "big") + (1 << 160)
    anvil.rpc.call("anvil_setStorageAt", told.ledger.ledger, f"0x{slot:064x}", f"0x{word:064x}")
    anvil.rpc.call("evm_mine")
