# SPDX-License-Identifier: Apache-2.0
"""The sender's process is small and quick, which is what makes thousands of kills affordable."""

import subprocess
import sys

import pytest

from chain.node import failpoints

HEAVY = ("web3", "fastapi", "sqlalchemy", "sqlmodel", "pydantic", "eth_account", "eth_abi", "requests")
LOOK = f"""
import resource, sys
import chain.submission.process
used = resource.getrusage(resource.RUSAGE_SELF)
print(used.ru_utime + used.ru_stime, [name for name in {HEAVY!r} if name in sys.modules])
"""


def test_process__loaded__takes_under_half_a_second_and_nothing_heavy() -> None:
    told = subprocess.run([sys.executable, "-c", LOOK], capture_output=True, text=True, check=True).stdout.split(" ", 1)
    assert float(told[0]) < 0.5  # of processor: how long it takes depends on who else is at work
    assert told[1].strip() == "[]"


def test_failpoint__of_no_known_name__is_refused() -> None:
    with pytest.raises(ValueError, match="choose one of"):
        failpoints.arm("nowhere")
