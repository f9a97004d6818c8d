# SPDX-License-Identifier: Apache-2.0
"""What must never be told by a log or a status file: names, tax and invoice numbers, keys, passwords."""

import json
import re
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

from api.access.demo import demo_officers, signing_keys
from api.story.cast import COMPANIES, REGISTRAR, Keys
from chain.documents.demo import NAMES, octets
from chain.documents.reader import read_xml

API_KEY = re.compile(r"dt_[0-9a-f]{12}_[0-9a-f]{64}")
SUFFIXES = (".log", ".json")
NETWORK = "network.json"


def told(folder: Path) -> Iterator[tuple[Path, str]]:
    """Every log and status file that a service below this folder wrote, and what is in it."""
    for run in sorted(one for one in folder.rglob("run") if one.is_dir()):
        for file in sorted(run.iterdir()):
            if file.is_file() and (file.suffix in SUFFIXES or not file.suffix):
                yield file, file.read_text("utf-8", errors="replace")


@cache
def of_the_story() -> tuple[str, ...]:
    """Names and numbers of the companies of the demonstration, their people and their invoices."""
    found: set[str] = set()
    for company in COMPANIES:
        if company != REGISTRAR:  # which is called what it is
            found |= {company.name.zh, company.name.en, company.number}
    for name in NAMES:
        read = read_xml(octets(name))
        parties = (read.seller, read.buyer)
        found |= {text for party in parties for text in (party.name, *(one.text for one in party.identifiers)) if text}
        found |= {read.number} if read.number else set()
    return tuple(sorted(found))


def of_a_network(chain_id: int) -> tuple[str, ...]:
    """Keys to sign with, keys to the API and passwords of a demo network, as they would be written down."""
    keys = (*signing_keys(chain_id), *Keys(chain_id).callers())
    officers = demo_officers(chain_id)
    return (
        *(key.private.secret.hex() for key in keys),
        *(word for one in officers for word in (one.key, one.password)),
    )


def seen(text: str, words: Iterable[str]) -> list[str]:
    """Those of the words that stand in a text, and any key to the API."""
    return [word for word in words if word in text] + API_KEY.findall(text)


def leaks(folder: Path) -> list[str]:
    """What the services below a folder told that they must not: file and word."""
    found = []
    for file, text in told(folder):
        words = [*of_the_story(), *_secrets(file.parent.parent / NETWORK)]
        found += [f"{file}: {word}" for word in seen(text, words)]
    return found


def _secrets(network: Path) -> tuple[str, ...]:
    try:
        record = json.loads(network.read_text("utf-8"))
        return of_a_network(int(record["chain_id"])) if record["demo"] else ()
    except (OSError, ValueError, LookupError):
        return ()  # none, or one that a test has damaged
