# SPDX-License-Identifier: Apache-2.0
"""Sums of what a participant holds and owes: by time left, by the other party, by how late it is."""

from typing import Generic, TypeVar

from pydantic import BaseModel, Field

from api.paging import Amount, Currency, Instant, Participant, Said, said
from chain.mirror.reads import Age, Bucket, Side, Sum

Part = TypeVar("Part", bound=BaseModel)


class Total(BaseModel):
    unpaid: Amount = Field(description="Cents still unpaid of claims that are held; an offer is no debt yet.")
    claims: int = Field(description="How many claims that is.")


class Rung(Total):
    bucket: Bucket = Field(description="Whole days left until due; overdue from the first second after it.")


class Exposure(Total):
    participant: Participant = Field(description="The obligor of what is held, the holder of what is owed.")


class Late(Total):
    age: Age = Field(description="Days late, each day begun counted.")


class Half(BaseModel, Generic[Part]):
    total: Total
    parts: list[Part]


class Sums(BaseModel, Generic[Part]):
    """Both sides of a participant."""

    participant: Participant
    now: Instant = Field(description="The instant at which days are counted.")
    currency: Currency
    held: Half[Part]
    owed: Half[Part]


def ladder(side: Side) -> list[Said]:
    return [said(bucket=bucket, unpaid=one.unpaid, claims=one.claims) for bucket, one in side.ladder.items()]


def exposure(side: Side) -> list[Said]:
    return [said(participant=who, unpaid=one.unpaid, claims=one.claims) for who, one in side.exposure.items()]


def ageing(side: Side) -> list[Said]:
    return [said(age=age, unpaid=one.unpaid, claims=one.claims) for age, one in side.ageing.items()]


def total(found: Sum) -> Said:
    return said(unpaid=found.unpaid, claims=found.claims)


def late(side: Side) -> Said:
    """All that is overdue."""
    return said(
        unpaid=sum(one.unpaid for one in side.ageing.values()), claims=sum(one.claims for one in side.ageing.values())
    )
