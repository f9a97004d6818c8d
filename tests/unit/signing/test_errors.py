# SPDX-License-Identifier: Apache-2.0
"""Every error of this room tells in both languages what happened and what to do, in one line each."""

import importlib
import pkgutil
import re

import pytest

import chain.signing
from chain.domain.errors import LANGS, TEXTS, DeepTierError, placeholders, registry
from chain.signing import errors
from chain.signing.errors import SigningError

for module in pkgutil.walk_packages(chain.signing.__path__, "chain.signing."):
    importlib.import_module(module.name)

OURS = {code: leaf for code, leaf in registry().items() if leaf.__module__.startswith("chain.signing.")}
NUMBERS = {"amount", "limit", "total"}  # the texts group their digits


def test_branch__of_the_room__holds_all_its_errors() -> None:
    assert registry(SigningError) == OURS


def test_tree__as_drawn__names_every_leaf_and_branch() -> None:
    drawn = set(re.findall(r"[├└]── (\w+)", errors.__doc__ or ""))
    branches = {branch.__name__ for branch in SigningError.__subclasses__() if "code" not in branch.__dict__}
    assert drawn == branches | {leaf.__name__ for leaf in OURS.values()}


@pytest.mark.parametrize("leaf", OURS.values(), ids=OURS)
def test_error__every_one__fills_its_fields_into_one_line_of_each_language(leaf: type[DeepTierError]) -> None:
    error = leaf(**{name: 7_000 if name in NUMBERS else f"<{name}>" for name in leaf.fields})
    told = {name for text in TEXTS for name in placeholders(getattr(leaf, text))}
    assert set(leaf.fields) == told
    assert placeholders(leaf.zh) == placeholders(leaf.en)
    assert (leaf.__doc__ or "").startswith("Raised when ")
    for lang in LANGS:
        for text in (error.message(lang), error.next_step(lang)):
            assert text.endswith("。" if lang == "zh" else ".")
            assert "\n" not in text
    assert any("\u4e00" <= letter <= "\u9fff" for letter in error.message("zh"))
    assert leaf.en.isascii()
    assert leaf.next_en.isascii()
