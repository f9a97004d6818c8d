# SPDX-License-Identifier: Apache-2.0
"""The ledger's rows as `domain.rules` reads them, loaded from the mirror when they are asked for.

What `check` needs before a write is a few rows, so none is loaded that is not named; but for the limits, of which there
are few and which are looked through.
"""

from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any

from chain.domain.rules import Rows
from chain.domain.vocabulary import ZERO_ADDRESS, Address
from chain.mirror.tables import BY_ROWS, OPEN, Table
from chain.store.db import Db

Load = Callable[[Any], tuple[Any, int] | None]
"""By key: a row, and the block since which it is so."""


class Loaded(dict[Any, Any]):
    """Rows by key; one that is not known yet is asked for once. What is set here is not written anywhere."""

    def __init__(self, load: Load) -> None:
        super().__init__()
        self._load = load
        self._absent: set[Any] = set()
        self.since: dict[Any, int] = {}
        """The block in which a row's present version was born, of those that were asked for."""

    def __missing__(self, key: Any) -> Any:
        if key in self._absent:
            raise KeyError(key)
        found = self._load(key)
        if found is None:
            self._absent.add(key)
            raise KeyError(key)
        row, self.since[key] = found
        self[key] = row
        return row

    def get(self, key: Any, default: Any = None) -> Any:
        try:
            return self[key]
        except KeyError:
            return default

    def __contains__(self, key: Any) -> bool:
        return self.get(key) is not None

    def forget(self, most: int) -> None:
        """Keep at most so many rows, those that were met last."""
        self._absent.clear()
        over = self._known() - most
        for key in list(islice(super().__iter__(), max(0, over))):
            del self[key]
            self.since.pop(key, None)

    def __iter__(self) -> Iterator[Any]:
        raise TypeError("rows are asked for by key")

    def __len__(self) -> int:
        raise TypeError("rows are asked for by key")

    def _known(self) -> int:
        return super().__len__()


def loader(db: Db, table: Table, name: str, at: int | None = None) -> Load:
    """A function that reads one row of a table, as of a block or as it is now, and the block since which it is so.

    `name`: the table or view in SQL. The last version is sought by its place in the key: some rows have thousands.
    """
    columns = ", ".join([f'"{column.name}"' for column in table.columns])
    key = " AND ".join([f'"{column.name}" = ?' for column in table.keys])
    bound = "" if at is None else f" AND block_from <= {at}"
    sql = f"SELECT block_from, {columns} FROM {name} WHERE {key}{bound} ORDER BY block_from DESC LIMIT 1"
    flat, row = table.flat, table.row

    def load(key: Any) -> tuple[Any, int] | None:
        found = db.one(sql, flat(key))
        return None if found is None else (row(found[1:]), found[0])

    return load


def rows(db: Db, exponent: int, suffix: str = "", at: int | None = None) -> Rows:
    """The ledger's rows as of a block, or as they are now, in a currency with `exponent` decimals.

    `suffix`: of a generation's tables, when the views are not meant. No cash: that is the token's state. Raises the
    errors of Db.all when a row is asked for.
    """
    tables = {name: table for name, table in BY_ROWS.items() if name not in ("rulebook", "rules")}
    loaded: dict[str, Any] = {
        name: Loaded(loader(db, table, table.name + suffix, at)) for name, table in tables.items()
    }
    in_use = loader(db, BY_ROWS["rulebook"], "rulebook" + suffix, at)(None)
    made = Rows(Address(in_use[0]) if in_use else ZERO_ADDRESS, exponent, **loaded)
    table = BY_ROWS["rules"]
    columns = ", ".join([f'"{column.name}"' for column in table.columns])
    when = f"block_to = {OPEN}" if at is None else f"block_from <= {at} AND block_to > {at}"
    for version, *values in db.all(f"SELECT version, {columns} FROM rules{suffix} WHERE {when}"):
        made.rules[version] = table.row(values)
    return made
