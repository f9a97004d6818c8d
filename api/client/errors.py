# SPDX-License-Identifier: Apache-2.0
"""What can go wrong on the client's side; what the service itself refuses comes as a Problem, in the service's words.

ClientError                 branch: each leaf says with which code the command ends
├── ArgumentMalformed    2  a word on the command line is not of its form
├── AddressMalformed     2  no http address
├── PasswordsDiffer      2  a new password was not typed the same twice
├── SessionNameMalformed 2  no name that a session could have
├── FileAway             2  a file that is to be sent cannot be read, or one that is to be made cannot be written
├── ToSignDamaged        2  the file of what an account is to sign is not as it was written
├── SessionMissing       3  nobody logged in
├── SessionUnknown       3  nobody logged in by that name
├── DemoOfficerUnknown   3  none of a demo network's officers has that name
├── SessionDamaged       3  the file of a session is not as it was written
├── SealMissing          1  the private key that opens the quotes of a request is not on this machine
├── ServiceAway          4  nothing answers
├── ServiceLost          4  a write was sent and no answer came: it may have been accepted
└── AnswerForeign        4  what answers is not this service
"""

from typing import Any, ClassVar

from chain.domain.errors import DeepTierError

DONE, REFUSED, MISUSED, FORBIDDEN, AWAY, UNDERWAY = range(6)
"""With what it ends: 0 done, 1 refused by a rule, 2 misused, 3 not allowed, 4 no service, 5 accepted, not yet final."""


class Problem(Exception):
    """What the service refused, in its own words and in the language that was asked for (RFC 9457)."""

    def __init__(self, status: int, body: dict[str, Any]) -> None:
        super().__init__(body.get("code", str(status)))
        self.status, self.body = status, body
        self.code = str(body.get("code", ""))

    @property
    def exit(self) -> int:
        """With which code the command ends."""
        if self.status in (401, 403):
            return FORBIDDEN
        if self.status in (404, 409):
            return REFUSED
        return AWAY if self.status >= 500 or self.status == 429 else MISUSED


class ClientError(DeepTierError):
    """Something on the client's side. `exit`: with which code the command ends."""

    exit: ClassVar[int]


class ArgumentMalformed(ClientError):
    """Raised when a word on the command line is not of its form."""

    exit = MISUSED
    code = "malformed-argument"
    fields = ("given", "wanted")
    zh = "“{given}”的格式不正确，应为 {wanted}。"
    en = "'{given}' is not of the form {wanted}."
    next_zh = "请按该格式重写；--help 有各项说明。"
    next_en = "Write it so; --help explains every argument."


class AddressMalformed(ClientError):
    """Raised when the address of the service is none."""

    exit = MISUSED
    code = "malformed-service-address"
    fields = ("url",)
    zh = "“{url}”不是服务地址。"
    en = "'{url}' is not the address of a service."
    next_zh = "请写成 http://127.0.0.1:8750 或 https://… 的形式，不含用户名和密码。"
    next_en = "Write it as http://127.0.0.1:8750 or https://..., without name and password."


class PasswordsDiffer(ClientError):
    """Raised when a new password was typed in two ways."""

    exit = MISUSED
    code = "passwords-differ"
    zh = "两次输入的新密码不一致，未作更改。"
    en = "The new password was not typed the same twice; nothing was changed."
    next_zh = "请重新运行并输入两次相同的密码。"
    next_en = "Run it again and type the same password twice."


class SessionNameMalformed(ClientError):
    """Raised when a session is to have a name that no officer could log in with."""

    exit = MISUSED
    code = "malformed-session-name"
    fields = ("name",)
    zh = "“{name}”不是登录名。"
    en = "'{name}' is no name to log in with."
    next_zh = "登录名为 3 至 40 个字符：小写字母、数字、点、下划线、连字符，以字母或数字开头。"
    next_en = "A name has 3 to 40 of a-z, 0-9, dot, underscore and hyphen, and begins with a letter or digit."


class FileAway(ClientError):
    """Raised when a file of the user's cannot be read or written."""

    exit = MISUSED
    code = "file-away"
    fields = ("path", "why")
    zh = "无法读写文件 {path}：{why}。"
    en = "The file {path} cannot be used: {why}."
    next_zh = "请核对路径和权限。"
    next_en = "Check its path and who may use it."


