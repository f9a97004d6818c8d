# SPDX-License-Identifier: Apache-2.0
"""How read invoices look to people, in zh and en. Whatever a file says is shown without what could steer a terminal."""

import unicodedata
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Literal

from rich.console import Console
from rich.table import Table
from rich.text import Text

from chain.documents.errors import DocumentError
from chain.documents.fingerprint import Fingerprint
from chain.documents.invoice import Amount, Invoice, Party
from chain.documents.judgement import Reason, Warned, doubt_words
from chain.domain.errors import Lang

Word = Literal[
    "number", "type", "issue", "due", "net", "tax", "gross", "prepaid", "rounding", "third_parties", "payable",
    "seller", "buyer", "lines",
]  # fmt: skip

_FIELDS: dict[Word, tuple[str, str]] = {
    "number": ("发票号码", "number"),
    "type": ("类型", "type"),
    "issue": ("开票日期", "issued"),
    "due": ("到期日", "due"),
    "net": ("不含税金额", "net"),
    "tax": ("税额", "tax"),
    "gross": ("价税合计", "gross"),
    "prepaid": ("已预付", "prepaid"),
    "rounding": ("舍入额", "rounding"),
    "third_parties": ("代收第三方款项", "for third parties"),
    "payable": ("应付金额", "payable"),
    "seller": ("销售方", "seller"),
    "buyer": ("购买方", "buyer"),
    "lines": ("明细行数", "lines"),
}
_TYPES = {
    "326": ("部分发票", "partial invoice"),
    "380": ("发票", "invoice"),
    "381": ("红字发票", "credit note"),
    "384": ("更正发票", "corrected invoice"),
    "386": ("预付款发票", "prepayment invoice"),
    "387": ("租赁发票", "hire invoice"),
    "389": ("购买方代开发票", "self-billed invoice"),
    "393": ("已转让给保理商的发票", "factored invoice"),
    "575": ("保险发票", "insurer's invoice"),
}
_SILENT: frozenset[Word] = frozenset(("prepaid", "rounding", "third_parties"))  # absent, it misses nothing


LISTED = 120  # invoices, at most, that get a line each


@dataclass(frozen=True)
class Entry:
    """A file that was read, and what was found about it."""

    file: str
    invoice: Invoice
    reasons: tuple[Reason, ...]
    warned: tuple[Warned, ...]
    mark: Fingerprint | None  # None: the invoice does not say what identifies it


