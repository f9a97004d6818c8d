# SPDX-License-Identifier: Apache-2.0
"""What a holder does with a claim: pass on, split, cut, encumber, release (IClaims)."""

from chain.domain.clock import DAY, UtcSeconds
from chain.domain.commands import Call, Consent, Cut, Lien, Malformed, Release, Split, SplitMany, Transfer
from chain.domain.events import CutOff, Liened, Released, SplitOff, SplitOffMany, Transferred
from chain.domain.money import Fen
from chain.domain.refusals import (
    BadBatch,
    BadLienUntil,
    BadSignature,
    ClaimLiened,
    ClaimSequenceExhausted,
    ClaimVersionExhausted,
    ClosingWindow,
    EmptyBatch,
    HopCapReached,
    IntentExpired,
    NotAccepted,
    NotHeld,
    NothingUnpaid,
    NotHolder,
    NotLienholder,
    ObligationClosed,
    ObligorCannotHold,
    PastDue,
    PieceTooLarge,
    PieceTooSmall,
    RedeemFirst,
    SelfDealing,
    StaleClaim,
    UnknownClaim,
    ZeroAmount,
)
from chain.domain.rules.rows import Rows
from chain.domain.rules.signing import MAX_VERSION, Events, account, proof, receiver, signed
from chain.domain.rules.steps import Share, history, share
from chain.domain.vocabulary import (
    HOUR,
    OPEN_STATUSES,
    Claim,
    ClaimId,
    Lifecycle,
    Obligation,
    ObligationId,
    ObligationStatus,
    ParticipantId,
    Right,
    Role,
)

MAX_SEQ = 2**24 - 1
HOLDERS = Role.SUPPLIER | Role.FINANCIER


# ---------------------------------------------------------------- operations


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
    _assignee(rows, message.claim, claim.holder, message.to, now)
    _hop(message.claim, claim, row)
    _accepted(rows, message.claim, claim, row, message.to, _only(call), now)
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
    _assignee(rows, message.claim, claim.holder, message.to, now)
    _hop(message.claim, claim, row)
    _accepted(rows, message.claim, claim, row, message.to, _only(call), now)
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
    _hop(message.claim, claim, row)
    pieces = message.pieces
    if not pieces:
        raise EmptyBatch()
    if call.acceptances and len(call.acceptances) != len(pieces):
        raise BadBatch(needed=len(pieces), given=len(call.acceptances))
    left = claim.amount
    for part, acceptance in zip(pieces, call.acceptances or (None,) * len(pieces), strict=True):
        piece(rows, message.claim, claim, left, part.amount)
        _assignee(rows, message.claim, claim.holder, part.to, now)
        _accepted(rows, message.claim, claim, row, part.to, acceptance, now)
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


# ---------------------------------------------------------------- steps of IClaims


def known_claim(rows: Rows, claim: ClaimId) -> Claim:
    """The claim's row. Raises UnknownClaim."""
    row = rows.claims.get(claim)
    if row is None:
        raise UnknownClaim(claim=claim)
    return row


def claim_of(rows: Rows, participant: ParticipantId, claim: ClaimId, version: int) -> Claim:
    """CLAIM: the row of a claim that the participant holds, at its current version.

    Raises UnknownClaim, NotHolder, StaleClaim.
    """
    row = known_claim(rows, claim)
    if row.holder != participant:
        raise NotHolder(claim=claim, participant=participant)
    if row.version != version:
        raise StaleClaim(claim=claim, current=row.version, given=version)
    return row


def held(claim: ClaimId, row: Claim) -> None:
    """Raises NotHeld unless the status byte is HELD without a flag."""
    if row.status != Lifecycle.HELD:
        raise NotHeld(claim=claim, status=row.status)


def lien_in_force(row: Claim, now: UtcSeconds) -> bool:
    """Whether the claim is liened at this instant."""
    return row.lienholder != 0 and now <= row.lien_until * HOUR


def free(claim: ClaimId, row: Claim, now: UtcSeconds) -> None:
    """FREE. Raises NotHeld, ClaimLiened."""
    held(claim, row)
    if lien_in_force(row, now):
        raise ClaimLiened(claim=claim, lienholder=row.lienholder, until=row.lien_until)


def still_open(obligation: ObligationId, row: Obligation) -> None:
    """OPEN. Raises ObligationClosed unless ISSUED or OVERDUE."""
    if row.status not in OPEN_STATUSES:
        raise ObligationClosed(obligation=obligation, status=row.status)


def window(claim: ClaimId, row: Obligation, now: UtcSeconds) -> None:
    """WINDOW. Raises ClosingWindow from `closes` days before due up to due."""
    start = row.due - row.closes * DAY
    if start <= now <= row.due:
        raise ClosingWindow(claim=claim, start=start)


def not_past_due(claim: ClaimId, row: Obligation, now: UtcSeconds) -> None:
    """Raises PastDue after due."""
    if now > row.due:
        raise PastDue(claim=claim, due=row.due)


