# SPDX-License-Identifier: Apache-2.0
"""What a holder does with a claim. Where an assignee's consent is missing, it becomes an offer: a proposal."""

from collections.abc import Sequence

from api.proposals.service import ASSIGNEE
from api.writing.desk import Agreed, Desk, Voice
from api.writing.holds import holds
from api.writing.plan import Place, Proposing
from chain.domain import commands as c
from chain.domain.clock import UtcSeconds
from chain.domain.money import Fen
from chain.domain.rules.signing import known
from chain.domain.vocabulary import HOUR, Address, ClaimId, Hours, ObligationStatus, ParticipantId, Right


def transfer(desk: Desk, claim: ClaimId, to: ParticipantId) -> None:
    """Pass a whole claim on. Raises NotFound, Refusal, AccountAbsent, SigningError."""
    row = desk.claim(claim)
    _pass_on(desk, claim, row.version, (c.Piece(to, row.amount),), whole=True)


def split(desk: Desk, claim: ClaimId, pieces: Sequence[c.Piece]) -> None:
    """Cut tails off and pass them on. Raises as `transfer`."""
    _pass_on(desk, claim, desk.claim(claim).version, tuple(pieces), whole=False)


def cut(desk: Desk, claim: ClaimId, amount: Fen) -> None:
    """Cut the tail off; both stay with the holder. Raises as `transfer`."""
    version, own = desk.claim(claim).version, desk.account()
    _own(desk, c.Cut(desk.caller.participant, claim, version, amount, own, desk.soon))


def lien(desk: Desk, claim: ClaimId, amount: Fen | None, until: UtcSeconds) -> None:
    """Encumber one's own claim until the end of an hour. Raises as `transfer`."""
    row, own, holder = desk.claim(claim), desk.account(), desk.caller.participant
    size = row.amount if amount is None else amount
    _own(desk, c.Lien(holder, claim, row.version, size, holder, Hours(until // HOUR), own, desk.soon))


def release(desk: Desk, claim: ClaimId) -> None:
    """Give up a lien that one has. Raises as `transfer`."""
    version, own = desk.claim(claim).version, desk.account()
    _own(desk, c.Release(desk.caller.participant, claim, version, own, desk.soon))


def auto_accept(desk: Desk, counterparty: ParticipantId, until: UtcSeconds) -> None:
    """Consent to whatever claims a counterparty passes on; `until` 0 ends it. Raises Refusal, SigningError."""
    holder, own = desk.caller.participant, desk.account()
    version = desk.rows.participants[holder].version
    message = c.SetAutoAccept(holder, version, counterparty, until, own, desk.soon)
    desk.send(message, (Voice(own),), about=f"{holder}", holds=holds(message))


def _own(desk: Desk, message: c.Cut | c.Lien | c.Release) -> None:
    desk.send(message, (Voice(message.signer),), about=str(message.claim), holds=holds(message))


def _pass_on(desk: Desk, claim: ClaimId, version: int, pieces: tuple[c.Piece, ...], *, whole: bool) -> None:
    """Send it when every assignee consents already; else offer it to them."""
    own, holder = desk.account(), desk.caller.participant
    silent = [_stands(desk, claim, piece.to) for piece in pieces]
    deadline = desk.soon if all(silent) else desk.later
    message: c.Transfer | c.Split | c.SplitMany
    if whole:
        message = c.Transfer(holder, claim, version, pieces[0].to, own, deadline)
    elif len(pieces) == 1:
        message = c.Split(holder, claim, version, pieces[0].to, pieces[0].amount, own, deadline)
    else:
        message = c.SplitMany(holder, claim, version, pieces, own, deadline)
    if all(silent):
        nobody = tuple(None for _ in pieces) if isinstance(message, c.SplitMany) else ()
        desk.send(message, (Voice(own),), about=str(claim), holds=holds(message), agreed=nobody)
        return
    agreed = [
        None if stands else Agreed(_assignee(desk, piece.to), deadline, b"")
        for stands, piece in zip(silent, pieces, strict=True)
    ]
    waiting = [
        Place(f"{ASSIGNEE} {number}", piece.to)
        for number, (stands, piece) in enumerate(zip(silent, pieces, strict=True), 1)
        if not stands
    ]
    shown = [(place.participant, str(claim)) for place in {place.participant: place for place in waiting}.values()]
    desk.judge(message, (Voice(own),), agreed)
    signed = desk.signed_place("signer", own, message)
    desk.propose(Proposing(message, (signed, *waiting), str(claim), {}, deadline, shown=shown))


def _assignee(desk: Desk, to: ParticipantId) -> Address:
    """An account that may agree for the assignee, to judge by. Raises UnknownParticipant, AccountAbsent."""
    known(desk.rows, to)
    return desk.account_of(to, Right.MAKER)


def _stands(desk: Desk, claim: ClaimId, to: ParticipantId) -> bool:
    """Whether the assignee has consented beforehand, as the ledger will see it."""
    standing = desk.rows.auto_accepts.get((to, desk.caller.participant))
    row = desk.rows.obligations[claim.obligation]
    late = desk.now > row.due or row.status is ObligationStatus.OVERDUE
    return standing is not None and desk.now <= standing.until and not late
