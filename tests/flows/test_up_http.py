# SPDX-License-Identifier: Apache-2.0
"""`deeptier up` answers over HTTP: green when all is well, red within seconds when a part dies, and green again."""

import os
import signal
from pathlib import Path
from typing import Any

import httpx2
import pytest

from chain.domain.clock import SystemClock
from tests.flows.running import status, until, up
from tests.office import Office
from tests.served import key_of

pytestmark = pytest.mark.usefixtures("anvil_here")
SEEN = 5.0  # seconds within which a part that died is told of


def test_up__over_http__tells_what_is_mirrored_and_what_is_down(tmp_path: Path) -> None:
    folder = tmp_path / "service"
    with up(folder, "--demo", "--port", "0"):
        office = Office(folder)
        office.furnish()
        path = f"/obligations/{office.held(1).obligation}"
        url = (folder / "run" / "http").read_text("ascii")
        assert status(folder)["http"]["url"] == url

        def get(path: str, **headers: str) -> httpx2.Response:
            return httpx2.get(f"{url}{path}", headers=headers, trust_env=False, timeout=20)

        def parts() -> dict[str, Any]:
            found: dict[str, Any] = get("/ready").json()["parts"]
            return found

        until(lambda: get("/ready").status_code == 200)
        registrar = {"Authorization": f"Bearer {key_of(f'sqlite://{folder}/book.db', 1, SystemClock().now())}"}
        until(lambda: get(path, **registrar).status_code == 200)
        told = get(path, **registrar).json()
        assert (told["block"], told["row"]["status"]) == (status(folder)["head"], "issued")
        assert told["age"] <= 3
        for name in ("signer", "sender"):
            pid = status(folder)["parts"][name]["pid"]
            os.kill(pid, signal.SIGSTOP)
            os.kill(pid, signal.SIGKILL)
            until(lambda: get("/ready").status_code == 200)
        os.kill(status(folder)["parts"]["mirror"]["pid"], signal.SIGSTOP)  # it lives, and does nothing
        try:
            until(lambda: parts()["mirror"].get("code") == "node-silent", SEEN)
            old = get(path, **registrar).json()
            assert old["age"] > 3
            assert old["row"] == told["row"]
        finally:
            os.kill(status(folder)["parts"]["mirror"]["pid"], signal.SIGCONT)
        until(lambda: get("/ready").status_code == 200)
        before = status(folder)["parts"]["http"]["pid"]
        os.kill(before, signal.SIGKILL)
        until(lambda: status(folder)["parts"]["http"]["pid"] not in (None, before))
        until(lambda: status(folder)["state"] == "running")
        assert not (folder / "run" / "http.log").read_text().count("Bearer"), "a key in a log"
    assert status(folder)["state"] == "stopped"


def test_up__in_a_folder_with_namesakes_of_our_modules__runs_none_of_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    foreign = 'raise SystemExit("this is not ours")'
    for name in ("api/__init__.py", "chain/__init__.py", "tomllib.py"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(foreign)
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "service"
    with up(folder, "--demo", "--port", "0"):
        until(lambda: (folder / "run" / "http").exists())
        url = (folder / "run" / "http").read_text("ascii")
        until(lambda: httpx2.get(f"{url}/ready", trust_env=False, timeout=20).status_code == 200)
        assert {one["restarts"] for one in status(folder)["parts"].values()} == {0}
