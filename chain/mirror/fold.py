# SPDX-License-Identifier: Apache-2.0
"""Blocks in, versions of rows out: the pure fold of `domain.rules.apply`, and what the database is to be told of it.

The fold reads the rows that an event names and no others; those it has met it keeps, so that most events need no SQL at
all. Within a block a row has one version: the last. Nothing is written here: `flush` says what would have to be, and
until that is written a fold that failed is thrown away whole.
"""

from collections.abc import Callable, Sequence
from hashlib import blake2b
from typing import Any, NamedTuple

import msgspec

from chain.abi import fast
from chain.abi.errors import LogMalformed, LogUnknown
from chain.abi.events import Log
from chain.domain import events as e
from chain.domain.rules import Changed, Rows, apply, commit
from chain.domain.rules.rows import limits
from chain.domain.vocabulary import ZERO_ADDRESS, Address, RulebookContract
from chain.mirror.blocks import Block, Found
from chain.mirror.errors import EventImpossible, EventRejected, VersionGap
from chain.mirror.facts import facts
from chain.mirror.state import Loaded, rows
from chain.mirror.subjects import gap, subject
from chain.mirror.tables import BY_ROWS, OPEN, TABLES, Table
from chain.store.db import Db, Value

KEPT = 50_000
"""Rows of a table that are kept in memory between two flushes."""
_LOOKED_FOR = frozenset({"obligations", "participants", "officers", "rails", "invoices", "aliases"})
MODULUS = 1 << 256

Versions = dict[Any, tuple[bool, list[tuple[int, Any]]]]
"""By key: whether there is an earlier version, and (block, row) of each that came since."""

_pack = msgspec.msgpack.Encoder().encode


def row_digest(table: str, key: Sequence[Value], block_from: int, values: Sequence[Value]) -> int:
    """What one version of a row adds to the digest: a hash of its table, key, first block and values.

    The digest is the sum of all versions' hashes modulo 2^256, so it does not depend on their order and follows every
    change without reading the rest. It tells two mirrors apart; against whoever can write to the database there is
    `reconcile`.
    """
    return int.from_bytes(blake2b(_pack((table, *key, block_from, *values)), digest_size=32).digest(), "big")


class Written(NamedTuple):
    """What a flush wants of one table: versions to insert, and (block_to, key…, block_from) of those that end."""

    table: Table
    inserts: list[tuple[Value, ...]]
    endings: list[tuple[Value, ...]]


