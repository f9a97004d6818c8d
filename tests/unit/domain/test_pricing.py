# SPDX-License-Identifier: Apache-2.0
"""Prices against the golden numbers, and the properties that no golden number can show."""

import json
from collections.abc import Callable
from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from chain.domain.clock import BEIJING, DaysNegative, UtcSeconds, due_instant, local_date
from chain.domain.money import MAX_FEN, MAX_PPM, AmountNegative, AmountTooLarge, Fen, Ppm, RateOutOfRange, parse_rate
from chain.domain.pricing import (
    Basis,
    BasisUnknown,
    CostUndefined,
    DatesReversed,
    Discount,
    PiecesEmpty,
    ProceedsEmpty,
    annual_cost,
    late_days,
    late_interest,
    pieces,
    straight_discount,
    true_discount,
)

VECTORS = Path(__file__).resolve().parents[4] / "shared" / "vectors" / "discount.json"
FUNDED, DUE = date(2026, 11, 23), date(2027, 2, 21)

faces = st.integers(1, MAX_FEN).map(Fen)
rates = st.integers(0, MAX_PPM).map(Ppm)
modest_rates = st.integers(0, 300_000).map(Ppm)
tenors = st.integers(0, 366)
starts = st.dates(date(2020, 1, 1), date(2090, 12, 31))
bases = st.sampled_from(Basis)
either = st.sampled_from([straight_discount, true_discount])
Pricing = Callable[[Fen, Ppm, date, date, Basis], Discount]


@pytest.fixture(scope="module")
def golden() -> list[dict[str, Any]]:
    if not VECTORS.exists():
        pytest.skip(f"shared data: {VECTORS} is not there")
    cases: list[dict[str, Any]] = json.loads(VECTORS.read_text(encoding="utf-8"))["cases"]
    return cases


def half_up(exact: Fraction) -> int:
    return int(exact + Fraction(1, 2))


def test_straight_discount__golden_numbers__agrees_on_every_basis(golden: list[dict[str, Any]]) -> None:
    columns = ((Basis.ACT_360, "act360"), (Basis.ACT_365F, "act365"), (Basis.E30_360, "30e360"))
    for case in golden:
        funded, due = date.fromisoformat(case["funded"]), date.fromisoformat(case["due"])
        face, rate = Fen(case["face_minor"]), parse_rate(case["rate"])
        for basis, column in columns:
            days = case["days_30e360" if basis is Basis.E30_360 else "days"]
            interest = case[f"interest_{column}"]
            expected = Discount(face, interest, Fen(face - interest), days, basis, rate)
            assert straight_discount(face, rate, funded, due, basis) == expected
    assert len(golden) >= 40


def test_true_discount__golden_numbers__agrees(golden: list[dict[str, Any]]) -> None:
    for case in golden:
        funded, due = date.fromisoformat(case["funded"]), date.fromisoformat(case["due"])
        face, rate = Fen(case["face_minor"]), parse_rate(case["rate"])
        for basis, column in ((Basis.ACT_360, "act360"), (Basis.ACT_365F, "act365")):
            interest = case[f"true_discount_{column}"]
            expected = Discount(face, interest, Fen(face - interest), case["days"], basis, rate)
            assert true_discount(face, rate, funded, due, basis) == expected


def test_straight_discount__worked_by_hand__ninety_days_at_4_20_percent() -> None:
    price = straight_discount(Fen(100_000_000), Ppm(42_000), FUNDED, DUE, Basis.ACT_360)
    assert price == Discount(Fen(100_000_000), Fen(1_050_000), Fen(98_950_000), 90, Basis.ACT_360, Ppm(42_000))


@pytest.mark.parametrize(("face", "interest"), [(179_999, 0), (180_000, 1), (539_999, 1), (540_000, 2)])
def test_straight_discount__exactly_half_a_fen__goes_up(face: int, interest: int) -> None:
    # one day at 1,000 ppm over 360: interest is face / 360,000, so 180,000 is exactly half a fen
    price = straight_discount(Fen(face), Ppm(1_000), FUNDED, FUNDED + timedelta(days=1), Basis.ACT_360)
    assert price.interest == interest


