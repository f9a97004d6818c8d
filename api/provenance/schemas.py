# SPDX-License-Identifier: Apache-2.0
"""A claim, its chain of title up to issue, and the pieces that were cut from it."""

from typing import Literal

from pydantic import BaseModel, Field

from api.holdings.schemas import Claim, ClaimName
from api.holdings.schemas import shown as claim_shown
from api.paging import Amount, Currency, Instant, Participant, Said, instant, said
from chain.domain.errors import Lang
from chain.domain.vocabulary import ClaimId
from chain.mirror.reads import ClaimSeen, Link, Passed, Piece

Sight = Literal["title", "given", "full"]
How = Literal["issue", "transfer", "split", "discount"]


class Seen(BaseModel):
    """A claim as far as it is yours to see."""

    id: str = ClaimName
    sight: Sight = Field(
        description="full; given: one passed it on; title: it is an ancestor of a claim that one holds."
    )
    claim: Claim | None = Field(description="null of an ancestor.")


class Passing(BaseModel):
    """A claim came to a holder."""

    version: int = Field(description="Of the claim, after it.")
    how: How
    giver: Participant = Field(description="Who passed it on; at issue, the obligor.")
    taker: Participant
    amount: Amount
    block: int
    time: Instant = Field(description="Of the block.")


class TitleLink(BaseModel):
    """A claim of a chain of title, and its passings up to the cut that made the next link."""

    id: str = ClaimName
    parent: str | None = Field(description="The claim it was cut from; null of claim 1.")
    start: Amount = Field(description="Its first cent within the obligation.")
    born: int = Field(description="The block of its birth.")
    passings: list[Passing] = Field(description="None when it was cut off and stayed with its holder.")


class Provenance(Seen):
    """A claim's chain of title."""

    currency: Currency
    title: list[TitleLink] = Field(description="From claim 1 down; of a claim given, what one gave or took oneself.")


class CutPiece(BaseModel):
    """A claim that was cut from another."""

    id: str = ClaimName
    how: Literal["split", "discount", "cut", "lien"]
    giver: Participant | None = Field(description="null: it stayed with its holder.")
    taker: Participant | None
    currency: Currency
    amount: Amount = Field(description="When it was cut.")
    version: int = Field(description="Of the claim it was cut from, after the cut.")
    block: int
    time: Instant = Field(description="Of the block.")
    claim: Claim | None = Field(description="As it is now; null when that is not yours to see.")


def seen(found: ClaimSeen, currency: str, lang: Lang) -> Said:
    claim = None if found.holding is None else claim_shown(found.holding, currency, lang)
    return said(id=str(found.id), sight=found.sight.name.lower(), claim=claim)


def provenance(found: ClaimSeen, currency: str, lang: Lang) -> Said:
    claim = None if found.holding is None else claim_shown(found.holding, currency, lang)
    return said(
        id=str(found.id),
        sight=found.sight.name.lower(),
        claim=claim,
        currency=currency,
        title=[_link(link) for link in found.title],
    )


def _link(link: Link) -> Said:
    parent = ClaimId(link.id.obligor, link.id.number, link.parent) if link.parent else None
    return said(
        id=str(link.id),
        parent=None if parent is None else str(parent),
        start=link.start,
        born=link.born,
        passings=[_passing(passed) for passed in link.passings],
    )


def _passing(passed: Passed) -> Said:
    return said(
        version=passed.version,
        how=passed.how,
        giver=passed.giver,
        taker=passed.taker,
        amount=passed.amount,
        block=passed.block,
        time=instant(passed.time),
    )


def piece(found: Piece, currency: str, lang: Lang) -> Said:
    return said(
        id=str(found.id),
        how=found.how,
        giver=found.giver,
        taker=found.taker,
        currency=currency,
        amount=found.amount,
        version=found.version,
        block=found.block,
        time=instant(found.time),
        claim=None if found.holding is None else claim_shown(found.holding, currency, lang),
    )
