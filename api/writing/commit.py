# SPDX-License-Identifier: Apache-2.0
"""The one commit of a request: its idempotency key, submissions, holds, proposal, decisions, and what else it wrote.

What is in the book after it happens once, whatever dies when; before it nothing has happened at all. Such commits come
one after the other (the audit log has one end), so what is looked at here stays so until the end.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from api.access.audit import recording
from api.access.viewer import Caller
from api.writing.errors import SubjectBusy
from api.writing.holds import last
from api.writing.plan import Made, Plan, Proposing
from chain.abi.schema import struct_codec
from chain.domain.clock import Clock, UtcSeconds
from chain.node.failpoints import reach
from chain.store.db import Db
from chain.store.words import ProposalState, SubmissionState
from chain.submission.errors import KeyConflict
from chain.submission.outbox import Entry, Outbox

UNDER_WAY = (SubmissionState.QUEUED, SubmissionState.SENT)


class Behind(Exception):
    """The plan was made on rows that have changed since: it must be made anew once `block` is mirrored."""

    def __init__(self, block: int) -> None:
        super().__init__(block)
        self.block = block


def known(book: Db, caller: Caller, key: str, hashed: bytes) -> Made | None:
    """What the request came to that the caller made under this key, if it did. Raises KeyConflict, StoreError."""
    row = book.one(
        "SELECT hash, answer FROM request WHERE participant = ? AND officer = ? AND key = ?",
        (caller.participant, caller.officer, key),
    )
    if row is None:
        return None
    if bytes(row[0]) != hashed:
        raise KeyConflict(key=key)
    told: Mapping[str, Any] = json.loads(row[1])
    return Made(tuple(told["submissions"]), told["proposal"], told["financing"], replayed=True)


def commit(book: Db, clock: Clock, caller: Caller, request: tuple[str, bytes], plan: Plan, block: int) -> Made:
    """Make it so; `request`: idempotency key and hash; `block`: that of the rows by which the plan was made.

    Raises AlreadyThere when another request with that key was faster, Behind, SubjectBusy, StoreError, and what the
    plan's own writes raise; then nothing was done.
    """
    (key, hashed), own = request, (caller.participant, caller.officer)
    now = clock.now()
    with recording(book, clock) as write:
        book.execute("INSERT INTO request VALUES (?, ?, ?, ?, '', ?)", (*own, key, hashed, now))
        for sending in plan.sendings:
            for subject in sending.holds:
                _free(book, subject, block)
        entries = [
            Entry(sending.call, _named(own, key, place), sending.participant, sending.officer, sending.about)
            for place, sending in enumerate(plan.sendings)
        ]
        made = Made(tuple(one.id for one in Outbox(book, clock).enter_all(entries)))
        for number, sending in zip(made.submissions, plan.sendings, strict=True):
            hold(book, sending.holds, number)
        if plan.proposing is not None:
            made = replace(made, proposal=_propose(book, caller, plan.proposing, made, plan.at))
        for also in plan.also:
            made = also(book, made) or made
        answer = {"submissions": made.submissions, "proposal": made.proposal, "financing": made.financing}
        book.execute(
            "UPDATE request SET answer = ? WHERE participant = ? AND officer = ? AND key = ?",
            (json.dumps(answer), *own, key),
        )
        for decision in plan.decisions:
            write(decision)
        reach("request-before-commit")
    reach("request-after-commit")
    return made


def hold(book: Db, subjects: Sequence[str], submission: int) -> None:
    """Let nothing else begin about these while the submission is under way, as a part of the caller's transaction."""
    book.executemany(
        "INSERT INTO hold VALUES (?, ?) ON CONFLICT (subject) DO UPDATE SET submission = excluded.submission",
        [(subject, submission) for subject in subjects],
    )


def _named(own: tuple[int, int], key: str, place: int) -> str:
    """The key of a submission: no officer's key can be another's."""
    return f"{own[0]}-{own[1]} {key} {place}"


def _free(book: Db, subject: str, block: int) -> None:
    """Raises SubjectBusy while the last submission about it is under way, Behind when its outcome was not seen."""
    held = last(book, subject)
    if held is None:
        return
    if held.state in UNDER_WAY:
        raise SubjectBusy(subject=subject, submission=held.submission)
    if held.block is not None and held.block > block:  # also a refused one's: those before it may not have been seen
        raise Behind(held.block)


def _propose(book: Db, caller: Caller, one: Proposing, made: Made, now: UtcSeconds) -> int:
    follows = None if one.follows is None else made.submissions[one.follows]
    name = type(one.message).__name__
    row = book.one(
        "INSERT INTO proposal (participant, officer, operation, message, about, details, state, deadline, follows,"
        " created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id",
        (
            *(caller.participant, caller.officer, name, struct_codec(name).encode(one.message), one.about),
            *(json.dumps(one.details, ensure_ascii=False), ProposalState.OPEN, one.deadline, follows, now),
        ),
    )
    assert row is not None
    number = int(row[0])
    book.executemany(
        "INSERT INTO place (proposal, name, participant, officer, account, signature, signed_at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        [(number, *place[:4], place.signature, None if place.signature is None else now) for place in one.places],
    )
    book.executemany(
        "INSERT INTO showing VALUES (?, ?, ?, ?)",
        [(participant, claim, f"proposal {number}", one.deadline) for participant, claim in one.shown],
    )
    return number
