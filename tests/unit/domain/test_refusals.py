# SPDX-License-Identifier: Apache-2.0
"""Every error of the contract has its refusal, with the same arguments and texts that say what, why and what now."""

import re
from pathlib import Path

import pytest

from chain.domain import refusals
from chain.domain.errors import LANGS, Lang, Refusal, registry
from chain.domain.vocabulary import Address, ClaimId, Hash, ObligationId, ParticipantId

INTERFACES = Path(__file__).resolve().parents[3] / "contracts" / "interfaces"
ERROR = re.compile(r"^\s*error (\w+)\(([^)]*)\);", re.MULTILINE)
CAMEL = re.compile(r"(?<!^)(?=[A-Z])")
RENAMED = {("ClosingWindow", "from"): "start", ("CashRefused", "from"): "payer"}
JARGON = re.compile(r"\b(revert|uint\d*|bytes32|calldata|msg\.sender|null|struct|enum|gas|nonce)\b", re.IGNORECASE)

OBLIGATION = ObligationId(ParticipantId(7), 1)
SAMPLES: dict[str, object] = {
    "bytes32": Hash(bytes(range(32))),
    "address": Address("0x" + "ab" * 20),
    "bytes4": "0x01020304",
    "uint88": OBLIGATION.claim(3),
    "uint64 obligation": OBLIGATION,
}


def declared() -> dict[str, list[tuple[str, str]]]:
    """The errors that a caller of the ledger can meet: name -> (type, argument) in order."""
    sources = [(INTERFACES / name).read_text() for name in ("ILedgerErrors.sol", "IRulebook.sol")]
    return {
        name: [(kind, argument) for kind, argument in (each.split() for each in arguments.split(",") if each.strip())]
        for source in sources
        for name, arguments in ERROR.findall(source)
    }


ERRORS = declared()


def leaf(name: str) -> type[Refusal]:
    found: type[Refusal] = getattr(refusals, name)
    return found


def sample(name: str, number: int = 1_800_000_000) -> Refusal:
    """The refusal with plausible arguments."""
    arguments: dict[str, object] = {}
    for kind, argument in ERRORS[name]:
        field = field_name(name, argument)
        hours = field in ("until", "accept_by")
        plain: object = number // 3600 if hours else number % 200 + 1 if kind == "uint8" else number % 2**24
        if kind in ("uint32", "uint64", "uint256", "uint48") and not hours:
            plain = number
        arguments[field] = SAMPLES.get(f"{kind} {argument}", SAMPLES.get(kind, plain))
    return leaf(name)(**arguments)


def field_name(error: str, argument: str) -> str:
    return RENAMED.get((error, argument), CAMEL.sub("_", argument).lower())


def test_every_error_of_the_contract_has_a_refusal_and_no_refusal_lacks_one() -> None:
    leaves = {type_.__name__ for type_ in registry(refusals.LedgerRefusal).values()}

    assert leaves == set(ERRORS)
    assert set(refusals.__all__) == leaves | {"LedgerRefusal"}


@pytest.mark.parametrize("name", sorted(ERRORS))
def test_fields__are_soliditys_arguments_in_its_order(name: str) -> None:
    assert leaf(name).fields == tuple(field_name(name, argument) for _, argument in ERRORS[name])


@pytest.mark.parametrize("name", sorted(ERRORS))
def test_code__is_the_name_in_kebab_case(name: str) -> None:
    assert leaf(name).code == CAMEL.sub("-", name).lower()


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("name", sorted(ERRORS))
def test_text__names_the_thing_and_the_next_step_in_plain_words(name: str, lang: Lang) -> None:
    refusal = sample(name)
    message, next_step = refusal.message(lang), refusal.next_step(lang)

    for text in (message, next_step):
        assert len(text) >= 5
        assert "{" not in text
        assert not JARGON.search(text), text
        assert not re.search(r"\(\d+, \d+|b'", text), f"a value shown raw: {text}"
        assert text.endswith("。" if lang == "zh" else ".")
        assert bool(re.search(r"[一-鿿]", text)) == (lang == "zh")
    assert message != next_step


