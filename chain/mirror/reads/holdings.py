# SPDX-License-Identifier: Apache-2.0
"""What a participant holds, what it has a lien on, and the claims of an obligation."""

from chain.domain.clock import UtcSeconds
from chain.domain.vocabulary import HOUR, ClaimId, Lifecycle, ObligationId, ParticipantId
from chain.mirror.paging import Answer, Asked, Page, Sql, asking, every, listing
from chain.mirror.reads.loading import BY_ID, Holding, State, holdings_of
from chain.mirror.visible import Visible
from chain.store.db import Db

NOT_ENDED = ((0, 1), (4, 255))
"""Status bytes of claims that have not ended, in two ranges: between them stand the tombstones, ever more of them."""


def holdings(
    db: Db,
    visible: Visible,
    participant: ParticipantId,
    *,
    state: State | None = None,
    after: str | None = None,
    limit: int = 50,
    at: int | None = None,
    now: UtcSeconds | None = None,
) -> Page[Holding]:
    """The claims of a holder that have not ended: those offered to it first, then by id.

    `state`: only these (ENDED: none). `now`: the instant at which liens and dates are judged, None for the block's.
    Raises CursorMalformed, BlockNotMirrored, MirrorEmpty, StoreError.
    """
    page, visible = listing(f"holdings {participant} {state}", 4, after, limit), visible.owner(participant)
    with asking(db, at, now) as asked:
        own = every(Sql("c.holder = ?", (participant,)), visible.claim("c"), _in_state(state, asked.now))
        own = every(own, asked.holds("c"), page.after("c.status, c.obligor, c.number, c.seq"))
        rows: list[Holding] = []
        for statuses in () if state is State.ENDED else NOT_ENDED:
            if len(rows) <= page.limit:
                within = every(own, Sql("c.status BETWEEN ? AND ?", statuses))
                left = page.limit + 1 - len(rows)
                rows += holdings_of(db, visible, asked, within, ("status", *BY_ID), left)
        return page.page(asked.block, rows, [(holding.row.status, *holding.id) for holding in rows])


def liens(
    db: Db,
    visible: Visible,
    participant: ParticipantId,
    *,
    after: str | None = None,
    limit: int = 50,
    at: int | None = None,
    now: UtcSeconds | None = None,
) -> Page[Holding]:
    """The claims that bear a lien of the participant, by id; one that ran out included, until it is released.

    Raises as `holdings`.
    """
    page, visible = listing(f"liens {participant}", 3, after, limit), visible.owner(participant)
    with asking(db, at, now) as asked:
        laid = "(c.obligor, c.number, c.seq) IN (SELECT l.obligor, l.number, l.seq FROM lien l WHERE"
        mine = laid + every(Sql("l.lienholder = ?", (participant,)), asked.known("l")) + ")"
        own = every(Sql("c.lienholder = ?", (participant,)), mine, asked.holds("c"), visible.claim("c"))
        own = every(own, page.after("c.obligor, c.number, c.seq"))
        rows = holdings_of(db, visible, asked, own, BY_ID, page.limit + 1)
        return page.page(asked.block, rows, [holding.id for holding in rows])


def claims(
    db: Db,
    visible: Visible,
    obligation: ObligationId,
    *,
    after: str | None = None,
    limit: int = 50,
    at: int | None = None,
    now: UtcSeconds | None = None,
) -> Page[Holding]:
    """The claims of an obligation that the viewer sees, tombstones too, by id: to its obligor, all it owes.

    Raises as `holdings`.
    """
    page, visible = listing(f"claims {obligation}", 3, after, limit), visible.owner(obligation.obligor)
    with asking(db, at, now) as asked:
        of = Sql("c.obligor = ? AND c.number = ?", obligation)
        own = every(of, asked.holds("c"), visible.seen(asked, "c"), page.after("c.obligor, c.number, c.seq"))
        rows = holdings_of(db, visible, asked, own, BY_ID, page.limit + 1)
        return page.page(asked.block, rows, [holding.id for holding in rows])


def holding(
    db: Db, visible: Visible, wanted: ClaimId, *, at: int | None = None, now: UtcSeconds | None = None
) -> Answer[Holding]:
    """One claim without its chain of title, when it is seen in full or as given.

    Raises BlockNotMirrored, MirrorEmpty, StoreError.
    """
    with asking(db, at, now) as asked:
        return Answer(asked.block, holding_of(db, visible, asked, wanted))


def holding_of(db: Db, visible: Visible, asked: Asked, claim: ClaimId) -> Holding | None:
    """One claim in a read that asks for more."""
    one = asked.row("claim", "c", claim._asdict())
    found = holdings_of(db, visible, asked, every(one, visible.seen(asked, "c")), BY_ID, 1)
    return found[0] if found else None


def _in_state(state: State | None, now: UtcSeconds) -> Sql:
    """The claims in a state, of those that have not ended."""
    if state is None:
        return Sql(f"c.status & 3 <= {int(Lifecycle.HELD)}")
    if state is State.OFFERED:
        return Sql(f"c.status & 3 = {int(Lifecycle.OFFERED)}")
    bears = Sql(f"c.lienholder <> 0 AND c.lien_until * {HOUR} >= ?", (now,))
    held = Sql(f"c.status & 3 = {int(Lifecycle.HELD)}")
    return every(held, bears if state is State.LIENED else "NOT (" + bears + ")")
