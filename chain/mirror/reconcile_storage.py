# SPDX-License-Identifier: Apache-2.0
"""Every row that holds now against the contracts' own storage at one block.

Nothing here knows events: what a slot holds is unpacked and compared, column by column, with what SQL has. So a mistake
of the fold shows here, and only here.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import astuple
from functools import partial
from itertools import islice
from typing import Any, NamedTuple, TypeAlias

from chain.abi import slots
from chain.abi.errors import BytesDoNotFit, NumberDoesNotFit, SlotMalformed
from chain.abi.ids import unpack_obligation
from chain.abi.records import SECOND_NAME, Configuration, Word, commitment, unpack
from chain.abi.records import unpack_obligation as unpack_promise
from chain.abi.slots import CONFIGURATION, LATEST_RULES, Slot
from chain.domain import vocabulary as v
from chain.domain.vocabulary import ZERO_HASH, Address, Hash
from chain.mirror.reconcile_rows import ROW, SHAPES, Difference, Shape, Shown, shown, stored, stream
from chain.mirror.reconcile_tables import Found
from chain.mirror.tables import BY_NAME, OPEN, Column, Kind, Table
from chain.node import answers
from chain.node.errors import MalformedAnswer, NodeError, NodeRefused
from chain.node.rpc import Rpc
from chain.store.db import Db, Row

COMMITMENT = "commitment"
"""The column of a difference in an obligation's terms or invoices, of which storage has one hash."""
EMPTY = Word(bytes(32))
ASKED = 256  # slots in one batch
UNREADABLE = (ValueError, TypeError, NumberDoesNotFit, BytesDoNotFit)
"""What a value that no row has may raise where it is read or packed."""
_METHOD = "eth_getStorageAt"

Place: TypeAlias = tuple[Address, Slot]
Words: TypeAlias = Sequence[Word]
Told: TypeAlias = Iterator[tuple[str, Shown, Shown]]
"""Columns that differ: name, mirrored, chain."""


class Storage:
    """The storage of contracts at one block, named by its hash where the node takes that, else by its number."""

    def __init__(self, rpc: Rpc, number: int, block: Hash) -> None:
        """Raises the errors of Rpc.call."""
        self._rpc, self.asked, self.by_hash = rpc, 0, True
        self._at: str | dict[str, str] = {"blockHash": f"0x{block.hex()}"}  # EIP-1898
        try:
            rpc.call(_METHOD, v.ZERO_ADDRESS, _hex(LATEST_RULES), self._at)
        except NodeRefused:
            self._at, self.by_hash = hex(number), False

    def words(self, places: Sequence[Place]) -> list[Word]:
        """What stands there. Raises the errors of Rpc.call."""
        self.asked += len(places)
        found: list[Word] = []
        for at in range(0, len(places), ASKED):
            asked = [(_METHOD, (contract, _hex(slot), self._at)) for contract, slot in places[at : at + ASKED]]
            for answer in self._rpc.batch(asked):
                if isinstance(answer, NodeError):
                    raise answer
                try:
                    found.append(Word(answers.word(answer)))
                except ValueError as error:
                    raise MalformedAnswer(node=self._rpc.node, method=_METHOD, why=str(error)) from None
        return found


class Nothing(Exception):
    """Raised where the storage has no such row."""


class Kept(NamedTuple):
    """How a table lies in the ledger's storage. `tell` says in what a row of SQL differs from its words."""

    words: int
    slot: Callable[[Any], Slot]  # of a key: the first one
    tell: Callable[[Row, Words], Told]


