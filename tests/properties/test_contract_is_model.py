# SPDX-License-Identifier: Apache-2.0
"""Contract = model: the model's random machine with a contract at its side, all storage compared after every call."""

from collections.abc import Iterator
from dataclasses import replace
from functools import cache

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from chain.domain import commands as c
from chain.domain.money import Fen
from chain.domain.vocabulary import ZERO_HASH
from tests.both import BothWorld
from tests.cast import CORE, FIRST_RULES
from tests.properties.test_model import INVOICES, LedgerMachine

WORLDS: list[BothWorld] = []
LEAST_CALLS = 2_000  # in one run of this file (issue: at least 2,000 random commands, good and bad alike)


@cache
def _fine_world() -> BothWorld:
    """The model machine's world, twice: a piece may be one cent, suppliers can be checked twice."""
    world = BothWorld(replace(FIRST_RULES, min_piece=0, min_closes=0))
    world.furnish()
    world.do(world.register_invoices(*(c.InvoiceEntry(name, Fen(90_000), ZERO_HASH) for name in INVOICES[1:])))
    world.do(world.set_standing(CORE, limit=Fen(400_000)))
    return world


class ContractMachine(LedgerMachine):
    """Every call of the machine happens on a contract as well."""

    def new_world(self) -> BothWorld:
        world = _fine_world().fork()
        world.calls = world.refusals = 0
        WORLDS.append(world)
        return world


@pytest.fixture(autouse=True)
def _counted() -> Iterator[None]:
    WORLDS.clear()
    yield
    WORLDS.clear()


def test_contract__random_calls_good_and_bad__is_the_model() -> None:
    run_state_machine_as_test(
        ContractMachine,
        settings=settings(
            max_examples=80,
            stateful_step_count=60,
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow],
            database=None,
        ),
    )
    calls, refusals = sum(world.calls for world in WORLDS), sum(world.refusals for world in WORLDS)
    print(f"contract = model: {calls} calls, {refusals} of them refused, in {len(WORLDS)} worlds")
    assert calls >= LEAST_CALLS
    assert refusals * 10 > calls, "too few bad calls"
    assert (calls - refusals) * 5 > calls, "too few good calls"
