# SPDX-License-Identifier: Apache-2.0
"""A claim and its provenance: up, the chain of title to claim 1; down, the pieces that were cut from it.

Up goes from parent to parent, never over the other pieces. Of an ancestor only what came before the cut belongs to the
chain; where a passing and the cut are in one block, the log says which was first. Down is read from the log, too: the
events of a claim name every piece cut from it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from chain.abi.events import Log, decode
from chain.domain import events as e
from chain.domain.clock import UtcSeconds
from chain.domain.money import Fen
from chain.domain.vocabulary import ZERO_ADDRESS, Address, ClaimId, Hash, ParticipantId
from chain.mirror.paging import Answer, Asked, Page, Sql, among, asking, every, exists, listing, some
from chain.mirror.reads.holdings import holding_of
from chain.mirror.reads.loading import BY_ID, Holding, holdings_of
from chain.mirror.visible import Sight, Visible
from chain.store.db import Db, Row

_AT_ONCE = 200
_STATUSES = ", ".join(str(status) for status in range(64))  # all there are: so the index by holder is used to its end
_CUTS = ("SplitOff", "SplitOffMany", "CutOff", "Liened", "Discounted")
_HOW = {"SplitOff": "split", "SplitOffMany": "split", "CutOff": "cut", "Liened": "lien", "Discounted": "discount"}


@dataclass(frozen=True, slots=True)
class Passed:
    """A claim came to a holder. `how`: facts.How."""

    version: int
    how: str
    giver: ParticipantId  # the obligor, at issue
    taker: ParticipantId
    amount: Fen
    block: int
    time: UtcSeconds  # of the block


@dataclass(frozen=True, slots=True)
class Link:
    """One claim of a chain of title, and its passings up to the cut that made the next link."""

    id: ClaimId
    parent: int
    start: Fen  # its first cent, for life
    born: int  # block
    passings: tuple[Passed, ...]  # none when it was cut off and stayed with its holder


@dataclass(frozen=True, slots=True)
class ClaimSeen:
    """A claim as far as the viewer sees it."""

    id: ClaimId
    sight: Sight
    holding: Holding | None  # None for an ancestor (TITLE)
    title: tuple[Link, ...]  # from claim 1 down; GIVEN: only what a viewer gave or took


@dataclass(frozen=True, slots=True)
class Piece:
    """A claim that was cut from another. What a giver knows of it is what it gave."""

    id: ClaimId
    how: str  # split, discount, cut or lien
    giver: ParticipantId | None  # None: it stayed with its holder
    taker: ParticipantId | None
    amount: Fen  # when it was cut
    version: int  # of the claim it was cut from, after the cut
    block: int
    time: UtcSeconds  # of the block
    holding: Holding | None  # as it is now, if the viewer sees that


def claim(
    db: Db, visible: Visible, wanted: ClaimId, *, at: int | None = None, now: UtcSeconds | None = None
) -> Answer[ClaimSeen]:
    """A claim and its chain of title. Raises BlockNotMirrored, MirrorEmpty, StoreError."""
    with asking(db, at, now) as asked:
        found = holding_of(db, visible, asked, wanted)
        if found is None:
            return Answer(asked.block, _ancestor(db, visible, asked, wanted))
        title = _title(db, asked, wanted)
        if found.sight is Sight.GIVEN:
            title = [_own(link, visible) for link in title]
            title = [link for link in title if link.passings]
        return Answer(asked.block, ClaimSeen(wanted, found.sight, found, tuple(title)))


def pieces(
    db: Db,
    visible: Visible,
    wanted: ClaimId,
    *,
    after: str | None = None,
    limit: int = 50,
    at: int | None = None,
    now: UtcSeconds | None = None,
) -> Page[Piece]:
    """The pieces cut from a claim that the viewer sees, or gave away when they were cut; in that order.

    Raises CursorMalformed, BlockNotMirrored, MirrorEmpty, StoreError.
    """
    page = listing(f"pieces {wanted}", 3, after, limit)
    with asking(db, at, now) as asked:
        found: list[Piece] = []
        places: list[tuple[int, int, int]] = []
        place = page.place or (0, 0, 0)
        while len(found) <= page.limit:
            cuts = _cuts(db, asked, wanted, place, page.limit + 1)
            seen = _seen(db, visible, asked, [piece for _, piece in cuts])
            found += seen.values()
            places += [where for where, piece in cuts if piece.id in seen]
            if len(cuts) <= page.limit:
                break
            place = cuts[-1][0]
        return page.page(asked.block, found, places)


def _ancestor(db: Db, visible: Visible, asked: Asked, wanted: ClaimId) -> ClaimSeen | None:
    """What the passings of a claim say to the holder of a claim that was cut from it, or from a piece of it."""
    held = every(
        visible.one_of("c.holder"),
        Sql(f"c.obligor = ? AND c.number = ? AND c.seq > ? AND c.status IN ({_STATUSES})", wanted),
        asked.holds("c"),
    )
    line = "WITH RECURSIVE line(seq, parent) AS (SELECT c.seq, c.parent FROM claim c WHERE" + held
    line += Sql(f"UNION SELECT line.parent, {_BIRTH.format('parent')} FROM line", wanted[:2])
    line += Sql("WHERE line.parent > ?) SELECT MAX(seq) FROM line WHERE parent = ?", (wanted.seq, wanted.seq))
    row = db.one(line.text, line.values)
    if row is None or row[0] is None:
        return None
    title = _title(db, asked, wanted.obligation.claim(row[0]))[:-1]
    return ClaimSeen(wanted, Sight.TITLE, None, tuple(title))


_PARENT = "b.obligor = ? AND b.number = ? AND b.seq = line.parent"
_BIRTH = f"(SELECT b.{{}} FROM claim b WHERE {_PARENT} ORDER BY b.block_from LIMIT 1)"
"""A column of the parent's first version. Where it starts and what it was cut from, no later one says otherwise."""


