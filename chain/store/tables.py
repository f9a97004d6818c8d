# SPDX-License-Identifier: Apache-2.0
"""The book's tables, for Alembic, for the services above and for backup; the hot path speaks SQL through `db`.

Names: keys are `pk_table` and `uq_table_column…`, so both databases call a broken one the same (errors.AlreadyThere).
Numbers are 64 bits, signed; a uint64 is stored by words.to_bigint. Hashes are 32 bytes. On SQLite the tables are
STRICT: a value of another type than its column's is refused, as PostgreSQL does.
"""

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, LargeBinary, Text, UniqueConstraint

from chain.store.columns import STRICT as _STRICT
from chain.store.columns import Book, Number
from chain.store.columns import column as _column
from chain.store.columns import foreign as _key
from chain.store.columns import one_of as _one_of
from chain.store.columns import partial as _partial
from chain.store.words import CarrierState, KeyKind, OfficerState, SubmissionState, TryKind


def _open(state: SubmissionState) -> Index:
    """The submissions in one state, oldest first; those that are final, by far the most, do not burden it."""
    return _partial(f"ix_submission_{state.replace(' ', '_')}", "state", "id", where=f"state = '{state}'")


class Setting(Book, table=True):
    """One fact about the book as a whole, such as the chain's id or its genesis time."""

    __tablename__ = "setting"
    __table_args__ = (_STRICT,)
    name: str = _column(Text, primary_key=True)
    value: str = _column(Text)


class Submission(Book, table=True):
    """One intent on its way to the chain. The row is the acknowledgement: it is written before anybody is told."""

    __tablename__ = "submission"
    __table_args__ = (
        UniqueConstraint("key", name="uq_submission_key"),
        CheckConstraint("length(request_hash) = 32", name="ck_submission_request_hash"),
        CheckConstraint("gas > 0", name="ck_submission_gas"),
        _one_of(SubmissionState, "ck_submission_state"),
        CheckConstraint(
            "state NOT IN ('sent', 'on chain', 'final') OR carrier IS NOT NULL", name="ck_submission_carried"
        ),
        CheckConstraint("state NOT IN ('on chain', 'final') OR block IS NOT NULL", name="ck_submission_in_block"),
        CheckConstraint("state <> 'refused' OR error IS NOT NULL", name="ck_submission_reason"),
        _open(SubmissionState.QUEUED),
        _open(SubmissionState.SENT),
        _open(SubmissionState.ON_CHAIN),
        _open(SubmissionState.REFUSED),
        _partial("ix_submission_carrier", "carrier", where="carrier IS NOT NULL"),
        _partial("ix_submission_participant", "participant", "id", where="participant IS NOT NULL"),
        {**_STRICT, "sqlite_autoincrement": True},
    )
    id: int | None = _column(Number, primary_key=True, autoincrement=True)
    key: str = _column(Text)  # idempotency key
    request_hash: bytes = _column(LargeBinary)  # of the body: the same key with another one is a conflict
    operation: str = _column(Text)
    subject: int = _column(Number)  # packed obligation as a signed number, 0 when there is none
    calldata: bytes = _column(LargeBinary)  # the signed intent as the ledger takes it
    gas: int = _column(Number)  # limit
    state: str = _column(Text)  # words.SubmissionState
    carrier: bytes | None = _column(
        LargeBinary,
        ForeignKey(
            "carrier.hash", name="fk_submission_carrier", deferrable=True, initially="IMMEDIATE", use_alter=True
        ),
        null=True,
    )  # the transaction it was last put into
    block: int | None = _column(Number, null=True)
    error: str | None = _column(Text, null=True)  # JSON {code, arguments}
    queued_at: int = _column(Number)  # UTC seconds
    participant: int | None = _column(Number, null=True)  # who asked for it; none: this book's own clients
    officer: int | None = _column(Number, null=True)  # none: the service itself
    about: str | None = _column(Text, null=True)  # what people call its subject, such as "10-1-3"


class Carrier(Book, table=True):
    """A raw transaction of a relay key, written before it is sent. Of one nonce, at most one is not dead."""

    __tablename__ = "carrier"
    __table_args__ = (
        CheckConstraint("length(hash) = 32", name="ck_carrier_hash"),
        CheckConstraint("nonce >= 0", name="ck_carrier_nonce"),
        _one_of(CarrierState, "ck_carrier_state"),
        _partial("uq_carrier_relay_nonce", "relay", "nonce", where="state <> 'dead'", unique=True),
        _partial("ix_carrier_pending", "relay", "nonce", where="state = 'pending'"),
        _STRICT,
    )
    hash: bytes = _column(LargeBinary, primary_key=True)
    relay: str = _column(Text)  # address
    nonce: int = _column(Number)
    submission: int | None = _column(
        Number, _key("submission.id", "fk_carrier_submission"), null=True
    )  # none for a deployment or a no-op
    raw: bytes = _column(LargeBinary)
    state: str = _column(Text)  # words.CarrierState


class Block(Book, table=True):
    """A block of the embedded chain: planned by its row, then known by its hash and state root."""

    __tablename__ = "block"
    __table_args__ = (
        CheckConstraint("number >= 0", name="ck_block_number"),
        CheckConstraint("hash IS NULL OR length(hash) = 32", name="ck_block_hash"),
        CheckConstraint("state_root IS NULL OR length(state_root) = 32", name="ck_block_state_root"),
        _partial("ix_block_planned", "number", where="hash IS NULL"),
        _STRICT,
    )
    number: int = _column(Number, primary_key=True, autoincrement=False)
    timestamp: int = _column(Number)  # UTC seconds
    hash: bytes | None = _column(LargeBinary, null=True)
    state_root: bytes | None = _column(LargeBinary, null=True)


