# SPDX-License-Identifier: Apache-2.0
"""`deeptier network`: write down what a new network is to be, or join one that runs elsewhere."""

import json
import os
import secrets
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Literal

import typer

from api import joining, terms
from api.birth import entered
from api.errors import BookOfAnother, NetworkMissing, NetworkThere, TermsThere, TermWrong
from api.run import relay_keys
from api.story.bilingual import Words
from chain.domain.money import currency as known_currency
from chain.domain.vocabulary import Address
from chain.node.network import Folder
from chain.node.rpc import Rpc
from chain.store.db import connect
from chain.store.migrate import upgrade

NOBODY = "0x…"  # to be filled in
RELAYS = 2

WRITTEN = Words(
    "已写入 {path}。请核对并补全其中各项，然后运行 deeptier up；创建之后不能再改。",
    "{path} is written. Check and complete it, then run deeptier up; after that nothing in it can change.",
)
JOINED = Words(
    "已记录链 {chain_id} 上的账本 {ledger}（{currency}）。现在可运行 deeptier up。",
    "The ledger {ledger} ({currency}) on chain {chain_id} is recorded. Now run deeptier up.",
)

FORM = """\
# 新网络的创建条件 / What a new network is born from: deeptier up reads it once.
# 名称与盐不上链，请长期保管本文件 / Name and salt never reach the chain: keep this file.
version = 1
currency = "{currency}"  # ISO 4217

[registrar]
# 链上只有 identity = keccak256(salt, name)；也可只写 identity 而不写 name 和 salt
# All that the chain has is identity = keccak256(salt, name); identity may be given in the place of both.
name = {name}
salt = "0x{salt}"

# 登记机构的首批账户：至少两名不同人员、各持经办（maker）权限；地址由各人用 deeptier signer new 生成
# The Registrar's first accounts: makers of two different officers at least; each makes its own (deeptier signer new).
{officers}[rules]
max_tenor_days = 366  # 开立至到期最长天数 / days from issue to maturity, at most; 1 … 366
max_offer_hours = 720  # 待签收最长小时数 / hours that an offer may stay open, at most
hop_cap = 5  # 流转层级上限 / how often a claim may be passed on; 0 … 15
smallest_piece = "{piece}"  # 最小拆分金额，10 的整数次幂 / smallest piece of a claim, a power of ten
late_rates = ["0%", "36.5%"]  # 年逾期利率下限、上限 / late interest a year, from and to
closes_days = [1, 30]  # 到期前停止流转的天数下限、上限 / days before maturity when a claim rests, from and to

[cash]
bank = "{bank}"  # 可铸造现金凭证的银行地址 / may mint the cash token of the settlement bank
"""

app = typer.Typer(help="Write down what a new network is to be, or join one.", no_args_is_help=True)

Language = Annotated[Literal["zh", "en"], typer.Option("--lang", help="zh or en.")]
Home = Annotated[Path, typer.Option(help="Where network, book and keys are.")]


@app.command()
def new(
    folder: Home = Path(".deeptier"),
    name: Annotated[str, typer.Option(help="The Registrar's name; it never reaches the chain.")] = "",
    officer: Annotated[
        list[str] | None,
        typer.Option(help="A first account of the Registrar's (deeptier signer new), an officer each; repeat it."),
    ] = None,
    bank: Annotated[str, typer.Option(help="Address that may mint the cash token.")] = NOBODY,
    currency: Annotated[str, typer.Option(help="The ledger's currency (ISO 4217).")] = "CNY",
    lang: Language = "en",
) -> None:
    """Write network.toml, from which `deeptier up` bears a network on its own node."""
    unit = known_currency(currency)
    accounts = [one.lower() for one in officer or []] + [NOBODY] * (2 - len(officer or []))
    text = FORM.format(
        currency=unit.code,
        name=json.dumps(name, ensure_ascii=False),
        salt=secrets.token_hex(terms.SALT),
        officers="".join(_officer(number, account) for number, account in enumerate(accounts, 1)),
        piece=f"1.{'0' * unit.decimals}" if unit.decimals else "1",
        bank=bank.lower(),
    )
    path = folder / terms.FILE
    with Folder(folder):
        try:
            made = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            raise TermsThere(path=str(path)) from None
        with os.fdopen(made, "w", encoding="utf-8") as file:
            file.write(text)
    typer.echo(WRITTEN.of(lang).format(path=path))


@app.command()
def join(
    node: Annotated[str, typer.Option(help="Address of a node of the network; it may hold a secret.")],
    ledger: Annotated[str, typer.Option(help="Address of its ledger.")],
    depth: Annotated[int, typer.Option(min=0, help="Blocks on top that make a block final; 0 where none is undone.")],
    cash: Annotated[list[str] | None, typer.Option(help="Address of a cash token; one after the other.")] = None,
    rulebook: Annotated[str | None, typer.Option(help="The first Rulebook, when it has been replaced since.")] = None,
    first: Annotated[int, typer.Option(min=0, help="Block to mirror from: the ledger's own or an earlier one.")] = 0,
    relays: Annotated[int, typer.Option(min=1, max=64, help="Relay keys to send with.")] = RELAYS,
    folder: Home = Path(".deeptier"),
    book: Annotated[str | None, typer.Option(help="A PostgreSQL address instead of the folder's own book.")] = None,
    lang: Language = "en",
) -> None:
    """Record a ledger on a network that runs elsewhere, once its contracts are proven to be these."""
    with Folder(folder) as home:
        if (there := home.network()) is not None:
            raise NetworkThere(folder=str(folder), network=there.chain_id)
        tokens = [_address("--cash", one) for one in cash or []]
        born_with = None if rulebook is None else _address("--rulebook", rulebook)
        made = joining.found(Rpc(node), _address("--ledger", ledger), born_with, tokens)
        address = book or f"sqlite://{folder.resolve()}/book.db"
        upgrade(address)
        with connect(address) as db:
            chain_id, _ = entered(db, made.chain_id, made.genesis)
        if chain_id != made.chain_id:
            raise BookOfAnother(folder=str(folder), network=made.chain_id, book=chain_id)
        relay_keys(folder / "relay.key", relays)
        joining.keep(folder, joining.Reached(node, depth, first))
        home.record(made)
    typer.echo(JOINED.of(lang).format(chain_id=made.chain_id, ledger=made.ledger, currency=made.currency))


@app.command()
def show(folder: Home = Path(".deeptier")) -> None:
    """Print the network that the folder records, as JSON."""
    found = Folder(folder).network()
    if found is None:
        raise NetworkMissing(folder=str(folder))
    typer.echo(json.dumps(asdict(found), indent=1))


def _officer(number: int, account: str) -> str:
    return f'[[registrar.officers]]\nofficer = {number}\naccount = "{account}"\nrights = ["maker", "checker"]\n\n'


def _address(option: str, text: str) -> Address:
    """Raises TermWrong."""
    lower = text.lower()  # people copy it with the checksum's capitals
    if not terms.is_address(lower):
        raise TermWrong(path="deeptier network join", term=option, given=text[:60], wanted="0x + 40 × 0-9 a-f")
    return Address(lower)
