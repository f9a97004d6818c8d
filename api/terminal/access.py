# SPDX-License-Identifier: Apache-2.0
"""`deeptier login`, `logout`, `sessions`, `password`: who a terminal asks for."""

import sys
from typing import Annotated, Any

import typer

from api.client.errors import DemoOfficerUnknown, PasswordsDiffer, Problem, SessionMissing
from api.story.bilingual import Words
from api.terminal.asked import Asked, reading
from api.terminal.figures import when
from api.terminal.tables import AND, show, table, word

ASK = Words("{name} 的密码", "Password of {name}")
NEW = Words("新密码", "New password")
AGAIN = Words("再次输入新密码", "The same again")
IN = Words(
    "已登录：{name}（人员 {officer}），有效至 {until}。", "Logged in: {name} (officer {officer}), good until {until}."
)
KEYED = Words("已保存密钥：{name}（人员 {officer}）。", "Key kept: {name} (officer {officer}).")
CHANGE = Words(
    "这是一次性密码：请先运行 deeptier password 设置自己的密码。",
    "That was a one-time password: set one of your own first, with deeptier password.",
)
CHANGED = Words(
    "密码已修改；该人员的其他登录已失效。", "The password is changed; other logins of the officer have ended."
)
OUT = Words("已退出：{name}。", "Logged out: {name}.")
PLAIN = Words(
    "注意：{url} 未加密，密码和密钥可能被途中的人读取；请改用 https。",
    "Take care: {url} is not encrypted, so whoever is in between can read password and key; better use https.",
)
HEADS = Words("会话,人员,有效至（北京时间）,服务,当前", "session,officer,good until (Beijing),service,last")

NAME = Annotated[str, typer.Argument(help="The name to log in with.")]


@reading
def login(
    asked: Asked,
    name: NAME,
    password_stdin: Annotated[
        bool, typer.Option("--password-stdin", help="Read the password from the standard input.")
    ] = False,
    key_stdin: Annotated[
        bool, typer.Option("--key-stdin", help="Read a key that was made elsewhere instead, and keep it by that name.")
    ] = False,
    demo: Annotated[bool, typer.Option("--demo", help="With the password that a demo network's officer has.")] = False,
) -> None:
    """Log in; the key is kept in the folder, for its owner's eyes only, until it ends in 12 hours."""
    from api.client.http import plain
    from api.client.sessions import Session

    asked.sessions.check(name)
    if key_stdin + password_stdin + demo > 1:
        raise typer.BadParameter("--password-stdin / --key-stdin / --demo")
    client = asked.at(None, None)
    if plain(client.url):
        typer.echo(asked.say(PLAIN, url=client.url), err=True)
    if key_stdin:
        key, until, told = _line(), None, {}
    else:
        password = _demo_password(asked, name) if demo else _line() if password_stdin else _typed(asked, name)
        told = client.login("/login", {"name": name, "password": password})
        key, until = told["key"], told["expires_at"]
    me = asked.at(key, None).get("/me")
    asked.sessions.keep(Session(name, me["officer"], key, until, asked.url))
    if asked.as_json:
        asked.answer({"session": name, "officer": me["officer"], "duties": me["duties"], "expires_at": until})
    else:
        said = KEYED if key_stdin else IN
        typer.echo(asked.say(said, name=name, officer=me["officer"], until=when(until)))
    if told.get("must_change"):
        typer.echo(asked.say(CHANGE), err=True)


@reading
def logout(asked: Asked) -> None:
    """End the session here and its key at the service. A key made elsewhere goes on there."""
    session = asked.session
    if session.expires_at is not None:
        client = asked.at(session.key, session.url)
        try:
            client.end(f"/keys/{client.get('/me')['key']}")
        except Problem as problem:
            if problem.status not in (401, 403, 404):  # it has ended already, or may do nothing: it goes from here
                raise
    asked.sessions.forget(session.name)
    asked.tell(asked.say(OUT, name=session.name))


@reading
def sessions(asked: Asked) -> None:
    """Who is logged in on this machine; the last one is asked for when nobody is named."""
    names = asked.sessions.names()
    last = asked.sessions.last() if names and _has_last(asked) else None
    found = [asked.sessions.found(name) for name in names]
    if asked.as_json:
        fields = ("name", "officer", "expires_at", "url")
        asked.answer([{name: getattr(one, name) for name in fields} | {"last": one.name == last} for one in found])
        return
    rows = [(one.name, one.officer, when(one.expires_at), one.url or "", "*" * (one.name == last)) for one in found]
    show(table(None, asked.say(HEADS).split(","), rows))


@reading
def password(
    asked: Asked,
    password_stdin: Annotated[
        bool, typer.Option("--password-stdin", help="Read two lines: the present password, and the new one.")
    ] = False,
) -> None:
    """Change the password; a one-time password is good for nothing else."""
    name = asked.owner
    if password_stdin:
        present, new = _line(), _line()
    else:
        present, new = _typed(asked, name), _hidden(asked.say(NEW))
        if _hidden(asked.say(AGAIN)) != new:
            raise PasswordsDiffer()
    asked.client.login("/password", {"password": present, "new": new})
    asked.tell(asked.say(CHANGED))


@reading
def me(asked: Asked) -> None:
    """Who asks, with which duties."""
    told: dict[str, Any] = asked.client.get("/me")
    if asked.as_json:
        asked.answer(told)
    else:
        duties = AND.of(asked.lang).join(word(duty, asked) for duty in told["duties"])
        typer.echo(f"{told['name']}  {told['officer']}  {duties}")


def _has_last(asked: Asked) -> bool:
    try:
        asked.sessions.last()
    except SessionMissing:
        return False
    return True


def _demo_password(asked: Asked, name: str) -> str:
    """What follows from the network's chain id. Raises NetworkMissing, DemoOnly, DemoOfficerUnknown."""
    from api.access.demo import demo_officers
    from api.access.errors import DemoOnly
    from api.errors import NetworkMissing
    from chain.node.network import Folder

    network = Folder(asked.folder).network()
    if network is None:
        raise NetworkMissing(folder=str(asked.folder))
    if not network.demo:
        raise DemoOnly(folder=str(asked.folder))
    for one in demo_officers(network.chain_id):
        if one.name == name:
            return one.password
    raise DemoOfficerUnknown(name=name)


def _typed(asked: Asked, name: str) -> str:
    return _hidden(asked.say(ASK, name=name))


def _hidden(prompt: str) -> str:
    found: str = typer.prompt(prompt, hide_input=True, err=True)
    return found


def _line() -> str:
    return sys.stdin.readline().rstrip("\r\n")
