# SPDX-License-Identifier: Apache-2.0
"""Ctrl-C and a polite end, at any moment: whatever was started is stopped, and no more is said than that."""

import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

CLEAN_UP = 5.0  # seconds that stopping what was started may take; whoever asks again meanwhile is not heard

_asked: list[tuple[float, int]] = []  # the signals that were heard: when (monotonic), which


class Interrupted(BaseException):
    """Somebody asked us to end. Not an Exception: nothing but the very top takes it for an error of its own."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number

    @property
    def exit_code(self) -> int:
        """What shells expect of a process that ended by this signal."""
        return 128 + self.number


@contextmanager
def interruptible() -> Iterator[None]:
    """Within it these signals raise Interrupted in the main thread; once it is left, they change nothing any more.

    The first one is heard; impatient others only when CLEAN_UP is over, so that they do not disturb it.
    """
    for number in SIGNALS:
        signal.signal(number, _interrupt)
    sys.unraisablehook = _unraisable
    try:
        yield
    finally:
        for number in SIGNALS:
            signal.signal(number, signal.SIG_IGN)


def checkpoint() -> None:
    """Raises Interrupted when a signal came and its Interrupted was lost; what goes on for long passes here.

    Python drops what is raised in a destructor, or in what it calls around a fork.
    """
    if _asked:
        raise Interrupted(_asked[0][1])


def _interrupt(number: int, frame: FrameType | None) -> None:
    if frame is not None and frame.f_code is _interrupt.__code__:
        return  # it came while the first one was being heard, which goes on
    now = time.monotonic()
    if not _asked or now > _asked[-1][0] + CLEAN_UP:
        _asked.append((now, number))
        raise Interrupted(number)


def _unraisable(dropped: "sys.UnraisableHookArgs") -> None:
    """Say nothing of an Interrupted that was dropped: the next checkpoint raises it again."""
    if not isinstance(dropped.exc_value, Interrupted):
        sys.__unraisablehook__(dropped)
