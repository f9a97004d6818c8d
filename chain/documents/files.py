# SPDX-License-Identifier: Apache-2.0
"""Any file of a stranger to an Invoice: told by its first bytes, never by its name, and handed to its reader.

with Documents() as documents:
    invoice = documents.open(Path("invoice.pdf"))
"""

import hashlib
import os
import stat
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Self

from chain.documents import pdf, xml
from chain.documents.errors import DocumentError, DocumentUnavailable, SyntaxUnsupported, TooManyBytes
from chain.documents.invoice import Invoice
from chain.documents.pdf import Unwrapper
from chain.documents.reader import read_xml

FACTUR_X = "Factur-X"
"""The syntax of an invoice that came inside a PDF."""

_MAX_BYTES = max(pdf.MAX_BYTES, xml.MAX_BYTES)
_MOST_MET = 32 * 2**20
_BATCH = 16  # files handed to the thread at a time
_HEADER = 1024  # bytes in which PDF viewers look for a header
_OTHERS = (
    (b"UNA", "EDIFACT"),
    (b"UNB", "EDIFACT"),
    (b"UNH", "EDIFACT"),
    (b"PK\x03\x04", "ZIP (OFD, XLSX, DOCX …)"),
    (b"\xd0\xcf\x11\xe0", "Microsoft Office 97"),
    (b"\x89PNG", "PNG"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"II*\0", "TIFF"),
    (b"MM\0*", "TIFF"),
    (b"\x1f\x8b", "gzip"),
    (b"{", "JSON"),
    (b"[", "JSON"),
)


class Documents:
    """Reads documents one after the other; a context manager, since it keeps a thread, and a process for PDFs.

    libxml2 keeps every name of an element that a thread ever met, and strangers choose names: at 100 MB of them it
    refuses all further documents. So reading is done in a thread that is replaced long before.
    """

    def __init__(self) -> None:
        self._unwrapper = Unwrapper()
        self._thread = ThreadPoolExecutor(1)
        self._met = 0  # bytes of XML that the thread has read
        self._closed = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._closed = True
        self._thread.shutdown()
        self._unwrapper.close()

    def open(self, path: Path) -> Invoice:
        """The invoice in a file. Raises DocumentError."""
        return self._only(path)

    def read(self, data: bytes) -> Invoice:
        """The invoice that the bytes of a file are; its `sha256` is that of the file. Raises DocumentError."""
        return self._only(data)

    def each(self, sources: Sequence[Path | bytes]) -> Iterator[Invoice | DocumentError]:
        """What each file ends in, in order. Faster than one by one: the thread is handed several at a time."""
        start = 0
        while start < len(sources):
            if self._met > _MOST_MET:
                self._thread.shutdown()
                self._thread, self._met = ThreadPoolExecutor(1), 0
            ended = self._thread.submit(self._some, sources[start : start + _BATCH]).result()
            yield from ended
            start += len(ended)

    def _only(self, source: Path | bytes) -> Invoice:
        (ended,) = self.each((source,))
        if isinstance(ended, DocumentError):
            raise ended
        return ended

    def _some(self, sources: Sequence[Path | bytes]) -> list[Invoice | DocumentError]:
        """What the first of these end in: one at least, and no more once this thread has met enough."""
        ended: list[Invoice | DocumentError] = []
        for source in sources:
            if ended and (self._met > _MOST_MET or self._closed):
                break
            try:
                ended.append(self._one(source if isinstance(source, bytes) else _octets(source)))
            except DocumentError as error:
                ended.append(error)
        return ended

    def _one(self, data: bytes) -> Invoice:
        if xml.looks_like_xml(data):
            if b"%PDF-" in data[:_HEADER]:
                raise SyntaxUnsupported(found="XML + PDF")  # a viewer would show people something else than is read
            return self._xml(data)
        if data.startswith(b"%PDF-"):
            invoice = self._xml(self._unwrapper.unwrap(data))
            return replace(invoice, syntax=FACTUR_X, sha256=hashlib.sha256(data).digest())
        raise SyntaxUnsupported(found=_kind(data))

    def _xml(self, data: bytes) -> Invoice:
        self._met += len(data)
        return read_xml(data)


def found_in(places: Sequence[Path]) -> Iterator[Path]:
    """The files at these places, and below them where they are folders, in order; hidden ones and links in folders
    are left out. A place that does not exist comes back as it is, for `open` to refuse.
    """
    for place in places:
        if not place.is_dir():
            yield place
            continue
        for folder, below, names in os.walk(place):
            below[:] = sorted(name for name in below if not name.startswith("."))
            for name in sorted(names):
                path = Path(folder, name)
                if not name.startswith(".") and not path.is_symlink():
                    yield path


def _octets(path: Path) -> bytes:
    """The bytes of a regular file, and never more than fit an invoice. Raises DocumentUnavailable, TooManyBytes."""
    try:
        with os.fdopen(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC), "rb") as file:  # a pipe would wait
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise DocumentUnavailable(reason="not a regular file")
            data = file.read(_MAX_BYTES + 1)
    except (OSError, ValueError) as error:  # ValueError: a name that no file can have
        raise DocumentUnavailable(reason=getattr(error, "strerror", None) or str(error)) from None
    if len(data) > _MAX_BYTES:
        raise TooManyBytes(limit=_MAX_BYTES)
    return data


def _kind(data: bytes) -> str:
    """What a file that is neither XML nor PDF seems to be."""
    start = data.removeprefix(b"\xef\xbb\xbf").lstrip()[:200]
    if not start:
        return "empty file / 空文件"
    if (known := next((name for magic, name in _OTHERS if start.startswith(magic)), None)) is not None:
        return known
    text = start.decode("utf-8", "replace")[:-1]  # the last letter may be cut
    readable = all((letter.isprintable() or letter.isspace()) and letter != "\ufffd" for letter in text)
    return "plain text / 纯文本" if readable else "binary data / 二进制数据"
