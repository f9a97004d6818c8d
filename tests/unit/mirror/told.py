# SPDX-License-Identifier: Apache-2.0
"""A node's answers, recorded once, to be told again, true or not."""

import json
from collections.abc import Callable, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

from msgspec import Raw

from chain.domain.vocabulary import Address
from chain.mirror.blocks import Block, Verify
from chain.mirror.source import Source
from chain.node.errors import NodeError
from chain.node.rpc import Rpc

Answers = dict[str, Any]
"""What was answered, by the method and its parameters as JSON."""


def question(method: str, parameters: Sequence[Any]) -> str:
    return json.dumps([method, *parameters])


@dataclass
class Told(Rpc):
    """Answers as `answers` has it, in pieces of JSON. It was not asked what it does not know: a KeyError says so."""

    answers: Answers
    asked: list[str] = field(default_factory=list)
    node: str = "http://told"

    def raw_batch(
        self, requests: Sequence[tuple[str, Sequence[Any]]], limit: int | None = None
    ) -> tuple[list[Raw | NodeError], int]:
        found: list[Raw | NodeError] = []
        for request in requests:
            self.asked.append(question(*request))
            answer = self.answers[self.asked[-1]]
            found.append(answer if isinstance(answer, NodeError) else Raw(json.dumps(answer).encode()))
        return found, sum(len(bytes(raw)) for raw in found if not isinstance(raw, NodeError))


class Recording(Rpc):
    """A node whose answers are kept."""

    def __init__(self, rpc: Rpc) -> None:
        super().__init__(rpc.node)
        self.answers: Answers = {}

    def raw_batch(
        self, requests: Sequence[tuple[str, Sequence[Any]]], limit: int | None = None
    ) -> "tuple[list[Raw | NodeError], int]":
        for request, answer in zip(requests, self.batch(requests), strict=True):
            self.answers[question(*request)] = answer
        return super().raw_batch(requests, limit)


def recorded(rpc: Rpc, ledger: Address, verify: Verify, first: int, last: int) -> tuple[Answers, list[Block]]:
    """What a node answers to the questions for these blocks, and what they are."""
    recording = Recording(rpc)
    blocks = Source(recording, ledger, verify).blocks(first, last)
    recording.close()
    return recording.answers, blocks


def altered(answers: Answers, change: Callable[[Answers], None]) -> Told:
    """A node that tells the same but for a change."""
    copy = deepcopy(answers)
    change(copy)
    return Told(copy)
