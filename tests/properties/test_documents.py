# SPDX-License-Identifier: Apache-2.0
"""However an invoice is written down, it reads the same: order, prefixes, encodings, blanks. Noise never crashes."""

import hashlib
import random
from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from chain.documents import demo
from chain.documents.errors import DocumentError
from chain.documents.files import Documents
from chain.documents.fingerprint import fingerprint
from chain.documents.invoice import Invoice
from chain.documents.reader import read_xml
from tests.unit.documents.making import KEY

NAMES = st.sampled_from(demo.NAMES)
ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "gb18030", "gbk")
quick = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def same(data: bytes, name: str) -> bool:
    """Whether the bytes read as that demo invoice does, but for their own sha256."""
    one, other = read_xml(data), read_xml(demo.octets(name))
    assert one.sha256 == hashlib.sha256(data).digest()
    return _bare(one) == _bare(other) and fingerprint(one, [KEY]) == fingerprint(other, [KEY])


def _bare(one: Invoice) -> Invoice:
    return replace(one, sha256=b"")


def shuffled(element: Any, chance: random.Random) -> None:
    """Every element's children in any order."""
    children = list(element)
    chance.shuffle(children)
    element[:] = children
    for child in children:
        shuffled(child, chance)


def rewritten(element: Any, prefixes: dict[str, str]) -> Any:
    """The same element with other prefixes."""
    copy = etree.Element(element.tag, element.attrib, nsmap={prefixes[uri]: uri for uri in prefixes})
    copy.text, copy.tail = element.text, element.tail
    copy.extend(rewritten(child, prefixes) for child in element if isinstance(child.tag, str))
    return copy


@quick
@given(NAMES, st.randoms(use_true_random=False))
def test_order_of_elements__any__reads_the_same(name: str, chance: random.Random) -> None:
    root = etree.fromstring(demo.octets(name))
    shuffled(root, chance)
    assert same(etree.tostring(root), name)


@quick
@given(
    NAMES, st.lists(st.from_regex(r"[a-zA-Z_][a-zA-Z0-9_.-]{0,8}", fullmatch=True), min_size=4, max_size=4, unique=True)
)
def test_prefixes__any__read_the_same(name: str, prefixes: list[str]) -> None:
    root = etree.fromstring(demo.octets(name))
    spaces = sorted({etree.QName(one).namespace for one in root.iter() if isinstance(one.tag, str)} - {None})
    own = [prefix for prefix in prefixes if not prefix.lower().startswith("xml")]
    chosen = dict(zip(spaces, own + ["p1", "p2", "p3", "p4"], strict=False))
    assert same(etree.tostring(rewritten(root, chosen), encoding="utf-8"), name)


@pytest.mark.parametrize("name", demo.NAMES)
@pytest.mark.parametrize("encoding", ENCODINGS)
def test_encoding__each__reads_the_same(name: str, encoding: str) -> None:
    text = (
        demo.octets(name)
        .decode()
        .replace("UTF-8", encoding.removesuffix("-sig").removesuffix("-le").removesuffix("-be"))
    )
    assert same(text.encode(encoding), name)


@quick
@given(
    NAMES,
    st.randoms(use_true_random=False),
    st.sampled_from([" ", "\n", "\t", "\r\n", "  \n ", "<!-- x -->", "<?p q?>"]),
)
def test_blanks_and_comments__anywhere_around_values__read_the_same(
    name: str, chance: random.Random, blank: str
) -> None:
    text = demo.octets(name).decode()
    pieces = text.split("<")
    padded = "".join(
        (blank if index > 2 and chance.random() < 0.5 else "") + ("<" if index else "") + piece
        for index, piece in enumerate(pieces)
    )
    assert same(padded.encode(), name)


@quick
@given(NAMES, st.integers(0, 4000), st.binary(max_size=8))
def test_damage__anywhere__an_invoice_or_a_typed_error(name: str, at: int, noise: bytes) -> None:
    data = demo.octets(name)
    at %= len(data)
    with Documents() as documents, suppress(DocumentError):
        documents.read(data[:at] + noise + data[at + len(noise) :])


@quick
@given(st.binary(max_size=200))
def test_noise__any__typed_error(noise: bytes) -> None:
    with Documents() as documents, pytest.raises(DocumentError):
        documents.read(noise)
