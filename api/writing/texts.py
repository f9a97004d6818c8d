# SPDX-License-Identifier: Apache-2.0
"""What a message says, in words: whoever signs reads this beside the hash, so that nobody signs blindly."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from api.participants.directory import company
from api.story.bilingual import Words
from chain.abi.eip712 import Signed
from chain.domain import commands as c
from chain.domain.clock import BEIJING, UtcSeconds, instant, local_date
from chain.domain.errors import Lang
from chain.domain.money import Fen, currency, format_money, format_rate
from chain.domain.vocabulary import ZERO_ADDRESS, ParticipantId, ParticipantStatus, Right, Role, flag_words, word
from chain.node.network import Network
from chain.store.db import Db

_TOLD: Mapping[type, Words] = {
    c.Issue: Words(
        "{participant}开立应收账款电子凭证 {obligation}，承诺于 {due} 向{creditor}付款 {face}；签收期限 {accept_by}，"
        "逾期年利率 {late_rate}；发票 {invoices} 张。",
        "{participant} issues obligation {obligation}: it will pay {creditor} {face} on {due}; to be accepted by"
        " {accept_by}; late interest {late_rate} a year; {invoices} invoice(s).",
    ),
    c.IssueMany: Words(
        "{participant}一次开立 {count} 张应收账款电子凭证（{numbers}），面额合计 {face}；全部成功或全部不成功。",
        "{participant} issues {count} obligations at once ({numbers}), {face} in all; all of them or none.",
    ),
    c.Transfer: Words(
        "{participant}将债权份额 {claim} 全部转让给{to}。", "{participant} passes all of claim {claim} to {to}."
    ),
    c.Split: Words(
        "{participant}从债权份额 {claim} 中拆分 {amount} 转让给{to}。",
        "{participant} splits {amount} off claim {claim} and passes it to {to}.",
    ),
    c.SplitMany: Words(
        "{participant}从债权份额 {claim} 中拆分并转让：{pieces}。",
        "{participant} splits off claim {claim} and passes on: {pieces}.",
    ),
    c.RegisterParticipant: Words(
        "登记机构登记参与方 {subject}：角色 {roles}，额度 {limit}。",
        "The Registrar enters participant {subject}: {roles}; it may owe {limit}.",
    ),
    c.AddAccount: Words(
        "为{participant}的人员 {officer} 登记账户 {account}，权限：{rights}。",
        "The account {account} is entered for officer {officer} of {participant}, with the rights {rights}.",
    ),
    c.RevokeAccount: Words("终止{participant}的账户 {account}。", "The account {account} of {participant} is ended."),
    c.SetThreshold: Words(
        "{participant}的人员 {officer} 每日可单独开立的金额定为 {threshold}。",
        "Officer {officer} of {participant} may issue {threshold} a day alone.",
    ),
    c.SetCash: Words("{participant}的收付款账户改为 {cash}。", "{participant} is paid to, and pays from, {cash}."),
    c.SetStanding: Words(
        "登记机构将参与方 {subject} 定为：角色 {roles}，状态 {status}，额度 {limit}。",
        "The Registrar sets participant {subject} to: {roles}; {status}; it may owe {limit}.",
    ),
    c.AddRail: Words(
        "开通清算通道 {rail}：清算银行 {bank}，托管账户 {escrow}。",
        "Rail {rail} is opened: settlement bank {bank}, escrow account {escrow}.",
    ),
}


class Teller:
    """Tells messages in one language; companies by name and number where the book knows them."""

    def __init__(self, book: Db, network: Network, lang: Lang) -> None:
        self._book, self._unit, self._lang = book, currency(network.currency), lang
        self._names: dict[int, str] = {}  # a page names the same few again and again

    def text(self, message: Signed) -> str:
        """The message in words."""
        told = _TOLD.get(type(message))
        if told is None:
            return f"{type(message).__name__}"
        facts: dict[str, Any] = {
            name: self._fact(name, getattr(message, name)) for name in message.__dataclass_fields__
        }
        if isinstance(message, c.Issue):
            facts |= {name: self._fact(name, getattr(message.obligation, name)) for name in _OF_ISSUE}
            facts["obligation"] = f"{message.participant}-{message.obligation.number}"
            facts["invoices"] = len(message.obligation.invoices)
        if isinstance(message, c.IssueMany):
            facts["count"] = len(message.obligations)
            facts["numbers"] = self._listed(f"{message.participant}-{one.number}" for one in message.obligations)
            facts["face"] = self._money(Fen(sum(one.face for one in message.obligations)))
        if isinstance(message, c.SplitMany):
            facts["pieces"] = self._listed(f"{self.name(one.to)} {self._money(one.amount)}" for one in message.pieces)
        return told.of(self._lang).format(**facts)

    def name(self, participant: int) -> str:
        """A participant for a reader."""
        if participant not in self._names:
            self._names[participant] = self._named(participant)
        return self._names[participant]

    def _named(self, participant: int) -> str:
        known = company(self._book, ParticipantId(participant))
        if known is not None:
            return f"{known.name}（{known.number}）" if self._lang == "zh" else f"{known.name} ({known.number})"
        return f"参与方 {participant}" if self._lang == "zh" else f"participant {participant}"

    def _fact(self, name: str, value: Any) -> Any:
        show = _SHOWN.get(name)
        return value if show is None else show(self, value)

    def _money(self, amount: Fen) -> str:
        return format_money(amount, self._unit, self._lang)

    def _listed(self, words: Iterable[str]) -> str:
        return ("、" if self._lang == "zh" else ", ").join(words)


_OF_ISSUE = ("creditor", "face", "due", "accept_by", "late_rate")
_SHOWN: Mapping[str, Callable[[Teller, Any], Any]] = {
    **dict.fromkeys(("participant", "to", "creditor", "bank"), lambda teller, value: teller.name(value)),
    **dict.fromkeys(("amount", "face", "limit", "threshold"), lambda teller, value: teller._money(value)),
    "due": lambda teller, value: local_date(UtcSeconds(value), BEIJING).isoformat(),
    "accept_by": lambda teller, value: local_date(instant(value * 3600), BEIJING).isoformat(),
    "late_rate": lambda teller, value: format_rate(value),
    "roles": lambda teller, value: flag_words(Role, value, teller._lang),
    "rights": lambda teller, value: flag_words(Right, value, teller._lang),
    "status": lambda teller, value: word(ParticipantStatus, value, teller._lang),
    "cash": lambda teller, value: "—" if value == ZERO_ADDRESS else value,
}
"""How the fields of messages are told."""
