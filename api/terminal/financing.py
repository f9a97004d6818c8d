# SPDX-License-Identifier: Apache-2.0
"""`deeptier financing …`: ask for early payment, quote, open the sealed quotes, take one.

The quotes of a request open with a private key that is drawn here, kept beside the session and told to the service only
when they are opened.
"""

from collections.abc import Sequence
from typing import Annotated, Any

import typer

from api.story.bilingual import Words
from api.terminal.asked import Asked, reading, writing
from api.terminal.claims import Claim, currency_of
from api.terminal.figures import amount as figure
from api.terminal.figures import minor, numbers, rate, until, when
from api.terminal.obligations import InFen, ppm
from api.terminal.ordering import order
from api.terminal.tables import Json, Names, show, table, word

LAST_DAYS = 7
"""Days for which quotes are taken unless told otherwise."""

HEADS = Words(
    "融资申请,债权份额,申请方,金额,币种,状态,报价数,报价截止（北京时间）",
    "request,claim,from,amount,currency,state,quotes,quotes until (Beijing)",
)
QUOTES = Words(
    "名次,报价,资金方,融资净额,融资成本,币种,年利率,实际年化成本,天数,计息基准,有效至（北京时间）,备注",
    "rank,quote,financier,proceeds,cost,currency,rate,cost a year,days,basis,good until (Beijing),note",
)
TAKEN, VOID = Words("已接受", "taken"), Words("无效", "void")
SEALED = Words(
    "已收到 {count} 份密封报价；用 deeptier financing open {id} 开启（开启后不再接受报价）。",
    "{count} sealed quotes; deeptier financing open {id} opens them (no more are taken then).",
)
ASKED_FOR = Words(
    "报价截至 {until}（北京时间）；开启报价的私钥保存在 {folder}。",
    "Quotes are taken until {until} (Beijing). The key that opens them is kept in {folder}.",
)

Request = Annotated[int, typer.Argument(min=1, metavar="REQUEST", help="Its number, as deeptier financing list tells.")]

app = typer.Typer(help="Early payment: ask for it, quote, compare, accept.", no_args_is_help=True)


@app.command("request")
@writing
def make(
    asked: Asked,
    claim: Claim,
    to: Annotated[str, typer.Option(help="Whom you ask: financiers' numbers, such as 51,52.")],
    amount: Annotated[str | None, typer.Option(help="Only this much of the claim, its tail.")] = None,
    last: Annotated[
        str | None, typer.Option("--until", help="Until when quotes are taken; without it, 7 days.")
    ] = None,
    fen: InFen = False,
) -> None:
    """Ask financiers for early payment of a claim; what they quote can be opened by you alone."""
    from chain.documents.sealing import pair, public_of

    financiers, named = numbers(to), until(last)
    wanted = None if amount is None else minor(amount, currency_of(asked, claim), fen)

    def drawn() -> dict[str, str]:
        return {"private": pair()[0].hex(), "until": named or until(None, LAST_DAYS) or ""}

    kept = asked.sessions.seal_drawn(asked.owner, asked.once, drawn)
    seal = public_of(bytes.fromhex(kept["private"])).hex()
    body: Json = {"claim": claim, "financiers": financiers, "until": kept["until"], "seal": seal}
    if wanted is not None:
        body["amount"] = wanted
    told = order(asked, "/financing", body)
    asked.sessions.seal_named(asked.owner, asked.once, told["financing"])
    said = asked.say(ASKED_FOR, until=when(kept["until"]), folder=asked.sessions.folder)
    typer.echo(said, err=asked.as_json)


@app.command("list")
@reading
def list_requests(
    asked: Asked, state: Annotated[str | None, typer.Option(help="open, opened, accepted or withdrawn.")] = None
) -> None:
    """The requests that you made or were asked by."""
    rows = asked.client.booked("/financing", state=state)
    if asked.as_json:
        asked.answer({"rows": rows})
        return
    show(_requests(rows, asked))


@app.command("show")
@reading
def show_request(asked: Asked, request: Request) -> None:
    """A request and, once it is opened, its quotes by what they bring."""
    _shown(asked, asked.client.get(f"/financing/{request}"))


@app.command()
@writing
def quote(
    asked: Asked,
    request: Request,
    yearly: Annotated[str, typer.Option("--rate", help="A year, such as 4.2%.")],
    basis: Annotated[str | None, typer.Option(help="Day count: ACT/360, ACT/365F or 30E/360.")] = None,
    last: Annotated[str | None, typer.Option("--until", help="Until when you stand by it; without it, 7 days.")] = None,
) -> None:
    """Quote for a request, once; only the requester can open it."""
    body: Json = {"rate": ppm(yearly), "until": until(last, LAST_DAYS)}
    if basis is not None:
        body["basis"] = basis
    order(asked, f"/financing/{request}/quotes", body)


@app.command("open")
@writing
def open_quotes(asked: Asked, request: Request) -> None:
    """Open the quotes of your request; no more are taken after that."""
    private = asked.sessions.seal(asked.owner, request)
    asked.client.post(f"/financing/{request}/open", {"key": private}, asked.once)
    _shown(asked, asked.client.get(f"/financing/{request}"))


@app.command()
@writing
def accept(
    asked: Asked, request: Request, quote: Annotated[int, typer.Argument(min=1, help="The number of a quote.")]
) -> None:
    """Take a quote: claim against cash, in one step."""
    order(asked, f"/financing/{request}/accept", {"quote": quote})


@app.command()
@writing
def withdraw(asked: Asked, request: Request) -> None:
    """Take your request back."""
    order(asked, f"/financing/{request}/withdraw")


def _shown(asked: Asked, told: Json) -> None:
    if asked.as_json:
        asked.answer(told)
        return
    row = told["row"]
    parts = [_requests([row], asked)]
    if row["quotes"]:
        parts.append(_quotes(row["quotes"], asked))
    if row["state"] == "open" and row["received"] and not row["quotes"]:
        parts.append(asked.say(SEALED, count=row["received"], id=row["id"]))
    show(*parts)


def _requests(rows: Sequence[Json], asked: Asked) -> Any:
    names = Names(asked)
    cells = [
        (
            *(str(row["id"]), row["claim"], names.cell(row["participant"]), figure(row["amount"], row["currency"])),
            *(row["currency"], word(row["state"], asked), str(row["received"]), when(row["until"])),
        )
        for row in rows
    ]
    return table(None, asked.say(HEADS).split(","), cells, right=(0, 3, 6))


def _quotes(quotes: Sequence[Json], asked: Asked) -> Any:
    names = Names(asked)
    cells = []
    for one in quotes:
        price, cost = (
            "" if one[name] is None else figure(one[name], one["currency"]) for name in ("price", "interest")
        )
        yearly, effective = ("" if one[name] is None else rate(one[name]) for name in ("rate", "yearly"))
        rank, days = ("" if one[name] is None else str(one[name]) for name in ("rank", "days"))
        first = (rank, str(one["id"]), names.cell(one["financier"]), price, cost, one["currency"], yearly, effective)
        cells.append((*first, days, one["basis"] or "", when(one["until"]), _note(one, asked)))
    return table(None, asked.say(QUOTES).split(","), cells, right=(0, 1, 3, 4, 6, 7, 8), loose=11)


def _note(quote: Json, asked: Asked) -> str:
    if quote["taken"]:
        return asked.say(TAKEN)
    if quote["void"]:
        return asked.say(VOID)
    return "" if quote["refusal"] is None else str(quote["refusal"]["detail"])
