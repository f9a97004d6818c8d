# SPDX-License-Identifier: Apache-2.0
"""`deeptier invoice`: what e-invoices say, and whether they could be financed; `deeptier init`: the fingerprint key."""

import json
import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Literal

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from api.interrupts import checkpoint
from api.invoice_view import Entry, Teller, clean, key_made
from chain.documents import keys
from chain.documents.errors import DocumentError, InvoiceUnidentified
from chain.documents.files import Documents, found_in
from chain.documents.fingerprint import fingerprint
from chain.documents.invoice import Amount, Invoice, Scheme
from chain.documents.judgement import financeable, warnings
from chain.domain.clock import BEIJING, SystemClock, local_date
from chain.domain.errors import Lang
from chain.domain.money import currency as known_currency

KEY_FILE = Path(".deeptier/fingerprint-keys.json")
DETAILED = 3  # files, at most, that are shown each in full

Language = Annotated[Literal["zh", "en"], typer.Option("--lang", help="zh or en.")]


@dataclass(frozen=True)
class Failed:
    """A file that could not be read."""

    file: str
    error: DocumentError


Outcome = Entry | Failed


def invoice(
    paths: Annotated[list[Path], typer.Argument(metavar="FILE|FOLDER…", help="E-invoices: XML or PDF.")],
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line, for programs.")] = False,
    lang: Language = "en",
    key_file: Annotated[
        Path | None, typer.Option("--key-file", help=f"Keys for fingerprints (default: {KEY_FILE}, if there is one).")
    ] = None,
    currency: Annotated[str, typer.Option(help="The currency of the ledger (ISO 4217).")] = "CNY",
    on: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="The day to judge for (default: today).")
    ] = None,
) -> None:
    """Read e-invoices (UBL, CII, Factur-X, Chinese XML): what they say, what is missing, if they could be financed."""
    ledger = known_currency(currency).code
    day = local_date(SystemClock().now(), BEIJING) if on is None else on.date()
    ring = _keys(key_file)
    outcomes = _outcomes(list(found_in(paths)), ring or _passing_keys(), day, ledger)
    failed = False
    told: list[Outcome] = []
    for outcome in outcomes:
        failed = failed or isinstance(outcome, Failed)
        if as_json:
            typer.echo(json.dumps(_record(outcome, lang, fingerprinted=bool(ring)), ensure_ascii=False))
        else:
            told.append(outcome)
    if not as_json:
        _show(told, lang, day, ledger, fingerprinted=bool(ring))
    if failed:
        raise typer.Exit(1)


def init(
    key_file: Annotated[Path, typer.Option("--key-file", help="Where the keys are kept.")] = KEY_FILE,
    rotate: Annotated[bool, typer.Option("--rotate", help="Add a newer key; the older ones stay checkable.")] = False,
    lang: Language = "en",
) -> None:
    """Make the key that invoices are fingerprinted with. Back it up: without it no invoice is recognised again."""
    ring = keys.rotate(key_file) if rotate else keys.create(key_file)
    typer.echo(key_made(key_file, ring[-1].number, lang))


def _keys(key_file: Path | None) -> tuple[keys.FingerprintKey, ...]:
    """The keys to take fingerprints with; none when nobody named a file and there is none."""
    if key_file is None and not KEY_FILE.exists():
        return ()
    return keys.load(key_file or KEY_FILE)


def _passing_keys() -> tuple[keys.FingerprintKey, ...]:
    """A key of this run, to find twins among the files with; nobody is shown its fingerprints."""
    return (keys.FingerprintKey(0, secrets.token_bytes(32)),)


def _outcomes(files: Sequence[Path], ring: Sequence[keys.FingerprintKey], on: date, currency: str) -> Iterator[Outcome]:
    """Each file's outcome as soon as it is known, under a progress bar where somebody watches."""
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    quiet = len(files) <= DETAILED or not console.is_terminal
    with Documents() as documents, Progress(*columns, console=console, transient=True, disable=quiet) as progress:
        task = progress.add_task("", total=len(files))
        for path, read in zip(files, documents.each(files), strict=True):
            checkpoint()
            yield _outcome(clean(str(path)), read, ring, on, currency)
            progress.advance(task)


def _outcome(
    file: str, read: Invoice | DocumentError, ring: Sequence[keys.FingerprintKey], on: date, currency: str
) -> Outcome:
    if isinstance(read, DocumentError):
        return Failed(file, read)
    try:
        mark = fingerprint(read, ring)
    except InvoiceUnidentified:
        mark = None  # the reasons say what is missing
    return Entry(file, read, financeable(read, on, currency), warnings(read), mark)


def _record(outcome: Outcome, lang: Lang, fingerprinted: bool) -> dict[str, object]:
    """What --json prints for a file. `fingerprint` is null without a key file."""
    if isinstance(outcome, Failed):
        error = outcome.error
        return {"file": outcome.file, "error": error.code, "message": f"{error.message(lang)} {error.next_step(lang)}"}
    read, mark = outcome.invoice, outcome.mark
    return {
        "file": outcome.file,
        "syntax": read.syntax,
        "number": read.number,
        "type": read.type,
        "issue": _iso(read.issue),
        "due": _iso(read.due),
        "currency": read.currency,
        "net": _decimal(read.net),
        "tax": _decimal(read.tax),
        "gross": _decimal(read.gross),
        "prepaid": _decimal(read.prepaid),
        "rounding": _decimal(read.rounding),
        "third_parties": [one.text for one in read.third_parties],
        "payable": _decimal(read.payable),
        "seller": read.seller.name,
        "seller_vat": read.seller.of(Scheme.VAT),
        "buyer": read.buyer.name,
        "buyer_vat": read.buyer.of(Scheme.VAT),
        "fingerprint": mark.value.hex() if fingerprinted and mark is not None else None,
        "financeable": not outcome.reasons,
        "reasons": [reason.value for reason in outcome.reasons],
    }


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _decimal(amount: Amount | None) -> str | None:
    return None if amount is None else amount.text


def _show(outcomes: Sequence[Outcome], lang: Lang, on: date, currency: str, fingerprinted: bool) -> None:
    """Everything for people: a few files each in full, many as tables."""
    console = Console(highlight=False, markup=False, emoji=False)
    read = [one for one in outcomes if isinstance(one, Entry)]
    failed = [(one.file, one.error) for one in outcomes if isinstance(one, Failed)]
    teller = Teller(console, lang, on, currency)
    if not outcomes:
        teller.nothing()
    elif len(outcomes) <= DETAILED:
        for one in read:
            teller.in_full(one, one.mark if fingerprinted else None)
    else:
        teller.tables(read, len(failed))
    teller.failures(failed)
    teller.twins(read)
    if read and not fingerprinted:
        teller.keyless(KEY_FILE)
