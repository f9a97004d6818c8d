# SPDX-License-Identifier: Apache-2.0
"""The model's tables of refusals, played on the contract: every break alone, at its edge, and every two together.

Each case is a state and a call. The state is written into the contract's storage, the call is made with real
signatures, and the answer must be the model's: the same refusal with the same arguments, or the same events. Two breaks
at once show that the contract checks in the order that the interfaces promise. A run plays every break and edge and
draws some of the pairs; `--soak` plays all of them (about 10,000 cases).
"""

from collections.abc import Iterator
from random import Random

import pytest

from chain.domain.commands import Call
from chain.domain.rules import check
from tests.both import BothWorld, outcome
from tests.breaks import Operation, Over, Touch, merged, overridden, pairs
from tests.unit.domain import (
    test_rules_claims_refusals,
    test_rules_financing,
    test_rules_governance_refusals,
    test_rules_obligations_refusals,
    test_rules_registry_refusals,
    test_rules_settlement_refusals,
)
from tests.worlds import World

SEED, SHARE = 20261122, 0.1

OPERATIONS: list[Operation] = [
    *test_rules_claims_refusals.OPERATIONS,
    *test_rules_financing.OPERATIONS,
    *test_rules_governance_refusals.OPERATIONS,
    *test_rules_obligations_refusals.OPERATIONS,
    *test_rules_registry_refusals.OPERATIONS,
    *test_rules_settlement_refusals.OPERATIONS,
]


@pytest.fixture(autouse=True)
def _real_identities(monkeypatch: pytest.MonkeyPatch) -> None:
    """Announced changes go by their true hash here, in model worlds too."""
    monkeypatch.setattr(World, "identity", BothWorld.identity)


@pytest.fixture(scope="module")
def stage() -> BothWorld:
    return BothWorld(slow=False)


def cases(operation: Operation, every: bool) -> Iterator[tuple[str, tuple[Touch, ...]]]:
    """The good call, every break, every edge, and of every two breaks all or the tenth that a fixed seed draws."""
    draw = Random(f"{SEED} {operation.name}")
    yield "good", ()
    for broken in operation.breaks:
        yield broken.name, (broken.touch,)
        if broken.edge is not None:
            yield f"{broken.name}'s edge", (broken.edge,)
    for first, then in pairs(operation):
        if every or draw.random() < SHARE:
            yield f"{first.name} and {then.name}", (first.touch, then.touch)


def situation(operation: Operation, touches: tuple[Touch, ...]) -> tuple[World, Call]:
    """The world and the call of a case; what an earlier touch says prevails."""
    world = operation.world()
    over: Over = {}
    for touch in reversed(touches):
        over = merged(over, touch(world) or {})
    return world, overridden(world, operation.call(world), over)


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.name)
def test_contract__in_every_broken_state__answers_as_the_model(
    operation: Operation, stage: BothWorld, soak: bool
) -> None:
    wrong, played = [], 0
    for name, touches in cases(operation, every=soak):
        world, call = situation(operation, touches)
        expected = outcome(lambda: check(world.rows, call, world.now))  # noqa: B023 - called at once
        both = stage.fork()
        both.impose(world.rows, world.now)
        signed, caller = both.signed(call)
        got = outcome(lambda: both.deployed.send(signed, caller))  # noqa: B023 - called at once
        played += 1
        if got != expected:
            wrong.append(f"{name}\n    model:    {expected!r}\n    contract: {got!r}")
    assert played > len(operation.breaks)
    assert not wrong, f"{len(wrong)} of {played}\n" + "\n".join(wrong[:20])
