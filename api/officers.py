# SPDX-License-Identifier: Apache-2.0
"""`deeptier officer`: let officers in, on the machine itself, which is how a participant comes by its first admin."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, Literal

import typer
from rich.console import Console
from rich.table import Table

from api.access import audit, demo, keys, officers, passwords
from api.access.audit import Action, Decision, deciding
from api.access.errors import AuditBroken, DemoOnly
from api.access.officers import Officer
from api.access.viewer import Duty, stored
from api.errors import NetworkMissing
from api.story.bilingual import Words
from api.up import Book, Home
from chain.domain.clock import SystemClock, UtcSeconds, instant
from chain.domain.vocabulary import OfficerId, ParticipantId
from chain.node.network import Folder
from chain.signing.files import read_private
from chain.store import schema
from chain.store.db import Db, connect
from chain.store.words import OfficerState

PASSWORD = "Password / 密码"
LONGEST_FILE = 1024  # bytes

ADDED = Words("人员 {officer}（{name}）已可登录。", "Officer {officer} ({name}) may log in.")
RESET = Words(
    "人员 {officer} 的密码已重置，其全部密钥已失效。", "The password of {officer} is another; its keys have ended."
)
ONCE = Words(
    "一次性密码（7 天内有效，须修改）：{password}", "One-time password (good for 7 days, to be changed): {password}"
)
WHOLE = Words(
    "审计日志共 {rows} 行，前后相符。末行散列（可另处留存以备核对）：{head}",
    "The audit log has {rows} rows, each follows from the one before. Hash of the last (keep it elsewhere): {head}",
)

app = typer.Typer(help="Let officers in, on this machine.", no_args_is_help=True)

Language = Annotated[Literal["zh", "en"], typer.Option("--lang", help="zh or en.")]
Json = Annotated[bool, typer.Option("--json", help="For programs.")]
Participant = Annotated[int, typer.Option(min=1, max=2**32 - 1, help="The participant's number on the ledger.")]
Number = Annotated[int, typer.Option("--officer", min=1, max=2**16 - 1, help="The officer's number there.")]
File = Annotated[
    Path | None, typer.Option(help="Read the password from this file (mode 0600) instead of asking for it.")
]
Once = Annotated[bool, typer.Option("--one-time", help="Draw a one-time password and print it.")]

_clock = SystemClock()


@app.command()
def add(
    participant: Participant,
    officer: Number,
    name: Annotated[str, typer.Option(help="To log in with: 3 to 40 of a-z, 0-9, dot, underscore, hyphen.")],
    duty: Annotated[list[Duty], typer.Option(help="maker, checker, viewer or admin; repeat it.")],
    password_file: File = None,
    one_time: Once = False,
    folder: Home = Path(".deeptier"),
    book: Book = None,
    lang: Language = "en",
) -> None:
    """Let an officer in."""
    with _opened(folder, book) as db:
        now = _clock.now()
        password, until = _password(password_file, one_time, name, now)
        new = Officer(
            participant=ParticipantId(participant),
            number=OfficerId(officer),
            name=name,
            duties=frozenset(duty),
            state=OfficerState.ACTIVE,
            once_until=until,
            created_at=now,
        )
        hashed = passwords.hashed(password)
        subject = f"officer {new.id}, duties {stored(new.duties)}"
        with deciding(db, _clock, Decision(Action.OFFICER_ADD, subject)):
            officers.add(db, new, hashed)
    _tell(ADDED.of(lang).format(officer=new.id, name=name), password, until, lang)


@app.command()
def reset(
    participant: Participant,
    officer: Number,
    password_file: File = None,
    one_time: Once = False,
    folder: Home = Path(".deeptier"),
    book: Book = None,
    lang: Language = "en",
) -> None:
    """Give an officer another password, and let it in again; every key of the officer's ends."""
    who = ParticipantId(participant), OfficerId(officer)
    with _opened(folder, book) as db:
        found, now = officers.found(db, *who), _clock.now()
        password, until = _password(password_file, one_time, found.name, now)
        hashed = passwords.hashed(password)
        with deciding(db, _clock, Decision(Action.PASSWORD_RESET, f"officer {found.id}")):
            officers.set_password(db, found, hashed, until)
            officers.change(db, found, None, OfficerState.ACTIVE)
            keys.revoke_all(db, who, now)
    _tell(RESET.of(lang).format(officer=found.id), password, until, lang)


