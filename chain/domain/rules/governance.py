# SPDX-License-Identifier: Apache-2.0
"""How a participant's power to sign changes: GOVERN and ANNOUNCED of IRegistry.

The Registrar alone, or with one dishonest officer of a participant that ever had two, cannot come to sign for it or
redirect its cash: what a participant's own officers do not agree to in full is announced, and waits PUBLIC_DELAY.
"""

from collections.abc import Callable

from chain.domain.clock import DAY, UtcSeconds
from chain.domain.commands import AddAccount, Call, CancelChange, Governed, RevokeAccount, SetCash, SetThreshold
from chain.domain.events import (
    AccountAdded,
    AccountEnded,
    CashSet,
    ChangeAnnounced,
    ChangeApplied,
    ChangeCancelled,
    Event,
    ThresholdSet,
)
from chain.domain.refusals import (
    AccountExists,
    BadBatch,
    BadOfficer,
    BadRights,
    CashAddressMissing,
    CashAddressTaken,
    ChangeIsCancelled,
    ChangeNotDue,
    IntentExpired,
    NotInRole,
    TooManyAccounts,
    TooManyOfficers,
    UnexpectedSigner,
    UnknownChange,
)
from chain.domain.rules.rows import Rows, in_force
from chain.domain.rules.signing import (
    NO_RIGHT,
    Events,
    account,
    genuine,
    has_right,
    live_account,
    next_version,
    proof,
    role,
    signed,
    subject,
    two_officers,
)
from chain.domain.vocabulary import (
    ALL_RIGHTS,
    ZERO_ADDRESS,
    Account,
    Address,
    ChangeState,
    OfficerId,
    ParticipantId,
    Right,
    Role,
)

PUBLIC_DELAY = 3 * DAY
MAX_OFFICERS = 2**8 - 1  # with a live account
MAX_ACCOUNTS = 2**16 - 1  # live ones of an officer


# ---------------------------------------------------------------- operations


def add_account(rows: Rows, message: AddAccount, call: Call, now: UtcSeconds) -> Events:
    """A further key or a new officer.

    Raises what GOVERN or own rotation raises; what `new_account` raises; TooManyOfficers, TooManyAccounts.
    """
    registrar = _registrar(rows, message, call, now, needed=4)
    row = rows.participants[message.participant]
    if not row.roles & Role.REGISTRAR and has_live_account(rows, message.participant, message.officer):
        announced = _own_rotation(rows, message, call)
    else:
        announced = _consent(rows, message, message.second, registrar, call)
    new_account(rows, message.participant, message.account, message.officer, message.rights, proof(call, 3))
    _room(rows, message.participant, message.officer)

    def event(version: int, rulebook: int) -> Event:
        who = message.participant
        return AccountAdded(who, version, message.account, message.officer, message.rights, rulebook)

    return carry_out(rows, message.participant, call, now, announced, event)


def revoke_account(rows: Rows, message: RevokeAccount, call: Call, now: UtcSeconds) -> Events:
    """End an account: at once when the participant signs, announced when the Registrar does.

    Raises what GOVERN raises, and UnknownAccount, AccountRevoked, NotSignerFor for the account to end.
    """
    registrar = _registrar(rows, message, call, now, needed=2)
    signer = rows.accounts.get(message.signer)
    own = signer is not None and signer.participant == message.participant
    announced = not own or bool(rows.participants[message.participant].roles & Role.REGISTRAR)
    if announced:
        _second_registrar(rows, message, registrar, call)
    else:
        account(rows, message.signer, message.participant, NO_RIGHT)
        genuine(message.signer, proof(call, 1))
    account(rows, message.account, message.participant, NO_RIGHT)

    def event(version: int, rulebook: int) -> Event:
        return AccountEnded(message.participant, version, message.account, rulebook)

    return carry_out(rows, message.participant, call, now, announced, event)


def set_threshold(rows: Rows, message: SetThreshold, call: Call, now: UtcSeconds) -> Events:
    """How much an officer may issue alone a day. Raises what GOVERN raises; BadOfficer without a live account."""
    registrar = _registrar(rows, message, call, now, needed=3)
    announced = _consent(rows, message, message.second, registrar, call)
    if not has_live_account(rows, message.participant, message.officer):
        raise BadOfficer(participant=message.participant, officer=message.officer)

    def event(version: int, rulebook: int) -> Event:
        return ThresholdSet(message.participant, version, message.officer, message.threshold, rulebook)

    return carry_out(rows, message.participant, call, now, announced, event)


def set_cash(rows: Rows, message: SetCash, call: Call, now: UtcSeconds) -> Events:
    """Where a participant is paid. Raises what GOVERN raises; CashAddressMissing, CashAddressTaken."""
    registrar = _registrar(rows, message, call, now, needed=3)
    announced = _consent(rows, message, message.second, registrar, call)
    if message.cash == ZERO_ADDRESS:
        raise CashAddressMissing(participant=message.participant)
    cash_free(rows, message.participant, message.cash)

    def event(version: int, rulebook: int) -> Event:
        return CashSet(message.participant, version, message.cash, rulebook)

    return carry_out(rows, message.participant, call, now, announced, event)


def cash_free(rows: Rows, participant: ParticipantId, cash: Address) -> None:
    """Raises CashAddressTaken when the address is or was another's: who approved the ledger there is pulled from."""
    if rows.cash_owners.get(cash, participant) != participant:
        raise CashAddressTaken(cash=cash)


