# SPDX-License-Identifier: Apache-2.0
"""How a part of the service goes, in a small file that anyone with the folder may look at.

The file's time is when the part last said so: one that runs says it again once a second, and one that no longer does
neither runs nor says why.
"""

import json
import os
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from types import MappingProxyType
from typing import Any

from chain.domain.errors import DeepTierError

BEAT = 1.0
"""Seconds between two times that a process which runs says so, if it asks for it that often."""


class Status:
    """What is said of one process; written when it changes. `ran`: whether it ran since it last waited."""

    def __init__(self, path: Path | None) -> None:
        self._path, self._said = path, ""
        self._at = 0.0  # when it was last said
        self.ran = False

    def running(self) -> None:
        """All is well; once more after a BEAT, it is well still."""
        self.ran = True
        if not self._say("running", None) and time.monotonic() - self._at >= BEAT:
            self._again()

    def replaying(self, facts: Mapping[str, Any]) -> None:
        """The node is being played the book: how many blocks and transactions, and the seconds that it will take."""
        self._say("replaying", None, facts)

    def waiting(self, error: DeepTierError) -> bool:
        """Something is in the way and it will try again; whether that is news."""
        ran, self.ran = self.ran, False
        return self._say("waiting", error) or ran

    def alarm(self, error: DeepTierError) -> None:
        """It has stopped for good."""
        self._say("alarm", error)

    def stopped(self) -> None:
        """It was told to stop."""
        self._say("stopped", None)

    def _say(self, state: str, error: DeepTierError | None, facts: Mapping[str, Any] = MappingProxyType({})) -> bool:
        told = {"state": state, "pid": os.getpid(), **facts}
        if error is not None:
            told |= {"code": error.code, "zh": error.message("zh"), "en": error.message("en")}
        said = json.dumps(told, ensure_ascii=False)
        if said == self._said:
            return False
        self._said, self._at = said, time.monotonic()
        if self._path is not None:
            fresh = self._path.with_suffix(".new")
            try:
                fresh.write_text(said + "\n", "utf-8")
                fresh.replace(self._path)
            except OSError:  # a full disk must not keep the sender from waiting for a better day; the log has it too
                fresh.unlink(missing_ok=True)
        return True

    def _again(self) -> None:
        """The same is so now."""
        self._at = time.monotonic()
        if self._path is not None:
            with suppress(OSError):  # there is no such file, or no right to it: then whoever looks finds it silent
                os.utime(self._path)