class Teller:
    """Tells outcomes on a console, judged for a day and a ledger's currency."""

    def __init__(self, console: Console, lang: Lang, on: date, currency: str) -> None:
        self._console = console
        self._lang: Lang = lang
        self._on = on
        self._currency = currency

    def in_full(self, entry: Entry, mark: Fingerprint | None) -> None:
        """One invoice: what it says, what it does not say, and whether it could be financed."""
        invoice = entry.invoice
        said = _said(invoice, self._lang)
        table = Table.grid(padding=(0, 2))
        table.add_column(no_wrap=True, style="dim")
        table.add_column(overflow="fold")
        for word, text in said.items():
            if text is not None:
                table.add_row(self._of(_FIELDS[word]), Text(text))
        comma = self._say("、", ", ")
        if missing := [self._of(_FIELDS[word]) for word, text in said.items() if text is None and word not in _SILENT]:
            table.add_row(self._say("文件未写明", "not said"), comma.join(missing))
        for one in entry.warned:
            table.add_row(self._say("请留意", "look at"), Text(clean(one.words(self._lang)), style="yellow"))
        if mark is not None:
            weak = self._say("（弱：仅凭名称）", " (weak: by name alone)") if mark.weak else ""
            table.add_row(self._say("发票指纹", "fingerprint"), mark.value.hex() + weak)
        table.add_row(self._say("可否融资", "financeable"), self._verdict(entry.reasons))
        self._console.print(Text.assemble((entry.file, "bold"), f"  {invoice.syntax}"), soft_wrap=True)
        self._console.print(table)
        self._console.print()

    def tables(self, read: Sequence[Entry], failed: int) -> None:
        """Many invoices: each in a line if they are not too many, then how many could be financed, and why not."""
        first = {id(one) for one in {one.mark: one for one in reversed(read)}.values()}
        again = [one.invoice for one in read if one.mark is not None and id(one) not in first]
        fresh = [one for one in read if one.mark is None or id(one) in first]
        if len(read) <= LISTED:
            self._listed(read)
        table = Table(title=self._say(f"按 {self._on} 判断，账本币种 {self._currency}", self._judged_en()))
        table.add_column(self._say("结果", "outcome"))
        table.add_column(self._say("份数", "files"), justify="right")
        table.add_column(self._say("应付金额", "payable"), justify="right")
        ready = [one.invoice for one in fresh if not one.reasons]
        others = [one.invoice for one in fresh if one.reasons]
        table.add_row(self._say("可以融资", "could be financed"), str(len(ready)), _sums(ready))
        table.add_row(self._say("不能融资", "could not be financed"), str(len(others)), _sums(others))
        table.add_row(self._say("与前面的发票相同", "the same invoice again"), str(len(again)), "")
        table.add_row(self._say("无法读取", "could not be read"), str(failed), "")
        self._console.print(table)
        why = [(reason.words(self._lang), one.file) for one in read for reason in one.reasons]
        self._counted(self._say("不能融资的原因", "why not"), why)
        doubts = [(doubt_words(one.doubt, self._lang), entry.file) for entry in read for one in entry.warned]
        self._counted(self._say("请留意（不影响融资）", "look at (no obstacle)"), doubts)

    def _listed(self, read: Sequence[Entry]) -> None:
        """A line for each invoice."""
        table = Table()
        for heading in (("文件", "file"), _FIELDS["number"], _FIELDS["due"]):
            table.add_column(self._of(heading), overflow="fold")
        table.add_column(self._of(_FIELDS["payable"]), justify="right")
        table.add_column(self._say("可否", "?"))
        for one in read:
            said = _said(one.invoice, self._lang)
            verdict = Text("✗", style="red") if one.reasons else Text("✓", style="green")
            cells = (Path(one.file).name, said["number"], said["due"], said["payable"])
            table.add_row(*(Text(cell or "–") for cell in cells), verdict)
        self._console.print(table)

    def _counted(self, title: str, found: Sequence[tuple[str, str]]) -> None:
        """Of each remark: how many files, and one of them."""
        if not found:
            return
        table = Table(title=title)
        table.add_column(self._say("份数", "files"), justify="right")
        table.add_column(self._say("内容", "what"), overflow="fold")
        table.add_column(self._say("例如", "for example"), overflow="fold")
        examples = dict(reversed(found))
        for words, count in Counter(words for words, _ in dict.fromkeys(found)).most_common():
            table.add_row(str(count), words, Text(Path(examples[words]).name))
        self._console.print(table)

    def failures(self, failed: Sequence[tuple[str, DocumentError]]) -> None:
        """Each file that could not be read, why, and what to do about it."""
        for file, error in failed:
            said = Text.assemble((file, "bold"), ": ", (clean(error.message(self._lang)), "red"))
            self._console.print(said, soft_wrap=True)
            self._console.print(Text(f"  → {clean(error.next_step(self._lang))}"), soft_wrap=True)

    def twins(self, read: Sequence[Entry]) -> None:
        """The files that hold one and the same invoice."""
        alike: dict[bytes, list[str]] = defaultdict(list)
        for one in read:
            if one.mark is not None:
                alike[one.mark.value].append(one.file)
        for files in alike.values():
            if len(files) > 1:
                said = self._say("同一张发票，只能融资一次：", "one and the same invoice, to be financed once: ")
                self._console.print(Text(said + " = ".join(files), style="yellow"), soft_wrap=True)

    def nothing(self) -> None:
        """That no file was found."""
        self._console.print(self._say("这里没有文件可读。", "There is no file to read here."))

    def keyless(self, key_file: Path) -> None:
        """Why no fingerprint is shown."""
        self._console.print(
            self._say(
                f"未显示发票指纹：没有密钥文件。可用 deeptier init 生成（{key_file}），或用 --key-file 指定。",
                f"No fingerprints: there is no key file. Make one with deeptier init ({key_file}), "
                "or name one with --key-file.",
            ),
            style="dim",
            soft_wrap=True,
        )

    def _judged_en(self) -> str:
        return f"judged for {self._on}, for a ledger in {self._currency}"

    def _verdict(self, reasons: Sequence[Reason]) -> Text:
        if not reasons:
            return Text(self._say("可以", "yes"), style="green")
        why = self._say("；", "; ").join(reason.words(self._lang) for reason in reasons)
        return Text(self._say("不可以：", "no: ") + why, style="red")

    def _say(self, zh: str, en: str) -> str:
        return zh if self._lang == "zh" else en

    def _of(self, words: tuple[str, str]) -> str:
        return self._say(*words)


def key_made(path: Path, number: int, lang: Lang) -> str:
    """What is said of a new key."""
    if lang == "zh":
        return f"第 {number} 个指纹密钥已写入 {path}，仅限本人读取。请妥善备份：丢失后再也认不出已登记的发票。"
    return (
        f"Fingerprint key {number} is in {path}, readable by you alone. "
        "Keep a backup: without it no registered invoice is recognised again."
    )


def clean(text: str) -> str:
    """Text on one line, without characters that steer a terminal or turn the direction of writing."""
    seen = (" " if unicodedata.category(letter).startswith(("C", "Z")) else letter for letter in text)
    return " ".join("".join(seen).split())


def _said(invoice: Invoice, lang: Lang) -> dict[Word, str | None]:
    kind = invoice.type
    words = None if kind is None else _TYPES.get(kind)
    return {
        "number": None if invoice.number is None else clean(invoice.number),
        "type": clean(kind or "") + (f" {words[0 if lang == 'zh' else 1]}" if words else "") or None,
        "issue": None if invoice.issue is None else str(invoice.issue),
        "due": None if invoice.due is None else str(invoice.due),
        "net": _money(invoice.net, invoice.currency),
        "tax": _money(invoice.tax, invoice.currency),
        "gross": _money(invoice.gross, invoice.currency),
        "prepaid": _money(invoice.prepaid, invoice.currency),
        "rounding": _money(invoice.rounding, invoice.currency),
        "third_parties": " + ".join(str(_money(one, invoice.currency)) for one in invoice.third_parties) or None,
        "payable": _money(invoice.payable, invoice.currency),
        "seller": _party(invoice.seller),
        "buyer": _party(invoice.buyer),
        "lines": str(invoice.lines),
    }


def _money(amount: Amount | None, currency: str | None) -> str | None:
    return None if amount is None else f"{amount.value:,} {clean(currency or '')}".rstrip()


def _party(party: Party) -> str | None:
    numbers = dict.fromkeys(clean(one.text) for one in party.identifiers)
    return "  ".join([clean(party.name or ""), *numbers]).strip() or None


def _sums(invoices: Sequence[Invoice]) -> str:
    """The payable amounts of these invoices, by currency."""
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for one in invoices:
        if one.payable is not None:
            sums[clean(one.currency or "?")] += one.payable.value
    return "\n".join(f"{value:,} {currency}" for currency, value in sorted(sums.items()))
