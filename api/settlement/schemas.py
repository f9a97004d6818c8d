# SPDX-License-Identifier: Apache-2.0
"""What is asked about payment."""

from pydantic import Field

from api.claims.schemas import Body, Fen


class FundBody(Body):
    amount: Fen | None = Field(None, description="Without it, all that is owed now, late interest included.")
