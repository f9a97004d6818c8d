# SPDX-License-Identifier: Apache-2.0
"""`deeptier story`: the same story in both languages, every figure worked out here by hand, every refusal shown."""

import json
import re
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from rich.cells import cell_len

from api.story import words
from api.story.cast import Keys
from api.story.figures import DELIVERIES, FACE, OFFER, TWIN, invoices
from api.story.wrap import wrap
from chain.documents.demo import octets
from chain.documents.reader import read_xml
from chain.domain.errors import LANGS, Lang, placeholders

pytestmark = pytest.mark.usefixtures("anvil_here")
SEED = 20_260_302
COMMAND = Path(sys.executable).with_name("deeptier")
JARGON = re.compile(
    r"hash|哈希|\btx\b|transaction|wei\b|nonce|eip-?712|calldata|smart contract|智能合约|0x[0-9a-f]", re.I
)

# By hand. 98,950.00 = 100,000.00 less 4.2 % a year for 90 of 360 days. Late interest: 400,000.00 x 0.05 % x 6 days.
PRICE, DISCOUNT, LATE = 9_895_000, 105_000, 120_000
# claim: (start, amount, late interest). A share is the difference of floors at its two boundaries: of the interest of
# 120,000 fen, floor(91,999.998) below the end of 10-1-3 and 48,000 below its start give it 43,999.
HELD = {
    "10-1-1": (0, 39_999_999, 48_000),
    "10-1-3": (39_999_999, 36_666_666, 43_999),
    "10-1-2": (76_666_665, 10_000_003, 12_001),
    "10-1-4": (86_666_668, 3_333_332, 4_000),
    "10-1-5": (90_000_000, 10_000_000, 12_000),
}
REFUSALS = [
    ("invoices", "register_invoices", "invoice-exists", 42_000_000),  # the same invoice in another file format
    ("promise", "issue", "above-threshold", FACE),  # a lone officer
    ("promise", "issue", "invoice-exhausted", 33_000_000),  # and a second promise on it
    ("chain", "split", "piece-too-large", FACE + 1),  # more than there is
    ("chain", "split_many", "stale-claim", 60_000_001),  # the same signed bytes again
    ("cash", "discount", "not-holder", 10_000_000),  # the same claim sold twice
    ("cash", "transfer", "unknown-account", 3_333_332),  # a stranger's key
    ("late", "issue", "issuance-stopped", 15_000_000),  # while overdue
]


@cache
def run(*options: str) -> subprocess.CompletedProcess[str]:
    """The command itself, as people start it."""
    return subprocess.run([COMMAND, "story", *options], capture_output=True, text=True, check=False)


@cache
def document(lang: Lang) -> dict[str, Any]:
    """The JSON form: all that is on stdout."""
    told = run("--json", "--lang", lang, "--seed", str(SEED))
    assert told.returncode == 0, told.stderr
    found: dict[str, Any] = json.loads(told.stdout)
    return found


# ---------------------------------------------------------------- what people read


@pytest.mark.parametrize("lang", LANGS)
def test_text__each_language__tells_every_step_without_jargon_or_addresses(lang: Lang) -> None:
    told = run("--lang", lang, "--seed", str(SEED))
    assert told.returncode == 0, told.stderr
    assert told.stderr == ""
    assert not JARGON.search(told.stdout)
    assert max(cell_len(line) for line in told.stdout.splitlines()) <= 80
    plain = squeezed(told.stdout)
    for step in document(lang)["steps"]:
        if step["error"] is None:
            gas = "" if step["gas"] is None else "·"
            assert squeezed(step["text"]) + gas in plain, step
        else:
            assert all(
                squeezed(part) in plain
                for part in re.split(r"(?=拒绝：|怎么办：|Refused: |What to do: )", step["text"])
            )
    for title in words.SCENES.values():
        assert title.of(lang) in told.stdout


@pytest.mark.parametrize("lang", LANGS)
def test_text__each_language__ends_with_table_money_tree_and_proof(lang: Lang) -> None:
    plain = run("--lang", lang, "--seed", str(SEED)).stdout
    for claim, (start, amount, interest) in HELD.items():
        (row,) = [line for line in plain.splitlines() if f"│ {claim} │" in line]
        for figure in (amount, interest, amount + interest):
            assert yuan(figure) in row
        assert f"{yuan(start)} " in plain
    assert " + ".join(yuan(amount) for _, amount, _ in HELD.values()) + f" = {yuan(FACE)}" in plain
    ends = {"zh": "账本 = 记录 = 规则。", "en": "Ledger = journal = rules."}
    assert plain.rstrip().endswith(ends[lang])


