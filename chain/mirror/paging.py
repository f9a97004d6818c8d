# SPDX-License-Identifier: Apache-2.0
"""What every answer has in common: the block it speaks of, the pages of a list, and the SQL that both come to.

A row is in force at block N when `block_from <= N < block_to`. The last version born up to N is that one, since the
ledger deletes nothing: whoever knows a row's key asks for that version and passes all others by.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NotBase64
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import blake2b
from typing import Generic, TypeVar

from chain.domain.clock import UtcSeconds
from chain.mirror.errors import BlockNotMirrored, CursorMalformed, MirrorEmpty
from chain.mirror.tables import OPEN
from chain.store.db import Db, Value

LIMIT = 500
"""Rows of a page at most; who asks for more gets that many."""
_TAG, _PLACE = 6, 8  # bytes of a cursor: which list it is of, each number of a place in it

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Sql:
    """A piece of SQL with the values of its placeholders, in their order."""

    text: str
    values: tuple[Value, ...] = ()

    def __add__(self, other: "Sql | str") -> "Sql":
        more = Sql(other) if isinstance(other, str) else other
        return Sql(f"{self.text} {more.text}", self.values + more.values)

    def __radd__(self, other: str) -> "Sql":
        return Sql(other) + self


YES, NO = Sql("1 = 1"), Sql("1 = 0")


def every(*parts: Sql) -> Sql:
    """All of the conditions."""
    return _joined(" AND ", [part for part in parts if part != YES]) or YES


def some(*parts: Sql) -> Sql:
    """One of the conditions at least."""
    return YES if YES in parts else _joined(" OR ", [part for part in parts if part != NO]) or NO


def exists(source: str, *conditions: Sql) -> Sql:
    """Whether a table, named with its alias, has a row of which all of the conditions hold."""
    return NO if NO in conditions else f"EXISTS (SELECT 1 FROM {source} WHERE" + every(*conditions) + ")"


def among(columns: str, rows: Sequence[Sequence[Value]]) -> Sql:
    """Whether these columns are one of the rows; of no row, never."""
    if not rows:
        return NO
    row = f"({', '.join('?' * len(rows[0]))})" if len(rows[0]) > 1 else "?"
    found = ", ".join([row] * len(rows))
    values = tuple([value for row_values in rows for value in row_values])
    if len(rows[0]) == 1:
        return Sql(f"{columns} IN ({found})", values)
    named = ", ".join([f"w.column{number + 1}" for number in range(len(rows[0]))])
    return Sql(f"({columns}) IN (SELECT {named} FROM (VALUES {found}) AS w)", values)  # so SQLite uses the index


@dataclass(frozen=True, slots=True)
class Asked:
    """The block that an answer speaks of, and the instant at which liens, dates and interest are judged."""

    block: int
    time: UtcSeconds  # of the block
    now: UtcSeconds
    past: bool  # it was named, so later versions may be there

    def holds(self, alias: str) -> Sql:
        """The version of a row that is in force."""
        if self.past:
            return Sql(f"{alias}.block_from <= ? AND {alias}.block_to > ?", (self.block, self.block))
        return Sql(f"{alias}.block_to = {OPEN}")

    def known(self, alias: str) -> Sql:
        """A fact that had happened."""
        return Sql(f"{alias}.block_from <= ?", (self.block,)) if self.past else YES

    def row(self, table: str, alias: str, key: Mapping[str, Value]) -> Sql:
        """The version in force of one row."""
        own = every(*[Sql(f"{alias}.{column} = ?", (value,)) for column, value in key.items()])
        of = every(*[Sql(f"b.{column} = ?", (value,)) for column, value in key.items()])
        last = f"{alias}.block_from = (SELECT MAX(b.block_from) FROM {table} b WHERE" + every(of, self.known("b")) + ")"
        return every(own, last)

    def of(self, table: str, column: str, key: Mapping[str, str]) -> Sql:
        """A column of the version in force of the row whose key stands in columns of another one.

        Not a join: a planner that thinks a key has few versions would walk through the thousands that a busy one has.
        """
        own = Sql(" AND ".join([f"b.{name} = {value}" for name, value in key.items()]))
        return (
            f"(SELECT b.{column} FROM {table} b WHERE"
            + every(own, self.known("b"))
            + "ORDER BY b.block_from DESC LIMIT 1)"
        )


_CHECKPOINT = "SELECT c.block, m.timestamp FROM checkpoint c LEFT JOIN mirrored_block m ON m.number = "
_HEAD, _BLOCK = (_CHECKPOINT + number + " WHERE c.state = 'serving'" for number in ("c.block", "?"))
"""The checkpoint's block, and the time of that one or of the one asked about; NULL when that is not mirrored."""


