# SPDX-License-Identifier: Apache-2.0
"""`deeptier invoice` and `deeptier init` as an accountant and a program use them."""

import json
import stat
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from api.commands import app
from chain.documents import demo
from chain.documents.errors import KeyFileExists, KeyFileMissing
from chain.documents.fingerprint import fingerprint
from chain.documents.keys import load
from chain.documents.reader import read_xml
from tests.security.hostile_pdfs import pdf
from tests.unit.documents.making import CII, UBL

KEYS = (
    "file", "syntax", "number", "type", "issue", "due", "currency", "net", "tax", "gross", "prepaid", "rounding",
    "third_parties", "payable", "seller", "seller_vat", "buyer", "buyer_vat", "fingerprint", "financeable", "reasons",
)  # fmt: skip
ON = ("--on", "2026-03-10")


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to stand in."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*words: object, code: int = 0) -> Result:
    done = CliRunner().invoke(app, [str(word) for word in words], env={"COLUMNS": "200"})
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    assert done.exit_code == code, done.output
    return done


def records(*words: object, code: int = 0) -> list[dict[str, Any]]:
    return [json.loads(line) for line in run("invoice", "--json", *ON, *words, code=code).stdout.splitlines()]


def written(folder: Path, names: Sequence[str] = demo.NAMES) -> Path:
    """A folder with these demo invoices."""
    folder.mkdir()
    for name in names:
        (folder / name).write_bytes(demo.octets(name))
    return folder


def test_json__an_invoice__exactly_the_named_keys(here: Path) -> None:
    (here / "a.xml").write_bytes(UBL)
    (one,) = records("a.xml")
    assert tuple(one) == KEYS
    assert one == {
        "file": "a.xml",
        "syntax": "UBL-Invoice",
        "number": "09900260011120260302",
        "type": "380",
        "issue": "2026-03-01",
        "due": "2026-06-30",
        "currency": "CNY",
        "net": "292035.40",
        "tax": "37964.60",
        "gross": "330000.00",
        "prepaid": None,
        "rounding": None,
        "third_parties": [],
        "payable": "330000.00",
        "seller": "恒座椅业有限公司",
        "seller_vat": "91990000MA0HT0021J",
        "buyer": "云岭汽车有限公司",
        "buyer_vat": "91990000MA0YM00109",
        "fingerprint": None,
        "financeable": True,
        "reasons": [],
    }


def test_json__a_failure__its_keys_and_exit_1(here: Path) -> None:
    (here / "a.xml").write_bytes(UBL[:700])
    (one,) = records("a.xml", code=1)
    assert tuple(one) == ("file", "error", "message")
    assert (one["file"], one["error"]) == ("a.xml", "malformed-xml")
    assert "fetch the original again" in one["message"]


def test_json__three_broken_among_a_hundred__each_with_its_error_and_what_to_do(here: Path) -> None:
    folder = here / "folder"
    folder.mkdir()
    for number in range(97):
        (folder / f"{number:03}.xml").write_bytes(UBL.replace(b"20260302", b"2026%04d" % number))
    (folder / "b1.xml").write_bytes(UBL[:900])
    (folder / "b2.xml").write_bytes(b"UNA:+.?*'")
    (folder / "b3.pdf").write_bytes(pdf({}))
    found = records("folder", "--lang", "zh", code=1)
    assert len(found) == 100
    assert sum("error" not in one for one in found) == 97
    broken = {one["file"]: (one["error"], one["message"]) for one in found if "error" in one}
    assert [code for code, _ in broken.values()] == ["malformed-xml", "unsupported-syntax", "pdf-without-invoice"]
    assert all("请" in message for _, message in broken.values())
    told = run("invoice", "folder", *ON, code=1).stdout
    for file in broken:
        assert file in told
    assert "Ask the seller" in told


def test_key_file__made_then_used__fingerprints_alike_for_twins(here: Path) -> None:
    folder = written(here / "folder", demo.TWINS)
    run("init", "--key-file", "k/keys.json")
    assert stat.S_IMODE((here / "k/keys.json").stat().st_mode) == 0o600
    first, second = (one["fingerprint"] for one in records(folder, "--key-file", "k/keys.json"))
    expected = fingerprint(read_xml(demo.octets(demo.TWINS[0])), load(Path("k/keys.json"))).value.hex()
    assert first == second == expected