def test_true_discount__exactly_half_a_fen__goes_up() -> None:
    # 360 days at 100 % over 360: interest is face / 2
    due = FUNDED + timedelta(days=360)
    assert true_discount(Fen(3), Ppm(1_000_000), FUNDED, due, Basis.ACT_360).interest == 2


@given(faces, rates, starts, tenors, bases)
def test_both_discounts__any_price__the_exact_fraction_rounded_once(
    face: Fen, rate: Ppm, funded: date, tenor: int, basis: Basis
) -> None:
    due = funded + timedelta(days=tenor)
    grown = Fraction(rate * basis.days(funded, due), 1_000_000 * basis.denominator)
    for price, exact in ((straight_discount, face * grown), (true_discount, face * grown / (1 + grown))):
        if half_up(exact) >= face:
            with pytest.raises(ProceedsEmpty):
                price(face, rate, funded, due, basis)
        else:
            result = price(face, rate, funded, due, basis)
            assert result.interest == half_up(exact)
            assert result.proceeds + result.interest == face


@given(either, faces, modest_rates, modest_rates, starts, tenors, tenors, bases)
def test_both_discounts__higher_rate_or_longer__never_less_interest(
    price: Pricing, face: Fen, low: Ppm, more: Ppm, funded: date, short: int, longer: int, basis: Basis
) -> None:
    assume(face > 10)
    near, far = funded + timedelta(days=short), funded + timedelta(days=short + longer)
    interest = price(face, low, funded, near, basis).interest
    assert price(face, Ppm(low + more), funded, near, basis).interest >= interest
    assert price(face, low, funded, far, basis).interest >= interest


@given(st.integers(10, MAX_FEN).map(Fen), modest_rates, starts, tenors, bases)
def test_true_discount__same_terms__never_dearer_than_straight(
    face: Fen, rate: Ppm, funded: date, tenor: int, basis: Basis
) -> None:
    due = funded + timedelta(days=tenor)
    true, straight = true_discount(face, rate, funded, due, basis), straight_discount(face, rate, funded, due, basis)
    assert true.interest <= straight.interest


def test_discount__same_day_or_rate_zero__costs_nothing() -> None:
    for price in (straight_discount, true_discount):
        assert price(Fen(100), Ppm(42_000), DUE, DUE, Basis.ACT_360).interest == 0
        assert price(Fen(100), Ppm(0), FUNDED, DUE, Basis.ACT_360).proceeds == 100


@pytest.mark.parametrize("price", [straight_discount, true_discount])
def test_discount__bad_input__typed_refusals(price: Pricing) -> None:
    with pytest.raises(DatesReversed) as caught:
        price(Fen(100), Ppm(1), DUE, FUNDED, Basis.ACT_360)
    assert caught.value == DatesReversed(funded=DUE, due=FUNDED)
    with pytest.raises(AmountNegative):
        price(Fen(-1), Ppm(1), FUNDED, DUE, Basis.ACT_360)
    with pytest.raises(AmountTooLarge):
        price(Fen(2**48), Ppm(1), FUNDED, DUE, Basis.ACT_360)
    with pytest.raises(RateOutOfRange):
        price(Fen(100), Ppm(-1), FUNDED, DUE, Basis.ACT_360)
    with pytest.raises(ProceedsEmpty) as empty:
        price(Fen(0), Ppm(1), FUNDED, DUE, Basis.ACT_360)
    assert empty.value == ProceedsEmpty(face=0, interest=0)


def test_straight_discount__interest_as_much_as_the_face__refused() -> None:
    # 360 days over 360: the rate is the share of the face
    due = FUNDED + timedelta(days=360)
    assert straight_discount(Fen(1000), Ppm(999_000), FUNDED, due, Basis.ACT_360).proceeds == 1
    with pytest.raises(ProceedsEmpty) as caught:
        straight_discount(Fen(1000), Ppm(1_000_000), FUNDED, due, Basis.ACT_360)
    assert caught.value == ProceedsEmpty(face=1000, interest=1000)


def test_basis__codes__never_change() -> None:
    assert [(basis.value, basis.label, basis.denominator) for basis in Basis] == [
        (1, "ACT/360", 360),
        (2, "ACT/365F", 365),
        (3, "30E/360", 360),
    ]


