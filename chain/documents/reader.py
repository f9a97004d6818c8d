# SPDX-License-Identifier: Apache-2.0
"""XML to an Invoice, by the tables of `forms`. Reading never judges and never guesses.

The table of a form becomes a tree of names, and one walk over the document's upper elements collects what the table
names: the order of elements does not matter, and what the table does not name is not visited.
"""

import hashlib
import re
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from typing import Any, TypeVar

from lxml import etree

from chain.documents import xml
from chain.documents.errors import (
    CurrencyContradicted,
    SyntaxUnsupported,
    ValueMalformed,
    ValueNested,
    ValueRepeated,
)
from chain.documents.forms import FORMS, OTHERS, Field, Form, IdPlace, Role
from chain.documents.invoice import Amount, Identifier, Invoice, Party, amount

T = TypeVar("T")

_LINES = "lines"  # the place where a document's lines stand
_DECIMAL = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)")  # xs:decimal: no exponent, no grouping
_LONGEST_AMOUNT = 40  # characters
_LONGEST_TEXT = 1_000  # characters of any other field
_MOST_IDENTIFIERS = 100  # of one party
_MOST_THIRD_PARTIES = 100  # whose claims are in one invoice
_SHOWN = 60  # characters of a text that an error repeats

_Place = Field | IdPlace | str


@dataclass
class _Node:
    """A name in the tree of a form: what stands here (with its rank among the paths for it), and what is below."""

    places: list[tuple[_Place, int]] = field(default_factory=list)
    below: dict[str, "_Node"] = field(default_factory=dict)


def read_xml(data: bytes) -> Invoice:
    """The invoice that XML is. Raises UnsupportedDocument, MalformedDocument, OversizedDocument."""
    root = xml.parse(data)
    form = FORMS.get(root.tag)
    if form is None:
        raise SyntaxUnsupported(found=_root_name(root.tag))
    return _Reading(form, root).invoice(hashlib.sha256(data).digest())


