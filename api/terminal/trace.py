# SPDX-License-Identifier: Apache-2.0
"""`deeptier trace CLAIM`: where a claim came from and what became of it, as a tree: who, how much, when, how."""

from collections.abc import Callable
from contextlib import nullcontext
from functools import partial
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from api.client.errors import Problem
from api.story.bilingual import Words
from api.terminal.asked import Asked, reading
from api.terminal.figures import amount, claim_path, day, when
from api.terminal.tables import Json, Names, console, show, word

if TYPE_CHECKING:
    from rich.tree import Tree

T = TypeVar("T")
MOST = 1000
"""Pieces that a tree has at most, unless told otherwise."""

ROOT = Words("{obligation}：{obligor} 的付款承诺", "{obligation}, promised by {obligor}")
PROMISE = Words("，{face} {currency}，到期 {due}，{status}", ": {currency} {face}, due {due}, {status}")
PASSED = Words(
    "{how}：{giver} → {taker}  {amount} {currency}  {when}", "{how}: {giver} → {taker}  {currency} {amount}  {when}"
)
STAYED = Words("{how}：仍归原持有人", "{how}: it stayed with its holder")
CUT = Words("{how}：{amount} {currency}  {when}", "{how}: {currency} {amount}  {when}")
NOW = Words("现由 {holder} 持有 {amount} {currency}，{state}", "now {currency} {amount} with {holder}, {state}")
BLOCK = Words("区块 {block}", "block {block}")
AT = Words("{at}（区块 {block}）", "{at} (block {block})")
LEFT = Words("… 还有更多（--most）", "… and more (--most)")
READING = Words("正在追溯…", "tracing …")


@reading
def trace(
    asked: Asked,
    claim: Annotated[str, typer.Argument(help="A claim, such as 10-1-3.")],
    most: Annotated[int, typer.Option(min=1, max=100_000, help="Pieces to draw at most.")] = MOST,
) -> None:
    """A claim's chain of title back to issue, and the pieces cut from it, as far as they are yours to see."""
    told = asked.client.get(f"{claim_path(claim)}/provenance")
    with nullcontext() if asked.as_json else console().status(asked.say(READING)):
        pieces = _Pieces(asked, most).of(told["row"]["id"])
    if asked.as_json:
        asked.answer(told | {"pieces": pieces})
        return
    show(_Drawing(asked, told["row"]).tree(pieces))


class _Pieces:
    """The pieces of a claim, each with its own."""

    def __init__(self, asked: Asked, most: int) -> None:
        self._client, self._left = asked.client, most

    def of(self, root: str) -> list[Json]:
        """Raises as Client.get."""
        found: list[Json] = []
        waiting = [(root, found)]
        while waiting:
            claim, into = waiting.pop()
            for row in self._client.whole(f"/claims/{claim}/pieces").rows:
                if self._left == 0:
                    into.append({"id": None})
                    return found
                self._left -= 1
                piece: Json = row | {"passings": [], "pieces": []}
                into.append(piece)
                if row["claim"] is not None and row["claim"]["version"] > 1:  # one that never changed has neither
                    piece["passings"] = self._passings(row)
                    waiting.append((row["id"], piece["pieces"]))
        return found

    def _passings(self, piece: Json) -> list[Json]:
        """How it was passed on since it was cut off."""
        title = self._client.get(f"/claims/{piece['id']}/provenance")["row"]["title"]
        found: list[Json] = title[-1]["passings"] if title and title[-1]["id"] == piece["id"] else []
        return [one for one in found if one["version"] > 1]  # the first is its birth, which is told already


class _Drawing:
    def __init__(self, asked: Asked, row: Json) -> None:
        self._asked, self._row, self._names = asked, row, Names(asked)
        self._times: dict[int, str] = {}

    def tree(self, pieces: list[Json]) -> "Tree":
        from rich.text import Text
        from rich.tree import Tree

        row, named = self._row, self._asked.say
        self._learn_times()
        tree = node = Tree(Text(self._promise()))
        for link in row["title"]:
            node = node.add(Text(link["id"], style="bold" if link["id"] == row["id"] else ""))
            for passed in link["passings"]:
                node.add(Text(self._passed(passed, row["currency"])))
            if not link["passings"]:
                node.add(Text(named(STAYED, how=word("cut", self._asked))))
        if row["claim"] is not None:
            node.add(Text(self._now(row["claim"]), style="bold"))
        self._hang(node, pieces)
        return tree

    def _hang(self, node: "Tree", pieces: list[Json]) -> None:
        from rich.text import Text

        waiting = [(node, pieces)]
        while waiting:
            parent, found = waiting.pop()
            for piece in found:
                if piece["id"] is None:
                    parent.add(Text(self._asked.say(LEFT)))
                    continue
                own = parent.add(Text(f"{piece['id']}  {self._passed(piece, piece['currency'])}"))
                for passed in piece["passings"]:
                    own.add(Text(self._passed(passed, piece["currency"])))
                if piece["claim"] is not None:
                    own.add(Text(self._now(piece["claim"])))
                waiting.append((own, piece["pieces"]))

    def _promise(self) -> str:
        """The obligation, as far as it may be looked at."""
        obligation = self._row["id"].rpartition("-")[0]
        text = self._asked.say(ROOT, obligation=obligation, obligor=self._names.of(int(obligation.split("-")[0])))
        absent: Json = {"row": None}
        found = _seen(partial(self._asked.client.get, f"/obligations/{obligation}"), absent)["row"]
        if found is None:
            return text
        face, due, status = (
            amount(found["face"], found["currency"]),
            day(found["due"]),
            word(found["status"], self._asked),
        )
        return text + self._asked.say(PROMISE, face=face, currency=found["currency"], due=due, status=status)

    def _passed(self, one: Json, currency: str) -> str:
        said = {"how": word(one["how"], self._asked), "currency": currency, "amount": amount(one["amount"], currency)}
        said["when"] = self._when(one)
        if one["giver"] is None:
            return self._asked.say(CUT, **said)
        giver, taker = self._names.of(one["giver"]), self._names.of(one["taker"])
        return self._asked.say(PASSED, giver=giver, taker=taker, **said)

    def _now(self, claim: Json) -> str:
        money = amount(claim["amount"], claim["currency"])
        state = word(claim["state"], self._asked)
        return self._asked.say(
            NOW, holder=self._names.of(claim["holder"]), amount=money, currency=claim["currency"], state=state
        )

    def _when(self, one: Json) -> str:
        at = when(one.get("time")) or self._times.get(one["block"], "")
        return self._asked.say(AT if at else BLOCK, at=at, block=one["block"])

    def _learn_times(self) -> None:
        """When the blocks were that the claims of the title changed in; of claims seen in part, nobody tells."""
        from api.client.http import Whole

        obligation = self._row["id"].rpartition("-")[0]
        paths = [f"/obligations/{obligation}", *(f"/claims/{link['id']}" for link in self._row["title"])]
        for path in paths:
            for event in _seen(partial(self._asked.client.whole, f"{path}/events"), Whole(None, [])).rows:
                self._times[event["block"]] = when(event["time"])


def _seen(ask: Callable[[], T], otherwise: T) -> T:
    """What is answered; something else when it is not there or not for us to see. Raises as Client.get."""
    try:
        return ask()
    except Problem as problem:
        if problem.status != 404:
            raise
        return otherwise
