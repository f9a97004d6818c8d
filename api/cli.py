# SPDX-License-Identifier: Apache-2.0
"""The `deeptier` command."""

from typing import Annotated, get_args

import typer
from rich.console import Console
from rich.table import Table

from api import demo as play
from chain.domain.errors import DeepTierError, Lang

app = typer.Typer(help="DeepTier: the open ledger for deep-tier supply-chain finance.", no_args_is_help=True)


@app.callback()
def _root() -> None:
    """DeepTier: the open ledger for deep-tier supply-chain finance."""


@app.command()
def demo(
    once: Annotated[
        bool, typer.Option("--once", help="One round, then end (there is nothing yet that could stay up).")
    ] = False,
    lang: Annotated[str, typer.Option(help="zh or en.")] = "en",
) -> None:
    """Deploy the ledger to a chain inside this process and play issue, accept, split, fund, redeem."""
    del once  # until a node stays up (the story), every demo is one round
    if lang not in get_args(Lang):
        raise typer.BadParameter(f"{lang}: choose zh or en / 请选 zh 或 en", param_hint="--lang")
    console = Console()
    words: Lang = "zh" if lang == "zh" else "en"
    told = play.play(words, lambda step: console.print(f"[bold]{step.title}[/bold]  {step.text}"))
    table = Table(title=told.title)
    for column in told.columns:
        table.add_column(column, justify="right" if column in told.amounts else "left")
    for row in told.rows:
        table.add_row(*row)
    console.print(table)
    console.print(told.end)


def main() -> None:
    """Run the command; an error of ours is told in a sentence, with the next step."""
    try:
        app()
    except DeepTierError as error:
        Console(stderr=True).print(
            f"{error.message('en')}\n{error.message('zh')}\n→ {error.next_step('en')} / {error.next_step('zh')}"
        )
        raise SystemExit(1) from error
