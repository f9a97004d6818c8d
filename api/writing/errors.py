# SPDX-License-Identifier: Apache-2.0
"""Why something that was asked for is not done, beside what the ledger's rules and the signer refuse.

WritingError
├── KeyAbsent            422  no Idempotency-Key, or none of its form
├── PreferMalformed      422  Prefer: wait=… is no number of seconds
├── CheckerAmbiguous     422  several officers could check: name one
├── SecretToldOnce       409  the request was carried out under this key; its answer was a secret
├── SubjectBusy          409  a submission about the same thing is under way
├── AccountAbsent        409  the officer has no account that may sign this
├── ProposalClosed       409  it was carried out, declined, withdrawn, is void, or its deadline has passed
├── ProposalUnsigned     409  it still waits for signatures
├── NotYours             409  nobody waits for this officer's signature there
├── HashDiffers          409  what was shown is not what would be signed
├── PriorUnderWay        409  what must happen before is not final yet
├── MirrorLate           503  the last change of the same thing is not mirrored yet
├── InvoicesRefused      422  uploaded invoices cannot back an obligation (obligations)
├── InvoiceDrafted       409  an invoice backs another draft that is open (obligations)
└── FingerprintKeyAway   503  nothing to recognise invoices with (obligations)
"""

from collections.abc import Mapping
from typing import Any, ClassVar

from chain.domain.errors import DeepTierError, Lang


class WritingError(DeepTierError):
    """A refusal of a request that would change something. `status`: what HTTP answers with."""

    status: ClassVar[int]

    def headers(self) -> dict[str, str]:
        """What the answer's head says beyond its status."""
        return {"Retry-After": "1"} if self.status == 503 else {}

    def more(self, lang: Lang) -> Mapping[str, Any]:
        """What the problem says beside its text."""
        return {}


class KeyAbsent(WritingError):
    """Raised when a request that changes something has no idempotency key."""

    status = 422
    code = "idempotency-key-missing"
    zh = "请求没有 Idempotency-Key，或其格式不正确，未作任何处理。"
    en = "The request has no Idempotency-Key, or not one of its form; nothing was done."
    next_zh = "请附上 1 至 200 个可见 ASCII 字符的 Idempotency-Key；重试同一操作时沿用同一个键。"
    next_en = "Send an Idempotency-Key of 1 to 200 visible ASCII characters; use the same one when you try again."


class PreferMalformed(WritingError):
    """Raised when it cannot be told how long a request is to wait."""

    status = 422
    code = "malformed-prefer"
    fields = ("most",)
    zh = "Prefer 中的 wait 不是 0 到 {most} 之间的整数秒。"
    en = "The wait of Prefer is no whole number of seconds from 0 to {most}."
    next_zh = "请写成 Prefer: wait=5，或省略。"
    next_en = "Write Prefer: wait=5, or leave it out."


class CheckerAmbiguous(WritingError):
    """Raised when it is not clear which officer is to check."""

    status = 422
    code = "ambiguous-checker"
    fields = ("participant", "officers")
    zh = "参与方 {participant} 可复核的人员：{officers}，需指定其中一位。"
    en = "Officers of participant {participant} who could check: {officers}; one must be named."
    next_zh = "请用 checker 指定复核人员；若没有人选，请先由登记机构登记一位。"
    next_en = "Name one as checker; where there is none, have the Registrar enter one first."


class SecretToldOnce(WritingError):
    """Raised when a request comes again whose answer held a secret, which is kept nowhere."""

    status = 409
    code = "secret-told-once"
    zh = "该请求已经执行；其应答含有只显示一次的密钥或密码，不再重复。"
    en = "This request was carried out; its answer held a secret that is told once."
    next_zh = "若未收到应答，请吊销该密钥或重置密码，再用新的 Idempotency-Key 重新申请。"
    next_en = "If the answer was lost, revoke that key or reset the password, and ask under a new key."


class SubjectBusy(WritingError):
    """Raised when a submission about the same thing is on its way."""

    status = 409
    code = "subject-busy"
    fields = ("subject", "submission")
    zh = "{subject} 有一笔提交（编号 {submission}）正在处理中，未作任何处理。"
    en = "{subject} has a submission under way, number {submission}; nothing was done."
    next_zh = "请等待该提交完成（deeptier submission {submission}）后再操作。"
    next_en = "Wait until it is through (deeptier submission {submission}), then ask again."


class AccountAbsent(WritingError):
    """Raised when an officer has no live account on the ledger with the right that is needed."""

    status = 409
    code = "account-absent"
    fields = ("participant", "officer", "right")
    zh = "参与方 {participant} 的人员 {officer} 在账本上没有可用于“{right}”的账户。"
    en = "Officer {officer} of participant {participant} has no account on the ledger with the right '{right}'."
    next_zh = "请由登记机构为该人员登记账户，或由有权人员操作。"
    next_en = "Have the Registrar enter one for this officer, or let an officer act who has one."


class ProposalClosed(WritingError):
    """Raised when a proposal takes no signatures any more."""

    status = 409
    code = "proposal-closed"
    fields = ("proposal", "state")
    zh = "待签指令 {proposal} 已处于“{state}”状态，不能再签署或变更。"
    en = "Proposal {proposal} is {state}: it takes no signatures and no changes any more."
    next_zh = "请查看其结果；如仍需办理，请重新发起。"
    next_en = "See what became of it; if it is still wanted, propose it anew."


class ProposalUnsigned(WritingError):
    """Raised when a change is to be carried out that not everybody has signed."""

    status = 409
    code = "proposal-unsigned"
    fields = ("proposal",)
    zh = "待签指令 {proposal} 尚缺签名，不能执行。"
    en = "Proposal {proposal} still waits for signatures."
    next_zh = "请由其中列出的人员签署。"
    next_en = "The officers that it lists sign it first."


class NotYours(WritingError):
    """Raised when an officer would sign where nobody waits for it, or decline what is its own."""

    status = 409
    code = "nothing-to-sign"
    fields = ("proposal", "officer")
    zh = "待签指令 {proposal} 不需要人员 {officer} 签署。"
    en = "Proposal {proposal} waits for no signature of officer {officer}."
    next_zh = "请由其中列出的人员签署；发起方要收回时请撤回。"
    next_en = "The officers that it lists sign; whoever proposed it withdraws it."


class HashDiffers(WritingError):
    """Raised when the hash that an officer saw is not that of the message."""

    status = 409
    code = "hash-differs"
    fields = ("proposal",)
    zh = "所示哈希与待签指令 {proposal} 的内容不符，未签署。"
    en = "The hash given is not that of proposal {proposal}; nothing was signed."
    next_zh = "请重新查看该指令的内容和哈希后再签署。"
    next_en = "Look at the proposal's text and hash again before signing."


class PriorUnderWay(WritingError):
    """Raised when something must happen first that is still on its way, such as the registration of an invoice."""

    status = 409
    code = "prior-under-way"
    fields = ("submission",)
    zh = "前一步（提交编号 {submission}）尚未完成，暂不能签署。"
    en = "What must happen first, submission {submission}, is still under way."
    next_zh = "请稍候数秒再签署。"
    next_en = "Sign it again in some seconds."


class MirrorLate(WritingError):
    """Raised when the mirror does not show the last change of the same thing within the time there is."""

    status = 503
    code = "mirror-late"
    fields = ("block",)
    zh = "区块 {block} 尚未同步，未作任何处理。"
    en = "Block {block} is not mirrored yet; nothing was done."
    next_zh = "请稍后用同一个 Idempotency-Key 重试。"
    next_en = "Try again in a moment, under the same Idempotency-Key."
