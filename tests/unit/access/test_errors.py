# SPDX-License-Identifier: Apache-2.0
"""What access refuses: each with its status, its header fields, and texts in both languages."""

import pytest

from api.access.errors import AccessError, KeyRefused, LoginRefused, LoginThrottled
from chain.domain.errors import registry

OURS = {code: leaf for code, leaf in registry().items() if leaf.__module__.startswith("api.access.")}


def test_leaves__of_this_folder__are_all_on_its_branch() -> None:
    assert registry(AccessError) == OURS
    assert len(OURS) > 15


@pytest.mark.parametrize("leaf", OURS.values(), ids=OURS)
def test_leaf__in_both_languages__tells_reason_and_next_step_and_has_a_status(leaf: type[AccessError]) -> None:
    error = leaf(**dict.fromkeys(leaf.fields, 7))
    assert 400 <= leaf.status < 600
    for lang in ("zh", "en"):
        assert error.message(lang).endswith(("。", "."))
        assert error.next_step(lang)
    assert any("\u4e00" <= letter <= "\u9fff" for letter in error.message("zh"))


def test_headers__by_status__are_those_that_http_asks_for() -> None:
    assert KeyRefused().headers() == LoginRefused().headers() == {"WWW-Authenticate": 'Bearer realm="deeptier"'}
    assert LoginThrottled(seconds=8).headers() == {"Retry-After": "8"}
