# SPDX-License-Identifier: Apache-2.0
"""What people ask for over HTTP: whose a submission is, requests, what is under way, proposals, financing."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make them."""
    for name, kind in (("participant", NUMBER), ("officer", NUMBER), ("about", sa.Text)):
        op.add_column("submission", sa.Column(name, kind))
    where = sa.text("participant IS NOT NULL")
    op.create_index(
        "ix_submission_participant",
        "submission",
        ["participant", "id"],
        sqlite_where=where,
        postgresql_where=where,
    )
    _company()
    _request()
    _counter()
    _hold()
    _proposal()
    _place()
    _financing()
    _invited()
    _quote()
    _showing()


def _company() -> None:
    op.create_table(
        "company",
        sa.Column("participant", NUMBER, nullable=False, autoincrement=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("number", sa.Text, nullable=False),
        sa.Column("salt", sa.LargeBinary, nullable=False),
        sa.Column("created_at", NUMBER, nullable=False),
        sa.PrimaryKeyConstraint("participant", name="pk_company"),
        sa.UniqueConstraint("number", name="uq_company_number"),
        sa.CheckConstraint("participant > 0", name="ck_company_participant"),
        sa.CheckConstraint("length(salt) = 32", name="ck_company_salt"),
        sqlite_strict=True,
    )


def _request() -> None:
    op.create_table(
        "request",
        sa.Column("participant", NUMBER, nullable=False, autoincrement=False),
        sa.Column("officer", NUMBER, nullable=False, autoincrement=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("hash", sa.LargeBinary, nullable=False),
        sa.Column("answer", sa.Text, nullable=False),
        sa.Column("at", NUMBER, nullable=False),
        sa.PrimaryKeyConstraint("participant", "officer", "key", name="pk_request"),
        sa.CheckConstraint("length(hash) = 32", name="ck_request_hash"),
        sqlite_strict=True,
    )


def _counter() -> None:
    op.create_table(
        "counter",
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("value", NUMBER, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_counter"),
        sqlite_strict=True,
    )


def _hold() -> None:
    op.create_table(
        "hold",
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("submission", NUMBER, nullable=False),
        sa.PrimaryKeyConstraint("subject", name="pk_hold"),
        sa.ForeignKeyConstraint(["submission"], ["submission.id"], name="fk_hold_submission"),
        sqlite_strict=True,
    )


def _proposal() -> None:
    op.create_table(
        "proposal",
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
        sa.CheckConstraint("state IN ('open', 'submitted', 'declined', 'withdrawn')", name="ck_proposal_state"),
        sa.CheckConstraint("state <> 'submitted' OR submission IS NOT NULL", name="ck_proposal_submitted"),
        sa.ForeignKeyConstraint(["follows"], ["submission.id"], name="fk_proposal_follows"),
        sa.ForeignKeyConstraint(["submission"], ["submission.id"], name="fk_proposal_submission"),
        sqlite_strict=True,
        sqlite_autoincrement=True,
    )
    op.create_index("ix_proposal_participant", "proposal", ["participant", "id"])


def _place() -> None:
    op.create_table(
        "place",
        sa.Column("proposal", NUMBER, nullable=False, autoincrement=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("participant", NUMBER, nullable=False),
        sa.Column("officer", NUMBER),
        sa.Column("account", sa.Text),
        sa.Column("signature", sa.LargeBinary),
        sa.Column("signed_at", NUMBER),
        sa.PrimaryKeyConstraint("proposal", "name", name="pk_place"),
        sa.ForeignKeyConstraint(["proposal"], ["proposal.id"], name="fk_place_proposal"),
        sa.CheckConstraint("(signature IS NULL) = (signed_at IS NULL)", name="ck_place_signed"),
        sqlite_strict=True,
    )
    op.create_index("ix_place_participant", "place", ["participant", "proposal"])


def _financing() -> None:
    op.create_table(
        "financing",
        sa.Column("id", NUMBER, nullable=False, autoincrement=True),
        sa.Column("participant", NUMBER, nullable=False),
        sa.Column("officer", NUMBER, nullable=False),
        sa.Column("claim", sa.Text, nullable=False),
        sa.Column("version", NUMBER, nullable=False),
        sa.Column("amount", NUMBER, nullable=False),
        sa.Column("seal", sa.LargeBinary, nullable=False),
        sa.Column("until", NUMBER, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("submission", NUMBER),
        sa.Column("created_at", NUMBER, nullable=False),
        sa.Column("opened_at", NUMBER),
        sa.PrimaryKeyConstraint("id", name="pk_financing"),
        sa.CheckConstraint("length(seal) = 32", name="ck_financing_seal"),
        sa.CheckConstraint("state IN ('open', 'opened', 'accepted', 'withdrawn')", name="ck_financing_state"),
        sa.CheckConstraint("state <> 'accepted' OR submission IS NOT NULL", name="ck_financing_accepted"),
        sa.ForeignKeyConstraint(["submission"], ["submission.id"], name="fk_financing_submission"),
        sqlite_strict=True,
        sqlite_autoincrement=True,
    )
    op.create_index("ix_financing_participant", "financing", ["participant", "id"])


def _invited() -> None:
    op.create_table(
        "invited",
        sa.Column("financing", NUMBER, nullable=False, autoincrement=False),
        sa.Column("financier", NUMBER, nullable=False, autoincrement=False),
        sa.PrimaryKeyConstraint("financing", "financier", name="pk_invited"),
        sa.ForeignKeyConstraint(["financing"], ["financing.id"], name="fk_invited_financing"),
        sqlite_strict=True,
    )
    op.create_index("ix_invited_financier", "invited", ["financier", "financing"])


def _quote() -> None:
    op.create_table(
        "quote",
        sa.Column("id", NUMBER, nullable=False, autoincrement=True),
        sa.Column("financing", NUMBER, nullable=False),
        sa.Column("financier", NUMBER, nullable=False),
        sa.Column("officer", NUMBER, nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.Column("until", NUMBER, nullable=False),
        sa.Column("opened", sa.Text),
        sa.Column("created_at", NUMBER, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_quote"),
        sa.UniqueConstraint("financing", "financier", name="uq_quote_financing_financier"),
        sa.ForeignKeyConstraint(["financing"], ["financing.id"], name="fk_quote_financing"),
        sqlite_strict=True,
        sqlite_autoincrement=True,
    )


def _showing() -> None:
    op.create_table(
        "showing",
        sa.Column("participant", NUMBER, nullable=False, autoincrement=False),
        sa.Column("claim", sa.Text, nullable=False),
        sa.Column("ground", sa.Text, nullable=False),
        sa.Column("until", NUMBER, nullable=False),
        sa.PrimaryKeyConstraint("participant", "claim", "ground", name="pk_showing"),
        sqlite_strict=True,
    )
    op.create_index("ix_showing_ground", "showing", ["ground"])
