# SPDX-License-Identifier: Apache-2.0
"""What the policy lets an account sign, and each reason for which it does not."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from chain.abi.eip712 import Domain, Signed, digest
from chain.abi.errors import NumberDoesNotFit
from chain.domain.clock import DAY as DAY_SECONDS
from chain.domain.clock import FixedClock
from chain.domain.vocabulary import ZERO_ADDRESS, Address
from chain.signing.daycount import DayCount
from chain.signing.errors import SigningError
from chain.signing.guard import Guard
from chain.signing.key import Key
from chain.signing.policy import load
from chain.signing.refusals import (
    AccountNotNamed,
    AccountUnlisted,
    AmountAboveDayLimit,
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
from tests.chains import START, key
from tests.unit.signing.office import (
    BUYER,
    CHECKER,
    COLLEAGUE,
    CORE,
    DOMAIN,
    FIRST,
    LEDGER,
    MAKER,
    NEW,
    POLICY,
    REGISTRAR,
    SECOND,
    SPARE,
    add_account,
    issue,
    set_cash,
    split,
    write_private,
)

STRANGER = key("office stranger")


class Office:
    """A guard, and the clock that it looks at."""

    def __init__(self, folder: Path, policy: str = POLICY) -> None:
        self.clock = FixedClock(START)
        self.count = DayCount(folder, self.clock)
        self.guard = Guard(load(write_private(folder / "policy.toml", policy)), self.count, self.clock)

    def permits(self, account: Key, message: Signed, domain: Domain = DOMAIN) -> bool:
        """Whether it gives exactly the message's hash; raises its refusal."""
        return self.guard.permit(account.address, message, domain) == digest(message, domain)


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    (tmp_path / "f").mkdir(0o700)
    made = Office(tmp_path / "f")
    yield made
    made.count.close()


GOOD: dict[str, tuple[Key, Any]] = {
    "issue as maker": (MAKER, issue()),
    "issue as checker": (CHECKER, issue()),
    "issue alone": (MAKER, issue(checker=ZERO_ADDRESS)),
    "issue with a colleague whose key is elsewhere": (MAKER, issue(checker=COLLEAGUE.address)),
    "issue at the limit": (MAKER, issue(400_000)),
    "split": (MAKER, split()),
    "deadline at the limit": (MAKER, split(deadline=START + 3600)),
    "deadline in the past, which the ledger judges": (MAKER, split(deadline=1)),
    "governed as the maker": (MAKER, set_cash()),
    "governed as the second": (CHECKER, set_cash()),
    "governed as the registrar": (FIRST, set_cash()),
    "governed as the second registrar": (SECOND, set_cash(signer=SECOND.address, second=ZERO_ADDRESS)),
    "registrar beside another participant's officers": (FIRST, set_cash(participant=BUYER, signer=STRANGER.address)),
    "a new account for itself": (NEW, add_account()),
    "own officer for a new account": (MAKER, add_account()),
    "own officer for a new account that the policy does not know": (MAKER, add_account(account=STRANGER.address)),
    "own officer for a further account of its own": (MAKER, add_account(account=SPARE.address, officer=1)),
}


@pytest.mark.parametrize(("account", "message"), GOOD.values(), ids=GOOD)
def test_permit__within_the_policy__gives_the_hash(office: Office, account: Key, message: Any) -> None:
    assert office.permits(account, message)


OTHER = Address("0x" + "d8" * 20)
BAD: dict[str, tuple[Key, Any, Domain, SigningError]] = {
    "account": (STRANGER, split(signer=STRANGER.address), DOMAIN, AccountUnlisted(account=STRANGER.address)),
    "chain": (MAKER, split(), Domain(1, LEDGER), LedgerUnlisted(chain_id=1, ledger=LEDGER)),
    "ledger": (MAKER, split(), Domain(31_337, OTHER), LedgerUnlisted(chain_id=31_337, ledger=OTHER)),
    "operation": (
        CHECKER,
        add_account(second=CHECKER.address),
        DOMAIN,
        OperationNotGranted(account=CHECKER.address, operation="AddAccount"),
    ),
    "a colleague without any operation": (
        COLLEAGUE,
        issue(checker=COLLEAGUE.address),
        DOMAIN,
        OperationNotGranted(account=COLLEAGUE.address, operation="Issue"),
    ),
    "somebody else's message": (
        MAKER,
        split(signer=SPARE.address),
        DOMAIN,
        AccountNotNamed(account=MAKER.address, operation="Split"),
    ),
    "a checker as maker": (
        CHECKER,
        split(signer=CHECKER.address),
        DOMAIN,
        CapacityMissing(account=CHECKER.address, place="signer"),
    ),
    "a maker as checker": (
        MAKER,
        issue(signer=SPARE.address, checker=MAKER.address),
        DOMAIN,
        CapacityMissing(account=MAKER.address, place="checker"),
    ),
    "another participant": (
        MAKER,
        split(participant=BUYER),
        DOMAIN,
        ForeignParticipant(account=MAKER.address, participant=BUYER),
    ),
    "another participant's governed message": (
        MAKER,
        set_cash(participant=BUYER),
        DOMAIN,
        ForeignParticipant(account=MAKER.address, participant=BUYER),
    ),
    "a registrar as the participant's second": (
        SECOND,
        set_cash(second=SECOND.address),
        DOMAIN,
        ForeignParticipant(account=SECOND.address, participant=CORE),
    ),
    "a registrar's officer beside an unknown registrar": (
        SECOND,
        set_cash(registrar=STRANGER.address, signer=SECOND.address),
        DOMAIN,
        ForeignParticipant(account=SECOND.address, participant=CORE),
    ),
    "maker and checker one account": (
        SPARE,
        issue(signer=SPARE.address, checker=SPARE.address),
        DOMAIN,
        OneOfficerTwice(participant=CORE, officer=1),
    ),
    "maker and checker one officer, as maker": (
        MAKER,
        issue(checker=SPARE.address),
        DOMAIN,
        OneOfficerTwice(participant=CORE, officer=1),
    ),
    "maker and checker one officer, as checker": (
        SPARE,
        issue(checker=SPARE.address),
        DOMAIN,
        OneOfficerTwice(participant=CORE, officer=1),
    ),
    "signer and second one officer": (
        MAKER,
        set_cash(second=SPARE.address),
        DOMAIN,
        OneOfficerTwice(participant=CORE, officer=1),
    ),
    "registrar twice": (
        FIRST,
        set_cash(signer=FIRST.address),
        DOMAIN,
        OneOfficerTwice(participant=REGISTRAR, officer=1),
    ),
    "an unknown checker": (
        MAKER,
        issue(checker=STRANGER.address),
        DOMAIN,
        ColleagueUnlisted(account=STRANGER.address),
    ),
    "an unknown maker": (CHECKER, issue(signer=STRANGER.address), DOMAIN, ColleagueUnlisted(account=STRANGER.address)),
    "an unknown second": (
        MAKER,
        set_cash(second=STRANGER.address),
        DOMAIN,
        ColleagueUnlisted(account=STRANGER.address),
    ),
    "another officer than listed": (
        NEW,
        add_account(officer=1),
        DOMAIN,
        OfficerDiffers(account=NEW.address, listed=2, given=1),
    ),
    "deadline": (
        MAKER,
        split(deadline=START + 3601),
        DOMAIN,
        DeadlineTooFar(deadline=START + 3601, longest=3600),
    ),
    "amount of one message": (
        MAKER,
        issue(400_001),
        DOMAIN,
        AmountAboveMessageLimit(account=MAKER.address, operation="Issue", amount=400_001, limit=400_000),
    ),
    "amount of the day": (
        SPARE,
        split(1_000_001, signer=SPARE.address),
        DOMAIN,
        AmountAboveDayLimit(participant=CORE, officer=1, total=1_000_001, limit=1_000_000),
    ),
}


