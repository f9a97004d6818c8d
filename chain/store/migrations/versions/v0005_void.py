# SPDX-License-Identifier: Apache-2.0
"""Proposals that can no longer be carried out, and places that know their proposal's state: a list of proposals costs
what it shows.

SQLite changes no constraint of a table that is there: both are made anew, with the same rows under the same numbers.
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
STATES = "state IN ('open', 'submitted', 'declined', 'withdrawn', 'void', 'lapsed')"


def upgrade() -> None:
    """Make them."""
    if op.get_context().dialect.name == "sqlite":
        _proposal_anew()
        _place_anew()
    else:
        op.drop_constraint("ck_proposal_state", "proposal", type_="check")
        op.create_check_constraint("ck_proposal_state", "proposal", STATES)
        op.create_unique_constraint("uq_proposal_state_id", "proposal", ["state", "id"])
        op.add_column("place", sa.Column("state", sa.Text, nullable=False, server_default="open"))
        op.execute("UPDATE place SET state = p.state FROM proposal p WHERE p.id = place.proposal")
        op.drop_constraint("fk_place_proposal", "place", type_="foreignkey")
        op.create_foreign_key(
            *("fk_place_proposal", "place", "proposal", ["proposal", "state"], ["id", "state"]), onupdate="CASCADE"
        )
    _indexes()


def _proposal_anew() -> None:
    op.create_table(
        "proposal_anew",
        sa.Column("id", NUMBER, nullable=False, autoincrement=True),
        sa.Column("participant", NUMBER, nullable=False),
        sa.Column("officer", NUMBER, nullable=False),
        sa.Column("operation", sa.Text, nullable=False),
        sa.Column("message", sa.LargeBinary, nullable=False),
        sa.Column("about", sa.Text, nullable=False),
        sa.Column("details", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("deadline", NUMBER, nullable=False),
        sa.Column("follows", NUMBER),
        sa.Column("submission", NUMBER),
        sa.Column("created_at", NUMBER, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_proposal"),
        sa.UniqueConstraint("state", "id", name="uq_proposal_state_id"),
        sa.CheckConstraint(STATES, name="ck_proposal_state"),
        sa.CheckConstraint("state <> 'submitted' OR submission IS NOT NULL", name="ck_proposal_submitted"),
        sa.ForeignKeyConstraint(["follows"], ["submission.id"], name="fk_proposal_follows"),
        sa.ForeignKeyConstraint(["submission"], ["submission.id"], name="fk_proposal_submission"),
        sqlite_strict=True,
        sqlite_autoincrement=True,
    )
    op.execute("INSERT INTO proposal_anew SELECT * FROM proposal ORDER BY id")
    op.drop_table("proposal")  # places go on naming it: nobody checks them here
    op.rename_table("proposal_anew", "proposal")
    op.create_index("ix_proposal_participant", "proposal", ["participant", "id"])


def _place_anew() -> None:
    op.create_table(
        "place_anew",
        sa.Column("proposal", NUMBER, nullable=False, autoincrement=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("participant", NUMBER, nullable=False),
        sa.Column("officer", NUMBER),
        sa.Column("account", sa.Text),
        sa.Column("signature", sa.LargeBinary),
        sa.Column("signed_at", NUMBER),
        sa.Column("state", sa.Text, nullable=False, server_default="open"),
        sa.PrimaryKeyConstraint("proposal", "name", name="pk_place"),
        sa.ForeignKeyConstraint(
            ["proposal", "state"], ["proposal.id", "proposal.state"], name="fk_place_proposal", onupdate="CASCADE"
        ),
        sa.CheckConstraint("(signature IS NULL) = (signed_at IS NULL)", name="ck_place_signed"),
        sqlite_strict=True,
    )
    op.execute("INSERT INTO place_anew SELECT l.*, p.state FROM place l JOIN proposal p ON p.id = l.proposal")
    op.drop_table("place")
    op.rename_table("place_anew", "place")
    op.create_index("ix_place_participant", "place", ["participant", "proposal"])


def _indexes() -> None:
    op.create_index("ix_proposal_participant_state", "proposal", ["participant", "state", "id"])
    op.create_index("ix_place_participant_state", "place", ["participant", "state", "proposal"])
    _some("ix_proposal_deadline", "proposal", ["state", "deadline"], "state = 'open'")
    unsigned = "state = 'open' AND signature IS NULL"
    _some("ix_place_unsigned", "place", ["participant", "officer", "proposal"], unsigned)
    _some("ix_place_unsigned_by_any", "place", ["participant", "proposal"], f"{unsigned} AND officer IS NULL")


def _some(name: str, table: str, columns: list[str], where: str) -> None:
    op.create_index(name, table, columns, sqlite_where=sa.text(where), postgresql_where=sa.text(where))
