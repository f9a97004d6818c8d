# SPDX-License-Identifier: Apache-2.0
"""Where each row stands in storage, and all of storage as it must be for a state of the model (invariant L10).

A mapping's entry stands at keccak256(key, slot of the mapping), 32 bytes each; further words of a record follow it
(Solidity, "Layout of State Variables in Storage"). The mappings and their keys are LedgerStorage's and Rulebook's.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any, NewType

from chain.abi.bounds import address, fixed_bytes, number
from chain.abi.ids import pack_claim, pack_obligation
from chain.abi.keccak import keccak
from chain.abi.records import SECOND_NAME, Configuration, Word, pack
from chain.domain.rules.rows import Rows
from chain.domain.vocabulary import Address, ClaimId, Hash, ObligationId, OfficerId, ParticipantId, RailId

Slot = NewType("Slot", int)
"""A storage slot's number, 256 bits."""

CONFIGURATION = Slot(12)
LATEST_RULES = Slot(0)
"""In a Rulebook: its latest version."""

_ZERO = Word(bytes(32))


def claim(name: ClaimId) -> Slot:
    """Of a Claim. Raises NumberDoesNotFit, as all below that take numbers."""
    return _entry(0, _word(pack_claim(name)))


def obligation(name: ObligationId) -> Slot:
    """Of an Obligation: two words."""
    return _entry(1, _word(pack_obligation(name)))


def step(name: ObligationId, n: int) -> Slot:
    """Of an obligation's Step, counted from 1."""
    return _entry(2, _word(pack_obligation(name) << 8 | number("n", n, 8)))


def participant(name: ParticipantId) -> Slot:
    """Of a Participant: three words."""
    return _entry(3, _participant(name))


def account(key: Address) -> Slot:
    """Of an Account. Raises BytesDoNotFit."""
    return _entry(4, bytes(12) + address("account", key))


def officer(name: ParticipantId, person: OfficerId) -> Slot:
    """Of an Officer of a participant."""
    return _entry(5, _word(number("participant", name, 32) << 16 | number("officer", person, 16)))


def rail(name: RailId) -> Slot:
    """Of a Rail: two words."""
    return _entry(6, _word(number("rail", name, 8)))


def invoice(obligor: ParticipantId, fingerprint: Hash) -> Slot:
    """Of an Invoice under its first name; of SECOND_NAME under a later one. Raises BytesDoNotFit."""
    return _entry(7, invoice_key(obligor, fingerprint))


def invoice_record(obligor: ParticipantId, fingerprint: Hash) -> Slot:
    """Under an invoice's later name: of the key of its first one. Raises BytesDoNotFit."""
    return _entry(8, invoice_key(obligor, fingerprint))


def auto_accept(assignee: ParticipantId, counterparty: ParticipantId) -> Slot:
    """Of an AutoAccept."""
    return _entry(9, _word(number("assignee", assignee, 32) << 32 | number("counterparty", counterparty, 32)))


def receipt(bank: ParticipantId, reference: Hash) -> Slot:
    """Of the packed name of the obligation that a bank's receipt counted for. Raises BytesDoNotFit."""
    return _entry(10, keccak(_participant(bank) + fixed_bytes("receipt", reference, 32)))


def change(name: Hash) -> Slot:
    """Of a Change. Raises BytesDoNotFit."""
    return _entry(11, fixed_bytes("change", name, 32))


def cash_owner(cash: Address) -> Slot:
    """Of the participant that a cash address belongs to. Raises BytesDoNotFit."""
    return _entry(13, bytes(12) + address("cash", cash))


def rules(version: int) -> Slot:
    """In a Rulebook: of a version's Rules."""
    return _entry(1, _word(number("version", version, 16)))


def invoice_key(obligor: ParticipantId, fingerprint: Hash) -> Hash:
    """What the ledger knows an invoice by: the hash of obligor and fingerprint. Raises BytesDoNotFit."""
    return keccak(_participant(obligor) + fixed_bytes("fingerprint", fingerprint, 32))


def expected_storage(
    rows: Rows, ledger: Address, currency: bytes, rulebooks: Mapping[Address, Collection[int]] | None = None
) -> dict[tuple[Address, Slot], Word]:
    """Every slot that is not zero of the ledger and its Rulebooks, for a state of the model.

    `currency`: its 3 letters, which no row has. `rulebooks`: which versions stand in which contract, when there is more
    than the one in use. Raises NumberDoesNotFit, BytesDoNotFit.
    """
    found = {(ledger, slot): word for slot, word in _ledger_storage(rows, currency) if word != _ZERO}
    for contract, versions in (rulebooks or {rows.rulebook: list(rows.rules)}).items():
        found[contract, LATEST_RULES] = Word(_word(max(versions)))
        for version in versions:
            (found[contract, rules(version)],) = pack(rows.rules[version])
    return found


def _ledger_storage(rows: Rows, currency: bytes) -> Iterator[tuple[Slot, Word]]:
    yield from _words(CONFIGURATION, Configuration(rows.rulebook, currency, rows.exponent))
    tables: list[tuple[Callable[[Any], Slot], Mapping[Any, Any]]] = [
        (claim, rows.claims),
        (obligation, rows.obligations),
        (lambda key: step(*key), rows.steps),
        (participant, rows.participants),
        (account, rows.accounts),
        (lambda key: officer(*key), rows.officers),
        (rail, rows.rails),
        (lambda key: invoice(*key), rows.invoices),
        (lambda key: auto_accept(*key), rows.auto_accepts),
        (change, rows.changes),
    ]
    for slot_of, table in tables:
        for key, row in table.items():
            yield from _words(slot_of(key), row)
    for later, first in rows.aliases.items():
        yield invoice(*later), SECOND_NAME
        yield invoice_record(*later), Word(invoice_key(*first))
    for cash, owner in rows.cash_owners.items():
        yield cash_owner(cash), Word(_participant(owner))
    for (bank, reference), name in rows.receipts.items():
        yield receipt(bank, reference), Word(_word(pack_obligation(name)))


def _words(first: Slot, row: Any) -> Iterator[tuple[Slot, Word]]:
    for place, word in enumerate(pack(row)):
        yield Slot(first + place), word


def _entry(mapping: int, key: bytes) -> Slot:
    return Slot(int.from_bytes(keccak(key + _word(mapping)), "big"))


def _participant(name: ParticipantId) -> bytes:
    return _word(number("participant", name, 32))


def _word(value: int) -> bytes:
    return value.to_bytes(32, "big")