@contextmanager
def asking(db: Db, at: int | None = None, now: UtcSeconds | None = None) -> Iterator[Asked]:
    """One unchanging state of the mirror, as of its checkpoint or of an earlier block.

    `now`: the instant to judge by; None for the block's own time.
    Raises MirrorEmpty, BlockNotMirrored, StoreError.
    """
    with db.snapshot():
        known = db.one(_HEAD if at is None else _BLOCK, () if at is None else (at,))
        if known is None or (at is None and known[1] is None):
            raise MirrorEmpty(store=db.store)
        head, time = known
        block: int = head if at is None else at
        if time is None or block > head:
            raise BlockNotMirrored(block=block, head=head)
        yield Asked(block, time, time if now is None else now, at is not None)


@dataclass(frozen=True, slots=True)
class Answer(Generic[T]):
    """One thing, or None: it is not there, or not for the viewer to see."""

    block: int
    row: T | None


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Some rows of a list, in its order. `next`: the cursor of the page that follows; None on the last one."""

    block: int
    rows: tuple[T, ...]
    next: str | None


@dataclass(frozen=True, slots=True)
class Listing:
    """A list that is read in pages: what it is of, how many numbers a place in it has, and where this page begins."""

    name: str  # with everything that was asked, filters included: a cursor of another list is none of this
    place: tuple[int, ...] | None
    limit: int

    def after(self, columns: str) -> Sql:
        """The rows behind the cursor."""
        if self.place is None:
            return YES
        marks = ", ".join("?" * len(self.place))
        return Sql(f"({columns}) > ({marks})" if len(self.place) > 1 else f"{columns} > {marks}", self.place)

    def page(self, block: int, rows: Sequence[T], places: Iterable[Sequence[int]]) -> Page[T]:
        """The page of rows of which one more was asked for than it takes; each has its place in the list."""
        taken = tuple(rows[: self.limit])
        last = list(places)[len(taken) - 1] if len(rows) > self.limit else None
        return Page(block, taken, None if last is None else cursor(self.name, last))


def listing(name: str, width: int, after: str | None, limit: int) -> Listing:
    """A list of which the page behind a cursor is asked. Raises CursorMalformed."""
    place = None if after is None else _place(name, width, after)
    return Listing(name, place, max(1, min(limit, LIMIT)))


def cursor(name: str, place: Sequence[int]) -> str:
    """The cursor behind that place of the list."""
    packed = _tag(name) + b"".join([number.to_bytes(_PLACE, "big") for number in place])
    return urlsafe_b64encode(packed).rstrip(b"=").decode()


def _place(name: str, width: int, text: str) -> tuple[int, ...]:
    wrong = CursorMalformed(list=name.partition(" ")[0])
    try:
        packed = urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (ValueError, NotBase64):
        raise wrong from None
    if packed[:_TAG] != _tag(name) or len(packed) != _TAG + width * _PLACE:
        raise wrong
    place = tuple([int.from_bytes(packed[at : at + _PLACE], "big") for at in range(_TAG, len(packed), _PLACE)])
    if any(number > OPEN for number in place) or cursor(name, place) != text:
        raise wrong
    return place


def _tag(name: str) -> bytes:
    return blake2b(name.encode(), digest_size=_TAG).digest()


def _joined(word: str, parts: Sequence[Sql]) -> Sql | None:
    """The conditions in one, or None of none."""
    if len(parts) < 2:
        return parts[0] if parts else None
    text = word.join([f"({part.text})" for part in parts])
    return Sql(f"({text})", tuple([value for part in parts for value in part.values]))
