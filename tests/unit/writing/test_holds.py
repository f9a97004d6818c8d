# SPDX-License-Identifier: Apache-2.0
"""What is held while a message is under way follows its replay key; places follow the contract's signatures."""

from dataclasses import replace

import pytest

from api.writing.holds import holds
from api.writing.slots import slots
from chain.abi.calls import functions
from chain.domain import commands as c
from tests.unit.writing.messages import CLAIM, KINDS, OBLIGATION, claim, made

REPLAY = {  # what IReceivableLedger says each may be executed once of; the claim's and the obligation's are in the rest
    c.RegisterParticipant: "participant 31",
    c.AddAccount: "participant 10",
    c.RevokeAccount: "participant 10",
    c.SetThreshold: "participant 10",
    c.SetCash: "participant 10",
    c.SetStanding: "participant 31",
    c.SetAutoAccept: "participant 10",
    c.RaiseQuoteEpoch: "participant 10",
    c.SetRulebook: "participant 10",
    c.Pause: "participant 10",
    c.Unpause: "participant 10",
    c.CancelChange: "participant 10",
    c.AddRail: "rail 6",
    c.PublishRules: "rules",
    c.RegisterInvoices: f"invoice {'01' * 8}",
}
OBLIGATIONS = (c.Issue, c.IssueMany, c.Decline, c.Revoke, c.Expire, c.Fund, c.FundByReceipt, c.MarkOverdue)
CLAIMS = (c.Accept, c.Transfer, c.Split, c.SplitMany, c.Cut, c.Lien, c.Release, c.Discount, c.Redeem)


def test_kinds__of_all_messages__are_told_of_here() -> None:
    assert {*REPLAY, *OBLIGATIONS, *CLAIMS} == set(KINDS)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_holds__of_every_message__is_what_its_replay_key_is_a_version_of(kind: type) -> None:
    subjects = holds(made(kind))
    wanted = REPLAY.get(kind) or (f"claim {CLAIM}" if kind in CLAIMS else f"obligation {OBLIGATION}")
    assert subjects[0] == wanted
    assert len(set(subjects)) == len(subjects)


def test_holds__of_many__names_each() -> None:
    assert holds(made(c.IssueMany)) == ("obligation 10-7", "obligation 10-8")
    entries = tuple(c.InvoiceEntry(bytes([place]) * 32, 1, bytes(32)) for place in range(3))  # type: ignore[arg-type]
    assert len(set(holds(made(c.RegisterInvoices, entries=entries)))) == 3


def test_holds__of_two_things__have_nothing_in_common() -> None:
    assert set(holds(made(c.Cut))) & set(holds(made(c.Cut, claim=claim(4)))) == set()
    assert set(holds(made(c.Cut, claim=claim(4)))) == set(holds(made(c.Transfer, claim=claim(4))))
    other = replace(made(c.Discount).quote, claim=claim(4))
    assert holds(made(c.Discount, quote=other)) == (f"claim {claim(4)}",)


SIGNED = [kind for kind in KINDS if kind not in (c.Expire, c.Redeem, c.MarkOverdue, c.Discount)]
"""A discount's second signature is under the quote, which is no place of a proposal."""


@pytest.mark.parametrize("kind", SIGNED, ids=lambda kind: kind.__name__)
def test_slots__of_every_message__are_the_contracts_signatures_in_its_order(kind: type[c.Message]) -> None:
    names = [part.name for part in functions()[kind].parts]
    found = slots(made(kind))
    if "signatures" in names:  # GOVERN counts them by place: IRegistry
        fields = [name for name in ("registrar", "signer", "second") if name in kind.__dataclass_fields__]
        assert list(found) == [*fields, *(("account",) if kind is c.AddAccount else ())]
        return
    signatures = [name.removesuffix("ignature").rstrip("sS") for name in names if name.lower().endswith("signature")]
    named = {"": "signer", "bank": "bank_signer"}
    assert list(found) == [named.get(name, name) for name in signatures]
    assert all(name in kind.__dataclass_fields__ for name in found)
