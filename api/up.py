# SPDX-License-Identifier: Apache-2.0
"""`deeptier up` and `deeptier status`: the service as a whole, started and looked at."""

import json
import os
import secrets
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from api import run as supervised
from api.errors import BookOfAnother, DemoOnly
from api.story.cast import BOTH, REGISTRAR, Keys
from api.story.stage import CURRENCY, EXPONENT, RULES
from chain.abi.sums import contract_sums
from chain.domain.clock import SystemClock, UtcSeconds, instant
from chain.domain.vocabulary import OfficerId
from chain.node.anvil import draw_chain_id
from chain.node.network import Folder, Network
from chain.node.sequencer import Sequencer
from chain.signing.key import Key
from chain.store.db import Db, connect
from chain.store.migrate import upgrade
from chain.submission.birth import bear, contracts
from chain.submission.outbox import Outbox
from chain.submission.sender import Sender, Target

POLICY = "policy.toml"

Home = Annotated[Path, typer.Option(help="Where network, book and keys are.")]
Book = Annotated[str | None, typer.Option(help="A PostgreSQL address instead of the folder's own book.")]


def up(
    folder: Home = Path(".deeptier"),
    book: Book = None,
    demo: Annotated[
        bool,
        typer.Option("--demo", help="Bear a demo network when there is none: its clock can be moved."),
    ] = False,
) -> None:
    """Start the service: node, signer, sender. It runs until Ctrl-C."""
    with Folder(folder) as home:
        (folder / "run").mkdir(mode=0o700, exist_ok=True)
        (folder / "signer").mkdir(mode=0o700, exist_ok=True)
        address = book or f"sqlite://{folder.resolve()}/book.db"
        upgrade(address)
        recorded = home.network()
        if recorded is None and not demo:
            raise DemoOnly(folder=str(folder))
        if recorded is not None:
            recorded.check()
        with connect(address) as db:
            chain_id, genesis = _identity(db)
        node = supervised.Node(genesis, chain_id, folder / "run" / "node")
        if recorded is None:
            recorded = _born(home, node, address, chain_id, genesis)
        elif recorded.chain_id != chain_id:
            raise BookOfAnother(folder=str(folder), network=recorded.chain_id, book=chain_id)
        parts: list[supervised.Part] = [node]
        if (folder / "signer" / POLICY).exists():  # without one it would sign nothing
            parts.append(supervised.signer(folder))
        parts.append(supervised.sender(folder, address, recorded))
        ledger = recorded.ledger

        def ready() -> None:
            typer.echo(
                f"up: chain {chain_id}, ledger {ledger}, node {node.anvil.url}; deeptier status tells how it goes"
            )

        supervised.run(parts, folder / "run" / "up.json", ready)


def status(
    folder: Home = Path(".deeptier"),
    book: Book = None,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """How the service goes: its parts, the last block, what is queued, what stands in the way."""
    found = look(folder, book or f"sqlite://{folder.resolve()}/book.db")
    if as_json:
        typer.echo(json.dumps(found, ensure_ascii=False, indent=1))
    else:
        _show(found)
    if found["state"] != "running":
        raise SystemExit(1)


def _identity(db: Db) -> tuple[int, UtcSeconds]:
    """Chain id and genesis time of the book's network, drawn once for ever."""
    with db.transaction():
        kept: dict[str, str] = dict(db.all("SELECT name, value FROM setting WHERE name IN ('chain id', 'genesis')"))
        if not kept:
            kept = {"chain id": str(draw_chain_id()), "genesis": str(SystemClock().now())}
            db.executemany("INSERT INTO setting (name, value) VALUES (?, ?)", list(kept.items()))
    return int(kept["chain id"]), instant(int(kept["genesis"]))


def _born(home: Folder, node: supervised.Node, address: str, chain_id: int, genesis: UtcSeconds) -> Network:
    """Make a demo network's first block, unless the book has it already, and record the network."""
    relay = _relay(home.path / "relay.key")
    keys = Keys(chain_id)
    officers = [(keys.officer(REGISTRAR, n).address, OfficerId(n), BOTH) for n in (1, 2)]
    bank, identity = keys.treasury.address, keys.commitment(REGISTRAR.name.en)
    deployed, token, creations = contracts(chain_id, relay.address, officers, identity, RULES, CURRENCY, EXPONENT, bank)
    node.start()
    with connect(address) as db:
        target = Target(chain_id, deployed.ledger)
        sender = Sender(db, Sequencer(node.anvil.rpc), relay, target, SystemClock(), lambda event, facts: None)
        sender.settle()
        if db.one("SELECT 1 FROM block LIMIT 1") is None:
            bear(sender, relay, creations)
    node.stop()
    made = Network(
        demo=True,
        chain_id=chain_id,
        genesis=genesis,
        ledger=deployed.ledger,
        module=deployed.module,
        views=deployed.views,
        rulebook=deployed.rulebook,
        currency=CURRENCY.decode(),
        exponent=EXPONENT,
        cash=(token,),
        contracts=contract_sums(),
    )
    home.record(made)
    return made


def _relay(path: Path) -> Key:
    """The relay's key, drawn when there is none; it has no authority."""
    if not path.exists():
        supervised.written(path, secrets.token_hex(32))
    return Key.of(bytes.fromhex(path.read_text("utf-8").strip()))


def look(folder: Path, address: str) -> dict[str, Any]:
    """What `deeptier status --json` tells."""
    up_file = supervised.said(folder / "run" / "up.json")
    sender = supervised.said(folder / "run" / "sender.json")
    alive = "pid" in up_file and _lives(up_file["pid"])
    parts = up_file.get("parts", {}) if alive else {}
    found: dict[str, Any] = {"state": "running" if alive else "stopped", "parts": parts, "sender": sender}
    if alive and (sender.get("state") != "running" or any(one["state"] != "running" for one in parts.values())):
        found["state"] = "alarm" if sender.get("state") == "alarm" else "waiting"
    with connect(address) as db:
        row = db.one("SELECT MAX(number) FROM block WHERE hash IS NOT NULL")
        found["head"] = 0 if row is None or row[0] is None else row[0]
        found["submissions"] = {state.value: count for state, count in Outbox(db).counts().items()}
        last = db.one("SELECT id, operation, error FROM submission WHERE state = 'refused' ORDER BY id DESC LIMIT 1")
        refused = None if last is None else Outbox(db).submission(last[0])
    error = None if refused is None or refused.refusal is None else refused.refusal
    found["last_refusal"] = (
        None
        if refused is None or error is None
        else {"submission": refused.id, "operation": refused.operation, "code": error.code}
    )
    return found


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def _show(found: dict[str, Any]) -> None:
    console = Console()
    table = Table("part", "state", "pid", "restarts")
    for name, part in found["parts"].items():
        table.add_row(name, part["state"], str(part["pid"] or ""), str(part["restarts"]))
    console.print(table)
    console.print(f"{found['state']}; block {found['head']}")
    console.print("  ".join(f"{state}: {count}" for state, count in found["submissions"].items()))
    if found["sender"].get("state") == "replaying":
        facts = found["sender"]
        console.print(f"rebuilding the chain from the book: {facts['blocks']} blocks, about {facts['seconds']} s")
        console.print(f"正在由业务库重建链：{facts['blocks']} 个区块，约需 {facts['seconds']} 秒")
    if "code" in found["sender"]:
        console.print(f"{found['sender']['en']}\n{found['sender']['zh']}")
