# SPDX-License-Identifier: Apache-2.0
"""A participant, as far as the viewer has to do with it."""

from typing import Literal

from pydantic import BaseModel, Field

from api.paging import Amount, Currency, Instant, Participant, Said, instant, said
from chain.domain.vocabulary import HOUR, ParticipantStatus, Role
from chain.mirror.reads import Party

RoleWord = Literal[
    "core_enterprise", "supplier", "financier", "guarantor", "settlement_bank", "auditor", "registrar", "operator"
]


class PartySeen(BaseModel):
    """Who it is by name is in no ledger; what it may owe is its own business."""

    id: Participant
    roles: list[RoleWord]
    status: Literal["active", "suspended"] = Field(description="suspended: it neither issues nor receives.")
    paused_until: Instant | None = Field(description="It has paused itself until then.")
    currency: Currency
    limit: Amount | None = Field(description="How much it may owe; null: not yours to see.")
    utilised: Amount | None = Field(description="How much of it is used; null: not yours to see.")
    overdue: int | None = Field(description="Its obligations that are marked overdue; null: not yours to see.")


def shown(found: Party, currency: str) -> Said:
    return said(
        id=found.id,
        roles=[str(role.name).lower() for role in Role if found.roles & role],
        status=ParticipantStatus(found.status).name.lower(),
        paused_until=instant(found.paused_until * HOUR) if found.paused_until else None,
        currency=currency,
        limit=found.limit,
        utilised=found.utilised,
        overdue=found.overdue,
    )
