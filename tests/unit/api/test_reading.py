# SPDX-License-Identifier: Apache-2.0
"""One read's own state: nobody waits for what another request is asking."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from types import SimpleNamespace
from typing import Any

import pytest

from api import paging
from api.paging import Reading
from api.writing import told
from api.writing.told import BookReading

Kind = type[Reading] | type[BookReading]


@pytest.mark.parametrize("kind", [Reading, BookReading])
def test_viewer__of_two_reads_at_once__is_found_at_once_and_once_for_each(
    monkeypatch: pytest.MonkeyPatch, kind: Kind
) -> None:
    both, asked = Barrier(2, timeout=10), []

    def found(request: Any, credentials: Any) -> Any:
        both.wait()  # each waits until the other one is asking, too
        asked.append(request.name)
        return request.name

    def read(name: str) -> Any:
        app = SimpleNamespace(state=SimpleNamespace(stores=None))
        request: Any = SimpleNamespace(app=app, scope={"headers": []}, headers={}, name=name)
        credentials: Any = None
        return BookReading(request, credentials) if kind is BookReading else Reading(request, credentials, None)

    for module in (paging, told):
        monkeypatch.setattr(module, "viewer", found)
    reads = [read("a"), read("b")]
    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(lambda one: one.viewer, reads)) == ["a", "b"]
    assert [one.viewer for one in reads] == ["a", "b"]
    assert sorted(asked) == ["a", "b"]
