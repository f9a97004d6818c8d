# SPDX-License-Identifier: Apache-2.0
"""The project's own invoices: valid by the schemas, valid numbers, names of the story, twins that differ in format."""

import pytest
from facturx import xml_check_xsd

from api.story.cast import FOAM, MOTORS, SEATS
from chain.documents import demo
from chain.documents.judgement import financeable, warnings
from chain.documents.reader import read_xml
from tests.unit.documents.making import TODAY

READ = {name: read_xml(demo.octets(name)) for name in demo.NAMES}


def test_forms__two_of_each() -> None:
    assert sorted(one.syntax for one in READ.values()) == ["CII"] * 2 + ["CN-OFD"] * 2 + ["UBL-Invoice"] * 2


@pytest.mark.parametrize("name", [name for name in demo.NAMES if "-fp" not in name])
def test_schema__of_ubl_or_cii__holds(name: str) -> None:
    assert xml_check_xsd(demo.octets(name))


@pytest.mark.parametrize("name", demo.NAMES)
def test_companies__of_the_story__with_valid_numbers(name: str) -> None:
    one = READ[name]
    seller, buyer = (FOAM, SEATS) if name.startswith("foam") else (SEATS, MOTORS)
    assert (one.seller.name or "").startswith(seller.name.zh)
    assert (one.buyer.name or "").startswith(buyer.name.zh)
    assert warnings(one) == ()


@pytest.mark.parametrize(
    ("label", "fen"),
    [("0301", 42_000_000), ("0302", 33_000_000), ("0303", 25_000_000), ("0701", 15_000_000), ("0311", 36_666_666)],
)
def test_gross__as_the_story_needs_it(label: str, fen: int) -> None:
    found = {one.gross.minor for name, one in READ.items() if f"-{label}-" in name and one.gross is not None}
    assert found == {fen}


def test_judgement__when_the_story_begins__only_the_later_one_waits() -> None:
    waiting = [name for name, one in READ.items() if financeable(one, TODAY, "CNY")]
    assert waiting == ["seats-2026-0701-cii.xml"]
