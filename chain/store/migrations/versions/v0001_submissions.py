# SPDX-License-Identifier: Apache-2.0
"""The first tables: settings, submissions with the transactions that carry them, and the plan of blocks."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make them."""
    op.create_table(
        "setting",
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("value", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_setting"),
        sqlite_strict=True,
    )
    _submission()
    _carrier()
    _blocks()


def _submission() -> None:
    op.create_table(
        "submission",
        sa.Column("id", NUMBER, nullable=False, autoincrement=True),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("request_hash", sa.LargeBinary, nullable=False),
        sa.Column("operation", sa.Text, nullable=False),
        sa.Column("subject", NUMBER, nullable=False),
        sa.Column("calldata", sa.LargeBinary, nullable=False),
        sa.Column("gas", NUMBER, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("carrier", sa.LargeBinary),
        sa.Column("block", NUMBER),
        sa.Column("error", sa.Text),
        sa.Column("queued_at", NUMBER, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_submission"),
        sa.UniqueConstraint("key", name="uq_submission_key"),
        sa.CheckConstraint("length(request_hash) = 32", name="ck_submission_request_hash"),
        sa.CheckConstraint("gas > 0", name="ck_submission_gas"),
        sa.CheckConstraint("state IN ('queued', 'sent', 'on chain', 'final', 'refused')", name="ck_submission_state"),
        sa.CheckConstraint(
            "state NOT IN ('sent', 'on chain', 'final') OR carrier IS NOT NULL", name="ck_submission_carried"
        ),
        sa.CheckConstraint("state NOT IN ('on chain', 'final') OR block IS NOT NULL", name="ck_submission_in_block"),
        sa.CheckConstraint("state <> 'refused' OR error IS NOT NULL", name="ck_submission_reason"),
        # The two tables name each other: SQLite takes that at once, PostgreSQL when both are there (below).
        sa.ForeignKeyConstraint(
            ["carrier"],
            ["carrier.hash"],
            name="fk_submission_carrier",
            use_alter=True,
            deferrable=True,
            initially="IMMEDIATE",
        ),
        sqlite_strict=True,
        sqlite_autoincrement=True,
    )
    _index("ix_submission_queued", "submission", ["state", "id"], "state = 'queued'")
    _index("ix_submission_sent", "submission", ["state", "id"], "state = 'sent'")
    _index("ix_submission_on_chain", "submission", ["state", "id"], "state = 'on chain'")
    _index("ix_submission_carrier", "submission", ["carrier"], "carrier IS NOT NULL")


def _carrier() -> None:
    op.create_table(
        "carrier",
        sa.Column("hash", sa.LargeBinary, nullable=False),
        sa.Column("relay", sa.Text, nullable=False),
        sa.Column("nonce", NUMBER, nullable=False),
        sa.Column("submission", NUMBER),
        sa.Column("raw", sa.LargeBinary, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("hash", name="pk_carrier"),
        sa.CheckConstraint("length(hash) = 32", name="ck_carrier_hash"),
        sa.CheckConstraint("nonce >= 0", name="ck_carrier_nonce"),
        sa.CheckConstraint("state IN ('pending', 'mined', 'dead')", name="ck_carrier_state"),
        sa.ForeignKeyConstraint(
            ["submission"], ["submission.id"], name="fk_carrier_submission", deferrable=True, initially="IMMEDIATE"
        ),
        sqlite_strict=True,
    )
    _index("uq_carrier_relay_nonce", "carrier", ["relay", "nonce"], "state <> 'dead'", unique=True)
    _index("ix_carrier_pending", "carrier", ["relay", "nonce"], "state = 'pending'")
    if op.get_context().dialect.name == "postgresql":
        op.create_foreign_key(
            "fk_submission_carrier",
            "submission",
            "carrier",
            ["carrier"],
            ["hash"],
            deferrable=True,
            initially="IMMEDIATE",
        )


def _blocks() -> None:
    op.create_table(
        "block",
        sa.Column("number", NUMBER, nullable=False, autoincrement=False),
        sa.Column("timestamp", NUMBER, nullable=False),
        sa.Column("hash", sa.LargeBinary),
        sa.Column("state_root", sa.LargeBinary),
        sa.PrimaryKeyConstraint("number", name="pk_block"),
        sa.CheckConstraint("number >= 0", name="ck_block_number"),
        sa.CheckConstraint("hash IS NULL OR length(hash) = 32", name="ck_block_hash"),
        sa.CheckConstraint("state_root IS NULL OR length(state_root) = 32", name="ck_block_state_root"),
        sqlite_strict=True,
    )
    _index("ix_block_planned", "block", ["number"], "hash IS NULL")
    op.create_table(
        "block_item",
        sa.Column("number", NUMBER, nullable=False),
        sa.Column("position", NUMBER, nullable=False),
        sa.Column("carrier", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("number", "position", name="pk_block_item"),
        sa.UniqueConstraint("carrier", name="uq_block_item_carrier"),
        sa.CheckConstraint("position >= 0", name="ck_block_item_position"),
        sa.ForeignKeyConstraint(["number"], ["block.number"], name="fk_block_item_number"),
        sa.ForeignKeyConstraint(["carrier"], ["carrier.hash"], name="fk_block_item_carrier"),
        sqlite_strict=True,
    )


def _index(name: str, table: str, columns: list[str], where: str, unique: bool = False) -> None:
    op.create_index(name, table, columns, unique=unique, sqlite_where=sa.text(where), postgresql_where=sa.text(where))
