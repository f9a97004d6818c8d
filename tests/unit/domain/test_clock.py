# SPDX-License-Identifier: Apache-2.0
"""Instants and dates: when a maturity date ends, and clocks that can be moved."""

from datetime import UTC as DATETIME_UTC
from datetime import date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chain.domain.clock import (
    BEIJING,
    MAX_SECONDS,
    UTC,
    FixedClock,
    InstantOutOfRange,
    OffsetOutOfRange,
    SystemClock,
    UtcSeconds,
    ZoneOffset,
    day_start,
    due_instant,
    instant,
    local_date,
)

days = st.dates(date(1970, 1, 3), date(2106, 2, 5))
offsets = st.integers(-12 * 3600, 14 * 3600).map(ZoneOffset)


def seconds_of(moment: datetime) -> int:
    return int(moment.timestamp())


def test_due_instant__beijing__last_second_of_the_local_day() -> None:
    expected = datetime(2027, 2, 21, 23, 59, 59, tzinfo=timezone(timedelta(hours=8)))
    assert due_instant(date(2027, 2, 21), BEIJING) == seconds_of(expected)


def test_day_start__utc__midnight() -> None:
    assert day_start(date(2027, 2, 21), UTC) == seconds_of(datetime(2027, 2, 21, tzinfo=DATETIME_UTC))


@given(days, offsets)
def test_due_instant__any_zone__still_that_date_and_one_second_later_the_next(day: date, offset: ZoneOffset) -> None:
    due = due_instant(day, offset)
    assert local_date(due, offset) == day
    assert local_date(UtcSeconds(due + 1), offset) == day + timedelta(days=1)
    assert local_date(day_start(day, offset), offset) == day
    assert due == day_start(day + timedelta(days=1), offset) - 1


@given(st.integers(0, MAX_SECONDS).map(UtcSeconds), offsets)
def test_local_date__any_instant__as_datetime_says(at: UtcSeconds, offset: ZoneOffset) -> None:
    moment = datetime.fromtimestamp(at, timezone(timedelta(seconds=offset)))
    assert local_date(at, offset) == moment.date()


def test_due_instant__datetime_given__its_date_counts() -> None:
    assert due_instant(datetime(2027, 2, 21, 15, tzinfo=DATETIME_UTC), BEIJING) == due_instant(
        date(2027, 2, 21), BEIJING
    )


@pytest.mark.parametrize("offset", [-12 * 3600 - 1, 14 * 3600 + 1])
def test_conversions__offset_of_no_place__refused(offset: int) -> None:
    calls = (
        lambda: due_instant(date(2027, 1, 1), ZoneOffset(offset)),
        lambda: day_start(date(2027, 1, 1), ZoneOffset(offset)),
        lambda: local_date(UtcSeconds(0), ZoneOffset(offset)),
    )
    for call in calls:
        with pytest.raises(OffsetOutOfRange) as caught:
            call()
        assert caught.value == OffsetOutOfRange(seconds=offset)


def test_due_instant__outside_32_bits__refused() -> None:
    assert due_instant(date(2106, 2, 6), UTC) <= MAX_SECONDS
    with pytest.raises(InstantOutOfRange):
        due_instant(date(2106, 2, 7), UTC)
    with pytest.raises(InstantOutOfRange):
        day_start(date(1970, 1, 1), BEIJING)


def test_instant__bounds__kept() -> None:
    assert (instant(0), instant(MAX_SECONDS)) == (0, 2**32 - 1)
    for value in (-1, MAX_SECONDS + 1):
        with pytest.raises(InstantOutOfRange) as caught:
            instant(value)
        assert caught.value == InstantOutOfRange(seconds=value, limit=MAX_SECONDS)


def test_system_clock__now__the_machines_second_rounded_down(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.time_ns", lambda: 1_795_334_399_999_999_999)
    assert SystemClock().now() == 1_795_334_399


def test_fixed_clock__moved__tells_what_it_was_told() -> None:
    fixed = FixedClock(UtcSeconds(1000))
    assert (fixed.now(), fixed.now()) == (1000, 1000)
    fixed.advance(86_400)
    assert fixed.now() == 87_400
    fixed.advance(-400)
    assert fixed.now() == 87_000
    fixed.move_to(UtcSeconds(5))
    assert fixed.now() == 5


def test_fixed_clock__out_of_range__refused_and_unmoved() -> None:
    fixed = FixedClock(UtcSeconds(10))
    with pytest.raises(InstantOutOfRange):
        fixed.advance(-11)
    with pytest.raises(InstantOutOfRange):
        fixed.move_to(UtcSeconds(2**32))
    with pytest.raises(InstantOutOfRange):
        FixedClock(UtcSeconds(-1))
    assert fixed.now() == 10
