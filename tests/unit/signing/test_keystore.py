# SPDX-License-Identifier: Apache-2.0
"""Key files: eth-account's and ours open each other's; what else they are is refused by name, without secrets."""

import contextlib
import json
import time
from pathlib import Path
from typing import Any

import pytest
from eth_account import Account
from hypothesis import given, settings
from hypothesis import strategies as st

from chain.domain.errors import LANGS
from chain.signing import keyfile
from chain.signing.errors import (
    AccountKeyExists,
    AccountKeyMalformed,
    AccountKeyMissing,
    FileExposed,
    PasswordMalformed,
    PasswordTooShort,
    WrongPassword,
)
from chain.signing.key import Key
from chain.signing.keystore import Keystore, password_in
from tests.unit.signing.office import CHEAP, MAKER, PASSWORD, write_private

SECRET = MAKER.private.secret
NAME = f"{MAKER.address}.json"


@pytest.fixture
def store(tmp_path: Path) -> Keystore:
    return Keystore(tmp_path / "signer")


def file_of(tmp_path: Path) -> Path:
    return tmp_path / "signer" / "keys" / NAME


def theirs(password: str = PASSWORD, **options: Any) -> dict[str, Any]:
    """The same key sealed by eth-account."""
    how: dict[str, Any] = {"kdf": "scrypt", "iterations": 4096} | options
    return dict(Account.encrypt(SECRET, password, **how))


def put(tmp_path: Path, told: object) -> None:
    write_private(file_of(tmp_path), told if isinstance(told, str) else json.dumps(told))


# ---------------------------------------------------------------- what fits together


@settings(max_examples=12, deadline=None)
@given(secret=st.integers(1, 2**255).map(lambda n: n.to_bytes(32, "big")), password=st.text(min_size=1, max_size=40))
def test_sealed__any_key_and_password__eth_account_opens_it(secret: bytes, password: str) -> None:
    try:
        password.encode()
    except UnicodeEncodeError:
        return
    ours = keyfile.sealed(secret, Key.of(secret).address[2:], password, CHEAP)
    assert Account.decrypt(json.loads(ours), password) == secret
    assert keyfile.read(ours).secret(password) == secret


@pytest.mark.parametrize("password", [PASSWORD, "short", "密码 in two words", " "])
def test_open__sealed_by_eth_account__is_the_same_key(store: Keystore, tmp_path: Path, password: str) -> None:
    put(tmp_path, theirs(password))
    key = store.open(MAKER.address, password)
    assert key == MAKER
    assert key.sign_hash(bytes(32)) == MAKER.sign_hash(bytes(32))


def test_open__file_in_capitals_or_without_address__is_the_same_key(store: Keystore, tmp_path: Path) -> None:
    told = theirs()
    told["crypto"]["ciphertext"] = told["crypto"]["ciphertext"].upper()
    told["address"] = f"0x{told['address'].upper()}"
    put(tmp_path, told)
    assert store.open(MAKER.address, PASSWORD) == MAKER
    del told["address"]
    put(tmp_path, told)
    assert store.open(MAKER.address, PASSWORD) == MAKER


def test_standard_cost__of_a_new_key__is_geths(store: Keystore, tmp_path: Path) -> None:
    account = store.create(PASSWORD)
    told = json.loads((tmp_path / "signer" / "keys" / f"{account}.json").read_text())
    parameters = told["crypto"]["kdfparams"]
    assert (parameters["n"], parameters["r"], parameters["p"], parameters["dklen"]) == (262_144, 8, 1, 32)
    assert bytes(Account.decrypt(told, PASSWORD)) == store.open(account, PASSWORD).private.secret


