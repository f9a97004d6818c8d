# SPDX-License-Identifier: Apache-2.0
"""The sender's process is small and quick, which is what makes thousands of kills affordable."""

import subprocess
import sys

import pytest

from chain.node import failpoints

HEAVY = ("web3", "fastapi", "sqlalchemy", "sqlmodel", "pydantic", "eth_account", "eth_abi", "requests")
MODULES = 330
"""Python's own included: what a start costs grows with them, and unlike its time they are the same on every machine."""
LOOK = f"""
import sys
import chain.submission.process
print(len(sys.modules), [name for name in {HEAVY!r} if name in sys.modules])
"""


def test_process__loaded__few_modules_and_nothing_heavy() -> None:
    told = subprocess.run([sys.executable, "-c", LOOK], capture_output=True, text=True, check=True).stdout.split(" ", 1)
    assert int(told[0]) <= MODULES
    assert told[1].strip() == "[]"


def test_failpoint__of_no_known_name__is_refused() -> None:
    with pytest.raises(ValueError, match="choose one of"):
        failpoints.arm("nowhere")
