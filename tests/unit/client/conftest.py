# SPDX-License-Identifier: Apache-2.0
"""A service that answers what it is told to, and a command line that asks it."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from api.client.sessions import Session, Sessions
from api.commands import app
from tests.unit.client.fake import Fake, serving

Run = Callable[..., Result]


@pytest.fixture
def fake() -> Iterator[Fake]:
    with serving() as found:
        yield found


@pytest.fixture
def folder(tmp_path: Path, fake: Fake) -> Path:
    """Of a service, with somebody logged in."""
    Sessions(tmp_path).keep(Session("hengzuo.1", "21-1", "dt_key", None, fake.url))
    return tmp_path


@pytest.fixture
def run(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """A command, in this process; the pauses before further tries are short."""
    for name in ("DEEPTIER_URL", "DEEPTIER_KEY", "DEEPTIER_AS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("api.client.http._LONGEST", 0.01)
    monkeypatch.setattr("api.client.writes._LOOK", 0.01)

    def ran(*words: object, typed: str | None = None) -> Result:
        result = CliRunner().invoke(app, [*map(str, words), "--folder", str(folder)], input=typed)
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    return ran
