# SPDX-License-Identifier: Apache-2.0
"""What must hold of a claim, its obligation and its assignee: the steps that IClaims writes in capitals."""

from chain.domain.clock import DAY, UtcSeconds
from chain.domain.commands import Consent, Malformed
from chain.domain.money import Fen
from chain.domain.refusals import (
    BadSignature,
    ClaimLiened,
    ClaimSequenceExhausted,
    ClaimVersionExhausted,
    ClosingWindow,
    HopCapReached,
    IntentExpired,
    NotAccepted,
    NotHeld,
    NothingUnpaid,
    NotHolder,
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
from chain.domain.rules.signing import MAX_VERSION, account, receiver
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


def assignee(rows: Rows, claim: ClaimId, holder: ParticipantId, to: ParticipantId, now: UtcSeconds) -> None:
    """ASSIGNEE. Raises SelfDealing, ObligorCannotHold, what RECEIVER raises."""
    if to == holder:
        raise SelfDealing(participant=to)
    if to == claim.obligor:
        raise ObligorCannotHold(obligor=to)
    receiver(rows, to, HOLDERS, now)


def hop_left(claim: ClaimId, row: Claim, obligation: Obligation) -> None:
    """Raises HopCapReached."""
    if row.hop >= obligation.hop_cap:
        raise HopCapReached(claim=claim, hop_cap=obligation.hop_cap)


def accepted(
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
        consented(rows, to, acceptance, now)
        return
    standing = rows.auto_accepts.get((to, row.holder))
    late = now > obligation.due or obligation.status == ObligationStatus.OVERDUE
    if acceptance is not None or standing is None or now > standing.until or late:
        raise NotAccepted(claim=claim, assignee=to)


def consented(rows: Rows, participant: ParticipantId, consent: Consent, now: UtcSeconds) -> None:
    """SIGNED(Acceptance or LienAcceptance, MAKER). Raises IntentExpired, what ACCOUNT raises, BadSignature."""
    if now > consent.deadline:
        raise IntentExpired(deadline=consent.deadline)
    account(rows, consent.signer, participant, Right.MAKER)
    if consent.proof != consent.signer:
        raise BadSignature(signer=consent.signer)
