# SPDX-License-Identifier: Apache-2.0
"""What the Registrar alone enters: a company with its first account, and a participant's standing."""

import secrets
from dataclasses import dataclass

from api.paging import instant
from api.participants import directory
from api.participants.directory import Company
from api.participants.errors import CompanyNameTaken, CompanyNumberTaken
from api.participants.proving import NewAccount, proved
from api.problems import NotFound
from api.writing.commit import Behind
from api.writing.desk import Desk, Voice
from api.writing.holds import holds
from api.writing.plan import Made
from chain.domain import commands as c
from chain.domain.money import Fen
from chain.domain.rules import check
from chain.domain.rules.signing import known, role
from chain.domain.vocabulary import Address, ParticipantId, ParticipantStatus, Role
from chain.store.db import Db

FIRST = 10
"""The first id that is given to whoever names none; those below are for whoever runs the network."""
SALT = 32  # bytes
_COUNTER = "participants"


@dataclass(frozen=True, slots=True)
class Newcomer:
    """A company to be entered. `id` None: the next that is free; `salt` None: a new one."""

    id: ParticipantId | None
    name: str
    number: str
    roles: Role
    limit: Fen
    cash: Address
    account: NewAccount
    salt: bytes | None = None


def register(desk: Desk, new: Newcomer) -> None:
    """Enter a company and its first account, in the ledger and in the book.

    Raises CompanyNameTaken, CompanyNumberTaken, ProofMissing, Refusal, AccountAbsent, SigningError.
    """
    registrar, own = as_registrar(desk), desk.account()
    number = _next(desk) if new.id is None else new.id
    one = Company(number, new.name, directory.plain_number(new.number))
    stale = _free(desk, one)
    salt = new.salt or secrets.token_bytes(SALT)
    deadline = new.account.deadline or desk.soon
    message = c.RegisterParticipant(
        *(registrar, number, int(new.roles), new.limit, new.cash, directory.identity(one.name, one.number, salt)),
        *(new.account.address, new.account.officer, int(new.account.rights), own, deadline),
    )
    check(desk.rows, c.Call(message, (own, new.account.address)), desk.now)  # before anybody signs
    repeat = {"id": number, "salt": salt.hex(), "deadline": instant(deadline)}
    proof = proved(desk, message, new.account, repeat)
    desk.send(message, (Voice(own), Voice(new.account.address, proof)), about=str(number), holds=holds(message))

    def written(book: Db, made: Made) -> None:
        for gone, its_salt in stale:
            directory.strike(book, gone, its_salt)
        if directory.alike(book, one):
            raise Behind(desk.block)  # somebody entered it meanwhile
        directory.enter(book, one, salt, desk.now)

    desk.plan.also.append(written)


def set_standing(
    desk: Desk, participant: ParticipantId, roles: Role | None, status: ParticipantStatus | None, limit: Fen | None
) -> None:
    """Roles, status and limit of a participant; None: as it is. Raises NotFound, Refusal, SigningError."""
    registrar, own = as_registrar(desk), desk.account()
    row = desk.rows.participants.get(participant)
    if row is None:
        raise NotFound
    message = c.SetStanding(
        *(registrar, participant, row.version, int(row.roles if roles is None else roles)),
        *(int(row.status if status is None else status), row.limit if limit is None else limit, own, desk.soon),
    )
    desk.send(message, (Voice(own),), about=str(participant), holds=holds(message))


def as_registrar(desk: Desk) -> ParticipantId:
    """The caller's participant. Raises UnknownParticipant, ParticipantSuspended, NotInRole unless it is a Registrar."""
    own = desk.caller.participant
    known(desk.rows, own)
    role(desk.rows, own, Role.REGISTRAR)
    return own


def _free(desk: Desk, one: Company) -> list[tuple[ParticipantId, bytes]]:
    """What the book has to forget: companies that the ledger refused. Raises CompanyNameTaken, CompanyNumberTaken."""
    stale = []
    for other, salt in directory.alike(desk.book, one):
        absent = desk.rows.participants.get(other.participant) is None
        if absent and directory.refused(desk.book, other.participant):
            stale.append((other.participant, salt))
        elif other.number == one.number:
            raise CompanyNumberTaken(participant=other.participant)
        elif other.participant != one.participant:  # of one with that id the ledger says that it exists
            raise CompanyNameTaken(participant=other.participant)
    return stale


def _next(desk: Desk) -> ParticipantId:
    """An id that nobody has or was promised. One that comes to nothing leaves a gap, which is no harm."""
    with desk.book.transaction():
        desk.book.execute("INSERT INTO counter VALUES (?, ?) ON CONFLICT (name) DO NOTHING", (_COUNTER, FIRST - 1))
        row = desk.book.one("UPDATE counter SET value = value + 1 WHERE name = ? RETURNING value", (_COUNTER,))
        assert row is not None
        number = ParticipantId(row[0])
        while desk.rows.participants.get(number) is not None or directory.company(desk.book, number) is not None:
            number = ParticipantId(number + 1)
        desk.book.execute("UPDATE counter SET value = ? WHERE name = ?", (number, _COUNTER))
    return number
