# SPDX-License-Identifier: Apache-2.0
"""The fingerprint: by the rule and the committed vectors, the same for the same invoice, another for any other."""

import hashlib
import hmac
import json
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from chain.documents import demo
from chain.documents.errors import InvoiceUnidentified
from chain.documents.fingerprint import fingerprint, identity
from chain.documents.invoice import Identifier, Party, Scheme, amount
from chain.documents.keys import FingerprintKey
from chain.documents.reader import read_xml
from tests.unit.documents.making import GOOD, KEY, SELLER, invoice

VECTORS = json.loads(Path(__file__).with_name("fingerprints.json").read_text("utf-8"))


def of_vector(vector: dict[str, Any]) -> Any:
    said = vector["invoice"]
    identifiers = tuple(Identifier(Scheme(one["scheme"]), one["text"]) for one in said["identifiers"])
    seller = Party(said["seller"], said["country"], identifiers)
    return invoice(number=said["number"], type=said["type"], issue=date.fromisoformat(said["issue"]), seller=seller)


@pytest.mark.parametrize("vector", VECTORS["vectors"], ids=lambda vector: vector["name"])
def test_golden_vector__fields_message_and_fingerprint(vector: dict[str, Any]) -> None:
    fields, weak = identity(of_vector(vector))
    assert (list(fields), weak) == (vector["fields"], vector["weak"])
    found = fingerprint(of_vector(vector), [FingerprintKey(1, bytes.fromhex(VECTORS["key"]))])
    assert found.value.hex() == vector["fingerprint"]


@pytest.mark.parametrize("vector", VECTORS["vectors"], ids=lambda vector: vector["name"])
def test_golden_vector__is_the_rule_spelled_out(vector: dict[str, Any]) -> None:
    message = bytearray()
    for field in vector["fields"]:
        octets = field.encode("utf-8")
        message += bytes([0, 0, len(octets) // 256, len(octets) % 256]) + octets
    assert message.hex() == vector["message"]
    key = bytes.fromhex(VECTORS["key"])
    assert hmac.new(key, message, hashlib.sha256).hexdigest() == vector["fingerprint"]


def test_demo_twins__two_formats__one_fingerprint() -> None:
    first, second = (fingerprint(read_xml(demo.octets(name)), [KEY]) for name in demo.TWINS)
    assert first == second
    assert not first.weak


def test_demo_invoices__apart_from_the_twins__all_different() -> None:
    assert len({fingerprint(read_xml(demo.octets(name)), [KEY]).value for name in demo.NAMES}) == len(demo.NAMES) - 1


@pytest.mark.parametrize(
    "changes",
    [
        {"number": "2026-0303"},
        {"type": "384"},
        {"issue": date(2026, 3, 2)},
        {"seller": replace(SELLER, identifiers=(Identifier(Scheme.VAT, "91990000MA0RF00313"),))},
        {"seller": Party("Hengzuo Seats", "CN")},
    ],
)
def test_fingerprint__any_identifying_field__changes_it(changes: dict[str, Any]) -> None:
    assert fingerprint(invoice(**changes), [KEY]).value != fingerprint(GOOD, [KEY]).value


@pytest.mark.parametrize(
    "changes",
    [
        {"gross": amount("1.00", "CNY"), "payable": amount("2.00", "CNY"), "prepaid": amount("3.00", "CNY")},
        {"currency": "USD"},
        {"due": None},
        {"buyer": Party("another")},
        {"syntax": "CII", "sha256": b"x" * 32, "lines": 9},
        {"number": " ２０２６-0302\u200b"},
        {"seller": replace(SELLER, name="恒座椅业")},
        {"seller": replace(SELLER, identifiers=(Identifier(Scheme.LEGAL, "CN 91990000ma0ht0021j"),))},
    ],
)
def test_fingerprint__amount_currency_format_and_spelling__do_not_matter(changes: dict[str, Any]) -> None:
    assert fingerprint(invoice(**changes), [KEY]) == fingerprint(GOOD, [KEY])


def test_length_prefixes__moved_boundary__another_fingerprint() -> None:
    one, other = invoice(number="12", type="3"), invoice(number="1", type="23")
    assert fingerprint(one, [KEY]).value != fingerprint(other, [KEY]).value


def test_name_alone__weak() -> None:
    assert fingerprint(invoice(seller=Party("A")), [KEY]).weak


@pytest.mark.parametrize(
    ("changes", "missing"),
    [
        ({"number": None}, "number"),
        ({"number": "\u200b "}, "number"),
        ({"issue": None}, "issue date"),
        ({"type": None}, "type"),
        ({"seller": Party()}, "seller"),
        ({"seller": Party(identifiers=(Identifier(Scheme.PARTY, "7"),))}, "seller"),
        ({"seller": Party(), "number": None}, "seller, number"),
    ],
)
def test_fingerprint__something_missing__unidentified(changes: dict[str, Any], missing: str) -> None:
    with pytest.raises(InvoiceUnidentified) as caught:
        fingerprint(invoice(**changes), [KEY])
    assert caught.value.arguments["missing"] == missing


def test_rotation__newest_key_counts_and_every_older_one_is_checkable() -> None:
    keys = [KEY, FingerprintKey(2, b"b" * 32), FingerprintKey(3, b"c" * 32)]
    found = fingerprint(GOOD, keys)
    alone = [fingerprint(GOOD, [key]).value for key in keys]
    assert (found.value, found.key) == (alone[2], 3)
    assert found.older == (alone[1], alone[0])
