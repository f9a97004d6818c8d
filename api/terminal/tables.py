# SPDX-License-Identifier: Apache-2.0
"""How answers look to people: tables, companies by name, words in the reader's language. Never an address."""

import sys
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from api.client.errors import Problem
from api.story.bilingual import Words
from api.terminal.figures import amount, day, harmless, when

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

    from api.terminal.asked import Asked

Json = dict[str, Any]

WORDS = {
    "offered": Words("待签收", "offered"),
    "free": Words("可用", "free"),
    "liened": Words("有权利负担", "liened"),
    "ended": Words("已结束", "ended"),
    "issued": Words("已开立", "issued"),
    "overdue": Words("逾期", "overdue"),
    "defaulted": Words("违约", "defaulted"),
    "settled": Words("已清偿", "settled"),
    "declined": Words("已拒绝", "declined"),
    "revoked": Words("已撤回", "revoked"),
    "expired": Words("已失效", "expired"),
    "queued": Words("排队中", "queued"),
    "sent": Words("已发送", "sent"),
    "on chain": Words("已上链", "on chain"),
    "final": Words("已最终确认", "final"),
    "refused": Words("被拒绝", "refused"),
    "open": Words("待签", "open"),
    "submitted": Words("已提交", "submitted"),
    "withdrawn": Words("已撤回", "withdrawn"),
    "void": Words("已失效", "void"),
    "lapsed": Words("已过期", "lapsed"),
    "opened": Words("已开启", "opened"),
    "accepted": Words("已接受", "accepted"),
    "issue": Words("开立", "issue"),
    "transfer": Words("转让", "transfer"),
    "split": Words("拆分", "split"),
    "discount": Words("贴现", "discount"),
    "cut": Words("分割", "cut"),
    "lien": Words("权利负担", "lien"),
    "release": Words("解除", "release"),
    "accept": Words("签收", "accept"),
    "decline": Words("拒签", "decline"),
    "revoke": Words("撤回", "revoke"),
    "fund": Words("付款", "fund"),
    "redeem": Words("兑付", "redeem"),
    "split many": Words("拆分", "split"),
    "issue many": Words("开立", "issue"),
    "register invoices": Words("登记发票", "register invoices"),
    "register participant": Words("登记参与方", "register participant"),
    "add account": Words("登记账户", "add account"),
    "revoke account": Words("终止账户", "revoke account"),
    "set auto accept": Words("设定自动签收", "set auto-accept"),
    "set threshold": Words("设定单独开立限额", "set threshold"),
    "set cash": Words("设定收付款账户", "set cash account"),
    "set standing": Words("设定参与方状态", "set standing"),
    "add rail": Words("开通清算通道", "add rail"),
    "mark overdue": Words("标记逾期", "mark overdue"),
    "expire": Words("失效", "expire"),
    "participant": Words("参与方", "participant"),
    "obligation": Words("应收账款电子凭证", "obligation"),
    "claim": Words("债权份额", "claim"),
    "invoice": Words("发票", "invoice"),
    "core enterprise": Words("核心企业", "core enterprise"),
    "supplier": Words("供应商", "supplier"),
    "financier": Words("资金方", "financier"),
    "guarantor": Words("保证人", "guarantor"),
    "settlement bank": Words("清算银行", "settlement bank"),
    "auditor": Words("审计人", "auditor"),
    "registrar": Words("登记机构", "registrar"),
    "operator": Words("运营方", "operator"),
    "active": Words("正常", "active"),
    "suspended": Words("暂停", "suspended"),
    "maker": Words("经办", "maker"),
    "checker": Words("复核", "checker"),
    "admin": Words("管理员", "admin"),
    "viewer": Words("查看", "viewer"),
    "assignee": Words("受让方", "assignee"),
    "signer": Words("签署人", "signer"),
    "second": Words("第二签署人", "second officer"),
    "account": Words("新账户", "new account"),
    "bank signer": Words("清算银行", "settlement bank"),
}

HEADS = {
    "claim": Words("债权份额", "claim"),
    "obligation": Words("凭证", "obligation"),
    "obligor": Words("付款人", "obligor"),
    "holder": Words("持有人", "holder"),
    "state": Words("状态", "state"),
    "status": Words("凭证状态", "state"),
    "amount": Words("金额", "amount"),
    "face": Words("面额", "face"),
    "unpaid": Words("未付", "unpaid"),
    "owed": Words("应付合计", "owed"),
    "waiting": Words("待兑付", "to redeem"),
    "currency": Words("币种", "currency"),
    "due": Words("到期日", "due"),
    "accept_by": Words("签收期限", "accept by"),
}
AND = Words("、", ", ")
_MANY = 100  # companies asked after for one table
_TEXT = 36  # columns that a text takes at least, if it has as many
_LIKE = 20  # whose name or number is like one's id


def word(text: str | None, asked: "Asked") -> str:
    """A word of the API in the reader's language; one that this list lacks, as it is."""
    if text is None:
        return ""
    name, gap, number = text.replace("_", " ").lower().rpartition(" ")
    if not number.isdecimal():
        name, gap, number = f"{name}{gap}{number}", "", ""  # no "assignee 2"
    known = WORDS.get(name)
    return f"{known.of(asked.lang)}{gap}{number}" if known else text


