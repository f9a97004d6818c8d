# SPDX-License-Identifier: Apache-2.0
"""A policy is read strictly or not at all; and each operation's places and amount are known to it."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chain.abi.schema import STRUCTS
from chain.domain import commands as c
from chain.domain.vocabulary import Right
from chain.signing import parts
from chain.signing.errors import FileExposed, FileUnusable, PolicyMalformed
from chain.signing.parts import AMOUNTLESS, OPERATIONS, amount, places
from chain.signing.policy import load
from tests.unit.abi.values import few, struct
from tests.unit.signing.office import CHECKER, COLLEAGUE, DAY, DOMAIN, MAKER, POLICY, SPARE, promise, write_private


def read(tmp_path: Path, text: str) -> Any:
    return load(write_private(tmp_path / "policy.toml", text))


def test_load__the_offices__says_what_it_says(tmp_path: Path) -> None:
    policy = read(tmp_path, POLICY)
    assert policy.longest == 3600
    assert policy.ledgers == {DOMAIN}
    grant = policy.accounts[MAKER.address]
    assert (grant.officer.participant, grant.officer.officer, grant.officer.day) == (10, 1, DAY)
    assert grant.rights == Right.MAKER
    assert grant.operations[c.Issue] == 400_000
    assert grant.operations[c.Accept] is None
    assert c.Transfer not in grant.operations
    assert policy.accounts[SPARE.address].officer is grant.officer
    assert policy.accounts[CHECKER.address].officer.day is None
    assert policy.accounts[COLLEAGUE.address].operations == {}


SPOILED = {
    "no toml": ("version = 1", "version"),
    "no version": ("version = 1\n", ""),
    "version 2": ("version = 1", "version = 2"),
    "version true": ("version = 1", "version = true"),
    "a word too many": ("version = 1", "version = 1\nextra = 1"),
    "longest negative": ("longest = 3600", "longest = -1"),
    "longest text": ("longest = 3600", 'longest = "3600"'),
    "longest float": ("longest = 3600", "longest = 3600.0"),
    "chain id text": ("chain_id = 31337", 'chain_id = "31337"'),
    "chain id too large": ("chain_id = 31337", f"chain_id = {2**256}"),
    "ledger in capitals": ("0x" + "d7" * 20, "0x" + "D7" * 20),
    "ledger of nobody": ("0x" + "d7" * 20, "0x" + "00" * 20),
    "participant 0": ("participant = 10\nofficer = 1", "participant = 0\nofficer = 1"),
    "officer 0": ("participant = 10\nofficer = 1", "participant = 10\nofficer = 0"),
    "officer 2^16": ("participant = 10\nofficer = 1", f"participant = 10\nofficer = {2**16}"),
    "officer twice": ("participant = 10\nofficer = 2", "participant = 10\nofficer = 1"),
    "account twice": (CHECKER.address, MAKER.address),
    "day negative": (f"day = {DAY}", "day = -1"),
    "day in another word": (f"day = {DAY}", 'day = "all"'),
    "day left out": (f"day = {DAY}\n", ""),
    "no right": ('["maker"]', "[]"),
    "right unknown": ('["maker"]', '["boss"]'),
    "right twice": ('["maker"]', '["maker", "maker"]'),
    "right a number": ('["maker"]', "[1]"),
    "rights a word": ('["maker"]', '"maker"'),
    "operation unknown": ("Split = 300_000", "Spilt = 300_000"),
    "operation without signer": ("Split = 300_000", 'Redeem = "any"'),
    "operation in another case": ("Split = 300_000", "split = 300_000"),
    "amount float": ("Split = 300_000", "Split = 300_000.0"),
    "amount true": ("Split = 300_000", "Split = true"),
    "amount negative": ("Split = 300_000", "Split = -1"),
    "amount where there is none": ('Accept = "any"', "Accept = 5"),
    "bound on a transfer": ("Split = 300_000", "Transfer = 300_000"),
    "operation twice": ("Split = 300_000", "Split = 300_000\nSplit = 1"),
    "operations a list": ("operations = {}", "operations = []"),
    "officers a table": ("[[officers]]\nparticipant = 10\nofficer = 1", "[officers]\nparticipant = 10\nofficer = 1"),
}


@pytest.mark.parametrize(("good", "bad"), SPOILED.values(), ids=SPOILED)
def test_load__one_thing_wrong__refused(tmp_path: Path, good: str, bad: str) -> None:
    assert good in POLICY
    with pytest.raises(PolicyMalformed):
        read(tmp_path, POLICY.replace(good, bad, 1))


@few
@given(st.binary(max_size=300))
def test_load__any_bytes__refused_by_name(tmp_path_factory: pytest.TempPathFactory, octets: bytes) -> None:
    path = write_private(tmp_path_factory.mktemp("p") / "policy.toml", "")
    path.write_bytes(octets)
    with pytest.raises(PolicyMalformed):
        load(path)


def test_load__missing_or_open_to_others__refused(tmp_path: Path) -> None:
    with pytest.raises(FileUnusable):
        load(tmp_path / "policy.toml")
    path = write_private(tmp_path / "policy.toml", POLICY)
    path.chmod(0o644)
    with pytest.raises(FileExposed):
        load(path)


# ---------------------------------------------------------------- the table of operations


def test_places__of_every_operation__are_all_its_addresses_that_sign() -> None:
    """Whatever field of a message is an account that signs it stands in the table, and nothing else."""
    signing = {"signer", "second", "registrar", "checker", "bank_signer", "account"}
    for name, kind in OPERATIONS.items():
        addresses = {part.attribute for part in STRUCTS[name] if part.type == "address"}
        expected = addresses & signing - ({"account"} if kind is c.RevokeAccount else set())
        told = parts._PLACES.get(kind, (parts._SIGNER,))
        assert {place.field for place in told} == expected, name
        assert {place.owner for place in told} - {None} <= {part.attribute for part in STRUCTS[name]}


@pytest.mark.parametrize("name", sorted(OPERATIONS))
@few
@given(data=st.data())
def test_amount__any_message__whole_and_zero_only_where_none_is_stated(name: str, data: st.DataObject) -> None:
    message = data.draw(struct(name))
    assert type(amount(message)) is int
    if type(message) in AMOUNTLESS:
        assert amount(message) == 0
    assert places(message)


def test_amount__of_each_operation_that_states_one__is_the_one_that_counts() -> None:
    quote = c.Quote(20, (1, 1, 1), 1, 900, 850, 0, 1, 0, 90, 1, "", 0)  # type: ignore[arg-type]
    assert amount(quote) == 850
    assert amount(c.Discount(10, quote, "", 0)) == 900  # type: ignore[arg-type]
    assert amount(c.IssueMany(10, (promise(3), promise(4)), "", "", 0)) == 7  # type: ignore[arg-type]
    assert amount(c.SplitMany(10, (1, 1, 1), 1, (c.Piece(1, 5), c.Piece(2, 6)), "", 0)) == 11  # type: ignore[arg-type]
    counted = {c.Issue, c.IssueMany, c.Split, c.SplitMany, c.Lien, c.Quote, c.Discount, c.Fund, c.FundByReceipt}
    assert set(OPERATIONS.values()) - AMOUNTLESS == counted
