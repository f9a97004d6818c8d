# SPDX-License-Identifier: Apache-2.0
"""Sign, decline and withdraw a proposal. Whoever signs last makes it a submission, in the same commit."""

from collections.abc import Mapping

from api.access.audit import Action
from api.access.errors import DutyMissing
from api.access.viewer import Duty
from api.problems import NotFound
from api.proposals.reading import Placed, Proposed, proposal
from api.writing.commit import Behind
from api.writing.desk import Agreed, Desk, Voice
from api.writing.errors import HashDiffers, NotYours, PriorUnderWay, ProposalClosed, ProposalUnsigned
from api.writing.holds import holds
from api.writing.plan import Made
from api.writing.slots import slots
from chain.abi.eip712 import hash_struct
from chain.domain import commands as c
from chain.domain.vocabulary import Address, Right
from chain.store.db import Db
from chain.store.words import ProposalState
from chain.submission.outbox import Outbox

ASSIGNEE = "assignee"


def sign(desk: Desk, number: int, seen: bytes | None) -> None:
    """Sign as the officer that asks, wherever it waits for that one. `seen`: the hash that it was shown.

    Raises NotFound, ProposalClosed, NotYours, DutyMissing, HashDiffers, PriorUnderWay, Refusal, SigningError.
    """
    found = _open(desk, number)
    mine = _waiting(desk, found)
    if seen is not None and seen != desk.hash(found.message):
        raise HashDiffers(proposal=number)
    _prior(desk, found)
    own = {place.name: _signature(desk, found, place) for place in mine}
    rest = [one for one in found.places if one.name not in own and one.signature is None]
    if not rest:
        _carry(desk, found, own)

    def written(book: Db, made: Made) -> Made:
        changed = book.executemany(
            "UPDATE place SET officer = ?, account = ?, signature = ?, signed_at = ? WHERE proposal = ? AND name = ?"
            " AND signature IS NULL AND EXISTS (SELECT 1 FROM proposal WHERE id = ? AND state = 'open')",
            [
                (desk.caller.officer, voice.account, voice.given, desk.now, number, name, number)
                for name, voice in own.items()
            ],
        )
        missing = book.one("SELECT COUNT(*) FROM place WHERE proposal = ? AND signature IS NULL", (number,))
        assert missing is not None
        if changed != len(own) or missing[0] != len(rest):
            raise Behind(desk.block)  # somebody else signed or ended it meanwhile: this comes to another thing now
        told = Made(made.submissions, number)
        return told if rest else closed(book, told, ProposalState.SUBMITTED, made.submissions[0])

    desk.plan.also.append(written)


def apply(desk: Desk, number: int) -> None:
    """Send a change again that was announced, once it is due: the signatures are there, and nobody signs anew.

    Raises NotFound, ProposalClosed, ProposalUnsigned, Refusal.
    """
    found = _seen(desk, number)
    if found.state is ProposalState.OPEN:
        raise ProposalUnsigned(proposal=number)
    if found.state is not ProposalState.SUBMITTED:
        raise ProposalClosed(proposal=number, state=found.state.value)
    given = {one.name: (one.account, one.signature) for one in found.places}
    message = found.message
    assert not isinstance(message, c.Acceptance | c.LienAcceptance | c.Quote)
    if not isinstance(message, c.Governed) or desk.rows.changes.get(hash_struct(message)) is None:
        raise ProposalClosed(proposal=number, state=found.state.value)
    voices = [_voice(*given.get(name, (None, None))) for name in slots(message)]
    desk.send(message, voices, about=found.about, holds=holds(message))

    def written(book: Db, made: Made) -> Made:
        book.execute("UPDATE proposal SET submission = ? WHERE id = ?", (made.submissions[0], number))
        return Made(made.submissions, number)

    desk.plan.also.append(written)


def decline(desk: Desk, number: int) -> None:
    """Say no, as somebody whose signature is missing. Raises NotFound, ProposalClosed, NotYours, DutyMissing."""
    _waiting(desk, _open(desk, number))
    _end(desk, number, ProposalState.DECLINED, Action.DECLINE)


def withdraw(desk: Desk, number: int) -> None:
    """Take it back, as whoever proposed it. Raises NotFound, ProposalClosed, NotYours."""
    found = _open(desk, number)
    if found.participant != desk.caller.participant:
        raise NotYours(proposal=number, officer=f"{desk.caller.participant}-{desk.caller.officer}")
    _end(desk, number, ProposalState.WITHDRAWN, Action.WITHDRAW)


def _seen(desk: Desk, number: int) -> Proposed:
    found = proposal(desk.book, number)
    if found is None or not (desk.visible.all or found.concerns(desk.caller.participant)):
        raise NotFound
    return found


