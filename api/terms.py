# SPDX-License-Identifier: Apache-2.0
"""`network.toml`: what is decided before a network is born, and never after. `deeptier network new` writes it.

Names are on no chain: the Registrar's is committed to as keccak256(salt, name), and name and salt stay in the file.
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple, NoReturn

from api.errors import TermMissing, TermsUnreadable, TermUnknown, TermWrong
from chain.abi.keccak import keccak
from chain.domain.clock import DAY, UtcSeconds
from chain.domain.money import Currency, Ppm, currency, parse_amount, parse_rate
from chain.domain.rules import FirstAccount, genesis_events
from chain.domain.rules.registry import LONGEST_TENOR, MAX_HOP_CAP, MAX_MIN_PIECE
from chain.domain.vocabulary import ZERO_ADDRESS, Address, Hash, OfficerId, Right, Rules

FILE = "network.toml"
VERSION = 1
SALT = 32  # bytes

_RIGHTS = {"maker": Right.MAKER, "checker": Right.CHECKER}
_ADDRESS, _HASH = re.compile("0x[0-9a-f]{40}"), re.compile("0x[0-9a-f]{64}")
_MOST_OFFER, _MOST_CLOSES = 2**16 - 1, 2**8 - 1  # hours, days: as wide as the ledger keeps them


class Bounds(NamedTuple):
    """Two figures of one kind, the lower one first."""

    least: int
    most: int


@dataclass(frozen=True, slots=True)
class Terms:
    """What a network is born from."""

    currency: Currency
    identity: Hash  # salted commitment to who the Registrar is
    registrars: tuple[FirstAccount, ...]  # its first accounts
    max_tenor: int  # seconds
    max_offer: int  # hours
    hop_cap: int
    min_piece: int  # 10^min_piece minor units
    late_rates: Bounds  # ppm a year
    closes: Bounds  # days before maturity
    bank: Address  # may mint the cash token

    def rules(self, since: UtcSeconds) -> Rules:
        """The first limits, in force from an instant."""
        lowest, highest = Ppm(self.late_rates.least), Ppm(self.late_rates.most)
        limits = self.max_tenor, self.max_offer, self.hop_cap, self.min_piece
        return Rules(since, *limits, lowest, highest, self.closes.least, self.closes.most)


def commitment(name: str, salt: bytes) -> Hash:
    """What stands on chain for a name: nothing can be told from it without the salt."""
    return Hash(keccak(salt + name.encode()))


def is_address(text: str) -> bool:
    """Whether it is an address, lower-case, and somebody's."""
    return _ADDRESS.fullmatch(text) is not None and text != ZERO_ADDRESS


