# SPDX-License-Identifier: Apache-2.0
"""Rows of the ledger as the contract packs them into storage words, and back.

A row has one word or several, which stand in consecutive slots. The layouts are those written beside the types of
contracts/libraries, IRulebook and LedgerStorage: names and widths in bits, from the lowest bit. A slot that was never
written is zero and is no row: whoever reads one asks for that before unpacking it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, NewType, TypeAlias, TypeVar

from chain.abi.bounds import address, fixed_bytes, number
from chain.abi.eip712 import hasher
from chain.abi.errors import SlotMalformed
from chain.abi.keccak import keccak
from chain.domain.vocabulary import (
    Account,
    Address,
    AutoAccept,
    Change,
    ChangeState,
    Claim,
    Hash,
    Invoice,
    InvoicePart,
    Obligation,
    ObligationStatus,
    Officer,
    Participant,
    Rail,
    Role,
    Rules,
    Step,
    StepKind,
)

Word = NewType("Word", bytes)
"""What one storage slot holds: 32 bytes."""

SECOND_NAME = Word((1 << 96).to_bytes(32, "big"))
"""Stands in place of an Invoice under an invoice's later names, whose record is the first name's."""


@dataclass(frozen=True, slots=True)
class Configuration:
    """What the ledger was born with, and its Rulebook (LedgerStorage, slot 12)."""

    rulebook: Address
    currency: bytes  # 3 ASCII letters, ISO 4217
    exponent: int  # decimals of the currency


Row: TypeAlias = (
    Claim
    | Obligation
    | Step
    | Participant
    | Account
    | Officer
    | Rail
    | Invoice
    | AutoAccept
    | Change
    | Rules
    | Configuration
)
"""What has words of its own."""

Kind = TypeVar("Kind", bound=Row)


def commitment(terms: Hash, invoices: Sequence[InvoicePart]) -> Word:
    """An obligation's second word: keccak256(terms, hash of the invoices), that list hashed as in EIP-712.

    Raises NumberDoesNotFit, BytesDoNotFit.
    """
    part_hash = hasher("InvoicePart")
    listed = keccak(b"".join([part_hash(part) for part in invoices]))
    return Word(keccak(fixed_bytes("terms", terms, 32) + listed))


def pack(row: Row) -> tuple[Word, ...]:
    """The words of a row. Raises NumberDoesNotFit, BytesDoNotFit."""
    words = tuple(layout.pack(row) for layout in _LAYOUTS[type(row)])
    return (*words, commitment(row.terms, row.invoices)) if isinstance(row, Obligation) else words


def unpack(kind: type[Kind], words: Sequence[Word]) -> Kind:
    """The row in its words; of any kind but Obligation. Raises SlotMalformed."""
    return kind(**_unpacked(kind, words))


def unpack_obligation(words: Sequence[Word], terms: Hash, invoices: tuple[InvoicePart, ...]) -> Obligation:
    """The obligation in its two words; the second commits to these terms and invoices. Raises SlotMalformed."""
    first, second = words
    if second != commitment(terms, invoices):
        raise SlotMalformed(row="commitment to those invoices", word=f"0x{second.hex()}")
    return Obligation(**_unpacked(Obligation, [first]), terms=terms, invoices=invoices)


class Part(NamedTuple):
    """A number within a word: an unsigned integer of so many bits, or bytes or an address as one."""

    name: str
    bits: int
    kind: Callable[[int], Any] = int  # what the row has for it; raises ValueError
    constant: int | None = None  # the row does not have it, and it is the same in every word


class Layout:
    """Numbers side by side in one word."""

    def __init__(self, row: str, *parts: Part, may_be_zero: bool = False) -> None:
        self.row, self.parts, self.may_be_zero = row, parts, may_be_zero

    def pack(self, row: Any) -> Word:
        """Raises NumberDoesNotFit, BytesDoNotFit."""
        word = at = 0
        for name, bits, _, constant in self.parts:
            value = getattr(row, name) if constant is None else constant
            word |= _as_number(f"{self.row}.{name}", value, bits) << at
            at += bits
        return Word(word.to_bytes(32, "big"))

    def unpack(self, word: Word) -> dict[str, Any]:
        """Raises SlotMalformed."""
        rest = int.from_bytes(word, "big")
        wrong = len(word) != 32 or (rest == 0 and not self.may_be_zero)
        values: dict[str, Any] = {}
        for name, bits, kind, constant in self.parts:
            value, rest = rest & (1 << bits) - 1, rest >> bits
            if constant is not None:
                wrong |= value != constant
                continue
            try:
                values[name] = kind(value)
            except ValueError:
                wrong = True
        if wrong or rest:
            raise SlotMalformed(row=self.row, word=f"0x{word.hex()}")
        return values


def _as_number(field: str, value: Any, bits: int) -> int:
    if isinstance(value, str):
        return int.from_bytes(address(field, Address(value)), "big")
    if isinstance(value, bytes):
        return int.from_bytes(fixed_bytes(field, value, bits // 8), "big")
    return number(field, value, bits)


def _unpacked(kind: type[Any], words: Sequence[Word]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for layout, word in zip(_LAYOUTS[kind], words, strict=True):
        values |= layout.unpack(word)
    return values


def _address(value: int) -> Address:
    return Address(f"0x{value:040x}")


def _hash(value: int) -> Hash:
    return Hash(value.to_bytes(32, "big"))


def _letters(value: int) -> bytes:
    return value.to_bytes(3, "big")


def _flag(value: int) -> bool:
    if value > 1:
        raise ValueError(f"{value} is neither 0 nor 1")
    return value == 1


_LAYOUTS: Mapping[type[Any], tuple[Layout, ...]] = {
    Claim: (
        Layout(
            "claim",
            Part("holder", 32),
            Part("lienholder", 32),
            Part("start", 48),
            Part("amount", 48),
            Part("parent", 24),
            Part("version", 24),
            Part("lien_until", 24),
            Part("hop", 8),
            Part("status", 8),
            Part("redeemed_step", 8),
        ),
    ),
    Obligation: (
        Layout(
            "obligation",
            Part("face", 48),
            Part("unpaid", 48),
            Part("due", 32),
            Part("seq", 24),
            Part("rulebook", 16),
            Part("rail", 8),
            Part("status", 8, ObligationStatus),
            Part("steps", 8),
            Part("closes", 8),
            Part("hop_cap", 4),
            Part("min_piece", 4),
            Part("late_rate", 24),
            Part("version", 24),
        ),
    ),
    Step: (
        Layout(
            "step",
            Part("kind", 8, StepKind),
            Part("a", 48),
            Part("b", 48),
            Part("interest", 48),
            Part("interest_owed", 48),
            Part("at", 32),
            Part("pays", 8),
        ),
    ),
    Participant: (
        Layout(
            "participant",
            Part("limit", 64),
            Part("utilised", 64),
            Part("overdue", 16),
            Part("roles", 16, Role),
            Part("status", 8),
            Part("version", 24),
            Part("quote_epoch", 24),
            Part("officers", 8),
            Part("quorum", 8),
            Part("paused_until", 24),
        ),
        Layout("cash address", Part("cash", 160, _address), may_be_zero=True),
        Layout("identity", Part("identity", 256, _hash), may_be_zero=True),
    ),
    Account: (
        Layout("account", Part("participant", 32), Part("officer", 16), Part("rights", 8), Part("active", 8, _flag)),
    ),
    Officer: (
        Layout(
            "officer",
            Part("threshold", 64),
            Part("day", 32),
            Part("spent", 64),
            Part("accounts", 16),
            Part("known", 8, constant=1),
        ),
    ),
    Rail: (
        Layout("rail", Part("token", 160, _address), Part("bank", 32)),
        Layout("escrow", Part("escrow", 160, _address), Part("owed", 96)),
    ),
    Invoice: (Layout("invoice", Part("gross", 48), Part("allocated", 48)),),
    AutoAccept: (Layout("auto-accept", Part("until", 32), Part("known", 8, constant=1)),),
    Change: (Layout("change", Part("at", 32), Part("state", 8, ChangeState), Part("participant", 32)),),
    Configuration: (
        Layout("configuration", Part("rulebook", 160, _address), Part("currency", 24, _letters), Part("exponent", 8)),
    ),
    Rules: (
        Layout(
            "rules",
            Part("start", 32),
            Part("max_tenor", 32),
            Part("max_offer", 16),
            Part("hop_cap", 8),
            Part("min_piece", 8),
            Part("min_late_rate", 24),
            Part("max_late_rate", 24),
            Part("min_closes", 8),
            Part("max_closes", 8),
        ),
    ),
}
