# SPDX-License-Identifier: Apache-2.0
"""Who takes part at all: the one thing about others that is told to every participant, whoever it deals with."""

from collections.abc import Sequence
from typing import NamedTuple

from chain.domain.vocabulary import Hours, ParticipantId, Role
from chain.mirror.paging import LIMIT, NO, YES, Page, Sql, among, asking, every
from chain.mirror.visible import Visible
from chain.store.db import Db


class Listed(NamedTuple):
    """A participant as every other one finds it: with whom one may deal, and whether one may now."""

    id: ParticipantId
    roles: Role
    status: int  # ParticipantStatus
    paused_until: Hours


def directory(
    db: Db,
    visible: Visible,
    some: Sequence[ParticipantId] | None = None,
    *,
    after: int = 0,
    limit: int = 50,
    at: int | None = None,
) -> Page[Listed]:
    """Who takes part, or those of some, behind an id; by id. `next`: the last one's id. Nobody sees nobody.

    Raises BlockNotMirrored, MirrorEmpty, StoreError.
    """
    limit = max(1, min(limit, LIMIT))
    with asking(db, at) as asked:
        which = YES if some is None else among("a.id", [(one,) for one in some])
        seen = YES if visible.all or visible.participants else NO
        own = every(Sql("a.id > ?", (after,)), which, asked.holds("a"), seen)
        sql = "SELECT a.id, a.roles, a.status, a.paused_until FROM participant a WHERE" + own
        sql += Sql("ORDER BY a.id LIMIT ?", (limit + 1,))
        found = [
            Listed(ParticipantId(one), Role(roles), status, Hours(paused))
            for one, roles, status, paused in db.all(sql.text, sql.values)
        ]
        more = str(found[limit - 1].id) if len(found) > limit else None
        return Page(asked.block, tuple(found[:limit]), more)
