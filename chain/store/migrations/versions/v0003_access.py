# SPDX-License-Identifier: Apache-2.0
"""Who may ask the API: officers, their keys, counted tries to log in, and the log of every decision."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make them."""
    _officer()
    _api_key()
    _login_try()
    _audit()


def _officer() -> None:
    op.create_table(
        "officer",
        sa.Column("participant", NUMBER, nullable=False, autoincrement=False),
        sa.Column("number", NUMBER, nullable=False, autoincrement=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("password", sa.Text, nullable=False),
        sa.Column("once_until", NUMBER),
        sa.Column("duties", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("created_at", NUMBER, nullable=False),
        sa.PrimaryKeyConstraint("participant", "number", name="pk_officer"),
        sa.UniqueConstraint("name", name="uq_officer_name"),
        sa.CheckConstraint("participant > 0 AND number > 0", name="ck_officer_number"),
        sa.CheckConstraint("state IN ('active', 'suspended')", name="ck_officer_state"),
        sqlite_strict=True,
    )


def _api_key() -> None:
    op.create_table(
        "api_key",
        sa.Column("id", NUMBER, nullable=False, autoincrement=True),
        sa.Column("participant", NUMBER, nullable=False),
        sa.Column("officer", NUMBER, nullable=False),
        sa.Column("prefix", sa.Text, nullable=False),
        sa.Column("secret_hash", sa.LargeBinary, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("scopes", sa.Text, nullable=False),
        sa.Column("created_at", NUMBER, nullable=False),
        sa.Column("expires_at", NUMBER, nullable=False),
        sa.Column("revoked_at", NUMBER),
        sa.Column("last_used_at", NUMBER),
        sa.Column("replaces", NUMBER),
        sa.PrimaryKeyConstraint("id", name="pk_api_key"),
        sa.UniqueConstraint("prefix", name="uq_api_key_prefix"),
        sa.UniqueConstraint("replaces", name="uq_api_key_replaces"),
        sa.CheckConstraint("length(secret_hash) = 32", name="ck_api_key_secret_hash"),
        sa.CheckConstraint("kind IN ('login', 'made')", name="ck_api_key_kind"),
        sa.ForeignKeyConstraint(
            ["participant", "officer"], ["officer.participant", "officer.number"], name="fk_api_key_officer"
        ),
        sqlite_strict=True,
        sqlite_autoincrement=True,
    )
    op.create_index("ix_api_key_officer", "api_key", ["participant", "officer", "id"])


def _login_try() -> None:
    op.create_table(
        "login_try",
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("subject", sa.LargeBinary, nullable=False),
        sa.Column("failures", NUMBER, nullable=False),
        sa.Column("last_at", NUMBER, nullable=False),
        sa.Column("free_at", NUMBER, nullable=False),
        sa.PrimaryKeyConstraint("kind", "subject", name="pk_login_try"),
        sa.CheckConstraint("length(subject) = 32", name="ck_login_try_subject"),
        sa.CheckConstraint("failures >= 0", name="ck_login_try_failures"),
        sa.CheckConstraint("kind IN ('name', 'address')", name="ck_login_try_kind"),
        sqlite_strict=True,
    )
    op.create_index("ix_login_try_last_at", "login_try", ["last_at"])


def _audit() -> None:
    op.create_table(
        "audit",
        sa.Column("number", NUMBER, nullable=False, autoincrement=False),
        sa.Column("at", NUMBER, nullable=False),
        sa.Column("participant", NUMBER),
        sa.Column("officer", NUMBER),
        sa.Column("api_key", NUMBER),
        sa.Column("action", sa.Text, nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("outcome", sa.Text, nullable=False),
        sa.Column("previous", sa.LargeBinary, nullable=False),
        sa.Column("hash", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_audit"),
        sa.CheckConstraint("number > 0", name="ck_audit_number"),
        sa.CheckConstraint("length(previous) = 32", name="ck_audit_previous"),
        sa.CheckConstraint("length(hash) = 32", name="ck_audit_hash"),
        sqlite_strict=True,
    )