def read(path: Path) -> Terms:
    """The terms in a file.

    Raises TermsUnreadable, TermMissing, TermUnknown, TermWrong; CurrencyUnknown; BadGenesis without two makers of two
    officers; those of parse_amount and parse_rate.
    """
    try:
        told = tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise TermsUnreadable(path=str(path), why=error.strerror or type(error).__name__) from None
    except ValueError as error:  # TOML's and UTF-8's are ValueErrors
        raise TermsUnreadable(path=str(path), why=str(error).rstrip(".")) from None
    top = _Table(path, "", told, "version", "currency", "registrar", "rules", "cash")
    top.whole("version", VERSION, VERSION)
    unit = currency(top.text("currency"))
    registrar = top.table("registrar", "identity", "name", "salt", "officers")
    rules = top.table(
        "rules", "max_tenor_days", "max_offer_hours", "hop_cap", "smallest_piece", "late_rates", "closes_days"
    )
    found = Terms(
        unit,
        _identity(registrar),
        tuple(_officer(one) for one in registrar.tables("officers", "officer", "account", "rights")),
        rules.whole("max_tenor_days", 1, LONGEST_TENOR // DAY) * DAY,
        rules.whole("max_offer_hours", 1, _MOST_OFFER),
        rules.whole("hop_cap", 0, MAX_HOP_CAP),
        _power(rules, unit),
        _rates(rules),
        _closes(rules),
        top.table("cash", "bank").account("bank"),
    )
    genesis_events(found.identity, found.registrars, found.rules(UtcSeconds(0)))
    return found


class _Table:
    """A table of the file, which has no words but these."""

    def __init__(self, path: Path, name: str, told: Mapping[str, Any], *words: str) -> None:
        self._path, self._name, self._told = path, name, told
        for word in told:
            if word not in words:
                raise TermUnknown(path=str(path), term=self._full(word))

    def has(self, word: str) -> bool:
        return word in self._told

    def table(self, word: str, *words: str) -> "_Table":
        told = self._value(word)
        if not isinstance(told, dict):
            self.wrong(word, f"[{word}]")
        return _Table(self._path, self._full(word), told, *words)

    def tables(self, word: str, *words: str) -> list["_Table"]:
        told = self._value(word)
        if not isinstance(told, list) or not all(isinstance(one, dict) for one in told):
            self.wrong(word, f"[[{self._full(word)}]]")
        return [_Table(self._path, f"{self._full(word)}[{place}]", one, *words) for place, one in enumerate(told, 1)]

    def text(self, word: str) -> str:
        told = self._value(word)
        if not isinstance(told, str) or not told:
            self.wrong(word, '"…"')
        return told

    def whole(self, word: str, least: int, most: int) -> int:
        told = self._value(word)
        if type(told) is not int or not least <= told <= most:
            self.wrong(word, f"{least} … {most}")
        return told

    def pair(self, word: str) -> tuple[Any, Any]:
        told = self._value(word)
        if not isinstance(told, list) or len(told) != 2:
            self.wrong(word, "[…, …]")
        return told[0], told[1]

    def account(self, word: str) -> Address:
        told = self.text(word)
        if not is_address(told):
            self.wrong(word, '"0x" + 40 × 0-9 a-f')
        return Address(told)

    def octets(self, word: str) -> bytes:
        told = self.text(word)
        if not _HASH.fullmatch(told):
            self.wrong(word, '"0x" + 64 × 0-9 a-f')
        return bytes.fromhex(told[2:])

    def rights(self, word: str) -> Right:
        told = self._value(word)
        if not isinstance(told, list) or not told or not all(isinstance(one, str) and one in _RIGHTS for one in told):
            self.wrong(word, " / ".join(f'["{one}"]' for one in _RIGHTS))
        return Right(sum({_RIGHTS[one] for one in told}))

    def wrong(self, word: str, wanted: str) -> NoReturn:
        raise TermWrong(path=str(self._path), term=self._full(word), given=repr(self._told[word])[:60], wanted=wanted)

    def missing(self, word: str) -> NoReturn:
        raise TermMissing(path=str(self._path), term=self._full(word))

    def _value(self, word: str) -> Any:
        if word not in self._told:
            self.missing(word)
        return self._told[word]

    def _full(self, word: str) -> str:
        return f"{self._name}.{word}" if self._name else word


def _identity(registrar: _Table) -> Hash:
    """The commitment itself, or the one that name and salt make; not both, for they might differ."""
    if not registrar.has("identity"):
        return commitment(registrar.text("name"), registrar.octets("salt"))
    for word in ("name", "salt"):
        if registrar.has(word):
            registrar.wrong("identity", "identity / name + salt")
    return Hash(registrar.octets("identity"))


def _officer(one: _Table) -> FirstAccount:
    return FirstAccount(one.account("account"), OfficerId(one.whole("officer", 1, 2**16 - 1)), one.rights("rights"))


def _power(rules: _Table, unit: Currency) -> int:
    """The smallest piece as a power of ten minor units."""
    amount = parse_amount(rules.text("smallest_piece"), unit)
    power = len(str(amount)) - 1
    if amount != 10**power or power > MAX_MIN_PIECE:
        rules.wrong("smallest_piece", "0.01 / 0.10 / 1.00 / 10.00 …")
    return power


def _rates(rules: _Table) -> Bounds:
    low, high = rules.pair("late_rates")
    found = Bounds(parse_rate(low), parse_rate(high))
    if found.least > found.most:
        rules.wrong("late_rates", '["0%", "36.5%"]')
    return found


def _closes(rules: _Table) -> Bounds:
    low, high = rules.pair("closes_days")
    if not all(type(one) is int for one in (low, high)) or not 0 <= low <= high <= _MOST_CLOSES:
        rules.wrong("closes_days", f"[0 … {_MOST_CLOSES}, 0 … {_MOST_CLOSES}]")
    return Bounds(low, high)
