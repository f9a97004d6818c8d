# SPDX-License-Identifier: Apache-2.0
"""Net, tax and gross, prepaid, rounding and payable: read from each syntax, and refused when they do not add up."""

from collections.abc import Mapping
from decimal import Decimal

import pytest

from chain.documents.errors import CurrencyContradicted, ValueMalformed, ValueRepeated
from chain.documents.invoice import Amount
from chain.documents.judgement import Reason, financeable
from chain.documents.reader import read_xml
from tests.unit.documents.making import CII, FP, TODAY, UBL

FILES = {"UBL": UBL, "CII": CII, "FP": FP}
PLACES: Mapping[tuple[str, str], bytes] = {
    ("UBL", "net"): b'<cbc:TaxExclusiveAmount currencyID="CNY">292035.40</cbc:TaxExclusiveAmount>',
    ("UBL", "tax"): b'<cac:TaxTotal>\n    <cbc:TaxAmount currencyID="CNY">37964.60</cbc:TaxAmount>',
    ("UBL", "gross"): b'<cbc:TaxInclusiveAmount currencyID="CNY">330000.00</cbc:TaxInclusiveAmount>',
    ("UBL", "payable"): b'<cbc:PayableAmount currencyID="CNY">330000.00</cbc:PayableAmount>',
    ("CII", "net"): b"<ram:TaxBasisTotalAmount>221238.94</ram:TaxBasisTotalAmount>",
    ("CII", "tax"): b'<ram:TaxTotalAmount currencyID="CNY">28761.06</ram:TaxTotalAmount>',
    ("CII", "gross"): b"<ram:GrandTotalAmount>250000.00</ram:GrandTotalAmount>",
    ("CII", "payable"): b"<ram:DuePayableAmount>250000.00</ram:DuePayableAmount>",
    ("FP", "net"): b"<fp:TaxExclusiveTotalAmount>371681.42</fp:TaxExclusiveTotalAmount>",
    ("FP", "tax"): b"<fp:TaxTotalAmount>48318.58</fp:TaxTotalAmount>",
    ("FP", "gross"): b"<fp:TaxInclusiveTotalAmount>420000.00</fp:TaxInclusiveTotalAmount>",
}
ALL = {"net": Reason.GROSS_DIFFERS, "tax": Reason.GROSS_DIFFERS, "gross": None, "payable": Reason.PAYABLE_DIFFERS}
CIUS = b"urn:cen.eu:en16931:2017#compliant#urn:xeinkauf.de:kosit:xrechnung_3.0"
EXTENSION = CIUS + b"#conformant#urn:xeinkauf.de:kosit:extension:xrechnung_3.0"
OLDER = EXTENSION.replace(b"xeinkauf.de", b"xoev-de").replace(b"3.0", b"2.3")


def put(syntax: str, place: str, text: bytes) -> bytes:
    """The demo invoice of that syntax with something else in place of an amount's element."""
    data, element = FILES[syntax], PLACES[syntax, place]
    assert data.count(element) == 1
    return data.replace(element, text)


def altered(syntax: str, place: str) -> bytes:
    """The same, an amount being a cent more."""
    element = PLACES[syntax, place]
    start = element.rindex(b">", 0, -1) + 1
    old = element[start : element.index(b"<", start)]
    return put(syntax, place, element.replace(old, b"%.2f" % (Decimal(old.decode()) + Decimal("0.01"))))


def reasons(data: bytes) -> set[Reason]:
    return set(financeable(read_xml(data), TODAY, "CNY"))


def text(found: Amount | None) -> str | None:
    return None if found is None else found.text


@pytest.mark.parametrize(
    ("syntax", "net", "tax"),
    [("UBL", "292035.40", "37964.60"), ("CII", "221238.94", "28761.06"), ("FP", "371681.42", "48318.58")],
)
def test_net_and_tax__of_the_whole_invoice__read(syntax: str, net: str, tax: str) -> None:
    one = read_xml(FILES[syntax])
    assert (text(one.net), text(one.tax), one.rounding, one.third_parties) == (net, tax, None, ())
    assert reasons(FILES[syntax]) == set()


@pytest.mark.parametrize(("syntax", "place"), PLACES)
def test_amount__off_by_a_cent__the_sum_it_is_in_is_refused(syntax: str, place: str) -> None:
    expected = {Reason.GROSS_DIFFERS, Reason.PAYABLE_DIFFERS} if place == "gross" else {ALL[place]}
    if syntax == "FP":
        expected = {Reason.GROSS_DIFFERS}  # the form's gross is what is payable
    assert reasons(altered(syntax, place)) == expected


@pytest.mark.parametrize("syntax", FILES)
def test_net__not_said__not_judged(syntax: str) -> None:
    data = put(syntax, "net", b"")
    assert read_xml(data).net is None
    assert reasons(data) == set()


