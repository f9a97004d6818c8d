# SPDX-License-Identifier: Apache-2.0
"""How fast questions are answered: scripts/bench reads [--json] [--claims N] [--calls N]

A mirror of so many claims, in PostgreSQL and in SQLite; every read of chain/mirror/reads with arguments drawn at random
(the same ones every time), asked by whom it is about. Milliseconds, beside those of SELECT 1, and every statement of
theirs whose plan reads a table from end to end.
"""

import argparse
import json
import random
import re
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from chain.domain.vocabulary import ClaimId, ObligationId
from chain.mirror import reads
from chain.mirror.visible import Visible
from chain.store.db import Db, Value, connect
from tests.bench.history.mirrored import mirror, world_of
from tests.bench.mirror import stores
from tests.cast import ANNA, BEN, CLEO, CORE, FIN, Member
from tests.worlds import World

Query = Callable[[Db, random.Random], Any]
SLOWEST = 20.0  # seconds for one query at most, however few of its calls that are
LARGE = 1_000  # rows of a table that should not be read whole
SHOWN = 300  # characters of a statement; --json has all
_SCAN = re.compile(r"(?:SCAN|Seq Scan on) (\w+)")


def queries(world: World) -> Mapping[str, Query]:
    """Every read, as its viewer asks it."""
    claims, obligations = sorted(world.rows.claims), sorted(world.rows.obligations)
    fingerprints = sorted(fingerprint for _, fingerprint in world.rows.invoices)

    def by(*members: Member) -> Visible:
        return Visible.of([member.id for member in members])

    def claim(draw: random.Random) -> ClaimId:
        return draw.choice(claims)

    def obligation(draw: random.Random) -> ObligationId:
        return draw.choice(obligations)

    def holder(draw: random.Random) -> Member:
        return draw.choice((ANNA, BEN, CLEO))

    def holdings(db: Db, draw: random.Random) -> Any:
        member = holder(draw)
        return reads.holdings(db, by(member), member.id)

    return {
        "holdings": holdings,
        "liens": lambda db, draw: reads.liens(db, by(FIN), FIN.id),
        "claims of an obligation": lambda db, draw: reads.claims(db, by(CORE), obligation(draw)),
        "claim with its title": lambda db, draw: reads.claim(db, by(BEN, CLEO), claim(draw)),
        "claim, all seen": lambda db, draw: reads.claim(db, Visible.everything(), claim(draw)),
        "pieces": lambda db, draw: reads.pieces(db, by(ANNA), obligation(draw).claim(1)),
        "obligation": lambda db, draw: reads.obligation(db, by(ANNA), obligation(draw)),
        "obligations": lambda db, draw: reads.obligations(db, by(CORE), CORE.id),
        "portfolio of an obligor": lambda db, draw: reads.portfolio(db, by(CORE), CORE.id),
        "portfolio of a supplier": lambda db, draw: reads.portfolio(db, by(BEN), BEN.id),
        "todo of a supplier": lambda db, draw: reads.todo(db, by(BEN), BEN.id),
        "todo of an obligor": lambda db, draw: reads.todo(db, by(CORE), CORE.id),
        "participant": lambda db, draw: reads.participant(db, by(ANNA), holder(draw).id),
        "events of a claim": lambda db, draw: reads.events(db, by(BEN), claim(draw)),
        "events of an obligation": lambda db, draw: reads.events(db, by(CORE), obligation(draw)),
        "search a claim": lambda db, draw: reads.search(db, by(BEN), str(claim(draw))),
        "search an invoice": lambda db, draw: reads.search(db, by(CORE), draw.choice(fingerprints).hex()),
        "discounts": lambda db, draw: reads.discounts(db, by(FIN), FIN.id),
        "payments": lambda db, draw: reads.payments(db, by(CORE), CORE.id),
        "redemptions": lambda db, draw: reads.redemptions(db, by(BEN), BEN.id),
    }


class Heard:
    """The statements that went through a connection, each with parameters that it had once."""

    def __init__(self, db: Db) -> None:
        self.statements: dict[str, Sequence[Value]] = {}
        self._cursor = db._cursor
        db._cursor = self._hear  # type: ignore[method-assign]

    def _hear(self, sql: str, parameters: Sequence[Value]) -> Any:
        self.statements.setdefault(sql, parameters)
        return self._cursor(sql, parameters)


