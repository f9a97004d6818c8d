# SPDX-License-Identifier: Apache-2.0
"""Business days: the published years against the law and the notices, and the arithmetic on them."""

import json
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chain.domain.calendar import (
    CN,
    TARGET,
    Calendar,
    CalendarTableMalformed,
    CalendarYearUnpublished,
    ClosingWindowTooLong,
    add_business_days,
    closing_days,
    easter,
    following,
    is_business_day,
    modified_following,
    next_business_day,
    previous_business_day,
    read_years,
    with_years,
)
from chain.domain.clock import DaysNegative

ONE_DAY = timedelta(days=1)
target_days = st.dates(date(2003, 1, 1), date(2098, 12, 31))

# 全国年节及纪念日放假办法, Art. 2: 11 days; 13 from 2025-01-01 (国务院令第795号). The notices only move days about.
STATUTORY = {2023: 11, 2024: 11, 2025: 13, 2026: 13}
# The notices' own count of days off ("共N天") and of make-up working days; 2023 lacks 2022-12-31, a Saturday.
NOTICED = {2023: (2 + 7 + 1 + 5 + 3 + 8, 7), 2024: (1 + 8 + 3 + 5 + 1 + 3 + 7, 8)}
NOTICED |= {2025: (1 + 8 + 3 + 5 + 3 + 8, 5), 2026: (3 + 9 + 3 + 5 + 3 + 3 + 7, 6)}
# Easter Sundays as tabulated, the earliest and the latest possible included, and dates of other centuries.
EASTERS = "2002-03-31 2005-03-27 2008-03-23 2011-04-24 2016-03-27 2024-03-31 2025-04-20 2026-04-05 2027-03-28"
EASTERS += " 2028-04-16 2029-04-01 2030-04-21 2035-03-25 2038-04-25 2049-04-18 2076-04-19 2099-04-12"
EASTERS += " 1734-04-25 1761-03-22 1818-03-22 1886-04-25 1943-04-25 2106-04-18 2285-03-22"


def days_of(year: int) -> list[date]:
    return [date(year, 1, 1) + timedelta(days=n) for n in range((date(year + 1, 1, 1) - date(year, 1, 1)).days)]


def table(**changes: object) -> str:
    year = {"year": 2031, "source": "a notice", "closed": [["x", "2031-10-01", "2031-10-07"]], "worked": ["2031-10-11"]}
    return json.dumps({"years": [year | changes]})


@pytest.mark.parametrize("year", [entry.year for entry in CN.years])
def test_cn__year__as_many_business_days_as_the_law_leaves(year: int) -> None:
    weekdays = sum(day.weekday() < 5 for day in days_of(year))
    assert sum(is_business_day(day, CN) for day in days_of(year)) == weekdays - STATUTORY[year]


@pytest.mark.parametrize("entry", CN.years, ids=lambda entry: str(entry.year))
def test_cn__year__days_as_the_notice_counts_them_and_sourced(entry: object) -> None:
    year, closed, worked, source = (getattr(entry, name) for name in ("year", "closed", "worked", "source"))
    assert (len(closed), len(worked)) == NOTICED[year]
    assert source.startswith(f"国办发明电〔{year - 1}〕")
    assert f"{year - 1}-1" in source  # each was issued in the last quarter before its year


@pytest.mark.parametrize(
    ("day", "open_"),
    [
        ("2024-02-09", True),  # the eve of Spring Festival was not a day off in 2024
        ("2024-05-11", True),
        ("2024-09-16", False),
        ("2025-01-26", True),
        ("2025-10-08", False),
        ("2026-01-02", False),
        ("2026-01-04", True),
        ("2026-02-14", True),
        ("2026-02-23", False),
        ("2026-02-28", True),
        ("2026-09-20", True),
        ("2026-10-08", True),
        ("2026-10-10", True),
        ("2026-10-11", False),
        ("2026-11-22", False),
        ("2026-11-23", True),
    ],
)
def test_is_business_day__cn__as_published(day: str, open_: bool) -> None:
    assert is_business_day(date.fromisoformat(day), CN) is open_