@pytest.mark.parametrize("syntax", FILES)
def test_tax__not_said__is_none_at_all(syntax: str) -> None:
    without = put(syntax, "tax", b"<cac:TaxTotal>" if syntax == "UBL" else b"")
    assert read_xml(without).tax is None
    assert reasons(without) == {Reason.GROSS_DIFFERS}
    net, gross = PLACES[syntax, "net"], PLACES[syntax, "gross"]
    inner = gross[gross.index(b">") + 1 : gross.rindex(b"<")]
    exempt = without.replace(net, net[: net.index(b">") + 1] + inner + net[net.rindex(b"<") :])
    assert reasons(exempt) == set()


@pytest.mark.parametrize(("syntax", "foreign"), [("UBL", "first"), ("UBL", "last"), ("CII", "first"), ("CII", "last")])
def test_two_tax_totals__the_one_in_the_invoice_currency_counts(syntax: str, foreign: str) -> None:
    own = PLACES[syntax, "tax"]
    ends = b"</cac:TaxTotal>" if syntax == "UBL" else b""
    other = own.replace(b"CNY", b"EUR").replace(b"37964.60", b"4718.50").replace(b"28761.06", b"3574.60") + ends
    data = put(syntax, "tax", other + own) if foreign == "first" else after_tax(syntax, other)
    assert text(read_xml(data).tax) == ("37964.60" if syntax == "UBL" else "28761.06")
    assert reasons(data) == set()


def after_tax(syntax: str, other: bytes) -> bytes:
    """The demo invoice with another tax total behind its own."""
    end = b"<cac:LegalMonetaryTotal>" if syntax == "UBL" else b"<ram:GrandTotalAmount>"
    return FILES[syntax].replace(end, other + end)


@pytest.mark.parametrize("syntax", ["UBL", "CII"])
def test_tax_total__in_another_currency_alone__is_not_the_invoice_s(syntax: str) -> None:
    data = put(syntax, "tax", PLACES[syntax, "tax"].replace(b"CNY", b"EUR"))
    assert read_xml(data).tax is None
    assert reasons(data) == {Reason.GROSS_DIFFERS}


@pytest.mark.parametrize("syntax", ["UBL", "CII"])
def test_two_tax_totals__in_the_invoice_currency__named_with_both(syntax: str) -> None:
    second = PLACES[syntax, "tax"].replace(b"37964.60", b"1.00").replace(b"28761.06", b"1.00")
    with pytest.raises(ValueRepeated) as caught:
        read_xml(after_tax(syntax, second + (b"</cac:TaxTotal>" if syntax == "UBL" else b"")))
    assert (caught.value.arguments["field"], caught.value.arguments["first"]) == ("tax", "1.00")


def test_tax_total__without_a_currency__is_the_invoice_s() -> None:
    data = put("CII", "tax", PLACES["CII", "tax"].replace(b' currencyID="CNY"', b""))
    assert text(read_xml(data).tax) == "28761.06"


def test_tax_of_a_rate__is_not_the_total() -> None:
    subtotal = b'</cbc:TaxableAmount>\n      <cbc:TaxAmount currencyID="CNY">37964.60'
    assert UBL.count(subtotal) == 1
    assert text(read_xml(UBL.replace(subtotal, subtotal.replace(b"37964.60", b"1.00"))).tax) == "37964.60"


@pytest.mark.parametrize(("syntax", "place"), [(syntax, place) for syntax, place in PLACES if place == "net"])
def test_net__that_is_no_amount__named(syntax: str, place: str) -> None:
    element = PLACES[syntax, place]
    inner = element[element.index(b">") + 1 : element.rindex(b"<")]
    with pytest.raises(ValueMalformed) as caught:
        read_xml(put(syntax, place, element.replace(inner, b"1e5")))
    assert caught.value.arguments["field"] == "net"


def test_net__in_another_currency__contradiction() -> None:
    with pytest.raises(CurrencyContradicted, match="USD"):
        read_xml(put("UBL", "net", PLACES["UBL", "net"].replace(b"CNY", b"USD")))


def test_fp__tax_shown_as_stars__is_no_tax() -> None:
    exempt = put("FP", "tax", b"<fp:TaxTotalAmount>***</fp:TaxTotalAmount>")
    assert read_xml(exempt).tax is None
    assert reasons(exempt) == {Reason.GROSS_DIFFERS}
    assert reasons(exempt.replace(b"371681.42</fp:TaxEx", b"420000.00</fp:TaxEx")) == set()
    with pytest.raises(ValueMalformed):
        read_xml(put("FP", "net", b"<fp:TaxExclusiveTotalAmount>***</fp:TaxExclusiveTotalAmount>"))
    with pytest.raises(ValueMalformed):
        read_xml(UBL.replace(b">37964.60<", b">***<"))


# ---- what is payable

PREPAID = {"UBL": b'<cbc:PrepaidAmount currencyID="CNY">%s</cbc:PrepaidAmount>'}
PREPAID["CII"] = b"<ram:TotalPrepaidAmount>%s</ram:TotalPrepaidAmount>"
ROUNDING = {"UBL": b'<cbc:PayableRoundingAmount currencyID="CNY">%s</cbc:PayableRoundingAmount>'}
ROUNDING["CII"] = b"<ram:RoundingAmount>%s</ram:RoundingAmount>"