def test_key_file__in_its_usual_place__is_used_unasked(here: Path) -> None:
    (here / "a.xml").write_bytes(CII)
    run("init")
    assert stat.S_IMODE((here / ".deeptier").stat().st_mode) == 0o700
    assert records("a.xml")[0]["fingerprint"]


def test_key_file__rotated__fingerprint_changes_and_old_key_stays(here: Path) -> None:
    (here / "a.xml").write_bytes(CII)
    run("init")
    before = records("a.xml")[0]["fingerprint"]
    run("init", "--rotate")
    keys = load(Path(".deeptier/fingerprint-keys.json"))
    found = fingerprint(read_xml(CII), keys)
    assert records("a.xml")[0]["fingerprint"] == found.value.hex() != before
    assert [one.hex() for one in found.older] == [before]


def test_key_file__named_but_missing__typed_error() -> None:
    with pytest.raises(KeyFileMissing):
        run("invoice", "a.xml", "--key-file", "none")


def test_init__twice__typed_error() -> None:
    run("init")
    with pytest.raises(KeyFileExists):
        run("init")


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        ("en", ("seller", "not said", "due", "financeable", "yes", "330,000.00 CNY", "No fingerprints")),
        ("zh", ("销售方", "文件未写明", "到期日", "可否融资", "可以", "330,000.00 CNY", "没有密钥文件")),
    ],
)
def test_text__one_file__what_it_says_and_what_is_missing(lang: str, words: Sequence[str], here: Path) -> None:
    (here / "a.xml").write_bytes(UBL.replace(b"<cbc:DueDate>2026-06-30</cbc:DueDate>", b""))
    told = run("invoice", "a.xml", "--lang", lang, *ON).stdout
    for word in words:
        assert word in told


@pytest.mark.parametrize(
    ("lang", "words"), [("en", "already past due: collect it first"), ("zh", "已过到期日，请先催收")]
)
def test_text__not_financeable__says_why_and_what_to_do(lang: str, words: str, here: Path) -> None:
    (here / "a.xml").write_bytes(UBL)
    told = run("invoice", "a.xml", "--lang", lang, "--on", "2026-07-01").stdout
    assert words in told


@pytest.mark.parametrize(("lang", "words"), [("en", "one and the same invoice"), ("zh", "同一张发票")])
def test_text__a_folder__counts_sums_and_twins_even_without_a_key(lang: str, words: str, here: Path) -> None:
    told = run("invoice", written(here / "folder"), "--lang", lang, *ON).stdout
    assert words in told
    assert "1,366,666.66 CNY" in told  # the twin counts once
    assert "150,000.00 CNY" in told
    for name in demo.TWINS:
        assert name in told


def test_text__steering_characters_in_a_file__shown_without(here: Path) -> None:
    evil = UBL.replace("恒座椅业有限公司".encode(), "evil\u202e\u009b2J[red]name".encode())
    (here / "a.xml").write_bytes(evil)
    told = run("invoice", "a.xml", *ON).stdout
    assert "evil" in told
    assert "[red]name" in told
    assert "\u202e" not in told
    assert "\u009b" not in told


def test_currency__of_another_ledger__judged_for_it(here: Path) -> None:
    (here / "a.xml").write_bytes(UBL)
    assert records("a.xml", "--currency", "EUR")[0]["reasons"] == ["other-currency"]


@pytest.mark.parametrize(("lang", "words"), [("en", "no file to read"), ("zh", "没有文件可读")])
def test_empty_folder__said(lang: str, words: str, here: Path) -> None:
    (here / "empty").mkdir()
    assert words in run("invoice", "empty", "--lang", lang).stdout
    assert records("empty") == []


def test_nothing_there__typed_error_and_exit_1() -> None:
    (one,) = records("none.xml", code=1)
    assert one["error"] == "unavailable-document"
