# SPDX-License-Identifier: Apache-2.0
"""A participant, as far as the viewer has to do with it."""

from typing import Literal

from pydantic import BaseModel, Field

from api.paging import Amount, Currency, Instant, Participant, Said, instant, said
from api.participants.directory import Company
from chain.domain.vocabulary import HOUR, ParticipantStatus, Role
from chain.mirror.reads import Listed as Row
from chain.mirror.reads import Party

RoleWord = Literal[
    "core_enterprise", "supplier", "financier", "guarantor", "settlement_bank", "auditor", "registrar", "operator"
]
StatusWord = Literal["active", "suspended"]


class Listed(BaseModel):
    """A participant as every other one finds it."""

    id: Participant
    name: str | None = Field(description="null: the service does not know it.", examples=["恒座椅业"])
    number: str | None = Field(
        description="Tax number, in China the USCC; null: the service does not know it.",
        examples=["91990000MA0HT0021J"],
    )
    roles: list[RoleWord]
    status: StatusWord = Field(description="suspended: it neither issues nor receives.")
    paused_until: Instant | None = Field(description="An operator has paused it until then.")


class PartySeen(Listed):
    """Who it is stands in no ledger; what it may owe is its own business."""

    currency: Currency
    limit: Amount | None = Field(description="How much it may owe; null: not yours to see.")
    utilised: Amount | None = Field(description="How much of it is used; null: not yours to see.")
    overdue: int | None = Field(description="Its obligations that are marked overdue; null: not yours to see.")


def listed(found: Party | Row, company: Company | None) -> Said:
    return said(
        id=found.id,
        name=None if company is None else company.name,
        number=None if company is None else company.number,
        roles=[str(role.name).lower() for role in Role if found.roles & role],
        status=ParticipantStatus(found.status).name.lower(),
        paused_until=instant(found.paused_until * HOUR) if found.paused_until else None,
    )


def shown(found: Party, company: Company | None, currency: str) -> Said:
    return listed(found, company) | said(
        currency=currency, limit=found.limit, utilised=found.utilised, overdue=found.overdue
    )