class Names:
    """Companies by name and credit code, each asked after once."""

    def __init__(self, asked: "Asked") -> None:
        self._asked = asked
        self._known: dict[int, str] = {}

    def of(self, participant: int | None) -> str:
        """Such as "云岭汽车 (9153…)", or the participant's number. Raises ServiceAway."""
        if participant is None:
            return ""
        if participant not in self._known:
            self._known[participant] = self._asked_after(participant)
        return self._known[participant]

    def cell(self, participant: int | None) -> str:
        """The same for a table: name and number one below the other. Raises ServiceAway."""
        return self.of(participant).removesuffix(")").replace(" (", "\n")

    def _asked_after(self, participant: int) -> str:
        if len(self._known) >= _MANY:
            return str(participant)
        try:
            rows: list[Json] = self._asked.client.get("/participants", q=participant, limit=_LIKE)["rows"]
        except Problem:  # names are for convenience: without them there are numbers
            rows = []
        row: Json = next((row for row in rows if row["id"] == participant), {})
        name, number = row.get("name"), row.get("number")
        return str(participant) if not name else f"{name} ({number})" if number else name


def console() -> "Console":
    from rich.console import Console

    return Console(highlight=False)


def show(*parts: "RenderableType") -> None:
    """Print, on a terminal as wide as it is unless figures would be cut off, elsewhere as wide as it takes."""
    from rich.console import Console

    for part in parts:
        if isinstance(part, str):
            console().print(part, soft_wrap=True, markup=False)
            continue
        least, most = Console(width=10_000).measure(part)
        width = max(Console().width, least) if sys.stdout.isatty() else most
        Console(highlight=False, width=width).print(part)


def table(
    title: str | None, heads: Sequence[str], rows: Iterable[Sequence[str]], right: Sequence[int] = (), loose: int = -1
) -> Any:
    """A table; the columns `right` are figures, the column `loose` and those of companies may take several lines."""
    from rich.box import SIMPLE_HEAD
    from rich.cells import cell_len
    from rich.table import Table
    from rich.text import Text

    found = [[harmless(cell) for cell in row] for row in rows]
    caption = None if title is None else Text(title)
    made = Table(title=caption, title_justify="left", title_style="bold", box=SIMPLE_HEAD, pad_edge=False)
    for place, head in enumerate(heads):
        widest = max(cell_len(line) for row in [heads, *found] for line in row[place].split("\n"))
        least = min(widest, _TEXT) if place == loose else widest  # said aloud, or figures would be cut off
        made.add_column(
            Text(head),
            justify="right" if place in right else "left",
            no_wrap=place != loose,
            overflow="fold",
            min_width=least,
        )
    for cells in found:
        made.add_row(*(Text(cell) for cell in cells))
    return made


def claims(rows: Sequence[Json], asked: "Asked", names: Names, title: str | None = None, holders: bool = False) -> Any:
    """Claims, and beneath them what there is to know of one; `holders`: of several, who are told on every line."""
    from rich.console import Group

    heads = ["claim", "obligor", "holder", "amount", "unpaid", "waiting", "currency", "due", "state"]
    if not holders:
        heads.remove("holder")
    cells, notes = [], []
    for row in rows:
        waiting = row["waiting"]["principal"] + row["waiting"]["interest"]
        money = (amount(value, row["currency"]) for value in (row["amount"], row["unpaid"], waiting))
        who = [names.cell(int(row["id"].split("-")[0])), *([names.cell(row["holder"])] if holders else ())]
        cells.append((row["id"], *who, *money, row["currency"], day(row["due"]), _state(row, asked)))
        notes += _notes(row, asked)
    figures = [heads.index(head) for head in ("amount", "unpaid", "waiting")]
    made = table(title, [HEADS[head].of(asked.lang) for head in heads], cells, right=figures)
    return Group(made, *notes)


def obligations(rows: Sequence[Json], asked: "Asked", names: Names, title: str | None = None) -> Any:
    """Promises, as whoever pays or is paid looks at them."""
    heads = ("obligation", "obligor", "face", "unpaid", "owed", "currency", "due", "status", "accept_by")
    cells = []
    for row in rows:
        money = (amount(value, row["currency"]) for value in (row["face"], row["unpaid"], row["owed"]["total"]))
        ends = (day(row["due"]), word(row["status"], asked), when(row["accept_by"]))
        cells.append((row["id"], names.cell(row["obligor"]), *money, row["currency"], *ends))
    return table(title, [HEADS[head].of(asked.lang) for head in heads], cells, right=(2, 3, 4))


def _state(row: Json, asked: "Asked") -> str:
    """Of the claim and, unless all is as it should be, of its obligation."""
    state = word(row["state"], asked)
    return state if row["status"] == "issued" else AND.of(asked.lang).join((state, word(row["status"], asked)))


def _notes(row: Json, asked: "Asked") -> list[Any]:
    """Until when an offer may be accepted; else why the claim cannot be passed on."""
    from rich.text import Text

    if row["accept_by"] is not None:
        return [Text(f"{row['id']}: {HEADS['accept_by'].of(asked.lang)} {when(row['accept_by'])}")]
    return [] if row["immovable"] is None else [Text(harmless(f"· {row['immovable']['detail']}"))]
