# SPDX-License-Identifier: Apache-2.0
"""The syntaxes that are read, each as a table: where in the document which field stands. A new syntax is a new table.

Sources: EN 16931-3-2 (UBL 2.1) and -3-3 (CII, D16B; D22B has the same namespaces), whose business terms are named;
for China the `fp:` form of 2019 that comes inside OFD files. The newer 数电票 (fully digital) XML is not read:
no public sample of it exists, and a table written without one would be a guess. It is refused by name.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from chain.documents.invoice import Scheme


class Field(StrEnum):
    """What is looked for besides the identifiers; in words that an error can repeat."""

    NUMBER = "number"
    NUMBER_PREFIX = "number prefix"  # stands before the number and is part of it
    TYPE = "type"
    ISSUE = "issue date"
    DUE = "due date"
    CURRENCY = "currency"
    NET = "net"
    TAX = "tax"
    GROSS = "gross"
    PREPAID = "prepaid"
    ROUNDING = "rounding"
    THIRD_PARTY = "third party claim"
    PAYABLE = "payable"
    PROFILE = "profile"
    SELLER = "seller name"
    SELLER_COUNTRY = "seller country"
    BUYER = "buyer name"
    BUYER_COUNTRY = "buyer country"


class Role(StrEnum):
    """Whose identifier it is."""

    SELLER = "seller"
    BUYER = "buyer"


@dataclass(frozen=True, eq=False)
class IdPlace:
    """Where identifiers stand: `group` elements, in each the number at `value` and what tells its scheme.

    `kind` is a path to the scheme's name or "@attribute" of the number, looked up in `kinds`, else `other`.
    """

    role: Role
    group: str
    other: Scheme
    value: str = ""  # the group element itself
    kind: str = ""
    kinds: Mapping[str, Scheme] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Form:
    """One syntax. Paths are relative to the root, with `prefixes` for namespaces; the first that is there counts."""

    name: str
    root: str  # {namespace}name
    prefixes: Mapping[str, str]
    places: Mapping[Field, tuple[str, ...]]
    identifiers: tuple[IdPlace, ...]
    lines: str
    date: re.Pattern[str]  # groups 1 to 3: year, month, day
    date_words: str  # what a date should look like, for an error
    currency: str | None = None  # of every document of this form
    country: str | None = None  # of the parties, where the form exists in one country only
    types: Mapping[str, str] = field(default_factory=dict)  # into UNTDID 1001; empty: it is that already
    date_format: str = "102"  # what the attribute "format" of a date may say
    untaxed: str | None = None  # what stands for the tax where there is none
    collecting: re.Pattern[str] | None = None  # in profiles that have it, others' claims stand at THIRD_PARTY


_UBL = "urn:oasis:names:specification:ubl:schema:xsd:"
_CII = "urn:un:unece:uncefact:data:standard:"
_FP = "http://www.edrm.org.cn/schema/e-invoice/2019"

_VAT = {"VAT": Scheme.VAT, "VA": Scheme.VAT}


def _ubl(name: str, kind: str, due: tuple[str, ...]) -> Form:
    def party(role: Role, at: str) -> tuple[IdPlace, ...]:
        tax = "cbc:CompanyID", "cac:TaxScheme/cbc:ID"
        return (
            IdPlace(role, f"{at}/cac:PartyTaxScheme", Scheme.TAX, *tax, _VAT),
            IdPlace(role, f"{at}/cac:PartyLegalEntity/cbc:CompanyID", Scheme.LEGAL),
            IdPlace(role, f"{at}/cac:PartyIdentification/cbc:ID", Scheme.PARTY),
        )

    seller, buyer = "cac:AccountingSupplierParty/cac:Party", "cac:AccountingCustomerParty/cac:Party"
    name_at = "cac:PartyLegalEntity/cbc:RegistrationName", "cac:PartyName/cbc:Name"
    country_at = "cac:PostalAddress/cac:Country/cbc:IdentificationCode"
    return Form(
        name=f"UBL-{name}",
        root=f"{{{_UBL}{name}-2}}{name}",
        prefixes={"cac": f"{_UBL}CommonAggregateComponents-2", "cbc": f"{_UBL}CommonBasicComponents-2"},
        places={
            Field.NUMBER: ("cbc:ID",),  # BT-1
            Field.TYPE: (f"cbc:{kind}",),  # BT-3
            Field.ISSUE: ("cbc:IssueDate",),  # BT-2
            Field.DUE: due,  # BT-9
            Field.CURRENCY: ("cbc:DocumentCurrencyCode",),  # BT-5
            Field.NET: ("cac:LegalMonetaryTotal/cbc:TaxExclusiveAmount",),  # BT-109
            Field.TAX: ("cac:TaxTotal/cbc:TaxAmount",),  # BT-110, and BT-111 in another currency
            Field.GROSS: ("cac:LegalMonetaryTotal/cbc:TaxInclusiveAmount",),  # BT-112
            Field.PREPAID: ("cac:LegalMonetaryTotal/cbc:PrepaidAmount",),  # BT-113
            Field.ROUNDING: ("cac:LegalMonetaryTotal/cbc:PayableRoundingAmount",),  # BT-114
            Field.THIRD_PARTY: ("cac:PrepaidPayment/cbc:PaidAmount",),  # BT-DEX-002
            Field.PAYABLE: ("cac:LegalMonetaryTotal/cbc:PayableAmount",),  # BT-115
            Field.PROFILE: ("cbc:CustomizationID",),  # BT-24
            Field.SELLER: tuple(f"{seller}/{at}" for at in name_at),  # BT-27, BT-28
            Field.SELLER_COUNTRY: (f"{seller}/{country_at}",),  # BT-40
            Field.BUYER: tuple(f"{buyer}/{at}" for at in name_at),  # BT-44, BT-45
            Field.BUYER_COUNTRY: (f"{buyer}/{country_at}",),  # BT-55
        },
        identifiers=party(Role.SELLER, seller) + party(Role.BUYER, buyer),
        lines=f"cac:{name}Line",
        date=re.compile(r"(\d{4})-(\d\d)-(\d\d)(?:Z|[+-]\d\d:\d\d)?", re.ASCII),
        date_words="YYYY-MM-DD",
        collecting=re.compile(r"#conformant#urn:(?:xeinkauf\.de|xoev-de):kosit:extension:xrechnung_"),
    )


UBL_INVOICE = _ubl("Invoice", "InvoiceTypeCode", ("cbc:DueDate", "cac:PaymentMeans/cbc:PaymentDueDate"))
UBL_CREDIT_NOTE = _ubl("CreditNote", "CreditNoteTypeCode", ("cac:PaymentMeans/cbc:PaymentDueDate", "cbc:DueDate"))


def _cii() -> Form:
    deal = "rsm:SupplyChainTradeTransaction/ram:ApplicableHeaderTrade"
    total = f"{deal}Settlement/ram:SpecifiedTradeSettlementHeaderMonetarySummation"
    seller, buyer = f"{deal}Agreement/ram:SellerTradeParty", f"{deal}Agreement/ram:BuyerTradeParty"

    def party(role: Role, at: str) -> tuple[IdPlace, ...]:
        return (
            IdPlace(role, f"{at}/ram:SpecifiedTaxRegistration", Scheme.TAX, "ram:ID", "@schemeID", _VAT),
            IdPlace(role, f"{at}/ram:SpecifiedLegalOrganization/ram:ID", Scheme.LEGAL),
            IdPlace(role, f"{at}/ram:ID", Scheme.PARTY),
            IdPlace(role, f"{at}/ram:GlobalID", Scheme.PARTY),
        )

    def day(at: str) -> tuple[str, ...]:
        return f"{at}/udt:DateTimeString", f"{at}/udt:DateTime"

    return Form(
        name="CII",
        root=f"{{{_CII}CrossIndustryInvoice:100}}CrossIndustryInvoice",
        prefixes={
            "rsm": f"{_CII}CrossIndustryInvoice:100",
            "ram": f"{_CII}ReusableAggregateBusinessInformationEntity:100",
            "udt": f"{_CII}UnqualifiedDataType:100",
        },
        places={
            Field.NUMBER: ("rsm:ExchangedDocument/ram:ID",),
            Field.TYPE: ("rsm:ExchangedDocument/ram:TypeCode",),
            Field.ISSUE: day("rsm:ExchangedDocument/ram:IssueDateTime"),
            Field.DUE: day(f"{deal}Settlement/ram:SpecifiedTradePaymentTerms/ram:DueDateDateTime"),
            Field.CURRENCY: (f"{deal}Settlement/ram:InvoiceCurrencyCode",),
            Field.NET: (f"{total}/ram:TaxBasisTotalAmount",),
            Field.TAX: (f"{total}/ram:TaxTotalAmount",),
            Field.GROSS: (f"{total}/ram:GrandTotalAmount",),
            Field.PREPAID: (f"{total}/ram:TotalPrepaidAmount",),
            Field.ROUNDING: (f"{total}/ram:RoundingAmount",),
            Field.PAYABLE: (f"{total}/ram:DuePayableAmount",),
            Field.SELLER: (f"{seller}/ram:Name", f"{seller}/ram:SpecifiedLegalOrganization/ram:TradingBusinessName"),
            Field.SELLER_COUNTRY: (f"{seller}/ram:PostalTradeAddress/ram:CountryID",),
            Field.BUYER: (f"{buyer}/ram:Name", f"{buyer}/ram:SpecifiedLegalOrganization/ram:TradingBusinessName"),
            Field.BUYER_COUNTRY: (f"{buyer}/ram:PostalTradeAddress/ram:CountryID",),
        },
        identifiers=party(Role.SELLER, seller) + party(Role.BUYER, buyer),
        lines="rsm:SupplyChainTradeTransaction/ram:IncludedSupplyChainTradeLineItem",
        date=re.compile(r"(\d{4})-?(\d\d)-?(\d\d)(?:T[\d:.]+(?:Z|[+-]\d\d:\d\d)?)?", re.ASCII),
        date_words="YYYYMMDD (format 102)",
    )


CII = _cii()

FP = Form(
    name="CN-OFD",
    root="eInvoice",
    prefixes={"fp": _FP},
    places={
        Field.NUMBER_PREFIX: ("fp:InvoiceCode",),  # 发票代码
        Field.NUMBER: ("fp:InvoiceNo",),  # 发票号码, unique only together with the code
        Field.TYPE: ("fp:TypeCode",),
        Field.ISSUE: ("fp:IssueDate",),
        Field.NET: ("fp:TaxExclusiveTotalAmount",),  # 合计金额
        Field.TAX: ("fp:TaxTotalAmount",),  # 合计税额
        Field.GROSS: ("fp:TaxInclusiveTotalAmount",),  # 价税合计
        Field.PAYABLE: ("fp:TaxInclusiveTotalAmount",),  # the form knows no prepayment
        Field.SELLER: ("fp:Seller/fp:SellerName",),
        Field.BUYER: ("fp:Buyer/fp:BuyerName",),
    },
    identifiers=(
        IdPlace(Role.SELLER, "fp:Seller/fp:SellerTaxID", Scheme.VAT),
        IdPlace(Role.BUYER, "fp:Buyer/fp:BuyerTaxID", Scheme.VAT),
    ),
    lines="fp:GoodsInfos/fp:GoodsInfo",
    date=re.compile(r"(\d{4})[年-]?(\d\d)[月-]?(\d\d)日?", re.ASCII),
    date_words="YYYY年MM月DD日",
    currency="CNY",
    country="CN",
    types={"0": "380", "1": "381"},  # 蓝字, 红字
    untaxed="***",  # as printed where 免税 or 不征税
)

FORMS = {form.root: form for form in (UBL_INVOICE, UBL_CREDIT_NOTE, CII, FP)}

OTHERS = {
    "FatturaElettronica": "FatturaPA",
    "FatturaElettronicaSemplificata": "FatturaPA",
    "M_INVOIC": "EDIFACT INVOIC (ISO 20625 XML)",
    "xbrl": "XBRL",
    "CrossIndustryDocument": "ZUGFeRD 1.0",
    "SCRDMCCBDACIOMessageStructure": "Order-X",
    "EInvoice": "数电票 XML",
    "Facturae": "Facturae",
}
"""Roots of what people send instead, by their local name, in words they may know."""
