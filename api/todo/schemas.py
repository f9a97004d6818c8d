# SPDX-License-Identifier: Apache-2.0
"""What waits for a participant."""

from pydantic import BaseModel, Field

from api.holdings.schemas import Claim
from api.obligations.schemas import Obligation


class Inbox(BaseModel):
    """Of each kind the first `limit`; a list of that length may go on."""

    offers: list[Claim] = Field(description="To accept or decline, those that ran out too; by id.")
    due_soon: list[Obligation] = Field(description="To pay within `days`, the earliest first.")
    overdue: list[Obligation] = Field(description="To pay at once, the oldest first.")
    redeemable: list[Claim] = Field(description="Money waits to be redeemed; by id.")
