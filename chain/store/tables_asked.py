# SPDX-License-Identifier: Apache-2.0
"""The book's tables of what people ask for: requests, proposals, financing. The rules of `tables` hold here, too."""

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, LargeBinary, Text, UniqueConstraint

from chain.store.columns import STRICT, Book, Number, column, one_of, partial
from chain.store.words import FinancingState, ProposalState

_COUNTED = {**STRICT, "sqlite_autoincrement": True}
_UNSIGNED = "state = 'open' AND signature IS NULL"


class Company(Book, table=True):
    """Who a participant is. The ledger has a salted commitment to it, and nothing else."""

    __tablename__ = "company"
    __table_args__ = (
        UniqueConstraint("number", name="uq_company_number"),
        CheckConstraint("participant > 0", name="ck_company_participant"),
        CheckConstraint("length(salt) = 32", name="ck_company_salt"),
        STRICT,
    )
    participant: int = column(Number, primary_key=True, autoincrement=False)
    name: str = column(Text)
    number: str = column(Text)  # its tax number as documents.identifiers spells it: in China the USCC
    salt: bytes = column(LargeBinary)  # of the commitment
    created_at: int = column(Number)  # UTC seconds


class Request(Book, table=True):
    """Something that was asked under an idempotency key, and what it came to."""

    __tablename__ = "request"
    __table_args__ = (CheckConstraint("length(hash) = 32", name="ck_request_hash"), STRICT)
    participant: int = column(Number, primary_key=True, autoincrement=False)
    officer: int = column(Number, primary_key=True, autoincrement=False)
    key: str = column(Text, primary_key=True)
    hash: bytes = column(LargeBinary)  # of method, path and body
    answer: str = column(Text)  # JSON: which submissions, which proposal; never their state, never a secret
    at: int = column(Number)  # UTC seconds


class Counter(Book, table=True):
    """The last number given out of one kind."""

    __tablename__ = "counter"
    __table_args__ = (STRICT,)
    name: str = column(Text, primary_key=True)
    value: int = column(Number)


class Hold(Book, table=True):
    """The last submission about one thing, such as "claim 10-1-3": while it is under way no other one begins."""

    __tablename__ = "hold"
    __table_args__ = (STRICT,)
    subject: str = column(Text, primary_key=True)
    submission: int = column(Number, ForeignKey("submission.id", name="fk_hold_submission"))


class Proposal(Book, table=True):
    """A message that still lacks signatures, 待签指令."""

    __tablename__ = "proposal"
    __table_args__ = (
        one_of(ProposalState, "ck_proposal_state"),
        CheckConstraint("state <> 'submitted' OR submission IS NOT NULL", name="ck_proposal_submitted"),
        UniqueConstraint("state", "id", name="uq_proposal_state_id"),  # what places name, and the list of one state
        Index("ix_proposal_participant", "participant", "id"),
        Index("ix_proposal_participant_state", "participant", "state", "id"),
        partial("ix_proposal_deadline", "state", "deadline", where="state = 'open'"),
        _COUNTED,
    )
    id: int | None = column(Number, primary_key=True, autoincrement=True)
    participant: int = column(Number)  # who proposed it
    officer: int = column(Number)
    operation: str = column(Text)  # the message's name
    message: bytes = column(LargeBinary)  # in the ABI's encoding
    about: str = column(Text)  # what people call its subject
    details: str = column(Text)  # JSON: what whoever signs should know and no chain ever hears
    state: str = column(Text)  # words.ProposalState
    deadline: int = column(Number)  # UTC seconds: the last at which it may be carried out
    follows: int | None = column(
        Number, ForeignKey("submission.id", name="fk_proposal_follows"), null=True
    )  # what must have happened before
    submission: int | None = column(Number, ForeignKey("submission.id", name="fk_proposal_submission"), null=True)
    created_at: int = column(Number)  # UTC seconds


