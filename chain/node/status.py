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
        self._kept = True  # the file says so, too
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
        news = said != self._said
        if news or (not self._kept and time.monotonic() - self._at >= BEAT):
            self._said, self._at = said, time.monotonic()
            self._kept = self._path is None or _put(self._path, said + "\n")
        return news

    def _again(self) -> None:
        """The same is so now."""
        self._at = time.monotonic()
        if self._path is not None and self._kept:
            with suppress(OSError):  # there is no such file, or no right to it: then whoever looks finds it silent
                os.utime(self._path)


def _put(path: Path, text: str) -> bool:
    """Put a text into a file, whole; whether it is there. A full disk keeps no process from waiting for a better day.

    Where there is no room for a second file the first is written over: a text this short fits into what it has.
    """
    fresh = path.with_suffix(".new")
    try:
        fresh.write_text(text, "utf-8")
        fresh.replace(path)
        return True
    except OSError:
        with suppress(OSError):
            fresh.unlink(missing_ok=True)
    octets = text.encode()
    try:
        with path.open("r+b", buffering=0) as file:
            padded = octets.ljust(path.stat().st_size)  # JSON may end in blanks; who reads just now looks again
            whole = file.write(padded) == len(padded)
            file.truncate(len(octets))
        return whole
    except OSError:
        return False
