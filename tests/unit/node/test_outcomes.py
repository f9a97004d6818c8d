# SPDX-License-Identifier: Apache-2.0
"""How transactions ended, from a node's answers; whatever is no answer is an error and never "it went well"."""

from typing import Any

import pytest

from chain.domain.vocabulary import Hash
from chain.node.errors import MalformedAnswer, NodeBusy
from chain.node.outcomes import BATCH, Outcome, outcomes

GOOD = {"blockNumber": "0x7", "status": "0x1"}
FAILED = {"blockNumber": "0x8", "status": "0x0"}


class Told:
    """A node that has an answer for each transaction, and says of every failed one what it answered."""

    node = "http://told"

    def __init__(self, *receipts: Any, trace: Any = None) -> None:
        self.receipts, self.trace, self.sizes = list(receipts), trace or {"returnValue": "0xabcd"}, list[int]()

    def batch(self, requests: Any) -> list[Any]:
        self.sizes.append(len(requests))
        if requests[0][0] == "debug_traceTransaction":
            return [self.trace] * len(requests)
        return [self.receipts.pop(0) for _ in requests]


def ask(told: Told, count: int) -> list[Outcome | None]:
    return outcomes(told, [Hash(bytes([n]) * 32) for n in range(count)])  # type: ignore[arg-type]


def test_outcomes__good_failed_and_in_no_block__each_in_its_place() -> None:
    good, failed = (Hash(bytes([n]) * 32) for n in range(2))
    told = Told(GOOD, FAILED, None)
    assert ask(told, 3) == [Outcome(good, 7, True), Outcome(failed, 8, False, b"\xab\xcd"), None]
    assert told.sizes == [3, 1], "only the failed one is asked about again"


def test_outcomes__of_many__so_many_a_request() -> None:
    told = Told(*[GOOD] * (2 * BATCH + 1))
    assert len(ask(told, 2 * BATCH + 1)) == 2 * BATCH + 1
    assert told.sizes == [BATCH, BATCH, 1]


@pytest.mark.parametrize("receipt", [{}, {"blockNumber": "0x7"}, {"blockNumber": 7, "status": "0x1"}, [], "0x1"])
def test_outcomes__no_receipt__malformed(receipt: Any) -> None:
    with pytest.raises(MalformedAnswer):
        ask(Told(receipt), 1)


def test_outcomes__no_trace__malformed() -> None:
    with pytest.raises(MalformedAnswer):
        ask(Told(FAILED, trace={"returnValue": None}), 1)


def test_outcomes__a_busy_node__is_raised() -> None:
    busy = NodeBusy(node="http://told", method="eth_getTransactionReceipt", status=503)
    with pytest.raises(NodeBusy):
        ask(Told(busy), 1)
