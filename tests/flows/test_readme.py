# SPDX-License-Identifier: Apache-2.0
"""The README says what is true: its commands run, its session answers what it shows, its links lead somewhere."""

import doctest
import os
import re
import shlex
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text("utf-8")
COMMANDS = [line for block in re.findall(r"```bash\n(.*?)```", README, re.S) for line in block.splitlines() if line]
MENTIONED = re.findall(r"`(\./scripts/\w+)[^`]*`", README)
THIS_RUN = "./scripts/test"  # it is what runs this test


def test_readme__is_short_and_shows_the_two_commands() -> None:
    assert len(README.splitlines()) <= 120
    assert COMMANDS == ["./scripts/demo --once", THIS_RUN]


@pytest.mark.parametrize("command", [command for command in COMMANDS if command != THIS_RUN])
def test_readme__its_command__runs(command: str, tmp_path: Path) -> None:
    ours = [
        *shlex.split(command),
        "--folder",
        str(tmp_path),
    ]  # whatever network this checkout has recorded stays as it is
    done = subprocess.run(ours, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "each equal" in done.stdout


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
