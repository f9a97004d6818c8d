# SPDX-License-Identifier: Apache-2.0
"""What every process of the service does the same way: being stopped, waiting, logging, ending for good."""

import json
import signal
import sys
import time
from contextlib import suppress
from types import FrameType
from typing import Any

ALARM = 3
"""The exit code that says: do not start me again."""

_WAITS = (0.05, 0.1, 0.2, 0.5, 1.0)  # seconds before it tries again, the last one from then on


class Stop:
    """Whether somebody asked us to stop (SIGTERM, SIGINT); what is under way is finished first."""

    def __init__(self) -> None:
        self.asked = False
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._ask)

    def wait(self, seconds: float) -> None:
        """Sleep, unless asked to stop."""
        until = time.monotonic() + seconds
        while not self.asked and (left := until - time.monotonic()) > 0:
            time.sleep(min(left, 0.05))

    def _ask(self, number: int, frame: FrameType | None) -> None:
        self.asked = True


class Rest:
    """How long to wait between two looks at a place where work turns up: briefly while there was some of late, then
    longer, since a service that has nothing to do should cost next to nothing.
    """

    BRIEF, LONG, AFTER = 0.003, 0.02, 2.0  # seconds; the first look after a rest is late by LONG at most

    def __init__(self) -> None:
        self._worked = time.monotonic()

    def worked(self) -> None:
        """There was something."""
        self._worked = time.monotonic()

    @property
    def seconds(self) -> float:
        """Until the next look."""
        return self.BRIEF if time.monotonic() < self._worked + self.AFTER else self.LONG


def pause(failures: int) -> float:
    """Seconds to wait after so many failures in a row, from 0."""
    return _WAITS[min(failures, len(_WAITS) - 1)]


def log(event: str, facts: dict[str, Any]) -> None:
    """A line of JSON on standard error: what happened, without names, keys, amounts or invoice numbers.

    A disk with no room for the line ends neither a process nor a thread.
    """
    with suppress(OSError):
        print(json.dumps({"event": event, **facts}), file=sys.stderr, flush=True)