@app.command("list")
def list_officers(folder: Home = Path(".deeptier"), book: Book = None, as_json: Json = False) -> None:
    """Who may log in, for which participant, with what duties."""
    with _opened(folder, book) as db:
        found = officers.everyone(db)
    rows = [(one.id, one.name, stored(one.duties), one.state.value, _when(one.once_until)) for one in found]
    _show(("officer", "name", "duties", "state", "one-time until"), rows, as_json)


@app.command("audit")
def show_audit(
    verify: Annotated[
        bool, typer.Option("--verify", help="See whether every row follows from the one before.")
    ] = False,
    after: Annotated[int, typer.Option(min=0, help="Show what comes after this row.")] = 0,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="Rows to show at most.")] = 100,
    folder: Home = Path(".deeptier"),
    book: Book = None,
    as_json: Json = False,
    lang: Language = "en",
) -> None:
    """The log of every decision about access, or whether it is as it was written."""
    with _opened(folder, book) as db:
        if not verify:
            rows = [_row(entry) for entry in audit.entries(db, after, limit)]
            _show(("number", "at", "officer", "key", "action", "subject", "outcome"), rows, as_json)
            return
        verdict = audit.verify(db)
    if verdict.broken is not None:
        raise AuditBroken(number=verdict.broken)
    told = {"rows": verdict.rows, "head": verdict.head.hex()}
    typer.echo(json.dumps(told) if as_json else WHOLE.of(lang).format(**told))


@app.command("demo-keys")
def demo_keys(folder: Home = Path(".deeptier"), book: Book = None, as_json: Json = False) -> None:
    """What the officers of a demo network log in with, and their keys."""
    network = Folder(folder).network()
    if network is None:
        raise NetworkMissing(folder=str(folder))
    if not network.demo:
        raise DemoOnly(folder=str(folder))
    rows = []
    with _opened(folder, book) as db:
        for one in demo.demo_officers(network.chain_id):
            flaw = keys.verify(db, one.key, _clock.now()).flaw
            who = (f"{one.company.id}-{one.number}", one.company.name.en, one.name, one.password, stored(one.duties))
            rows.append((*who, one.key, "good" if flaw is None else flaw.value))
    _show(("officer", "participant", "name", "password", "duties", "key", "state"), rows, as_json)


def _opened(folder: Path, book: str | None) -> Db:
    """The folder's book, or another. Raises StoreError."""
    db = connect(book or f"sqlite://{folder.resolve()}/book.db")
    try:
        schema.check(db)
    except BaseException:
        db.close()
        raise
    return db


def _password(file: Path | None, one_time: bool, name: str, now: UtcSeconds) -> tuple[str, UtcSeconds | None]:
    """A password, and until when it is good if it is to be changed. Raises PasswordWeak, FileExposed, FileUnusable."""
    if one_time:
        return passwords.one_time(), instant(now + passwords.ONCE)
    if file is not None:
        password = read_private(file, LONGEST_FILE).decode("utf-8", "surrogateescape").rstrip("\r\n")
    else:
        password = typer.prompt(PASSWORD, hide_input=True, confirmation_prompt=True)
    passwords.check(password, name)
    return password, None


def _tell(done: str, password: str, until: UtcSeconds | None, lang: Literal["zh", "en"]) -> None:
    typer.echo(done if until is None else f"{done}\n{ONCE.of(lang).format(password=password)}")


def _row(entry: audit.Entry) -> tuple[Any, ...]:
    who = "" if entry.participant is None else f"{entry.participant}-{entry.officer}"
    return entry.number, _when(entry.at), who, entry.key or "", entry.action, entry.subject, entry.outcome


def _when(at: UtcSeconds | None) -> str:
    return "" if at is None else datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _show(names: tuple[str, ...], rows: list[tuple[Any, ...]], as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps([dict(zip(names, row, strict=True)) for row in rows], ensure_ascii=False, indent=1))
        return
    table = Table(*names)
    for row in rows:
        table.add_row(*map(str, row))
    needed = Console(width=10_000).measure(table).maximum
    Console(width=max(Console().width, needed)).print(table)  # a key that is cut off is of no use
