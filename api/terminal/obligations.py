# SPDX-License-Identifier: Apache-2.0
"""`deeptier obligation …`, `fund`, `redeem`: promise, accept, pay, be paid."""

import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.client.errors import Problem
from api.terminal.asked import Asked, writing
from api.terminal.figures import calendar_day, claim_path, minor, obligation_path
from api.terminal.ordering import carry, order, orders
from api.terminal.reads import obligation_app
from api.terminal.signing import Number, Yes, signed

if TYPE_CHECKING:
    from api.client.http import Part

_LONGEST = 16 << 20  # octets of a file: the service takes less, and says how much

Files = Annotated[list[Path], typer.Argument(metavar="FILE…", help="E-invoices: XML, or a PDF that holds one.")]
Creditor = Annotated[int | None, typer.Option(min=1, help="To whom; without it, the seller on the invoices.")]
Due = Annotated[str | None, typer.Option(help="Maturity, such as 2026-12-31; without it, the invoices' own.")]
Each = Annotated[bool, typer.Option("--each", help="An obligation for each invoice, all of them in one order.")]
Rail = Annotated[int | None, typer.Option(min=1, help="Where its cash flows.")]
Late = Annotated[str | None, typer.Option("--late-rate", help="Late interest a year, such as 18.25%.")]
Closes = Annotated[int | None, typer.Option(min=0, max=255, help="Days before maturity with no passing on.")]
Hours = Annotated[int | None, typer.Option("--accept-hours", min=1, help="How long it may be accepted.")]
Obligation = Annotated[str, typer.Argument(help="Such as 10-1.")]
Amount = Annotated[str | None, typer.Option(help="Such as 1,000.00; without it, all that is owed.")]
InFen = Annotated[bool, typer.Option("--fen", help="Amounts are whole minor units.")]


@obligation_app.command()
@writing
def draft(
    asked: Asked,
    files: Files,
    creditor: Creditor = None,
    due: Due = None,
    each: Each = False,
    alone: Annotated[bool, typer.Option("--alone", help="No checker: below your own threshold.")] = False,
    checker: Annotated[str | None, typer.Option(help="Which officer is to check it, such as 10-2.")] = None,
    rail: Rail = None,
    late_rate: Late = None,
    closes: Closes = None,
    accept_hours: Hours = None,
) -> None:
    """Draft an obligation from e-invoices; a checker approves it with deeptier obligation approve."""
    told = {"creditor": creditor, "due": calendar_day(due), "each": each, "alone": alone, "checker": checker}
    told |= {"rail": rail, "late_rate": ppm(late_rate), "closes": closes, "accept_hours": accept_hours}
    _drafted(asked, files, told)


@obligation_app.command()
@writing
def issue(
    asked: Asked,
    files: Files,
    creditor: Creditor = None,
    due: Due = None,
    each: Each = False,
    rail: Rail = None,
    late_rate: Late = None,
    closes: Closes = None,
    accept_hours: Hours = None,
) -> None:
    """Issue an obligation at once, which a maker may do alone below the participant's threshold."""
    told = {"creditor": creditor, "due": calendar_day(due), "each": each, "alone": True}
    told |= {"rail": rail, "late_rate": ppm(late_rate), "closes": closes, "accept_hours": accept_hours}
    _drafted(asked, files, told)


@obligation_app.command()
@writing
def approve(asked: Asked, proposal: Number, yes: Yes = False) -> None:
    """Check a draft: shows what is signed and its hash, asks, and signs."""
    signed(asked, proposal, yes)


@obligation_app.command()
@writing
def accept(
    asked: Asked, obligations: Annotated[list[str], typer.Argument(metavar="ID…", help="Such as 10-1.")]
) -> None:
    """Accept obligations that were issued to you, up to 100 in one order."""
    order(asked, "/obligations/accept", {"obligations": obligations})


@obligation_app.command()
@writing
def decline(asked: Asked, obligation: Obligation) -> None:
    """Turn down an obligation that was issued to you."""
    order(asked, f"{obligation_path(obligation)}/decline")


@obligation_app.command()
@writing
def revoke(asked: Asked, obligation: Obligation) -> None:
    """Take back an obligation that nobody accepted yet."""
    order(asked, f"{obligation_path(obligation)}/revoke")


@writing
def fund(asked: Asked, obligation: Obligation, amount: Amount = None, fen: InFen = False) -> None:
    """Pay an obligation, in full or in part."""
    body = None
    if amount is not None:
        row = asked.client.get(obligation_path(obligation))["row"]
        body = {"amount": minor(amount, row["currency"], fen)}
    order(asked, f"{obligation_path(obligation)}/fund", body)


@writing
def redeem(
    asked: Asked, claims: Annotated[list[str], typer.Argument(metavar="CLAIM…", help="Such as 10-1-3.")]
) -> None:
    """Have the money paid out that waits for claims of yours."""
    orders(asked, {claim: f"{claim_path(claim)}/redeem" for claim in claims})


def _drafted(asked: Asked, files: list[Path], told: dict[str, Any]) -> None:
    parts: list[Part] = [("invoices", (path.name, _read(path), "application/octet-stream")) for path in files]
    parts += [(name, _text(value)) for name, value in told.items() if value not in (None, False)]
    try:
        carry(asked, lambda key, held: asked.client.upload("/obligations/drafts", parts, key, held))
    except Problem as problem:
        for one in problem.body.get("errors") or ():
            one["where"] = _named(str(one["where"]), files)
        raise


def _named(where: str, files: list[Path]) -> str:
    """By its name, where the service names a file by its place."""
    place = re.fullmatch(r"invoices\[([0-9]+)\]", where)
    return files[int(place[1])].name if place and int(place[1]) < len(files) else where


def _read(path: Path) -> bytes:
    """Raises FileAway."""
    from api.client.errors import FileAway

    try:
        with path.open("rb") as file:
            octets = file.read(_LONGEST + 1)
    except OSError as error:
        raise FileAway(path=str(path), why=error.strerror or type(error).__name__) from None
    if len(octets) > _LONGEST:
        raise FileAway(path=str(path), why=f"> {_LONGEST >> 20} MiB")
    return octets


def _text(value: Any) -> str:
    return "true" if value is True else str(value)


def ppm(rate: str | None) -> int | None:
    """Raises RateMalformed, RateOutOfRange."""
    from chain.domain.money import parse_rate

    return None if rate is None else parse_rate(rate)
