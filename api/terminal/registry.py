# SPDX-License-Identifier: Apache-2.0
"""`deeptier participant …`: a company that comes later, its officers' accounts, what one of them may issue alone."""

import json
import re
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from api.client.errors import REFUSED, ArgumentMalformed, FileAway, Problem, ToSignDamaged
from api.story.bilingual import Words
from api.terminal.asked import Asked, reading, writing
from api.terminal.figures import minor, when
from api.terminal.obligations import InFen
from api.terminal.ordering import order
from api.terminal.reads import party, party_table
from api.terminal.tables import Json, show, table

WRITTEN = Words(
    "{path}：其中 sign（EIP-712）须由账户 {account} 的密钥签署。\n"
    "请在 {deadline}（北京时间）前以相同参数再次运行，并加上 --to-sign {path} --proof 0x签名。",
    "{path}: the key of account {account} is to sign what stands under `sign` (EIP-712).\n"
    "Then, before {deadline} (Beijing), run the same again with --to-sign {path} --proof 0xSIGNATURE.",
)
HOW = Words(
    "签名机中没有该账户的密钥。若密钥在本机签名机：deeptier signer new 后须解锁，并写入签名策略。"
    "若在别处：加上 --to-sign 文件 再运行一次，由持钥人签署该文件的内容。",
    "The signer has no such key. If it is to have it: deeptier signer new, name it in the signer's policy and unlock"
    " it. If the key is elsewhere: run this again with --to-sign FILE, for whoever has the key to sign what is in it.",
)
HEADS = Words("事项,时间（北京时间）,区块,版本", "what,at (Beijing),block,version")
TITLE = Words("登记记录", "What was registered")
EVENTS = {
    "ParticipantRegistered": Words("登记", "registered"),
    "AccountAdded": Words("新增账户", "account added"),
    "AccountEnded": Words("终止账户", "account ended"),
    "ThresholdSet": Words("设定单独开立限额", "threshold set"),
    "CashSet": Words("设定收付款账户", "cash account set"),
    "StandingSet": Words("设定角色、状态、额度", "standing set"),
    "AutoAcceptSet": Words("设定自动签收", "auto-accept set"),
    "QuoteEpochRaised": Words("撤回全部报价", "quotes withdrawn"),
    "Paused": Words("暂停", "paused"),
    "Unpaused": Words("恢复", "pause ended"),
    "ChangeAnnounced": Words("公告变更", "change announced"),
    "ChangeApplied": Words("变更生效", "change applied"),
    "ChangeCancelled": Words("变更取消", "change cancelled"),
    "RailAdded": Words("开通清算通道", "rail added"),
    "InvoicesRegistered": Words("登记发票", "invoices registered"),
}
_REPEATED = ("id", "salt", "deadline")  # that a service drew, and without which another message would come of it
_LONGEST = 1 << 20  # bytes of a file that was to be signed


class RoleWord(StrEnum):
    """As the API's."""

    CORE_ENTERPRISE = "core_enterprise"
    SUPPLIER = "supplier"
    FINANCIER = "financier"
    GUARANTOR = "guarantor"
    SETTLEMENT_BANK = "settlement_bank"
    AUDITOR = "auditor"
    REGISTRAR = "registrar"
    OPERATOR = "operator"


class RightWord(StrEnum):
    """As the API's."""

    MAKER = "maker"
    CHECKER = "checker"


app = typer.Typer(help="Companies that take part: admit, further accounts, limits, look.", no_args_is_help=True)

Number = Annotated[int, typer.Argument(min=1, metavar="PARTICIPANT", help="Its number.")]
Account = Annotated[str, typer.Option(help="The account's address, as deeptier signer new prints it.")]
Officer = Annotated[int, typer.Option(min=1, max=2**16 - 1, help="Whose account it is, by number in the company.")]
Rights = Annotated[list[RightWord] | None, typer.Option("--right", help="maker or checker; repeat it.")]
ToSign = Annotated[
    Path | None,
    typer.Option("--to-sign", help="When the key is elsewhere: the file for what it is to sign; then, --proof."),
]
Proof = Annotated[
    str | None, typer.Option(help="The account's signature of that file's `sign`: 0x and 130 hex digits.")
]


@app.command()
@writing
def admit(
    asked: Asked,
    name: Annotated[str, typer.Argument(help="As on its invoices.")],
    number: Annotated[str, typer.Option(help="Tax number, in China the USCC.")],
    role: Annotated[list[RoleWord], typer.Option(help="Repeat it for several.")],
    account: Account,
    cash: Annotated[
        str | None, typer.Option(help="Where it is paid and pays from; auditors and operators have none.")
    ] = None,
    limit: Annotated[str, typer.Option(help="How much it may owe, such as 5,000,000.00.")] = "0",
    wanted: Annotated[
        int | None, typer.Option("--id", min=1, help="Its number; without it, the next free one.")
    ] = None,
    officer: Officer = 1,
    rights: Rights = None,
    to_sign: ToSign = None,
    proof: Proof = None,
    fen: InFen = False,
) -> None:
    """Enter a company with its first officer's account; for the Registrar."""
    body: Json = {"name": name, "number": number, "roles": [one.value for one in role]}
    body |= {
        "limit": 0 if limit == "0" else _money(asked, limit, fen),
        "cash": None if cash is None else _address(cash),
    }
    if wanted is not None:
        body["id"] = wanted
    _entered(asked, "/participants", body | _account(account, officer, rights), to_sign, proof)


