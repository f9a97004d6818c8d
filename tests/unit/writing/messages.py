# SPDX-License-Identifier: Apache-2.0
"""One message of every kind, with made-up values that can be told apart."""

from collections.abc import Mapping
from typing import Any, get_args

from chain.domain import commands as c
from chain.domain.clock import UtcSeconds
from chain.domain.money import Fen, Ppm
from chain.domain.vocabulary import Address, ClaimId, Hash, Hours, InvoicePart, ObligationId, ParticipantId, RailId

KINDS: tuple[type, ...] = get_args(c.Message)
OBLIGATION = ObligationId(ParticipantId(10), 7)
CLAIM = OBLIGATION.claim(3)
AT = UtcSeconds(1_800_000_000)


def _address(digit: str) -> Address:
    return Address("0x" + digit * 40)


def promise(number: int, face: int = 1_234_567) -> c.NewObligation:
    parts = (InvoicePart(Hash(bytes(32)), Fen(face)),)
    hours, late = Hours(AT // 3600), Ppm(182_500)
    return c.NewObligation(number, ParticipantId(21), Fen(face), AT, hours, RailId(1), 5, late, Hash(bytes(32)), parts)


QUOTE = c.Quote(
    *(ParticipantId(51), CLAIM, 4, Fen(1_234_567), Fen(1_200_000), 0, 1, Ppm(42_000), 90, 1, _address("e"), AT)
)
_VALUES: Mapping[str, Any] = {
    "participant": ParticipantId(10),
    "subject": ParticipantId(31),
    "version": 4,
    "roles": 2,
    "status": 1,
    "limit": Fen(987_654_321),
    "cash": _address("1"),
    "identity": Hash(bytes(32)),
    "account": _address("2"),
    "officer": 2,
    "rights": 3,
    "registrar": _address("3"),
    "signer": _address("4"),
    "second": _address("5"),
    "checker": _address("6"),
    "bank_signer": _address("7"),
    "deadline": AT,
    "threshold": Fen(5_000_001),
    "counterparty": ParticipantId(21),
    "until": AT,
    "rail": RailId(6),
    "token": _address("8"),
    "bank": ParticipantId(3),
    "escrow": _address("9"),
    "obligor": ParticipantId(10),
    "entries": (c.InvoiceEntry(Hash(b"\1" * 32), Fen(1), Hash(bytes(32))),),
    "start": AT,
    "rulebook": _address("a"),
    "change": Hash(bytes(32)),
    "subjects": (ParticipantId(31),),
    "obligations": (promise(7), promise(8, 2_000_000)),
    "claim": CLAIM,
    "terms": Hash(bytes(32)),
    "invoices": (InvoicePart(Hash(bytes(32)), Fen(1)),),
    "to": ParticipantId(31),
    "amount": Fen(1_234_567),
    "pieces": (c.Piece(ParticipantId(31), Fen(1_234_567)), c.Piece(ParticipantId(32), Fen(7_654_321))),
    "lienholder": ParticipantId(51),
    "quote": QUOTE,
    "receipt": Hash(bytes(32)),
}


def made(kind: type, **over: Any) -> Any:
    """A message of that kind; `over`: other values than the usual ones."""
    values = dict(_VALUES) | {"obligation": promise(7) if kind is c.Issue else OBLIGATION}
    if kind is c.PublishRules:
        values |= dict.fromkeys(kind.__dataclass_fields__, 5) | {"participant": 1, "signer": _address("4")}
    return kind(**{name: (values | over)[name] for name in kind.__dataclass_fields__})  # type: ignore[attr-defined]


def claim(number: int) -> ClaimId:
    return OBLIGATION.claim(number)
