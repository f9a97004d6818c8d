# SPDX-License-Identifier: Apache-2.0
"""Everything that a claim goes through, as its parties ask for it over HTTP, on both kinds of database."""

import json
from itertools import count

import pytest

from chain.documents.demo import octets
from tests.counter import Counter, after, invoice
from tests.flows.running import told, until
from tests.flows.test_up_demo import Cash

pytestmark = pytest.mark.usefixtures("anvil_here")

_NUMBERS = count(1)  # of invoices: none comes twice in a network
YEAR = 365 * 86_400


def one(fen: int, **over: object) -> bytes:
    """An invoice of the seats' supplier to the car maker."""
    return invoice(next(_NUMBERS), fen, **over)  # type: ignore[arg-type]


def held(shop: Counter, *amounts: int, who: str = "21") -> str:
    """A new claim over these invoices, accepted."""
    obligation = shop.issued([one(fen) for fen in amounts])
    shop.done(who, "/obligations/accept", {"obligations": [obligation]})
    return f"{obligation}-1"


def states(shop: Counter, obligation: str) -> list[tuple[int, int, str]]:
    """Holder, amount and state of each claim."""
    return [(row["holder"], row["amount"], row["state"]) for row in shop.claims(obligation).values()]


def equal(shop: Counter) -> bool:
    """Whether mirror and chain are equal to the last cell."""
    words = ("mirror", "reconcile", "--json", "--mirror", shop.mirror, "--folder", shop.folder)
    return bool(json.loads(told(*words).stdout)["equal"])


# ---- the walk


