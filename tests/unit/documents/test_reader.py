# SPDX-License-Identifier: Apache-2.0
"""The tables read what they name, and nothing else; what the file does not say stays None."""

import hashlib
from dataclasses import replace
from datetime import date

import pytest

from chain.documents import demo
from chain.documents.errors import (
    CurrencyContradicted,
    DtdForbidden,
    SyntaxUnsupported,
    ValueMalformed,
    ValueNested,
    ValueRepeated,
    XmlMalformed,
)
from chain.documents.invoice import Identifier, Party, Scheme
from chain.documents.reader import read_xml
from tests.unit.documents.making import CII, FP, UBL

EMPTY_UBL = b'<Invoice xmlns="urn:oasis:names:specification:ubl:schema:xsd:Invoice-2"/>'
CREDIT_NOTE = (
    UBL.replace(b"Invoice-2", b"CreditNote-2")
    .replace(b"<Invoice", b"<CreditNote")
    .replace(b"</Invoice>", b"</CreditNote>")
    .replace(b"InvoiceTypeCode>380", b"CreditNoteTypeCode>381")
    .replace(b"</cbc:InvoiceTypeCode", b"</cbc:CreditNoteTypeCode")
    .replace(b"cac:InvoiceLine", b"cac:CreditNoteLine")
)


def test_ubl__every_field__read() -> None:
    one = read_xml(UBL)
    assert (one.syntax, one.number, one.type) == ("UBL-Invoice", "09900260011120260302", "380")
    assert (one.issue, one.due, one.currency) == (date(2026, 3, 1), date(2026, 6, 30), "CNY")
    assert one.gross is not None
    assert one.payable is not None
    assert (one.gross.minor, one.payable.minor, one.prepaid) == (33_000_000, 33_000_000, None)
    seller = Party("恒座椅业有限公司", "CN", (Identifier(Scheme.VAT, "91990000MA0HT0021J"),))
    assert one.seller == seller
    assert one.buyer.name == "云岭汽车有限公司"
    assert one.lines == 1
    assert one.sha256 == hashlib.sha256(UBL).digest()


def test_credit_note__type_and_payment_due_date__read() -> None:
    due = b"<cac:PaymentMeans><cbc:PaymentDueDate>2026-05-01</cbc:PaymentDueDate></cac:PaymentMeans><cac:TaxTotal>"
    one = read_xml(CREDIT_NOTE.replace(b"<cac:TaxTotal>", due))
    assert (one.syntax, one.type, one.lines) == ("UBL-CreditNote", "381", 1)
    assert one.due == date(2026, 5, 1)


def test_cii__prepaid_and_identifiers__read() -> None:
    more = b"<ram:TotalPrepaidAmount>50000.00</ram:TotalPrepaidAmount><ram:DuePayableAmount>"
    ids = b'<ram:GlobalID schemeID="0199">5493001KJTIIGC8Y1R12</ram:GlobalID><ram:Name>'
    one = read_xml(
        CII.replace(b"<ram:DuePayableAmount>", more).replace(b"<ram:Name>\xe6\x81\x92", ids + b"\xe6\x81\x92")
    )
    assert one.prepaid is not None
    assert one.prepaid.minor == 5_000_000
    assert Identifier(Scheme.PARTY, "5493001KJTIIGC8Y1R12", "0199") in one.seller.identifiers


def test_fp__number__is_code_and_number() -> None:
    one = read_xml(FP)
    assert one.number == "09900260011120260301"
    assert (one.type, one.currency, one.due, one.prepaid) == ("380", "CNY", None, None)
    assert one.gross == one.payable


@pytest.mark.parametrize(("text", "code"), [(b"0", "380"), (b"1", "381")])
def test_fp__type__into_untdid_1001(text: bytes, code: str) -> None:
    assert read_xml(FP.replace(b"<fp:TypeCode>0", b"<fp:TypeCode>" + text)).type == code


def test_nothing_said__every_field__none() -> None:
    one = read_xml(EMPTY_UBL)
    assert {one.number, one.type, one.issue, one.due, one.currency, one.gross, one.prepaid, one.payable} == {None}
    assert one.seller == one.buyer == Party()
    assert one.lines == 0


def test_empty_elements__say_nothing() -> None:
    one = read_xml(FP.replace(b">20260301<", b">\n  <").replace("恒座椅业有限公司".encode(), b" "))
    assert (one.number, one.seller.name) == (None, None)


def test_registered_name__missing__trading_name_stands_in() -> None:
    registered = "<cbc:RegistrationName>恒座椅业有限公司</cbc:RegistrationName>".encode()
    assert read_xml(UBL.replace(registered, b"")).seller.name == "Hengzuo Seats Co., Ltd."