def test_is_business_day__datetime_given__its_date_counts() -> None:
    assert is_business_day(datetime(2026, 10, 1, 12, tzinfo=UTC), CN) is False


@pytest.mark.parametrize(("calendar", "year"), [(CN, 2022), (CN, 2027), (TARGET, 2001), (TARGET, 2100)])
def test_is_business_day__year_not_published__refused_even_on_a_sunday(calendar: Calendar, year: int) -> None:
    sunday = date(year, 7, 4) + timedelta(days=6 - date(year, 7, 4).weekday())
    with pytest.raises(CalendarYearUnpublished) as caught:
        is_business_day(sunday, calendar)
    assert caught.value == CalendarYearUnpublished(calendar=calendar.name, year=year)
    assert caught.value.code == "unpublished-year"


def test_add_business_days__runs_out_of_published_years__refused() -> None:
    with pytest.raises(CalendarYearUnpublished):
        add_business_days(date(2026, 12, 31), 1, CN)
    with pytest.raises(CalendarYearUnpublished):
        add_business_days(date(2098, 1, 1), 100_000, TARGET)


@pytest.mark.parametrize("text", EASTERS.split())
def test_easter__tabulated_years__agrees(text: str) -> None:
    assert easter(int(text[:4])) == date.fromisoformat(text)


@given(st.integers(2002, 2099))
def test_target__any_year__six_closing_days_and_weekends(year: int) -> None:
    closed = {day for day in days_of(year) if not is_business_day(day, TARGET)}
    holidays = {date(year, 1, 1), date(year, 5, 1), date(year, 12, 25), date(year, 12, 26)}
    holidays |= {easter(year) - 2 * ONE_DAY, easter(year) + ONE_DAY}
    assert closed == holidays | {day for day in days_of(year) if day.weekday() >= 5}


@pytest.mark.parametrize("day", ["2026-04-03", "2026-04-06", "2026-05-01", "2026-12-25", "2027-01-01", "2027-03-26"])
def test_target__known_closing_day__closed(day: str) -> None:
    assert not is_business_day(date.fromisoformat(day), TARGET)


def test_next_and_previous__across_golden_week__skip_it() -> None:
    assert next_business_day(date(2026, 9, 30), CN) == date(2026, 10, 8)
    assert previous_business_day(date(2026, 10, 8), CN) == date(2026, 9, 30)
    assert next_business_day(date(2026, 9, 19), CN) == date(2026, 9, 20)  # a Sunday worked


def test_add_business_days__zero__the_day_itself_open_or_not() -> None:
    assert add_business_days(date(2026, 10, 1), 0, CN) == date(2026, 10, 1)


@given(target_days, st.integers(-250, 250).filter(bool))
def test_add_business_days__any_count__lands_open_after_that_many_open_days(day: date, count: int) -> None:
    end = add_business_days(day, count, TARGET)
    low, high = (day + ONE_DAY, end) if count > 0 else (end, day - ONE_DAY)
    stepped = [low + n * ONE_DAY for n in range((high - low).days + 1)]
    assert is_business_day(end, TARGET)
    assert sum(is_business_day(each, TARGET) for each in stepped) == abs(count)


def test_following__closed_day__the_next_open_one() -> None:
    assert following(date(2026, 10, 3), CN) == date(2026, 10, 8)
    assert following(date(2026, 10, 8), CN) == date(2026, 10, 8)


def test_modified_following__would_leave_the_month__goes_back() -> None:
    assert following(date(2026, 5, 30), TARGET) == date(2026, 6, 1)
    assert modified_following(date(2026, 5, 30), TARGET) == date(2026, 5, 29)
    assert modified_following(date(2026, 10, 3), CN) == date(2026, 10, 8)
    assert modified_following(date(2026, 9, 30), CN) == date(2026, 9, 30)