def _open(desk: Desk, number: int) -> Proposed:
    found = _seen(desk, number)
    state = found.state_at(desk.now)
    if state != ProposalState.OPEN:
        raise ProposalClosed(proposal=number, state=state)
    return found


def _waiting(desk: Desk, found: Proposed) -> list[Placed]:
    """The places that wait for the officer that asks, and may. Raises NotYours, DutyMissing."""
    own = desk.caller.participant, (None, desk.caller.officer)
    mine = [one for one in found.places if one.participant == own[0] and one.officer in own[1] and not one.signature]
    if not mine:
        raise NotYours(proposal=found.id, officer=f"{desk.caller.participant}-{desk.caller.officer}")
    for place in mine:
        _entitled(desk, place)
    return mine


def _entitled(desk: Desk, place: Placed) -> None:
    """Raises DutyMissing unless the officer that asks may sign there, and so say no there."""
    duty = Duty.CHECKER if place.name == "checker" else Duty.MAKER
    if duty not in desk.caller.duties and not (place.name == "second" and Duty.CHECKER in desk.caller.duties):
        raise DutyMissing(duty=duty.value)


def _prior(desk: Desk, found: Proposed) -> None:
    """Raises PriorUnderWay, or why what must happen before was refused."""
    if found.follows is None:
        return
    before = Outbox(desk.book).submission(found.follows)
    if before.refusal is not None:
        raise before.refusal
    if not before.done or before.block is None:
        raise PriorUnderWay(submission=before.id)
    if before.block > desk.block:
        raise Behind(before.block)


def _signature(desk: Desk, found: Proposed, place: Placed) -> Voice:
    """The officer's signature in its place; an assignee's is packed with its account and deadline."""
    if not place.name.startswith(ASSIGNEE):
        assert place.account is not None, "only an assignee's account is not known before"
        return Voice(place.account, desk.sign(place.account, found.message))
    account = desk.account(Right.MAKER)
    agreed = desk.agree(account, consent(desk, found.message, int(place.name.split()[1]), account))
    return Voice(account, agreed.packed)


def consent(desk: Desk, message: object, number: int, account: Address) -> c.Acceptance:
    """What an assignee agrees to: `number` counts the pieces from 1. It stays good as long as the offer."""
    assert isinstance(message, c.Transfer | c.Split | c.SplitMany)
    if isinstance(message, c.SplitMany):
        piece = message.pieces[number - 1]
        to, amount = piece.to, piece.amount
    else:
        to, amount = (
            message.to,
            message.amount if isinstance(message, c.Split) else desk.rows.claims[message.claim].amount,
        )
    return c.Acceptance(to, message.claim, message.version, number - 1, amount, account, message.deadline)


def _carry(desk: Desk, found: Proposed, own: Mapping[str, Voice]) -> None:
    """Note the submission: everybody has signed. Raises Refusal."""
    given = {one.name: (one.account, one.signature) for one in found.places}
    given |= {name: (voice.account, voice.given) for name, voice in own.items()}
    agreed: list[Agreed | None] = []
    voices = [_voice(*given.get(name, (None, None))) for name in slots(found.message)]
    if isinstance(found.message, c.Transfer | c.Split | c.SplitMany):
        pieces = len(found.message.pieces) if isinstance(found.message, c.SplitMany) else 1
        for number in range(1, pieces + 1):
            _, packed = given.get(f"{ASSIGNEE} {number}", (None, None))
            agreed.append(None if packed is None else Agreed.of(packed))
    message = found.message
    assert not isinstance(message, c.Acceptance | c.LienAcceptance | c.Quote)
    desk.send(message, voices, about=found.about, holds=holds(message), agreed=agreed)


def _voice(account: Address | None, signature: bytes | None) -> Voice | None:
    return None if account is None else Voice(account, signature)


def _end(desk: Desk, number: int, state: ProposalState, action: Action) -> None:
    desk.note(action, f"proposal {number}")
    desk.plan.also.append(lambda book, made: closed(book, Made(made.submissions, number), state, None))


def closed(book: Db, made: Made, state: ProposalState, submission: int | None) -> Made:
    """Let the proposal that was made, or ended, take no signatures any more, as a part of the caller's transaction.

    Raises Behind when somebody else was faster.
    """
    number = made.proposal
    assert number is not None
    if not ended(book, number, state, submission):
        raise Behind(0)
    return made


def ended(book: Db, number: int, state: ProposalState, submission: int | None = None) -> bool:
    """End an open proposal, as a part of the caller's transaction; False when it is not open any more."""
    changed = book.execute(
        "UPDATE proposal SET state = ?, submission = ? WHERE id = ? AND state = 'open'", (state, submission, number)
    )
    if changed:
        book.execute("DELETE FROM showing WHERE ground = ?", (f"proposal {number}",))
    return changed == 1
