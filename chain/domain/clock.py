# SPDX-License-Identifier: Apache-2.0
"""The only module that reads the time, and how a calendar date becomes an instant.

An instant is whole seconds since 1970-01-01T00:00:00Z in 32 bits, as the chain keeps it. A date means nothing without a
zone, so every conversion names its offset from UTC; where clocks change (CET/CEST), the caller gives the offset that
holds on that date. A maturity *date* falls due at the end of that day: `due` is the last second that still counts,
23:59:59 local. A payment at t <= due is on time, and the first late day is the whole of the next local day.
"""

import time
from datetime import date
from typing import NewType, Protocol

from chain.domain.errors import InputError

UtcSeconds = NewType("UtcSeconds", int)
"""Whole seconds since 1970-01-01T00:00:00Z, 0 to MAX_SECONDS (2106-02-07)."""
ZoneOffset = NewType("ZoneOffset", int)
"""Seconds east of UTC, -12 h to +14 h."""

MAX_SECONDS = UtcSeconds(2**32 - 1)
DAY = 86_400  # seconds
UTC = ZoneOffset(0)
BEIJING = ZoneOffset(8 * 3600)  # all of China, no daylight saving time

_EPOCH = date(1970, 1, 1).toordinal()
_WEST, _EAST = -12 * 3600, 14 * 3600


class InstantOutOfRange(InputError):
    """Raised when an instant does not fit the 32 bits that the ledger has for it."""

    code = "instant-out-of-range"
    fields = ("seconds", "limit")
    zh = "时刻 {seconds} 超出账本范围：应在 1970-01-01 之后的 0 到 {limit} 秒之间。"
    en = "The instant {seconds} is outside the ledger's range of 0 to {limit} seconds since 1970-01-01."
    next_zh = "请选择 1970-01-01 至 2106-02-06 之间的日期。"
    next_en = "Choose a date from 1970-01-01 to 2106-02-06."


class OffsetOutOfRange(InputError):
    """Raised when a zone offset is not between -12 h and +14 h."""

    code = "offset-out-of-range"
    fields = ("seconds",)
    zh = "时区偏移 {seconds} 秒不在 UTC-12 至 UTC+14 之间。"
    en = "The zone offset of {seconds} seconds is not between UTC-12 and UTC+14."
    next_zh = "请以秒为单位给出偏移；北京时间为 28800。"
    next_en = "Give the offset in seconds; Beijing is 28800."


class DaysNegative(InputError):
    """Raised when a number of days is below zero."""

    code = "negative-days"
    fields = ("days",)
    zh = "天数 {days} 小于零。"
    en = "The number of days, {days}, is below zero."
    next_zh = "请填写零或正整数。"
    next_en = "Give zero or more."


class Clock(Protocol):
    """Whatever tells the time."""

    def now(self) -> UtcSeconds:
        """The present second."""


class SystemClock:
    """The machine's clock, in whole seconds, rounded down."""

    def now(self) -> UtcSeconds:
        return instant(time.time_ns() // 1_000_000_000)


class FixedClock:
    """A clock that stands still until it is moved, for the demo and the tests; the one mutable thing in this room."""

    def __init__(self, at: UtcSeconds) -> None:
        self._at = instant(at)

    def now(self) -> UtcSeconds:
        return self._at

    def move_to(self, at: UtcSeconds) -> None:
        """Stand at another instant, earlier or later. Raises InstantOutOfRange."""
        self._at = instant(at)

    def advance(self, seconds: int) -> None:
        """Go forward by `seconds`, or back when below zero. Raises InstantOutOfRange."""
        self._at = instant(self._at + seconds)


def instant(seconds: int) -> UtcSeconds:
    """`seconds` since 1970-01-01T00:00:00Z, checked. Raises InstantOutOfRange."""
    if not 0 <= seconds <= MAX_SECONDS:
        raise InstantOutOfRange(seconds=seconds, limit=MAX_SECONDS)
    return UtcSeconds(seconds)


def day_start(day: date, offset: ZoneOffset) -> UtcSeconds:
    """The first second of `day` in the zone. Raises OffsetOutOfRange, InstantOutOfRange."""
    return instant((day.toordinal() - _EPOCH) * DAY - _checked(offset))


def due_instant(day: date, offset: ZoneOffset) -> UtcSeconds:
    """The last second of `day` in the zone: an obligation due on that date is paid on time up to and including it.

    Raises OffsetOutOfRange, InstantOutOfRange.
    """
    return instant((day.toordinal() - _EPOCH + 1) * DAY - _checked(offset) - 1)


def local_date(at: UtcSeconds, offset: ZoneOffset) -> date:
    """The date in the zone at that instant; `local_date(due_instant(d, z), z) == d`. Raises OffsetOutOfRange."""
    return date.fromordinal((at + _checked(offset)) // DAY + _EPOCH)


def _checked(offset: ZoneOffset) -> ZoneOffset:
    if not _WEST <= offset <= _EAST:
        raise OffsetOutOfRange(seconds=offset)
    return offset