@pytest.mark.parametrize("basis", Basis)
def test_basis_of__code_or_label__found(basis: Basis) -> None:
    assert Basis.of(basis.value) is basis
    assert Basis.of(basis.label) is basis


@pytest.mark.parametrize("name", [0, 4, "", "ACT/365", "act/360", "1"])
def test_basis_of__anything_else__refused(name: int | str) -> None:
    with pytest.raises(BasisUnknown) as caught:
        Basis.of(name)
    assert caught.value == BasisUnknown(basis=name)


@pytest.mark.parametrize(
    ("funded", "due", "days"),
    [
        ("2026-01-31", "2026-02-28", 28),
        ("2028-01-31", "2028-02-29", 29),
        ("2026-02-28", "2026-03-31", 32),  # February's end is not pulled to the 30th in (g), unlike (h)
        ("2026-01-30", "2026-01-31", 0),
        ("2026-01-31", "2026-03-31", 60),
        ("2026-12-31", "2027-12-31", 360),
        ("2026-11-23", "2027-02-21", 88),
        ("2026-08-20", "2026-08-20", 0),
    ],
)
def test_days__30e360__as_isda_4_16_g(funded: str, due: str, days: int) -> None:
    assert Basis.E30_360.days(date.fromisoformat(funded), date.fromisoformat(due)) == days


@given(starts, tenors, tenors, bases)
def test_days__two_tenors_in_a_row__add_up_to_the_whole(funded: date, first: int, second: int, basis: Basis) -> None:
    middle, due = funded + timedelta(days=first), funded + timedelta(days=first + second)
    assert basis.days(funded, middle) + basis.days(middle, due) == basis.days(funded, due)


@given(starts, tenors)
def test_days__actual__calendar_days(funded: date, tenor: int) -> None:
    due = funded + timedelta(days=tenor)
    assert Basis.ACT_360.days(funded, due) == Basis.ACT_365F.days(funded, due) == tenor


def test_days__reversed_by_one_day__refused_on_every_basis() -> None:
    for basis in Basis:
        with pytest.raises(DatesReversed):
            basis.days(date(2026, 1, 31), date(2026, 1, 30))


@given(st.integers(0, MAX_FEN).map(Fen), st.lists(st.integers(0, 10**9).map(Fen), min_size=1, max_size=20))
def test_pieces__any_split__sum_to_the_interest_each_within_one_of_its_share(interest: Fen, amounts: list[Fen]) -> None:
    total = sum(amounts)
    assume(total > 0)
    shares = pieces(interest, amounts)
    assert len(shares) == len(amounts)
    assert sum(shares) == interest
    for share, amount in zip(shares, amounts, strict=True):
        assert abs(share - Fraction(interest * amount, total)) < 1


@given(st.integers(0, 10**6).map(Fen), st.lists(st.integers(1, 10**6).map(Fen), min_size=1, max_size=9), st.data())
def test_pieces__one_amount_cut_in_two__every_other_piece_as_it_was(
    interest: Fen, amounts: list[Fen], data: st.DataObject
) -> None:
    at = data.draw(st.integers(0, len(amounts) - 1))
    cut = Fen(data.draw(st.integers(0, amounts[at])))
    whole = pieces(interest, amounts)
    halves = pieces(interest, [*amounts[:at], cut, Fen(amounts[at] - cut), *amounts[at + 1 :]])
    assert halves[:at] == whole[:at]
    assert halves[at] + halves[at + 1] == whole[at]
    assert halves[at + 2 :] == whole[at + 1 :]


def test_pieces__floors_not_roundings__the_remainder_comes_last() -> None:
    assert pieces(Fen(100), [Fen(1), Fen(1), Fen(1)]) == (33, 33, 34)
    assert pieces(Fen(5), [Fen(0), Fen(7)]) == (0, 5)


@pytest.mark.parametrize("amounts", [[], [0], [0, 0]])
def test_pieces__nothing_to_share_over__refused(amounts: list[Fen]) -> None:
    with pytest.raises(PiecesEmpty) as caught:
        pieces(Fen(7), amounts)
    assert caught.value == PiecesEmpty(interest=7)


def test_pieces__negative_amount__refused() -> None:
    with pytest.raises(AmountNegative):
        pieces(Fen(7), [Fen(10), Fen(-1)])