_TIME = "(SELECT t.timestamp FROM mirrored_block t WHERE t.number = {})"


def _title(db: Db, asked: Asked, wanted: ClaimId) -> list[Link]:
    """The chain of title of a claim that is there, from claim 1 down."""
    of = wanted[:2]
    first = (
        "SELECT b.seq, b.parent, b.start, b.block_from FROM claim b WHERE b.obligor = ? AND b.number = ? AND b.seq = ?"
    )
    last = "b.block_from = (SELECT MIN(m.block_from) FROM claim m WHERE m.obligor = ? AND m.number = ? AND m.seq = ?)"
    births = ", ".join([_BIRTH.format(column) for column in ("parent", "start", "block_from")])
    sql = (
        f"WITH RECURSIVE line(seq, parent, start, born) AS ({first} AND {last} "
        f"UNION ALL SELECT line.parent, {births} FROM line WHERE line.parent > 0) "
        "SELECT seq, parent, start, born FROM line"
    )
    line = db.all(sql, (*wanted, *wanted, *of * 3))
    passings = _passings(db, asked, [wanted.obligation.claim(row[0]) for row in line])
    links: list[Link] = []
    below: Row | None = None  # the link that was cut from this one
    for row in line:
        own = wanted.obligation.claim(row[0])
        passed = passings.get(own, [])
        if below is not None:
            passed = _before_cut(db, own, passed, below[0], below[3])
        links.append(Link(own, row[1], row[2], row[3], tuple(passed)))
        below = row
    return links[::-1]


def _passings(db: Db, asked: Asked, claims: Sequence[ClaimId]) -> dict[ClaimId, list[Passed]]:
    found: dict[ClaimId, list[Passed]] = {}
    for at in range(0, len(claims), _AT_ONCE):
        these = every(among("p.obligor, p.number, p.seq", claims[at : at + _AT_ONCE]), asked.known("p"))
        time = _TIME.format("p.block_from")
        told = f"p.obligor, p.number, p.seq, p.version, p.how, p.giver, p.taker, p.amount, p.block_from, {time}"
        asked_for = f"SELECT {told} FROM passing p WHERE" + these + "ORDER BY p.obligor, p.number, p.seq, p.version"
        for row in db.all(asked_for.text, asked_for.values):
            found.setdefault(ClaimId(*row[:3]), []).append(Passed(*row[3:]))
    return found


