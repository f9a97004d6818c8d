# SPDX-License-Identifier: Apache-2.0
"""The tables that questions are asked of: one for each table of the ledger's state, and one for each kind of fact.

Every row is a version: it holds from block `block_from` on, up to but not including `block_to`, which is OPEN for what
holds now. The same two columns serve questions about an earlier block and the way back after a reorganisation. Column
names are those of the domain's records. Amounts in fen; numbers of more than 63 bits are decimal text (WIDE).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from enum import StrEnum
from operator import attrgetter
from typing import Any, NamedTuple

from chain.domain.vocabulary import (
    Account,
    AutoAccept,
    Change,
    ChangeState,
    Claim,
    ClaimId,
    Invoice,
    InvoicePart,
    Obligation,
    ObligationId,
    ObligationStatus,
    Officer,
    Participant,
    Rail,
    Role,
    RulebookContract,
    Rules,
    Step,
    StepKind,
)
from chain.mirror.facts import Backing, Discount, Lien, Passing, Payment, Redemption

LAYOUT = 1
"""The version of these tables and of the fold into them; a mirror of another one is folded anew."""
OPEN = 2**63 - 1
"""`block_to` of a row that holds now; in SQL it is written out."""


class Kind(StrEnum):
    """What a column holds."""

    NUMBER = "number"  # 63 bits, not negative
    WIDE = "wide"  # a number of more bits, as decimal text
    TEXT = "text"
    BYTES = "bytes"


class Column(NamedTuple):
    """A column of a key or of a row, and how a value gets in and out where SQL has another type for it."""

    name: str
    kind: Kind
    put: Callable[[Any], Any] | None = None
    get: Callable[[Any], Any] | None = None


Flat = Callable[[Any], tuple[Any, ...]]


@dataclass(frozen=True)
class Table:
    """Rows of one kind. `rows`: the table of `domain.rules.Rows` that it mirrors; None for facts."""

    name: str
    rows: str | None
    keys: tuple[Column, ...]
    columns: tuple[Column, ...]
    flat: Flat  # a key as SQL has it
    key: Callable[[Sequence[Any]], Any]  # and back
    values: Flat  # a row's values as SQL has them
    row: Callable[[Sequence[Any]], Any]  # and back; raises ValueError, TypeError for values that no row has
    indexes: tuple[tuple[str, ...], ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """All columns, in the order of the rows that are inserted."""
        return (*(c.name for c in self.keys), "block_from", "block_to", *(c.name for c in self.columns))


def number(*names: str) -> tuple[Column, ...]:
    """Columns of plain numbers."""
    return tuple(Column(name, Kind.NUMBER) for name in names)


def wide(name: str) -> Column:
    """A column of a number of more than 63 bits."""
    return Column(name, Kind.WIDE, str, int)


def word(name: str, kind: Callable[[int], Any]) -> Column:
    """A column of an enum's number."""
    return Column(name, Kind.NUMBER, int, kind)


def text(name: str) -> Column:
    """A column of text."""
    return Column(name, Kind.TEXT)


def octets(name: str) -> Column:
    """A column of bytes."""
    return Column(name, Kind.BYTES)


def _record(
    name: str,
    rows: str | None,
    keys: tuple[Column, ...],
    make: Callable[..., Any],
    columns: tuple[Column, ...],
    flat: Flat = tuple,
    key: Callable[[Sequence[Any]], Any] = tuple,
    indexes: tuple[tuple[str, ...], ...] = (),
) -> Table:
    """A table whose rows are records with an attribute for each column, in the record's order."""
    attributes = [column.name for column in columns]
    plain: Flat = attrgetter(*attributes) if len(attributes) > 1 else lambda row: (getattr(row, attributes[0]),)
    puts = [(place, column.put) for place, column in enumerate(columns) if column.put]
    gets = [(place, column.get) for place, column in enumerate(columns) if column.get]

    def values(row: Any) -> tuple[Any, ...]:
        found = list(plain(row))
        for place, put in puts:
            found[place] = put(found[place])
        return tuple(found)

    def row(values: Sequence[Any]) -> Any:
        found = list(values)
        for place, get in gets:
            found[place] = get(found[place])
        return make(*found)

    return Table(name, rows, keys, columns, flat, key, values if puts else plain, row, indexes)


def _single(key: Any) -> tuple[Any, ...]:
    return (key,)


def _first(values: Sequence[Any]) -> Any:
    return values[0]


def _flag(value: int) -> bool:
    if value not in (0, 1):
        raise ValueError(f"{value} is neither 0 nor 1")
    return value == 1


_PART = 38  # bytes of an invoice's fingerprint and amount


def _parts_put(parts: tuple[InvoicePart, ...]) -> bytes:
    return b"".join([part.fingerprint + part.amount.to_bytes(6, "big") for part in parts])


def _parts_get(packed: bytes) -> tuple[InvoicePart, ...]:
    if len(packed) % _PART:
        raise ValueError(f"{len(packed)} bytes are no list of invoices")
    pieces = [packed[at : at + _PART] for at in range(0, len(packed), _PART)]
    return tuple(InvoicePart(_hash(piece[:32]), int.from_bytes(piece[32:], "big")) for piece in pieces)  # type: ignore[arg-type]


def _hash(value: bytes) -> Any:
    return value


_CLAIM = number("obligor", "number", "seq")
_CHANGE_OF_CLAIM = (*_CLAIM, *number("version"))
_OBLIGATION = number("obligor", "number")
_RULES = number(*(f.name for f in fields(Rules)))


def _claim_id(values: Sequence[Any]) -> ClaimId:
    return ClaimId(*values)


