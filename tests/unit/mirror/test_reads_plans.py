# SPDX-License-Identifier: Apache-2.0
"""How the reads go about it: by index in every statement, and past what they were not asked for."""

import re
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from chain.domain.clock import UtcSeconds
from chain.domain.vocabulary import ClaimId, ObligationId, ParticipantId
from chain.mirror import reads
from chain.mirror.reads import loading
from chain.mirror.tables import OPEN
from chain.mirror.visible import Visible
from chain.store.db import Db, Row, Value
from tests.mirrored import new_mirror
from tests.postgres import Server
from tests.unit.mirror.crowd import BANKS, BUSY, FINANCIERS, HEAD, HOLDER, PIECES_HOLDER, SUPPLIERS, TIME, crowd

CLAIMS = 20_000
MOST_AT_REST = 2_500  # rows; a smaller table is rightly read at one go by PostgreSQL, were it ever so well indexed
ANSWERED = re.compile(r"SCAN (w|line|found|c|s\d|CONSTANT ROW|\d+ CONSTANT ROWS)\b")  # what the statement itself made
TABLE = re.compile(r"Seq Scan on (\w+?)(?:_v1)?(?: |$)")

Statements = dict[str, Sequence[Value]]


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def db(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Db]:
    """A crowded mirror."""
    if request.param == "sqlite":
        address = f"sqlite://{tmp_path_factory.mktemp('mirror')}/mirror.db"
    else:
        server: Server = request.getfixturevalue("postgres")
        address = server.database()
    with new_mirror(address) as made:
        crowd(made, CLAIMS)
        if request.param == "postgresql":  # a statement that is planned badly takes hours, not seconds
            made.execute("SET statement_timeout = '10s'")
        yield made


def questions(db: Db) -> Iterator[Callable[[], Any]]:
    """Every read, now and then, by its own participant, another one, a financier, a bank and the Registrar."""
    piece = f"SELECT obligor, number, seq, holder FROM claim WHERE obligor > 1 AND seq = 6 AND block_to = {OPEN}"
    obligor, number, seq, holder = db.all(f"{piece} ORDER BY number LIMIT 1")[0]
    claim = ClaimId(obligor, number, seq)
    financier, supplier = FINANCIERS[0], SUPPLIERS[50]
    period = reads.Period(UtcSeconds(TIME - 3_000 * 60), UtcSeconds(TIME - 60))
    everything = Visible.everything()
    others = [
        Visible.of(map(ParticipantId, one)) for one in ([supplier], [financier], [BANKS[0]], [obligor, supplier], [])
    ]
    others.append(Visible.of([ParticipantId(supplier)], also=[claim, BUSY]))
    texts = (obligor, claim.obligation, claim, number.to_bytes(32, "big").hex(), (50 + 2**40).to_bytes(32, "big").hex())
    for late in (TIME, TIME + 400 * 86_400):
        yield partial(reads.lapsed, db, everything, UtcSeconds(late))
    for at in (None, HEAD - 5):
        for visible in (everything, Visible.of([ParticipantId(holder)]), *others):
            own: list[tuple[Callable[..., Any], Any, dict[str, Any]]] = [
                *((reads.holdings, one, {}) for one in (supplier, financier, HOLDER, PIECES_HOLDER)),
                *((reads.holdings, supplier, {"state": state}) for state in reads.State),
                *((reads.liens, one, {}) for one in (supplier, financier)),
                *((read, one, {}) for read in (reads.claims, reads.obligation) for one in (claim.obligation, BUSY[:2])),
                *((reads.obligations, one, {}) for one in (obligor, 1)),
                *(
                    (read, one, {})
                    for read in (reads.claim, reads.holding, reads.pieces)
                    for one in (claim, BUSY, BUSY._replace(seq=9))
                ),
                *((reads.portfolio, one, {}) for one in (supplier, financier, obligor)),
                *((reads.todo, one, {}) for one in (supplier, financier, obligor)),
                *((reads.discounts, one, {"period": period}) for one in (supplier, financier)),
                *((reads.payments, obligor, {"obligation": one}) for one in (None, claim.obligation)),
                *((reads.redemptions, one, {}) for one in (supplier, financier)),
                *((reads.participant, one, {}) for one in (supplier, financier, obligor, BANKS[0])),
                *((reads.events, one, {}) for one in (claim, BUSY, claim.obligation, supplier)),
                *((reads.search, str(text), {}) for text in texts),
            ]
            yield partial(reads.directory, db, visible, [ParticipantId(supplier), ParticipantId(obligor)], at=at)
            yield partial(reads.directory, db, visible, after=supplier, at=at)
            yield from (partial(reads.accounts, db, visible, ParticipantId(one), at=at) for one in (supplier, obligor))
            yield from (partial(reads.last_number, db, visible, ParticipantId(one)) for one in (supplier, obligor))
            for read, subject, more in own:
                if isinstance(subject, tuple) and len(subject) == 2:
                    subject = ObligationId(*subject)
                yield partial(read, db, visible, subject, at=at, **more)


def paged(db: Db) -> Iterator[Callable[[], Any]]:
    """Second pages: their cursors are part of the statements."""
    lists: list[tuple[Callable[..., Any], Any]] = [
        *((reads.holdings, SUPPLIERS[50]), (reads.liens, FINANCIERS[0]), (reads.claims, BUSY.obligation)),
        *((reads.obligations, 5), (reads.pieces, BUSY), (reads.discounts, FINANCIERS[0]), (reads.payments, 5)),
        *((reads.redemptions, SUPPLIERS[50]), (reads.events, BUSY)),
    ]
    for read, subject in lists:
        for at in (None, HEAD - 5):
            after = read(db, Visible.everything(), subject, limit=1, at=at).next
            assert after is not None, read
            yield partial(read, db, Visible.everything(), subject, limit=1, at=at, after=after)


