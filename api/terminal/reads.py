# SPDX-License-Identifier: Apache-2.0
"""What is held, owed, late and waiting: the commands that read the ledger."""

import re
from collections.abc import Callable
from enum import StrEnum
from typing import Annotated, Any

import typer

from api.client.errors import Problem
from api.story.bilingual import Words
from api.terminal.asked import Asked, reading
from api.terminal.figures import amount, obligation_path, when
from api.terminal.tables import AND, Json, Names, claims, obligations, show, table, word

SHOWN = 50
"""Rows of a list on a terminal unless told otherwise."""

MORE = Words(
    "以上 {rows} 行，尚有更多：加 --all 查看全部，或 deeptier export holdings 导出。",
    "The first {rows}; --all shows the rest, deeptier export holdings makes a file of it.",
)
FOOT = Words("共 {rows} 行；区块 {block}，{age}", "{rows} in all; block {block}, {age}")
AGE = Words("{age} 秒前", "{age} s ago")
UNHEARD = Words("镜像尚未得到节点的消息", "the node was not heard yet")
SIDES = Words("{who}（{currency}，截至 {now} 北京时间）", "{who} ({currency}, at {now} Beijing time)")
HELD, OWED = Words("持有", "held"), Words("应付", "owed")
LADDER = Words("期限,持有：未付,份额数,应付：未付,份额数", "due in,held: unpaid,claims,owed: unpaid,claims")
EXPOSURE = Words("对方,未付金额,份额数", "other party,unpaid,claims")
FROM, TO = Words("应收：向谁收款", "To come, from whom"), Words("应付：付给谁", "To go, to whom")
TOTAL = Words("合计", "total")
OFFERS = Words("待签收或拒签", "To accept or decline")
SOON = Words("{days} 天内到期", "To pay within {days} days")
LATE = Words("已逾期，须立即付款", "Overdue, to pay at once")
REDEEM = Words("可兑付", "To redeem")
SIGN = Words("待签署（deeptier sign）", "To sign (deeptier sign)")
SIGNING = Words("待签指令,操作,内容,有效至（北京时间）", "proposal,operation,what,until (Beijing)")
OPEN = Words("可开启的报价（deeptier financing open）", "Quotes to open (deeptier financing open)")
QUOTE = Words("邀请报价（deeptier financing quote）", "Asked to quote (deeptier financing quote)")
ASKING = Words(
    "融资申请,债权份额,申请方,金额,币种,报价截止（北京时间）,报价数",
    "request,claim,from,amount,currency,quotes until (Beijing),quotes",
)
NOTHING = Words("没有待办事项。", "Nothing waits.")
FOUND = Words("类别,编号,付款人", "kind,id,obligor")
PARTY = Words(
    "参与方,名称,统一社会信用代码,角色,状态,额度,已用,币种,逾期笔数",
    "participant,name,credit code,roles,state,limit,used,currency,overdue",
)
OVERDUE = Words("逾期", "overdue")
DAYS = Words("{range} 天", "{range} days")


class State(StrEnum):
    """As the API's `state`."""

    OFFERED = "offered"
    FREE = "free"
    LIENED = "liened"
    ENDED = "ended"


Whose = Annotated[int | None, typer.Option("--participant", min=1, help="Of this participant; without it, your own.")]
OnlyIn = Annotated[State | None, typer.Option("--state", help="Only claims in this state.")]
All = Annotated[bool, typer.Option("--all", help="Every row, not only the first ones.")]
Limit = Annotated[int, typer.Option(min=1, max=500, help="Rows to show at most.")]

obligation_app = typer.Typer(help="Promises to pay: draft, approve, accept, look at them.", no_args_is_help=True)


@reading
def holdings(
    asked: Asked, participant: Whose = None, state: OnlyIn = None, every: All = False, limit: Limit = SHOWN
) -> None:
    """The claims that you hold; first those offered to you."""
    parameters = {"participant": participant, "state": None if state is None else state.value}
    _listed(asked, "/holdings", parameters, every, limit, lambda rows: claims(rows, asked, Names(asked)))