def _obligation_id(values: Sequence[Any]) -> ObligationId:
    return ObligationId(*values)


TABLES: tuple[Table, ...] = (
    _record(
        "participant",
        "participants",
        number("id"),
        Participant,
        (
            Column("limit", Kind.WIDE, str, int),
            wide("utilised"),
            *number("overdue"),
            word("roles", Role),
            *number("status", "version", "quote_epoch", "officers", "quorum", "paused_until"),
            text("cash"),
            octets("identity"),
        ),
        _single,
        _first,
    ),
    _record(
        "account",
        "accounts",
        (text("address"),),
        Account,
        (*number("participant", "officer", "rights"), word("active", _flag)),
        _single,
        _first,
        (("participant", "officer"),),
    ),
    _record(
        "officer",
        "officers",
        number("participant", "officer"),
        Officer,
        (wide("threshold"), *number("day"), wide("spent"), *number("accounts")),
    ),
    _record(
        "rail",
        "rails",
        number("id"),
        Rail,
        (text("token"), *number("bank"), text("escrow"), wide("owed")),
        _single,
        _first,
        (("bank",),),
    ),
    _record(
        "invoice",
        "invoices",
        (*number("obligor"), octets("fingerprint")),
        Invoice,
        number("gross", "allocated"),
        indexes=(("fingerprint",),),
    ),
    Table(
        "alias",
        "aliases",
        (*number("obligor"), octets("fingerprint")),
        (*number("root_obligor"), octets("root")),
        tuple,
        tuple,
        tuple,
        tuple,
        (("fingerprint",), ("root_obligor", "root")),
    ),
    _record(
        "auto_accept",
        "auto_accepts",
        number("participant", "counterparty"),
        AutoAccept,
        number("until"),
    ),
    Table(
        "receipt",
        "receipts",
        (*number("bank"), octets("reference")),
        _OBLIGATION,
        tuple,
        tuple,
        tuple,
        _obligation_id,
    ),
    _record(
        "change",
        "changes",
        (octets("hash"),),
        Change,
        (*number("participant", "at"), word("state", ChangeState)),
        _single,
        _first,
        (("participant",),),
    ),
    _record("rules", "rules", number("version"), Rules, _RULES, _single, _first),
    Table(
        "candidate",
        "rulebooks",
        (text("address"),),
        (*number("version"), *_RULES),
        _single,
        _first,
        lambda row: (row.version, *(getattr(row.rules, column.name) for column in _RULES)),
        lambda values: RulebookContract(True, values[0], Rules(*values[1:])),
    ),
    Table("rulebook", "rulebook", number("id"), (text("address"),), lambda _: (1,), _first, _single, _first),
    Table(
        "cash_owner",
        "cash_owners",
        (text("address"),),
        number("participant"),
        _single,
        _first,
        _single,
        _first,
    ),
    _record(
        "obligation",
        "obligations",
        _OBLIGATION,
        Obligation,
        (
            *number("face", "unpaid", "due", "seq", "rulebook", "rail"),
            word("status", ObligationStatus),
            *number("steps", "closes", "hop_cap", "min_piece", "late_rate", "version"),
            octets("terms"),
            Column("invoices", Kind.BYTES, _parts_put, _parts_get),
        ),
        key=_obligation_id,
        indexes=(("obligor", "block_to", "status", "due", "number"),),
    ),
    _record(
        "claim",
        "claims",
        _CLAIM,
        Claim,
        number(
            "holder",
            "lienholder",
            "start",
            "amount",
            "parent",
            "version",
            "lien_until",
            "hop",
            "status",
            "redeemed_step",
        ),
        key=_claim_id,
        indexes=(("holder", "block_to", "status", "obligor", "number", "seq"),),
    ),
    _record(
        "step",
        "steps",
        (*_OBLIGATION, *number("n")),
        Step,
        (word("kind", StepKind), *number("a", "b", "interest", "interest_owed", "at", "pays")),
        lambda key: (*key[0], key[1]),
        lambda values: (ObligationId(*values[:2]), values[2]),
    ),
    _record(
        "passing",
        None,
        _CHANGE_OF_CLAIM,
        Passing,
        (text("how"), *number("giver", "taker", "amount")),
        indexes=(("giver", "taker"), ("taker", "obligor", "number")),
    ),
    _record(
        "lien",
        None,
        _CHANGE_OF_CLAIM,
        Lien,
        number("lienholder", "until", "amount"),
        indexes=(("lienholder", "obligor", "number"),),
    ),
    _record(
        "discount",
        None,
        _CHANGE_OF_CLAIM,
        Discount,
        number("seller", "financier", "amount", "price", "rate", "days", "basis"),
        indexes=(("seller", "block_from"), ("financier", "block_from")),
    ),
    _record(
        "payment",
        None,
        (*_OBLIGATION, *number("version")),
        Payment,
        (*number("principal", "interest", "paid_at"), octets("receipt")),
        indexes=(("obligor", "block_from"),),
    ),
    _record(
        "redemption",
        None,
        _CHANGE_OF_CLAIM,
        Redemption,
        number("holder", "principal", "interest"),
        indexes=(("holder", "block_from"),),
    ),
    _record(
        "backing",
        None,
        (*_OBLIGATION, *number("place")),
        Backing,
        (octets("fingerprint"), *number("amount")),
        indexes=(("obligor", "fingerprint"),),
    ),
)
"""Every table that is made by folding events."""

BY_NAME: Mapping[str, Table] = {table.name: table for table in TABLES}
BY_ROWS: Mapping[str, Table] = {table.rows: table for table in TABLES if table.rows is not None}
