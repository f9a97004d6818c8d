# SPDX-License-Identifier: Apache-2.0
"""`deeptier export`: lists as files, all of what the filter lets through, as of one block."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api.story.bilingual import Words
from api.terminal.asked import Asked, reading
from api.terminal.figures import day, exact, when
from api.terminal.reads import OnlyIn, Whose
from api.terminal.tables import Json, Names, word

if TYPE_CHECKING:
    from api.client.sheets import Cell

HEADS = Words(
    "债权份额,凭证,付款人编号,付款人,持有人编号,持有人,状态,凭证状态,币种,金额,未付金额,待兑付本金,待兑付利息,"
    "到期日,流转层级,起始分,权利人编号,权利负担至（北京时间）,签收期限（北京时间）,来源份额,版本,不可转让原因",
    "claim,obligation,obligor id,obligor,holder id,holder,state,obligation status,currency,amount,unpaid,"
    "principal to redeem,interest to redeem,due,hop,first cent,lien holder id,lien until (Beijing),"
    "accept by (Beijing),cut from,version,why it cannot move",
)
DONE = Words("已写入 {path}：{rows} 行（区块 {block}）。", "{path} written: {rows} rows, as of block {block}.")
READING, WRITING = Words("读取", "reading"), Words("写入", "writing")

app = typer.Typer(help="Lists as files for a spreadsheet.", no_args_is_help=True)


@app.callback()
def _root() -> None:
    """Lists as files for a spreadsheet."""


@app.command()
@reading
def holdings(
    asked: Asked,
    csv: Annotated[Path | None, typer.Option("--csv", help="Write a CSV file, which spreadsheets open.")] = None,
    xlsx: Annotated[Path | None, typer.Option("--xlsx", help="Write an XLSX file.")] = None,
    participant: Whose = None,
    state: OnlyIn = None,
) -> None:
    """The claims that `deeptier holdings` shows with the same filter, every page of them."""
    from api.client.sheets import write_csv, write_xlsx

    files = [(path, write) for path, write in ((csv, write_csv), (xlsx, write_xlsx)) if path is not None]
    if not files:
        raise typer.BadParameter("--csv FILE / --xlsx FILE")
    with _bar(asked, READING) as said:
        parameters = {"participant": participant, "state": None if state is None else state.value}
        found = asked.client.whole("/holdings", said, **parameters)
    heads, rows = asked.say(HEADS).split(","), _rows(found.rows, asked)
    for path, write in files:
        with _bar(asked, WRITING, len(rows)) as said:
            write(path, heads, rows, _counting(said))
    if asked.as_json:
        asked.answer({"block": found.block, "rows": len(rows), "files": [str(path) for path, _ in files]})
        return
    for path, _ in files:
        typer.echo(asked.say(DONE, path=path, rows=len(rows), block=found.block))


def _rows(rows: list[Json], asked: Asked) -> "list[list[Cell]]":
    names = Names(asked)
    return [_row(row, asked, names) for row in rows]


def _row(row: Json, asked: Asked, names: Names) -> "list[Cell]":
    def money(minor: int) -> Decimal:
        return Decimal(exact(minor, row["currency"]))

    obligor, lien, waiting = int(row["id"].split("-")[0]), row["lien"], row["waiting"]
    who: list[Cell] = [obligor, names.of(obligor), row["holder"], names.of(row["holder"])]
    amounts = [row["amount"], row["unpaid"], waiting["principal"], waiting["interest"]]
    return [
        *(row["id"], row["obligation"], *who, word(row["state"], asked), word(row["status"], asked), row["currency"]),
        *(money(minor) for minor in amounts),
        *(day(row["due"]), row["hop"], row["start"]),
        *("" if lien is None else lien["holder"], "" if lien is None else when(lien["until"])),
        *(when(row["accept_by"]), row["parent"] or "", row["version"]),
        "" if row["immovable"] is None else row["immovable"]["detail"],
    ]


def _counting(said: Callable[[int], None]) -> Callable[[], None]:
    count = 0

    def one() -> None:
        nonlocal count
        count += 1
        if count % 100 == 0:
            said(count)

    return one


@contextmanager
def _bar(asked: Asked, what: Words, total: int | None = None) -> Iterator[Callable[[int], None]]:
    """A bar of rows, for whoever sits before a terminal."""
    if not sys.stderr.isatty():
        yield lambda rows: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn()
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(asked.say(what), total=total)
        yield lambda rows: progress.update(task, completed=rows)
