# SPDX-License-Identifier: Apache-2.0
"""One field for whatever a person has at hand: an obligation, a claim, a participant, an invoice's fingerprint."""

import re
from dataclasses import dataclass

from chain.domain.vocabulary import ClaimId, Hash, ObligationId, ParticipantId
from chain.mirror.paging import Asked, Page, Sql, among, asking, every
from chain.mirror.reads.holdings import holding_of
from chain.mirror.reads.participants import party
from chain.mirror.visible import Visible
from chain.store.db import Db

_IDS = re.compile(r"[0-9]{1,10}(-[0-9]{1,10}){0,2}", re.ASCII)
_FINGERPRINT = re.compile(r"(?:0x)?([0-9a-f]{64})", re.ASCII | re.IGNORECASE)
_MOST = 100  # obligations that one invoice backs


@dataclass(frozen=True, slots=True)
class Invoiced:
    """An invoice: whose, and under which name it was registered first."""

    obligor: ParticipantId
    fingerprint: Hash


Hit = ParticipantId | ObligationId | ClaimId | Invoiced


def search(db: Db, visible: Visible, text: str, *, at: int | None = None) -> Page[Hit]:
    """What a text names and the viewer sees: "7" a participant, "7-1" an obligation, "7-1-3" a claim; 64 hex digits an
    invoice under any of its names, and up to 100 obligations that it backs. Any other text names nothing.

    Raises BlockNotMirrored, MirrorEmpty, StoreError.
    """
    text = text.strip()
    with asking(db, at) as asked:
        named, invoice = _IDS.fullmatch(text), _FINGERPRINT.fullmatch(text)
        hits: list[Hit] = []
        if invoice is not None:
            hits = _invoices(db, visible, asked, Hash(bytes.fromhex(invoice[1])))
        elif named is not None:
            hits = _named(db, visible, asked, tuple([int(part) for part in text.split("-")]))
        return Page(asked.block, tuple(hits), None)


def _named(db: Db, visible: Visible, asked: Asked, numbers: tuple[int, ...]) -> list[Hit]:
    if len(numbers) == 1:
        wanted = ParticipantId(numbers[0])
        return [wanted] if party(db, visible, asked, wanted) else []
    if len(numbers) == 3:
        claim = ClaimId(ParticipantId(numbers[0]), numbers[1], numbers[2])
        return [claim] if holding_of(db, visible, asked, claim) else []
    obligation = ObligationId(ParticipantId(numbers[0]), numbers[1])
    key = asked.row("obligation", "o", obligation._asdict())
    sql = "SELECT 1 FROM obligation o WHERE" + every(key, visible.obligation(asked, "o"))
    return [obligation] if db.one(sql.text, sql.values) else []


def _invoices(db: Db, visible: Visible, asked: Asked, name: Hash) -> list[Hit]:
    roots = _roots(db, asked, name)
    if not roots:
        return []
    aliases = "SELECT a.obligor, a.fingerprint FROM alias a WHERE"
    sql = aliases + every(among("a.root_obligor, a.root", roots), asked.holds("a"))
    names = sorted({*roots, *[(row[0], bytes(row[1])) for row in db.all(sql.text, sql.values)]})
    backs = every(among("k.obligor, k.fingerprint", names), asked.known("k"), visible.invoices(asked, "k"))
    sql = "SELECT DISTINCT k.obligor, k.number FROM backing k WHERE" + backs
    sql += Sql("ORDER BY k.obligor, k.number LIMIT ?", (_MOST,))
    backed = [ObligationId(*row) for row in db.all(sql.text, sql.values)]
    owners = {obligation.obligor for obligation in backed}
    seen = [Invoiced(*root) for root in roots if visible.covers(root[0]) or root[0] in owners]
    return [*seen, *backed]


def _roots(db: Db, asked: Asked, name: Hash) -> list[tuple[ParticipantId, Hash]]:
    """The first names of the invoices that have this name, by obligor."""
    first = "SELECT i.obligor, i.fingerprint FROM invoice i WHERE i.fingerprint = ? AND"
    later = "SELECT a.root_obligor, a.root FROM alias a WHERE a.fingerprint = ? AND"
    sql = Sql(first, (name,)) + asked.holds("i") + "UNION" + Sql(later, (name,)) + asked.holds("a")
    return sorted((ParticipantId(row[0]), Hash(bytes(row[1]))) for row in db.all(sql.text, sql.values))
