# SPDX-License-Identifier: Apache-2.0
"""The directory: the ledger says who takes part, the book what they are called."""

from functools import partial
from typing import NamedTuple

from api.paging import Reading
from api.participants import directory
from api.participants.directory import Company
from chain.mirror import reads
from chain.mirror.reads import Listed


class Found(NamedTuple):
    """A page: each participant with what the book knows of it. `next`: the last one's id, None on the last page."""

    block: int
    rows: list[tuple[Listed, Company | None]]
    next: str | None


def page(asked: Reading, text: str | None, after: int, limit: int) -> Found:
    """Those behind an id that a text is about, or all of them; by id. Raises what reading raises."""
    some = None if text is None else asked.book(partial(directory.found, text=text, after=after, limit=limit + 1))
    told = asked.ask(lambda db: reads.directory(db, asked.visible, some, after=after, limit=limit, at=asked.at))
    names = asked.book(partial(directory.companies, participants=[row.id for row in told.rows]))
    more = told.next
    if some is not None and len(some) > limit:  # companies that the ledger has not entered yet leave gaps
        more = str(some[limit - 1])
    kept = [row for row in told.rows if more is None or row.id <= int(more)]
    return Found(told.block, [(row, names.get(row.id)) for row in kept], more)