def test_walk__from_two_uploaded_invoices_to_the_last_cent__chain_mirror_and_api_agree(shop: Counter) -> None:
    cash, first = Cash(shop.folder), octets("seats-2026-0301-fp.xml")  # 420,000.00; it names no due date
    before = cash.balances()
    drafted = shop.upload("10-1", [first, one(8_000_001)], due=after(YEAR // 2)[:10])
    assert drafted.status == 202, drafted
    assert [(sent["operation"], sent["state"]) for sent in drafted.submissions] == [("register_invoices", "final")]
    assert shop.get("10-1", drafted.headers["location"]).status == 200, "whoever asked finds it"
    proposal = drafted.body["proposal"]
    assert (proposal["operation"], proposal["state"], proposal["officer"]) == ("issue", "open", "10-1")
    assert "500,000.01" in proposal["text"]
    obligation, path = proposal["subject"], f"/proposals/{proposal['id']}/sign"
    assert shop.get("21", f"/obligations/{obligation}").status == 404, "a draft is its obligor's alone"
    assert shop.get("21", f"/proposals/{proposal['id']}").status == 404
    assert shop.post("10-1", path).code == (409, "nothing-to-sign"), "the maker does not check"
    assert shop.post("10-2", path, {"hash": "0x" + "00" * 32}).code == (409, "hash-differs")
    assert shop.post("21", path).code == (404, "not-found")
    assert [waits["id"] for waits in shop.rows("10-2", "/proposals", mine=True)] == [proposal["id"]]

    issued = shop.done("10-2", path, {"hash": proposal["hash"]})
    assert (issued.one["operation"], issued.body["proposal"]["state"]) == ("issue", "submitted")
    assert shop.post("10-2", path).code == (409, "proposal-closed")
    accepted = shop.done("21", "/obligations/accept", {"obligations": [obligation]})
    assert (accepted.one["operation"], accepted.one["officer"]) == ("accept", "21-1")
    claim = f"{obligation}-1"
    assert states(shop, obligation) == [(21, 50_000_001, "free")]

    pieces = [{"to": 31, "amount": 20_000_001}, {"to": 32, "amount": 10_000_000}]
    offer = shop.done("21", f"/claims/{claim}/split", {"pieces": pieces}).body["proposal"]
    assert [(place["place"], place["participant"], place["signed_at"] is None) for place in offer["places"]] == [
        *(("signer", 21, False), ("assignee 1", 31, True), ("assignee 2", 32, True))
    ]
    assert shop.get("31", f"/claims/{claim}").status == 200, "it sees what it is offered"
    assert shop.get("41", f"/claims/{claim}").status == 404
    half = shop.done("31", f"/proposals/{offer['id']}/sign")
    assert (half.submissions, half.body["proposal"]["state"]) == ([], "open")
    whole = shop.done("32", f"/proposals/{offer['id']}/sign", {"hash": offer["hash"]})
    assert (whole.one["operation"], whole.body["proposal"]["state"]) == ("split_many", "submitted")
    assert sorted(states(shop, obligation)) == [
        (21, 20_000_000, "free"),
        (31, 20_000_001, "free"),
        (32, 10_000_000, "free"),
    ]
    (of_foam,) = [row for row in shop.rows("31", "/holdings", limit=500) if row["obligation"] == obligation]
    assert (of_foam["amount"], of_foam["hop"]) == (20_000_001, 1)

    paid = shop.done("10-1", f"/obligations/{obligation}/fund")
    assert paid.one["operation"] == "fund"
    assert shop.row("10-1", f"/obligations/{obligation}")["unpaid"] == 0
    for who, name in (("21", claim), ("31", of_foam["id"]), ("32", _claim_of(shop, obligation, 32))):
        assert shop.done(who, f"/claims/{name}/redeem").one["operation"] == "redeem"
        assert shop.post(who, f"/claims/{name}/redeem").status == 409, "paid out once"
    assert shop.row("10-1", f"/obligations/{obligation}")["status"] == "settled"
    now = cash.balances()
    assert {who: now[who] - before[who] for who in now if now[who] != before[who]} == {
        10: -50_000_001,
        21: 20_000_000,
        31: 20_000_001,
        32: 10_000_000,
    }
    assert equal(shop)


def _claim_of(shop: Counter, obligation: str, holder: int) -> str:
    (found,) = [name for name, row in shop.claims(obligation).items() if row["holder"] == holder]
    return found


# ---- invoices are used once, and freed


@pytest.mark.parametrize(("who", "verb", "status"), [("21", "decline", "declined"), ("10-1", "revoke", "revoked")])
def test_offer__declined_or_revoked__its_invoices_back_another_one(
    shop: Counter, who: str, verb: str, status: str
) -> None:
    file = one(3_000_000)
    obligation = shop.issued([file])
    again = shop.upload("10-1", [file])
    assert again.status == 409, "the invoice is taken"
    assert shop.post("31", f"/obligations/{obligation}/{verb}").code == (404, "not-found")
    assert shop.done(who, f"/obligations/{obligation}/{verb}").one["operation"] == verb
    assert shop.row("10-1", f"/obligations/{obligation}")["status"] == status
    other = shop.issued([file])
    assert other != obligation
    assert shop.row("21", f"/obligations/{other}")["face"] == 3_000_000


def test_draft__declined_by_its_checker_or_withdrawn__its_invoices_back_another_one(shop: Counter) -> None:
    file = one(3_000_000)
    for who, verb, state in (("10-2", "decline", "declined"), ("10-1", "withdraw", "withdrawn")):
        draft = shop.upload("10-1", [file]).body["proposal"]
        taken = shop.upload("10-1", [file])
        assert taken.code == (409, "invoice-drafted"), taken
        ended = shop.done(who, f"/proposals/{draft['id']}/{verb}")
        assert ended.body["proposal"]["state"] == state
        assert shop.post("10-2", f"/proposals/{draft['id']}/sign").code == (409, "proposal-closed")
    assert shop.row("10-1", f"/obligations/{shop.issued([file])}")["face"] == 3_000_000


def test_draft__below_the_makers_threshold__is_issued_at_once_and_its_terms_are_kept(shop: Counter) -> None:
    issued = shop.upload("10-1", [one(100_000)], alone=True)
    assert [(sent["operation"], sent["state"]) for sent in issued.submissions] == [
        *(("register_invoices", "final"), ("issue", "final"))
    ]
    kept = shop.row("10-1", f"/proposals/{issued.body['proposal']['id']}")
    assert (kept["state"], kept["submission"]["id"]) == ("submitted", issued.submissions[1]["id"])
    (terms,) = kept["details"]["terms"]
    assert json.loads(terms["text"])["face"] == 100_000
    assert len(bytes.fromhex(terms["salt"])) == 32
    assert shop.upload("10-1", [one(10_000_001)], alone=True).code == (409, "above-threshold")


def test_draft__with_a_checker_who_is_nobody_here__is_refused(shop: Counter) -> None:
    files = [one(100_000)]
    assert shop.upload("10-1", files, checker="21-2").code == (422, "ambiguous-checker")
    assert shop.upload("10-1", files, checker="10-7").code == (409, "account-absent")
    assert shop.upload("10-1", files, checker="10-1").status == 409
    assert shop.upload("10-1", files, accept_hours=8784).status == 409, "longer than the rules allow"
    assert shop.upload("10-1", files, due=after(-5 * 86_400)[:10]).status == 409
    assert shop.upload("10-1", files, checker="10-2").status == 202


# ---- what holders do


def test_auto_accept__makes_a_pass_immediate_until_it_is_ended(shop: Counter) -> None:
    claim = held(shop, 1_000_000)
    obligation = claim.rpartition("-")[0]
    shop.done("31", "/auto-accepts", {"counterparty": 21, "until": after(YEAR)})
    passed = shop.done("21", f"/claims/{claim}/split", {"pieces": [{"to": 31, "amount": 400_000}]})
    assert (passed.one["operation"], passed.body["proposal"]) == ("split", None)
    both = [{"to": 31, "amount": 100_000}, {"to": 32, "amount": 100_000}]
    mixed = shop.done("21", f"/claims/{claim}/split", {"pieces": both}).body["proposal"]
    assert [place["place"] for place in mixed["places"]] == ["signer", "assignee 2"], "only one is asked"
    assert shop.done("32", f"/proposals/{mixed['id']}/sign").one["operation"] == "split_many"
    assert sorted(states(shop, obligation)) == [
        *((21, 400_000, "free"), (31, 100_000, "free"), (31, 400_000, "free"), (32, 100_000, "free"))
    ]
    shop.done("31", "/auto-accepts", {"counterparty": 21, "until": None})
    offer = shop.done("21", f"/claims/{claim}/transfer", {"to": 31}).body["proposal"]
    assert (offer["operation"], offer["state"]) == ("transfer", "open")
    assert shop.done("31-2", f"/proposals/{offer['id']}/sign").one["operation"] == "transfer"
    assert shop.claims(obligation)[claim]["holder"] == 31


def test_offer__declined_withdrawn_or_overtaken__moves_nothing(shop: Counter) -> None:
    claim = held(shop, 1_000_000)
    obligation = claim.rpartition("-")[0]
    body = {"pieces": [{"to": 31, "amount": 300_000}]}

    def offered() -> str:
        return f"/proposals/{shop.done('21', f'/claims/{claim}/split', body).body['proposal']['id']}"

    offer = offered()
    assert shop.post("31-9", f"{offer}/sign").code == (403, "duty-missing"), "it only reads"
    assert shop.post("31-9", f"{offer}/decline").code == (403, "duty-missing")
    assert shop.post("31", f"{offer}/withdraw").code == (409, "nothing-to-sign")
    assert shop.post("21", f"{offer}/decline").code == (409, "nothing-to-sign")
    assert shop.done("31", f"{offer}/decline").body["proposal"]["state"] == "declined"
    assert shop.get("31", f"/claims/{claim}").status == 404, "no more its business"
    second, third, fourth = offered(), offered(), offered()
    assert shop.done("21", f"{second}/withdraw").body["proposal"]["state"] == "withdrawn"
    assert shop.post("31", f"{second}/sign").code == (409, "proposal-closed")
    assert shop.done("31", f"{third}/sign").one["state"] == "final"
    assert shop.post("31", f"{fourth}/sign").code[1] in ("stale-claim", "proposal-closed"), "the claim is another one"
    until(lambda: shop.row("31", fourth)["state"] == "void")
    assert shop.post("31", f"{fourth}/sign").code == (409, "proposal-closed")
    assert fourth not in {f"/proposals/{row['id']}" for row in shop.row("31", "/todo")["to_sign"]}
    assert states(shop, obligation) == [(21, 700_000, "free"), (31, 300_000, "free")]


def test_offer__of_two_pieces_to_one_assignee__takes_one_signature(shop: Counter) -> None:
    claim = held(shop, 1_000_000)
    body = {"pieces": [{"to": 32, "amount": 300_000}, {"to": 32, "amount": 200_000}]}
    offer = shop.done("21", f"/claims/{claim}/split", body).body["proposal"]
    assert [place["place"] for place in offer["places"]] == ["signer", "assignee 1", "assignee 2"]
    signed = shop.done("32", f"/proposals/{offer['id']}/sign")
    assert (signed.one["operation"], signed.body["proposal"]["state"]) == ("split_many", "submitted")
    found = states(shop, claim.rpartition("-")[0])
    assert sorted(found) == [(21, 500_000, "free"), (32, 200_000, "free"), (32, 300_000, "free")]


def test_offer__of_a_claim_that_was_paid_out_meanwhile__is_refused(shop: Counter) -> None:
    claim = held(shop, 200_000)
    offer = shop.done("21", f"/claims/{claim}/transfer", {"to": 31}).body["proposal"]
    shop.done("10-1", f"/obligations/{claim.rpartition('-')[0]}/fund")
    shop.done("21", f"/claims/{claim}/redeem")
    assert shop.post("31", f"/proposals/{offer['id']}/sign").status == 409


def test_cut_lien_and_release__in_place(shop: Counter) -> None:
    claim = held(shop, 1_000_001)
    obligation = claim.rpartition("-")[0]
    assert shop.done("21", f"/claims/{claim}/cut", {"amount": 400_000}).one["operation"] == "cut"
    assert states(shop, obligation) == [(21, 600_001, "free"), (21, 400_000, "free")]
    assert shop.done("21", f"/claims/{claim}/lien", {"until": after(86_400)}).one["operation"] == "lien"
    assert shop.claims(obligation)[claim]["state"] == "liened"
    assert shop.post("21", f"/claims/{claim}/transfer", {"to": 31}).code == (409, "claim-liened")
    assert shop.done("21", f"/claims/{claim}/release").one["operation"] == "release"
    assert shop.claims(obligation)[claim]["state"] == "free"
    assert shop.post("21", f"/claims/{claim}/release").status == 409
    part = shop.done("21", f"/claims/{claim}/lien", {"until": after(86_400), "amount": 100_000})
    assert part.one["state"] == "final"
    assert sorted(states(shop, obligation)) == [
        *((21, 100_000, "liened"), (21, 400_000, "free"), (21, 500_001, "free"))
    ]


@pytest.mark.parametrize(
    ("path", "body", "code"),
    [
        ("split", {"pieces": [{"to": 31, "amount": 200_001}]}, "piece-too-large"),
        ("split", {"pieces": [{"to": 10, "amount": 1_000}]}, "obligor-cannot-hold"),
        ("split", {"pieces": [{"to": 999, "amount": 1_000}]}, "unknown-participant"),
        ("transfer", {"to": 21}, "self-dealing"),
        ("cut", {"amount": 199_999}, "piece-too-small"),
        ("lien", {"until": "2020-01-01T00:00:00Z"}, None),
        ("release", {}, None),
        ("redeem", {}, None),
    ],
)
def test_holder__asks_what_the_rules_forbid__is_refused_at_once_by_their_code(
    refused: tuple[Counter, str], path: str, body: dict[str, object], code: str | None
) -> None:
    shop, claim = refused
    before = shop.count("submission", "request", "proposal", "place", "hold", "showing")
    found = shop.post("21", f"/claims/{claim}/{path}", body)
    assert found.status == 409, found
    assert code in (None, found.body["code"]), found
    assert shop.count("submission", "request", "proposal", "place", "hold", "showing") == before


@pytest.fixture
def refused(shop: Counter) -> tuple[Counter, str]:
    """One claim of 2,000.00 for all that is refused about it."""
    if not hasattr(shop, "refused"):
        shop.refused = held(shop, 200_000)  # type: ignore[attr-defined]
    return shop, str(shop.refused)  # type: ignore[attr-defined]


# ---- many at once


def test_bulk__twenty_invoices_each_an_obligation__one_order_and_one_acceptance(shop: Counter) -> None:
    amounts = [100_000 + place for place in range(20)]
    drafted = shop.upload("10-1", [one(fen) for fen in amounts], each=True)
    proposal = drafted.body["proposal"]
    assert proposal["operation"] == "issue_many"
    issued = shop.done("10-2", f"/proposals/{proposal['id']}/sign", {"hash": proposal["hash"]})
    assert issued.one["operation"] == "issue_many"
    numbers = [json.loads(terms["text"])["obligation"] for terms in proposal["details"]["terms"]]
    accepted = shop.done("21", "/obligations/accept", {"obligations": numbers})
    assert [sent["subject"] for sent in accepted.submissions] == numbers
    assert len({sent["block"] for sent in accepted.submissions}) <= 2
    assert [shop.row("21", f"/obligations/{number}")["face"] for number in numbers] == amounts
    again = shop.post("21", "/obligations/accept", {"obligations": [numbers[0]]})
    assert again.status == 409


def test_bulk__of_two_sellers__one_obligation_to_each(shop: Counter) -> None:
    drafted = shop.upload("10-1", [one(100_000), one(200_000, seller=31), one(300_000)])
    terms = [json.loads(one["text"]) for one in drafted.body["proposal"]["details"]["terms"]]
    assert [(one["creditor"], one["face"], len(one["invoices"])) for one in terms] == [
        *((21, 400_000, 2), (31, 200_000, 1))
    ]


def test_bulk__acceptance_of_one_that_is_not_there__accepts_none(shop: Counter) -> None:
    obligation = shop.issued([one(100_000)])
    before = shop.count("submission", "request")
    body = {"obligations": [obligation, "10-4000000"]}
    assert shop.post("21", "/obligations/accept", body).code == (404, "not-found")
    assert shop.count("submission", "request") == before
    assert states(shop, obligation)[0][2] != "free"


def test_bulk__bad_files_among_good__each_is_named_and_nothing_is_done(shop: Counter) -> None:
    good, number = one(100_000), next(_NUMBERS)
    twin = invoice(number, 200_000)
    files = [
        *(good, one(100_000, buyer=21), one(100_000, seller=77), twin, twin.replace(b"<cbc:Uuid/>", b"") + b"\n"),
        *(b"<Invoice", one(100_000, kind="381"), octets("seats-2026-0302-ubl.xml")),
    ]
    tables = ("submission", "request", "proposal", "place", "hold")
    before = shop.count(*tables)
    for lang, words in (
        ("en", ("buyer", "no participant", "the same invoice as file 4", "", "credit note", "")),
        ("zh", ("购买方", "不是本网络", "第 4 张", "", "红字", "")),
    ):
        found = shop.upload("10-1", files, lang=lang)
        assert found.code == (422, "invoices-refused"), found
        assert found.body["arguments"] == {"refused": 6, "count": 8}
        whys: dict[str, str] = {}
        for wrong in found.body["errors"]:
            whys[wrong["where"]] = whys.get(wrong["where"], "") + wrong["why"]
        assert list(whys) == [f"invoices[{place}]" for place in (1, 2, 4, 5, 6, 7)], "the good ones are not named"
        for why, word in zip(whys.values(), words, strict=True):
            assert word in why
    assert shop.count(*tables) == before
    assert shop.upload("10-1", [good]).status == 202


def test_upload__of_invoices_whose_sums_do_not_hold__is_refused_with_the_rule_in_both_languages(shop: Counter) -> None:
    good = one(113_000)
    files = [
        good.replace(b">130.00</cbc:TaxAmount>", b">130.01</cbc:TaxAmount>"),
        good.replace(b">1130.00</cbc:PayableAmount>", b">1129.99</cbc:PayableAmount>"),
        good.replace(b'<cbc:TaxInclusiveAmount currencyID="CNY">1130.00</cbc:TaxInclusiveAmount>', b""),
    ]
    assert good not in files
    for lang, words in (
        ("en", ("BR-CO-15", "BR-CO-16", "gross")),
        ("zh", ("不含税金额与税额", "应付金额", "价税合计")),
    ):
        for file, word in zip(files, words, strict=True):
            found = shop.upload("10-1", [file], lang=lang)
            assert found.code == (422, "invoices-refused"), found
            (wrong,) = found.body["errors"]
            assert wrong["where"] == "invoices[0]"
            assert word in wrong["why"]
            assert ("have the seller" if lang == "en" else "请让开票方") in wrong["why"], "what to do about it"
    assert shop.upload("10-1", [good]).status == 202


# ---- what waits for something


def test_sign__while_the_registration_of_its_invoices_is_under_way__waits_for_it_and_is_never_a_fault(
    shop: Counter,
) -> None:
    seen = set()
    for _ in range(10):
        draft = shop.upload("10-1", [one(100_000)], wait=0).body["proposal"]
        for _ in range(2_000):
            found = shop.post(
                "10-2", f"/proposals/{draft['id']}/sign", {}, wait=0, key=f"sign {draft['id']}".replace(" ", "-")
            )
            seen.add((found.status, found.body.get("code")))
            if found.status == 202:
                break
    assert seen <= {(202, None), (409, "prior-under-way")}, seen
    assert (202, None) in seen


def test_second_operation__while_the_first_is_under_way__is_named_with_it(shop: Counter) -> None:
    claim = held(shop, 1_000_000)
    begun = shop.post("21", f"/claims/{claim}/cut", {"amount": 100_000}, wait=0)
    codes = {begun.status}
    found = shop.post("21-2", f"/claims/{claim}/cut", {"amount": 200_000}, wait=0)
    if found.status == 409:
        assert found.body["arguments"] == {"subject": f"claim {claim}", "submission": begun.one["id"]}
        assert found.body["code"] == "subject-busy"
    codes.add(found.status)
    assert codes <= {202, 409}
    until(lambda: shop.row("21", f"/submissions/{begun.one['id']}")["mirrored"])
