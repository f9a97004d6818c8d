# SPDX-License-Identifier: Apache-2.0
"""A quote from its price to its place among the others, without database and service."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from api.financing import offers
from api.financing.offers import Offer, Wanted
from chain.abi.eip712 import Domain
from chain.abi.schema import struct_codec
from chain.documents import sealing
from chain.domain.clock import BEIJING, DAY, UtcSeconds, day_start, due_instant
from chain.domain.money import Fen, Ppm
from chain.domain.pricing import Basis, DatesReversed, ProceedsEmpty, straight_discount
from chain.domain.refusals import StaleClaim
from chain.domain.vocabulary import ClaimId, Obligation, ParticipantId
from chain.signing.key import Key
from tests.cast import ANNA, CORE, FIN, RIVAL, key
from tests.mirrored import CHAIN_ID, LEDGER
from tests.worlds import furnished

DOMAIN = Domain(CHAIN_ID, LEDGER)
CLAIM = ClaimId(CORE.id, 1, 1)
WANTED = Wanted(12, ANNA.id, CLAIM, 3, Fen(10_000_000))
UNTIL = UtcSeconds(1_800_000_000)
PRIVATE, PUBLIC = sealing.pair()


def row(due: UtcSeconds) -> Obligation:
    world = furnished()
    return replace(world.rows.obligations[world.held()], due=due)


def offer(rate: int = 42_000, wanted: Wanted = WANTED, financier: ParticipantId = FIN.id, **over: Any) -> Offer:
    own = Key.of(key("financier 1"))
    price = straight_discount(
        wanted.amount, Ppm(rate), date(2026, 4, 1), date(2026, 6, 30), over.pop("basis", Basis.ACT_360)
    )
    quote = replace(offers.message(wanted, price, financier, 0, own.address, UNTIL), **over)
    return Offer(quote, own.sign(quote, DOMAIN))


def test_price__from_a_beijing_date_to_the_due_date__is_the_worked_example() -> None:
    due = due_instant(date(2026, 6, 30), BEIJING)
    for second in (0, DAY - 1):  # the whole of the first of April in Beijing
        at = UtcSeconds(day_start(date(2026, 4, 1), BEIJING) + second)
        price = offers.priced(row(due), Fen(10_000_000), Ppm(42_000), Basis.ACT_360, at)
        assert (price.proceeds, price.interest, price.days) == (9_895_000, 105_000, 90)


def test_price__that_leaves_nothing_or_past_due__is_refused() -> None:
    due = due_instant(date(2026, 6, 30), BEIJING)
    with pytest.raises(ProceedsEmpty):
        offers.priced(row(due), Fen(1), Ppm(10_000_000), Basis.ACT_360, UtcSeconds(due - 90 * DAY))
    with pytest.raises(DatesReversed):
        offers.priced(row(due), Fen(1_000), Ppm(42_000), Basis.ACT_360, UtcSeconds(due + 1))


def test_sealed__by_one_financier__opens_as_it_was() -> None:
    one = offer()
    octets = offers.sealed(one, PUBLIC, DOMAIN, WANTED.financing)
    assert offers.opened(PRIVATE, octets, DOMAIN, WANTED, FIN.id) == one


def test_sealed__at_any_price__has_one_length_and_shows_nothing() -> None:
    cheap, dear = offer(1), offer(3_999_999)
    found = [offers.sealed(one, PUBLIC, DOMAIN, WANTED.financing) for one in (cheap, dear)]
    assert len(found[0]) == len(found[1])
    for one, octets in zip((cheap, dear), found, strict=True):
        for figure in (one.quote.price, one.quote.rate):
            assert figure.to_bytes(32, "big") not in octets
        assert one.signature not in octets


@pytest.mark.parametrize(
    ("over", "financier"),
    [
        ({"domain": Domain(CHAIN_ID + 1, LEDGER)}, FIN.id),
        ({"domain": Domain(CHAIN_ID, CORE.account())}, FIN.id),
        ({"wanted": replace(WANTED, financing=13)}, FIN.id),
        ({}, RIVAL.id),
        ({"private": sealing.pair()[0]}, FIN.id),
    ],
)
def test_sealed__moved_elsewhere_or_read_by_another__is_void(over: dict[str, Any], financier: ParticipantId) -> None:
    octets = offers.sealed(offer(), PUBLIC, DOMAIN, WANTED.financing)
    where: dict[str, Any] = {"private": PRIVATE, "domain": DOMAIN, "wanted": WANTED} | over
    assert offers.opened(where["private"], octets, where["domain"], where["wanted"], financier) is None


@pytest.mark.parametrize(
    "broken",
    [
        {"participant": RIVAL.id},
        {"claim": ClaimId(CORE.id, 1, 2)},
        {"version": 4},
        {"amount": Fen(9_999_999)},
    ],
)
def test_offer__truly_signed_about_something_else__is_void(broken: dict[str, Any]) -> None:
    one = offer(**broken)
    octets = sealing.seal(PUBLIC, _plain(one), offers.info(DOMAIN, WANTED.financing, FIN.id))
    assert offers.opened(PRIVATE, octets, DOMAIN, WANTED, FIN.id) is None


def test_offer__altered_after_signing_or_signed_by_another__is_void() -> None:
    one = offer()
    forged = Key.of(key("rival 1")).sign(one.quote, DOMAIN)
    for made in (
        Offer(replace(one.quote, price=Fen(one.quote.price + 1)), one.signature),
        Offer(one.quote, forged),
        Offer(one.quote, bytes(65)),
    ):
        assert not offers.genuine(made, DOMAIN, WANTED, FIN.id)
    assert offers.genuine(one, DOMAIN, WANTED, FIN.id)


@pytest.mark.parametrize("plain", [b"", bytes(64), bytes(65), b"\xff" * 449, bytes(449 + 32)])
def test_sealed__whatever_else_was_written__is_void(plain: bytes) -> None:
    octets = sealing.seal(PUBLIC, plain, offers.info(DOMAIN, WANTED.financing, FIN.id))
    assert offers.opened(PRIVATE, octets, DOMAIN, WANTED, FIN.id) is None


def test_text__of_an_offer_and_of_a_void_one__is_read_back() -> None:
    one = offer(basis=Basis.E30_360)
    assert offers.told(offers.text(one), WANTED, FIN.id) == one
    assert offers.told(offers.text(None), WANTED, FIN.id) is None


def test_compared__most_money_first__then_the_earlier_then_what_cannot_be_taken() -> None:
    stale = StaleClaim(claim=CLAIM, current=4, given=3)
    many = [(1, offer(50_000), None), (2, offer(30_000), stale), (3, offer(40_000), None), (4, offer(40_000), None)]
    found = offers.compared(many)
    assert [(one.id, one.rank) for one in found] == [(3, 1), (4, 2), (1, 3), (2, None)]
    assert found[-1].refusal == stale


def test_yearly__of_quotes_on_two_bases__tells_which_is_cheaper() -> None:
    """4.2 % on 360 days is dearer than 4.2 % on 365; both are told on the money received over 365."""
    due = due_instant(date(2026, 6, 30), BEIJING)
    now = day_start(date(2026, 4, 1), BEIJING)
    short, long = offer(), offer(basis=Basis.ACT_365F)
    assert offers.yearly(short, due, now) == 43_035  # 105,000 x 365 / (9,895,000 x 90)
    assert (offers.yearly(long, due, now) or 0) < 43_035
    assert offers.yearly(short, due, due) is None


def _plain(one: Offer) -> bytes:
    return struct_codec("Quote").encode(one.quote) + one.signature
