# SPDX-License-Identifier: Apache-2.0
"""How a participant's power to sign changes, and how a rail is opened: proposals that several people sign.

The Registrar's maker proposes, or a maker of the participant. Who else signs follows from GOVERN
(chain.domain.rules.governance): the other side, and where the participant has two officers, a second one of them. Of
several who could, it is the officer with the lowest number.

What the participant's own officers do not agree to in full is announced first (`details` of the proposal say so): the
ledger takes it three days later, when somebody asks for it again (POST /proposals/{id}/apply).
"""

from collections.abc import Callable, Mapping
from typing import NamedTuple

from api.paging import instant
from api.participants.errors import TokenUnnamed
from api.participants.proving import NewAccount, proved
from api.problems import NotFound
from api.writing.desk import Desk
from api.writing.errors import AccountAbsent
from api.writing.plan import Place, Proposing
from api.writing.slots import slots
from chain.abi.eip712 import hash_struct
from chain.domain import commands as c
from chain.domain.clock import UtcSeconds
from chain.domain.events import ChangeAnnounced
from chain.domain.money import Fen
from chain.domain.refusals import NotInRole
from chain.domain.rules import REGISTRAR, check
from chain.domain.rules.governance import has_live_account
from chain.domain.vocabulary import (
    ZERO_ADDRESS,
    Address,
    OfficerId,
    Participant,
    ParticipantId,
    RailId,
    Right,
    Role,
    word,
)

_ANY = Right(0)


class Who(NamedTuple):
    """Somebody who signs: whose officer, with which account."""

    participant: ParticipantId
    officer: OfficerId
    account: Address


class Signers(NamedTuple):
    """Who signs a change for the Registrar, who for the participant, and a second one where it takes one."""

    registrar: Who
    signer: Who
    second: Who | None = None

    @property
    def accounts(self) -> tuple[Address, Address, Address]:
        """As messages have them."""
        return self.registrar.account, self.signer.account, ZERO_ADDRESS if self.second is None else self.second.account

    @property
    def places(self) -> dict[str, Who]:
        """By the name of the place."""
        told = {"registrar": self.registrar, "signer": self.signer}
        return told if self.second is None else told | {"second": self.second}


# ---------------------------------------------------------------- what is proposed


def add_account(desk: Desk, participant: ParticipantId, new: NewAccount) -> None:
    """A further key, or a new officer; the account itself signs at once.

    Raises NotFound, ProofMissing, Refusal, AccountAbsent, SigningError.
    """
    row = _row(desk, participant)
    rotated = new.officer if has_live_account(desk.rows, participant, new.officer) else None
    signers = _signers(desk, participant, rotated)
    deadline = new.deadline or desk.later
    message = c.AddAccount(
        participant, row.version, new.address, new.officer, int(new.rights), *signers.accounts, deadline
    )
    entered = Who(participant, new.officer, new.address)
    _propose(
        desk,
        message,
        signers.places | {"account": entered},
        str(participant),
        lambda: proved(desk, message, new, {"deadline": instant(deadline)}),
    )


def revoke_account(desk: Desk, participant: ParticipantId, account: Address) -> None:
    """End an account. Raises NotFound, Refusal, AccountAbsent, SigningError."""
    row, registrar = _row(desk, participant), _for_the_registrar(desk)
    signer = _revoking(desk, participant, account, registrar)
    message = c.RevokeAccount(participant, row.version, account, registrar.account, signer.account, desk.later)
    _propose(desk, message, {"registrar": registrar, "signer": signer}, str(participant))


def set_threshold(desk: Desk, participant: ParticipantId, officer: OfficerId, threshold: Fen) -> None:
    """How much an officer may issue alone a day. Raises as `revoke_account`."""
    row, signers = _row(desk, participant), _signers(desk, participant)
    message = c.SetThreshold(participant, row.version, officer, threshold, *signers.accounts, desk.later)
    _propose(desk, message, signers.places, str(participant))


def set_cash(desk: Desk, participant: ParticipantId, cash: Address) -> None:
    """Where a participant is paid. Raises as `revoke_account`."""
    row, signers = _row(desk, participant), _signers(desk, participant)
    message = c.SetCash(participant, row.version, cash, *signers.accounts, desk.later)
    _propose(desk, message, signers.places, str(participant))


