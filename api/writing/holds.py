# SPDX-License-Identifier: Apache-2.0
"""What nothing else may be under way about while a message is: whatever its replay key is a version of."""

from typing import NamedTuple

from chain.domain import commands as c
from chain.store.db import Db
from chain.store.words import SubmissionState


class Held(NamedTuple):
    """The last submission about a subject. `block`: since it is on chain."""

    submission: int
    state: SubmissionState
    block: int | None


def last(book: Db, subject: str) -> Held | None:
    """The last submission about a subject, if there was one. Raises StoreError."""
    row = book.one(
        "SELECT s.id, s.state, s.block FROM hold h JOIN submission s ON s.id = h.submission WHERE h.subject = ?",
        (subject,),
    )
    return None if row is None else Held(row[0], SubmissionState(row[1]), row[2])


def holds(message: c.Message) -> tuple[str, ...]:
    """The subjects of a message, as people read them in a refusal."""
    if isinstance(message, c.Discount):
        return (f"claim {message.quote.claim}",)
    if isinstance(message, c.Issue):
        return (f"obligation {message.participant}-{message.obligation.number}",)
    if isinstance(message, c.IssueMany):
        return tuple(f"obligation {message.participant}-{one.number}" for one in message.obligations)
    if isinstance(message, c.RegisterInvoices):
        return tuple(f"invoice {one.fingerprint.hex()[:16]}" for one in message.entries)
    if isinstance(message, c.RegisterParticipant | c.SetStanding):
        return (f"participant {message.subject}",)
    if isinstance(message, c.AddRail):
        return (f"rail {message.rail}",)
    if isinstance(message, c.PublishRules):
        return ("rules",)
    claim = getattr(message, "claim", None)
    if claim is not None:
        return (f"claim {claim}",)
    obligation = getattr(message, "obligation", None)
    if obligation is not None:
        return (f"obligation {obligation}",)
    return (f"participant {message.participant}",) if hasattr(message, "participant") else ()
