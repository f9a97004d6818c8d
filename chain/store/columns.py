# SPDX-License-Identifier: Apache-2.0
"""What the definitions of the book's tables are made of."""

from enum import StrEnum
from typing import Any, ClassVar

from sqlalchemy import BigInteger, CheckConstraint, Column, ForeignKey, Index, Integer, MetaData, text
from sqlmodel import Field, SQLModel

Number = BigInteger().with_variant(Integer(), "sqlite")
STRICT = {"sqlite_strict": True}


class Book(SQLModel):
    """What all tables of the book have in common: their names' rule and their metadata."""

    metadata: ClassVar[MetaData] = MetaData(naming_convention={"pk": "pk_%(table_name)s"})


def one_of(words: type[StrEnum], name: str, column: str = "state") -> CheckConstraint:
    """The column holds one of these words."""
    return CheckConstraint(f"{column} IN ({', '.join(repr(str(word)) for word in words)})", name=name)


def partial(name: str, *columns: str, where: str, unique: bool = False) -> Index:
    """An index of some of the rows."""
    return Index(name, *columns, unique=unique, sqlite_where=text(where), postgresql_where=text(where))


def foreign(target: str, name: str, use_alter: bool = False) -> ForeignKey:
    """Of two tables that name each other: checked at once, or at the end where a transaction asks for that."""
    return ForeignKey(target, name=name, deferrable=True, initially="IMMEDIATE", use_alter=use_alter)


def column(kind: Any, *rules: Any, null: bool = False, **options: Any) -> Any:
    """A column; it takes no null unless said so."""
    return Field(sa_column=Column(kind, *rules, nullable=null, **options))