def open_rail(desk: Desk, rail: RailId, token: Address | None, bank: ParticipantId, escrow: Address) -> None:
    """A bank's escrow becomes a way that payments take. `token` None: the network's first.

    Raises TokenUnnamed, and as `revoke_account`.
    """
    _row(desk, bank)
    if token is None:
        if not desk.network.cash:
            raise TokenUnnamed
        token = desk.network.cash[0]
    registrar, own = _for_the_registrar(desk), _for_itself(desk, bank)
    message = c.AddRail(REGISTRAR, rail, token, bank, escrow, own.account, registrar.account, desk.later)
    _propose(desk, message, {"signer": registrar, "bank_signer": own}, f"rail {rail}")


# ---------------------------------------------------------------- who signs


def _signers(desk: Desk, participant: ParticipantId, rotated: OfficerId | None = None) -> Signers:
    """`rotated`: the officer that is to have a further key, and signs for it alone."""
    row, registrar = _row(desk, participant), _for_the_registrar(desk)
    if row.roles & Role.REGISTRAR or row.officers == 0:
        return Signers(registrar, _found(desk, REGISTRAR, Right.MAKER, but=registrar.officer))
    if rotated is not None:
        return Signers(registrar, _found(desk, participant, Right.MAKER, only=rotated))
    signer = _for_itself(desk, participant)
    return Signers(registrar, signer, _found(desk, participant, _ANY, but=signer.officer) if row.officers > 1 else None)


def _for_the_registrar(desk: Desk) -> Who:
    own = desk.caller
    if own.participant == REGISTRAR:
        return Who(REGISTRAR, own.officer, desk.account())
    return _found(desk, REGISTRAR, Right.MAKER)


def _for_itself(desk: Desk, participant: ParticipantId) -> Who:
    own = desk.caller
    if own.participant == participant:
        return Who(participant, own.officer, desk.account())
    return _found(desk, participant, Right.MAKER)


def _revoking(desk: Desk, participant: ParticipantId, account: Address, registrar: Who) -> Who:
    """The participant's own, by another key where there is one; or else the Registrar's second officer."""
    own = desk.caller
    if desk.rows.participants[participant].roles & Role.REGISTRAR:
        return _found(desk, REGISTRAR, Right.MAKER, but=registrar.officer)
    only = own.officer if own.participant == participant else None
    makers = _makers(desk, participant, only)
    others = [one for one in makers if one.account != account]
    if others or only is not None:
        return (others or makers or [_found(desk, participant, Right.MAKER, only=only)])[0]
    return _found(desk, REGISTRAR, Right.MAKER, but=registrar.officer)


def _makers(desk: Desk, participant: ParticipantId, only: OfficerId | None) -> list[Who]:
    return [
        Who(participant, row.officer, address)
        for address, row in desk.accounts(participant)
        if row.rights & Right.MAKER and only in (None, row.officer)
    ]


def _found(
    desk: Desk,
    participant: ParticipantId,
    right: Right,
    *,
    only: OfficerId | None = None,
    but: OfficerId | None = None,
) -> Who:
    """The first officer that has the right: that one only, or any but that one. Raises AccountAbsent."""
    for address, row in desk.accounts(participant):
        if row.rights & right == right and only in (None, row.officer) and row.officer != but:
            return Who(participant, row.officer, address)
    asked = word(Right, right or Right.MAKER, desk.lang)
    raise AccountAbsent(participant=participant, officer="*" if only is None else only, right=asked)


def _row(desk: Desk, participant: ParticipantId) -> Participant:
    """Raises NotInRole when whoever asks is neither side, NotFound when there is no such participant."""
    own = desk.caller.participant
    if own not in (REGISTRAR, participant):
        raise NotInRole(participant=own, roles=int(Role.REGISTRAR))
    row = desk.rows.participants.get(participant)
    if row is None:
        raise NotFound
    return row


def _propose(
    desk: Desk,
    message: c.Governed | c.AddRail,
    whos: Mapping[str, Who],
    about: str,
    proof: Callable[[], bytes] | None = None,
) -> None:
    """Note the proposal, signed by whoever asks; `proof`: the signature of an account that is to be entered."""
    names = slots(message)
    proofs = tuple(whos[name].account if name in whos else None for name in names)
    events = check(desk.rows, c.Call(message, proofs, identity=hash_struct(message)), desk.now)  # before anybody signs
    announced = any(isinstance(event, ChangeAnnounced) for event in events)
    own, deadline = (desk.caller.participant, desk.caller.officer), UtcSeconds(message.deadline)
    places = []
    for name in names:
        who = whos.get(name)
        if who is None:
            continue
        if name == "account":
            assert proof is not None
            places.append(Place(name, *who, proof()))
        elif (who.participant, who.officer) == own:
            places.append(desk.signed_place(name, who.account, message))
        else:
            places.append(Place(name, *who))
    desk.propose(Proposing(message, places, about, {"announced": announced}, deadline))
