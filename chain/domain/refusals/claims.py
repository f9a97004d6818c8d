# SPDX-License-Identifier: Apache-2.0
"""Refusals when a claim is passed on, split, cut, encumbered or sold (ILedgerErrors, "claims" and "financing")."""

from chain.domain.refusals.wording import LedgerRefusal


class UnknownClaim(LedgerRefusal):
    """Raised when there is no claim with the id."""

    code = "unknown-claim"
    fields = ("claim",)
    zh = "没有债权 {claim}。"
    en = "There is no claim {claim}."
    next_zh = "请核对债权编号。"
    next_en = "Check the number."


class NotHolder(LedgerRefusal):
    """Raised when the participant does not hold the claim."""

    code = "not-holder"
    fields = ("claim", "participant")
    zh = "参与方 {participant} 不是债权 {claim} 的持有人。"
    en = "Participant {participant} does not hold claim {claim}."
    next_zh = "请由现持有人提交此操作。"
    next_en = "Only its present holder can do this."


class StaleClaim(LedgerRefusal):
    """Raised when the message was made for another version of the claim."""

    code = "stale-claim"
    fields = ("claim", "current", "given")
    zh = "债权 {claim} 已有变化：指令针对第 {given} 版，现为第 {current} 版。"
    en = "Claim {claim} has changed: the instruction was made for version {given}, it is now {current}."
    next_zh = "请查看债权现状，重新签名后提交。"
    next_en = "Look at its present state, sign again and submit."


class ClaimVersionExhausted(LedgerRefusal):
    """Raised when the claim's version is at its maximum."""

    code = "claim-version-exhausted"
    fields = ("claim",)
    zh = "债权 {claim} 的变更次数已达上限。"
    en = "Claim {claim} has been changed as often as the ledger can count."
    next_zh = "请联系登记机构。"
    next_en = "Turn to the registrar."


class ClaimSequenceExhausted(LedgerRefusal):
    """Raised when the obligation has been split into as many claims as the ledger can number."""

    code = "claim-sequence-exhausted"
    fields = ("obligation",)
    zh = "凭证 {obligation} 拆分出的债权数量已达上限。"
    en = "Obligation {obligation} has been split into as many claims as the ledger can number."
    next_zh = "请整笔转让。"
    next_en = "Pass whole claims on instead."


class NotHeld(LedgerRefusal):
    """Raised when the claim's status byte (Lifecycle and ClaimFlag) is not plainly held."""

    code = "not-held"
    fields = ("claim", "status")
    zh = "债权 {claim} 的状态为“{status:claim_status}”，不能进行此操作。"
    en = "Claim {claim} is {status:claim_status}, which does not allow this."
    next_zh = "请查看债权现状；待签收的债权须先签收。"
    next_en = "Look at its present state; an offered claim has to be accepted first."


class ClaimLiened(LedgerRefusal):
    """Raised while a lien on the claim is in force."""

    code = "claim-liened"
    fields = ("claim", "lienholder", "until")
    zh = "债权 {claim} 上有参与方 {lienholder} 的权利负担，有效至 {until:hours}。"
    en = "Claim {claim} is encumbered in favour of participant {lienholder} until {until:hours}."
    next_zh = "请由权利人解除，或待其到期。"
    next_en = "Have the lienholder release it, or wait until it ends."


class NotLienholder(LedgerRefusal):
    """Raised when the participant has no lien on the claim."""

    code = "not-lienholder"
    fields = ("claim", "participant")
    zh = "参与方 {participant} 在债权 {claim} 上没有权利负担。"
    en = "Participant {participant} has no lien on claim {claim}."
    next_zh = "请由权利人提交解除。"
    next_en = "Only its lienholder can release it."


class BadLienUntil(LedgerRefusal):
    """Raised when a lien would end in the past or after due."""

    code = "bad-lien-until"
    fields = ("until",)
    zh = "权利负担的截止时间 {until:hours} 无效：须晚于现在且不晚于到期时间。"
    en = "A lien until {until:hours} is not possible: it ends in the future and not after due."
    next_zh = "请重新选择截止时间。"
    next_en = "Choose another end."


class ClosingWindow(LedgerRefusal):
    """Raised when due is too near for the claim to be cut or passed on. `start` is Solidity's `from`."""

    code = "closing-window"
    fields = ("claim", "start")
    zh = "债权 {claim} 自 {start:time} 起至到期时停止拆分和转让。"
    en = "Claim {claim} is neither split nor passed on from {start:time} until it is due."
    next_zh = "请等待到期兑付。"
    next_en = "Wait for payment at maturity."


class PastDue(LedgerRefusal):
    """Raised when a claim would be cut after due: it is passed on whole or not at all."""

    code = "past-due"
    fields = ("claim", "due")
    zh = "债权 {claim} 已于 {due:time} 到期，不能再拆分。"
    en = "Claim {claim} was due at {due:time} and is not split any more."
    next_zh = "请整笔转让，或等待付款。"
    next_en = "Pass it on whole, or wait for payment."


