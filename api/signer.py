# SPDX-License-Identifier: Apache-2.0
"""`deeptier signer`: officers make, unlock and lock their keys; chain/signing/process keeps them unlocked and signs."""

import getpass
from pathlib import Path
from typing import Annotated, Literal

import typer

from chain.domain.errors import Lang
from chain.domain.vocabulary import Address
from chain.signing.client import SignerClient
from chain.signing.keystore import Keystore, password_in
from chain.signing.process import SOCKET

FOLDER = Path(".deeptier/signer")

WORDS: dict[str, dict[Lang, str]] = {
    "password": {"en": "Password of {account}: ", "zh": "{account} 的密码："},
    "new": {"en": "Password of the new key: ", "zh": "新密钥的密码："},
    "again": {"en": "The same again: ", "zh": "再次输入："},
    "differ": {"en": "The two passwords differ. Try again.", "zh": "两次输入的密码不一致，请重试。"},
    "unlocked": {"en": "{account} is unlocked", "zh": "{account} 已解锁"},
    "locked": {"en": "{account} is locked", "zh": "{account} 已锁定"},
    "none": {"en": "There is no key yet: deeptier signer new", "zh": "尚无密钥，请运行 deeptier signer new"},
}

app = typer.Typer(help="Keys of officers: make, unlock, lock.", no_args_is_help=True)

Language = Annotated[Literal["zh", "en"], typer.Option("--lang", help="zh or en.")]
Folder = Annotated[Path, typer.Option("--folder", help="Where keys, policy and counts are kept.")]
Socket = Annotated[Path | None, typer.Option("--socket", help=f"Where the signer listens (FOLDER/{SOCKET}).")]
Account = Annotated[str, typer.Argument(help="The account's address: 0x and 40 lower-case hex digits.")]
PasswordFile = Annotated[
    Path | None, typer.Option("--password-file", help="A file with the password as its only line, instead of a prompt.")
]


@app.command()
def new(folder: Folder = FOLDER, password_file: PasswordFile = None, lang: Language = "en") -> None:
    """Draw a new key, keep it under a password, and print its address."""
    password = _new_password(lang) if password_file is None else password_in(password_file)
    typer.echo(Keystore(folder).create(password))


@app.command()
def unlock(
    account: Account,
    folder: Folder = FOLDER,
    socket: Socket = None,
    password_file: PasswordFile = None,
    lang: Language = "en",
) -> None:
    """Let an account sign, until it is locked or the signer ends."""
    asked = _say("password", lang, account)
    password = getpass.getpass(asked) if password_file is None else password_in(password_file)
    with _client(folder, socket) as client:
        client.unlock(Address(account), password)
    typer.echo(_say("unlocked", lang, account))


@app.command()
def lock(account: Account, folder: Folder = FOLDER, socket: Socket = None, lang: Language = "en") -> None:
    """Let an account sign no more."""
    with _client(folder, socket) as client:
        client.lock(Address(account))
    typer.echo(_say("locked", lang, account))


@app.command("list")
def list_accounts(folder: Folder = FOLDER, socket: Socket = None, lang: Language = "en") -> None:
    """Which keys there are, and which are unlocked."""
    with _client(folder, socket) as client:
        accounts = client.accounts()
    for account, unlocked in accounts.items():
        typer.echo(_say("unlocked" if unlocked else "locked", lang, account))
    if not accounts:
        typer.echo(_say("none", lang))


def _new_password(lang: Lang) -> str:
    while True:
        password = getpass.getpass(_say("new", lang))
        if getpass.getpass(_say("again", lang)) == password:
            return password
        typer.echo(_say("differ", lang), err=True)


def _client(folder: Path, socket: Path | None) -> SignerClient:
    return SignerClient(socket or folder / SOCKET)


def _say(what: str, lang: Lang, account: str = "") -> str:
    return WORDS[what][lang].format(account=account)