def test_annual_cost__by_hand__on_the_money_received() -> None:
    # 1,050,000 on 98,950,000 over 90 days: 1050000 / 98950000 * 365 / 90 = 4.30352...%
    assert annual_cost(Fen(98_950_000), Fen(100_000_000), 90) == 43_035
    assert annual_cost(Fen(100), Fen(101), 365) == 10_000
    assert annual_cost(Fen(100), Fen(100), 30) == 0
    assert annual_cost(Fen(2_000_000), Fen(2_000_001), 365) == 1  # exactly half a ppm goes up


@given(st.integers(10**6, MAX_FEN).map(Fen), modest_rates, st.integers(1, 366))
def test_annual_cost__true_discount_on_act_365f__gives_its_rate_back(face: Fen, rate: Ppm, tenor: int) -> None:
    price = true_discount(face, rate, FUNDED, FUNDED + timedelta(days=tenor), Basis.ACT_365F)
    cost = annual_cost(price.proceeds, face, tenor)
    one_fen = Fraction(365 * 1_000_000 * 2, tenor * price.proceeds)  # what one fen of rounding weighs, doubled
    assert abs(cost - rate) <= one_fen + 1


@given(st.integers(1, 10**12), st.integers(1, 10**9), st.integers(0, 10**9), st.integers(1, 366))
def test_annual_cost__a_fee_more__never_cheaper(net: int, fee: int, charge: int, days: int) -> None:
    repaid = Fen(net + fee + charge)
    assert annual_cost(Fen(net), repaid, days) >= annual_cost(Fen(net + fee), repaid, days)


@pytest.mark.parametrize(("received", "repaid", "days"), [(0, 100, 90), (100, 101, 0), (101, 100, 90), (-1, 5, 1)])
def test_annual_cost__without_meaning__refused(received: int, repaid: int, days: int) -> None:
    with pytest.raises(CostUndefined) as caught:
        annual_cost(Fen(received), Fen(repaid), days)
    assert caught.value == CostUndefined(received=received, repaid=repaid, days=days)


@pytest.mark.parametrize(
    ("after", "days"),
    [(-100_000, 0), (-1, 0), (0, 0), (1, 1), (86_400, 1), (86_401, 2), (172_800, 2), (172_801, 3)],
)
def test_late_days__around_the_due_instant__every_24_hours_begun(after: int, days: int) -> None:
    due = due_instant(DUE, BEIJING)
    assert late_days(due, UtcSeconds(due + after)) == days


@given(st.integers(0, 10_000_000))
def test_late_days__due_at_the_end_of_a_date__local_dates_passed(after: int) -> None:
    due = due_instant(DUE, BEIJING)
    at = UtcSeconds(due + after)
    assert late_days(due, at) == (local_date(at, BEIJING) - DUE).days


def test_late_interest__by_hand__floored() -> None:
    # 1,000,000.00 at 18.25 % (0.05 % a day) for 3 days: 1,500.00
    assert late_interest(Fen(100_000_000), Ppm(182_500), 3) == 150_000
    assert late_interest(Fen(1999), Ppm(182_500), 1) == 0  # 0.9995 fen
    assert late_interest(Fen(2000), Ppm(182_500), 1) == 1
    assert late_interest(Fen(100), Ppm(182_500), 0) == 0


@given(st.integers(0, 10**12).map(Fen), modest_rates, st.integers(0, 400), st.integers(0, 400))
def test_late_interest__charged_in_two_steps__at_most_a_fen_less_and_never_more(
    unpaid: Fen, rate: Ppm, first: int, second: int
) -> None:
    whole = late_interest(unpaid, rate, first + second)
    stepped = late_interest(unpaid, rate, first) + late_interest(unpaid, rate, second)
    assert whole - 1 <= stepped <= whole


def test_late_interest__bad_input__typed_refusals() -> None:
    with pytest.raises(DaysNegative):
        late_interest(Fen(1), Ppm(1), -1)
    with pytest.raises(AmountNegative):
        late_interest(Fen(-1), Ppm(1), 1)
    with pytest.raises(RateOutOfRange):
        late_interest(Fen(1), Ppm(2**24), 1)
    with pytest.raises(AmountTooLarge):
        late_interest(MAX_FEN, MAX_PPM, 366)
