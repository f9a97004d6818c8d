# SPDX-License-Identifier: Apache-2.0
"""The README says what is true: its commands run, its session answers what it shows, its links lead somewhere."""

import doctest
import os
import re
import shlex
import subprocess
from pathlib import Path

import pytest

from tests.flows.running import COMMAND, until, up

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text("utf-8")
COMMANDS = [line for block in re.findall(r"```bash\n(.*?)```", README, re.S) for line in block.splitlines() if line]
MENTIONED = re.findall(r"`(\./scripts/\w+)[^`]*`", README)
THIS_RUN = "./scripts/test"  # it is what runs this test


def test_readme__is_short_and_shows_the_two_commands() -> None:
    assert len(README.splitlines()) <= 120
    assert COMMANDS == ["./scripts/demo --once", THIS_RUN]


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder as a newcomer has it after the first command; whatever this checkout has recorded stays as it is."""
    place = tmp_path_factory.mktemp("readme")
    ours = [*shlex.split(COMMANDS[0]), "--folder", str(place / ".deeptier")]
    done = subprocess.run(ours, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "differences: 0" in done.stdout
    (place / "chain").symlink_to(ROOT / "chain")
    return place


def test_readme__its_session__runs_line_by_line_beside_the_demo(played: Path) -> None:
    (session,) = re.findall(r"```console\n(.*?)```", README, re.S)
    lines = session.splitlines()
    assert len(lines) == 10
    with up(played / ".deeptier", "--demo", "--port", "0"):
        until(lambda: (played / ".deeptier" / "run" / "http").exists())
        told = [_ran(played, line) for line in lines]
    assert "10-2-2" in told[-1]
    assert "Minggu Frames" in told[-1]


def _ran(played: Path, line: str) -> str:
    """What a line of the session prints."""
    name, *words = shlex.split(line)
    assert name == "deeptier"
    done = subprocess.run([COMMAND, *words], cwd=played, capture_output=True, text=True, check=False)
    assert done.returncode == 0, (line, done.stdout, done.stderr)
    return done.stdout


@pytest.mark.parametrize("script", sorted({*MENTIONED, THIS_RUN}))
def test_readme__a_script_it_names__is_there(script: str) -> None:
    assert os.access(ROOT / script, os.X_OK)


def test_readme__its_session__answers_what_it_shows() -> None:
    (session,) = re.findall(r"```python\n(.*?)```", README, re.S)
    parsed = doctest.DocTestParser().get_doctest(session, {}, "README", "README.md", 0)
    assert parsed.examples
    assert doctest.DocTestRunner().run(parsed).failed == 0


def test_readme__its_links__lead_somewhere() -> None:
    links = re.findall(r"\]\(([^)#]+)\)", README)
    assert links
    assert not [link for link in links if not (ROOT / link).exists()]
