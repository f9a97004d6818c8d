# SPDX-License-Identifier: Apache-2.0
"""The words and numbers that the book stores."""

from enum import StrEnum


class SubmissionState(StrEnum):
    """Where an intent is on its way to the chain; the words of pages and API, as they stand in the book.

    "on chain" has its space in the book too: one spelling everywhere needs no table that translates.
    """

    QUEUED = "queued"  # acknowledged: the book has it
    SENT = "sent"  # the book has its transaction, so it may be with a node
    ON_CHAIN = "on chain"  # in a block that may still be replaced
    FINAL = "final"  # in a block that will not be
    REFUSED = "refused"  # it never happens; `error` says why


class CarrierState(StrEnum):
    """What became of a raw transaction."""

    PENDING = "pending"  # a node may take it: it is sent until it is mined or dead
    MINED = "mined"  # in a block
    DEAD = "dead"  # its nonce was spent by another transaction: it can never be mined


class OfficerState(StrEnum):
    """Whether an officer is let in."""

    ACTIVE = "active"
    SUSPENDED = "suspended"  # no login, and no key of theirs is good


class KeyKind(StrEnum):
    """Where a key to the API came from."""

    LOGIN = "login"  # somebody gave name and password: it ends after some hours, and may make others
    MADE = "made"  # for a program: it has the scopes and the life that its maker chose


class ProposalState(StrEnum):
    """What became of a message that lacks signatures. Of one that is open and past its deadline people are told that it
    has lapsed, written down or not.
    """

    OPEN = "open"
    SUBMITTED = "submitted"  # everybody has signed: it is a submission
    DECLINED = "declined"  # somebody who was to sign will not
    WITHDRAWN = "withdrawn"  # whoever proposed it took it back
    VOID = "void"  # what it is about went on without it: the ledger would refuse it however it is signed
    LAPSED = "lapsed"  # its deadline has passed on the ledger


class FinancingState(StrEnum):
    """Where a request for early payment is."""

    OPEN = "open"  # quotes come in, sealed
    OPENED = "opened"  # the requester has read them
    ACCEPTED = "accepted"  # one was taken: it is a submission
    WITHDRAWN = "withdrawn"


class TryKind(StrEnum):
    """What tries to log in are counted by."""

    NAME = "name"
    ADDRESS = "address"


_SIGN, _SPAN = 2**63, 2**64


def to_bigint(packed: int) -> int:
    """A uint64, such as a packed obligation, as the signed 64 bits that databases have (two's complement)."""
    assert 0 <= packed < _SPAN, f"{packed} is no uint64"
    return packed - _SPAN if packed >= _SIGN else packed


def from_bigint(stored: int) -> int:
    """The uint64 that `to_bigint` stored."""
    assert -_SIGN <= stored < _SIGN, f"{stored} has more than 64 bits"
    return stored % _SPAN
