# SPDX-License-Identifier: Apache-2.0
"""Who may see what. Every read demands a `Visible`, and its conditions stand inside the query that answers.

Everything below is judged as of the block asked about: an answer about block N is the one that was given when N was
the head. "Viewer" is a participant of the set; a set of several sees what each of them does. A row that is not to be
seen and a row that is not there look the same.

- An *obligation* (its terms, status, payments and steps): its obligor; whoever holds or held a claim of it, or was
  offered it; whoever is or was lienholder of one; the SettlementBank of its rail.
- Its *invoices* and their fingerprints: the obligor and the original creditor.
- A *claim* in full: its holder and lienholder; the obligor, who must know whom it owes (Civil Code of the PRC, Art 546:
  an assignment binds the debtor once notified). So does its chain of title, up to issue.
- A claim *given*: whoever passed it to its present holder sees it too, but not who has a lien on it, nor the chain of
  title but for what it gave or took itself. Once the claim is passed on, the giver sees it no more.
- An *ancestor* of a claim that one holds: what its passings say up to the cut, and nothing of what became of it.
- The *price* of a discount: seller and financier.
- A *participant*: itself in full; its limit and the use of it nobody else. Its roles and standing: whoever passed it a
  claim or had one from it; the obligor of a claim that it held or liened, and the other way round; the holder and the
  lienholder of a claim one another. A SettlementBank of a rail: everybody.
- The *directory*: who takes part, in which roles, and whether it is suspended or paused: every participant, so that one
  knows with whom one could deal. Nothing follows from it about who deals with whom.
- A *redemption*: who was paid, and the obligor.

`also` are claims shown to the set on other grounds (a financing request): these claims in full and their obligations,
but no prices. `Visible.everything()` sees all of it: the Registrar, and an auditor with that scope.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum

from chain.domain.vocabulary import NOBODY, ClaimId, ParticipantId
from chain.mirror.paging import NO, YES, Asked, Sql, among, every, exists, some
from chain.mirror.tables import OPEN
from chain.store.db import Db

_AT_ONCE = 200
_SAME_CLAIM = "{0}.obligor = {1}.obligor AND {0}.number = {1}.number AND {0}.seq = {1}.seq"


class Sight(IntEnum):
    """How much of a claim is seen."""

    NONE = 0
    TITLE = 1  # an ancestor of a claim that is held: what its passings say
    GIVEN = 2  # the claim, without lien, and what one gave or took of it
    FULL = 3


def still_held(db: Db, shown: Sequence[tuple[ClaimId, ParticipantId]]) -> frozenset[ClaimId]:
    """Those of the claims that whoever showed them holds now, for `also`. Raises StoreError."""
    found: set[ClaimId] = set()
    for start in range(0, len(shown), _AT_ONCE):
        some_of = [(*claim, holder) for claim, holder in shown[start : start + _AT_ONCE]]
        these = among("c.obligor, c.number, c.seq, c.holder", some_of)
        sql = "SELECT c.obligor, c.number, c.seq FROM claim c WHERE" + these + f"AND c.block_to = {OPEN}"
        found |= {ClaimId(*row) for row in db.all(sql.text, sql.values)}
    return frozenset(found)


@dataclass(frozen=True, slots=True)
class Visible:
    """What the viewers of a read see; made by `everything` or `of`."""

    all: bool
    participants: frozenset[ParticipantId]
    also: frozenset[ClaimId]

    @staticmethod
    def everything() -> "Visible":
        """Every row: for the Registrar, and an auditor with that scope."""
        return Visible(True, frozenset(), frozenset())

    @staticmethod
    def of(participants: Iterable[ParticipantId], also: Iterable[ClaimId] = ()) -> "Visible":
        """What these participants see, and claims that were shown to them on other grounds."""
        real = frozenset(participants) - {NOBODY}  # which stands in every claim without a lien
        return Visible(False, real, frozenset(also))

    def covers(self, participant: ParticipantId) -> bool:
        """Whether what only that participant may see is seen."""
        return self.all or participant in self.participants

    def owner(self, participant: ParticipantId) -> "Visible":
        """What is seen of rows that are all that participant's own: everything, if it is a viewer."""
        return Visible.everything() if self.covers(participant) else self

    def one_of(self, column: str) -> Sql:
        """A participant's column: whether it is a viewer."""
        return YES if self.all else among(column, [(participant,) for participant in sorted(self.participants)])

    def obligation(self, asked: Asked, alias: str, rail: Sql | None = None) -> Sql:
        """Of a row with obligor and number: whether the obligation is seen. `rail`: unless the row has it, too."""
        if self.all:
            return YES
        p_here, l_here = (Sql(f"{v}.obligor = {alias}.obligor AND {v}.number = {alias}.number") for v in ("v_p", "v_l"))
        r_here = "v_r.id =" + (rail or Sql(f"{alias}.rail"))
        return some(
            self.one_of(f"{alias}.obligor"),
            exists("passing v_p", p_here, self.one_of("v_p.taker"), asked.known("v_p")),
            exists("lien v_l", l_here, self.one_of("v_l.lienholder"), asked.known("v_l")),
            exists("rail v_r", r_here, self.one_of("v_r.bank")),
            among(f"{alias}.obligor, {alias}.number", sorted({(claim.obligor, claim.number) for claim in self.also})),
        )

    def invoices(self, asked: Asked, alias: str) -> Sql:
        """Of a row with obligor and number: whether the invoices that back the obligation are seen."""
        if self.all:
            return YES
        first = f"v_c.obligor = {alias}.obligor AND v_c.number = {alias}.number AND v_c.seq = 1 AND v_c.version = 1"
        creditor = exists("passing v_c", Sql(first), self.one_of("v_c.taker"), asked.known("v_c"))
        return some(self.one_of(f"{alias}.obligor"), creditor)

    def claim(self, alias: str) -> Sql:
        """Of a row of the table claim in force: whether it is seen in full."""
        if self.all:
            return YES
        return some(
            self.one_of(f"{alias}.holder"),
            self.one_of(f"{alias}.lienholder"),
            self.one_of(f"{alias}.obligor"),
            among(f"{alias}.obligor, {alias}.number, {alias}.seq", sorted(self.also)),
        )

    def given(self, asked: Asked, alias: str) -> Sql:
        """Of a row with a claim's id: whether a viewer passed the claim to its present holder."""
        if self.all:
            return NO
        own, later = (Sql(_SAME_CLAIM.format(v, alias)) for v in ("v_g", "v_n"))
        last = "v_g.version = (SELECT MAX(v_n.version) FROM passing v_n WHERE" + every(later, asked.known("v_n")) + ")"
        return exists("passing v_g", own, last, self.one_of("v_g.giver"))

    def seen(self, asked: Asked, alias: str) -> Sql:
        """Of a row of the table claim in force: whether it is seen, in full or as given."""
        return YES if self.all else some(self.claim(alias), self.given(asked, alias))

    def sight(self, asked: Asked, alias: str) -> Sql:
        """Of a row of the table claim in force: FULL, GIVEN or NONE as a number; TITLE is not a matter of this row."""
        if self.all:
            return Sql(str(int(Sight.FULL)))
        full, given = self.claim(alias), self.given(asked, alias)
        ends = f"THEN {int(Sight.GIVEN)} ELSE {int(Sight.NONE)} END"
        return "CASE WHEN" + full + f"THEN {int(Sight.FULL)} WHEN" + given + ends
