# SPDX-License-Identifier: Apache-2.0
"""`deeptier status`: how the service goes, as its parts and the book tell it."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from api import mirror as mirrored
from api import run as supervised
from api.up import LISTENS, Book, Home
from chain.domain.errors import DeepTierError
from chain.signing.client import SignerClient
from chain.signing.process import SOCKET
from chain.store.db import connect
from chain.submission.outbox import Outbox

ANSWER = 2.0  # seconds for the signer, which may be halted; the command is to tell so


def status(
    folder: Home = Path(".deeptier"),
    book: Book = None,
    mirror: mirrored.Place = None,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """How the service goes: its parts, the last block, what is queued, what stands in the way."""
    found = look(folder, book or f"sqlite://{folder.resolve()}/book.db", mirror)
    if as_json:
        typer.echo(json.dumps(found, ensure_ascii=False, indent=1))
    else:
        _show(found)
    if found["state"] != "running":
        raise SystemExit(1)


def look(folder: Path, address: str, mirror: str | None = None) -> dict[str, Any]:
    """What `deeptier status --json` tells."""
    up_file = supervised.said(folder / "run" / "up.json")
    sender = supervised.heard(folder / "run" / "sender.json")
    alive = "pid" in up_file and supervised.lives(up_file["pid"])
    parts = up_file.get("parts", {}) if alive else {}
    found: dict[str, Any] = {"state": "running" if alive else "stopped", "parts": parts, "sender": sender}
    found["mirror"] = mirrored.look(folder, mirror)
    if "http" in parts:
        found["http"] = supervised.said(folder / "run" / "http.json") | {"url": _text(folder / "run" / "http")}
    states = {
        sender.get("state"),
        found.get("http", sender).get("state"),
        found["mirror"].get("state"),
        *(one["state"] for one in parts.values()),
    }
    if alive and states != {"running"}:
        found["state"] = "alarm" if "alarm" in states else "waiting"
    found["signer"] = _accounts(folder / "signer" / SOCKET) if alive else {}
    with connect(address) as db:
        row = db.one("SELECT MAX(number) FROM block WHERE hash IS NOT NULL")
        made = None if row is None else row[0]  # none on a network that makes blocks by itself
        found["head"] = made or found["mirror"]["head"] or 0
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


def _accounts(socket: Path) -> dict[str, Any]:
    """The signer's accounts, "locked" or "unlocked" each; why it does not answer, when it does not."""
    try:
        with SignerClient(socket, ANSWER) as client:
            kept = client.accounts()
    except DeepTierError as error:
        return {"code": error.code, "zh": error.message("zh"), "en": error.message("en")}
    return {"accounts": {account: "unlocked" if unlocked else "locked" for account, unlocked in kept.items()}}


def _text(path: Path) -> str | None:
    return path.read_text("ascii") if path.exists() else None


def _show(found: dict[str, Any]) -> None:
    console = Console()
    table = Table("part", "state", "pid", "restarts")
    for name, part in found["parts"].items():
        table.add_row(name, part["state"], str(part["pid"] or ""), str(part["restarts"]))
    console.print(table)
    at = found["mirror"]["block"]
    console.print(f"{found['state']}; block {found['head']}, mirrored to {'-' if at is None else at}")
    console.print("  ".join(f"{state}: {count}" for state, count in found["submissions"].items()))
    if found.get("http", {}).get("url"):
        console.print(LISTENS.format(url=found["http"]["url"]), soft_wrap=True)
    for account, state in found["signer"].get("accounts", {}).items():
        console.print(f"{account} {state} / {'已解锁' if state == 'unlocked' else '已锁定'}")
    if found["sender"].get("state") == "replaying":
        facts = found["sender"]
        console.print(f"rebuilding the chain from the book: {facts['blocks']} blocks, about {facts['seconds']} s")
        console.print(f"正在由业务库重建链：{facts['blocks']} 个区块，约需 {facts['seconds']} 秒")
    for part in ("signer", "sender", "mirror", "http"):
        if "code" in found.get(part, {}):
            console.print(f"{found[part]['en']}\n{found[part]['zh']}")
