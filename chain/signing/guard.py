# SPDX-License-Identifier: Apache-2.0
"""What is asked before every signature. The order of the questions is the order in which they stand here.

The ledger asks most of it again, of its own registry; what only stands here is the amounts, the operations of each
account, the ledgers and the deadline. That maker and checker are two people rests on each officer's own password.
"""

from collections.abc import Iterator

from chain.abi.eip712 import Domain, Signed, digest
from chain.domain import commands as c
from chain.domain.clock import Clock
from chain.domain.vocabulary import ZERO_ADDRESS, Address, Hash, ParticipantId
from chain.signing.daycount import DayCount
from chain.signing.parts import Place, amount, places
from chain.signing.policy import Grant, Policy
from chain.signing.refusals import (
    AccountNotNamed,
    AccountUnlisted,
    AmountAboveMessageLimit,
    CapacityMissing,
    ColleagueUnlisted,
    DeadlineTooFar,
    ForeignParticipant,
    LedgerUnlisted,
    OfficerDiffers,
    OneOfficerTwice,
    OperationNotGranted,
)


class Guard:
    """A policy with the count of what was signed under it."""

    def __init__(self, policy: Policy, count: DayCount, clock: Clock) -> None:
        self._policy, self._count, self._clock = policy, count, clock

    def permit(self, account: Address, message: Signed, domain: Domain) -> Hash:
        """The 32 bytes that the account may sign now; its amount is counted, durably.

        Raises AccountUnlisted, LedgerUnlisted, OperationNotGranted, AccountNotNamed, CapacityMissing,
        ForeignParticipant, OfficerDiffers, OneOfficerTwice, ColleagueUnlisted, DeadlineTooFar,
        AmountAboveMessageLimit, what DayCount.take raises; NumberDoesNotFit, BytesDoNotFit.
        """
        hashed = digest(message, domain)
        grant = self._granted(account, message, domain)
        self._speaks(account, grant, message)
        longest = self._policy.longest
        if message.deadline > self._clock.now() + longest:
            raise DeadlineTooFar(deadline=message.deadline, longest=longest)
        self._affords(account, grant, message, hashed)
        return hashed

    def _granted(self, account: Address, message: Signed, domain: Domain) -> Grant:
        grant = self._policy.accounts.get(account)
        if grant is None:
            raise AccountUnlisted(account=account)
        if domain not in self._policy.ledgers:
            raise LedgerUnlisted(chain_id=domain.chain_id, ledger=domain.ledger)
        if type(message) not in grant.operations:
            raise OperationNotGranted(account=account, operation=type(message).__name__)
        return grant

    def _speaks(self, account: Address, grant: Grant, message: Signed) -> None:
        """Whether this account may stand where the message has it, beside those who stand there as well."""
        mine = [place for place in places(message) if getattr(message, place.field) == account]
        if not mine:
            raise AccountNotNamed(account=account, operation=type(message).__name__)
        officer = grant.officer
        if len(mine) > 1:
            raise OneOfficerTwice(participant=officer.participant, officer=officer.officer)
        (place,) = mine
        if place.right & ~grant.rights:
            raise CapacityMissing(account=account, place=place.field)
        owners = set(self._owners(place, message))
        if owners and officer.participant not in owners:
            raise ForeignParticipant(account=account, participant=next(self._owners(place, message)))
        if place.entered:
            _as_listed(account, grant, message)
        else:
            self._two_people(place, grant, message)

    def _owners(self, place: Place, message: Signed) -> Iterator[ParticipantId]:
        """Whose account may stand there; nothing when anybody's may.

        A governed message that has to be announced is signed by two officers of the Registrar: its signer may be of
        the same participant as its registrar.
        """
        if place.owner is not None:
            yield getattr(message, place.owner)
            if place.field == "signer" and isinstance(message, c.Governed):
                registrar = self._policy.accounts.get(message.registrar)
                if registrar is not None:
                    yield registrar.officer.participant

    def _two_people(self, own: Place, grant: Grant, message: Signed) -> None:
        """Whoever else signs is another officer; of the same participant, one that the policy knows."""
        officer = grant.officer
        for place in places(message):
            name: Address = getattr(message, place.field)
            if place == own or place.entered or name == ZERO_ADDRESS:
                continue
            other = self._policy.accounts.get(name)
            if other is not None and other.officer == officer:
                raise OneOfficerTwice(participant=officer.participant, officer=officer.officer)
            own_too = place.owner is not None and getattr(message, place.owner) == officer.participant
            if other is None and own_too:
                raise ColleagueUnlisted(account=name)

    def _affords(self, account: Address, grant: Grant, message: Signed, hashed: Hash) -> None:
        size, most = amount(message), grant.operations[type(message)]
        if most is not None and size > most:
            name = type(message).__name__
            raise AmountAboveMessageLimit(account=account, operation=name, amount=size, limit=most)
        if size and grant.officer.day is not None:
            self._count.take(grant.officer, hashed, size)


def _as_listed(account: Address, grant: Grant, message: Signed) -> None:
    """A new account is entered for the officer that the policy has it for. Raises OfficerDiffers."""
    if isinstance(message, (c.RegisterParticipant, c.AddAccount)) and message.officer != grant.officer.officer:
        raise OfficerDiffers(account=account, listed=grant.officer.officer, given=message.officer)
