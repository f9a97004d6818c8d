# SPDX-License-Identifier: Apache-2.0
"""What a text names."""

from typing import Literal

from pydantic import BaseModel, Field

from api.paging import Said, said
from chain.domain.vocabulary import ClaimId, ObligationId
from chain.mirror.reads import Hit, Invoiced


class Found(BaseModel):
    kind: Literal["participant", "obligation", "claim", "invoice"]
    id: str = Field(
        description="Of a participant, an obligation or a claim; of an invoice, its first fingerprint in hex.",
        examples=["7-1"],
    )
    obligor: int = Field(description="The obligor that it belongs to; of a participant, itself.", examples=[7])


def shown(hit: Hit) -> Said:
    if isinstance(hit, Invoiced):
        return said(kind="invoice", id=hit.fingerprint.hex(), obligor=hit.obligor)
    if isinstance(hit, ClaimId):
        return said(kind="claim", id=str(hit), obligor=hit.obligor)
    if isinstance(hit, ObligationId):
        return said(kind="obligation", id=str(hit), obligor=hit.obligor)
    return said(kind="participant", id=str(hit), obligor=hit)
