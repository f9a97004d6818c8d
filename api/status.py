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
from api.disks import Disks
from api.settings import Settings
from api.story.bilingual import Words
from api.terminal import tables
from api.up import LISTENS, Book, Home
from chain.domain.errors import DeepTierError, Lang
from chain.signing.client import SignerClient
from chain.signing.process import SOCKET
from chain.store.db import connect
from chain.store.errors import DiskFull, StoreError
from chain.submission.outbox import Outbox

STANDS = Words("{state}；区块 {head}，镜像到区块 {mirrored}", "{state}; block {head}, mirrored to {mirrored}")
LEFT = Words("磁盘剩余 {left} MiB（至少需要 {least} MiB）", "disk: {left} MiB left, of which {least} are to stay")
REPLAYING = Words(
    "正在由业务库重建链：{blocks} 个区块，约需 {seconds} 秒",
    "rebuilding the chain from the book: {blocks} blocks, about {seconds} s",
)
WORDS = {
    "part": Words("组成部分", "part"),
    "state": Words("状态", "state"),
    "pid": Words("进程号", "pid"),
    "restarts": Words("重启次数", "restarts"),
    "node": Words("节点", "node"),
    "signer": Words("签名服务", "signer"),
    "sender": Words("发送服务", "sender"),
    "mirror": Words("镜像", "mirror"),
    "http": Words("HTTP 接口", "http"),
    "running": Words("运行中", "running"),
    "waiting": Words("等待中", "waiting"),
    "alarm": Words("告警", "alarm"),
    "restarting": Words("重新启动中", "restarting"),
    "stopped": Words("已停止", "stopped"),
    "unlocked": Words("已解锁", "unlocked"),
    "locked": Words("已锁定", "locked"),
}
"""Parts and their states; those of submissions are the terminal's."""

ANSWER = 2.0  # seconds for the signer, which may be halted; the command is to tell so


def status(
    folder: Home = Path(".deeptier"),
    book: Book = None,
    mirror: mirrored.Place = None,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
    lang: mirrored.Language = "en",
) -> None:
    """How the service goes: its parts, the last block, what is queued, room on the disk, what stands in the way."""
    found = look(folder, book or f"sqlite://{folder.resolve()}/book.db", mirror)
    if as_json:
        typer.echo(json.dumps(found, ensure_ascii=False, indent=1))
    else:
        _show(found, lang)
    if found["state"] != "running":
        raise SystemExit(1)


def look(folder: Path, address: str, mirror: str | None = None) -> dict[str, Any]:
    """What `deeptier status --json` tells. Raises DiskFull when nothing can be told for want of room, StoreError."""
    disks = Disks(Settings(folder=folder, book=address, mirror=mirrored.place(folder, mirror)))
    disk = _disk(disks)
    try:
        found = _parts(folder, mirror) | {"disk": disk} | _book(address)
    except StoreError:
        if disk.get("code") == DiskFull.code:  # which is why
            disks.demand()
        raise
    found["head"] = found["head"] or found["mirror"]["head"] or 0
    if found["state"] == "running" and "code" in disk:
        found["state"] = "waiting"
    return found


def _disk(disks: Disks) -> dict[str, Any]:
    """How many MiB are left, how many are to be; why nothing new is taken, when there are fewer."""
    try:
        return {"left": disks.demand(), "least": disks.least}
    except StoreError as error:
        told = {"code": error.code, "zh": error.message("zh"), "en": error.message("en"), "least": disks.least}
        return told | ({"left": error.arguments["left"]} if isinstance(error, DiskFull) else {})


def _parts(folder: Path, mirror: str | None) -> dict[str, Any]:
    """What the parts say of themselves. Raises StoreError, MirrorError."""
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
    return found


def _book(address: str) -> dict[str, Any]:
    """The last block that was made, if the book knows, and what was asked of the ledger. Raises StoreError."""
    with connect(address) as db:
        row = db.one("SELECT MAX(number) FROM block WHERE hash IS NOT NULL")
        counts = {state.value: count for state, count in Outbox(db).counts().items()}
        last = db.one("SELECT id, operation, error FROM submission WHERE state = 'refused' ORDER BY id DESC LIMIT 1")
        refused = None if last is None else Outbox(db).submission(last[0])
    error = None if refused is None or refused.refusal is None else refused.refusal
    told = (
        None
        if refused is None or error is None
        else {"submission": refused.id, "operation": refused.operation, "code": error.code}
    )
    head = None if row is None else row[0]  # none on a network that makes blocks by itself
    return {"head": head, "submissions": counts, "last_refusal": told}


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


def _show(found: dict[str, Any], lang: Lang) -> None:
    console = Console()
    table = Table(*(_word(name, lang) for name in ("part", "state", "pid", "restarts")))
    for name, part in found["parts"].items():
        table.add_row(_word(name, lang), _word(part["state"], lang), str(part["pid"] or ""), str(part["restarts"]))
    console.print(table)
    at = found["mirror"]["block"]
    told = {"state": _word(found["state"], lang), "head": found["head"], "mirrored": "-" if at is None else at}
    console.print(STANDS.of(lang).format(**told))
    console.print("  ".join(f"{_word(state, lang)}: {count}" for state, count in found["submissions"].items()))
    if "left" in found["disk"]:
        console.print(LEFT.of(lang).format(**found["disk"]))
    if found.get("http", {}).get("url"):
        console.print(LISTENS.of(lang).format(url=found["http"]["url"]), soft_wrap=True)
    for account, state in found["signer"].get("accounts", {}).items():
        console.print(f"{account} {_word(state, lang)}")
    if found["sender"].get("state") == "replaying":
        console.print(REPLAYING.of(lang).format_map(found["sender"]))
    for part in ("disk", "signer", "sender", "mirror", "http"):
        if "code" in found.get(part, {}):
            console.print(found[part][lang], soft_wrap=True)
    if found["disk"].get("code") == DiskFull.code:
        console.print(f"→ {DiskFull.next_zh if lang == 'zh' else DiskFull.next_en}", soft_wrap=True)


def _word(name: str, lang: Lang) -> str:
    """What a part, a state or a heading is called; what has no name of its own stands as it is."""
    words = WORDS.get(name) or tables.WORDS.get(name)
    return name if words is None else words.of(lang)
