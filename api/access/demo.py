# SPDX-License-Identifier: Apache-2.0
"""The officers of a demo network, and what lets its signer sign for each of them with nobody there to unlock anything.

Passwords and keys all follow from the network's chain id, so they are worth nothing.
"""

import hashlib
from dataclasses import dataclass, field
from pathlib import Path

from api.access import keys, officers, passwords
from api.access.audit import Action, Decision, deciding
from api.access.officers import Officer
from api.access.viewer import Duty, stored
from api.story.cast import BOTH, CHECKER, COMPANIES, MAKER, MOTORS, OPERATOR, REGISTRAR, Company, Keys
from chain.domain.clock import DAY, Clock, SystemClock, UtcSeconds
from chain.domain.vocabulary import Address, OfficerId, Right
from chain.signing.key import Key
from chain.signing.parts import OPERATIONS
from chain.signing.policy import ANY
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
_RIGHTS = {(one.company.id, one.officer): one.rights for one in (MAKER, CHECKER)}
_SYSTEM = SystemClock()

_POLICY = """\
# 演示网络的签名策略：各人员可签署一切操作，因为其密钥由链号推得，并无价值
# What the signer of this demo network may sign: everything; keys that follow from the chain id are worth nothing
version = 1
longest = 4_000_000_000  # 演示时钟可拨快 / seconds: the demo's clock can be moved far ahead

[[ledgers]]
chain_id = {chain_id}
address = "{ledger}"
"""
_OFFICER = """
[[officers]]  # {name} {words}
participant = {participant}
officer = {officer}
day = "{any}"

[[officers.accounts]]
address = "{account}"
rights = [{rights}]
operations = {{ {operations} }}
"""


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


def signing_keys(chain_id: int) -> tuple[Key, ...]:
    """The key that each demo officer signs with, in the order of `demo_officers`."""
    keys = Keys(chain_id)
    return tuple(keys.officer(one.company, one.number) for one in demo_officers(chain_id))


def signing_policy(chain_id: int, ledger: Address) -> str:
    """A policy under which every demo officer may sign every operation on its network's ledger.

    The car maker's two are the story's: one makes, the other checks; every other officer does both.
    """
    operations = ", ".join(f'{name} = "{ANY}"' for name in OPERATIONS)
    text = _POLICY.format(chain_id=chain_id, ledger=ledger)
    for one, key in zip(demo_officers(chain_id), signing_keys(chain_id), strict=True):
        rights = _RIGHTS.get((one.company.id, one.number), BOTH)
        text += _OFFICER.format(
            name=one.name,
            words=one.company.name.zh,
            participant=one.company.id,
            officer=one.number,
            account=key.address,
            rights=", ".join(f'"{right.name.lower()}"' for right in Right if right & rights and right.name),
            operations=operations,
            any=ANY,
        )
    return text


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