def test_comments_and_instructions__inside_a_value__cut_nothing() -> None:
    one = read_xml(UBL.replace(b"0990026001", b"0990<!-- 1 -->02<?p 2?>6001", 1))
    assert one.number == "09900260011120260302"


def test_date__with_a_zone__is_the_date_written() -> None:
    assert read_xml(UBL.replace(b"2026-03-01<", b"2026-03-01+08:00<")).issue == date(2026, 3, 1)


def test_due_dates__instalments__the_last() -> None:
    terms = (
        b"<ram:SpecifiedTradePaymentTerms><ram:DueDateDateTime>"
        b'<udt:DateTimeString format="102">20260930</udt:DateTimeString>'
        b"</ram:DueDateDateTime></ram:SpecifiedTradePaymentTerms><ram:SpecifiedTradePaymentTerms>"
    )
    assert read_xml(CII.replace(b"<ram:SpecifiedTradePaymentTerms>", terms)).due == date(2026, 9, 30)


def test_same_value_twice__is_one_value() -> None:
    twice = UBL.replace(b"<cbc:IssueDate>", b"<cbc:ID>09900260011120260302</cbc:ID><cbc:IssueDate>", 1)
    assert replace(read_xml(twice), sha256=b"") == replace(read_xml(UBL), sha256=b"")


def test_two_values__repeated__named_with_line_and_both() -> None:
    with pytest.raises(ValueRepeated) as caught:
        read_xml(UBL.replace(b"<cbc:IssueDate>", b"<cbc:ID>2</cbc:ID><cbc:IssueDate>", 1))
    assert dict(caught.value.arguments) == {
        "line": 7, "field": "number", "first": "09900260011120260302", "second": "2",
    }  # fmt: skip


def test_bad_amount__line_field_and_text_named() -> None:
    with pytest.raises(ValueMalformed) as caught:
        read_xml(UBL.replace(b">330000.00</cbc:PayableAmount", b">330.000,00</cbc:PayableAmount"))
    assert caught.value.arguments["field"] == "payable"
    assert caught.value.arguments["line"] == UBL[: UBL.index(b"<cbc:PayableAmount")].count(b"\n") + 1
    assert "330.000,00" in caught.value.message("zh")


def test_amount_in_another_currency__contradiction() -> None:
    bad = UBL.replace(b'PayableAmount currencyID="CNY"', b'PayableAmount currencyID="USD"')
    with pytest.raises(CurrencyContradicted, match="USD"):
        read_xml(bad)


def test_tax_currency__other_than_the_invoice__is_no_contradiction() -> None:
    assert read_xml(UBL.replace(b'TaxAmount currencyID="CNY"', b'TaxAmount currencyID="USD"')).currency == "CNY"


def test_elements_in_a_value__nested() -> None:
    with pytest.raises(ValueNested):
        read_xml(UBL.replace(b"<cbc:ID>09", b"<cbc:ID><b/>09", 1))


def test_not_well_formed__line_and_reason_named() -> None:
    with pytest.raises(XmlMalformed) as caught:
        read_xml(UBL[:500])
    assert caught.value.arguments["line"] == UBL[:500].count(b"\n") + 1
    assert caught.value.arguments["reason"]


def test_doctype__in_cdata__is_text() -> None:
    note = UBL.replace(b"A demonstration", b"<![CDATA[<!DOCTYPE html>]]>")
    assert read_xml(note).number == "09900260011120260302"


def test_doctype__in_the_prolog__refused() -> None:
    with pytest.raises(DtdForbidden):
        read_xml(UBL.replace(b"<Invoice", b"<!DOCTYPE Invoice><Invoice", 1))


@pytest.mark.parametrize(
    ("root", "found"),
    [
        (b'<p:FatturaElettronica xmlns:p="urn:f"/>', "FatturaPA: FatturaElettronica (urn:f)"),
        (b"<EInvoice/>", "数电票 XML: EInvoice"),
        (b'<eInvoice xmlns="urn:x"/>', "XML: eInvoice (urn:x)"),
        (b"<html/>", "XML: html"),
    ],
)
def test_other_root__unsupported__named(root: bytes, found: str) -> None:
    with pytest.raises(SyntaxUnsupported) as caught:
        read_xml(root)
    assert caught.value.arguments["found"] == found


@pytest.mark.parametrize("name", demo.NAMES)
def test_demo_invoice__reads__in_order(name: str) -> None:
    one = read_xml(demo.octets(name))
    assert None not in (one.number, one.type, one.issue, one.currency, one.gross, one.payable, one.seller.name)
