# SPDX-License-Identifier: Apache-2.0
"""Reads every hostile file and measures what that takes.

    python -m tests.security.hostile_harness plain|pdf      one JSON object a sample: name, error, seconds, …

Plain samples are read each in a process forked for it, whose memory is told too. PDFs all go through one `Documents`,
as in the command; the last line tells the most memory that any process had which opened them.
"""

import json
import os
import resource
import sys
import tempfile
import time
from pathlib import Path

from chain.documents.errors import DocumentError
from chain.documents.files import Documents
from tests.security.hostile_documents import CII, Sample, plain_samples
from tests.security.hostile_pdfs import pdf, pdf_samples


def outcome(documents: Documents, data: bytes | Path) -> tuple[str, list[str], float]:
    """What reading ends in, the branches that is of, and the seconds it took."""
    start = time.perf_counter()
    try:
        read = documents.open(data) if isinstance(data, Path) else documents.read(data)
    except DocumentError as error:
        branches = [branch.__name__ for branch in type(error).__mro__]
        return str(error)[:300], branches, time.perf_counter() - start
    return f"read as {read.syntax}", [], time.perf_counter() - start


def tell(sample: Sample, said: tuple[str, list[str], float], **more: int) -> None:
    """One line of the report."""
    error, branches, seconds = said
    expected = not {branch.__name__ for branch in sample.expected}.isdisjoint(branches)
    line = {"name": sample.name, "error": error, "expected": expected, "seconds": round(seconds, 3), **more}
    print(json.dumps(line), flush=True)


def forked(sample: Sample) -> None:
    """Read one sample in a process of its own, whose memory is told by the system when it ends."""
    with tempfile.TemporaryFile() as file:
        child = os.fork()
        if child == 0:
            try:
                with Documents() as documents:
                    file.write(json.dumps(outcome(documents, sample.make())).encode())
                    file.flush()
            finally:
                os._exit(0)
        usage = os.wait4(child, 0)[2]
        file.seek(0)
        said = json.loads(file.read() or b'["died", [], 0]')
    tell(sample, tuple(said), kilobytes=usage.ru_maxrss)


def main(which: str) -> None:
    """Read all samples of a kind in an empty folder, and tell what is left in it."""
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        if which == "plain":
            for sample in plain_samples():
                forked(sample)
        else:
            with Documents() as documents:
                documents.read(pdf({"factur-x.xml": CII}))  # the process is there, as in the middle of a folder
                for sample in pdf_samples():
                    tell(sample, outcome(documents, sample.make()))
        left = sorted(set(os.listdir(folder)) - {"hundred.xml"})
    print(json.dumps({"left": left, "kilobytes": resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss}))


if __name__ == "__main__":
    main(sys.argv[1])
