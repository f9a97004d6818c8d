# SPDX-License-Identifier: Apache-2.0
"""What a holder does with a claim: pass on, split, cut, encumber, release (IClaims)."""

from chain.domain.clock import UtcSeconds
from chain.domain.commands import Call, Consent, Cut, Lien, Malformed, Release, Split, SplitMany, Transfer
from chain.domain.events import CutOff, Liened, Released, SplitOff, SplitOffMany, Transferred
from chain.domain.money import Fen
from chain.domain.refusals import (
    BadBatch,
    BadLienUntil,
    EmptyBatch,
    NotAccepted,
    NotLienholder,
    ObligorCannotHold,
    StaleClaim,
)
from chain.domain.rules.conditions import (
    accepted,
    assignee,
    claim_of,
    consented,
    free,
    held,
    hop_left,
    known_claim,
    money_first,
    next_claim_version,
    next_seq,
    not_past_due,
    piece,
    still_open,
    window,
    within,
)
from chain.domain.rules.rows import Rows
from chain.domain.rules.signing import Events, proof, receiver, signed
from chain.domain.vocabulary import (
    HOUR,
    Right,
    Role,
)


def transfer(rows: Rows, message: Transfer, call: Call, now: UtcSeconds) -> Events:
    """Pass a whole claim on, after due by signed acceptance only.

    Raises what SIGNED, CLAIM, FREE, OPEN, WINDOW, MONEY FIRST and ASSIGNEE raise; HopCapReached; what ACCEPTED raises;
    ClaimVersionExhausted.
    """
    signed(rows, message, proof(call, 0), Right.MAKER, now)
    claim = claim_of(rows, message.participant, message.claim, message.version)
    row = rows.obligations[message.claim.obligation]
    free(message.claim, claim, now)
    still_open(message.claim.obligation, row)
    window(message.claim, row, now)
    money_first(rows, message.claim, claim, row)
    assignee(rows, message.claim, claim.holder, message.to, now)
    hop_left(message.claim, claim, row)
    accepted(rows, message.claim, claim, row, message.to, _only(call), now)
    version = next_claim_version(message.claim, claim)
    return (Transferred(message.claim, version, message.to, row.rulebook),)


def split(rows: Rows, message: Split, call: Call, now: UtcSeconds) -> Events:
    """Cut the tail off and pass it on.

    Raises what SIGNED, CLAIM, FREE, OPEN and WINDOW raise; PastDue; what MONEY FIRST, PIECE and ASSIGNEE raise;
    HopCapReached; what ACCEPTED raises; ClaimSequenceExhausted, ClaimVersionExhausted.
    """
    signed(rows, message, proof(call, 0), Right.MAKER, now)
    claim = claim_of(rows, message.participant, message.claim, message.version)
    row = rows.obligations[message.claim.obligation]
    free(message.claim, claim, now)
    still_open(message.claim.obligation, row)
    window(message.claim, row, now)
    not_past_due(message.claim, row, now)
    money_first(rows, message.claim, claim, row)
    piece(rows, message.claim, claim, claim.amount, message.amount)
    assignee(rows, message.claim, claim.holder, message.to, now)
    hop_left(message.claim, claim, row)
    accepted(rows, message.claim, claim, row, message.to, _only(call), now)
    child = next_seq(message.claim.obligation, row)
    version = next_claim_version(message.claim, claim)
    return (SplitOff(message.claim, version, child, message.to, message.amount, row.rulebook),)


def split_many(rows: Rows, message: SplitMany, call: Call, now: UtcSeconds) -> Events:
    """Cut several tails off, the first piece from the very end, and pass them on, all or none.

    Raises what SIGNED, CLAIM, FREE, OPEN and WINDOW raise; PastDue; what MONEY FIRST raises; HopCapReached, EmptyBatch,
    BadBatch; per piece what PIECE (of what is left), ASSIGNEE and ACCEPTED raise; ClaimSequenceExhausted,
    ClaimVersionExhausted.
    """
    signed(rows, message, proof(call, 0), Right.MAKER, now)
    claim = claim_of(rows, message.participant, message.claim, message.version)
    row = rows.obligations[message.claim.obligation]
    free(message.claim, claim, now)
    still_open(message.claim.obligation, row)
    window(message.claim, row, now)
    not_past_due(message.claim, row, now)
    money_first(rows, message.claim, claim, row)
    hop_left(message.claim, claim, row)
    pieces = message.pieces
    if not pieces:
        raise EmptyBatch()
    if call.acceptances and len(call.acceptances) != len(pieces):
        raise BadBatch(needed=len(pieces), given=len(call.acceptances))
    left = claim.amount
    for part, acceptance in zip(pieces, call.acceptances or (None,) * len(pieces), strict=True):
        piece(rows, message.claim, claim, left, part.amount)
        assignee(rows, message.claim, claim.holder, part.to, now)
        accepted(rows, message.claim, claim, row, part.to, acceptance, now)
        left = Fen(left - part.amount)
    first = next_seq(message.claim.obligation, row, children=len(pieces))
    version = next_claim_version(message.claim, claim)
    return (SplitOffMany(message.claim, version, first, row.rulebook, pieces),)


