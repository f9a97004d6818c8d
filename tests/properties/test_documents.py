# SPDX-License-Identifier: Apache-2.0
"""However an invoice is written down, it reads the same: order, prefixes, encodings, blanks. Noise never crashes.

Amounts that add up are never refused for their sums, and always when one of them is altered.
"""

import hashlib
import random
from collections.abc import Mapping
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
from chain.documents.judgement import Reason, financeable
from chain.documents.reader import read_xml
from tests.unit.documents.making import CII, FP, KEY, TODAY, UBL

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


# ---- sums

RAM, CBC = "{*}SpecifiedTradeSettlementHeaderMonetarySummation/{*}", "{*}LegalMonetaryTotal/{*}"
TOTALS: Mapping[str, tuple[bytes, Mapping[str, str]]] = {
    "UBL": (
        UBL,
        {
            "net": f"{CBC}TaxExclusiveAmount",
            "tax": "{*}TaxTotal/{*}TaxAmount",
            "gross": f"{CBC}TaxInclusiveAmount",
            "prepaid": f"{CBC}PrepaidAmount",
            "rounding": f"{CBC}PayableRoundingAmount",
            "payable": f"{CBC}PayableAmount",
        },
    ),
    "CII": (
        CII,
        {
            "net": f".//{RAM}TaxBasisTotalAmount",
            "tax": f".//{RAM}TaxTotalAmount",
            "gross": f".//{RAM}GrandTotalAmount",
            "prepaid": f".//{RAM}TotalPrepaidAmount",
            "rounding": f".//{RAM}RoundingAmount",
            "payable": f".//{RAM}DuePayableAmount",
        },
    ),
    "CN-OFD": (
        FP,
        {
            "net": "{*}TaxExclusiveTotalAmount",
            "tax": "{*}TaxTotalAmount",
            "gross": "{*}TaxInclusiveTotalAmount",
        },
    ),
}
"""Of each syntax an invoice, and where its amounts stand."""
SUMS = {Reason.GROSS_DIFFERS, Reason.PAYABLE_DIFFERS}
CENTS = st.integers(-(10**30), 10**30)  # more digits than a Decimal keeps unless it is told to


def written(syntax: str, cents: Mapping[str, int], spelling: random.Random) -> bytes:
    """The invoice of that syntax with these amounts, each spelled in one of the ways a decimal has."""
    data, places = TOTALS[syntax]
    root = etree.fromstring(data)
    for name, path in places.items():
        element = root.find(path)
        if element is None:  # prepaid, rounding: beside the payable amount, like it
            payable = root.find(places["payable"])
            space = etree.QName(payable).namespace
            element = etree.Element(f"{{{space}}}{path.split('}')[-1]}", payable.attrib)
            payable.addprevious(element)
        whole, rest = divmod(abs(cents[name]), 100)
        shown = f".{rest:02d}{spelling.choice(('', '', '0', '0000'))}" if rest or spelling.random() < 0.5 else ""
        element.text = ("-" if cents[name] < 0 else spelling.choice(("", "", "+"))) + f"{whole}{shown}"
    return bytes(etree.tostring(root))


def sums_of(data: bytes) -> set[Reason]:
    """What is said against the sums."""
    return SUMS & set(financeable(read_xml(data), TODAY, "CNY"))


@st.composite
def consistent(draw: st.DrawFn) -> tuple[str, dict[str, int]]:
    """A syntax, and amounts in cents that add up."""
    syntax = draw(st.sampled_from(sorted(TOTALS)))
    net, tax, prepaid, rounding = (draw(CENTS) for _ in range(4))
    if syntax == "CN-OFD":
        return syntax, {"net": net, "tax": tax, "gross": net + tax}
    gross = net + tax
    whole = {"net": net, "tax": tax, "gross": gross, "prepaid": prepaid, "rounding": rounding}
    return syntax, whole | {"payable": gross - prepaid + rounding}


@quick
@given(consistent(), st.randoms(use_true_random=False))
def test_amounts__that_add_up__nothing_against_the_sums(
    drawn: tuple[str, dict[str, int]], spell: random.Random
) -> None:
    syntax, cents = drawn
    assert sums_of(written(syntax, cents, spell)) == set()


@quick
@given(
    consistent(), st.data(), st.one_of(st.sampled_from([-1, 1]), CENTS.filter(bool)), st.randoms(use_true_random=False)
)
def test_amounts__one_of_them_altered__its_sum_is_refused(
    drawn: tuple[str, dict[str, int]], data: st.DataObject, by: int, spell: random.Random
) -> None:
    syntax, cents = drawn
    name = data.draw(st.sampled_from(sorted(cents)))
    expected = {
        "net": {Reason.GROSS_DIFFERS},
        "tax": {Reason.GROSS_DIFFERS},
        "gross": {Reason.GROSS_DIFFERS} if syntax == "CN-OFD" else SUMS,
    }.get(name, {Reason.PAYABLE_DIFFERS})
    assert sums_of(written(syntax, cents | {name: cents[name] + by}, spell)) == expected
