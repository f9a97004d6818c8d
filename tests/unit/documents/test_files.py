# SPDX-License-Identifier: Apache-2.0
"""Any file: its kind by its bytes, PDFs unwrapped, folders walked in order, and nothing that is no file opened."""

import hashlib
import os
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest
from pypdf import PdfWriter

from chain.documents import files, pdf, xml
from chain.documents.errors import DocumentUnavailable, PdfMalformed, PdfWithoutInvoice, SyntaxUnsupported, TooManyBytes
from chain.documents.files import Documents, found_in
from chain.documents.reader import read_xml
from tests.security.hostile_pdfs import pdf as made_pdf
from tests.unit.documents.making import CII, UBL


@pytest.mark.parametrize(
    ("name", "content"),
    [("factur-x.xml", CII), ("ZUGFeRD-invoice.xml", CII), ("zugferd-invoice.xml", CII), ("xrechnung.xml", UBL)],
)
def test_pdf__invoice_attached__read_as_its_xml(name: str, content: bytes) -> None:
    data = made_pdf({"terms.txt": b"x", name: content})
    with Documents() as documents:
        one = documents.read(data)
    inside = read_xml(content)
    assert one == replace(inside, syntax="Factur-X", sha256=hashlib.sha256(data).digest())


def test_pdf__empty_password__read() -> None:
    writer, file = PdfWriter(clone_from=BytesIO(made_pdf({"factur-x.xml": CII}))), BytesIO()
    writer.encrypt("", "owner", algorithm="AES-256")
    writer.write(file)
    with Documents() as documents:
        assert documents.read(file.getvalue()).number == read_xml(CII).number


def test_pdf__other_attachments__without_invoice_and_counted() -> None:
    with Documents() as documents, pytest.raises(PdfWithoutInvoice) as caught:
        documents.read(made_pdf({"a.txt": b"x", "b.txt": b"y"}))
    assert caught.value.arguments["count"] == 2


def test_pdf__cut_short__malformed_not_mended() -> None:
    with Documents() as documents, pytest.raises(PdfMalformed, match="%%EOF"):
        documents.read(made_pdf({"factur-x.xml": CII})[:-20])


@pytest.mark.parametrize(
    ("data", "found"),
    [
        (b"UNA:+.?*'", "EDIFACT"),
        (b"UNB+UNOW", "EDIFACT"),
        (b"PK\x03\x04rest", "ZIP (OFD, XLSX, DOCX …)"),
        (b"", "empty file / 空文件"),
        (b" \n", "empty file / 空文件"),
        (b"number;amount", "plain text / 纯文本"),
        ("发票号码：1".encode(), "plain text / 纯文本"),
        (b"\0\1\2\3", "binary data / 二进制数据"),
        (b'{"a": 1}', "JSON"),
    ],
)
def test_other_bytes__unsupported__named(data: bytes, found: str) -> None:
    with Documents() as documents, pytest.raises(SyntaxUnsupported) as caught:
        documents.read(data)
    assert caught.value.arguments["found"] == found


def test_name__says_something_else__bytes_decide(tmp_path: Path) -> None:
    path = tmp_path / "invoice.pdf"
    path.write_bytes(UBL)
    with Documents() as documents:
        assert documents.open(path) == read_xml(UBL)


def test_open__too_large__not_even_read(tmp_path: Path) -> None:
    path = tmp_path / "large.xml"
    with path.open("wb") as file:
        file.truncate(10**12)
    with Documents() as documents, pytest.raises(TooManyBytes):
        documents.open(path)


def test_limits__agree_for_xml_and_pdf() -> None:
    assert files._MAX_BYTES == pdf.MAX_BYTES == xml.MAX_BYTES


def test_open__pipe_folder_device_or_nothing__unavailable_at_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with Documents() as documents:
        for path in (tmp_path / "pipe", tmp_path, tmp_path / "none", Path("/dev/zero"), Path("a\0b")):
            with pytest.raises(DocumentUnavailable):
                documents.open(path)


def test_walk__folders__every_file_in_order_but_hidden_ones_and_links(tmp_path: Path) -> None:
    for name in ("b/2.xml", "b/1.xml", "a.xml", ".hidden/x.xml", "b/.x.xml"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"")
    (tmp_path / "link.xml").symlink_to("/etc/passwd")
    (tmp_path / "loop").symlink_to(tmp_path)
    found = [str(path.relative_to(tmp_path)) for path in found_in([tmp_path])]
    assert found == ["a.xml", "b/1.xml", "b/2.xml"]


def test_walk__named_files__come_as_they_are() -> None:
    assert list(found_in([Path("none.xml"), Path(".x.xml")])) == [Path("none.xml"), Path(".x.xml")]
