# SPDX-License-Identifier: Apache-2.0
"""Where the story is played over HTTP: every officer asks the service with a key of their own.

Each request bears an Idempotency-Key that follows from its place in the story. So the story may be begun again at any
time, after Ctrl-C or on the next day: what was done is answered again, and nothing is done twice.
"""

import json
import re
import time
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from api import problems as _problems  # noqa: F401 the registry only knows leaves whose module was imported
from api.access.demo import demo_officers
from api.client.errors import Problem
from api.client.http import Client, Json, Part
from api.client.sessions import Session, Sessions
from api.demo.errors import StepDiffers
from api.demo.service import PROGRESS, Service
from api.obligations import errors as _obligations  # noqa: F401
from api.run import written
from api.story.cast import Company, Keys, Person
from api.story.figures import morning
from api.story.steps import Kind, Scene, Step, Tell
from chain.domain.clock import UtcSeconds
from chain.domain.errors import DeepTierError, Lang, registry
from chain.domain.money import Fen
from chain.domain.vocabulary import Hash

HELD = 20.0
"""Seconds for which an answer is awaited until it is final and mirrored."""
_PATIENCE = 30.0  # seconds until something that the service does by itself must have happened
_LOOK = 0.2
_HASH = re.compile("0x[0-9a-f]{64}")


