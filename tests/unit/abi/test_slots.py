# SPDX-License-Identifier: Apache-2.0
"""All of storage is what the model's rows say, slot for slot in both directions, after every operation (L10)."""

from typing import Any

import pytest
from eth_abi.abi import encode as abi_encode
from eth_utils.crypto import keccak

from chain.abi import slots
from chain.abi.calls import functions
from chain.abi.errors import NumberDoesNotFit
from chain.abi.events import TOKEN_EVENTS
from chain.abi.records import Word, unpack, unpack_obligation
from chain.abi.schema import entries
from chain.abi.slots import Slot, expected_storage
from chain.domain.vocabulary import (
    Address,
    Claim,
    ClaimId,
    Hash,
    ObligationId,
    OfficerId,
    Participant,
    ParticipantId,
    Rail,
    RailId,
)
from chain.node.chain import Deployed
from tests.chains import CURRENCY, evm_chain
from tests.evm import EvmChain
from tests.unit.abi import story
from tests.unit.abi.story import OBLIGOR, Story

OBLIGATION = ObligationId(ParticipantId(7), 5)
PACKED = 7 << 32 | 5
ADDRESS = Address("0x" + "a1" * 20)
FINGERPRINT = Hash(b"\xf1" * 32)


def entry(mapping: int, kind: str, key: Any) -> int:
    return int.from_bytes(keccak(abi_encode([kind, "uint256"], [key, mapping])), "big")


@pytest.mark.parametrize(
    ("slot", "stated"),
    [
        (slots.claim(OBLIGATION.claim(3)), entry(0, "uint256", PACKED << 24 | 3)),
        (slots.obligation(OBLIGATION), entry(1, "uint256", PACKED)),
        (slots.step(OBLIGATION, 64), entry(2, "uint256", PACKED << 8 | 64)),
        (slots.participant(ParticipantId(7)), entry(3, "uint256", 7)),
        (slots.account(ADDRESS), entry(4, "address", ADDRESS)),
        (slots.officer(ParticipantId(7), OfficerId(2)), entry(5, "uint256", 7 << 16 | 2)),
        (slots.rail(RailId(9)), entry(6, "uint256", 9)),
        (
            slots.invoice(ParticipantId(7), FINGERPRINT),
            entry(7, "bytes32", keccak(abi_encode(["uint256", "bytes32"], [7, FINGERPRINT]))),
        ),
        (
            slots.invoice_record(ParticipantId(7), FINGERPRINT),
            entry(8, "bytes32", keccak(abi_encode(["uint256", "bytes32"], [7, FINGERPRINT]))),
        ),
        (slots.auto_accept(ParticipantId(7), ParticipantId(8)), entry(9, "uint256", 7 << 32 | 8)),
        (
            slots.receipt(ParticipantId(7), FINGERPRINT),
            entry(10, "bytes32", keccak(abi_encode(["uint256", "bytes32"], [7, FINGERPRINT]))),
        ),
        (slots.change(FINGERPRINT), entry(11, "bytes32", FINGERPRINT)),
        (slots.rules(3), entry(1, "uint256", 3)),
    ],
)
def test_slot__of_every_mapping__is_the_hash_of_key_and_place(slot: Slot, stated: int) -> None:
    assert slot == stated


def test_slot__of_a_number_too_large__refused() -> None:
    with pytest.raises(NumberDoesNotFit):
        slots.step(OBLIGATION, 256)
    with pytest.raises(NumberDoesNotFit):
        slots.participant(ParticipantId(2**32))


def all_storage(told: Story, chain: EvmChain) -> dict[tuple[Address, Slot], Word]:
    contracts = [told.ledger.ledger, *told.rulebooks]
    return {(contract, slot): word for contract in contracts for slot, word in chain.storage(contract).items()}


def stored(ledger: Deployed, first: Slot, words: int) -> list[Word]:
    return [ledger.chain.word(ledger.ledger, Slot(first + place)) for place in range(words)]


@pytest.fixture(scope="module")
def told() -> Story:
    """The whole story, compared after every step."""
    chain = evm_chain()

    def compare(told: Story) -> None:
        assert all_storage(told, chain) == expected_storage(told.rows, told.ledger.ledger, CURRENCY, told.rulebooks)

    return story.tell(chain, compare)


def test_storage__after_every_operation_of_every_kind__is_the_models(told: Story) -> None:
    own = {entry["name"] for entry in entries("IReceivableLedger", "event")} - set(TOKEN_EVENTS)
    assert {*(kind.__name__ for kind in functions()), *own, "RulesPublished"} == told.happened


def test_storage__one_row_of_the_model_changed__differs(told: Story) -> None:
    rows = told.rows.copy()
    del rows.claims[ClaimId(OBLIGOR, 1, 2)]
    right = expected_storage(told.rows, told.ledger.ledger, CURRENCY, told.rulebooks)
    wrong = expected_storage(rows, told.ledger.ledger, CURRENCY, told.rulebooks)
    place = (told.ledger.ledger, slots.claim(ClaimId(OBLIGOR, 1, 2)))
    assert {key for key in right if right.get(key) != wrong.get(key)} == {place}


def test_unpack__words_of_the_chain__are_the_models_rows(told: Story) -> None:
    ledger, rows = told.ledger, told.rows
    for name, claim in rows.claims.items():
        assert unpack(Claim, stored(ledger, slots.claim(name), 1)) == claim
    for who, participant in rows.participants.items():
        assert unpack(Participant, stored(ledger, slots.participant(who), 3)) == participant
    for number, rail in rows.rails.items():
        assert unpack(Rail, stored(ledger, slots.rail(number), 2)) == rail
    for promise, row in rows.obligations.items():
        assert unpack_obligation(stored(ledger, slots.obligation(promise), 2), row.terms, row.invoices) == row
