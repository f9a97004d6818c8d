# SPDX-License-Identifier: Apache-2.0
"""`deeptier up`: the service as a whole, on a node of its own or on a network that runs elsewhere."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from api import joining, terms
from api import mirror as mirrored
from api import run as supervised
from api.access import demo as demo_officers
from api.birth import Plan, born, entered, identity
from api.errors import BookOfAnother, NetworkMissing, NodeAbsent, NodeOfOurs
from api.obligations.invoices import FILE as FINGERPRINTS
from api.settings import PORT
from api.story.bilingual import Words
from chain.documents import keys as fingerprint_keys
from chain.node.anvil import prove
from chain.node.errors import NodeError
from chain.node.network import Folder, Network
from chain.node.rpc import Rpc
from chain.signing import unlocked
from chain.signing.files import create_private, private_folder
from chain.signing.policy import FILE as POLICY
from chain.signing.policy import load
from chain.store.db import connect
from chain.store.migrate import upgrade

Home = Annotated[Path, typer.Option(help="Where network, book and keys are.")]
Book = Annotated[str | None, typer.Option(help="A PostgreSQL address instead of the folder's own book.")]

NOTHING_GRANTED = """\
# 签名策略：未列出的一律拒绝（样式见 chain/signing/policy.py）；服务启动时读取
# What the signer may sign; what is not listed is refused (form: chain/signing/policy.py). Read at the start.
version = 1
longest = 1_296_000  # 指令有效期最长秒数（15 天）/ seconds from now that a message may stay good: 15 days
officers = []  # 列出人员时请删去本行 / remove this line when you list officers

[[ledgers]]
chain_id = {chain_id}
address = "{ledger}"

