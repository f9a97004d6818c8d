# SPDX-License-Identifier: Apache-2.0
"""What is asked about participants, their accounts and rails."""

from functools import reduce
from operator import or_
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, model_validator
from stdnum.cn import uscc

from api.claims.schemas import Body, When
from api.participants.directory import plain_number
from api.participants.proving import NewAccount
from api.participants.schemas import RoleWord, StatusWord
from chain.domain.clock import instant
from chain.domain.money import MAX_FEN
from chain.domain.vocabulary import Address, OfficerId, Right, Role

_MOST = 2**32 - 1


def _lower(given: Any) -> Any:
    return given.lower() if isinstance(given, str) else given


def _spaced(name: str) -> str:
    """A name without blanks around it, and one where several are."""
    return " ".join(name.split())


def _seen(name: str) -> str:
    if not name.isprintable() or not name:
        raise ValueError("a name is text that can be seen")
    return name


def _numbered(number: str) -> str:
    if not any(letter.isdigit() for letter in plain_number(number)):
        raise ValueError("a tax number has digits")
    if len(plain_number(number)) == _USCC and not uscc.is_valid(plain_number(number)):
        raise ValueError("no USCC: its check character does not fit the rest")
    return number


_USCC = 18  # characters of a unified social credit code; an invoice would never show another one

Hex = Annotated[
    str,
    BeforeValidator(_lower),
    Field(pattern="^0x[0-9a-f]{40}$", examples=["0x7e5f4552091a69125d5dfcb7b8c2659029395bdf"]),
]
Id = Annotated[int, Field(ge=1, le=_MOST, strict=True)]
OfficerNumber = Annotated[int, Field(ge=1, le=2**16 - 1, strict=True)]
Name = Annotated[str, AfterValidator(_spaced), AfterValidator(_seen), Field(max_length=200)]
TaxNumber = Annotated[str, AfterValidator(_numbered), Field(max_length=50)]
Limit = Annotated[int, Field(ge=0, le=MAX_FEN, strict=True, description="In minor units: 100 is 1.00 CNY.")]
RightWord = Literal["maker", "checker"]


class AccountBody(Body):
    """An account that is entered signs that, too: the service asks the signer process for it when it keeps the key;
    for any other `proof` is its signature (EIP-712). Sent without it, the answer tells what is to be signed.
    """

    officer: OfficerNumber = Field(1, description="The person whose account it is, by number within the participant.")
    rights: list[RightWord] = Field(["maker", "checker"], min_length=1, max_length=2)
    account: Hex = Field(description="The account's address.")
    proof: str | None = Field(
        None, pattern="^0x[0-9a-fA-F]{130}$", description="The account's signature: 65 bytes r, s, v."
    )
    deadline: When | None = Field(
        None, description="Until when the message is good that `proof` signs.", examples=["2026-12-31T16:00:00Z"]
    )

    @model_validator(mode="after")
    def _with_deadline(self) -> "AccountBody":
        if self.proof is not None and self.deadline is None:
            raise ValueError("a proof is made under a message with a deadline")
        return self

    @property
    def new(self) -> NewAccount:
        """The account to be entered."""
        return NewAccount(
            Address(self.account),
            OfficerId(self.officer),
            Right(reduce(or_, (Right[one.upper()] for one in self.rights))),
            None if self.proof is None else bytes.fromhex(self.proof[2:]),
            None if self.deadline is None else instant(int(self.deadline.timestamp())),
        )


class ParticipantBody(AccountBody):
    """A company and its first account. What it may owe is `limit`; where it is paid, and pays from, is `cash`."""

    id: Id | None = Field(None, description="Without it, the next that is free from 10 on.", examples=[21])
    name: Name = Field(examples=["恒座椅业有限公司"])
    number: TaxNumber = Field(description="Tax number, in China the USCC.", examples=["91990000MA0HT0021J"])
    roles: list[RoleWord] = Field(min_length=1, max_length=8, examples=[["supplier"]])
    limit: Limit = 0
    cash: Hex | None = Field(None, description="null: for an auditor or an operator, who touch no money.")
    salt: str | None = Field(
        None,
        pattern="^[0-9a-f]{64}$",
        description="Of the commitment to name and number, as `repeat` told it; without it, a new one.",
    )

    @model_validator(mode="after")
    def _repeated(self) -> "ParticipantBody":
        if self.proof is not None and (self.id is None or self.salt is None):
            raise ValueError("a proof is made under a message with an id and a commitment")
        return self

    @property
    def role(self) -> Role:
        """The roles as the ledger has them."""
        return role_of(self.roles)


class ThresholdBody(Body):
    officer: OfficerNumber = Field(examples=[1])
    threshold: Limit = Field(examples=[5_000_000])


class CashBody(Body):
    cash: Hex


class StandingBody(Body):
    """What is left out stays as it is."""

    roles: list[RoleWord] | None = Field(None, min_length=1, max_length=8)
    status: StatusWord | None = None
    limit: Limit | None = None


class RailBody(Body):
    id: Id = Field(examples=[1])
    bank: Id = Field(description="The settlement bank.", examples=[3])
    escrow: Hex = Field(description="The bank's account that obligations are paid through.")
    token: Hex | None = Field(None, description="The cash token; without it, the network's first.")


def role_of(words: list[RoleWord]) -> Role:
    """Roles as the ledger has them."""
    return Role(reduce(or_, (Role[one.upper()] for one in words)))
