# SPDX-License-Identifier: Apache-2.0
"""Files for a spreadsheet: every row, money exact and by itself, Chinese that shows, text that starts nothing."""

import csv
import io
import json
from decimal import Decimal
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from lxml import etree

from api.client.sheets import harmless
from tests.unit.client.conftest import Run
from tests.unit.client.fake import Fake, problem

MOST = 2**48 - 1  # fen, all that the ledger can hold
EVIL = '=HYPERLINK("http://a")'
_NS = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def row(number: int, amount: int, **more: Any) -> dict[str, Any]:
    told: dict[str, Any] = {"id": f"10-1-{number}", "obligation": "10-1", "holder": 21, "sight": "full"}
    told |= {"state": "free", "currency": "CNY", "amount": amount, "start": 0, "parent": None, "hop": 0}
    told |= {"due": "2027-02-20T15:59:59Z", "status": "issued", "flags": [], "lien": None, "accept_by": None}
    told |= {"waiting": {"principal": 5, "interest": 0}, "unpaid": amount, "version": 1, "immovable": None}
    return told | more


@pytest.fixture
def exported(fake: Fake, run: Run, tmp_path: Path) -> Path:
    reason = {"type": "t", "code": "c", "detail": "@SUM(1)", "next_step": "n"}
    pages = [
        {"block": 9, "age": 0, "rows": [row(1, MOST), row(2, 1, immovable=reason)], "next": "x"},
        {"block": 9, "age": 0, "rows": [row(number, 100) for number in range(3, 700)], "next": None},
    ]
    fake.say("GET /holdings", *pages)
    known = {"id": 10, "name": EVIL, "number": None}, {"id": 21, "name": "恒座椅业", "number": "91310000MA1K00001X"}
    fake.say("GET /participants", {"block": 9, "age": 0, "rows": known, "next": None})
    words = ("--csv", tmp_path / "a.csv", "--xlsx", tmp_path / "a.xlsx", "--state", "free", "--lang", "zh")
    done = run("export", "holdings", *words, "--json")
    assert (done.exit_code, json.loads(done.stdout)["rows"]) == (0, 699)
    assert all("state=free" in one.path for one in fake.heard if one.path.startswith("/holdings"))
    return tmp_path


def test_csv__opened_by_a_spreadsheet__shows_chinese_and_exact_amounts_and_no_formula(exported: Path) -> None:
    octets = (exported / "a.csv").read_bytes()
    assert octets.startswith(b"\xef\xbb\xbf")
    heads, *rows = csv.reader(io.StringIO(octets.decode("utf-8-sig")))
    told = [dict(zip(heads, cells, strict=True)) for cells in rows]
    assert len(told) == 699
    assert [(one["币种"], one["金额"]) for one in told[:3]] == [
        ("CNY", "2814749767106.55"),
        ("CNY", "0.01"),
        ("CNY", "1.00"),
    ]
    assert (told[0]["持有人"], told[0]["到期日"]) == ("恒座椅业 (91310000MA1K00001X)", "2027-02-20")
    assert not any(cell.startswith(("=", "+", "-", "@")) for cells in rows for cell in cells)
    assert told[0]["付款人"].startswith("'=HYPERLINK")


def test_xlsx__has_amounts_as_numbers_that_are_exact_and_text_that_is_text(exported: Path) -> None:
    with ZipFile(exported / "a.xlsx") as book:
        sheet = etree.fromstring(book.read("xl/worksheets/sheet1.xml"))
    assert list(sheet.iter(f"{_NS}f")) == []
    rows = list(sheet.iter(f"{_NS}row"))
    assert len(rows) == 700
    heads = ["".join(cell.itertext()) for cell in rows[0]]
    first = dict(zip(heads, rows[1], strict=True))
    assert Decimal("".join(first["金额"].itertext())) == Decimal(MOST) / 100
    assert first["金额"].get("t") in (None, "n")
    assert "".join(first["付款人"].itertext()).startswith("=HYPERLINK")
    assert first["付款人"].get("t") == "inlineStr"


def test_export__that_fails__leaves_the_file_that_was_there(fake: Fake, run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("kept")
    fake.say("GET /holdings", problem(403, "password-must-change"))
    assert run("export", "holdings", "--csv", tmp_path / "a.csv").exit_code == 3
    fake.say("GET /holdings", {"block": 1, "age": 0, "rows": [], "next": None})
    assert run("export", "holdings", "--csv", tmp_path / "none" / "a.csv").exit_code == 2
    assert run("export", "holdings").exit_code == 2
    assert (tmp_path / "a.csv").read_text() == "kept"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.csv", "sessions"]


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@a", "\t=1", "\r=1", "\n=1"])
def test_harmless__whatever_could_start_a_formula__is_text(text: str) -> None:
    assert harmless(text) == f"'{text}"
    assert harmless(f"a{text}") == f"a{text}"
