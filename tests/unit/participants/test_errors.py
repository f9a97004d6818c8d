# SPDX-License-Identifier: Apache-2.0
"""Every refusal of the registry tells in both languages what happened and what to do."""

import pytest

import api.participants.errors  # noqa: F401
from api.problem_json import answer, status_of
from chain.domain.errors import LANGS, TEXTS, DeepTierError, placeholders, registry

OURS = {code: leaf for code, leaf in registry().items() if leaf.__module__ == "api.participants.errors"}


@pytest.mark.parametrize("leaf", OURS.values(), ids=OURS)
def test_error__every_one__fills_its_fields_into_one_line_of_each_language(leaf: type[DeepTierError]) -> None:
    error = leaf(**{name: f"<{name}>" for name in leaf.fields})
    assert set(leaf.fields) == {name for text in TEXTS for name in placeholders(getattr(leaf, text))}
    assert status_of(leaf) == 409
    for lang in LANGS:
        for text in (error.message(lang), error.next_step(lang)):
            assert text.endswith("。" if lang == "zh" else ".")
            assert "\n" not in text
        assert answer(error, lang).status_code == 409
    assert any("\u4e00" <= letter <= "\u9fff" for letter in error.message("zh"))


def test_errors__of_the_registry__are_four() -> None:
    assert set(OURS) == {"company-name-taken", "company-number-taken", "proof-missing", "token-unnamed"}
