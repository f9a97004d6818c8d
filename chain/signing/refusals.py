# SPDX-License-Identifier: Apache-2.0
"""What the policy says no to: one leaf for each reason; the tree that they hang on is in chain/signing/errors."""

from chain.signing.errors import NotPermitted


class AccountUnlisted(NotPermitted):
    """Raised when the policy does not know an account."""

    code = "unlisted-account"
    fields = ("account",)
    zh = "签名策略中没有账户 {account}。"
    en = "The policy does not know the account {account}."
    next_zh = "请改用策略中列出的账户，或由管理员把它加入策略。"
    next_en = "Use an account that it lists, or have this one added."


class AccountLocked(NotPermitted):
    """Raised when the officer has not unlocked the account since the signer started, or has locked it."""

    code = "locked-account"
    fields = ("account",)
    zh = "账户 {account} 处于锁定状态。"
    en = "The account {account} is locked."
    next_zh = "请由该人员用密码解锁（deeptier signer unlock）。"
    next_en = "Have its officer unlock it with the password (deeptier signer unlock)."


class LedgerUnlisted(NotPermitted):
    """Raised when the policy does not name that ledger on that chain."""

    code = "unlisted-ledger"
    fields = ("chain_id", "ledger")
    zh = "签名策略未列出链 {chain_id} 上的账本 {ledger}。"
    en = "The policy does not name the ledger {ledger} on chain {chain_id}."
    next_zh = "请核对网络；确属本单位使用的账本时，由管理员加入策略。"
    next_en = "Check the network; if this ledger is meant, have it added to the policy."


class OperationNotGranted(NotPermitted):
    """Raised when the policy does not grant an operation to the account."""

    code = "operation-not-granted"
    fields = ("account", "operation")
    zh = "签名策略不允许账户 {account} 签署 {operation}。"
    en = "The policy does not let the account {account} sign {operation}."
    next_zh = "请由有权限的账户签署，或由管理员修改策略。"
    next_en = "Have an account sign that may, or have the policy changed."


class AccountNotNamed(NotPermitted):
    """Raised when a message does not ask for this account's signature in any place."""

    code = "account-not-named"
    fields = ("account", "operation")
    zh = "这份 {operation} 指令没有要求账户 {account} 签名。"
    en = "This {operation} does not ask for a signature of the account {account}."
    next_zh = "请核对指令中的签名人和复核人。"
    next_en = "Check whom the message names as signer and checker."


class CapacityMissing(NotPermitted):
    """Raised when the account stands in a place of the message for which the policy gives it no right."""

    code = "capacity-missing"
    fields = ("account", "place")
    zh = "签名策略不允许账户 {account} 以 {place} 的身份签名。"
    en = "The policy does not let the account {account} sign as {place}."
    next_zh = "请由具有该权限（经办或复核）的账户签名。"
    next_en = "Have an account sign that has this right (maker or checker)."


class ForeignParticipant(NotPermitted):
    """Raised when a message speaks for another participant than the account's own."""

    code = "foreign-participant"
    fields = ("account", "participant")
    zh = "账户 {account} 不属于参与方 {participant}，不能代其签名。"
    en = "The account {account} is not of participant {participant} and does not sign for it."
    next_zh = "请由该参与方自己的账户签名。"
    next_en = "Have an account of that participant sign."


class OfficerDiffers(NotPermitted):
    """Raised when a message enters the account for another officer than the one that the policy states."""

    code = "officer-differs"
    fields = ("account", "listed", "given")
    zh = "指令将账户 {account} 登记给人员 {given}，而签名策略中它属于人员 {listed}。"
    en = "The message enters the account {account} for officer {given}; the policy has it for officer {listed}."
    next_zh = "请更正指令或策略，使两者一致。"
    next_en = "Mend the message or the policy, so that both say the same."


class OneOfficerTwice(NotPermitted):
    """Raised when one officer stands in two places of a message: maker and checker are two people."""

    code = "one-officer-twice"
    fields = ("participant", "officer")
    zh = "参与方 {participant} 的人员 {officer} 不能既经办又复核同一份指令。"
    en = "Officer {officer} of participant {participant} cannot be both maker and checker of one message."
    next_zh = "请指定另一名人员复核。"
    next_en = "Name another officer as checker."


class ColleagueUnlisted(NotPermitted):
    """Raised when a second signer of the same participant is unknown to the policy."""

    code = "unlisted-colleague"
    fields = ("account",)
    zh = "签名策略中没有共同签名的账户 {account}，无法确认其为另一名人员。"
    en = "The policy does not know {account}, who is to sign as well, so it may be the same officer."
    next_zh = "请由管理员把该账户及其人员加入策略（无需授予任何操作）。"
    next_en = "Have that account and its officer added to the policy; it needs no operation granted."


class DeadlineTooFar(NotPermitted):
    """Raised when a message would stay good for more than `longest` seconds from now."""

    code = "deadline-too-far"
    fields = ("deadline", "longest")
    zh = "指令的截止时间 {deadline} 距今超过 {longest} 秒。"
    en = "The deadline {deadline} is more than {longest} seconds away."
    next_zh = "请设定更近的截止时间。"
    next_en = "Set an earlier deadline."


class AmountAboveMessageLimit(NotPermitted):
    """Raised when one message moves or promises more than the account may sign at a time, in fen."""

    code = "amount-above-message-limit"
    fields = ("account", "operation", "amount", "limit")
    zh = "这份 {operation} 的金额为 {amount:,} 分，超过账户 {account} 的单笔限额 {limit:,} 分。"
    en = "This {operation} is for {amount:,} fen; the account {account} may sign at most {limit:,} fen at a time."
    next_zh = "请由限额更高的账户签名，或拆成几笔。"
    next_en = "Have an account with a higher limit sign, or divide it."


class AmountAboveDayLimit(NotPermitted):
    """Raised when the officer's signatures of this UTC day would come to more than its limit, in fen."""

    code = "amount-above-day-limit"
    fields = ("participant", "officer", "total", "limit")
    zh = "参与方 {participant} 的人员 {officer} 今日签名金额将达 {total:,} 分，超过每日限额 {limit:,} 分。"
    en = "Officer {officer} of participant {participant} would have signed {total:,} fen today, above {limit:,} fen."
    next_zh = "请由另一名人员签名，或待下一个 UTC 日。"
    next_en = "Have another officer sign, or wait for the next UTC day."
