# SPDX-License-Identifier: Apache-2.0
"""`deeptier book`: carry the book, the database that is never dropped, into a file and back."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from api.story.bilingual import Words

if TYPE_CHECKING:
    from chain.store.archive import Manifest

BOOK = ".deeptier/book.db"
"""Where the book is unless said otherwise."""

SAVED = Words("已备份到 {place}", "Backed up to {place}")
RESTORED = Words("已恢复到 {place}", "Restored into {place}")
TABLE = Words("  {rows:>9,} 行  {name}", "  {rows:>9,} rows  {name}")
SECRET = Words(
    "该文件含业务库全部内容，请像业务库一样保管。",
    "The file holds all that the book holds: keep it as safe as the book.",
)
NEXT = Words("启动前请核对以上行数。", "Compare these counts before you start on it.")

app = typer.Typer(help="Back the book up, bring it back.", no_args_is_help=True)

Language = Annotated[Literal["zh", "en"], typer.Option("--lang", help="zh or en.")]
Address = Annotated[
    str,
    typer.Option("--book", help="A file, sqlite:///… or postgresql://… (let PGPASSFILE hold the password, not this)."),
]


@app.command()
def backup(
    file: Annotated[Path, typer.Argument(help="Where to write it; a namesake is replaced when the new one is whole.")],
    book: Address = BOOK,
    lang: Language = "en",
) -> None:
    """Write one state of the book to FILE while the service runs."""
    from chain.store.backup import backup as save  # here and below: SQLAlchemy takes longer to load than all the rest

    told = save(_address(book), file)
    _tell(SAVED.of(lang).format(place=file), told, SECRET, lang)


@app.command()
def restore(
    file: Annotated[Path, typer.Argument(help="What `deeptier book backup` wrote.")],
    book: Address = BOOK,
    lang: Language = "en",
) -> None:
    """Fill a new or empty book with what FILE holds; nothing is ever written over."""
    from chain.store.restore import restore as bring_back

    told = bring_back(file, _address(book))
    _tell(RESTORED.of(lang).format(place=_shown(book)), told, NEXT, lang)


def _address(book: str) -> str | Path:
    return book if "://" in book else Path(book)


def _shown(book: str) -> str:
    from chain.store.address import parse

    return parse(_address(book)).store


def _tell(done: str, told: "Manifest", advice: Words, lang: Literal["zh", "en"]) -> None:
    rows = (TABLE.of(lang).format(rows=table.rows, name=name) for name, table in told.tables.items())
    typer.echo("\n".join([done, *rows, advice.of(lang)]))