def waiting(rows: Rows, claim: ClaimId, row: Claim) -> Share:
    """The claim's money now, and its cents unpaid."""
    unpaid = rows.obligations[claim.obligation].unpaid
    return share(history(rows, claim.obligation), unpaid, row.start, row.end, row.redeemed_step)


def money_first(rows: Rows, claim: ClaimId, row: Claim, obligation: Obligation) -> None:
    """MONEY FIRST, asked only when steps were taken since the claim was redeemed. Raises RedeemFirst, NothingUnpaid."""
    if obligation.steps == row.redeemed_step:
        return
    own = waiting(rows, claim, row)
    if own.money:
        raise RedeemFirst(claim=claim, money=own.money)
    if not own.unpaid:
        raise NothingUnpaid(claim=claim)


def within(claim: ClaimId, row: Claim, amount: Fen) -> bool:
    """Whether the amount is the whole claim. Raises ZeroAmount, PieceTooLarge."""
    if amount == 0:
        raise ZeroAmount()
    if amount > row.amount:
        raise PieceTooLarge(claim=claim, available=row.amount, asked=amount)
    return amount == row.amount


def piece(rows: Rows, claim: ClaimId, row: Claim, left: Fen, amount: Fen) -> None:
    """PIECE: the last `amount` of the first `left` cents of the claim can be cut off.

    Raises ZeroAmount, PieceTooLarge, PieceTooSmall, NothingUnpaid.
    """
    obligation = rows.obligations[claim.obligation]
    minimum = 10**obligation.min_piece
    rest = Fen(left - amount)
    if amount == 0:
        raise ZeroAmount()
    if amount >= left:
        raise PieceTooLarge(claim=claim, available=left, asked=amount)
    if amount < minimum or rest < minimum:
        raise PieceTooSmall(claim=claim, minimum=minimum)
    if obligation.steps:
        steps, boundary = history(rows, claim.obligation), Fen(row.start + rest)
        for start, end in ((boundary, Fen(row.start + left)), (row.start, boundary)):
            if not share(steps, obligation.unpaid, start, end, obligation.steps).unpaid:
                raise NothingUnpaid(claim=claim)


def next_seq(obligation: ObligationId, row: Obligation, children: int = 1) -> int:
    """The sequence number of the first of so many children. Raises ClaimSequenceExhausted."""
    if row.seq + children > MAX_SEQ:
        raise ClaimSequenceExhausted(obligation=obligation)
    return row.seq + 1


def next_claim_version(claim: ClaimId, row: Claim) -> int:
    """The version after one more change. Raises ClaimVersionExhausted."""
    if row.version == MAX_VERSION:
        raise ClaimVersionExhausted(claim=claim)
    return row.version + 1


def _assignee(rows: Rows, claim: ClaimId, holder: ParticipantId, to: ParticipantId, now: UtcSeconds) -> None:
    """ASSIGNEE. Raises SelfDealing, ObligorCannotHold, what RECEIVER raises."""
    if to == holder:
        raise SelfDealing(participant=to)
    if to == claim.obligor:
        raise ObligorCannotHold(obligor=to)
    receiver(rows, to, HOLDERS, now)


def _hop(claim: ClaimId, row: Claim, obligation: Obligation) -> None:
    if row.hop >= obligation.hop_cap:
        raise HopCapReached(claim=claim, hop_cap=obligation.hop_cap)


def _only(call: Call) -> Consent | Malformed | None:
    return call.acceptances[0] if call.acceptances else None


def _accepted(
    rows: Rows,
    claim: ClaimId,
    row: Claim,
    obligation: Obligation,
    to: ParticipantId,
    acceptance: Consent | Malformed | None,
    now: UtcSeconds,
) -> None:
    """ACCEPTED. Raises NotAccepted; of a signed acceptance what SIGNED raises."""
    if isinstance(acceptance, Consent):
        _consented(rows, to, acceptance, now)
        return
    standing = rows.auto_accepts.get((to, row.holder))
    late = now > obligation.due or obligation.status == ObligationStatus.OVERDUE
    if acceptance is not None or standing is None or now > standing.until or late:
        raise NotAccepted(claim=claim, assignee=to)


def _lien_accepted(rows: Rows, message: Lien, acceptance: Consent | Malformed | None, now: UtcSeconds) -> None:
    """Raises ObligorCannotHold, what RECEIVER raises of the lienholder, NotAccepted, what SIGNED raises."""
    if message.lienholder == message.claim.obligor:
        raise ObligorCannotHold(obligor=message.lienholder)
    receiver(rows, message.lienholder, Role.FINANCIER, now)
    if not isinstance(acceptance, Consent):
        raise NotAccepted(claim=message.claim, assignee=message.lienholder)
    _consented(rows, message.lienholder, acceptance, now)


def _consented(rows: Rows, participant: ParticipantId, consent: Consent, now: UtcSeconds) -> None:
    """SIGNED(Acceptance or LienAcceptance, MAKER). Raises IntentExpired, what ACCOUNT raises, BadSignature."""
    if now > consent.deadline:
        raise IntentExpired(deadline=consent.deadline)
    account(rows, consent.signer, participant, Right.MAKER)
    if consent.proof != consent.signer:
        raise BadSignature(signer=consent.signer)
