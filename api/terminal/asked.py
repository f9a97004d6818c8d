# SPDX-License-Identifier: Apache-2.0
"""What every command that asks the service has in common: whom it asks for and where, in which language, how it ends.

A command is a function whose first parameter is `Asked`; `reading` and `writing` put the shared options in its place.
"""

import inspect
import json
import re
import sys
import uuid
from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from api.client.errors import MISUSED, REFUSED, ArgumentMalformed, ClientError, Problem
from api.story.bilingual import Words
from api.terminal.figures import harmless
from chain.domain.errors import DeepTierError, InputError, Lang

if TYPE_CHECKING:
    from api.client.http import Client
    from api.client.sessions import Session, Sessions
    from api.settings import Terminal

WAIT = 30
"""Seconds for which a command waits until what it asked for is final, unless told otherwise."""

_KEY = re.compile(r"[\x21-\x7e]{1,180}")

Name = Annotated[str | None, typer.Option("--as", help="Whose session; without it, the last one that logged in.")]
Url = Annotated[
    str | None, typer.Option("--url", help="Where the service is; without it, where the folder says, or on 8750.")
]
Home = Annotated[Path, typer.Option("--folder", help="The folder of the service and of the sessions.")]
AsJson = Annotated[bool, typer.Option("--json", help="For programs: the API's answer.")]
Language = Annotated[Literal["zh", "en"], typer.Option("--lang", help="zh or en.")]
Wait = Annotated[int, typer.Option("--wait", min=0, max=600, help="Seconds to wait until it is final.")]
Once = Annotated[
    str | None,
    typer.Option("--idempotency-key", help="Repeat an earlier order that got no answer: it is done once only."),
]

NEXT = {
    "key-refused": Words(
        "登录已失效，或密钥不正确：请运行 deeptier login 登录名（演示网络加 --demo）。",
        "The login has ended, or the key is not good: run deeptier login NAME (on a demo network with --demo).",
    ),
    "password-must-change": Words(
        "请先运行 deeptier password 设置自己的密码，再重新运行。",
        "Set one of your own with deeptier password, then run this again.",
    ),
    "login-needed": Words("请先运行 deeptier login 登录名。", "Run deeptier login NAME first."),
    "proposal-unsigned": Words(
        "请等其他签署人签署；deeptier proposals --all 可查看进度。",
        "Wait for the others to sign; deeptier proposals --all tells how it stands.",
    ),
}
"""What to do on a terminal, by the code of a refusal, where the service speaks of what programs do."""

AGAIN = Words("服务没有应答，{pause:.1f} 秒后重试…", "No answer; again in {pause:.1f} s …")