@pytest.mark.parametrize("name", sorted(name for name in ERRORS if ERRORS[name]))
def test_text__differs_when_any_argument_that_people_act_on_differs(name: str) -> None:
    """At least one argument stands in both texts, the same in both languages."""
    first, second = sample(name), sample(name, 1_900_000_003)
    if first.arguments == second.arguments:  # hashes, addresses and ids only: they must be named
        assert all(refusal.message("zh") != leaf(name).zh for refusal in (first, second))
        return
    assert first.message("en") != second.message("en")
    assert first.message("zh") != second.message("zh")


def test_money__is_yuan_with_separators_and_takes_64_bits() -> None:
    refusal = refusals.LimitExceeded(obligor=7, limit=2**64 - 1, total=123_456_789)

    assert "1,234,567.89 元" in refusal.message("zh")
    assert "184,467,440,737,095,516.15 元" in refusal.message("zh")
    assert "CNY 1,234,567.89" in refusal.message("en")
    assert "0.05 元" in refusals.PieceTooSmall(claim=OBLIGATION.claim(1), minimum=5).message("zh")


def test_time__is_utc_from_seconds_and_from_hours() -> None:
    assert "2027-01-15 08:00:00 UTC" in refusals.IntentExpired(deadline=1_800_000_000).message("zh")
    assert "2027-01-15 08:00:00 UTC" in refusals.BadPause(until=500_000).message("en")


def test_words__roles_rights_and_states_in_the_readers_language() -> None:
    role = refusals.NotInRole(participant=3, roles=6)
    right = refusals.RightMissing(account=Address("0x" + "ab" * 20), right=2)
    frozen = refusals.NotHeld(claim=OBLIGATION.claim(3), status=5)
    settled = refusals.ObligationClosed(obligation=OBLIGATION, status=4)

    assert "供应商、资金方" in role.message("zh")
    assert "supplier, financier" in role.message("en")
    assert "复核" in right.message("zh")
    assert "0xabab…abab" in right.message("en")
    assert frozen.message("en") == "Claim 7-1-3 is held (frozen), which does not allow this."
    assert "持有中 (冻结)" in frozen.message("zh")
    assert "已清偿" in settled.message("zh")
    assert refusals.BadRoles(roles=0).message("zh").startswith("角色“无”")
    assert "256" in refusals.BadRoles(roles=256).message("en")
    assert "9" in refusals.ObligationClosed(obligation=OBLIGATION, status=9).message("en")


def test_rates__are_percent() -> None:
    refusal = refusals.BadLateRate(late_rate=29_999, least=30_000, most=240_000)

    assert "2.9999%" in refusal.message("zh")
    assert "24.00%" in refusal.message("en")


def test_as_dict__ids_and_hashes_as_text_and_numbers_as_numbers() -> None:
    used = refusals.ReceiptUsed(receipt=Hash(bytes(31) + b"\x2a"))
    stale = refusals.StaleClaim(claim=ClaimId(ParticipantId(7), 1, 3), current=2, given=1)

    assert used.as_dict("en")["arguments"] == {"receipt": "0x" + "00" * 31 + "2a"}
    assert stale.as_dict("zh") == {
        "code": "stale-claim",
        "message": "债权 7-1-3 已有变化：指令针对第 1 版，现为第 2 版。",
        "next_step": "请查看债权现状，重新签名后提交。",
        "arguments": {"claim": "7-1-3", "current": 2, "given": 1},
    }


def test_text__in_an_unknown_language__is_an_error_of_the_caller() -> None:
    with pytest.raises(ValueError, match="no language"):
        refusals.EmptyBatch().message("fr")  # type: ignore[arg-type]


def test_text__of_money_that_is_no_number__is_an_error_of_the_caller() -> None:
    with pytest.raises(TypeError, match="is no number"):
        refusals.PriceAboveFace(amount="1.00", price=2).message("en")