def cut(rows: Rows, message: Cut, call: Call, now: UtcSeconds) -> Events:
    """Cut the tail off; both parts stay with the holder. Not a move: money may be waiting.

    Raises what SIGNED, CLAIM, FREE, OPEN and WINDOW raise; PastDue; what PIECE raises; ClaimSequenceExhausted,
    ClaimVersionExhausted.
    """
    signed(rows, message, proof(call, 0), Right.MAKER, now)
    claim = claim_of(rows, message.participant, message.claim, message.version)
    row = rows.obligations[message.claim.obligation]
    free(message.claim, claim, now)
    still_open(message.claim.obligation, row)
    window(message.claim, row, now)
    not_past_due(message.claim, row, now)
    piece(rows, message.claim, claim, claim.amount, message.amount)
    child = next_seq(message.claim.obligation, row)
    version = next_claim_version(message.claim, claim)
    return (CutOff(message.claim, version, child, message.amount, row.rulebook),)


def lien(rows: Rows, message: Lien, call: Call, now: UtcSeconds) -> Events:
    """Encumber a claim, or its tail, in place: in a financier's favour, or the holder's own while quotes come in.

    Raises what SIGNED, CLAIM, FREE and OPEN raise; BadLienUntil; what MONEY FIRST raises; ZeroAmount, PieceTooLarge;
    of a part what WINDOW and PIECE raise; what `_lien_accepted` raises; ClaimSequenceExhausted, ClaimVersionExhausted.
    """
    signed(rows, message, proof(call, 0), Right.MAKER, now)
    claim = claim_of(rows, message.participant, message.claim, message.version)
    row = rows.obligations[message.claim.obligation]
    free(message.claim, claim, now)
    still_open(message.claim.obligation, row)
    if not now < message.until * HOUR <= row.due:
        raise BadLienUntil(until=message.until)
    money_first(rows, message.claim, claim, row)
    whole = within(message.claim, claim, message.amount)
    if not whole:
        window(message.claim, row, now)
        piece(rows, message.claim, claim, claim.amount, message.amount)
    if message.lienholder != message.participant:
        _lien_accepted(rows, message, _only(call), now)
    child = 0 if whole else next_seq(message.claim.obligation, row)
    version = next_claim_version(message.claim, claim)
    lienholder, until = message.lienholder, message.until
    return (Liened(message.claim, version, child, message.amount, lienholder, until, row.rulebook),)


def release(rows: Rows, message: Release, call: Call, now: UtcSeconds) -> Events:
    """The lienholder gives its lien up, one that ran out included.

    Raises what SIGNED raises; UnknownClaim, NotLienholder, StaleClaim, NotHeld, ClaimVersionExhausted.
    """
    signed(rows, message, proof(call, 0), Right.MAKER, now)
    claim = known_claim(rows, message.claim)
    if claim.lienholder != message.participant:
        raise NotLienholder(claim=message.claim, participant=message.participant)
    if claim.version != message.version:
        raise StaleClaim(claim=message.claim, current=claim.version, given=message.version)
    held(message.claim, claim)
    version = next_claim_version(message.claim, claim)
    return (Released(message.claim, version, rows.obligations[message.claim.obligation].rulebook),)


def _only(call: Call) -> Consent | Malformed | None:
    return call.acceptances[0] if call.acceptances else None


def _lien_accepted(rows: Rows, message: Lien, acceptance: Consent | Malformed | None, now: UtcSeconds) -> None:
    """Raises ObligorCannotHold, what RECEIVER raises of the lienholder, NotAccepted, what SIGNED raises."""
    if message.lienholder == message.claim.obligor:
        raise ObligorCannotHold(obligor=message.lienholder)
    receiver(rows, message.lienholder, Role.FINANCIER, now)
    if not isinstance(acceptance, Consent):
        raise NotAccepted(claim=message.claim, assignee=message.lienholder)
    consented(rows, message.lienholder, acceptance, now)
