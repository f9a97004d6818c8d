# SPDX-License-Identifier: Apache-2.0
"""Every error of this room tells in both languages what happened and what to do, in one line each."""

import importlib
import pkgutil

import pytest

import chain.store
from chain.domain.errors import LANGS, TEXTS, DeepTierError, placeholders, registry
from chain.store.errors import (
    BackupError,
    CommitUncertain,
    DiskFull,
    ServerDiskFull,
    StoreBusy,
    StoreError,
    StoreUnavailable,
)

for module in pkgutil.walk_packages(chain.store.__path__, "chain.store."):
    if not module.name.startswith("chain.store.migrations."):  # Alembic alone runs those
        importlib.import_module(module.name)

OURS = {code: leaf for code, leaf in registry().items() if leaf.__module__.startswith("chain.store.")}


def test_branches__of_the_room__hold_all_its_errors() -> None:
    assert registry(StoreError) | registry(BackupError) == OURS
    assert len(OURS) == 17


def test_retryable__are_exactly_the_passing_ones() -> None:
    again = {leaf for leaf in registry(StoreError).values() if issubclass(leaf, StoreError) and leaf.retryable}
    assert again == {StoreBusy, StoreUnavailable, DiskFull, ServerDiskFull, CommitUncertain}


@pytest.mark.parametrize("leaf", OURS.values(), ids=OURS)
def test_error__every_one__fills_its_fields_into_one_line_of_each_language(leaf: type[DeepTierError]) -> None:
    error = leaf(**{name: f"<{name}>" for name in leaf.fields})
    assert {name for text in TEXTS for name in placeholders(getattr(leaf, text))} == set(leaf.fields)
    for lang in LANGS:
        for text in (error.message(lang), error.next_step(lang)):
            assert text.endswith("。" if lang == "zh" else ".")
            assert "\n" not in text
    assert any("\u4e00" <= letter <= "\u9fff" for letter in error.message("zh"))
