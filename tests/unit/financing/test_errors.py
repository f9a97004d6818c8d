# SPDX-License-Identifier: Apache-2.0
"""Every refusal of the room tells in both languages what happened and what to do."""

import re

import pytest

from api.financing import errors
from api.financing.errors import FinancingError
from api.problem_json import status_of
from chain.domain.errors import LANGS, TEXTS, DeepTierError, placeholders, registry

OURS = {code: leaf for code, leaf in registry().items() if leaf.__module__ == "api.financing.errors"}


def test_tree__in_the_docstring__is_the_tree_with_its_statuses() -> None:
    assert registry(FinancingError) == OURS
    drawn = re.findall(r"[├└]── (\w+) +(\d{3})", errors.__doc__ or "")
    assert {name: int(status) for name, status in drawn} == {leaf.__name__: status_of(leaf) for leaf in OURS.values()}


@pytest.mark.parametrize("leaf", OURS.values(), ids=OURS)
def test_error__every_one__fills_its_fields_into_one_line_of_each_language(leaf: type[DeepTierError]) -> None:
    assert (leaf.__doc__ or "").startswith("Raised ")
    error = leaf(**{name: f"<{name}>" for name in leaf.fields})
    assert set(leaf.fields) == {name for text in TEXTS for name in placeholders(getattr(leaf, text))}
    assert placeholders(leaf.zh) == placeholders(leaf.en)
    for lang in LANGS:
        for text in (error.message(lang), error.next_step(lang)):
            assert text.endswith("。" if lang == "zh" else ".")
            assert "\n" not in text
    for text in (error.message("zh"), error.next_step("zh")):
        assert any("\u4e00" <= letter <= "\u9fff" for letter in text)
    assert error.message("en").isascii()
