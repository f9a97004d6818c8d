# SPDX-License-Identifier: Apache-2.0
"""Looks at the parts of the service: a fault of ours at one of them keeps nobody from hearing of the others."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from api.disks import Disks
from api.health import Looks, _Looker
from api.problems import Fault
from api.settings import Settings


def test_look__that_fails_in_a_way_nobody_thought_of__is_a_fault_of_that_part_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken() -> dict[str, Any]:
        raise ZeroDivisionError("secret text")

    settings = Settings(folder=tmp_path)
    looks = Looks(settings, None, Disks(settings))  # type: ignore[arg-type]
    looks._lookers = {"mirror": _Looker("mirror", broken), "book": _Looker("book", lambda: {"block": 7})}
    found = asyncio.run(looks.all())
    looks.close()
    assert isinstance(found["mirror"]["why"], Fault)
    assert found["book"] == {"block": 7}
    told = "".join(capsys.readouterr())
    assert "ZeroDivisionError" in told
    assert "secret text" not in told
