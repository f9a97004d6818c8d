# SPDX-License-Identifier: Apache-2.0
"""The README says what is true: its commands run, its session answers what it shows, its links lead somewhere."""

import doctest
import os
import re
import shlex
import subprocess
from pathlib import Path

import pytest

from tests.flows.running import COMMAND, Played, Standing

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text("utf-8")
COMMANDS = [line for block in re.findall(r"```bash\n(.*?)```", README, re.S) for line in block.splitlines() if line]
MENTIONED = re.findall(r"`(\./scripts/\w+)[^`]*`", README)
THIS_RUN = "./scripts/test"  # it is what runs this test
DEMO = pytest.mark.xdist_group("demo")  # one worker plays it, once


def test_readme__is_short_and_shows_the_two_commands() -> None:
    assert len(README.splitlines()) <= 120
    assert COMMANDS == ["./scripts/demo --once", THIS_RUN]


@DEMO
def test_readme__its_first_command__ends_with_mirror_and_chain_agreed(played: Played) -> None:
    assert "differences: 0" in played.text


@DEMO
def test_readme__its_session__runs_line_by_line_beside_the_demo(standing: Standing) -> None:
    (session,) = re.findall(r"```console\n(.*?)```", README, re.S)
    lines = session.splitlines()
    assert len(lines) == 10
    place = standing.folder.parent
    (place / "chain").symlink_to(ROOT / "chain")
    told = [_ran(place, line) for line in lines]
    assert "10-2-2" in told[-1]
    assert "Minggu Frames" in told[-1]


def _ran(place: Path, line: str) -> str:
    """What a line of the session prints."""
    name, *words = shlex.split(line)
    assert name == "deeptier"
    done = subprocess.run([COMMAND, *words], cwd=place, capture_output=True, text=True, check=False)
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