def statements(db: Db, monkeypatch: pytest.MonkeyPatch) -> Statements:
    """Every statement that the reads make, each once, with its values."""
    found: Statements = {}
    real = db.all

    def spy(sql: str, parameters: Sequence[Value] = ()) -> list[Row]:
        found.setdefault(sql, parameters)
        return real(sql, parameters)

    asked = [*questions(db), *paged(db)]
    with monkeypatch.context() as patch:
        patch.setattr(db, "all", spy)
        for ask in asked:
            ask()
    return {sql: values for sql, values in found.items() if "sqlite_master" not in sql and sql != "SELECT 1"}


def test_every_statement__of_every_read__goes_by_an_index(db: Db, monkeypatch: pytest.MonkeyPatch) -> None:
    made = statements(db, monkeypatch)
    wrong: list[str] = []
    explain = "EXPLAIN QUERY PLAN " if db.dialect == "sqlite" else "EXPLAIN "
    for sql, values in made.items():
        plan = [row[-1] for row in db.all(explain + sql, values)]
        wrong += [f"{line}: {sql}" for line in plan if _scans(db, line)]
    print(f"{len(made)} statements on {db.dialect}, {len(wrong)} of them not by an index")
    assert len(made) > 60
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("db", ["postgresql"], indirect=True)
def test_every_statement__with_sequential_scans_off__needs_none(db: Db, monkeypatch: pytest.MonkeyPatch) -> None:
    made = statements(db, monkeypatch)
    db.execute("SET enable_seqscan = off")
    plans = {sql: [row[0] for row in db.all(f"EXPLAIN {sql}", values)] for sql, values in made.items()}
    db.execute("SET enable_seqscan = on")
    wrong = [f"{line}: {sql}" for sql, plan in plans.items() for line in plan if "Seq Scan" in line]
    assert not wrong, "\n".join(wrong)


def test_provenance__of_a_claim_with_2000_siblings__costs_what_it_does_with_20(tmp_path: Path) -> None:
    few, many = (_work(tmp_path, pieces) for pieces in (20, 2_000))
    for name in few:
        assert many[name] < few[name] * 1.5 + 200, (name, few[name], many[name])


def test_holdings__of_a_holder_with_many_redeemed_claims__pass_them_by(tmp_path: Path) -> None:
    work = []
    for tombstones in (10, 3_000):
        with new_mirror(f"sqlite://{tmp_path}/{tombstones}.db") as db:
            crowd(db, 0, pieces=10)
            db.insert(
                "claim_v1",
                [row[1] for row in db.all("PRAGMA table_info(claim_v1)")],
                [(2, n, 1, 1, OPEN, HOLDER, 0, 0, 5, 0, 3, 0, 0, 2, 0) for n in range(1, tombstones)],
            )
            work.append(_steps(db, partial(reads.holdings, db, Visible.everything(), ParticipantId(HOLDER))))
    assert work[1] < work[0] * 1.5 + 200, work


def test_holdings__of_more_obligations_than_one_question_takes__are_the_same(
    db: Db, monkeypatch: pytest.MonkeyPatch
) -> None:
    financier = ParticipantId(FINANCIERS[0])
    ask = partial(reads.holdings, db, Visible.of([financier]), financier, limit=500)
    whole = ask()
    assert len({row.id.obligation for row in whole.rows}) > 100
    assert {bool(row.share.unpaid < row.row.amount) for row in whole.rows} == {True, False}, "some are paid in part"
    monkeypatch.setattr(loading, "_AT_ONCE", 7)
    assert ask() == whole


def _scans(db: Db, line: str) -> bool:
    """Whether a line of a plan reads a whole table, or a whole index."""
    if db.dialect == "sqlite":
        return "SCAN " in line and not ANSWERED.search(line)
    found = TABLE.search(line)
    if found is None:
        return False
    rows = db.all(f"SELECT COUNT(*) FROM {found[1]}")[0][0]
    return bool(rows > MOST_AT_REST)


def _work(folder: Path, pieces: int) -> dict[str, int]:
    """How much SQLite has to do for each question about one of so many pieces."""
    with new_mirror(f"sqlite://{folder}/{pieces}.db") as db:
        crowd(db, 100, pieces)
        piece = BUSY._replace(seq=10)
        everything, holder = Visible.everything(), Visible.of([ParticipantId(PIECES_HOLDER)])
        return {
            "claim": _steps(db, lambda: reads.claim(db, everything, piece)),
            "claim of its holder": _steps(db, lambda: reads.claim(db, holder, piece)),
            "claim then": _steps(db, lambda: reads.claim(db, holder, piece, at=15)),
            "claim with pieces": _steps(db, lambda: reads.claim(db, everything, BUSY)),
            "obligation": _steps(db, lambda: reads.obligation(db, everything, BUSY.obligation)),
            "first pieces": _steps(db, lambda: reads.pieces(db, everything, BUSY, limit=5)),
            "first claims": _steps(db, lambda: reads.holdings(db, holder, ParticipantId(PIECES_HOLDER), limit=5)),
        }


def _steps(db: Db, ask: Callable[[], Any]) -> int:
    """Steps of SQLite's machine."""
    count = 0

    def step() -> int:
        nonlocal count
        count += 1
        return 0

    connection: sqlite3.Connection = db._connection  # type: ignore[attr-defined]
    connection.set_progress_handler(step, 1)
    ask()
    connection.set_progress_handler(None, 0)
    return count
