# SPDX-License-Identifier: Apache-2.0
"""Business days: which dates a bank settles on, and how far before the due date a claim stops moving.

A calendar knows the years that were published and refuses every other: a guessed holiday would move a closing window.
CN comes from the State Council's yearly notices (calendars/cn.json names each); TARGET follows the ECB's long-term
calendar of 14 December 2000, a fixed rule in force from 2002 "until further notice", and is tabulated up to 2099.
An operator adds a year as soon as its notice is out, without a new release: `with_years(CN, read_years(text))`.
"""

import json
from dataclasses import dataclass, replace
from datetime import date, timedelta
from importlib.resources import files
from typing import Any

from chain.domain.clock import DaysNegative
from chain.domain.errors import InputError

SATURDAY = 5  # date.weekday()
MAX_CLOSES = 255  # calendar days; an obligation's `closes` has 8 bits (10-ledger, Storage)


class CalendarYearUnpublished(InputError):
    """Raised when a date lies in a year whose business days were not published, or not yet."""

    code = "unpublished-year"
    fields = ("calendar", "year")
    zh = "{calendar} 日历尚未收录 {year} 年的工作日安排。"
    en = "The {calendar} calendar has no business days for {year}."
    next_zh = "请改用已公布年份的日期或直接填写自然日天数；官方通知公布后，由运营方补录该年。"
    next_en = (
        "Choose a date in a published year, or give calendar days; the operator adds a year once its notice is out."
    )


class CalendarTableMalformed(InputError):
    """Raised when a table of years is not in the form of calendars/cn.json, or contradicts itself."""

    code = "malformed-calendar-table"
    fields = ("year", "problem")
    zh = "日历表（年份 {year}）有误：{problem}。"
    en = "The calendar table is wrong at year {year}: {problem}."
    next_zh = "请对照官方通知改正该表；格式见 chain/domain/calendars/cn.json。"
    next_en = "Correct the table against the official notice; chain/domain/calendars/cn.json shows the form."


class ClosingWindowTooLong(InputError):
    """Raised when a closing window reaches back more calendar days than an obligation can hold."""

    code = "closing-window-too-long"
    fields = ("due", "business_days", "closes", "limit")
    zh = "到期日 {due} 前 {business_days} 个工作日合 {closes} 个自然日，超过上限 {limit}。"
    en = "{business_days} business days before {due} are {closes} calendar days; the limit is {limit}."
    next_zh = "请缩短流转截止期。"
    next_en = "Choose a shorter closing window."


@dataclass(frozen=True, slots=True)
class Year:
    """One published year: days closed (some on weekends), weekend days worked (调休), and where it was published."""

    year: int
    closed: frozenset[date]
    worked: frozenset[date]
    source: str


@dataclass(frozen=True, slots=True)
class Calendar:
    """A named set of published years; Saturdays and Sundays are closed unless worked."""

    name: str
    years: tuple[Year, ...]


def is_business_day(day: date, calendar: Calendar) -> bool:
    """Whether banks settle on `day`. Raises CalendarYearUnpublished."""
    day = date(day.year, day.month, day.day)  # a datetime is a date too, but equals none
    year = _year(day, calendar)
    return day in year.worked or (day.weekday() < SATURDAY and day not in year.closed)


def next_business_day(day: date, calendar: Calendar) -> date:
    """The first business day after `day`. Raises CalendarYearUnpublished."""
    return add_business_days(day, 1, calendar)


def previous_business_day(day: date, calendar: Calendar) -> date:
    """The last business day before `day`. Raises CalendarYearUnpublished."""
    return add_business_days(day, -1, calendar)


def add_business_days(day: date, count: int, calendar: Calendar) -> date:
    """The count-th business day after `day`, before it when `count` is below zero, `day` itself (open or not) for 0.

    Only the days stepped on are looked up. Raises CalendarYearUnpublished.
    """
    step = timedelta(days=1 if count > 0 else -1)
    left = abs(count)
    while left:
        day += step
        left -= is_business_day(day, calendar)
    return day


def following(day: date, calendar: Calendar) -> date:
    """`day` if it is a business day, else the next (2006 ISDA 4.12(a)(i)). Raises CalendarYearUnpublished."""
    return day if is_business_day(day, calendar) else next_business_day(day, calendar)


