# SPDX-License-Identifier: Apache-2.0
"""Files that a stranger could send instead of an invoice, all made here; those that are PDFs stand in hostile_pdfs."""

import random
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import NamedTuple

from chain.documents import demo
from chain.documents.errors import (
    DocumentError,
    MalformedDocument,
    OversizedDocument,
    UnsupportedDocument,
)

BAD, OTHER, LARGE = MalformedDocument, UnsupportedDocument, OversizedDocument
MB = 10**6

UBL = demo.octets("seats-2026-0302-ubl.xml")
CII = demo.octets("seats-2026-0303-cii.xml")
FP = demo.octets("seats-2026-0301-fp.xml")


class Sample(NamedTuple):
    """A hostile file: how to make it, and the branches of errors of which reading it must end in one."""

    name: str
    make: Callable[[], bytes | Path]
    expected: tuple[type[DocumentError], ...]


def given(name: str, data: bytes, *expected: type[DocumentError]) -> Sample:
    """A sample that is small enough to be made beforehand."""
    return Sample(name, lambda: data, expected)


def put(document: bytes, before: bytes, what: bytes) -> bytes:
    """The document with something before a piece of it that it has."""
    assert before in document
    return document.replace(before, what + before, 1)


def with_dtd(dtd: bytes, text: bytes = b"&a;") -> bytes:
    """A UBL invoice with a DTD and with `text` for its number."""
    whole = put(UBL, b"<Invoice", b"<!DOCTYPE Invoice " + dtd + b">")
    return whole.replace(b"<cbc:BuyerReference>YM-4712", b"<cbc:BuyerReference>" + text)


def deep(levels: int) -> bytes:
    """A UBL invoice with elements in elements."""
    return put(UBL, b"<cbc:ID>", b"<x>" * levels + b"</x>" * levels)


def declarations() -> Iterator[Sample]:
    """Documents that declare entities, or bring a DTD in any other way."""
    laughs = b"".join(b'<!ENTITY a%d "%s">' % (n, b"&a%d;" % (n - 1) * 10) for n in range(1, 12))
    dtds = {
        "billion laughs": b'[<!ENTITY a0 "ha">' + laughs + b'<!ENTITY a "&a11;">]',
        "quadratic": b'[<!ENTITY a "' + b"x" * 100_000 + b'">]',
        "external file": b'[<!ENTITY a SYSTEM "file:///etc/passwd">]',
        "external device": b'[<!ENTITY a SYSTEM "file:///dev/zero">]',
        "external http": b'[<!ENTITY a SYSTEM "http://127.0.0.1:9/x">]',
        "external dtd": b'SYSTEM "http://127.0.0.1:9/x.dtd"',
        "public dtd": b'PUBLIC "-//x//y" "file:///etc/passwd"',
        "parameter": b'[<!ENTITY % a SYSTEM "file:///etc/passwd"> %a;]',
        "attribute default": b'[<!ATTLIST Invoice x CDATA "&a;"><!ENTITY a "y">]',
        "recursive": b'[<!ENTITY a "&b;"><!ENTITY b "&a;">]',
        "empty": b"[]",
        "notation": b'[<!NOTATION n SYSTEM "x"><!ENTITY a SYSTEM "x" NDATA n>]',
    }
    for name, dtd in dtds.items():
        text = b"&a;" * 1000 if name == "quadratic" else b"&a;"
        yield given(f"dtd {name}", with_dtd(dtd, text), OTHER)
    hidden = put(with_dtd(b'[<!ENTITY a "x">]'), b"<!DOCTYPE", b"<!-- <Invoice -->")
    yield given("dtd behind a comment", hidden, OTHER)
    utf16 = with_dtd(b'[<!ENTITY a SYSTEM "file:///etc/passwd">]').replace(b"UTF-8", b"UTF-16").decode()
    yield given("dtd in UTF-16", utf16.encode("utf-16"), OTHER)
    yield given("dtd in UTF-16 without a mark", utf16.encode("utf-16-le"), OTHER)
    xi = b'<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="file:///etc/passwd" parse="text"/>'
    yield given("xinclude", UBL.replace(b"<cbc:ID>", b"<cbc:ID>" + xi, 1), BAD)
    yield given("undeclared entity", UBL.replace(b"YM-4712", b"&nbsp;"), BAD)


