# SPDX-License-Identifier: Apache-2.0
"""What the `deeptier` command can do."""

import secrets
from pathlib import Path
from typing import Annotated, get_args

import typer

from api import book, invoices, mirror, network, officers, signer, status, up
from api.terminal.commands import install
from chain.domain.errors import DeepTierError, Lang

SEEDS = 10**9  # short enough to be typed again

ENDS = (
    "How a command that asks the service ends: 0 done; 1 refused by a rule; 2 misused; 3 not logged in, or not allowed;"
    " 4 the service does not answer, also after some tries; 5 accepted, not final yet (deeptier submission ID --wait)."
)

app = typer.Typer(
    help="DeepTier: the open ledger for deep-tier supply-chain finance.", no_args_is_help=True, epilog=ENDS
)

Language = Annotated[str, typer.Option("--lang", help="zh or en.")]


@app.callback()
def _root() -> None:
    """DeepTier: the open ledger for deep-tier supply-chain finance."""


@app.command()
def story(
    lang: Language = "en",
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document instead (api/story/README.md).")] = False,
    seed: Annotated[
        int | None, typer.Option(min=0, max=2**53 - 1, help="Draw the keys of an earlier story again.")
    ] = None,
) -> None:
    """Play deep-tier finance on a node of its own, which ends with the story."""
    from api.story import command  # here, as below: what one command needs takes longer to load than all this

    command.story(_language(lang), secrets.randbelow(SEEDS) if seed is None else seed, as_json=as_json)


@app.command()
def demo(
    lang: Language = "en",
    once: Annotated[bool, typer.Option("--once", help="End with the story instead of staying up.")] = False,
    fresh: Annotated[bool, typer.Option("--fresh", help="Forget what was played there and start anew.")] = False,
    folder: Annotated[Path, typer.Option(help="Where network, book and keys are.")] = Path(".deeptier"),
) -> None:
    """Play deep-tier finance over HTTP on a service that is killed half-way and comes back, and leave it up."""
    from api.demo import run as demonstration

    demonstration.demo(folder, _language(lang), once=once, fresh=fresh)


app.command()(invoices.invoice)
app.command()(invoices.init)
app.add_typer(book.app, name="book")
app.add_typer(signer.app, name="signer")
app.add_typer(mirror.app, name="mirror")
app.add_typer(network.app, name="network")
app.add_typer(officers.app, name="officer")
app.command()(up.up)
app.command()(status.status)
install(app)


def _language(lang: str) -> Lang:
    if lang not in get_args(Lang):
        raise typer.BadParameter(f"{lang}: choose zh or en / 请选 zh 或 en", param_hint="--lang")
    return "zh" if lang == "zh" else "en"


def run() -> None:
    """Do what the command line asks for; an error of ours is told in a sentence, with the next step."""
    try:
        app()
    except DeepTierError as error:
        said = (error.message("en"), error.message("zh"), f"→ {error.next_step('en')} / {error.next_step('zh')}")
        typer.echo("\n".join(said), err=True)
        raise SystemExit(1) from None