@pytest.mark.parametrize(("account", "message", "domain", "refusal"), BAD.values(), ids=BAD)
def test_permit__outside_the_policy__refused_with_the_reason_and_nothing_counted(
    office: Office, tmp_path: Path, account: Key, message: Any, domain: Domain, refusal: SigningError
) -> None:
    with pytest.raises(type(refusal)) as raised:
        office.permits(account, message, domain)
    assert raised.value == refusal
    assert all(path.stat().st_size == 0 for path in (tmp_path / "f" / "counts").iterdir())


def test_permit__value_that_does_not_fit__refused_before_the_policy(office: Office) -> None:
    with pytest.raises(NumberDoesNotFit):
        office.permits(MAKER, split(2**48))


def test_permit__several_accounts_of_one_officer__share_the_day(office: Office) -> None:
    assert office.permits(MAKER, split(300_000))
    assert office.permits(SPARE, split(650_000, signer=SPARE.address))
    with pytest.raises(AmountAboveDayLimit) as raised:
        office.permits(MAKER, split(50_001))
    assert raised.value.arguments["total"] == 1_000_001
    assert office.permits(MAKER, split(50_000))


def test_permit__same_message_again__costs_nothing_more(office: Office) -> None:
    whole = split(300_000)
    for _ in range(10):
        assert office.permits(MAKER, whole)
    assert office.permits(MAKER, replace(whole, version=2))
    assert office.permits(MAKER, replace(whole, version=3))
    with pytest.raises(AmountAboveDayLimit):
        office.permits(MAKER, replace(whole, version=4))
    assert office.permits(MAKER, whole)


def test_permit__same_message_for_two_ledgers__counts_twice(tmp_path: Path) -> None:
    both = POLICY.replace("[[ledgers]]", f'[[ledgers]]\nchain_id = 7\naddress = "{LEDGER}"\n\n[[ledgers]]', 1)
    tmp_path.chmod(0o700)
    office = Office(tmp_path, both)
    for chain_id in (7, 31_337):
        office.permits(SPARE, split(500_000, signer=SPARE.address), Domain(chain_id, LEDGER))
    with pytest.raises(AmountAboveDayLimit):
        office.permits(MAKER, split(1))


def test_permit__next_utc_day__begins_at_nothing_and_the_old_one_does_not_come_back(office: Office) -> None:
    midnight = START - START % DAY_SECONDS + DAY_SECONDS
    office.clock.move_to(midnight - 1)  # type: ignore[arg-type]
    assert office.permits(SPARE, split(1_000_000, signer=SPARE.address))
    with pytest.raises(AmountAboveDayLimit):
        office.permits(MAKER, split(1))
    office.clock.move_to(midnight)  # type: ignore[arg-type]
    assert office.permits(SPARE, split(1_000_000, signer=SPARE.address))
    office.clock.move_to(midnight - 1)  # type: ignore[arg-type]  # a clock set back finds that day's count
    with pytest.raises(AmountAboveDayLimit):
        office.permits(MAKER, split(1))


def test_permit__officer_with_a_day_of_nothing__signs_what_has_no_amount(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    office = Office(tmp_path, POLICY.replace("day = 1000000", "day = 0"))
    assert office.permits(MAKER, set_cash())
    with pytest.raises(AmountAboveDayLimit):
        office.permits(MAKER, split(1))
    assert office.permits(CHECKER, issue(900_000))
