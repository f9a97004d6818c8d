# SPDX-License-Identifier: Apache-2.0
"""How fast e-invoices are read, beside lxml parsing the same bytes and nothing more: scripts/bench invoices [--json].

Ours is everything the command does with a file that it has opened: bounds, parsing, fields, sha256, judgement and
fingerprint. Seconds are the processor's, of all threads, so other work on the machine does not count. The files are
the real ones in ../shared, or the demo invoices where that folder is missing.
"""

import json
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path

from lxml import etree

from chain.documents import demo
from chain.documents.errors import DocumentError
from chain.documents.files import Documents, found_in
from chain.documents.fingerprint import fingerprint
from chain.documents.judgement import financeable
from chain.documents.keys import FingerprintKey

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data" / "einvoice"
ROUNDS = 15
SLICE = 16  # files
TODAY = date(2026, 3, 10)
KEY = FingerprintKey(1, bytes(32))
FLOOR = 0.3  # of the speed of plain parsing: below it something is wrong


def readable(documents: Documents) -> list[bytes]:
    """The bytes of every file that reads as an invoice."""
    files = [path.read_bytes() for path in found_in([SHARED])] if SHARED.is_dir() else []
    return [data for data in files or map(demo.octets, demo.NAMES) if _reads(documents, data)]


def measure(rounds: int = ROUNDS) -> Mapping[str, float]:
    """Figures of both, taken in turns over a few files at a time, of each the fastest turn."""
    with Documents() as documents:
        files = readable(documents)
        slices = [files[start : start + SLICE] for start in range(0, len(files), SLICE)]

        def ours(some: Sequence[bytes]) -> None:
            for invoice in documents.each(some):
                assert not isinstance(invoice, DocumentError)
                financeable(invoice, TODAY, "CNY")
                fingerprint(invoice, (KEY,))

        def parsing_alone(some: Sequence[bytes]) -> None:
            for data in some:
                etree.fromstring(data)

        turns = [[(_seconds(ours, some), _seconds(parsing_alone, some)) for some in slices] for _ in range(rounds)]
    fastest = [[min(column) for column in zip(*taken, strict=True)] for taken in zip(*turns, strict=True)]
    ours_seconds, parsing = (sum(column) for column in zip(*fastest, strict=True))
    return {
        "files": len(files),
        "bytes": sum(map(len, files)),
        "invoices_per_second": round(len(files) / ours_seconds),
        "parsed_per_second": round(len(files) / parsing),
        "ratio_to_parse": round(parsing / ours_seconds, 3),
    }


def _seconds(work: Callable[[Sequence[bytes]], None], some: Sequence[bytes]) -> float:
    start = time.process_time()
    work(some)
    return time.process_time() - start


def _reads(documents: Documents, data: bytes) -> bool:
    try:
        documents.read(data)
    except DocumentError:
        return False
    return True


def main(arguments: list[str]) -> None:
    figures = measure()
    if "--json" in arguments:
        print(json.dumps(figures))
        return
    print(f"{figures['files']} e-invoices, {figures['bytes']:,} bytes")
    print(f"{'read, judged, fingerprinted':30} {figures['invoices_per_second']:>8,} a second")
    print(f"{'parsed by lxml, no more':30} {figures['parsed_per_second']:>8,} a second")
    floor = f"at least {FLOOR}" if SHARED.is_dir() else "of small demo invoices: the floor is for the real files"
    print(f"{'ratio':30} {figures['ratio_to_parse']:>8} ({floor})")


if __name__ == "__main__":
    main(sys.argv[1:])
