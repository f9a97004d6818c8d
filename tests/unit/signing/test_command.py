# SPDX-License-Identifier: Apache-2.0
"""`deeptier signer`: what an officer does with a key, by prompt and by password file."""

import getpass
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from api.signer import app
from chain.domain.errors import DeepTierError
from chain.signing.errors import PasswordTooShort, SignerUnreachable, WrongPassword
from chain.signing.keystore import Keystore
from tests.unit.signing.office import CHECKER, MAKER, PASSWORD, SPARE, furnish, running, write_private


def run(*words: object) -> Result:
    return CliRunner().invoke(app, [str(word) for word in words])


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """What somebody will type at the prompts, in order."""
    typed: list[str] = []
    monkeypatch.setattr(getpass, "getpass", lambda prompt: typed.pop(0))
    yield typed
    assert not typed


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return furnish(tmp_path / "signer")


def test_new__password_typed_twice__a_key_that_it_opens(tmp_path: Path, answers: list[str]) -> None:
    answers += [PASSWORD, "a slip of the hand", PASSWORD, PASSWORD]
    done = run("new", "--folder", tmp_path / "s", "--lang", "zh")
    assert done.exit_code == 0
    assert "不一致" in done.stderr
    (account,) = Keystore(tmp_path / "s").accounts()
    assert done.stdout.strip().endswith(account)
    assert Keystore(tmp_path / "s").open(account, PASSWORD).address == account


def test_new__short_password__refused(tmp_path: Path, answers: list[str]) -> None:
    answers += ["short", "short"]
    done = run("new", "--folder", tmp_path / "s")
    assert isinstance(done.exception, PasswordTooShort)


def test_unlock_list_lock__by_prompt_and_by_file__does_and_says_it(
    tmp_path: Path, folder: Path, answers: list[str]
) -> None:
    file = write_private(tmp_path / "password", PASSWORD + "\n")
    with running(folder):
        answers += [PASSWORD]
        assert run("unlock", MAKER.address, "--folder", folder).stdout == f"{MAKER.address} is unlocked\n"
        assert run("unlock", CHECKER.address, "--folder", folder, "--password-file", file).exit_code == 0
        assert run("lock", MAKER.address, "--folder", folder, "--lang", "zh").stdout == f"{MAKER.address} 已锁定\n"
        told = run("list", "--socket", folder / "signer.sock").stdout.splitlines()
    unlocked = {CHECKER.address}
    accounts = sorted([MAKER.address, CHECKER.address, SPARE.address])
    assert told == [f"{name} is {'unlocked' if name in unlocked else 'locked'}" for name in accounts]


@pytest.mark.parametrize(
    ("words", "typed", "error"),
    [(("unlock", MAKER.address), ["seven dry stones"], WrongPassword), (("list",), [], SignerUnreachable)],
)
def test_refusal__of_the_signer__reaches_the_officer_without_the_password(
    folder: Path, answers: list[str], words: tuple[str, ...], typed: list[str], error: type[DeepTierError]
) -> None:
    answers += typed
    if error is WrongPassword:
        with running(folder):
            done = run(*words, "--folder", folder)
    else:
        done = run(*words, "--folder", folder)
    assert isinstance(done.exception, error)
    assert "seven dry stones" not in done.output + str(done.exception)
