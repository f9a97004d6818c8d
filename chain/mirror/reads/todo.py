# SPDX-License-Identifier: Apache-2.0
"""What waits for a participant: offers to accept, what falls due, what is overdue, money to be redeemed."""

from dataclasses import dataclass

from chain.domain.clock import DAY, MAX_SECONDS, UtcSeconds
from chain.domain.vocabulary import Lifecycle, ObligationStatus, ParticipantId
from chain.mirror.paging import LIMIT, Asked, Sql, asking, every, some
from chain.mirror.reads.holdings import NOT_ENDED
from chain.mirror.reads.loading import BY_ID, OBLIGATION_OF_C, Holding, holdings_of
from chain.mirror.reads.obligations import Promise, accepted, in_statuses
from chain.mirror.visible import Visible
from chain.store.db import Db

_UNPAID = (ObligationStatus.ISSUED, ObligationStatus.OVERDUE, ObligationStatus.DEFAULTED)


@dataclass(frozen=True, slots=True)
class Todo:
    """What waits, of each kind the first `limit`; a list of that length may go on."""

    block: int
    offers: tuple[Holding, ...]  # to accept or decline, those that ran out too, by id
    due_soon: tuple[Promise, ...]  # to pay within so many days, the earliest first
    overdue: tuple[Promise, ...]  # to pay at once, the oldest first
    redeemable: tuple[Holding, ...]  # money waits for their holder, by id


def todo(
    db: Db,
    visible: Visible,
    participant: ParticipantId,
    *,
    days: int = 14,
    limit: int = 100,
    at: int | None = None,
    now: UtcSeconds | None = None,
) -> Todo:
    """What waits for a participant; for anybody else, nothing. `days`: how far ahead "soon" reaches.

    Raises BlockNotMirrored, MirrorEmpty, StoreError.
    """
    with asking(db, at, now) as asked:
        if not visible.covers(participant):
            return Todo(asked.block, (), (), (), ())
        visible = visible.owner(participant)
        limit = max(1, min(limit, LIMIT))
        debt = "o.unpaid > 0 AND" + accepted(asked)  # an offer is no debt yet
        until = min(asked.now + max(0, days) * DAY, MAX_SECONDS)
        soon = every(debt, Sql("o.due BETWEEN ? AND ?", (asked.now, until)))
        late = every(debt, Sql("o.due < ?", (asked.now,)))
        return Todo(
            asked.block,
            tuple(_offers(db, visible, asked, participant, limit)),
            tuple(in_statuses(db, visible, asked, participant, _UNPAID, soon, limit)),
            tuple(in_statuses(db, visible, asked, participant, _UNPAID, late, limit)),
            tuple(_redeemable(db, visible, asked, participant, limit)),
        )


def _offers(db: Db, visible: Visible, asked: Asked, holder: ParticipantId, limit: int) -> list[Holding]:
    own = Sql(f"c.holder = ? AND c.status = {int(Lifecycle.OFFERED)}", (holder,))
    return holdings_of(db, visible, asked, every(own, asked.holds("c")), BY_ID, limit)


def _redeemable(db: Db, visible: Visible, asked: Asked, holder: ParticipantId, limit: int) -> list[Holding]:
    """Held claims with money; steps may have brought a claim of few cents nothing, so some are looked at in vain."""
    steps, unpaid = (asked.of("obligation", column, OBLIGATION_OF_C) for column in ("steps", "unpaid"))
    paid = some(steps + "> c.redeemed_step", unpaid + "= 0")
    own = Sql(f"c.holder = ? AND c.status & 3 = {int(Lifecycle.HELD)}", (holder,))
    found: list[Holding] = []
    for statuses in NOT_ENDED:
        place: tuple[int, ...] = (0, 0, 0, 0)
        while len(found) < limit:
            within = Sql("c.status BETWEEN ? AND ?", statuses)
            further = Sql("(c.status, c.obligor, c.number, c.seq) > (?, ?, ?, ?)", place)
            which = every(own, within, asked.holds("c"), further, paid)
            rows = holdings_of(db, visible, asked, which, ("status", *BY_ID), limit)
            found += [holding for holding in rows if holding.share.money]
            if len(rows) < limit:
                break
            place = (rows[-1].row.status, *rows[-1].id)
    return found[:limit]
