# SPDX-License-Identifier: Apache-2.0
"""What is asked about proposals."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field


class Empty(BaseModel):
    """Nothing more needs to be said."""

    model_config = ConfigDict(extra="forbid")


class SignBody(BaseModel):
    """`hash`: the one that was shown; another one is refused, so that nobody signs what they did not see."""

    model_config = ConfigDict(extra="forbid")

    hash: Annotated[str, Field(pattern="^0x[0-9a-f]{64}$", examples=["0x" + "5f" * 32])] | None = None
