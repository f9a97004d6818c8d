# SPDX-License-Identifier: Apache-2.0
"""`deeptier mirror`: how far the database that may be dropped is, whether it is the chain, and how to make it anew."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any, Literal

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn

from api import joining
from api.errors import NetworkMissing
from api.run import said
from api.story.bilingual import Words
from chain.domain.clock import SystemClock
from chain.mirror import schema
from chain.mirror.blocks import Verify
from chain.mirror.errors import MirrorEmpty
from chain.mirror.ready import readiness
from chain.mirror.reconcile import reconcile as compare
from chain.mirror.refold import refold as fold_anew
from chain.mirror.source import Source
from chain.mirror.writer import checkpoint
from chain.node.anvil import prove
from chain.node.network import Folder, Network
from chain.node.rpc import Rpc
from chain.store.address import parse
from chain.store.db import Db

FILE = "mirror.db"

AT = Words(
    "镜像到区块 {block}（{hash}），节点到 {head}。", "The mirror is at block {block} ({hash}), the node at {head}."
)
DROPPED = Words(
    "镜像已清空；服务运行时会立即由链重建，否则在下次 deeptier up 时重建。",
    "The mirror is empty now; the service makes it anew from the chain, at once or when it is up again.",
)
DIFFERS = Words(
    "→ 如节点可信，请运行 deeptier mirror rebuild，由链重建镜像。",
    "→ If the node is to be trusted, deeptier mirror rebuild makes the mirror anew from the chain.",
)
FOLDED = Words(
    "镜像已由自身日志重新计算，到区块 {block}。", "The mirror is folded anew from its own log, to block {block}."
)

app = typer.Typer(help="The mirror: the chain as SQL, which may be dropped at any time.", no_args_is_help=True)

Language = Annotated[Literal["zh", "en"], typer.Option("--lang", help="zh or en.")]
Home = Annotated[Path, typer.Option(help="Where network, book and keys are.")]
Place = Annotated[str | None, typer.Option("--mirror", help="A PostgreSQL address instead of the folder's own mirror.")]


def place(folder: Path, given: str | None) -> str:
    """Where the mirror of a folder is."""
    return given or f"sqlite://{folder.resolve()}/{FILE}"


def look(folder: Path, given: str | None) -> dict[str, Any]:
    """What the mirror's process says, and how far the mirror is; `ready`: it has all that the node had a moment ago."""
    told = said(folder / "run" / "mirror.json")
    try:
        with _opened(folder, given) as db:
            found = readiness(db, SystemClock().now())
            at = checkpoint(db)
    except MirrorEmpty:
        return told | {"block": None, "hash": None, "head": None, "ready": False}
    return told | {"block": found.block, "hash": f"0x{at.hash.hex()}", "head": found.head, "ready": found.ready}


@app.command()
def status(
    folder: Home = Path(".deeptier"),
    mirror: Place = None,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
    lang: Language = "en",
) -> None:
    """How far the mirror is; ends with 1 unless it has everything."""
    found = look(folder, mirror)
    if as_json:
        typer.echo(json.dumps(found, ensure_ascii=False, indent=1))
    else:
        typer.echo(AT.of(lang).format(**{name: "-" if value is None else value for name, value in found.items()}))
        if "code" in found:
            typer.echo(found[lang])
    if not found["ready"]:
        raise typer.Exit(1)


@app.command()
def rebuild(folder: Home = Path(".deeptier"), mirror: Place = None, lang: Language = "en") -> None:
    """Drop the mirror and have it made anew from the chain. Nothing is lost: it has nothing that the chain has not."""
    network, first = _network(folder)
    with schema.open_mirror(place(folder, mirror)) as db, db.transaction():
        if schema.exists(db):
            schema.drop(db)
        schema.create(db, network.chain_id, network.ledger, network.rulebook, first)
    typer.echo(DROPPED.of(lang))


@app.command()
def refold(folder: Home = Path(".deeptier"), mirror: Place = None, lang: Language = "en") -> None:
    """Work all rows out anew from the mirror's own log, without the chain; readers have the old ones meanwhile."""
    network, _ = _network(folder)
    with _opened(folder, mirror) as db, _progress() as bar:
        schema.check(db, network.chain_id, network.ledger)
        task = bar.add_task("refold")
        at = fold_anew(db, lambda block, head: bar.update(task, completed=block, total=head))
    typer.echo(FOLDED.of(lang).format(block=at.block))


@app.command()
def reconcile(
    folder: Home = Path(".deeptier"),
    mirror: Place = None,
    node: Annotated[str | None, typer.Option(help="Another node than the one that the service uses.")] = None,
    quick: Annotated[bool, typer.Option("--quick", help="Only what holds now, with the contracts' storage.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
    lang: Language = "en",
) -> None:
    """Compare the mirror with the chain and name every difference; ends with 1 when there is one."""
    network, _ = _network(folder)
    address = folder / "run" / "node"
    rpc = Rpc(node or (address.read_text("ascii").strip() if address.is_file() else "http://127.0.0.1:9"))
    with _opened(folder, mirror) as db, _progress() as bar:
        task = bar.add_task("reconcile")

        def told(what: str, done: int, of: int) -> None:
            bar.update(task, description=what, completed=done, total=of or None)

        prove(rpc, network.chain_id)
        source = Source(rpc, network.ledger, Verify.RECEIPTS)
        found = compare(db, rpc, source, network.chain_id, network.ledger, not quick, told)
    if as_json:
        typer.echo(json.dumps(asdict(found) | {"equal": found.equal}, default=_plain, ensure_ascii=False, indent=1))
    else:
        typer.echo("\n".join(found.lines(lang)))
    if not found.equal:
        typer.echo(DIFFERS.of(lang), err=True)
        raise typer.Exit(1)


def _network(folder: Path) -> tuple[Network, int]:
    """The folder's network and the block that its mirror begins with. Raises NetworkMissing."""
    network = Folder(folder).network()
    if network is None:
        raise NetworkMissing(folder=str(folder))
    reached = joining.kept(folder)
    return network, 0 if reached is None else reached.first


@contextmanager
def _opened(folder: Path, given: str | None) -> Iterator[Db]:
    """The mirror, if there is one. Raises MirrorEmpty."""
    address = place(folder, given)
    file = parse(address).path
    if file is not None and not file.exists():
        raise MirrorEmpty(store=parse(address).store)
    with schema.open_mirror(address) as db:
        if not schema.exists(db):
            raise MirrorEmpty(store=db.store)
        yield db


def _progress() -> Progress:
    """For people who wait; what is asked for goes to standard output alone."""
    columns = TextColumn("{task.description}"), BarColumn(), TextColumn("{task.completed}")
    console = Console(stderr=True)
    return Progress(*columns, console=console, transient=True, disable=not console.is_terminal)


def _plain(value: object) -> str:
    return f"0x{value.hex()}" if isinstance(value, bytes) else str(value)