@given(target_days)
def test_modified_following__any_day__open_nearest_and_in_its_month(day: date) -> None:
    moved = modified_following(day, TARGET)
    assert is_business_day(moved, TARGET)
    assert (moved.year, moved.month) == (day.year, day.month)
    assert moved == following(day, TARGET) or moved == previous_business_day(day, TARGET)


@pytest.mark.parametrize(
    ("due", "business_days", "closes"),
    [
        ("2026-11-20", 0, 0),
        ("2026-11-20", 2, 2),
        ("2026-11-23", 1, 3),
        ("2026-10-08", 1, 8),
        ("2026-10-08", 3, 10),
        ("2026-10-05", 1, 5),  # due on a holiday: counted from the date itself
        ("2026-09-21", 1, 1),  # the Sunday before is worked
        ("2027-01-01", 2, 2),  # the due date's own year need not be published
    ],
)
def test_closing_days__cn__calendar_days_back(due: str, business_days: int, closes: int) -> None:
    assert closing_days(date.fromisoformat(due), business_days, CN) == closes


def test_closing_days__reaches_into_an_unpublished_year__refused() -> None:
    with pytest.raises(CalendarYearUnpublished):
        closing_days(date(2027, 2, 22), 3, CN)


@given(target_days, st.integers(0, 170))
def test_closing_days__any_window__opens_on_that_business_day(due: date, business_days: int) -> None:
    closes = closing_days(due, business_days, TARGET)
    assert due - timedelta(days=closes) == add_business_days(due, -business_days, TARGET)
    assert business_days <= closes <= 255


def test_closing_days__more_than_eight_bits__refused() -> None:
    due = date(2026, 11, 20)
    last = max(n for n in range(170, 200) if (due - add_business_days(due, -n, TARGET)).days <= 255)
    assert closing_days(due, last, TARGET) <= 255
    closes = (due - add_business_days(due, -last - 1, TARGET)).days
    with pytest.raises(ClosingWindowTooLong) as caught:
        closing_days(due, last + 1, TARGET)
    assert caught.value == ClosingWindowTooLong(due=due, business_days=last + 1, closes=closes, limit=255)


def test_closing_days__negative__refused() -> None:
    with pytest.raises(DaysNegative):
        closing_days(date(2026, 11, 20), -1, CN)


def test_with_years__new_year__known_from_then_on_and_the_old_calendar_unchanged() -> None:
    extended = with_years(CN, read_years(table()))
    assert not is_business_day(date(2031, 10, 7), extended)
    assert is_business_day(date(2031, 10, 11), extended)
    assert is_business_day(date(2026, 10, 8), extended)
    with pytest.raises(CalendarYearUnpublished):
        is_business_day(date(2031, 10, 7), CN)


def test_with_years__year_it_has__replaced_by_the_revised_notice() -> None:
    revised = with_years(with_years(CN, read_years(table())), read_years(table(closed=[], worked=[])))
    assert is_business_day(date(2031, 10, 7), revised)
    assert [entry.year for entry in revised.years] == [2023, 2024, 2025, 2026, 2031]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("no json", "JSONDecodeError"),
        ("[]", "TypeError"),
        ("{}", "KeyError"),
        (table(closed=[["x", "2031-10-01"]]), "ValueError"),
        (table(closed=[["x", "2031-02-30", "2031-03-01"]]), "ValueError"),
        (table(closed=[["x", 20311001, "2031-10-07"]]), "TypeError"),
        (table(closed=[["x", "2031-10-07", "2031-10-01"]]), "x ends before it starts"),
        (table(closed=[["x", "2031-12-31", "2032-01-01"]]), "a day of another year"),
        (table(worked=["2032-10-09"]), "a day of another year"),
        (table(worked=["2031-10-10"]), "not on a weekend"),
        (table(worked=["2031-10-04"]), "both closed and worked"),
        (table(source=""), "names no source"),
        (json.dumps({"years": json.loads(table())["years"] * 2}), "stands there twice"),
    ],
)
def test_read_years__wrong_table__refused_with_the_problem(text: str, problem: str) -> None:
    with pytest.raises(CalendarTableMalformed, match=problem):
        read_years(text)
