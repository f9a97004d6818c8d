# SPDX-License-Identifier: Apache-2.0
"""Refusals when money comes in or goes out, and of the contract itself (ILedgerErrors, the last two sections)."""

from chain.domain.refusals.wording import LedgerRefusal


class Overpaid(LedgerRefusal):
    """Raised when a payment is more than principal and late interest owed."""

    code = "overpaid"
    fields = ("owed", "given")
    zh = "应付本息合计 {owed:money}，付款 {given:money} 超出应付金额。"
    en = "{owed:money} is owed in principal and interest; a payment of {given:money} is too much."
    next_zh = "请按应付金额付款。"
    next_en = "Pay what is owed."


class PaymentTooSmall(LedgerRefusal):
    """Raised when a payment in part is below the smallest that the obligation takes."""

    code = "payment-too-small"
    fields = ("minimum", "given")
    zh = "部分付款不得少于 {minimum:money}，本次为 {given:money}。"
    en = "A payment in part is at least {minimum:money}; this is {given:money}."
    next_zh = "请提高金额，或一次付清。"
    next_en = "Pay more, or pay in full."


class TooManyPayments(LedgerRefusal):
    """Raised when the obligation has taken as many payments in part as it can."""

    code = "too-many-payments"
    fields = ("obligation",)
    zh = "凭证 {obligation} 的部分付款次数已达上限。"
    en = "Obligation {obligation} has taken as many payments in part as it can."
    next_zh = "请一次付清余款。"
    next_en = "Pay all that is owed at once."


class TooManyReductions(LedgerRefusal):
    """Raised when the obligation has taken as many reductions as it can."""

    code = "too-many-reductions"
    fields = ("obligation",)
    zh = "凭证 {obligation} 的冲减次数已达上限。"
    en = "Obligation {obligation} has taken as many reductions as it can."
    next_zh = "请在到期付款后另行结算差额。"
    next_en = "Settle the difference outside, after payment at maturity."


class BadReduction(LedgerRefusal):
    """Raised when a reduction is empty or reaches beyond what is unpaid."""

    code = "bad-reduction"
    fields = ("obligation", "lo", "hi")
    zh = "凭证 {obligation} 不能冲减未付金额中 {lo:money} 至 {hi:money} 的部分。"
    en = "Obligation {obligation} cannot be reduced from {lo:money} to {hi:money} of what is unpaid."
    next_zh = "请在未付金额以内选择冲减范围。"
    next_en = "Choose a part of what is unpaid."


class NotRailBank(LedgerRefusal):
    """Raised when the participant is not the settlement bank of the rail."""

    code = "not-rail-bank"
    fields = ("rail", "participant")
    zh = "参与方 {participant} 不是清算通道 {rail} 的清算银行。"
    en = "Participant {participant} is not the settlement bank of rail {rail}."
    next_zh = "请由该通道的清算银行确认收款。"
    next_en = "Only that rail's bank can confirm money received."


class ReceiptUsed(LedgerRefusal):
    """Raised when the bank's receipt counted before; the zero receipt counts as used."""

    code = "receipt-used"
    fields = ("receipt",)
    zh = "收款回单 {receipt:short} 已经使用过。"
    en = "The receipt {receipt:short} was counted before."
    next_zh = "请核对回单编号；同一笔收款只能确认一次。"
    next_en = "Check the reference: money received is confirmed once."


class OverdueCountExhausted(LedgerRefusal):
    """Raised when the obligor has as many overdue obligations as can be counted."""

    code = "overdue-count-exhausted"
    fields = ("obligor",)
    zh = "付款人 {obligor} 的逾期凭证数量已达账本可计的上限。"
    en = "Obligor {obligor} has as many overdue obligations as the ledger can count."
    next_zh = "请先清偿已标记逾期的凭证。"
    next_en = "Pay obligations that are marked overdue first."


class NotDue(LedgerRefusal):
    """Raised until the first second after due."""

    code = "not-due"
    fields = ("obligation", "due")
    zh = "凭证 {obligation} 于 {due:time} 到期，尚未逾期。"
    en = "Obligation {obligation} is due at {due:time} and not overdue yet."
    next_zh = "请在到期之后再标记逾期。"
    next_en = "Mark it after that."


class NothingToRedeem(LedgerRefusal):
    """Raised when no payment has left money to the claim."""

    code = "nothing-to-redeem"
    fields = ("claim",)
    zh = "债权 {claim} 目前没有可兑付的款项。"
    en = "Claim {claim} has no money waiting."
    next_zh = "请在付款人付款后再兑付。"
    next_en = "Redeem after the obligor has paid."


class CashRefused(LedgerRefusal):
    """Raised when the cash token did not move the money. `payer` is Solidity's `from`."""

    code = "cash-refused"
    fields = ("token", "payer", "amount")
    zh = "未能从 {payer:short} 划转 {amount:money}：余额不足、未授权账本划转，或资金代币 {token:short} 拒绝。"
    en = (
        "{amount:money} could not be moved from {payer:short}: too little balance, no permission for the ledger, "
        "or the cash token {token:short} refused."
    )
    next_zh = "请补足余额并授权账本划转，然后重试。什么都没有发生变动。"
    next_en = "Top up the balance, allow the ledger to move it, and try again. Nothing has moved."


class UnknownOperation(LedgerRefusal):
    """Raised when the contract has no such function."""

    code = "unknown-operation"
    fields = ("selector",)
    zh = "账本没有操作 {selector}。"
    en = "The ledger has no operation {selector}."
    next_zh = "请更新所用的软件。"
    next_en = "Update the software in use."


class DirectCall(LedgerRefusal):
    """Raised when the ledger's module is called past the ledger."""

    code = "direct-call"
    zh = "不能绕过账本直接调用其模块。"
    en = "The ledger's module cannot be called past the ledger."
    next_zh = "请向账本地址提交。"
    next_en = "Submit to the ledger's address."


class BadGenesis(LedgerRefusal):
    """Raised when a ledger would be born without two officers of its Registrar, or with limits that contradict."""

    code = "bad-genesis"
    zh = "账本的初始设置无效：登记机构至少须有两名不同人员各持一个经办账户。"
    en = "The ledger cannot be born like this: its registrar needs maker accounts of two different officers."
    next_zh = "请更正初始设置后重新部署。"
    next_en = "Correct the initial settings and deploy again."