class Asked:
    """Whom a command asks for, of which service, and how its answer is to look."""

    def __init__(
        self,
        name: str | None = None,
        url: str | None = None,
        folder: Path = Path(".deeptier"),
        as_json: bool = False,
        lang: Lang = "en",
        wait: int = WAIT,
        once: str | None = None,
    ) -> None:
        self.folder, self.as_json, self.lang, self.wait = folder, as_json, lang, wait
        self._name, self._url, self._once = name, url, once

    @cached_property
    def _told(self) -> "Terminal":
        """What the environment says."""
        from api.settings import Terminal  # here and below: `deeptier --help` loads none of it

        return Terminal()

    @cached_property
    def sessions(self) -> "Sessions":
        from api.client.sessions import Sessions

        return Sessions(self.folder)

    @cached_property
    def session(self) -> "Session":
        """Whose it is. Raises SessionMissing, SessionUnknown, SessionDamaged, FileExposed."""
        return self.sessions.found(self._name or self._told.session)

    @cached_property
    def client(self) -> "Client":
        """The service as whoever is logged in: a key of the environment goes before any session, but not before --as.

        Raises as `session`; AddressMalformed.
        """
        if self._told.key is not None and self._name is None:
            return self.at(self._told.key.get_secret_value(), None)
        return self.at(self.session.key, self.session.url)

    def at(self, key: str | None, url: str | None) -> "Client":
        """The service, asked with a key; `url`: where that key is for. Raises AddressMalformed."""
        from api.client.http import Client

        told = self._url or self._told.url or url
        client = Client(told or self._listening(), key, self.lang)
        client.again = self._again
        if told is None:
            client.moved = self._listening
        return client

    @property
    def url(self) -> str | None:
        """Where the service is, as far as it was said aloud."""
        return self._url or self._told.url

    @cached_property
    def once(self) -> str:
        """The Idempotency-Key of what this command orders. Raises ArgumentMalformed."""
        if self._once is not None and not _KEY.fullmatch(self._once):
            raise ArgumentMalformed(given=self._once[:40], wanted="6f1c1d8e-6f5e-4b7e-9a52-0c7a4c1f2b11")
        return self._once or str(uuid.uuid4())

    @cached_property
    def owner(self) -> str:
        """Under whose name private files are kept. Raises as `client` and Client.get."""
        if self._told.key is not None and self._name is None:
            return str(self.client.get("/me")["name"])
        return self.session.name

    def say(self, words: Words, **arguments: Any) -> str:
        return harmless(words.of(self.lang).format(**arguments))

    def tell(self, text: str) -> None:
        """For a person, beside the answer: programs read the answer alone."""
        typer.echo(text, err=self.as_json)

    def answer(self, told: Any) -> None:
        """For a program."""
        typer.echo(json.dumps(told, ensure_ascii=False, indent=1))

    def refused(self, error: DeepTierError | Problem) -> int:
        """Tell on the error stream what was refused and what to do now; the code to end with."""
        if isinstance(error, Problem):
            body, code = error.body, error.exit
            lines = [str(body["detail"])]
            lines += [f"  {one['where']}: {one['why']}" for one in body.get("errors") or ()]
            step = self.say(NEXT[error.code]) if error.code in NEXT else body.get("next_step")
            lines += [f"→ {step}"] if step else []
        else:
            body, code = error.as_dict(self.lang), _code(error)
            lines = [error.message(self.lang), f"→ {error.next_step(self.lang)}"]
        typer.echo(json.dumps(body, ensure_ascii=False) if self.as_json else harmless("\n".join(lines)), err=True)
        return code

    def _listening(self) -> str:
        """Where the folder's own service says that it listens; else where one does that was told nothing."""
        from api.settings import PORT

        file = self.folder / "run" / "http"
        return file.read_text("ascii").strip() if file.exists() else f"http://127.0.0.1:{PORT}"

    def _again(self, pause: float) -> None:
        if sys.stderr.isatty():
            typer.echo(self.say(AGAIN, pause=pause), err=True)


def reading(command: Callable[..., None]) -> Callable[..., None]:
    """A command that asks and changes nothing."""
    return _asking(command, _READ)


def writing(command: Callable[..., None]) -> Callable[..., None]:
    """A command that orders something."""
    return _asking(command, {"wait": (Wait, WAIT), "once": (Once, None)} | _READ)


_READ: dict[str, tuple[Any, Any]] = {
    "name": (Name, None),
    "url": (Url, None),
    "folder": (Home, Path(".deeptier")),
    "as_json": (AsJson, False),
    "lang": (Language, "en"),
}


def _asking(command: Callable[..., None], options: dict[str, tuple[Any, Any]]) -> Callable[..., None]:
    """The command with these options instead of its first parameter, ending with a code that says how it went."""
    own = list(inspect.signature(command, eval_str=True).parameters.values())[1:]
    shared = [
        inspect.Parameter(f"asked_{name}", inspect.Parameter.KEYWORD_ONLY, default=default, annotation=kind)
        for name, (kind, default) in options.items()
    ]

    def asking(**given: Any) -> None:
        asked = Asked(**{name: given.pop(f"asked_{name}") for name in options})
        try:
            command(asked, **given)
        except (DeepTierError, Problem) as error:
            raise typer.Exit(asked.refused(error)) from None

    asking.__name__, asking.__doc__, asking.__module__ = command.__name__, command.__doc__, command.__module__
    parameters = [one.replace(kind=inspect.Parameter.KEYWORD_ONLY) for one in own] + shared
    asking.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    asking.__annotations__ = {one.name: one.annotation for one in parameters}
    return asking


def _code(error: DeepTierError) -> int:
    if isinstance(error, ClientError):
        return error.exit
    return MISUSED if isinstance(error, InputError) else REFUSED
