# SPDX-License-Identifier: Apache-2.0
"""Who may speak and who may receive: the steps SIGNED, ACCOUNT, ROLE, RECEIVER, REGISTRAR, SUBJECT of IRegistry."""

from typing import Protocol, TypeAlias

from chain.domain.clock import UtcSeconds
from chain.domain.commands import Call
from chain.domain.events import Event
from chain.domain.refusals import (
    AccountRevoked,
    BadSignature,
    IntentExpired,
    NotInRole,
    NotSignerFor,
    ParticipantPaused,
    ParticipantSuspended,
    ParticipantVersionExhausted,
    RightMissing,
    SameOfficer,
    StaleParticipant,
    UnknownAccount,
    UnknownParticipant,
)
from chain.domain.rules.rows import Rows
from chain.domain.vocabulary import HOUR, Account, Address, Participant, ParticipantId, ParticipantStatus, Right, Role

MAX_VERSION = 2**24 - 1
NO_RIGHT = Right(0)


Events: TypeAlias = tuple[Event, ...]


class Spoken(Protocol):
    """What every signed message has."""

    @property
    def participant(self) -> ParticipantId:
        """Whom it speaks for."""

    @property
    def signer(self) -> Address:
        """The account that speaks."""

    @property
    def deadline(self) -> UtcSeconds:
        """The last second at which it may be executed."""


def proof(call: Call, slot: int) -> Address | None:
    """Who really signed in a signature slot of the call."""
    return call.proofs[slot] if slot < len(call.proofs) else None


def signed(rows: Rows, message: Spoken, by: Address | None, right: Right, now: UtcSeconds) -> Account:
    """SIGNED: the signer's account. Raises IntentExpired, what `account` raises, BadSignature."""
    if now > message.deadline:
        raise IntentExpired(deadline=message.deadline)
    row = account(rows, message.signer, message.participant, right)
    genuine(message.signer, by)
    return row


def account(rows: Rows, address: Address, participant: ParticipantId, right: Right) -> Account:
    """ACCOUNT. Raises UnknownAccount, AccountRevoked, NotSignerFor, RightMissing."""
    row = live_account(rows, address)
    if row.participant != participant:
        raise NotSignerFor(account=address, participant=participant)
    has_right(row, address, right)
    return row


def live_account(rows: Rows, address: Address) -> Account:
    """An account that signs, whoever's it is. Raises UnknownAccount, AccountRevoked."""
    row = rows.accounts.get(address)
    if row is None:
        raise UnknownAccount(account=address)
    if not row.active:
        raise AccountRevoked(account=address)
    return row


def has_right(row: Account, address: Address, right: int) -> None:
    """Raises RightMissing, naming the missing bits, unless the account has every bit of `right`."""
    missing = int(right) & ~int(row.rights)
    if missing:
        raise RightMissing(account=address, right=missing)


def genuine(signer: Address, by: Address | None) -> None:
    """Raises BadSignature unless the named signer signed."""
    if by != signer:
        raise BadSignature(signer=signer)


def two_officers(first: Account, other: Account) -> None:
    """Raises SameOfficer when both accounts of a participant are one officer's."""
    if first.officer == other.officer:
        raise SameOfficer(participant=other.participant, officer=other.officer)


def registrar(rows: Rows, message: Spoken, by: Address | None, now: UtcSeconds) -> Account:
    """REGISTRAR: the signer's account. Raises what `signed` and `role` raise."""
    row = signed(rows, message, by, Right.MAKER, now)
    role(rows, message.participant, Role.REGISTRAR)
    return row


def role(rows: Rows, participant: ParticipantId, roles: Role) -> None:
    """ROLE, of a participant that exists. Raises ParticipantSuspended, NotInRole."""
    row = rows.participants[participant]
    if row.status != ParticipantStatus.ACTIVE:
        raise ParticipantSuspended(participant=participant)
    if not row.roles & roles:
        raise NotInRole(participant=participant, roles=roles)


def receiver(rows: Rows, participant: ParticipantId, roles: Role, now: UtcSeconds) -> None:
    """RECEIVER. Raises UnknownParticipant, what `role` raises, ParticipantPaused."""
    row = known(rows, participant)
    role(rows, participant, roles)
    if now <= row.paused_until * HOUR:
        raise ParticipantPaused(participant=participant, until=row.paused_until)


def known(rows: Rows, participant: ParticipantId) -> Participant:
    """The participant's row. Raises UnknownParticipant."""
    row = rows.participants.get(participant)
    if row is None:
        raise UnknownParticipant(participant=participant)
    return row


def subject(rows: Rows, participant: ParticipantId, version: int) -> Participant:
    """SUBJECT: the row of a participant at its current version. Raises UnknownParticipant, StaleParticipant."""
    row = known(rows, participant)
    if row.version != version:
        raise StaleParticipant(participant=participant, current=row.version, given=version)
    return row


def next_version(rows: Rows, participant: ParticipantId) -> int:
    """The participant's version after one more change. Raises ParticipantVersionExhausted."""
    version = rows.participants[participant].version
    if version == MAX_VERSION:
        raise ParticipantVersionExhausted(participant=participant)
    return version + 1
