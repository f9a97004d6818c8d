# SPDX-License-Identifier: Apache-2.0
"""What people write, and what they read: amounts to the cent, rates, dates in Beijing time."""

import re
from datetime import UTC, date, datetime, timedelta, timezone

from api.client.errors import ArgumentMalformed
from chain.domain.clock import BEIJING, DAY, SystemClock, due_instant
from chain.domain.money import PPM, Fen, currency, fen, format_amount, parse_amount

_ZONE = timezone(timedelta(seconds=BEIJING))
_CONTROLS = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_UNTIL = "2026-12-31 / 2026-12-31T18:00:00+08:00"


def harmless(text: str) -> str:
    """Text of others that can neither move a terminal's cursor nor turn the order of what is read."""
    return _CONTROLS.sub("\ufffd", text)


def amount(minor: int, code: str) -> str:
    """Minor units for a reader: "1,000,000.00"."""
    return format_amount(Fen(minor), currency(code))


def exact(minor: int, code: str) -> str:
    """Minor units for a spreadsheet: "1000000.00", not rounded and not grouped."""
    return amount(minor, code).replace(",", "")


def minor(text: str, code: str, in_fen: bool) -> int:
    """What somebody wrote, in minor units. Raises ArgumentMalformed and those of parse_amount."""
    if not in_fen:
        return parse_amount(text, currency(code))
    if not (text.isascii() and text.isdecimal() and len(text) <= 18):
        raise ArgumentMalformed(given=text[:40], wanted="100000")
    return fen(int(text))


def claim_path(claim: str) -> str:
    """Where a claim is, by its id as somebody wrote it. Raises ArgumentMalformed."""
    return f"/claims/{_id(claim, 3, '10-1-3')}"


def obligation_path(obligation: str) -> str:
    """Where an obligation is, by its id as somebody wrote it. Raises ArgumentMalformed."""
    return f"/obligations/{_id(obligation, 2, '10-1')}"


def _id(text: str, parts: int, wanted: str) -> str:
    if not re.fullmatch("-".join(["[1-9][0-9]{0,9}"] * parts), text):
        raise ArgumentMalformed(given=text[:40], wanted=wanted)
    return text


def rate(ppm: int) -> str:
    """Parts per million a year, in percent: 42_000 is "4.2%"."""
    whole, part = divmod(ppm * 100, PPM)
    return f"{whole}.{part:06d}".rstrip("0").rstrip(".") + "%"


def when(instant: str | None) -> str:
    """An instant of the API in Beijing time, to the minute."""
    return "" if instant is None else _there(instant).strftime("%Y-%m-%d %H:%M")


def day(instant: str | None) -> str:
    """The date in Beijing at an instant of the API: of a due date, the last day on which payment is on time."""
    return "" if instant is None else _there(instant).strftime("%Y-%m-%d")


def until(text: str | None, days: int | None = None) -> str | None:
    """A last instant: of a date, its last second in Beijing; of nothing, so many days from now.

    Raises ArgumentMalformed, InstantOutOfRange.
    """
    if text is None:
        return None if days is None else _utc(SystemClock().now() + days * DAY)
    try:
        if "T" not in text:
            return _utc(due_instant(date.fromisoformat(text), BEIJING))
        found = datetime.fromisoformat(text)
    except ValueError:
        raise ArgumentMalformed(given=text[:40], wanted=_UNTIL) from None
    if found.tzinfo is None:
        raise ArgumentMalformed(given=text[:40], wanted=_UNTIL)
    return _utc(int(found.timestamp()))


def calendar_day(text: str | None) -> str | None:
    """A date, as it is sent. Raises ArgumentMalformed."""
    try:
        return None if text is None else date.fromisoformat(text).isoformat()
    except ValueError:
        raise ArgumentMalformed(given=text[:40] if text else "", wanted="2026-12-31") from None


def numbers(text: str) -> list[int]:
    """Participants, one beside the other: "51,52". Raises ArgumentMalformed."""
    words = text.replace("，", ",").split(",")
    if not all(word.strip().isascii() and word.strip().isdecimal() for word in words):
        raise ArgumentMalformed(given=text[:40], wanted="51,52")
    return [int(word) for word in words]


def _there(instant: str) -> datetime:
    return datetime.fromisoformat(instant.replace("Z", "+00:00")).astimezone(_ZONE)


def _utc(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