class RedeemFirst(LedgerRefusal):
    """Raised when a payment has left money to the claim."""

    code = "redeem-first"
    fields = ("claim", "money")
    zh = "债权 {claim} 有 {money:money} 已到账尚未兑付。"
    en = "Claim {claim} has {money:money} waiting to be paid out."
    next_zh = "请先兑付（任何人都可提交），再进行此操作。"
    next_en = "Redeem it first (anyone may), then do this."


class NothingUnpaid(LedgerRefusal):
    """Raised when the claim, or a piece of it, has no unpaid cent."""

    code = "nothing-unpaid"
    fields = ("claim",)
    zh = "债权 {claim} 的这一部分已无未付金额。"
    en = "This part of claim {claim} has nothing left unpaid."
    next_zh = "请选择仍有未付金额的部分。"
    next_en = "Choose an amount that still has something unpaid."


class PieceTooLarge(LedgerRefusal):
    """Raised when more is asked of the claim than it has, or a split would leave nothing."""

    code = "piece-too-large"
    fields = ("claim", "available", "asked")
    zh = "债权 {claim} 有 {available:money}，不能拆出 {asked:money}。"
    en = "Claim {claim} has {available:money}: {asked:money} cannot be taken from it."
    next_zh = "请减少金额；若要全部转出，请整笔转让。"
    next_en = "Ask less; to pass all of it on, transfer it whole."


class PieceTooSmall(LedgerRefusal):
    """Raised when a piece, or what it leaves, is below the obligation's smallest piece."""

    code = "piece-too-small"
    fields = ("claim", "minimum")
    zh = "债权 {claim} 的每一部分不得小于 {minimum:money}。"
    en = "No part of claim {claim} may be smaller than {minimum:money}."
    next_zh = "请调整金额，使拆出部分和剩余部分都不小于该数。"
    next_en = "Choose an amount that keeps both parts at or above that."


class ObligorCannotHold(LedgerRefusal):
    """Raised when the obligor would come to hold, or have a lien on, its own promise."""

    code = "obligor-cannot-hold"
    fields = ("obligor",)
    zh = "参与方 {obligor} 是付款人，不能持有对自己的债权。"
    en = "Participant {obligor} is the obligor and cannot hold a claim on itself."
    next_zh = "请选择其他单位。"
    next_en = "Choose another participant."


class HopCapReached(LedgerRefusal):
    """Raised when the claim was passed on as often as its obligation allows."""

    code = "hop-cap-reached"
    fields = ("claim", "hop_cap")
    zh = "债权 {claim} 的流转层级已达上限 {hop_cap}。"
    en = "Claim {claim} has been passed on {hop_cap} times, which is the most its obligation allows."
    next_zh = "请申请融资，或持有至到期。"
    next_en = "Ask for early payment, or hold it to maturity."


class NotAccepted(LedgerRefusal):
    """Raised when there is no signed acceptance, and no standing auto-accept that covers this."""

    code = "not-accepted"
    fields = ("claim", "assignee")
    zh = "参与方 {assignee} 尚未同意接收债权 {claim}。"
    en = "Participant {assignee} has not agreed to receive claim {claim}."
    next_zh = "请取得其签名同意，或由其设置对转出方的自动签收。"
    next_en = "Get its signed acceptance, or have it set a standing auto-accept for the sender."


class StatusChanged(LedgerRefusal):
    """Raised when the obligation's status is not the one that the quote assumes."""

    code = "status-changed"
    fields = ("obligation", "current", "assumed")
    zh = "报价以凭证 {obligation} 为“{assumed:obligation_status}”为前提，现为“{current:obligation_status}”。"
    en = (
        "The quote assumes that obligation {obligation} is {assumed:obligation_status}; "
        "it is {current:obligation_status}."
    )
    next_zh = "请资金方按现状重新报价。"
    next_en = "Ask the financier for a new quote."


class QuoteWithdrawn(LedgerRefusal):
    """Raised when the quote's epoch is not the financier's present one."""

    code = "quote-withdrawn"
    fields = ("financier", "epoch", "given")
    zh = "资金方 {financier} 已撤回此报价（报价批次 {given}，现为 {epoch}）。"
    en = "Financier {financier} has withdrawn this quote (made in epoch {given}, it is now {epoch})."
    next_zh = "请资金方重新报价。"
    next_en = "Ask the financier for a new quote."


class PriceAboveFace(LedgerRefusal):
    """Raised when the price is more than the cents it buys."""

    code = "price-above-face"
    fields = ("amount", "price")
    zh = "价格 {price:money} 高于所买债权的金额 {amount:money}。"
    en = "The price of {price:money} is above the {amount:money} that it buys."
    next_zh = "请核对价格与金额。"
    next_en = "Check the price and the amount."
