# SPDX-License-Identifier: Apache-2.0
"""A file of private keys whose accounts are unlocked from the start: for demo networks and unattended services.

A line for each key, 64 lower-case hex digits. Nothing protects it but the file's own mode, so who uses one bounds by
the policy what its accounts may sign.
"""

import re
from collections.abc import Iterable
from pathlib import Path

from chain.signing.errors import UnlockedMalformed
from chain.signing.files import create_private, read_private
from chain.signing.key import Key

FILE = "unlocked.keys"
"""Its usual name, beside the policy."""
_MOST_BYTES = 2**20
_LINE = re.compile(rb"[0-9a-f]{64}")


def keep(path: Path, keys: Iterable[Key]) -> bool:
    """Put keys into a new file; False when there is a file already. Raises FileUnusable."""
    return create_private(path, "".join(f"{key.private.secret.hex()}\n" for key in keys).encode())


def load(path: Path) -> tuple[Key, ...]:
    """The keys of a file of its owner's alone. Raises FileExposed, FileUnusable, UnlockedMalformed."""
    lines = read_private(path, _MOST_BYTES).splitlines()
    return tuple(_key(path, number, line) for number, line in enumerate(lines, 1))


def _key(path: Path, number: int, line: bytes) -> Key:
    if not _LINE.fullmatch(line):
        raise UnlockedMalformed(path=str(path), line=number)
    try:
        return Key.of(bytes.fromhex(line.decode()))
    except ValueError:  # zero, or beyond the curve's order
        raise UnlockedMalformed(path=str(path), line=number) from None