class _Reading:
    """One document on its way through the table of its form."""

    def __init__(self, form: Form, root: Any) -> None:
        self.form = form
        self.found: dict[tuple[_Place, int], list[Any]] = {}
        self.collect(root, _tree(form))

    def collect(self, element: Any, node: _Node) -> None:
        """Keep what the table names below an element."""
        below, found = node.below, self.found
        for child in element:
            here = below.get(child.tag)
            if here is not None:
                for place in here.places:
                    if place in found:
                        found[place].append(child)
                    else:
                        found[place] = [child]
                if here.below:
                    self.collect(child, here)

    def invoice(self, sha256: bytes) -> Invoice:
        """All fields, read strictly. Raises MalformedDocument."""
        number, prefix = self.text(Field.NUMBER), self.text(Field.NUMBER_PREFIX)
        currency = self.text(Field.CURRENCY) or self.form.currency
        due = self.dates(Field.DUE)
        return Invoice(
            syntax=self.form.name,
            sha256=sha256,
            number=number if number is None or prefix is None else prefix + number,
            type=self.type(),
            issue=self.only(Field.ISSUE, self.dates(Field.ISSUE)),
            due=max(due) if due else None,  # of instalments the last: when all is due
            currency=currency,
            net=self.amount(Field.NET, currency),
            tax=self.tax(currency),
            gross=self.amount(Field.GROSS, currency),
            prepaid=self.amount(Field.PREPAID, currency),
            rounding=self.amount(Field.ROUNDING, currency),
            third_parties=self.third_parties(currency),
            payable=self.amount(Field.PAYABLE, currency),
            seller=self.party(Role.SELLER, Field.SELLER, Field.SELLER_COUNTRY),
            buyer=self.party(Role.BUYER, Field.BUYER, Field.BUYER_COUNTRY),
            lines=len(self.found.get((_LINES, 0), ())),
        )

    def elements(self, place: Field) -> list[Any]:
        """What stands at the first path for a field that leads somewhere; empty elements say nothing."""
        for rank in range(len(self.form.places.get(place, ()))):
            found = self.found.get((place, rank))
            if found and (present := [one for one in found if len(one) or (one.text or "").strip()]):
                return present
        return []

    def text(self, place: Field) -> str | None:
        """The one text of a field. Raises ValueNested, ValueRepeated."""
        found = self.elements(place)
        if len(found) == 1:
            return _text(found[0], place)
        return self.only(place, {_text(one, place) for one in found})

    def only(self, place: Field, values: Collection[T]) -> T | None:
        """The one value of a field, if any. Raises ValueRepeated."""
        if len(values) > 1:
            first, second, *_ = sorted(map(str, values))
            line = self.elements(place)[-1].sourceline
            raise ValueRepeated(line=line, field=place.value, first=_short(first), second=_short(second))
        return next(iter(values), None)

    def type(self) -> str | None:
        """The document type as a code of UNTDID 1001. Raises ValueMalformed for one the form does not know."""
        text, types = self.text(Field.TYPE), self.form.types
        if text is None or not types:
            return text
        if text not in types:
            raise self.malformed(Field.TYPE, self.elements(Field.TYPE)[0], text, " / ".join(types))
        return types[text]

    def dates(self, place: Field) -> set[date]:
        """The dates of a field. Raises ValueMalformed, ValueNested."""
        return {self.date(place, one) for one in self.elements(place)}

    def date(self, place: Field, element: Any) -> date:
        """The date that an element holds."""
        text, form = _text(element, place), self.form
        match = form.date.fullmatch(text)
        if match is not None and element.get("format", form.date_format) == form.date_format:
            try:
                return date(int(match[1]), int(match[2]), int(match[3]))
            except ValueError:
                pass  # a month or a day that the calendar does not have
        raise self.malformed(place, element, text, form.date_words)

    def amount(self, place: Field, currency: str | None) -> Amount | None:
        """The one amount of a field. Raises ValueMalformed, ValueNested, ValueRepeated, CurrencyContradicted."""
        return self.only_amount(place, self.elements(place), currency)

    def only_amount(self, place: Field, elements: list[Any], currency: str | None) -> Amount | None:
        """The one amount that these elements hold, if any. Raises as amount."""
        if len(elements) < 2:
            return amount(self.decimal(place, elements[0], currency), currency) if elements else None
        only = self.only(place, {self.decimal(place, one, currency) for one in elements})
        return None if only is None else amount(only, currency)

    def tax(self, currency: str | None) -> Amount | None:
        """The tax in the invoice's own currency: a total in another one is for the seller's books. Raises as amount."""
        place, untaxed = Field.TAX, self.form.untaxed
        own = [one for one in self.elements(place) if not _foreign(one, currency)]
        if untaxed is not None:
            own = [one for one in own if _text(one, place) != untaxed]
        return self.only_amount(place, own, currency)

    def third_parties(self, currency: str | None) -> tuple[Amount, ...]:
        """Others' claims in the invoice, each of them, where its profile knows any. Raises as amount."""
        place, collecting = Field.THIRD_PARTY, self.form.collecting
        found = self.elements(place)
        if not found or collecting is None or not collecting.search(self.text(Field.PROFILE) or ""):
            return ()
        if len(found) > _MOST_THIRD_PARTIES:
            raise self.malformed(place, found[-1], str(len(found)), f"≤ {_MOST_THIRD_PARTIES} claims")
        return tuple(amount(self.decimal(place, one, currency), currency) for one in found)

    def decimal(self, place: Field, element: Any, currency: str | None) -> str:
        """The text of an amount. Raises ValueMalformed, ValueNested, CurrencyContradicted."""
        text = _text(element, place)
        if len(text) > _LONGEST_AMOUNT or not _DECIMAL.fullmatch(text):
            raise self.malformed(place, element, text, "1234.56")
        if _foreign(element, currency):
            stated = _short(element.get("currencyID"))
            raise CurrencyContradicted(
                line=element.sourceline, field=place.value, stated=stated, currency=_short(currency or "")
            )
        return text

    def party(self, role: Role, name: Field, country: Field) -> Party:
        """The seller or the buyer. Raises ValueNested, ValueRepeated."""
        places = self.form.identifiers
        found = self.found
        groups = [(place, group) for place in places if place.role is role for group in found.get((place, 0), ())]
        if len(groups) > _MOST_IDENTIFIERS:
            place, group = groups[-1]
            reason = f"≤ {_MOST_IDENTIFIERS} identifiers"
            raise ValueMalformed(line=group.sourceline, field=_label(place), text=str(len(groups)), reason=reason)
        known = {one for place, group in groups if (one := self.identifier(place, group)) is not None}
        return Party(self.text(name), self.text(country) or self.form.country, tuple(sorted(known)))

    def identifier(self, place: IdPlace, group: Any) -> Identifier | None:
        """The identifier in a group element; None when it is empty. Raises ValueNested."""
        number = group.find(_qualified(self.form, place.value)) if place.value else group
        text = "" if number is None else _text(number, place)
        if not text:
            return None
        if place.kind.startswith("@"):
            return Identifier(place.kinds.get(number.get(place.kind[1:], ""), place.other), text)
        kind = group.find(_qualified(self.form, place.kind)) if place.kind else None
        said = "" if kind is None else _text(kind, place).upper()
        return Identifier(place.kinds.get(said, place.other), text, number.get("schemeID", ""))

    def malformed(self, place: Field, element: Any, text: str, reason: str) -> ValueMalformed:
        """The error for a value that is none."""
        return ValueMalformed(line=element.sourceline, field=place.value, text=_short(text), reason=reason)


