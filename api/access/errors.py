# SPDX-License-Identifier: Apache-2.0
"""What can be refused to whoever asks something of the API. Each leaf has the status that HTTP answers with.

AccessError
├── KeyRefused          401  no key, or none that is good: one text for absent, unknown, expired, revoked
├── LoginRefused        401  name and password are not those of an officer who is let in
├── PasswordMustChange  403  a one-time password is good for nothing but to be changed
├── DutyMissing         403  the officer has not that duty, or the key has not that scope
├── LoginNeeded         403  a key that was made for a program makes no other
├── ScopesTooWide       403  a key is asked for what its maker may not do
├── KeyUnknown          404  no such key, or somebody else's
├── OfficerUnknown      404  no such officer, or another participant's
├── KeyRotated          409  a key is rotated once: its successor is there
├── KeysTooMany         409  an officer's keys have a number
├── OfficerThere        409  the participant has an officer with that number
├── NameTaken           409  somebody logs in with that name
├── LastAdmin           409  a participant keeps one admin
├── NameMalformed       422  not the form of a name to log in with
├── PasswordWeak        422  too short, too long, or too plain
├── LoginThrottled      429  too many tries
└── OperatorError            on the machine, at the command line
    ├── AuditBroken     500  a row of the log does not follow from the one before
    └── DemoOnly        409  keys that anybody may know are for demo networks
"""

from typing import ClassVar

from chain.domain.errors import DeepTierError

CHALLENGE = 'Bearer realm="deeptier"'


class AccessError(DeepTierError):
    """A refusal that concerns who asks. `status`: what HTTP answers with."""

    status: ClassVar[int]

    def headers(self) -> dict[str, str]:
        """The header fields that belong to the status."""
        return {"WWW-Authenticate": CHALLENGE} if self.status == 401 else {}


class KeyRefused(AccessError):
    """Raised when a request has no key or none that is good. It does not say which: that would help who guesses."""

    status = 401
    code = "key-refused"
    zh = "请求未附有效的 API 密钥。"
    en = "The request has no key that is good."
    next_zh = "请用 POST /login 登录，或在 Authorization: Bearer 中附上有效的密钥。"
    next_en = "Log in (POST /login), or send a good key as Authorization: Bearer."


class LoginRefused(AccessError):
    """Raised when name and password do not let anybody in, for whatever reason."""

    status = 401
    code = "login-refused"
    zh = "登录名或密码不正确，或该人员不能登录。"
    en = "Name and password are not those of an officer who is let in."
    next_zh = "请核对后重试；忘记密码请联系本机构的管理员，管理员请联系运营人员。"
    next_en = (
        "Check both and try again; who forgot a password asks an admin of their participant, an admin the operator."
    )


class PasswordMustChange(AccessError):
    """Raised when an officer with a one-time password asks for anything but to change it."""

    status = 403
    code = "password-must-change"
    zh = "当前为一次性密码，须先修改。"
    en = "The password is a one-time password: it must be changed first."
    next_zh = "请用 POST /password 设置自己的密码，再重新操作。"
    next_en = "Set one of your own (POST /password), then ask again."


class DutyMissing(AccessError):
    """Raised when neither officer nor key may do what was asked for."""

    status = 403
    code = "duty-missing"
    fields = ("duty",)
    zh = "该操作需要职责“{duty}”，而该人员没有此职责，或密钥的权限范围不含此职责。"
    en = "This takes the duty {duty}, which the officer does not have or the key does not extend to."
    next_zh = "请由具有该职责的人员操作，或请本机构的管理员授予。"
    next_en = "Let an officer with that duty do it, or ask an admin of your participant for it."


class LoginNeeded(AccessError):
    """Raised when a key that was made for a program is used for what a person alone may do."""

    status = 403
    code = "login-needed"
    zh = "该操作须由人员登录后进行，不能使用程序密钥。"
    en = "This is for a person who logged in, not for the key of a program."
    next_zh = "请先用 POST /login 登录。"
    next_en = "Log in first (POST /login)."


class ScopesTooWide(AccessError):
    """Raised when a new key is to do what its maker may not."""

    status = 403
    code = "scopes-too-wide"
    fields = ("scopes",)
    zh = "不能授予自己没有的权限：{scopes}。"
    en = "Nobody can give a key what they may not do themselves: {scopes}."
    next_zh = "请只选择 GET /me 所列的职责。"
    next_en = "Choose among the duties that GET /me tells."


class KeyUnknown(AccessError):
    """Raised when an officer has no such key."""

    status = 404
    code = "unknown-key"
    fields = ("key",)
    zh = "没有编号为 {key} 的密钥。"
    en = "There is no key {key}."
    next_zh = "请用 GET /keys 查看自己的密钥。"
    next_en = "See which keys you have (GET /keys)."