def test_text__the_price__as_a_treasurer_says_it() -> None:
    told = " ".join(run("--lang", "en", "--seed", str(SEED)).stdout.split())
    assert "CNY 98,950.00 today instead of CNY 100,000.00 in 90 days. That is 4.20% a year (ACT/360)" in told
    assert "or CNY 1,050.00 of interest" in told


def test_refusals__participants_and_people__by_name() -> None:
    (sold,) = [step for step in document("en")["steps"] if step["error"] == "not-holder"]
    assert "Participant Renchuan Springs does not hold claim 10-1-5." in sold["text"]
    (alone,) = [step for step in document("zh")["steps"] if step["error"] == "above-threshold"]
    assert "人员 陈静 今日单独开立" in alone["text"]


def test_words__both_languages__tell_the_same_facts_natively() -> None:
    for name, line in words.LINES.items():
        assert placeholders(line.zh) == placeholders(line.en), name
        assert line.en.isascii(), name
        assert not re.search(r"[,;!?] |\.$", line.zh), f"{name}: Chinese has its own punctuation"


@pytest.mark.parametrize("width", [30, 47, 80])
def test_wrap__chinese_and_english__breaks_neither_amounts_nor_before_a_full_stop(width: int) -> None:
    text = "云岭汽车付清余款 400,000.00 元，并付利息 1,200.00 元（每天万分之五）。"
    text += "Yunling pays CNY 400,000.00 on 6 July 2026, all."
    lines = wrap(text, width)
    assert squeezed("".join(lines)) == squeezed(text)
    assert all(cell_len(line) <= width for line in lines)
    assert not [line for line in lines if line[0] in "，。、；：）”"]
    for whole in ("400,000.00 元，", "1,200.00 元", "CNY 400,000.00", "6 July 2026"):
        assert any(whole in line for line in lines)


# ---------------------------------------------------------------- the JSON form


def test_json__its_form__as_documented() -> None:
    who: dict[str, Any] = {"id": int, "name": str}
    born: dict[str, Any] = {"claim": str, "start": int, "end": int, "event": str, "at": int, "from": who, "to": who}
    born |= {"price": (int, None), "kept": {"start": int, "end": int}}
    born["parts"] = [born]
    steps = {"n": int, "scene": str, "kind": str, "at": int, "actor": (who, None), "operation": (str, None)}
    steps |= {"amount": (int, None), "gas": (int, None), "error": (str, None), "text": str}
    holders = {"holder": who, "claim": str, "amount": int, "received": int, "interest": int, "paid_at": [int]}
    names = ("events", "rows", "slots", "accounts", "paid", "received", "left_in_escrow")
    form: dict[str, Any] = {"version": int, "lang": str, "seed": int, "chain_id": int, "steps": [steps]}
    form |= {"holders": [holders], "provenance": born, "proof": dict.fromkeys(names, int)}
    for lang in LANGS:
        assert fits(document(lang), form) is None


def test_json__kinds_and_numbers__consistent() -> None:
    told = document("en")
    assert (told["version"], told["lang"], told["seed"]) == (1, "en", SEED)
    assert [step["n"] for step in told["steps"]] == list(range(1, len(told["steps"]) + 1))
    for step in told["steps"]:
        assert step["kind"] in ("done", "refused", "clock", "note")
        assert (step["gas"] is not None) == (step["kind"] == "done")
        assert (step["error"] is not None) == (step["kind"] == "refused")
        assert (step["operation"] is not None) == (step["kind"] in ("done", "refused"))
    times = [step["at"] for step in told["steps"]]
    assert times == sorted(times)


def test_json__both_languages__the_same_steps_and_figures() -> None:
    ours = [facts(document(lang)) for lang in LANGS]
    assert ours[0] == ours[1]
    assert document("zh")["chain_id"] != document("en")["chain_id"], "every story has a chain of its own"


def test_story__a_language_it_has_not__is_refused_with_what_there_is() -> None:
    told = run("--lang", "fr")
    assert told.returncode == 2
    assert "zh" in told.stderr
    assert "en" in told.stderr


def test_command__as_it_starts__loads_no_web3() -> None:
    code = "import sys, api.commands; print(sorted({'web3', 'requests', 'eth_tester', 'eth'} & sys.modules.keys()))"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout == "[]\n", "it takes a second to import"


# ---------------------------------------------------------------- figures