class Contracts:
    """The ledger and its Rulebooks at one block, beside the rows of a generation that hold now; inside a snapshot.

    `rulebook`: the first one. Everything here raises StoreError and the errors of Rpc.call.
    """

    def __init__(self, db: Db, found: Found, ledger: Address, rulebook: Address, storage: Storage) -> None:
        self._db, self._found, self._ledger, self._storage = db, found, ledger, storage
        (word,) = storage.words([(ledger, CONFIGURATION)])
        self._in_use = unpack(Configuration, [word]).rulebook
        self._rulebooks = sorted({self._in_use, rulebook, *past_rulebooks(db, found)})

    def differences(self, table: Table) -> Iterator[Difference]:
        """What a table's rows say otherwise than storage; nothing for facts, which storage does not keep."""
        kept = _KEPT.get(table.name)
        if kept is not None:
            yield from self._compare(table, partial(self._places, kept), kept.tell)
        elif table.name == "alias":
            yield from self._compare(table, self._alias_places, _alias)
        elif table.name == "rulebook":
            yield from self._rulebook(table)
        elif table.name == "rules":
            yield from self._rules(table)
        elif table.name == "candidate":
            yield from self._candidates(table)

    def _compare(
        self, table: Table, places: Callable[[Any], list[Place]], tell: Callable[[Row, Words], Told]
    ) -> Iterator[Difference]:
        kind, rows = SHAPES[table.name], self._current(table)
        while part := list(islice(rows, ASKED)):
            asked: list[tuple[Row, list[Place]]] = []
            for row in part:
                try:
                    asked.append((row, places(_key(table, row))))
                except UNREADABLE:
                    yield kind.surplus(row)
            words = iter(self._storage.words([place for _, found in asked for place in found]))
            for row, found in asked:
                yield from _row(kind, row, list(islice(words, len(found))), tell)

    def _places(self, kept: Kept, key: Any) -> list[Place]:
        first = kept.slot(key)
        return [(self._ledger, Slot(first + n)) for n in range(kept.words)]

    def _alias_places(self, key: Any) -> list[Place]:
        return [(self._ledger, slots.invoice(*key)), (self._ledger, slots.invoice_record(*key))]

    def _current(self, table: Table) -> Iterator[Row]:
        return stream(self._db, SHAPES[table.name], self._found.folded(table.name), f"WHERE block_to = {OPEN}")

    def _rulebook(self, table: Table) -> Iterator[Difference]:
        yield from self._compare(table, lambda _: [(self._ledger, CONFIGURATION)], _rulebook)
        if not list(self._current(table)):
            yield Difference("rulebook", (1,), None, ROW, None, {"address": self._in_use})

    def _rules(self, table: Table) -> Iterator[Difference]:
        """Every version of the limits, in whichever Rulebook it was published; and whether the latest is there."""
        yield from self._compare(table, lambda n: [(each, slots.rules(n)) for each in self._rulebooks], _rules)
        (word,) = self._storage.words([(self._in_use, LATEST_RULES)])
        latest = int.from_bytes(word, "big")
        if latest not in {row[0] for row in self._current(table)}:
            limits = unpack(v.Rules, self._storage.words([(self._in_use, slots.rules(latest))]))
            row = {c.name: n for c, n in zip(table.columns, astuple(limits), strict=True)}
            yield Difference("rules", (latest,), None, ROW, None, row)

    def _candidates(self, table: Table) -> Iterator[Difference]:
        """Those that came into use: a contract that never did says what it likes."""
        kind = SHAPES[table.name]
        for row in list(self._current(table)):  # a handful
            contract, version = address(row[0]), _values(table, row)[0]
            if contract is None or contract not in self._rulebooks:
                continue
            try:
                asked = [(contract, slots.rules(n)) for n in (version, version - 1)]
                words = self._storage.words(asked)
            except UNREADABLE:
                words = [EMPTY, EMPTY]
            yield from _row(kind, row, words, _candidate)


def past_rulebooks(db: Db, found: Found) -> list[Address]:
    """Every Rulebook that the rows say was in use, in the order in which they were; inside a snapshot."""
    table = found.folded("rulebook")
    told = [address(row[-1]) for row in stream(db, SHAPES["rulebook"], table)] if found.has(table) else []
    return [each for each in told if each is not None]


def address(value: Any) -> Address | None:
    """The address in a stored text; None when it is none."""
    try:
        said = Address(value.decode())
        slots.account(said)
    except UNREADABLE:
        return None
    return said


def _row(kind: Shape, row: Row, words: Words, tell: Callable[[Row, Words], Told]) -> Iterator[Difference]:
    try:
        for column, mirrored, chain in tell(row, words):
            yield kind.difference(row, column, mirrored, chain)
    except Nothing:
        yield kind.surplus(row)
    except (SlotMalformed, NumberDoesNotFit):  # the contract has something there that is no row
        yield kind.difference(row, ROW, kind.shown(row), "0x" + b"".join(words).hex())


def _key(table: Table, row: Row) -> Any:
    """The key of a row. Raises one of UNREADABLE."""
    return table.key([_plain(column, value) for column, value in zip(table.keys, row, strict=False)])


def _plain(column: Column, value: Any) -> Any:
    return value.decode() if column.kind is Kind.TEXT else value