def _text(element: Any, place: Field | IdPlace) -> str:
    """The text of an element, without the blanks around it. Raises ValueNested."""
    if len(element):
        raise ValueNested(line=element.sourceline, field=_label(place))
    text = (element.text or "").strip()
    if len(text) > _LONGEST_TEXT:
        raise ValueMalformed(
            line=element.sourceline, field=_label(place), text=_short(text), reason=f"≤ {_LONGEST_TEXT} characters"
        )
    return text


def _foreign(element: Any, currency: str | None) -> bool:
    """Whether an amount says that it is in another currency than the invoice."""
    return currency is not None and element.get("currencyID", currency) != currency


def _label(place: Field | IdPlace) -> str:
    return place.value if isinstance(place, Field) else f"{place.role.value} identifier"


def _short(text: str) -> str:
    return text if len(text) <= _SHOWN else text[:_SHOWN] + "…"


def _root_name(tag: str) -> str:
    """What a root element that no table has is called by those who send it."""
    name = etree.QName(tag)
    known, space = OTHERS.get(name.localname), f" ({_short(name.namespace)})" if name.namespace else ""
    return f"{known or 'XML'}: {_short(name.localname)}{space}"


@cache
def _tree(form: Form) -> _Node:
    """The table of a form as a tree of qualified names."""
    tree = _Node()
    paths: list[tuple[str, tuple[_Place, int]]] = [(form.lines, (_LINES, 0))]
    paths += [(path, (place, rank)) for place, ways in form.places.items() for rank, path in enumerate(ways)]
    paths += [(place.group, (place, 0)) for place in form.identifiers]
    for path, place in paths:
        node = tree
        for step in path.split("/"):
            node = node.below.setdefault(_qualified(form, step), _Node())
        node.places.append(place)
    return tree


@cache
def _qualified(form: Form, path: str) -> str:
    """A path of a table with namespaces in place of prefixes, as lxml wants it."""
    steps = (step.split(":") for step in path.split("/"))
    return "/".join(f"{{{form.prefixes[prefix]}}}{name}" for prefix, name in steps)
