# SPDX-License-Identifier: Apache-2.0
"""What access takes and answers over HTTP. Instants are RFC 3339 in UTC; passwords and keys are told once."""

from datetime import UTC, datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, PlainSerializer, SecretStr, StringConstraints

from api.access.keys import Issued, Key
from api.access.login import Session
from api.access.officers import NAME, Officer
from api.access.passwords import LONGEST
from api.access.viewer import Duty
from chain.store.words import KeyKind, OfficerState


def _instant(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


Instant = Annotated[int, PlainSerializer(_instant, return_type=str), Field(examples=["2026-11-22T08:00:00Z"])]
Name = Annotated[str, StringConstraints(pattern=f"^{NAME.pattern}$"), Field(examples=["chen.jing"])]
Password = Annotated[SecretStr, Field(min_length=1, max_length=LONGEST, examples=["violet-harbour-eleven-spoons"])]
Duties = Annotated[
    frozenset[Duty],
    Field(min_length=1, examples=[["maker", "viewer"]], json_schema_extra={"uniqueItems": False}),
]
Told = Annotated[
    str, Field(examples=["dt_4f2a90c1d3e8_" + "6b" * 32], description="The key: told now and never again.")
]
OfficerNumber = Annotated[int, Field(ge=1, lt=1 << 16, examples=[2], description="As the ledger counts them.")]


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class LoginBody(_Body):
    name: Annotated[str, Field(min_length=1, max_length=40, examples=["chen.jing"])]
    password: Password


class PasswordBody(_Body):
    password: Annotated[Password, Field(description="The present one.")]
    new: Annotated[Password, Field(description="12 to 128 characters, 5 different ones, without the name.")]


class KeyBody(_Body):
    scopes: Annotated[Duties, Field(description="The duties that the key may exercise; its owner must have them.")]
    days: Annotated[int, Field(ge=1, le=366, examples=[90], description="Days until it ends.")]


class OfficerBody(_Body):
    number: OfficerNumber
    name: Name
    duties: Duties


class OfficerChange(_Body):
    duties: Duties | None = None
    state: OfficerState | None = None


class KeyTold(BaseModel):
    id: Annotated[int, Field(examples=[17])]
    prefix: Annotated[str, Field(examples=["4f2a90c1d3e8"], description="The part of the key that is no secret.")]
    kind: KeyKind
    scopes: list[Duty]
    created_at: Instant
    expires_at: Instant
    revoked_at: Instant | None
    last_used_at: Annotated[Instant | None, Field(description="To the hour.")]

    @staticmethod
    def of(key: Key) -> "KeyTold":
        return KeyTold.model_validate(_fields(key))


class NewKey(KeyTold):
    key: Told

    @staticmethod
    def made(issued: Issued) -> "NewKey":
        return NewKey.model_validate(_fields(issued.key) | {"key": issued.text})


class LoggedIn(NewKey):
    must_change: Annotated[bool, Field(description="The password is a one-time password: POST /password comes first.")]

    @staticmethod
    def by(session: Session) -> "LoggedIn":
        told = {"key": session.issued.text, "must_change": session.must_change}
        return LoggedIn.model_validate(_fields(session.issued.key) | told)


class Keys(BaseModel):
    rows: list[KeyTold]
    next: Annotated[str | None, Field(description="The cursor of the page that follows, for ?after=.")]


class OfficerTold(BaseModel):
    id: Annotated[str, Field(examples=["10-2"])]
    participant: Annotated[int, Field(examples=[10])]
    number: OfficerNumber
    name: Name
    duties: list[Duty]
    state: OfficerState
    once_until: Annotated[Instant | None, Field(description="Until when its one-time password is good.")]
    created_at: Instant

    @staticmethod
    def of(officer: Officer) -> "OfficerTold":
        return OfficerTold.model_validate(_officer(officer))


class NewOfficer(OfficerTold):
    password: Annotated[str, Field(examples=["k7mhw-2pqxd-rr9ue-an4tz"], description="To be changed; told once.")]

    @staticmethod
    def made(officer: Officer, password: str) -> "NewOfficer":
        return NewOfficer.model_validate(_officer(officer) | {"password": password})


class Officers(BaseModel):
    rows: list[OfficerTold]
    next: Annotated[str | None, Field(description="The cursor of the page that follows, for ?after=.")]


class Me(BaseModel):
    participant: Annotated[int, Field(examples=[10])]
    officer: Annotated[str, Field(examples=["10-2"])]
    name: Name
    duties: Annotated[list[Duty], Field(description="Those that both officer and key have.")]
    key: Annotated[int, Field(examples=[17], description="The id of the key that asks.")]
    must_change: bool


def _fields(key: Key) -> dict[str, object]:
    return {name: getattr(key, name) for name in Key.__slots__} | {"scopes": sorted(key.scopes)}


def _officer(officer: Officer) -> dict[str, object]:
    told = {name: getattr(officer, name) for name in Officer.__slots__}
    return told | {"id": officer.id, "duties": sorted(officer.duties)}
