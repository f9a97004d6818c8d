# SPDX-License-Identifier: Apache-2.0
"""Fixed gas limits are well above what was measured, for every operation there is."""

import json
from dataclasses import replace
from typing import Any, get_args

import pytest

from chain.domain import commands as c
from chain.domain.commands import Message
from chain.submission import gas
from tests.bench.costs.rows import SNAPSHOT
from tests.bench.costs.scenes import SCENES, Scene
from tests.good_calls import GOOD

MEASURED: dict[str, Any] = json.loads(SNAPSHOT.read_text("utf-8"))


def test_limit__every_operation__has_one() -> None:
    assert set(GOOD) == set(get_args(Message))
    for kind, (place, build) in GOOD.items():
        assert 21_000 < gas.limit(build(place()).message, 1) < 30_000_000, kind


LISTS = {c.IssueMany: "obligations", c.SplitMany: "pieces", c.RegisterInvoices: "entries"}


@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.name)
def test_limit__beside_what_was_measured__leaves_a_quarter_more(scene: Scene) -> None:
    kind = next(kind for kind in GOOD if kind.__name__.lower() == scene.operation.lower())
    place, build = GOOD[kind]
    message: Any = build(place()).message
    if kind in LISTS:
        message = replace(message, **{LISTS[kind]: getattr(message, LISTS[kind])[:1] * scene.items})
    invoices = 5 if "5 invoices" in scene.mode else 1
    if kind is c.Issue:
        promise = replace(message.obligation, invoices=message.obligation.invoices * invoices)
        message = replace(message, obligation=promise)
    assert gas.limit(message, invoices) >= 1.25 * MEASURED[scene.name]


@pytest.mark.parametrize("pieces", [1, 2, 100])
def test_limit__of_a_batch__grows_with_it(pieces: int) -> None:
    place, build = GOOD[c.SplitMany]
    message = build(place()).message
    assert isinstance(message, c.SplitMany)
    many = replace(message, pieces=message.pieces[:1] * pieces)
    assert gas.limit(many) > 30_000 * pieces
