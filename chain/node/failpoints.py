# SPDX-License-Identifier: Apache-2.0
"""Places where a process can be made to die, so that a test may prove that dying there loses nothing.

A process arms at most one, by an argument of its command line, and is killed outright (SIGKILL) when it reaches it for
the n-th time: nothing is flushed, closed or told, as when the power fails.
"""

import os
import signal

POINTS = (
    "plan-before-commit",
    "plan-after-commit",
    "offer-before",
    "offer-after",
    "mine-before",
    "mine-after",
    "record-before-commit",
    "record-after-commit",
    "noop-before-commit",
    "noop-after-commit",
    "replay-between-blocks",
)
"""Every place of the sender, in the order in which it comes by."""
MIRROR_POINTS = (
    "mirror-before-write",
    "mirror-after-checkpoint",
    "mirror-before-commit",
    "mirror-after-commit",
    "mirror-after-rollback",
    "refold-after-write",
    "refold-before-serve",
    "refold-after-serve",
)
"""Every place of the mirror."""
HTTP_POINTS = ("request-before-commit", "request-after-commit")
"""Every place of the HTTP service."""
_ALL = (*POINTS, *MIRROR_POINTS, *HTTP_POINTS)

_armed: list[str] = []
_left = 0


def arm(text: str) -> None:
    """Die at a point, as "NAME" or "NAME:n" for the n-th time. Raises ValueError for a name that is none of ours."""
    global _left
    name, _, times = text.partition(":")
    if name not in _ALL:
        raise ValueError(f"no failpoint {name!r}: choose one of {', '.join(_ALL)}")
    _armed[:], _left = [name], int(times or 1)


def reach(name: str) -> None:
    """Come by a place."""
    global _left
    if _armed and _armed[0] == name:
        _left -= 1
        if _left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