def test_create__twice__two_keys_two_salts_and_both_listed(store: Keystore, tmp_path: Path) -> None:
    made = [store.create(PASSWORD, CHEAP) for _ in range(2)]
    assert store.accounts() == tuple(sorted(made))
    files = [json.loads(path.read_text()) for path in (tmp_path / "signer" / "keys").iterdir()]
    assert len({file["crypto"]["kdfparams"]["salt"] for file in files}) == 2
    assert len({file["crypto"]["cipherparams"]["iv"] for file in files}) == 2


def test_accounts__files_of_other_names__are_none(store: Keystore, tmp_path: Path) -> None:
    account = store.add(SECRET, PASSWORD, CHEAP)
    for name in ("0xzz.json", f"{NAME}.bak", f".{NAME}", "0x" + "A" * 40 + ".json"):
        (tmp_path / "signer" / "keys" / name).touch()
    assert store.accounts() == (account,)


# ---------------------------------------------------------------- what is refused


def test_add__key_that_is_there__refused_and_kept(store: Keystore) -> None:
    store.add(SECRET, PASSWORD, CHEAP)
    with pytest.raises(AccountKeyExists):
        store.add(SECRET, "another password", CHEAP)
    assert store.open(MAKER.address, PASSWORD) == MAKER


@pytest.mark.parametrize("password", ["", "eleven char"])
def test_create__short_password__refused(store: Keystore, password: str) -> None:
    with pytest.raises(PasswordTooShort):
        store.create(password, CHEAP)
    assert store.accounts() == ()


def test_open__wrong_password__typed_after_as_much_work(store: Keystore) -> None:
    store.add(SECRET, PASSWORD, keyfile.Cost(2**15))

    def seconds(password: str) -> float:
        begun = time.perf_counter()
        with contextlib.suppress(WrongPassword):
            store.open(MAKER.address, password)
        return time.perf_counter() - begun

    with pytest.raises(WrongPassword) as raised:
        store.open(MAKER.address, "seven dry stones")
    assert raised.value == WrongPassword(account=MAKER.address)
    right = min(seconds(PASSWORD) for _ in range(3))
    wrong = min(seconds("seven dry stones") for _ in range(3))
    assert wrong > right / 2


def test_open__no_file__typed(store: Keystore) -> None:
    with pytest.raises(AccountKeyMissing):
        store.open(MAKER.address, PASSWORD)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660])
def test_open__file_open_to_others__refused_although_the_password_is_right(
    store: Keystore, tmp_path: Path, mode: int
) -> None:
    store.add(SECRET, PASSWORD, CHEAP)
    file_of(tmp_path).chmod(mode)
    with pytest.raises(FileExposed):
        store.open(MAKER.address, PASSWORD)


def altered(*path: str, value: object) -> dict[str, Any]:
    told = theirs()
    at: Any = told
    for name in path[:-1]:
        at = at[name]
    at[path[-1]] = value
    return told


KDF = ("crypto", "kdfparams")
BAD = {
    "no json": "{",
    "a list": [],
    "a number": 3,
    "not utf-8": "\udcff",
    "deep": "[" * 4000,
    "version 4": altered("version", value=4),
    "pbkdf2": theirs(kdf="pbkdf2", iterations=1000),
    "other cipher": altered("crypto", "cipher", value="aes-256-cbc"),
    "no crypto": altered("crypto", value=None),
    "address of nobody": altered("address", value="0x12"),
    "other address": altered("address", value="11" * 20),
    "n no power": altered(*KDF, "n", value=5000),
    "n tiny": altered(*KDF, "n", value=2),
    "n huge": altered(*KDF, "n", value=2**40),
    "n text": altered(*KDF, "n", value="4096"),
    "n true": altered(*KDF, "n", value=True),
    "r huge": altered(*KDF, "r", value=2**20),
    "r zero": altered(*KDF, "r", value=0),
    "p huge": altered(*KDF, "p", value=2**30),
    "dklen": altered(*KDF, "dklen", value=64),
    "salt no hex": altered(*KDF, "salt", value="xy"),
    "salt odd": altered(*KDF, "salt", value="abc"),
    "iv short": altered("crypto", "cipherparams", "iv", value="00"),
    "ciphertext long": altered("crypto", "ciphertext", value="00" * 33),
    "mac short": altered("crypto", "mac", value="00"),
}