def modified_following(day: date, calendar: Calendar) -> date:
    """`following`, but back to the previous business day when that leaves the month (2006 ISDA 4.12(a)(ii)).

    Raises CalendarYearUnpublished.
    """
    moved = following(day, calendar)
    return moved if moved.month == day.month else previous_business_day(day, calendar)


def closing_days(due_date: date, business_days: int, calendar: Calendar) -> int:
    """The calendar days from the business_days-th business day before `due_date` to `due_date`: the field `closes`.

    A claim passes on until the end of that business day; none after it. `due_date` itself need not be open and is not
    looked up. Raises DaysNegative, CalendarYearUnpublished, ClosingWindowTooLong.
    """
    if business_days < 0:
        raise DaysNegative(days=business_days)
    closes = (due_date - add_business_days(due_date, -business_days, calendar)).days
    if closes > MAX_CLOSES:
        raise ClosingWindowTooLong(due=due_date, business_days=business_days, closes=closes, limit=MAX_CLOSES)
    return closes


def with_years(calendar: Calendar, years: tuple[Year, ...]) -> Calendar:
    """The calendar with these years added; a year it already has is replaced, as a revised notice does."""
    merged = {entry.year: entry for entry in (*calendar.years, *years)}
    return replace(calendar, years=tuple(merged[year] for year in sorted(merged)))


def read_years(text: str) -> tuple[Year, ...]:
    """The years in a table of the form of calendars/cn.json. Raises CalendarTableMalformed."""
    try:
        years = tuple(_read_year(entry) for entry in json.loads(text)["years"])
    except (ValueError, KeyError, TypeError) as problem:
        raise CalendarTableMalformed(year="?", problem=f"{type(problem).__name__}: {problem}") from problem
    for year in years:
        _demand(sum(other.year == year.year for other in years) == 1, year.year, "it stands there twice")
    return years


def easter(year: int) -> date:
    """Easter Sunday of the Gregorian calendar (Meeus, Astronomical Algorithms, 2nd ed., ch. 8)."""
    a, (b, c) = year % 19, divmod(year, 100)
    d, e = divmod(b, 4)
    g = (8 * b + 13) // 25
    h = (19 * a + b - d - g + 15) % 30
    i, k = divmod(c, 4)
    weekday = (32 + 2 * e + 2 * i - h - k) % 7
    m = (a + 11 * h + 19 * weekday) // 433
    month, day = divmod(h + weekday - 7 * m + 114, 31)
    return date(year, month, day + 1)


def _year(day: date, calendar: Calendar) -> Year:
    for entry in calendar.years:
        if entry.year == day.year:
            return entry
    raise CalendarYearUnpublished(calendar=calendar.name, year=day.year)


def _read_year(entry: dict[str, Any]) -> Year:
    year, source = entry["year"], entry["source"]
    closed: set[date] = set()
    for name, first, last in entry["closed"]:
        start, end = date.fromisoformat(first), date.fromisoformat(last)
        _demand(start <= end, year, f"{name} ends before it starts")
        closed.update(start + timedelta(days=n) for n in range((end - start).days + 1))
    worked = {date.fromisoformat(day) for day in entry["worked"]}
    _demand(bool(source), year, "it names no source")
    _demand(all(day.year == year for day in closed | worked), year, "it holds a day of another year")
    _demand(all(day.weekday() >= SATURDAY for day in worked), year, "a make-up working day is not on a weekend")
    _demand(not closed & worked, year, "a day is both closed and worked")
    return Year(year, frozenset(closed), frozenset(worked), source)


def _demand(holds: bool, year: int, problem: str) -> None:
    if not holds:
        raise CalendarTableMalformed(year=year, problem=problem)


def _target_year(year: int) -> Year:
    sunday = easter(year)
    fixed = (date(year, 1, 1), date(year, 5, 1), date(year, 12, 25), date(year, 12, 26))
    closed = frozenset((*fixed, sunday - timedelta(days=2), sunday + timedelta(days=1)))
    return Year(year, closed, frozenset(), "ECB, Long-term calendar for TARGET closing days, 14 December 2000")


CN = Calendar("CN", read_years(files(__package__).joinpath("calendars/cn.json").read_text(encoding="utf-8")))
TARGET = Calendar("TARGET", tuple(_target_year(year) for year in range(2002, 2100)))
