# SPDX-License-Identifier: Apache-2.0
"""The demo tells a round in both languages: who was paid what, to the cent, and what was refused and why."""

import pytest
from typer.testing import CliRunner

from api.cli import app
from api.demo import FACE, FOAM, SEATS
from chain.domain.money import Fen, currency, format_amount

CNY = currency("CNY")
PASSED_ON = Fen(30_000_001)
WORDS = {
    "en": (SEATS.en, FOAM.en, "today, above the threshold", "cannot be taken from it", "is redeemed", "each equal"),
    "zh": (SEATS.zh, FOAM.zh, "超过其单人限额", "不能拆出", "已兑付", "逐一相等"),
}


@pytest.mark.parametrize("lang", WORDS)
def test_demo__one_round__pays_every_cent_and_shows_refusals(lang: str) -> None:
    told = CliRunner().invoke(app, ["demo", "--once", "--lang", lang])
    text = " ".join(told.output.split())
    assert told.exit_code == 0, text
    for amount in (PASSED_ON, Fen(FACE - PASSED_ON)):
        assert text.count(format_amount(amount, CNY)) >= 2, "held and paid"
    for words in WORDS[lang]:
        assert words in text
    assert "0x" not in text, "people are shown names, never addresses"


def test_demo__a_language_it_has_not__is_refused_with_what_there_is() -> None:
    told = CliRunner().invoke(app, ["demo", "--lang", "fr"])
    assert told.exit_code == 2
    assert "zh" in told.output
    assert "en" in told.output
