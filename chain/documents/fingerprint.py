# SPDX-License-Identifier: Apache-2.0
"""The fingerprint of an invoice, 发票指纹: equal for the same invoice in any format, and telling nothing about it.

    HMAC-SHA256(key, fields), each field as 4 bytes of length (big-endian) and its UTF-8:
    1  version of this rule          "1"
    2  the seller                    its tax number (see identifiers.tax_number), else its folded name: then it is weak
    3  number of the invoice         plain spelling
    4  issue date                    YYYY-MM-DD
    5  type                          UNTDID 1001, plain spelling

Never the amount: whoever alters it must not get a fresh fingerprint. The key keeps outsiders from trying out all the
invoices there could be. After a rotation every fingerprint comes with those under the older keys, and is registered
with them, so an invoice that was registered before is still recognised (`Fingerprint.older`).
"""

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass

from chain.documents.errors import InvoiceUnidentified
from chain.documents.identifiers import folded, plain, tax_number
from chain.documents.invoice import Invoice
from chain.documents.keys import FingerprintKey
from chain.domain.vocabulary import Hash

VERSION = "1"


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """What an invoice is recognised by, under the newest key; `older` is the same under each older key, newest first.

    A `weak` one rests on the seller's name: two companies of one name share it, and a tax number added later gives
    the invoice another one. Somebody should look at it.
    """

    value: Hash
    weak: bool
    key: int  # number of the key
    older: tuple[Hash, ...] = ()


def fingerprint(invoice: Invoice, keys: Sequence[FingerprintKey]) -> Fingerprint:
    """The fingerprint under these keys, of which the last is the newest. Raises InvoiceUnidentified."""
    fields, weak = identity(invoice)
    message = b"".join(len(octets).to_bytes(4, "big") + octets for octets in (text.encode() for text in fields))
    newest, *older = [Hash(hmac.digest(key.secret, message, hashlib.sha256)) for key in reversed(keys)]
    return Fingerprint(newest, weak, keys[-1].number, tuple(older))


def identity(invoice: Invoice) -> tuple[tuple[str, ...], bool]:
    """The five fields, and whether the seller is known by name alone. Raises InvoiceUnidentified."""
    tax, name = tax_number(invoice.seller), folded(invoice.seller.name or "")
    number, kind = plain(invoice.number or ""), plain(invoice.type or "")
    issue = "" if invoice.issue is None else invoice.issue.isoformat()
    seller = name if tax is None else tax
    needed = {"seller": seller, "number": number, "issue date": issue, "type": kind}
    if missing := [field for field, text in needed.items() if not text]:
        raise InvoiceUnidentified(missing=", ".join(missing))
    return (VERSION, seller, number, issue, kind), tax is None