class HttpStage:
    """The service, the officers that ask it, and every step so far."""

    def __init__(self, service: Service, keys: Keys, lang: Lang, tell: Tell) -> None:
        self.service, self.keys, self.lang = service, keys, lang
        self.scene = Scene.MEMBERS
        self.steps: list[Step] = []
        self.now = UtcSeconds(0)
        self._tell = tell
        self._officers = {(int(one.company.id), int(one.number)): one.key for one in demo_officers(keys.seed)}
        self._clients: dict[tuple[int, int], Client] = {}
        self._file = service.folder / PROGRESS
        kept: Json = json.loads(self._file.read_text("utf-8")) if self._file.exists() else {"step": 0}
        self.progress: int = kept["step"]
        """How many steps were told before, in an earlier telling."""
        self.ended: bool = kept.get("ended", False)
        """Whether that one came to the end."""
        self.url = ""
        self._calls = 0  # in the present step
        self._numbers: dict[str, int] = {}  # of the last step of each line

    @property
    def told(self) -> bool:
        """Whether the present step was played before, in an earlier telling."""
        return len(self.steps) < self.progress

    def connect(self, address: str) -> None:
        """From now on the service answers there."""
        self.url = address
        self._clients = {officer: Client(address, key, self.lang) for officer, key in self._officers.items()}

    def client(self, who: Company | Person) -> Client:
        """How an officer, or a company's first one, asks."""
        company, number = (who.company, who.officer) if isinstance(who, Person) else (who, 1)
        return self._clients[company.id, number]

    # ---- what happens

    def post(self, who: Company | Person, path: str, body: Json | None = None) -> Json:
        """Ask for something and wait until it is final. Raises Problem, StepDiffers, ServiceAway, ServiceLost."""
        return self._through(self.client(who).post(path, body, self._key(), HELD))

    def upload(self, who: Company | Person, path: str, parts: list[Part]) -> Json:
        """As `post`, with files."""
        return self._through(self.client(who).upload(path, parts, self._key(), HELD))

    def again(self, who: Company | Person, path: str, body: Json, line: str) -> Json:
        """Ask once more for what a step asked for first, under its key: its answer. Raises as `post`."""
        return self._through(self.client(who).post(path, body, f"story-{self._numbers[line]}-1", HELD))

    def waiting(self, who: Company, claim: object) -> Json:
        """The money that waits for a claim."""
        found: Json = self.client(who).get(f"/claims/{claim}")["row"]["claim"]["waiting"]
        return found

    def sign(self, who: Company | Person, proposal: Json) -> Json:
        """Sign a proposal that was seen."""
        return self.post(who, f"/proposals/{proposal['id']}/sign", {"hash": proposal["hash"]})

    def do(
        self, line: str, actor: Company | None, asks: Callable[[], Json], amount: Fen | None = None, **facts: Any
    ) -> Json:
        """Carry a step out. Raises StepDiffers, also when it is refused."""
        self._calls = 0
        try:
            answer = asks()
        except Problem as problem:
            raise StepDiffers(step=len(self.steps) + 1, expected="done", found=problem.code) from None
        self._add(Kind.DONE, line, actor=actor, amount=amount, facts=facts)
        return answer

    def refuse(
        self,
        line: str,
        actor: Company | None,
        code: str,
        asks: Callable[[], Json],
        amount: Fen | None = None,
        **facts: Any,
    ) -> None:
        """Ask for what must be refused with that code. Raises StepDiffers otherwise."""
        if self.told:  # the same question would find another ledger now
            self.steps.append(Step(len(self.steps) + 1, self.scene, Kind.NOTE, line, self.now))
            return
        self._calls = 0
        try:
            asks()
        except Problem as problem:
            if problem.code != code:
                raise StepDiffers(step=len(self.steps) + 1, expected=code, found=problem.code) from None
            refusal = _refusal(problem)
        else:
            raise StepDiffers(step=len(self.steps) + 1, expected=code, found="done")
        self._add(Kind.REFUSED, line, actor=actor, amount=amount, facts=facts, refusal=refusal)

    def note(self, line: str, actor: Company | None = None, amount: Fen | None = None, **facts: Any) -> None:
        """Tell what nobody asks the service for."""
        self._add(Kind.NOTE, line, actor=actor, amount=amount, facts=facts)

    def travel(self, line: str, day: date) -> None:
        """Let time go on to nine o'clock of a day."""
        since, self.now = self.now, morning(day)
        if not self.told:
            self.service.move_clock(self.now)
        self._add(Kind.CLOCK, line, since=since)

    def until(self, who: Company | Person, path: str, holds: Callable[[Json], bool]) -> Json:
        """What a read answers once it holds. Raises StepDiffers when it never does."""
        end = time.monotonic() + _PATIENCE
        while not holds(found := self.client(who).get(path)):
            if time.monotonic() > end:
                raise StepDiffers(step=len(self.steps) + 1, expected=path, found=json.dumps(found)[:200])
            time.sleep(_LOOK)
        return found

    def told_all(self, steps: int) -> bool:
        """Whether so many steps from here on were told before."""
        return len(self.steps) + steps <= self.progress

    def skip(self, *lines: str) -> None:
        """Pass over steps that were told before."""
        for line in lines:
            self.note(line)

    def demand(self, found: object, expected: object) -> None:
        """Raises StepDiffers unless both are the same."""
        if found != expected:
            step = len(self.steps) + 1
            raise StepDiffers(step=step, expected=str(expected)[:200], found=str(found)[:200])

    def session(self, who: Company) -> str:
        """The name of a session of a company's first officer's, in which commands of ours can be run."""
        (officer,) = (one for one in demo_officers(self.keys.seed) if (one.company, one.number) == (who, 1))
        Sessions(self.service.folder).keep(Session(officer.name, f"{who.id}-1", officer.key))
        return officer.name

    def end(self) -> None:
        """Note that the story was told to its end: it is not told again, whatever people do on the network since."""
        self.ended = True
        written(self._file, json.dumps({"step": len(self.steps), "ended": True}))

    def _key(self) -> str:
        self._calls += 1
        return f"story-{len(self.steps) + 1}-{self._calls}"

    def _through(self, answer: Json) -> Json:
        for one in answer["submissions"]:
            if one["state"] != "final":
                found = one["refusal"]["code"] if one["refusal"] else one["state"]
                raise StepDiffers(step=len(self.steps) + 1, expected="final", found=found)
        return answer

    def _add(self, kind: Kind, line: str, **known: Any) -> None:
        """Tell the next step, unless it was told before, and note how far the story is."""
        fresh = not self.told
        step = Step(len(self.steps) + 1, self.scene, kind, line, self.now, **known)
        self.steps.append(step)
        self._numbers[line] = step.n
        if fresh:
            self._tell(step)
            written(self._file, json.dumps({"step": len(self.steps)}))


def _refusal(problem: Problem) -> DeepTierError:
    """The error that a problem tells of."""
    kind = registry()[problem.code]
    told: Mapping[str, Any] = problem.body.get("arguments") or {}
    return kind(**{name: _hash(value) for name, value in told.items()})


def _hash(value: Any) -> Any:
    """A fingerprint as the story knows it."""
    return Hash(bytes.fromhex(value[2:])) if isinstance(value, str) and _HASH.fullmatch(value) else value
