# SPDX-License-Identifier: Apache-2.0
"""Every error of this room tells in both languages what happened and what to do, in one line each."""

import importlib
import pkgutil

import pytest

import chain.node
from chain.domain.errors import LANGS, TEXTS, DeepTierError, placeholders, registry
from chain.node.errors import FolderError, NodeError

for module in pkgutil.walk_packages(chain.node.__path__, "chain.node."):
    importlib.import_module(module.name)

OURS = {code: leaf for code, leaf in registry().items() if leaf.__module__.startswith("chain.node.")}


def test_branches__of_the_room__hold_all_its_errors() -> None:
    assert registry(NodeError) | registry(FolderError) == OURS
    assert len(OURS) == 16


@pytest.mark.parametrize("leaf", OURS.values(), ids=OURS)
def test_error__every_one__fills_its_fields_into_one_line_of_each_language(leaf: type[DeepTierError]) -> None:
    error = leaf(**{name: f"<{name}>" for name in leaf.fields})
    told = {name for text in TEXTS for name in placeholders(getattr(leaf, text))}
    assert set(leaf.fields) - told <= {"data"}  # bytes for programs
    for lang in LANGS:
        for text in (error.message(lang), error.next_step(lang)):
            assert text.endswith(("。" if lang == "zh" else ".", ">"))
            assert "\n" not in text
    assert any("\u4e00" <= letter <= "\u9fff" for letter in error.message("zh"))
