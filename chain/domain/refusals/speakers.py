# SPDX-License-Identifier: Apache-2.0
"""Refusals about who speaks: signers, rights, officers, signatures (ILedgerErrors, "who speaks")."""

from chain.domain.refusals.wording import LedgerRefusal


class IntentExpired(LedgerRefusal):
    """Raised when the message's last second has passed."""

    code = "intent-expired"
    fields = ("deadline",)
    zh = "这份已签名的指令已于 {deadline:time} 过期。"
    en = "The signed instruction expired at {deadline:time}."
    next_zh = "请设定新的截止时间，重新签名后提交。"
    next_en = "Sign it again with a later deadline and submit it."


class UnknownAccount(LedgerRefusal):
    """Raised when no participant has the account."""

    code = "unknown-account"
    fields = ("account",)
    zh = "账户密钥 {account:short} 未登记在任何参与方名下。"
    en = "The account {account:short} belongs to no participant."
    next_zh = "请改用已登记的账户签名，或先由本单位和登记机构登记该账户。"
    next_en = "Sign with a registered account, or have this one registered first."


class AccountRevoked(LedgerRefusal):
    """Raised when the account was ended."""

    code = "account-revoked"
    fields = ("account",)
    zh = "账户密钥 {account:short} 已停止使用。"
    en = "The account {account:short} was ended."
    next_zh = "请改用仍然有效的账户签名。"
    next_en = "Sign with an account that is still in use."


class NotSignerFor(LedgerRefusal):
    """Raised when the account speaks for another participant than the message says."""

    code = "not-signer-for"
    fields = ("account", "participant")
    zh = "账户密钥 {account:short} 不属于参与方 {participant}，不能代其签名。"
    en = "The account {account:short} does not belong to participant {participant} and cannot sign for it."
    next_zh = "请由参与方 {participant} 自己的账户签名。"
    next_en = "Have an account of participant {participant} sign."


class RightMissing(LedgerRefusal):
    """Raised when the account lacks a right (Right bit) that the operation needs."""

    code = "right-missing"
    fields = ("account", "right")
    zh = "账户密钥 {account:short} 没有所需的权限：{right:rights}。"
    en = "The account {account:short} lacks the right that this needs: {right:rights}."
    next_zh = "请由具有该权限的账户签名，或先为人员登记具有该权限的账户。"
    next_en = "Have an account with that right sign, or register one that has it."


class BadSignature(LedgerRefusal):
    """Raised when the signature is not the named signer's, or it is empty and the caller is not the signer."""

    code = "bad-signature"
    fields = ("signer",)
    zh = "签名不是账户密钥 {signer:short} 对这份指令所作。"
    en = "The signature is not that of {signer:short} under this instruction."
    next_zh = "请核对签名账户和指令内容（签名后不得改动），然后重新签名。"
    next_en = "Check who signed, and that nothing was changed after signing; then sign again."


class SameOfficer(LedgerRefusal):
    """Raised when both signatures are one officer's where two officers must sign."""

    code = "same-officer"
    fields = ("participant", "officer")
    zh = "两个签名都来自参与方 {participant} 的同一人员（{officer} 号），此操作须由两人分别签名。"
    en = "Both signatures come from officer {officer} of participant {participant}; two different people must sign."
    next_zh = "请由另一名人员签名。"
    next_en = "Have another officer sign."


class UnexpectedSigner(LedgerRefusal):
    """Raised when a signer is named whom the operation does not call for."""

    code = "unexpected-signer"
    fields = ("signer",)
    zh = "指令中写了账户密钥 {signer:short}，但此操作不需要其签名。"
    en = "The instruction names {signer:short}, whose signature this operation does not call for."
    next_zh = "请去掉该签名人，重新签名后提交。"
    next_en = "Leave that signer out, sign again and submit."


class AboveThreshold(LedgerRefusal):
    """Raised when the lone officer's issues of this UTC day would exceed its threshold."""

    code = "above-threshold"
    fields = ("officer", "threshold", "total")
    zh = "人员 {officer} 今日单独开立合计将达 {total:money}，超过其单人限额 {threshold:money}。"
    en = "Officer {officer} would have issued {total:money} alone today, above the threshold of {threshold:money}."
    next_zh = "请由另一名人员复核签名，或待下一个 UTC 日再开立。"
    next_en = "Have a second officer check and sign, or issue on the next UTC day."


class BadBatch(LedgerRefusal):
    """Raised when the number of signatures, acceptances or entries is not what the message needs."""

    code = "bad-batch"
    fields = ("needed", "given")
    zh = "此操作需要 {needed} 份签名或同意，实际给出 {given} 份。"
    en = "This needs {needed} signatures or acceptances, but {given} were given."
    next_zh = "请补齐或去掉多余的部分后重新提交。"
    next_en = "Supply exactly {needed} and submit again."


class EmptyBatch(LedgerRefusal):
    """Raised when the batch has nothing in it."""

    code = "empty-batch"
    zh = "清单是空的，没有可处理的内容。"
    en = "The list is empty: there is nothing to do."
    next_zh = "请至少填写一项。"
    next_en = "Name at least one entry."
