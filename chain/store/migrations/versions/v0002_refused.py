# SPDX-License-Identifier: Apache-2.0
"""What was refused, the latest last: `status` counts it and tells the last one without reading the rest."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Make its index."""
    where = sa.text("state = 'refused'")
    op.create_index("ix_submission_refused", "submission", ["state", "id"], sqlite_where=where, postgresql_where=where)
