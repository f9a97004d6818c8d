# SPDX-License-Identifier: Apache-2.0
"""Which accounts sign for a participant."""

from chain.domain.vocabulary import Account, Address, ParticipantId
from chain.mirror.paging import Sql, asking, every
from chain.mirror.reads.loading import columns
from chain.mirror.tables import BY_NAME
from chain.mirror.visible import Visible
from chain.store.db import Db


def accounts(
    db: Db, visible: Visible, participant: ParticipantId, *, at: int | None = None
) -> tuple[tuple[Address, Account], ...]:
    """A participant's accounts that are not ended, by officer; of a participant that is not the viewer, none.

    Raises BlockNotMirrored, MirrorEmpty, StoreError.
    """
    if not visible.covers(participant):
        return ()
    with asking(db, at) as asked:
        which = every(Sql("a.participant = ? AND a.active = 1", (participant,)), asked.holds("a"))
        sql = f"SELECT {columns('account', 'a')} FROM account a WHERE" + which + "ORDER BY a.officer, a.address"
        table = BY_NAME["account"]
        return tuple([(Address(values[0]), table.row(values[1:])) for values in db.all(sql.text, sql.values)])
