# SPDX-License-Identifier: Apache-2.0
"""The story on a terminal or in a text file: lines, tables and a tree."""

from collections.abc import Mapping, Sequence
from datetime import date
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.status import Status
from rich.table import Table
from rich.text import Text
from rich.tree import Tree

from api.story import words as w
from api.story.cast import MOTORS, company
from api.story.ending import FRAGMENT, Ending
from api.story.provenance import Born
from api.story.steps import Kind, Scene, Step
from api.story.telling import CNY, Teller
from api.story.wrap import wrap
from chain.domain.clock import BEIJING, UtcSeconds, local_date
from chain.domain.money import Fen, format_amount
from chain.domain.vocabulary import ParticipantId

WIDEST = 100  # columns: longer lines are hard to read
GUIDE = 4  # columns that a tree's branch is set in
FIGURES = (2, 3, 4)  # the columns of amounts in the holders' table
MARKS: Mapping[Kind, tuple[str, str]] = {
    Kind.DONE: ("✓", "green"),
    Kind.REFUSED: ("✗", "red"),
    Kind.NOTE: ("·", "cyan"),
}
BIRTHS = {"issued": w.ISSUED, "split": w.SPLIT, "sold": w.BOUGHT}


class Show:
    """Prints the story as it happens, and its end. A context manager: it leaves the terminal as it was."""

    def __init__(self, console: Console, teller: Teller) -> None:
        self._console, self._teller = console, teller
        self._waiting: Status | None = None
        self._scene: Scene | None = None
        self._first = True  # in its scene

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._wait_no_more()

    def opening(self, seed: int) -> None:
        """What the reader is about to see; then, on a terminal, that something is under way."""
        for words in w.OPENING:
            self._print(self._teller.say(words))
        self._print(self._teller.say(w.SEED, seed=seed), style="dim")
        if self._console.is_terminal:
            self._waiting = self._console.status(self._teller.say(w.STARTING))
            self._waiting.start()

    def step(self, step: Step) -> None:
        """One step, under its scene's title."""
        self._wait_no_more()
        if step.scene is not self._scene:
            self._scene = step.scene
            self._title(w.SCENES[step.scene].of(self._teller.lang))
            self._first = True
        if step.kind is Kind.CLOCK:
            if not self._first:
                self._console.print()
            self._print(self._teller.text(step), style="bold")
            return
        self._first = False
        gas = "" if step.gas is None else f" · {step.gas:,} gas"
        mark, colour = MARKS[step.kind]
        self._print(self._teller.text(step) + gas, mark, colour)
        if step.kind is Kind.REFUSED:
            self._print(self._teller.reason(step), " ", style=colour)
            self._print(self._teller.next_step(step), " ", style="dim")

    def ending(self, ending: Ending) -> None:
        """The holders' table, the money, where every cent went, the proof."""
        self._title(w.HOLDERS.of(self._teller.lang))
        self._console.print(self._holders(ending))
        self._money(ending)
        self._tree(ending)
        self._title(w.PROOF.of(self._teller.lang))
        proof = ending.proof
        counts = {"events": proof.events, "rows": proof.rows, "slots": proof.slots, "accounts": proof.accounts}
        for words in w.PROOF_LINES:
            self._print(self._teller.say(words, **counts), "✓", "green")
        self._print(self._teller.say(w.PROOF_SUM), style="bold")

    def _wait_no_more(self) -> None:
        waiting, self._waiting = self._waiting, None
        if waiting is not None:
            waiting.stop()

    # ---- the end

    def _holders(self, ending: Ending) -> Table:
        table = Table(show_edge=False, pad_edge=False, show_footer=True)
        held = ending.holdings
        sums = [sum(getattr(one, name) for one in held) for name in ("amount", "interest", "received")]
        feet = [w.TOGETHER.of(self._teller.lang), "", *map(_figure, sums), ""]
        for place, (name, foot) in enumerate(zip(w.HOLDER_COLUMNS.of(self._teller.lang).split("|"), feet, strict=True)):
            table.add_column(name, foot, justify="right" if place in FIGURES else "left", no_wrap=place in FIGURES)
        for one in held:
            days = "\n".join(self._teller.say(w.SHORT_DAY, day=_date(at)) for at in one.paid_at)
            amounts = (_figure(one.amount), _figure(one.interest), _figure(one.received))
            table.add_row(self._name(one.holder), str(one.claim), *amounts, days)
        return table

    def _money(self, ending: Ending) -> None:
        self._title(w.MONEY.of(self._teller.lang))
        paid = w.BETWEEN.of(self._teller.lang).join(
            self._teller.say(w.PAYMENT, day=_date(at), amount=amount) for at, amount in ending.payments
        )
        proof = ending.proof
        self._print(self._teller.say(w.PAID, who=MOTORS, payments=paid, total=proof.paid), "✓", "green")
        self._print(self._teller.say(w.RECEIVED, received=proof.received, left=proof.left), "✓", "green")
        for born in _all(ending.provenance):
            if born.price is not None:
                sold = {"buyer": company(born.taker), "seller": company(born.giver), "day": _date(born.at)}
                self._print(self._teller.say(w.SOLD, price=born.price, amount=born.amount, **sold), "✓", "green")

    def _tree(self, ending: Ending) -> None:
        root = ending.provenance
        (followed,) = (born for born in _all(root) if born.claim == FRAGMENT)
        facts = {"holder": company(followed.taker), "amount": followed.amount, "claim": followed.claim}
        self._title(self._teller.say(w.TREE, **facts))
        self._print(self._teller.say(w.TREE_NOTE))
        tree = Tree(self._branch(root, 0), guide_style="dim")
        self._grow(tree, root, 1)
        self._console.print(tree)
        kept = [_figure(one.amount) for one in ending.holdings]
        self._print(f"{' + '.join(kept)} = {_figure(root.amount)}", "=", "green")

    def _grow(self, tree: Tree, born: Born, depth: int) -> None:
        """What a claim kept, then its parts: all its cents, in their order."""
        if born.parts:
            told = self._teller.say(w.KEPT, taker=company(born.taker))
            tree.add(self._stretch(born.start, born.kept_end, told, depth, followed=False))
        for part in born.parts:
            self._grow(tree.add(self._branch(part, depth)), part, depth + 1)

    def _branch(self, born: Born, depth: int) -> Text:
        facts = {"giver": company(born.giver), "taker": company(born.taker), "day": _date(born.at)}
        told = self._teller.say(BIRTHS[born.event], claim=born.claim, price=born.price, **facts)
        return self._stretch(born.start, born.end, told, depth, born.leads_to(FRAGMENT))

    def _stretch(self, start: Fen, end: Fen, told: str, depth: int, followed: bool) -> Text:
        """What happened to a stretch of cents, and which cents they are."""
        cents = self._teller.say(w.STRETCH, amount=end - start, start=start, end=end)
        lines = [*wrap(told, self._width - GUIDE * depth - 2), cents]
        marks = ["▸ " if followed else "  ", *["  "] * len(lines)]
        text = "\n".join(f"{mark}{line}" for mark, line in zip(marks, lines, strict=False))
        return Text(text, style="bold" if followed else "")

    # ---- small parts

    def _title(self, text: str) -> None:
        self._console.print()
        self._console.rule(Text(text, style="bold"), align="left", style="dim")

    def _print(self, text: str, mark: str = "", colour: str = "", style: str = "") -> None:
        """A paragraph, with a mark before its first line and the others set under it."""
        indent = "  " if mark else ""
        for number, line in enumerate(wrap(text, self._width - len(indent))):
            told = Text().append(f"{mark} " if mark and number == 0 else indent, style=colour).append(line, style=style)
            told.highlight_regex(r"· [\d,]+ gas$", "dim")
            self._console.print(told, no_wrap=True, overflow="ignore", crop=False)

    def _name(self, participant: ParticipantId) -> str:
        return company(participant).name.of(self._teller.lang)

    @property
    def _width(self) -> int:
        return min(self._console.width, WIDEST)


def _figure(amount: int) -> str:
    return format_amount(Fen(amount), CNY)


def _date(at: UtcSeconds) -> date:
    return local_date(at, BEIJING)


def _all(born: Born) -> Sequence[Born]:
    """A claim and all that was cut from it."""
    return [born, *(one for part in born.parts for one in _all(part))]
