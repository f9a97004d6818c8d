# SPDX-License-Identifier: Apache-2.0
"""The supervisor, on parts that are none."""

from pathlib import Path

from api.run import Supervisor, said


class Still:
    """A part that does nothing, until it is ended."""

    name = "still"
    pid: int | None = 7

    def __init__(self) -> None:
        self.starts = 0
        self.code: int | None = None

    def start(self) -> None:
        self.starts, self.code = self.starts + 1, None

    def ended(self) -> int | None:
        return self.code

    def stop(self) -> None:
        self.code = 0


def test_supervisor__whose_status_cannot_be_written__goes_on_and_says_it_later(tmp_path: Path) -> None:
    part, status = Still(), tmp_path / "run" / "up.json"  # there is no such folder
    supervisor = Supervisor([part], status)
    supervisor.start()
    supervisor.watch()
    assert part.starts == 1, "nothing is started twice for it"
    status.parent.mkdir()
    supervisor.watch()
    assert said(status)["parts"]["still"]["state"] == "running"
    supervisor.stop()
    assert said(status)["parts"]["still"]["state"] == "stopped"
