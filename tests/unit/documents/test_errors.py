# SPDX-License-Identifier: Apache-2.0
"""Every error of this room tells in both languages what happened and what to do, in one line each."""

import importlib
import pkgutil
import re

import pytest

import chain.documents
from chain.documents import errors
from chain.documents.errors import DocumentError, FingerprintError, SealError
from chain.domain.errors import LANGS, TEXTS, DeepTierError, placeholders, registry

for module in pkgutil.iter_modules(chain.documents.__path__, "chain.documents."):
    if not module.name.endswith("pdf_child"):  # a script of its own
        importlib.import_module(module.name)

OURS = {code: leaf for code, leaf in registry().items() if leaf.__module__.startswith("chain.documents.")}


def test_branches__of_the_room__hold_all_its_errors() -> None:
    assert registry(DocumentError) | registry(FingerprintError) | registry(SealError) == OURS


def test_tree__in_the_docstring__is_the_tree() -> None:
    drawn = set(re.findall(r"[├└]── (\w+)", errors.__doc__ or ""))
    branches = {"UnsupportedDocument", "MalformedDocument", "OversizedDocument"}
    assert drawn == {leaf.__name__ for leaf in OURS.values()} | branches


@pytest.mark.parametrize("leaf", OURS.values(), ids=OURS)
def test_error__every_one__fills_its_fields_into_one_line_of_each_language(leaf: type[DeepTierError]) -> None:
    assert (leaf.__doc__ or "").startswith("Raised ")
    error = leaf(**{name: f"<{name}>" for name in leaf.fields})
    assert set(leaf.fields) == {name for text in TEXTS for name in placeholders(getattr(leaf, text))}
    assert placeholders(leaf.zh) == placeholders(leaf.en)
    assert leaf.en.isascii()
    assert leaf.next_en.isascii()
    for lang in LANGS:
        for text in (error.message(lang), error.next_step(lang)):
            assert text.endswith("。" if lang == "zh" else ".")
            assert "\n" not in text
    for text in (error.message("zh"), error.next_step("zh")):
        assert any("\u4e00" <= letter <= "\u9fff" for letter in text)