def test_figures__the_offer_and_the_late_interest__worked_out_by_hand() -> None:
    assert (OFFER.proceeds, OFFER.interest, OFFER.days) == (PRICE, DISCOUNT, 90)
    steps = document("en")["steps"]
    paid = [step["amount"] for step in steps if step["operation"] == "fund"]
    assert paid == [60_000_000, 40_000_000 + LATE]
    (sold,) = [step for step in steps if (step["operation"], step["kind"]) == ("discount", "done")]
    assert sold["amount"] == 10_000_000
    assert "CNY 98,950.00" in sold["text"]


def test_figures__every_holder__is_paid_face_and_its_share_of_the_interest() -> None:
    holders = {one["claim"]: one for one in document("en")["holders"]}
    expected = {claim: (amount, amount + interest, interest) for claim, (_, amount, interest) in HELD.items()}
    assert {claim: (one["amount"], one["received"], one["interest"]) for claim, one in holders.items()} == expected
    assert sum(one["amount"] for one in holders.values()) == FACE
    told = document("en")["proof"]
    assert sum(one["received"] for one in holders.values()) == told["received"] == told["paid"] == FACE + LATE
    assert told["left_in_escrow"] == 0
    assert len(holders["10-1-4"]["paid_at"]) == 2, "tier 3 was paid between the two payments as well"


def test_refusals__every_named_one__happened_with_its_code() -> None:
    steps = [step for step in document("en")["steps"] if step["kind"] == "refused"]
    assert [(one["scene"], one["operation"], one["error"], one["amount"]) for one in steps] == REFUSALS


def test_provenance__every_cent__has_one_place_from_claim_1_down() -> None:
    root = document("en")["provenance"]
    assert (root["claim"], root["start"], root["end"], root["event"]) == ("10-1-1", 0, FACE, "issued")
    assert leaves(root) == {claim: (start, start + amount) for claim, (start, amount, _) in HELD.items()}
    way, here = [], root
    while here["claim"] != "10-1-5":
        (here,) = [part for part in here["parts"] if part["end"] == FACE]
        way.append((here["event"], here["from"]["name"], here["to"]["name"], here["price"]))
    assert way == [
        ("split", "Hengzuo Seats", "Minggu Frames", None),
        ("split", "Minggu Frames", "Renchuan Springs", None),
        ("sold", "Renchuan Springs", "Linjiang Bank", PRICE),
    ]


# ---------------------------------------------------------------- small parts


def squeezed(text: str) -> str:
    """Without spaces: how a line is broken does not matter."""
    return "".join(text.split())


def yuan(amount: int) -> str:
    """Fen as people write yuan."""
    return f"{amount // 100:,}.{amount % 100:02d}"


def facts(told: dict[str, Any]) -> Any:
    """A document without what differs from language to language and from run to run: words, signatures' gas."""

    def bare(value: Any) -> Any:
        if isinstance(value, list):
            return [bare(one) for one in value]
        if isinstance(value, dict):
            return {name: bare(one) for name, one in value.items() if name not in ("text", "name", "gas")}
        return value

    return bare({name: value for name, value in told.items() if name not in ("lang", "chain_id")})


def fits(value: Any, form: Any, where: str = "document") -> str | None:
    """Where a JSON value is not of a form; forms: a type, {name: form}, [form of each], (form, None)."""
    if isinstance(form, tuple):
        return None if value is None else fits(value, form[0], where)
    if isinstance(form, list):
        if not isinstance(value, list):
            return f"{where} is no list"
        return next(filter(None, (fits(one, form[0], f"{where}[{n}]") for n, one in enumerate(value))), None)
    if isinstance(form, dict):
        if not isinstance(value, dict) or value.keys() != form.keys():
            return f"{where} has not exactly {sorted(form)}"
        return next(filter(None, (fits(value[name], form[name], f"{where}.{name}") for name in form)), None)
    return None if type(value) is form else f"{where} is no {form.__name__}"


def leaves(born: dict[str, Any]) -> dict[str, tuple[int, int]]:
    """What each claim kept; asserts that a claim's own cents and its parts' follow each other without a gap."""
    at = born["kept"]["end"]
    assert born["kept"]["start"] == born["start"]
    found = {born["claim"]: (born["start"], at)}
    for part in born["parts"]:
        assert part["start"] == at
        at = part["end"]
        found |= leaves(part)
    assert at == born["end"]
    return found


def test_invoice_again__the_twin__is_another_file_in_another_syntax() -> None:
    first, twin = octets(DELIVERIES[0]), octets(TWIN)
    assert first != twin
    assert read_xml(first).syntax != read_xml(twin).syntax
    assert invoices(Keys(1), DELIVERIES[0]) == invoices(Keys(1), TWIN)
