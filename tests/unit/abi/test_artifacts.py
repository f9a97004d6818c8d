# SPDX-License-Identifier: Apache-2.0
"""Artifacts are read whole or not at all."""

import hashlib
import json
import typing

import pytest

from chain.abi import build
from chain.abi.artifacts import Contract, artifact, read
from chain.abi.errors import ArtifactDamaged


@pytest.mark.parametrize("name", typing.get_args(Contract))
def test_artifact__of_every_contract__has_the_code_that_it_states(name: Contract) -> None:
    found = artifact(name)
    assert found.name == name
    assert found.abi
    assert hashlib.sha256(found.creation).hexdigest() == found.sha256
    assert bool(found.creation) == (name != "IReceivableLedger")


def test_contracts__that_can_be_read__are_those_that_are_built() -> None:
    assert typing.get_args(Contract) == build.CONTRACTS


def test_read__one_byte_of_the_code_changed__names_both_hashes() -> None:
    stored = json.loads((build.ARTIFACTS / "Rulebook.json").read_text("utf-8"))
    code = stored["bytecode"][:-2] + ("00" if stored["bytecode"][-2:] != "00" else "01")
    with pytest.raises(ArtifactDamaged) as raised:
        read("Rulebook", json.dumps(stored | {"bytecode": code}))
    changed = hashlib.sha256(bytes.fromhex(code[2:])).hexdigest()
    assert raised.value == ArtifactDamaged(contract="Rulebook", stated=stored["sha256"], found=changed)


def test_read__hash_changed_with_the_code_left__refused() -> None:
    stored = json.loads((build.ARTIFACTS / "Rulebook.json").read_text("utf-8"))
    with pytest.raises(ArtifactDamaged):
        read("Rulebook", json.dumps(stored | {"sha256": "0" * 64}))
