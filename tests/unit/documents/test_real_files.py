# SPDX-License-Identifier: Apache-2.0
"""The real files beside the project: every field as an independent program read it, twins alike, the rest refused."""

import csv
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path

import pytest
from facturx.parse_xml import parse_ubl_cii_xml

from chain.documents.errors import SyntaxUnsupported
from chain.documents.files import Documents, found_in
from chain.documents.fingerprint import fingerprint, identity
from chain.documents.invoice import Amount, Invoice, Scheme
from chain.documents.judgement import Reason, financeable
from chain.documents.reader import read_xml
from tests.unit.documents.making import KEY, TODAY

DATA = Path(__file__).resolve().parents[4] / "shared" / "data"
EXPECTED = DATA / "einvoice_expected.csv"


def rows() -> list[Mapping[str, str]]:
    if not EXPECTED.is_file():
        return []
    with EXPECTED.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


ROWS = rows()
each_row = pytest.mark.parametrize("row", ROWS or [{"file": "none"}], ids=lambda row: Path(row["file"]).stem)
pytestmark = pytest.mark.usefixtures("shared")
XR = "einvoice/xrechnung/src__test__"
ZF = "einvoice/zugferd/XML-Rechnung__"
CEN = "einvoice/cen/"

DIFFERENT = {
    f"{XR}business-cases__standard__01.21a-INVOICE": "another VAT number: DE 123456789 in UBL, DE152338654 in CII",
    f"{CEN}example7": "another issue date: 2013-03-11 in UBL, 2013-05-13 in CII",
}
"""The pairs that are not twins by what they say, and why."""


def read(file: str) -> Invoice:
    return read_xml((DATA / file).read_bytes())


def as_row(file: str, one: Invoice) -> dict[str, str]:
    said = {
        "file": file,
        "syntax": one.syntax,
        "number": one.number,
        "issue": one.issue and one.issue.isoformat(),
        "due": one.due and one.due.isoformat(),
        "currency": one.currency,
        "gross": one.gross and one.gross.text,
        "payable": one.payable and one.payable.text,
        "seller": one.seller.name,
        "seller_vat": one.seller.of(Scheme.VAT),
        "buyer": one.buyer.name,
        "buyer_vat": one.buyer.of(Scheme.VAT),
    }
    return {name: text or "" for name, text in said.items()}


def pairs() -> list[tuple[str, str, str]]:
    """(name, UBL file, CII file) of everything that is published in both."""
    files = {row["file"] for row in ROWS}
    found = []
    for file in sorted(files):
        ways = (
            (file.replace("_ubl.xml", ""), file.replace("_ubl.xml", "_uncefact.xml")),
            (file.replace(".ubl.xml", ""), file.replace("__UBL__", "__CII__").replace(".ubl.xml", ".cii.xml")),
            (
                file.replace("ubl__examples__ubl-tc434-", "").replace(".xml", ""),
                file.replace("ubl__examples__ubl-tc434-", "cii__examples__CII_"),
            ),
        )
        found += [(name, file, twin) for name, twin in ways if twin != file and twin in files]
    return found


def test_expected_file__complete__127_rows() -> None:
    assert len(ROWS) == 127


@each_row
def test_real_file__every_field__as_expected(row: Mapping[str, str]) -> None:
    assert as_row(row["file"], read(row["file"])) == dict(row)


@each_row
def test_real_file__amounts__exact_in_minor_units(row: Mapping[str, str]) -> None:
    one = read(row["file"])
    for field, found in (("gross", one.gross), ("payable", one.payable)):
        assert found is not None
        assert found.value == Decimal(row[field])
        assert found.minor == Decimal(row[field]) * 100  # every currency in the files has two decimals


def test_sums__of_every_real_file__hold_but_in_one() -> None:
    """That one is published as not validating: net 200, tax 50, gross 205. Its CII twin has a tax of 5."""
    sums = {Reason.GROSS_DIFFERS, Reason.PAYABLE_DIFFERS}
    found = {
        Path(row["file"]).name: told
        for row in ROWS
        if (told := sums.intersection(financeable(read(row["file"]), TODAY, row["currency"])))
    }
    bad = "XML-Rechnung__UBL__not_validating_full_invoice_based_onTest_EeISI_300_CENfullmodel.ubl.xml"
    assert found == {bad: {Reason.GROSS_DIFFERS}}


def test_third_parties__of_the_one_that_has_them__are_in_what_is_payable() -> None:
    have = {row["file"]: one.third_parties for row in ROWS if (one := read(row["file"])).third_parties}
    assert list(have) == [f"{XR}business-cases__extension__05.01a-INVOICE_ubl.xml"]
    one = read(next(iter(have)))
    assert [text(other) for other in (one.gross, *one.third_parties, one.payable)] == [
        "336.9",
        "19.96",
        "10.00",
        "366.86",
    ]


def text(found: Amount | None) -> str | None:
    return None if found is None else found.text