@pytest.mark.parametrize("told", BAD.values(), ids=BAD)
def test_open__no_key_file__typed_and_none_of_it_repeated(store: Keystore, tmp_path: Path, told: object) -> None:
    if isinstance(told, str):
        write_private(file_of(tmp_path), "").write_bytes(told.encode(errors="surrogateescape"))
    else:
        put(tmp_path, told)
    with pytest.raises(AccountKeyMalformed) as raised:
        store.open(MAKER.address, PASSWORD)
    assert theirs()["address"].lower() not in str(raised.value.arguments["why"])
    assert raised.value.__cause__ is None


def test_open__one_bit_of_the_ciphertext_turned__wrong_password(store: Keystore, tmp_path: Path) -> None:
    told = theirs()
    octets = bytearray.fromhex(told["crypto"]["ciphertext"])
    octets[0] ^= 1
    told["crypto"]["ciphertext"] = octets.hex()
    put(tmp_path, told)
    with pytest.raises(WrongPassword):
        store.open(MAKER.address, PASSWORD)


def test_open__key_of_another_account_under_this_name__refused(store: Keystore, tmp_path: Path) -> None:
    other = Key.of(bytes(31) + b"\5")
    write_private(file_of(tmp_path), "").write_bytes(keyfile.sealed(b"\0" * 31 + b"\5", "", PASSWORD, CHEAP))
    with pytest.raises(AccountKeyMalformed, match="another account") as raised:
        store.open(MAKER.address, PASSWORD)
    assert other.address not in str(raised.value)


def test_open__key_of_zero__refused(store: Keystore, tmp_path: Path) -> None:
    write_private(file_of(tmp_path), "").write_bytes(keyfile.sealed(bytes(32), "", PASSWORD, CHEAP))
    with pytest.raises(AccountKeyMalformed, match="no private key"):
        store.open(MAKER.address, PASSWORD)


def test_errors_and_reprs__of_all_that_fails__never_say_key_or_password(store: Keystore, tmp_path: Path) -> None:
    store.add(SECRET, PASSWORD, CHEAP)
    said = [repr(store), repr(store.open(MAKER.address, PASSWORD)), str(store.open(MAKER.address, PASSWORD))]
    for account, password in ((MAKER.address, "seven dry stones"), ("0x" + "00" * 20, PASSWORD)):
        try:
            store.open(account, password)  # type: ignore[arg-type]
        except (WrongPassword, AccountKeyMissing) as error:
            said += [repr(error), str(error), *(error.message(lang) for lang in LANGS)]
    for secret in (SECRET.hex(), repr(SECRET), PASSWORD, "seven dry stones"):
        assert secret not in " ".join(said)


@pytest.mark.parametrize("text", ["one line\n", "one line", "one line\r\n"])
def test_password_in__one_line__without_its_end(tmp_path: Path, text: str) -> None:
    path = write_private(tmp_path / "p", "")
    path.write_bytes(text.encode())
    assert password_in(path) == "one line"


@pytest.mark.parametrize("octets", [b"", b"\n", b"two\nlines", b"two\n\n", b"\xff\xfe"])
def test_password_in__anything_else__refused_and_not_repeated(tmp_path: Path, octets: bytes) -> None:
    path = write_private(tmp_path / "p", "")
    path.write_bytes(octets)
    with pytest.raises(PasswordMalformed) as raised:
        password_in(path)
    assert raised.value == PasswordMalformed(path=str(path))


def test_password_in__open_to_others__refused(tmp_path: Path) -> None:
    path = write_private(tmp_path / "p", "secret")
    path.chmod(0o640)
    with pytest.raises(FileExposed):
        password_in(path)
