# SPDX-License-Identifier: Apache-2.0
"""What can be refused to whoever asks for early payment, or offers it. What the ledger itself refuses is its own.

FinancingError
├── NotYourPart         403  the requester's to do, or a financier's
├── NotFinancier        409  whoever is invited receives no claims as a financier now
├── QuotingEnded        409  quotes were taken until an instant that has passed
├── QuoteThere          409  one quote for each financier and request
├── QuotesSealed        409  a quote is taken after all were opened, not before
├── FinancingDone       409  a request that is opened, accepted or withdrawn is beyond what was asked
├── QuoteVoid           409  a quote that is not what it should be cannot be taken
└── UntilOutOfRange     422  an instant that lies too early or too late
"""

from api.writing.errors import WritingError


class FinancingError(WritingError):
    """Something about early payment."""


class NotYourPart(FinancingError):
    """Raised when a financier does what is the requester's to do, or the requester what is a financier's."""

    status = 403
    code = "not-your-part"
    zh = "这一步不由贵方办理。"
    en = "This step is not yours to take."
    next_zh = "申请、启封、选定和撤回由申请方办理；报价由受邀资金方办理。"
    next_en = "The requester asks, opens, accepts and withdraws; an invited financier quotes."


class NotFinancier(FinancingError):
    """Raised when somebody is invited who is no active financier."""

    status = 409
    code = "not-a-financier"
    fields = ("participant",)
    zh = "参与方 {participant} 目前不是可以受让债权的资金方。"
    en = "Participant {participant} is no financier that could take a claim now."
    next_zh = "请核对编号，邀请其他资金方。"
    next_en = "Check the id, or invite another financier."


class QuotingEnded(FinancingError):
    """Raised when a quote comes after the last instant at which the requester takes any."""

    status = 409
    code = "quoting-ended"
    fields = ("financing", "until")
    zh = "融资申请 {financing} 的报价已于 {until} 截止。"
    en = "Request {financing} took quotes until {until}."
    next_zh = "如仍希望报价，请与申请方联系，由其重新发起。"
    next_en = "Ask the requester to ask anew if you still wish to quote."


class QuoteThere(FinancingError):
    """Raised when a financier quotes for a request for which it has quoted."""

    status = 409
    code = "quote-there"
    fields = ("financing",)
    zh = "贵方已就融资申请 {financing} 报价，报价不可更改。"
    en = "You have quoted for request {financing}; a quote is not replaced."
    next_zh = "请等待申请方启封；也可通过提高报价批次作废全部未成交报价。"
    next_en = "Wait until the requester opens it; raising your quote epoch withdraws all your quotes that stand open."


class QuotesSealed(FinancingError):
    """Raised when a quote is to be taken that nobody has read."""

    status = 409
    code = "quotes-sealed"
    fields = ("financing",)
    zh = "融资申请 {financing} 的报价尚未启封。"
    en = "The quotes for request {financing} are still sealed."
    next_zh = "请先用私钥启封，比较后再选定。"
    next_en = "Open them with your private key first, and compare."


class FinancingDone(FinancingError):
    """Raised when a request is past what is asked of it; `state` is where it is."""

    status = 409
    code = "financing-done"
    fields = ("financing", "state")
    zh = "融资申请 {financing} 已处于 {state} 状态，未作任何更改。"
    en = "Request {financing} is {state}; nothing was changed."
    next_zh = "请查看该申请的当前状态；如仍需要融资，请重新发起。"
    next_en = "Look at it as it stands; ask anew if early payment is still wanted."


class QuoteVoid(FinancingError):
    """Raised when a quote cannot be opened, is about something else, or is not signed by whom it names."""

    status = 409
    code = "void-quote"
    fields = ("quote",)
    zh = "报价 {quote} 无效：无法解封、与本申请不符或签名不实。"
    en = "Quote {quote} is void: it does not open, is not about this request, or is not truly signed."
    next_zh = "请选择其他报价，并将此情况告知该资金方。"
    next_en = "Take another one, and tell that financier."


class UntilOutOfRange(FinancingError):
    """Raised when `until` of a request or of a quote lies too early or too late. Instants as RFC 3339."""

    status = 422
    code = "until-out-of-range"
    fields = ("until", "earliest", "latest")
    zh = "截止时刻 {until} 应在 {earliest} 至 {latest} 之间。"
    en = "The instant {until} should lie from {earliest} to {latest}."
    next_zh = "请调整截止时刻。"
    next_en = "Choose another instant."