OTHERS = {
    "TXT": "EDIFACT",
    "EXAMPLE2.xml": "EDIFACT INVOIC (ISO 20625 XML): M_INVOIC",
    "EXAMPLE4.xml": "EDIFACT INVOIC (ISO 20625 XML): M_INVOIC",
    "EXAMPLE8.xml": "EDIFACT INVOIC (ISO 20625 XML): M_INVOIC",
    "SignScaleError.xml": "XBRL: xbrl (http://www.xbrl.org/2003/instance)",
}


def test_other_files__all_fourteen__typed_error_names_what_was_found() -> None:
    known = {row["file"] for row in ROWS}
    others = [path for path in found_in([DATA / "einvoice"]) if str(path.relative_to(DATA)) not in known]
    assert len(others) == 14
    with Documents() as documents:
        for path in others:
            with pytest.raises(SyntaxUnsupported) as caught:
                documents.open(path)
            told = caught.value.arguments["found"]
            ending = next((found for end, found in OTHERS.items() if path.name.endswith(end)), None)
            if ending is None:
                assert str(told).startswith("FatturaPA: FatturaElettronica (http://ivaservizi.agenziaentrate.gov.it")
            else:
                assert told == ending


def test_pairs__published_in_two_syntaxes__45() -> None:
    assert len(pairs()) == 45


@pytest.mark.parametrize(
    ("name", "ubl", "cii"), pairs() or [("none",) * 3], ids=[Path(name).name for name, _, _ in pairs()] or None
)
def test_pair__one_claim_in_two_syntaxes__one_fingerprint(name: str, ubl: str, cii: str) -> None:
    same = fingerprint(read(ubl), [KEY]) == fingerprint(read(cii), [KEY])
    assert same is (name not in DIFFERENT), DIFFERENT.get(name)


def test_pair_01_21a__seller_vat_numbers__really_differ() -> None:
    file = f"{XR}business-cases__standard__01.21a-INVOICE"
    ubl, cii = identity(read(f"{file}_ubl.xml"))[0], identity(read(f"{file}_uncefact.xml"))[0]
    assert (ubl[1], cii[1]) == ("DE123456789", "DE152338654")
    assert ubl[2:] == cii[2:]


def test_pair_example7__issue_dates__really_differ() -> None:
    ubl = identity(read(f"{CEN}ubl__examples__ubl-tc434-example7.xml"))[0]
    cii = identity(read(f"{CEN}cii__examples__CII_example7.xml"))[0]
    assert (ubl[3], cii[3]) == ("2013-03-11", "2013-05-13")
    assert ubl[:3] == cii[:3]


def test_01_05_and_01_06__same_number_and_gross__two_claims_of_which_one_is_weak() -> None:
    """They share seller's name, number, date and gross, and are two documents all the same: 01.05 is outside VAT and
    its seller has no tax number, 01.06 has 757.41 of VAT in the same gross and a VAT number. The fingerprint takes
    them for two claims, because a name is no proof that two sellers are one. It says that it is not sure of 01.05:
    its fingerprint is weak, and the command tells to look at it. Were they one claim that lost its VAT number on the
    way, that warning is where somebody would notice.
    """
    plain, taxed = (read(f"{XR}technical-cases__cius__01.0{n}_minimal_test_ubl.xml") for n in (5, 6))
    same = ("number", "issue", "type", "gross", "payable")
    assert [getattr(plain, name) for name in same] == [getattr(taxed, name) for name in same]
    assert plain.seller.name == taxed.seller.name
    first, second = fingerprint(plain, [KEY]), fingerprint(taxed, [KEY])
    assert first.value != second.value
    assert (first.weak, second.weak) == (True, False)


def test_swedish_remark__in_place_of_a_tax_number__does_not_make_sellers_one() -> None:
    weak = [f"{CEN}test__testfiles__BIS_Billing_30-{name}.xml" for name in ("Inkopskort", "Rantefaktura_Enkel")]
    for file in weak:
        fields, is_weak = identity(read(file))
        assert is_weak
        assert "SKATT" not in fields[1].upper()


def test_second_opinion__everywhere_factur_x_reads__number_dates_type_totals_and_seller_agree() -> None:
    read_by_both = 0
    for file in (row["file"] for row in ROWS if row["syntax"] != "CN-OFD"):
        told = parse_ubl_cii_xml((DATA / file).read_bytes(), check_xsd=False)
        one = read(file)
        assert one.gross is not None
        assert one.payable is not None
        theirs = [told.get(term) for term in ("BT-1", "BT-2", "BT-3", "BT-5", "BT-9")]
        theirs += [told["BG-4"].get(name) for name in ("name", "vat_identifier")]
        ours = [one.number, one.issue, one.type, one.currency, one.due, one.seller.name, one.seller.of(Scheme.VAT)]
        assert theirs == ours, file
        assert [Decimal(told[term]) for term in ("BT-112", "BT-115")] == [one.gross.value, one.payable.value], file
        optional = (one.net, one.tax, one.prepaid, one.rounding)
        terms = ("BT-109", "BT-110", "BT-113", "BT-114")
        assert [told.get(term) for term in terms] == [text(found) for found in optional], file
        read_by_both += 1
    assert read_by_both == 124
