# SPDX-License-Identifier: Apache-2.0
"""Keys that the signer process holds from its start: with no officer there, only the policy stands before them."""

import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from chain.signing import unlocked
from chain.signing.client import SignerClient
from chain.signing.errors import AccountKeyMissing, FileExposed, SignerUnreachable, UnlockedMalformed
from chain.signing.refusals import AccountLocked, AccountUnlisted, AmountAboveMessageLimit, OperationNotGranted
from tests.unit.signing.office import (
    CHECKER,
    DOMAIN,
    MAKER,
    PASSWORD,
    SPARE,
    Process,
    add_account,
    furnish,
    issue,
    set_cash,
    soon,
    split,
    write_private,
)
from tests.unit.signing.office import FIRST as STRANGER

ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141  # of the curve: from there on, no key
SECRET = CHECKER.private.secret.hex()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A signer's folder where only SPARE has a key file."""
    return furnish(tmp_path / "signer", keys=(SPARE,))


@pytest.fixture
def start(folder: Path) -> Iterator[Callable[[], Process]]:
    """Starts the signer process with MAKER's and CHECKER's keys unlocked, as often as it is called."""
    begun: list[Process] = []
    unlocked.keep(folder / unlocked.FILE, (MAKER, CHECKER))

    def begin() -> Process:
        begun.append(Process(folder, "--unlocked", str(folder / unlocked.FILE)))
        return begun[-1]

    yield begin
    for process in begun:
        process.stop(9)


def test_unlocked__from_the_start__signs_what_the_policy_grants_and_nothing_else(start: Callable[[], Process]) -> None:
    with start().client() as client:
        found = {MAKER.address: True, CHECKER.address: True, SPARE.address: False}
        assert client.accounts() == found
        assert list(client.accounts()) == sorted(found)
        message = soon(issue())
        assert client.sign(MAKER.address, message, DOMAIN) == MAKER.sign(message, DOMAIN)
        assert client.sign(CHECKER.address, message, DOMAIN) == CHECKER.sign(message, DOMAIN)
        with pytest.raises(AmountAboveMessageLimit):
            client.sign(MAKER.address, soon(split(300_001)), DOMAIN)
        with pytest.raises(OperationNotGranted):
            client.sign(CHECKER.address, soon(add_account(second=CHECKER.address)), DOMAIN)
        with pytest.raises(AccountLocked):
            client.sign(SPARE.address, soon(issue(signer=SPARE.address)), DOMAIN)
        client.unlock(SPARE.address, PASSWORD)
        assert all(client.accounts().values())


def test_unlocked__killed_and_started_anew__is_so_again_and_locking_holds_until_then(
    start: Callable[[], Process],
) -> None:
    process = start()
    with process.client() as client:
        client.lock(MAKER.address)
        assert client.accounts()[MAKER.address] is False
        with pytest.raises(AccountLocked):
            client.sign(MAKER.address, soon(split()), DOMAIN)
        with pytest.raises(AccountKeyMissing):
            client.unlock(MAKER.address, PASSWORD)
    process.stop(9)
    again = start()
    with again.client() as client:
        assert client.accounts() == {MAKER.address: True, CHECKER.address: True, SPARE.address: False}
        assert client.sign(MAKER.address, soon(split()), DOMAIN)
    assert SECRET not in again.log.read_text()


def test_unlocked__account_that_the_policy_does_not_list__signs_nothing(folder: Path) -> None:
    policy = (folder / "policy.toml").read_text().replace(STRANGER.address, "0x" + "5" * 40)
    write_private(folder / "policy.toml", policy)
    unlocked.keep(folder / "other", (STRANGER,))
    process = Process(folder, "--unlocked", str(folder / "other"))
    try:
        with process.client() as client, pytest.raises(AccountUnlisted):
            client.sign(STRANGER.address, soon(set_cash(registrar=STRANGER.address)), DOMAIN)
    finally:
        process.stop(9)


@pytest.mark.parametrize(
    "line",
    ["", "0x" + SECRET, SECRET[:-1], SECRET + "0", SECRET.upper(), f" {SECRET}", "0" * 64, f"{ORDER:064x}", "钥"],
    ids=["empty", "0x", "short", "long", "upper", "space", "zero", "order", "chinese"],
)
def test_file__with_a_line_that_is_no_key__refused_by_its_number_and_not_repeated(folder: Path, line: str) -> None:
    path = write_private(folder / "keys.txt", f"{MAKER.private.secret.hex()}\n{line}\n")
    with pytest.raises(UnlockedMalformed) as raised:
        unlocked.load(path)
    assert raised.value.arguments == {"path": str(path), "line": 2}


def test_process__whose_file_is_of_no_use__ends_and_says_why_in_both_languages(folder: Path) -> None:
    path = write_private(folder / "keys.txt", f"{SECRET}0\n")
    process = Process(folder, "--unlocked", str(path))
    assert process.child.wait(20) == 1
    said = process.log.read_text()
    assert "Line 1 of" in said
    assert "第 1 行不是私钥" in said
    assert SECRET not in said
    process.stop()


def test_file__open_to_others__refused(folder: Path) -> None:
    path = write_private(folder / "keys.txt", f"{SECRET}\n")
    path.chmod(0o640)
    with pytest.raises(FileExposed):
        unlocked.load(path)


def test_keep__where_there_is_a_file__leaves_it_alone(folder: Path) -> None:
    path = folder / unlocked.FILE
    assert unlocked.keep(path, (MAKER, CHECKER))
    assert not unlocked.keep(path, (SPARE,))
    assert [key.address for key in unlocked.load(path)] == [MAKER.address, CHECKER.address]
    assert path.stat().st_mode & 0o777 == 0o600


def test_client__with_little_patience__gives_up_on_a_signer_that_is_halted(start: Callable[[], Process]) -> None:
    process = start()
    process.client().close()
    os.kill(process.child.pid, signal.SIGSTOP)
    try:
        begun = time.monotonic()
        with SignerClient(process.socket, 0.3) as client, pytest.raises(SignerUnreachable):
            client.accounts()
        assert 0.3 <= time.monotonic() - begun < 1
    finally:
        os.kill(process.child.pid, signal.SIGCONT)
    with process.client() as client:
        assert client.accounts()
