# SPDX-License-Identifier: Apache-2.0
"""What all processes of the service do alike, also when there is no room for what they say."""

import json
import subprocess
import sys
import time

import pytest

from chain.node.process import Rest, log

TELLS = """
from chain.node.process import log

for _ in range(1_000):  # more than is kept for better days
    log("waiting", {"reason": "disk-full"})
"""


def test_log__no_room_for_the_line__goes_on_without_it() -> None:
    with open("/dev/full", "wb") as full:
        assert subprocess.run([sys.executable, "-c", TELLS], stderr=full, timeout=30).returncode == 0


def test_log__a_line__is_json(capsys: pytest.CaptureFixture[str]) -> None:
    log("waiting", {"reason": "disk-full"})
    assert json.loads(capsys.readouterr().err) == {"event": "waiting", "reason": "disk-full"}


def test_rest__looks_often_while_there_was_work_of_late__and_seldom_afterwards(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 100.0
    monkeypatch.setattr(time, "monotonic", lambda: now)
    rest = Rest()
    assert rest.seconds == Rest.BRIEF
    now += Rest.AFTER - 0.01
    assert rest.seconds == Rest.BRIEF
    now += 0.01
    assert rest.seconds == Rest.LONG > Rest.BRIEF
    now += 3_600
    rest.worked()
    assert rest.seconds == Rest.BRIEF
