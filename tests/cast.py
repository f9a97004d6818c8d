# SPDX-License-Identifier: Apache-2.0
"""Who acts in the tests' world, with which keys: one name, one private key, one address, for ever."""

import hashlib
from functools import cache
from typing import NamedTuple

from eth_account import Account as EthAccount

from chain.domain.clock import DAY, UtcSeconds
from chain.domain.money import Fen, Ppm
from chain.domain.rules import REGISTRAR, FirstAccount
from chain.domain.vocabulary import ZERO_ADDRESS, Address, Hash, OfficerId, ParticipantId, RailId, Role, Rules

NOW = UtcSeconds(1_767_225_600)  # 2026-01-01T00:00:00Z
BOTH = 3  # MAKER and CHECKER
YUAN = 100
RAIL = RailId(1)
FIRST_RULES = Rules(
    start=NOW,
    max_tenor=365 * DAY,
    max_offer=240,
    hop_cap=5,
    min_piece=2,  # 1.00
    min_late_rate=Ppm(30_000),
    max_late_rate=Ppm(240_000),
    min_closes=1,
    max_closes=10,
)


@cache
def key(name: str) -> bytes:
    """The private key of that name."""
    return hashlib.sha256(b"deeptier test key " + name.encode()).digest()


@cache
def address(name: str) -> Address:
    """The address of the key of that name."""
    found = Address(EthAccount.from_key(key(name)).address.lower())
    _NAMES[found] = name
    return found


_NAMES: dict[Address, str] = {}


def name_of(account: Address) -> str:
    """Whose key that address belongs to; it must have been asked for by name before."""
    return _NAMES[account]


def digest(text: str) -> Hash:
    """Some 32 bytes for a name."""
    return Hash(hashlib.sha256(text.encode()).digest())


class Member(NamedTuple):
    """One of the cast: its number, name, roles, and how many officers it has, each with one account."""

    id: ParticipantId
    name: str
    roles: Role
    officers: int
    limit: Fen = Fen(0)

    def account(self, officer: int = 1) -> Address:
        """The account of the officer; its private key is `key(f"{name} {officer}")`."""
        return address(f"{self.name} {officer}")

    @property
    def cash(self) -> Address:
        """Where the member is paid; none for the Registrar and the Operator."""
        without = self.roles & (Role.REGISTRAR | Role.OPERATOR)
        return ZERO_ADDRESS if without else address(f"{self.name} cash")


REG = Member(REGISTRAR, "registrar", Role.REGISTRAR, 2)
OPERATOR = Member(ParticipantId(2), "operator", Role.OPERATOR, 1)
BANK = Member(ParticipantId(3), "bank", Role.SETTLEMENT_BANK, 1)
CORE = Member(ParticipantId(4), "core", Role.CORE_ENTERPRISE, 2, Fen(1_000_000 * YUAN))
ANNA = Member(ParticipantId(5), "anna", Role.SUPPLIER, 1)
BEN = Member(ParticipantId(6), "ben", Role.SUPPLIER, 1)
CLEO = Member(ParticipantId(7), "cleo", Role.SUPPLIER, 1)
FIN = Member(ParticipantId(8), "financier", Role.FINANCIER, 1)
RIVAL = Member(ParticipantId(9), "rival", Role.FINANCIER, 1)
CAST = {member.id: member for member in (REG, OPERATOR, BANK, CORE, ANNA, BEN, CLEO, FIN, RIVAL)}
ESCROW = address("escrow")
TOKEN = address("token contract")
RULEBOOK = address("rulebook contract")

GENESIS = (
    FirstAccount(REG.account(1), OfficerId(1), BOTH),
    FirstAccount(REG.account(2), OfficerId(2), BOTH),
)
INVOICE = digest("invoice 1")
CASH = Fen(10_000_000 * YUAN)
