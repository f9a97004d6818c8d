# SPDX-License-Identifier: Apache-2.0
"""Refusals about what stands behind an obligation: rails, invoices, rules (ILedgerErrors, "rails, invoices, rules")."""

from chain.domain.refusals.wording import LedgerRefusal


class UnknownRail(LedgerRefusal):
    """Raised when no rail has the number."""

    code = "unknown-rail"
    fields = ("rail",)
    zh = "没有编号为 {rail} 的清算通道。"
    en = "There is no cash rail {rail}."
    next_zh = "请选择已登记的清算通道。"
    next_en = "Choose a registered rail."


class RailExists(LedgerRefusal):
    """Raised when the rail's number is taken; 0 counts as taken."""

    code = "rail-exists"
    fields = ("rail",)
    zh = "清算通道编号 {rail} 已被占用。"
    en = "The rail number {rail} is taken."
    next_zh = "请选用未使用的编号（从 1 起）。"
    next_en = "Choose an unused number, from 1."


class BadRail(LedgerRefusal):
    """Raised when the escrow is zero, or the token has no code or another currency's decimals."""

    code = "bad-rail"
    fields = ("token", "escrow")
    zh = (
        "资金代币 {token:short} 与托管地址 {escrow:short} 不能组成清算通道："
        "缺少托管地址，或代币不存在，或小数位数与账本币种不符。"
    )
    en = (
        "The token {token:short} and escrow {escrow:short} make no rail: the escrow is missing, "
        "the token does not exist, or its decimals are not those of the ledger's currency."
    )
    next_zh = "请与清算银行核对代币合约和托管地址。"
    next_en = "Check the token contract and the escrow address with the settlement bank."


class InvoiceExists(LedgerRefusal):
    """Raised when the invoice is registered already."""

    code = "invoice-exists"
    fields = ("fingerprint",)
    zh = "发票 {fingerprint:short} 已经登记过，不能重复登记。"
    en = "The invoice {fingerprint:short} is registered already and exists only once."
    next_zh = "请直接使用已登记的发票；如非本单位所为，请联系登记机构核查是否重复融资。"
    next_en = (
        "Use the registered invoice; if you did not register it, ask the registrar to look into a double financing."
    )


class UnknownInvoice(LedgerRefusal):
    """Raised when the obligor has no invoice with the fingerprint."""

    code = "unknown-invoice"
    fields = ("fingerprint",)
    zh = "发票 {fingerprint:short} 未登记在该付款人名下。"
    en = "The invoice {fingerprint:short} is not registered for this obligor."
    next_zh = "请先由登记机构核验并登记该发票。"
    next_en = "Have the registrar verify and register the invoice first."


class BadInvoice(LedgerRefusal):
    """Raised when an invoice has no fingerprint or no amount."""

    code = "bad-invoice"
    fields = ("fingerprint",)
    zh = "发票 {fingerprint:short} 缺少指纹或金额为零。"
    en = "The invoice {fingerprint:short} has no fingerprint or an amount of zero."
    next_zh = "请补全发票信息。"
    next_en = "Complete the invoice's data."


class InvoiceDiffers(LedgerRefusal):
    """Raised when the invoice was registered under an earlier key with another gross amount."""

    code = "invoice-differs"
    fields = ("fingerprint", "gross", "registered")
    zh = "发票 {fingerprint:short} 的金额 {gross:money} 与此前登记的 {registered:money} 不一致。"
    en = "The invoice {fingerprint:short} is given as {gross:money} but was registered before as {registered:money}."
    next_zh = "请核对发票原件；更正须另行处理，不能改动已登记金额。"
    next_en = "Check the document; a registered amount is not changed by a second entry."


class InvoiceExhausted(LedgerRefusal):
    """Raised when the invoice has less left than the obligation asks of it."""

    code = "invoice-exhausted"
    fields = ("fingerprint", "left", "asked")
    zh = "发票 {fingerprint:short} 只剩 {left:money} 可用，不足所需的 {asked:money}。"
    en = "The invoice {fingerprint:short} has {left:money} left, less than the {asked:money} asked of it."
    next_zh = "请减少占用金额，或补充其他发票。"
    next_en = "Ask less of it, or add another invoice."


class InvoicesDoNotSum(LedgerRefusal):
    """Raised when the invoices' parts do not add up to the face amount."""

    code = "invoices-do-not-sum"
    fields = ("sum", "face")
    zh = "发票金额合计 {sum:money}，与票面金额 {face:money} 不符。"
    en = "The invoices add up to {sum:money}, not to the face amount of {face:money}."
    next_zh = "请调整各发票的占用金额，使合计等于票面金额。"
    next_en = "Adjust the parts so that they add up to the face amount."


class WrongInvoices(LedgerRefusal):
    """Raised when the terms and invoices given are not those of the obligation."""

    code = "wrong-invoices"
    fields = ("obligation",)
    zh = "给出的条款和发票不是凭证 {obligation} 开立时的内容。"
    en = "The terms and invoices given are not those with which obligation {obligation} was issued."
    next_zh = "请按开立时的条款和发票原样提交。"
    next_en = "Submit the terms and invoices exactly as at issue."


class StaleRulebook(LedgerRefusal):
    """Raised when the rules are not numbered as the next version."""

    code = "stale-rulebook"
    fields = ("next", "given")
    zh = "规则的下一版本应为第 {next} 版，给出的是第 {given} 版。"
    en = "The next version of the rules is {next}, but {given} was given."
    next_zh = "请查看最新规则，以第 {next} 版重新签署。"
    next_en = "Look at the latest rules and sign version {next}."


class BadRules(LedgerRefusal):
    """Raised when limits contradict each other or take effect too soon."""

    code = "bad-rules"
    zh = "规则无效：各项限额不在允许范围内或互相矛盾，或生效时间距今不足 3 天，或不晚于上一版。"
    en = (
        "The rules cannot be published: a limit is out of range or contradicts another, "
        "or they take effect within 3 days or not after the last version."
    )
    next_zh = "请核对各项限额和生效时间。"
    next_en = "Check every limit and the first second in force."


class BadRulebook(LedgerRefusal):
    """Raised when the contract serves another ledger, or its numbering does not go on from the present one's."""

    code = "bad-rulebook"
    fields = ("rulebook",)
    zh = "规则合约 {rulebook:short} 不能接替现有规则：它不服务于本账本，或版本编号不衔接。"
    en = (
        "The rulebook {rulebook:short} cannot take over: it serves another ledger, "
        "or its numbering does not go on from the present one's."
    )
    next_zh = "请部署服务于本账本、编号衔接的规则合约。"
    next_en = "Deploy one that serves this ledger and numbers its first version next."


class OnlyLedger(LedgerRefusal):
    """Raised by the Rulebook when anyone but the ledger publishes (IRulebook)."""

    code = "only-ledger"
    fields = ("caller",)
    zh = "{caller:short} 不能直接发布规则：规则只能由账本凭登记机构两人签名发布。"
    en = "{caller:short} cannot publish rules: only the ledger does, on two signatures of its registrar."
    next_zh = "请通过账本提交发布规则的指令。"
    next_en = "Submit the rules through the ledger."