def paying(syntax: str, payable: bytes, *more: bytes) -> bytes:
    """The demo invoice with another payable amount and more elements before it."""
    element = PLACES[syntax, "payable"]
    inner = element[element.index(b">") + 1 : element.rindex(b"<")]
    return put(syntax, "payable", b"".join(more) + element.replace(inner, payable))


@pytest.mark.parametrize(
    ("syntax", "rounding", "payable", "expected"),
    [
        ("UBL", b"0.40", b"330000.40", set()),
        ("UBL", b"-0.40", b"329999.60", set()),
        ("UBL", b"+0.40", b"330000.40", set()),
        ("UBL", b"0", b"330000.00", set()),
        ("UBL", b"0.40", b"330000.00", {Reason.PAYABLE_DIFFERS}),
        ("UBL", b"0.40", b"329999.60", {Reason.PAYABLE_DIFFERS}),
        ("CII", b"0.40", b"250000.40", set()),
        ("CII", b"-0.40", b"249999.60", set()),
        ("CII", b"0.40", b"250000.41", {Reason.PAYABLE_DIFFERS}),
    ],
)
def test_rounding__is_in_what_is_payable(syntax: str, rounding: bytes, payable: bytes, expected: set[Reason]) -> None:
    data = paying(syntax, payable, ROUNDING[syntax] % rounding)
    assert text(read_xml(data).rounding) == rounding.decode()
    assert reasons(data) == expected


@pytest.mark.parametrize(
    ("syntax", "prepaid", "payable", "differs"),
    [
        ("UBL", b"30000.00", b"300000.00", False),
        ("UBL", b"30000.00", b"330000.00", True),
        ("UBL", b"-30000.00", b"360000.00", False),
        ("CII", b"50000.00", b"200000.00", False),
        ("CII", b"50000.00", b"200000.01", True),
    ],
)
def test_prepaid__is_not_payable_any_more(syntax: str, prepaid: bytes, payable: bytes, differs: bool) -> None:
    expected = {Reason.PREPAYMENT} | ({Reason.PAYABLE_DIFFERS} if differs else set())
    assert reasons(paying(syntax, payable, PREPAID[syntax] % prepaid)) == expected


def test_prepaid_and_rounding__together__both_count() -> None:
    more = PREPAID["UBL"] % b"834.90", ROUNDING["UBL"] % b"-0.10"
    assert reasons(paying("UBL", b"329165.00", *more)) == {Reason.PREPAYMENT}
    assert reasons(paying("UBL", b"329165.10", *more)) == {Reason.PREPAYMENT, Reason.PAYABLE_DIFFERS}


def third_parties(*amounts: bytes, profile: bytes = EXTENSION, payable: bytes) -> bytes:
    """The demo invoice with claims of others, in a profile."""
    claims = b'<cac:PrepaidPayment><cbc:PaidAmount currencyID="CNY">%s</cbc:PaidAmount></cac:PrepaidPayment>'
    data = paying("UBL", payable).replace(b"urn:cen.eu:en16931:2017", profile)
    return data.replace(b"<cac:TaxTotal>", b"".join(claims % one for one in amounts) + b"<cac:TaxTotal>")


@pytest.mark.parametrize("profile", [EXTENSION, OLDER])
def test_third_parties__of_the_xrechnung_extension__all_in_what_is_payable(profile: bytes) -> None:
    """BR-DEX-09 of that extension stands in for BR-CO-16; two alike are two."""
    data = third_parties(b"19.96", b"10.00", b"10.00", profile=profile, payable=b"330039.96")
    assert [one.text for one in read_xml(data).third_parties] == ["19.96", "10.00", "10.00"]
    assert reasons(data) == set()
    short = third_parties(b"19.96", b"10.00", b"10.00", payable=b"330029.96")
    assert reasons(short) == {Reason.PAYABLE_DIFFERS}


@pytest.mark.parametrize("profile", [b"urn:cen.eu:en16931:2017", CIUS, b""])
def test_prepaid_payment__in_any_other_profile__is_nobody_s_claim(profile: bytes) -> None:
    data = third_parties(b"10.00", profile=profile, payable=b"330010.00")
    assert read_xml(data).third_parties == ()
    assert reasons(data) == {Reason.PAYABLE_DIFFERS}


def test_third_parties__a_hundred_are_read__more_are_none() -> None:
    assert len(read_xml(third_parties(*[b"0.01"] * 100, payable=b"330001.00")).third_parties) == 100
    with pytest.raises(ValueMalformed, match="third party"):
        read_xml(third_parties(*[b"0.01"] * 101, payable=b"330001.01"))


def test_third_party__in_another_currency__contradiction() -> None:
    data = third_parties(b"10.00", payable=b"330010.00").replace(
        b'PaidAmount currencyID="CNY"', b'PaidAmount currencyID="USD"'
    )
    with pytest.raises(CurrencyContradicted, match="third party"):
        read_xml(data)
