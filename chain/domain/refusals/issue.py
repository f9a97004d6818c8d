# SPDX-License-Identifier: Apache-2.0
"""Refusals at the birth of an obligation and about the obligation itself (ILedgerErrors, "issue")."""

from chain.domain.refusals.wording import LedgerRefusal


class ObligationExists(LedgerRefusal):
    """Raised when the obligor used the number before; 0 counts as taken."""

    code = "obligation-exists"
    fields = ("obligation",)
    zh = "凭证编号 {obligation} 已被占用。"
    en = "The obligation number {obligation} is taken."
    next_zh = "请选用未使用的编号（从 1 起）。"
    next_en = "Choose an unused number, from 1."


class UnknownObligation(LedgerRefusal):
    """Raised when there is no obligation with the id."""

    code = "unknown-obligation"
    fields = ("obligation",)
    zh = "没有凭证 {obligation}。"
    en = "There is no obligation {obligation}."
    next_zh = "请核对凭证编号。"
    next_en = "Check the number."


class StaleObligation(LedgerRefusal):
    """Raised when the message was made for another version of the obligation."""

    code = "stale-obligation"
    fields = ("obligation", "current", "given")
    zh = "凭证 {obligation} 已有变化：指令针对第 {given} 版，现为第 {current} 版。"
    en = "Obligation {obligation} has changed: the instruction was made for version {given}, it is now {current}."
    next_zh = "请查看凭证现状，重新签名后提交。"
    next_en = "Look at its present state, sign again and submit."


class ObligationVersionExhausted(LedgerRefusal):
    """Raised when the obligation's version is at its maximum."""

    code = "obligation-version-exhausted"
    fields = ("obligation",)
    zh = "凭证 {obligation} 的变更次数已达上限。"
    en = "Obligation {obligation} has been changed as often as the ledger can count."
    next_zh = "请联系登记机构。"
    next_en = "Turn to the registrar."


class ObligationClosed(LedgerRefusal):
    """Raised when the obligation's status (ObligationStatus) does not allow the operation."""

    code = "obligation-closed"
    fields = ("obligation", "status")
    zh = "凭证 {obligation} 的状态为“{status:obligation_status}”，不能进行此操作。"
    en = "Obligation {obligation} is {status:obligation_status}, which does not allow this."
    next_zh = "请查看凭证现状；已清偿的凭证只能兑付。"
    next_en = "Look at its present state; of a settled obligation, money can only be redeemed."


class NotObligor(LedgerRefusal):
    """Raised when the participant is not the obligation's obligor."""

    code = "not-obligor"
    fields = ("obligation", "participant")
    zh = "参与方 {participant} 不是凭证 {obligation} 的付款人。"
    en = "Participant {participant} is not the obligor of obligation {obligation}."
    next_zh = "请由付款人提交此操作。"
    next_en = "Only its obligor can do this."


class IssuanceStopped(LedgerRefusal):
    """Raised while the obligor has overdue obligations that it has not paid."""

    code = "issuance-stopped"
    fields = ("obligor", "overdue")
    zh = "付款人 {obligor} 有 {overdue} 笔逾期未清偿的凭证，暂停开立。"
    en = "Obligor {obligor} has not paid what is overdue (obligations: {overdue}) and may not issue."
    next_zh = "请先清偿逾期凭证。"
    next_en = "Pay the overdue obligations first."


class ZeroAmount(LedgerRefusal):
    """Raised when an amount is zero."""

    code = "zero-amount"
    zh = "金额为零。"
    en = "The amount is zero."
    next_zh = "请填写大于零的金额。"
    next_en = "Give an amount above zero."


class AlreadyDue(LedgerRefusal):
    """Raised when an obligation would be due in the past."""

    code = "already-due"
    fields = ("due",)
    zh = "到期时间 {due:time} 已过。"
    en = "The due time {due:time} has passed."
    next_zh = "请选择将来的到期日。"
    next_en = "Choose a due date in the future."


