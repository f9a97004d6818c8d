# SPDX-License-Identifier: Apache-2.0
"""What the demonstration prints: the story's steps, and in the middle and at the end what the commands print."""

from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from api.client.errors import Problem
from api.demo import words as w
from api.demo.stage import HttpStage
from api.story.bilingual import Words
from api.story.cast import BANK, FOAM, FRAMES, SEATS, SPRINGS
from api.story.plot import OF_BANK
from api.story.show import Show
from api.story.steps import Step
from api.story.telling import CNY, Teller
from chain.domain.errors import Lang
from chain.domain.money import Fen, format_amount

_HOLDERS = (SEATS, FOAM, FRAMES, SPRINGS, BANK)
_HELD = Words("持有人|债权|金额|未付|到期", "holder|claim|amount|unpaid|due")
_GOT = Words("收款人|债权|本金|逾期利息|时间", "paid to|claim|principal|late interest|when")
_RUNGS = Words("到期区间|债权数|未付金额", "due|claims|unpaid")
_FIGURES = (2, 3)


class Showing:
    """Prints to a console, in one language."""

    def __init__(self, console: Console, lang: Lang, folder: Path) -> None:
        self._console, self._lang, self._folder = console, lang, folder
        self._show: Show | None = None

    def opening(self) -> None:
        """What the reader is about to see."""
        for words in (*w.OPENING, w.STARTING):
            self._console.print(words.of(self._lang), highlight=False)

    def begin(self, teller: Teller, chain_id: int, url: str) -> None:
        """The service is up."""
        self._show = Show(self._console, teller)
        self._say(w.NETWORK, style="dim", chain_id=chain_id, url=url)

    def again(self, step: int) -> None:
        """The story goes on where it was left."""
        self._say(w.AGAIN, step=step)

    def over(self) -> None:
        """The story was told to its end, in an earlier telling."""
        self._say(w.OVER)

    def step(self, step: Step) -> None:
        """One step of the story."""
        assert self._show is not None
        self._show.step(step)

    def middle(self, stage: HttpStage) -> None:
        """After the kill: who holds what, and when the bank will be paid."""
        self._title(w.HOLDINGS)
        table = self._table(_HELD, _FIGURES)
        for who in _HOLDERS:
            for row in stage.client(who).whole("/holdings").rows:
                figures = (_figure(row["amount"]), _figure(row["unpaid"]))
                table.add_row(who.name.of(self._lang), row["id"], *figures, row["due"][:10])
        self._console.print(table)
        self._title(w.LADDER, bank=BANK)
        ladder = self._table(_RUNGS, (1, 2))
        for rung in stage.client(BANK).get("/portfolio/ladder")["row"]["held"]["parts"]:
            if rung["claims"]:
                ladder.add_row(str(rung["bucket"]), str(rung["claims"]), _figure(rung["unpaid"]))
        self._console.print(ladder)

    def ending(self, stage: HttpStage) -> None:
        """Who was paid what, where a claim came from, and that mirror and chain agree."""
        try:
            self._paid(stage)
        except Problem as problem:
            if problem.code != "key-refused":
                raise
            self._say(w.CHANGED)
        self._title(w.RECONCILE)
        self._command("mirror", "reconcile", "--lang", self._lang)

    def _paid(self, stage: HttpStage) -> None:
        self._title(w.PAID)
        table = self._table(_GOT, _FIGURES)
        for who in _HOLDERS:
            for row in stage.client(who).whole("/redemptions").rows:
                figures = (_figure(row["principal"]), _figure(row["interest"]))
                table.add_row(who.name.of(self._lang), row["claim"], *figures, row["time"][:10])
        self._console.print(table)
        self._title(w.TREE, holder=BANK, claim=OF_BANK)
        self._command("trace", str(OF_BANK), "--as", stage.session(BANK), "--lang", self._lang)

    def standing(self, url: str) -> None:
        """It stays up: what to try."""
        self._title(w.NEXT_TITLE)
        self._say(w.DOCS, url=url)
        self._say(w.CLOCK)
        self._say(w.TRY)
        folder = self._option()
        for line in w.SESSION:
            self._console.print("  " + line.format(folder=folder), highlight=False, soft_wrap=True)
        self._say(w.STAYS, style="bold")

    def ended(self) -> None:
        """It does not."""
        self._say(w.ENDED, folder=self._folder, option=self._option())

    def _option(self) -> str:
        """How a command is told the folder."""
        return "" if self._folder == Path(".deeptier") else f" --folder {self._folder}"

    def _command(self, *words: str) -> None:
        """Run one of our commands as its user would, for what it prints. Raises what it raises."""
        from api.commands import app  # here: that module has this one

        self._console.file.flush()
        app([*words, "--folder", str(self._folder)], standalone_mode=False)

    def _table(self, columns: Words, figures: tuple[int, ...]) -> Table:
        table = Table(show_edge=False, pad_edge=False)
        for place, name in enumerate(columns.of(self._lang).split("|")):
            table.add_column(name, justify="right" if place in figures else "left", no_wrap=place in figures)
        return table

    def _title(self, words: Words, **facts: Any) -> None:
        told = {name: _Named(value, self._lang) for name, value in facts.items()}
        self._console.print()
        self._console.rule(Text(words.of(self._lang).format(**told), style="bold"), align="left", style="dim")

    def _say(self, words: Words, style: str = "", **facts: Any) -> None:
        self._console.print(words.of(self._lang).format(**facts), style=style, highlight=False, soft_wrap=True)


class _Named:
    def __init__(self, value: Any, lang: Lang) -> None:
        self._value, self._lang = value, lang

    def __format__(self, how: str) -> str:
        return self._value.name.of(self._lang) if how == "name" else str(self._value)


def _figure(amount: int) -> str:
    return format_amount(Fen(amount), CNY)
