# SPDX-License-Identifier: Apache-2.0
"""What the signer process may sign: a TOML file beside the keys, read at the start. What it does not grant is refused.

    version = 1
    longest = 86400                          # seconds from now that a message may stay good

    [[ledgers]]
    chain_id = 31337
    address = "0x…"                          # 40 lower-case hex digits

    [[officers]]
    participant = 10
    officer = 1
    day = 500_000_00                         # fen that its signatures of one UTC day may come to, or "any"

    [[officers.accounts]]
    address = "0x…"
    rights = ["maker"]                       # and/or "checker"
    operations = { Issue = 100_000_00, Accept = "any", Transfer = "any" }   # the most fen of one message, or "any"

A colleague whose key is kept elsewhere is listed with no operations, so that one can see that it is somebody else.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from chain.abi.bounds import address
from chain.abi.eip712 import Domain, Signed
from chain.domain.errors import InputError
from chain.domain.vocabulary import ZERO_ADDRESS, Address, OfficerId, ParticipantId, Right
from chain.signing.errors import PolicyMalformed
from chain.signing.files import read_private
from chain.signing.parts import AMOUNTLESS, OPERATIONS

VERSION = 1
FILE = "policy.toml"
ANY = "any"
_MOST_BYTES = 2**22
_RIGHTS = {"maker": Right.MAKER, "checker": Right.CHECKER}
_U16, _U32, _U64 = 2**16 - 1, 2**32 - 1, 2**64 - 1


@dataclass(frozen=True, slots=True)
class Officer:
    """A person at a participant, and how much the signatures of all its accounts may come to on one UTC day."""

    participant: ParticipantId
    officer: OfficerId
    day: int | None  # fen; None: without bound, and then nothing is counted


@dataclass(frozen=True, slots=True)
class Grant:
    """What one account may sign."""

    officer: Officer
    rights: Right
    operations: Mapping[type[Signed], int | None]  # the most fen of one message; None: without bound


@dataclass(frozen=True, slots=True)
class Policy:
    """The whole policy."""

    longest: int  # seconds from now that a deadline may be away
    ledgers: frozenset[Domain]
    accounts: Mapping[Address, Grant]


def load(path: Path) -> Policy:
    """The policy in a file of its owner's alone. Raises FileExposed, FileUnusable, PolicyMalformed."""
    octets = read_private(path, _MOST_BYTES)
    try:
        return _policy(tomllib.loads(octets.decode()))
    except (ValueError, InputError, RecursionError) as error:  # tomllib's and UnicodeDecodeError are ValueErrors
        raise PolicyMalformed(path=str(path), why=str(error)) from None


def _policy(told: Any) -> Policy:
    version, longest, ledgers, officers = _parts("the policy", told, "version", "longest", "ledgers", "officers")
    _whole("version", version, VERSION, least=VERSION)
    accounts: dict[Address, Grant] = {}
    seen: set[tuple[int, int]] = set()
    for entry in _list("officers", officers):
        for name, grant in _officer(entry, seen):
            if name in accounts:
                raise ValueError(f"the account {name} is listed twice")
            accounts[name] = grant
    named = frozenset(_ledger(entry) for entry in _list("ledgers", ledgers))
    return Policy(_whole("longest", longest, _U32), named, MappingProxyType(accounts))


def _ledger(told: Any) -> Domain:
    chain_id, ledger = _parts("a ledger", told, "chain_id", "address")
    return Domain(_whole("chain_id", chain_id, 2**256 - 1), _account("address", ledger))


def _officer(told: Any, seen: set[tuple[int, int]]) -> list[tuple[Address, Grant]]:
    participant, number, day, accounts = _parts("an officer", told, "participant", "officer", "day", "accounts")
    officer = Officer(
        ParticipantId(_whole("participant", participant, _U32, least=1)),
        OfficerId(_whole("officer", number, _U16, least=1)),
        _bound("day", day),
    )
    if (officer.participant, officer.officer) in seen:
        raise ValueError(f"officer {officer.officer} of participant {officer.participant} is listed twice")
    seen.add((officer.participant, officer.officer))
    return [_grant(entry, officer) for entry in _list("accounts", accounts)]


def _grant(told: Any, officer: Officer) -> tuple[Address, Grant]:
    account, rights, operations = _parts("an account", told, "address", "rights", "operations")
    if not isinstance(operations, dict):
        raise ValueError("operations is no table")
    known = {name for name in _list("rights", rights) if isinstance(name, str)}
    if not known or not known <= _RIGHTS.keys() or len(known) != len(rights):
        raise ValueError(f"rights are one or more of {', '.join(_RIGHTS)}, each once")
    granted = {OPERATIONS[name]: _bound(name, most) for name, most in operations.items() if name in OPERATIONS}
    if len(granted) != len(operations):
        raise ValueError(f"no such operation: {', '.join(sorted(operations.keys() - OPERATIONS.keys()))}")
    for kind, most in granted.items():
        if kind in AMOUNTLESS and most is not None:
            raise ValueError(f'{kind.__name__} states no amount that could be bounded: grant it as "{ANY}" or not')
    bits = Right(sum(_RIGHTS[name] for name in known))
    return _account("address", account), Grant(officer, bits, MappingProxyType(granted))


def _parts(what: str, told: Any, *names: str) -> tuple[Any, ...]:
    """Exactly these values of a table."""
    if not isinstance(told, dict):
        raise ValueError(f"{what} is no table")
    if told.keys() != set(names):
        raise ValueError(f"{what} has {', '.join(sorted(told)) or 'nothing'}; it takes {', '.join(names)}")
    return tuple(told[name] for name in names)


def _list(name: str, value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise ValueError(f"{name} is no list")
    return value


def _whole(name: str, value: Any, most: int, least: int = 0) -> int:
    if type(value) is not int or not least <= value <= most:
        raise ValueError(f"{name} is {value!r}, no whole number from {least} to {most}")
    return value


def _bound(name: str, value: Any) -> int | None:
    return None if value == ANY else _whole(name, value, _U64)


def _account(name: str, value: Any) -> Address:
    address(name, value)
    if value == ZERO_ADDRESS:
        raise ValueError(f"{name} is nobody's")
    return Address(value)