class Fold:
    """The state of a mirror's generation, and what has changed since the last flush."""

    def __init__(self, db: Db, generation: int, ledger: Address, rulebook: Address) -> None:
        self._suffix = f"_v{generation}"
        self._ledger, self._first_rulebook = ledger, rulebook
        self._read = fast.decoder(ledger)
        self.rows: Rows = rows(db, 0, self._suffix)
        self._facts: dict[str, Versions] = {table.name: {} for table in TABLES if table.rows is None}
        self._changed: dict[str, tuple[Versions, Callable[[Any, Any], bool]]] = {
            name: ({}, self._known(name)) for name in BY_ROWS
        }

    def block(self, block: Block) -> list[tuple[Value, ...]]:
        """Fold a block; the rows of its events for the table `event`.

        Raises EventRejected, VersionGap, EventImpossible; then this fold is of no more use.
        """
        number, last = block.header.number, -1
        written: list[tuple[Value, ...]] = []
        for found in block.logs:
            if found.position <= last:
                raise EventRejected(block=number, position=found.position, why=f"it comes after log {last}")
            last, event = found.position, None
            try:
                event = self._event(found.log)
                if event is None:
                    continue
                self._fold(number, block.header.timestamp, found, event)
            except (LogUnknown, LogMalformed) as error:
                raise EventRejected(block=number, position=found.position, why=error.message("en")) from None
            except (KeyError, ValueError, TypeError) as error:
                why = f"{type(error).__name__}: {error}"
                name = type(event).__name__
                raise EventImpossible(block=number, position=found.position, event=name, why=why) from None
            written.append(_event_row(number, found, event))
        return written

    def flush(self) -> tuple[list[Written], int]:
        """What changed since the last flush, and what it adds to the digest."""
        found, digest = [], 0
        for table in TABLES:
            versions = self._facts[table.name] if table.rows is None else self._changed[table.rows][0]
            loaded = getattr(self.rows, table.rows) if table.rows else None
            since = loaded.since if isinstance(loaded, Loaded) else None
            if versions:
                written, more = _versions(table, versions, since)
                found.append(written)
                digest += more
                versions.clear()
            if isinstance(loaded, Loaded):
                loaded.forget(KEPT)
        return found, digest

    def _event(self, log: Log) -> e.Event | None:
        """The event in a log; None for what says nothing, and for limits that no ledger reads."""
        if log.address == self._ledger:
            event = self._read(log.topics, log.data)
            if isinstance(event, e.RulesPublished):
                raise LogUnknown(address=log.address, topic=f"0x{log.topics[0].hex()}")
            return event
        try:
            return self._read(log.topics, log.data)
        except LogMalformed:
            if log.address in (self.rows.rulebook, self._first_rulebook):
                raise
            return None  # somebody else's contract, which may say what it likes

    def _fold(self, number: int, at: Any, found: Found, event: e.Event) -> None:
        state = self.rows
        if isinstance(event, e.RulesPublished):
            changes = self._published(found, event)
        else:
            wrong = gap(state, event)
            if wrong is not None:
                raise VersionGap(block=number, position=found.position, **wrong._asdict())
            if isinstance(event, e.RulebookSet) and event.rulebook_address not in state.rulebooks:
                raise KeyError(f"no limits of Rulebook {event.rulebook_address}")
            changes = apply(state, event, at)
        for name, key, row in facts(state, event):
            self._facts[name][key] = False, [(number, row)]  # once, for ever
        for name, key, row in changes:
            versions, known = self._changed[name]
            before = versions.get(key)
            if before is None:
                versions[key] = known(key, row), [(number, row)]
            elif before[1][-1][0] == number:  # in the same block: the last one counts
                before[1][-1] = number, row
            else:
                before[1].append((number, row))
        commit(state, changes)

    def _published(self, found: Found, event: e.RulesPublished) -> tuple[Changed, ...]:
        """Limits of the Rulebook in use; of another contract they wait until it may come into use."""
        emitter, state = found.log.address, self.rows
        in_use = Changed("rules", event.version, limits(event))
        if state.rulebook == ZERO_ADDRESS and emitter == self._first_rulebook:
            return Changed("rulebook", None, emitter), in_use
        if emitter == state.rulebook:
            wrong = gap(state, event)
            if wrong is not None:
                raise ValueError(f"{wrong.subject}: version {wrong.found} where {wrong.expected} follows")
            return (in_use,)
        return (Changed("rulebooks", emitter, RulebookContract(True, event.version, limits(event))),)

    def _known(self, name: str) -> Callable[[Any, Any], bool]:
        """For a table: whether a row that is about to be written has a version before it.

        A claim's birth is version 1. Where the fold has always looked for the row before it changes it, what it found
        is in memory; only where it has not is the database asked.
        """
        if name == "claims":
            return lambda key, row: row.version != 1
        if name in ("steps", "rules"):  # numbered one after the other
            return lambda key, row: False
        if name == "rulebook":
            return lambda key, row: self.rows.rulebook != ZERO_ADDRESS
        loaded = getattr(self.rows, name)
        if name in _LOOKED_FOR:
            return lambda key, row: dict.__contains__(loaded, key)
        return lambda key, row: key in loaded


def _versions(table: Table, changed: Versions, since: dict[Any, int] | None) -> tuple[Written, int]:
    """`since`: the block of each row's version before these; None for the one row that is not loaded by key."""
    inserts: list[tuple[Value, ...]] = []
    endings: list[tuple[Value, ...]] = []
    digest, name, flat, values_of = 0, table.name, table.flat, table.values
    for key, (known, versions) in changed.items():
        place = tuple(flat(key))
        if known:
            ends = versions[0][0]
            endings.append((ends, *place) if since is None else (ends, *place, since[key]))
        last = len(versions) - 1
        for n, (block, row) in enumerate(versions):
            values = values_of(row)
            until = OPEN if n == last else versions[n + 1][0]
            inserts.append((*place, block, until, *values))
            digest += int.from_bytes(blake2b(_pack((name, *place, block, *values)), digest_size=32).digest(), "big")
        if since is not None:
            since[key] = versions[last][0]
    return Written(table, inserts, endings), digest


def _event_row(number: int, found: Found, event: e.Event) -> tuple[Value, ...]:
    log = found.log
    topics = b"".join(log.topics)
    return (
        number,
        found.position,
        found.transaction,
        log.address,
        type(event).__name__,
        *subject(event),
        topics,
        log.data,
    )


EVENT_COLUMNS = (
    *("block", "position", "transaction_hash", "address", "name"),
    *("participant", "obligor", "number", "seq", "version", "topics", "data"),
)
