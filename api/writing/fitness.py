# SPDX-License-Identifier: Apache-2.0
"""Whether anything may be written now. Where a part is dead, a write is refused rather than left waiting."""

import time
from pathlib import Path
from typing import NamedTuple

from api.mirrored import Stores
from api.problems import NodeSilent, PartDown
from api.run import heard
from chain.domain.errors import DeepTierError
from chain.mirror.ready import FRESH

NOTED = 0.25  # seconds for which it is not asked again


class _Noted(NamedTuple):
    at: float
    why: DeepTierError | None


class Fitness:
    """Looks at sender, node and mirror; the signer and the book are met on the way."""

    def __init__(self, stores: Stores, run: Path) -> None:
        self._stores, self._run = stores, run
        self._noted: _Noted | None = None

    def demand(self) -> None:
        """Raises PartDown, NodeSilent, MirrorError, StoreError. A mirror that is some blocks behind is no reason."""
        noted = self._noted
        if noted is None or time.monotonic() - noted.at > NOTED:
            noted = self._noted = _Noted(time.monotonic(), self._look())
        if noted.why is not None:
            raise noted.why

    def _look(self) -> DeepTierError | None:
        told = heard(self._run / "sender.json")
        state = told.get("state", "absent")
        if state != "running":
            return PartDown(part="sender", state=told.get("code", state))
        try:
            age = self._stores.readiness().age
        except DeepTierError as error:
            return error
        return NodeSilent(age="?" if age is None else age) if age is None or age > FRESH else None