@obligation_app.command("list")
@reading
def list_obligations(
    asked: Asked,
    participant: Whose = None,
    status: Annotated[
        list[str] | None, typer.Option(help="issued, overdue, defaulted, settled, declined, …; repeat it.")
    ] = None,
    every: All = False,
    limit: Limit = SHOWN,
) -> None:
    """What you promised to pay, by due date."""
    parameters = {"participant": participant, "status": status or None}
    _listed(asked, "/obligations", parameters, every, limit, lambda rows: obligations(rows, asked, Names(asked)))


@obligation_app.command("show")
@reading
def show_obligation(asked: Asked, obligation: Annotated[str, typer.Argument(help="Such as 10-1.")]) -> None:
    """One obligation and its claims."""
    path = obligation_path(obligation)
    told = asked.client.get(path)
    parts = asked.client.whole(f"{path}/claims")
    if asked.as_json:
        asked.answer(told | {"claims": parts.rows})
        return
    names = Names(asked)
    show(obligations([told["row"]], asked, names), claims(parts.rows, asked, names, holders=True))


@reading
def ladder(asked: Asked, participant: Whose = None) -> None:
    """When money comes in and goes out, by the days left until due."""
    row = _one(asked, "/portfolio/ladder", participant=participant)
    if row is None:
        return
    held, owed = ({one["bucket"]: one for one in row[side]["parts"]} for side in ("held", "owed"))
    empty = {"unpaid": 0, "claims": 0}
    rows = [
        (_bucket(bucket, asked), *_sum(held.get(bucket, empty), row), *_sum(owed.get(bucket, empty), row))
        for bucket in dict.fromkeys([*held, *owed])
    ]
    total = asked.say(TOTAL), *_sum(row["held"]["total"], row), *_sum(row["owed"]["total"], row)
    show(table(_side(asked, row), asked.say(LADDER).split(","), [*rows, total], right=(1, 2, 3, 4)))


@reading
def exposure(asked: Asked, participant: Whose = None) -> None:
    """From whom money is to come, and to whom it is to go."""
    row = _one(asked, "/portfolio/exposure", participant=participant)
    if row is None:
        return
    names = Names(asked)
    show(_side(asked, row))
    for side, title in (("held", FROM), ("owed", TO)):
        rows = [(names.cell(one["participant"]), *_sum(one, row)) for one in row[side]["parts"]]
        total = (asked.say(TOTAL), *_sum(row[side]["total"], row))
        show(table(asked.say(title), asked.say(EXPOSURE).split(","), [*rows, total], right=(1, 2)))


@reading
def todo(asked: Asked, days: Annotated[int, typer.Option(min=0, max=3650, help="How far ahead to look.")] = 14) -> None:
    """What waits for you: signatures, offers, payments due, money to redeem, quotes to give or open."""
    told = asked.client.get("/todo", days=days)
    if asked.as_json:
        asked.answer(told)
        return
    row, names, parts = told["row"], Names(asked), []
    if row["to_sign"]:
        parts.append(_to_sign(row["to_sign"], asked))
    for kind, title, shown in (
        ("offers", OFFERS, claims),
        ("overdue", LATE, obligations),
        ("due_soon", SOON, obligations),
        ("redeemable", REDEEM, claims),
        ("to_open", OPEN, _asking),
        ("to_quote", QUOTE, _asking),
    ):
        if row[kind]:
            parts.append(shown(row[kind], asked, names, asked.say(title, days=days)))
    show(*(parts or [asked.say(NOTHING)]))


@reading
def search(asked: Asked, text: Annotated[str, typer.Argument(help="7, 7-1, 7-1-3, or an invoice's hash.")]) -> None:
    """What a number names, as far as it is yours to see."""
    told = asked.client.get("/search", q=text)
    if asked.as_json:
        asked.answer(told)
        return
    names = Names(asked)
    rows = [(word(one["kind"], asked), one["id"], names.cell(one["obligor"])) for one in told["rows"]]
    show(table(None, asked.say(FOUND).split(","), rows))