class OfficerUnknown(AccessError):
    """Raised when a participant has no such officer."""

    status = 404
    code = "unknown-officer"
    fields = ("officer",)
    zh = "没有人员 {officer}。"
    en = "There is no officer {officer}."
    next_zh = "请查看本机构的人员名单（GET /officers）。"
    next_en = "See who the officers of your participant are (GET /officers)."


class KeyRotated(AccessError):
    """Raised when a key is rotated again: whoever stole it would have a good one of their own."""

    status = 409
    code = "key-rotated"
    fields = ("key",)
    zh = "密钥 {key} 已更换过。"
    en = "Key {key} has been rotated already."
    next_zh = "请使用更换后的密钥；若未收到，请登录后另行生成，并撤销旧密钥。"
    next_en = "Use the one that took its place; if you never got it, log in, make another and revoke both."


class KeysTooMany(AccessError):
    """Raised when an officer has as many keys as one may have."""

    status = 409
    code = "too-many-keys"
    fields = ("limit",)
    zh = "每名人员最多可有 {limit} 个有效的程序密钥。"
    en = "An officer has {limit} keys for programs at most."
    next_zh = "请先撤销不再使用的密钥。"
    next_en = "Revoke one that is no longer used."


class OfficerThere(AccessError):
    """Raised when a participant has an officer with that number already."""

    status = 409
    code = "officer-there"
    fields = ("officer",)
    zh = "人员 {officer} 已存在。"
    en = "There is an officer {officer} already."
    next_zh = "请换一个编号，或修改已有人员。"
    next_en = "Give another number, or change the officer that is there."


class NameTaken(AccessError):
    """Raised when somebody logs in with that name already."""

    status = 409
    code = "name-taken"
    zh = "该登录名已被使用。"
    en = "Somebody logs in with that name already."
    next_zh = "请换一个登录名。"
    next_en = "Choose another name."


class LastAdmin(AccessError):
    """Raised when a change would leave a participant without an admin who can log in."""

    status = 409
    code = "last-admin"
    fields = ("participant",)
    zh = "参与方 {participant} 须保留至少一名在岗的管理员。"
    en = "Participant {participant} keeps one active admin at least."
    next_zh = "请先让另一名人员担任管理员。"
    next_en = "Make somebody else an admin first."


class NameMalformed(AccessError):
    """Raised when a text is no name to log in with."""

    status = 422
    code = "malformed-name"
    zh = "登录名须为 3 至 40 个字符：小写字母、数字、点、下划线、连字符，且以字母或数字开头。"
    en = "A name to log in with has 3 to 40 of a-z, 0-9, dot, underscore and hyphen, a letter or digit first."
    next_zh = "请换一个登录名。"
    next_en = "Choose another name."


class PasswordWeak(AccessError):
    """Raised when a password is easily guessed, or longer than anybody types."""

    status = 422
    code = "weak-password"
    fields = ("shortest", "longest", "different")
    zh = "密码须为 {shortest} 至 {longest} 个字符，至少含 {different} 种不同字符，且不得包含登录名。"
    en = "A password has {shortest} to {longest} characters, {different} different ones at least, and not the name."
    next_zh = "请换一个密码；几个不相干的词组成的短语最好记。"
    next_en = "Choose another; a few words that have nothing to do with each other are easy to remember."


class LoginThrottled(AccessError):
    """Raised when a name or an address has failed too often of late; what was typed was not looked at."""

    status = 429
    code = "login-throttled"
    fields = ("seconds",)
    zh = "登录尝试过多，请等待 {seconds} 秒。"
    en = "There were too many tries to log in: wait {seconds} seconds."
    next_zh = "请稍后重试；若非本人所为，请通知本机构的管理员。"
    next_en = "Try again then; if it was not you who tried, tell an admin of your participant."

    def headers(self) -> dict[str, str]:
        return {"Retry-After": str(self.arguments["seconds"])}


class OperatorError(AccessError):
    """Told to the operator of the machine."""


class AuditBroken(OperatorError):
    """Raised when the log of decisions is not as it was written."""

    status = 500
    code = "audit-broken"
    fields = ("number",)
    zh = "审计日志自第 {number} 行起与前文不符：该行被改动、删除或插入。"
    en = "Row {number} of the audit log does not follow from those before it: one was altered, removed or put in."
    next_zh = "请保全业务库现状，并与备份（deeptier book backup）中的日志逐行比对。"
    next_en = "Keep the book as it is, and compare its log with a backup's (deeptier book backup), row by row."


class DemoOnly(OperatorError):
    """Raised when demo keys are asked for on a network that is no demo."""

    status = 409
    code = "demo-only"
    fields = ("folder",)
    zh = "{folder} 的网络不是演示网络，没有演示密钥。"
    en = "The network in {folder} is no demo network: it has no demo keys."
    next_zh = "请用 deeptier officer add 添加人员，登录后再生成密钥。"
    next_en = "Add officers (deeptier officer add); they log in and make keys."
