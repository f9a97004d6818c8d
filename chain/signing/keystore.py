# SPDX-License-Identifier: Apache-2.0
"""A folder with one key file for each account, named by its address; each opens with its own officer's password."""

import re
import secrets
from pathlib import Path

from chain.domain.vocabulary import Address
from chain.signing import keyfile
from chain.signing.errors import (
    AccountKeyExists,
    AccountKeyMalformed,
    AccountKeyMissing,
    PasswordMalformed,
    PasswordTooShort,
    WrongPassword,
)
from chain.signing.files import create_private, private_folder, read_private
from chain.signing.key import Key
from chain.signing.keyfile import STANDARD, Cost, wipe

KEYS = "keys"
_NAME = re.compile(r"0x[0-9a-f]{40}\.json")
LEAST_PASSWORD = 12  # characters
_MOST_PASSWORD = 4096  # bytes of a password file


class Keystore:
    """The key files below a folder that belongs to one user of the machine. Raises FileExposed, FileUnusable."""

    def __init__(self, folder: Path) -> None:
        self._keys = private_folder(private_folder(folder) / KEYS)

    def accounts(self) -> tuple[Address, ...]:
        """Whose key files there are, in order. A file of another name is none."""
        return tuple(Address(path.stem) for path in sorted(self._keys.iterdir()) if _NAME.fullmatch(path.name))

    def create(self, password: str, cost: Cost = STANDARD) -> Address:
        """A new key, drawn here and nowhere else. Raises PasswordTooShort, FileUnusable."""
        secret = bytearray(secrets.token_bytes(32))
        try:
            return self.add(secret, password, cost)
        finally:
            wipe(secret)

    def add(self, secret: bytes | bytearray, password: str, cost: Cost = STANDARD) -> Address:
        """Keep a key that exists. Raises PasswordTooShort, AccountKeyExists, FileUnusable; ValueError for no key."""
        if len(password) < LEAST_PASSWORD:
            raise PasswordTooShort(least=LEAST_PASSWORD)
        account = Key.of(bytes(secret)).address
        if not create_private(self._path(account), keyfile.sealed(secret, account.removeprefix("0x"), password, cost)):
            raise AccountKeyExists(account=account)
        return account

    def open(self, account: Address, password: str) -> Key:
        """The account's key.

        Raises AccountKeyMissing, FileExposed, FileUnusable, AccountKeyMalformed, WrongPassword.
        """
        path = self._path(account)
        if not path.exists():
            raise AccountKeyMissing(account=account)
        try:
            file = keyfile.read(read_private(path, keyfile.MOST_BYTES))
        except keyfile.Malformed as error:
            raise AccountKeyMalformed(path=str(path), why=str(error)) from None
        try:
            secret = file.secret(password)
        except keyfile.Mismatch:
            raise WrongPassword(account=account) from None
        try:
            key = Key.of(bytes(secret))
        except ValueError:
            raise AccountKeyMalformed(path=str(path), why="it holds no private key") from None
        finally:
            wipe(secret)
        if key.address != account or file.address not in (None, account.removeprefix("0x")):
            raise AccountKeyMalformed(path=str(path), why="it holds the key of another account")
        return key

    def _path(self, account: Address) -> Path:
        return self._keys / f"{account}.json"


def password_in(path: Path) -> str:
    """The one line of a password file. Raises FileExposed, FileUnusable, PasswordMalformed."""
    try:
        text = read_private(path, _MOST_PASSWORD).decode()
    except UnicodeDecodeError:
        raise PasswordMalformed(path=str(path)) from None
    line = text.removesuffix("\n").removesuffix("\r")
    if not line or "\n" in line:
        raise PasswordMalformed(path=str(path))
    return line
