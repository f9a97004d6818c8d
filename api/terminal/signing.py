# SPDX-License-Identifier: Apache-2.0
"""What waits for signatures, and what became of what was sent: proposals, offers, submissions."""

from collections.abc import Sequence
from typing import Annotated, Any

import typer

from api.story.bilingual import Words
from api.terminal.asked import Asked, reading, writing
from api.terminal.figures import harmless, until, when
from api.terminal.ordering import followed, order, places
from api.terminal.ordering import told as submissions_told
from api.terminal.tables import Json, show, table, word

HEADS = Words("待签指令,操作,内容,待签署,有效至（北京时间）", "proposal,operation,what,waits for,until (Beijing)")
SENT = Words(
    "提交,操作,对象,状态,区块,提交时间（北京时间）,原因", "submission,operation,about,state,block,queued (Beijing),why"
)
TITLE, ALL = Words("待签署", "To sign"), Words("待签指令", "Proposals")
NOTHING = Words("没有待签署的指令。", "Nothing waits for your signature.")
HASH = Words("签署内容的哈希：{hash}", "Hash of what is signed: {hash}")
SIGN = Words("签署？", "Sign it?")
UNSIGNED = Words("未签署。", "Not signed.")
MORE = Words("尚有更早的提交：加 --all 查看全部。", "There are earlier ones: --all shows them.")
OFFERED = ("split", "split_many", "transfer")
"""Operations by which a claim is offered to somebody."""

Number = Annotated[int, typer.Argument(min=1, metavar="PROPOSAL", help="Its number, as deeptier proposals tells.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Sign without asking.")]
Every = Annotated[bool, typer.Option("--all", help="Also those that are closed or wait for others.")]

offer_app = typer.Typer(help="Claims that are offered to you: accept or decline them.", no_args_is_help=True)


@reading
def proposals(asked: Asked, every: Every = False) -> None:
    """What waits for your signature: drafts to approve, offers to accept."""
    _listed(asked, every, lambda row: True)


@reading
def offers(asked: Asked, every: Every = False) -> None:
    """Claims that are offered to you and wait for your signature."""
    _listed(asked, every, lambda row: row["operation"] in OFFERED)


@writing
def sign(asked: Asked, proposal: Number, yes: Yes = False) -> None:
    """Sign whatever waits for you: shows what is signed and its hash, and asks."""
    signed(asked, proposal, yes)


@offer_app.command("accept")
@writing
def accept_offer(asked: Asked, proposal: Number, yes: Yes = False) -> None:
    """Take a claim that is offered: shows what is signed, and asks."""
    signed(asked, proposal, yes)


@offer_app.command("decline")
@writing
def decline_offer(asked: Asked, proposal: Number) -> None:
    """Turn an offer down."""
    order(asked, f"/proposals/{proposal}/decline")


@offer_app.command("withdraw")
@writing
def withdraw_offer(asked: Asked, proposal: Number) -> None:
    """Take back what you proposed yourself."""
    order(asked, f"/proposals/{proposal}/withdraw")


@offer_app.command("always")
@writing
def always(
    asked: Asked,
    counterparty: Annotated[int, typer.Argument(min=1, help="Whose claims you take.")],
    last: Annotated[str | None, typer.Option("--until", help="Until when, such as 2026-12-31.")] = None,
    end: Annotated[bool, typer.Option("--end", help="No longer.")] = False,
) -> None:
    """Take whatever claims one participant passes on to you, without being asked each time."""
    if end == (last is not None):
        raise typer.BadParameter("--until DATE / --end")
    order(asked, "/auto-accepts", {"counterparty": counterparty, "until": until(last)})


@reading
def submission(
    asked: Asked,
    number: Annotated[int | None, typer.Argument(min=1, metavar="[ID]", help="One of them.")] = None,
    state: Annotated[str | None, typer.Option(help="queued, sent, 'on chain', final or refused.")] = None,
    wait: Annotated[bool, typer.Option("--wait", help="Until it is final or refused, 30 seconds at most.")] = False,
    every: Annotated[bool, typer.Option("--all", help="Every one, not only the last 50.")] = False,
) -> None:
    """What became of what was sent."""
    if number is not None:
        _one(asked, number, wait)
        return
    if every:
        told: Json = {"rows": asked.client.booked("/submissions", state=state), "next": None}
    else:
        told = asked.client.get("/submissions", state=state, limit=50)
    if asked.as_json:
        asked.answer(told)
        return
    show(_sent(told["rows"], asked), *([asked.say(MORE)] if told["next"] else []))


def shown(rows: Sequence[Json], asked: Asked, title: Words = TITLE) -> Any:
    """Proposals as a table."""
    cells = []
    for row in rows:
        waits = places(asked, row) if row["state"] == "open" else word(row["state"], asked)
        cells.append((str(row["id"]), word(row["operation"], asked), row["text"], waits, when(row["deadline"])))
    return table(asked.say(title), asked.say(HEADS).split(","), cells, right=(0,), loose=2)


def signed(asked: Asked, proposal: int, yes: bool) -> None:
    """Show what a proposal says and its hash, ask, and sign that hash and no other. Raises typer.Exit."""
    told = asked.client.get(f"/proposals/{proposal}")
    row = told["row"]
    typer.echo(f"{harmless(row['text'])}\n{asked.say(HASH, hash=row['hash'])}", err=asked.as_json)
    if not (yes or typer.confirm(asked.say(SIGN), err=True)):
        typer.echo(asked.say(UNSIGNED), err=True)
        raise typer.Exit(1)
    order(asked, f"/proposals/{proposal}/sign", {"hash": row["hash"]})


def _listed(asked: Asked, every: bool, wanted: Any) -> None:
    parameters: Json = {} if every else {"mine": "true", "state": "open"}
    rows = [row for row in asked.client.booked("/proposals", **parameters) if wanted(row)]
    if asked.as_json:
        asked.answer({"rows": rows})
    else:
        show(shown(rows, asked, ALL if every else TITLE) if rows or every else asked.say(NOTHING))


def _one(asked: Asked, number: int, wait: bool) -> None:
    from api.client.writes import outcome

    told = asked.client.get(f"/submissions/{number}")
    found = [told["row"]]
    if wait:
        found = followed(asked, found)
    if asked.as_json:
        asked.answer(found[0])
    else:
        submissions_told(asked, found)
    if wait and (code := outcome(found)):
        raise typer.Exit(code)


def _sent(rows: Sequence[Json], asked: Asked) -> Any:
    cells = [
        (
            *(str(row["id"]), word(row["operation"], asked), row["subject"] or "", word(row["state"], asked)),
            *("" if row["block"] is None else str(row["block"]), when(row["queued_at"])),
            row["refusal"]["detail"] if row["refusal"] else "",
        )
        for row in rows
    ]
    return table(None, asked.say(SENT).split(","), cells, right=(0, 4), loose=6)