class TenorTooLong(LedgerRefusal):
    """Raised when an obligation would be due later than the rules allow."""

    code = "tenor-too-long"
    fields = ("due", "latest")
    zh = "到期时间 {due:time} 超出最长期限，最晚为 {latest:time}。"
    en = "The due time {due:time} is beyond the longest tenor; the latest is {latest:time}."
    next_zh = "请选择更早的到期日。"
    next_en = "Choose an earlier due date."


class BadAcceptBy(LedgerRefusal):
    """Raised when the acceptance deadline is past, after due, or later than the rules allow."""

    code = "bad-accept-by"
    fields = ("accept_by",)
    zh = "签收截止时间 {accept_by:hours} 无效：须晚于现在，不晚于到期时间，且不超过规则允许的最长签收期。"
    en = (
        "The acceptance deadline {accept_by:hours} is not possible: it lies in the future, not after due, "
        "and no further than the rules let an offer stay open."
    )
    next_zh = "请重新选择签收截止时间。"
    next_en = "Choose another acceptance deadline."


class BadCloses(LedgerRefusal):
    """Raised when the closing window is shorter or longer than the rules allow."""

    code = "bad-closes"
    fields = ("closes", "least", "most")
    zh = "到期前停止流转的天数为 {closes} 天，应在 {least} 至 {most} 天之间。"
    en = "The closing window of {closes} days before due is not between {least} and {most} days."
    next_zh = "请在允许范围内选择天数。"
    next_en = "Choose a number of days in that range."


class BadLateRate(LedgerRefusal):
    """Raised when the late-interest rate is outside what the rules allow."""

    code = "bad-late-rate"
    fields = ("late_rate", "least", "most")
    zh = "逾期年利率 {late_rate:rate} 应在 {least:rate} 至 {most:rate} 之间。"
    en = "The late-interest rate of {late_rate:rate} a year is not between {least:rate} and {most:rate}."
    next_zh = "请在允许范围内约定逾期利率。"
    next_en = "Agree on a rate in that range."


class LimitExceeded(LedgerRefusal):
    """Raised when the obligor would owe more than its credit limit."""

    code = "limit-exceeded"
    fields = ("obligor", "limit", "total")
    zh = "开立后付款人 {obligor} 的未付总额将达 {total:money}，超过信用额度 {limit:money}。"
    en = "Obligor {obligor} would owe {total:money}, above its credit limit of {limit:money}."
    next_zh = "请减少金额，先清偿部分凭证，或请登记机构调整额度。"
    next_en = "Issue less, pay some obligations first, or ask the registrar for a higher limit."


class NotOffered(LedgerRefusal):
    """Raised when the claim is not waiting for acceptance (any more)."""

    code = "not-offered"
    fields = ("claim",)
    zh = "债权 {claim} 不在待签收状态。"
    en = "Claim {claim} is not waiting for acceptance."
    next_zh = "请查看债权现状：它可能已签收，或要约已终止。"
    next_en = "Look at its present state: it was accepted, or the offer has ended."


class OfferExpired(LedgerRefusal):
    """Raised when the acceptance deadline has passed."""

    code = "offer-expired"
    fields = ("claim", "accept_by")
    zh = "债权 {claim} 的签收期已于 {accept_by:hours} 结束。"
    en = "The offer of claim {claim} could be accepted until {accept_by:hours}."
    next_zh = "请付款人重新开立。"
    next_en = "Ask the obligor to issue again."


class OfferOpen(LedgerRefusal):
    """Raised while the offer can still be accepted."""

    code = "offer-open"
    fields = ("claim", "accept_by")
    zh = "债权 {claim} 在 {accept_by:hours} 之前仍可签收，尚未失效。"
    en = "Claim {claim} can still be accepted until {accept_by:hours}; the offer has not run out."
    next_zh = "请等待签收期结束，或由付款人撤回。"
    next_en = "Wait until then, or have the obligor revoke the offer."