def cancel_change(rows: Rows, message: CancelChange, call: Call, now: UtcSeconds) -> Events:
    """Stop an announced change. Raises what SIGNED raises; UnknownChange; what ROLE raises for a stranger to it."""
    signed(rows, message, proof(call, 0), NO_RIGHT, now)
    change = rows.changes.get(message.change)
    if change is None or change.state != ChangeState.ANNOUNCED:
        raise UnknownChange(change=message.change)
    if change.participant != message.participant:
        role(rows, message.participant, Role.REGISTRAR)
    return (ChangeCancelled(change.participant, message.change, in_force(rows, now)[0]),)


# ---------------------------------------------------------------- what operations share


def carry_out(
    rows: Rows,
    participant: ParticipantId,
    call: Call,
    now: UtcSeconds,
    announced: bool,
    event: Callable[[int, int], Event],
) -> Events:
    """ANNOUNCED where it is asked for, then the version: `event` makes the operation's own from version and rulebook.

    A first call gives ChangeAnnounced alone; a later one the operation's event and ChangeApplied.
    Raises ChangeIsCancelled, ChangeNotDue, ParticipantVersionExhausted.
    """
    rulebook = in_force(rows, now)[0]
    if not announced:
        return (event(next_version(rows, participant), rulebook),)
    change = call.identity
    if change is None:
        raise ValueError("a change that is announced first needs its message's identity")
    row = rows.changes.get(change)
    if row is None:
        return (ChangeAnnounced(participant, change, UtcSeconds(now + PUBLIC_DELAY), rulebook),)
    if row.state == ChangeState.CANCELLED:
        raise ChangeIsCancelled(change=change)
    if now < row.at:
        raise ChangeNotDue(change=change, ready=row.at)
    return event(next_version(rows, participant), rulebook), ChangeApplied(participant, change, rulebook)


def new_account(
    rows: Rows, participant: ParticipantId, address: Address, officer: OfficerId, rights: int, by: Address | None
) -> None:
    """The checks on an account to be. Raises BadOfficer, BadRights, AccountExists, BadSignature."""
    if officer == 0:
        raise BadOfficer(participant=participant, officer=officer)
    if not 0 < rights <= ALL_RIGHTS:
        raise BadRights(rights=rights)
    if address == ZERO_ADDRESS or address in rows.accounts:
        raise AccountExists(account=address)
    genuine(address, by)


def _room(rows: Rows, participant: ParticipantId, officer: OfficerId) -> None:
    """Raises TooManyOfficers, TooManyAccounts."""
    row = rows.officers.get((participant, officer))
    live = 0 if row is None else row.accounts
    if live == 0 and rows.participants[participant].officers == MAX_OFFICERS:
        raise TooManyOfficers(participant=participant)
    if live == MAX_ACCOUNTS:
        raise TooManyAccounts(participant=participant, officer=officer)


def has_live_account(rows: Rows, participant: ParticipantId, officer: OfficerId) -> bool:
    """Whether the officer can sign."""
    row = rows.officers.get((participant, officer))
    return row is not None and row.accounts > 0


def _registrar(rows: Rows, message: Governed, call: Call, now: UtcSeconds, needed: int) -> Account:
    """GOVERN 1 and 2: the Registrar's account."""
    if len(call.proofs) != needed:
        raise BadBatch(needed=needed, given=len(call.proofs))
    if now > message.deadline:
        raise IntentExpired(deadline=message.deadline)
    subject(rows, message.participant, message.version)
    row = live_account(rows, message.registrar)
    if not rows.participants[row.participant].roles & Role.REGISTRAR:
        raise NotInRole(participant=row.participant, roles=Role.REGISTRAR)
    has_right(row, message.registrar, Right.MAKER)
    genuine(message.registrar, proof(call, 0))
    return row


def _second_registrar(rows: Rows, message: Governed, registrar: Account, call: Call) -> None:
    """GOVERN 3, `second` aside: the signer is another officer of the same Registrar."""
    signer = account(rows, message.signer, registrar.participant, Right.MAKER)
    two_officers(registrar, signer)
    genuine(message.signer, proof(call, 1))


def _consent(rows: Rows, message: Governed, second: Address, registrar: Account, call: Call) -> bool:
    """GOVERN 3 and 4: whether the change has to be announced."""
    row = rows.participants[message.participant]
    if row.roles & Role.REGISTRAR or row.officers == 0:
        _second_registrar(rows, message, registrar, call)
        _nobody(second)
        return True
    signer = account(rows, message.signer, message.participant, NO_RIGHT)
    genuine(message.signer, proof(call, 1))
    if row.officers == 1:
        _nobody(second)
        return row.quorum >= 2
    two_officers(signer, account(rows, second, message.participant, NO_RIGHT))
    genuine(second, proof(call, 2))
    return False


def _own_rotation(rows: Rows, message: AddAccount, call: Call) -> bool:
    """An officer adds a further key of its own, with no more rights than the signing one: done at once."""
    signer = account(rows, message.signer, message.participant, NO_RIGHT)
    if signer.officer != message.officer:
        raise BadOfficer(participant=message.participant, officer=message.officer)
    genuine(message.signer, proof(call, 1))
    _nobody(message.second)
    has_right(signer, message.signer, message.rights)
    return False


def _nobody(second: Address) -> None:
    if second != ZERO_ADDRESS:
        raise UnexpectedSigner(signer=second)
