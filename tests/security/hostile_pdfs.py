# SPDX-License-Identifier: Apache-2.0
"""PDFs that a stranger could send instead of an invoice, all made here."""

import random
import zlib
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from io import BytesIO

from pypdf import PdfWriter

from tests.security.hostile_documents import BAD, CII, LARGE, MB, OTHER, UBL, Sample, given, put, with_dtd


def pdf(attachments: Mapping[str, bytes], password: str = "") -> bytes:
    """A real PDF with these attachments."""
    writer, file = PdfWriter(), BytesIO()
    writer.add_blank_page(72, 72)
    for name, content in attachments.items():
        writer.add_attachment(name, content)
    if password:
        writer.encrypt(password, algorithm="AES-256")
    writer.write(file)
    return file.getvalue()


def raw_pdf(*objects: bytes, trailer: bytes = b"") -> bytes:
    """A PDF of these objects, the first of them its catalog."""
    body, offsets = b"%PDF-1.7\n", []
    for number, content in enumerate(objects, 1):
        offsets.append(len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    start = b"xref\n0 %d\n0000000000 65535 f \n%s" % (len(objects) + 1, table)
    end = b"trailer\n<</Size %d /Root 1 0 R %s>>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, trailer, len(body))
    return body + start + end


def attached(content: bytes, filters: bytes = b"/FlateDecode", more: bytes = b"") -> bytes:
    """A PDF with one attachment whose stream is given raw."""
    names = b"<</Names [(factur-x.xml) 2 0 R]>>"
    stream = b"<</Length %d /Filter %s %s>>\nstream\n%s\nendstream" % (len(content), filters, more, content)
    return raw_pdf(
        b"<</Type /Catalog /Names <</EmbeddedFiles %s>>>>" % names,
        b"<</Type /Filespec /F (factur-x.xml) /UF (factur-x.xml) /EF <</F 3 0 R>>>>",
        stream,
    )


def zeros(count: int) -> bytes:
    """So many blanks, compressed: the same flushed block again and again, which is made in no time."""
    packer = zlib.compressobj(9)
    head = packer.compress(b"") + packer.flush(zlib.Z_FULL_FLUSH)
    block = packer.compress(b" " * MB) + packer.flush(zlib.Z_FULL_FLUSH)
    return head + block * (count // MB)


def pdf_bombs() -> Iterator[Sample]:
    """PDFs that are small and unpack to much, or lead a reader in circles."""
    catalog = b"<</Type /Catalog /Names <</EmbeddedFiles 2 0 R>>>>"
    chain = [b"<</Kids [%d 0 R]>>" % (n + 1) for n in range(2, 3_000)]
    many = b" ".join(b"(n%d) 3 0 R" % n for n in range(50_000))
    spec = b"<</Type /Filespec /F (a) /EF <</F 4 0 R>>>>"
    stream = b"<</Length 1>>\nstream\nx\nendstream"
    bombs: Mapping[str, Callable[[], bytes]] = {
        "flate 100 MB": lambda: attached(zeros(100 * MB)),
        "flate 1 GB": lambda: attached(zeros(1000 * MB)),
        "flate twice": lambda: attached(zlib.compress(zeros(1000 * MB), 9), b"[/FlateDecode /FlateDecode]"),
        "run length": lambda: attached(b"\x81 " * 500_000, b"/RunLengthDecode"),
        "hex of flate": lambda: attached(zeros(100 * MB).hex().encode(), b"[/ASCIIHexDecode /FlateDecode]"),
        "twenty filters": lambda: attached(b"x", b"[" + b"/FlateDecode " * 20 + b"]"),
        "predictor": lambda: attached(zeros(50 * MB), more=b"/DecodeParms <</Predictor 15 /Columns 99999999>>"),
        "length beyond": lambda: attached(b"x").replace(b"/Length 1 ", b"/Length 999999999 "),
        "name tree circle": lambda: raw_pdf(catalog, b"<</Kids [2 0 R]>>"),
        "name tree deep": lambda: raw_pdf(catalog, *chain, b"<</Names []>>"),
        "names 50,000": lambda: raw_pdf(catalog, b"<</Names [" + many + b"]>>", spec, stream),
        "references in a circle": lambda: raw_pdf(catalog, b"3 0 R", b"2 0 R"),
        "arrays in arrays": lambda: raw_pdf(catalog, b"[" * 100_000 + b"]" * 100_000),
        "dictionaries deep": lambda: raw_pdf(catalog, b"<</A " * 100_000 + b">>" * 100_000),
        "brackets": lambda: raw_pdf(catalog, b"(" * 3_000_000),
        "digits": lambda: raw_pdf(catalog, b"<</Names [" + b"9" * 1_000_000 + b"]>>"),
        "comments": lambda: b"%PDF-1.7\n" + b"%\n" * 5_000_000 + b"%%EOF",
        "table before itself": lambda: raw_pdf(catalog, b"<<>>", trailer=b"/Prev 9"),
        "startxref beyond": lambda: b"%PDF-1.7\nstartxref\n99999999999\n%%EOF",
        "startxref negative": lambda: b"%PDF-1.7\nstartxref\n-5\n%%EOF",
        "objects 200,000": lambda: b"%PDF-1.7\n" + b"1 0 obj\n<<>>\nendobj\n" * 200_000 + b"startxref\n0\n%%EOF",
    }
    for name, make in bombs.items():
        yield Sample(f"pdf {name}", make, (BAD, OTHER, LARGE))


def pdfs() -> Iterator[Sample]:
    """PDFs that are whole, and hold something else than one invoice; and PDFs cut at every kilobyte."""
    whole = pdf({"factur-x.xml": CII.replace(b"YM-4713", random.Random(6).randbytes(12_000).hex().encode())})
    attachments: Mapping[str, Mapping[str, bytes]] = {
        "nothing": {},
        "a path": {"../../etc/cron.d/factur-x.xml": CII},
        "a full path": {"/etc/factur-x.xml": CII},
        "a drive": {"C:\\factur-x.xml": CII},
        "two invoices": {"factur-x.xml": CII, "xrechnung.xml": UBL},
        "another file": {"invoice.xml": CII},
        "a DTD": {"factur-x.xml": put(CII, b"<rsm:Cross", b'<!DOCTYPE x [<!ENTITY a "b">]>')},
        "an external entity": {
            "factur-x.xml": put(CII, b"<rsm:Cross", b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>')
        },
        "laughs": {"factur-x.xml": with_dtd(b'[<!ENTITY b "hahahaha"><!ENTITY a "' + b"&b;" * 1000 + b'">]')},
        "no XML": {"factur-x.xml": b"invoice"},
        "half an XML": {"factur-x.xml": CII[:900]},
        "another syntax": {"factur-x.xml": b"<html/>"},
        "101 files": {f"{n}.txt": b"x" for n in range(101)},
    }
    for name, files in attachments.items():
        yield Sample(f"pdf with {name}", partial(pdf, files), (OTHER, BAD, LARGE))
    yield Sample("pdf with a password", lambda: pdf({"factur-x.xml": CII}, "secret"), (OTHER,))
    yield Sample("pdf with a zip behind", lambda: whole + b"PK\x03\x04" + b"\0" * 100 + b"z", (BAD,))
    yield Sample("pdf with a script", lambda: raw_pdf(b"<</Type /Catalog /OpenAction <</S /JavaScript>>>>"), (OTHER,))
    yield Sample("pdf behind noise", lambda: b"GIF89a" + whole, (OTHER,))
    for kilobyte in range(1, len(whole) // 1000 + 1):
        cut = whole[: kilobyte * 1000]
        yield given(f"pdf cut at {kilobyte} kB", cut, BAD)
    yield Sample("pdf of 30 MB", lambda: whole + b"\n" * 30 * MB, (LARGE,))


def pdf_samples() -> Iterator[Sample]:
    """Every sample that is a PDF."""
    yield from pdf_bombs()
    yield from pdfs()