def _before_cut(db: Db, parent: ClaimId, passed: list[Passed], child: int, born: int) -> list[Passed]:
    """The parent's passings before the child was cut off it in block `born`."""
    earlier = [passing for passing in passed if passing.block < born]
    if not any(passing.block == born for passing in passed):
        return earlier
    own = "e.obligor = ? AND e.number = ? AND e.seq = ? AND e.block = ?"
    for row in db.all(f"SELECT {_EVENT} FROM event e WHERE {own} ORDER BY e.position", (*parent, born)):
        version = row[3]
        if any(seq == child for seq, _ in _children(row)):
            return [passing for passing in passed if passing.version < version]
    raise AssertionError(f"claim {parent} has no cut of {child} in block {born}")


_EVENT = f"e.block, e.position, e.name, e.version, e.address, e.topics, e.data, {_TIME.format('e.block')}"


def _children(row: Row) -> Iterator[tuple[int, Any]]:
    """The pieces that an event of a claim cut off, and how many cents each had."""
    _, _, name, _, address, topics, data, _ = row
    if name not in _CUTS:
        return
    words = tuple([Hash(topics[at : at + 32]) for at in range(0, len(topics), 32)])
    event: Any = decode(Log(Address(address), words, data), Address(address), ZERO_ADDRESS)
    if isinstance(event, e.SplitOffMany):
        yield from ((seq, piece.amount) for seq, piece in enumerate(event.pieces, event.first_child))
    elif event.child:
        yield event.child, event.amount


def _cuts(
    db: Db, asked: Asked, parent: ClaimId, place: tuple[int, ...], limit: int
) -> list[tuple[tuple[int, int, int], Piece]]:
    """The next pieces of a claim after a place, of as many events as pieces are wanted."""
    block, position, last = place
    sql = f"SELECT {_EVENT} FROM event e WHERE e.obligor = ? AND e.number = ? AND e.seq = ? AND e.block <= ?"
    further = " AND (e.block, e.position) >= (?, ?) ORDER BY e.block, e.position LIMIT ?"
    found: list[tuple[tuple[int, int, int], Piece]] = []
    while len(found) < limit:
        rows = db.all(sql + further, (*parent, asked.block, block, position, limit))
        for row in rows:
            for seq, amount in _children(row):
                if seq > last:
                    born = parent.obligation.claim(seq)
                    piece = Piece(born, _HOW[row[2]], None, None, amount, row[3], row[0], row[7], None)
                    found.append(((row[0], row[1], seq), piece))
        if len(rows) < limit:
            break
        block, position, last = rows[-1][0], rows[-1][1] + 1, max([last, *(where[2] for where, _ in found)])
    return found


def _seen(db: Db, visible: Visible, asked: Asked, cut: Sequence[Piece]) -> dict[ClaimId, Piece]:
    """Those of the pieces that the viewer sees, with what it sees of them."""
    found: dict[ClaimId, Piece] = {}
    for at in range(0, len(cut), _AT_ONCE):
        some_of = {piece.id: piece for piece in cut[at : at + _AT_ONCE]}
        birth = "n.obligor = c.obligor AND n.number = c.number AND n.seq = c.seq AND n.version = 1"
        gave = exists("passing n", Sql(birth), visible.one_of("n.giver"))
        these = every(among("c.obligor, c.number, c.seq", list(some_of)), asked.holds("c"))
        which = every(these, some(visible.seen(asked, "c"), gave))
        rows = {row.id: row for row in holdings_of(db, visible, asked, which, BY_ID, len(some_of))}
        births = _passings(db, asked, list(rows))
        for name, row in rows.items():
            piece = replace(some_of[name], holding=row if row.sight else None)
            born = births.get(name, [])
            if born and born[0].version == 1:
                piece = replace(piece, giver=born[0].giver, taker=born[0].taker)
            found[name] = piece
    return found


def _own(link: Link, visible: Visible) -> Link:
    """What the viewers gave or took of a link."""
    own = [passing for passing in link.passings if visible.participants & {passing.giver, passing.taker}]
    return replace(link, passings=tuple(own))