# 逐一列出人员及其账户，例如 / List officers and their accounts, such as:
# [[officers]]
# participant = 10
# officer = 1
# day = 500_000_00
# [[officers.accounts]]
# address = "0x…"
# rights = ["maker"]
# operations = {{ Issue = 100_000_00, Accept = "any" }}
"""


LISTENS = Words(
    "接口地址：{url}；接口文档：{url}/docs", "The API answers at {url}, what it answers stands at {url}/docs"
)


def up(
    folder: Home = Path(".deeptier"),
    book: Book = None,
    demo: Annotated[
        bool,
        typer.Option("--demo", help="Bear a demo network when there is none: its clock can be moved."),
    ] = False,
    node: Annotated[
        str | None,
        typer.Option(help="Another node of the network that `deeptier network join` recorded, for this time."),
    ] = None,
    mirror: mirrored.Place = None,
    port: Annotated[
        int, typer.Option(min=0, max=65_535, help="Where HTTP listens on this machine; 0: any that is free.")
    ] = PORT,
    http: Annotated[bool, typer.Option("--http/--no-http", help="Whether to answer over HTTP.")] = True,
) -> None:
    """Start the service: node, signer, sender, mirror, HTTP. It runs until Ctrl-C."""
    with Folder(folder) as home:
        (folder / "run").mkdir(mode=0o700, exist_ok=True)
        address = book or f"sqlite://{folder.resolve()}/book.db"
        recorded, reached = home.network(), joining.kept(folder)
        decided = None
        if recorded is not None:
            recorded.check()
        else:
            decided = _decided(folder, demo, elsewhere=node is not None or reached is not None)
        upgrade(address)
        if recorded is None or reached is None:
            parts, network = _on_our_node(home, recorded, address, decided, node)
        else:
            parts, network = _on_theirs(home, recorded, address, replace(reached, url=node or reached.url))

        if network.demo:
            demo_officers.make(address, network.chain_id)
            if not (folder / FINGERPRINTS).exists():  # elsewhere a lost key is for people to restore, or to make anew
                fingerprint_keys.create(folder / FINGERPRINTS)
        first, its_book = (0, address) if reached is None else (reached.first, None)
        mirror_place = mirrored.place(folder, mirror)
        parts.append(supervised.mirror(folder, mirror_place, network, its_book, first))
        if http:
            (folder / "run" / "http").unlink(missing_ok=True)  # of a run before this one
            parts.append(supervised.http(folder, address, mirror_place, port))

        def ready() -> None:
            where = (folder / "run" / "node").read_text("ascii")
            typer.echo(
                f"up: chain {network.chain_id}, ledger {network.ledger}, node {Rpc(where).node};"
                " deeptier status tells how it goes"
            )

        supervised.run(parts, folder / "run" / "up.json", ready, _telling(folder / "run" / "http"))


def _telling(file: Path) -> Callable[[], None]:
    """What says where HTTP listens, once it does and whenever it listens elsewhere; `file`: where it writes that."""
    told = ""

    def tell() -> None:
        nonlocal told
        found = file.read_text("ascii") if file.exists() else ""
        if found not in ("", told):
            told = found
            typer.echo(f"{LISTENS.en}\n{LISTENS.zh}".format(url=told))

    return tell


def _on_our_node(
    home: Folder, recorded: Network | None, address: str, decided: terms.Terms | None, other: str | None
) -> tuple[list[supervised.Part], Network]:
    """The parts of a network whose node we run, which is born when there is none (a demo's unless it was decided).

    Raises NodeOfOurs, NodeAbsent, BookOfAnother, and what birth raises.
    """
    with connect(address) as db:
        chain_id, genesis = identity(db)
        begun = db.one("SELECT 1 FROM block LIMIT 1") is not None
    node = supervised.Node(genesis, chain_id, home.path / "run" / "node")
    if recorded is None:
        recorded = born(home, node, address, Plan(chain_id, genesis, decided))
    elif recorded.chain_id != chain_id:
        raise BookOfAnother(folder=str(home.path), network=recorded.chain_id, book=chain_id)
    elif not begun:  # a ledger that is not in the book is on no node of ours
        raise NodeAbsent(folder=str(home.path), file=joining.FILE)
    elif other is not None:
        raise NodeOfOurs(folder=str(home.path))
    parts = [node, _signer(home.path, recorded), supervised.sender(home.path, address, recorded)]
    return parts, recorded


def _on_theirs(
    home: Folder, recorded: Network, address: str, reached: joining.Reached
) -> tuple[list[supervised.Part], Network]:
    """The parts of a network that runs elsewhere. Raises BookOfAnother, WrongChain, NodeAddressMalformed."""
    with connect(address) as db:
        chain_id, _ = entered(db, recorded.chain_id, recorded.genesis)
    if chain_id != recorded.chain_id:
        raise BookOfAnother(folder=str(home.path), network=recorded.chain_id, book=chain_id)
    try:
        prove(Rpc(reached.url), recorded.chain_id)
    except NodeError as error:
        if not error.retryable:
            raise
        typer.echo(f"{error.message('en')}\n{error.message('zh')}", err=True)  # the sender waits for it, and proves it
    supervised.written(home.path / "run" / "node", reached.url)
    parts: list[supervised.Part] = [_signer(home.path, recorded)]
    return [*parts, supervised.sender(home.path, address, recorded, reached.depth)], recorded


def _decided(folder: Path, demo: bool, elsewhere: bool) -> terms.Terms | None:
    """What a new network is to be; None for a demo network. `elsewhere`: somebody meant to join one.

    Raises NetworkMissing, and what reading the terms raises.
    """
    file = folder / terms.FILE
    if elsewhere or not (demo or file.exists()):
        raise NetworkMissing(folder=str(folder))
    return None if demo else terms.read(file)


def _signer(folder: Path, network: Network) -> supervised.Part:
    """The signer. Where there is no policy yet, one that grants nothing; a demo's grants its officers everything, and
    their accounts are unlocked.

    Raises PolicyMalformed, UnlockedMalformed, FileExposed, FileUnusable.
    """
    home = private_folder(folder / "signer")
    policy, keys = home / POLICY, home / unlocked.FILE
    if not policy.exists():
        text = NOTHING_GRANTED.format(chain_id=network.chain_id, ledger=network.ledger)
        if network.demo:
            text = demo_officers.signing_policy(network.chain_id, network.ledger)
            unlocked.keep(keys, demo_officers.signing_keys(network.chain_id))  # before the policy: both or neither
        create_private(policy, text.encode())
    load(policy)
    if keys.exists():
        unlocked.load(keys)
        return supervised.signer(folder, keys)
    return supervised.signer(folder)