@app.command()
@writing
def account(
    asked: Asked,
    participant: Number,
    account: Account,
    officer: Officer = 1,
    rights: Rights = None,
    to_sign: ToSign = None,
    proof: Proof = None,
) -> None:
    """Propose a further account, or a new officer's; the company and the Registrar both sign."""
    _entered(asked, f"/participants/{participant}/accounts", _account(account, officer, rights), to_sign, proof)


@app.command()
@writing
def threshold(
    asked: Asked,
    participant: Number,
    amount: Annotated[str, typer.Argument(help="Such as 50,000.00 a day.")],
    officer: Officer = 1,
    fen: InFen = False,
) -> None:
    """Propose how much an officer may issue alone a day; the company and the Registrar both sign."""
    body = {"officer": officer, "threshold": _money(asked, amount, fen)}
    order(asked, f"/participants/{participant}/threshold", body)


@app.command("show")
@reading
def show_participant(asked: Asked, participant: Number) -> None:
    """What you may know of one, and of your own what was registered about it."""
    told = party(asked, participant)
    try:
        events = asked.client.whole(f"/participants/{participant}/events").rows
    except Problem as problem:
        if problem.status != 404:  # it is somebody else's business
            raise
        events = []
    if asked.as_json:
        asked.answer(told | {"events": events})
        return
    show(party_table(told["row"], asked))
    if events:
        rows = [
            (_event(one["name"], asked), when(one["time"]), str(one["block"]), _text(one["version"])) for one in events
        ]
        show(table(asked.say(TITLE), asked.say(HEADS).split(","), rows, right=(2, 3)))


def _entered(asked: Asked, path: str, body: Json, to_sign: Path | None, proof: str | None) -> None:
    """Order it; what an account whose key is elsewhere has to sign is written to a file."""
    if proof is not None:
        if to_sign is None:
            raise typer.BadParameter("--to-sign FILE --proof 0x…")
        if not re.fullmatch("0x[0-9a-fA-F]{130}", proof):
            raise ArgumentMalformed(given=proof[:40], wanted="0x + 130 × 0-9 a-f")
        body |= _repeated(to_sign) | {"proof": proof}
    try:
        order(asked, path, body)
    except Problem as problem:
        if problem.code != "proof-missing" or proof is not None:
            raise
        if to_sign is None:
            problem.body["next_step"] = asked.say(HOW)
            raise
        _write(to_sign, {name: problem.body[name] for name in ("sign", "repeat")})
        deadline = when(problem.body["repeat"]["deadline"])
        if asked.as_json:
            asked.answer(problem.body)
        asked.tell(asked.say(WRITTEN, path=to_sign, account=body["account"], deadline=deadline))
        raise typer.Exit(REFUSED) from None


def _write(path: Path, told: Json) -> None:
    """A new file for its owner's eyes: with the salt in it, anybody could try out who the company is.

    Raises FileAway, FileUnusable.
    """
    from chain.signing.files import create_private

    if not create_private(path, json.dumps(told, ensure_ascii=False, indent=1).encode()):
        raise FileAway(path=str(path), why="File exists")


def _repeated(path: Path) -> Json:
    """Raises FileAway, ToSignDamaged."""
    try:
        with path.open("rb") as file:
            octets = file.read(_LONGEST)
    except OSError as error:
        raise FileAway(path=str(path), why=error.strerror or type(error).__name__) from None
    try:
        found = json.loads(octets)["repeat"]
        return {name: found[name] for name in _REPEATED if name in found}
    except (ValueError, TypeError, KeyError):
        raise ToSignDamaged(path=str(path)) from None


def _account(address: str, officer: int, rights: list[RightWord] | None) -> Json:
    wanted = [one.value for one in rights or RightWord]
    return {"account": _address(address), "officer": officer, "rights": wanted}


def _address(text: str) -> str:
    """Raises ArgumentMalformed."""
    if not re.fullmatch("0x[0-9a-fA-F]{40}", text):
        raise ArgumentMalformed(given=text[:50], wanted="0x7e5f4552091a69125d5dfcb7b8c2659029395bdf")
    return text


def _money(asked: Asked, text: str, fen: bool) -> int:
    """In minor units of the ledger's currency. Raises as `minor` and Client.get."""
    own = asked.client.get("/me")["participant"]
    return minor(text, asked.client.get(f"/participants/{own}")["row"]["currency"], fen)


def _event(name: str, asked: Asked) -> str:
    known = EVENTS.get(name)
    return known.of(asked.lang) if known else name


def _text(value: Any) -> str:
    return "" if value is None else str(value)
