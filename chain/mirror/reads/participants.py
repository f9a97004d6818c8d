# SPDX-License-Identifier: Apache-2.0
"""Who takes part, as far as the viewer has to do with it."""

from dataclasses import dataclass

from chain.domain.money import Fen
from chain.domain.vocabulary import Hours, ParticipantId, Role
from chain.mirror.paging import NO, YES, Answer, Asked, Sql, asking, every, exists, some
from chain.mirror.visible import Visible
from chain.store.db import Db


@dataclass(frozen=True, slots=True)
class Party:
    """A participant. `limit`, `utilised` and `overdue` are None for whoever may not see them."""

    id: ParticipantId
    roles: Role
    status: int  # ParticipantStatus
    paused_until: Hours
    limit: Fen | None
    utilised: Fen | None
    overdue: int | None  # its obligations that are marked overdue


def participant(db: Db, visible: Visible, wanted: ParticipantId, *, at: int | None = None) -> Answer[Party]:
    """One participant. Raises BlockNotMirrored, MirrorEmpty, StoreError."""
    with asking(db, at) as asked:
        return Answer(asked.block, party(db, visible, asked, wanted))


def party(db: Db, visible: Visible, asked: Asked, wanted: ParticipantId) -> Party | None:
    """One participant, or None."""
    key = asked.row("participant", "a", {"id": wanted})
    sql = f"SELECT {_TOLD} FROM participant a WHERE" + every(key, _met(visible, asked, wanted))
    values = db.one(sql.text, sql.values)
    if values is None:
        return None
    roles, status, paused_until, limit, utilised, overdue = values
    money = (Fen(int(limit)), Fen(int(utilised)), overdue) if visible.covers(wanted) else (None, None, None)
    return Party(wanted, Role(roles), status, paused_until, *money)


_TOLD = 'a.roles, a.status, a.paused_until, a."limit", a.utilised, a.overdue'


def _met(visible: Visible, asked: Asked, other: ParticipantId) -> Sql:
    """Whether a viewer is that participant or has to do with it."""
    if visible.covers(other):
        return YES
    me, of = (other,), {"obligor": "l.obligor", "number": "l.number", "seq": "l.seq"}
    holder, bearing = asked.of("claim", "holder", of), asked.of("claim", "lienholder", of) + "= l.lienholder"
    held = some(*[holder + Sql("= ?", (one,)) for one in sorted(visible.participants)])
    return some(
        _passing(asked, Sql("p.taker = ?", me), visible.one_of("p.giver")),
        _passing(asked, Sql("p.giver = ?", me), visible.one_of("p.taker")),
        _passing(asked, Sql("p.taker = ?", me), visible.one_of("p.obligor")),
        _passing(asked, Sql("p.obligor = ?", me), visible.one_of("p.taker")),
        _lien(asked, Sql("l.lienholder = ?", me), visible.one_of("l.obligor")),
        _lien(asked, Sql("l.obligor = ?", me), visible.one_of("l.lienholder")),
        _lien(asked, visible.one_of("l.lienholder"), holder + Sql("= ?", me), bearing),
        _lien(asked, Sql("l.lienholder = ?", me), held, bearing),
        _issued(visible, asked, other),
        exists("rail r", Sql("r.bank = ?", me), asked.known("r")),
        YES if any(claim.obligor == other for claim in visible.also) else NO,
    )


def _passing(asked: Asked, *conditions: Sql) -> Sql:
    return exists("passing p", *conditions, asked.known("p"))


def _lien(asked: Asked, *conditions: Sql) -> Sql:
    return exists("lien l", *conditions, asked.known("l"))


def _issued(visible: Visible, asked: Asked, other: ParticipantId) -> Sql:
    """Whether it issued an obligation on a rail of a viewer."""
    rail = exists("rail r", Sql("r.id = o.rail"), visible.one_of("r.bank"))
    return exists("obligation o", Sql("o.obligor = ?", (other,)), asked.holds("o"), rail)
