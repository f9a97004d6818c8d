# SPDX-License-Identifier: Apache-2.0
"""Orders on their way: what was accepted is followed until it is refused, or final and to be seen in the mirror."""

import time
from collections.abc import Callable
from typing import Any

from api.client.errors import DONE, REFUSED, UNDERWAY
from api.client.http import Client, Json

_LOOK, _SLOWEST = 0.2, 1.0  # seconds between two looks, growing


def ended(submission: Json) -> bool:
    """Whether nothing more will happen to it."""
    state, mirrored = submission["state"], bool(submission.get("mirrored", True))
    return state == "refused" or (state == "final" and mirrored)


def follow(
    client: Client,
    submissions: list[Json],
    until: float,
    said: Callable[[list[Json]], None],
    now: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], Any] = time.sleep,
) -> list[Json]:
    """They as they are when all have ended, or at the instant `until` of that clock. `said` hears every look.

    Raises as Client.get.
    """
    pause, found = _LOOK, list(submissions)
    said(found)
    while not all(map(ended, found)) and now() < until:
        sleep(max(0.0, min(pause, until - now())))
        pause = min(pause * 1.5, _SLOWEST)
        found = [one if ended(one) else client.get(f"/submissions/{one['id']}")["row"] for one in found]
        said(found)
    return found


def outcome(submissions: list[Json]) -> int:
    """With which code a command ends that ordered these."""
    states = {one["state"] for one in submissions}
    return REFUSED if "refused" in states else DONE if states <= {"final"} else UNDERWAY
