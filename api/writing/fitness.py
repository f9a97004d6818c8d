# SPDX-License-Identifier: Apache-2.0
"""Whether anything may be written now. Where a part is dead, a write is refused rather than left waiting."""

import threading
import time
from pathlib import Path
from typing import NamedTuple

from api.disks import Disks
from api.mirrored import Stores
from api.problems import NodeSilent, PartDown
from api.run import heard
from chain.domain.errors import DeepTierError
from chain.mirror.ready import FRESH
from chain.signing.client import SignerClient
from chain.signing.errors import SigningError
from chain.signing.process import SOCKET

NOTED = 0.25  # seconds for which it is not asked again
WAITED = 2.0  # seconds for which what was noted will do while another request looks
ANSWER = 1.2  # seconds that the signer has to show that it is there


class _Noted(NamedTuple):
    at: float
    why: DeepTierError | None


class Fitness:
    """Looks at the disks, then at sender, node, mirror and signer, one request at a time: a part that hangs must not
    hold them all, since reads share their threads. The book is met on the way.
    """

    def __init__(self, stores: Stores, disks: Disks, run: Path) -> None:
        self._stores, self._disks, self._run = stores, disks, run
        self._signer = run.parent / "signer" / SOCKET
        self._noted: _Noted | None = None
        self._turn = threading.Lock()

    def demand(self) -> None:
        """Raises DiskFull before all else, PartDown, NodeSilent, MirrorError, StoreError. A mirror that is some blocks
        behind is no reason.
        """
        self._disks.demand()
        noted = self._noted
        age = WAITED if noted is None else time.monotonic() - noted.at
        if age > NOTED and self._turn.acquire(blocking=age >= WAITED):
            try:
                noted = self._noted
                if noted is None or time.monotonic() - noted.at > NOTED:
                    why = self._look()
                    noted = self._noted = _Noted(time.monotonic(), why)
            finally:
                self._turn.release()
        assert noted is not None
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
        if age is None or age > FRESH:
            return NodeSilent(age="?" if age is None else age)
        try:
            with SignerClient(self._signer, ANSWER) as client:
                client.accounts()
        except SigningError as error:  # its text names the path of a socket
            return PartDown(part="signer", state=error.code)
        return None
