# SPDX-License-Identifier: Apache-2.0
"""What is signed is told in words: who, what and how much, in both languages."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from api.participants import directory
from api.writing.slots import slots
from api.writing.texts import Teller
from chain.domain import commands as c
from chain.domain.errors import Lang
from chain.domain.vocabulary import ParticipantId
from chain.store.db import Db, connect
from tests.books import new_book
from tests.served import network
from tests.unit.writing.messages import KINDS, made

OFFERS = (c.Transfer, c.Split, c.SplitMany)
PROPOSED = [kind for kind in KINDS if kind in OFFERS or (len(slots(made(kind))) > 1 and kind is not c.SetRulebook)]
"""Whatever more than one signs. Another rulebook is nothing that is asked for over HTTP."""
NAMES = {10: "云岭汽车有限公司", 21: "恒座椅业{有限}公司", 31: "柔棉材料有限公司", 3: "同舟清算银行"}
SAYS: dict[type, tuple[str, ...]] = {
    c.Issue: ("10-7", NAMES[10], NAMES[21], "12,345.67", "18.25", "1"),
    c.IssueMany: ("10-7", "10-8", NAMES[10], "32,345.67", "2"),
    c.Transfer: (NAMES[10], NAMES[31], "10-7-3"),
    c.Split: (NAMES[10], NAMES[31], "10-7-3", "12,345.67"),
    c.SplitMany: (NAMES[10], NAMES[31], "10-7-3", "12,345.67", "76,543.21", "32"),
    c.RegisterParticipant: ("31", "9,876,543.21"),
    c.AddAccount: (NAMES[10], "2", "0x2222"),
    c.RevokeAccount: (NAMES[10], "0x2222"),
    c.SetThreshold: (NAMES[10], "2", "50,000.01"),
    c.SetCash: (NAMES[10], "0x1111"),
    c.AddRail: ("6", NAMES[3], "0x9999"),
}


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Db]:
    new_book(f"sqlite://{tmp_path}/book.db")
    with connect(tmp_path / "book.db") as made_of:
        for number, name in NAMES.items():
            one = directory.Company(ParticipantId(number), name, f"91990000MA0XX{number:05d}")
            directory.enter(made_of, one, bytes(32), 1)
        yield made_of


def test_kinds__that_are_proposed__are_all_told() -> None:
    assert {*SAYS, c.PublishRules} == set(PROPOSED)


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("kind", SAYS, ids=lambda kind: kind.__name__)
def test_text__of_what_is_proposed__names_who_and_how_much(db: Db, kind: type, lang: Lang) -> None:
    text = Teller(db, network(), lang).text(made(kind))
    for word in SAYS[kind]:
        assert word in text, text
    bare = text
    for name in NAMES.values():
        bare = bare.replace(name, "")
    assert "{" not in bare
    assert "}" not in bare
    assert kind.__name__ not in text, "a person reads it, no program"
    chinese = any("\u4e00" <= letter <= "\u9fff" for letter in bare)
    assert chinese is (lang == "zh")


def test_name__with_braces__is_told_as_it_is(db: Db) -> None:
    assert NAMES[21] in Teller(db, network(), "en").text(made(c.Issue))


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_name__that_the_book_does_not_know__is_the_participants_number(db: Db, lang: Lang) -> None:
    assert Teller(db, network(), lang).name(99) == {"zh": "参与方 99", "en": "participant 99"}[lang]