def _values(table: Table, row: Row) -> Row:
    """What follows the key, `block_from` and `block_to`."""
    return row[len(table.keys) + 2 :]


def _against(name: str, row: Row, chain: Any, but: Sequence[str] = ()) -> Told:
    """The columns in which SQL differs from the row as the chain has it."""
    table = BY_NAME[name]
    for column, mine, theirs in zip(table.columns, _values(table, row), stored(table.values(chain)), strict=True):
        if mine != theirs and column.name not in but:
            yield column.name, shown(column, mine), shown(column, theirs)


def _there(words: Words) -> None:
    if not any(map(any, words)):
        raise Nothing


def _record(name: str, kind: type[Any], row: Row, words: Words) -> Told:
    _there(words)
    yield from _against(name, row, unpack(kind, words))


def _obligation(row: Row, words: Words) -> Told:
    _there(words)
    first = unpack_promise([words[0], commitment(ZERO_HASH, ())], ZERO_HASH, ())  # the second word comes below
    yield from _against("obligation", row, first, but=("terms", "invoices"))
    table = BY_NAME["obligation"]
    terms: Any
    packed: Any
    *_, terms, packed = _values(table, row)
    parse = table.columns[-1].get
    assert parse is not None, "invoices are packed"
    try:
        mine = f"0x{commitment(terms, parse(packed)).hex()}"
    except UNREADABLE:
        mine = f"0x{terms.hex()}, 0x{packed.hex()}"
    theirs = f"0x{words[1].hex()}"
    if mine != theirs:
        yield COMMITMENT, mine, theirs


def _receipt(row: Row, words: Words) -> Told:
    _there(words)
    yield from _against("receipt", row, unpack_obligation(int.from_bytes(words[0], "big")))


def _cash_owner(row: Row, words: Words) -> Told:
    _there(words)
    yield from _against("cash_owner", row, int.from_bytes(words[0], "big"))


def _rulebook(row: Row, words: Words) -> Told:
    yield from _against("rulebook", row, unpack(Configuration, words).rulebook)


def _rules(row: Row, words: Words) -> Told:
    _there(words)
    yield from _against("rules", row, unpack(v.Rules, [word for word in words if word != EMPTY][:1]))


def _candidate(row: Row, words: Words) -> Told:
    version: Any = _values(BY_NAME["candidate"], row)[0]
    own, earlier = words
    if own == EMPTY or earlier != EMPTY:  # it is not the contract's first
        yield "version", version, None
        return
    yield from _against("candidate", row, v.RulebookContract(True, version, unpack(v.Rules, [own])))


def _alias(row: Row, words: Words) -> Told:
    if words[0] != SECOND_NAME:
        raise Nothing
    obligor: Any
    root: Any
    obligor, _, _, _, root_obligor, root = row
    if root_obligor != obligor:  # an invoice has one obligor under all its names
        yield "root_obligor", shown(BY_NAME["alias"].columns[0], root_obligor), obligor
    try:
        mine = f"0x{slots.invoice_key(obligor, root).hex()}"
    except UNREADABLE:
        mine = f"0x{root.hex()}"
    theirs = f"0x{words[1].hex()}"
    if mine != theirs:
        yield "root", mine, theirs


_KEPT: Mapping[str, Kept] = {
    "participant": Kept(3, slots.participant, partial(_record, "participant", v.Participant)),
    "account": Kept(1, slots.account, partial(_record, "account", v.Account)),
    "officer": Kept(1, lambda key: slots.officer(*key), partial(_record, "officer", v.Officer)),
    "rail": Kept(2, slots.rail, partial(_record, "rail", v.Rail)),
    "invoice": Kept(1, lambda key: slots.invoice(*key), partial(_record, "invoice", v.Invoice)),
    "auto_accept": Kept(1, lambda key: slots.auto_accept(*key), partial(_record, "auto_accept", v.AutoAccept)),
    "receipt": Kept(1, lambda key: slots.receipt(*key), _receipt),
    "change": Kept(1, slots.change, partial(_record, "change", v.Change)),
    "cash_owner": Kept(1, slots.cash_owner, _cash_owner),
    "obligation": Kept(2, slots.obligation, _obligation),
    "claim": Kept(1, slots.claim, partial(_record, "claim", v.Claim)),
    "step": Kept(1, lambda key: slots.step(*key), partial(_record, "step", v.Step)),
}


def _hex(slot: int) -> str:
    return f"0x{slot:064x}"
