# SPDX-License-Identifier: Apache-2.0
"""Identifiers and names brought to one spelling, so that two files that mean the same say the same.

- Text: NFKC (fullwidth to halfwidth, ligatures apart), without blanks, controls and characters of no width, all
  letters upper case in numbers and folded in names. Fields of a fingerprint are compared in this spelling.
- Tax numbers: letters and digits alone. A USCC (统一社会信用代码) loses a leading "CN". A VAT number gets its country
  in front when it has none (that of the party's address), "EL" for Greece, "GB" for the United Kingdom, and loses the
  name of the tax behind it (MVA, MWST, TVA, IVA).
- A tax number without a digit is a remark and no number: "Godkänd för F-skatt" stands in many Swedish invoices.
"""

import re
import unicodedata
from functools import cache

from chain.documents.invoice import Party, Scheme

_UNSEEN = ("Z", "C")  # Unicode categories: blanks; controls, characters of no width, surrogates
_USCC = re.compile(r"[1-9A-HJ-NP-RT-UW-Y][1-9A-HJ-NP-RT-UW-Y][0-9]{6}[0-9A-HJ-NP-RT-UW-Y]{10}")
_NOT_ALNUM = re.compile(r"[\W_]+")
_TAX_NAME = re.compile(r"(?<=[0-9])(?:MVA|MWST|TVA|IVA)$")
_COUNTRY = re.compile(r"[A-Z]{2}")
_PREFIXES = {"GR": "EL", "UK": "GB"}  # what the VAT world writes differently from ISO 3166
_USCC_LENGTH = 18
_USCC_CN = _USCC_LENGTH + 2  # with "CN" in front


def plain(text: str) -> str:
    """A number in one spelling: NFKC, upper case, nothing unseen."""
    if text.isascii() and text.isprintable():  # most are, and the blank is all of these that is not seen
        return text.upper().replace(" ", "")
    return _visible(unicodedata.normalize("NFKC", text).upper())


def folded(name: str) -> str:
    """A name in one spelling: NFKC, case folded, nothing unseen."""
    return _visible(unicodedata.normalize("NFKC", name).casefold())


def uscc(text: str) -> str | None:
    """The text as a USCC, if it has the shape of one; its check character is not looked at."""
    return _uscc(_compact(text))


def vat(text: str, country: str | None) -> str:
    """A VAT number with its country in front."""
    return _vat(_compact(text), country)


def _vat(compact: str, country: str | None) -> str:
    compact = _TAX_NAME.sub("", compact)
    if not _COUNTRY.match(compact):
        place = plain(country or "")
        compact = (place if _COUNTRY.fullmatch(place) else "") + compact
    return _PREFIXES.get(compact[:2], compact[:2]) + compact[2:]


def tax_number(party: Party) -> str | None:
    """Who a party is to the tax office: its USCC, else its VAT number, else another tax number, else None.

    A USCC may stand among the VAT, the tax or the register numbers: it is all three.
    Of several of one scheme the first in alphabetical order, so that the order in the file does not matter.
    """
    codes, vats, others = [], [], []
    for one in party.identifiers:
        if one.scheme is Scheme.PARTY:
            continue
        compact = _compact(one.text)
        if (code := _uscc(compact)) is not None:
            codes.append(code)
        elif one.scheme is Scheme.VAT and _numeric(compact):
            vats.append(_vat(compact, party.country))
        elif one.scheme is Scheme.TAX and _numeric(compact):
            others.append(compact)
    return next((min(found) for found in (codes, vats, others) if found), None)


def _uscc(compact: str) -> str | None:
    if len(compact) == _USCC_CN:
        compact = compact.removeprefix("CN")
    return compact if len(compact) == _USCC_LENGTH and _USCC.fullmatch(compact) else None


def _compact(text: str) -> str:
    return _NOT_ALNUM.sub("", plain(text))


def _numeric(text: str) -> bool:
    return any(letter.isdigit() for letter in text)


def _visible(text: str) -> str:
    return "".join(letter for letter in text if not _unseen(letter))


@cache
def _unseen(letter: str) -> bool:
    return unicodedata.category(letter).startswith(_UNSEEN)