def scans(db: Db, statements: Mapping[str, Sequence[Value]]) -> dict[str, list[str]]:
    """Of each statement, the lines of its plan by which it reads all of a large table."""
    explain = "EXPLAIN QUERY PLAN" if db.dialect == "sqlite" else "EXPLAIN"
    asked = list(statements.items())  # what is asked here may be heard, too
    large = {table for table in _tables(db) if db.one(f"SELECT COUNT(*) >= {LARGE} FROM {table}") in [(1,), (True,)]}
    found = {}
    for sql, parameters in asked:
        if sql.lstrip().startswith(("SELECT", "WITH")):
            lines = [str(row[-1]).strip() for row in db.all(f"{explain} {sql}", parameters)]
            whole = [line for line in lines if (match := _SCAN.search(line)) and match[1] in large]
            if whole:
                found[sql] = whole
    return found


def _tables(db: Db) -> list[str]:
    if db.dialect == "sqlite":
        return [name for (name,) in db.all("SELECT name FROM sqlite_master WHERE type = 'table' AND sql IS NOT NULL")]
    return [name for (name,) in db.all("SELECT tablename FROM pg_tables WHERE schemaname = current_schema()")]


def timed(db: Db, query: Query, calls: int) -> dict[str, float]:
    """Milliseconds of a query: p50 and p99 of so many calls, or of as many as there is patience for."""
    draw, times = random.Random(calls), list[float]()
    for _ in range(3):
        query(db, draw)
    began = time.perf_counter()
    while len(times) < calls and time.perf_counter() - began < SLOWEST:
        start = time.perf_counter()
        query(db, draw)
        times.append((time.perf_counter() - start) * 1000)
    times.sort()
    return {"p50": round(times[len(times) // 2], 3), "p99": round(times[len(times) * 99 // 100], 3)}


def measure(claims: int, calls: int) -> dict[str, Any]:
    """The figures, as --json tells them."""
    world = world_of(claims)
    _say(f"{len(world.rows.claims)} claims, {len(world.rows.obligations)} obligations, {len(world.log)} events")
    found: dict[str, Any] = {"claims": len(world.rows.claims), "events": len(world.log)}
    with stores() as places:
        for kind in places.kinds:
            _, store = places.fresh(kind)
            began = time.perf_counter()
            mirror(world.log, world.rulebook, store)
            _say(f"{kind}: written in {time.perf_counter() - began:.1f} s")
            found[kind] = _measured(store, queries(world), calls)
    return found


def _measured(store: str | Path, asked: Mapping[str, Query], calls: int) -> dict[str, Any]:
    with connect(store, durable=False) as db:
        db.execute("ANALYZE")
        times = {"SELECT 1": timed(db, lambda db, draw: db.one("SELECT 1"), calls)}
        times |= {name: timed(db, query, calls) for name, query in asked.items()}
        plans: dict[str, dict[str, list[str]]] = {}
        for name, query in asked.items():
            with connect(store, durable=False) as ear:
                heard, draw = Heard(ear), random.Random(calls)
                query(ear, draw)
            if whole := scans(db, heard.statements):
                plans[name] = whole
    return {"ms": times, "scans": plans}


def _say(text: str) -> None:
    print(f"reads: {text}", file=sys.stderr, flush=True)


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser("bench reads", description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--claims", type=int, default=100_000)
    parser.add_argument("--calls", type=int, default=200)
    asked = parser.parse_args(arguments)
    found = measure(asked.claims, asked.calls)
    if asked.json:
        print(json.dumps(found, indent=1))
        return
    for kind in [name for name in found if isinstance(found[name], dict)]:
        for name, times in found[kind]["ms"].items():
            print(f"{kind:9} {name:24} p50 {times['p50']:9.3f}  p99 {times['p99']:9.3f} ms")
        for name, whole in found[kind]["scans"].items():
            for sql, lines in whole.items():
                print(f"{kind:9} {name:24} reads all: {'; '.join(lines)}\n    {sql[:SHOWN]}")


if __name__ == "__main__":
    main()
