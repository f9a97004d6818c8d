# SPDX-License-Identifier: Apache-2.0
"""Every error of a request tells in both languages what happened and what to do, and has a status of its own."""

import json

import pytest

from api.problem_json import answer, status_of
from api.problems import HttpError, PartError
from chain.domain.errors import LANGS, TEXTS, DeepTierError, placeholders, registry
from chain.store.errors import DiskFull, ServerDiskFull, StoreUnavailable

OURS = {code: leaf for code, leaf in registry().items() if leaf.__module__ == "api.problems"}


def test_branches__of_the_room__hold_all_its_errors() -> None:
    assert registry(HttpError) | registry(PartError) == OURS
    assert len(OURS) == 15


@pytest.mark.parametrize("leaf", OURS.values(), ids=OURS)
def test_error__every_one__fills_its_fields_into_one_line_of_each_language(leaf: type[DeepTierError]) -> None:
    error = leaf(**{name: f"<{name}>" for name in leaf.fields})
    assert set(leaf.fields) == {name for text in TEXTS for name in placeholders(getattr(leaf, text))}
    for lang in LANGS:
        for text in (error.message(lang), error.next_step(lang)):
            assert text.endswith("。" if lang == "zh" else ".")
            assert "\n" not in text
    assert any("\u4e00" <= letter <= "\u9fff" for letter in error.message("zh"))


def test_statuses__of_every_leaf_of_the_house__are_those_of_an_error() -> None:
    assert {status_of(leaf) for leaf in registry().values() if leaf.__module__.startswith(("api.", "chain."))} <= {
        *(401, 403, 404, 405, 409, 413, 415, 422, 429, 500, 503)
    }


def test_answer__to_an_error_of_a_database__says_neither_where_it_is_nor_why() -> None:
    told = bytes(answer(StoreUnavailable(store="/secret/book.db", why="user=alice"), "en").body)
    assert b"secret" not in told
    assert b"alice" not in told
    assert b'"code": "database-away"' in told


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (DiskFull(place="/secret/book.db", left=3), "disk-full"),
        (ServerDiskFull(store="postgresql://secret/book"), "server-disk-full"),
    ],
)
def test_answer__to_a_full_disk__names_it_and_not_where_it_is(error: DeepTierError, code: str) -> None:
    for lang in LANGS:
        told = answer(error, lang)
        assert told.status_code == 503
        assert "secret" not in bytes(told.body).decode()
        assert json.loads(bytes(told.body))["code"] == code
