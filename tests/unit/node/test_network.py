# SPDX-License-Identifier: Apache-2.0
"""A recorded network is read back exactly or refused, and its folder has one process at a time."""

import json
import os
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from chain.abi.sums import contract_sums
from chain.domain.vocabulary import Address
from chain.node.errors import (
    ArtifactsChanged,
    FolderInUse,
    FolderUnusable,
    NetworkDamaged,
    NetworkVersionUnknown,
)
from chain.node.network import LOCK, RECORD, Folder, Network
from tests.chains import EXPONENT, START

NETWORK = Network(
    demo=True,
    chain_id=2**52 + 1,
    genesis=START,
    ledger=Address("0x" + "1a" * 20),
    module=Address("0x" + "2a" * 20),
    views=Address("0x" + "3a" * 20),
    rulebook=Address("0x" + "4a" * 20),
    currency="CNY",
    exponent=EXPONENT,
    cash=(Address("0x" + "5a" * 20),),
    contracts=contract_sums(),
)


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Folder]:
    with Folder(tmp_path / "data" / ".deeptier") as mine:
        yield mine


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


# ---------------------------------------------------------------- the record


def test_network__nothing_recorded__none(folder: Folder) -> None:
    assert folder.network() is None


def test_record__then_read__the_same_and_for_the_owner_alone(folder: Folder) -> None:
    folder.record(NETWORK)
    assert folder.network() == NETWORK
    assert [mode(path) for path in (folder.path, folder.path / RECORD, folder.path / LOCK)] == [0o700, 0o600, 0o600]
    other = replace(NETWORK, demo=False, chain_id=1)
    folder.record(other)
    assert folder.network() == other
    assert sorted(path.name for path in folder.path.iterdir()) == [LOCK, RECORD]


def test_record__cut_short_before_the_rename__former_record_stands(
    folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder.record(NETWORK)

    def no_room(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as broken:
        broken.setattr(os, "fsync", no_room)
        with pytest.raises(FolderUnusable, match="No space left"):
            folder.record(replace(NETWORK, chain_id=5))
    assert folder.network() == NETWORK
    folder.record(replace(NETWORK, chain_id=5))  # and what was left over is in nobody's way
    assert folder.network() == replace(NETWORK, chain_id=5)


def test_forget__recorded_or_not__nothing_recorded(folder: Folder) -> None:
    folder.record(NETWORK)
    folder.forget()
    folder.forget()
    assert folder.network() is None


def changed(**values: Any) -> bytes:
    """The record with other values; None takes a field out."""
    plain = {"version": 1, **{name: getattr(NETWORK, name) for name in NETWORK.__slots__}, **values}
    return json.dumps({name: value for name, value in plain.items() if value is not None}).encode()


DAMAGED = {
    "empty": b"",
    "half of it": changed()[:200],
    "no JSON": b"\0" * 500,
    "no text": b"\xff\xfe" * 20,
    "a list": b"[]",
    "too deep": b"[" * 100_000,
    "no version": changed(version=None),
    "version as text": changed(version="1"),
    "a field less": changed(ledger=None),
    "a field more": changed(extra=1),
    "demo as number": changed(demo=1),
    "chain id as text": changed(chain_id="7"),
    "chain id below zero": changed(chain_id=-7),
    "genesis out of range": changed(genesis=2**40),
    "address too short": changed(ledger="0x12"),
    "address in capitals": changed(ledger="0x" + "1A" * 20),
    "cash as text": changed(cash="0x" + "5a" * 20),
    "currency in small letters": changed(currency="cny"),
    "sum that is none": changed(contracts={"Rulebook": "12"}),
    "sums as list": changed(contracts=[]),
}


@pytest.mark.parametrize("octets", DAMAGED.values(), ids=DAMAGED)
def test_network__damaged__refused_with_its_path_and_left_alone(folder: Folder, octets: bytes) -> None:
    path = folder.path / RECORD
    path.write_bytes(octets)
    with pytest.raises(NetworkDamaged) as raised:
        folder.network()
    assert raised.value.arguments["path"] == str(path)
    assert "--fresh" in raised.value.next_step("en")
    assert path.read_bytes() == octets


def test_network__undamaged_record_of_this_file__is_read(folder: Folder) -> None:
    (folder.path / RECORD).write_bytes(changed())
    assert folder.network() == NETWORK


def test_network__of_a_later_version__refused(folder: Folder) -> None:
    (folder.path / RECORD).write_bytes(changed(version=2, something="new"))
    with pytest.raises(NetworkVersionUnknown, match="version 2"):
        folder.network()


# ---------------------------------------------------------------- the artifacts


def test_check__same_artifacts__passes() -> None:
    NETWORK.check()


@pytest.mark.parametrize(
    "contract", ["LedgerModule", "LedgerViews", "ReceivableLedger", "Rulebook", "TokenizedDeposit"]
)
def test_check__another_artifact__refused_with_the_contracts_name(contract: str) -> None:
    made = replace(NETWORK, contracts=contract_sums() | {contract: "0" * 64})
    with pytest.raises(ArtifactsChanged) as raised:
        made.check()
    assert raised.value.arguments["contract"] == contract
    assert raised.value.arguments["recorded"] == "0" * 64
    for text in (raised.value.next_step("zh"), raised.value.next_step("en")):
        assert "--fresh" in text


def test_check__a_contract_more_or_less__refused() -> None:
    for sums in (contract_sums() | {"Another": "0" * 64}, {}):
        with pytest.raises(ArtifactsChanged):
            replace(NETWORK, contracts=sums).check()


# ---------------------------------------------------------------- one process at a time

HOLDER = """
import sys, time
from pathlib import Path
from chain.node.network import Folder
with Folder(Path(sys.argv[1])):
    print("mine", flush=True)
    time.sleep(60)
"""


@pytest.fixture
def holder(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process that holds the folder."""
    command = [sys.executable, "-c", HOLDER, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "mine\n"
        yield other
        other.kill()


def test_folder__held_by_another_process__refused_with_its_number(
    tmp_path: Path, holder: subprocess.Popen[str]
) -> None:
    with pytest.raises(FolderInUse) as raised, Folder(tmp_path):
        pass
    assert raised.value.arguments["pid"] == str(holder.pid)


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT])
def test_folder__whose_holder_was_ended__is_free(
    tmp_path: Path, holder: subprocess.Popen[str], how: signal.Signals
) -> None:
    holder.send_signal(how)
    holder.wait()
    with Folder(tmp_path) as mine:
        assert (mine.path / LOCK).read_text() == str(os.getpid())


def test_folder__twice_in_one_process__refused(folder: Folder) -> None:
    with pytest.raises(FolderInUse), Folder(folder.path):
        pass
    folder.record(NETWORK)  # still ours


def test_folder__given_back__another_may_have_it(tmp_path: Path) -> None:
    for _ in range(2):
        with Folder(tmp_path):
            pass
    assert (tmp_path / LOCK).read_text() == ""


def test_folder__left_by_one_with_a_longer_number__tells_ours_alone(tmp_path: Path) -> None:
    (tmp_path / LOCK).write_text("12345678901")
    with Folder(tmp_path):
        assert (tmp_path / LOCK).read_text() == str(os.getpid())


def test_folder__open_to_others__closed_to_them(tmp_path: Path) -> None:
    tmp_path.chmod(0o777)
    with Folder(tmp_path):
        assert mode(tmp_path) == 0o700


def test_folder__where_a_file_stands__unusable(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("")
    with pytest.raises(FolderUnusable), Folder(tmp_path / "taken"):
        pass
