# SPDX-License-Identifier: Apache-2.0
"""`deeptier claim …`: pass on, cut, encumber."""

from typing import Annotated, Any

import typer

from api.client.errors import ArgumentMalformed
from api.terminal.asked import Asked, writing
from api.terminal.figures import claim_path, minor, until
from api.terminal.obligations import InFen
from api.terminal.ordering import order
from api.terminal.tables import Json

app = typer.Typer(help="Claims that you hold: split, transfer, cut, lien.", no_args_is_help=True)

Claim = Annotated[str, typer.Argument(help="Such as 10-1-3.")]
To = Annotated[int, typer.Argument(min=1, help="A participant's number.")]
Part = Annotated[str, typer.Argument(help="Such as 1,000.00, in the claim's currency.")]


@app.command()
@writing
def split(
    asked: Asked,
    claim: Claim,
    pieces: Annotated[list[str], typer.Argument(metavar="TO:AMOUNT…", help="Such as 31:400,000.00; repeat it.")],
    fen: InFen = False,
) -> None:
    """Pass parts of a claim on, up to 50 in one order; what is left stays yours."""
    code = currency_of(asked, claim)
    order(asked, f"{claim_path(claim)}/split", {"pieces": [_piece(text, code, fen) for text in pieces]})


@app.command()
@writing
def transfer(asked: Asked, claim: Claim, to: To) -> None:
    """Pass a claim on whole."""
    order(asked, f"{claim_path(claim)}/transfer", {"to": to})


@app.command()
@writing
def cut(asked: Asked, claim: Claim, amount: Part, fen: InFen = False) -> None:
    """Cut a claim in two, both of which stay yours."""
    order(asked, f"{claim_path(claim)}/cut", {"amount": minor(amount, currency_of(asked, claim), fen)})


@app.command()
@writing
def lien(
    asked: Asked,
    claim: Claim,
    last: Annotated[str, typer.Option("--until", help="2026-12-31, or an instant such as 2026-12-31T18:00:00+08:00.")],
    amount: Annotated[str | None, typer.Option(help="Only this much of it, cut off first.")] = None,
    fen: InFen = False,
) -> None:
    """Put a lien of your own on a claim, so that it cannot move until then."""
    body: Json = {"until": until(last)}
    if amount is not None:
        body["amount"] = minor(amount, currency_of(asked, claim), fen)
    order(asked, f"{claim_path(claim)}/lien", body)


@app.command()
@writing
def release(asked: Asked, claim: Claim) -> None:
    """Take your lien off a claim."""
    order(asked, f"{claim_path(claim)}/release")


def _piece(text: str, code: str, in_fen: bool) -> dict[str, int]:
    """Raises ArgumentMalformed and those of parse_amount."""
    to, mark, amount = text.replace("：", ":").partition(":")
    if not (mark and to.isascii() and to.isdecimal() and len(to) <= 10):
        raise ArgumentMalformed(given=text[:40], wanted="31:400,000.00")
    return {"to": int(to), "amount": minor(amount, code, in_fen)}


def currency_of(asked: Asked, claim: str) -> str:
    """Also of a claim of which one sees no more than that it is there. Raises as Client.get."""
    row: Any = asked.client.get(f"{claim_path(claim)}/provenance")["row"]
    return str(row["currency"])
