# SPDX-License-Identifier: Apache-2.0
"""Files that strangers could send end each in its typed error, within bounds of memory and time, and leave nothing."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import ParseError

import defusedxml.ElementTree
import pytest
from defusedxml.common import DefusedXmlException

from chain.documents import files
from chain.documents.errors import DtdForbidden, TooMuchWork
from chain.documents.files import Documents
from chain.documents.pdf import Unwrapper
from tests.security.hostile_documents import CII, Sample, declarations
from tests.security.hostile_pdfs import pdf

KILOBYTES = 256 * 1024
SECONDS = 5.0
KINDS = ("plain", "pdf")


@cache
def report(kind: str) -> tuple[list[Mapping[str, Any]], Mapping[str, Any]]:
    """Every sample of a kind as the harness told it, and its last line."""
    run = [sys.executable, "-m", "tests.security.hostile_harness", kind]
    done = subprocess.run(run, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    *samples, end = map(json.loads, done.stdout.splitlines())
    return samples, end


@pytest.mark.parametrize("kind", KINDS)
def test_hostile__every_sample__ends_in_its_typed_error(kind: str) -> None:
    wrong = [(sample["name"], sample["error"]) for sample in report(kind)[0] if not sample["expected"]]
    assert wrong == []


@pytest.mark.parametrize("kind", KINDS)
def test_hostile__every_sample__within_five_seconds(kind: str) -> None:
    assert [sample for sample in report(kind)[0] if sample["seconds"] > SECONDS] == []


def test_hostile__plain_samples__each_within_256_mebibytes() -> None:
    assert [sample for sample in report("plain")[0] if sample["kilobytes"] > KILOBYTES] == []


def test_hostile__pdfs__their_process_within_256_mebibytes() -> None:
    assert report("pdf")[1]["kilobytes"] < KILOBYTES


@pytest.mark.parametrize("kind", KINDS)
def test_hostile__afterwards__nothing_is_written(kind: str) -> None:
    assert report(kind)[1]["left"] == []


def test_hostile__samples__two_hundred_at_least() -> None:
    names = [sample["name"] for kind in KINDS for sample in report(kind)[0]]
    assert len(set(names)) == len(names) >= 200


@pytest.mark.parametrize(
    "sample", [one for one in declarations() if one.name.startswith("dtd")], ids=lambda one: one.name
)
def test_dtd__refused_by_defusedxml__refused_here(sample: Sample) -> None:
    data = sample.make()
    assert isinstance(data, bytes)
    with pytest.raises((DefusedXmlException, ParseError)):
        defusedxml.ElementTree.fromstring(data, forbid_dtd=True)
    with Documents() as documents, pytest.raises(DtdForbidden):
        documents.read(data)


# VmHWM and not ru_maxrss: the latter begins with what the process that started this one held.
MANY_NAMES = """
from pathlib import Path
from chain.documents.files import Documents
from tests.security.hostile_documents import UBL, put
with Documents() as documents:
    for batch in range(60):
        names = b"".join(b"<n%d_%d_%s/>" % (batch, n, b"z" * 200) for n in range(20_000))
        documents.read(put(UBL, b"<cac:PartyName>", names))
(most,) = [line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM")]
print(most.split()[1])
"""


def test_names__250_megabytes_of_them__memory_stays_within_256_mebibytes() -> None:
    """One thread would keep them all: 345 MB after these 60 documents; after 83 it refuses every further one."""
    done = subprocess.run([sys.executable, "-c", MANY_NAMES], capture_output=True, text=True, timeout=120, check=True)
    assert int(done.stdout) < KILOBYTES


def test_pdf__process_killed_meanwhile__next_one_is_read() -> None:
    with Documents() as documents:
        documents.read(pdf({"factur-x.xml": CII}))
        child = documents._unwrapper._child
        assert child is not None
        child.kill()
        child.wait()
        assert documents.read(pdf({"factur-x.xml": CII})).syntax == files.FACTUR_X


def test_pdf__process_hangs__ended_in_time(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    script = tmp_path / "child.py"
    script.write_text("import sys, time\nsys.stdout.write('R')\nsys.stdout.flush()\ntime.sleep(60)\n")
    monkeypatch.setattr("chain.documents.pdf._CHILD", script)
    monkeypatch.setattr("chain.documents.pdf.SECONDS", 0.2)
    unwrapper = Unwrapper()
    with pytest.raises(TooMuchWork):
        unwrapper.unwrap(pdf({"factur-x.xml": CII}))
    assert unwrapper._child is None


def test_pdf__closed__process_is_gone() -> None:
    with Documents() as documents:
        documents.read(pdf({"factur-x.xml": CII}))
        child = documents._unwrapper._child
        assert child is not None
    with pytest.raises(ProcessLookupError):
        os.kill(child.pid, 0)