def encodings() -> Iterator[Sample]:
    """Documents whose bytes mean something else than they seem to."""
    text = UBL.decode()
    for name in ("utf-7", "utf-32", "utf-32-be", "cp037", "cp500"):
        data = text.replace("UTF-8", name).encode(name, "xmlcharrefreplace")
        yield given(f"encoding {name}", data, OTHER)
    for name in ("utf-7", "ebcdic-cp-us", "x-unknown", "utf-8-" + "9" * 30, "hz-gb-2312", "iso-2022-jp"):
        declared = UBL.replace(b"UTF-8", name.encode())
        yield given(f"declared {name}", declared, OTHER)
    yield given("broken UTF-8", UBL.replace(b"CNY", b"\xff\xfe\xc0\xaf"), BAD)
    yield given("overlong UTF-8", UBL.replace(b"YM-4712", b"\xc0\xbc\xe0\x80\xbc"), BAD)
    yield given("NUL inside", UBL.replace(b"YM-4712", b"YM\0"), BAD)
    yield given("controls inside", UBL.replace(b"YM-4712", b"\x1b[2J\x07"), BAD)
    yield given("surrogate", UBL.replace(b"YM-4712", b"&#xD800;"), BAD)
    yield given("NUL reference", UBL.replace(b"YM-4712", b"&#0;"), BAD)
    yield given("odd UTF-16", text.replace("UTF-8", "UTF-16").encode("utf-16")[:-1], BAD)


def masses() -> Iterator[Sample]:
    """Documents that are too much of something."""
    for levels in (300, 1_000, 10_000, 100_000, 1_000_000):
        yield Sample(f"deep {levels:,}", partial(deep, levels), (BAD, LARGE))

    def text(size: int, open_: bytes = b"", close: bytes = b"") -> bytes:
        return UBL.replace(b"YM-4712", open_ + b"x" * size + close)

    number = b"<cbc:ID>0990026001112026030"
    makers: Mapping[str, tuple[Callable[[], bytes | Path], tuple[type[DocumentError], ...]]] = {
        "text 11 MB": (lambda: text(11 * MB), (BAD,)),
        "text 16 MB": (lambda: text(16 * MB), (BAD, LARGE)),
        "text 20 MB": (lambda: text(20 * MB), (LARGE,)),
        "text 100 MB": (hundred_megabytes, (LARGE,)),
        "CDATA 15 MB": (lambda: text(15 * MB, b"<![CDATA[", b"]]>"), (BAD,)),
        "comment 20 MB": (lambda: text(20 * MB, b"<!--", b"-->"), (LARGE,)),
        "attribute 12 MB": (lambda: text(12 * MB, b'<y z="', b'"/>'), (BAD,)),
        "name 15 MB": (lambda: text(15 * MB, b"<", b"/>"), (BAD,)),
        "instruction 16 MB": (lambda: text(16 * MB, b"<?p ", b"?>"), (BAD, LARGE)),
        "number of 2 MB": (lambda: UBL.replace(number, number + b"1" * 2 * MB), (BAD,)),
        "number of references": (lambda: UBL.replace(number, number + b"&amp;" * 2 * MB), (BAD,)),
        "elements 1,000,000": (lambda: put(UBL, b"<cbc:ID>", b"<x/>" * MB), (LARGE,)),
        "elements at the bound": (lambda: put(UBL, b"<cbc:ID>", b"<x/>\n" * 599_000) + b"<", (BAD,)),
        "lines 700,000": (lambda: put(UBL, b"</Invoice>", b"<cac:InvoiceLine/>" * 700_000), (LARGE,)),
        "attributes 100,000": (lambda: put(UBL, b"<cbc:ID>", attributes(100_000) + b"<"), (BAD,)),
        "attributes 1,000,000": (lambda: put(UBL, b"<cbc:ID>", attributes(1_000_000)), (LARGE,)),
        "one attribute twice": (lambda: put(UBL, b"<cbc:ID>", b'<x a="1" a="2"/>'), (BAD,)),
        "namespaces 100,000": (lambda: put(UBL, b"<cbc:ID>", attributes(100_000, b"xmlns:") + b"<"), (BAD,)),
        "namespaces, nested": (lambda: put(UBL, b"<cbc:ID>", nested_namespaces()), (BAD,)),
        "identifiers 50,000": (
            lambda: UBL.replace(
                b"<cac:PartyName>",
                b"<cac:PartyIdentification><cbc:ID>1</cbc:ID></cac:PartyIdentification>" * 50_000 + b"<cac:PartyName>",
                1,
            ),
            (BAD,),
        ),
        "names 50,000": (
            lambda: put(UBL, b"<cac:PartyName>", b"".join(b"<n%d/>" % n for n in range(50_000)) + b"<"),
            (BAD,),
        ),
    }
    for name, (make, expected) in makers.items():
        yield Sample(name, make, expected)


def hundred_megabytes() -> Path:
    """A file with a text of 100 MB in an invoice, in the folder that is the present one."""
    path, (head, tail) = Path("hundred.xml").absolute(), UBL.split(b"YM-4712")
    with path.open("wb") as file:
        file.write(head)
        for _ in range(100):
            file.write(b"x" * MB)
        file.write(tail)
    return path


