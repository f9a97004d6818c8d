# SPDX-License-Identifier: Apache-2.0
"""Open proposals that can no longer be carried out: the service ends them, so that nobody is asked to sign them.

What a message is about went on without it (its replay key was used: `void`), or its deadline has passed on the ledger
(`lapsed`). Both are facts of blocks that no network undoes any more. What the mirror says counts only while it is up to
date, and not while something is under way about the same thing: its outcome may be this very message's.
"""

from collections.abc import Sequence

from api.access.audit import Action, Decision, recording
from api.mirrored import Stores
from api.proposals.reading import Open, still_open
from api.proposals.service import ended
from api.writing.holds import holds, last
from chain.abi.eip712 import Signed
from chain.domain import commands as c
from chain.domain.clock import Clock, UtcSeconds
from chain.domain.rules import Rows
from chain.domain.vocabulary import ObligationId
from chain.mirror import state
from chain.mirror.paging import asking
from chain.mirror.writer import checkpoint
from chain.store.db import Db
from chain.store.words import ProposalState, SubmissionState

_MOST = 100  # proposals that are looked at in one look
_SETTLED = (SubmissionState.FINAL, SubmissionState.REFUSED)


class Outlived:
    """Looks through the open proposals, some at each look, and when it is through begins anew."""

    def __init__(self, stores: Stores, clock: Clock) -> None:
        self._stores, self._clock = stores, clock
        self._after = 0  # the number of the last one that was looked at

    def look(self) -> int:
        """Look at the next ones; how many were ended. Raises MirrorError, StoreError: then none was."""
        if not self._stores.readiness().ready:
            return 0
        with self._stores.book() as book:
            some = still_open(book, self._after, _MOST)
            self._after = some[-1].id if len(some) == _MOST else 0  # first: one that we fail at does not stop the rest
            if not some:
                return 0
            block, found = self._stores.read(lambda mirror: self._judged(mirror, some))
            if not any(_free(book, one, block) for one, _ in found):
                return 0
            return self._end(book, found, block)

    def _judged(self, mirror: Db, some: Sequence[Open]) -> tuple[int, list[tuple[Open, ProposalState]]]:
        """The last final block, and which of these can no longer be carried out by then, and why.

        Raises BlockNotMirrored while a mirror that begins in the middle of a chain has none that is final.
        """
        final = checkpoint(mirror).block - self._stores.depth
        with asking(mirror, final) as asked:
            rows = state.rows(mirror, self._stores.network.exponent, at=asked.block)
            found = [(one, _fate(rows, one, asked.time)) for one in some]
        return asked.block, [(one, fate) for one, fate in found if fate is not None]

    def _end(self, book: Db, found: Sequence[tuple[Open, ProposalState]], block: int) -> int:
        """All in one commit, but for those about which something is under way."""
        done = 0
        with recording(book, self._clock) as write:
            for one, fate in found:
                if _free(book, one, block) and ended(book, one.id, fate):
                    write(Decision(Action.END, f"proposal {one.id} is {fate}, by the service"))
                    done += 1
        return done


def outlived(rows: Rows, message: Signed) -> bool:
    """Whether the replay key of a message was used, so that the ledger refuses it for ever.

    An older row than the message speaks of is no reason: a network may have undone a block.
    """
    if isinstance(message, c.Transfer | c.Split | c.SplitMany):
        claim = rows.claims.get(message.claim)
        return claim is not None and claim.version > message.version
    if isinstance(message, c.Issue | c.IssueMany):
        promises = (message.obligation,) if isinstance(message, c.Issue) else message.obligations
        return any(ObligationId(message.participant, one.number) in rows.obligations for one in promises)
    if isinstance(message, c.AddRail):
        return message.rail in rows.rails
    if isinstance(message, c.Governed):
        participant = rows.participants.get(message.participant)
        return participant is not None and participant.version > message.version
    return False  # nothing else is proposed


def _fate(rows: Rows, one: Open, time: UtcSeconds) -> ProposalState | None:
    """What has become of it by the ledger's own time; None: it can still be carried out."""
    if one.refused or outlived(rows, one.message):
        return ProposalState.VOID
    return ProposalState.LAPSED if time > one.deadline else None


def _free(book: Db, one: Open, block: int) -> bool:
    """Whether nothing is under way about what it is about: the last outcome is for good, and was seen."""
    assert not isinstance(one.message, c.Acceptance | c.LienAcceptance | c.Quote)
    for subject in holds(one.message):
        held = last(book, subject)
        if held is not None and (held.state not in _SETTLED or (held.block is not None and held.block > block)):
            return False
    return True
