# SPDX-License-Identifier: Apache-2.0
"""Orders on a terminal: sent once, followed until they are final, told in one truthful line each."""

import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import typer

from api.client.errors import DONE, FORBIDDEN, UNDERWAY, Problem
from api.story.bilingual import Words
from api.terminal.figures import harmless
from api.terminal.tables import AND, Json, word

if TYPE_CHECKING:
    from api.terminal.asked import Asked

ASKING = Words("正在提交…", "asking …")
STATES = Words("正在处理：{states}", "under way: {states}")
LINE = Words(
    "{state}：{operation} {subject}（提交 {id}{block}）", "{state}: {operation} {subject} (submission {id}{block})"
)
AT = Words("，区块 {block}", ", block {block}")
BEHIND = Words("查询镜像尚未更新到该区块", "reads do not show it yet")
PENDING = Words(
    "已接受，但尚未最终确认。用 deeptier submission {id} --wait 查看结果。",
    "Accepted, but not final yet: deeptier submission {id} --wait tells how it ends.",
)
PROPOSED = Words(
    "待签指令 {id}：{text}\n等待签署：{places}。签署人运行 deeptier {command}",
    "Proposal {id}: {text}\nIt waits for {places}, who signs it with deeptier {command}",
)
NOTHING = Words("已完成。", "Done.")
FINANCING = Words("融资申请 {id}：已受理。", "Financing request {id}: done.")
ANYBODY = Words("（参与方 {participant}）", " of participant {participant}")
_OFFER, _ISSUE = "offer accept", "obligation approve"
_SIGNS = {"issue": _ISSUE, "issue_many": _ISSUE, "split": _OFFER, "split_many": _OFFER, "transfer": _OFFER}

Order = Callable[[str, float], Json]
"""Sends one order under an Idempotency-Key, with the seconds for which its answer may be held."""


def order(asked: "Asked", path: str, body: Json | None = None) -> Json:
    """Send one order and follow it; the answer, its submissions as they are now.

    Raises typer.Exit unless all of it is done, and as Client.post.
    """
    return carry(asked, lambda key, held: asked.client.post(path, body, key, held))


def carry(asked: "Asked", send: Order) -> Json:
    """As `order`, of anything that can be sent. Raises as `order`."""
    end = time.monotonic() + asked.wait
    with _line(asked) as said:
        answer = send(asked.once, _held(asked))
        answer = _followed(asked, answer, end, said)
    _told(asked, [answer])
    return answer


def orders(asked: "Asked", paths: Mapping[str, str]) -> None:
    """Send several orders, each by itself, and follow them together: what is refused stops none of the others.

    `paths`: by the name that each has for people. Raises typer.Exit unless all is done, ServiceAway, ServiceLost.
    """
    end, answers, worst = time.monotonic() + asked.wait, [], DONE
    with _line(asked) as said:
        for place, (name, path) in enumerate(paths.items(), 1):
            try:
                answers.append(asked.client.post(path, None, f"{asked.once}/{place}", 0))
            except Problem as problem:
                if problem.exit == FORBIDDEN:
                    raise
                typer.echo(f"{name}:", err=True)
                worst = worst or asked.refused(problem)
        answers = [_followed(asked, answer, end, said) for answer in answers]
    if answers:
        _told(asked, answers, worst)
    elif worst:
        raise typer.Exit(worst)


def told(asked: "Asked", submissions: list[Json]) -> None:
    """Each submission in a line, with its refusal if it has one."""
    for one in submissions:
        typer.echo(line(asked, one))
        if one.get("refusal"):
            typer.echo(harmless(f"  {one['refusal']['detail']}\n  → {one['refusal']['next_step']}"), err=True)


def line(asked: "Asked", one: Json) -> str:
    """Such as "final: split 10-1-1 (submission 7, block 12)"."""
    block = "" if one.get("block") is None else asked.say(AT, block=one["block"])
    if one["state"] == "final" and not one.get("mirrored", True):
        block += f"; {asked.say(BEHIND)}"
    state, operation = word(one["state"], asked), word(one["operation"], asked)
    return asked.say(
        LINE, state=state, operation=operation, subject=one.get("subject") or "", id=one["id"], block=block
    )


def places(asked: "Asked", proposal: Json) -> str:
    """Who has still to sign."""
    return AND.of(asked.lang).join(
        word(one["place"], asked) + (f" {one['officer']}" if one["officer"] else asked.say(ANYBODY, **one))
        for one in proposal["places"]
        if one["signed_at"] is None
    )


def followed(asked: "Asked", submissions: list[Json]) -> list[Json]:
    """They as they are when all have ended, or when the time to wait is over. Raises as Client.get."""
    with _line(asked) as said:
        return _follow(asked, submissions, time.monotonic() + asked.wait, said)


def _followed(asked: "Asked", answer: Json, end: float, said: Callable[[list[Json]], None]) -> Json:
    return answer | {"submissions": _follow(asked, answer.get("submissions") or [], end, said)}


def _follow(asked: "Asked", submissions: list[Json], end: float, said: Callable[[list[Json]], None]) -> list[Json]:
    from api.client.writes import follow

    return follow(asked.client, submissions, end, said)


def _held(asked: "Asked") -> float:
    from api.client.http import HELD

    return min(HELD, asked.wait)


def _told(asked: "Asked", answers: list[Json], worst: int = DONE) -> None:
    from api.client.writes import outcome

    submissions = [one for answer in answers for one in answer["submissions"]]
    if asked.as_json:
        asked.answer(answers[0] if len(answers) == 1 else answers)
    else:
        told(asked, submissions)
        for answer in answers:
            _rest(asked, answer)
    code = worst or outcome(submissions)
    if code == UNDERWAY and not asked.as_json:
        late = next(one for one in submissions if one["state"] not in ("final", "refused"))
        typer.echo(asked.say(PENDING, id=late["id"]), err=True)
    if code:
        raise typer.Exit(code)


def _rest(asked: "Asked", answer: Json) -> None:
    """What an answer has beside submissions."""
    proposal = answer.get("proposal")
    if proposal and proposal["state"] == "open":
        command = f"{_SIGNS.get(proposal['operation'], 'sign')} {proposal['id']}"
        where = places(asked, proposal)
        typer.echo(asked.say(PROPOSED, id=proposal["id"], text=proposal["text"], places=where, command=command))
    if answer.get("financing") is not None:
        typer.echo(asked.say(FINANCING, id=answer["financing"]))
    elif not proposal and not answer["submissions"]:
        typer.echo(asked.say(NOTHING))


@contextmanager
def _line(asked: "Asked") -> Iterator[Callable[[list[Json]], None]]:
    """A line that says how it stands, for whoever sits before a terminal; nothing of it goes into a file."""
    if not sys.stderr.isatty():
        yield lambda submissions: None
        return
    from rich.console import Console

    with Console(stderr=True).status(asked.say(ASKING)) as status:
        yield lambda submissions: status.update(_states(asked, submissions))


def _states(asked: "Asked", submissions: list[Json]) -> str:
    counts: Mapping[Any, int] = Counter(one["state"] for one in submissions)
    if not submissions:
        return asked.say(ASKING)
    if len(submissions) == 1:
        return line(asked, submissions[0])
    return asked.say(STATES, states=", ".join(f"{word(state, asked)} {count}" for state, count in counts.items()))
