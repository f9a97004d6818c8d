# SPDX-License-Identifier: Apache-2.0
"""Whether an invoice could be financed, and what about it should be looked at twice. Reading never asks this."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import reduce

from stdnum import get_cc_module, lei
from stdnum.cn import uscc as stdnum_uscc

from chain.documents import identifiers
from chain.documents.forms import Role
from chain.documents.invoice import EXACT, Amount, Identifier, Invoice, Party, Scheme
from chain.domain.errors import Lang

INVOICES = frozenset(
    (71, 80, 82, 84, 102, 218, 219, 326, 331, 380, 382, 383, 384, 385, 386, 387, 388, 389, 390, 393, 394, 395)
    + (456, 457, 527, 553, 575, 623, 633, 780, 817, 870, 875, 876, 877, 935)
)
"""The codes of UNTDID 1001 that EN 16931 counts as invoices, without 751 (for accounting only: nobody owes on it)."""
_PREPAYMENT, _FACTORED = "386", "393"


class Reason(StrEnum):
    """Why an invoice cannot back an obligation."""

    INCOMPLETE = "incomplete"
    NOT_AN_INVOICE = "not-an-invoice"
    PREPAYMENT = "prepayment"
    ALREADY_ASSIGNED = "already-assigned"
    NOTHING_PAYABLE = "nothing-payable"
    INEXACT = "inexact-amount"
    GROSS_DIFFERS = "gross-differs"
    PAYABLE_DIFFERS = "payable-differs"
    NO_SELLER = "no-seller"
    NO_BUYER = "no-buyer"
    OTHER_CURRENCY = "other-currency"
    DUE_BEFORE_ISSUE = "due-before-issue"
    PAST_DUE = "past-due"
    FUTURE = "future-dated"

    def words(self, lang: Lang) -> str:
        """The reason for a reader, with what to do about it."""
        return _REASONS[self][0 if lang == "zh" else 1]


_REASONS = {
    Reason.INCOMPLETE: (
        "发票号码、类型、开票日期、币种、价税合计或应付金额缺失，请让开票方补全",
        "number, type, issue date, currency, gross or payable amount is missing: have the seller complete it",
    ),
    Reason.NOT_AN_INVOICE: (
        "不是应收的发票（红字发票、形式发票等），请改用原发票",
        "not an invoice that somebody owes (credit note, pro forma, …): use the invoice itself",
    ),
    Reason.PREPAYMENT: (
        "涉及预付款（预付款发票，或已预付一部分），请在交货后另开发票",
        "a prepayment, or partly paid in advance: have the rest invoiced after delivery",
    ),
    Reason.ALREADY_ASSIGNED: (
        "发票注明应收账款已转让给保理商，不能再次融资",
        "marked as assigned to a factor already: it cannot be financed again",
    ),
    Reason.NOTHING_PAYABLE: (
        "应付金额不大于零，没有可融资的款项",
        "the payable amount is not above zero: nothing is owed",
    ),
    Reason.INEXACT: (
        "金额不是币种最小单位的整数倍，请让开票方更正",
        "an amount is not in whole minor units of its currency: have the seller correct it",
    ),
    Reason.GROSS_DIFFERS: (
        "不含税金额与税额之和不等于价税合计（EN 16931 BR-CO-15），请让开票方更正",
        "net and tax do not add up to the gross (EN 16931 BR-CO-15): have the seller correct it",
    ),
    Reason.PAYABLE_DIFFERS: (
        "价税合计减去已预付、加上舍入额后不等于应付金额（EN 16931 BR-CO-16），请让开票方更正",
        "gross less prepaid plus rounding is not what is payable (EN 16931 BR-CO-16): have the seller correct it",
    ),
    Reason.NO_SELLER: ("没有写明销售方，请让开票方补全", "it does not say who the seller is: have it completed"),
    Reason.NO_BUYER: ("没有写明购买方，请让开票方补全", "it does not say who the buyer is: have it completed"),
    Reason.OTHER_CURRENCY: (
        "币种与账本不同，请在使用该币种的账本办理",
        "in another currency than the ledger: use a ledger of its currency",
    ),
    Reason.DUE_BEFORE_ISSUE: (
        "到期日早于开票日期，请向开票方核实",
        "due before it was issued: ask the seller which date is right",
    ),
    Reason.PAST_DUE: ("已过到期日，请先催收", "already past due: collect it first"),
    Reason.FUTURE: ("开票日期在将来，请到期后再办理", "dated in the future: come back on that date"),
}


def financeable(invoice: Invoice, on: date, currency: str) -> tuple[Reason, ...]:
    """Why not, on that day, in a ledger of that currency (ISO 4217); empty when nothing speaks against it."""
    gross, prepaid, payable = invoice.gross, invoice.prepaid, invoice.payable
    issue, due = invoice.issue, invoice.due
    missing = None in (invoice.number, invoice.type, issue, invoice.currency, gross, payable)
    known_type = invoice.type is not None and invoice.type.isascii() and invoice.type.isdigit()
    findings = (
        (Reason.INCOMPLETE, missing),
        (Reason.NOT_AN_INVOICE, invoice.type is not None and not (known_type and int(invoice.type) in INVOICES)),
        (Reason.PREPAYMENT, invoice.type == _PREPAYMENT or (prepaid is not None and prepaid.value != 0)),
        (Reason.ALREADY_ASSIGNED, invoice.type == _FACTORED),
        (Reason.NOTHING_PAYABLE, payable is not None and payable.value <= 0),
        (Reason.INEXACT, any(one is not None and one.minor is None for one in (gross, payable)) and not missing),
        (Reason.GROSS_DIFFERS, _gross_differs(invoice)),
        (Reason.PAYABLE_DIFFERS, _payable_differs(invoice)),
        (Reason.NO_SELLER, not invoice.seller.known),
        (Reason.NO_BUYER, not invoice.buyer.known),
        (Reason.OTHER_CURRENCY, invoice.currency not in (None, currency)),
        (Reason.DUE_BEFORE_ISSUE, issue is not None and due is not None and due < issue),
        (Reason.PAST_DUE, due is not None and due < on),
        (Reason.FUTURE, issue is not None and issue > on),
    )
    return tuple(reason for reason, holds in findings if holds)


def _gross_differs(invoice: Invoice) -> bool:
    """Whether net and tax are not the gross, to the last digit (EN 16931, BR-CO-15).

    A net that is not said is not judged. A tax that is not said is none: then the net is the gross, as the rule has
    it for CII. For UBL it demands a total even then; what matters here is whether the sum holds.
    """
    net, gross = invoice.net, invoice.gross
    return net is not None and gross is not None and _sum(net, invoice.tax) != gross.value


def _payable_differs(invoice: Invoice) -> bool:
    """Whether gross less prepaid with rounding is not what is payable, to the last digit (EN 16931, BR-CO-16).

    What others have to claim belongs to it, as by BR-DEX-09 of the XRechnung extension that knows such claims.
    """
    gross, payable = invoice.gross, invoice.payable
    if gross is None or payable is None:
        return False
    due = _sum(gross, invoice.rounding, *invoice.third_parties)
    return due != _sum(payable, invoice.prepaid)


def _sum(first: Amount, *more: Amount | None) -> Decimal:
    """The exact sum of those that are said."""
    return reduce(EXACT.add, [one.value for one in more if one is not None], first.value)


class Doubt(StrEnum):
    """What to look at twice; none of it keeps an invoice from being financed."""

    USCC = "uscc-check"
    VAT = "vat-check"
    LEI = "lei-check"
    NAME_ONLY = "name-only"


_DOUBTS = {
    Doubt.USCC: ("统一社会信用代码“{text}”未通过校验", "'{text}' is not a valid USCC"),
    Doubt.VAT: ("增值税号“{text}”未通过校验", "'{text}' is not a valid VAT number"),
    Doubt.LEI: ("LEI“{text}”未通过校验", "'{text}' is not a valid LEI"),
    Doubt.NAME_ONLY: ("没有税号，只能按名称“{text}”识别", "no tax number, so known by the name '{text}' alone"),
}
_KINDS = {
    Doubt.USCC: ("统一社会信用代码未通过校验", "a USCC fails its check digit"),
    Doubt.VAT: ("增值税号未通过校验", "a VAT number fails its check"),
    Doubt.LEI: ("LEI 未通过校验", "an LEI fails its check digits"),
    Doubt.NAME_ONLY: ("一方没有税号，只能按名称识别", "a party without a tax number, known by name alone"),
}
_ROLES = {Role.SELLER: ("销售方", "seller"), Role.BUYER: ("购买方", "buyer")}


@dataclass(frozen=True, slots=True)
class Warned:
    """A doubt about one party; `text` is the identifier or the name."""

    role: Role
    doubt: Doubt
    text: str

    def words(self, lang: Lang) -> str:
        """The warning for a reader."""
        column = 0 if lang == "zh" else 1
        mark = "：" if lang == "zh" else ": "
        return _ROLES[self.role][column] + mark + _DOUBTS[self.doubt][column].format(text=self.text)


def doubt_words(doubt: Doubt, lang: Lang) -> str:
    """What a doubt is about, whoever it concerns."""
    zh, en = _KINDS[doubt]
    return zh if lang == "zh" else en


def warnings(invoice: Invoice) -> tuple[Warned, ...]:
    """Identifiers that fail their own check digits, and parties that have no tax number."""
    found = [
        Warned(role, doubt, one.text)
        for role, party in ((Role.SELLER, invoice.seller), (Role.BUYER, invoice.buyer))
        for one in party.identifiers
        if (doubt := _doubt(one, party)) is not None
    ]
    for role, party in ((Role.SELLER, invoice.seller), (Role.BUYER, invoice.buyer)):
        if party.name is not None and identifiers.tax_number(party) is None:
            found.append(Warned(role, Doubt.NAME_ONLY, party.name))
    return tuple(found)


def _doubt(one: Identifier, party: Party) -> Doubt | None:
    if one.issuer == "0199":  # ISO 6523: LEI
        return None if lei.is_valid(one.text) else Doubt.LEI
    if one.scheme is not Scheme.VAT:
        return None
    code = identifiers.uscc(one.text)
    number = identifiers.vat(one.text, party.country)
    if code is not None or number.startswith("CN"):
        return None if code is not None and stdnum_uscc.is_valid(code) else Doubt.USCC
    checker = get_cc_module({"EL": "GR"}.get(number[:2], number[:2]).lower(), "vat")
    return None if checker is None or checker.is_valid(number) else Doubt.VAT