def attributes(count: int, prefix: bytes = b"") -> bytes:
    """An element with so many attributes."""
    return b"<x " + b" ".join(b'%sa%d="u%d"' % (prefix, n, n) for n in range(count)) + b"/>"


def nested_namespaces() -> bytes:
    """200 elements in each other, each with 1,000 namespaces of its own; not closed."""
    return b"".join(b"<x " + b" ".join(b'xmlns:p%d_%d="u"' % (m, n) for n in range(1_000)) + b">" for m in range(200))


def values() -> Iterator[Sample]:
    """Well-formed documents with values that are none, or two."""
    gross = b'<cbc:TaxInclusiveAmount currencyID="CNY">330000.00'
    amounts = (b"NaN", b"INF", b"-INF", b"1e5", b"1E400", b"0x10", b"1,000.00", b"1 000", b"9" * 50, b"--1", b"1.2.3")
    for text in (*amounts, "１２３".encode(), b"+", b".", b"330000,00"):
        bad = UBL.replace(gross, gross.replace(b"330000.00", text))
        yield given(f"amount {text[:12]!r}", bad, BAD)
    days = (b"2026-02-30", b"2026-13-01", b"0000-00-00", b"26-01-01", b"20260101", b"tomorrow", b"2026-03-01T00:00:00")
    for text in (*days, "２０２６-03-01".encode(), b"9" * 500):
        bad = UBL.replace(b"<cbc:IssueDate>2026-03-01", b"<cbc:IssueDate>" + text)
        yield given(f"date {text[:20]!r}", bad, BAD)
    for text in (b"2", b"x", b"380"):
        bad = FP.replace(b"<fp:TypeCode>0", b"<fp:TypeCode>" + text)
        yield given(f"type {text!r}", bad, BAD)
    twice = {
        "two numbers": put(UBL, b"<cbc:IssueDate>", b"<cbc:ID>1</cbc:ID>"),
        "two dates": put(UBL, b"<cbc:DueDate>", b"<cbc:IssueDate>2026-01-01</cbc:IssueDate>"),
        "two amounts": put(CII, b"<ram:DuePayableAmount>", b"<ram:DuePayableAmount>1.00</ram:DuePayableAmount>"),
        "two currencies": UBL.replace(gross, gross.replace(b"CNY", b"USD")),
        "two sellers": put(FP, b"<fp:SellerTaxID>", b"<fp:SellerName>x</fp:SellerName>"),
        "number of elements": UBL.replace(b"<cbc:ID>", b"<cbc:ID><b>1</b>", 1),
        "format of a date": CII.replace(b'format="102"', b'format="610"'),
    }
    for name, bad in twice.items():
        yield given(name, bad, BAD)


def strangers() -> Iterator[Sample]:
    """Files that are something else altogether, or two things at once."""
    noise = random.Random(5).randbytes(100_000)
    others = {
        "nothing": b"",
        "blanks": b" \n\t" * 1000,
        "noise": noise,
        "edifact": b"UNA:+.?*'UNB+UNOW:4'",
        "zip": b"PK\x03\x04" + noise,
        "gzip": b"\x1f\x8b" + noise,
        "png": b"\x89PNG\r\n" + noise,
        "json": b'{"invoice": 1}',
        "csv": b"number;amount\n1;2\n",
        "html": b"<html><body>invoice</body></html>",
        "other UBL": UBL.replace(b"Invoice", b"Order"),
        "no namespace": UBL.replace(b"urn:oasis", b"urn:other"),
        "ZUGFeRD 1.0": b'<CrossIndustryDocument xmlns="urn:ferd:CrossIndustryDocument:invoice:1p0"/>',
        "fully digital": b"<EInvoice><Header/></EInvoice>",
        "mark alone": b"\xef\xbb\xbf",
        "XML in a PDF's comment": b"%PDF-1.7\n" + UBL,
        "PDF in XML's comment": put(UBL, b"<Invoice", b"<!-- %PDF-1.7 -->"),
        "tag alone": b"<",
        "half a declaration": b"<?xml version",
        "two roots": UBL + UBL,
        "text behind": UBL + b"x",
    }
    for name, data in others.items():
        yield given(name, data, OTHER, BAD)


def truncations() -> Iterator[Sample]:
    """Whole invoices of each form, cut at every kilobyte."""
    for name, whole, mark in (("UBL", UBL, b"YM-4712"), ("CII", CII, b"YM-4713"), ("fp", FP, "演示".encode())):
        padded = whole.replace(mark, mark + b"pad " * 5_000)
        for kilobyte in range(1, len(padded) // 1000 + 1):
            cut = padded[: kilobyte * 1000]
            yield given(f"{name} cut at {kilobyte} kB", cut, BAD)


def plain_samples() -> Iterator[Sample]:
    """Every sample that ends without a PDF process."""
    for group in (declarations, encodings, masses, values, strangers, truncations):
        yield from group()
