# SPDX-License-Identifier: Apache-2.0
"""What time brings about and anybody may do: the service marks overdue what is not paid, and ends offers nobody took.
Its second look is for proposals that can no longer be carried out (api/proposals/outlived.py).

Each once, under a key that follows from the obligation: whoever looks again after a crash, and a second service that
looks at the same time, come to the same submission. Nobody signs it. What the mirror says counts only while it is up to
date: one that is being built anew would show as unpaid what was paid long ago.
"""

import threading
import time
from collections.abc import Callable, Iterator
from typing import NamedTuple, Self

from api.access.audit import Action, Decision, recording
from api.access.visible import of_the_service
from api.mirrored import Stores
from api.proposals.outlived import Outlived
from api.writing.commit import UNDER_WAY, hold
from api.writing.holds import holds, last
from chain.abi.calls import SignedCall
from chain.domain import commands as c
from chain.domain.clock import Clock, UtcSeconds
from chain.domain.errors import DeepTierError
from chain.domain.refusals import NotDue, OfferOpen
from chain.domain.vocabulary import HOUR
from chain.mirror import reads
from chain.mirror.reads import Lapsed
from chain.node.process import log, pause
from chain.store.db import Db
from chain.store.words import SubmissionState
from chain.submission.outbox import Entry, Outbox, told

EVERY = 1.0
"""Seconds between two looks, at least; a look never takes more than a small part of the time."""
_SHARE = 20  # of the time, one part of so many is spent on looking
_MOST = 100  # of a kind, in one commit


class Due(NamedTuple):
    """Something to be done, under the name that makes it happen once."""

    message: c.MarkOverdue | c.Expire
    name: str


class Caretaker:
    """A thread that looks every second, as a context: it ends with it."""

    def __init__(self, stores: Stores, clock: Clock) -> None:
        self._stores, self._clock = stores, clock
        self._outlived = Outlived(stores, clock)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="caretaker", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._stop.set()
        self._thread.join()

    def look(self) -> int:
        """Look once; how much was submitted. Raises MirrorError, StoreError: then nothing was."""
        if not self._stores.readiness().ready:
            return 0
        now, everything = self._stores.now(), of_the_service()
        found = self._stores.read(lambda db: reads.lapsed(db, everything, now, limit=_MOST))
        waiting = list(_due(found))
        if not waiting:
            return 0
        with self._stores.book() as book:
            if not any(_fresh(book, one, found.time) for one in waiting):
                return 0
            return _submit(book, self._clock, waiting, found.time)

    def _run(self) -> None:
        wait, failures, told_of = 0.0, 0, set[str]()
        while not self._stop.wait(wait):
            began = time.monotonic()
            whys = [_looked("submitted", self.look), _looked("ended proposals", self._outlived.look)]
            for why in sorted({*whys} - {"", *told_of}):
                log("caretaker waits", {"reason": why})
            told_of, failures = {*whys}, failures + 1 if all(whys) else 0  # one that fails slows no other down
            wait = max(EVERY, pause(failures), _SHARE * (time.monotonic() - began))


def _looked(does: str, look: Callable[[], int]) -> str:
    """Look once; why it came to nothing, or "". `does`: the word for it in the log."""
    try:
        done = look()
    except DeepTierError as error:
        return error.code
    except Exception as error:  # a fault of ours must not end what nobody else does
        return f"fault: {type(error).__name__}"
    if done:
        log(f"caretaker {does}", {"count": done})
    return ""


def _due(found: Lapsed) -> Iterator[Due]:
    yield from (Due(c.MarkOverdue(one), f"overdue {one}") for one in found.overdue)
    yield from (Due(c.Expire(one.id, one.terms, one.invoices), f"expire {one.id}") for one in found.offers)


def _submit(book: Db, clock: Clock, waiting: list[Due], time: UtcSeconds) -> int:
    """All in one commit, but for those about which something else is under way."""
    done = 0
    with recording(book, clock) as write:
        for one in waiting:
            name = _fresh(book, one, time)
            if name is None:
                continue
            about, subjects = one.message.obligation, holds(one.message)
            entry = Entry(SignedCall(one.message), name, about.obligor, None, str(about))
            (made,) = Outbox(book, clock).enter_all([entry])
            hold(book, subjects, made.id)
            write(Decision(Action.SUBMIT, f"{type(one.message).__name__} {about}, by the service"))
            done += 1
    return done


def _fresh(book: Db, one: Due, time: UtcSeconds) -> str | None:
    """The name under which it is to be submitted now; None when it was, or must wait.

    `time`: of the last block. A chain whose clock was behind ours refuses it as too early: then it is asked again, once
    that chain's own time has passed the date, for then it was found by that.
    """
    (subject,) = holds(one.message)
    held = last(book, subject)
    if held is not None and held.state in UNDER_WAY:
        return None
    name = one.name
    while True:
        row = book.one("SELECT id, state, error FROM submission WHERE key = ?", (name,))
        if row is None:
            return name
        number, state, error = row
        if state != SubmissionState.REFUSED or not _too_early(told(error), time):
            return None
        name = f"{one.name}, after {number}"


def _too_early(refusal: DeepTierError, time: UtcSeconds) -> bool:
    """Whether it was refused for its date, which has passed by now on the chain, too."""
    if isinstance(refusal, NotDue):
        return int(str(refusal.arguments["due"])) < time
    if isinstance(refusal, OfferOpen):
        return int(str(refusal.arguments["accept_by"])) * HOUR < time
    return False
