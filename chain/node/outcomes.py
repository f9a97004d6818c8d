# SPDX-License-Identifier: Apache-2.0
"""How transactions ended: their receipts, and what the failed ones answered, some hundred a request."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from chain.domain.vocabulary import Hash
from chain.node import answers
from chain.node.errors import MalformedAnswer, NodeError
from chain.node.rpc import Rpc

BATCH = 100  # questions a request

Parsed = TypeVar("Parsed")


@dataclass(frozen=True, slots=True)
class Outcome:
    """A transaction in a block. `answered`: what a failed one answered."""

    transaction: Hash
    block: int
    succeeded: bool
    answered: bytes = b""


def outcomes(rpc: Rpc, transactions: Sequence[Hash]) -> list[Outcome | None]:
    """The outcome of each, None for what is in no block. Raises the errors of Rpc.batch."""
    found = _ask(rpc, "eth_getTransactionReceipt", transactions, _receipt)
    failed = [one for one, told in zip(transactions, found, strict=True) if told is not None and not told[1]]
    answered = dict(zip(failed, _ask(rpc, "debug_traceTransaction", failed, _returned), strict=True))
    return [
        None if told is None else Outcome(one, told[0], told[1], answered.get(one, b""))
        for one, told in zip(transactions, found, strict=True)
    ]


def _ask(rpc: Rpc, method: str, transactions: Sequence[Hash], parse: Callable[[Any], Parsed]) -> list[Parsed]:
    found = []
    for start in range(0, len(transactions), BATCH):
        asked = [(method, [f"0x{each.hex()}"]) for each in transactions[start : start + BATCH]]
        for answer in rpc.batch(asked):
            if isinstance(answer, NodeError):
                raise answer
            try:
                found.append(parse(answer))
            except (ValueError, TypeError, LookupError) as error:
                why = f"{type(error).__name__}: {error}"
                raise MalformedAnswer(node=rpc.node, method=method, why=why) from None
    return found


def _receipt(told: Any) -> tuple[int, bool] | None:
    return None if told is None else (answers.number(told["blockNumber"]), answers.number(told["status"]) == 1)


def _returned(told: Any) -> bytes:
    return answers.octets(told["returnValue"])
