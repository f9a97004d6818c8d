# SPDX-License-Identifier: Apache-2.0
"""The officers of a demo network. Passwords and keys all follow from its chain id, so they are worth nothing."""

import hashlib
from dataclasses import dataclass, field
from pathlib import Path

from api.access import keys, officers, passwords
from api.access.audit import Action, Decision, deciding
from api.access.officers import Officer
from api.access.viewer import Duty, stored
from api.story.cast import CHECKER, COMPANIES, MAKER, MOTORS, OPERATOR, REGISTRAR, Company
from chain.domain.clock import DAY, Clock, SystemClock, UtcSeconds
from chain.domain.vocabulary import OfficerId
from chain.store.db import Db, connect
from chain.store.words import KeyKind, OfficerState

LIFE = 366 * DAY
"""Seconds for which a demo key is good from the start of the service on that made it or last made it longer."""
_RENEWED = 30 * DAY  # what a key must have left at the start, or it is made longer

_ALONE = frozenset({Duty.MAKER, Duty.CHECKER, Duty.ADMIN})
_DUTIES = {
    (OPERATOR.id, 1): frozenset({Duty.VIEWER, Duty.ADMIN}),
    (MOTORS.id, MAKER.officer): frozenset({Duty.MAKER, Duty.ADMIN}),
    (MOTORS.id, CHECKER.officer): frozenset({Duty.CHECKER}),
    (REGISTRAR.id, 2): frozenset({Duty.MAKER, Duty.CHECKER}),
}
_SYSTEM = SystemClock()


@dataclass(frozen=True, slots=True)
class Demo:
    """A demo officer, with what it knows."""

    company: Company
    number: OfficerId
    duties: frozenset[Duty]
    password: str = field(repr=False)
    drawn: bytes = field(repr=False)

    @property
    def name(self) -> str:
        """What it logs in with, such as "yunling.1"."""
        return f"{self.company.name.en.removeprefix('the ').split()[0].lower()}.{self.number}"

    @property
    def key(self) -> str:
        """Its key to the API."""
        return keys.text(self.drawn)


def demo_officers(chain_id: int) -> list[Demo]:
    """The officers of a demo network: one of every company of the story, two of its car maker and of the Registrar."""
    found = []
    for company in COMPANIES:
        for number in (1, 2) if company in (REGISTRAR, MOTORS) else (1,):
            seed = f"deeptier demo {chain_id}, officer {company.id}-{number}"
            password, drawn = _draw(f"{seed}, password", 10).hex(), _draw(f"{seed}, key", keys.DRAWN)
            duties = _DUTIES.get((company.id, number), _ALONE)
            found.append(Demo(company, OfficerId(number), duties, f"demo-{password}", drawn))
    return found


def make(address: str | Path, chain_id: int, clock: Clock = _SYSTEM) -> None:
    """Let them in, unless they are in already; what somebody changed or revoked since stays so. Raises StoreError."""
    with connect(address) as book:
        there = {(one.participant, one.number) for one in officers.everyone(book)}
        for one in demo_officers(chain_id):
            now = clock.now()
            if (one.company.id, one.number) not in there:
                _add(book, clock, one, now)
            renewed = (now + LIFE, one.drawn[:6].hex(), now + _RENEWED)
            book.execute(
                "UPDATE api_key SET expires_at = ? WHERE prefix = ? AND revoked_at IS NULL AND expires_at < ?", renewed
            )


def _add(book: Db, clock: Clock, one: Demo, now: UtcSeconds) -> None:
    officer = Officer(one.company.id, one.number, one.name, one.duties, OfficerState.ACTIVE, None, now)
    hashed = passwords.hashed(one.password)
    subject = f"officer {officer.id}, duties {stored(officer.duties)}, demo key"
    with deciding(book, clock, Decision(Action.OFFICER_ADD, subject)):
        officers.add(book, officer, hashed)
        owner, scopes = (officer.participant, officer.number), officer.duties | {Duty.VIEWER}
        keys.put(book, owner, KeyKind.MADE, scopes, (now, now + LIFE), one.drawn)


def _draw(seed: str, size: int) -> bytes:
    return hashlib.shake_256(seed.encode()).digest(size)
