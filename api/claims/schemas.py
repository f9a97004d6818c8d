# SPDX-License-Identifier: Apache-2.0
"""What is asked about claims."""

from typing import Annotated

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field

from api.paging import rfc3339
from chain.domain.money import MAX_FEN

Fen = Annotated[int, Field(ge=1, le=MAX_FEN, strict=True, description="In minor units: 100 is 1.00 CNY.")]
To = Annotated[int, Field(ge=1, le=2**32 - 1, strict=True, description="The participant that is to have it.")]
When = Annotated[AwareDatetime, BeforeValidator(rfc3339), Field(description="RFC 3339.")]


class Body(BaseModel):
    """A field that is misspelt must not be one that is left out."""

    model_config = ConfigDict(extra="forbid")


class Piece(Body):
    to: To = Field(examples=[31])
    amount: Fen = Field(examples=[20_000_000])


class SplitBody(Body):
    """The first piece is cut from the very end of the claim; the rest stays with the holder."""

    pieces: list[Piece] = Field(min_length=1, max_length=50)


class TransferBody(Body):
    to: To = Field(examples=[31])


class CutBody(Body):
    amount: Fen = Field(description="The tail that becomes a claim of its own.", examples=[20_000_000])


class LienBody(Body):
    """A lien of the holder's own, which keeps the claim from being passed on until then."""

    until: When = Field(examples=["2026-12-31T16:00:00Z"])
    amount: Fen | None = Field(None, description="Of the tail; without it, the whole claim.")


class AutoAcceptBody(Body):
    """Standing consent to claims from one counterparty; `until` null ends it."""

    counterparty: To = Field(examples=[21])
    until: When | None = Field(examples=["2026-12-31T16:00:00Z"])
