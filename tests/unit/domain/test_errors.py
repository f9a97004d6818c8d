# SPDX-License-Identifier: Apache-2.0
"""The error tree: what a leaf must declare, and that every leaf in the house declares it."""

import copy
import importlib
import json
import pickle
import pkgutil
import re
from datetime import date

import pytest

import chain.domain
from chain.domain import errors
from chain.domain.errors import (
    LANGS,
    TEXTS,
    DeepTierError,
    InputError,
    Refusal,
    placeholders,
    registry,
)

for module in pkgutil.walk_packages(chain.domain.__path__, "chain.domain."):
    importlib.import_module(module.name)

HOUSE = {code: leaf for code, leaf in registry().items() if leaf.__module__.startswith("chain.domain.")}


class LatePayment(Refusal):
    """Raised in this file only."""

    code = "test-late-payment"
    fields = ("due", "days")
    zh = "到期日 {due}，已逾期 {days} 天。"
    en = "Due on {due}, {days} days ago."
    next_zh = "请付款。"
    next_en = "Pay."


class OtherPayment(Refusal):
    """Raised in this file only; the same arguments as LatePayment."""

    code = "test-other-payment"
    fields = ("due", "days")
    zh = en = next_zh = next_en = "{due} {days}"


def late(days: int = 3) -> LatePayment:
    return LatePayment(due=date(2026, 11, 22), days=days)


def leaf_texts(**changes: object) -> dict[str, object]:
    """The body of a leaf that is right but for the changes; None takes a name out."""
    body: dict[str, object] = {"code": "test-leaf", "fields": ("x",), **dict.fromkeys(TEXTS, "{x}"), **changes}
    return {name: value for name, value in body.items() if value is not None}


def test_texts__each_language__fields_filled_in() -> None:
    assert late().message("zh") == "到期日 2026-11-22，已逾期 3 天。"
    assert late().message("en") == "Due on 2026-11-22, 3 days ago."
    assert late().next_step("zh") == "请付款。"
    assert late().next_step("en") == "Pay."
    assert str(late()) == "test-late-payment: Due on 2026-11-22, 3 days ago. Pay."
    assert repr(late()) == "LatePayment(due=datetime.date(2026, 11, 22), days=3)"


def test_message__unknown_language__value_error_names_the_choices() -> None:
    with pytest.raises(ValueError, match=r"no language 'fr'.*'zh', 'en'"):
        late().message("fr")  # type: ignore[arg-type]


def test_as_dict__date_argument__json_carries_it() -> None:
    assert json.loads(json.dumps(late().as_dict("en"))) == {
        "code": "test-late-payment",
        "message": "Due on 2026-11-22, 3 days ago.",
        "next_step": "Pay.",
        "arguments": {"due": "2026-11-22", "days": 3},
    }


@pytest.mark.parametrize("arguments", [{}, {"due": 1}, {"due": 1, "days": 2, "more": 3}, {"due": 1, "day": 2}])
def test_construction__wrong_fields__type_error(arguments: dict[str, object]) -> None:
    with pytest.raises(TypeError, match="LatePayment takes the fields"):
        LatePayment(**arguments)


@pytest.mark.parametrize("branch", [DeepTierError, InputError, Refusal])
def test_construction__branch__type_error(branch: type[DeepTierError]) -> None:
    with pytest.raises(TypeError, match="is a branch"):
        branch()


def test_arguments__assigned_to__refused() -> None:
    with pytest.raises(TypeError):
        late().arguments["days"] = 4  # type: ignore[index]


def test_equality__class_and_arguments__decide() -> None:
    assert late() == late()
    assert hash(late()) == hash(LatePayment(days=3, due=date(2026, 11, 22)))
    assert late() != late(days=4)
    assert late() != OtherPayment(due=date(2026, 11, 22), days=3)
    assert late() != "test-late-payment"


@pytest.mark.parametrize("again", [copy.copy, copy.deepcopy, lambda error: pickle.loads(pickle.dumps(error))])
def test_copy__pickled_or_copied__equal_and_readable(again: object) -> None:
    twin = again(late())  # type: ignore[operator]
    assert twin == late()
    assert twin.message("zh") == late().message("zh")


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"en": None}, "lacks en"),
        ({"next_zh": ""}, "lacks next_zh"),
        ({"code": None}, "lacks code"),
        ({"code": "Not_Kebab"}, "not kebab-case"),
        ({"code": "two--dashes"}, "not kebab-case"),
        ({"zh": "{y}"}, r"undeclared fields \['y'\]"),
        ({"zh": "{}"}, r"undeclared fields \[''\]"),
        ({"next_en": "{x} {y.z[0]:,}"}, r"undeclared fields \['y'\]"),
        ({"code": "test-late-payment"}, "belongs to LatePayment"),
    ],
)
def test_definition__incomplete_leaf__type_error_and_not_registered(changes: dict[str, object], reason: str) -> None:
    before = registry()
    with pytest.raises(TypeError, match=reason):
        type("Leaf", (InputError,), leaf_texts(**changes))
    assert registry() == before


def test_definition__grown_on_a_leaf__type_error() -> None:
    with pytest.raises(TypeError, match="leaves have no subclasses"):
        type("Twig", (LatePayment,), leaf_texts(code="test-twig"))


def test_definition__same_class_again__takes_its_own_place() -> None:
    first, second = (type("Reloaded", (InputError,), leaf_texts(code="test-reloaded")) for _ in range(2))
    assert registry()["test-reloaded"] is second
    assert second is not first


def test_registry__branch__only_its_leaves_sorted_by_code() -> None:
    refusals = registry(Refusal)
    assert refusals["test-late-payment"] is LatePayment
    assert "unpublished-year" in registry(InputError)
    assert "unpublished-year" not in refusals
    assert list(refusals) == sorted(refusals)


def test_placeholders__formats_and_escapes__names_only() -> None:
    assert placeholders("{{no}} {a:,} {b!r} {c.d} {e[0]}") == {"a", "b", "c", "e"}


def test_house__input_errors__drawn_in_the_tree_with_their_modules() -> None:
    drawn = set(re.findall(r"│   [├└]── (\w+) +(\w+)", errors.__doc__ or ""))
    leaves = [leaf for leaf in HOUSE.values() if issubclass(leaf, InputError)]
    assert drawn == {(leaf.__name__, leaf.__module__.removeprefix("chain.domain.")) for leaf in leaves}


@pytest.mark.parametrize("leaf", HOUSE.values(), ids=HOUSE.keys())
def test_house__every_leaf__four_texts_that_fill_in_and_a_docstring(leaf: type[DeepTierError]) -> None:
    assert (leaf.__doc__ or "").startswith("Raised ")
    error = leaf(**dict.fromkeys(leaf.fields, 7))
    for lang in LANGS:
        assert error.message(lang)
        assert error.next_step(lang)
    assert any("\u4e00" <= letter <= "\u9fff" for letter in leaf.zh)
    assert any("\u4e00" <= letter <= "\u9fff" for letter in leaf.next_zh)
    assert leaf.en.isascii()
    assert leaf.next_en.isascii()


@pytest.mark.parametrize("leaf", HOUSE.values(), ids=HOUSE.keys())
def test_house__every_leaf__both_languages_tell_the_same_facts(leaf: type[DeepTierError]) -> None:
    assert placeholders(leaf.zh) == placeholders(leaf.en)