class BlockItem(Book, table=True):
    """The place of a transaction in a planned block."""

    __tablename__ = "block_item"
    __table_args__ = (
        UniqueConstraint("carrier", name="uq_block_item_carrier"),
        CheckConstraint("position >= 0", name="ck_block_item_position"),
        _STRICT,
    )
    number: int = _column(Number, ForeignKey("block.number", name="fk_block_item_number"), primary_key=True)
    position: int = _column(Number, primary_key=True)
    carrier: bytes = _column(LargeBinary, ForeignKey("carrier.hash", name="fk_block_item_carrier"))


class Officer(Book, table=True):
    """A person at a participant who may log in, 经办/复核人员."""

    __tablename__ = "officer"
    __table_args__ = (
        UniqueConstraint("name", name="uq_officer_name"),
        CheckConstraint("participant > 0 AND number > 0", name="ck_officer_number"),
        _one_of(OfficerState, "ck_officer_state"),
        _STRICT,
    )
    participant: int = _column(Number, primary_key=True, autoincrement=False)
    number: int = _column(
        Number, primary_key=True, autoincrement=False
    )  # as the ledger counts a participant's officers
    name: str = _column(Text)  # to log in with
    password: str = _column(Text)  # argon2id, with its salt and parameters
    once_until: int | None = _column(
        Number, null=True
    )  # UTC seconds; a one-time password: good until then, to change it
    duties: str = _column(Text)  # in the order of the alphabet, with spaces between
    state: str = _column(Text)  # words.OfficerState
    created_at: int = _column(Number)  # UTC seconds


class ApiKey(Book, table=True):
    """A key with which an officer, or a program of theirs, asks the API. The secret is not in the book."""

    __tablename__ = "api_key"
    __table_args__ = (
        UniqueConstraint("prefix", name="uq_api_key_prefix"),
        UniqueConstraint("replaces", name="uq_api_key_replaces"),
        CheckConstraint("length(secret_hash) = 32", name="ck_api_key_secret_hash"),
        _one_of(KeyKind, "ck_api_key_kind", "kind"),
        ForeignKeyConstraint(
            ["participant", "officer"], ["officer.participant", "officer.number"], name="fk_api_key_officer"
        ),
        Index("ix_api_key_officer", "participant", "officer", "id"),
        {**_STRICT, "sqlite_autoincrement": True},
    )
    id: int | None = _column(Number, primary_key=True, autoincrement=True)
    participant: int = _column(Number)
    officer: int = _column(Number)
    prefix: str = _column(Text)  # the part of the key that is no secret
    secret_hash: bytes = _column(LargeBinary)  # sha256 of 256 random bits: nothing that could be guessed
    kind: str = _column(Text)  # words.KeyKind
    scopes: str = _column(Text)  # the duties that it may exercise, as officer.duties
    created_at: int = _column(Number)  # UTC seconds, as the following
    expires_at: int = _column(Number)
    revoked_at: int | None = _column(Number, null=True)
    last_used_at: int | None = _column(Number, null=True)  # to the hour
    replaces: int | None = _column(Number, null=True)  # the key that was rotated into it


class LoginTry(Book, table=True):
    """How often a name, or an address, has failed to log in since it last succeeded."""

    __tablename__ = "login_try"
    __table_args__ = (
        CheckConstraint("length(subject) = 32", name="ck_login_try_subject"),
        CheckConstraint("failures >= 0", name="ck_login_try_failures"),
        _one_of(TryKind, "ck_login_try_kind", "kind"),
        Index("ix_login_try_last_at", "last_at"),
        _STRICT,
    )
    kind: str = _column(Text, primary_key=True)  # words.TryKind
    subject: bytes = _column(LargeBinary, primary_key=True)  # sha256 of it: one length, whatever was typed
    failures: int = _column(Number)
    last_at: int = _column(Number)  # UTC seconds
    free_at: int = _column(Number)  # UTC seconds from which the next try is heard


class Audit(Book, table=True):
    """One decision about access. A row's hash covers the row before: none can be altered or taken out unnoticed."""

    __tablename__ = "audit"
    __table_args__ = (
        CheckConstraint("number > 0", name="ck_audit_number"),
        CheckConstraint("length(previous) = 32", name="ck_audit_previous"),
        CheckConstraint("length(hash) = 32", name="ck_audit_hash"),
        _STRICT,
    )
    number: int = _column(Number, primary_key=True, autoincrement=False)  # 1, 2, 3 …
    at: int = _column(Number)  # UTC seconds
    participant: int | None = _column(
        Number, null=True
    )  # whose officer it was; none: the machine's operator, or nobody
    officer: int | None = _column(Number, null=True)
    api_key: int | None = _column(Number, null=True)
    action: str = _column(Text)
    subject: str = _column(Text)  # what it was done to, never a name or a secret
    outcome: str = _column(Text)  # "granted", or the code of the refusal
    previous: bytes = _column(LargeBinary)
    hash: bytes = _column(LargeBinary)
