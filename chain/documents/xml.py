# SPDX-License-Identifier: Apache-2.0
"""Bytes of a stranger to an XML tree, inert: no DTD, no entities, no network, bounded before the parser sees them.

Tags and attributes are counted in the raw bytes, which costs microseconds: each needs a "<" or a "=" in every encoding
that is let in. Depth (256) and the length of one text (10 MB) are bounded by libxml2 itself, `huge_tree` being off.
Comments and processing instructions are dropped while parsing, so that none can cut a value in two.
"""

import re
from typing import Any

from lxml import etree

from chain.documents.errors import (
    DtdForbidden,
    EncodingUnsupported,
    TooManyBytes,
    TooManyElements,
    XmlMalformed,
)

MAX_BYTES = 16 * 2**20
"""The largest invoices seen are those with scans embedded; a reader needs about four times as much memory."""
MAX_MARKUP = 600_000
"""Tags ("<") and attributes ("=") together: about 5,000 invoice lines. The tree takes up to 300 bytes for each."""

_BLANK = b" \t\r\n"
_UTF8 = b"\xef\xbb\xbf"
_UTF32 = (b"\xff\xfe\0\0", b"\0\0\xfe\xff")
_UTF16 = (b"\xff\xfe", b"\xfe\xff", b"<\0?\0", b"\0<\0?")
_DECLARED = re.compile(rb"""<\?xml[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["']""")
_START = re.compile(rb"<[A-Za-z_\x80-\xff]")
_ENCODINGS = frozenset(
    ("utf-8", "utf8", "us-ascii", "ascii", "gb18030", "gbk", "gb2312", "big5")
    + tuple(f"iso-8859-{n}" for n in range(1, 17))
    + tuple(f"windows-{n}" for n in range(1250, 1259))
)
"""In each of them the bytes of "<" and "=" are those of ASCII. UTF-16 is let in besides; UTF-7, EBCDIC are not."""


def parse(data: bytes) -> Any:
    """The root element. Raises UnsupportedDocument, XmlMalformed, OversizedDocument."""
    if len(data) > MAX_BYTES:
        raise TooManyBytes(limit=MAX_BYTES)
    if len(data) > MAX_MARKUP and data.count(b"<") + data.count(b"=") > MAX_MARKUP:
        raise TooManyElements(limit=MAX_MARKUP)
    plain = _readable(data)
    start = _START.search(plain)
    if plain.find(b"<!DOCTYPE", 0, len(plain) if start is None else start.start()) >= 0:
        raise DtdForbidden()
    try:
        root = etree.fromstring(data, _parser())
    except etree.XMLSyntaxError as error:
        raise XmlMalformed(line=error.lineno or 1, reason=_reason(error)) from None
    except ValueError as error:  # lxml: characters that no XML may have
        raise XmlMalformed(line=1, reason=str(error)[:200]) from None
    if root.getroottree().docinfo.internalDTD is not None:  # behind a comment that looked like a first element
        raise DtdForbidden()
    return root


def looks_like_xml(data: bytes) -> bool:
    """Whether the first bytes are those of markup."""
    return data.startswith(_UTF16) or data.removeprefix(_UTF8).lstrip(_BLANK).startswith(b"<")


def _parser() -> etree.XMLParser:
    # A new one each time costs next to nothing, and threads need not wait for each other.
    return etree.XMLParser(
        resolve_entities=False,
        load_dtd=False,
        dtd_validation=False,
        attribute_defaults=False,
        no_network=True,
        huge_tree=False,
        recover=False,
        remove_comments=True,
        remove_pis=True,
        remove_blank_text=True,  # between elements; fewer nodes
        collect_ids=False,
    )


def _readable(data: bytes) -> bytes:
    """The beginning, as bytes in which ASCII can be searched. Raises EncodingUnsupported."""
    if data.startswith(_UTF32):
        raise EncodingUnsupported(encoding="UTF-32")
    if data.startswith(_UTF16):
        return data.replace(b"\0", b"")
    found = _DECLARED.match(data.removeprefix(_UTF8).lstrip(_BLANK))
    if found is not None and (encoding := found[1].decode("ascii")).lower() not in _ENCODINGS:
        raise EncodingUnsupported(encoding=encoding)
    if b"\0" in data[:200]:
        raise EncodingUnsupported(encoding="UTF-32?")
    return data


def _reason(error: etree.XMLSyntaxError) -> str:
    """The parser's own words, on one line, without the place that it repeats."""
    text = " ".join((error.msg or "").split())
    return re.sub(r", line \d+, column \d+.*$", "", text)[:200] or "empty"