class ToSignDamaged(ClientError):
    """Raised when a signature is handed in under a file that does not say what was to be signed."""

    exit = MISUSED
    code = "damaged-to-sign"
    fields = ("path",)
    zh = "文件 {path} 不是由 --to-sign 写出的待签内容。"
    en = "The file {path} is not what --to-sign wrote."
    next_zh = "请核对路径；若文件已丢失，请换一个文件名，不带 --proof 重新运行。"
    next_en = "Check its path; if it is lost, run the command without --proof and with another file name."


class SessionMissing(ClientError):
    """Raised when a command asks the service for somebody, and nobody logged in."""

    exit = FORBIDDEN
    code = "no-session"
    fields = ("folder",)
    zh = "{folder} 中没有登录会话。"
    en = "Nobody is logged in ({folder} has no session)."
    next_zh = "请运行 deeptier login 登录名；演示网络可用 deeptier login --demo yunling.1。"
    next_en = "Run deeptier login NAME; for a demo network, deeptier login --demo yunling.1."


class DemoOfficerUnknown(ClientError):
    """Raised when somebody is to log in to a demo network by a name that none of its officers has."""

    exit = FORBIDDEN
    code = "unknown-demo-officer"
    fields = ("name",)
    zh = "演示网络中没有登录名“{name}”。"
    en = "The demo network has no officer '{name}'."
    next_zh = "deeptier officer demo-keys 列出全部登录名；后来加入的人员请运行 deeptier login {name}，不加 --demo。"
    next_en = "deeptier officer demo-keys lists them; who was added later logs in without --demo, with a password."


class SessionUnknown(ClientError):
    """Raised when a command is to ask as somebody who did not log in."""

    exit = FORBIDDEN
    code = "unknown-session"
    fields = ("name",)
    zh = "“{name}”没有登录会话。"
    en = "'{name}' is not logged in here."
    next_zh = "请先运行 deeptier login {name}（演示网络加 --demo）；deeptier sessions 列出已有会话。"
    next_en = "Run deeptier login {name} first (on a demo network with --demo); deeptier sessions lists who is."


class SessionDamaged(ClientError):
    """Raised when the file of a session is not as it was written."""

    exit = FORBIDDEN
    code = "damaged-session"
    fields = ("path",)
    zh = "会话文件 {path} 已损坏。"
    en = "The session file {path} is damaged."
    next_zh = "请重新运行 deeptier login。"
    next_en = "Run deeptier login again."


class SealMissing(ClientError):
    """Raised when the quotes of a request are to be opened where the private key of the request is not."""

    exit = REFUSED
    code = "no-seal-key"
    fields = ("request", "folder")
    zh = "本机 {folder} 中没有融资申请 {request} 的私钥，无法开启报价。"
    en = "The private key of financing request {request} is not in {folder}, so its quotes cannot be opened here."
    next_zh = "请在提出该申请的机器上开启，或将密钥文件带到此处；密钥遗失时请撤回申请并重新提出。"
    next_en = "Open them where the request was made, or bring its key file; if it is lost, withdraw and ask again."


class ServiceAway(ClientError):
    """Raised when nothing answers at the service's address, also after some tries."""

    exit = AWAY
    code = "service-away"
    fields = ("url", "why")
    zh = "服务 {url} 没有应答：{why}。"
    en = "The service at {url} does not answer: {why}."
    next_zh = "请确认服务已启动（deeptier status），地址用 --url 指定；稍后再试。"
    next_en = "See whether it runs (deeptier status) and where (--url), and try again later."


class ServiceLost(ClientError):
    """Raised when a write was sent and no answer came, also after some tries: nobody here knows whether it counts."""

    exit = AWAY
    code = "service-lost"
    fields = ("url", "why", "key")
    zh = "服务 {url} 没有应答：{why}；该操作可能已被接受。"
    en = "The service at {url} does not answer: {why}; what was asked may have been accepted."
    next_zh = "恢复后请在同一命令后加 --idempotency-key {key} 再运行一次：无论如何只会执行一次。"
    next_en = "Run the same command again with --idempotency-key {key}: it is done once, whichever way it was."


class AnswerForeign(ClientError):
    """Raised when what answers speaks another language than this service."""

    exit = AWAY
    code = "foreign-answer"
    fields = ("url", "status")
    zh = "{url} 的应答（HTTP {status}）不是 DeepTier 服务的应答。"
    en = "What answers at {url} (HTTP {status}) is no DeepTier service."
    next_zh = "请核对 --url；中间若有代理，请联系其管理员。"
    next_en = "Check --url; if there is a proxy in between, ask who runs it."