@reading
def participants(
    asked: Asked,
    wanted: Annotated[
        str | None, typer.Argument(metavar="[ID|TEXT]", help="A number; else a tax number or part of a name.")
    ] = None,
    every: All = False,
    limit: Limit = SHOWN,
) -> None:
    """Who takes part; with a number, what you may know of that one."""
    if wanted is None or not (wanted.isascii() and wanted.isdecimal()):
        _listed(asked, "/participants", {"q": wanted}, every, limit, lambda rows: _parties(rows, asked))
        return
    told = party(asked, int(wanted))
    if asked.as_json:
        asked.answer(told)
        return
    show(party_table(told["row"], asked))


def party(asked: Asked, wanted: int) -> Json:
    """What one may know of a participant: of one that one has nothing to do with, what everybody may look up.

    Raises as Client.get.
    """
    try:
        return asked.client.get(f"/participants/{wanted}")
    except Problem as problem:
        if problem.code != "not-found":
            raise
        told = asked.client.get("/participants", q=wanted, limit=SHOWN)
        for row in told["rows"]:
            if row["id"] == wanted:
                return {"block": told["block"], "age": told.get("age"), "row": row}
        raise


def party_table(row: Json, asked: Asked) -> Any:
    """One participant, as far as it is told."""
    heads = asked.say(PARTY).split(",")
    if "currency" not in row:
        return table(None, heads[:5], [_party(row, asked)])
    most, used = ("" if row[name] is None else amount(row[name], row["currency"]) for name in ("limit", "utilised"))
    late = "" if row["overdue"] is None else str(row["overdue"])
    return table(None, heads, [(*_party(row, asked), most, used, row["currency"], late)], right=(5, 6, 8))


def _parties(rows: list[Json], asked: Asked) -> Any:
    return table(None, asked.say(PARTY).split(",")[:5], [_party(row, asked) for row in rows])


def _party(row: Json, asked: Asked) -> tuple[str, ...]:
    roles = AND.of(asked.lang).join(word(role, asked) for role in row["roles"])
    who = str(row["id"]), row.get("name") or "", row.get("number") or ""
    return *who, roles, word(row["status"], asked)


def _listed(
    asked: Asked, path: str, parameters: Json, every: bool, limit: int, shown: Callable[[list[Json]], Any]
) -> None:
    if every:
        found = asked.client.whole(path, **parameters)
        told: Json = {"block": found.block, "rows": found.rows, "next": None}
    else:
        told = asked.client.get(path, limit=limit, **parameters)
    if asked.as_json:
        asked.answer(told)
        return
    rows = told["rows"]
    foot = asked.say(FOOT, rows=len(rows), block=told["block"], age=_age(asked, told))
    show(shown(rows), asked.say(MORE, rows=len(rows)) if told["next"] else foot)


def _one(asked: Asked, path: str, **parameters: Any) -> Json | None:
    """The row of an answer, unless it was told to a program."""
    told = asked.client.get(path, **parameters)
    if asked.as_json:
        asked.answer(told)
        return None
    row: Json = told["row"]
    return row


def _to_sign(rows: list[Json], asked: Asked) -> Any:
    cells = [(str(row["id"]), word(row["operation"], asked), row["text"], when(row["deadline"])) for row in rows]
    return table(asked.say(SIGN), asked.say(SIGNING).split(","), cells, right=(0,), loose=2)


def _asking(rows: list[Json], asked: Asked, names: Names, title: str) -> Any:
    cells = [
        (
            *(str(row["id"]), row["claim"], names.cell(row["participant"]), amount(row["amount"], row["currency"])),
            *(row["currency"], when(row["until"]), "" if row["quotes"] is None else str(row["quotes"])),
        )
        for row in rows
    ]
    return table(title, asked.say(ASKING).split(","), cells, right=(0, 3, 6))


def _age(asked: Asked, told: Json) -> str:
    age = told.get("age")
    return asked.say(UNHEARD) if age is None else asked.say(AGE, age=age)


def _side(asked: Asked, row: Json) -> str:
    who = Names(asked).of(row["participant"])
    return asked.say(SIDES, who=who, currency=row["currency"], now=when(row["now"]))


def _sum(one: Json, row: Json) -> tuple[str, str]:
    return amount(one["unpaid"], row["currency"]), str(one["claims"])


def _bucket(bucket: str, asked: Asked) -> str:
    return asked.say(OVERDUE) if bucket == "overdue" else asked.say(DAYS, range=re.sub("-$", "+", bucket))