class Place(Book, table=True):
    """Where a proposal is to be signed, and by whom."""

    __tablename__ = "place"
    __table_args__ = (
        CheckConstraint("(signature IS NULL) = (signed_at IS NULL)", name="ck_place_signed"),
        ForeignKeyConstraint(
            ["proposal", "state"], ["proposal.id", "proposal.state"], name="fk_place_proposal", onupdate="CASCADE"
        ),
        Index("ix_place_participant", "participant", "proposal"),
        Index("ix_place_participant_state", "participant", "state", "proposal"),
        partial("ix_place_unsigned", "participant", "officer", "proposal", where=_UNSIGNED),
        # by itself, since to PostgreSQL rows that are all NULL are not in order
        partial("ix_place_unsigned_by_any", "participant", "proposal", where=f"{_UNSIGNED} AND officer IS NULL"),
        STRICT,
    )
    proposal: int = column(Number, primary_key=True, autoincrement=False)
    name: str = column(Text, primary_key=True)  # a field of the message, or "assignee 1", "assignee 2" …
    participant: int = column(Number)
    officer: int | None = column(Number, null=True)  # none: any maker of the participant
    account: str | None = column(Text, null=True)  # none: whichever that maker signs with
    signature: bytes | None = column(LargeBinary, null=True)  # an assignee's with its signer and deadline in front
    signed_at: int | None = column(Number, null=True)  # UTC seconds
    state: str = column(Text, server_default="open")  # its proposal's: the database keeps them equal


class Financing(Book, table=True):
    """A request for early payment of a claim or its tail."""

    __tablename__ = "financing"
    __table_args__ = (
        CheckConstraint("length(seal) = 32", name="ck_financing_seal"),
        one_of(FinancingState, "ck_financing_state"),
        CheckConstraint("state <> 'accepted' OR submission IS NOT NULL", name="ck_financing_accepted"),
        Index("ix_financing_participant", "participant", "id"),
        _COUNTED,
    )
    id: int | None = column(Number, primary_key=True, autoincrement=True)
    participant: int = column(Number)
    officer: int = column(Number)
    claim: str = column(Text)  # such as "10-1-3"
    version: int = column(Number)  # of the claim
    amount: int = column(Number)  # fen
    seal: bytes = column(LargeBinary)  # the X25519 public key that quotes are sealed to
    until: int = column(Number)  # UTC seconds: the last at which quotes are taken
    state: str = column(Text)  # words.FinancingState
    submission: int | None = column(Number, ForeignKey("submission.id", name="fk_financing_submission"), null=True)
    created_at: int = column(Number)  # UTC seconds
    opened_at: int | None = column(Number, null=True)


class Invited(Book, table=True):
    """A financier that may quote."""

    __tablename__ = "invited"
    __table_args__ = (Index("ix_invited_financier", "financier", "financing"), STRICT)
    financing: int = column(
        Number, ForeignKey("financing.id", name="fk_invited_financing"), primary_key=True, autoincrement=False
    )
    financier: int = column(Number, primary_key=True, autoincrement=False)


class Quote(Book, table=True):
    """A financier's signed price, which only the requester can open."""

    __tablename__ = "quote"
    __table_args__ = (UniqueConstraint("financing", "financier", name="uq_quote_financing_financier"), _COUNTED)
    id: int | None = column(Number, primary_key=True, autoincrement=True)
    financing: int = column(Number, ForeignKey("financing.id", name="fk_quote_financing"))
    financier: int = column(Number)
    officer: int = column(Number)
    sealed: bytes = column(LargeBinary)
    until: int = column(Number)  # UTC seconds: the last at which it may be taken
    opened: str | None = column(Text, null=True)  # JSON, once the requester has opened it
    created_at: int = column(Number)  # UTC seconds


class Showing(Book, table=True):
    """A claim that a participant is shown though it is no party to it: it was offered it, or asked for a quote."""

    __tablename__ = "showing"
    __table_args__ = (Index("ix_showing_ground", "ground"), STRICT)
    participant: int = column(Number, primary_key=True, autoincrement=False)
    claim: str = column(Text, primary_key=True)
    ground: str = column(Text, primary_key=True)  # "proposal 12", "financing 3"
    until: int = column(Number)  # UTC seconds: the last at which it is shown
