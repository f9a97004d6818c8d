# SPDX-License-Identifier: Apache-2.0
"""What one participant approved at its cash address no other may spend: an address has one participant for ever."""

import pytest

from chain.domain.refusals import CashAddressTaken, CashRefused
from tests.cast import ANNA, CORE, YUAN, address
from tests.good_calls import FIRST, NEWCOMER, base, held


def test_register__with_anothers_cash_address__is_refused() -> None:
    world = base().fork()
    with pytest.raises(CashAddressTaken) as caught:
        world.do(world.register(NEWCOMER, cash=CORE.cash))
    assert caught.value.arguments["cash"] == CORE.cash
    world.compare()


def test_set_cash__to_anothers_present_or_former_address__is_refused() -> None:
    world = base().fork()
    world.do(world.set_cash(ANNA, address("anna cash 2")))
    for taken in (ANNA.cash, address("anna cash 2")):
        with pytest.raises(CashAddressTaken):
            world.do(world.set_cash(CORE, taken))
    world.do(world.set_cash(ANNA, ANNA.cash))  # its own former one it may go back to
    world.compare()


def test_fund__from_the_escrow_itself__is_refused() -> None:
    world = held().fork()
    world.do(world.set_cash(CORE, world.escrow))
    with pytest.raises(CashRefused):
        world.do(world.fund(FIRST, 1_000 * YUAN))
    world.compare()
