# SPDX-License-Identifier: Apache-2.0
"""Who takes part in the story, and every key they sign with: all made up, all drawn from one seed.

No two officers, accounts or carriers share a key; who knows the seed knows them all, so they are worth nothing.
"""

import hashlib
import hmac
from dataclasses import dataclass
from functools import cache

from api.story.bilingual import Words
from chain.documents.keys import FingerprintKey
from chain.domain.money import Fen
from chain.domain.rules import REGISTRAR as REGISTRAR_ID
from chain.domain.vocabulary import Hash, OfficerId, ParticipantId, Right, Role
from chain.signing.key import Key

NOTHING = Fen(0)


@dataclass(frozen=True)
class Company:
    """A participant of the story; `limit` in fen; `tier`: how far a supplier is from the car maker, else 0.

    `number`: its tax number (USCC), which passes its check and is nobody's: there is no such district.
    """

    id: ParticipantId
    name: Words
    number: str
    role: Role
    limit: Fen = NOTHING
    tier: int = 0

    @property
    def paid(self) -> bool:
        """Whether its role touches money, so that it has an account at the settlement bank."""
        return not self.role & (Role.REGISTRAR | Role.OPERATOR)


@dataclass(frozen=True)
class Person:
    """An officer of a company, with the rights of the officer's key."""

    company: Company
    officer: OfficerId
    name: Words
    rights: Right


def _company(number: int, zh: str, en: str, uscc: str, role: Role, limit: int = 0, tier: int = 0) -> Company:
    return Company(ParticipantId(number), Words(zh, en), uscc, role, Fen(limit), tier)


CREDIT_LIMIT = Fen(500_000_000)

REGISTRAR = _company(REGISTRAR_ID, "登记机构", "the Registrar", "91990000MA0DJ00018", Role.REGISTRAR)
OPERATOR = _company(2, "链桥运营", "Lianqiao Operations", "91990000MA0LQ0002U", Role.OPERATOR)
CLEARING = _company(3, "同舟清算银行", "Tongzhou Settlement Bank", "91990000MA0TY0003W", Role.SETTLEMENT_BANK)
MOTORS = _company(10, "云岭汽车", "Yunling Motors", "91990000MA0YM00109", Role.CORE_ENTERPRISE, CREDIT_LIMIT)
SEATS = _company(21, "恒座椅业", "Hengzuo Seats", "91990000MA0HT0021J", Role.SUPPLIER, tier=1)
FOAM = _company(31, "柔棉材料", "Roumian Foam", "91990000MA0RF00313", Role.SUPPLIER, tier=2)
FRAMES = _company(32, "铭骨金属", "Minggu Frames", "91990000MA0MG0032K", Role.SUPPLIER, tier=2)
SPRINGS = _company(41, "韧川弹簧", "Renchuan Springs", "91990000MA0RC0041W", Role.SUPPLIER, tier=3)
BANK = _company(51, "临江银行", "Linjiang Bank", "91990000MA0LJ0051F", Role.FINANCIER)
RIVAL = _company(52, "望海银行", "Wanghai Bank", "91990000MA0WH0052F", Role.FINANCIER)
COMPANIES = (REGISTRAR, OPERATOR, CLEARING, MOTORS, SEATS, FOAM, FRAMES, SPRINGS, BANK, RIVAL)

BOTH = Right.MAKER | Right.CHECKER
MAKER = Person(MOTORS, OfficerId(1), Words("陈静", "Chen Jing"), Right.MAKER)
CHECKER = Person(MOTORS, OfficerId(2), Words("李明", "Li Ming"), Right.CHECKER)
STRANGER = Words("“陌生人”", "'stranger'")


def company(participant: ParticipantId) -> Company:
    """The company with that number. Raises KeyError for a number nobody in the story has."""
    return _BY_ID[participant]


_BY_ID = {one.id: one for one in COMPANIES}


class Keys:
    """Every key of one telling: the same seed draws the same keys."""

    def __init__(self, seed: int) -> None:
        self.seed = seed

    def officer(self, owner: Company, officer: int = 1) -> Key:
        """The signing key of a company's officer."""
        return self._key(f"{owner.name.en}, officer {officer}")

    def cash(self, owner: Company) -> Key:
        """The key of a company's account at the settlement bank: where it is paid, and paid from."""
        return self._key(f"{owner.name.en}, cash")

    @property
    def escrow(self) -> Key:
        """The settlement bank's escrow account, through which obligations are paid."""
        return self._key("escrow")

    @property
    def treasury(self) -> Key:
        """With which the settlement bank credits its customers' accounts."""
        return self._key("treasury of the settlement bank")

    @property
    def deployer(self) -> Key:
        """Puts the contracts in place and has no power over them afterwards."""
        return self._key("deployer")

    @property
    def relays(self) -> tuple[Key, Key]:
        """Two carriers' keys: they bring signed orders to the ledger and have no authority at all."""
        return self._key("relay 1"), self._key("relay 2")

    @property
    def stranger(self) -> Key:
        """A key that no participant has."""
        return self._key("stranger")

    def commitment(self, what: str) -> Hash:
        """A salted commitment to something that is never on the ledger: who a company is, the terms of a contract."""
        return Hash(self._draw(f"commitment: {what}"))

    @property
    def fingerprints(self) -> FingerprintKey:
        """With which the Registrar recognises invoices without telling what they are."""
        return FingerprintKey(1, self._draw("the Registrar's fingerprint key"))

    @property
    def seal(self) -> bytes:
        """With which the supplier that needs cash opens the banks' sealed quotes (X25519)."""
        return self._draw("the key that opens quotes")

    def callers(self) -> tuple[Key, ...]:
        """Every key that itself calls the node: the deployer, the carriers, the treasury, the cash accounts."""
        accounts = (self.cash(one) for one in COMPANIES if one.paid)
        return self.deployer, *self.relays, self.treasury, self.escrow, *accounts

    def _key(self, name: str) -> Key:
        return _derived(self._draw(f"key: {name}"))

    def _draw(self, name: str) -> bytes:
        return hmac.digest(f"deeptier story {self.seed}".encode(), name.encode(), hashlib.sha256)


@cache
def _derived(secret: bytes) -> Key:
    return Key.of(secret)
