# SPDX-License-Identifier: Apache-2.0
"""Amounts, rates and dates between people and the API."""

import pytest

from api.client.errors import ArgumentMalformed
from api.terminal import figures


def test_harmless__of_what_could_steer_a_terminal__is_shown_as_nothing_known() -> None:
    assert figures.harmless("a\x1b[2J\x9b1m\u202eb\r\n恒") == "a\ufffd[2J\ufffd1m\ufffdb\ufffd\n恒"


def test_rate__of_millionths__is_percent_to_the_last_place() -> None:
    told = {42_000: "4.2%", 0: "0%", 1: "0.0001%", 1_000_000: "100%", 182_500: "18.25%", 10_500_000: "1050%"}
    assert {ppm: figures.rate(ppm) for ppm in told} == told


def test_until__of_a_date__is_its_last_second_in_beijing() -> None:
    assert figures.until("2026-12-31") == "2026-12-31T15:59:59Z"
    assert figures.until("2026-12-31T18:00:00+08:00") == "2026-12-31T10:00:00Z"
    assert figures.until(None) is None
    for wrong in ("2026-13-01", "31.12.2026", "tomorrow", "2026-12-31T18:00:00", ""):
        with pytest.raises(ArgumentMalformed):
            figures.until(wrong)


def test_day_and_when__of_an_instant_late_in_utc__are_those_of_beijing() -> None:
    assert figures.day("2027-02-20T15:59:59Z") == "2027-02-20"
    assert figures.when("2027-02-20T16:00:00Z") == "2027-02-21 00:00"


def test_minor__in_fen__takes_whole_numbers_alone() -> None:
    assert figures.minor("40000000", "CNY", True) == 40_000_000
    for wrong in ("1.0", "-1", "", "１", "1,000"):
        with pytest.raises(ArgumentMalformed):
            figures.minor(wrong, "CNY", True)


def test_exact__of_a_currency_without_decimals__has_none() -> None:
    assert (figures.exact(123_456, "JPY"), figures.exact(123_456, "CNY")) == ("123456", "1234.56")


def test_numbers__one_beside_the_other__in_either_comma() -> None:
    assert figures.numbers("51, 52，53") == [51, 52, 53]
    with pytest.raises(ArgumentMalformed):
        figures.numbers("51,")
