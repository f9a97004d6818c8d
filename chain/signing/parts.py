# SPDX-License-Identifier: Apache-2.0
"""What the policy has to know of each operation: who signs it in which place, and how much it is about.

A place is a field that names an account. Whose account may stand there is the participant in the field `owner`; None
means that the message does not say. Rights are those that the ledger asks for (IRegistry, ACCOUNT), with one more
rule: where the ledger takes any right, the first signer must be a maker.
"""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, get_args

from chain.abi.eip712 import Signed
from chain.domain import commands as c
from chain.domain.vocabulary import Right

OPERATIONS: Mapping[str, type[Signed]] = {kind.__name__: kind for kind in get_args(Signed)}
"""Every message that somebody signs, by name."""


class Place(NamedTuple):
    """A place in a message where an account stands that signs it."""

    field: str
    right: Right  # what it takes; Right(0): any
    owner: str | None
    entered: bool = False  # a new account that proves itself: it consents, and is nobody's second pair of eyes


_ANY = Right(0)
_SIGNER = Place("signer", Right.MAKER, "participant")
_CHECKER = Place("checker", Right.CHECKER, "participant")
_SECOND = Place("second", _ANY, "participant")
_REGISTRAR = Place("registrar", Right.MAKER, None)

_PLACES: Mapping[type[Signed], tuple[Place, ...]] = {
    c.RegisterParticipant: (_SIGNER, Place("account", _ANY, "subject", entered=True)),
    c.AddAccount: (_REGISTRAR, _SIGNER, _SECOND, Place("account", _ANY, "participant", entered=True)),
    c.RevokeAccount: (_REGISTRAR, _SIGNER),
    c.SetThreshold: (_REGISTRAR, _SIGNER, _SECOND),
    c.SetCash: (_REGISTRAR, _SIGNER, _SECOND),
    c.AddRail: (_SIGNER, Place("bank_signer", Right.MAKER, "bank")),
    c.PublishRules: (_SIGNER, Place("second", Right.MAKER, "participant")),
    c.SetRulebook: (_SIGNER, Place("second", Right.MAKER, "participant")),
    c.Issue: (_SIGNER, _CHECKER),
    c.IssueMany: (_SIGNER, _CHECKER),
}

_AMOUNTS: Mapping[type[Signed], Callable[[Any], int]] = {
    c.Issue: lambda message: message.obligation.face,
    c.IssueMany: lambda message: sum(promise.face for promise in message.obligations),
    c.Split: lambda message: message.amount,
    c.SplitMany: lambda message: sum(piece.amount for piece in message.pieces),
    c.Lien: lambda message: message.amount,
    c.Quote: lambda message: message.price,
    c.Discount: lambda message: message.quote.amount,
    c.Fund: lambda message: message.amount,
    c.FundByReceipt: lambda message: message.amount,
}
"""Of a discount it is the face that the seller gives, not the price that it gets: that one can be too low."""

AMOUNTLESS = frozenset(OPERATIONS.values()) - _AMOUNTS.keys()
"""Operations whose message states no amount that is promised, paid, encumbered or given away.

Among them is Transfer: it names a claim, whose amount only the ledger knows. A policy that is to bound amounts grants
Split and not Transfer. A Cut gives nothing away, and neither does whoever accepts.
"""


def places(message: Signed) -> tuple[Place, ...]:
    """Where accounts stand that sign the message; a second one may be nobody (the zero address)."""
    return _PLACES.get(type(message), (_SIGNER,))


def amount(message: Signed) -> int:
    """Fen that the message promises, pays, encumbers or gives away; 0 when it states none."""
    measure = _AMOUNTS.get(type(message))
    return 0 if measure is None else measure(message)
